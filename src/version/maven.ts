/** Maven's order (org.apache.maven.artifact.versioning.ComparableVersion; maven.apache.org/pom.html#version-order-specification) and ranges. */
import { readIntervals } from './interval.ts'
import { compareDigits, compareText } from './order.ts'
import { readPlain } from './range.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

/** `rc1` and `rc-1` are one item; a list is what stands after a hyphen, or where a number becomes a word or a word a number. */
type Item =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'both'; readonly text: string; readonly number: string }
  | { readonly kind: 'list'; readonly items: Item[] }

const SHORT: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
])
function itemOf(text: string): Item {
  const at = text.search(/\d/)
  if (at === 0) return { kind: 'number', text }
  if (at < 0) return { kind: 'word', text }
  const word = text.slice(0, at).replace('-', '')
  return { kind: 'both', text: SHORT.get(word) ?? word, number: text.slice(at) }
}

function parse(version: string): Item {
  const text = version.trim().toLowerCase()
  const lists: Item[][] = [[]]
  const last = (): Item[] => lists.at(-1) ?? []
  const deeper = (): void => {
    const items: Item[] = []
    last().push({ kind: 'list', items })
    lists.push(items)
  }
  let start = 0
  const end = (i: number): void => {
    last().push(i === start ? { kind: 'number', text: '0' } : itemOf(text.slice(start, i)))
  }
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i)
    const before = i > start ? text.charAt(i - 1) : ''
    if (char === '.') {
      end(i)
      start = i + 1
    } else if (char === '-') {
      if (/\D/.test(before) && /\d/.test(text.charAt(i + 1))) continue
      end(i)
      start = i + 1
      deeper()
    } else if (/\d/.test(char)) {
      if (/\D/.test(before) && last().length > 0) deeper()
    } else if (/\d/.test(before)) {
      end(i)
      start = i
      deeper()
    }
  }
  if (start < text.length) {
    if (/\D/.test(text.charAt(text.length - 1)) && last().length > 0) deeper()
    end(text.length)
  }
  for (const list of lists.toReversed()) normalize(list)
  return { kind: 'list', items: lists[0] ?? [] }
}

const isNothing = (item: Item): boolean =>
  item.kind === 'list' ? item.items.length === 0 : item.kind === 'number' ? /^0+$/.test(item.text) : item.text === ''
/** Zeros at the end of a list, or before its words, are not there: 1.0-rc is 1-rc. */
function normalize(list: Item[]): void {
  for (let i = list.length - 1; i >= 0; i -= 1) {
    const [item, next] = [list[i], list[i + 1]]
    const first = next?.kind === 'list' ? next.items[0] : undefined
    const goes = !next || next.kind === 'word' || first?.kind === 'both' || first?.kind === 'word'
    if (item && goes && isNothing(item)) list.splice(i, 1)
  }
}

const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
/** Where a word stands among those that Maven knows; one that it does not is after them all. */
function compareWords(a: string, b: string): number {
  const known = (word: string): number => {
    const at = QUALIFIERS.indexOf(word === 'cr' ? 'rc' : /^(?:ga|final|release)$/.test(word) ? '' : word)
    return at < 0 ? QUALIFIERS.length : at
  }
  const order = known(a) - known(b)
  return order !== 0 || known(a) < QUALIFIERS.length ? order : compareText(a, b)
}

const KINDS = ['word', 'both', 'list', 'number'] as const
function compareItems(a: Item | undefined, b: Item | undefined): number {
  if (a === undefined) return b === undefined ? 0 : -compareItems(b, a)
  if (b === undefined) {
    if (a.kind === 'number') return isNothing(a) ? 0 : 1
    if (a.kind !== 'list') return compareWords(a.text, '')
    return a.items.map((item) => compareItems(item, undefined)).find((order) => order !== 0) ?? 0
  }
  if (a.kind === 'number' && b.kind === 'number') return compareDigits(a.text, b.text)
  if (a.kind === 'list' && b.kind === 'list') {
    for (let i = 0; i < Math.max(a.items.length, b.items.length); i += 1) {
      const order = compareItems(a.items[i], b.items[i])
      if (order !== 0) return order
    }
    return 0
  }
  if ((a.kind === 'word' || a.kind === 'both') && (b.kind === 'word' || b.kind === 'both')) {
    const order = compareWords(a.text, b.text)
    if (order !== 0 || a.kind === 'word' || b.kind === 'word')
      return order || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)
    return compareDigits(a.number, b.number)
  }
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)
}

const isVersion = (text: string): boolean => /^\S+$/.test(text.trim()) && text.length <= MAX_VERSION
const compare = (a: string, b: string): number | undefined =>
  isVersion(a) && isVersion(b) ? compareItems(parse(a), parse(b)) : undefined

/** `[1.0,2.0)` as in a POM, and comparisons. A version alone is that version: what a POM only recommends is no range. */
export const maven: Scheme = {
  compare,
  satisfies: (version, range) =>
    /^\s*[[(]/.test(range)
      ? readIntervals(range, (text) => compare(version, text))
      : readPlain(range, (text) => compare(version, text)),
}
