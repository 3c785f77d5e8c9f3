/**
 * Changes of YAML as edits of its text: nothing is printed again. The library's tree says where things stand; texts stay as they are,
 * so that it needs no schema. What an anchor shares is not touched, since others have it too.
 */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'
import type { Alias, Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Change, Plain, Spot } from '../change.ts'
import { withoutDirectives } from '../yaml.ts'
import { added, removed, type Brackets } from './flow.ts'
import { eolAt, lineEnd, lineStart, refuse } from './lines.ts'
import type { Splice } from './splice.ts'
import { flow, isTexts, scalar } from './yaml-text.ts'

type Tree = YAMLMap<Item, Item | null> | YAMLSeq<Item> | Scalar | Alias
type Item = Tree
type Entry = Pair<Item, Item | null>
type Step = string | number

/** Where something stands: in a map with its key, or in a list. */
interface Found {
  readonly node: Tree | null
  readonly pair?: Entry
  /** What holds it, and where in that. */
  readonly parent?: { readonly node: Tree; readonly index: number; readonly found: Found }
}

/** `at` is the offset of what the change starts from. */
export function editYaml(text: string, at: number, change: Exclude<Change, { word: unknown }>): readonly Splice[] {
  const mark = text.startsWith('\uFEFF') ? 1 : 0
  const editor = new Editor(withoutDirectives(text), at - mark, change.in.path)
  const edits = editor.edit(change)
  return mark === 0 ? edits : edits.map(({ start, end, text: put }) => ({ start: start + 1, end: end + 1, text: put }))
}

class Editor {
  readonly #text: string
  readonly #document: Document.Parsed
  /** What aliases stand for. */
  readonly #shared = new Set<string>()
  /** The node that a change starts from. */
  readonly #start: Found

