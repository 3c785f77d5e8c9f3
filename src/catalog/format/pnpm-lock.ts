/**
 * pnpm-lock.yaml as pnpm writes it: `packages:` at the margin, a key two blanks in, its fields four. Several times as fast as
 * reading the YAML; whatever is written otherwise is left to that, and a test compares the two.
 */

export interface PnpmEntry {
  readonly key: string
  /** Of what comes from a repository, a folder or an archive. */
  name?: string
  version?: string
  /** From 1. */
  readonly line: number
}

/** Undefined where the text is one for a reader of YAML. */
export function pnpmEntriesOf(text: string): readonly PnpmEntry[] | undefined {
  // Tabs, anchors, comments, several documents, keys that are too long to stand alone on a line.
  if (!text.startsWith('lockfileVersion:') || ODD.test(text)) return undefined
  const found: PnpmEntry[] = []
  const begin = text.startsWith('packages:') ? 0 : text.indexOf('\npackages:') + 1
  if (begin === 0) return found
  let line = 0
  for (let i = -1; i < begin; i = text.indexOf('\n', i + 1)) {
    line++
    if (text.indexOf('\n', i + 1) < 0) break
  }
  for (let start = begin; start < text.length; line++) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const indent = indentAt(text, start, end)
    const content = indent === 2 || indent === 4 ? text.slice(start + indent, end).trimEnd() : ''
    if (start === begin) {
      if (text.slice(start, end).trimEnd() !== 'packages:') return undefined
    } else if (indent === 0 && end > start && text.slice(start, end).trim() !== '') break
    else if (indent === 2 && content !== '') {
      const key = KEY.exec(content)
      if (!key) return undefined
      found.push({ key: key[1]?.replaceAll("''", "'") ?? key[2] ?? '', line })
    } else if (indent === 4 && (content.startsWith('name:') || content.startsWith('version:'))) {
      const value = VALUE.exec(content)
      const last = found.at(-1)
      if (!value || !last) return undefined
      last[content.startsWith('name:') ? 'name' : 'version'] = value[1] ?? value[2] ?? ''
    }
    start = end + 1
  }
  return found
}

const ODD = /\t|\r(?!\n)|^(?:---|\.\.\.|%)|^ *\? |: [&*!]|^ *#/m
/** `'@s/a@1.0.0':`, `/a/1.0.0:`, `a@1.0.0: {}` */
const KEY = /^(?:'((?:[^']|'')*)'|([^\s'"#&*!|>%@`{}[\],?-](?:[^:#]|:(?=\S)|(?<=\S)#)*)):(?: \{\})?$/
const VALUE = /^(?:name|version): +(?:'([^']*)'|([^\s'"#&*!|>%@`{}[\],?-][^:#\n]*))$/

function indentAt(text: string, start: number, end: number): number {
  let i = start
  while (i < end && text.charCodeAt(i) === 0x20) i++
  return i - start
}
