/** A scan for programs: everything, covered and open findings too. Keys stand in a fixed order. */
import type { Fact } from '../model/fact.ts'
import type { Finding } from '../model/finding.ts'
import type { Place } from '../model/place.ts'
import type { Result } from '../model/result.ts'
import type { RuleInfo } from '../model/rule.ts'
import { clip, json } from './escape.ts'
import { fingerprints } from './fingerprint.ts'
import type { FactJson, FindingJson, PlaceJson, ResultJson } from './json-schema.ts'
import { counts, exitCode, sortOut } from './order.ts'
import { isSecret } from './reason.ts'
import type { Report } from './report.ts'
import { compare } from './where.ts'

export const report: Report = (result) => json(resultJson(result))

/** The result as plain data that JSON can hold: version 1 of the schema in json-schema.ts. */
export function resultJson(result: Result): ResultJson {
  const { findings, open, covered, blocking } = sortOut(result)
  const prints = fingerprints(result)
  const one = (finding: Finding): FindingJson => findingJson(finding, prints.get(finding) ?? '', blocking.has(finding))
  return {
    schema: 'plimsoll-result',
    version: 1,
    tool: { name: result.tool.name, version: result.tool.version },
    verdict: result.verdict,
    exitCode: exitCode[result.verdict],
    policy: { name: result.policy.name, threshold: result.policy.threshold, unknown: result.policy.unknown },
    summary: {
      ...counts(findings),
      covered: covered.length,
      open: open.length,
      waived: result.waived.length,
      blocking: blocking.size,
      containers: result.subjects.filter(({ dialect }) => dialect !== undefined).length,
      images: result.images.length,
      ...(result.grants.length > 0 && { grants: result.grants.length }),
      skipped: result.skipped,
    },
    ignored: { files: result.ignored.files, folders: result.ignored.folders },
    targets: result.targets.map(({ name, kind, containers, images }) => ({ name, kind, containers, images })),
    subjects: result.subjects.map(({ id, dialect, place, imageId }) => ({
      id,
      ...(dialect !== undefined && { dialect }),
      place: placeJson(place),
      ...(imageId !== undefined && { image: imageId }),
    })),
    images: result.images.map(({ id, names, target, place, parts }) => ({
      id,
      names: [...names],
      target,
      ...(parts?.verified !== undefined && { verified: parts.verified }),
      place: placeJson(place),
    })),
    ...(result.projects.length > 0 && {
      projects: result.projects.map(({ id, place }) => ({ id, place: placeJson(place) })),
    }),
    ...(result.grants.length > 0 && {
      grants: result.grants.map(({ id, place }) => ({ id, place: placeJson(place) })),
    }),
    rules: result.rules.map(ruleJson),
    findings: result.findings.map(one),
    waived: result.waived.map(({ finding, reason, place }) => ({
      finding: one(finding),
      reason,
      place: placeJson(place),
    })),
    notices: result.notices.map(({ id, place, message, lost }) => ({ id, place: placeJson(place), message, lost })),
  }
}

/** What every report as JSON says of a finding. */
export const saidOf = (
  finding: Finding,
): Pick<FindingJson, 'rule' | 'outcome' | 'severity' | 'message' | 'place' | 'subjects'> => ({
  rule: finding.rule,
  outcome: finding.outcome,
  severity: finding.severity,
  message: finding.message,
  place: placeJson(finding.place),
  subjects: [...finding.subjects],
})
const findingJson = (finding: Finding, fingerprint: string, blocks: boolean): FindingJson => ({
  fingerprint,
  ...saidOf(finding),
  field: finding.field,
  ...(finding.element !== undefined && { element: finding.element }),
  because: finding.because.map(({ field, fact }) => ({ field, fact: factJson(fact, isSecret(field), DEEPEST) })),
  ...(finding.coveredBy !== undefined && { coveredBy: finding.coveredBy }),
  blocks,
})

/** Longest chain, list and text of a value that are written out: a profile written inline may be megabytes, in every finding. */
const DEEPEST = 12
const MOST_ELEMENTS = 100
const LONGEST_TEXT = 10_000

/** A fact with the chain it came from; `secret` withholds the values. */
function factJson(fact: Fact<unknown>, secret: boolean, depth: number): FactJson {
  const from = depth > 0 ? (fact.from ?? []) : []
  return {
    how: fact.how,
    ...(fact.how !== 'unknown' && (secret ? { redacted: true as const } : { value: valueJson(fact.value) })),
    ...('because' in fact && { because: fact.because }),
    ...(fact.how === 'unknown' && fact.ask !== undefined && { ask: fact.ask }),
    place: placeJson(fact.place),
    ...(from.length > 0 && { from: from.map((each) => factJson(each, secret, depth - 1)) }),
  }
}

type Scalar = string | number | boolean | null
type Value = Scalar | (Scalar | Record<string, Scalar>)[]
function valueJson(value: unknown): Value {
  if (!Array.isArray(value)) return scalarJson(value)
  const elements: readonly unknown[] = value
  return elements.slice(0, MOST_ELEMENTS).map((element) => {
    if (typeof element !== 'object' || element === null) return scalarJson(element)
    if ('how' in element) return factValue(element)
    if (!('facts' in element) || typeof element.facts !== 'object' || element.facts === null) return null
    return Object.fromEntries(
      Object.entries(element.facts).map(([name, fact]) => [name, isSecret(name) ? null : factValue(fact)]),
    )
  })
}
const factValue = (fact: unknown): Scalar =>
  typeof fact === 'object' && fact !== null && 'value' in fact ? scalarJson(fact.value) : null
function scalarJson(value: unknown): Scalar {
  if (typeof value === 'string') return clip(value, LONGEST_TEXT)
  if (typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export const placeJson = ({ file, line, column, endLine, endColumn, in: within, layer }: Place): PlaceJson => ({
  file,
  line,
  column,
  ...(endLine !== undefined && { endLine }),
  ...(endColumn !== undefined && { endColumn }),
  ...(within !== undefined && { in: within }),
  ...(layer !== undefined && { layer }),
})

const ruleJson = (rule: RuleInfo): ResultJson['rules'][number] => ({
  id: rule.id,
  title: rule.title,
  severity: rule.severity,
  why: rule.why,
  fix: rule.fix,
  standards: sorted(rule.standards, (ids) => [...ids]),
  parameters: sorted(rule.parameters, ({ default: value, says }) => ({
    default: typeof value === 'object' ? [...value] : value,
    says,
  })),
  covers: [...rule.covers],
  subject: rule.subject,
  fields: [...rule.fields],
})
const sorted = <T, U>(map: { readonly [key: string]: T }, convert: (value: T) => U): Record<string, U> =>
  Object.fromEntries(
    Object.entries(map)
      .toSorted(([a], [b]) => compare(a, b))
      .map(([key, value]) => [key, convert(value)]),
  )
