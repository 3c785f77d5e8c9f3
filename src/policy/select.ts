import { severities, type Severity } from '../model/finding.ts'
import type { Notice, Read } from '../model/notice.ts'
import type { ParameterValue, RuleInfo } from '../model/rule.ts'
import { hint } from './nearest.ts'
import {
  commandLine,
  right,
  wrong,
  type Checked,
  type Config,
  type Policy,
  type RuleSetting,
  type RuleUse,
  type Selection,
  type Settings,
  type Threshold,
  type Unknown,
  type Waiver,
} from './policy.ts'
import { byId, type Rules } from './setting.ts'

/** What the command line says; it wins over plimsoll.yaml, which wins over the policy. */
export interface Options {
  readonly failOn?: Threshold
  readonly unknown?: Unknown
  /** Of `--ignore RULE`: see `commandLineWaivers`. */
  readonly waivers?: readonly Waiver[]
}

/**
 * Which rules are judged, with which severity and parameters, and what blocks. Notices tell of settings without effect.
 */
export function select(
  policy: Policy,
  config: Config | undefined,
  options: Options,
  rules: readonly RuleInfo[],
): Read<Settings> {
  const known = byId(rules)
  const own = config?.rules ?? []
  const on = new Set(selected(policy, known).keys())
  for (const setting of own) toggle(on, setting)
  const notices = own.flatMap((setting): readonly Notice[] =>
    on.has(setting.rule) ||
    setting.off === true ||
    (setting.severity === undefined && Object.keys(setting.params).length === 0)
      ? []
      : [
          {
            id: 'setting-unused',
            place: setting.place,
            message: `${setting.rule} is off in the policy "${policy.name}", so its setting changes nothing. Write "off: false" beside it to switch the rule on, or remove it.`,
            lost: false,
          },
        ],
  )
  const all = [...policy.layers.flatMap((layer) => layer.settings), ...own]
  const use = (rule: RuleInfo): RuleUse => {
    const params: { [name: string]: ParameterValue } = Object.fromEntries(
      Object.entries(rule.parameters).map(([name, parameter]) => [name, parameter.default]),
    )
    let severity: Severity | undefined
    for (const setting of all) {
      if (setting.rule !== rule.id) continue
      severity = setting.severity ?? severity
      Object.assign(params, setting.params)
    }
    return { rule: rule.id, ...(severity !== undefined && { severity }), params }
  }
  const uses = [...known.values()].filter((rule) => on.has(rule.id)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return {
    value: {
      policy: {
        name: policy.name,
        threshold: options.failOn ?? config?.threshold ?? policy.threshold,
        unknown: options.unknown ?? config?.unknown ?? policy.unknown,
      },
      rules: new Map(uses.map((rule) => [rule.id, use(rule)])),
      // The first that fits is shown: what somebody wrote a reason for comes before an option.
      waivers: [...(config?.ignore ?? []), ...(options.waivers ?? [])],
      ...(policy.standard &&
        policy.controls && {
          standard: {
            standard: policy.standard,
            controls: policy.controls,
            off: new Map(rules.filter(({ id }) => !on.has(id)).map(({ id }) => [id, offAt(id, policy, own)])),
          },
        }),
    },
    notices,
  }
}

/** Where a rule that is off was switched off: the last word counts. */
function offAt(rule: string, { name, layers }: Policy, own: readonly RuleSetting[]): string {
  const said = [...layers.flatMap((layer) => layer.settings), ...own].findLast(
    (setting) => setting.rule === rule && setting.off === true,
  )
  if (said) return `${said.place.file}:${said.place.line}:${said.place.column}`
  const starts = ({ rules, standards, severity, off }: Selection): boolean =>
    off.includes(rule) || rules !== undefined || standards !== undefined || severity !== undefined
  return layers.findLast(({ select }) => starts(select))?.file ?? name
}

/** The rules that a policy leaves on, with the severity that it gives them. */
export function selected(policy: Policy, rules: Rules): ReadonlyMap<string, Severity> {
  const severity = new Map([...rules.values()].map((rule) => [rule.id, rule.severity]))
  let on = new Set(rules.keys())
  for (const { select, settings } of policy.layers) {
    for (const setting of settings) if (setting.severity !== undefined) severity.set(setting.rule, setting.severity)
    if (select.rules !== undefined || select.standards !== undefined || select.severity !== undefined)
      on = new Set([...rules.values()].filter((rule) => meets(rule, severity.get(rule.id), select)).map(({ id }) => id))
    for (const id of select.off) on.delete(id)
    for (const id of select.on) on.add(id)
    for (const setting of settings) toggle(on, setting)
  }
  return new Map([...severity].filter(([id]) => on.has(id)))
}

function meets(rule: RuleInfo, severity: Severity = rule.severity, wanted: Selection): boolean {
  if (wanted.rules === 'none') return false
  if (wanted.severity !== undefined && severities.indexOf(severity) > severities.indexOf(wanted.severity)) return false
  if (wanted.standards === undefined) return true
  return Object.entries(wanted.standards).some(([standard, words]) => {
    const named = Object.hasOwn(rule.standards, standard) ? (rule.standards[standard] ?? []) : []
    return words === 'all' ? named.length > 0 : named.some((word) => words.includes(word))
  })
}

function toggle(on: Set<string>, { rule, off }: RuleSetting): void {
  if (off === true) on.delete(rule)
  if (off === false) on.add(rule)
}

/** `--ignore RULE`, as waivers. An id that no rule has is an error (exit code 2). */
export function commandLineWaivers(ids: readonly string[], rules: readonly RuleInfo[]): Checked<readonly Waiver[]> {
  const known = new Set(rules.map((rule) => rule.id))
  const errors = ids
    .filter((id) => !known.has(id))
    .map((id) => ({ place: commandLine, message: `--ignore: there is no rule "${id}"${hint(id, known)}` }))
  if (errors.length > 0) return wrong(errors)
  return right([...new Set(ids)].map((rule) => ({ rule, reason: 'given on the command line', place: commandLine })))
}
