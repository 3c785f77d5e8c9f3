import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { go } from '../../src/catalog/go.ts'
import { works } from '../support/works.ts'
import { fileOf, packagesOf } from './file.ts'

/** Programs that Go builds here in each of its ways, and those of Debian, against what `go version -m` says of them. */

const GO = ['go', '/usr/local/go/bin/go'].find((command) => works(command, 'version'))
if (GO === undefined) console.log('catalog: go is absent: no programs were built')

const Module = z.object({ Path: z.string(), Version: z.string() }).partial()
const BuildInfo = z.object({
  GoVersion: z.string(),
  Main: Module.optional(),
  Deps: z.array(Module.extend({ Replace: Module.optional() })).nullish(),
})

/** What the go command lists, by our names: a folder that replaces a module has the module's name and no version. */
function listed(path: string): readonly string[] {
  const { stdout } = spawnSync(GO ?? 'go', ['version', '-m', '-json', path], { encoding: 'utf8' })
  const { GoVersion, Main, Deps } = BuildInfo.parse(JSON.parse(stdout))
  const modules = (Deps ?? []).map(({ Replace, ...one }) =>
    Replace?.Path?.startsWith('.') ? { ...one, Version: '(devel)' } : (Replace ?? one),
  )
  return [...(Main ? [Main] : []), ...modules]
    .filter(({ Path }) => Path)
    .map(({ Path, Version }) => `${Path} ${Version}`)
    .concat(`stdlib ${/go(\S+)/.exec(GoVersion)?.[1]}`)
    .toSorted()
}
const found = (path: string) => {
  const { value, notices } = go.parse(fileOf('x', readFileSync(path)))
  expect(notices).toEqual([])
  return packagesOf(value.packages)
}

describe.skipIf(GO === undefined)('programs that Go builds', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-go-'))
    mkdirSync(join(folder, 'dep'))
    writeFileSync(
      join(folder, 'go.mod'),
      'module example.com/app\ngo 1.21\nrequire example.com/dep v1.2.3\nreplace example.com/dep => ./dep\n',
    )
    writeFileSync(
      join(folder, 'main.go'),
      'package main\nimport "example.com/dep"\nvar version string\nfunc main() { println(version, dep.Name()) }\n',
    )
    writeFileSync(join(folder, 'dep', 'go.mod'), 'module example.com/dep\ngo 1.21\n')
    writeFileSync(join(folder, 'dep', 'dep.go'), 'package dep\nfunc Name() string { return "dep" }\n')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const build = (name: string, flags: readonly string[], env: Record<string, string> = {}) => {
    const out = join(folder, name)
    const { status, stderr } = spawnSync(GO ?? 'go', ['build', '-o', out, ...flags, '.'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOWORK: 'off', CGO_ENABLED: '0', ...env },
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return out
  }
  const DEVEL = ['example.com/app (devel)', 'example.com/dep (devel)']

  test.each<[string, readonly string[], Record<string, string>]>([
    ['plain', [], {}],
    ['stripped', ['-ldflags=-s -w'], {}],
    ['trimmed', ['-trimpath', '-ldflags=-s -w -buildid='], {}],
    ['pie', ['-buildmode=pie'], {}],
    ['386', [], { GOARCH: '386' }],
    ['mips (32 bits, big end first)', [], { GOARCH: 'mips' }],
    ['windows', [], { GOOS: 'windows' }],
    ['darwin arm64', [], { GOOS: 'darwin', GOARCH: 'arm64' }],
  ])(
    '%s',
    (name, flags, env) => {
      const path = build(name.split(' ').join('-'), flags, env)
      expect(listed(path)).toEqual(expect.arrayContaining(DEVEL))
      expect(found(path)).toEqual(listed(path))
    },
    300_000,
  )
  test.skipIf(!works('gcc', '--version'))(
    'linked by gcc, as a program and as a library',
    () => {
      for (const mode of ['pie', 'exe', 'c-shared']) {
        const path = build(`cgo-${mode}`, [`-buildmode=${mode}`, '-ldflags=-linkmode=external'], { CGO_ENABLED: '1' })
        expect(found(path)).toEqual(listed(path))
      }
    },
    300_000,
  )
  test('the version that the linker was told is the main module’s', () => {
    const path = build('versioned', ['-ldflags=-s -X main.version=1.4.0'])
    expect(listed(path)).toContain('example.com/app (devel)')
    expect(found(path)).toContain('example.com/app v1.4.0')
  }, 300_000)
  test.skipIf(!works('strip', '--version'))(
    'stripped by another program, and without its table of sections',
    () => {
      const path = build('to-strip', [])
      const expected = listed(path)
      expect(spawnSync('strip', [path]).status).toBe(0)
      expect(found(path)).toEqual(expected)
      const body = readFileSync(path)
      body.fill(0, 40, 48) // e_shoff
      body.fill(0, 58, 64) // sizes and counts
      writeFileSync(path, body)
      expect(found(path)).toEqual(expected)
    },
    300_000,
  )
})

describe.skipIf(GO === undefined)('programs of Debian', () => {
  const programs = ['/usr/sbin/runc', '/usr/bin/containerd', '/usr/bin/skopeo', '/usr/bin/umoci', '/usr/bin/docker']
  test.each(programs)('%s', (path) => {
    if (!existsSync(path)) return console.log(`catalog: ${path} is absent: not compared`)
    expect(found(path)).toEqual(listed(path))
  })
})
