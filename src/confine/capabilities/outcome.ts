/** One way in which what is not known may be, and what a container's processes hold in it. */
import { execve, type CapabilitySet, type Program } from './execve.ts'
import type { Door } from './image-files.ts'
import type { Setting } from './start.ts'
import { reach } from './way.ts'

/** One way in which what is not known may be. */
export interface World {
  readonly uid: number
  readonly noNewPrivileges: boolean
  readonly program: (bounding: CapabilitySet) => Program
  readonly bounding: CapabilitySet
  readonly setting: Setting
  readonly doors: readonly Door[]
  readonly onHost: boolean
}
export interface Outcome {
  readonly starts: boolean
  readonly permitted: CapabilitySet
  readonly effective: CapabilitySet
  readonly inheritable: CapabilitySet
  readonly ambient: CapabilitySet
  readonly gains: CapabilitySet
  readonly reaches: CapabilitySet
}

const NONE: CapabilitySet = new Set()
export const BASE: World = {
  uid: 0,
  noNewPrivileges: false,
  program: () => ({}),
  bounding: NONE,
  setting: () => ({ permitted: NONE, inheritable: NONE, ambient: NONE }),
  doors: [],
  onHost: true,
}

/** What is so in one world: empty sets where the program is refused, and there is no process. */
export function outcomeOf(world: World): Outcome {
  const { uid, bounding, noNewPrivileges } = world
  const before = world.setting(uid, bounding)
  const after = execve(
    { uid, effectiveUid: uid, noNewPrivileges, bounding, effective: before.permitted, ...before },
    world.program(bounding),
  )
  if (!after)
    return {
      starts: false,
      permitted: NONE,
      effective: NONE,
      inheritable: NONE,
      ambient: NONE,
      gains: NONE,
      reaches: NONE,
    }
  const { permitted, effective, inheritable, ambient } = after
  const most = noNewPrivileges
    ? permitted
    : uid === 0 || after.effectiveUid === 0
      ? permitted.union(bounding)
      : reach(permitted, bounding, world.doors)
  return {
    starts: true,
    permitted,
    effective,
    inheritable,
    ambient,
    gains: most.difference(permitted),
    reaches: world.onHost ? most : NONE,
  }
}
export const KEYS_OF_OUTCOME = [
  'starts',
  'permitted',
  'effective',
  'inheritable',
  'ambient',
  'gains',
  'reaches',
] as const
const sameSet = (a: CapabilitySet, b: CapabilitySet): boolean => a.size === b.size && a.isSubsetOf(b)
/** The keys by which two outcomes differ. A program that is refused has no process to differ by, unless it is the one compared with. */
export function compare(a: Outcome, b: Outcome): readonly (keyof Outcome)[] {
  if (a.starts !== b.starts) return a.starts ? ['starts'] : KEYS_OF_OUTCOME
  return KEYS_OF_OUTCOME.filter((key) => key !== 'starts' && !sameSet(a[key], b[key]))
}
