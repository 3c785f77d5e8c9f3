import { child, elements, entries, textOf } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, treeOf } from './format/finds.ts'

/** `AFNetworking/Security (4.0.1)`, `Local (1.0.0-beta.1)`. */
const POD = /^(\S[^()]*?) \(([^()]*)\)$/

/** Pods that CocoaPods locked, each subspec by itself: the section PODS of Podfile.lock (guides.cocoapods.org, "What is a Podfile.lock"). */
export const cocoapods: Cataloger = {
  name: 'cocoapods',
  version: 1,
  body: true,
  packages: true,
  names: ['Podfile.lock'],
  wants: (path, entry) => (path.endsWith('/Podfile.lock') || path === 'Podfile.lock') && isRegular(entry),
  parse(file) {
    const list = listOf(file, 'cocoapods')
    const root = treeOf(file, 'YAML', list.complaints)
    if (!root) return list.read
    for (const pod of elements(child(root, 'PODS'))) {
      // One with dependencies is a map of one entry.
      const [key, node] = entries(pod)[0] ?? [textOf(pod) ?? '', pod]
      const [, name, version] = POD.exec(key) ?? []
      if (name === undefined || version === undefined)
        list.malformed(node.place.line, 'A pod of Podfile.lock is not written as `name (version)`')
      else list.add(name, version, node.place.line, { declared: true })
    }
    return list.read
  },
}
