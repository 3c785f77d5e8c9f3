import { readEvents } from '../document/yaml-events.ts'
import { child, entries, isMap, textOf } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { withoutMark } from './format/json.ts'
import { LockFile } from './format/lock.ts'
import { pnpmEntriesOf, type PnpmEntry } from './format/pnpm-lock.ts'

/** pnpm-lock.yaml, versions 5 to 9 (github.com/pnpm/spec/tree/master/lockfile): the keys of `packages`. */
export const pnpmLock: Cataloger = {
  name: 'pnpm-lock',
  version: 1,
  body: true,
  packages: true,
  names: ['pnpm-lock.yaml'],
  wants: (path, entry) =>
    path.endsWith('pnpm-lock.yaml') &&
    (path.length === 14 || path.endsWith('/pnpm-lock.yaml')) &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'npm', 'pnpm install')
    if (lock.tooLarge(file.body.length)) return lock.read()
    const whole = withoutMark(file.body)
    const known = pnpmEntriesOf(whole)
    if (known) {
      for (const one of known) if (!add(lock, one)) break
      return lock.read()
    }
    // Of this reader alone: the other one, for what is rare, takes minutes over what is hostile.
    const read = readEvents(whole, (line, column) => ({ file: file.path, line, column }))
    if (!read) return lock.unreadable('is not YAML as pnpm writes it')
    for (const document of read.documents) {
      if (!isMap(document)) return lock.unreadable('is not a lock file of pnpm', document.place.line)
      for (const [key, value] of entries(child(document, 'packages'))) {
        const name = textOf(child(value, 'name'))
        const version = textOf(child(value, 'version'))
        const { line } = value.place
        if (!add(lock, { key, line, ...(name !== undefined && { name }), ...(version !== undefined && { version }) }))
          break
      }
    }
    return lock.read()
  },
}

function add(lock: LockFile, { key, name, version, line }: PnpmEntry): boolean {
  const said = named(key)
  return lock.add(name ?? said.name, version ?? said.version, line)
}

/**
 * `/@s/a/1.0.0_peer@2.0.0` (version 5), `/@s/a@1.0.0(peer@2.0.0)` (6), `@s/a@1.0.0` (9), each with the registry before it where that is
 * not the usual one. No version where there is an address in its place.
 */
function named(key: string): { readonly name: string; readonly version: string } {
  const plain = key.replace(/\(.*$/, '')
  const start = plain.startsWith('/') ? 1 : 0
  const scope = plain[start] === '@' ? plain.indexOf('/', start) + 1 : start
  const at = plain.indexOf('@', Math.max(scope, start + 1))
  const slash = plain.indexOf('/', scope)
  if (at >= 0 && (slash < 0 || at < slash)) {
    const version = plain.slice(at + 1)
    return { name: plain.slice(start, at), version: /^\d/.test(version) ? version : '' }
  }
  const parts = plain.slice(start).split('/')
  if (start === 0) parts.shift()
  const words = parts[0]?.startsWith('@') ? 2 : 1
  const [version = ''] = (parts[words] ?? '').split('_')
  return { name: parts.slice(0, words).join('/'), version }
}
