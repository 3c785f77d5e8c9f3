/** Arrays of tables of TOML lock files (`[[package]]`), some ten times as fast as the tree of document/toml.ts, which knows every place. */
import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml'

export interface TomlRecord {
  readonly table: TomlTable
  /** Of its name, or where it has none of its header; 1 where tables are written so oddly that this is not known. */
  readonly line: number
}

const MAX_DEPTH = 100

/** The tables of the array `key`; where the text is not TOML, the line that says so. */
export function tablesOf(text: string, key: string): readonly TomlRecord[] | { readonly line: number } {
  let root: TomlTable
  try {
    root = parse(text, { integersAsBigInt: 'asNeeded', maxDepth: MAX_DEPTH })
  } catch (error) {
    const last = text.split('\n').length
    return { line: error instanceof TomlError ? Math.min(Math.max(error.line, 1), last) : 1 }
  }
  const value: TomlValue | undefined = Object.hasOwn(root, key) ? root[key] : undefined
  const tables = Array.isArray(value) ? value.filter(isTable) : []
  const lines = linesOf(text, key)
  // A text of several lines may hold what looks like a header.
  return tables.map((table, index) => ({ table, line: lines.length === tables.length ? (lines[index] ?? 1) : 1 }))
}

export const isTable = (value: TomlValue | undefined): value is TomlTable =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)

/** The text of that key; empty where there is none. */
export function textIn(table: TomlTable, key: string): string {
  const value = Object.hasOwn(table, key) ? table[key] : undefined
  return typeof value === 'string' ? value : ''
}

function linesOf(text: string, key: string): readonly number[] {
  const lines: number[] = []
  let number = 0
  let nameless = false
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    number++
    const first = text.charCodeAt(start)
    if (first === BRACKET) {
      nameless = text.slice(start, end).replaceAll(/[\s"']|#.*/g, '') === `[[${key}]]`
      if (nameless) lines.push(number)
    } else if (nameless && first === N && /^name\s*=/.test(text.slice(start, Math.min(end, start + 64)))) {
      lines[lines.length - 1] = number
      nameless = false
    }
    start = end + 1
  }
  return lines
}
const BRACKET = 0x5b
const N = 0x6e
