/** docs/bench.md: the table of bench/images.ts, and what one must know to read it. */
import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { against } from './goals.ts'
import { limits } from './limits.ts'
import { measuresMemory, onPath, type Figures } from './measure.ts'
import type { Form, Scanner } from './scanners.ts'

/** One image in one form; figures by the name of the limit or of the way. */
export interface Row {
  readonly image: string
  readonly form: Form
  readonly megabytes: number
  readonly figures: ReadonlyMap<string, Figures>
  /** Packages that each way lists; undefined where what it wrote could not be read. */
  readonly packages: ReadonlyMap<string, number | undefined>
}

const seconds = (figure: number): string => figure.toFixed(figure < 0.1 ? 3 : 2)

/** `0.31 (0.29) s, 120 MB`, and the exit code where it is not 0. */
function cell(figures: Figures | undefined): string {
  if (!figures) return '-'
  const peak = figures.peak === undefined ? '' : `, ${figures.peak.toFixed(0)} MB`
  const bad = figures.statuses.filter((status) => status !== 0)
  return `${seconds(figures.seconds)} (${seconds(figures.best)}) s${peak}${bad.length > 0 ? `, exit ${bad.join('/')}` : ''}`
}

/** The first way of a scanner is the cold one. */
function packagesOf(scanners: readonly Scanner[], { packages }: Row): string {
  return scanners
    .flatMap(({ ways: [way] }) =>
      way && packages.has(way.name) ? [`${way.name} ${packages.get(way.name) ?? '?'}`] : [],
    )
    .join('<br>')
}

function runsOf(rows: readonly Row[]): string {
  const counts = rows.flatMap(({ figures }) => [...figures.values()].map(({ runs }) => runs))
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most ? `${least}` : `${least} to ${most}, the more the shorter,`
}

function versionOf(program: string): string[] {
  if (onPath(program) === undefined) return []
  const [line = ''] = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split('\n')
  return [line.replaceAll(/^\*+ *| *\*+$/g, '')]
}

export function tell({
  rows,
  scanners,
  absent,
  start: { empty, idle },
  date,
}: {
  readonly rows: readonly Row[]
  readonly scanners: readonly Scanner[]
  readonly absent: readonly string[]
  readonly start: { readonly empty: Figures; readonly idle: Figures }
  readonly date: string
}): string {
  const ways = scanners.flatMap((scanner) => scanner.ways)
  const [, ...others] = scanners
  const packagePeers = others.flatMap(({ ways: [way] }) => (way?.count ? [way.name] : []))
  const header = ['image', 'form', 'MB', 'limits, s', ...ways.map(({ name }) => name), 'packages', 'against the goals']
  const lines = rows.map((row) => [
    row.image,
    row.form,
    row.megabytes.toFixed(0),
    limits[row.form]
      .flatMap(({ name }) => {
        const found = row.figures.get(name)
        return found ? [`${name} ${seconds(found.seconds)}`] : []
      })
      .join('<br>'),
    ...ways.map(({ name }) => cell(row.figures.get(name))),
    packagesOf(scanners, row),
    against(row.image, row.form, row.figures, packagePeers).join('<br>'),
  ])
  const processors = cpus()
  return `# Images, measured

Written by \`npm run bench:images -- FOLDER\` on ${date}; nothing in it is written by hand. FOLDER is what \`../shared/images/build.sh\` and \`convert.sh\` make.

- Machine: ${processors.length} x ${processors[0]?.model.trim() ?? '?'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Linux ${release()}.
- Versions: ${[...scanners.map(({ program, version }) => `${program} ${version}`), `Node ${process.version}`, ...versionOf('gzip'), ...versionOf('zstd')].join('; ')}.
${absent.length > 0 ? `- Not on the PATH, so not measured: ${absent.join(', ')}.\n` : ''}- Whole processes from start to exit, packages only, input in the page cache. Median (fastest) of ${runsOf(rows)} runs that take turns; MB is the largest resident set${measuresMemory ? '' : ', which needs GNU time, and that is not installed here'}.
- Cold: the cache folder is new in each run, and written. Warm: it is kept from the run before. docker-save: layers as Docker saves them, uncompressed. Blobs of an OCI layout are verified by Plimsoll in every run, by the others in none.
- Limits: reading the file; hashing it; inflating its layers one after another by gzip or zstd, and all at once by bare node:zlib.
- Start without work: \`plimsoll --version\` ${seconds(idle.seconds)} (${seconds(idle.best)}) s (goal 0.1), an empty Node ${seconds(empty.seconds)} (${seconds(empty.best)}) s.
- Goals in seconds are for the machine where the peers were measured first (there \`cat\` of debian-min, many-files, debian-node, debian-python and big took 0.03, 0.06, 0.08, 0.15 and 0.43 s); ratios hold anywhere. Plimsoll, cold, is held against the fastest in this run of those that list packages, whatever it found.
- Packages: rows of each scanner's own report, which count differently: see the numbers beside each other, not their differences.

${[header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`
}
