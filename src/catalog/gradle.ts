import { child, entries, isMap, textOf, type Node } from '../document/node.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { baseOf, listOf, treeOf, type PackageList } from './format/finds.ts'
import { linesOf } from './format/lines.ts'
import { childrenOf, childOf, readXml } from './format/xml.ts'

const VERIFICATION = 'verification-metadata.xml'
const CATALOG = '.versions.toml'

/**
 * Artifacts that Gradle's files declare (docs.gradle.org): lock files (`gradle.lockfile`, `buildscript-gradle.lockfile`, and one for each
 * configuration in `dependency-locks` before Gradle 7), the list of what is verified, and version catalogs.
 */
export const gradle: Cataloger = {
  name: 'gradle',
  version: 1,
  body: true,
  packages: true,
  names: ['*.lockfile', VERIFICATION, '*.toml'],
  wants: (path, entry) =>
    ((path.endsWith('.lockfile') &&
      (/^(?:buildscript-)?gradle\.lockfile$/.test(baseOf(path)) || path.includes('gradle/dependency-locks/'))) ||
      (path.endsWith(VERIFICATION) && baseOf(path) === VERIFICATION) ||
      path.endsWith(CATALOG)) &&
    isRegular(entry),
  parse(file) {
    const list = listOf(file, 'maven')
    if (file.path.endsWith('.lockfile')) lockedBy(file, list)
    else if (file.path.endsWith('.toml')) cataloguedBy(file, list)
    else verifiedBy(file, list)
    return list.read
  },
}

/** `group:artifact:version=configuration,...`; the older files have no configurations, the last line names the empty ones. */
function lockedBy({ body }: ImageFile, list: PackageList): void {
  for (const { text, number } of linesOf(body)) {
    const line = text.trim()
    if (line === '' || line.startsWith('#') || line.startsWith('empty=')) continue
    const [group = '', artifact = '', version = '', more] = (line.split('=', 1)[0] ?? '').split(':')
    if (group === '' || artifact === '' || version === '' || more !== undefined || /\s/.test(line))
      list.malformed(number, 'The line is not `group:artifact:version=configurations`')
    else list.add(`${group}:${artifact}`, version, number, { declared: true })
  }
}

function verifiedBy(file: ImageFile, list: PackageList): void {
  const root = readXml(file.body)
  if ('problem' in root) return list.malformed(root.line, `The file ${root.problem}`)
  for (const one of childrenOf(childOf(root, 'components'), 'component')) {
    const [group, name, version] = ['group', 'name', 'version'].map((key) => one.attributes.get(key) ?? '')
    if (!group || !name || !version) list.malformed(one.line, 'The component has no group, name or version')
    else list.add(`${group}:${name}`, version, one.line, { declared: true })
  }
}

function cataloguedBy(file: ImageFile, list: PackageList): void {
  const root = treeOf(file, 'TOML', list.complaints)
  if (!root) return
  const versions = child(root, 'versions')
  for (const [, library] of entries(child(root, 'libraries'))) {
    const { line } = library.place
    const short = textOf(library)?.split(':')
    const module = short ? short.slice(0, 2).join(':') : (textOf(child(library, 'module')) ?? named(library))
    const version = short ? (short[2] ?? '') : versionOf(child(library, 'version'), versions)
    // The version may be left to a platform that is among the libraries.
    if (/^[^:]+:[^:]+$/.test(module) && version !== '') list.add(module, version, line, { declared: true })
  }
}

const named = (library: Node): string =>
  `${textOf(child(library, 'group')) ?? ''}:${textOf(child(library, 'name')) ?? ''}`

/** A text, a reference to the table of versions, or a rich version of which one is named. */
function versionOf(node: Node, versions: Node): string {
  if (!isMap(node)) return textOf(node) ?? ''
  const reference = textOf(child(node, 'ref'))
  if (reference !== undefined) return versionOf(child(versions, reference), child(node, 'no further'))
  return ['strictly', 'require', 'prefer'].map((key) => textOf(child(node, key))).find((one) => one !== undefined) ?? ''
}
