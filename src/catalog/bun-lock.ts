import { readJson } from '../document/json.ts'
import { child, elements, entries, isMap, textOf } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
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
  wants: (path, entry) => path.includes('bun.lock') && NAME.test(path) && isRegular(entry) && !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'npm', 'bun install --save-text-lockfile')
    if (lock.tooLarge(file.body.length)) return lock.read()
    if (file.path.endsWith('b')) return lock.unreadable("is the binary form of Bun's lock file, which is not read")
    const { value: text, notices } = readJson(file.path, file.body.toString('utf8').replace(/^\uFEFF/, ''))
    const [document] = text.documents
    const [lost] = notices
    if (lost || !document) return lock.unreadable('is not valid JSON', lost?.place.line)
    if (!isMap(document)) return lock.unreadable('is not a lock file of Bun')
    for (const [, value] of entries(child(document, 'packages'))) {
      const [first] = elements(value)
      const { line } = value.place
      const said = first && textOf(first)
      const at = said?.indexOf('@', 1) ?? -1
      if (said === undefined || at < 0) lock.malformed(line, 'does not begin with a name and a version')
      else if (!lock.add(said.slice(0, at), versionOf(said.slice(at + 1)), line)) break
    }
    return lock.read()
  },
}

const NAME = /(?:^|\/)bun\.lockb?$/
/** Where it is from is no version: `github:a/b#1234`, `workspace:packages/a`. */
const versionOf = (resolution: string): string => (/[:/]/.test(resolution) ? '' : resolution)
