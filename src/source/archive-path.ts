/** Paths as archives and manifests write them, made comparable. */

/**
 * A path without a leading slash, `.`, empty parts, or `..`; `''` is the root. Undefined where `..` leaves the root, which no honest
 * archive needs. A `..` in the middle is taken away with the part before it, as Go's filepath.Clean does for the runtimes.
 */
export function cleanPath(path: string): string | undefined {
  // Directories end in a slash, and tar run in a folder writes `./` before every name.
  const end = path.length - (path.endsWith('/') ? 1 : 0)
  const bare = path.slice(path.startsWith('./') ? Math.min(2, end) : 0, end)
  if (isClean(bare)) return bare
  const out: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') out.push(part)
    else if (out.pop() === undefined) return undefined
  }
  return out.join('/')
}

const DOT = 0x2e
const SLASH = 0x2f

/** Most paths are clean: no array is made for them. */
function isClean(path: string): boolean {
  const length = path.length
  if (length === 0) return true
  let start = 0
  for (let at = 0; at <= length; at++) {
    if (at < length && path.charCodeAt(at) !== SLASH) continue
    const size = at - start
    if (size === 0) return false
    if (path.charCodeAt(start) === DOT && (size === 1 || (size === 2 && path.charCodeAt(start + 1) === DOT)))
      return false
    start = at + 1
  }
  return true
}
