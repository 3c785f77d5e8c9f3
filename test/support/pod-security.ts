/** The evaluator of Pod Security admission as an oracle (test/oracle/pod-security), and what our policies say of the same pods. */
import { spawnSync } from 'node:child_process'
import { builtinPolicies, builtinRules, type BuiltinPolicy } from '../../src/builtin.ts'
import { infoOf } from '../../src/rule/rule.ts'
import { startOf } from '../../src/model/place.ts'
import { select } from '../../src/policy/select.ts'
import { atVersion } from '../../src/policy/version.ts'
import { prepare } from '../../src/rule/compile.ts'
import { judge, type Judged } from '../../src/rule/judge.ts'
import type { Inventory } from '../../src/scan.ts'
import { buildOracle } from './oracle.ts'

export const oracle = (): ReturnType<typeof buildOracle> => buildOracle('pod-security')

export const levels = ['baseline', 'restricted'] as const
export type Level = (typeof levels)[number]
/** The ids of the checks in force, by level, at v1.0, v1.1 ... */
export type Checks = Readonly<Record<Level, readonly (readonly string[])[]>>
export const checksOf = (path: string): Checks => JSON.parse(run(path, ['--checks'], '')) as Checks

/** What fails from v1.`since` on. */
interface Step {
  readonly since: number
  readonly failed: readonly string[]
}
export interface Answer extends Partial<Readonly<Record<Level, readonly Step[]>>> {
  readonly id: string
  /** Which object of the text it is, those of lists counted one by one. */
  readonly index: number
  readonly kind?: string
  readonly namespace?: string
  /** With a star where the API server makes the rest of it. */
  readonly name?: string
  /** The API server would refuse to read it. */
  readonly error?: string
}
/** Every pod, or template of one, in every text. */
export const ask = (path: string, texts: ReadonlyMap<string, string>): readonly Answer[] =>
  run(path, [], [...texts].map(([id, text]) => `${JSON.stringify({ id, text })}\n`).join(''))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer)
export const failedAt = (answer: Answer, level: Level, minor: number): readonly string[] =>
  answer[level]?.findLast(({ since }) => since <= minor)?.failed ?? []

function run(path: string, options: readonly string[], input: string): string {
  const { stdout, status, stderr } = spawnSync(path, options, { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`the oracle failed: ${stderr.slice(0, 500)}`)
  return stdout
}

/** The rules of a policy as they are judged, and what tells them from those of another version. */
export interface Ruling {
  readonly rules: readonly Judged[]
  readonly signature: string
  /** The controls that the policy lists. */
  readonly controls: readonly string[]
}
let known: Promise<readonly [Awaited<ReturnType<typeof builtinRules>>, ReadonlyMap<string, BuiltinPolicy>]> | undefined
/** Of a level at a version: read once, and pinned as `readSettings` does. */
export async function ruling(level: Level, version: string | undefined): Promise<Ruling> {
  known ??= Promise.all([builtinRules(), builtinPolicies()])
  const [all, policies] = await known
  const whole = policies.get(`pss-${level}`)?.policy
  if (!whole) throw new Error(`there is no policy pss-${level}`)
  const { value: policy, errors } = atVersion(whole, version, startOf('test'))
  if (!policy) throw new Error(errors.map(({ message }) => message).join('\n'))
  const infos = all.map(infoOf)
  const { value } = select(policy, undefined, {}, infos)
  const rules = all.flatMap(({ rule }) => {
    const use = value.rules.get(rule.id)
    return use ? [{ compiled: prepare(rule), parameters: use.params }] : []
  })
  return {
    rules,
    signature: JSON.stringify(rules.map(({ compiled, parameters }) => [compiled.rule.id, parameters])),
    controls: (policy.controls ?? []).map(({ id }) => id),
  }
}

/** What our rules say of the pods of a scan: by the beginning of the ids of their containers. */
export interface Verdict {
  readonly rules: Set<string>
  /** `pss-control` of the rules that fail. */
  readonly controls: Set<string>
  /** Rules whose outcome is not known. */
  readonly open: Set<string>
}
export function judged(
  { rules }: Ruling,
  inventory: Inventory,
  podOf: (subject: string) => string,
): ReadonlyMap<string, Verdict> {
  const controls = new Map(rules.map(({ compiled: { rule } }) => [rule.id, rule.standards['pss-control'] ?? []]))
  const verdicts = new Map<string, Verdict>()
  const { findings, notices } = judge(rules, { containers: inventory.subjects, images: inventory.images })
  if (notices.length > 0) throw new Error(notices.map(({ message }) => message).join('\n'))
  for (const { rule, outcome, subjects } of findings)
    for (const subject of subjects) {
      const pod = podOf(subject)
      const verdict = verdicts.get(pod) ?? { rules: new Set(), controls: new Set(), open: new Set() }
      verdicts.set(pod, verdict)
      if (outcome === 'open') verdict.open.add(rule)
      else {
        verdict.rules.add(rule)
        for (const control of controls.get(rule) ?? []) verdict.controls.add(control)
      }
    }
  return verdicts
}
