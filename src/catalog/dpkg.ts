import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { stanzasOf } from './format/stanza.ts'

const STATUS = 'var/lib/dpkg/status'
const STATUS_D = 'var/lib/dpkg/status.d/'
const FIELDS = new Set(['package', 'status', 'version', 'architecture', 'source'])

/**
 * States of dpkg(1) in which no program of the package is on the disk. In all others (half-installed, unpacked, half-configured,
 * triggers-awaited, triggers-pending, installed) its files are there, and so are their flaws.
 */
const WITHOUT_FILES = new Set(['not-installed', 'config-files'])

/**
 * Debian's packages: dpkg's status file, and the file per package that distroless images have in status.d.
 * The source package is named without its version, which differs from the binary's in rebuilds: the table has no row for it.
 */
export const dpkg: Cataloger = {
  name: 'dpkg',
  version: 1,
  body: true,
  packages: true,
  wants(path, entry) {
    if (!isRegular(entry)) return false
    if (path === STATUS) return true
    const name = path.startsWith(STATUS_D) ? path.slice(STATUS_D.length) : ''
    return name !== '' && !name.includes('/') && !name.endsWith('.md5sums')
  },
  parse(file) {
    const complaints = complaintsAbout(file)
    const packages: PackageFind[] = []
    for (const { line, fields, malformed } of stanzasOf(file.body, FIELDS)) {
      if (packages.length >= MAX_FINDS) {
        tooMany(complaints, line, 'packages')
        break
      }
      for (const at of malformed) {
        complaints.add(
          'package-record-malformed',
          at,
          'The line is neither a field nor the continuation of one (deb822(5)) and was left out; dpkg itself refuses such a database. Rebuild the image.',
          true,
        )
      }
      const name = fields.get('package')
      const version = fields.get('version')?.text ?? ''
      // In the status file a record without a state is one of a package that was never installed; status.d has no states.
      const words = (fields.get('status')?.text ?? (file.path === STATUS ? 'unknown ok not-installed' : '')).split(
        /\s+/,
      )
      if (WITHOUT_FILES.has(words.at(-1) ?? '')) continue
      if (!name || name.text === '' || version === '' || name.text.length > MAX_WORD || version.length > MAX_WORD) {
        if (fields.size === 0 && malformed.length > 0) continue
        complaints.add(
          'package-record-malformed',
          name?.line ?? line,
          'The record of an installed package has no usable Package or Version field, so the package is not known. Rebuild the image, or repair the database.',
          true,
        )
        continue
      }
      // Source: glibc (2.36-9)
      const source = (fields.get('source')?.text ?? '').split(/[\s(]/, 1)[0] ?? ''
      packages.push({
        type: 'deb',
        name: name.text,
        version,
        architecture: fields.get('architecture')?.text ?? '',
        source: source === name.text ? '' : source,
        line: name.line,
      })
    }
    return { value: { packages }, notices: complaints.notices }
  },
}
