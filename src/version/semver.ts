/** Semantic Versioning 2.0.0 (semver.org), read as generously as versions are written: `v1.2`, `1.2.3.4`, `1.21rc2`, `1.0.0.beta1`. */
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

export interface Version {
  readonly numbers: readonly string[]
  /** Identifiers of the pre-release; none is a release. */
  readonly pre: readonly string[]
  readonly build: readonly string[]
}

const FORM =
  /^[\s=]*[vV]?\s*(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]*)|\.?([A-Za-z][0-9A-Za-z.-]*))?(?:\+([0-9A-Za-z.-]+))?\s*$/

export function parseSemver(text: string): Version | undefined {
  const [, numbers, pre, stuck, build] = (text.length > MAX_VERSION ? undefined : FORM.exec(text)) ?? []
  if (numbers === undefined) return undefined
  // Where a dot stands for the hyphen, further words have one, too: 1.0.0.rc.alpha.
  const written = pre ?? stuck?.replaceAll(/\.(?=[A-Za-z])/g, '-') ?? ''
  return {
    numbers: numbers.split('.'),
    pre: written === '' ? [] : written.split('.'),
    build: build?.split('.') ?? [],
  }
}

/** Numbers before words (semver.org, 11.4). */
export const compareIdentifiers = (a: string, b: string): number =>
  isNumber(a) && isNumber(b) ? compareDigits(a, b) : isNumber(a) ? -1 : isNumber(b) ? 1 : compareText(a, b)

/** Missing numbers are zero. Builds do not count. */
export function compareSemver(a: Version, b: Version): number {
  const order = compareLists(a.numbers, b.numbers, compareDigits, '0')
  if (order !== 0) return order
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length
  return compareLists(a.pre, b.pre, compareIdentifiers)
}

export const semver: Scheme = { compare: inOrder(parseSemver, compareSemver) }
