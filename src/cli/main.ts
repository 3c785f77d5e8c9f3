/** What each command does: options in, text out, an exit code back. */
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { builtinPolicies, builtinExamples, builtinRules, version } from '../builtin.ts'
import { reasonOf } from '../file.ts'
import type { Result } from '../model/result.ts'
import { exitCode } from '../policy/decide.ts'
import { hint, nearest } from '../policy/nearest.ts'
import { sentence, shown } from '../report/escape.ts'
import { complianceReports, reports, type Report, type ReportName, type ReportOptions } from '../report/index.ts'
import { scan, take, type InputOptions } from '../scan.ts'
import { findConfig, readSettings } from '../settings.ts'
import { splitPrefix } from '../targets.ts'
import { UsageError } from '../usage.ts'
import { appArmorCommand, pathsCommand, seccompWords } from './confine.ts'
import { explainText } from './explain.ts'
import { factsJson, factsText } from './facts.ts'
import { inputsJson, inputsText } from './inputs.ts'
import { inputOf, repositoryPath, wrongFormat, type Terminal } from './input.ts'
import { commands, help, helpOf, readArguments, type Arguments, type Command } from './options.ts'

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
    terminal.write(`${asked ? helpOf(asked) : help()}\n`)
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-V') {
    terminal.write(`plimsoll ${await version()}\n`)
    return 0
  }
  const command = commandOf(first)
  if (command.name === 'seccomp' && !rest.some((word) => word === '--help' || word === '-h'))
    return seccompWords(rest, terminal)
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
    case 'paths':
      return pathsCommand(given, terminal)
    case 'apparmor':
      return appArmorCommand(given, terminal)
    case 'explain':
      return explainCommand(given, terminal)
    default:
      return rulesCommand(given, terminal)
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

/** A line on stderr that is overwritten, for people who wait. */
function progressOf(terminal: Terminal, quiet: boolean): { tell: (doing: string) => void; done: () => void } {
  if (quiet || !terminal.progress) return { tell: () => {}, done: () => {} }
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

function formatOf(word: string): ReportName {
  const found = formats.find((name) => name === word)
  if (found === undefined) throw new UsageError([sentence(`There is no format "${word}"${hint(word, formats)}`)])
  return found
}
const formats = Object.keys(reports) as ReportName[]

/** What `--report` asks for. */
function isCompliance(word: string): boolean {
  if (!REPORTS.some((name) => name === word))
    throw new UsageError([sentence(`There is no report "${word}"${hint(word, REPORTS)}`)])
  return word === 'compliance'
}
const REPORTS = ['findings', 'compliance'] as const

interface Output {
  readonly format: ReportName
  readonly file: string
}
/** `sarif=x.sarif`, or a name alone: then `--format` says the format, else the name's ending, else it is text. */
function outputOf(word: string, format: ReportName | undefined): Output {
  const [, name, file] = /^([a-z]+)=(.+)$/s.exec(word) ?? []
  if (name !== undefined && file !== undefined) return { format: formatOf(name), file }
  const [, ending = ''] = /\.([a-z]+)$/i.exec(word) ?? []
  return { format: format ?? ENDINGS[ending.toLowerCase()] ?? 'text', file: word }
}
const ENDINGS: Readonly<Record<string, ReportName>> = { sarif: 'sarif', json: 'json', md: 'markdown' }

/** A word too few on the command line must not cost the file that was to be scanned. */
function refuseOverwriting(outputs: readonly Output[], inputs: readonly string[]): void {
  const read = new Map(inputs.map((name) => [resolve(splitPrefix(name).path), name]))
  for (const { file } of outputs) {
    if (file !== '-' && read.has(resolve(file)))
      throw new UsageError([`--output ${file} would overwrite what is scanned. Give it another name.`])
    if (file !== '-' && !existsSync(dirname(resolve(file))))
      throw new UsageError([`--output ${file} cannot be written: there is no folder ${dirname(file)}. Make it first.`])
  }
}

async function scanCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const quiet = given.has('quiet')
  const asked = given.one('format')
  const format = formatOf(asked ?? 'text')
  const outputs = (given.values.output ?? []).map((word) => outputOf(word, asked === undefined ? undefined : format))
  const compliance = isCompliance(given.one('report') ?? 'findings')
  if (compliance && format === 'sarif')
    throw new UsageError(['Compliance is told as text, json or markdown, not as sarif, which holds findings.'])
  // SARIF is a list of findings whatever else is told: code scanning takes it beside the report for people.
  const toldAs = (name: ReportName): Report =>
    compliance && name !== 'sarif' ? complianceReports[name] : reports[name]
  const input = inputOf(given, terminal)
  refuseOverwriting(outputs, [...input.targets, ...(input.images?.values() ?? []), ...(input.engines ?? [])])
  if (given.has('explain-inputs')) return explainInputs(input, format, terminal)
  const progress = progressOf(terminal, quiet)
  const config = given.one('config') ?? findConfig('.', existsSync)
  const policy = given.one('policy')
  const unknown = given.one('unknown')
  const failOn = given.one('fail-on')
  let result: Result
  try {
    result = await scan({
      ...input,
      today: terminal.today,
      progress: progress.tell,
      ignore: given.values.ignore ?? [],
      compliance,
      ...(config !== undefined && { config }),
      ...(policy !== undefined && { policy }),
      ...(unknown !== undefined && { unknown }),
      ...(failOn !== undefined && { failOn }),
    })
  } finally {
    progress.done()
  }
  const options: ReportOptions = {
    colour: !quiet && !given.has('no-color') && terminal.colour,
    width: quiet ? 0 : terminal.width,
    unicode: terminal.unicode,
    repositoryPath: repositoryPath(),
  }
  for (const output of outputs) {
    const text = await toldAs(output.format)(result, { ...options, colour: false, width: 0 })
    if (output.file === '-') terminal.write(text)
    else
      try {
        writeFileSync(output.file, text)
      } catch (error) {
        throw new UsageError([`--output ${output.file} cannot be written: ${reasonOf(error)}.`])
      }
  }
  // A report that goes to a file in the format asked for is not shown twice.
  const toFile = outputs.some((output) => output.format === format || output.file === '-')
  const files = outputs.filter(({ file }) => file !== '-').map(({ file }) => shown(file))
  if (!quiet && !toFile) terminal.write(await toldAs(format)(result, options))
  else if (!quiet && files.length > 0) terminal.warn(`plimsoll: ${result.verdict}; written: ${files.join(', ')}\n`)
  return exitCode(result.verdict)
}

