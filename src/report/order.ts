/** What of a result a reader is shown, and in which order: shared by the reports for people. */
import type { Teller } from '../model/fact.ts'
import { severities, type Finding, type Severity, type Verdict } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import type { Result } from '../model/result.ts'
import type { Subject } from '../model/subject.ts'
import { byPlace, compare } from './where.ts'

const rank = (severity: Severity): number => severities.indexOf(severity)
/** Worst first, then by place, then by rule. */
export const worstFirst = (a: Finding, b: Finding): number =>
  rank(a.severity) - rank(b.severity) || byPlace(a.place, b.place) || compare(a.rule, b.rule)

/** What the process ends with: README, "Exit codes". 2, usage, never gets as far as a result. */
export const exitCode: Readonly<Record<Verdict, number>> = { pass: 0, block: 1, incomplete: 3 }

/** A result, sorted out. */
export interface Sorted {
  /** What fails, and what is open and blocks: worst first, without what is covered or waived. */
  readonly findings: readonly Finding[]
  /** What is not known and does not block. */
  readonly open: readonly Finding[]
  /** Findings that another one on the same subject says already. */
  readonly covered: readonly Finding[]
  readonly blocking: ReadonlySet<Finding>
}
export function sortOut(result: Result): Sorted {
  const waived = new Set(result.waived.map(({ finding }) => finding))
  const blocking = new Set(result.blocking)
  const live = result.findings.filter((finding) => !waived.has(finding))
  const seen = live.filter(({ coveredBy }) => coveredBy === undefined)
  return {
    findings: seen.filter((finding) => finding.outcome === 'fail' || blocking.has(finding)).toSorted(worstFirst),
    open: seen.filter((finding) => finding.outcome === 'open' && !blocking.has(finding)),
    covered: live.filter(({ coveredBy, outcome }) => coveredBy !== undefined && outcome === 'fail'),
    blocking,
  }
}

/** Rules whose findings a finding makes superfluous, sorted: a question to ask of every finding, so indexed once. */
export function coverage(covered: readonly Finding[]): (finding: Finding) => readonly string[] {
  const index = new Map<string, Set<string>>()
  for (const { rule, coveredBy, subjects } of covered)
    for (const subject of subjects) {
      const key = JSON.stringify([coveredBy, subject])
      index.set(key, (index.get(key) ?? new Set()).add(rule))
    }
  return ({ rule, subjects }) =>
    [...new Set(subjects.flatMap((subject) => [...(index.get(JSON.stringify([rule, subject])) ?? [])]))].toSorted(
      compare,
    )
}

/** A subject with its findings. `subject` and `about` are absent where the id names none of the result. */
export interface Section {
  readonly id: string
  readonly subject?: Subject
  /** What it is where it is no container and no image, and where it begins. */
  readonly about?: { readonly kind: 'project' | 'cluster object'; readonly place: Place }
  readonly findings: readonly Finding[]
}
/** Each finding once, under the first of its subjects; the section with the worst finding first. Needs them worst first. */
export function sections(result: Result, findings: readonly Finding[]): readonly Section[] {
  const subjects = new Map(result.subjects.map((subject, index) => [subject.id, { subject, index }]))
  const others = new Map<string, NonNullable<Section['about']>>()
  for (const { id, place } of result.grants) others.set(id, { kind: 'cluster object', place })
  for (const { id, place } of result.projects) others.set(id, { kind: 'project', place })
  const place = (id: string): number => subjects.get(id)?.index ?? Infinity
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const id = finding.subjects.toSorted((a, b) => place(a) - place(b) || compare(a, b))[0] ?? ''
    const group = groups.get(id)
    if (group) group.push(finding)
    else groups.set(id, [finding])
  }
  const worst = (section: Section): number => Math.min(...section.findings.slice(0, 1).map((f) => rank(f.severity)))
  return [...groups]
    .map(([id, found]): Section => {
      const subject = subjects.get(id)?.subject
      const about = subject ? undefined : others.get(id)
      return { id, findings: found, ...(subject && { subject }), ...(about && { about }) }
    })
    .toSorted((a, b) => worst(a) - worst(b) || place(a.id) - place(b.id) || compare(a.id, b.id))
}

/** Findings by severity, those of none included. */
export function counts(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const count = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  for (const { severity } of findings) count[severity]++
  return count
}

/** Open findings that one party could answer. */
export interface Question {
  /** `nobody`: the fact says of nobody that they could. */
  readonly teller: Teller | 'nobody'
  readonly findings: readonly Finding[]
  /** Rule -> how many subjects it is open for, most first. */
  readonly rules: readonly (readonly [string, number])[]
  /** Why it is not known and where, each once. */
  readonly reasons: readonly { readonly because: string; readonly place: Place }[]
}
const tellers = ['image', 'engine', 'file', 'user', 'nobody'] as const
/** By who could tell; a finding that needs two parties is asked of both. */
export function questions(open: readonly Finding[]): readonly Question[] {
  return tellers
    .map((teller): Question => {
      const findings = open.filter((finding) => asked(finding).has(teller))
      const rules = new Map<string, number>()
      for (const { rule, subjects } of findings) rules.set(rule, (rules.get(rule) ?? 0) + subjects.length)
      const reasons = new Map<string, { because: string; place: Place }>()
      for (const { fact } of findings.flatMap(({ because }) => because))
        if (fact.how === 'unknown' && (fact.ask ?? 'nobody') === teller)
          reasons.set(JSON.stringify([fact.because, fact.place]), { because: fact.because, place: fact.place })
      return {
        teller,
        findings,
        rules: [...rules].toSorted(([a, n], [b, m]) => m - n || compare(a, b)),
        reasons: [...reasons.values()].toSorted((a, b) => byPlace(a.place, b.place) || compare(a.because, b.because)),
      }
    })
    .filter(({ findings }) => findings.length > 0)
}
function asked(finding: Finding): ReadonlySet<Teller | 'nobody'> {
  const unknowns = finding.because.map(({ fact }) => fact).filter((fact) => fact.how === 'unknown')
  return new Set(unknowns.length === 0 ? ['nobody'] : unknowns.map(({ ask }) => ask ?? 'nobody'))
}

/** One notice with all the places that it was given for. */
export interface Told {
  readonly notice: Notice
  readonly places: readonly Place[]
}
/** Notices that say the same, once; lost input first. */
export function tell(notices: readonly Notice[]): readonly Told[] {
  const groups = new Map<string, { notice: Notice; places: Place[] }>()
  for (const notice of notices) {
    const key = JSON.stringify([notice.lost, notice.id, notice.message])
    const group = groups.get(key)
    if (group) group.places.push(notice.place)
    else groups.set(key, { notice, places: [notice.place] })
  }
  return [...groups.values()].toSorted(
    (a, b) => Number(b.notice.lost) - Number(a.notice.lost) || compare(a.notice.id, b.notice.id),
  )
}
