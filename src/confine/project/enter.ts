/**
 * Who sees the processes of another container and may take one over: read its memory, its environment and, by /proc/PID/root, its files.
 * ptrace(2), "Ptrace access mode checking": the same user and no capability less, or SYS_PTRACE; and what the LSM says.
 */
import type { Fact, Unsettled } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { known } from '../escape/answer.ts'
import type { Person } from './trust.ts'

export type Entering =
  | { readonly is: 'yes'; readonly because: readonly Fact<unknown>[] }
  | { readonly is: 'no' }
  | { readonly is: 'unknown'; readonly hole: Unsettled }
const NO: Entering = { is: 'no' }

export function entering(from: Person, to: Person): Entering {
  const [own, other] = [from.subject.container, to.subject.container]
  const users = [known(own.namespaces.user), known(other.namespaces.user)]
  if (users[0] !== users[1]) return NO
  const access = credentials(own, other)
  if (access.is === 'no') return access
  const wall = profiles(from, to)
  if (wall === undefined || wall === false) return wall === false ? NO : access
  return access.is === 'unknown' ? access : { is: 'unknown', hole: wall }
}

function credentials(own: ContainerFacts, other: ContainerFacts): Entering {
  const tracing = holds(own.capabilities.effective, 'SYS_PTRACE')
  if (tracing && tracing.how !== 'unknown') return { is: 'yes', because: [tracing] }
  const most = names(own.capabilities.bounding)
  const mayTrace = most === undefined || most.has('SYS_PTRACE')
  const sameUser = equal(own.user.uid, other.user.uid)
  const sameGroup = equal(own.user.gid, other.user.gid)
  const enough = subset(other.capabilities.permitted, own.capabilities.effective, own.capabilities.bounding)
  if (sameUser === false || sameGroup === false || enough === false)
    return mayTrace && tracing?.how === 'unknown' ? { is: 'unknown', hole: tracing } : NO
  const hole = [sameUser, sameGroup, enough].find((answer) => answer !== true)
  if (hole) return { is: 'unknown', hole }
  return { is: 'yes', because: [own.user.uid, other.user.uid, own.capabilities.effective] }
}

const equal = (own: Fact<number>, other: Fact<number>): boolean | Unsettled =>
  own.how === 'unknown' ? own : other.how === 'unknown' ? other : own.value === other.value

type Names = ContainerFacts['capabilities']['bounding']
function names(list: Names): ReadonlySet<string> | undefined {
  if (list.how === 'unknown') return undefined
  const all = list.value.map(known)
  return all.includes(undefined) ? undefined : new Set(all.flatMap((name) => name ?? []))
}
/** The capability in the list, or the hole that it may be in. */
const holds = (list: Names, name: string): Fact<string> | Unsettled | undefined =>
  list.how === 'unknown' ? list : list.value.find((one) => one.how === 'unknown' || one.value === name)

/** Has the one all that the other has? What it can never have decides, even where its user is not known. */
function subset(wanted: Names, held: Names, most: Names): boolean | Unsettled {
  const [needs, has, can] = [names(wanted), names(held), names(most)]
  if (needs && can && !needs.isSubsetOf(can)) return false
  if (needs?.size === 0) return true
  if (wanted.how === 'unknown') return wanted
  if (held.how === 'unknown') return held
  return needs !== undefined && has !== undefined
    ? needs.isSubsetOf(has)
    : ([...wanted.value, ...held.value].find((one) => one.how === 'unknown') ?? false)
}

/** docker-default and its like let nobody look into processes of another profile. False: held back; undefined: nothing holds. */
function profiles(from: Person, to: Person): false | Unsettled | undefined {
  const own = from.subject.container.apparmor
  const other = to.subject.container.apparmor
  const { apparmor } = from.subject.engine
  if (known(own.kind) === 'unconfined') return undefined
  const same =
    known(own.kind) !== undefined && known(own.kind) === known(other.kind) && known(own.name) === known(other.name)
  if (same || known(apparmor) === false) return undefined
  return apparmor.how === 'unknown' ? apparmor : false
}
