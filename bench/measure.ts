/** Whole processes, one after another: how long each took, in how much memory. */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** One process, from start to exit. */
export interface Run {
  readonly seconds: number
  /** Processor time of all its threads, user and system, in seconds; absent without GNU time. */
  readonly processor?: number
  /** Largest resident set of a process of it, MB (2^20 bytes); absent without GNU time. */
  readonly peak?: number
  readonly status: number | null
}

/** Where a program is; undefined where it is not on the PATH. */
export const onPath = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))

/** GNU time(1), which asks the kernel what the process took (wait4(2)); started in between, it adds a millisecond to all alike. */
const GNU_TIME = ['/usr/bin/time', '/bin/time'].find(
  (path) => existsSync(path) && spawnSync(path, ['-f', '%M', 'true']).status === 0,
)
export const measuresMemory = GNU_TIME !== undefined

/** Runs a command; what it writes goes to `output`, and `scratch` is a file for our own use. */
export function run({ program, args, env }: Command, output: string, scratch: string): Run {
  const words = GNU_TIME ? ['-q', '-o', scratch, '-f', '%U %S %M', program, ...args] : [...args]
  const written = openSync(output, 'w')
  try {
    const start = process.hrtime.bigint()
    const { status, error } = spawnSync(GNU_TIME ?? program, words, {
      stdio: ['ignore', written, 'ignore'],
      env: { ...process.env, ...env },
    })
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    if (error) throw error
    if (!GNU_TIME) return { seconds, status }
    const [user = Number.NaN, system = Number.NaN, peak = Number.NaN] = readFileSync(scratch, 'utf8')
      .split(/\s+/)
      .map(Number)
    return { seconds, processor: user + system, peak: peak / 1024, status }
  } finally {
    closeSync(written)
  }
}

const middle = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN

/** What many runs of one command come to. */
export interface Figures {
  /** Medians. */
  readonly seconds: number
  readonly processor: number | undefined
  readonly peak: number | undefined
  /** The fastest run: what little else on the machine can have slowed. */
  readonly best: number
  readonly runs: number
  /** Exit codes, each once. */
  readonly statuses: readonly (number | null)[]
}

export function figuresOf(runs: readonly Run[]): Figures {
  const known = (list: readonly (number | undefined)[]) => {
    const numbers = list.filter((one) => one !== undefined)
    return numbers.length === 0 ? undefined : middle(numbers)
  }
  return {
    seconds: middle(runs.map(({ seconds }) => seconds)),
    processor: known(runs.map(({ processor }) => processor)),
    peak: known(runs.map(({ peak }) => peak)),
    best: Math.min(...runs.map(({ seconds }) => seconds)),
    runs: runs.length,
    statuses: [...new Set(runs.map(({ status }) => status))],
  }
}
