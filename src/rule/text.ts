/** Comparisons of paths and names that rules may use beside CEL's own. None can be made to hang. */
import { cleanPath, isBelow } from '../model/pathname.ts'

/** True where `path` is `folder` or below it. */
export const within = (path: string, folder: string): boolean => isBelow(cleanPath(path), cleanPath(folder))

/** `*` is any run of characters, `?` any one; capitals do not matter. */
export function like(text: string, pattern: string): boolean {
  const t = text.toLowerCase()
  const p = pattern.toLowerCase()
  let i = 0
  let j = 0
  let star = -1
  let mark = 0
  while (i < t.length) {
    if (j < p.length && p[j] === '*') {
      star = j
      mark = i
      j += 1
    } else if (j < p.length && (p[j] === '?' || p[j] === t[i])) {
      i += 1
      j += 1
    } else if (star >= 0) {
      j = star + 1
      mark += 1
      i = mark
    } else return false
  }
  while (p[j] === '*') j += 1
  return j === p.length
}

/** How much of a text the package's own patterns look at: none of them is worse than quadratic, and this bounds it. */
const LOOKED_AT = 8192
const patterns = new Map<string, RegExp>()

/**
 * A search with a pattern of the package's own rules, on JavaScript's engine: loading RE2 and compiling its patterns would cost
 * more than the rest of a small scan. `test/rules` compares both engines on every such pattern. Rules of others use RE2.
 */
export function ownMatches(text: string, pattern: string): boolean {
  let regex = patterns.get(pattern)
  if (!regex) {
    // RE2 writes "capitals do not matter" into the pattern.
    regex = pattern.startsWith('(?i)') ? new RegExp(pattern.slice(4), 'i') : new RegExp(pattern)
    patterns.set(pattern, regex)
  }
  return regex.test(text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text)
}
