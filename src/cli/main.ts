/** What each command does: options in, text out, an exit code back. */
import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { builtinPolicies, builtinRules, version } from '../builtin.ts'
import type { Result } from '../model/result.ts'
import { exitCode } from '../policy/decide.ts'
import { hint } from '../policy/nearest.ts'
import { reports, type ReportName, type ReportOptions } from '../report/index.ts'
import { scan, take, type InputOptions } from '../scan.ts'
import { findConfig, readSettings } from '../settings.ts'
import { UsageError } from '../usage.ts'
import { explainText } from './explain.ts'
import { factsJson, factsText } from './facts.ts'
import { commands, help, helpOf, readArguments, type Arguments } from './options.ts'

/** The world outside, handed in: tests hand in their own. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
  readonly colour: boolean
  /** A person waits at the other end of stderr. */
  readonly progress: boolean
  readonly width: number
  readonly unicode: boolean
  /** YYYY-MM-DD */
  readonly today: string
}

/** Runs a command line. Exit codes: 0 pass, 1 a finding blocks, 2 wrong usage or configuration, 3 input was lost. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(words, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      for (const message of error.messages) terminal.warn(`plimsoll: ${message}\n`)
      return 2
    }
    const what = error instanceof Error ? error.message : String(error)
    terminal.warn(`plimsoll: this is a fault of Plimsoll, please report it: ${what}\n`)
    return 3
  }
}

async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = words
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const asked = commands.find(({ name }) => name === rest[0])
    terminal.write(`${asked ? helpOf(asked) : help()}\n`)
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-V') {
    terminal.write(`plimsoll ${await version()}\n`)
    return 0
  }
  const command = commands.find(({ name }) => name === first)
  if (!command)
    throw new UsageError([
      existsSync(first)
        ? `${first} is no command. Did you mean: plimsoll scan ${first}`
        : `${first} is no command${hint(
            first,
            commands.map(({ name }) => name),
          )}. See: plimsoll --help`,
    ])
  const given = readArguments(command, rest)
  if (given.has('help')) {
    terminal.write(`${helpOf(command)}\n`)
    return 0
  }
  switch (command.name) {
    case 'scan':
      return scanCommand(given, terminal)
    case 'facts':
      return factsCommand(given, terminal)
    case 'explain':
      return explainCommand(given, terminal)
    default:
      return rulesCommand(given, terminal)
  }
}

/** A line on stderr that is overwritten, for people who wait. */
function progressOf(terminal: Terminal, quiet: boolean): { tell: (doing: string) => void; done: () => void } {
  if (!terminal.progress || quiet) return { tell: () => {}, done: () => {} }
  let shown = false
  const started = performance.now()
  return {
    tell: (doing) => {
      if (performance.now() - started < 700) return
      shown = true
      terminal.warn(`\r\u001b[K${doing.replace(/[^\x20-\x7e]/g, '?').slice(0, terminal.width - 1)}`)
    },
    done: () => {
      if (shown) terminal.warn('\r\u001b[K')
    },
  }
}

function inputOf(given: Arguments, terminal: Terminal): InputOptions {
  if (given.positionals.length === 0)
    throw new UsageError([`What is to be looked at? For example: plimsoll ${given.command.name} compose.yaml`])
  const images = new Map(
    (given.values.image ?? []).map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at <= 0 || at === pair.length - 1)
        throw new UsageError([`--image is NAME=PATH, such as --image web=web.tar; "${pair}" is not.`])
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    }),
  )
  const engine = given.one('engine')
  const platform = given.one('platform')
  return {
    targets: given.positionals,
    stdin: terminal.stdin,
    images,
    ...(engine !== undefined && { engine }),
    ...(platform !== undefined && { platform }),
  }
}

const formatOf = (word: string): ReportName => {
  const names = Object.keys(reports)
  const found = (Object.keys(reports) as ReportName[]).find((name) => name === word)
  if (found === undefined)
    throw new UsageError([`There is no format "${word}"${hint(word, names)}; one of ${names.join(', ')}.`])
  return found
}

