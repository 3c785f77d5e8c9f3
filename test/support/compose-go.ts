/** compose-go, the library of docker compose, as an oracle: files in, resolved projects out (test/oracle/compose-go). */
import { spawnSync } from 'node:child_process'
import { buildOracle, removeOracles } from './oracle.ts'

/** Removes the program: to be called when all tests are done. */
export const removeOracle = removeOracles
/** The path of the built program, or why there is none. */
export const oracle = (): ReturnType<typeof buildOracle> => buildOracle('compose-go')

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
