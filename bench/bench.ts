/**
 * How fast, and in how much memory: whole processes of the built CLI, side by side with what cannot be avoided
 * (an empty Node start, `cat`, inflating alone) and with other scanners where they are on the PATH. Prints a table; asserts nothing.
 *
 *   npm run bench [WORD]      only the rows whose name holds WORD
 *
 * Files are read once before they are timed, so that the disk is not what is measured; every figure is the median of its runs,
 * which take turns, so that what else the machine does falls on all alike.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { writeImage } from './archive.ts'
import { manifests } from './manifests.ts'

const root = new URL('../', import.meta.url).pathname
const cli = join(root, 'bin/plimsoll.cjs')
const only = process.argv[2]

interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}
const node = (...args: string[]): Command => ({ program: process.execPath, args })
const scan = (...targets: string[]): Command => node(cli, 'scan', '--quiet', ...targets)
const inflateAlone = join(root, 'bench/inflate.cjs')

interface Row {
  readonly name: string
  readonly command: Command
  readonly runs?: number
  /** Said beside the figures. */
  readonly goal?: (figures: Figures, all: ReadonlyMap<string, Figures>) => string
}
interface Figures {
  /** Median, seconds. */
  readonly seconds: number
  /** The fastest run: what little else on the machine can have slowed. */
  readonly best: number
  /** Peak resident set, MB, and seconds of processor time in all threads; of Node only. */
  readonly own: { readonly memory: number; readonly processor: number } | undefined
  readonly status: number | null
}

function once({ program, args, env }: Command): { seconds: number; status: number | null } {
  const start = process.hrtime.bigint()
  const { status, error } = spawnSync(program, [...args], { stdio: 'ignore', env: { ...process.env, ...env } })
  if (error) throw error
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, status }
}

/** Asked of the process itself, in a run of its own. */
function own(command: Command): Figures['own'] {
  if (command.program !== process.execPath) return undefined
  const file = join(scratch, 'own')
  rmSync(file, { force: true })
  once({ ...command, args: ['--require', join(root, 'bench/own.cjs'), ...command.args], env: { BENCH_OWN: file } })
  if (!existsSync(file)) return undefined
  const [memory = Number.NaN, processor = Number.NaN] = readFileSync(file, 'utf8').split(' ').map(Number)
  return { memory: memory / 1024, processor: processor / 1e6 }
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
const onPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)))

if (!existsSync(join(root, 'dist/cli/cli.cjs'))) {
  console.error('bench: dist/cli/cli.cjs is missing: npm run build first')
  process.exit(2)
}
const kept = join(tmpdir(), 'plimsoll-bench')
mkdirSync(kept, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

const plain = join(kept, 'image.tar')
const outer = join(kept, 'image.tar.gz')
const inner = join(kept, 'image-gzip-layers.tar')
const stamp = join(kept, 'written-by')
const writer = readFileSync(new URL('archive.ts', import.meta.url), 'utf8')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== writer) {
  writeImage(plain, false)
  writeImage(inner, true)
  await pipeline(createReadStream(plain), createGzip({ level: 6 }), createWriteStream(outer))
  writeFileSync(stamp, writer)
}
const compose = join(scratch, 'compose.yaml')
writeFileSync(
  compose,
  'services:\n  web:\n    image: nginx:1.27\n    user: "101"\n    read_only: true\n    ports: ["8080:80"]\n  db:\n    image: postgres:16\n    privileged: true\n',
)
const folder = join(scratch, 'manifests')
const source = manifests(folder, 1000)
/** The first of them that is a whole Kubernetes workload, and ten. */
const ten = join(scratch, 'ten')
manifests(ten, 10)
const one = join(ten, '0000.yaml')

const ratio = (a: Figures, b: Figures | undefined): string =>
  b ? `${(a.seconds / b.seconds).toFixed(2)} (best ${(a.best / b.best).toFixed(2)})` : '?'
const against =
  (name: string, limit: number, what: string) =>
  (figures: Figures, all: ReadonlyMap<string, Figures>): string =>
    `${ratio(figures, all.get(name))}x ${what} (goal <= ${limit}x)`
const within =
  (seconds: number, memory?: number) =>
  (figures: Figures, all: ReadonlyMap<string, Figures>): string =>
    `goal <= ${seconds} s${memory === undefined ? '' : `, <= ${memory} MB`}; ${ratio(figures, all.get('empty Node start'))}x an empty start` +
    (memory === undefined ? '' : `, ${ratio(figures, all.get('cat image.tar'))}x cat`)

