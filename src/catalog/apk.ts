import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'

/** The second is where `lib` is a link (Alpine since 3.23, Wolfi); the last is of OpenWrt's volumes (apk-tools 3, src/database.c). */
const PLACES = ['lib/apk/db/installed', 'usr/lib/apk/db/installed', 'lib/apk/db-uvol/installed'] as const
const PATHS = new Set<string>(PLACES)

/** Characters of all paths of one database together: a folder is written once and stands in the path of each of its files. Real ones have some millions. */
const MAX_PATHS = 64 * 2 ** 20

/**
 * Alpine's packages, and those of Wolfi, Chainguard and OpenWrt: records of one-letter fields, separated by blank lines (apk-v2(5)).
 * P is the name, V the version, A the architecture, o the origin, L the licence; then come F, a folder, and R, a file in it.
 */
export const apk: Cataloger = {
  name: 'apk',
  version: 2,
  body: true,
  packages: true,
  places: PLACES,
  names: ['installed'],
  wants: (path, entry) => PATHS.has(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const packages: PackageFind[] = []
    let record = new Map<string, { text: string; line: number }>()
    let begins = 0
    let files: string[] = []
    let folder = ''
    let spent = 0

    const end = (): void => {
      if (begins === 0) return
      const name = record.get('P')
      const version = record.get('V')?.text ?? ''
      if (!name || name.text === '' || version === '' || name.text.length > MAX_WORD || version.length > MAX_WORD) {
        complaints.add(
          'package-record-malformed',
          name?.line ?? begins,
          'The record has no usable name (P:) or version (V:), so the package is not known. Rebuild the image, or repair the database.',
          true,
        )
      } else {
        const origin = record.get('o')?.text ?? ''
        const licence = record.get('L')?.text ?? ''
        packages.push({
          type: 'apk',
          name: name.text,
          version,
          architecture: record.get('A')?.text ?? '',
          source: origin === name.text ? '' : origin,
          ...(licence !== '' && licence.length <= MAX_WORD && { licences: [licence] }),
          ...(files.length > 0 && { files }),
          line: name.line,
        })
      }
      record = new Map()
      begins = 0
      files = []
      folder = ''
    }

    for (const { text, number } of linesOf(file.body)) {
      if (text.trim() === '') {
        end()
        if (packages.length < MAX_FINDS) continue
        tooMany(complaints, number, 'packages')
        break
      }
      begins ||= number
      if (text.charAt(1) !== ':') {
        complaints.add(
          'package-record-malformed',
          number,
          'The line is not a letter, a colon and a value, so it was left out; apk itself refuses such a database. Rebuild the image.',
          true,
        )
        continue
      }
      const letter = text.charAt(0)
      if (letter === 'F') folder = text.length > 2 ? `${text.slice(2)}/` : ''
      else if (letter === 'R') {
        if (spent <= MAX_PATHS && (spent += folder.length + text.length) > MAX_PATHS)
          tooMany(complaints, number, 'files of packages')
        if (spent <= MAX_PATHS) files.push(folder + text.slice(2))
      } else if ('PVAoL'.includes(letter) && !record.has(letter))
        record.set(letter, { text: text.slice(2).trim(), line: number })
    }
    end()
    return { value: { packages }, notices: complaints.notices }
  },
}
