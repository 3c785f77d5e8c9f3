/** May the first process execute a file? inode(7), capabilities(7): CAP_DAC_OVERRIDE. */
import type { Fact, Unsettled } from '../../model/fact.ts'
import { NO_RUNTIME, type Subject } from '../../model/subject.ts'
import { settingsOf, setOf } from '../capabilities/start.ts'
import type { Node } from './look-up.ts'

/** `true`, `false`, or the fact that it hangs on. */
export type May = boolean | Unsettled
export type Who = (node: Node) => May

/** A uid that nobody has: stands for any user that is neither root nor the owner. */
const NOBODY = 4_294_967_294
const firstOpen = (...facts: readonly Fact<unknown>[]): Unsettled | undefined =>
  facts.find((fact) => fact.how === 'unknown')

/** Asks for the user that the container runs as, at the moment when the runtime executes its program. */
export function whoIs(subject: Subject): Who {
  const { user, capabilities } = subject.container
  const { uid, gid } = user
  return (node) => {
    const bits = node.mode & 0o111
    if (bits === 0o111) return true
    const uids = uid.how === 'unknown' ? [0, node.uid, NOBODY] : [uid.value]
    const member = isMember(node.gid, subject)
    const answers = new Set<boolean>()
    for (const one of uids)
      for (const inGroup of typeof member === 'boolean' ? [member] : [true, false]) {
        const bit = one === node.uid ? 0o100 : inGroup ? 0o010 : 0o001
        if ((node.mode & bit) !== 0) answers.add(true)
        else
          for (const overrides of overriding(one))
            // A file without any x bit is executed by nobody; a folder is searched all the same.
            answers.add(overrides && (bits !== 0 || node.kind === 'folder'))
      }
    if (answers.size === 1) return answers.has(true)
    const open = firstOpen(uid, capabilities.bounding) ?? (typeof member === 'boolean' ? firstOpen(gid) : member)
    return open ?? true
  }

  /** Whether a process of that user holds CAP_DAC_OVERRIDE when it executes the program; both where that is not known. */
  function overriding(one: number): readonly boolean[] {
    // An image by itself: what a bare `docker run` gives.
    if (subject.dialect === undefined) return [one === 0]
    const { sets } = setOf(capabilities.bounding)
    const settings = settingsOf(subject)
    return [
      ...new Set(
        sets.flatMap((bounding) =>
          settings.alternatives.map((setting) => setting(one, bounding).permitted.has('DAC_OVERRIDE')),
        ),
      ),
    ]
  }
}

function isMember(gid: number, { container: { user }, image }: Subject): May {
  if (user.gid.how !== 'unknown' && user.gid.value === gid) return true
  const added = user.supplementary.how === 'unknown' ? [] : user.supplementary.value
  if (added.some((one) => one.how !== 'unknown' && one.value === String(gid))) return true
  const group =
    image.groups.how === 'unknown'
      ? undefined
      : image.groups.value.find(({ facts }) => facts.gid.how !== 'unknown' && facts.gid.value === gid)
  const names = group?.facts.members.how === 'set' ? group.facts.members.value : []
  const { supplementary } = user
  const isAlone = supplementary.how === 'unknown' && supplementary.because === NO_RUNTIME
  const open = firstOpen(user.gid, ...(isAlone ? [] : [supplementary]), image.groups, ...added)
  if (open) return open
  // By name only: engines look up the groups of the user that is written.
  if (names.length > 0 && user.name.how === 'unknown') return user.name
  const { name } = user
  if (names.some((one) => one.how !== 'unknown' && name.how !== 'unknown' && one.value === name.value)) return true
  const ofUid =
    names.length > 0 && user.uid.how !== 'unknown' && image.accounts.how !== 'unknown'
      ? image.accounts.value.find(
          ({ facts }) =>
            facts.uid.how !== 'unknown' && user.uid.how !== 'unknown' && facts.uid.value === user.uid.value,
        )?.facts.name
      : undefined
  return names.some((one) => one.how !== 'unknown' && ofUid?.how === 'set' && one.value === ofUid.value)
}
