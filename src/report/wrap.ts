/** Text in columns of a terminal. */
import { stripVTControlCharacters } from 'node:util'

/** East Asian wide and emoji take two columns, combining marks none (UAX #11, near enough for wrapping). */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const marks = /\p{M}/u
const ascii = /^[\x20-\x7e]*$/
/** Columns that a text takes; our own colours take none. */
export const columns = (painted: string): number => {
  const text = painted.includes('\x1b') ? stripVTControlCharacters(painted) : painted
  if (ascii.test(text)) return text.length
  let sum = 0
  for (const sign of text) sum += marks.test(sign) ? 0 : wide.test(sign) ? 2 : 1
  return sum
}

/** Lines of at most `width` columns, broken at spaces only: a path that is too long stays whole, so that it can be copied. */
export const wrap = (text: string, width: number): readonly string[] => fill(text.split(' '), ' ', width)

/** Puts pieces on lines, as many as fit; what follows a break keeps the separator's visible part (`-> `) at its start. */
export function fill(pieces: readonly string[], separator: string, width: number): readonly string[] {
  const lines: string[] = []
  const [first, ...rest] = pieces
  if (first === undefined) return lines
  const gap = columns(separator)
  let line = first
  let used = columns(first)
  for (const piece of rest) {
    const size = columns(piece)
    if (width <= 0 || used + gap + size <= width) {
      line += separator + piece
      used += gap + size
    } else {
      lines.push(line)
      line = separator.trimStart() + piece
      used = columns(line)
    }
  }
  return [...lines, line]
}
