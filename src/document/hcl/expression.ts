/** Values of HCL: what is constant becomes a Node, everything else is unknown, with its text. */
import { HOLE } from '../hole.ts'
import { textOf, type Node } from '../node.ts'
import type { Cursor } from './cursor.ts'
import { filled, reasonOf, unindented, type Constants, type Filled } from './template.ts'
import type { Place } from '../../model/place.ts'

type Path = readonly (string | number)[]

export class Values {
  readonly #cursor: Cursor
  readonly #place: (offset: number) => Place
  readonly #constants: Constants

  constructor(cursor: Cursor, place: (offset: number) => Place, constants: Constants) {
    this.#cursor = cursor
    this.#place = place
    this.#constants = constants
  }

  /** The value that begins here; its place is that of the key where it has one. */
  value(place: Place, path: Path): Node {
    const cursor: Cursor = this.#cursor
    const start = cursor.at
    const simple = cursor.deeper(() => this.#simple(place, path))
    if (simple && this.#isWhole()) return simple
    cursor.at = start
    cursor.expression()
    const text = cursor.text.slice(start, cursor.at).trim()
    if (text === '') cursor.fail('a value is missing', start)
    return { place, path, value: null, unknown: reasonOf(text) }
  }

  /** Nothing follows that would make it a part of an expression: an operator, an index, an attribute. */
  #isWhole(): boolean {
    const cursor: Cursor = this.#cursor
    while (cursor.peek() === ' ' || cursor.peek() === '\t' || cursor.peek() === '\r') cursor.at += 1
    return cursor.isEnd || '\n,]})#'.includes(cursor.peek()) || cursor.starts('//') || cursor.starts('/*')
  }

  /** Undefined where it is no constant. */
  #simple(place: Place, path: Path): Node | undefined {
    const cursor: Cursor = this.#cursor
    const start = cursor.at
    const sign = cursor.peek()
    if (sign === '"') {
      cursor.quoted()
      return this.#filled(
        place,
        path,
        filled(cursor.text.slice(start + 1, cursor.at - 1), true, this.#constants),
        start,
      )
    }
    if (cursor.starts('<<')) {
      const found = cursor.heredoc()
      if (!found) return undefined
      const text = found.indented ? unindented(found.text) : found.text
      return this.#filled(place, path, filled(text.replace(/\r\n/g, '\n'), false, this.#constants), start)
    }
    if (sign === '[') return this.#list(place, path)
    if (sign === '{') return this.#object(place, path)
    if (/[-\d]/.test(sign)) return this.#number(place, path)
    const name = cursor.identifier()
    if (name === undefined) return undefined
    if (name === 'true' || name === 'false') return this.#spot(place, { place, path, value: name === 'true' })
    if (name === 'null') return { place, path, value: null }
    if ((name !== 'var' && name !== 'local') || cursor.peek() !== '.') return undefined
    cursor.at += 1
    const constant = this.#constants.get(`${name}.${cursor.identifier() ?? ''}`)
    return constant && { ...constant, place, path }
  }

  #filled(place: Place, path: Path, { text, because, whole }: Filled, start: number): Node {
    if (whole && textOf(whole) === undefined) return { ...whole, place, path }
    const node = this.#spot(place, { place, path, value: text }, start)
    if (because !== undefined) return { ...node, unknown: because }
    return whole ? { ...whole, place: node.place, path } : node
  }
  /** With its end, where it ends on the line on which it begins. */
  #spot(place: Place, node: Node, start = this.#cursor.at): Node {
    const end = this.#place(this.#cursor.at)
    return end.line === place.line && start <= this.#cursor.at
      ? { ...node, place: { ...place, endLine: end.line, endColumn: end.column } }
      : node
  }

  #number(place: Place, path: Path): Node | undefined {
    const cursor: Cursor = this.#cursor
    const pattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    pattern.lastIndex = cursor.at
    const source = pattern.exec(cursor.text)?.[0]
    if (source === undefined) return undefined
    cursor.at += source.length
    return this.#spot(place, { place, path, value: Number(source), source })
  }

  #list(place: Place, path: Path): Node | undefined {
    const cursor: Cursor = this.#cursor
    cursor.at += 1
    const value: Node[] = []
    for (;;) {
      cursor.blanks(true)
      if (cursor.peek() === ']') {
        cursor.at += 1
        return { place, path, value }
      }
      if (value.length === 0 && /^for\s/.test(cursor.text.slice(cursor.at, cursor.at + 4))) return undefined
      value.push(this.value(this.#place(cursor.at), [...path, value.length]))
      cursor.blanks(true)
      // `...` and the like make it an expression.
      if (cursor.peek() === ',') cursor.at += 1
      else if (cursor.peek() !== ']') return undefined
    }
  }

  /** `{ a = 1, "b": 2 }`, with commas or line ends between. */
  #object(place: Place, path: Path): Node | undefined {
    const cursor: Cursor = this.#cursor
    cursor.at += 1
    const value = new Map<string, Node>()
    for (;;) {
      cursor.blanks(true)
      if (cursor.peek() === '}') {
        cursor.at += 1
        return { place, path, value }
      }
      if (value.size === 0 && /^for\s/.test(cursor.text.slice(cursor.at, cursor.at + 4))) return undefined
      const start = cursor.at
      const key = this.#key()
      if (key === undefined) return undefined
      cursor.blanks(false)
      if (cursor.peek() !== '=' && cursor.peek() !== ':') return undefined
      cursor.at += 1
      cursor.blanks(true)
      const node = this.value(this.#place(start), [...path, key.text])
      value.set(key.text, key.because === undefined ? node : { ...node, value: null, unknown: key.because })
      cursor.blanks(false)
      if (cursor.peek() === ',' || cursor.peek() === '\n') cursor.at += 1
      else if (cursor.peek() !== '}') return undefined
    }
  }

  #key(): Filled | undefined {
    const cursor: Cursor = this.#cursor
    const start = cursor.at
    if (cursor.peek() === '"') {
      cursor.quoted()
      return filled(cursor.text.slice(start + 1, cursor.at - 1), true, this.#constants)
    }
    if (cursor.peek() === '(') {
      cursor.at += 1
      cursor.expression()
      const inner = cursor.text.slice(start + 1, cursor.at).trim()
      cursor.at += 1
      const known = textOf(this.#constants.get(inner) ?? { place: this.#place(start), path: [], value: null })
      return known === undefined ? { text: HOLE, because: reasonOf(inner) } : { text: known }
    }
    const name = cursor.identifier()
    if (name !== undefined) return { text: name }
    const digits = /\d+/y
    digits.lastIndex = cursor.at
    const number = digits.exec(cursor.text)?.[0]
    if (number !== undefined) cursor.at += number.length
    return number === undefined ? undefined : { text: number }
  }
}
