import type { PackagePart } from '../model/package.ts'
import type { Cataloger, Finds } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { checkedPathsOf, pathsOf } from './format/file-list.ts'
import { linesOf } from './format/lines.ts'

const DPKG = 'var/lib/dpkg/'
const INFO = `${DPKG}info/`
const STATUS_D = `${DPKG}status.d/`
const DIVERSIONS = `${DPKG}diversions`
const LIST = '.list'
const MD5SUMS = '.md5sums'

/**
 * The files of Debian's packages: `info/NAME.list`, `info/NAME:ARCH.list` for those of several architectures (`Multi-Arch: same`),
 * `status.d/NAME.md5sums` of distroless images, and what was moved aside (dpkg-divert(1)).
 *
 * `info/NAME.md5sums` is not read: dpkg writes a list for every package, which has the links and the configuration as well.
 */
export const dpkgFiles: Cataloger = {
  name: 'dpkg-files',
  version: 1,
  body: true,
  places: [INFO.slice(0, -1), STATUS_D.slice(0, -1), DIVERSIONS],
  names: ['*.list', '*.md5sums', 'diversions'],
  wants: (path, entry) => path.startsWith(DPKG) && isRegular(entry) && (path === DIVERSIONS || nameOf(path) !== ''),
  parse({ path, body }) {
    if (path === DIVERSIONS) return { value: { diversions: diversionsOf(body) }, notices: [] }
    const files = path.endsWith(LIST) ? pathsOf(body) : checkedPathsOf(body)
    const [name = '', architecture] = nameOf(path).split(':')
    const part: PackagePart = { type: 'deb', name, ...(architecture !== undefined && { architecture }), files }
    return { value: name === '' || files.length === 0 ? {} : { parts: [part] }, notices: [] }
  },
}

/** The package that a file of the database is about, with its architecture after a colon; empty where the file is none of ours. */
function nameOf(path: string): string {
  if (path.endsWith(LIST) && path.startsWith(INFO)) return path.slice(INFO.length, -LIST.length)
  if (path.endsWith(MD5SUMS) && path.startsWith(STATUS_D))
    return plainName(path.slice(STATUS_D.length, -MD5SUMS.length))
  return ''
}

/** Images of distroless before 2023 call the files of status.d by the package's name in base64, which has letters that no name has. */
function plainName(name: string): string {
  if (/^[a-z0-9][a-z0-9.+-]*$/.test(name)) return name
  const decoded = Buffer.from(name, 'base64').toString('latin1')
  return /^[a-z0-9][a-z0-9.+-]*$/.test(decoded) ? decoded : name
}

/** Three lines each: the path, where it was moved to, and the package that keeps its own there (`:` for the administrator). */
function diversionsOf(body: Buffer): NonNullable<Finds['diversions']> {
  const lines = [...linesOf(body)].map(({ text }) => text)
  const diversions = []
  for (let i = 0; i + 2 < lines.length; i += 3) {
    const [from = '', to = '', by = ''] = lines.slice(i, i + 3)
    if (from.startsWith('/') && to.startsWith('/'))
      diversions.push({ from: from.slice(1), to: to.slice(1), by: by === ':' ? '' : by })
  }
  return diversions
}
