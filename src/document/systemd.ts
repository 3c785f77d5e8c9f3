/**
 * Unit files of systemd, and what is written like them (Quadlet, .nspawn, drop-ins) -> Node: systemd.syntax(7).
 * The root is a map: section -> key -> the list of its values, in the order in which they are written. A section that
 * is written twice is one. What an empty value means (most lists are emptied by it) is for the dialect to say.
 * `source` of a value that is continued is all of its lines, from the key on, so that its words have lines.
 */
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import type { Locate, Node, Text } from './node.ts'

export function readUnit(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const quadlet = QUADLET.test(text)
  const refused: Place[] = []
  const sections = new Map<string, Node>()
  const open = new Map<string, Map<string, Node>>()
  const lists = new Map<Node, Node[]>()
  let section: Map<string, Node> | undefined
  let path: readonly string[] = []
  const add = (key: string, value: string, at: Place, source: string | undefined): void => {
    if (!section) return
    const before = section.get(key)
    const list = (before && lists.get(before)) ?? []
    list.push({ place: at, path: [...path, key, list.length], value, ...(source !== undefined && { source }) })
    if (before) return
    const node: Node = { place: at, path: [...path, key], value: list }
    section.set(key, node)
    lists.set(node, list)
  }
  for (const { line, text: whole, source } of logicalLines(text, quadlet ? '' : ' ')) {
    const at = place(line, whole.length - whole.trimStart().length + 1)
    const trimmed = whole.trim()
    const name = /^\[([^[\]]+)\]$/.exec(trimmed)?.[1]
    if (name !== undefined) {
      path = [name]
      section = open.get(name)
      if (section) continue
      section = new Map()
      open.set(name, section)
      sections.set(name, { place: at, path, value: section })
      continue
    }
    const sign = trimmed.indexOf('=')
    if (sign > 0 && section) add(trimmed.slice(0, sign).trimEnd(), trimmed.slice(sign + 1).trimStart(), at, source)
    else refused.push(at)
  }
  const root: Node = { place: place(1, 1), path: [], value: sections }
  return {
    value: { file, documents: sections.size > 0 ? [root] : [], comments: comments(text, place) },
    notices: notices(refused, quadlet),
  }
}

/** Sections of Quadlet alone, which joins lines that are continued without a blank (podman, pkg/systemd/parser), unlike systemd. */
const QUADLET = /^[ \t]*\[(?:Container|Pod|Kube|Volume|Image|Build|Artifact)\][ \t]*\r?$/m

/** A text that is no unit file has many such lines: the first few are told one by one. */
const MAX_REFUSED = 5
const notices = (refused: readonly Place[], quadlet: boolean): readonly Notice[] =>
  refused.slice(0, MAX_REFUSED).map((at, index) => {
    const more = index === MAX_REFUSED - 1 ? refused.length - MAX_REFUSED : 0
    const who = quadlet ? 'Quadlet refuses the whole file' : 'systemd ignores it'
    return {
      id: 'unit-invalid',
      place: at,
      message: `This line is neither a section nor KEY=VALUE of one${more > 0 ? `, and neither are ${more} after it` : ''}. ${who}, and what it says was not checked. Mend it or remove it.`,
      lost: true,
    }
  })

/** How many of them a line ends with. */
function backslashes(line: string): number {
  let count = 0
  while (line[line.length - 1 - count] === '\\') count += 1
  return count
}

interface Logical {
  readonly line: number
  readonly text: string
  /** All its lines as they are written, comments in between too, where there are several. */
  readonly source?: string
}
/**
 * Lines with those that a backslash continues; comments and empty lines in between are passed over (systemd.syntax(7)).
 * What stands in the place of the backslash is `joint`.
 */
function* logicalLines(text: string, joint: string): Generator<Logical> {
  let begun: { readonly line: number; readonly parts: string[]; readonly written: string[] } | undefined
  const whole = ({ line, parts, written }: NonNullable<typeof begun>): Logical => ({
    line,
    text: parts.join(joint),
    ...(written.length > 1 && { source: written.join('\n') }),
  })
  for (const [index, written] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    // Quadlet cuts blanks off before it looks at the end of the line, systemd does not, and takes two backslashes for one that is escaped.
    const raw = joint === '' ? written.trimEnd() : written.replace(/\r$/, '')
    begun?.written.push(raw)
    if (/^\s*(?:[#;]|$)/.test(raw)) {
      // An empty line ends what is continued for systemd; Quadlet passes it over.
      if (begun && raw.trim() === '' && joint !== '') {
        yield whole(begun)
        begun = undefined
      }
      continue
    }
    const isContinued = joint === '' ? raw.endsWith('\\') : backslashes(raw) % 2 === 1
    const part = isContinued ? raw.slice(0, -1) : raw
    if (begun) begun.parts.push(part.trimStart())
    else begun = { line: index + 1, parts: [part], written: [raw] }
    if (isContinued) continue
    yield whole(begun)
    begun = undefined
  }
  if (begun) yield whole(begun)
}
