/** YAML -> Node by way of the tree of `yaml`: for texts that are wrong, and for what is rare in them. See yaml.ts. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Schema,
  type Document,
  type Node as YamlNode,
  type Pair,
} from 'yaml'
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { TEMPLATE, type Locate, type Node } from './node.ts'
import { duplicateKey, MAX_DEPTH, MAX_NODES } from './yaml-limit.ts'

/** A local tag: `!reset` of Compose, `!Ref` and `!Fn::Sub` of CloudFormation. */
const LOCAL = /^!([A-Za-z][\w:.-]*)$/

let schema: Schema | undefined

/** `text` is without a byte order mark and %YAML directives. */
export function readTree(text: string, place: Locate): Read<readonly Node[]> {
  const counter = new LineCounter()
  const at = (offset: number): Place => {
    const { line, col } = counter.linePos(offset)
    return place(Math.max(line, 1), Math.max(col, 1))
  }
  const notices: Notice[] = []
  const documents: Node[] = []
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: counter,
      version: '1.1',
      // Made once: else every document of a file makes its own.
      schema: (schema ??= new Schema({
        schema: 'yaml-1.1',
        merge: false,
        // 22:22 would be the number 1342, and 2024-01-01 a Date.
        customTags: (tags) =>
          tags.filter(
            (tag) =>
              typeof tag === 'string' ||
              !SURPRISING.test(`${tag.tag} ${String(('format' in tag && tag.format) || '')}`),
          ),
      })),
      // The library compares every key with every other, and by value: `on` and `y` are both true in YAML 1.1.
      uniqueKeys: false,
      strict: true,
    })
    for (const document of Array.isArray(parsed) ? parsed : []) {
      const [fatal] = document.errors
      if (fatal)
        notices.push({
          id: 'yaml-invalid',
          place: at(fatal.pos[0]),
          message: explain(fatal.message, document, text),
          lost: true,
        })
      else if (document.contents && !isNothing(document.contents)) {
        const converter = new Converter(document, at)
        documents.push(converter.root())
        if (converter.duplicate) notices.push(duplicateKey(converter.duplicate))
      }
    }
  } catch (error) {
    notices.push({
      id: 'yaml-invalid',
      place: place(1, 1),
      message: `This YAML cannot be read (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error'}), so nothing in it was checked. Mend it, or leave the file out.`,
      lost: true,
    })
  }
  return { value: documents, notices }
}

/** A document without content, such as comments between two `---`. */
const isNothing = (node: YamlNode): boolean =>
  isScalar(node) && node.source === '' && node.type === 'PLAIN' && node.anchor === undefined && node.tag === undefined

const SURPRISING = /tag:yaml\.org,2002:(timestamp|float TIME|int TIME)/

function explain(message: string, document: Document.Parsed, text: string): string {
  const first = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
  const part = text.slice(document.range[0], document.range[2])
  if (/\{\{.*\}\}/.test(part))
    return `This document is a template, not YAML (${first}), so nothing in it was checked. Render it first: helm template . | plimsoll scan -`
  return `This document is not valid YAML (${first}), so nothing in it was checked. Mend it.`
}

/** Turns one parsed document into Nodes. Every anchor is converted once, however often it is used. */
class Converter {
  readonly #document: Document.Parsed
  readonly #at: (offset: number) => Place
  readonly #anchors = new Map<YamlNode, Node>()
  readonly #open = new Set<YamlNode>()
  /** The last node of each name: `Alias.resolve` walks the whole document for every alias. */
  readonly #named = new Map<string, YamlNode>()
  #count = 0
  /** The first key that is written twice in one map. */
  duplicate: { readonly key: string; readonly place: Place } | undefined

  constructor(document: Document.Parsed, at: (offset: number) => Place) {
    this.#document = document
    this.#at = at
  }

  root(): Node {
    const contents = this.#document.contents
    return this.#convert(contents, this.#at(contents?.range[0] ?? 0), [])
  }

