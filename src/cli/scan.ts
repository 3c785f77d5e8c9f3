/** `plimsoll scan`: reads, judges, and writes reports. */
import { existsSync } from 'node:fs'
import type { Result } from '../model/result.ts'
import { exitCode } from '../policy/decide.ts'
import { hint } from '../policy/nearest.ts'
import { sentence, shown } from '../report/escape.ts'
import { complianceReports, reports, type ReportOptions } from '../report/index.ts'
import { sboms, type SbomName } from '../report/packages/index.ts'
import { scan, take, type InputOptions } from '../scan.ts'
import { findConfig } from '../settings.ts'
import { splitPrefix } from '../targets.ts'
import { UsageError } from '../usage.ts'
import { inputsJson, inputsText } from './inputs.ts'
import { inputOf, repositoryPath, wrongFormat, type Terminal } from './input.ts'
import type { Arguments } from './options.ts'
import { createdAt, endings, formatOf, outputOf, refuseOverwriting, writeOut } from './output.ts'
import { progressOf } from './progress.ts'

type Format = keyof typeof reports | SbomName
const formats = [...Object.keys(reports), ...Object.keys(sboms)] as Format[]
const isSbom = (format: Format): format is SbomName => Object.hasOwn(sboms, format)
const ENDINGS: Readonly<Record<string, Format>> = { ...endings, sarif: 'sarif', json: 'json', md: 'markdown' }

/** What `--report` asks for. */
function isCompliance(word: string): boolean {
  if (!REPORTS.some((name) => name === word))
    throw new UsageError([sentence(`There is no report "${word}"${hint(word, REPORTS)}`)])
  return word === 'compliance'
}
const REPORTS = ['findings', 'compliance'] as const

export async function scanCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const quiet = given.has('quiet')
  const asked = given.one('format')
  const format = formatOf(asked ?? 'text', formats)
  const outputs = (given.values.output ?? []).map((word) =>
    outputOf(word, asked === undefined ? undefined : format, formats, ENDINGS, 'text'),
  )
  const compliance = isCompliance(given.one('report') ?? 'findings')
  if (compliance && (format === 'sarif' || isSbom(format)))
    throw new UsageError([
      `Compliance is told as text, json or markdown, not as ${format}, which holds ${format === 'sarif' ? 'findings' : 'packages'}.`,
    ])
  const input = await inputOf(given, terminal)
  refuseOverwriting(
    outputs,
    [...input.targets, ...(input.images?.values() ?? []), ...(input.engines ?? [])].map(
      (name) => splitPrefix(name).path,
    ),
  )
  if (given.has('explain-inputs')) return explainInputs(input, format, terminal)
  const wanted = [format, ...outputs.map((output) => output.format)].find(isSbom)
  const dated = wanted === undefined ? {} : createdAt(terminal.sourceDateEpoch)
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
  const lists = result.images.flatMap(({ parts }) => parts ?? [])
  if (wanted !== undefined && lists.length === 0)
    throw new UsageError([
      `${wanted} lists the packages of images, and no image was scanned. Give one, such as a docker save archive: --image NAME=image.tar`,
    ])
  const tell = async (name: Format, how: ReportOptions): Promise<string> => {
    if (isSbom(name)) return sboms[name](lists, result.notices, { ...how, ...dated, tool: result.tool })
    // SARIF is a list of findings whatever else is told: code scanning takes it beside the report for people.
    return (compliance && name !== 'sarif' ? complianceReports[name] : reports[name])(result, how)
  }
  for (const output of outputs)
    writeOut(output.file, await tell(output.format, { ...options, colour: false, width: 0 }), terminal.write)
  // A report that goes to a file in the format asked for is not shown twice.
  const toFile = outputs.some((output) => output.format === format || output.file === '-')
  const files = outputs.filter(({ file }) => file !== '-').map(({ file }) => shown(file))
  if (!quiet && !toFile) terminal.write(await tell(format, options))
  else if (!quiet && files.length > 0) terminal.warn(`plimsoll: ${result.verdict}; written: ${files.join(', ')}\n`)
  return exitCode(result.verdict)
}

async function explainInputs(input: InputOptions, format: Format, terminal: Terminal): Promise<number> {
  if (format !== 'text' && format !== 'json') throw wrongFormat('inputs', format)
  const inventory = await take(input)
  terminal.write(format === 'json' ? inputsJson(inventory) : inputsText(inventory))
  return inventory.notices.some(({ lost }) => lost) ? 3 : 0
}
