/**
 * The packages of real images against what the package managers say: none missing, none extra, each with the layer that brought it,
 * and those that a later layer took away apart from the rest.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openImages } from '../../src/images.ts'
import type { Package, Packages, PackageType } from '../../src/model/package.ts'
import type { Image } from '../../src/model/subject.ts'
import type { ImageTarget } from '../../src/image/open.ts'
import { build, dpkgTruth, forms, NPM_FOLDERS, npmTruth, PIP_FOLDERS, pipTruth, whyNot } from './build.ts'

const sorted = (list: Iterable<string>): string[] => [...list].sort()

/** The only image of a target, read without a complaint of packages. */
async function open(target: ImageTarget): Promise<{ readonly image: Image; readonly packages: Packages }> {
  const { value: images, notices } = await openImages([target])
  const [image, ...others] = images
  if (!image?.parts) throw new Error(`no packages: ${JSON.stringify(notices)}`)
  const complaints = [...notices, ...image.notices].filter(({ id }) => id !== 'file-capabilities-unread')
  expect([complaints, others]).toEqual([[], []])
  return { image, packages: image.parts.packages }
}

const ofType = <P extends Package>(list: readonly P[], type: PackageType): P[] =>
  list.filter((one) => one.type === type)
const named = ({ name, version }: Package): string => `${name} ${version}`
/** `path name version` of every place of every package. */
const placed = (list: readonly Package[]): string[] =>
  list.flatMap((one) => one.locations.map(({ path }) => `${path} ${named(one)}`))

const reason = whyNot()
if (reason !== undefined) console.log(`test/real/packages.test.ts: Debian, pip and npm are skipped: ${reason}`)

describe.skipIf(reason !== undefined)('a Debian image with packages of pip and npm, three layers', () => {
  let packages: Packages
  beforeAll(async () => {
    await build()
    const [form] = forms
    if (!form) throw new Error('no form')
    packages = (await open({ kind: form.kind, name: form.path, path: form.path })).packages
  }, 900_000)

  it('has what dpkg-query lists as installed: name, version, architecture, source', () => {
    const line = (one: { name: string; version: string; architecture: string; source: string }) =>
      [one.name, one.version, one.architecture, one.source || one.name].join(' ')
    const truth = dpkgTruth().filter(({ state }) => state === 'installed')
    expect(truth.length).toBeGreaterThan(100)
    expect(sorted(ofType(packages.installed, 'deb').map(line))).toEqual(sorted(truth.map(line)))
  })

  it('has what pip lists in its three folders', () => {
    const truth = PIP_FOLDERS.flatMap((folder) => pipTruth(folder).map((one) => `${folder} ${one}`))
    const is = ofType(packages.installed, 'pypi').flatMap((one) =>
      one.locations.map(({ path }) => `${path.replace(/-packages\/.*$/, '-packages')} ${named(one)}`),
    )
    expect(truth.length).toBeGreaterThan(10)
    expect(sorted(is)).toEqual(sorted(truth))
  })

  it('has what npm ls lists, at each place', () => {
    const truth = NPM_FOLDERS.flatMap((folder) => npmTruth(folder))
    expect(truth.length).toBeGreaterThan(60)
    const is = placed(ofType(packages.installed, 'npm')).map((line) => line.replace('/package.json ', ' '))
    expect(sorted(is)).toEqual(sorted(truth))
  })

  it('has no packages of any other kind', () => {
    expect(new Set(packages.installed.map(({ type }) => type))).toEqual(new Set(['deb', 'npm', 'pypi']))
    const purls = packages.installed.map(({ purl }) => purl)
    expect(new Set(purls).size).toBe(purls.length)
  })

  it('says which layer brought each: the first that has had it ever since', () => {
    const layerOf = (type: PackageType, name: string) =>
      ofType(packages.installed, type)
        .filter((one) => one.name === name)
        .flatMap(({ locations }) => locations.map(({ layer }) => layer))
    // The last layer wrote dpkg's database anew, for a package that it purged.
    expect(
      new Set(ofType(packages.installed, 'deb').flatMap(({ locations }) => locations.map(({ layer }) => layer))),
    ).toEqual(new Set([0]))
    expect(layerOf('pypi', 'requests')).toEqual([1])
    expect(layerOf('pypi', 'six')).toEqual([2])
    expect(layerOf('npm', 'express')).toEqual([1])
  })

  it('has what the last layer deleted or replaced apart, with the layer that had brought it', () => {
    const removed = (type: PackageType) =>
      ofType(packages.removed, type).map((one) => `${named(one)} ${one.locations[0].layer} ${one.removedIn}`)
    expect(removed('deb').map((line) => line.replace(/ \S+/, ''))).toEqual(['ed 0 2', 'nano 0 2'])
    expect(sorted(removed('pypi'))).toEqual([
      'click 8.1.7 1 2',
      'itsdangerous 2.1.2 1 2',
      'six 1.15.0 1 2',
      'toml 0.10.2 1 2',
      'toolz 0.12.0 1 2',
    ])
    // rimraf brought others with it, of which npm took away what nothing else needs.
    expect(removed('npm')).toEqual(
      expect.arrayContaining(['lodash 4.17.20 1 2', 'rimraf 5.0.5 1 2', 'semver 7.5.4 1 2']),
    )
    const there = new Set(packages.installed.map(({ purl }) => purl))
    expect(packages.removed.filter(({ purl }) => there.has(purl))).toEqual([])
  })

  it('is not told by a lock file that a package is there whose files are gone', () => {
    const lodash = (list: readonly Package[]) => list.filter(({ type, name }) => type === 'npm' && name === 'lodash')
    expect(lodash(packages.installed)).toEqual([])
    expect(lodash(packages.declared).map(named)).toEqual(['lodash 4.17.20'])
    expect(sorted(lodash(packages.declared).flatMap(({ locations }) => locations.map(({ path }) => path)))).toContain(
      'app/package-lock.json',
    )
  })

  it("knows packages of pip that are Debian's", () => {
    const owned = ofType(packages.installed, 'pypi')
      .filter(({ locations }) => locations.every(({ path }) => path.startsWith('usr/lib/python3/')))
      .map((one) => `${one.name} ${one.owner?.replace(/@.*/, '')}`)
    expect(owned).toContain('pip pkg:deb/debian/python3-pip')
    expect(owned.filter((line) => line.endsWith(' undefined'))).toEqual([])
    const foreign = ofType(packages.installed, 'pypi').filter(({ locations }) =>
      locations.every(({ path }) => path.startsWith('usr/local/') || path.startsWith('opt/')),
    )
    expect(foreign.filter(({ owner }) => owner !== undefined)).toEqual([])
  })

  it.each(forms)(
    'is the same in every form: $name',
    async (form) => {
      const other = await open({ kind: form.kind, name: form.path, path: form.path })
      expect(other.packages).toEqual(packages)
    },
    300_000,
  )
})

