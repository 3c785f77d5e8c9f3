/** Comparisons with arguments that do not say what they seem to. */
import { comparisonText, type Comparison } from '../comparison.ts'
import type { SeccompRule } from '../profile.ts'
import { argumentCount, argumentKind } from '../signature.ts'
import type { LintFinding, LintSubject } from './finding.ts'

const UPPER = 0xffffffff00000000n
const S390: readonly string[] = ['s390', 's390x']

export function lintArguments({ profile, places, ask }: LintSubject): readonly LintFinding[] {
  return profile.syscalls.flatMap((rule, number) => {
    if (rule.args.length === 0) return []
    return rule.args.flatMap((argument, position): readonly LintFinding[] => {
      const place = places.argument(number, position)
      const pointer = rule.names.find((one) => argumentKind(one, argument.index) === 'pointer')
      if (pointer !== undefined && !onNull(argument))
        return [
          {
            id: 'seccomp-pointer-compared',
            place,
            message: `Argument ${argument.index} of ${pointer} is a pointer: a filter sees the address, which the program chooses, and not what stands there (seccomp(2)). "${comparisonText(argument)}" bounds nothing. Compare with another argument, or allow or deny the call as a whole.`,
            severity: 'medium',
          },
        ]
      const whole = rule.names.find((one) => argumentKind(one, argument.index) === 'int')
      if (
        whole !== undefined &&
        ask.world.architecture !== 'x86' &&
        ask.world.architecture !== 'arm' &&
        upperHalfPasses(profile.defaultAction, rule, argument)
      )
        return [
          {
            id: 'seccomp-upper-half',
            place,
            message: `Argument ${argument.index} of ${whole} is a number of 32 bits: the kernel takes its lower half, this comparison ("${comparisonText(argument)}") the whole register. ${around(argument)} Say which values are allowed by SCMP_CMP_EQ or SCMP_CMP_LT, which other halves do not meet.`,
            severity: 'medium',
          },
        ]
      const short = rule.names.find((one) => argument.index >= (argumentCount(one) ?? Infinity))
      if (short !== undefined)
        return [
          {
            id: 'seccomp-argument-absent',
            place,
            message: `${short} has ${argumentCount(short) ?? 0} arguments, counted from 0, and no argument ${argument.index}: the comparison looks at whatever the program has left in that register. Correct the index.`,
            severity: 'medium',
          },
        ]
      return []
    })
  })
}

/** A comparison with 0 tells NULL from an address, and that is a fact. */
const onNull = ({ op, value }: Comparison): boolean =>
  value === 0n && (op === 'SCMP_CMP_EQ' || op === 'SCMP_CMP_NE' || op === 'SCMP_CMP_GT')

/**
 * The upper half of a 32-bit argument, by which snapd's filter (CVE-2019-7303) and flatpak's (CVE-2019-10063) were passed:
 * whether a value that the kernel takes for a forbidden one gets past the comparison by bits in its upper half: in a rule that lets
 * through NE, GT and GE hold for it, in one that holds back EQ, LT, LE and a masked comparison of the upper half do not.
 */
function upperHalfPasses(
  defaultAction: string,
  { action, args, includes }: SeccompRule,
  { op, value, valueTwo }: Comparison,
): boolean {
  if (includes?.arches.length && includes.arches.every((one) => S390.includes(one))) return false
  const lets = LAX.includes(action)
  if (lets === LAX.includes(defaultAction) || value > 0xffffffffn) return false
  // With further comparisons the rule may be one part of several; those that hold back are judged by themselves.
  if (lets && args.length > 1 && op === 'SCMP_CMP_NE') return false
  if (lets) return op === 'SCMP_CMP_NE' || op === 'SCMP_CMP_GT' || op === 'SCMP_CMP_GE'
  return (
    op === 'SCMP_CMP_EQ' ||
    op === 'SCMP_CMP_LT' ||
    op === 'SCMP_CMP_LE' ||
    (op === 'SCMP_CMP_MASKED_EQ' && (value & UPPER) !== 0n && valueTwo === 0n)
  )
}
const LAX: readonly string[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG']

function around({ op, value }: Comparison): string {
  const lower =
    op === 'SCMP_CMP_GT'
      ? value
      : op === 'SCMP_CMP_LT' && value > 0n
        ? value - 1n
        : op === 'SCMP_CMP_GE' && value > 0n
          ? value - 1n
          : value
  return `0x${((1n << 32n) | lower).toString(16)} gets past it, and the kernel takes it for ${lower}.`
}
