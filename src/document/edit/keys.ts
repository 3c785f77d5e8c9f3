/**
 * Changes of texts that are lines of `key = value`, as edits: unit files, whose keys stand in sections (systemd.syntax(7)), and
 * configurations of LXC, which have none (lxc.container.conf(5)). A path is the section and the key, or the key alone.
 */
import type { Change } from '../change.ts'
import { eolAt, lineEnd, refuse } from './lines.ts'
import type { Splice } from './splice.ts'

interface Line {
  readonly start: number
  /** Behind its line end, and those of the lines that go on with it. */
  end: number
  readonly section: string
  /** Empty in the line that begins a section. */
  readonly key: string
  readonly value: string
  readonly valueStart: number
  /** The next line belongs to it. */
  readonly continued: boolean
}

function linesOf(text: string, hasSections: boolean): readonly Line[] {
  const lines: Line[] = []
  let section = ''
  let continues = false
  for (let start = text.startsWith('\uFEFF') ? 1 : 0; start < text.length; start = lineEnd(text, start)) {
    const end = lineEnd(text, start)
    const line = text.slice(start, end).replace(/\r?\n$/, '')
    const within = continues
    if (/^\s*(?:[#;]|$)/.test(line)) continue
    const last = lines.at(-1)
    if (within && last) last.end = end
    continues = hasSections && line.trimEnd().endsWith('\\')
    if (within) continue
    const head = hasSections ? /^\s*\[([^[\]]+)\]\s*$/.exec(line)?.[1] : undefined
    const sign = line.indexOf('=')
    const key = line.slice(0, Math.max(sign, 0)).trim()
    const rest = line.slice(sign + 1)
    const valueStart = sign + 1 + rest.length - rest.trimStart().length
    if (head !== undefined) section = head
    else if (key === '') continue
    const at = { start, end, section, continued: continues }
    lines.push(
      head !== undefined
        ? { ...at, key: '', value: '', valueStart: end }
        : { ...at, key, value: line.slice(valueStart).trimEnd(), valueStart: start + valueStart },
    )
  }
  return lines
}

export function editKeys(
  text: string,
  change: Exclude<Change, { word: unknown }>,
  hasSections: boolean,
): readonly Splice[] {
  const [section, key] = hasSections ? change.path : ['', ...change.path]
  if (section === undefined || key === undefined || change.path.length !== (hasSections ? 2 : 1))
    return refuse('there is no such key')
  const lines = linesOf(text, hasSections)
  const own = lines.filter((line) => line.section === section && line.key === key)
  const isLong = own.some(({ continued }) => continued)
  const gone = ({ start, end }: Line): Splice => ({ start, end, text: '' })
  if ('remove' in change) return own.length > 0 ? own.map(gone) : refuse('the key is not written here')
  const last = own.at(-1)
  if ('set' in change) {
    if (typeof change.set === 'object') return refuse('it holds more than one value')
    if (isLong) return refuse('its value goes on in another line')
    if (!last) return [put(text, lines, section, `${key}${sign(text)}${String(change.set)}`, hasSections)]
    return [{ start: last.valueStart, end: last.valueStart + last.value.length, text: String(change.set) }]
  }
  const { item } = change
  if (isLong && !('add' in item)) return refuse('its value goes on in another line')
  if ('replace' in item) {
    const same = own.filter(({ value }) => value === item.replace)
    if (same.length === 0) return refuse('no line of that key says so')
    return same.map(({ valueStart, value }) => ({ start: valueStart, end: valueStart + value.length, text: item.by }))
  }
  if ('remove' in item) {
    const same = own.filter(({ value }) => value === item.remove)
    return same.length > 0 ? same.map(gone) : refuse('no line of that key says so')
  }
  if (!last) return [put(text, lines, section, `${key}${sign(text)}${item.add}`, hasSections)]
  return [behind(text, last.end, `${text.slice(last.start, last.valueStart)}${item.add}`)]
}

/** How the text writes what stands between a key and its value. */
const sign = (text: string): string => (/^[^\n#;=]*[^\s=] = /m.test(text) ? ' = ' : '=')

/** A line at the end of its section, which is made where there is none. */
function put(text: string, lines: readonly Line[], section: string, line: string, hasSections: boolean): Splice {
  const within = lines.findLast((each) => each.section === section)
  if (within) return behind(text, within.end, line)
  const eol = eolAt(text, 0)
  if (!hasSections) return behind(text, text.length, line)
  const gap = text.trim() === '' ? '' : eol
  return behind(text, text.length, `${gap}[${section}]${eol}${line}`)
}
function behind(text: string, offset: number, line: string): Splice {
  const eol = eolAt(text, Math.max(0, offset - 1))
  const isOpen = offset > 0 && text[offset - 1] !== '\n'
  return { start: offset, end: offset, text: isOpen ? `${eol}${line}` : `${line}${eol}` }
}
