/**
 * The comparisons of one rule as tests of 32-bit words, the way libseccomp puts them into a filter: classic BPF knows no more
 * than 32 bits, so a 64-bit argument is its high word and its low word (seccomp_rule_add(3); seen in seccomp_export_pfc(3)).
 */
import type { SeccompRule } from './profile.ts'

export type Argument = SeccompRule['args'][number]

/** What a rule says in the end. `value` is what the filter returns. */
export interface Verdict {
  readonly value: number
  readonly rule: SeccompRule
}

/** Where one outcome of a test leads: to a verdict, to further tests, or, with neither, past this test. */
export interface Branch {
  verdict: Verdict | undefined
  /** A test of the level that comes next: the whole level is tried, from its first test. */
  next: Test | undefined
}

/** Tests that are tried in their order until one leads to a verdict. Several branches may lead to one level. */
export type Level = Test[]

export interface Test {
  readonly argument: number
  readonly high: boolean
  readonly compare: 'equal' | 'masked' | 'greater' | 'atLeast'
  /** As in the rule: `SCMP_CMP_NE` is the test `equal` with the sides changed, and so on. */
  readonly operator: Argument['op']
  readonly mask: number
  readonly word: number
  /** The whole value of which `word` is a half. */
  readonly whole: bigint
  readonly yes: Branch
  readonly no: Branch
  /** The level that the test is on. */
  level: Level
}

const WORD = 0xffffffffn
const ALL = 2n ** 64n - 1n
const low = (value: bigint): number => Number(value & WORD)
const high = (value: bigint): number => Number(value >> 32n)

/** One comparison: its first test, and the branches by which it holds. */
interface Step {
  readonly first: Test
  readonly holds: readonly Branch[]
}

/**
 * The tests of a rule's comparisons, which must be of different arguments, with the verdict at their end.
 * Undefined where no comparison is left: then the rule holds for all arguments.
 *
 * @param bits 32 for ABIs whose arguments have 32 bits: only low words are looked at there, x32 included.
 */
export function chainOf(args: readonly Argument[], bits: 32 | 64, verdict: Verdict): Test | undefined {
  const steps = args
    .toSorted((a, b) => a.index - b.index)
    .map((argument) => (bits === 64 ? wide(argument) : narrow(argument)))
    .filter((step) => step !== undefined)
  steps.forEach(({ holds }, i) => {
    const after = steps[i + 1]
    for (const branch of holds) {
      if (after) branch.next = after.first
      else branch.verdict = verdict
    }
  })
  return steps[0]?.first
}

function operands({ op, value, valueTwo }: Argument): { mask: bigint; whole: bigint } {
  return op === 'SCMP_CMP_MASKED_EQ' ? { mask: value, whole: valueTwo } : { mask: ALL, whole: value }
}

function test(argument: Argument, compare: Test['compare'], half: 'high' | 'low'): Test {
  const { mask, whole } = operands(argument)
  const word = half === 'high' ? high : low
  const made: Test = {
    argument: argument.index,
    high: half === 'high',
    compare,
    operator: argument.op,
    mask: word(mask),
    // Bits outside the mask are dropped from what is compared with, too: the comparison cannot fail by them.
    word: word(whole & mask),
    whole,
    yes: { verdict: undefined, next: undefined },
    no: { verdict: undefined, next: undefined },
    level: [],
  }
  made.level.push(made)
  return made
}

const lowCompare = (op: Argument['op']): Test['compare'] => {
  switch (op) {
    case 'SCMP_CMP_GT':
    case 'SCMP_CMP_LE':
      return 'greater'
    case 'SCMP_CMP_GE':
    case 'SCMP_CMP_LT':
      return 'atLeast'
    case 'SCMP_CMP_MASKED_EQ':
      return 'masked'
    case 'SCMP_CMP_EQ':
    case 'SCMP_CMP_NE':
      return 'equal'
  }
}

function narrow(argument: Argument): Step | undefined {
  const { op } = argument
  if (low(operands(argument).mask) === 0) return undefined
  const first = test(argument, lowCompare(op), 'low')
  const negated = op === 'SCMP_CMP_NE' || op === 'SCMP_CMP_LT' || op === 'SCMP_CMP_LE'
  return { first, holds: [negated ? first.no : first.yes] }
}

function wide(argument: Argument): Step | undefined {
  const { op } = argument
  if (operands(argument).mask === 0n) return undefined
  const last = test(argument, lowCompare(op), 'low')
  switch (op) {
    case 'SCMP_CMP_EQ':
    case 'SCMP_CMP_MASKED_EQ':
    case 'SCMP_CMP_NE': {
      const first = test(argument, lowCompare(op), 'high')
      first.yes.next = last
      return { first, holds: op === 'SCMP_CMP_NE' ? [first.no, last.no] : [last.yes] }
    }
    default: {
      const first = test(argument, 'greater', 'high')
      const same = test(argument, 'equal', 'high')
      first.no.next = same
      same.yes.next = last
      const more = op === 'SCMP_CMP_GT' || op === 'SCMP_CMP_GE'
      return { first, holds: more ? [first.yes, last.yes] : [same.no, last.no] }
    }
  }
}
