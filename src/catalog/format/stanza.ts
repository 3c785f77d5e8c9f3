import { linesOf } from './lines.ts'

/** A field's value with its 1-based line. */
export interface Field {
  readonly text: string
  readonly line: number
}

/** A paragraph of `Name: value` lines (deb822(5), RFC 822 headers). */
export interface Stanza {
  /** Where it begins, from 1. */
  readonly line: number
  /** By name in small letters; of a field given twice the first. Only the first line of a value: none that we read has more. */
  readonly fields: ReadonlyMap<string, Field>
  /** Lines that are neither a field nor the continuation of one, from 1; at most 20. */
  readonly malformed: readonly number[]
}

/** Paragraphs of a text, separated by blank lines. Only the `wanted` fields (small letters) are kept. */
export function* stanzasOf(body: Buffer, wanted: ReadonlySet<string>): Generator<Stanza> {
  let begun: { line: number; fields: Map<string, Field>; malformed: number[] } | undefined
  for (const { text, number } of linesOf(body)) {
    if (text.trim() === '') {
      if (begun) yield begun
      begun = undefined
      continue
    }
    begun ??= { line: number, fields: new Map(), malformed: [] }
    if (text.startsWith(' ') || text.startsWith('\t')) continue
    const colon = text.indexOf(':')
    if (colon <= 0) {
      if (begun.malformed.length < 20) begun.malformed.push(number)
      continue
    }
    const name = text.slice(0, colon).trimEnd().toLowerCase()
    if (wanted.has(name) && !begun.fields.has(name)) {
      begun.fields.set(name, { text: text.slice(colon + 1).trim(), line: number })
    }
  }
  if (begun) yield begun
}
