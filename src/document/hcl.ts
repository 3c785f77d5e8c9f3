/**
 * HCL, the language of Nomad's jobs -> Node: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 * A body is a map. An attribute is a key with its value; a block is a key whose value is the list of the bodies of that type, below
 * one map for each of its labels: `job "web" { group "a" {} }` is `{ job: { web: [{ group: { a: [{}] } }] } }`, as HCL's JSON has it.
 * `var.x` and `local.x` are followed where the same file gives them a constant; other expressions are unknown, with their text.
 */
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import { Cursor, Invalid } from './hcl/cursor.ts'
import { Values } from './hcl/expression.ts'
import { filled, type Constants } from './hcl/template.ts'
import { child, elements, entries, isMap, type Locate, type Node, type Text } from './node.ts'
import { placesOf } from './offset.ts'

/** How often locals are worked out that name one another. */
const MAX_ROUNDS = 5

export function readHcl(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  // Same length, so that places stay.
  const plain = text.replace(/^\uFEFF/, ' ')
  const at = placesOf(plain, place)
  const notices: Notice[] = []
  let documents: readonly Node[] = []
  try {
    let reader = new Reader(plain, at, new Map())
    let root = reader.root()
    let constants = constantsOf(root)
    for (let round = 0; constants.size > 0 && round < MAX_ROUNDS; round += 1) {
      const before = constants.size
      reader = new Reader(plain, at, constants)
      root = reader.root()
      constants = constantsOf(root)
      if (constants.size === before && round > 0) break
    }
    if (isMap(root) && root.value.size > 0) documents = [root]
    if (reader.duplicate)
      notices.push({
        id: 'hcl-duplicate-key',
        place: reader.duplicate.place,
        message: `${JSON.stringify(reader.duplicate.key.slice(0, 80))} is set twice; the last one was taken, and HashiCorp's tools refuse it. Remove one of them.`,
        lost: true,
      })
  } catch (error) {
    if (!(error instanceof Invalid || error instanceof RangeError)) throw error
    notices.push({
      id: 'hcl-invalid',
      place: at(error instanceof Invalid ? error.offset : 0),
      message: `This HCL cannot be read (${error instanceof Invalid ? error.message : 'it is nested too deep'}), so nothing in it was checked. Mend it.`,
      lost: true,
    })
  }
  return { value: { file, documents, comments: comments(text, place) }, notices }
}

/** `variable "x" { default = 1 }` and `locals { y = 2 }`. */
function constantsOf(root: Node): Constants {
  const found = new Map<string, Node>()
  for (const [name, bodies] of entries(child(root, 'variable')))
    for (const body of elements(bodies)) {
      const given = child(body, 'default')
      if (given.missing !== true && given.value !== null && given.unknown === undefined) found.set(`var.${name}`, given)
    }
  for (const body of elements(child(root, 'locals')))
    for (const [name, value] of entries(body))
      if (value.value !== null && value.unknown === undefined) found.set(`local.${name}`, value)
  return found
}

type Body = Map<string, Node>

class Reader {
  readonly #cursor: Cursor
  readonly #at: (offset: number) => Place
  readonly #values: Values
  /** What grows while the text is read: the bodies of blocks, and the maps by their labels. */
  readonly #lists = new Map<Node, Node[]>()
  readonly #below = new Map<Node, Body>()
  /** The first attribute that is set twice in one body. */
  duplicate: { readonly key: string; readonly place: Place } | undefined

  constructor(text: string, at: (offset: number) => Place, constants: Constants) {
    this.#cursor = new Cursor(text)
    this.#at = at
    this.#values = new Values(this.#cursor, at, constants)
  }

  root(): Node {
    const value = this.#body([])
    if (!this.#cursor.isEnd) this.#cursor.fail('a } closes nothing')
    return { place: this.#at(0), path: [], value }
  }

  /** Attributes and blocks up to a `}` or the end of the text. */
  #body(path: readonly (string | number)[]): Body {
    const cursor: Cursor = this.#cursor
    const body: Body = new Map()
    for (;;) {
      cursor.blanks(true)
      if (cursor.isEnd || cursor.peek() === '}') return body
      const start = cursor.at
      // Nomad's own jobs have quoted keys in blocks, which HCL 1 allowed.
      const name = cursor.peek() === '"' ? this.#label() : cursor.identifier()
      if (name === undefined) cursor.fail(`a name is missing before ${JSON.stringify(cursor.peek())}`)
      cursor.blanks(false)
      if (cursor.peek() === '=' && !cursor.starts('==')) {
        cursor.at += 1
        cursor.blanks(false)
        const place = this.#at(start)
        if (body.has(name)) this.duplicate ??= { key: name, place }
        body.set(name, this.#values.value(place, [...path, name]))
      } else this.#block(body, name, start, path)
      cursor.blanks(false)
      // A block on one line, and the end of a body, may be followed by `}`.
      if (!cursor.isEnd && cursor.peek() !== '\n' && cursor.peek() !== '}') cursor.fail('a line end is missing')
    }
  }

  #label(): string {
    const start = this.#cursor.at
    this.#cursor.quoted()
    return filled(this.#cursor.text.slice(start + 1, this.#cursor.at - 1), true, new Map()).text
  }

  #block(body: Body, type: string, start: number, path: readonly (string | number)[]): void {
    const cursor: Cursor = this.#cursor
    const labels: string[] = []
    while (cursor.peek() !== '{') {
      const label = cursor.peek() === '"' ? this.#label() : cursor.identifier()
      if (label === undefined) cursor.fail('neither a value (=) nor a block ({) follows the name')
      labels.push(label)
      cursor.blanks(false)
    }
    const place = this.#at(start)
    cursor.at += 1
    const steps = [...path, type, ...labels]
    const inner = cursor.deeper(() => this.#body(steps))
    if (cursor.peek() !== '}') cursor.fail('a block is not closed', start)
    cursor.at += 1
    this.#add(body, [type, ...labels], { place, path: steps, value: inner })
  }

  /** Puts a block's body below its type and labels. Where those of one type differ in labels, the one without stands below an empty one. */
  #add(body: Body, [key = '', ...labels]: readonly string[], block: Node): void {
    const known = body.get(key)
    const list = known && this.#lists.get(known)
    const below = known && this.#below.get(known)
    if (known && !list && !below) this.duplicate ??= { key, place: block.place }
    if (labels.length === 0 && list) return void list.push(block)
    if (below) return this.#add(below, labels.length === 0 ? [''] : labels, block)
    const { place } = list && known ? known : block
    const path = block.path.slice(0, block.path.length - labels.length)
    if (labels.length === 0) {
      const value = [block]
      const node: Node = { place, path, value }
      this.#lists.set(node, value)
      body.set(key, node)
      return
    }
    const value: Body = new Map()
    if (list && known) value.set('', known)
    const node: Node = { place, path, value }
    this.#below.set(node, value)
    body.set(key, node)
    this.#add(value, labels, block)
  }
}
