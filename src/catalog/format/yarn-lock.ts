/**
 * yarn.lock as Yarn writes it: entries that begin at the margin, fields two blanks in, and what is below those deeper. Yarn's own
 * reader (@yarnpkg/parsers) takes some twenty times as long; a test compares this one with it.
 */
import { linesOf } from './lines.ts'

/** Patterns of one entry that are kept. Popular packages have some tens. */
const MAX_PATTERNS = 10_000

/** An entry of the file. */
export interface YarnEntry {
  /** What asks for the package: `@babel/core@^7.1.0`. */
  readonly patterns: readonly string[]
  /** Its plain fields: `version`, `resolved`, `resolution`; of a field given twice the last. */
  readonly fields: ReadonlyMap<string, string>
  /** From 1. */
  readonly line: number
  /** The line is none of such a file. */
  readonly malformed: boolean
}

export function* yarnEntriesOf(body: Buffer): Generator<YarnEntry> {
  let begun: { patterns: readonly string[]; fields: Map<string, string>; line: number; malformed: boolean } | undefined
  for (const { text, number } of linesOf(body)) {
    const first = text.charCodeAt(0)
    // A blank line (NaN), a comment, or what is below a field.
    if (text.trim() === '' || first === HASH) continue
    if (first !== BLANK) {
      if (begun) yield begun
      begun = undefined
      const key = /^(.*?):\s*$/.exec(text)?.[1]
      if (key === undefined) yield { patterns: [], fields: new Map(), line: number, malformed: true }
      else begun = { patterns: patternsOf(key), fields: new Map(), line: number, malformed: false }
      continue
    }
    if (!begun || text.charCodeAt(1) !== BLANK || text.charCodeAt(2) === BLANK) continue
    const field = FIELD.exec(text)
    if (field) begun.fields.set(unquoted(field[1] ?? ''), unquoted(field[2] ?? ''))
  }
  if (begun) yield begun
}

const BLANK = 0x20
const HASH = 0x23
/** `version "1.0.0"` of Yarn 1, `version: 1.0.0` of later ones. What ends in a colon has deeper lines. */
const FIELD = /^ {2}("[^"]*"|[^\s":]+)(?::\s+|\s+)(\S.*)$/

/** `"a@^1, a@^2"` of later Yarns, `a@^1, "@s/b@^2"` of the first: a comma within quotation marks separates, too, as no range has one. */
function patternsOf(key: string): readonly string[] {
  return key
    .split(/\s*,\s*/, MAX_PATTERNS)
    .map((one) => one.replace(/^"|"$/g, '').trim())
    .filter((one) => one !== '')
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
