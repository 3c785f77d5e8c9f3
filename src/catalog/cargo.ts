import { child, elements, entries, isMap, textOf, type Node } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { baseOf, listOf, treeOf, type PackageList } from './format/finds.ts'

/**
 * Crates that Cargo declares: Cargo.lock, versions 1 to 4 (doc.rust-lang.org/cargo, "Cargo.toml vs Cargo.lock"), and Cargo.toml: the
 * crate itself and the versions that it asks for, as written (`0.3` is a requirement that 0.3.7 fulfils). What is in a program says
 * the program (rust.ts).
 */
export const cargo: Cataloger = {
  name: 'cargo',
  version: 1,
  body: true,
  packages: true,
  names: ['Cargo.lock', 'Cargo.toml'],
  wants: (path, entry) =>
    (path.endsWith('Cargo.lock') || path.endsWith('Cargo.toml')) &&
    /^Cargo\.(?:lock|toml)$/.test(baseOf(path)) &&
    isRegular(entry),
  parse(file) {
    const list = listOf(file, 'cargo')
    const root = treeOf(file, 'TOML', list.complaints)
    if (root && file.path.endsWith('.lock')) lockedBy(root, list)
    else if (root) declaredBy(root, list)
    return list.read
  },
}

function lockedBy(root: Node, list: PackageList): void {
  for (const one of elements(child(root, 'package'))) {
    const [name, version] = [textOf(child(one, 'name')), textOf(child(one, 'version'))]
    if (name === undefined || version === undefined)
      list.malformed(one.place.line, 'The record of a crate has no name or no version')
    else list.add(name, version, child(one, 'name').place.line, { declared: true })
  }
}

function declaredBy(root: Node, list: PackageList): void {
  const own = child(root, 'package')
  const name = textOf(child(own, 'name'))
  // A version that the workspace gives (`version.workspace = true`) stands in another file.
  if (name !== undefined)
    list.add(name, textOf(child(own, 'version')) ?? '', child(own, 'name').place.line, { declared: true })
  const targets = entries(child(root, 'target')).map(([, target]) => child(target, 'dependencies'))
  for (const table of [child(root, 'dependencies'), ...targets])
    for (const [key, dependency] of entries(table)) dependencyOf(key, dependency, list)
}

/** `regex = "1"`, `rx = { package = "regex", version = "=1.2.3" }`. Of a folder no version is said; of Git's states only a commit is one. */
function dependencyOf(key: string, node: Node, list: PackageList): void {
  const { line } = node.place
  const git = child(node, 'git')
  if (isMap(node) && !git.missing && textOf(git) === undefined)
    return list.malformed(line, 'The `git` of a crate is no text')
  const version = isMap(node) ? textOf(child(node, 'version')) : textOf(node)
  const commit = /^[\da-f]{7,64}$/.test(textOf(child(node, 'rev')) ?? '')
  if (version === undefined && !commit) return
  list.add(textOf(child(node, 'package')) ?? key, (version ?? '').replace(/^\s*=\s*/, ''), line, { declared: true })
}
