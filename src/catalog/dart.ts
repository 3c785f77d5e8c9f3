import { child, entries, get, textOf } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, sourceAt, treeOf } from './format/finds.ts'

/** Packages that pub locked: pubspec.lock (dart.dev/tools/pub/glossary#lockfile), whatever source they come from. */
export const dart: Cataloger = {
  name: 'dart',
  version: 1,
  body: true,
  packages: true,
  names: ['pubspec.lock'],
  wants: (path, entry) => (path.endsWith('/pubspec.lock') || path === 'pubspec.lock') && isRegular(entry),
  parse(file) {
    const list = listOf(file, 'pub')
    const root = treeOf(file, 'YAML', list.complaints)
    if (root)
      for (const [name, one] of entries(child(root, 'packages'))) {
        const git = textOf(child(one, 'source')) === 'git'
        const url = textOf(get(one, 'description.url'))
        const revision = textOf(get(one, 'description.resolved-ref'))
        const from = git && url !== undefined && revision !== undefined
        list.add(name, textOf(child(one, 'version')) ?? '', one.place.line, {
          declared: true,
          ...(from && { qualifiers: sourceAt('git', url, revision) }),
        })
      }
    return list.read
  },
}
