/** Core metadata of Python distributions (packaging.python.org/specifications/core-metadata): headers, then the description. */
import { MAX_WORD } from '../complaints.ts'
import { linesOf } from './lines.ts'
import type { Field } from './stanza.ts'

const FIELDS = new Set(['name', 'version', 'license', 'license-expression'])
/** Classifiers that are kept. Real distributions have some tens. */
const MAX_CLASSIFIERS = 200

export interface PythonHeaders {
  /** Of the first header, from 1. */
  readonly line: number
  /** By name in small letters; of a field given twice the first. A folded value is marked by its `folded`. */
  readonly fields: ReadonlyMap<string, Field & { readonly folded: boolean }>
  /** `License :: OSI Approved :: MIT License` */
  readonly classifiers: readonly string[]
}

/** The headers: the first paragraph. The description may follow as a body and hold any text. */
export function pythonHeadersOf(body: Buffer): PythonHeaders {
  const fields = new Map<string, { text: string; line: number; folded: boolean }>()
  const classifiers: string[] = []
  let first = 0
  let open: { folded: boolean } | undefined
  for (const { text, number } of linesOf(body)) {
    if (text.trim() === '') {
      if (first > 0) break
      continue
    }
    if (first === 0) first = number
    if (text.startsWith(' ') || text.startsWith('\t')) {
      if (open) open.folded = true
      continue
    }
    const colon = text.indexOf(':')
    const name = colon <= 0 ? '' : text.slice(0, colon).trimEnd().toLowerCase()
    const value = text.slice(colon + 1).trim()
    open = undefined
    if (name === 'classifier') {
      if (classifiers.length < MAX_CLASSIFIERS && value.startsWith('License ::')) classifiers.push(value)
    } else if (FIELDS.has(name) && !fields.has(name)) {
      const field = { text: value, line: number, folded: false }
      open = field
      fields.set(name, field)
    }
  }
  return { line: Math.max(first, 1), fields, classifiers }
}

/** A name of a licence, not its text, which some put in the field. */
const MAX_LICENCE = 100
const NOTHING = new Set(['', 'unknown', 'none', 'n/a'])

/** What is stated, in the order in which it is to be believed: an SPDX expression (PEP 639), the field, the classifiers. */
export function licencesOf(fields: PythonHeaders['fields'], classifiers: readonly string[]): readonly string[] {
  const expression = fields.get('license-expression')?.text ?? ''
  if (expression !== '' && expression.length <= MAX_WORD) return [expression]
  const field = fields.get('license')
  if (field && !field.folded && field.text.length <= MAX_LICENCE && !NOTHING.has(field.text.toLowerCase()))
    return [field.text]
  const names = classifiers.map((one) => one.split('::').at(-1)?.trim() ?? '')
  return [
    ...new Set(names.filter((one) => one !== 'OSI Approved' && one !== 'License' && !NOTHING.has(one.toLowerCase()))),
  ]
}
