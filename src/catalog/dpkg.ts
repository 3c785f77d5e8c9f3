import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { statusOf } from './format/status.ts'

const STATUS = 'var/lib/dpkg/status'
const STATUS_D = 'var/lib/dpkg/status.d/'

/** Debian's packages: dpkg's status file, and the file per package that distroless images have in status.d, named by the package or in base64. */
export const dpkg: Cataloger = {
  name: 'dpkg',
  version: 2,
  body: true,
  packages: true,
  places: [STATUS, STATUS_D.slice(0, -1)],
  wants(path, entry) {
    if (!isRegular(entry)) return false
    if (path === STATUS) return true
    const name = path.startsWith(STATUS_D) ? path.slice(STATUS_D.length) : ''
    return name !== '' && !name.includes('/') && !name.endsWith('.md5sums')
  },
  parse: (file) => statusOf(file, 'deb', file.path === STATUS),
}
