import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { LockFile } from './format/lock.ts'
import { yarnEntriesOf } from './format/yarn-lock.ts'

/**
 * yarn.lock, of Yarn 1 (classic.yarnpkg.com/lang/en/docs/yarn-lock) and of later ones (a YAML of their own, "syml"). Of an alias the
 * package that it leads to. The project itself is no package of its own; its workspaces are named.
 */
export const yarnLock: Cataloger = {
  name: 'yarn-lock',
  version: 1,
  body: true,
  packages: true,
  names: ['yarn.lock'],
  wants: (path, entry) =>
    path.endsWith('yarn.lock') &&
    (path.length === 9 || path.endsWith('/yarn.lock')) &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'npm', 'yarn install')
    if (lock.tooLarge(file.body.length)) return lock.read()
    for (const { pattern, fields, line, malformed } of yarnEntriesOf(file.body)) {
      if (malformed) {
        lock.malformed(line, 'is neither a key nor a field of one')
        continue
      }
      const resolution = fields.get('resolution')
      if (pattern === '__metadata' || resolution?.endsWith('@workspace:.')) continue
      const { name, range } = split(resolution ?? pattern)
      const alias = resolution === undefined && range.startsWith('npm:') ? split(range.slice(4)) : undefined
      const real = alias && alias.range !== '' ? alias.name : name
      const version = fields.get('version') ?? ''
      if (version === '') lock.malformed(line, 'has no version')
      else if (!lock.add(real, version, line)) break
    }
    return lock.read()
  },
}

/** `@s/a@npm:^1` -> `@s/a` and `npm:^1`. The range is empty where there is none. */
function split(pattern: string): { readonly name: string; readonly range: string } {
  const at = pattern.indexOf('@', 1)
  return at < 0 ? { name: pattern, range: '' } : { name: pattern.slice(0, at), range: pattern.slice(at + 1) }
}
