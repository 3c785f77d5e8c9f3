import { readToml } from '../document/toml.ts'
import { child, elements, isMap, textOf, type Node } from '../document/node.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { LockFile } from './format/lock.ts'

/** Files by name, and what writes them anew. All are TOML with a table for each package. */
const WRITERS: ReadonlyMap<string, string> = new Map([
  ['poetry.lock', 'poetry lock'],
  ['pdm.lock', 'pdm lock'],
  ['uv.lock', 'uv lock'],
])
/** PEP 751: `pylock.toml`, `pylock.NAME.toml`. */
const PYLOCK = /^pylock\.(?:[^.]+\.)?toml$/

/**
 * Lock files of Poetry, PDM and uv (`[[package]]`) and those of every tool (PEP 751, `[[packages]]`). The project itself, which uv names
 * with the folder `.` as its source, is none of its packages.
 */
export const poetryLock: Cataloger = {
  name: 'poetry-lock',
  version: 1,
  body: true,
  packages: true,
  wants: (path, entry) =>
    (path.endsWith('.lock') || path.endsWith('.toml')) &&
    writerOf(path) !== undefined &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'pypi', writerOf(file.path) ?? 'uv lock')
    if (lock.tooLarge(file.body.length)) return lock.read()
    const { value: text, notices } = readToml(file.path, file.body.toString('utf8'))
    const [lost] = notices
    const [document] = text.documents
    if (lost || !document) return lock.unreadable('is not valid TOML', lost?.place.line)
    for (const one of elements(child(document, file.path.endsWith('.toml') ? 'packages' : 'package'))) {
      if (isProject(one)) continue
      const name = textOf(child(one, 'name')) ?? ''
      if (!lock.add(name, textOf(child(one, 'version')) ?? '', child(one, 'name').place.line)) break
    }
    return lock.read()
  },
}

function writerOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return WRITERS.get(name) ?? (name.startsWith('pylock.') && PYLOCK.test(name) ? 'pip lock or uv export' : undefined)
}

function isProject(one: Node): boolean {
  const source = child(one, 'source')
  return isMap(source) && ['virtual', 'editable'].some((key) => textOf(child(source, key)) === '.')
}
