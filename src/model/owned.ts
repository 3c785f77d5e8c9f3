/** Which files of an image packages of its distribution own. */
import { systemTypes } from './package.ts'
import type { Entry, Finds } from './tree.ts'

/**
 * Whether a path of the merged tree is one that a package of the distribution lists. Package managers list files by the paths that
 * the package had: `/bin/ls` is `usr/bin/ls` where `bin` is a link (usr-merge), so the links of the root directory are seen through.
 * A file that dpkg-divert(1) moved belongs to who listed it, a script of the package manager's own to the package of its name, and all of
 * a Nix store to Nix. Undefined where no package lists any file: then nobody knows.
 *
 * `paths` are those that will be asked about: an image lists a hundred thousand, and few of them matter.
 */
export function ownedBy(
  finds: readonly Finds[],
  root: Iterable<Entry>,
  paths: readonly string[],
): ((path: string) => boolean) | undefined {
  const links = [...root].flatMap(({ path, type, link }) =>
    type === 'symlink' && link !== undefined ? [{ from: `${clean(link)}/`, to: `${path}/` }] : [],
  )
  const asked = new Set(paths)
  for (const path of paths)
    for (const { from, to } of links) if (path.startsWith(from)) asked.add(to + path.slice(from.length))
  for (const { diversions } of finds) for (const { from } of diversions ?? []) asked.add(from)
  const listed = new Set<string>()
  const names = new Set<string>()
  let any = false
  let nix = false
  for (const { packages, parts } of finds)
    for (const list of [packages, parts])
      for (const { type, name, files } of list ?? []) {
        if (files && systemTypes.has(type)) {
          any ||= files.length > 0
          for (const file of files) if (asked.has(file)) listed.add(file)
        }
        if (type === 'deb' || type === 'opkg') names.add(name)
        nix ||= type === 'nix'
      }
  if (!any && !nix) return undefined
  for (const { diversions } of finds) for (const { from, to } of diversions ?? []) if (listed.has(from)) listed.add(to)
  const isKept = (path: string): boolean => {
    if (nix && path.startsWith('nix/store/')) return true
    const name = path.includes('/info/') ? SCRIPT.exec(path)?.[1] : undefined
    return name !== undefined && names.has(name)
  }
  return (path) =>
    isKept(path) ||
    listed.has(path) ||
    links.some(({ from, to }) => path.startsWith(from) && listed.has(to + path.slice(from.length)))
}

/** Target of a link in the root directory, as a path of the tree. */
const clean = (link: string): string => link.replace(/^\/+|\/+$/g, '')

/** Scripts that dpkg and opkg run as they install a package, and which are in no list: `info/NAME:ARCH.postinst`. */
const SCRIPT =
  /^(?:var\/lib\/dpkg|(?:usr|var|opt)\/lib\/opkg)\/info\/([^/:]+?)(?::[^/]+)?\.(?:config|(?:pre|post)(?:inst|rm)(?:-pkg)?)$/
