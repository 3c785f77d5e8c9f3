import { child, elements, get, textOf, type Node } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, sourceAt, treeOf } from './format/finds.ts'

/**
 * Packages that Swift Package Manager locked: Package.resolved, versions 1 to 3 (github.com/swiftlang/swift-package-manager,
 * Sources/PackageGraph/ResolvedPackagesStore.swift). Their name is the place of the source without scheme and `.git`; one of a registry
 * has its identity alone. A pin of a branch or a revision has no version.
 */
export const swift: Cataloger = {
  name: 'swift',
  version: 1,
  body: true,
  packages: true,
  names: ['Package.resolved'],
  wants: (path, entry) => (path.endsWith('/Package.resolved') || path === 'Package.resolved') && isRegular(entry),
  parse(file) {
    const list = listOf(file, 'swift')
    const root = treeOf(file, 'JSON', list.complaints)
    if (!root) return list.read
    const pins = [...elements(child(root, 'pins')), ...elements(get(root, 'object.pins'))]
    for (const pin of pins) {
      const place = textOf(child(pin, 'location')) ?? textOf(child(pin, 'repositoryURL')) ?? ''
      const identity = child(pin, 'identity').missing ? child(pin, 'package') : child(pin, 'identity')
      // A directory beside the project is a part of it.
      if (textOf(child(pin, 'kind')) === 'localSourceControl') continue
      const name = nameOf(place) || (textOf(identity) ?? '')
      const version = textOf(get(pin, 'state.version'))
      const revision = textOf(get(pin, 'state.revision'))
      list.add(name, version ?? '', lineOf(pin, identity), {
        declared: true,
        ...(version === undefined && revision !== undefined && { qualifiers: sourceAt('git', place, revision) }),
      })
    }
    return list.read
  },
}

const lineOf = (pin: Node, name: Node): number => (name.missing ? pin : name).place.line

/** `https://github.com/apple/swift-nio.git`, `git@github.com:apple/swift-nio` -> `github.com/apple/swift-nio`. */
const nameOf = (place: string): string =>
  place
    .replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/, '')
    .replace(/^[\w.-]+@([\w.-]+):/, '$1/')
    .replace(/^([\w.-]+):\d+\//, '$1/')
    .replace(/(?:\.git)?\/?$/, '')
