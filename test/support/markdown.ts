/** Tables of our own documents: a test that reads a document holds what the document says. */

export interface Row {
  /** 1-based line of the document. */
  readonly line: number
  /** Trimmed, escapes of `|` undone. */
  readonly cells: readonly string[]
}
export interface Table {
  /** The nearest heading above it, without its signs. */
  readonly heading: string
  readonly head: readonly string[]
  readonly rows: readonly Row[]
}

const RULE = /^\|(\s*:?-+:?\s*\|)+\s*$/

/** The tables of a text, in order. Fenced blocks are passed over. */
export function tablesOf(text: string): readonly Table[] {
  const tables: { heading: string; head: readonly string[]; rows: Row[] }[] = []
  const lines = text.split('\n')
  let heading = ''
  let isFenced = false
  let table: (typeof tables)[number] | undefined
  for (const [index, line] of lines.entries()) {
    if (/^\s*```/.test(line)) isFenced = !isFenced
    if (isFenced) continue
    const title = /^#{1,6}\s+(.*?)\s*$/.exec(line)?.[1]
    if (title !== undefined) heading = title
    if (!line.trimStart().startsWith('|')) {
      table = undefined
      continue
    }
    if (RULE.test(line.trim())) continue
    if (table) table.rows.push({ line: index + 1, cells: cellsOf(line) })
    else if (RULE.test(lines[index + 1]?.trim() ?? '')) {
      table = { heading, head: cellsOf(line), rows: [] }
      tables.push(table)
    }
  }
  return tables
}

const cellsOf = (line: string): readonly string[] =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

/** What a cell that is one code span holds, or undefined. */
export const codeOf = (cell: string): string | undefined => /^`([^`]+)`$/.exec(cell)?.[1]
