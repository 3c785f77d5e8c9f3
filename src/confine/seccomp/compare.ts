/** Which of two profiles lets less through, by what their filters answer to every system call. */
import { ARCHITECTURES, systemCalls, type Abi, type Architecture } from '../syscalls.ts'
import { interestingArguments } from './arguments.ts'
import { evaluator, sameAnswer, type Decision, type Evaluator, type World } from './decide.ts'
import { architecturesOf, SCMP_NAMES } from './in-force.ts'
import type { SeccompProfile } from './profile.ts'

export type Relation = 'equal' | 'tighter' | 'looser' | 'incomparable'

/**
 * Calls that the two profiles answer differently.
 *
 * `direction` is of A against B; `equal` where both hold the call back in the same way and only the error differs.
 */
export interface Difference {
  /** The name, or {@link OTHER_CALLS}. */
  readonly syscall: string
  /** The ABI that the call comes by. */
  readonly abi: Abi
  readonly a: Decision
  readonly b: Decision
  readonly direction: Exclude<Relation, 'incomparable'>
  /** Six arguments each, with which the answers are these: some of them, where other arguments have other answers. Left out: always. */
  readonly arguments?: readonly (readonly bigint[])[]
}

export interface Comparison {
  /** Of A against B. */
  readonly relation: Relation
  /** By ABI, the machine's own first, and name. */
  readonly differences: readonly Difference[]
}

/** Every call that no table knows: those of later kernels. */
export const OTHER_CALLS = 'all other calls'

/**
 * Most restrictive first: the order that opencontainers/runtime-spec#1317 proposes, and seccomp(2) has for filters on top of each other.
 * KILL is KILL_THREAD.
 */
const ORDER = [
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_NOTIFY',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_LOG',
  'SCMP_ACT_ALLOW',
]
/** How much an action lets through: 0 is the most restrictive. */
export const laxity = (action: string): number =>
  ORDER.indexOf(action === 'SCMP_ACT_KILL' ? 'SCMP_ACT_KILL_THREAD' : action)

/** So many examples of arguments are kept of one difference. */
const MOST_EXAMPLES = 8
/** No kernel has a call of that number. */
const UNUSED = 0xffff

/**
 * A against B, on the machine of that world and by every ABI that one of the two filters is made for: its own and the sub-architectures.
 * `equal` says that what happens to each call is equally restrictive; calls that are held back with another error are told all the same.
 */
export function compareProfiles(a: SeccompProfile, b: SeccompProfile, world: World): Comparison {
  const native = world.native ?? (world.architecture === 'x32' ? 'amd64' : world.architecture)
  const argumentsFor = argumentsOf([a, b])
  const differences = abisOf([a, b], native).flatMap((abi) => {
    const here = { ...world, native, architecture: abi }
    return differencesBy(abi, argumentsFor, evaluator(a, here), evaluator(b, here))
  })
  const tighter = differences.some(({ direction }) => direction === 'tighter')
  const looser = differences.some(({ direction }) => direction === 'looser')
  const relation = tighter ? (looser ? 'incomparable' : 'tighter') : looser ? 'looser' : 'equal'
  return { relation, differences }
}

/** The machine's own ABI and every other one that a filter of these profiles would be made for on it. */
export function abisOf(profiles: readonly SeccompProfile[], native: Architecture): readonly Abi[] {
  const words = new Set(profiles.flatMap((profile) => architecturesOf(profile, native)))
  const abis: readonly Abi[] = [...ARCHITECTURES, 'x32']
  return [native, ...abis.filter((abi) => abi !== native && words.has(SCMP_NAMES[abi]))]
}

/** {@link interestingArguments} for many calls: the rules that compare are sought once. */
export function argumentsOf(profiles: readonly SeccompProfile[]): (syscall: string) => readonly (readonly bigint[])[] {
  const rules = new Map<string, SeccompProfile['syscalls']>()
  for (const { syscalls } of profiles)
    for (const rule of syscalls)
      if (rule.args.length > 0)
        for (const name of rule.names) {
          const list = rules.get(name) ?? []
          // Of further ones no arguments are made (interestingArguments).
          if (list.length < MOST_RULES) list.push(rule)
          rules.set(name, list)
        }
  const [first] = profiles
  const known = new Map<string, readonly (readonly bigint[])[]>()
  const made = (syscall: string): readonly (readonly bigint[])[] => {
    if (first && MULTIPLEXERS.includes(syscall)) return interestingArguments(profiles, syscall)
    const own = rules.get(syscall)
    return first && own ? interestingArguments([{ ...first, syscalls: own }], syscall) : NO_ARGUMENTS
  }
  return (syscall) => {
    const tuples = known.get(syscall) ?? made(syscall)
    known.set(syscall, tuples)
    return tuples
  }
}
const MOST_RULES = 64
const MULTIPLEXERS: readonly string[] = ['socketcall', 'ipc']
const NO_ARGUMENTS = [[0n, 0n, 0n, 0n, 0n, 0n]]

function differencesBy(
  abi: Abi,
  argumentsFor: (syscall: string) => readonly (readonly bigint[])[],
  a: Evaluator,
  b: Evaluator,
): readonly Difference[] {
  const other = differenceOf(OTHER_CALLS, abi, a.decide(UNUSED), b.decide(UNUSED))
  return [
    ...systemCalls(abi).flatMap((syscall) => withArguments(syscall, abi, argumentsFor(syscall), a, b)),
    ...(other ? [other] : []),
  ]
}

function withArguments(
  syscall: string,
  abi: Abi,
  tuples: readonly (readonly bigint[])[],
  a: Evaluator,
  b: Evaluator,
): readonly Difference[] {
  const [only, ...more] = tuples
  if (only && more.length === 0)
    return [differenceOf(syscall, abi, a.decide(syscall, only), b.decide(syscall, only)) ?? []].flat()
  const groups = new Map<string, { difference: Difference; examples: (readonly bigint[])[]; count: number }>()
  for (const tuple of tuples) {
    const [left, right] = [a.decide(syscall, tuple), b.decide(syscall, tuple)]
    const difference = differenceOf(syscall, abi, left, right)
    if (!difference) continue
    const key = [left.action, left.errno, right.action, right.errno].join()
    const group = groups.get(key) ?? { difference, examples: [], count: 0 }
    group.examples.push(tuple)
    group.count += 1
    groups.set(key, group)
  }
  return [...groups.values()].map(({ difference, examples, count }) =>
    count === tuples.length ? difference : { ...difference, arguments: examples.sort(plainer).slice(0, MOST_EXAMPLES) },
  )
}

/** Examples that are easier to read first: fewer digits. */
export const plainer = (a: readonly bigint[], b: readonly bigint[]): number =>
  a.join().length - b.join().length || (a.join() < b.join() ? -1 : 1)

function differenceOf(syscall: string, abi: Abi, a: Decision, b: Decision): Difference | undefined {
  if (sameAnswer(a, b)) return undefined
  const [left, right] = [laxity(a.action), laxity(b.action)]
  return { syscall, abi, a, b, direction: left < right ? 'tighter' : left > right ? 'looser' : 'equal' }
}
