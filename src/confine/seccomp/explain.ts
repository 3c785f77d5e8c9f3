/** What happens to one system call under a profile, and why: data for a page. */
import type { Place } from '../../model/place.ts'
import { numbersOf, type Abi } from '../syscalls.ts'
import { interestingArguments } from './arguments.ts'
import { abisOf, plainer } from './compare.ts'
import { evaluator, type Decision, type World } from './decide.ts'
import { DANGERS, type Danger } from './danger.ts'
import { inForce } from './in-force.ts'
import { multiplexed } from './multiplex.ts'
import type { PlacedProfile } from './places.ts'
import type { SeccompRule } from './profile.ts'
import { PURPOSES, purposeOf, type Purpose } from './purpose.ts'

export interface ExplainedAnswer {
  readonly decision: Decision
  /** Where the rule stands that decides; for the default action its key. */
  readonly place: Place
  /** The rule that decides; left out for the default action and for an ABI that the filter is not made for. */
  readonly rule?: SeccompRule
  /** Six arguments with which this is the answer. */
  readonly example: readonly bigint[]
  /** How many of the tried tuples have this answer. */
  readonly count: number
}
export interface ExplainedAbi {
  readonly abi: Abi
  /** The call's number there; undefined where the ABI does not have it. */
  readonly number: number | undefined
  /** The call that it comes by there, where the ABI has it only, or also, behind another one. */
  readonly by?: 'socketcall' | 'ipc'
  /** One for each rule that decides, in the order of the profile, the default last; several where the answer hangs on the arguments. */
  readonly answers: readonly ExplainedAnswer[]
}
export interface ExplainedRule {
  readonly rule: SeccompRule
  readonly place: Place
  /** Whether the conditions hold in this container. */
  readonly inForce: boolean
}
export interface ExplainedCall {
  readonly syscall: string
  readonly purpose: Purpose | undefined
  readonly danger: Danger | undefined
  /** By every ABI of the filter that has the call, the machine's own first. */
  readonly abis: readonly ExplainedAbi[]
  /** Every rule that names it, in the order of the profile. */
  readonly rules: readonly ExplainedRule[]
}

export function explainCall({ profile, places }: PlacedProfile, world: World, syscall: string): ExplainedCall {
  const native = world.native ?? (world.architecture === 'x32' ? 'amd64' : world.architecture)
  const numbers = new Map(profile.syscalls.map((rule, i) => [rule, i]))
  const placeOf = (rule: SeccompRule | undefined): Place => {
    const number = rule && numbers.get(rule)
    return number === undefined ? places.key('defaultAction') : places.rule(number)
  }
  // The default speaks for what no rule has taken: it comes last.
  const rankOf = (rule: SeccompRule | undefined): number => (rule && numbers.get(rule)) ?? Infinity
  const abis = abisOf([profile], native).flatMap((abi): readonly ExplainedAbi[] => {
    const number = numbersOf(abi).get(syscall)
    const by = multiplexed(abi, syscall)?.by
    if (number === undefined && by === undefined && abi !== native) return []
    const asked = evaluator(profile, { ...world, native, architecture: abi })
    const answers = new Map<string, { -readonly [K in keyof ExplainedAnswer]: ExplainedAnswer[K] }>()
    for (const example of [...interestingArguments([profile], syscall)].sort(plainer)) {
      const decision = asked.decide(syscall, example)
      const { rule } = decision
      const key = `${rule && numbers.get(rule)} ${decision.action} ${decision.errno}`
      const group = answers.get(key) ?? { decision, place: placeOf(rule), ...(rule && { rule }), example, count: 0 }
      group.count += 1
      answers.set(key, group)
    }
    return [
      {
        abi,
        number,
        ...(by && { by }),
        answers: [...answers.values()].sort((a, b) => rankOf(a.rule) - rankOf(b.rule)),
      },
    ]
  })
  const purpose = purposeOf(syscall)
  return {
    syscall,
    purpose: purpose === 'other' ? undefined : PURPOSES.find(({ name }) => name === purpose),
    danger: DANGERS.find(({ calls }) => calls.includes(syscall)),
    abis,
    rules: profile.syscalls.flatMap((rule, number) =>
      rule.names.includes(syscall)
        ? [
            {
              rule,
              place: places.name(number, rule.names.indexOf(syscall)),
              inForce: inForce(rule, { ...world, architecture: native }),
            },
          ]
        : [],
    ),
  }
}
