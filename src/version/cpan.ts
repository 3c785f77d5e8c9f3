/** Perl's order (perldoc version): `v1.2.3` and `1.2.3` are numbers; `1.25` is a decimal, which is 1.250 and before 1.3. */
import { compareDigits, compareLists, inOrder } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

function parse(text: string): readonly string[] | undefined {
  const version = text.trim().replaceAll('_', '')
  if (version.length > MAX_VERSION || !/^v?\d+(?:\.\d+)*$/.test(version)) return undefined
  const parts = version.replace(/^v/, '').split('.')
  const [whole = '', decimals] = parts
  if (version.startsWith('v') || parts.length !== 2 || decimals === undefined) return parts
  return [whole, ...(decimals.match(/\d{1,3}/g) ?? []).map((three) => three.padEnd(3, '0'))]
}

export const cpan: Scheme = { compare: inOrder(parse, (a, b) => compareLists(a, b, compareDigits, '0')) }
