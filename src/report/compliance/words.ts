/** What the reports of compliance have in common: words for outcomes, and why a control has the one that it has. */
import {
  controlOutcomes,
  type Compliance,
  type Control,
  type ControlOutcome,
  type ControlResult,
  type Counted,
} from '../../model/compliance.ts'
import type { Root } from '../../model/fields.ts'
import type { Result } from '../../model/result.ts'

export const outcomeWords: Readonly<Record<ControlOutcome, string>> = {
  failed: 'failed',
  unknown: 'unknown',
  waived: 'waived',
  passed: 'passed',
  'not-applicable': 'not applicable',
  'not-automated': 'not automated',
}

/** @throws {Error} where the scan was not asked for it: a mistake of the caller's. */
export function complianceOf(result: Result): Compliance {
  if (!result.compliance) throw new Error('a report of compliance needs a scan with { compliance: true }')
  return result.compliance
}

/** How many controls have which outcome, those of none included. */
export function tallied({ controls }: Compliance): Readonly<Record<ControlOutcome, number>> {
  const counts = { failed: 0, unknown: 0, waived: 0, passed: 0, 'not-applicable': 0, 'not-automated': 0 }
  for (const { outcome } of controls) counts[outcome] += 1
  return counts
}
export const total = (compliance: Compliance): string => {
  const counts = tallied(compliance)
  return controlOutcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcomeWords[outcome]}`)
    .join(', ')
}

/** Controls by the section that they stand in, in their order. */
export function bySection(compliance: Compliance): readonly (readonly [string, readonly ControlResult[]])[] {
  return [...Map.groupBy(compliance.controls, ({ control }) => control.section ?? '')]
}

export const number = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
const NOUNS: Readonly<Record<Root, string>> = {
  container: 'container',
  image: 'image',
  engine: 'engine',
  project: 'project',
  grant: 'object of the cluster',
}
export function counted(judged: Counted): string {
  const kinds = Object.keys(NOUNS) as Root[]
  return kinds
    .flatMap((kind) => {
      const n = judged[kind] ?? 0
      return n === 0 ? [] : kind === 'grant' && n > 1 ? [`${n} objects of the cluster`] : [number(n, NOUNS[kind])]
    })
    .join(', ')
}

/** What is missing of a kind, and what would give it. */
export const MISSING: Readonly<Record<Root, { readonly none: string; readonly give: string }>> = {
  container: { none: 'no container was given', give: 'a compose file, manifests, docker inspect' },
  image: { none: 'no image was given', give: '--image NAME=PATH, a Dockerfile or docker save' },
  engine: { none: 'no engine settings were given', give: '--engine daemon.json' },
  project: { none: 'no project was given', give: 'a compose file or manifests' },
  grant: { none: 'no object of the cluster was given', give: 'manifests of namespaces, accounts and policies' },
}

/** What an outcome rests on, in a few words; empty where `manual` says it all. */
export function reason(result: ControlResult): string {
  const { outcome, judged, missing, rules, failed, open, waived } = result
  if (outcome === 'failed' || outcome === 'unknown' || outcome === 'waived')
    return [
      failed.length > 0 ? number(failed.length, 'finding') : '',
      open.length > 0 ? `${open.length} not known` : '',
      waived.length > 0 ? `${waived.length} waived` : '',
    ]
      .filter((part) => part !== '')
      .join(', ')
  if (outcome === 'passed') return [counted(judged), ...missing.map((kind) => MISSING[kind].none)].join('; ')
  if (outcome === 'not-automated')
    return rules.length === 0 ? '' : `switched off in ${[...new Set(rules.map(({ off = '' }) => off))].join(', ')}`
  const on = rules.filter(({ off }) => off === undefined)
  // Of a kind that was given, nothing was what the rules speak of; of one that was not, nobody knows.
  if (missing.length > 0 && on.every(({ present }) => present === 0))
    return missing.map((kind) => MISSING[kind].none).join(', ')
  const present: { [kind in Root]?: number } = {}
  for (const { subject, present: n } of on) if (n > 0) present[subject] = n
  const none = `nothing that its rules speak of in ${counted(present)}`
  return [none, ...missing.map((kind) => MISSING[kind].none)].join('; ')
}

/** Where the rules of a control would have applied: for one that did not, though what they speak of was given. */
export const conditions = ({ outcome, rules }: ControlResult): readonly string[] =>
  outcome === 'not-applicable'
    ? [...new Set(rules.flatMap(({ off, present, when }) => (off === undefined && present > 0 && when ? [when] : [])))]
    : []

/** Rules of a control that others judge, but which are switched off; and on which things a rule broke down. */
export function gaps({ outcome, rules }: ControlResult): readonly string[] {
  if (outcome === 'not-automated') return []
  return rules.flatMap(({ id, off, broken }) => [
    ...(off === undefined ? [] : [`${id} is switched off in ${off}`]),
    ...(broken === 0 ? [] : [`${id} broke down on ${number(broken, 'subject')}: a fault of Plimsoll`]),
  ])
}

/** A kind that was not given, the controls that it would let be judged, and those that it would tell more of. */
export interface Want {
  readonly kind: Root
  readonly controls: readonly Control[]
  readonly more: readonly Control[]
}
export function wants({ controls }: Compliance): readonly Want[] {
  const kinds = Object.keys(MISSING) as Root[]
  return kinds
    .map((kind): Want => {
      const without = controls.filter(({ missing }) => missing.includes(kind))
      const of = (wanted: ControlOutcome): readonly Control[] =>
        without.filter(({ outcome }) => outcome === wanted).map(({ control }) => control)
      return { kind, controls: of('not-applicable'), more: of('passed') }
    })
    .filter((want) => want.controls.length + want.more.length > 0)
}

/** What is left to people: controls that no rule judges, and those of which rules judge a part. */
export function forPeople(compliance: Compliance): string {
  const manual = compliance.controls.filter(({ control }) => control.manual !== undefined)
  const parts = manual.filter(({ outcome }) => outcome !== 'not-automated')
  const passed = parts.filter(({ outcome }) => outcome === 'passed').length
  return [
    manual.length > parts.length ? `${number(manual.length - parts.length, 'control')}` : '',
    parts.length > 0 ? `a part of ${parts.length} more` : '',
  ]
    .filter((part) => part !== '')
    .join(', and ')
    .concat(passed > 0 ? ` (${passed} of those that passed)` : '')
}

/** `CIS Docker Benchmark 1.6.0`. Not escaped. */
export const standardName = ({ standard: { title, version } }: Compliance): string =>
  version === undefined ? title : `${title}, ${version}`
