/** The filter that a runtime makes of a profile: a tree for every call of every architecture in it. */
import { isSystemCall, numbersOf, type Abi, type Architecture } from '../syscalls.ts'
import { defaultOf, repeatsDefault, returnValue } from './action.ts'
import { chainOf, type Argument, type Verdict } from './chain.ts'
import { architecturesOf, inForce, SCMP_NAMES } from './in-force.ts'
import { MULTIPLEXED, multiplexed, multiplexes } from './multiplex.ts'
import type { SeccompProfile, SeccompRule } from './profile.ts'
import type { Journal } from './order.ts'
import { add, emptyTree, settle, testsIn, type Refused, type Tree } from './tree.ts'

/** Something that libseccomp, or runc, refuses; runc then refuses the container. */
export interface Refusal {
  /**
   * Beside those of a single rule (tree.ts): `errno`, 4095 or more; `byte-order`, an architecture of another byte order than the
   * machine's; `notify`, NOTIFY as the default or for write, with which runc would wait for itself.
   */
  readonly reason: Refused | 'errno' | 'byte-order' | 'notify'
  /** Left out where it is the default action or an architecture. */
  readonly rule?: SeccompRule
  /** The call of the rule. */
  readonly name?: string
}

export interface Filter {
  /** By ABI, then by number; calls that no rule speaks of are not in it. */
  readonly abis: ReadonlyMap<Abi, ReadonlyMap<number, Tree>>
  /** The newest call that a rule in force names, by ABI: above it runc answers ENOSYS. */
  readonly newest: ReadonlyMap<Abi, number>
  readonly refusals: readonly Refusal[]
}

export interface Making {
  readonly native: Architecture
  readonly capabilities: ReadonlySet<string>
  readonly kernel?: readonly [number, number] | undefined
  readonly knownTo?: ReadonlySet<string> | undefined
}

/** Further refusals of a profile that no runtime takes help nobody. */
const MOST_REFUSALS = 100

/** Merging a rule costs by the rules of its call that are there: so many meetings in all. Some 1,700 rules of one call have as many. */
const MOST_MEETINGS = 1.5e6

interface Part {
  readonly abi: Abi
  readonly bits: 32 | 64
  readonly numbers: ReadonlyMap<string, number>
  readonly trees: Map<number, Tree>
  /** Calls that only other architectures have: libseccomp gives them numbers below 0 and refuses conflicts there, too. */
  readonly elsewhere: Map<string, Tree>
}

/** libseccomp system.c, sys_chk_seccomp_action: MAX_ERRNO. */
const badErrno = (value: number): boolean =>
  returnValue({ action: 'SCMP_ACT_ERRNO' }) >>> 16 === value >>> 16 && (value & 0xffff) >= 4095

const BIG_ENDIAN: readonly string[] = 'M68K MIPS MIPS64 MIPS64N32 PARISC PARISC64 PPC PPC64 S390 S390X SHEB'
  .split(' ')
  .map((word) => `SCMP_ARCH_${word}`)

/** ABIs whose arguments libseccomp compares by their low words only. */
const NARROW: readonly Abi[] = ['x86', 'arm', 'x32']

export function makeFilter(profile: SeccompProfile, making: Making): Filter {
  const { native, capabilities, kernel, knownTo } = making
  const refusals: Refusal[] = []
  const listed = architecturesOf(profile, native)
  const words = listed.filter((word) => BIG_ENDIAN.includes(word) === BIG_ENDIAN.includes(SCMP_NAMES[native]))
  if (words.length < listed.length) refusals.push({ reason: 'byte-order' })
  const defaultValue = returnValue(defaultOf(profile))
  if (badErrno(defaultValue)) refusals.push({ reason: 'errno' })
  const parts = (Object.entries(SCMP_NAMES) as [Abi, string][])
    .filter(([, word]) => words.includes(word))
    .map(([abi]): Part => ({
      abi,
      bits: NARROW.includes(abi) ? 32 : 64,
      numbers: numbersOf(abi),
      trees: new Map(),
      elsewhere: new Map(),
    }))
  const newest = new Map<Abi, number>()
  let count = 0
  let meetings = 0
  const circumstances = { capabilities, architecture: native, ...(kernel && { kernel }) }
  for (const rule of profile.syscalls) {
    if (!inForce(rule, circumstances)) continue
    const silent = repeatsDefault(profile, rule)
    const verdict = { value: returnValue(rule), rule }
    const conditions = split(rule.args)
    count += rule.names.length
    for (const name of rule.names) {
      if (!(knownTo ? knownTo.has(name) : isSystemCall(name))) continue
      for (const { abi, numbers } of parts) {
        const number = numbers.get(name)
        if (number !== undefined && !multiplexed(abi, name)) newest.set(abi, Math.max(newest.get(abi) ?? 0, number))
      }
      if (silent) continue
      for (const args of conditions) {
        const reason = badErrno(verdict.value)
          ? 'errno'
          : meetings > MOST_MEETINGS
            ? 'too-large'
            : addEverywhere(parts, name, args, verdict)
        if (args.length > 0) for (const part of parts) meetings += sizeOf(part, name)
        if (reason && refusals.length < MOST_REFUSALS) refusals.push({ reason, rule, name })
      }
    }
  }
  const dead = count > UNSORTED ? [] : blind(parts)
  return {
    abis: new Map(parts.map(({ abi, trees }) => [abi, dead.includes(abi) ? new Map<number, Tree>() : trees])),
    newest,
    refusals,
  }
}