  constructor(text: string, offset: number, path: Spot['path']) {
    this.#text = text
    const parsed = parseAllDocuments(text, { version: '1.1', schema: 'failsafe', uniqueKeys: false })
    const document = (Array.isArray(parsed) ? parsed : []).find(
      ({ contents, range }) =>
        contents !== null && offset >= range[0] && offset <= range[2] && offset <= endOf(contents),
    )
    if (!document || document.errors.length > 0) refuse('the document cannot be read')
    this.#document = document
    visit(document, { Alias: (_, { source }) => void this.#shared.add(source) })
    const found = this.#walk({ node: this.#free(document.contents) }, path)
    if (found.left.length > 0 || startOf(found.at) !== offset)
      refuse('what is to be changed does not stand here by itself: an anchor, a merge key or another file brings it')
    this.#start = found.at
  }

  edit(change: Exclude<Change, { word: unknown }>): readonly Splice[] {
    const { at, left } = this.#walk(this.#start, change.path)
    if ('remove' in change) return left.length > 0 ? refuse('the key is not written here') : this.#remove(at)
    if ('set' in change) return left.length > 0 ? this.#insert(at, left, change.set) : this.#replace(at, change.set)
    const { item } = change
    if ('replace' in item) return refuse('texts of lists are added and removed here')
    if ('add' in item) return left.length > 0 ? this.#insert(at, left, [item.add]) : this.#append(at, item.add)
    return left.length > 0 ? refuse('the list is not written here') : this.#removeItems(at, item.remove)
  }

  /** As far as the path leads, and what is left of it. */
  #walk(from: Found, path: readonly Step[]): { readonly at: Found; readonly left: readonly string[] } {
    let at = from
    for (const [depth, step] of path.entries()) {
      const next = this.#below(at, step)
      if (!next) return { at, left: path.slice(depth).map(String) }
      at = next
    }
    return { at, left: [] }
  }
  #below(found: Found, step: Step): Found | undefined {
    const { node } = found
    if (isSeq(node) && typeof step === 'number') {
      const item = (node as YAMLSeq<Item>).items[step]
      return item && { node: this.#free(item), parent: { node, index: step, found } }
    }
    if (!isMap(node)) return undefined
    const { items } = node as YAMLMap<Item, Item | null>
    const index = items.findIndex(({ key }) => isScalar(key) && key.value === String(step))
    const pair = items[index]
    if (!pair) return undefined
    if (items.some((other, at) => at > index && isScalar(other.key) && other.key.value === String(step)))
      refuse('the key is written twice')
    return { node: this.#free(pair.value), pair, parent: { node, index, found } }
  }
  /** A node that may be changed: nobody else has it. */
  #free(node: unknown): Tree | null {
    const tree = node as Tree | null
    if (tree === null) return null
    if (isAlias(tree)) refuse('an alias stands here: others have what it stands for')
    if (tree.anchor !== undefined && this.#shared.has(tree.anchor)) refuse('an anchor stands here: others have it too')
    if (tree.tag !== undefined) refuse('a tag stands here')
    return tree
  }

  /** Another value for a key. */
  #replace(found: Found, value: Plain): readonly Splice[] {
    const { node, pair } = found
    if (isNothing(node)) return this.#fill(found, value)
    if (!isScalar(node) || !pair || typeof value === 'object') return refuse('it holds more than one value')
    if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
      return refuse('its value is a text of several lines')
    const [start, end] = rangeOf(node)
    if (this.#text.slice(start, end).includes('\n')) return refuse('its value is a text of several lines')
    return [{ start, end, text: scalar(value, node.type) }]
  }

  /** A value where `key:` has none. */
  #fill({ node, pair, parent }: Found, value: Plain): readonly Splice[] {
    if (!pair || !parent) return refuse('there is nothing but a comment')
    const keyEnd = endOf(pair.key)
    const colon = /^[ \t]*:/.exec(this.#text.slice(keyEnd, keyEnd + 1000))
    if (!colon) return refuse('the key has no colon')
    const at = keyEnd + colon[0].length
    const [start, end] = node ? rangeOf(node) : [at, at]
    // An explicit null.
    if (end > start) return [{ start, end, text: flow(value) }]
    const { flow: isFlow } = parent.node as YAMLMap
    if (typeof value !== 'object' || isFlow) return [{ start: at, end: at, text: ` ${flow(value)}` }]
    const column = this.#columnOf(pair)
    const lines = this.#linesOf(value, column)
    return [this.#afterLine(at, lines)]
  }

  /** Keys that are not there, below a map that is. */
  #insert(found: Found, keys: readonly string[], value: Plain): readonly Splice[] {
    const { node } = found
    const [key = '', ...rest] = keys
    const nested = rest.reduceRight<Plain>((inner, each) => ({ [each]: inner }), value)
    if (isNothing(node)) return this.#fill(found, { [key]: nested })
    if (!isMap(node)) return refuse('a text or a list stands where a map belongs')
    const { items } = node as YAMLMap<Item, Item | null>
    if (node.flow) {
      const put = `${scalar(key)}: ${flow(nested)}`
      return added(this.#text, this.#brackets(node), put, (fresh) => ` ${fresh} `)
    }
    const [first] = items
    const last = items.at(-1)
    if (!first || !last) return refuse('the map is empty')
    const column = this.#columnOf(first)
    return [this.#afterLine(endOfPair(last), this.#entry(key, nested, column))]
  }

  /** `key: value` in lines of its own. */
  #entry(key: string, value: Plain, column: number): readonly string[] {
    const indent = ' '.repeat(column)
    if (typeof value !== 'object') return [`${indent}${scalar(key)}: ${scalar(value)}`]
    return [`${indent}${scalar(key)}:`, ...this.#linesOf(value, column)]
  }
  #linesOf(value: Plain, column: number): readonly string[] {
    if (typeof value !== 'object') return []
    const { map, list } = this.#steps()
    return isTexts(value)
      ? value.map((each) => `${' '.repeat(column + list)}- ${scalar(each)}`)
      : Object.entries(value).flatMap(([key, inner]) => this.#entry(key, inner, column + map))
  }

  /** How far the document indents maps in maps, and lists in maps. */
  #steps(): { readonly map: number; readonly list: number } {
    let map: number | undefined
    let list: number | undefined
    visit(this.#document, {
      Pair: (_, { key, value }) => {
        if (!isScalar(key) || !(isMap(value) || isSeq(value)) || value.flow || !value.range) return undefined
        const own = column(this.#text, startOfNode(key as Item))
        const inner = column(this.#text, value.range[0])
        if (isMap(value)) map ??= inner > own ? inner - own : undefined
        else list ??= inner >= own ? inner - own : undefined
        return map !== undefined && list !== undefined ? visit.BREAK : undefined
      },
    })
    return { map: map ?? 2, list: list ?? map ?? 2 }
  }

  /** Lines behind the line that an offset is in, or ends. */
  #afterLine(offset: number, lines: readonly string[]): Splice {
    const text = this.#text
    const at = text[offset - 1] === '\n' ? offset : lineEnd(text, offset)
    const eol = eolAt(text, Math.max(0, at - 1))
    const isOpen = at > 0 && text[at - 1] !== '\n'
    const put = lines.join(eol)
    return { start: at, end: at, text: isOpen ? `${eol}${put}` : `${put}${eol}` }
  }

  /** One more text in a list. */
  #append(found: Found, text: string): readonly Splice[] {
    const { node } = found
    if (isNothing(node)) return this.#fill(found, [text])
    if (!isSeq(node)) return refuse('a text or a map stands where a list belongs')
    const { items } = node as YAMLSeq<Item>
    const last = items.at(-1)
    const put = scalar(text, isScalar(last) ? last.type : undefined)
    if (node.flow) return added(this.#text, this.#brackets(node), put, (fresh) => fresh)
    if (!last) return refuse('the list is empty')
    const dash = this.#dash(last)
    return [this.#afterLine(endOf(last), [`${' '.repeat(column(this.#text, dash))}- ${put}`])]
  }
  /** The dash before an item. */
  #dash(item: Item): number {
    const start = startOfNode(item)
    const before = this.#text.slice(lineStart(this.#text, start), start)
    return /^[ -]*- +$/.test(before)
      ? lineStart(this.#text, start) + before.lastIndexOf('-')
      : refuse('the list is written in an unusual way')
  }

  #removeItems(found: Found, text: string): readonly Splice[] {
    const { node } = found
    if (!isSeq(node)) return refuse('a text or a map stands where a list belongs')
    const { items } = node as YAMLSeq<Item>
    const gone = [...items.keys()].filter((index) => {
      const item = items[index]
      return isScalar(item) && item.value === text
    })
    const [index] = gone
    if (index === undefined) return refuse('the list does not hold it')
    if (gone.length === items.length) return this.#remove(found)
    if (gone.length > 1) return refuse('the list holds it more than once')
    return this.#remove({ node: this.#free(items[index]), parent: { node, index, found } })
  }

  #remove(found: Found): readonly Splice[] {
    const { node, pair, parent } = found
    if (!parent || found === this.#start) return refuse('nothing would be left')
    this.#unused(node)
    const holder = parent.node as YAMLMap<Item, Item | null> | YAMLSeq<Item>
    if (holder.items.length === 1)
      return parent.found === this.#start ? refuse('nothing would be left') : this.#remove(parent.found)
    if (holder.flow) return removed(this.#text, this.#brackets(holder), parent.index)
    const start = pair ? startOfNode(pair.key) : this.#dash(node as Item)
    const end = pair ? endOfPair(pair) : endOf(node as Item)
    const text = this.#text
    const after = text[end - 1] === '\n' ? end : lineEnd(text, end)
    const begin = lineStart(text, start)
    if (text.slice(begin, start).trim() === '') return [{ start: begin, end: after, text: '' }]
    // The first key on the line of a dash: the next one takes its place.
    const next = /^[\s]*/.exec(text.slice(after))?.[0].length ?? 0
    return [{ start, end: after + next, text: '' }]
  }
  /** Nothing in it is what an alias stands for. */
  #unused(node: Tree | null): void {
    if (node === null) return
    visit(node, {
      Node: (_, each) => {
        if ('anchor' in each && each.anchor !== undefined && this.#shared.has(each.anchor))
          refuse('an anchor stands in it that others have')
      },
    })
  }

  #columnOf({ key }: Entry): number {
    const start = startOfNode(key)
    const before = this.#text.slice(lineStart(this.#text, start), start)
    return /^[ -]*$/.test(before) ? before.length : refuse('the map is written in an unusual way')
  }
  #brackets(node: YAMLMap<Item, Item | null> | YAMLSeq<Item>): Brackets {
    const [open, end] = rangeOf(node)
    return {
      open,
      close: end - 1,
      items: (node.items as readonly (Entry | Item)[]).map((item) =>
        isEntry(item)
          ? { start: startOfNode(item.key), end: endOfPair(item) }
          : { start: startOfNode(item), end: endOf(item) },
      ),
    }
  }
}

const isEntry = (item: Entry | Item): item is Entry => 'key' in item
const isNothing = (node: Tree | null): boolean =>
  node === null || (isScalar(node) && node.type === 'PLAIN' && /^(?:|~|null|Null|NULL)$/.test(String(node.value ?? '')))
const column = (text: string, offset: number): number => offset - lineStart(text, offset)

const rangeOf = (node: { readonly range?: readonly number[] | null }): readonly [number, number] => {
  const [start, end] = node.range ?? []
  return start === undefined || end === undefined ? refuse('its place is not known') : [start, end]
}
const startOfNode = (node: Item): number => rangeOf(node)[0]
/** Where a node stands for those who read it: its key's place, or its own. */
const startOf = ({ node, pair }: Found): number =>
  pair ? startOfNode(pair.key) : node === null ? -1 : startOfNode(node)
/** Where its text ends: a block collection's range goes on over comments and empty lines. */
function endOf(node: unknown): number {
  let here = node as Item | null
  for (;;) {
    if (here === null) return refuse('its place is not known')
    if ((!isMap(here) && !isSeq(here)) || here.flow) return rangeOf(here)[1]
    const last: Entry | Item | undefined = (here.items as readonly (Entry | Item)[]).at(-1)
    if (!last) return rangeOf(here)[1]
    if (!isEntry(last)) here = last
    else {
      const { key, value } = last
      if (value === null) return endOf(key)
      if (!(isMap(value) || isSeq(value)) || value.flow) return Math.max(endOf(key), endOf(value))
      here = value
    }
  }
}
const endOfPair = ({ key, value }: Entry): number => (value === null ? endOf(key) : Math.max(endOf(key), endOf(value)))
