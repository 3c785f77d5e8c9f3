/** How a unit starts Firecracker, with the jailer or without: https://github.com/firecracker-microvm/firecracker/blob/main/docs/jailer.md */
import { child, elements, textOf, type Node } from '../../document/node.ts'
import { splitUnitWords } from '../../document/systemd-words.ts'

/** Options that stand alone; every other one takes a value. */
const SWITCHES = new Set([
  'daemonize',
  'new-pid-ns',
  'no-api',
  'no-seccomp',
  'boot-timer',
  'show-level',
  'show-log-origin',
  'enable-pci',
  'version',
  'help',
])

export interface CommandLine {
  readonly place: Node['place']
  readonly isJailed: boolean
  /** Option without dashes -> a list of its values, in the order of the line; a switch has `true`. */
  readonly options: Node
}

/** The line of ExecStart= that starts one; undefined where none does. */
export function commandLine(root: Node): CommandLine | undefined {
  for (const line of elements(child(child(root, 'Service'), 'ExecStart')).slice(0, 100)) {
    const words = splitUnitWords((textOf(line) ?? '').slice(0, 65_536))
    const [program = ''] = words ?? []
    const name = program
      .replace(/^[-@:+!|]*/, '')
      .split('/')
      .at(-1)
    if (words && (name === 'jailer' || name === 'firecracker'))
      return { place: line.place, isJailed: name === 'jailer', options: optionsOf(words.slice(1), line) }
  }
  return undefined
}

function optionsOf(words: readonly string[], line: Node): Node {
  const found = new Map<string, Node>()
  const add = (name: string, value: string | true): void => {
    const known = found.get(name)
    const before: readonly Node[] = Array.isArray(known?.value) ? known.value : []
    const path = [...line.path, name]
    const node: Node = { place: line.place, path: [...path, before.length], value }
    found.set(name, { place: line.place, path, value: [...before, node] })
  }
  for (let at = 0; at < words.length; at += 1) {
    const [, name = '', value] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(words[at] ?? '') ?? []
    if (name === '') continue
    if (value !== undefined) add(name, value)
    else if (SWITCHES.has(name)) add(name, true)
    else {
      at += 1
      add(name, words[at] ?? '')
    }
  }
  return { place: line.place, path: line.path, value: found }
}
