/** Ranges as intervals: `[1.0,2.0)`, `(,1.5]`, `[1.2]`, several with commas between them, as Maven and NuGet write them. */
import type { Against } from './range.ts'
import { MAX_RANGE } from './scheme.ts'

const INTERVAL = /\s*([[(])\s*([^\s,[\]()]*)\s*(?:(,)\s*([^\s,[\]()]*)\s*)?([\])])\s*(?:,|$)/y

/** Undefined where it is no such range, or one of its versions is none. An interval of one version is that version. */
export function readIntervals(range: string, against: Against): boolean | undefined {
  if (range.length > MAX_RANGE) return undefined
  let result = false
  INTERVAL.lastIndex = 0
  while (INTERVAL.lastIndex < range.length) {
    const [whole, open, low = '', comma, high = '', close] = INTERVAL.exec(range) ?? []
    if (whole === undefined || (comma === undefined && low === '')) return undefined
    const above = low === '' ? 1 : against(low)
    const below = comma === undefined ? above : high === '' ? -1 : against(high)
    if (above === undefined || below === undefined) return undefined
    const isIn =
      comma === undefined
        ? above === 0
        : (open === '[' ? above >= 0 : above > 0) && (close === ']' ? below <= 0 : below < 0)
    if (isIn) result = true
  }
  return result
}
