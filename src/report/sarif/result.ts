import type { Location, Result as SarifResult, Suppression } from 'sarif'
import type { Finding, Waived } from '../../model/finding.ts'
import { prose, sentence } from '../escape.ts'
import { isFile, MOST_LOCATIONS, mainLocation, physical, relatedLocations, type Scan } from './location.ts'
import { pathsOfFinding } from '../ways.ts'
import { codeFlows } from './code-flows.ts'
import { message } from './message.ts'
import { levels } from './rule.ts'

/** What a result needs beside its finding. */
export interface Context extends Scan {
  readonly fingerprint: (finding: Finding) => string
  /** Rules that the finding makes superfluous. */
  readonly covers: (finding: Finding) => readonly string[]
  /** Most related locations of one result: fewer where there are very many results. */
  readonly mostRelated: number
}

/** A finding as SARIF's result (section 3.27). */
export function result(context: Context, finding: Finding, waived?: Waived): SarifResult {
  const { result: scan } = context
  const location = mainLocation(context, finding)
  const related = relatedLocations(context, finding, Math.min(context.mostRelated, MOST_LOCATIONS))
  const fix = scan.rules.find(({ id }) => id === finding.rule)?.fix ?? ''
  const covers = context.covers(finding)
  const suppressed = scan.waived.length > 0
  const flows = codeFlows(context, pathsOfFinding(finding, scan.ways))
  return {
    ruleId: finding.rule,
    level: levels[finding.severity].level,
    message: { text: messageText(finding, fix) },
    locations: [location],
    ...(related.length > 0 && { relatedLocations: related }),
    ...(flows.length > 0 && { codeFlows: flows }),
    partialFingerprints: fingerprintsOf(context.fingerprint(finding), location),
    // Where one result has suppressions all must: absent means "not known" (section 3.27.23).
    ...(suppressed && { suppressions: waived ? [suppression(context, waived)] : [] }),
    properties: {
      severity: finding.severity,
      outcome: finding.outcome,
      ...(covers.length > 0 && { covers }),
    },
  }
}

function messageText({ message: text, outcome }: Finding, fix: string): string {
  const found = sentence(prose(outcome === 'open' ? `Not known, which the policy does not let pass: ${text}` : text))
  return message(fix === '' ? found : `${found} Fix: ${prose(fix)}`)
}

/**
 * GitHub tracks alerts by `primaryLocationLineHash` alone. Its upload action computes it from the line of a file that is
 * in the repository, and warns where another is given; for a path inside an image there is no such file, so ours stands in.
 */
const fingerprintsOf = (fingerprint: string, { physicalLocation }: Location): Record<string, string> => ({
  'plimsoll/v1': fingerprint,
  ...(physicalLocation?.artifactLocation?.uriBaseId === undefined && { primaryLocationLineHash: `${fingerprint}:1` }),
})

/** A comment beside the finding is `inSource`; plimsoll.yaml and the command line are `external` (section 3.35). */
function suppression(scan: Scan, { finding, reason, place }: Waived): Suppression {
  return {
    kind: place.in === undefined && place.file === finding.place.file ? 'inSource' : 'external',
    status: 'accepted',
    justification: message(reason.trim() === '' ? 'No reason given' : reason),
    ...(isFile(place) && { location: { physicalLocation: physical(scan, place) } }),
  }
}