  #convert(node: YamlNode | null, place: Place, path: readonly (string | number)[]): Node {
    const tag = LOCAL.exec(node?.tag ?? '')?.[1]
    if (tag === undefined || isAlias(node)) return this.#untagged(node, place, path)
    const plain = this.#untagged(node, place, path)
    // The library makes a text of a scalar whose tag it does not know.
    const isNull = isScalar(node) && node.type === 'PLAIN' && /^(?:|~|null)$/i.test(node.source ?? '')
    return { ...plain, tag, ...(isNull && { value: null }) }
  }

  #untagged(node: YamlNode | null, place: Place, path: readonly (string | number)[]): Node {
    this.#count += 1
    if (this.#count > MAX_NODES || path.length > MAX_DEPTH)
      return { place, path, value: null, unknown: 'the document is too large or too deep' }
    if (isAlias(node)) return this.#alias(node.source, this.#named.get(node.source), place, path)
    if (node?.anchor !== undefined) this.#named.set(node.anchor, node)
    if (isMap(node)) {
      const value = this.#map(node.items, place, path)
      return value.has('?') ? { place, path, value, unknown: TEMPLATE } : { place, path, value }
    }
    if (isSeq(node))
      return {
        place,
        path,
        value: node.items.map((item, index) =>
          this.#convert(item as YamlNode | null, this.#start(item) ?? place, [...path, index]),
        ),
      }
    if (!isScalar(node)) return { place, path, value: null }
    const { value, source } = node
    const end = node.range ? this.#at(node.range[1]) : place
    const spot = end.line === place.line ? { ...place, endLine: end.line, endColumn: end.column } : place
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
      return {
        place: spot,
        path,
        value: typeof value === 'bigint' ? Number(value) : value,
        ...(source !== undefined && { source }),
      }
    return { place: spot, path, value: value === null || value === undefined ? null : String(value) }
  }

  #alias(name: string, target: YamlNode | undefined, place: Place, path: readonly (string | number)[]): Node {
    if (!target) return { place, path, value: null, unknown: `there is no anchor ${name}` }
    if (this.#open.has(target)) return { place, path, value: null, unknown: `anchor ${name} holds itself` }
    const known = this.#anchors.get(target)
    if (known) return known
    this.#open.add(target)
    const node = this.#convert(target, this.#start(target) ?? place, path)
    this.#open.delete(target)
    this.#anchors.set(target, node)
    return node
  }

  #map(pairs: readonly Pair<unknown, unknown>[], place: Place, path: readonly (string | number)[]): Map<string, Node> {
    const map = new Map<string, Node>()
    const merged: Node[] = []
    for (const pair of pairs) {
      const key = keyOf(pair.key)
      const value = (pair.value ?? null) as YamlNode | null
      if (key === '<<') merged.push(...this.#sources(value, place, path))
      else {
        const start = this.#start(pair.key) ?? place
        if (map.has(key)) this.duplicate ??= { key, place: start }
        map.set(key, this.#convert(value, start, [...path, key]))
      }
    }
    for (const source of merged)
      if (source.value instanceof Map)
        for (const [key, node] of source.value) if (!map.has(key)) map.set(key, { ...node, inherited: true })
    return map
  }

  #sources(value: YamlNode | null, place: Place, path: readonly (string | number)[]): readonly Node[] {
    const node = this.#convert(value, place, path)
    return Array.isArray(node.value) ? (node.value as readonly Node[]) : [node]
  }

  #start(node: unknown): Place | undefined {
    const range = (node as { range?: readonly number[] | null } | null)?.range
    return range?.[0] === undefined ? undefined : this.#at(range[0])
  }
}

/** YAML 1.1 makes `y`, `on` and `1` of keys something else: the key is what is written. `<<` comes as a Symbol. */
function keyOf(key: unknown): string {
  if (!isScalar(key)) return '?'
  if (typeof key.value === 'symbol') return '<<'
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}
