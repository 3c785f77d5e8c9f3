import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { composerPackagesOf } from './format/composer.ts'
import { isBrought } from './format/brought.ts'
import { listAt, objectOf, withoutMark } from './format/json.ts'
import { LockFile } from './format/lock.ts'

/** Below a package in Composer's folder: `vendor/VENDOR/NAME/composer.lock` is its authors'. */
const VENDORED = /(?:^|\/)vendor\/[^/]+\/[^/]+\//

/** Composer's lock file (getcomposer.org/doc/01-basic-usage.md): `packages` and `packages-dev`. */
export const composerLock: Cataloger = {
  name: 'composer-lock',
  version: 1,
  body: true,
  packages: true,
  names: ['composer.lock'],
  wants: (path, entry) =>
    path.endsWith('composer.lock') &&
    (path.length === 13 || path.endsWith('/composer.lock')) &&
    isRegular(entry) &&
    !isBrought(path) &&
    !VENDORED.test(path),
  parse(file) {
    const lock = new LockFile(file, 'composer', 'composer update --lock')
    if (lock.tooLarge(file.body.length)) return lock.read()
    const text = withoutMark(file.body)
    const json = objectOf(text)
    if (!json) return lock.unreadable('is not a JSON object')
    const lists = ['packages', 'packages-dev'].map((key) => ({ list: listAt(json, key), path: [key] }))
    const packages = composerPackagesOf(text, lists, lock.complaints)
    const value = packages.length > 0 ? { packages: packages.map((one) => ({ ...one, declared: true as const })) } : {}
    return { value, notices: lock.complaints.notices }
  },
}
