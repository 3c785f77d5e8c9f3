/**
 * TOML 1.0 -> Node: https://toml.io/en/v1.0.0. The values are the library's; it keeps no places, so that a scanner of keys, which
 * trusts that the text is valid, notes where each stands. A table has the place of its first header, a key of a dotted one that of
 * the whole key. Dates are texts.
 */
import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml'
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import type { Locate, Node, Text } from './node.ts'
import { placesOf } from './offset.ts'

const MAX_DEPTH = 100

export function readToml(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const body = text.replace(/^\uFEFF/, '')
  const notices: Notice[] = []
  let documents: readonly Node[] = []
  try {
    const table = parse(body, { integersAsBigInt: 'asNeeded', maxDepth: MAX_DEPTH })
    documents = [convert(table, spotsOf(body), [], body, placesOf(body, place))]
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : 'unknown error').split('\n')
    const at = error instanceof TomlError ? place(Math.max(error.line, 1), Math.max(error.column, 1)) : place(1, 1)
    notices.push({
      id: 'toml-invalid',
      place: at,
      message: `This TOML is not valid (${first.replace(/^Invalid TOML document: /, '').slice(0, 200)}), so nothing in it was checked. Mend it, or leave the file out.`,
      lost: true,
    })
  }
  return { value: { file, documents, comments: comments(text, place) }, notices }
}

/** Where something of the text stands: offsets. */
interface Spot {
  /** Of the key, where there is one: else of the value, or of the header. */
  readonly start: number
  /** Of the value of a scalar, and its end. */
  valueStart?: number
  end?: number
  /** Made when the first is met: most are scalars. */
  keys?: Map<string, Spot>
  items?: Spot[]
}
const spot = (start: number): Spot => ({ start })

function convert(
  value: TomlValue | TomlTable,
  { start, valueStart, end: last, keys, items }: Spot,
  path: readonly (string | number)[],
  text: string,
  at: (offset: number) => Place,
): Node {
  const place = at(start)
  if (path.length > MAX_DEPTH) return { place, path, value: null, unknown: 'the document is too deep' }
  if (Array.isArray(value))
    return {
      place,
      path,
      value: value.map((each, index) => convert(each, items?.[index] ?? spot(start), [...path, index], text, at)),
    }
  const end = last === undefined ? undefined : at(last)
  const scalar = end?.line === place.line ? { ...place, endLine: end.line, endColumn: end.column } : place
  if (typeof value === 'string' || typeof value === 'boolean') return { place: scalar, path, value }
  const source = valueStart === undefined ? {} : { source: text.slice(valueStart, last) }
  if (typeof value === 'number' || typeof value === 'bigint')
    return { place: scalar, path, value: Number(value), ...source }
  if (isTable(value))
    return {
      place,
      path,
      value: new Map(
        Object.entries(value).map(([key, each]) => [
          key,
          convert(each, keys?.get(key) ?? spot(start), [...path, key], text, at),
        ]),
      ),
    }
  return { place: scalar, path, value: source.source ?? String(value) }
}
/** Tables are objects without a class of their own; dates have one. */
const isTable = (value: object): value is TomlTable =>
  Object.getPrototypeOf(value) === null || Object.getPrototypeOf(value) === Object.prototype

const KEY = /[A-Za-z0-9_-]+/y
const BASIC = /"(?:[^"\\\n]|\\.)*"/y
const LITERAL = /'[^'\n]*'/y
const SCALAR = /[^,\]}#\n]*/y
const BLANK = /[ \t]*/y
const isSpace = (sign: string | undefined): boolean => sign === ' ' || sign === '\t' || sign === '\n' || sign === '\r'

function spotsOf(text: string): Spot {
  let here = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = here
    const [found = ''] = pattern.exec(text) ?? []
    here += found.length
    return found
  }
  /** Between statements, and between the elements of an array: line ends and comments too. */
  const space = (): void => {
    for (;;)
      if (isSpace(text[here])) here += 1
      else if (text[here] === '#') here = (text.indexOf('\n', here) + 1 || text.length + 1) - 1
      else return
  }
  const one = (): string => {
    if (text[here] === '"') return unescaped(take(BASIC).slice(1, -1))
    return text[here] === "'" ? take(LITERAL).slice(1, -1) : take(KEY)
  }
  const key = (): readonly string[] => {
    const parts: string[] = []
    for (;;) {
      take(BLANK)
      const from = here
      parts.push(one())
      take(BLANK)
      if (text[here] !== '.' || here === from) return parts
      here += 1
    }
  }
  /** The spot of a key below another; of an array of tables, the last of them. */
  const below = (outer: Spot, parts: readonly string[], start: number): Spot =>
    parts.reduce((parent, part) => {
      const table = parent.items?.at(-1) ?? parent
      table.keys ??= new Map()
      const known = table.keys.get(part) ?? spot(start)
      table.keys.set(part, known)
      return known
    }, outer)
  const statement = (table: Spot): void => {
    const start = here
    const found = below(table, key(), start)
    here += 1 // =
    take(BLANK)
    value(found)
  }
  const value = (found: Spot): void => {
    const start = here
    const sign = text[here] ?? ''
    if (sign === '[' || sign === '{') {
      const end = sign === '[' ? ']' : '}'
      here += 1
      for (space(); here < text.length && text[here] !== end; space()) {
        const before = here
        if (text[here] === ',') here += 1
        else if (sign === '{') statement(found)
        else {
          const item = spot(here)
          ;(found.items ??= []).push(item)
          value(item)
        }
        // A text that is no TOML after all must not keep us here.
        if (here === before) here += 1
      }
      here += 1
      return
    }
    const fence = text.slice(here, here + 3)
    if (fence === '"""' || fence === "'''") here = endOfFenced(text, here + 3, fence)
    else if (sign === '"') take(BASIC)
    else if (sign === "'") take(LITERAL)
    else here = start + take(SCALAR).trimEnd().length
    found.valueStart = start
    found.end = here
  }

  const root = spot(0)
  let table = root
  for (space(); here < text.length; space()) {
    const start = here
    if (text[here] === '[') {
      const isArray = text[here + 1] === '['
      here += isArray ? 2 : 1
      table = below(root, key(), start)
      if (isArray) (table.items ??= []).push(spot(start))
      table = table.items?.at(-1) ?? table
      here += isArray ? 2 : 1
    } else statement(table)
    if (here === start) here += 1
  }
  return root
}

/** The offset behind a multi-line text: up to two quotes may stand before the closing three. */
function endOfFenced(text: string, from: number, fence: string): number {
  let here = from
  while (here < text.length && !text.startsWith(fence, here)) here += fence === '"""' && text[here] === '\\' ? 2 : 1
  here += 3
  while (text[here] === fence[0]) here += 1
  return Math.min(here, text.length)
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001B' }
const unescaped = (text: string): string =>
  text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/g,
    (_, short?: string, long?: string, byte?: string, letter = '') => {
      const code = short ?? long ?? byte
      return code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCodePoint(Number.parseInt(code, 16))
    },
  )
