/** What the dialects of the Docker family share: facts of texts that hold variables, and lists that several keys make up. */
import { HOLE } from '../../document/hole.ts'
import { child, entries, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { unknown, type Fact, type Teller } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import { ask, asMap, at, parse, scalarFact, setAt, written, type Answer, type Ask, type Scope } from '../ask.ts'

export { HOLE }

type ItemOf<F> = Extract<F, { readonly value: unknown }> extends { readonly value: readonly (infer E)[] } ? E : never
export type Mount = ItemOf<ContainerFacts['mounts']>
export type Device = ItemOf<ContainerFacts['devices']>
export type Port = ItemOf<ContainerFacts['ports']>
export type Variable = ItemOf<ContainerFacts['environment']>
export type Sysctl = ItemOf<ContainerFacts['sysctls']>
export type Ulimit = ItemOf<ContainerFacts['ulimits']>
export type Probe = ItemOf<ContainerFacts['probes']>

/** Why an element, or a part of one, cannot be known. */
export interface Why {
  readonly place: Place
  readonly because: string
  readonly ask: Teller
}
export const why = (node: Node, because: string, ask: Teller = 'user'): Why => ({
  place: node.place,
  because: node.unknown ?? because,
  ask,
})
export const unknownBy = ({ place, because, ask }: Why): Fact<never> => unknown(place, because, ask)

/** A value that somebody wrote at this node. */
export const said = written

/** A piece of a short syntax: unknown where a variable without a value stands in it. */
export const piece = (node: Node, text: string): Fact<string> =>
  node.unknown !== undefined && text.includes(HOLE) ? unknown(node.place, node.unknown, 'user') : said(node, text)

/** True where the node has nothing to say: absent, or null. */
export const isVoid = (node: Node): boolean =>
  node.unknown === undefined && (node.missing === true || node.value === null)

/** The text of a node, holes included; undefined where it has none, or where nothing of it is known. */
export const rawText = (node: Node): string | undefined =>
  node.unknown === undefined || typeof node.value === 'string' ? textOf(node) : undefined

/** One key that brings elements of a list. */
export interface Part<E> {
  readonly path: string
  /** The scope that the path starts in; the container's own where absent. */
  readonly where?: string
  /** Elements for one item of a list, one entry of a map (with its key), or a scalar where `scalar` is set. */
  each(node: Node, key: string | undefined, scope: Scope): readonly E[]
  /** A single text counts as a list of one. */
  readonly scalar?: boolean
  /** The map is one element, not a list by key. */
  readonly whole?: boolean
}

/** Elements of one list: port ranges and aliases can make a small file a huge list. */
const MAX_LIST = 20_000

/**
 * A list that several keys make up. A key whose value is not known, or no list, brings one unknown element,
 * so that it is never taken for an empty list.
 */
export const collect = <E>(stranger: (why: Why) => E, ...parts: readonly Part<E>[]): Ask<readonly E[]> =>
  ask((scope): Answer<readonly E[]> => {
    const written: Node[] = []
    const elements: E[] = []
    for (const { path, where = 'self', each, scalar = false, whole = false } of parts) {
      const node = at(scope, where, path)
      if (isVoid(node)) continue
      written.push(node)
      const list: readonly (readonly [string | undefined, Node])[] | undefined =
        isList(node) && !whole
          ? node.value.map((item) => [undefined, item])
          : isMap(node) && !whole
            ? entries(node)
            : (scalar && rawText(node) !== undefined) || whole
              ? [[undefined, node]]
              : undefined
      if (!list) elements.push(stranger(why(node, `${path} is not a list`)))
      for (const [key, item] of list ?? []) {
        for (const element of each(item, key, scope)) elements.push(element)
        if (elements.length <= MAX_LIST) continue
        elements.push(stranger(why(item, `${path} has more than ${MAX_LIST} elements: the rest was not read`)))
        break
      }
    }
    const [first] = written
    if (!first) return { how: 'silent', place: at(scope, parts[0]?.where ?? 'self', parts[0]?.path ?? '').place }
    const inherited = written.every((node) => node.inherited === true)
    return { how: inherited ? 'inherited' : 'set', place: first.place, value: elements }
  })

/** A text that is not empty; the empty one is as good as not written. */
export const word = (path: string, where = 'self'): Ask<string> =>
  ask(
    ask((scope) => scalarFact(at(scope, where, path), 'a text', parse.text)).to((value) =>
      value === '' ? undefined : value,
    ).read,
    { write: (value, scope) => setAt(scope, where, path, value), word: (text) => text },
  )

/**
 * The node with everything at these paths that should be a map and is not made unknown, and all below it:
 * else `deploy: 5` would read as a service that sets no limits. Outer paths go first.
 */
export function soundMaps(node: Node, paths: readonly string[]): Node {
  return paths.reduce((whole, path) => {
    const found = get(whole, path)
    return isVoid(found) || isMap(found) ? whole : replaced(whole, path.split('.'))
  }, node)
}
function replaced(node: Node, path: readonly string[]): Node {
  const [key, ...rest] = path
  if (key === undefined) return asMap(node)
  if (!isMap(node)) return node
  return { ...node, value: new Map([...node.value, [key, replaced(child(node, key), rest)]]) }
}
