/**
 * YAML -> Node by way of js-yaml's events, several times faster than the tree of `yaml`: nearly every manifest is read here.
 * What is rare (tags, keys that are no scalars, directives) or wrong is left to `yaml-tree.ts`, which has the better messages, and
 * whose answers these are to the last place: `test/document/yaml-events.test.ts` compares them on everything there is.
 */
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, type Event } from 'js-yaml'
import type { Place } from '../model/place.ts'
import type { Locate, Node } from './node.ts'
import { MAX_DEPTH, MAX_NODES } from './yaml-limit.ts'
import { scalar11 } from './yaml-scalar.ts'

type Path = readonly (string | number)[]
export interface EventDocuments {
  readonly documents: readonly Node[]
  /** The first key that is written twice in one map, of each document that has one. */
  readonly duplicates: readonly { readonly key: string; readonly place: Place }[]
}

/** Thrown and caught here: a construct that is left to the other reader. */
class Rare extends Error {}
type Scalar = Extract<Event, { type: typeof EVENT_ID.SCALAR }>
const { PLAIN, SINGLE_QUOTED, DOUBLE_QUOTED } = SCALAR_STYLE
const { DOCUMENT, SEQUENCE, MAPPING, SCALAR, ALIAS, POP } = EVENT_ID
/** Of collections, which recurse in js-yaml: those that nest deeper are read by the other reader, which says so. */
const MAX_NESTING = 250

