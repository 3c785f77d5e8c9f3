/** What the orders of versions are made of. */

/** By code units: the same everywhere, whatever the locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Numbers written in decimal, of any length. */
export function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+/, '')
  const y = b.replace(/^0+/, '')
  return x.length - y.length || compareText(x, y)
}

export const isNumber = (text: string): boolean => /^\d+$/.test(text)

/** Element by element; what a list lacks is `nothing`, and without that the shorter list is less. */
export function compareLists<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (one: T, other: T) => number,
  nothing?: T,
): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const one = i < a.length ? a[i] : nothing
    const other = i < b.length ? b[i] : nothing
    if (one === undefined || other === undefined) return one === undefined ? (other === undefined ? 0 : -1) : 1
    const order = compare(one, other)
    if (order !== 0) return order
  }
  return 0
}

/** Two versions in order, where both can be read. */
export const inOrder =
  <T>(parse: (version: string) => T | undefined, compare: (a: T, b: T) => number) =>
  (a: string, b: string): number | undefined => {
    const one = parse(a)
    const other = one === undefined ? undefined : parse(b)
    return one === undefined || other === undefined ? undefined : compare(one, other)
  }
