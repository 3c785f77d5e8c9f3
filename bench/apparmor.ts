/** Parsing all of Debian's AppArmor profiles, beside `apparmor_parser -N` on the same files, in one run: node bench/apparmor.ts */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { IncludeCache } from '../src/confine/apparmor/includes.ts'
import { parseAppArmor } from '../src/confine/apparmor/read.ts'

const folders = ['/etc/apparmor.d', '/usr/share/apparmor/extra-profiles'].filter((folder) => existsSync(folder))
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('README')),
)
/** As apparmor_parser: folders are read file by file. */
function include(name: string): string | readonly string[] | undefined {
  const path = [name, ...folders.map((folder) => join(folder, name))].find(
    (one) => one.startsWith('/') && existsSync(one),
  )
  if (path === undefined) return undefined
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
  return readdirSync(path)
    .filter((one) => !one.startsWith('.') && statSync(join(path, one)).isFile())
    .map((one) => `${name.replace(/\/$/, '')}/${one}`)
}

/** Milliseconds of the fastest and the middle of some runs. */
function times(runs: number, work: () => void): { least: number; middle: number; first: number } {
  const all = Array.from({ length: runs }, () => {
    const before = performance.now()
    work()
    return performance.now() - before
  })
  const sorted = all.toSorted((a, b) => a - b)
  return { first: all[0] ?? 0, least: sorted[0] ?? 0, middle: sorted[runs >> 1] ?? 0 }
}

if (files.length === 0)
  console.log('no profiles: install the Debian packages apparmor, apparmor-profiles and apparmor-profiles-extra')
else {
  let rules = 0
  const ours = times(15, () => {
    const cache = new IncludeCache()
    rules = 0
    for (const file of files)
      for (const profile of parseAppArmor(file, readFileSync(file, 'utf8'), { include, cache }).value.profiles)
        rules += profile.rules.length
  })
  const parser = ['-N', ...folders.flatMap((folder) => ['-I', folder]), ...files]
  const absent = spawnSync('apparmor_parser', ['--version']).status !== 0
  const theirs = absent ? undefined : times(9, () => void spawnSync('apparmor_parser', parser, { stdio: 'ignore' }))
  const round = (value: number): string => `${value.toFixed(0)} ms`
  console.log(`${files.length} files, ${rules} rules with their includes`)
  console.log(
    `parseAppArmor         first run ${round(ours.first)}, middle ${round(ours.middle)}, fastest ${round(ours.least)}`,
  )
  if (theirs) {
    console.log(
      `apparmor_parser -N    first run ${round(theirs.first)}, middle ${round(theirs.middle)}, fastest ${round(theirs.least)}`,
    )
    console.log(
      `ratio                 middle ${(ours.middle / theirs.middle).toFixed(1)}, first run ${(ours.first / theirs.first).toFixed(1)}`,
    )
  } else console.log('apparmor_parser is absent')
}