const rows: Row[] = [
  { name: 'empty Node start', command: node('-e', '0'), runs: 15 },
  {
    name: 'scan compose.yaml',
    command: scan(compose),
    runs: 15,
    goal: against('empty Node start', 2.5, 'an empty start'),
  },
  {
    name: 'plimsoll --version',
    command: node(cli, '--version'),
    runs: 9,
    goal: against('empty Node start', 2.5, 'an empty start'),
  },
  { name: 'cat image.tar', command: { program: 'cat', args: [plain] }, runs: 9 },
  { name: 'scan image.tar', command: scan(plain), runs: 9, goal: within(0.3, 150) },
  { name: 'gzip -dc image.tar.gz', command: { program: 'gzip', args: ['-dc', outer] } },
  { name: 'node:zlib image.tar.gz', command: node(inflateAlone, outer) },
  { name: 'scan image.tar.gz', command: scan(outer), goal: against('node:zlib image.tar.gz', 1.3, 'node:zlib alone') },
  {
    name: 'scan image, gzip layers',
    command: scan(inner),
    goal: against('node:zlib image.tar.gz', 1.3, 'node:zlib alone'),
  },
  { name: 'scan one manifest', command: scan(one), runs: 9, goal: within(0.15) },
  { name: 'scan ten manifests', command: scan(ten), runs: 9, goal: within(0.2) },
  { name: 'scan 1000 manifests', command: scan(folder), goal: within(1) },
]
const real = join(process.env.PLIMSOLL_REAL_DIR ?? join(tmpdir(), 'plimsoll-real'))
if (existsSync(join(real, 'done'))) {
  const gz = join(real, 'docker.tar.gz')
  rows.push(
    { name: 'scan real docker.tar', command: scan(join(real, 'docker.tar')), runs: 9, goal: within(0.3, 150) },
    { name: 'node:zlib real docker.tar.gz', command: node(inflateAlone, gz) },
    {
      name: 'scan real docker.tar.gz',
      command: scan(gz),
      goal: against('node:zlib real docker.tar.gz', 1.3, 'node:zlib alone'),
    },
    {
      name: 'scan real OCI, gzip layers',
      command: scan(join(real, 'oci')),
      goal: against('node:zlib real docker.tar.gz', 1.3, 'node:zlib alone'),
    },
    { name: 'scan real OCI, zstd layers', command: scan(join(real, 'oci-zstd')) },
  )
}
const peers: readonly (readonly [string, readonly string[]])[] = [
  ['trivy', ['image', '--quiet', '--scanners', 'misconfig', '--input', plain]],
  ['grype', ['--quiet', `docker-archive:${plain}`]],
  ['dockle', ['--input', plain]],
  ['kube-linter', ['lint', folder]],
  ['checkov', ['--quiet', '--compact', '-d', folder]],
  ['kics', ['scan', '--no-progress', '-p', folder]],
  ['kubescape', ['scan', folder]],
]
for (const [program, args] of peers)
  if (onPath(program))
    rows.push({
      name: `${program} ${args.includes(folder) ? '1000 manifests' : 'image.tar'}`,
      command: { program, args },
      runs: 3,
    })

const chosen = rows.filter(({ name, goal }) => only === undefined || name.includes(only) || goal === undefined)
const taken = new Map<string, number[]>()
const status = new Map<string, number | null>()
for (const { command } of chosen) once(command)
for (let turn = 0; turn < Math.max(...chosen.map(({ runs = 5 }) => runs)); turn++)
  for (const { name, command, runs = 5 } of chosen) {
    if (turn >= runs) continue
    const run = once(command)
    status.set(name, run.status)
    taken.set(name, [...(taken.get(name) ?? []), run.seconds])
  }
const figures = new Map<string, Figures>(
  chosen.map(({ name, command }) => [
    name,
    {
      seconds: median(taken.get(name) ?? []),
      best: Math.min(...(taken.get(name) ?? [])),
      own: own(command),
      status: status.get(name) ?? null,
    },
  ]),
)

const size = (path: string) => (statSync(path).size / 1e6).toFixed(0)
console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB; ` +
    `image.tar ${size(plain)} MB, image.tar.gz ${size(outer)} MB; ${readdirSync(folder).length} manifests: ${source}`,
)
const widest = Math.max(...chosen.map(({ name }) => name.length))
console.log(`${''.padEnd(widest)}   seconds     best  processor  peak MB  exit`)
for (const { name, goal } of chosen) {
  const one = figures.get(name)
  if (!one) continue
  console.log(
    `${name.padEnd(widest)}  ${one.seconds.toFixed(3).padStart(8)}  ${one.best.toFixed(3).padStart(7)}  ${(one.own?.processor.toFixed(2) ?? '-').padStart(9)}  ${(one.own?.memory.toFixed(0) ?? '-').padStart(7)}  ${String(one.status).padStart(4)}  ${goal?.(one, figures) ?? ''}`,
  )
}
const absent = peers.filter(([program]) => !onPath(program)).map(([program]) => program)
if (absent.length > 0) console.log(`not on the PATH, so not measured: ${absent.join(', ')}`)
if (!existsSync(join(real, 'done')))
  console.log(`no real image in ${real} (npx vitest run test/real builds it): its rows are left out`)
