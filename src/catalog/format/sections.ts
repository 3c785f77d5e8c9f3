import { linesOf } from './lines.ts'

/** A section of a file of pacman's database: its values with the 1-based line of the first. */
export interface Section {
  readonly values: readonly string[]
  readonly line: number
}

/** Sections `%NAME%`, values one a line, a blank line (pacman's lib/libalpm/be_local.c). Of a section given twice the last counts, as there. */
export function sectionsOf(body: Buffer): ReadonlyMap<string, Section> {
  const sections = new Map<string, Section>()
  let values: string[] | undefined
  for (const { text, number } of linesOf(body)) {
    if (text === '') values = undefined
    else if (values) values.push(text)
    else if (text.length > 2 && text.startsWith('%') && text.endsWith('%')) {
      values = []
      sections.set(text.slice(1, -1), { values, line: number + 1 })
    }
  }
  return sections
}
