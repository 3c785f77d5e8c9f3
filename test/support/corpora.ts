/** Scores Plimsoll on ../shared/corpora: labelled files that nobody here wrote. Used by `npm run corpora` and by its test. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { builtinRules } from '../../src/builtin.ts'
import { prepare, type CompiledRule } from '../../src/rule/compile.ts'
import { judge } from '../../src/rule/judge.ts'
import { take, type Inventory } from '../../src/scan.ts'
import { UsageError } from '../../src/usage.ts'
import type { Finding } from '../../src/model/finding.ts'

export const corpora = resolve(import.meta.dirname, '../../../shared/corpora')
export const present = existsSync(corpora)

export interface Label {
  readonly corpus: string
  readonly file: string
  readonly control: string
  readonly expect: boolean
  readonly native: string
  readonly level?: string
  readonly lines?: readonly number[]
}
export const labels = (): readonly Label[] =>
  readFileSync(join(corpora, 'labels.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Label)

/** Neutral control of the corpora -> rules of ours that say it. psa is scored by `pss-control` of the rules' standards instead. */
export const RULES: Record<string, readonly string[]> = {
  'apparmor-missing': ['apparmor-missing'],
  'apparmor-unconfined': ['apparmor-unconfined'],
  'caps-add': ['capability-added', 'capability-dangerous'],
  'caps-add-sysadmin': ['capability-dangerous'],
  'caps-not-dropped': ['capabilities-not-dropped'],
  'cpu-limit': ['cpu-unbounded'],
  'docker-socket': ['engine-socket-mounted'],
  healthcheck: ['healthcheck-missing'],
  'liveness-probe': ['healthcheck-missing'],
  'host-ipc': ['host-ipc-namespace'],
  'host-namespace': ['host-pid-namespace', 'host-ipc-namespace', 'host-network-namespace'],
  'host-network': ['host-network-namespace'],
  'host-path': ['host-path-mounted', 'host-path-sensitive', 'engine-socket-mounted'],
  'host-pid': ['host-pid-namespace'],
  'host-port': ['host-port'],
  'host-probe': ['host-probe'],
  'host-userns': ['host-user-namespace'],
  'image-digest': ['image-digest-missing'],
  'image-tag-latest': ['image-tag-mutable'],
  'memory-limit': ['memory-unbounded'],
  'no-new-privs': ['new-privileges-allowed'],
  'pids-limit': ['pids-unbounded'],
  'port-all-interfaces': ['port-on-all-interfaces'],
  privileged: ['privileged'],
  'proc-mount': ['proc-unmasked'],
  'restart-policy': ['restart-unbounded'],
  'rootfs-writable': ['writable-root-filesystem'],
  'run-as-root': ['root-user', 'non-root-not-required', 'non-root-not-provable'],
  'run-as-uid0': ['root-user'],
  'sa-token': ['service-account-token'],
  'seccomp-missing': ['seccomp-missing', 'seccomp-unconfined'],
  'seccomp-unconfined': ['seccomp-unconfined'],
  'selinux-options': ['selinux-options-custom', 'selinux-disabled'],
  'sensitive-host-path': ['host-path-sensitive', 'engine-socket-mounted'],
  'sysctl-unsafe': ['sysctl-unsafe'],
  'volume-type': ['volume-type-restricted'],
  'windows-host-process': ['windows-host-process'],
  'env-secret': ['secret-in-environment'],
}

export interface Judged {
  readonly inventory: Inventory | undefined
  readonly findings: readonly Finding[]
}

/** Every rule, compiled, with its own parameters: the strictest reading, apart from any policy. */
export async function allRules(): Promise<readonly CompiledRule[]> {
  return (await builtinRules()).map(({ rule }) => prepare(rule))
}

/** What all rules say of one file. Findings that another covers count: a label speaks of one rule only. */
export async function judgeFile(rules: readonly CompiledRule[], file: string): Promise<Judged> {
  let inventory: Inventory
  try {
    inventory = await take({ targets: [file] })
  } catch (error) {
    if (error instanceof UsageError) return { inventory: undefined, findings: [] }
    throw error
  }
  const judged = rules.map((compiled) => ({
    compiled,
    parameters: Object.fromEntries(
      Object.entries(compiled.rule.parameters).map(([name, parameter]) => [name, parameter.default]),
    ),
  }))
  return { inventory, findings: judge(judged, inventory.subjects, inventory.images).findings }
}

/** Does a rule of ours that says this control fire? In Pod Security Standards what is not known is not allowed. */
export function fires(
  label: Label,
  findings: readonly Finding[],
  rules: readonly CompiledRule[],
): readonly Finding[] | undefined {
  if (label.corpus === 'psa') {
    const ids = new Set(
      rules
        .filter(({ rule }) =>
          label.expect
            ? rule.standards['pss-control']?.includes(label.native)
            : controlsOf(label.level).some((level) => rule.standards['pss']?.includes(level)),
        )
        .map(({ rule }) => rule.id),
    )
    return findings.filter(({ rule, place }) => ids.has(rule) && place.file !== '')
  }
  const ids = RULES[label.control]
  return ids && findings.filter(({ rule, outcome }) => ids.includes(rule) && outcome === 'fail')
}
const controlsOf = (level: string | undefined): readonly string[] =>
  level === 'restricted' ? ['baseline', 'restricted'] : ['baseline']

export interface Score {
  hit: number
  miss: number
  silent: number
  falseAlarm: number
  exact: number
  lines: number
  /** Labels whose control no rule of ours says yet. */
  unruled: number
  readonly wrong: { readonly label: Label; readonly got: readonly string[] }[]
}

export async function score(wanted: readonly string[] | undefined): Promise<ReadonlyMap<string, Score>> {
  const rules = await allRules()
  const byFile = Map.groupBy(
    labels().filter(({ corpus }) => !wanted || wanted.includes(corpus)),
    ({ file }) => file,
  )
  const scores = new Map<string, Score>()
  for (const [file, some] of byFile) {
    const { findings } = await judgeFile(rules, join(corpora, file))
    for (const label of some) {
      const score =
        scores.get(label.corpus) ??
        ({ hit: 0, miss: 0, silent: 0, falseAlarm: 0, exact: 0, lines: 0, unruled: 0, wrong: [] } satisfies Score)
      scores.set(label.corpus, score)
      const fired = fires(label, findings, rules)
      if (!fired) {
        score.unruled += 1
        continue
      }
      const right = fired.length > 0 === label.expect
      if (label.expect) score[right ? 'hit' : 'miss'] += 1
      else score[right ? 'silent' : 'falseAlarm'] += 1
      if (!right)
        score.wrong.push({
          label,
          got: fired.map(({ rule, outcome, place }) => `${rule} ${outcome} at line ${place.line}`),
        })
      if (label.expect && right && label.lines) {
        const lines = new Set(fired.map(({ place }) => place.line))
        score.lines += label.lines.length
        score.exact += label.lines.filter((line) => lines.has(line)).length
      }
    }
  }
  return scores
}

/** All files of a corpus, for reading without a crash. */
export const filesOf = (corpus: string, pattern: RegExp): readonly string[] =>
  readdirSync(join(corpora, corpus, 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(corpora, corpus, 'data', name))
