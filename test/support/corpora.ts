/** Scores Plimsoll on ../shared/corpora: labelled files that nobody here wrote. Used by `npm run corpora` and by its test. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { builtinRules } from '../../src/builtin.ts'
import { prepare } from '../../src/rule/compile.ts'
import { judge, type Judged as RuleToJudge } from '../../src/rule/judge.ts'
import type { RuleUse } from '../../src/policy/policy.ts'
import { take, type Inventory } from '../../src/scan.ts'
import { readSettings } from '../../src/settings.ts'
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
  'image-digest': ['image-digest-missing', 'base-digest-missing'],
  'dockerfile-add': ['copy-instead-of-add', 'add-remote-url'],
  'dockerfile-healthcheck': ['healthcheck-missing'],
  'dockerfile-secret': ['secret-in-build-argument', 'secret-in-environment'],
  'dockerfile-sudo': ['sudo-in-build'],
  'dockerfile-user-missing': ['user-left-to-base'],
  'dockerfile-user-root': ['root-user'],
  'image-tag-latest': ['image-tag-mutable', 'base-tag-mutable'],
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
  'ssh-port': ['ssh-port-exposed'],
  'sensitive-host-path': ['host-path-sensitive', 'engine-socket-mounted'],
  'sysctl-unsafe': ['sysctl-unsafe'],
  'volume-type': ['volume-type-restricted'],
  'windows-host-process': ['windows-host-process'],
  'env-secret': ['secret-in-environment'],
}

async function settingsOf(policy: string): Promise<ReadonlyMap<string, RuleUse>> {
  const { value } = await readSettings({ policy }, await builtinRules())
  return value.rules
}

export interface Judged {
  readonly inventory: Inventory | undefined
  readonly findings: readonly Finding[]
}

/** Where the strict policy asks for more than any label does. */
const AS_LABELLED: Record<string, Record<string, boolean>> = {
  // Labels speak of `userns_mode: host` and `hostUsers: true` that somebody wrote.
  'host-user-namespace': { required: false },
}

/** The rules of a policy with the parameters that it sets: `strict` has all, `pss-restricted` those of the standard. */
export async function rulesOf(policy: string): Promise<readonly RuleToJudge[]> {
  const uses = await settingsOf(policy)
  return (await builtinRules()).flatMap(({ rule }) => {
    const use = uses.get(rule.id)
    return use
      ? [{ compiled: prepare(rule), parameters: { ...use.params, ...(policy === 'strict' && AS_LABELLED[rule.id]) } }]
      : []
  })
}

/** What rules say of one file. Findings that another covers count: a label speaks of one rule only. */
export async function judgeFile(rules: readonly RuleToJudge[], file: string): Promise<Judged> {
  let inventory: Inventory
  try {
    inventory = await take({ targets: [file] })
  } catch (error) {
    if (error instanceof UsageError) return { inventory: undefined, findings: [] }
    throw error
  }
  return { inventory, findings: judge(rules, inventory.subjects, inventory.images).findings }
}

/** The findings of the rules that say the label's control; undefined where no rule of ours does. */
function fires(
  label: Label,
  findings: readonly Finding[],
  rules: readonly RuleToJudge[],
): readonly Finding[] | undefined {
  const failed = findings.filter(({ outcome }) => outcome === 'fail')
  if (label.corpus !== 'psa') {
    const ids = RULES[label.control]
    return ids && failed.filter(({ rule }) => ids.includes(rule))
  }
  // A pod that the level accepts must have no finding at all.
  if (!label.expect) return failed
  const ids = new Set(
    rules
      .map(({ compiled }) => compiled.rule)
      .filter(({ standards }) => standards['pss-control']?.includes(label.native))
      .map(({ id }) => id),
  )
  return failed.filter(({ rule }) => ids.has(rule))
}

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
  const all = await rulesOf('strict')
  const levels = new Map([
    ['baseline', await rulesOf('pss-baseline')],
    ['restricted', await rulesOf('pss-restricted')],
  ])
  const byFile = Map.groupBy(
    labels().filter(({ corpus }) => !wanted || wanted.includes(corpus)),
    ({ file }) => file,
  )
  const scores = new Map<string, Score>()
  for (const [file, some] of byFile) {
    const judged = new Map<readonly RuleToJudge[], readonly Finding[]>()
    for (const label of some) {
      const rules = (label.corpus === 'psa' ? levels.get(label.level ?? '') : undefined) ?? all
      const findings = judged.get(rules) ?? (await judgeFile(rules, join(corpora, file))).findings
      judged.set(rules, findings)
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
