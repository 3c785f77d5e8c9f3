/** compose-go, the library of docker compose, as an oracle: files in, resolved projects out (test/oracle/compose-go). */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, '../oracle/compose-go')

let folder = ''
/** Removes the program: to be called when all tests are done. */
export const removeOracle = (): void => void (folder !== '' && rmSync(folder, { recursive: true, force: true }))

/** The path of the built program, or why there is none. */
export function oracle(): { readonly path: string } | { readonly absent: string } {
  const go = ['go', '/usr/local/go/bin/go'].find((name) => spawnSync(name, ['version']).status === 0)
  if (go === undefined) return { absent: 'go is not installed' }
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-compose-go-'))
  const path = join(folder, 'oracle')
  const built = spawnSync(go, ['build', '-mod=readonly', '-o', path, '.'], {
    cwd: SOURCE,
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...process.env, GOFLAGS: '-buildvcs=false', ...(modulesAreHere(go) && { GOPROXY: 'off' }) },
  })
  return built.status === 0 && existsSync(path)
    ? { path }
    : { absent: `compose-go cannot be built: ${(built.stderr || String(built.error)).slice(0, 300)}` }
}
const modulesAreHere = (go: string): boolean =>
  spawnSync(go, ['mod', 'verify'], { cwd: SOURCE, env: { ...process.env, GOPROXY: 'off', GOFLAGS: '' } }).status === 0

export interface Resolved {
  readonly file: string
  readonly error?: string
  readonly project?: { readonly services?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
}

/** The home folder that `~` stands for. */
export const HOME = '/home/oracle'

/** Every project, resolved; one is a file, or several that are merged. */
export function resolve(path: string, projects: readonly (readonly string[])[]): readonly Resolved[] {
  const { stdout, status, stderr } = spawnSync(path, [], {
    input: `${projects.map((files) => files.join('\t')).join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
    env: { HOME },
  })
  if (status !== 0) throw new Error(`the oracle failed: ${stderr.slice(0, 500)}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Resolved)
}
