/** Lines of a text: where they begin and end, and how they end. */
import type { Place } from '../../model/place.ts'

/** Thrown within `edit/` and caught in `edit.ts`: why a change cannot be made here. */
export class Refused extends Error {}
export function refuse(because: string): never {
  throw new Refused(because)
}

/** Offset of the first character of the line. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1
/** Offset behind the line end, or the end of the text. */
export const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}
/** How the lines of this text end, as the line of the offset does, or the first one. */
export function eolAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  const at = end < 0 ? text.indexOf('\n') : end
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n'
}
/** Offset of a place; undefined where the text has no such line or column. */
export function offsetOf(text: string, { line, column }: Place): number | undefined {
  let start = 0
  for (let count = 1; count < line; count += 1) {
    const end = text.indexOf('\n', start)
    if (end < 0) return undefined
    start = end + 1
  }
  const offset = start + column - 1
  return offset <= text.length && lineStart(text, offset) === start ? offset : undefined
}
