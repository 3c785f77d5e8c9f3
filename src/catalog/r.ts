import { child, entries, textOf } from '../document/node.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, treeOf } from './format/finds.ts'
import { stanzasOf } from './format/stanza.ts'

const FIELDS = new Set(['package', 'version', 'license', 'built', 'repository', 'biocviews'])
const BIOCONDUCTOR = { qualifiers: { repository_url: 'https://bioconductor.org' } }

/**
 * Packages of R. Installed: DESCRIPTION with the field Built, which R writes as it installs ("Writing R Extensions", 1.1.1; a source has none).
 * Declared: renv.lock. What renv took from Bioconductor or from a repository of sources is not of CRAN, and is `generic`.
 */
export const r: Cataloger = {
  name: 'r',
  version: 1,
  body: true,
  packages: true,
  byContent: true,
  names: ['DESCRIPTION', 'renv.lock'],
  wants: (path, entry) =>
    (path.endsWith('/DESCRIPTION') || path.endsWith('/renv.lock') || path === 'renv.lock') && isRegular(entry),
  parse: (file) => (/^\s*\{/.test(file.body.toString('latin1', 0, 64)) ? lockedBy(file) : descriptionOf(file)),
}

function descriptionOf(file: ImageFile) {
  const list = listOf(file, 'cran')
  for (const { fields } of stanzasOf(file.body, FIELDS)) {
    const name = fields.get('package')
    const version = fields.get('version')?.text ?? ''
    // Others have files of this name too.
    if (!name || !fields.has('built')) break
    const licence = fields.get('license')?.text ?? ''
    const fromBioconductor = fields.has('biocviews') && fields.get('repository')?.text !== 'CRAN'
    list.add(name.text, version, name.line, {
      // R's own packages say `Part of R 4.2.2`.
      ...(licence !== '' && !licence.startsWith('Part of R') && { licences: [licence] }),
      ...(fromBioconductor && BIOCONDUCTOR),
    })
    break
  }
  return list.read
}

function lockedBy(file: ImageFile) {
  const list = listOf(file, 'cran')
  const root = treeOf(file, 'JSON', list.complaints)
  for (const [key, one] of root ? entries(child(root, 'Packages')) : []) {
    const text = (name: string): string | undefined => textOf(child(one, name))
    const repository = text('Repository')
    const source = text('Source') ?? 'Repository'
    const ofCran = source === 'Repository' && repository !== undefined && !/^bioc/i.test(repository)
    list.add(text('Package') ?? key, text('Version') ?? '', one.place.line, {
      declared: true,
      ...(!ofCran && { type: 'generic' }),
      ...(source === 'Bioconductor' && BIOCONDUCTOR),
    })
  }
  return list.read
}
