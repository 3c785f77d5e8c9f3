/** Alpine's order (apk-tools' src/version.c): `digits{.digits}[letter]{_suffix[number]}[~hash][-rN]`. */
import { compareDigits, compareText, inOrder } from './order.ts'
import type { Scheme } from './scheme.ts'

/** Kinds of parts in the order in which a version has them: what goes on in an earlier kind is newer. */
const kinds = ['first', 'number', 'letter', 'suffix', 'suffix-number', 'hash', 'revision', 'end'] as const
interface Part {
  readonly kind: (typeof kinds)[number]
  readonly text: string
}
/** Those before the empty one are pre-releases. */
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p']
const FORM = /^(\d+)((?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(~[0-9a-f]+)?(?:-r(\d+))?$/

function parse(version: string): readonly Part[] | undefined {
  const found = FORM.exec(version.trim())
  if (!found) return undefined
  const [, first = '', numbers = '', letter = '', suffixes = '', hash = '', revision] = found
  const parts: Part[] = [{ kind: 'first', text: first }]
  for (const [text] of numbers.matchAll(/\d+/g)) parts.push({ kind: 'number', text })
  if (letter !== '') parts.push({ kind: 'letter', text: letter })
  for (const [, word = '', number = ''] of suffixes.matchAll(/_([a-z]+)(\d*)/g)) {
    parts.push({ kind: 'suffix', text: word })
    if (number !== '') parts.push({ kind: 'suffix-number', text: number })
  }
  if (hash !== '') parts.push({ kind: 'hash', text: hash })
  if (revision !== undefined) parts.push({ kind: 'revision', text: revision })
  return [...parts, { kind: 'end', text: '' }]
}

function comparePart(a: Part, b: Part): number {
  const early = ({ kind, text }: Part): boolean => kind === 'suffix' && SUFFIXES.indexOf(text) < SUFFIXES.indexOf('')
  if (a.kind !== b.kind) return early(a) ? -1 : early(b) ? 1 : kinds.indexOf(b.kind) - kinds.indexOf(a.kind)
  if (a.kind === 'suffix') return SUFFIXES.indexOf(a.text) - SUFFIXES.indexOf(b.text)
  if (a.kind === 'letter' || a.kind === 'hash') return compareText(a.text, b.text)
  // 1.01 is before 1.1, as Gentoo has it.
  if (a.kind === 'number' && (a.text.startsWith('0') || b.text.startsWith('0'))) return compareText(a.text, b.text)
  return compareDigits(a.text, b.text)
}

export const apk: Scheme = {
  compare: inOrder(parse, (a, b) => {
    for (const [i, part] of a.entries()) {
      const other = b[i]
      const order = other === undefined ? 0 : comparePart(part, other)
      if (order !== 0) return order
    }
    return 0
  }),
}
