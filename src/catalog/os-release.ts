import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'

const PATHS = new Set(['etc/os-release', 'usr/lib/os-release'])

/** The distribution, by os-release(5). Where both files are there, etc/os-release counts; that is for the reader of the finds. */
export const osRelease: Cataloger = {
  name: 'os-release',
  version: 1,
  body: true,
  wants: (path, entry) => PATHS.has(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const values = new Map<string, { text: string; line: number }>()
    for (const { text, number } of linesOf(file.body)) {
      const line = text.trim()
      if (line === '' || line.startsWith('#')) continue
      const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(line)
      const value = assignment?.[2] === undefined ? undefined : shellWord(assignment[2])
      if (assignment?.[1] === undefined || value === undefined) {
        complaints.add(
          'os-release-malformed',
          number,
          'The line is not NAME=value with the quoting of a shell (os-release(5)), so it was left out. Write it as the distribution ships it.',
          false,
        )
        continue
      }
      // A shell that sources the file keeps the last assignment.
      values.set(assignment[1], { text: value, line: number })
    }
    if (values.size === 0) return { value: {}, notices: complaints.notices }
    const id = values.get('ID')
    const distribution = {
      // os-release(5) gives `linux` and `Linux` as the defaults.
      id: id?.text ?? 'linux',
      version: values.get('VERSION_ID')?.text ?? '',
      name: values.get('PRETTY_NAME')?.text ?? values.get('NAME')?.text ?? 'Linux',
      line: id?.line ?? 1,
    }
    return { value: { distribution }, notices: complaints.notices }
  },
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
