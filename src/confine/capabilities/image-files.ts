/** The files of an image that give capabilities to who runs them, ordered so that a container's questions cost little whatever the image holds. */
import type { Unsettled } from '../../model/fact.ts'
import type { ImageFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import type { Fact } from '../../model/fact.ts'
import type { CapabilitySet } from './execve.ts'
import { holeIn, namesIn, unsettled } from './lists.ts'

/** A file as the lists of the image have it. */
export interface PrivilegedFile {
  readonly place: Place
  readonly facts: { readonly path: Fact<string>; readonly layer: Fact<number> }
}
/** Files that give the same, to the same people. */
export interface Door {
  readonly how: 'setuid' | 'file capabilities'
  /** What a file's capabilities are; setuid-root programs hold the whole bounding set. */
  readonly permitted: CapabilitySet
  readonly effective: boolean
  /** Who may run it: everybody, the members of a group (its gid), or nobody but the owner. */
  readonly runBy: 'all' | 'owner' | number
  /** Sorted by path. */
  readonly files: PrivilegedFile[]
  /** Something about it that is not known. */
  readonly open?: Unsettled
}
/** What one file brings when it is executed, with the facts that say so. */
export interface FileProgram {
  readonly path: string
  readonly place: Place
  readonly from: readonly Fact<unknown>[]
  readonly capabilities?: { readonly permitted: CapabilitySet; readonly effective: boolean }
  readonly setuid?: number
  readonly setgid?: number
}

export interface ImageFiles {
  readonly doors: readonly Door[]
  readonly byPath: ReadonlyMap<string, FileProgram>
  /** By the last part of the path without a version: `python3.11` under `python`. */
  readonly byStem: ReadonlyMap<string, readonly FileProgram[]>
  /** Programs that scripts are run by. */
  readonly interpreters: readonly FileProgram[]
  /** Members of a group, by its gid (group(5)); the first entry counts. Empty where the groups are not known. */
  readonly members: ReadonlyMap<number, Fact<readonly Fact<string>[]>>
  /** Why a list is not known: then there may be any file. */
  readonly open?: Unsettled
}

/** Doors that are told apart; what is beyond is one door that gives all of it. */
const MAX_DOORS = 200
const MAX_INTERPRETERS = 16
const INTERPRETER =
  /^(?:(?:ba|da|a|k|z|c|tc|fi)?sh|busybox|toybox|env|python|pypy|perl|ruby|node|nodejs|php|lua|luajit|tclsh|java|dumb-init|tini)$/

export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
/** `python3.11` -> `python`, `tool-2.1` -> `tool`. */
export const stemOf = (base: string): string => {
  const digit = base.search(/\d/)
  return digit <= 0 ? base : base.slice(0, digit).replace(/[-_.]$/, '')
}

const cache = new WeakMap<ImageFacts, ImageFiles>()

/** The files of an image, looked through once however many containers run it. */
export function filesOf(image: ImageFacts): ImageFiles {
  const known = cache.get(image)
  if (known) return known
  const files = sort(image)
  cache.set(image, files)
  return files
}

function sort({ setuid, fileCapabilities, groups }: ImageFacts): ImageFiles {
  const doors = new Map<string, Door>()
  const byPath = new Map<string, FileProgram>()
  const through = (key: string, file: PrivilegedFile, door: () => Omit<Door, 'files'>): void => {
    const found = doors.get(key)
    if (found) found.files.push(file)
    else if (doors.size < MAX_DOORS) doors.set(key, { ...door(), files: [file] })
    else {
      const rest = doors.get('rest')
      if (rest) rest.files.push(file)
      else
        doors.set('rest', {
          how: 'setuid',
          permitted: new Set(),
          effective: true,
          runBy: 'all',
          files: [file],
          open: many(file),
        })
    }
  }
  for (const file of fileCapabilities.how === 'unknown' ? [] : fileCapabilities.value) {
    const { path, permitted, effective } = file.facts
    const names = new Set(namesIn(permitted))
    const open = holeIn(permitted) ?? (effective.how === 'unknown' ? effective : undefined)
    const isEffective = effective.how !== 'unknown' && effective.value
    through(`${isEffective} ${[...names].sort().join()} ${open?.because ?? ''}`, file, () => ({
      how: 'file capabilities',
      permitted: names,
      effective: isEffective,
      runBy: 'all',
      ...(open && { open }),
    }))
    if (path.how !== 'unknown')
      byPath.set(path.value, {
        path: path.value,
        place: file.place,
        from: [path, permitted, effective],
        capabilities: { permitted: names, effective: isEffective },
      })
  }
  for (const file of setuid.how === 'unknown' ? [] : setuid.value) {
    const { path, mode, uid, gid, setuid: asOwner, setgid: asGroup } = file.facts
    const open = [mode, uid, gid, asOwner].find((fact) => fact.how === 'unknown')
    if (path.how !== 'unknown') {
      const before = byPath.get(path.value)
      byPath.set(path.value, {
        path: path.value,
        place: file.place,
        ...before,
        from: [...(before?.from ?? [path]), mode, uid],
        ...(asOwner.how !== 'unknown' && asOwner.value && uid.how !== 'unknown' && { setuid: uid.value }),
        ...(asGroup.how !== 'unknown' && asGroup.value && gid.how !== 'unknown' && { setgid: gid.value }),
      })
    }
    // A program that runs as somebody else than root gains no capability by that.
    const isOther = (asOwner.how !== 'unknown' && !asOwner.value) || (uid.how !== 'unknown' && uid.value !== 0)
    if (isOther) continue
    const bits = mode.how === 'unknown' ? 0o1 : Number.parseInt(mode.value, 8)
    const runBy = (bits & 0o1) !== 0 ? 'all' : (bits & 0o10) !== 0 && gid.how !== 'unknown' ? gid.value : 'owner'
    through(`root ${runBy} ${open?.because ?? ''}`, file, () => ({
      how: 'setuid',
      permitted: new Set(),
      effective: true,
      runBy,
      ...(open && { open }),
    }))
  }
  const byStem = new Map<string, FileProgram[]>()
  const interpreters: FileProgram[] = []
  for (const program of byPath.values()) {
    const stem = stemOf(baseOf(program.path))
    const same = byStem.get(stem)
    if (same) same.push(program)
    else byStem.set(stem, [program])
    if (interpreters.length < MAX_INTERPRETERS && INTERPRETER.test(stem)) interpreters.push(program)
  }
  const members = new Map<number, Fact<readonly Fact<string>[]>>()
  for (const { facts } of groups.how === 'unknown' ? [] : groups.value)
    if (facts.gid.how !== 'unknown' && !members.has(facts.gid.value)) members.set(facts.gid.value, facts.members)
  const open = [fileCapabilities, setuid].find((list) => list.how === 'unknown')
  return { doors: [...doors.values()], byPath, byStem, interpreters, members, ...(open?.how === 'unknown' && { open }) }
}

const many = (file: PrivilegedFile): Unsettled =>
  unsettled(
    file.place,
    `the image has more than ${MAX_DOORS} kinds of files that give capabilities, and the others were not told apart`,
    'user',
  )
