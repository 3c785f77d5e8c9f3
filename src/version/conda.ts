/** Conda's order (conda's conda/models/version.py): `[epoch!]parts[+local]`; in a part words are before numbers, `dev` before all, `post` after. */
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

type Part = readonly string[]
interface Version {
  readonly epoch: string
  readonly version: readonly Part[]
  readonly local: readonly Part[]
}

/** A part that begins with a word has a 0 before it. */
const partsOf = (text: string): readonly Part[] =>
  text === ''
    ? []
    : text.split(/[._-]/).map((part) => {
        const words = part.match(/\d+|\D+/g) ?? []
        return /^\d/.test(part) || part === '' ? words : ['0', ...words]
      })

function parse(text: string): Version | undefined {
  const written = text.trim().toLowerCase()
  const [, epoch = '0', version, local = ''] =
    (written.length > MAX_VERSION ? null : /^(?:(\d+)!)?([a-z0-9_.-]+)(?:\+([a-z0-9_.]+))?$/.exec(written)) ?? []
  return version === undefined ? undefined : { epoch, version: partsOf(version), local: partsOf(local) }
}

/** `dev`, words, nothing and numbers, `post`. */
const rank = (word: string): number => (word === 'dev' ? 0 : isNumber(word) ? 2 : word === 'post' ? 3 : 1)
const compareWords = (a: string, b: string): number =>
  rank(a) - rank(b) || (isNumber(a) ? compareDigits(a, b) : compareText(a, b))
const compareParts = (a: readonly Part[], b: readonly Part[]): number =>
  compareLists(a, b, (one, other) => compareLists(one, other, compareWords, '0'), ['0'])

export const conda: Scheme = {
  compare: inOrder(
    parse,
    (a, b) => compareDigits(a.epoch, b.epoch) || compareParts(a.version, b.version) || compareParts(a.local, b.local),
  ),
}
