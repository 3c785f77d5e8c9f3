/**
 * Maven's order (org.apache.maven.artifact.versioning.ComparableVersion of Maven 3; maven.apache.org/pom.html#version-order-specification)
 * and ranges. Maven 4 orders a few combinations of words and numbers otherwise.
 */
import { readIntervals } from './interval.ts'
import { compareDigits, compareText } from './order.ts'
import { readPlain } from './range.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

/** A number, a word, or a list of what stands after a hyphen or where digits and letters meet. */
type Item = string | Item[]

const isDigit = (char: string | undefined): boolean => char !== undefined && /\d/.test(char)
const ALIASES: Readonly<Record<string, string>> = { cr: 'rc', final: '', ga: '', release: '' }
/** Short where a number follows: 1-a1, and not 1-a. */
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' }

function parse(text: string): Item {
  const lists: Item[][] = [[]]
  const list = (): Item[] => lists.at(-1) ?? []
  const deeper = (): void => {
    const inner: Item[] = []
    list().push(inner)
    lists.push(inner)
  }
  // A part is empty where separators meet, and counts as 0.
  const parts = [...text.toLowerCase().matchAll(/([^\d.-]+|\d+|(?=[.-]))([.-]?)/g)]
  for (const [i, [, part = '', separator = '']] of parts.entries()) {
    const last = i === parts.length - 1 && separator === ''
    const joined = separator === '' && !last
    const isWord = part !== '' && !isDigit(part[0])
    // 1.0.rc2 and 1.0.rc are as with a hyphen.
    if (isWord && (joined || last) && list().length > 0) deeper()
    const word = joined && isWord ? (SHORT[part] ?? part) : part
    list().push(isWord ? (ALIASES[word] ?? word) : part || '0')
    if (separator === '-' || joined) deeper()
  }
  for (const one of lists.toReversed()) normalize(one)
  return lists[0] ?? []
}

const isNothing = (item: Item): boolean => (typeof item === 'string' ? /^0*$/.test(item) : item.length === 0)
/** What says nothing at the end, lists aside, is not there: 1.0-rc is 1-rc. */
function normalize(list: Item[]): void {
  for (let i = list.length - 1; i >= 0; i -= 1) {
    const item = list[i]
    if (item !== undefined && isNothing(item)) list.splice(i, 1)
    else if (typeof item === 'string') return
  }
}

const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
/** A word that Maven does not know is after those that it does. */
function compareWords(a: string, b: string): number {
  const place = (word: string): number => (QUALIFIERS.indexOf(word) + QUALIFIERS.length + 1) % (QUALIFIERS.length + 1)
  return place(a) - place(b) || compareText(a, b)
}

/** Words, lists, numbers. */
const kind = (item: Item): number => (typeof item === 'string' ? (isDigit(item[0]) ? 2 : 0) : 1)
const compareLists = (a: Item[], b: Item[]): number =>
  Array.from({ length: Math.max(a.length, b.length) }, (_none, i) => compareItems(a[i], b[i])).find(Boolean) ?? 0
function compareItems(a: Item | undefined, b: Item | undefined): number {
  if (a === undefined) return b === undefined ? 0 : -compareItems(b, undefined)
  // Nothing is 0, the empty word and the empty list.
  const other = b ?? (typeof a === 'object' ? [] : isDigit(a[0]) ? '0' : '')
  if (typeof a === 'object' && typeof other === 'object') return compareLists(a, other)
  if (typeof a === 'object' || typeof other === 'object' || kind(a) !== kind(other)) return kind(a) - kind(other)
  return isDigit(a[0]) ? compareDigits(a, other) : compareWords(a, other)
}

const compare = (a: string, b: string): number | undefined =>
  [a, b].every((text) => /^\s*\S+\s*$/.test(text) && text.length <= MAX_VERSION)
    ? compareItems(parse(a.trim()), parse(b.trim()))
    : undefined

/** `[1.0,2.0)` as in a POM, and comparisons. A version alone is that version: what a POM only recommends is no range. */
export const maven: Scheme = {
  compare,
  satisfies: (version, range) =>
    /^\s*[[(]/.test(range)
      ? readIntervals(range, (text) => compare(version, text))
      : readPlain(range, (text) => compare(version, text)),
}
