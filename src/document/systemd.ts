/**
 * Unit files of systemd, and what is written like them (Quadlet, .nspawn, drop-ins) -> Node: systemd.syntax(7).
 * The root is a map: section -> key -> the list of its values, in the order in which they are written. A section that
 * is written twice is one. What an empty value means (most lists are emptied by it) is for the dialect to say.
 */
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import type { Locate, Node, Text } from './node.ts'

export function readUnit(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const notices: Notice[] = []
  const sections = new Map<string, Node>()
  let section: Map<string, Node> | undefined
  let path: readonly string[] = []
  const add = (key: string, value: string, at: Place): void => {
    if (!section) return
    const before = section.get(key)
    const list: readonly Node[] = Array.isArray(before?.value) ? before.value : []
    const node: Node = { place: at, path: [...path, key, list.length], value }
    section.set(key, { place: before?.place ?? at, path: [...path, key], value: [...list, node] })
  }
  for (const { line, text: whole } of logicalLines(text)) {
    const at = place(line, whole.length - whole.trimStart().length + 1)
    const trimmed = whole.trim()
    const header = /^\[([^\]]+)\]$/.exec(trimmed)
    if (header) {
      path = [header[1] ?? '']
      const known = sections.get(path[0] ?? '')
      section = known?.value instanceof Map ? new Map(known.value) : new Map()
      sections.set(path[0] ?? '', { place: known?.place ?? at, path, value: section })
      continue
    }
    const sign = trimmed.indexOf('=')
    if (sign > 0 && section) add(trimmed.slice(0, sign).trimEnd(), trimmed.slice(sign + 1).trimStart(), at)
    else
      notices.push({
        id: 'unit-invalid',
        place: at,
        message:
          'This line is neither a section nor KEY=VALUE of one. systemd ignores it, and so it was not checked. Mend it or remove it.',
        lost: true,
      })
  }
  const root: Node = { place: place(1, 1), path: [], value: sections }
  return {
    value: { file, documents: sections.size > 0 ? [root] : [], comments: comments(text, place) },
    notices,
  }
}

/** Lines with those that a backslash continues: it becomes a blank, and comments in between are passed over (systemd.syntax(7)). */
function* logicalLines(text: string): Generator<{ readonly line: number; readonly text: string }> {
  let begun: { readonly line: number; text: string } | undefined
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*[#;]/.test(raw)) continue
    if (!begun && raw.trim() === '') continue
    const continued = raw.endsWith('\\')
    const part = continued ? `${raw.slice(0, -1)} ` : raw
    if (begun) begun.text += part.trimStart()
    else begun = { line: index + 1, text: part }
    if (continued) continue
    yield begun
    begun = undefined
  }
  if (begun) yield begun
}
