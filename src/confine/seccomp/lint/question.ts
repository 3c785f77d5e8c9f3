/** What the profile does with a call in the container that it is judged for. */
import { numbersOf, type Abi } from '../../syscalls.ts'
import { abisOf, argumentsOf } from '../compare.ts'
import { evaluator, type Decision, type Evaluator, type World } from '../decide.ts'
import type { SeccompProfile } from '../profile.ts'

/** Actions that run the call: LOG runs it too (seccomp(2), SECCOMP_RET_LOG). TRACE and NOTIFY leave it to another process. */
export const letsThrough = (action: string): boolean => action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG'

export interface Answer {
  /** Whether the call runs: with all arguments, none, or some. */
  readonly runs: 'always' | 'never' | 'sometimes'
  /** One answer of each kind that there is. */
  readonly through?: Decision
  readonly held?: Decision
  /** Number of the rule that decided in `through`, else in `held`; left out for the default action. */
  readonly rule?: number
}

export interface Question {
  readonly world: World
  /** The ABIs that the filter is made for, the machine's own first. */
  readonly abis: readonly Abi[]
  /** True where the ABI has a call of that name. */
  readonly has: (syscall: string, abi?: Abi) => boolean
  readonly decide: Evaluator['decide']
  /** What happens to that call by an ABI (left out: the machine's own), with the arguments given or all that tell rules apart. */
  readonly about: (
    syscall: string,
    options?: { readonly abi?: Abi; readonly arguments?: readonly (readonly bigint[])[] },
  ) => Answer
}

export function question(profile: SeccompProfile, world: World): Question {
  const native = world.native ?? (world.architecture === 'x32' ? 'amd64' : world.architecture)
  const made = new Map<Abi, Evaluator>()
  const evaluatorOf = (abi: Abi): Evaluator => {
    const one = made.get(abi) ?? evaluator(profile, { ...world, native, architecture: abi })
    made.set(abi, one)
    return one
  }
  const numbers = new Map(profile.syscalls.map((rule, i) => [rule, i]))
  const argumentsFor = argumentsOf([profile])
  const answers = new Map<string, Answer>()
  const answerOf = (asked: Evaluator, syscall: string, tuples: readonly (readonly bigint[])[]): Answer => {
    const decisions = tuples.map((tuple) => asked.decide(syscall, tuple))
    const through = decisions.find(({ action }) => letsThrough(action))
    const held = decisions.find(({ action }) => !letsThrough(action))
    const decided = (through ?? held)?.rule
    const rule = decided && numbers.get(decided)
    return {
      runs: through ? (held ? 'sometimes' : 'always') : 'never',
      ...(through && { through }),
      ...(held && { held }),
      ...(rule !== undefined && { rule }),
    }
  }
  return {
    world,
    abis: abisOf([profile], native),
    has: (syscall, abi = world.architecture) => numbersOf(abi).has(syscall),
    decide: (syscall, args) => evaluatorOf(world.architecture).decide(syscall, args),
    about: (syscall, { abi = world.architecture, arguments: tuples } = {}) => {
      const key = `${abi} ${syscall}`
      const known = tuples === undefined ? answers.get(key) : undefined
      if (known) return known
      const answer = answerOf(evaluatorOf(abi), syscall, tuples ?? argumentsFor(syscall))
      if (tuples === undefined) answers.set(key, answer)
      return answer
    },
  }
}
