/** Which files of an image packages of its distribution own. */
import { systemTypes } from './package.ts'
import type { Entry, Finds } from './tree.ts'

/**
 * Whether a path of the merged tree is one that a package of the distribution lists. Package managers list files by the paths that
 * the package had: `/bin/ls` is `usr/bin/ls` where `bin` is a link (usr-merge), so the links of the root directory are seen through. A file that dpkg-divert(1) moved belongs to who listed it.
 * Undefined where no package lists any file: then nobody knows.
 */
export function ownedBy(finds: readonly Finds[], root: Iterable<Entry>): ((path: string) => boolean) | undefined {
  const listed = new Set<string>()
  for (const { packages, parts } of finds)
    for (const list of [packages, parts])
      for (const { type, files } of list ?? [])
        if (files && systemTypes.has(type)) for (const file of files) listed.add(file)
  if (listed.size === 0) return undefined
  for (const { diversions } of finds) for (const { from, to } of diversions ?? []) if (listed.has(from)) listed.add(to)
  const links = [...root].flatMap(({ path, type, link }) =>
    type === 'symlink' && link !== undefined ? [{ from: `${clean(link)}/`, to: `${path}/` }] : [],
  )
  return (path) =>
    listed.has(path) || links.some(({ from, to }) => path.startsWith(from) && listed.has(to + path.slice(from.length)))
}

/** Target of a link in the root directory, as a path of the tree. */
const clean = (link: string): string => link.replace(/^\/+|\/+$/g, '')
