/** What each command does: options in, text out, an exit code back. Each command is loaded when it is called. */
import { existsSync } from 'node:fs'
import { hint, nearest } from '../policy/nearest.ts'
import { sentence, shown } from '../report/escape.ts'
import { UsageError } from '../usage.ts'
import { version } from '../version.ts'
import type { Terminal } from './input.ts'
import { commands, help, helpOf, readArguments, type Command } from './options.ts'

/** Runs a command line. Exit codes: 0 pass, 1 a finding blocks, 2 wrong usage or configuration, 3 input was lost. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(words, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      // They quote what was given, and what stands in files: neither may forge a line or move the cursor.
      for (const message of error.messages) terminal.warn(`plimsoll: ${shown(message)}\n`)
      return 2
    }
    const what = error instanceof Error ? error.message : String(error)
    terminal.warn(`plimsoll: this is a fault of Plimsoll, and nothing was checked; please report it: ${shown(what)}\n`)
    return 3
  }
}

async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = words
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const asked = rest[0] === undefined || first !== 'help' ? undefined : commandOf(rest[0])
    terminal.write(`${asked ? await helpOf(asked) : help()}\n`)
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-V') {
    terminal.write(`plimsoll ${await version()}\n`)
    return 0
  }
  const command = commandOf(first)
  if (command.name === 'seccomp' && !rest.some((word) => word === '--help' || word === '-h'))
    return (await import('./confine.ts')).seccompWords(rest, terminal)
  const given = readArguments(command, rest)
  if (given.has('help')) {
    terminal.write(`${await helpOf(command)}\n`)
    return 0
  }
  switch (command.name) {
    case 'scan':
      return (await import('./scan.ts')).scanCommand(given, terminal)
    case 'packages':
      return (await import('./packages.ts')).packagesCommand(given, terminal)
    case 'facts':
      return (await import('./look.ts')).factsCommand(given, terminal)
    case 'paths':
      return (await import('./confine.ts')).pathsCommand(given, terminal)
    case 'apparmor':
      return (await import('./confine.ts')).appArmorCommand(given, terminal)
    case 'explain':
      return (await import('./look.ts')).explainCommand(given, terminal)
    default:
      return (await import('./look.ts')).rulesCommand(given, terminal)
  }
}

function commandOf(word: string): Command {
  const found = commands.find(({ name }) => name === word)
  if (found) return found
  const names = commands.map(({ name }) => name)
  // `plimsoll compose.yaml`, `plimsoll nginx:1.27`: what is no word is a target.
  const isTarget = nearest(word, names) === undefined && (existsSync(word) || /[./:]/.test(word))
  throw new UsageError([
    isTarget && !word.startsWith('-')
      ? `${word} is no command. Did you mean: plimsoll scan ${word}`
      : `${sentence(`${word} is no command${hint(word, names)}`)} See: plimsoll --help`,
  ])
}
