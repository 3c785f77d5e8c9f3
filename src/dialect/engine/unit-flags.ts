/** The flags that a unit starts an engine with: ExecStart=, with the variables that Environment= sets. */
import { child, elements, textOf, type Node } from '../../document/node.ts'
import { splitUnitWords } from '../../document/systemd-words.ts'
import type { Place } from '../../model/place.ts'

/** A flag without dashes, and its value; a switch has `true`. */
export interface Flag {
  readonly name: string
  readonly value: string
  readonly place: Place
}
/** The line that starts a program. */
export interface Started {
  readonly place: Place
  readonly flags: readonly Flag[]
}
const MOST_WORDS = 2000

/**
 * The flags of the last line that starts this program: an empty ExecStart= takes back what stands before it. Undefined where none does.
 * `switches` are flags that take no value but `--flag=value`; `short` are letters for flags.
 */
export function unitFlags(
  root: Node,
  program: string,
  switches: ReadonlySet<string>,
  short: Readonly<Record<string, string>> = {},
): Started | undefined {
  const service = child(root, 'Service')
  const variables = new Map<string, string>()
  for (const line of elements(child(service, 'Environment')).slice(0, 200))
    for (const word of splitUnitWords((textOf(line) ?? '').slice(0, 65_536)) ?? []) {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(word) ?? []
      if (name !== '') variables.set(name, value)
    }
  let found: Started | undefined
  for (const line of elements(child(service, 'ExecStart')).slice(0, 100)) {
    const [first = '', ...words] = splitUnitWords((textOf(line) ?? '').slice(0, 65_536)) ?? []
    const name = first
      .replace(/^[-@:+!|]*/, '')
      .split('/')
      .at(-1)
    if (first === '') found = undefined
    else if (name === program)
      found = { place: line.place, flags: flagsOf(expanded(words, variables), line.place, switches, short) }
  }
  return found
}

/** `$NAME` as a word of its own is split into words; what no Environment= of this file sets is left out. */
const expanded = (words: readonly string[], variables: ReadonlyMap<string, string>): readonly string[] =>
  words
    .flatMap((word) => {
      const [, name = ''] = /^\$\{?(\w+)\}?$/.exec(word) ?? []
      return name === '' ? [word] : (splitUnitWords(variables.get(name) ?? '') ?? [])
    })
    .slice(0, MOST_WORDS)

function flagsOf(
  words: readonly string[],
  place: Place,
  switches: ReadonlySet<string>,
  short: Readonly<Record<string, string>>,
): readonly Flag[] {
  const flags: Flag[] = []
  for (let at = 0; at < words.length; at += 1) {
    const [, long, letter, value] = /^(?:--([a-z][a-z0-9-]*)|-([A-Za-z]))(?:=(.*))?$/s.exec(words[at] ?? '') ?? []
    const name = long ?? (letter === undefined ? undefined : short[letter])
    if (name === undefined) continue
    if (value !== undefined) flags.push({ name, value, place })
    else if (switches.has(name)) flags.push({ name, value: 'true', place })
    else {
      at += 1
      flags.push({ name, value: words[at] ?? '', place })
    }
  }
  return flags
}

/** A text as a node, as a configuration would hold it. */
export const valueNode = ({ place }: Flag, path: readonly (string | number)[], value: Node['value']): Node => ({
  place,
  path,
  value,
})
