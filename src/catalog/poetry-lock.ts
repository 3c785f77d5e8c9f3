import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { withoutMark } from './format/json.ts'
import { LockFile } from './format/lock.ts'
import { isTable, tablesOf, textIn, type TomlRecord } from './format/toml-tables.ts'

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
  names: ['*.lock', '*.toml'],
  wants: (path, entry) =>
    (path.endsWith('.lock') || path.endsWith('.toml')) &&
    writerOf(path) !== undefined &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'pypi', writerOf(file.path) ?? 'uv lock')
    if (lock.tooLarge(file.body.length)) return lock.read()
    const records = tablesOf(withoutMark(file.body), file.path.endsWith('.toml') ? 'packages' : 'package')
    if ('line' in records) return lock.unreadable('is not valid TOML', records.line)
    for (const { table, line } of records)
      if (!isProject(table) && !lock.add(textIn(table, 'name'), textIn(table, 'version'), line)) break
    return lock.read()
  },
}

function writerOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return WRITERS.get(name) ?? (name.startsWith('pylock.') && PYLOCK.test(name) ? 'pip lock or uv export' : undefined)
}

function isProject({ source }: TomlRecord['table']): boolean {
  return isTable(source) && (textIn(source, 'virtual') === '.' || textIn(source, 'editable') === '.')
}
