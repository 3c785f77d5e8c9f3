/**
 * Changes of command lines as edits of the text that they stand in: a script, a Makefile, a unit, a block of code. Words are found as
 * they are written, so that only plain ones are changed: what is quoted in part, or computed, is left alone.
 */
import type { RemovedWord } from '../change.ts'
import { lineEnd, lineStart, refuse } from './lines.ts'
import type { Splice } from './splice.ts'

const MAX_LINES = 200

/** The text from an offset to the end of its line, with the lines that a backslash continues. */
function command(text: string, offset: number): string {
  let end = lineEnd(text, offset)
  for (let count = 0; count < MAX_LINES && /\\\r?\n$/.test(text.slice(offset, end)); count += 1) {
    const next = lineEnd(text, end)
    if (next === end) break
    end = next
  }
  return text.slice(offset, end)
}
const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
/** Between two words: blanks, and line ends that a backslash continues. */
const GAP = String.raw`(?:[ \t]|\\\r?\n)+`
const END = String.raw`(?=[ \t\r\n]|\\\r?\n|$)`

export function editWords(
  text: string,
  offset: number,
  word: { readonly add: string; readonly after: readonly string[] } | RemovedWord,
): readonly Splice[] {
  return 'add' in word ? [insert(text, offset, word)] : [remove(text, offset, word)]
}

/** Behind the first words of the command, which stand there as they are. */
function insert(
  text: string,
  offset: number,
  { add, after }: { readonly add: string; readonly after: readonly string[] },
): Splice {
  const head = new RegExp(`^${after.map((each) => `(?:${each})`).join(GAP)}${END}`).exec(command(text, offset))
  if (!head) return refuse('the command is written in an unusual way')
  const at = offset + head[0].length
  return { start: at, end: at, text: ` ${add}` }
}

function remove(text: string, offset: number, { remove: option, value }: RemovedWord): Splice {
  const whole = command(text, offset)
  const plain =
    value === undefined
      ? '(?:=(?:true|1))?'
      : `(?:=|${GAP})(?:${escaped(value)}|"${escaped(value)}"|'${escaped(value)}')`
  const pattern = new RegExp(`(?<![^ \\t\\n])(?:${option.map(escaped).join('|')})${plain}${END}`, 'g')
  const found = [...whole.matchAll(pattern)]
  const first = found.find(({ index }) => index === 0) ?? (found.length === 1 ? found[0] : undefined)
  if (!first) return refuse('the option is not written here as one plain word')
  const start = offset + first.index
  const end = start + first[0].length
  const begin = lineStart(text, start)
  const behind = /^[ \t]*\\\r?\n/.exec(text.slice(end, end + 1000))?.[0].length
  // A line of its own goes as a whole.
  if (behind !== undefined && text.slice(begin, start).trim() === '')
    return { start: begin, end: end + behind, text: '' }
  const more = /^[ \t]+(?=[^\s\\])/.exec(text.slice(end, end + 1000))?.[0].length
  if (more !== undefined && text.slice(begin, start).trim() === '') return { start, end: end + more, text: '' }
  const gap = /[ \t]*$/.exec(text.slice(begin, start))?.[0].length ?? 0
  return gap > 0 && start - gap > begin
    ? { start: start - gap, end, text: '' }
    : refuse('the option stands alone in its line')
}
