import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'

const PATHS = new Set(['lib/apk/db/installed', 'usr/lib/apk/db/installed'])

/**
 * Alpine's packages: records of one-letter fields, separated by blank lines (wiki.alpinelinux.org, "Apk spec").
 * P is the name, V the version, A the architecture, o the origin.
 */
export const apk: Cataloger = {
  name: 'apk',
  version: 1,
  body: true,
  packages: true,
  wants: (path, entry) => PATHS.has(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const packages: PackageFind[] = []
    let record = new Map<string, { text: string; line: number }>()
    let begins = 0

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
        packages.push({
          type: 'apk',
          name: name.text,
          version,
          architecture: record.get('A')?.text ?? '',
          source: origin === name.text ? '' : origin,
          line: name.line,
        })
      }
      record = new Map()
      begins = 0
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
      if ('PVAo'.includes(letter) && !record.has(letter))
        record.set(letter, { text: text.slice(2).trim(), line: number })
    }
    end()
    return { value: { packages }, notices: complaints.notices }
  },
}
