/**
 * yarn.lock as Yarn writes it: entries that begin at the margin, fields two blanks in, and what is below those deeper. Yarn's own
 * reader (@yarnpkg/parsers) takes several times as long; a test compares this one with it.
 */
import { linesOf } from './lines.ts'

/** An entry of the file. */
export interface YarnEntry {
  /** The first of what asks for the package: `@babel/core@^7.1.0`. */
  readonly pattern: string
  /** `version` and `resolution`; of a field given twice the last. */
  readonly fields: ReadonlyMap<string, string>
  /** From 1. */
  readonly line: number
  /** The line is none of such a file. */
  readonly malformed: boolean
}

export function* yarnEntriesOf(body: Buffer): Generator<YarnEntry> {
  let begun: { pattern: string; fields: Map<string, string>; line: number; malformed: boolean } | undefined
  for (const { text, number } of linesOf(body)) {
    const first = text.charCodeAt(0)
    // A blank line (NaN), a comment, or what is below a field.
    if (text.trim() === '' || first === HASH) continue
    if (first !== BLANK) {
      if (begun) yield begun
      begun = undefined
      const key = text.trimEnd()
      if (!key.endsWith(':')) yield { pattern: '', fields: new Map(), line: number, malformed: true }
      else begun = { pattern: firstOf(key.slice(0, -1)), fields: new Map(), line: number, malformed: false }
      continue
    }
    if (!begun || text.charCodeAt(1) !== BLANK || text.charCodeAt(2) === BLANK) continue
    const field = FIELDS.find((name) => text.startsWith(name, 2) || text.startsWith(`"${name}"`, 2))
    const value = field && VALUE.exec(text.slice(text.indexOf(field) + field.length))?.[1]
    if (field && value) begun.fields.set(field, unquoted(value))
  }
  if (begun) yield begun
}

const BLANK = 0x20
const HASH = 0x23
/** `version "1.0.0"` of Yarn 1, `version: 1.0.0` of later ones. */
const FIELDS = ['version', 'resolution'] as const
/** What ends in a colon has deeper lines: a list of packages of that name. */
const VALUE = /^"?(?::\s*|\s+)([^\s:].*)$/

/** `"a@^1, a@^2"` of later Yarns, `a@^1, "@s/b@^2"` of the first. No range has a comma. */
function firstOf(key: string): string {
  const comma = key.indexOf(',')
  return (comma < 0 ? key : key.slice(0, comma)).replaceAll('"', '').trim()
}

/** The text of a scalar: quotation marks are JSON's. */
function unquoted(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith('"') || !trimmed.endsWith('"') || trimmed.length < 2) return trimmed
  const inner = trimmed.slice(1, -1)
  if (!inner.includes('\\')) return inner
  try {
    return String(JSON.parse(trimmed))
  } catch {
    return inner
  }
}
