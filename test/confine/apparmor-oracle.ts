/** apparmor_parser of Debian's package `apparmor` (3.0.8), asked without the kernel; and where Debian's profiles are. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Included } from '../../src/confine/apparmor/includes.ts'

export const FEATURES = '/etc/apparmor.d/abi/3.0'
export const hasParser = existsSync(FEATURES) && spawnSync('apparmor_parser', ['--version']).status === 0
if (!hasParser) console.log('apparmor_parser is absent (Debian package apparmor): tests that ask it are skipped')

export const FOLDERS = ['/etc/apparmor.d', '/usr/share/apparmor/extra-profiles']

/** Accepted, or what the parser said; undefined where it took longer than ten seconds or crashed. */
export function askParser(
  text: string,
  folders: readonly string[] = FOLDERS,
  cwd = '/',
): Promise<true | string | undefined> {
  const includes = folders.flatMap((folder) => ['-I', folder])
  return new Promise((answer) => {
    const child = execFile(
      'apparmor_parser',
      // Without features, rules for mounts, signals and the like would be dropped unseen.
      ['--config-file=/dev/null', '-M', FEATURES, '-Q', '-K', '-S', ...includes],
      { timeout: 10_000, cwd, encoding: 'buffer', maxBuffer: 1 << 28 },
      // Without a word it has not refused but failed: 3.0.8 does so where a network rule stands before a condition.
      (error, _out, said) =>
        answer(
          error === null
            ? true
            : error.killed === true || error.signal != null || said.length === 0
              ? undefined
              : said.toString('utf8'),
        ),
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(text)
  })
}

/** Includes from folders of this machine, as apparmor_parser finds them. */
export const includeFrom =
  (folders: readonly string[], cwd = '/'): Included =>
  (name) => {
    for (const path of name.startsWith('/')
      ? [name]
      : [...folders.map((folder) => join(folder, name)), join(cwd, name)]) {
      if (!existsSync(path)) continue
      if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
      return readdirSync(path)
        .filter(
          (one) => !/^\.|~$|\.(?:dpkg-\w+|rpm\w+|orig|rej|md|lst)$/.test(one) && statSync(join(path, one)).isFile(),
        )
        .map((one) => `${name.replace(/\/$/, '')}/${one}`)
    }
    return undefined
  }

/** Debian's own profiles: [file, text]. */
export const debianProfiles = (): readonly (readonly [string, string])[] =>
  FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => statSync(join(folder, name)).isFile() && name !== 'README')
      .sort()
      .map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')] as const),
  )

/** Runs some at a time, in order of the answers' places. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>, at = 3): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  await Promise.all(
    Array.from({ length: at }, async () => {
      for (const [index, item] of queue) results[index] = await work(item)
    }),
  )
  return results
}
