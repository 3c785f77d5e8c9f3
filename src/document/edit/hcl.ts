/** Changes of HCL as edits of its text: attributes of blocks that have their lines to themselves. What is computed is left alone. */
import type { Change, Plain } from '../change.ts'
import { Cursor, Invalid } from '../hcl/cursor.ts'
import { added, removed, type Brackets } from './flow.ts'
import { eolAt, lineEnd, lineStart, refuse } from './lines.ts'
import type { Splice } from './splice.ts'

/** An attribute or a block: where its name begins, and where its value or body does. */
interface Part {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly value?: string
  readonly valueStart: number
  /** Absent where it is an attribute. */
  readonly body?: readonly Part[]
}

const SIMPLE = /^(?:true|false|\d+|"[^"$%\\\n]*")$/
const LIST = /^\[\s*(?:"[^"$%\\\n]*"\s*(?:,\s*|(?=\])))*\]$/

/** `at` is the offset of what the change starts from. */
export function editHcl(text: string, at: number, change: Exclude<Change, { word: unknown }>): readonly Splice[] {
  try {
    return edited(text.replace(/^\uFEFF/, ' '), at, change)
  } catch (error) {
    if (error instanceof Invalid || error instanceof RangeError) return refuse('the document cannot be read')
    throw error
  }
}

function edited(text: string, offset: number, change: Exclude<Change, { word: unknown }>): readonly Splice[] {
  const start = blockAt(text, offset)
  if (!start) return refuse('what is to be changed does not stand here by itself')
  let here = start
  let depth = 0
  for (const name of change.path) {
    const [next, more] = (here.body ?? []).filter((each) => each.name === name)
    if (more) return refuse('it is written twice')
    if (!next) break
    here = next
    depth += 1
  }
  const left = change.path.slice(depth)
  if ('remove' in change)
    return left.length > 0 || here.body ? refuse('the key is not written here') : without(text, here)
  if (left.length > 0) {
    if ('item' in change && !('add' in change.item)) return refuse('the list is not written here')
    return insert(text, here, left, 'set' in change ? change.set : itemsOf(change))
  }
  const { value, valueStart } = here
  if (value === undefined) return refuse('a block stands where an attribute belongs')
  if ('set' in change)
    return SIMPLE.test(value) && typeof change.set !== 'object'
      ? [{ start: valueStart, end: valueStart + value.length, text: JSON.stringify(change.set) }]
      : refuse('its value is computed, or more than one')
  if (!LIST.test(value)) return refuse('its value is no plain list of texts')
  const items = [...value.matchAll(/"([^"]*)"/g)].map((match) => ({
    start: valueStart + match.index,
    end: valueStart + match.index + match[0].length,
    text: match[1] ?? '',
  }))
  const list: Brackets = { open: valueStart, close: valueStart + value.length - 1, items }
  const { item } = change
  if ('replace' in item) return refuse('texts of lists are added and removed here')
  if ('add' in item) return added(text, list, JSON.stringify(item.add), (fresh) => fresh)
  const gone = items.filter((each) => each.text === item.remove)
  if (gone.length !== 1) return refuse('the list does not hold it once')
  return items.length === 1
    ? without(text, here)
    : removed(
        text,
        list,
        items.findIndex((each) => each.text === item.remove),
      )
}
const itemsOf = (change: Change): Plain => ('item' in change && 'add' in change.item ? [change.item.add] : [])

