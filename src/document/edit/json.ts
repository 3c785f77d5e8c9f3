/** Changes of JSON, with or without comments, as edits of its text: nothing is printed again. */
import { findNodeAtLocation, parseTree, type Node as JsonNode, type ParseError } from 'jsonc-parser'
import type { Change, Plain } from '../change.ts'
import { added, removed, type Brackets } from './flow.ts'
import { eolAt, lineStart, refuse } from './lines.ts'
import type { Splice } from './splice.ts'

/** The tree of a text that is JSON; undefined where it is none. */
export function jsonTree(text: string): JsonNode | undefined {
  const errors: ParseError[] = []
  try {
    const tree = parseTree(text, errors, { allowTrailingComma: true })
    return errors.length > 0 ? undefined : tree
  } catch {
    // Nested too deep for a parser that recurses.
    return undefined
  }
}

/** `at` is the offset of what the change starts from. */
export function editJson(text: string, at: number, change: Exclude<Change, { word: unknown }>): readonly Splice[] {
  const plain = text.replace(/^\uFEFF/, ' ')
  const tree = jsonTree(plain)
  if (!tree) return refuse('the document cannot be read')
  const start = findNodeAtLocation(tree, [...change.in.path])
  if (!start || placeOf(start) !== at) return refuse('what is to be changed does not stand here by itself')
  let [here, depth] = [start, 0]
  for (const key of change.path) {
    const next = valueOf(here, key)
    if (!next) break
    here = next
    depth += 1
  }
  const left = change.path.slice(depth)
  if ('remove' in change) return left.length > 0 ? refuse('the key is not written here') : remove(plain, here, start)
  if ('set' in change) return left.length > 0 ? insert(plain, here, left, change.set) : replace(here, change.set)
  const { item } = change
  if ('replace' in item) return refuse('texts of lists are added and removed here')
  if ('add' in item) return left.length > 0 ? insert(plain, here, left, [item.add]) : append(plain, here, item.add)
  if (left.length > 0 || here.type !== 'array') return refuse('the list is not written here')
  const gone = (here.children ?? []).filter(({ type, value }) => type === 'string' && value === item.remove)
  const [only] = gone
  if (!only) return refuse('the list does not hold it')
  if (gone.length === here.children?.length) return remove(plain, here, start)
  return gone.length > 1 ? refuse('the list holds it more than once') : remove(plain, only, start)
}

function valueOf(node: JsonNode, key: string): JsonNode | undefined {
  if (node.type !== 'object') return undefined
  const found = (node.children ?? []).filter(({ children }) => children?.[0]?.value === key)
  return found.length > 1 ? refuse('the key is written twice') : found[0]?.children?.[1]
}
/** Where a node stands for those who read it: its key's place, or its own. */
const placeOf = ({ parent, offset }: JsonNode): number =>
  parent?.type === 'property' ? (parent.children?.[0]?.offset ?? offset) : offset

function replace(node: JsonNode, value: Plain): readonly Splice[] {
  if (node.type === 'object' || node.type === 'array' || typeof value === 'object')
    if (node.type !== 'null') return refuse('it holds more than one value')
  return [{ start: node.offset, end: node.offset + node.length, text: JSON.stringify(value) }]
}

function insert(text: string, node: JsonNode, keys: readonly string[], value: Plain): readonly Splice[] {
  const [key = '', ...rest] = keys
  const nested = rest.reduceRight<Plain>((inner, each) => ({ [each]: inner }), value)
  if (node.type === 'null')
    return [{ start: node.offset, end: node.offset + node.length, text: printed({ [key]: nested }, undefined) }]
  if (node.type !== 'object') return refuse('a text or a list stands where a map belongs')
  const shape = shapeOf(text, node)
  const put = `${JSON.stringify(key)}: ${printed(nested, shape && { ...shape, indent: shape.indent + shape.step })}`
  return added(text, brackets(node), put, (fresh) => filled(fresh, shape))
}

function append(text: string, node: JsonNode, item: string): readonly Splice[] {
  if (node.type === 'null')
    return [{ start: node.offset, end: node.offset + node.length, text: JSON.stringify([item]) }]
  if (node.type !== 'array') return refuse('a text or a map stands where a list belongs')
  return added(text, brackets(node), JSON.stringify(item), (fresh) => fresh)
}

function remove(text: string, node: JsonNode, start: JsonNode): readonly Splice[] {
  const own = node.parent?.type === 'property' ? node.parent : node
  const holder = own.parent
  if (!holder || node === start) return refuse('nothing would be left')
  const { children = [] } = holder
  if (children.length === 1) return holder === start ? refuse('nothing would be left') : remove(text, holder, start)
  return removed(text, brackets(holder), children.indexOf(own))
}

const brackets = ({ offset, length, children = [] }: JsonNode): Brackets => ({
  open: offset,
  close: offset + length - 1,
  items: children.map((child) => ({ start: child.offset, end: child.offset + child.length })),
})

/** How a text is laid out that is written in lines. */
interface Shape {
  readonly eol: string
  /** Of the line that the map begins in. */
  readonly indent: string
  readonly step: string
}
/** Undefined where it is all in one line. */
function shapeOf(text: string, node: JsonNode): Shape | undefined {
  const step = /\n([ \t]+)\S/.exec(text)?.[1]
  const isLong = (node.children ?? []).length === 0 || text.slice(node.offset, node.offset + node.length).includes('\n')
  if (step === undefined || !isLong) return undefined
  const begin = lineStart(text, node.offset)
  const indent = /^[ \t]*/.exec(text.slice(begin, node.offset))?.[0] ?? ''
  return { eol: eolAt(text, node.offset), indent, step }
}
const filled = (put: string, shape: Shape | undefined): string =>
  shape ? `${shape.eol}${shape.indent}${shape.step}${put}${shape.eol}${shape.indent}` : ` ${put} `

/** A value, laid out as the text is; `indent` is that of the line that it begins in. */
function printed(value: Plain, shape: Shape | undefined): string {
  if (typeof value !== 'object' || !shape)
    return typeof value === 'object' && !Array.isArray(value)
      ? `{ ${Object.entries(value)
          .map(([key, each]) => `${JSON.stringify(key)}: ${printed(each as Plain, shape)}`)
          .join(', ')} }`
      : JSON.stringify(value).replaceAll('","', '", "')
  return JSON.stringify(value, undefined, shape.step).replaceAll('\n', `${shape.eol}${shape.indent}`)
}
