/** Asks for the keys of LXC: the last line of a key counts, lists grow line by line, and an empty value empties them. */
import type { Fact } from '../../model/fact.ts'
import type { Place } from '../../model/place.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { hidden, linesOf, said, strange, type Line } from './line.ts'

/** The last line that sets one of these keys and is not empty. */
export function last(scope: Scope, ...keys: readonly string[]): Answer<Line> {
  for (const line of linesOf(scope).toReversed()) {
    if (line.hole !== undefined) return hidden(line)
    if (!keys.includes(line.key)) continue
    return line.text === '' ? { how: 'silent', place: line.place } : said(line, line)
  }
  return { how: 'silent', place: scope.self.place }
}
/** The text of a key. */
export const value = (...keys: readonly string[]): Ask<string> =>
  ask((scope) => last(scope, ...keys)).to((line) => line.text)

/** `0` and `1`, as LXC writes what is on or off. */
export const flag = (key: string): Ask<boolean> =>
  ask((scope): Answer<boolean> => {
    const line = last(scope, key)
    if (line.how === 'silent' || line.how === 'unknown') return line
    const { text } = line.value
    return text === '0' || text === '1'
      ? { ...line, value: text === '1' }
      : strange(line.value, `${key} is "${text.slice(0, 40)}", which is neither 0 nor 1`)
  })

/** The lines of a list since it was last emptied; holes among them, where something may have been added or emptied. */
export interface Listed {
  readonly lines: readonly Line[]
  readonly emptied?: Place
}
export function listed(scope: Scope, has: (key: string) => boolean): Listed {
  let lines: Line[] = []
  let emptied: Place | undefined
  for (const line of linesOf(scope)) {
    if (line.hole === undefined && !has(line.key)) continue
    if (line.hole === undefined && line.text === '') {
      // `lxc.prlimit.nofile =` takes that one back.
      lines = lines.filter(({ key, hole }) => hole === undefined && key !== line.key)
      emptied = line.place
    } else lines.push(line)
  }
  return { lines, ...(emptied && { emptied }) }
}

/** Elements of a list, a line or more each; a hole is one that is not known. Silent where no line says anything. */
export const every = <E>(
  has: (key: string) => boolean,
  each: (line: Line, scope: Scope) => readonly E[],
  hole: (line: Line) => E,
): Ask<readonly E[]> =>
  ask((scope): Answer<readonly E[]> => {
    const { lines, emptied } = listed(scope, has)
    return collected(
      lines,
      lines.flatMap((line) => (line.hole === undefined ? each(line, scope) : [hole(line)])),
      emptied ?? scope.self.place,
    )
  })

/** How a list is known is how its best known line is: one that the container itself has makes it written. */
export function collected<E>(lines: readonly Line[], elements: readonly E[], place: Place): Answer<readonly E[]> {
  const first =
    lines.find(({ origin, hole }) => hole === undefined && origin === 'own') ??
    lines.find(({ origin, hole }) => hole === undefined && origin === 'included') ??
    lines[0]
  if (!first) return { how: 'silent', place }
  return said(first, elements)
}

/** The words of a list of words, each a fact of its own. */
export const wordsOf = (line: Line, normal: (word: string) => string = (word) => word): readonly Fact<string>[] =>
  line.text
    .split(/[ \t]+/)
    .filter((word) => word !== '')
    .map((word) => said(line, normal(word)))
export const words = (key: string): Ask<readonly Fact<string>[]> =>
  every(
    (name) => name === key,
    (line) => wordsOf(line),
    hidden,
  )
