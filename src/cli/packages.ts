/** `plimsoll packages`: the packages of images, and SBOMs of them. Loads no rules. */
import { listPackages, splitKind, type PackageLists } from '../packages.ts'
import { shown } from '../report/escape.ts'
import { packageReports, type PackageReportName, type PackageReportOptions } from '../report/packages/index.ts'
import { UsageError } from '../usage.ts'
import { version } from '../version.ts'
import { cacheOf } from './cache.ts'
import type { Terminal } from './input.ts'
import { limitsOf } from '../limits.ts'
import { spareMemory } from './memory.ts'
import type { Arguments } from './options.ts'
import { createdAt, endings, formatOf, outputOf, refuseOverwriting, writeOut } from './output.ts'
import { progressOf } from './progress.ts'

const formats = Object.keys(packageReports) as PackageReportName[]
const ENDINGS: Readonly<Record<string, PackageReportName>> = { ...endings, json: 'json' }

/** SBOMs say when they were made. */
const isDated = (format: PackageReportName): boolean => format !== 'text' && format !== 'json'

/** Exit codes: 0 listed, 2 wrong usage, 3 input was lost. */
export async function packagesCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const quiet = given.has('quiet')
  const asked = given.one('format')
  const format = formatOf(asked ?? 'text', formats)
  const outputs = (given.values.output ?? []).map((word) =>
    outputOf(word, asked === undefined ? undefined : format, formats, ENDINGS, 'text'),
  )
  const targets = given.positionals
  if (targets.length === 0) throw new UsageError(['Of which image? For example: docker save web | plimsoll packages -'])
  refuseOverwriting(
    outputs,
    targets.map((name) => splitKind(name).path),
  )
  const options: PackageReportOptions = {
    tool: { name: 'Plimsoll', version: await version() },
    colour: !quiet && !given.has('no-color') && terminal.colour,
    width: quiet ? 0 : terminal.width,
    unicode: terminal.unicode,
    all: given.has('all'),
    files: given.has('files'),
    ...([format, ...outputs.map((output) => output.format)].some(isDated) && createdAt(terminal.sourceDateEpoch)),
  }
  const platform = given.one('platform')
  const progress = progressOf(terminal, quiet)
  let found: PackageLists
  try {
    found = await listPackages({
      targets,
      stdin: terminal.stdin,
      progress: progress.tell,
      ...(platform !== undefined && { platform }),
      ...(given.has('verify') && { verify: true }),
      ...(given.values.limit && { limits: limitsOf(given.values.limit) }),
      clock: () => performance.now(),
      large: spareMemory,
      ...(await cacheOf(given, terminal)),
    })
  } finally {
    progress.done()
  }
  const { lists, notices } = found
  for (const output of outputs) {
    const text = await packageReports[output.format](lists, notices, { ...options, colour: false, width: 0 })
    writeOut(output.file, text, terminal.write)
  }
  const lost = notices.filter((notice) => notice.lost)
  // A list that goes to a file in the format asked for is not shown twice.
  const toFile = outputs.some((output) => output.format === format || output.file === '-')
  const files = outputs.filter(({ file }) => file !== '-').map(({ file }) => shown(file))
  if (!quiet && !toFile) terminal.write(await packageReports[format](lists, notices, options))
  else if (!quiet && files.length > 0) terminal.warn(`plimsoll: written: ${files.join(', ')}\n`)
  // Formats that have no place for notices must not hide them.
  if (format !== 'json' && (format !== 'text' || toFile || quiet))
    for (const { message, place } of lost.slice(0, 5))
      terminal.warn(`plimsoll: ${shown(place.file)}: ${shown(message)}\n`)
  return lost.length > 0 ? 3 : 0
}
