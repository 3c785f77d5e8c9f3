import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'
import { sectionsOf } from './format/sections.ts'

const LOCAL = 'var/lib/pacman/local/'
const DESC = '/desc'
const FILES = '/files'

/** Arch Linux's packages (Manjaro's, SteamOS's): `local/NAME-VERSION-RELEASE/desc`, and `files` beside it. */
export const pacman: Cataloger = {
  name: 'pacman',
  version: 1,
  body: true,
  packages: true,
  places: [LOCAL.slice(0, -1)],
  names: ['desc', 'files'],
  wants: (path, entry) =>
    path.startsWith(LOCAL) &&
    (path.endsWith(DESC) || path.endsWith(FILES)) &&
    isRegular(entry) &&
    path.indexOf('/', LOCAL.length) === path.lastIndexOf('/'),
  parse(file) {
    const sections = sectionsOf(file.body)
    if (file.path.endsWith(FILES)) {
      const name = nameOf(file.path.slice(LOCAL.length, -FILES.length))
      // Folders end in a slash.
      const files = (sections.get('FILES')?.values ?? []).filter((path) => !path.endsWith('/'))
      return { value: name === '' || files.length === 0 ? {} : { parts: [{ type: 'alpm', name, files }] }, notices: [] }
    }
    const first = (name: string): string => sections.get(name)?.values[0] ?? ''
    const name = first('NAME')
    const version = first('VERSION')
    if (name === '' || version === '' || name.length > MAX_WORD || version.length > MAX_WORD) {
      const complaints = complaintsAbout(file)
      complaints.add(
        'package-record-malformed',
        1,
        'The description of an installed package has no usable %NAME% or %VERSION%, so the package is not known. Rebuild the image, or repair the database.',
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    const base = first('BASE')
    const licences = (sections.get('LICENSE')?.values ?? []).filter((one) => one.length <= MAX_WORD)
    return {
      value: {
        packages: [
          {
            type: 'alpm',
            name,
            version,
            architecture: first('ARCH'),
            source: base === name ? '' : base,
            ...(licences.length > 0 && { licences }),
            line: sections.get('NAME')?.line ?? 1,
          },
        ],
      },
      notices: [],
    }
  },
}

/** `zlib` of `zlib-1:1.3.1-2`: neither a version nor a release has a hyphen (PKGBUILD(5)). */
const nameOf = (folder: string): string => /^(.+)-[^-]+-[^-]+$/.exec(folder)?.[1] ?? ''
