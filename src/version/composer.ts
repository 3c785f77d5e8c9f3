/** Composer's order and ranges (github.com/composer/semver's VersionParser; php.net/version_compare). */
import { expand, raised } from './expand.ts'
import { compareDigits, inOrder, isNumber } from './order.ts'
import { readPlain } from './range.ts'
import { MAX_RANGE, MAX_VERSION, type Scheme } from './scheme.ts'

/** What Composer normalises: up to four numbers, of which those that are missing are 0. */
const CLASSICAL =
  /^(\d{1,5}(?:\.\d+){0,3})((?:[._-]?(?:stable|beta|b|rc|alpha|a|patch|pl|p)(?:[.-]?\d+)*)?(?:[.-]?dev)?)(?:\+\S*)?$/i
const WORDS: readonly (readonly string[])[] = [
  ['dev'],
  ['alpha', 'a'],
  ['beta', 'b'],
  ['rc'],
  ['#'],
  ['pl', 'p', 'patch'],
]
/** An unknown word is before all. */
const rank = (word: string): number => WORDS.findIndex((words) => words.some((one) => word.startsWith(one)))

/** Numbers and words, as version_compare cuts them. */
function parse(text: string): readonly string[] | undefined {
  const written = text
    .trim()
    .replace(/^v(?=\d)/i, '')
    .replace(/@\w+$/, '')
  if (written === '' || /\s/.test(written) || written.length > MAX_VERSION) return undefined
  const [, numbers, rest = ''] = CLASSICAL.exec(written) ?? []
  const missing = numbers === undefined ? 0 : 4 - numbers.split('.').length
  const whole = numbers === undefined ? written : `${numbers}${'.0'.repeat(missing)}${rest.replace(/stable/i, '')}`
  return whole.toLowerCase().match(/\d+|[^\d._+-]+/g) ?? undefined
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const one = a[i]
    const other = b[i]
    // Against nothing, and against a word, a number counts as `#`.
    if (one === undefined || other === undefined) {
      const [rest = '', sign] = one === undefined ? [other, -1] : [one, 1]
      const order = isNumber(rest) ? 1 : rank(rest) - rank('#')
      if (order !== 0) return order * sign
      return sign * compareParts((one === undefined ? b : a).slice(i + 1), [])
    }
    const order =
      isNumber(one) && isNumber(other)
        ? compareDigits(one, other)
        : rank(isNumber(one) ? '#' : one) - rank(isNumber(other) ? '#' : other)
    if (order !== 0) return order
  }
  return 0
}

const compare = inOrder(parse, compareParts)

export const composer: Scheme = {
  compare,
  satisfies: (version, range) => {
    if (range.length > MAX_RANGE) return undefined
    const alternatives = range.replaceAll(/\s*\|\|?\s*/g, ' || ').replaceAll(/@(?:stable|rc|beta|alpha|dev)\b/gi, '')
    // `1.0 - 2.0` is up to every 2.0.
    const intervals = alternatives.replaceAll(/(\S+)\s+-\s+(\S+)/g, (_all, low: string, high: string) =>
      /^v?\d+(?:\.\d+)?$/.test(high)
        ? `>= ${low}, < ${raised(high.replace(/^v/, '').split('.'))}-dev`
        : `>= ${low}, <= ${high}`,
    )
    const plain = expand(intervals, { tilde: 'written', past: '-dev' })
    return readPlain(plain, (text) => compare(version, text))
  },
}
