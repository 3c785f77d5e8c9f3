/** The standards that rules speak of, as SARIF taxonomies (section 3.14.8 and 3.19.3). */
import type { ReportingDescriptor, ReportingDescriptorRelationship, ToolComponent } from 'sarif'
import type { RuleInfo } from '../../model/rule.ts'
import { shown } from '../escape.ts'
import { compare } from '../where.ts'

interface Standard {
  readonly name: string
  readonly organization: string
  readonly says: string
  readonly uri: string
  /** Id of an entry, and the page that describes it. */
  readonly id: (written: string) => string
  readonly page?: (written: string) => string
}
const plain = (written: string): string => written
const standards: { readonly [key: string]: Standard } = {
  cwe: {
    name: 'CWE',
    organization: 'MITRE',
    says: 'The MITRE Common Weakness Enumeration.',
    uri: 'https://cwe.mitre.org/',
    id: (n) => `CWE-${n}`,
    page: (n) => `https://cwe.mitre.org/data/definitions/${encodeURIComponent(n)}.html`,
  },
  'cis-docker': {
    name: 'CIS Docker Benchmark',
    organization: 'Center for Internet Security',
    says: 'The CIS Docker Benchmark.',
    uri: 'https://www.cisecurity.org/benchmark/docker',
    id: plain,
  },
  'cis-kubernetes': {
    name: 'CIS Kubernetes Benchmark',
    organization: 'Center for Internet Security',
    says: 'The CIS Kubernetes Benchmark.',
    uri: 'https://www.cisecurity.org/benchmark/kubernetes',
    id: plain,
  },
  pss: {
    name: 'Pod Security Standards',
    organization: 'Kubernetes',
    says: 'The Kubernetes Pod Security Standards.',
    uri: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
    id: plain,
  },
  'nist-800-190': {
    name: 'NIST SP 800-190',
    organization: 'NIST',
    says: 'The NIST Application Container Security Guide.',
    uri: 'https://doi.org/10.6028/NIST.SP.800-190',
    id: plain,
  },
  'mitre-attack': {
    name: 'MITRE ATT&CK',
    organization: 'MITRE',
    says: 'The MITRE ATT&CK knowledge base of adversary techniques.',
    uri: 'https://attack.mitre.org/',
    id: plain,
    page: (technique) =>
      `https://attack.mitre.org/techniques/${technique.split('.').map(encodeURIComponent).join('/')}/`,
  },
}
/** Those that readers know best come first: GitHub shows ten tags of a rule. */
const known = Object.keys(standards)
const order = (a: string, b: string): number => position(a) - position(b) || compare(a, b)
const position = (key: string): number => (known.includes(key) ? known.indexOf(key) : known.length)
const standardOf = (key: string): Standard | undefined => (Object.hasOwn(standards, key) ? standards[key] : undefined)

/** `external/cwe/cwe-250`, as CodeQL writes it (three digits at least), and likewise for the others. */
export const tags = ({ standards: written }: RuleInfo): readonly string[] =>
  Object.keys(written)
    .toSorted(order)
    .flatMap((key) => (written[key] ?? []).map((id) => tag(key, id)))
const tag = (key: string, id: string): string =>
  key === 'cwe' ? `external/cwe/cwe-${id.padStart(3, '0')}` : shown(`external/${key}/${id}`.toLowerCase(), 200)

/** The taxonomies of all rules with the entries that they name, and how a rule refers to its own. */
export function taxonomies(rules: readonly RuleInfo[]): {
  readonly components: ToolComponent[]
  readonly relationships: (rule: RuleInfo) => ReportingDescriptorRelationship[]
} {
  const keys = [...new Set(rules.flatMap((rule) => Object.keys(rule.standards)))].toSorted(order)
  const entries = keys.map((key) =>
    [...new Set(rules.flatMap((rule) => rule.standards[key] ?? []))].toSorted((a, b) =>
      a.localeCompare(b, 'en', { numeric: true }),
    ),
  )
  const components = keys.map((key, index): ToolComponent => {
    const standard = standardOf(key)
    return {
      name: standard?.name ?? shown(key, 200),
      ...(standard && { organization: standard.organization, informationUri: standard.uri }),
      shortDescription: { text: standard?.says ?? `The standard ${shown(key, 200)}.` },
      isComprehensive: false,
      taxa: (entries[index] ?? []).map((id): ReportingDescriptor => {
        const page = standard?.page?.(id)
        return { id: idOf(key, id), ...(page !== undefined && { helpUri: page }) }
      }),
    }
  })
  const relationships = (rule: RuleInfo): ReportingDescriptorRelationship[] =>
    keys.flatMap((key, index) =>
      (rule.standards[key] ?? []).map((id) => ({
        target: {
          id: idOf(key, id),
          index: entries[index]?.indexOf(id) ?? -1,
          toolComponent: { name: components[index]?.name ?? key, index },
        },
        kinds: ['relevant'],
      })),
    )
  return { components, relationships }
}
const idOf = (key: string, id: string): string => standardOf(key)?.id(id) ?? shown(id, 200)