/** The block whose type begins at the offset. */
function blockAt(text: string, offset: number): Part | undefined {
  const cursor = new Cursor(text)
  cursor.at = offset
  const part = partAt(cursor)
  return part?.body ? part : undefined
}
function partAt(cursor: Cursor): Part | undefined {
  const start = cursor.at
  const name = nameAt(cursor)
  if (name === undefined) return undefined
  cursor.blanks(false)
  if (cursor.peek() === '=' && !cursor.starts('==')) {
    cursor.at += 1
    cursor.blanks(false)
    const valueStart = cursor.at
    cursor.expression()
    const value = cursor.text.slice(valueStart, cursor.at).trimEnd()
    return { name, start, end: valueStart + value.length, value, valueStart }
  }
  while (cursor.peek() !== '{') {
    if (nameAt(cursor) === undefined) return undefined
    cursor.blanks(false)
  }
  cursor.at += 1
  const valueStart = cursor.at
  const body = cursor.deeper(() => bodyAt(cursor))
  return { name, start, end: cursor.at, valueStart, body }
}
function nameAt(cursor: Cursor): string | undefined {
  if (cursor.peek() !== '"') return cursor.identifier()
  const start = cursor.at
  cursor.quoted()
  return cursor.text.slice(start + 1, cursor.at - 1)
}
function bodyAt(cursor: Cursor): readonly Part[] {
  const parts: Part[] = []
  for (;;) {
    cursor.blanks(true)
    if (cursor.peek() === '}') {
      cursor.at += 1
      return parts
    }
    const part = cursor.isEnd ? undefined : partAt(cursor)
    if (!part) cursor.fail('a block is not closed')
    parts.push(part)
  }
}

/** An attribute with its line. */
function without(text: string, { start, end }: Part): readonly Splice[] {
  const begin = lineStart(text, start)
  const close = lineEnd(text, end)
  return text.slice(begin, start).trim() === '' && /^\s*(?:(?:#|\/\/).*)?$/.test(text.slice(end, close).trimEnd())
    ? [{ start: begin, end: close, text: '' }]
    : refuse('it shares its line with something else')
}

/** An attribute at the head of a block, behind those that are there; blocks around it are made. */
function insert(text: string, block: Part, keys: readonly string[], value: Plain): readonly Splice[] {
  if (!block.body) return refuse('an attribute stands where a block belongs')
  const own = /^[ \t]*/.exec(text.slice(lineStart(text, block.start), block.start))?.[0] ?? ''
  const step = /^\t/m.test(text) ? '\t' : '  '
  const eol = eolAt(text, block.start)
  const made = (indent: string): string =>
    lines(keys, value, indent, step)
      .map((line) => `${line}${eol}`)
      .join('')
  const open = lineEnd(text, block.valueStart)
  if (open > block.end) return opened(text, block, made(`${own}${step}`), own, `${own}${step}`, eol)
  if (!/^\s*(?:(?:#|\/\/).*)?$/.test(text.slice(block.valueStart, open).trimEnd()))
    return refuse('the block is written in an unusual way')
  const [first] = block.body
  const indent = first ? text.slice(lineStart(text, first.start), first.start) : `${own}${step}`
  if (indent.trim() !== '') return refuse('the block is written in an unusual way')
  const firstBlock = block.body.findIndex((part) => part.body)
  const before = block.body.slice(0, firstBlock < 0 ? undefined : firstBlock).at(-1)
  const at = before ? lineEnd(text, before.end) : open
  return [{ start: at, end: at, text: made(indent) }]
}
/** A block in one line may hold one attribute: for one more it gets lines. */
function opened(
  text: string,
  { valueStart, end, body = [] }: Part,
  made: string,
  own: string,
  indent: string,
  eol: string,
): readonly Splice[] {
  const [first] = body
  const [from, to] = first ? [first.start, first.end] : [end - 1, end - 1]
  if (body.length > 1 || text.slice(valueStart, from).trim() !== '' || text.slice(to, end - 1).trim() !== '')
    return refuse('the block is written in an unusual way')
  return [
    { start: valueStart, end: from, text: `${eol}${first ? indent : ''}` },
    { start: to, end: end - 1, text: `${first ? eol : ''}${made}${own}` },
  ]
}
function lines([key = '', ...rest]: readonly string[], value: Plain, indent: string, step: string): readonly string[] {
  if (rest.length === 0)
    return typeof value === 'object' && !Array.isArray(value)
      ? refuse('a map cannot be written here')
      : [`${indent}${key} = ${JSON.stringify(value).replaceAll('","', '", "')}`]
  return [`${indent}${key} {`, ...lines(rest, value, `${indent}${step}`, step), `${indent}}`]
}
