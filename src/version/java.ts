/** Versions of Java itself (JEP 223, JEP 322; before 9: `1.8.0_392`, which is 8.0.392). `-ea` is before the release, builds do not count. */
import { compareDigits, compareLists, inOrder } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

interface Version {
  readonly numbers: readonly string[]
  readonly early: boolean
}

function parse(text: string): Version | undefined {
  // 1.8 is 8; 1.0 to 1.4 never were anything else, and order the same.
  const [, numbers = '', rest = ''] =
    (text.length > MAX_VERSION ? null : /^(?:1\.(?=\d))?(\d+(?:[._]\d+)*)([-+]\S*)?$/.exec(text.trim())) ?? []
  if (numbers === '') return undefined
  return { numbers: numbers.split(/[._]/), early: /^-ea\b/.test(rest) }
}

export const java: Scheme = {
  compare: inOrder(
    parse,
    (a, b) => compareLists(a.numbers, b.numbers, compareDigits, '0') || Number(b.early) - Number(a.early),
  ),
}
