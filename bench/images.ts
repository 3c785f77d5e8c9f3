/**
 * How fast, and in how much memory, the packages of real images are listed: whole processes of the built CLI, side by side with
 * other scanners where they are on the PATH and with what cannot be avoided (reading the file, hashing it, inflating its layers).
 * Prints one table and writes it to docs/bench.md; asserts nothing.
 *
 *   npm run bench:images -- FOLDER [--only WORD] [--runs N] [--date YYYY-MM-DD]
 *
 * FOLDER holds tar/NAME.tar (`docker save`), oci/NAME-gz/ and oci/NAME-zst/ (OCI layouts), as ../shared/images/convert.sh writes them.
 * The runs of one image in one form take turns, so that what else the machine does falls on all alike; each is run once before, untimed,
 * so that the file is in the page cache and the warm caches are full. `--only` keeps images whose name holds WORD, and writes no file.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { tell, type Row } from './images-table.ts'
import { limits } from './limits.ts'
import { figuresOf, run, type Command, type Figures, type Run } from './measure.ts'
import { peers, plimsoll, type Form } from './scanners.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'bin/plimsoll.cjs')
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, runs: { type: 'string' }, date: { type: 'string' } },
})
const [folder] = positionals
if (folder === undefined || !existsSync(join(folder, 'tar'))) {
  console.error('usage: npm run bench:images -- FOLDER    (FOLDER/tar/NAME.tar, oci/NAME-gz/, oci/NAME-zst/)')
  process.exit(2)
}
if (!existsSync(join(root, 'dist/cli/cli.cjs'))) {
  console.error('bench: dist/cli/cli.cjs is missing: npm run build first')
  process.exit(2)
}
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const output = join(scratch, 'output')

/** Something that is timed on one image in one form. */
interface Candidate {
  readonly name: string
  readonly command: Command
  readonly before?: () => void
  readonly count?: (output: string) => number
}
function once({ command, before }: Candidate): Run {
  before?.()
  return run(command, output, join(scratch, 'time'))
}

const ours = plimsoll(cli)
const others = peers()
const scanners = [ours, ...others.here]

/** Each way has a folder that is its alone, where its cache is. */
function candidatesOf(form: Form, path: string): Candidate[] {
  const list: Candidate[] = limits[form].map(({ name, command }) => ({ name, command: command(path) }))
  for (const { name, command: ask, before, count } of scanners.flatMap(({ ways }) => ways)) {
    const room = join(scratch, name.replaceAll(/\W+/g, '-'))
    rmSync(room, { recursive: true, force: true })
    mkdirSync(room)
    const command = ask(path, form, room)
    if (!command) continue
    list.push({
      name,
      command,
      ...(before && { before: () => before(room) }),
      ...(count && { count: (text: string) => count(text, room) }),
    })
  }
  return list
}

/** Undefined where what it wrote is no report. */
function countOf({ name, count }: Candidate): number | undefined {
  try {
    return count?.(readFileSync(output, 'utf8'))
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n')
    console.error(`  ${name}: no packages to count: ${why}`)
    return undefined
  }
}

const MOST_TURNS = 9
/** More turns where they cost little. */
const turnsOf = (first: number): number =>
  Number(given.runs ?? Math.min(MOST_TURNS, Math.max(3, Math.round(6 / first))))

function measure(image: string, form: Form, path: string): Row {
  const candidates = candidatesOf(form, path)
  const packages = new Map<string, number | undefined>()
  const turns = new Map<string, number>()
  for (const candidate of candidates) {
    console.error(`${image}, ${form}: ${candidate.name}`)
    turns.set(candidate.name, turnsOf(once(candidate).seconds))
    if (candidate.count) packages.set(candidate.name, countOf(candidate))
  }
  const runs = new Map<string, Run[]>()
  for (let turn = 0; turn < Math.max(...turns.values()); turn++)
    for (const candidate of candidates) {
      if (turn >= (turns.get(candidate.name) ?? 0)) continue
      runs.set(candidate.name, [...(runs.get(candidate.name) ?? []), once(candidate)])
    }
  const figures = new Map([...runs].map(([name, each]) => [name, figuresOf(each)]))
  return { image, form, megabytes: sizeOf(path) / 1e6, figures, packages }
}

function sizeOf(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

function startOf(args: readonly string[]): Figures {
  const candidate: Candidate = { name: 'start', command: { program: process.execPath, args } }
  once(candidate)
  return figuresOf(Array.from({ length: 15 }, () => once(candidate)))
}

const forms: readonly (readonly [Form, (name: string) => string])[] = [
  ['docker-save', (name) => join(folder, 'tar', `${name}.tar`)],
  ['OCI gzip', (name) => join(folder, 'oci', `${name}-gz`)],
  ['OCI zstd', (name) => join(folder, 'oci', `${name}-zst`)],
]
const images = readdirSync(join(folder, 'tar'))
  .filter((name) => name.endsWith('.tar'))
  .map((name) => name.slice(0, -4))
  .filter((name) => given.only === undefined || name.includes(given.only))
  .toSorted((a, b) => sizeOf(join(folder, 'tar', `${a}.tar`)) - sizeOf(join(folder, 'tar', `${b}.tar`)))

const start = { empty: startOf(['-e', '0']), idle: startOf([cli, '--version']) }
const rows = images.flatMap((name) =>
  forms.filter(([, path]) => existsSync(path(name))).map(([form, path]) => measure(name, form, path(name))),
)
const date = given.date ?? process.env.BENCH_DATE ?? new Date().toISOString().slice(0, 10)
const text = tell({ rows, scanners, absent: others.absent, start, date })
console.log(text)
if (given.only === undefined) writeFileSync(join(root, 'docs/bench.md'), text)
