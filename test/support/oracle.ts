/** Small programs around upstream's own code (test/oracle): built with Go where a test asks for them, else skipped with the reason. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []
/** Removes the programs: to be called when all tests are done. */
export const removeOracles = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** The path of the program built from test/oracle/NAME, or why there is none. */
export function buildOracle(name: string): { readonly path: string } | { readonly absent: string } {
  const source = join(import.meta.dirname, '../oracle', name)
  const go = ['go', '/usr/local/go/bin/go'].find((each) => spawnSync(each, ['version']).status === 0)
  if (go === undefined) return { absent: 'go is not installed' }
  const folder = mkdtempSync(join(tmpdir(), `plimsoll-${name}-`))
  folders.push(folder)
  const path = join(folder, 'oracle')
  const env = { ...process.env, GOFLAGS: '-buildvcs=false' }
  const modulesAreHere =
    spawnSync(go, ['mod', 'verify'], { cwd: source, env: { ...env, GOPROXY: 'off', GOFLAGS: '' } }).status === 0
  const built = spawnSync(go, ['build', '-mod=readonly', '-o', path, '.'], {
    cwd: source,
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...env, ...(modulesAreHere && { GOPROXY: 'off' }) },
  })
  return built.status === 0 && existsSync(path)
    ? { path }
    : { absent: `${name} cannot be built: ${(built.stderr || String(built.error)).slice(0, 300)}` }
}
