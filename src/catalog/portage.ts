import type { PackagePart } from '../model/package.ts'
import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'

const DATABASE = 'var/db/pkg/'
const CONTENTS = '/CONTENTS'
const LICENSE = '/LICENSE'

/**
 * Gentoo's packages: a folder `CATEGORY/NAME-VERSION` each (portage(5)), of which CONTENTS lists the files and LICENSE the licences,
 * those of other builds (USE flags) already left out. SLOT and repository say no more than how a package may stand beside another.
 */
export const portage: Cataloger = {
  name: 'portage',
  version: 1,
  body: true,
  packages: true,
  places: [DATABASE.slice(0, -1)],
  names: ['CONTENTS', 'LICENSE'],
  wants: (path, entry) =>
    path.startsWith(DATABASE) &&
    (path.endsWith(CONTENTS) || path.endsWith(LICENSE)) &&
    isRegular(entry) &&
    isDeep(path),
  parse(file) {
    const { path, body } = file
    const [, , , category = '', folder = '', what] = path.split('/')
    const [, name = '', version = ''] = PF.exec(folder) ?? []
    if (name === '' || category.startsWith('-') || path.length > MAX_WORD) {
      const complaints = complaintsAbout(file)
      // While a package is merged its folder begins with -MERGING-.
      complaints.add(
        'package-record-malformed',
        1,
        `The folder ${folder.slice(0, 100)} is not called NAME-VERSION as portage does, so the package is not known. Install it anew, or remove its folder.`,
        true,
      )
      return { value: {}, notices: what === 'CONTENTS' ? complaints.notices : [] }
    }
    const about = { type: 'ebuild', name: `${category}/${name}` } as const
    if (what === 'LICENSE') {
      const licence = body.toString('utf8').trim().replaceAll(/\s+/g, ' ')
      const part: PackagePart = { ...about, licences: [licence] }
      return { value: licence === '' || licence.length > MAX_WORD ? {} : { parts: [part] }, notices: [] }
    }
    const files = filesOf(body)
    const found = { ...about, version, architecture: '', source: '', ...(files.length > 0 && { files }), line: 1 }
    return { value: { packages: [found] }, notices: [] }
  },
}

/** `var/db/pkg/CATEGORY/PF/FILE`. */
const isDeep = (path: string): boolean => {
  const category = path.indexOf('/', DATABASE.length)
  const folder = path.indexOf('/', category + 1)
  return category > 0 && folder > 0 && folder === path.lastIndexOf('/')
}

/** Name and version with revision (Package Manager Specification, 3.1 and 3.2). */
const PF = /^([A-Za-z0-9_][A-Za-z0-9_+-]*?)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)$/

/** `obj PATH MD5 MTIME`, `sym PATH -> TARGET MTIME`, `dir PATH`, `fif PATH`, `dev PATH`; paths may have blanks. */
function filesOf(body: Buffer): readonly string[] {
  const files: string[] = []
  for (const line of body.toString('utf8').split('\n')) {
    const path = line.startsWith('obj ')
      ? line.slice(4, line.lastIndexOf(' ', line.lastIndexOf(' ') - 1))
      : line.startsWith('sym ')
        ? line.slice(4, line.indexOf(' -> ', 4))
        : ''
    if (path.startsWith('/')) files.push(path.slice(1))
  }
  return files
}