async function explainInputs(input: InputOptions, format: ReportName, terminal: Terminal): Promise<number> {
  if (format !== 'text' && format !== 'json') throw wrongFormat('inputs', format)
  const inventory = await take(input)
  terminal.write(format === 'json' ? inputsJson(inventory) : inputsText(inventory))
  return inventory.notices.some(({ lost }) => lost) ? 3 : 0
}

async function factsCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const format = given.one('format') ?? 'text'
  if (format !== 'text' && format !== 'json') throw wrongFormat('facts', format)
  const inventory = await take(inputOf(given, terminal))
  if (!given.has('quiet'))
    terminal.write(format === 'json' ? factsJson(inventory) : factsText(inventory, given.has('all'), terminal))
  return inventory.notices.some(({ lost }) => lost) ? 3 : 0
}

async function explainCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const [word, ...more] = given.positionals
  if (word === undefined || more.length > 0)
    throw new UsageError(['explain takes one rule or field: plimsoll explain privileged'])
  terminal.write(explainText(word, await builtinRules(), await builtinExamples(word), terminal.width))
  return 0
}

async function rulesCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const [word] = given.positionals
  if (word !== undefined)
    throw new UsageError([`rules takes no word such as "${word}". One rule: plimsoll explain ${word}`])
  const format = given.one('format') ?? 'text'
  if (format !== 'text' && format !== 'json') throw wrongFormat('rules', format)
  const rules = await builtinRules()
  const policy = given.one('policy') ?? 'default'
  const { value: settings } = await readSettings({ policy }, rules)
  if (format === 'json') {
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
    `\n${rules.length} rules, ${settings.rules.size} judged by the policy ${shown(policy)} (policies: ${names}). plimsoll explain RULE tells more.\n`,
  )
  return 0
}
