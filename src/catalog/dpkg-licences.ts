import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { licencesOf } from './format/dep5.ts'

const DOC = 'usr/share/doc/'
const COPYRIGHT = '/copyright'

/** The licences of Debian's packages, each in its usr/share/doc/NAME/copyright (Debian Policy 12.5). Where a folder is a link, nothing is said. */
export const dpkgLicences: Cataloger = {
  name: 'dpkg-licences',
  version: 1,
  body: true,
  names: ['copyright'],
  wants: (path, entry) => path.endsWith(COPYRIGHT) && path.startsWith(DOC) && isRegular(entry) && nameOf(path) !== '',
  parse({ path, body }) {
    const licences = licencesOf(body)
    return {
      value: licences.length === 0 ? {} : { parts: [{ type: 'deb', name: nameOf(path), licences }] },
      notices: [],
    }
  },
}

/** Empty for a file deeper down, which is of no package of this name. */
function nameOf(path: string): string {
  const name = path.slice(DOC.length, -COPYRIGHT.length)
  return name.includes('/') ? '' : name
}
