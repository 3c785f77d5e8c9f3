/** What a profile lets through, by what it is for: data for a page. */
import { CAPABILITIES } from '../capabilities/names.ts'
import { systemCalls, type Abi } from '../syscalls.ts'
import { comparisonsText } from './comparison.ts'
import type { Decision, World } from './decide.ts'
import { inForce } from './in-force.ts'
import { question } from './lint/question.ts'
import type { SeccompProfile } from './profile.ts'
import { PURPOSES, purposeOf } from './purpose.ts'

export interface ShownPurpose {
  readonly name: string
  readonly says: string
  /** Run with all arguments. */
  readonly runs: readonly string[]
  /** Run with some. */
  readonly sometimes: readonly string[]
  readonly held: readonly string[]
}
export interface ShownProfile {
  /** What happens to calls that no rule names. */
  readonly default: Decision
  /** The ABIs that the filter is made for, the machine's own first. */
  readonly abis: readonly Abi[]
  /** How many calls the machine has and how many of them run with all arguments. */
  readonly calls: number
  readonly runs: number
  /** Every purpose that the machine has a call for. */
  readonly purposes: readonly ShownPurpose[]
  /** For calls that run with some arguments: the comparisons of the rules that let them through or hold them back. */
  readonly sometimes: readonly { readonly syscall: string; readonly when: readonly string[] }[]
  /** Capabilities that the container lacks and the profile asks for, each with the calls that would run with it. */
  readonly capabilities: readonly { readonly name: string; readonly calls: readonly string[] }[]
  /** Calls that are held back otherwise than by the default. */
  readonly answers: readonly { readonly answer: Decision; readonly calls: readonly string[] }[]
}

export function showProfile(profile: SeccompProfile, world: World): ShownProfile {
  const ask = question(profile, world)
  const native = world.native ?? (world.architecture === 'x32' ? 'amd64' : world.architecture)
  const calls = systemCalls(world.architecture)
  const about = new Map(calls.map((call) => [call, ask.about(call)]))
  const that = (runs: string) => calls.filter((call) => about.get(call)?.runs === runs)
  const [always, sometimes, held] = [that('always'), that('sometimes'), that('never')]
  const byPurpose = (names: readonly string[], purpose: string) => names.filter((name) => purposeOf(name) === purpose)
  const inForceRules = profile.syscalls.filter((rule) => inForce(rule, { ...world, architecture: native }))
  const fallback = ask.decide(UNUSED)
  const answers = new Map<string, { answer: Decision; calls: string[] }>()
  for (const call of held) {
    const answer = about.get(call)?.held
    if (!answer || (answer.action === fallback.action && answer.errno === fallback.errno)) continue
    const key = `${answer.action} ${answer.errno}`
    const group = answers.get(key) ?? { answer, calls: [] }
    group.calls.push(call)
    answers.set(key, group)
  }
  const wanted = new Set(
    profile.syscalls.flatMap(({ includes, excludes }) => [...(includes?.caps ?? []), ...(excludes?.caps ?? [])]),
  )
  const lacking = CAPABILITIES.filter((cap) => wanted.has(`CAP_${cap}`) && !world.capabilities.has(cap))
  return {
    default: fallback,
    abis: ask.abis,
    calls: calls.length,
    runs: always.length,
    purposes: PURPOSES.map(({ name, says }) => ({
      name,
      says,
      runs: byPurpose(always, name),
      sometimes: byPurpose(sometimes, name),
      held: byPurpose(held, name),
    })).filter((one) => one.runs.length + one.sometimes.length + one.held.length > 0),
    sometimes: sometimes.map((syscall) => ({
      syscall,
      when: inForceRules
        .filter(({ names, args }) => args.length > 0 && names.includes(syscall))
        .map(({ action, args }) => `${action === 'SCMP_ACT_ALLOW' ? '' : 'not '}${comparisonsText(args)}`),
    })),
    capabilities: [...lacking].sort().flatMap((name) => {
      const more = question(profile, { ...world, capabilities: new Set([...world.capabilities, name]) })
      const gained = calls.filter((call) => about.get(call)?.runs !== 'always' && more.about(call).runs === 'always')
      return gained.length === 0 ? [] : [{ name, calls: gained }]
    }),
    answers: [...answers.values()],
  }
}
/** No kernel has a call of that number. */
const UNUSED = 0xffff
