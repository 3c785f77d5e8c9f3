import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf } from './format/finds.ts'
import { linesOf } from './format/lines.ts'

/**
 * Packages of OCaml that opam installed in a switch: the list `installed` of `SWITCH/.opam-switch/switch-state` (opam.ocaml.org, manual, "Switch state"):
 * `installed: ["base.v0.16.3" "dune.3.12.1"]`, over many lines or on one.
 */
export const ocaml: Cataloger = {
  name: 'ocaml',
  version: 1,
  body: true,
  packages: true,
  names: ['switch-state'],
  wants: (path, entry) => path.endsWith('/.opam-switch/switch-state') && isRegular(entry),
  parse(file) {
    const list = listOf(file, 'opam')
    let inside = false
    let seen = false
    for (const { text, number } of linesOf(file.body)) {
      let rest = text
      if (/^[a-z-]+:/.test(rest)) {
        inside = rest.startsWith('installed:')
        seen ||= inside
      }
      if (!inside) continue
      const end = rest.indexOf(']')
      if (end >= 0) rest = rest.slice(0, end)
      for (const [, word = ''] of rest.matchAll(/"([^"\\]+)"/g)) {
        const dot = word.indexOf('.')
        if (dot <= 0) list.malformed(number, 'An installed package of opam is not written as name.version')
        else list.add(word.slice(0, dot), word.slice(dot + 1), number)
      }
      if (end >= 0) inside = false
    }
    if (!seen) list.malformed(1, 'The state of a switch of opam has no list of what is installed')
    return list.read
  },
}
