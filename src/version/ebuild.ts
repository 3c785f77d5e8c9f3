/** Gentoo's order (Package Manager Specification 8, 3.3): `digits{.digits}[letter]{_suffix[number]}[-rN]`. */
import { compareDigits, compareLists, compareText, inOrder } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

interface Version {
  readonly numbers: readonly string[]
  readonly letter: string
  readonly suffixes: readonly (readonly [word: string, number: string])[]
  readonly revision: string
}
const FORM = /^(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)\d*)*)(?:-r(\d+))?$/
/** The empty one is a release without any. */
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', '', 'p']

function parse(text: string): Version | undefined {
  const found = text.length > MAX_VERSION ? null : FORM.exec(text.trim())
  if (!found) return undefined
  const [, numbers = '', letter = '', suffixes = '', revision = '0'] = found
  return {
    numbers: numbers.split('.'),
    letter,
    suffixes: [...suffixes.matchAll(/_([a-z]+)(\d*)/g)].map(([, word = '', number = '']) => [word, number]),
    revision,
  }
}

/** The first as a number; others that begin with 0 as digits behind a point (1.01 is before 1.1). */
function compareNumbers([a = '', ...more]: readonly string[], [b = '', ...others]: readonly string[]): number {
  return (
    compareDigits(a, b) ||
    compareLists(more, others, (one, other) =>
      one.startsWith('0') || other.startsWith('0')
        ? compareText(one.replace(/0+$/, ''), other.replace(/0+$/, ''))
        : compareDigits(one, other),
    )
  )
}

export const ebuild: Scheme = {
  compare: inOrder(
    parse,
    (a, b) =>
      compareNumbers(a.numbers, b.numbers) ||
      compareText(a.letter, b.letter) ||
      compareLists(
        a.suffixes,
        b.suffixes,
        (one, other) => SUFFIXES.indexOf(one[0]) - SUFFIXES.indexOf(other[0]) || compareDigits(one[1], other[1]),
        ['', ''] as const,
      ) ||
      compareDigits(a.revision, b.revision),
  ),
}
