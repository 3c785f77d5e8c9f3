/** Runs the command line as a user does, in this process where that is enough: a process start costs half a second. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, expect } from 'vitest'
import { main } from '../../src/cli/main.ts'

export const root = resolve(import.meta.dirname, '../..')
/** Node 24, whatever runs the tests was started by. */
export const node = process.execPath

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}
export interface RunOptions {
  readonly stdin?: string | Buffer
  /** Working directory. */
  readonly from?: string
  readonly today?: string
  readonly colour?: boolean
}

/** One run at a time: the working directory belongs to the process. */
export async function plimsoll(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const before = process.cwd()
  let out = ''
  let err = ''
  process.chdir(options.from ?? root)
  try {
    const code = await main(words, {
      stdin: (async function* () {
        if (options.stdin !== undefined) yield Buffer.from(options.stdin)
      })(),
      write: (text) => (out += text),
      warn: (text) => (err += text),
      cache: {},
      colour: options.colour ?? false,
      progress: false,
      width: 100,
      unicode: true,
      today: options.today ?? '2026-01-31',
    })
    return sound({ code, out, err })
  } finally {
    process.chdir(before)
  }
}

/** A process of its own, for what only that shows. */
export function start(
  command: string,
  words: readonly string[],
  options: { readonly stdin?: string | Buffer; readonly from?: string; readonly env?: Record<string, string> } = {},
): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: options.from ?? root,
    input: options.stdin ?? '',
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), NO_COLOR: '1', ...options.env },
    timeout: 240_000,
    maxBuffer: 2 ** 28,
  })
  if (error) throw error
  return sound({ code: status ?? -1, out: stdout.toString(), err: stderr.toString() })
}

/** Whatever was given: no stack trace, no fault of ours, no escape that input brought along. */
export function sound(ran: Ran): Ran {
  const all = ran.out + ran.err
  expect(all).not.toMatch(/^\s+at .*(?:\.[cm]?[jt]s:\d+|node:internal|<anonymous>)/m)
  expect(all).not.toContain('fault of Plimsoll')
  expect([0, 1, 2, 3]).toContain(ran.code)
  return ran
}

/** A folder for the tests of one file, removed after them. */
export function folder(): { readonly path: string; put(name: string, content: string | Buffer): string } {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path,
    put: (name, content) => {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
      return file
    },
  }
}

interface Told {
  readonly verdict: string
  readonly exitCode: number
  readonly summary: Readonly<Record<string, number>>
  readonly targets: readonly { readonly name: string; readonly kind: string; readonly containers: number }[]
  readonly ignored: { readonly files: number; readonly folders: number }
  readonly subjects: readonly {
    readonly id: string
    readonly image?: string
    readonly place: { readonly file: string }
  }[]
  readonly findings: readonly {
    readonly rule: string
    readonly severity: string
    readonly outcome: string
    readonly message: string
    readonly place: { readonly file: string; readonly line: number }
    readonly subjects: readonly string[]
  }[]
  readonly waived: readonly { readonly finding: { readonly rule: string }; readonly reason: string }[]
  readonly notices: readonly {
    readonly id: string
    readonly message: string
    readonly lost: boolean
    readonly place: { readonly file: string; readonly line: number; readonly in?: string; readonly layer?: number }
  }[]
}
/** The JSON report. Nothing outside JSON may be on standard output. */
export const told = (ran: Ran): Told => JSON.parse(ran.out) as Told
export const scan = async (words: readonly string[], options: RunOptions = {}): Promise<Told & { code: number }> => {
  const ran = await plimsoll(['scan', '--format', 'json', ...words], options)
  if (ran.code === 2) throw new Error(ran.err)
  const result = told(ran)
  expect(result.exitCode).toBe(ran.code)
  return { ...result, code: ran.code }
}
/** Rules that fail, in the order of the report. */
export const failing = (result: Told): readonly string[] =>
  result.findings.filter(({ outcome }) => outcome === 'fail').map(({ rule }) => rule)

export const PRIVILEGED = 'services:\n  web:\n    image: shop/web:1.0.0\n    mem_limit: 1g\n    privileged: true\n'
export const HARMLESS = 'services:\n  web:\n    image: shop/web:1.0.0\n    mem_limit: 1g\n    user: "1000"\n'
