/** Versions that are numbers alone: R's (`package_version`), Haskell's (Data.Version). The shorter one is older: 1.0 before 1.0.0. */
import { compareDigits, compareLists, inOrder } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

const parse = (text: string): readonly string[] | undefined =>
  text.length <= MAX_VERSION && /^\d+(?:[.-]\d+)*$/.test(text.trim()) ? text.trim().split(/[.-]/) : undefined

export const numbers: Scheme = { compare: inOrder(parse, (a, b) => compareLists(a, b, compareDigits)) }
