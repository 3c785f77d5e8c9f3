/**
 * Paths of a list of files as package managers keep them: one a line, each with a leading slash (dpkg, opkg). Without the slash, and without
 * the folders on the way to others where the list names a folder just before what is in it, as it does in the order of an archive.
 *
 * Such lists are most of what is read of an image's packages (100,000 lines of 500 files), so the text is cut at once and not by lines.
 */
export function pathsOf(body: Buffer): readonly string[] {
  const text = body.toString('utf8').trimEnd()
  if (!text.startsWith('/')) return []
  const lines = text.slice(1).split('\n/')
  return lines.filter((path, index) => path !== '.' && path !== '' && !leadsTo(path, lines[index + 1]))
}

const leadsTo = (path: string, next: string | undefined): boolean =>
  next !== undefined && next.length > path.length && next.charCodeAt(path.length) === SLASH && next.startsWith(path)
const SLASH = 0x2f

/** Paths of a list of checksums (`*.md5sums`): the digest in hexadecimal, two characters, the path. */
export function checkedPathsOf(body: Buffer): readonly string[] {
  const paths: string[] = []
  for (const line of body.toString('utf8').split('\n')) {
    const path = line.slice(MD5 + 2).replace(/^\.?\/+/, '')
    if (line.charAt(MD5) === ' ' && path !== '') paths.push(path)
  }
  return paths
}
const MD5 = 32
