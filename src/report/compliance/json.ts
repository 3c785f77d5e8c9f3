/** Compliance for programs: every control, with all that was found. Keys stand in a fixed order. */
import type { ControlResult } from '../../model/compliance.ts'
import type { Finding, Waived } from '../../model/finding.ts'
import type { Result } from '../../model/result.ts'
import { json } from '../escape.ts'
import { fingerprints } from '../fingerprint.ts'
import { placeJson, saidOf } from '../json.ts'
import { exitCode } from '../order.ts'
import type { Report } from '../report.ts'
import type { ComplianceJson } from './schema.ts'
import { complianceOf, MISSING, reason, tallied } from './words.ts'

export const compliance: Report = (result) => json(complianceJson(result))

/** As plain data that JSON can hold: version 1 of the schema in schema.ts. */
export function complianceJson(result: Result): ComplianceJson {
  const told = complianceOf(result)
  const { id, title, version, url } = told.standard
  const counts = tallied(told)
  const prints = fingerprints(result)
  const fixes = new Map(result.rules.map((rule) => [rule.id, rule.fix]))
  const one = (finding: Finding, waived?: Waived): FindingJson =>
    findingJson(finding, prints.get(finding), fixes.get(finding.rule) ?? '', waived)
  return {
    schema: 'plimsoll-compliance',
    version: 1,
    tool: { name: result.tool.name, version: result.tool.version },
    standard: { id, title, ...(version !== undefined && { version }), ...(url !== undefined && { url }) },
    policy: { name: result.policy.name, threshold: result.policy.threshold, unknown: result.policy.unknown },
    verdict: result.verdict,
    exitCode: exitCode[result.verdict],
    complete: told.lost.length === 0,
    lost: told.lost.map((notice) => ({ id: notice.id, place: placeJson(notice.place), message: notice.message })),
    summary: {
      controls: told.controls.length,
      failed: counts.failed,
      unknown: counts.unknown,
      waived: counts.waived,
      passed: counts.passed,
      notApplicable: counts['not-applicable'],
      notAutomated: counts['not-automated'],
      beside: told.beside,
    },
    targets: result.targets.map(({ name, kind, containers, images }) => ({ name, kind, containers, images })),
    controls: told.controls.map((control) => controlJson(control, one)),
  }
}

type ControlJson = ComplianceJson['controls'][number]
type FindingJson = ControlJson['findings'][number]

function controlJson(result: ControlResult, one: (finding: Finding, waived?: Waived) => FindingJson): ControlJson {
  const { control, outcome, rules, judged, failed, open, waived, missing } = result
  const because = reason(result)
  return {
    id: control.id,
    title: control.title,
    ...(control.section !== undefined && { section: control.section }),
    outcome,
    ...(because !== '' && { because }),
    ...(control.manual !== undefined && { manual: control.manual }),
    ...(control.moved !== undefined && { moved: control.moved }),
    judged: { ...judged },
    rules: rules.map(({ id, title, subject, when, off, present, applied, broken }) => ({
      id,
      title,
      subject,
      ...(when !== undefined && { when }),
      ...(off !== undefined && { off }),
      present,
      applied,
      broken,
    })),
    findings: [
      ...[...failed, ...open].map((finding) => one(finding)),
      ...waived.map((each) => one(each.finding, each)),
    ],
    needs: missing.map((kind) => ({ kind, give: MISSING[kind].give })),
  }
}

const findingJson = (
  finding: Finding,
  fingerprint: string | undefined,
  fix: string,
  waived: Waived | undefined,
): FindingJson => ({
  ...(fingerprint !== undefined && { fingerprint }),
  ...saidOf(finding),
  fix,
  ...(finding.coveredBy !== undefined && { coveredBy: finding.coveredBy }),
  ...(finding.outcome === 'open' && {
    unknown: finding.because.flatMap(({ field, fact }) =>
      fact.how === 'unknown'
        ? [
            {
              field,
              because: fact.because,
              ...(fact.ask !== undefined && { ask: fact.ask }),
              place: placeJson(fact.place),
            },
          ]
        : [],
    ),
  }),
  ...(waived && { waived: { reason: waived.reason, place: placeJson(waived.place) } }),
})
