import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { linesOfKeys, objectAt, objectOf, pathKey, withoutLastCommas, withoutMark } from './format/json.ts'
import { LockFile } from './format/lock.ts'

/**
 * Bun's lock file (bun.com/docs/pm/lockfile): `packages` has a list for each, which begins with `name@version`, or `name@` and where
 * it comes from, which is not a version. The binary form of Bun before 1.2 is not read, and that is told.
 */
export const bunLock: Cataloger = {
  name: 'bun-lock',
  version: 1,
  body: true,
  packages: true,
  names: ['bun.lock', 'bun.lockb'],
  wants: (path, entry) => path.includes('bun.lock') && NAME.test(path) && isRegular(entry) && !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'npm', 'bun install --save-text-lockfile')
    if (lock.tooLarge(file.body.length)) return lock.read()
    if (file.path.endsWith('b')) return lock.unreadable("is the binary form of Bun's lock file, which is not read")
    const text = withoutLastCommas(withoutMark(file.body))
    const json = objectOf(text)
    if (!json) return lock.unreadable('is not a JSON object')
    const lines = linesOfKeys(text, 2, (path) => path.length === 2 && path[0] === 'packages')
    for (const [key, value] of Object.entries(objectAt(json, 'packages'))) {
      const line = lines.get(pathKey(['packages', key])) ?? 1
      const said: unknown = Array.isArray(value) ? value[0] : undefined
      const at = typeof said === 'string' ? said.indexOf('@', 1) : -1
      if (typeof said !== 'string' || at < 0) lock.malformed(line, 'does not begin with a name and a version')
      else if (!lock.add(said.slice(0, at), versionOf(said.slice(at + 1)), line)) break
    }
    return lock.read()
  },
}

const NAME = /(?:^|\/)bun\.lockb?$/
/** Where it is from is no version: `github:a/b#1234`, `workspace:packages/a`. */
const versionOf = (resolution: string): string => (/[:/]/.test(resolution) ? '' : resolution)
