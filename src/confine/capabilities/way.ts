/** How a process comes to capabilities that it does not hold: through which files of the image, or through what it holds. */
import { derived, type Fact, type Unsettled } from '../../model/fact.ts'
import type { Subject } from '../../model/subject.ts'
import type { CapabilitySet } from './execve.ts'
import { filesOf, type Door, type PrivilegedFile } from './image-files.ts'
import { unsettled, type Names } from './lists.ts'

/** A way to capabilities, and the files that are that way: all of them give the same. */
export interface Way {
  readonly how: Door['how']
  /** Sorted by path; each with its place, path and layer. */
  readonly files: readonly PrivilegedFile[]
  /** What it gives at most, within the bounding set, whether or not it is held already. */
  readonly gives: Names
  /** What must be so for it to be a way, and is not known. */
  readonly condition?: Unsettled
}

/** A door of the image that this user may go through. */
export interface OpenDoor {
  readonly door: Door
  /** Why it is not known whether the user may. */
  readonly condition?: Unsettled
}

/** The doors that a user who is not root may go through, by the bits of the files and the user's groups (path_resolution(7)); folders are taken as open. */
export function doorsFor(subject: Subject): readonly OpenDoor[] {
  return filesOf(subject.image).doors.flatMap((door) => {
    const member = door.runBy === 'all' ? true : door.runBy === 'owner' ? false : isMember(door.runBy, subject)
    if (member === false) return []
    const condition = door.open ?? (member === true ? undefined : member)
    return [{ door, ...(condition && { condition }) }]
  })
}

function isMember(gid: number, { container, image }: Subject): boolean | Unsettled {
  const { user } = container
  if (user.gid.how !== 'unknown' && user.gid.value === gid) return true
  const added = user.supplementary.how === 'unknown' ? [] : user.supplementary.value
  if (added.some((one) => one.how !== 'unknown' && one.value === String(gid))) return true
  if (user.gid.how === 'unknown') return user.gid
  if (user.supplementary.how === 'unknown') return user.supplementary
  const named = added.find((one) => one.how === 'unknown' || !/^\d+$/.test(one.value))
  if (named) return unsettled(named.place, `whether the added group is gid ${gid} is not known`, 'image', [named])
  if (image.groups.how === 'unknown') return image.groups
  const members = filesOf(image).members.get(gid)
  return members === undefined || (members.how !== 'unknown' && members.value.length === 0)
    ? false
    : unsettled(members.place, `whether the user is a member of gid ${gid} is not known`, 'image', [members])
}

/**
 * With these a process makes itself root or a program of root's, and so comes to the whole bounding set: setuid(2) to 0,
 * capabilities for a file of its own, or the setuid bit for a file that is not its own (capabilities(7)).
 */
export const KEYS = ['SETUID', 'SETFCAP', 'FOWNER'] as const

/** What a door gives within the bounding set. A file whose effective bit wants more than that set holds is not executed at all. */
export const through = (door: Door, bounding: CapabilitySet): CapabilitySet =>
  door.how === 'setuid'
    ? bounding
    : door.effective && !door.permitted.isSubsetOf(bounding)
      ? new Set()
      : door.permitted.intersection(bounding)

/** The most that the permitted set can grow to through these doors. Every key opens the whole bounding set. */
export function reach(permitted: CapabilitySet, bounding: CapabilitySet, doors: readonly Door[]): CapabilitySet {
  let most = permitted
  for (const door of doors) most = most.union(through(door, bounding))
  return KEYS.some((key) => most.has(key)) ? most.union(bounding) : most
}

/** `/usr/bin/su runs as root whoever starts it (setuid)`. */
export function sayDoor(door: Door, file: PrivilegedFile): string {
  const { path } = file.facts
  const name = path.how === 'unknown' ? 'a file of the image' : `/${path.value}`
  return door.how === 'setuid'
    ? `${name} runs as root whoever starts it (setuid)`
    : `${name} has it as a file capability`
}

/** The facts of the first file of a door, for the chain of reasons. */
export const factsOf = ({ files }: Door): readonly Fact<unknown>[] =>
  files.slice(0, 1).flatMap(({ facts }) => [facts.path, facts.layer])

/** The names of a set as facts at the place of the door's first file. */
export function givesFact(door: Door, names: readonly string[], from: readonly Fact<unknown>[]): Names {
  const [file] = door.files
  const because = file ? sayDoor(door, file) : 'a file of the image'
  const place = file?.place ?? { file: '', line: 1, column: 1 }
  return derived(
    place,
    names.map((name) => derived(place, name, because, factsOf(door))),
    because,
    from,
  )
}
