import { child, elements, entries, get, textOf } from '../document/node.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { baseOf, listOf, treeOf, type PackageList } from './format/finds.ts'
import { linesOf } from './format/lines.ts'

const FILES: ReadonlySet<string> = new Set(['conan.lock', 'conanfile.txt', 'conaninfo.txt'])
/** Where Conan 1 keeps what it installed: `.conan/data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt`. */
const INSTALLED = /(?:^|\/)\.conan\/data\/([^/]+)\/([^/]+)\/[^/]+\/[^/]+\/package\/[^/]+\/conaninfo\.txt$/

/**
 * Packages of C and C++ that Conan manages. Declared: conan.lock of Conan 1 (`graph_lock`) and 2 (lists of references), conanfile.txt where it
 * names one version. Installed: the cache of Conan 1, whose paths say what is in it (that of Conan 2 names hashes).
 */
export const conan: Cataloger = {
  name: 'conan',
  version: 1,
  body: true,
  packages: true,
  names: [...FILES],
  wants: (path, entry) =>
    (path.endsWith('.lock') || path.endsWith('.txt')) &&
    FILES.has(baseOf(path)) &&
    isRegular(entry) &&
    (!path.endsWith('/conaninfo.txt') || INSTALLED.test(path)),
  parse(file) {
    const list = listOf(file, 'conan')
    const [, name, version] = INSTALLED.exec(file.path) ?? []
    if (name !== undefined && version !== undefined) list.add(name, version, 1)
    else if (file.path.endsWith('.lock')) lockedBy(file, list)
    else requiredBy(file, list)
    return list.read
  },
}

function lockedBy(file: ImageFile, list: PackageList): void {
  const root = treeOf(file, 'JSON', list.complaints)
  if (!root) return
  for (const [, node] of entries(get(root, 'graph_lock.nodes'))) {
    // The project itself has the path of its recipe; where it has no name yet, `pref` is null.
    if (textOf(child(node, 'path')) !== undefined) continue
    const ref = child(node, 'ref').missing ? child(node, 'pref') : child(node, 'ref')
    const text = textOf(ref)
    if (text !== undefined) addReference(list, text, ref.place.line)
  }
  for (const key of ['requires', 'build_requires', 'python_requires', 'config_requires'])
    for (const one of elements(child(root, key))) addReference(list, textOf(one) ?? '', one.place.line)
}

/** `name/version@user/channel#revision:package#revision%time`; from the `@` on all is optional. */
function addReference(list: PackageList, reference: string, line: number): void {
  const [, name, version = '', user = ''] = /^([^/@#:%\s]+)\/([^/@#:%\s]+)(?:@([^/#:%\s]*))?/.exec(reference) ?? []
  // A node without a name is one of a recipe that has none.
  if (name === undefined) return
  list.add(name, version, line, { declared: true, ...(user !== '' && user !== '_' && { qualifiers: { user } }) })
}

const SECTIONS: ReadonlySet<string> = new Set(['[requires]', '[build_requires]', '[tool_requires]', '[test_requires]'])

/** A range (`zlib/[>1.2]`) is no version: what it led to says the lock file. */
function requiredBy({ body }: ImageFile, list: PackageList): void {
  let inside = false
  for (const { text, number } of linesOf(body)) {
    const line = text.replace(/\s#.*$|^#.*$/, '').trim()
    if (/^\[[\w ]+\]$/.test(line)) inside = SECTIONS.has(line)
    else if (inside && line !== '' && !line.includes('[')) addReference(list, line, number)
  }
}
