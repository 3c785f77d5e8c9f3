/** Quoted texts and heredocs of HCL with what stands in `${...}` put in: the syntax of templates in HCL's specification. */
import { HOLE } from '../hole.ts'
import { textOf, type Node } from '../node.ts'
import { Cursor } from './cursor.ts'

/** Constants of the file, by `var.x` and `local.x`. */
export type Constants = ReadonlyMap<string, Node>
/** A text, and why parts of it are not known. */
export interface Filled {
  readonly text: string
  readonly because?: string
  /** It is one interpolation and nothing else: the value itself, of whatever type. */
  readonly whole?: Node
}

/** Texts that variables make longer and longer. */
const MAX_TEXT = 2 ** 20
const ESCAPES: { readonly [sign: string]: string } = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

/** What `${name}` of Nomad stands for is known on the client, when the task runs. */
export const reasonOf = (expression: string): string => {
  const name = /^(?:var|local)\.[\w-]+/.exec(expression)?.[0]
  if (name === expression) return `${name} has no constant value in this file`
  const shown = expression.replace(/\s+/g, ' ').slice(0, 80)
  return /^(?:NOMAD_\w+|(?:attr|node|meta|env|device)\b.*)$/s.test(expression)
    ? `${shown} is known when the task runs`
    : `${shown} is not worked out`
}

/** The template between two offsets. Backslashes escape in quoted texts alone. */
export function filled(text: string, isQuoted: boolean, constants: Constants): Filled {
  const cursor = new Cursor(text)
  const reasons = new Set<string>()
  let made = ''
  let copied = 0
  let parts = 0
  let whole: Node | undefined
  /** Adds what was passed over, then `more` for the next `length` characters. */
  const add = (more: string, length: number): void => {
    parts += cursor.at > copied ? 2 : 1
    made += text.slice(copied, cursor.at) + more
    cursor.at += length
    copied = cursor.at
  }
  while (!cursor.isEnd) {
    if (isQuoted && cursor.peek() === '\\') {
      const escaped = escapeAt(text, cursor.at)
      add(escaped.text, escaped.length)
    } else if (cursor.starts('$${') || cursor.starts('%%{')) add(text.slice(cursor.at + 1, cursor.at + 3), 3)
    else if (cursor.starts('%{')) {
      add(HOLE, 0)
      return { text: made, because: [...reasons, 'the template has %{ } directives'].join(', ') }
    } else if (cursor.starts('${')) {
      add('', 0)
      const inner = cursor.interpolation()
      const expression = inner.replace(/^~|~$/g, '').trim()
      const constant = constants.get(expression)
      const said = constant && constant.unknown === undefined ? textOf(constant) : undefined
      whole = constant ?? { place: NOWHERE, path: [], value: HOLE, unknown: reasonOf(expression) }
      if (said === undefined) reasons.add(constant?.unknown ?? reasonOf(expression))
      made = (inner.startsWith('~') ? made.trimEnd() : made) + (said ?? HOLE)
      if (inner.endsWith('~')) while (/\s/.test(cursor.peek())) cursor.at += 1
      copied = cursor.at
    } else cursor.at += 1
    if (made.length > MAX_TEXT) return { text: HOLE, because: 'the text is too long' }
  }
  if (cursor.at > copied) add('', 0)
  return {
    text: made,
    ...(reasons.size > 0 && { because: [...reasons].slice(0, 5).join(', ') }),
    ...(parts === 1 && whole && { whole }),
  }
}
const NOWHERE = { file: '', line: 1, column: 1 }

function escapeAt(text: string, at: number): { readonly text: string; readonly length: number } {
  const sign = text[at + 1] ?? ''
  const digits = sign === 'u' ? 4 : sign === 'U' ? 8 : 0
  const hex = text.slice(at + 2, at + 2 + digits)
  if (digits > 0 && hex.length === digits && /^[0-9a-fA-F]+$/.test(hex) && Number.parseInt(hex, 16) <= 0x10ffff)
    return { text: String.fromCodePoint(Number.parseInt(hex, 16)), length: 2 + digits }
  return { text: ESCAPES[sign] ?? sign, length: 2 }
}

/** A heredoc `<<-` without the blanks that all of its lines begin with. */
export function unindented(text: string): string {
  const lines = text.split('\n')
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const least = depths.reduce((most, depth) => Math.min(most, depth), Number.MAX_SAFE_INTEGER)
  return lines.map((line) => line.slice(Math.min(least, line.length - line.trimStart().length))).join('\n')
}
