/**
 * What no ecosystem orders: programs that were put there by hand, such as OpenSSL (1.1.1w), nginx, OpenSSH (9.6p1). Numbers as numbers,
 * words that say so before the release (`rc1`, `-alpha`, `b2`), other words after it. What stands between them does not count.
 */
import { java } from './java.ts'
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

const BEFORE = [
  'dev',
  'snapshot',
  'nightly',
  'ea',
  'alpha',
  'a',
  'beta',
  'b',
  'milestone',
  'm',
  'preview',
  'pre',
  'rc',
  'cr',
]
/** `a`, `b` and `m` alone are letters of releases (OpenSSL 1.0.2a); with a number behind them they are not (Python 3.13.0b2). */
const SHORT = new Set(['a', 'b', 'm'])

function parse(text: string): readonly string[] | undefined {
  const version = text
    .trim()
    .replace(/^v(?=\d)/i, '')
    .replace(/\+.*$/s, '')
    .toLowerCase()
  if (version.length > MAX_VERSION || !/^\d\S*$/.test(version)) return undefined
  const words = version.match(/\d+|[a-z]+/g) ?? []
  return words.map((word, i) => (SHORT.has(word) && !isNumber(words[i + 1] ?? '') ? `${word}!` : word))
}
const rank = (word: string): number => BEFORE.indexOf(word)
function comparePart(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return compareDigits(a, b)
  // Nothing is after words that say "before" and before all else; numbers go on the version, and words end it.
  const place = (part: string): number => (part === '' ? 1 : isNumber(part) ? 3 : rank(part) >= 0 ? 0 : 2)
  return place(a) - place(b) || rank(a) - rank(b) || compareText(a, b)
}

const compareParts = inOrder(parse, (a, b) => compareLists(a, b, comparePart, ''))

export const natural: Scheme = {
  // Nothing but Java's old versions has an underscore there: what they are compared with is Java's, too.
  compare: (a, b) => (isOldJava(a) || isOldJava(b) ? java.compare(a, b) : compareParts(a, b)),
}
const isOldJava = (text: string): boolean => /^1\.\d+\.\d+_\d/.test(text)
