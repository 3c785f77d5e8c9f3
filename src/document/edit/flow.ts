/** Maps and lists in brackets, as JSON has them and YAML may: one more in them, or one less. */
import { eolAt, lineEnd, lineStart } from './lines.ts'
import type { Splice } from './splice.ts'

/** Offsets: of the opening bracket, of the closing one, and of what stands in between. */
export interface Brackets {
  readonly open: number
  readonly close: number
  readonly items: readonly { readonly start: number; readonly end: number }[]
}

/** Blanks, line ends and comments of JSON and YAML. */
const BLANK = /(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y
const past = (text: string, offset: number): number => {
  BLANK.lastIndex = offset
  BLANK.test(text)
  return BLANK.lastIndex
}

/** One more at the end: on a line of its own where the last one has one. `fresh` is how an empty pair of brackets is filled. */
export function added(
  text: string,
  { open, close, items }: Brackets,
  put: string,
  fresh: (put: string) => string,
): readonly Splice[] {
  const last = items.at(-1)
  if (!last) {
    // A comment may stand between the brackets.
    const isBlank = text.slice(open + 1, close).trim() === ''
    return isBlank
      ? [{ start: open + 1, end: close, text: fresh(put) }]
      : [{ start: open + 1, end: open + 1, text: `${eolAt(text, open)}${put}` }]
  }
  const begin = lineStart(text, last.start)
  const indent = text.slice(begin, last.start)
  const after = past(text, last.end)
  const hasComma = text[after] === ','
  const at = hasComma ? after + 1 : last.end
  // What follows in its line is a comment at most: that stays where it is.
  const rest = /^[^\r\n]*/.exec(text.slice(at, lineEnd(text, at)))?.[0] ?? ''
  const isAlone = indent.trim() === '' && lineStart(text, open) !== begin && /^\s*(?:(?:#|\/\/).*)?$/.test(rest)
  if (!isAlone) return [{ start: at, end: at, text: hasComma ? ` ${put}` : `, ${put}` }]
  const line = { start: at + rest.length, end: at + rest.length, text: `${eolAt(text, begin)}${indent}${put}` }
  return hasComma ? [line] : [{ start: at, end: at, text: ',' }, line]
}

/** One less, with its comma, and with its line where it has one to itself. */
export function removed(text: string, { open, close, items }: Brackets, index: number): readonly Splice[] {
  const item = items[index]
  if (!item) return []
  const [before, next] = [items[index - 1], items[index + 1]]
  const after = past(text, item.end)
  const comma = text[after] === ',' && after < close ? after : undefined
  if (!before && !next) return [{ start: open + 1, end: close, text: '' }]
  const begin = lineStart(text, item.start)
  const behind = comma === undefined ? item.end : comma + 1
  const end = lineEnd(text, behind)
  const isAlone =
    text.slice(begin, item.start).trim() === '' && /^\s*(?:(?:#|\/\/).*)?$/.test(text.slice(behind, end).trim())
  const own: Splice = isAlone
    ? { start: begin, end, text: '' }
    : next
      ? { start: item.start, end: Math.min(next.start, behind + blanks(text, behind)), text: '' }
      : { start: item.start - blanksBefore(text, item.start), end: behind, text: '' }
  if (next || comma !== undefined) return [own]
  // The last one goes: so does the comma before it.
  const previous = before ? past(text, before.end) : -1
  return text[previous] === ',' && previous < own.start
    ? [{ start: previous, end: previous + 1, text: '' }, own]
    : [own]
}
const blanks = (text: string, offset: number): number =>
  /^[ \t]*/.exec(text.slice(offset, offset + 1000))?.[0].length ?? 0
const blanksBefore = (text: string, offset: number): number =>
  /[ \t]*$/.exec(text.slice(Math.max(0, offset - 1000), offset))?.[0].length ?? 0
