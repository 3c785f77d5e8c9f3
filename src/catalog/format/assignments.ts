import { linesOf } from './lines.ts'

/** The assignments of a file like os-release, by name, with the 1-based line of each; those that are none are given to `malformed`. */
export function assignmentsOf(
  body: Buffer,
  malformed: (line: number) => void,
): ReadonlyMap<string, { readonly text: string; readonly line: number }> {
  const values = new Map<string, { text: string; line: number }>()
  for (const { text, number } of linesOf(body)) {
    const line = text.trim()
    if (line === '' || line.startsWith('#')) continue
    const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(line)
    const value = assignment?.[2] === undefined ? undefined : shellWord(assignment[2])
    // A shell that sources the file keeps the last assignment.
    if (assignment?.[1] === undefined || value === undefined) malformed(number)
    else values.set(assignment[1], { text: value, line: number })
  }
  return values
}

/** The first word of a shell's text without its quotes, nothing expanded; undefined where a quote is not closed. */
function shellWord(text: string): string | undefined {
  let word = ''
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    const next = text.charAt(i + 1)
    if (quote === "'") {
      if (c === "'") quote = ''
      else word += c
    } else if (quote === '"') {
      if (c === '"') quote = ''
      // Within double quotes a backslash is itself before anything that needs no quoting (POSIX 2.2.3).
      else if (c === '\\' && next !== '' && '$`"\\'.includes(next)) {
        word += next
        i++
      } else word += c
    } else if (c === "'" || c === '"') quote = c
    else if (c === '\\') {
      word += next
      i++
    } else if (c === ' ' || c === '\t') break
    else word += c
  }
  return quote === '' ? word : undefined
}
