/** opam's order (opam.ocaml.org/doc/Manual.html#version-ordering): Debian's, without epoch and revision. */
import { comparePart } from './deb.ts'
import { inOrder } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

const parse = (text: string): string | undefined =>
  text.length <= MAX_VERSION && /^[A-Za-z0-9._+~-]+$/.test(text.trim()) ? text.trim() : undefined

export const opam: Scheme = { compare: inOrder(parse, comparePart) }
