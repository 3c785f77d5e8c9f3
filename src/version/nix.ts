/** Nix's order (nix.dev/manual/nix, `builtins.compareVersions`): numbers after words after nothing, but `pre` before all. */
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

const parse = (text: string): readonly string[] | undefined =>
  text.length <= MAX_VERSION && /^\S+$/.test(text.trim()) ? (text.trim().match(/\d+|[^\d.-]+/g) ?? []) : undefined

const rank = (part: string): number => (part === 'pre' ? 0 : part === '' ? 1 : isNumber(part) ? 3 : 2)
const comparePart = (a: string, b: string): number =>
  rank(a) - rank(b) || (isNumber(a) ? compareDigits(a, b) : compareText(a, b))

export const nix: Scheme = { compare: inOrder(parse, (a, b) => compareLists(a, b, comparePart, '')) }