/** Debian's own packages of Node modules: scopes, several modules in one package, modules within modules. */
const MODULES =
  'node-semver node-glob node-minimatch node-ansi-styles node-debug node-yargs node-tape node-rollup-plugin-replace node-istanbul node-sinon node-osenv node-tar node-cacache'.split(
    ' ',
  )

describe("Debian's packages of Node modules, unpacked by dpkg", () => {
  const work = mkdtempSync(join(tmpdir(), 'plimsoll-modules-'))
  const root = join(work, 'root')
  const skipped = unpack()
  if (skipped !== undefined) console.log(`test/real/packages.test.ts: Node modules of Debian are skipped: ${skipped}`)
  afterAll(() => rmSync(work, { recursive: true, force: true }))

  /** Why they cannot be had here. */
  function unpack(): string | undefined {
    if (process.getuid?.() !== 0) return 'dpkg installs into a folder for root only'
    const debs = join(work, 'debs')
    for (const folder of [debs, ...['info', 'updates', 'triggers'].map((name) => join(root, 'var/lib/dpkg', name))])
      mkdirSync(folder, { recursive: true })
    writeFileSync(join(root, 'var/lib/dpkg/status'), '')
    try {
      const run = (program: string, ...args: string[]) =>
        execFileSync(program, args, { cwd: debs, stdio: 'ignore', timeout: 50_000 })
      run('apt-get', 'download', ...MODULES)
      const names = readdirSync(debs).map((name) => join(debs, name))
      run('dpkg', `--root=${root}`, '--force-depends', '--install', ...names)
      return undefined
    } catch (error) {
      const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
      return `apt-get download and dpkg are needed (${line})`
    }
  }

  it.skipIf(skipped !== undefined)(
    'have what dpkg-query and npm ls list, and know whose they are',
    async () => {
      const { packages } = await open({ kind: 'rootfs', name: root, path: root })
      const dpkg = execFileSync(
        'dpkg-query',
        [`--admindir=${join(root, 'var/lib/dpkg')}`, '-W', '-f', '${Package} ${Version} ${db:Status-Status}\n'],
        { encoding: 'utf8' },
      )
      const debs = ofType(packages.installed, 'deb')
      expect(sorted(debs.map((one) => `${named(one)} installed`))).toEqual(sorted(dpkg.trim().split('\n')))
      expect(debs).toHaveLength(MODULES.length)

      // npm reads folders named node_modules only.
      cpSync(join(root, 'usr/share/nodejs'), join(work, 'npm/node_modules'), {
        recursive: true,
        verbatimSymlinks: true,
      })
      const npm = execFileSync('sh', ['-c', 'npm ls --all --parseable --long 2>/dev/null || true'], {
        cwd: join(work, 'npm'),
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
      })
      // `folder:name@version:...` of each, the first of which is the folder itself.
      const truth = npm
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(':').slice(0, 2).join(' ').replace(`${work}/npm/node_modules`, 'usr/share/nodejs'))
      const found = ofType(packages.installed, 'npm')
      const is = found.flatMap((one) =>
        one.locations.map(({ path }) => `${path.replace(/\/package\.json$/, '')} ${one.name}@${one.version}`),
      )
      expect(truth.length).toBeGreaterThan(30)
      expect(sorted(is)).toEqual(sorted(truth))
      expect(found.filter(({ owner }) => owner === undefined).map(({ name }) => name)).toEqual([])
    },
    300_000,
  )
})
