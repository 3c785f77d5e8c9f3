/**
 * What other objects of the input say of a container: the LimitRange and the labels of its namespace, its ServiceAccount, its
 * RuntimeClass, and the ConfigMaps and Secrets that its variables are taken from. The input is the whole scan: an object that
 * is not in it says nothing, which is not the same as its not being there.
 */
import { child, elements, entries, get, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, derived, unknown, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import type { Container, VariableSource, Waits } from '../../model/subject.ts'
import { parse, scalarFact } from '../ask.ts'
import type { Bystander } from '../dialect.ts'
import { MAX_ELEMENTS } from '../limit.ts'
import { expanded, FROM_SECRET, type Variable } from './environment.ts'

const KINDS: ReadonlySet<string> = new Set([
  'LimitRange',
  'Namespace',
  'ServiceAccount',
  'RuntimeClass',
  'ConfigMap',
  'Secret',
])
const MAX_DEPTH = 20
/** Objects that one document may give. */
const MAX_OBJECTS = 50_000

const kindOf = (root: Node): string => textOf(child(root, 'kind')) ?? ''
const nameOf = (root: Node): string => textOf(get(root, 'metadata.name')) ?? ''
const namespaceOf = (root: Node): string => textOf(get(root, 'metadata.namespace')) || 'default'
/** A key that no name can be mistaken for. */
const keyOf = (...parts: readonly string[]): string => parts.join('\0')

/** The objects of a document that say something of containers. */
export const contextOf = (root: Node): readonly Node[] => objectsOf(root, KINDS)

/** The objects of some kinds in a document, those of lists included. */
export function objectsOf(root: Node, kinds: ReadonlySet<string>): readonly Node[] {
  const found: Node[] = []
  const visit = (node: Node, hint: string, depth: number): void => {
    if (!isMap(node) || depth > MAX_DEPTH || found.length >= MAX_OBJECTS) return
    const kind = kindOf(node) || hint
    const inner = kind.endsWith('List') ? 'items' : kind === 'Template' ? 'objects' : undefined
    if (inner !== undefined) for (const each of elements(child(node, inner))) visit(each, kind.slice(0, -4), depth + 1)
    else if (kinds.has(kind))
      // An element of a typed list does not repeat its kind.
      found.push(
        kindOf(node) === '' ? { ...node, value: new Map([...node.value, ['kind', { ...node, value: kind }]]) } : node,
      )
  }
  visit(root, '', 0)
  return found
}

/** The objects of a scan by kind, namespace and name. What is there twice is the first. */
class Surroundings {
  readonly #named = new Map<string, Node>()
  readonly #ranges = new Map<string, Node[]>()

  constructor(bystanders: readonly Bystander[]) {
    for (const { root } of bystanders) {
      const kind = kindOf(root)
      if (kind === 'LimitRange') {
        const list = this.#ranges.get(namespaceOf(root))
        if (list) list.push(root)
        else this.#ranges.set(namespaceOf(root), [root])
        continue
      }
      const isOfCluster = kind === 'Namespace' || kind === 'RuntimeClass'
      const key = keyOf(kind, isOfCluster ? '' : namespaceOf(root), nameOf(root))
      if (!this.#named.has(key)) this.#named.set(key, root)
    }
  }
  named(kind: string, namespace: string, name: string): Node | undefined {
    return this.#named.get(keyOf(kind, namespace, name))
  }
  ranges(namespace: string): readonly Node[] {
    return this.#ranges.get(namespace) ?? []
  }
}

/** The containers, each with what the objects of the scan say of it. Facts that nothing is said of stay the same objects. */
export function settleContainers(
  containers: readonly Container[],
  bystanders: readonly Bystander[],
): readonly Container[] {
  const around = new Surroundings(bystanders)
  const budget = { elements: MAX_ELEMENTS }
  return containers.map((container) => {
    const { waits, facts } = container
    if (!waits) return container
    return {
      ...container,
      facts: {
        ...facts,
        environment: environment(facts.environment, waits, around, budget),
        resources: resources(facts, around.ranges(waits.namespace)),
        runtime: runtime(facts.runtime, around),
        serviceAccount: { ...facts.serviceAccount, token: token(facts.serviceAccount, waits.namespace, around) },
        podSecurity: podSecurity(facts.podSecurity, around.named('Namespace', '', waits.namespace)),
      },
    }
  })
}

/** The pod has the last word, then its ServiceAccount (k8s docs, Configure Service Accounts for Pods). */
function token(
  { name, token: own }: ContainerFacts['serviceAccount'],
  namespace: string,
  around: Surroundings,
): Fact<boolean> {
  if (own.how !== 'default' || name.how === 'unknown') return own
  const account = around.named('ServiceAccount', namespace, name.value)
  const said = account && scalarFact(child(account, 'automountServiceAccountToken'), 'true or false', parse.bool)
  if (!said || said.how === 'silent') return own
  return said.how === 'unknown' ? said : { ...said, how: 'inherited', from: [own] }
}

/** Who runs the class: `runsc` of a class that is called `sandbox`. */
function runtime(own: Fact<string>, around: Surroundings): Fact<string> {
  if (own.how === 'unknown' || own.value === '') return own
  const handler = child(around.named('RuntimeClass', '', own.value) ?? NOTHING, 'handler')
  const said = scalarFact(handler, 'a text', parse.text)
  return said.how === 'silent' || said.how === 'unknown' || said.value === own.value
    ? own
    : derived(own.place, said.value, `the handler of the RuntimeClass "${own.value}"`, [own, said])
}
const NOTHING: Node = { place: { file: '', line: 1, column: 1 }, path: [], value: null, missing: true }

const LEVELS = { privileged: 'privileged', baseline: 'baseline', restricted: 'restricted' } as const
const isLevel = (word: string): word is keyof typeof LEVELS => Object.hasOwn(LEVELS, word)

/** Labels of the namespace. https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
function podSecurity(own: ContainerFacts['podSecurity'], namespace: Node | undefined): ContainerFacts['podSecurity'] {
  if (!namespace) return own
  const labels = get(namespace, 'metadata.labels')
  const level = scalarFact(child(labels, 'pod-security.kubernetes.io/enforce'), 'a text', parse.text)
  const version = scalarFact(child(labels, 'pod-security.kubernetes.io/enforce-version'), 'a text', parse.text)
  return {
    enforce:
      level.how === 'silent'
        ? byDefault(level.place, 'none', 'the Namespace has no label pod-security.kubernetes.io/enforce')
        : level.how === 'unknown'
          ? level
          : isLevel(level.value)
            ? { ...level, how: 'inherited', value: level.value }
            : unknown(level.place, `"${level.value}" is not one of privileged, baseline, restricted`, 'user'),
    version:
      version.how === 'silent'
        ? byDefault(version.place, 'latest', 'latest unless pod-security.kubernetes.io/enforce-version is set')
        : version.how === 'unknown'
          ? version
          : { ...version, how: 'inherited' },
  }
}

interface Resource {
  readonly name: string
  readonly parse: (node: Node) => number | undefined
  readonly limit: 'memory' | 'cpu' | 'ephemeralStorage'
  readonly request?: 'memoryReservation' | 'cpuReservation'
}
const positive =
  (read: (node: Node) => number | undefined) =>
  (node: Node): number | undefined => {
    const value = read(node)
    return value === undefined || value < 0 ? undefined : value
  }
const RESOURCES: readonly Resource[] = [
  { name: 'memory', parse: positive(parse.quantity), limit: 'memory', request: 'memoryReservation' },
  { name: 'cpu', parse: positive(parse.cores), limit: 'cpu', request: 'cpuReservation' },
  { name: 'ephemeral-storage', parse: positive(parse.quantity), limit: 'ephemeralStorage' },
]

/**
 * A LimitRange gives a container the limits and requests that it does not write; an ephemeral container has none.
 * Without `default` the limit is `max`, and without `defaultRequest` the request is that limit
 * (k8s.io/kubernetes, pkg/apis/core/v1, SetDefaults_LimitRangeItem).
 */
function resources(facts: ContainerFacts, ranges: readonly Node[]): ContainerFacts['resources'] {
  const own = facts.resources
  if (ranges.length === 0 || (facts.role.how !== 'unknown' && facts.role.value === 'ephemeral')) return own
  const made: { -readonly [K in keyof typeof own]: (typeof own)[K] } = { ...own }
  for (const resource of RESOURCES) {
    const limit = own[resource.limit]
    const isLimited = limit.how !== 'default'
    const given = oneOf(ranges, resource, ['default', 'max'])
    if (!isLimited && given) made[resource.limit] = { ...given, ...(given.how !== 'unknown' && { from: [limit] }) }
    if (resource.request === undefined) continue
    const request = own[resource.request]
    const asked = oneOf(ranges, resource, ['defaultRequest', 'default', 'max', 'min'])
    // A limit that is written is the request too, before any LimitRange is asked.
    if (!isLimited && request.how === 'default' && asked)
      made[resource.request] = { ...asked, ...(asked.how !== 'unknown' && { from: [request] }) }
  }
  return made
}

/** What the LimitRanges of a namespace say; two that say different things leave it to the API server's mood. */
function oneOf(ranges: readonly Node[], resource: Resource, keys: readonly string[]): Fact<number> | undefined {
  const all = ranges.flatMap((range) => {
    for (const key of keys)
      for (const item of elements(get(range, 'spec.limits'))) {
        if (textOf(child(item, 'type')) !== 'Container') continue
        const said = scalarFact(child(child(item, key), resource.name), 'a quantity', resource.parse)
        if (said.how === 'silent') continue
        const because = `the LimitRange "${nameOf(range)}" of the namespace gives it (${key})`
        return [said.how === 'unknown' ? said : byDefault(said.place, said.value, because)]
      }
    return []
  })
  const [first] = all
  if (!first) return undefined
  const differs = all.some((each) => each.how === 'unknown' || first.how === 'unknown' || each.value !== first.value)
  return differs && all.length > 1
    ? unknown(first.place, 'several LimitRanges of the namespace give different values', 'user')
    : first
}

/** Variables that ConfigMaps and Secrets of the input fill. */
function environment(
  own: ContainerFacts['environment'],
  { namespace, variables }: Waits,
  around: Surroundings,
  budget: { elements: number },
): ContainerFacts['environment'] {
  if (own.how === 'unknown' || variables.length === 0) return own
  const sources = new Map(variables.map((source) => [source.at, source]))
  let changed = false
  const filled = own.value.flatMap((variable, at): readonly Variable[] => {
    const source = sources.get(at)
    const object = source && around.named(source.kind, namespace, source.name)
    if (!source || !object || !('facts' in variable)) return [variable]
    const made = source.key === undefined ? allOf(object, source, variable) : [keyFrom(object, source.key, variable)]
    budget.elements -= made.length
    if (budget.elements < 0) return [variable]
    changed = true
    return made
  })
  return changed ? { ...own, value: expanded(filled) } : own
}

const dataOf = (object: Node): readonly (readonly [string, Node])[] => [
  ...entries(child(object, 'data')),
  ...entries(child(object, 'stringData')),
]

/** `envFrom`: every key is a variable. Values of a Secret are not told: they are not what somebody wrote into the container. */
function allOf(object: Node, { kind, prefix }: VariableSource, variable: Variable): readonly Variable[] {
  return dataOf(object).map(([key, node]): Variable => ({
    place: node.place,
    facts: {
      name: { how: 'inherited', place: node.place, value: `${prefix}${key}`, from: [variable.facts.name] },
      value: kind === 'Secret' ? byDefault(node.place, '', FROM_SECRET) : textFrom(node),
      fromSecret:
        kind === 'Secret'
          ? { how: 'inherited', place: variable.place, value: true }
          : byDefault(node.place, false, 'not taken from a secret'),
    },
  }))
}
function keyFrom(object: Node, key: string, variable: Variable): Variable {
  const [, node] = dataOf(object).find(([name]) => name === key) ?? []
  const value = node
    ? textFrom(node)
    : unknown(variable.place, `the ConfigMap "${nameOf(object)}" has no key "${key}"`, 'user')
  return { ...variable, facts: { ...variable.facts, value } }
}
function textFrom(node: Node): Fact<string> {
  const said = scalarFact(node, 'a text', parse.text)
  if (said.how === 'silent') return byDefault(node.place, '', 'the key is empty')
  return said.how === 'unknown' ? said : { ...said, how: 'inherited' }
}
