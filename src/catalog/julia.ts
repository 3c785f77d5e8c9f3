import { child, elements, entries, textOf, type Node } from '../document/node.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { baseOf, listOf, treeOf, type PackageList } from './format/finds.ts'

/** Where Pkg installs (`~/.julia`, and every other depot): `packages/NAME/SLUG/Project.toml`; the slug is a hash of five characters, once four. */
const INSTALLED = /(?:^|\/)packages\/([\w.]+)\/[A-Za-z0-9]{4,5}\/(?:Julia)?Project\.toml$/

/**
 * Packages of Julia. Installed: those in a depot, by their Project.toml. Declared: Manifest.toml, formats 1 and 2 (pkgdocs.julialang.org, "Project.toml and
 * Manifest.toml"). A package of the manifest without a version is of Julia's own standard library.
 */
export const julia: Cataloger = {
  name: 'julia',
  version: 1,
  body: true,
  packages: true,
  names: ['*.toml'],
  wants: (path, entry) =>
    path.endsWith('.toml') && isRegular(entry) && (isManifest(baseOf(path)) || INSTALLED.test(path)),
  parse(file) {
    const list = listOf(file, 'julia')
    const root = treeOf(file, 'TOML', list.complaints)
    if (!root) return list.read
    if (isManifest(baseOf(file.path))) lockedBy(root, list)
    else projectOf(root, file, list)
    return list.read
  },
}

/** `Manifest-v1.11.toml` is the one of that Julia. */
const isManifest = (name: string): boolean =>
  name === 'Manifest.toml' ||
  name === 'JuliaManifest.toml' ||
  ((name.startsWith('Manifest-v') || name.startsWith('JuliaManifest-v')) && name.endsWith('.toml'))

function lockedBy(root: Node, list: PackageList): void {
  // Format 1 has the packages at the top.
  const packages = child(root, 'manifest_format').missing ? root : child(root, 'deps')
  for (const [name, versions] of entries(packages))
    for (const one of elements(versions)) {
      const version = textOf(child(one, 'version'))
      if (version !== undefined) list.add(name, version, one.place.line, { declared: true, ...identified(one) })
    }
}

function projectOf(root: Node, { path }: ImageFile, list: PackageList): void {
  const name = child(root, 'name')
  const version = textOf(child(root, 'version'))
  if (version === undefined) list.malformed(1, 'The Project.toml of an installed package of Julia has no version')
  else list.add(textOf(name) ?? INSTALLED.exec(path)?.[1] ?? '', version, name.place.line, identified(root))
}

/** Names are not unique in Julia: the package URL must say the UUID. */
function identified(one: Node) {
  const uuid = textOf(child(one, 'uuid'))
  return uuid === undefined ? {} : { qualifiers: { uuid } }
}
