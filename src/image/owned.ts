/** Which files of an image packages of its distribution own. */
import { systemTypes } from '../model/package.ts'
import type { Finds } from '../model/tree.ts'
import type { Tree } from './tree.ts'

/**
 * Whether a path of the merged tree is one that a package of the distribution lists. Package managers list files by the paths that
 * the package had: `/bin/ls` is `usr/bin/ls` where `bin` is a link (usr-merge), so the links of the root directory are seen through.
 */
export function ownedBy(finds: readonly Finds[], tree: Tree): (path: string) => boolean {
  const listed = new Set<string>()
  for (const { packages, parts } of finds)
    for (const { type, files } of [...(packages ?? []), ...(parts ?? [])])
      if (systemTypes.has(type)) for (const file of files ?? []) listed.add(file)
  if (listed.size === 0) return () => false
  const links = [...(tree.root.children?.values() ?? [])].flatMap(({ path, entry }) =>
    entry.type === 'symlink' && entry.link !== undefined ? [{ from: `${clean(entry.link)}/`, to: `${path}/` }] : [],
  )
  return (path) =>
    listed.has(path) || links.some(({ from, to }) => path.startsWith(from) && listed.has(to + path.slice(from.length)))
}

/** Target of a link in the root directory, as a path of the tree. */
const clean = (link: string): string => link.replace(/^\/+|\/+$/g, '')