async function scanCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const quiet = given.has('quiet')
  const format = formatOf(given.one('format') ?? 'text')
  const outputs = (given.values.output ?? []).map((word) => {
    const match = /^([a-z]+)=(.+)$/s.exec(word)
    return match ? { format: formatOf(match[1] ?? ''), file: match[2] ?? '' } : { format, file: word }
  })
  const progress = progressOf(terminal, quiet)
  const config = given.one('config') ?? findConfig('.', existsSync)
  const optional = (name: 'policy' | 'unknown') => given.one(name)
  const policy = optional('policy')
  const unknown = optional('unknown')
  const failOn = given.one('fail-on')
  let result: Result
  try {
    result = await scan({
      ...inputOf(given, terminal),
      today: terminal.today,
      progress: progress.tell,
      ignore: given.values.ignore ?? [],
      ...(config !== undefined && { config }),
      ...(policy !== undefined && { policy }),
      ...(unknown !== undefined && { unknown }),
      ...(failOn !== undefined && { failOn }),
    })
  } finally {
    progress.done()
  }
  const options: ReportOptions = {
    colour: terminal.colour && !given.has('no-color'),
    width: terminal.width,
    unicode: terminal.unicode,
    repositoryPath: repositoryPath(),
  }
  for (const output of outputs) {
    const text = await reports[output.format](result, { ...options, colour: false, width: 0 })
    try {
      writeFileSync(output.file, text)
    } catch (error) {
      throw new UsageError([
        `${output.file} cannot be written (${error instanceof Error ? error.message : 'unknown error'}).`,
      ])
    }
  }
  // A report that goes to a file in the format asked for is not shown twice.
  const toFile = outputs.some((output) => output.format === format)
  if (!quiet && !toFile) terminal.write(await reports[format](result, options))
  else if (!quiet) terminal.warn(`plimsoll: ${result.verdict}; ${outputs.map(({ file }) => file).join(', ')} written\n`)
  return exitCode(result.verdict)
}

/** Paths from the root of the git repository that the working directory is in: what code hosts know files by. */
function repositoryPath(): (file: string) => string {
  let root = resolve('.')
  while (!existsSync(join(root, '.git')) && dirname(root) !== root) root = dirname(root)
  const base = existsSync(join(root, '.git')) ? root : resolve('.')
  return (file) => {
    const path = relative(base, resolve(file))
    return path.startsWith('..') ? basename(file) : path
  }
}

async function factsCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const format = given.one('format') ?? 'text'
  if (format !== 'text' && format !== 'json') throw new UsageError([`facts are text or json, not "${format}".`])
  const inventory = await take(inputOf(given, terminal))
  if (!given.has('quiet'))
    terminal.write(format === 'json' ? factsJson(inventory) : factsText(inventory, given.has('all'), terminal))
  return inventory.notices.some(({ lost }) => lost) ? 3 : 0
}

async function explainCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const [word, ...more] = given.positionals
  if (word === undefined || more.length > 0)
    throw new UsageError(['explain takes one rule or field: plimsoll explain privileged'])
  terminal.write(explainText(word, await builtinRules(), terminal.width))
  return 0
}

async function rulesCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const rules = await builtinRules()
  const policy = given.one('policy') ?? 'default'
  const { value: settings } = await readSettings({ policy }, rules)
  if (given.one('format') === 'json') {
    const list = rules.map(({ rule: { id, title, severity, standards, subject } }) => ({
      id,
      title,
      severity: settings.rules.get(id)?.severity ?? severity,
      subject,
      standards,
      judged: settings.rules.has(id),
    }))
    terminal.write(`${JSON.stringify({ policy, rules: list }, null, 2)}\n`)
    return 0
  }
  const width = Math.max(...rules.map(({ rule }) => rule.id.length)) + 2
  for (const { rule } of rules) {
    const use = settings.rules.get(rule.id)
    terminal.write(
      `${rule.id.padEnd(width)}${(use ? (use.severity ?? rule.severity) : 'off').padEnd(10)}${rule.title}\n`,
    )
  }
  const names = [...(await builtinPolicies()).keys()].join(', ')
  terminal.write(
    `\n${rules.length} rules, ${settings.rules.size} judged by the policy ${policy} (policies: ${names}). plimsoll explain RULE tells more.\n`,
  )
  return 0
}
