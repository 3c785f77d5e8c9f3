import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { isObject, linesOfKeys, objectOf, pathKey, textAt, withoutMark } from './format/json.ts'
import { LockFile } from './format/lock.ts'

/**
 * Pipenv's lock file: `default`, `develop` and categories of the user's own, each an object of packages. Those without a version are
 * checkouts of a repository or a folder, not releases of PyPI, and are left out.
 */
export const pipfileLock: Cataloger = {
  name: 'pipfile-lock',
  version: 1,
  body: true,
  packages: true,
  names: ['Pipfile.lock'],
  wants: (path, entry) =>
    path.endsWith('Pipfile.lock') &&
    (path.length === 12 || path.endsWith('/Pipfile.lock')) &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'pypi', 'pipenv lock')
    if (lock.tooLarge(file.body.length)) return lock.read()
    const text = withoutMark(file.body)
    const json = objectOf(text)
    if (!json) return lock.unreadable('is not a JSON object')
    const lines = linesOfKeys(text, 2, (path) => path.length === 2)
    for (const [category, packages] of Object.entries(json)) {
      if (category === '_meta' || !isObject(packages)) continue
      for (const [name, value] of Object.entries(packages)) {
        const line = lines.get(pathKey([category, name])) ?? 1
        if (!isObject(value)) lock.malformed(line, 'is not an object')
        else {
          const version = textAt(value, 'version').replace(/^===?\s*/, '')
          if (version !== '' && !lock.add(name, version, line)) return lock.read()
        }
      }
    }
    return lock.read()
  },
}
