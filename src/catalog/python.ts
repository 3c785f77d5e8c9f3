import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'
import { stanzasOf } from './format/stanza.ts'

const FIELDS = new Set(['name', 'version'])

/**
 * Python's installed distributions, in whatever directory: `*.dist-info/METADATA` (PEP 376, 427), `*.egg-info/PKG-INFO`,
 * `*.egg-info` as a file (distutils) and `*.egg/EGG-INFO/PKG-INFO` (setuptools). Names as written, not normalised (PEP 503).
 */
export const python: Cataloger = {
  name: 'python',
  version: 1,
  body: true,
  packages: true,
  byContent: true,
  wants: (path, entry) =>
    isRegular(entry) &&
    (path.endsWith('.dist-info/METADATA') ||
      path.endsWith('.egg-info/PKG-INFO') ||
      path.endsWith('.egg-info') ||
      path.endsWith('.egg/EGG-INFO/PKG-INFO')),
  parse(file) {
    const complaints = complaintsAbout(file)
    // The headers are the first paragraph; the description may follow as a body and hold any text.
    for (const { line, fields } of stanzasOf(file.body, FIELDS)) {
      const name = fields.get('name')
      const version = fields.get('version')?.text ?? ''
      if (!name || name.text === '' || version === '' || name.text.length > MAX_WORD || version.length > MAX_WORD) {
        complaints.add(
          'package-record-malformed',
          name?.line ?? line,
          'The metadata of a Python distribution has no usable Name or Version header, so the package is not known. Install it anew, or remove it.',
          true,
        )
        break
      }
      const found = { type: 'pypi', name: name.text, version, architecture: '', source: '', line: name.line } as const
      return { value: { packages: [found] }, notices: complaints.notices }
    }
    if (complaints.notices.length === 0) {
      complaints.add(
        'package-record-malformed',
        1,
        'The metadata of a Python distribution holds no headers, so the package is not known. Install it anew, or remove it.',
        true,
      )
    }
    return { value: {}, notices: complaints.notices }
  },
}
