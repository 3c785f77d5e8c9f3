/** Arguments that tell rules apart: at and around the bounds of what profiles compare with. */
import type { Argument } from './chain.ts'
import { MULTIPLEXED } from './multiplex.ts'
import type { SeccompProfile } from './profile.ts'

type Six = readonly [bigint, bigint, bigint, bigint, bigint, bigint]

const ALL = 2n ** 64n - 1n
/** So many tuples for one call; beyond it, a choice of them that is always the same. */
const MOST = 600
const MOST_VALUES = 64
const MOST_RULES = 64

/**
 * Tuples of six arguments at and around the bounds of every comparison that the profiles make for a call: at least one, at most
 * some 600. For `socketcall` and `ipc` the first argument takes the number of every call that comes by them.
 */
export function interestingArguments(profiles: readonly SeccompProfile[], syscall: string): readonly Six[] {
  const rules = profiles
    .flatMap((profile) => profile.syscalls)
    .filter(({ names, args }) => args.length > 0 && names.some((name) => concerns(name, syscall)))
    .slice(0, MOST_RULES)
  const values = Array.from({ length: 6 }, () => new Set([0n]))
  for (const { args } of rules)
    for (const argument of args) for (const value of around(argument)) limited(values[argument.index], value)
  for (const [, { by, call }] of MULTIPLEXED) if (by === syscall) values[0]?.add(BigInt(call))
  const lists = values.map((set) => [...set])
  const size = lists.reduce((product, list) => product * list.length, 1)
  const tuples = new Map<string, Six>()
  const put = (tuple: Six): void => void (tuples.size < MOST && tuples.set(tuple.join(), tuple))
  if (size <= MOST) {
    for (let i = 0; i < size; i++) put(nth(lists, i))
    return [...tuples.values()]
  }
  // One argument after the other, the others so that the rule's comparisons hold: at every bound both answers are seen.
  put(six(() => 0n))
  const bases = rules.map(({ args }) => six((i) => holding(args.filter(({ index }) => index === i))))
  for (const base of bases) put(base)
  for (let round = 0; round < MOST_VALUES && tuples.size < MOST; round++)
    for (const base of bases)
      for (const [index, list] of lists.entries()) {
        const value = list[round]
        if (value !== undefined) put(six((i) => (i === index ? value : (base[i] ?? 0n))))
      }
  // And some of the other combinations, spread evenly.
  const step = Math.max(1, Math.floor(Math.min(size, Number.MAX_SAFE_INTEGER / 2) / MOST)) | 1
  for (let i = 0, at = 0; tuples.size < MOST && i < 2 * MOST; i++, at += step) put(nth(lists, at))
  return [...tuples.values()]
}

const concerns = (name: string, syscall: string): boolean => name === syscall || MULTIPLEXED.get(name)?.by === syscall

const limited = (set: Set<bigint> | undefined, value: bigint): void =>
  void (set && set.size < MOST_VALUES && set.add(value))

const six = (of: (index: number) => bigint): Six => [of(0), of(1), of(2), of(3), of(4), of(5)]

/** The tuple with that number among all combinations. */
function nth(lists: readonly (readonly bigint[])[], number: number): Six {
  let rest = number
  return six((i) => {
    const list = lists[i] ?? []
    const value = list[rest % list.length] ?? 0n
    rest = Math.floor(rest / list.length)
    return value
  })
}

const LOW = 0xffffffffn
const HIGH = ALL ^ LOW

function around({ op, value, valueTwo }: Argument): readonly bigint[] {
  const wrap = (number: bigint): bigint => BigInt.asUintN(64, number)
  if (op !== 'SCMP_CMP_MASKED_EQ')
    return [value, value - 1n, value + 1n, value & LOW, value & HIGH, value ^ (1n << 32n), value ^ HIGH, ALL].map(wrap)
  const wanted = valueTwo & value
  const lowest = value & -value
  const highest = value === 0n ? 0n : 1n << BigInt(value.toString(2).length - 1)
  return [wanted, wanted ^ lowest, wanted ^ highest, wanted | (ALL ^ value), value, wanted ^ HIGH, valueTwo, ALL].map(
    wrap,
  )
}

/** A value for which the comparisons of one argument hold, or nearly. */
function holding(comparisons: readonly Argument[]): bigint {
  const [first] = comparisons
  if (!first) return 0n
  switch (first.op) {
    case 'SCMP_CMP_MASKED_EQ':
      return first.value & first.valueTwo
    case 'SCMP_CMP_LT':
      return BigInt.asUintN(64, first.value - 1n)
    case 'SCMP_CMP_GT':
    case 'SCMP_CMP_NE':
      return BigInt.asUintN(64, first.value + 1n)
    default:
      return first.value
  }
}
