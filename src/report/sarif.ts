/**
 * A scan as SARIF 2.1.0, for GitHub code scanning and every other reader of it.
 * Covered findings are left out, and open ones unless they block. No `automationDetails.id`: it would override the
 * `category` that tells the uploads of one workflow apart.
 */
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder'
import type { Artifact, Result as SarifResult } from 'sarif'
import { home } from './about.ts'
import { json } from './escape.ts'
import { fingerprints } from './fingerprint.ts'
import { coverage, sortOut, worstFirst } from './order.ts'
import type { Report } from './report.ts'
import { invocation, notificationDescriptors } from './sarif/invocation.ts'
import { MOST_LOCATIONS, ROOT } from './sarif/location.ts'
import { result as toResult, type Context } from './sarif/result.ts'
import { descriptor } from './sarif/rule.ts'
import { taxonomies } from './sarif/taxonomy.ts'
import { compare } from './where.ts'

/** GitHub shows no more results of a run; beyond some hundred, a few reasons each keep the file below its 10 MB. */
const MOST_RESULTS = 5000
const MANY_RESULTS = 500
const RELATED_OF_MANY = 10

export const report: Report = (result, options) => {
  const { findings, covered } = sortOut(result)
  const waived = result.waived.toSorted((a, b) => worstFirst(a.finding, b.finding))
  const total = findings.length + waived.length
  const prints = fingerprints(result)
  const context: Context = {
    result,
    containers: new Set(result.subjects.filter(({ dialect }) => dialect !== undefined).map(({ id }) => id)),
    kinds: new Map([
      ...result.projects.map(({ id }) => [id, 'project'] as const),
      ...result.grants.map(({ id }) => [id, 'resource'] as const),
    ]),
    options,
    fingerprint: (finding) => prints.get(finding) ?? '',
    covers: coverage(covered),
    mostRelated: total > MANY_RESULTS ? RELATED_OF_MANY : MOST_LOCATIONS,
  }
  const kept = findings.slice(0, MOST_RESULTS)
  const results = [
    ...kept.map((finding) => toResult(context, finding)),
    ...waived.slice(0, MOST_RESULTS - kept.length).map((each) => toResult(context, each.finding, each)),
  ]
  const left = total - results.length
  const { components, relationships } = taxonomies(result.rules)

  const run = new SarifRunBuilder({
    tool: {
      driver: {
        name: result.tool.name,
        version: result.tool.version,
        semanticVersion: result.tool.version,
        informationUri: home,
        rules: [],
        notifications: notificationDescriptors(result.notices, left),
        supportedTaxonomies: components.map(({ name }, index) => ({ name, index })),
      },
    },
    invocations: [invocation(context, left)],
    originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the repository.' } } },
    columnKind: 'utf16CodeUnits',
    artifacts: artifacts(results),
    taxonomies: components,
    properties: {
      verdict: result.verdict,
      policy: result.policy.name,
    },
  })
  for (const rule of result.rules) run.addRule(new SarifRuleBuilder(descriptor(rule, relationships(rule))))
  for (const each of results) run.addResult(new SarifResultBuilder(each))
  const log = new SarifBuilder({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json' })
  log.addRun(run)
  // Not buildSarifJsonString(): it throws where a text of the input holds the library's own mark for mistakes.
  return json(log.buildSarifOutput())
}

/** The files of first locations, with their base: the builder fills in what is missing, and knows no base. */
function artifacts(results: readonly SarifResult[]): Artifact[] {
  const files = new Map<string, Artifact>()
  for (const { locations } of results) {
    const location = locations?.[0]?.physicalLocation?.artifactLocation
    if (location?.uri !== undefined) files.set(location.uri, { location: { ...location }, roles: ['analysisTarget'] })
  }
  return [...files].toSorted(([a], [b]) => compare(a, b)).map(([, artifact]) => artifact)
}
