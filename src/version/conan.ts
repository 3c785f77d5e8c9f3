/** Conan's order and ranges (docs.conan.io/2/tutorial/versioning; conan's conans/model/version.py). */
import { expand } from './expand.ts'
import { compareDigits, compareText, inOrder, isNumber } from './order.ts'
import { readPlain } from './range.ts'
import { MAX_RANGE, MAX_VERSION, type Scheme } from './scheme.ts'

interface Version {
  readonly items: readonly string[]
  readonly pre: readonly string[] | undefined
  readonly build: readonly string[] | undefined
}

/** Zeros at the end do not count. */
const itemsOf = (text: string): readonly string[] => {
  const items = text.split('.')
  return items.slice(0, items.findLastIndex((item) => !/^0+$/.test(item)) + 1)
}

function parse(text: string): Version | undefined {
  const version = text.trim()
  if (version.length > MAX_VERSION || !/^[^\s+-][^\s]*$/.test(version)) return undefined
  const [, main = '', pre, build] = /^([^+-]+)(?:-([^+]*))?(?:\+(.*))?$/.exec(version) ?? []
  return {
    items: itemsOf(main),
    pre: pre === undefined ? undefined : itemsOf(pre),
    build: build === undefined ? undefined : itemsOf(build),
  }
}

/** Numbers as numbers, anything beside them as text. */
const compareItems = (a: readonly string[], b: readonly string[]): number => {
  for (const [i, one] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    const order = isNumber(one) && isNumber(other) ? compareDigits(one, other) : compareText(one, other)
    if (order !== 0) return order
  }
  return a.length - b.length
}
/** `missing`: where one stands that has no such part. */
const compareOptional = (
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
  missing: -1 | 1,
): number => (a === undefined ? (b === undefined ? 0 : missing) : b === undefined ? -missing : compareItems(a, b))

const compare = inOrder(
  parse,
  (a, b) => compareItems(a.items, b.items) || compareOptional(a.pre, b.pre, 1) || compareOptional(a.build, b.build, -1),
)

export const conan: Scheme = {
  compare,
  satisfies: (version, range) => {
    if (range.length > MAX_RANGE) return undefined
    const inner = range
      .trim()
      .replace(/^\[(.*)\]$/s, '$1')
      .replaceAll(/,?\s*include_prerelease(?:=\w+)?/g, '')
    // A dash is the first of all pre-releases.
    return readPlain(expand(inner, { tilde: 'third', past: '-' }), (text) => compare(version, text))
  },
}
