import { child, elements, get, textOf } from '../document/node.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, textOfFile, treeOf } from './format/finds.ts'
import { stanzasOf } from './format/stanza.ts'

const FIELDS = new Set(['name', 'version', 'license'])
const isFreeze = (path: string): boolean => path.endsWith('cabal.project.freeze')
const isStack = (path: string): boolean => path.endsWith('stack.yaml.lock')

/**
 * Packages of Haskell. Installed: GHC's package database, `package.conf.d/*.conf` (GHC User's Guide, "Package databases"). Declared: stack.yaml.lock
 * (of Hackage only what the snapshot does not hold) and cabal.project.freeze.
 */
export const haskell: Cataloger = {
  name: 'haskell',
  version: 1,
  body: true,
  packages: true,
  names: ['*.conf', '*.freeze', '*.lock'],
  wants: (path, entry) =>
    ((path.endsWith('.conf') && path.includes('package.conf.d/')) || isFreeze(path) || isStack(path)) &&
    isRegular(entry),
  parse: (file) => (isFreeze(file.path) ? frozenIn(file) : isStack(file.path) ? lockedBy(file) : registeredIn(file)),
}

function registeredIn(file: ImageFile) {
  const list = listOf(file, 'hackage')
  for (const { line, fields } of stanzasOf(file.body, FIELDS)) {
    const name = fields.get('name')
    const version = fields.get('version')?.text
    const licence = fields.get('license')?.text ?? ''
    if (!name || version === undefined) list.malformed(line, 'The record of a package of GHC has no name or version')
    else list.add(name.text, version, name.line, licence === '' ? {} : { licences: [licence] })
    break
  }
  return list.read
}

/** `hackage: fuzzyset-0.2.4@sha256:...,1618`; one from Git or an archive has name and version. */
function lockedBy(file: ImageFile) {
  const list = listOf(file, 'hackage')
  const root = treeOf(file, 'YAML', list.complaints)
  for (const one of root ? elements(child(root, 'packages')) : []) {
    const hackage = get(one, 'completed.hackage')
    const [, name, version] = /^([^@\s]+)-(\d[\d.]*)(?:@|$)/.exec(textOf(hackage) ?? '') ?? []
    const given = get(one, 'completed.name')
    if (name !== undefined && version !== undefined) list.add(name, version, hackage.place.line, { declared: true })
    else if (!given.missing)
      list.add(textOf(given) ?? '', textOf(get(one, 'completed.version')) ?? '', given.place.line, { declared: true })
    else list.malformed(one.place.line, 'A package of stack.yaml.lock has neither a name nor one of Hackage')
  }
  return list.read
}

/** `constraints: any.aeson ==2.0.3.0,` and on the lines that follow; `aeson +flag` says no version. */
const CONSTRAINT = /(?:^|[\s,:])(?:any\.)?([A-Za-z0-9][A-Za-z0-9-]*)\s*==\s*(\d[\d.]*)(?=[\s,]|$)/g

function frozenIn(file: ImageFile) {
  const list = listOf(file, 'hackage')
  for (const [index, line] of textOfFile(file).split('\n').entries())
    if (line.length < 4096 && !line.trimStart().startsWith('--'))
      for (const [, name = '', version = ''] of line.matchAll(CONSTRAINT))
        list.add(name, version, index + 1, { declared: true })
  return list.read
}
