import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { isRegular } from './entry.ts'
import { isInstalled } from './format/node-modules.ts'
import { MAX_PACKAGE_JSON, packageOf } from './format/package-json.ts'
import { openZip } from './format/zip.ts'

/** Packages of one archive that are read: more than one are those that its authors bundled. */
const MAX_PACKAGES = 1000
/** Bytes that come out of one archive. */
const MAX_INFLATED = 64 * 2 ** 20

/**
 * Packages in the archives that Yarn runs programs from, without unpacking them (Plug'n'Play, yarnpkg.com/features/pnp): of a project
 * (`.yarn/cache`) or of a user (`.yarn/berry/cache`). With another linker they are in node_modules as well, and the same packages.
 */
export const yarnCache: Cataloger = {
  name: 'yarn-cache',
  version: 1,
  body: 'parts',
  packages: true,
  byContent: true,
  names: ['*.zip'],
  wants: (path, entry) => path.endsWith('.zip') && CACHE.test(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const lost = (what: string) =>
      complaints.add(
        'yarn-archive-unreadable',
        1,
        `${what}, so the package is not known. Run yarn install anew, or remove the archive.`,
        true,
      )
    const zip = openZip(file.content)
    const packages: PackageFind[] = []
    if (typeof zip === 'string') lost(`The archive of Yarn's cache ${zip}`)
    else {
      const budget = { left: MAX_INFLATED, memory: MAX_INFLATED }
      const entries = zip.entries(
        (directory, start, end) => directory.toString('latin1', Math.max(start, end - 13), end) === '/package.json',
      )
      let next = entries.next()
      for (; next.done !== true && packages.length < MAX_PACKAGES; next = entries.next()) {
        const { name } = next.value
        if (!isInstalled(name)) continue
        const body = zip.read(next.value, MAX_PACKAGE_JSON, budget)
        const found = typeof body === 'string' ? body : packageOf(body)
        if (typeof found === 'string') lost(`${name.slice(0, 200)} in the archive of Yarn's cache ${found}`)
        // The file that says so is the archive, which has no lines.
        else if (found) packages.push({ ...found, line: 1 })
      }
      if (next.done !== true) lost(`The archive of Yarn's cache has more than ${MAX_PACKAGES} packages`)
      else if (next.value !== undefined) lost(`The archive of Yarn's cache ${next.value}`)
    }
    return { value: packages.length > 0 ? { packages } : {}, notices: complaints.notices }
  },
}

const CACHE = /(?:^|\/)\.yarn\/(?:berry\/)?cache\/[^/]+\.zip$/
