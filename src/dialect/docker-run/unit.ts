/**
 * Commands of a systemd service: `ExecStart=`, `ExecStartPre=` and the like (systemd.service(5), "COMMAND LINES"). Specifiers and
 * variables of the environment are not known here, but those that `Environment=` of the unit sets once.
 */
import { child, elements, textOf, type Node } from '../../document/node.ts'
import { readCommands } from '../../document/shell.ts'
import { programOf, scriptOf } from '../../document/shell/program.ts'
import { splitUnitWords } from '../../document/systemd-words.ts'
import type { Notice, Read } from '../../model/notice.ts'
import { HOLE } from '../docker/piece.ts'

const KEYS = 'ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost'.split(' ')
/** Units of Quadlet and nspawn are of other dialects, whatever their [Service] runs. */
const OTHERS = ['Container', 'Pod', 'Kube', 'Volume', 'Network', 'Image', 'Build', 'Exec', 'Files']
/** Specifiers that are paths (systemd.unit(5)). */
const PATHS = /^%[CdDEhLStTVy]$/

export function unitCommands(root: Node): Read<readonly Node[]> {
  const notices: Notice[] = []
  const commands: Node[] = []
  if (OTHERS.some((section) => child(root, section).missing !== true)) return { value: [], notices }
  const service = child(root, 'Service')
  const variables = variablesOf(child(service, 'Environment'))
  for (const key of KEYS) {
    // An empty value takes away what was said before.
    const values = elements(child(service, key))
    const start = values.findLastIndex((value) => textOf(value) === '') + 1
    for (const value of values.slice(start)) {
      const found = commandsIn(value, variables)
      commands.push(...found.value)
      notices.push(...found.notices)
    }
  }
  return { value: commands, notices }
}

/** `Environment="A=1" B=2`: those that are set once. */
function variablesOf(node: Node): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  const twice = new Set<string>()
  for (const value of elements(node))
    for (const word of splitUnitWords(textOf(value) ?? '') ?? []) {
      const sign = word.indexOf('=')
      const name = word.slice(0, sign)
      if (sign < 1) continue
      if (variables.has(name)) twice.add(name)
      variables.set(name, word.slice(sign + 1))
    }
  for (const name of twice) variables.delete(name)
  return variables
}

function commandsIn(value: Node, variables: ReadonlyMap<string, string>): Read<readonly Node[]> {
  const text = textOf(value) ?? ''
  const words = splitUnitWords(text.replace(/^[-@:+!|\s]+/, ''))
  if (!words) return { value: [], notices: [] }
  const places = placesOf(value, words)
  const commands: Node[] = []
  const notices: Notice[] = []
  let current: Node[] = []
  const finish = (): void => {
    const command = current
    current = []
    if (command.length === 0) return
    const texts = command.map((word) => textOf(word) ?? '')
    const program = programOf(texts)
    const script = scriptOf(texts.slice(program))
    const inner = script === undefined ? undefined : command[program + script]
    if (!inner) {
      commands.push({ place: value.place, path: value.path, value: command })
      return
    }
    const written = textOf(inner) ?? ''
    const holes = new Map(
      [...written].flatMap((sign, at) => (sign === HOLE ? [[at, inner.source ?? ''] as const] : [])),
    )
    const found = readCommands(written, () => inner.place, holes)
    notices.push(...found.notices)
    for (const each of found.commands)
      commands.push({ place: value.place, path: value.path, value: [...command.slice(0, program), ...each] })
  }
  // `@` says that the second word is only what the program is called.
  const renamed = /^[-:+!|\s]*@/.test(text)
  for (const [index, word] of words.entries()) {
    if (word === ';') finish()
    else if (!(renamed && index === 1)) current.push(...wordOf(word, places[index] ?? value.place, value, variables))
  }
  finish()
  return { value: commands, notices }
}

/** A word with its specifiers and variables: `$X` alone may become several words, `${X}` stays within one. */
function wordOf(
  written: string,
  place: Node['place'],
  { path }: Node,
  variables: ReadonlyMap<string, string>,
): readonly Node[] {
  const holes: string[] = []
  const put = (hole: string, isPath = false): string => {
    if (!holes.includes(hole) && holes.length < 10) holes.push(hole)
    return isPath ? `${HOLE}/` : HOLE
  }
  const alone = /^\$([A-Za-z_]\w*)$/.exec(written)?.[1]
  if (alone !== undefined && variables.has(alone))
    return (splitUnitWords(variables.get(alone) ?? '') ?? []).map((value) => ({ place, path, value }))
  const value = written
    .replaceAll(HOLE, '\uFFFD')
    .replace(/%%|%[A-Za-z]|\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g, (whole, braced?: string, plain?: string) => {
      if (whole === '%%') return '%'
      if (whole === '$$') return '$'
      if (whole.startsWith('%')) return put(whole, PATHS.test(whole))
      return variables.get(braced ?? plain ?? '') ?? put(whole)
    })
  return [
    {
      place,
      path,
      value,
      ...(holes.length > 0 && {
        unknown: `${holes.join(' and ')} ${holes.length === 1 ? 'is' : 'are'} not known here`,
        source: written.slice(0, 300),
      }),
    },
  ]
}

/**
 * The places of the words of a value that is continued over several lines: `source` is what is written there. Where the lines do not
 * have these words one by one (a quote that spans them), all have the place of the key.
 */
function placesOf(value: Node, words: readonly string[]): readonly Node['place'][] {
  const { place, source } = value
  if (source === undefined) return words.map(() => place)
  const places: Node['place'][] = []
  for (const [index, line] of source.split('\n').entries()) {
    if (index > 0 && /^\s*[#;]/.test(line)) continue
    const start = index === 0 ? line.indexOf('=') + 1 : 0
    const part = line.slice(start).replace(/\\\s*$/, '')
    const indent = start + (part.length - part.trimStart().length) + 1
    const first = places.length === 0 ? part.replace(/^[-@:+!|\s]+/, '') : part
    for (const _ of splitUnitWords(first) ?? [])
      places.push(index === 0 ? place : { ...place, line: place.line + index, column: indent })
  }
  return places.length === words.length ? places : words.map(() => place)
}