/** runc asks for a binary tree for more calls than these (libcontainer/seccomp, InitSeccomp). */
const UNSORTED = 32

/**
 * ABIs whose rules have no effect. Without a binary tree, libseccomp (2.5, 2.6) loads the call's number before the call that it
 * puts first, the one with the fewest tests. Is that one a call that the architecture has not got, it is left out, and the
 * load with it: no number matches, everything gets the default. Seen in small profiles that compare arguments only.
 */
function blind(parts: readonly Part[]): readonly Abi[] {
  const amd64 = parts.find(({ abi }) => abi === 'amd64')
  const x32 = parts.find(({ abi }) => abi === 'x32')
  // amd64 or x32 alone: the number is loaded before, to tell the two apart.
  const alone = parts.filter(({ abi }) => abi !== 'amd64' && abi !== 'x32').map((part) => [part])
  return [...alone, ...(amd64 && x32 ? [[amd64, x32]] : [])].flatMap((group) => {
    let first = { tests: Infinity, real: true }
    for (const { trees, elsewhere } of group)
      for (const [real, some] of [[true, trees.values()] as const, [false, elsewhere.values()] as const])
        for (const tree of some) {
          const tests = testsIn(tree)
          if (tests < first.tests) first = { tests, real }
        }
    return first.real ? [] : group.map(({ abi }) => abi)
  })
}

/** Two comparisons of one argument in one rule become rules of their own, each alone enough (runc, matchCall). */
function split(args: readonly Argument[]): readonly (readonly Argument[])[] {
  if (args.length < 2) return [args]
  const indexes = new Set(args.map(({ index }) => index))
  return indexes.size === args.length ? [args] : args.map((argument) => [argument])
}

/** On all architectures or, where one refuses, on none. */
function addEverywhere(
  parts: readonly Part[],
  name: string,
  args: readonly Argument[],
  verdict: Verdict,
): Refused | undefined {
  if (args.length === 0 && !MULTIPLEXED.has(name)) {
    for (const { numbers, trees, elsewhere, abi } of parts) {
      const number = numbers.get(name)
      if (number !== undefined) settle(at(trees, number), verdict)
      else if (!multiplexes(abi)) settle(at(elsewhere, name), verdict)
    }
    return undefined
  }
  const journal: Journal = []
  for (const part of parts) {
    const refused = addTo(part, name, args, verdict, journal)
    if (!refused) continue
    for (const undo of journal.toReversed()) undo()
    return refused
  }
  return undefined
}

function addTo(
  part: Part,
  name: string,
  args: readonly Argument[],
  verdict: Verdict,
  journal: Journal,
): Refused | undefined {
  const { abi, bits, numbers, trees, elsewhere } = part
  const put = (tree: Tree, compared: readonly Argument[]): Refused | undefined =>
    add(tree, chainOf(compared, bits, verdict), verdict, journal)
  const by = multiplexed(abi, name)
  const multiplexer = by && numbers.get(by.by)
  if (by && multiplexer !== undefined) {
    // What the rule says of other arguments stays, although they are not those of the call (libseccomp 2.5, 2.6).
    const call: Argument = { index: 0, op: 'SCMP_CMP_EQ', value: BigInt(by.call), valueTwo: 0n }
    const refused = put(at(trees, multiplexer), [call, ...args.filter(({ index }) => index !== 0)])
    if (refused) return refused
  }
  const number = numbers.get(name)
  if (number !== undefined) return put(at(trees, number), args)
  return multiplexes(abi) && !by ? undefined : put(at(elsewhere, name), args)
}

const sizeOf = ({ numbers, trees }: Part, name: string): number => trees.get(numbers.get(name) ?? -1)?.size ?? 0

function at<Key>(trees: Map<Key, Tree>, key: Key): Tree {
  let tree = trees.get(key)
  if (!tree) trees.set(key, (tree = emptyTree()))
  return tree
}
