import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'
import { licencesOf, pythonHeadersOf } from './format/python-metadata.ts'
import { openZip } from './format/zip.ts'

/** Bytes of the metadata. The largest known have some hundred kilobytes, nearly all of it the description. */
const MAX_METADATA = 8 * 2 ** 20
const METADATA = 'EGG-INFO/PKG-INFO'

/** Python's distributions that are run from an archive (`site-packages/name-1.0-py3.11.egg`, setuptools before 80): `pip list` lists them. */
export const pythonEgg: Cataloger = {
  name: 'python-egg',
  version: 1,
  body: 'parts',
  packages: true,
  byContent: true,
  begins: (first) => first.readUInt16BE(0) === ZIP,
  names: ['*.egg'],
  wants: (path, entry) => path.endsWith('.egg') && isRegular(entry) && entry.size >= 22,
  parse(file) {
    const complaints = complaintsAbout(file)
    const lost = (why: string) => {
      complaints.add(
        'python-egg-unreadable',
        1,
        `The egg of a Python distribution ${why}, so the package is not known. Install it anew, or remove it.`,
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    const zip = openZip(file.content)
    if (typeof zip === 'string') return lost(zip)
    const named = zip.entries((directory, start, end) => directory.toString('latin1', start, end) === METADATA).next()
    // An archive that is called so and says nothing of itself is no distribution that pip knows.
    if (named.done === true) return named.value === undefined ? { value: {}, notices: [] } : lost(named.value)
    const body = zip.read(named.value, MAX_METADATA, { left: MAX_METADATA, memory: MAX_METADATA })
    if (typeof body === 'string') return lost(`holds metadata that ${body}`)
    const { fields, classifiers } = pythonHeadersOf(body)
    const name = fields.get('name')?.text ?? ''
    const version = fields.get('version')?.text ?? ''
    if (name === '' || version === '' || name.length > MAX_WORD || version.length > MAX_WORD)
      return lost('has no usable Name or Version header')
    const licences = licencesOf(fields, classifiers)
    // The file that says so is an archive, which has no lines.
    const found = { type: 'pypi', name, version, architecture: '', source: '', line: 1 } as const
    return { value: { packages: [{ ...found, ...(licences.length > 0 && { licences }) }] }, notices: [] }
  },
}

/** `PK` */
const ZIP = 0x504b
