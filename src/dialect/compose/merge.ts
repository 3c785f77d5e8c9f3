/**
 * What a later Compose file, or a service that extends another, makes of what is there: maps by key, lists one after the other.
 * https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
 */
import { child, elements, entries, isList, isMap, type Node } from '../../document/node.ts'
import { isVoid, rawText } from '../docker/piece.ts'

type Entries = ReadonlyMap<string, Node>
/** Keys from the root; a service is `services.*`. */
type Path = readonly string[]

const MAX_DEPTH = 1000

/** Of a service: the later one counts, whole. */
const REPLACED = new Set(['command', 'entrypoint', 'healthcheck.test'])
/** Of a service: written as a list of `key=value` or as a map, and merged as a map. */
const KEYED = new Set([
  'annotations',
  'build.args',
  'build.additional_contexts',
  'build.labels',
  'deploy.labels',
  'environment',
  'labels',
  'sysctls',
])
/** Of a service: a list of names, or a map by name. */
const NAMED = new Set(['depends_on', 'models', 'networks'])
/** Of a service: one text, or a list of them. */
const ONE_OR_MORE = new Set(['dns', 'dns_opt', 'dns_search', 'env_file', 'label_file', 'tmpfs', 'build.extra_hosts'])

/** Two documents of a project. */
export const mergeDocuments = (base: Node, own: Node): Node => merge(base, own, [], new Map())
/** A service and what it extends. */
export const mergeServices = (base: Node, own: Node): Node => merge(base, own, ['services', '*'], new Map())

/** Maps that were merged, by both and by where they stand: aliases make few maps stand in very many places. */
type Done = Map<Entries, Map<Entries, Map<string, Entries>>>
/** Keys below which no rule is special. */
const DEEPEST_RULE = 4

function merge(base: Node, own: Node, path: Path, done: Done): Node {
  // A reset stays until the end: earlier files may say the same.
  if (own.tag === 'override' || own.tag === 'reset' || base.tag === 'reset' || path.length > MAX_DEPTH) return own
  const inService = path.length > 2 && (path[0] === 'services' || path[0] === 'jobs') ? path.slice(2).join('.') : ''
  if (REPLACED.has(inService)) return own
  if (isVoid(own)) return base
  if (inService === 'logging' && isOtherDriver(base, own)) return own
  const left = shaped(base, inService)
  const right = shaped(own, inService)
  // Of files that are merged the first is the one to look at; a service that extends another is its own.
  const whole: Node = left.inherited ? right : { ...right, place: left.place }
  if (isMap(left) && isMap(right)) return { ...whole, value: mergeMaps(left.value, right.value, path, done) }
  return isList(left) && isList(right) ? { ...whole, value: appended(left.value, right.value) } : own
}

function mergeMaps(base: Entries, own: Entries, path: Path, done: Done): Entries {
  const at = path.length > DEEPEST_RULE ? '' : path.join('\n')
  const ofBase = done.get(base) ?? new Map<Entries, Map<string, Entries>>()
  const both = ofBase.get(own) ?? new Map<string, Entries>()
  done.set(base, ofBase)
  ofBase.set(own, both)
  const before = both.get(at)
  if (before) return before
  const merged = new Map(base)
  for (const [key, node] of own) {
    const other = base.get(key)
    merged.set(key, other ? merge(other, node, [...path, key], done) : node)
  }
  both.set(at, merged)
  return merged
}

/** The form in which a key is merged. */
function shaped(node: Node, key: string): Node {
  if (KEYED.has(key)) return keyed(node)
  if (NAMED.has(key)) return named(node)
  if (key === 'build' && rawText(node) !== undefined) return { ...node, value: new Map([['context', node]]) }
  if (key === 'extra_hosts') return hosts(node)
  return ONE_OR_MORE.has(key) && rawText(node) !== undefined ? { ...node, value: [node] } : node
}

/** Options of a log driver belong to it. */
function isOtherDriver(base: Node, own: Node): boolean {
  const [before, now] = [rawText(child(base, 'driver')), rawText(child(own, 'driver'))]
  return before !== undefined && now !== undefined && before !== now
}

/** A list of `key=value` as a map; a list that is not one stays as it is. */
function keyed(node: Node): Node {
  if (!isList(node)) return node
  const map = new Map<string, Node>()
  for (const item of elements(node)) {
    const text = rawText(item)
    const sign = text?.indexOf('=') ?? -1
    const key = sign < 0 ? text : text?.slice(0, sign)
    if (text === undefined || key === undefined || item.tag) return node
    map.set(key, { ...item, value: sign < 0 ? null : text.slice(sign + 1) })
  }
  return { ...node, value: map }
}

/** A list of names as a map; a list that is not one stays as it is. */
function named(node: Node): Node {
  if (!isList(node)) return node
  const map = new Map<string, Node>()
  for (const item of elements(node)) {
    const text = rawText(item)
    if (text === undefined || item.unknown !== undefined) return node
    map.set(text, { ...item, value: null })
  }
  return { ...node, value: map }
}

/** `extra_hosts` as a map is a list of `host=address`. */
const hosts = (node: Node): Node =>
  isMap(node)
    ? {
        ...node,
        value: entries(node).map(([host, each]) => ({ ...each, value: `${host}=${rawText(each) ?? ''}` })),
      }
    : node

/** The elements of both, those that are the very same once. */
function appended(base: readonly Node[], own: readonly Node[]): readonly Node[] {
  const known = new Set(base.map(shown))
  return [...base, ...own.filter((node) => !isKnown(shown(node), known))]
}
const isKnown = (text: string | undefined, known: ReadonlySet<string | undefined>): boolean =>
  text !== undefined && known.has(text)

/** Nodes that are compared of one element: aliases can make a small file a huge one. */
const MAX_COMPARED = 1000

/** The value of a node as a text; undefined where it is too large to be compared. */
function shown(node: Node): string | undefined {
  let count = 0
  const go = ({ value, unknown }: Node): unknown => {
    count += 1
    if (count > MAX_COMPARED) return null
    if (value instanceof Map) return [...value].map(([key, each]: [string, Node]) => [key, go(each)]).sort()
    return Array.isArray(value) ? { list: value.map(go) } : [value, unknown]
  }
  const text = JSON.stringify(go(node))
  return count > MAX_COMPARED ? undefined : text
}

/** The document without what says only that earlier files do not count. */
export function withoutTags(root: Node): Node {
  const done = new Map<object, Node['value']>()
  const go = (node: Node, depth: number): Node => {
    const { value, tag, ...rest } = node
    if (value === null || typeof value !== 'object') return tag ? { ...rest, value } : node
    if (depth > MAX_DEPTH) return { ...rest, value: null, unknown: 'the document is too deep' }
    let result = done.get(value)
    if (result === undefined) {
      result = children(value, depth)
      done.set(value, result)
    }
    return result === value && !tag ? node : { ...rest, value: result }
  }
  const children = (value: readonly Node[] | Entries, depth: number): Node['value'] => {
    let changed = false
    const next = (node: Node): Node => {
      const result = go(node, depth + 1)
      if (result !== node) changed = true
      return result
    }
    if (value instanceof Map) {
      const map = new Map<string, Node>()
      for (const [key, node] of value as Entries)
        if (node.tag === 'reset') changed = true
        else map.set(key, next(node))
      return changed ? map : value
    }
    const list = (value as readonly Node[]).filter((node) => node.tag !== 'reset')
    const result = list.map(next)
    return changed || list.length !== (value as readonly Node[]).length ? result : value
  }
  return go(root, 0)
}