/** Where js-yaml differs from others: it takes tabs for indentation in some spots, and a marker that is indented for one. */
const DISPUTED = /^(?:[ ?-]*\t|[ \t]+(?:---|\.\.\.)(?:\s|$))/m
/** What may follow a quoted text or an alias. */
const END = /[ \t]*(?:[\r\n,\]}:]|(?<=[ \t])#|$)/y
/** From what stands last in a flow collection to its bracket. */
const CLOSING = /(?:[\s,:?]|#[^\n]*)*[\]}]/y
const COLON = /[ \t]*:[ \t]*/y
/** The line that a block scalar begins with, from its sign on. */
const HEADER = /[|>](?:[1-9][+-]?|[+-][1-9]?)?[ \t]*(?:[ \t]#[^\n]*)?\r?\n$/

/** Undefined where this text is one for the other reader. */
export function readEvents(text: string, locate: Locate): EventDocuments | undefined {
  if (DISPUTED.test(text)) return undefined
  try {
    return new Builder(text, parseEvents(text, { maxDepth: MAX_NESTING }), locate).documents()
  } catch {
    // Not valid for js-yaml, or rare: what is wrong is told by the other reader.
    return undefined
  }
}

class Builder {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #locate: Locate
  readonly #lines: readonly number[]
  /** The line found last: places are asked for in order, nearly always. */
  #line = 0
  #next = 0
  #count = 0
  /** Where what was read last ends. */
  #end = 0
  /** Anchor -> index of its event; the last of a name counts. */
  #anchors = new Map<string, number>()
  #aliased = new Map<number, Node>()
  #open = new Set<number>()
  #duplicate: { readonly key: string; readonly place: Place } | undefined

  constructor(text: string, events: readonly Event[], locate: Locate) {
    this.#text = text
    this.#events = events
    this.#locate = locate
    const lines = [0]
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
    this.#lines = lines
  }

  documents(): EventDocuments {
    const documents: Node[] = []
    const duplicates: { readonly key: string; readonly place: Place }[] = []
    while (this.#next < this.#events.length) {
      const event = this.#take()
      if (event.type !== DOCUMENT || event.directives.length > 0) throw new Rare()
      this.#anchors = new Map()
      this.#aliased = new Map()
      this.#duplicate = undefined
      this.#count = 0
      const first = this.#peek()
      if (first.type === SCALAR && first.valueStart < 0 && first.anchorStart < 0 && first.tagStart < 0) this.#next += 1
      else if (first.type === SCALAR) throw new Rare()
      else if (first.type !== POP) {
        const document = this.#node(this.#at(this.#startOf(first)), [])
        documents.push(document)
        if (this.#duplicate) duplicates.push(this.#duplicate)
      }
      if (this.#take().type !== POP) throw new Rare()
    }
    return { documents, duplicates }
  }

  #peek(): Event {
    const event = this.#events[this.#next]
    if (!event) throw new Rare()
    return event
  }
  #take(): Event {
    const event = this.#peek()
    this.#next += 1
    return event
  }

  #node(place: Place, path: Path): Node {
    const index = this.#next
    const event = this.#take()
    this.#count += 1
    if (this.#count > MAX_NODES || path.length > MAX_DEPTH) {
      this.#skip(event)
      return { place, path, value: null, unknown: 'the document is too large or too deep' }
    }
    switch (event.type) {
      case ALIAS:
        this.#end = event.anchorEnd
        this.#mustEnd(event.anchorEnd)
        return this.#alias(this.#text.slice(event.anchorStart, event.anchorEnd), place, path)
      case SCALAR:
        this.#remember(event, index)
        return this.#scalar(event, place, path)
      case SEQUENCE: {
        this.#remember(event, index)
        const value: Node[] = []
        for (let next = this.#peek(); next.type !== POP; next = this.#peek())
          value.push(this.#node(this.#placeOf(next) ?? place, [...path, value.length]))
        this.#next += 1
        this.#close(event)
        return { place, path, value }
      }
      case MAPPING:
        this.#remember(event, index)
        return this.#mapping(event, place, path)
      default:
        throw new Rare()
    }
  }

  #remember(event: { anchorStart: number; anchorEnd: number; tagStart: number }, index: number): void {
    if (event.tagStart >= 0) throw new Rare()
    if (event.anchorStart >= 0) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), index)
  }

  #mapping(event: Extract<Event, { type: typeof MAPPING }>, place: Place, path: Path): Node {
    const map = new Map<string, Node>()
    const merged: Node[] = []
    for (let key = this.#take(); key.type !== POP; key = this.#take()) {
      if (key.type !== SCALAR || key.tagStart >= 0 || key.anchorStart >= 0 || key.valueStart < 0) throw new Rare()
      const name = getScalarValue(this.#text, key)
      if (name === '' && key.style === PLAIN) throw new Rare()
      this.#end = key.style === PLAIN ? key.valueEnd : key.valueEnd + 1
      const start = this.#at(this.#startOf(key))
      if (name === '<<') {
        const source = this.#node(place, path)
        if (Array.isArray(source.value)) for (const each of source.value) merged.push(each)
        else merged.push(source)
        continue
      }
      if (map.has(name)) this.#duplicate ??= { key: name, place: start }
      const value = this.#peek()
      map.set(
        name,
        value.type === SCALAR && value.valueStart < 0
          ? this.#nothing(key, value, start, [...path, name])
          : this.#node(start, [...path, name]),
      )
    }
    this.#close(event)
    for (const source of merged)
      if (source.value instanceof Map)
        for (const [key, node] of source.value) if (!map.has(key)) map.set(key, { ...node, inherited: true })
    return { place, path, value: map }
  }

  /** `key:` with nothing behind it: its end is behind the blanks after the colon. */
  #nothing(key: Scalar, value: Scalar, start: Place, path: Path): Node {
    this.#remember(value, this.#next)
    this.#next += 1
    this.#count += 1
    if (value.anchorStart >= 0) throw new Rare()
    COLON.lastIndex = key.style === PLAIN ? key.valueEnd : key.valueEnd + 1
    if (!COLON.test(this.#text)) return { place: start, path, value: null }
    const { line, column } = this.#lineAndColumn(COLON.lastIndex)
    const end = this.#locate(line, column)
    const place = end.line === start.line ? { ...start, endLine: end.line, endColumn: end.column } : start
    return { place, path, value: null }
  }

  #scalar(event: Scalar, place: Place, path: Path): Node {
    const { style } = event
    const text = getScalarValue(this.#text, event)
    this.#end = event.style === PLAIN ? event.valueEnd : event.valueEnd + 1
    const spot = this.#spot(event, place)
    if (style !== PLAIN) return { place: spot, path, value: text }
    const value = scalar11(text)
    return typeof value === 'number' || typeof value === 'boolean'
      ? { place: spot, path, value, source: text }
      : { place: spot, path, value }
  }

  /** The place with the end of the scalar, where that is on the same line. */
  #spot(event: Scalar, place: Place): Place {
    if (event.style !== PLAIN && event.style !== SINGLE_QUOTED && event.style !== DOUBLE_QUOTED) return place
    if (event.valueEnd < 0) throw new Rare()
    const end = event.style === PLAIN ? event.valueEnd : event.valueEnd + 1
    if (event.style !== PLAIN) this.#mustEnd(end)
    const { line, column } = this.#lineAndColumn(end)
    const at = this.#locate(line, column)
    return at.line === place.line ? { ...place, endLine: at.line, endColumn: at.column } : place
  }

  #alias(name: string, place: Place, path: Path): Node {
    const target = this.#anchors.get(name)
    if (target === undefined) return { place, path, value: null, unknown: `there is no anchor ${name}` }
    if (this.#open.has(target)) return { place, path, value: null, unknown: `anchor ${name} holds itself` }
    const known = this.#aliased.get(target)
    if (known) return known
    const back = [this.#next, this.#end] as const
    this.#next = target
    this.#open.add(target)
    const node = this.#node(this.#placeOf(this.#peek()) ?? place, path)
    this.#open.delete(target)
    ;[this.#next, this.#end] = back
    this.#aliased.set(target, node)
    return node
  }

  /** Passes over what belongs to a collection that is not read. */
  #skip(event: Event): void {
    let depth = event.type === SEQUENCE || event.type === MAPPING ? 1 : 0
    while (depth > 0) {
      const { type } = this.#take()
      if (type === SEQUENCE || type === MAPPING) depth += 1
      else if (type === POP) depth -= 1
    }
  }

  /** Where a flow collection ends. What is in it has been read. */
  #close({ style, start }: { readonly style: number; readonly start: number }): void {
    if (style !== COLLECTION_STYLE.FLOW) return
    CLOSING.lastIndex = Math.max(this.#end, start + 1)
    if (!CLOSING.test(this.#text)) throw new Rare()
    this.#end = CLOSING.lastIndex
    this.#mustEnd(this.#end)
  }

  /** js-yaml lets text follow directly, and begins another node with it. */
  #mustEnd(offset: number): void {
    END.lastIndex = offset
    if (!END.test(this.#text)) throw new Rare()
  }

  /** Offset of the first character of a node; -1 where an empty scalar has none. */
  #startOf(event: Event): number {
    if (event.type === SCALAR)
      return event.style === PLAIN || event.valueStart < 0 ? event.valueStart : this.#opening(event)
    if (event.type === SEQUENCE || event.type === MAPPING) return event.start
    // Without its `*`.
    return event.type === ALIAS ? event.anchorStart - 1 : -1
  }
  /** Of a quoted scalar the quote; of a block scalar its `|` or `>`, which is before its content. */
  #opening(event: Scalar): number {
    if (event.style === SINGLE_QUOTED || event.style === DOUBLE_QUOTED) return event.valueStart - 1
    const line = this.#text.lastIndexOf('\n', event.valueStart - 2) + 1
    const header = HEADER.exec(this.#text.slice(line, event.valueStart))
    if (!header) throw new Rare()
    return line + header.index
  }
  #placeOf(event: Event): Place | undefined {
    const start = this.#startOf(event)
    return start < 0 ? undefined : this.#at(start)
  }

  #at(offset: number): Place {
    if (offset < 0) throw new Rare()
    const { line, column } = this.#lineAndColumn(offset)
    return this.#locate(line, column)
  }
  #lineAndColumn(offset: number): { readonly line: number; readonly column: number } {
    const lines = this.#lines
    let line = this.#line
    if ((lines[line] ?? 0) > offset) {
      let low = 0
      while (low < line) {
        const middle = (low + line + 1) >> 1
        if ((lines[middle] ?? 0) <= offset) low = middle
        else line = middle - 1
      }
      line = low
    } else for (let next = lines[line + 1]; next !== undefined && next <= offset; next = lines[line + 1]) line += 1
    this.#line = line
    return { line: line + 1, column: offset - (lines[line] ?? 0) + 1 }
  }
}
