import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'
import { listOf, sourceAt } from './format/finds.ts'

/** `"cowboy": {:hex, :cowboy, "2.9.0", ...` and `"app": {:git, "https://...", "a1b2...", []}`. */
const RECORD = /"([^"\\]{1,1024})"\s*:\s*\{:(hex|git|path)\b/g
const HEX = /\{:hex,\s*:"?([\w@.!?-]+)"?,\s*"([^"\\]+)"/y
const GIT = /\{:git,\s*"([^"\\]+)",\s*"([^"\\]*)"/y

/**
 * Packages that Mix locked: mix.lock (Mix.Dep.Lock), a map of Elixir whose values are what the source of a dependency says
 * (`Hex.SCM`, `Mix.SCM.Git`). One from Git has no version but a revision, which its URL tells. What is installed says erlang.ts.
 */
export const elixir: Cataloger = {
  name: 'elixir',
  version: 1,
  body: true,
  packages: true,
  names: ['mix.lock'],
  wants: (path, entry) =>
    path.endsWith('mix.lock') && (path === 'mix.lock' || path.endsWith('/mix.lock')) && isRegular(entry),
  parse(file) {
    const list = listOf(file, 'hex')
    for (const { text, number } of linesOf(file.body))
      for (const record of text.matchAll(RECORD)) {
        const [whole, name = '', source] = record
        const start = record.index + whole.lastIndexOf('{')
        if (source === 'path') continue
        const form = source === 'hex' ? HEX : GIT
        form.lastIndex = start
        const [, first, second = ''] = form.exec(text) ?? []
        if (first === undefined) list.malformed(number, `The record of ${name} in mix.lock is not one that Mix writes`)
        else if (source === 'hex') list.add(first, second, number, { declared: true })
        else list.add(name, '', number, { declared: true, qualifiers: sourceAt('git', first, second) })
      }
    return list.read
  },
}
