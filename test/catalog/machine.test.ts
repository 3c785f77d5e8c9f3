import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dpkg } from '../../src/catalog/dpkg.ts'
import { go } from '../../src/catalog/go.ts'
import { npm } from '../../src/catalog/npm.ts'
import { python } from '../../src/catalog/python.ts'
import { fileOf, packagesOf } from './file.ts'

/** Our parsers against the programs that own the data, on what this machine has installed. */

const run = (command: string, ...args: readonly string[]) => {
  const { stdout, status, error } = spawnSync(command, [...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  return { stdout: stdout ?? '', there: error === undefined, status }
}
const skip = (absent: boolean, what: string): boolean => {
  if (absent) console.log(`catalog: ${what} is absent: not compared`)
  return absent
}

const STATUS = '/var/lib/dpkg/status'
describe.skipIf(skip(!run('dpkg-query', '--version').there || !existsSync(STATUS), 'dpkg-query'))('dpkg-query', () => {
  test('lists the same packages, versions, architectures and sources', () => {
    const { stdout } = run(
      'dpkg-query',
      '-W',
      '-f',
      '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${db:Status-Status}\n',
    )
    const listed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, , , , state]) => state !== 'not-installed' && state !== 'config-files')
      .map((fields) => fields.slice(0, 4).join(' '))
    const { value, notices } = dpkg.parse(fileOf(STATUS.slice(1), readFileSync(STATUS)))
    const found = (value.packages ?? []).map(
      (one) => `${one.name} ${one.version} ${one.architecture} ${one.source || one.name}`,
    )
    expect(listed.length).toBeGreaterThan(50)
    expect(found.toSorted()).toEqual(listed.toSorted())
    expect(notices).toEqual([])
    const lines = readFileSync(STATUS, 'utf8').split('\n')
    for (const one of value.packages ?? []) expect(lines[one.line - 1]).toBe(`Package: ${one.name}`)
  })
})

const DIST_PACKAGES = '/usr/lib/python3/dist-packages'
describe.skipIf(skip(!run('python3', '--version').there || !existsSync(DIST_PACKAGES), 'python3 with dist-packages'))(
  'importlib.metadata',
  () => {
    test('lists the same distributions', () => {
      const { stdout } = run(
        'python3',
        '-c',
        `import importlib.metadata as m\nfor d in m.distributions(path=['${DIST_PACKAGES}']): print(d.metadata['Name'], d.version)`,
      )
      const found = globSync(['*.dist-info/METADATA', '*.egg-info/PKG-INFO', '*.egg-info'], { cwd: DIST_PACKAGES })
        .filter((path) => statSync(join(DIST_PACKAGES, path)).isFile())
        .map((path) => fileOf(join(DIST_PACKAGES, path).slice(1), readFileSync(join(DIST_PACKAGES, path))))
        .filter((file) => python.wants(file.path, file.entry))
        .flatMap((file) => packagesOf(python.parse(file).value.packages))
      expect(found.toSorted()).toEqual(stdout.trimEnd().split('\n').filter(Boolean).toSorted())
    })
  },
)

interface Dependency {
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly dependencies?: Record<string, Dependency> | undefined
}
const Dependency: z.ZodType<Dependency> = z.lazy(() =>
  z.object({
    name: z.string().optional(),
    version: z.string().optional(),
    dependencies: z.record(z.string(), Dependency).optional(),
  }),
)
describe.skipIf(skip(!existsSync('node_modules') || !run('npm', '--version').there, 'npm'))('npm ls --all', () => {
  test('lists the same packages of this project', () => {
    const listed = new Set<string>()
    const walk = (one: Dependency): void => {
      for (const [name, child] of Object.entries(one.dependencies ?? {})) {
        // A missing optional or peer dependency has no version.
        if (child.version !== undefined) listed.add(`${child.name ?? name} ${child.version}`)
        walk(child)
      }
    }
    walk(Dependency.parse(JSON.parse(run('npm', 'ls', '--all', '--json').stdout)))
    const found = new Set(
      globSync('**/node_modules/{*,@*/*}/package.json')
        .map((path) => fileOf(path, readFileSync(path)))
        .filter((file) => npm.wants(file.path, file.entry))
        .flatMap((file) => packagesOf(npm.parse(file).value.packages)),
    )
    expect(found.size).toBeGreaterThan(50)
    expect([...found].toSorted()).toEqual([...listed].toSorted())
  }, 30_000)
})

const GO = ['go', '/usr/local/go/bin/go'].find((command) => run(command, 'version').there)
const Module = z.object({ Path: z.string().optional(), Version: z.string().optional() })
const BuildInfo = z.object({
  GoVersion: z.string(),
  Main: Module,
  Deps: z.array(Module.extend({ Replace: Module.optional() })).nullish(),
})
/** A Go program of before 1.18, whose strings are found by pointers; it is part of Go's own tests. */
const GO117 = '/usr/local/go/src/debug/buildinfo/testdata/go117/go117.base64'
describe.skipIf(skip(GO === undefined, 'go'))('go version -m', () => {
  const programs = globSync([
    '/usr/local/go/bin/*',
    '/usr/local/go/pkg/tool/*/{vet,cgo}',
    '/usr/lib/google-cloud-sdk/bin/{kubectl,cbt,gke-gcloud-auth-plugin}',
    '../shared/corpora/osv-scalibr/data/language/golang/gobinary/testdata/binary*',
    '/usr/bin/{env,ls,find}',
  ]).toSorted()
  test.each(programs)('%s', (path) => {
    const { stdout, status } = run(GO ?? 'go', 'version', '-m', '-json', path)
    const { value, notices } = go.parse(fileOf('x', readFileSync(path)))
    expect(notices).toEqual([])
    if (status !== 0 || stdout.trim() === '') {
      expect(value).toEqual({})
      return
    }
    const { GoVersion, Main, Deps } = BuildInfo.parse(JSON.parse(stdout))
    const modules = [Main, ...(Deps ?? []).map((one) => one.Replace ?? one)].filter((one) => one.Path)
    expect(packagesOf(value.packages)).toEqual(
      [`stdlib ${GoVersion.split(' ')[0]?.slice(2)}`, ...modules.map((one) => `${one.Path} ${one.Version}`)].toSorted(),
    )
  })
  test.skipIf(!existsSync(GO117))('a program of Go 1.17', () => {
    const body = Buffer.from(readFileSync(GO117, 'utf8'), 'base64')
    expect(packagesOf(go.parse(fileOf('x', body)).value.packages)).toEqual(['example.com/go117 (devel)', 'stdlib 1.17'])
  })
})
