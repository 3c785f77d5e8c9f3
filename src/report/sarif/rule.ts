/** A rule as SARIF's reportingDescriptor (section 3.49), with the properties that GitHub reads. */
import type { ReportingDescriptor, ReportingDescriptorRelationship, Result as SarifResult } from 'sarif'
import type { Severity } from '../../model/finding.ts'
import type { RuleInfo } from '../../model/rule.ts'
import { code, markdown } from '../escape-markdown.ts'
import { prose, sentence } from '../escape.ts'
import { message } from './message.ts'
import { tags } from './taxonomy.ts'

/** GitHub shows critical from 9.0, high from 7.0, medium from 4.0, low above 0. */
export const levels: Readonly<Record<Severity, { level: SarifResult.level; score: string; problem: string }>> = {
  critical: { level: 'error', score: '9.5', problem: 'error' },
  high: { level: 'error', score: '8.0', problem: 'error' },
  medium: { level: 'warning', score: '5.5', problem: 'warning' },
  low: { level: 'note', score: '3.0', problem: 'recommendation' },
  info: { level: 'note', score: '1.0', problem: 'recommendation' },
}
/** GitHub refuses a rule with more tags. */
const MOST_TAGS = 20

export const descriptor = (rule: RuleInfo, relationships: ReportingDescriptorRelationship[]): ReportingDescriptor => ({
  id: rule.id,
  name: pascalCase(rule.id),
  shortDescription: { text: message(rule.title) },
  fullDescription: { text: message(rule.why === '' ? rule.title : rule.why) },
  help: { text: helpText(rule), markdown: helpMarkdown(rule) },
  defaultConfiguration: { level: levels[rule.severity].level },
  properties: {
    'security-severity': levels[rule.severity].score,
    'problem.severity': levels[rule.severity].problem,
    precision: 'high',
    tags: ['security', ...tags(rule)].slice(0, MOST_TAGS),
  },
  ...(relationships.length > 0 && { relationships }),
})

/** `host-pid-namespace` -> `HostPidNamespace`; never the id in other capitals (SARIF1001). */
function pascalCase(id: string): string {
  const name = id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
  return name.toLowerCase() === id.toLowerCase() ? `${name}Rule` : name
}

const helpText = ({ why, fix }: RuleInfo): string =>
  [prose(why), fix === '' ? '' : `Fix: ${sentence(prose(fix))}`].filter((part) => part !== '').join('\n\n') ||
  'No help.'

function helpMarkdown({ id, title, why, fix, example, standards }: RuleInfo): string {
  const named = Object.entries(standards).map(([key, ids]) => `${code(key)} ${ids.map(code).join(', ')}`)
  return [
    `# ${markdown(title)}`,
    markdown(why),
    ...(fix === '' ? [] : ['## Fix', markdown(fix)]),
    ...(example ? ['## Example', `Found in ${code(example.dialect)}:`, block(example.text)] : []),
    ...(named.length > 0 ? ['## Standards', named.map((line) => `- ${line}`).join('\n')] : []),
    `More: ${code(`plimsoll explain ${id}`)}`,
  ].join('\n\n')
}
/** A code block whose fence is longer than any in it; lines stay lines. */
function block(text: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  const lines = text.trimEnd().split('\n').slice(0, 60)
  return [fence, ...lines.map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd')), fence].join('\n')
}
