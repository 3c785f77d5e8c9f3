import type { PackageFind } from '../../model/package.ts'
import type { Read } from '../../model/notice.ts'
import type { Finds, ImageFile } from '../../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from '../complaints.ts'
import { stanzasOf } from './stanza.ts'

const FIELDS = new Set(['package', 'status', 'version', 'architecture', 'source'])

/**
 * States of dpkg(1) in which no program of the package is on the disk. In all others (half-installed, unpacked, half-configured,
 * triggers-awaited, triggers-pending, installed) its files are there, and so are their flaws.
 */
const WITHOUT_FILES = new Set(['not-installed', 'config-files'])

/**
 * The packages of a status file of dpkg or opkg (deb822(5)). `states`: true where each record has its state, and one without is of a
 * package that was never installed; false for distroless's status.d, which has none.
 */
export function statusOf(file: ImageFile, type: 'deb' | 'opkg', states: boolean): Read<Finds> {
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
        'The line is neither a field nor the continuation of one (deb822(5)) and was left out; the package manager itself refuses such a database. Rebuild the image.',
        true,
      )
    }
    const name = fields.get('package')
    const version = fields.get('version')?.text ?? ''
    const words = (fields.get('status')?.text ?? (states ? 'unknown ok not-installed' : '')).split(/\s+/)
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
    // opkg's Source is a folder of the build system.
    const { source, sourceVersion } = sourceOf(type === 'deb' ? (fields.get('source')?.text ?? '') : '')
    packages.push({
      type,
      name: name.text,
      version,
      architecture: fields.get('architecture')?.text ?? '',
      source: source === name.text ? '' : source,
      ...(sourceVersion !== '' && sourceVersion !== version && { sourceVersion }),
      line: name.line,
    })
  }
  return { value: { packages }, notices: complaints.notices }
}

/** `glibc`, or `glibc (2.36-9)` where the binary was built again without a new source (`2.36-9+b1`) or is counted by itself. */
function sourceOf(text: string): { readonly source: string; readonly sourceVersion: string } {
  const bracket = text.indexOf('(')
  if (bracket < 0) return { source: text, sourceVersion: '' }
  const end = text.indexOf(')', bracket)
  return {
    source: text.slice(0, bracket).trimEnd(),
    sourceVersion: end < 0 ? '' : text.slice(bracket + 1, end).trim(),
  }
}
