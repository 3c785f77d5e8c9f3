/** Comparisons with arguments as text: `arg0 == 16 and arg2 != 9`, `arg0 & 0x7e020000 == 0`. For people, and for our own compact profiles. */
import type { SeccompProfile } from './profile.ts'

export type Comparison = SeccompProfile['syscalls'][number]['args'][number]

const SIGNS = {
  SCMP_CMP_NE: '!=',
  SCMP_CMP_LT: '<',
  SCMP_CMP_LE: '<=',
  SCMP_CMP_EQ: '==',
  SCMP_CMP_GE: '>=',
  SCMP_CMP_GT: '>',
} as const

/** Small numbers are counts and protocol numbers, read in tens; large ones are flags, read in sixteens. */
export const number = (value: bigint): string => (value < 4096n ? String(value) : `0x${value.toString(16)}`)

/** One comparison. In SCMP_CMP_MASKED_EQ `value` is the mask and `valueTwo` what remains (seccomp_rule_add(3)). */
export const comparisonText = ({ index, op, value, valueTwo }: Comparison): string =>
  op === 'SCMP_CMP_MASKED_EQ'
    ? `arg${index} & ${number(value)} == ${number(valueTwo)}`
    : `arg${index} ${SIGNS[op]} ${number(value)}`

/** All comparisons of a rule, which must all hold; empty where there is none. */
export const comparisonsText = (args: readonly Comparison[]): string => args.map(comparisonText).join(' and ')

/** The other way; undefined for a text that is none. */
export function readComparisons(text: string): readonly Comparison[] | undefined {
  const args = text.split(' and ').map(readComparison)
  return args.every((one) => one !== undefined) ? args : undefined
}

function readComparison(text: string): Comparison | undefined {
  const [, index, mask, sign = '', value = ''] =
    /^ *arg([0-5])(?: & (0x[\da-f]{1,16}|\d{1,20}))? (==|!=|<=|>=|<|>) (0x[\da-f]{1,16}|\d{1,20}) *$/.exec(text) ?? []
  if (index === undefined) return undefined
  if (mask !== undefined)
    return sign === '=='
      ? { index: Number(index), op: 'SCMP_CMP_MASKED_EQ', value: BigInt(mask), valueTwo: BigInt(value) }
      : undefined
  const op = OPERATORS.find((name) => SIGNS[name] === sign)
  return op && { index: Number(index), op, value: BigInt(value), valueTwo: 0n }
}
const OPERATORS = ['SCMP_CMP_NE', 'SCMP_CMP_LT', 'SCMP_CMP_LE', 'SCMP_CMP_EQ', 'SCMP_CMP_GE', 'SCMP_CMP_GT'] as const
