import { posix } from 'node:path'
import type { Cataloger, Finds, PackageFind } from '../model/tree.ts'
import type { Read } from '../model/notice.ts'
import type { PackagePart } from '../model/package.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'
import { licencesOf, pythonHeadersOf } from './format/python-metadata.ts'

const METADATA = ['.dist-info/METADATA', '.egg-info/PKG-INFO', '.egg-info', '.egg/EGG-INFO/PKG-INFO'] as const
const RECORD = '.dist-info/RECORD'
const INSTALLED_FILES = '.egg-info/installed-files.txt'

/**
 * Python's installed distributions, in whatever directory: `*.dist-info/METADATA` (PEP 376, 427), `*.egg-info/PKG-INFO`,
 * `*.egg-info` as a file (distutils) and `*.egg/EGG-INFO/PKG-INFO` (setuptools); and the files that they brought, from `RECORD` and
 * `installed-files.txt`. Names as written, not normalised (PEP 503). Those that `pip list` lists: not what a distribution carries in
 * its own folders (`setuptools/_vendor`), nor what pip left behind when it was interrupted (`~ip-23.0.dist-info`). An editable
 * install has its dist-info, or (`setup.py develop`) its egg-info among its sources.
 */
export const python: Cataloger = {
  name: 'python',
  version: 2,
  body: true,
  packages: true,
  names: ['METADATA', 'PKG-INFO', 'RECORD', '*.egg-info', 'installed-files.txt'],
  wants: (path, entry) => {
    const last = path.charCodeAt(path.length - 1)
    // Of METADATA, PKG-INFO, egg-info, RECORD and txt.
    if (last !== 0x41 && last !== 0x4f && last !== 0x6f && last !== 0x44 && last !== 0x74) return false
    return (
      (METADATA.some((end) => path.endsWith(end)) || path.endsWith(RECORD) || path.endsWith(INSTALLED_FILES)) &&
      isRegular(entry) &&
      isListed(path)
    )
  },
  parse(file) {
    const complaints = complaintsAbout(file)
    if (file.path.endsWith(RECORD) || file.path.endsWith(INSTALLED_FILES)) {
      const files: string[] = []
      // RECORD names files from the folder that the dist-info is in, installed-files.txt from the egg-info.
      const folder = posix.dirname(file.path)
      const from = file.path.endsWith(RECORD) ? posix.dirname(folder) : folder
      for (const { text, number, cut } of linesOf(file.body)) {
        if (files.length >= MAX_FINDS) {
          tooMany(complaints, number, 'files')
          break
        }
        const name = cut ? '' : pathOf(text)
        if (name !== '')
          files.push(
            isPlain(name) ? `${from}/${name}` : posix.join('/', name.startsWith('/') ? '' : from, name).slice(1),
          )
      }
      const parts: PackagePart[] = [{ type: 'pypi', name: nameOf(folder), beside: true, files }]
      return { value: files.length === 0 ? {} : { parts }, notices: complaints.notices }
    }
    const { line, fields, classifiers } = pythonHeadersOf(file.body)
    const name = fields.get('name')
    const version = fields.get('version')?.text ?? ''
    if (!name || name.text === '' || version === '' || name.text.length > MAX_WORD || version.length > MAX_WORD) {
      complaints.add(
        'package-record-malformed',
        name?.line ?? line,
        'The metadata of a Python distribution has no usable Name or Version header, so the package is not known. Install it anew, or remove it.',
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    const licences = licencesOf(fields, classifiers)
    const found: PackageFind = {
      type: 'pypi',
      name: name.text,
      version,
      architecture: '',
      source: '',
      ...(licences.length > 0 && { licences }),
      line: name.line,
    }
    return { value: { packages: [found] }, notices: complaints.notices } satisfies Read<Finds>
  },
}

/** Where `pip list` looks: what is below a folder of site-packages is a part of what stands there. */
function isListed(path: string): boolean {
  const site = Math.max(path.lastIndexOf('site-packages/'), path.lastIndexOf('dist-packages/'))
  const below = site < 0 ? path : path.slice(site + 14)
  const parts = below.split('/')
  const folder = parts.findIndex((part) => /\.(?:dist-info|egg-info|egg)$/.test(part))
  if (folder < 0 || parts[folder]?.startsWith('~')) return false
  return site < 0 ? !parts.includes('_vendor') : folder === 0
}

/** `ruamel.yaml-0.17.dist-info` -> `ruamel.yaml` */
/** Most paths of a RECORD need no joining: it has thousands. */
const isPlain = (name: string): boolean => !name.startsWith('/') && !name.includes('./') && !name.includes('//')

const nameOf = (folder: string): string => posix.basename(folder).replace(/(?:-\d[^/]*)?\.(?:dist|egg)-info$/, '')

/** The first field of a line of RECORD (a CSV file, PEP 376); the whole line where it has no others. */
function pathOf(line: string): string {
  if (!line.startsWith('"')) return line.split(',', 1)[0] ?? ''
  return (/^"((?:[^"]|"")*)"/.exec(line)?.[1] ?? '').replaceAll('""', '"')
}
