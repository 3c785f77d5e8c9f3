/**
 * Lines of `key = value` (lxc.container.conf(5)) -> Node. What counts is the order in which all the lines stand, whatever their
 * keys: the root is a list of maps of one key each. What an empty value means is for the dialect to say.
 */
import type { Notice, Read } from '../model/notice.ts'
import { comments } from './comment.ts'
import type { Locate, Node, Text } from './node.ts'

/**
 * As LXC reads them (confile.c, parse_line): blanks around key and value are cut, and one pair of quotes around the whole value;
 * a line whose first sign is # is a comment; one that does not begin with `lxc.` is passed over. A line goes on nowhere.
 */
export function readKeyValue(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const notices: Notice[] = []
  const lines: Node[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const at = place(index + 1, raw.length - raw.trimStart().length + 1)
    const sign = line.indexOf('=')
    if (sign > 0) {
      const key = line.slice(0, sign).trimEnd()
      const path = [lines.length, key]
      const value: Node = { place: at, path, value: unquoted(line.slice(sign + 1).trimStart()) }
      lines.push({ place: at, path: [lines.length], value: new Map([[key, value]]) })
    } else if (line.startsWith('lxc.'))
      notices.push({
        id: 'keyvalue-invalid',
        place: at,
        message:
          'This line has a key and no =, so that the file is refused, and the line was not checked. Mend it or remove it.',
        lost: true,
      })
  }
  const root: Node = { place: place(1, 1), path: [], value: lines }
  return { value: { file, documents: lines.length > 0 ? [root] : [], comments: comments(text, place) }, notices }
}

const unquoted = (value: string): string =>
  value.length > 1 && /^["']/.test(value) && value.endsWith(value.charAt(0)) ? value.slice(1, -1) : value
