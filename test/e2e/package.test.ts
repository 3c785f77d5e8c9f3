/** The package as npm publishes it: unpacked in a consumer's folder, it runs, is imported and type-checks; on old Nodes it says so. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { folder, HARMLESS, node, PRIVILEGED, root, start } from './run.ts'

const here = folder()
const project = join(here.path, 'project')
const consumer = join(here.path, 'consumer')
const installed = join(consumer, 'node_modules/plimsoll')
const bin = join(installed, 'bin/plimsoll.cjs')
interface Manifest {
  readonly files: readonly string[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
  readonly bin: Readonly<Record<string, string>>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

beforeAll(() => {
  mkdirSync(project)
  for (const name of ['package.json', 'README.md', 'LICENSE', 'bin', 'rules', 'profiles'])
    if (readdirSync(root).includes(name)) cpSync(join(root, name), join(project, name), { recursive: true })
  expect(start(node, ['scripts/build.ts', '--out', join(project, 'dist')])).toMatchObject({ code: 0, err: '' })
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', here.path], {
    cwd: project,
    stdio: 'pipe',
  })
  const tarball = readdirSync(here.path).find((name) => name.endsWith('.tgz')) ?? ''
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(here.path, tarball), '-C', installed, '--strip-components=1'])
  rmSync(project, { recursive: true })
  // What npm would install beside it, without the network.
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    mkdirSync(join(consumer, 'node_modules', name, '..'), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name))
  }
  here.put('consumer/package.json', '{ "name": "consumer", "type": "module", "private": true }\n')
  here.put('consumer/good.yaml', HARMLESS)
  here.put('consumer/bad.yaml', PRIVILEGED)
})

describe('the tarball', () => {
  it('holds what runs, and no sources, tests or the action', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    for (const file of [
      'bin/plimsoll.cjs',
      'dist/cli/cli.cjs',
      'dist/index.js',
      'dist/types/index.d.ts',
      'dist/schema/plimsoll.schema.json',
      'LICENSE',
      'rules/privileged.yaml',
      'profiles/policy/default.yaml',
    ])
      expect(files).toContain(file)
    expect(files.filter((file) => /^(src|test|scripts|bench)\b|action\.js$|\.tar$/.test(file))).toEqual([])
    expect(manifest.scripts['prepack']).toBe('node scripts/build.ts')
  })
  it('its bin runs', () => {
    expect(start(node, [bin, '--version']).out).toMatch(/^plimsoll \d+\.\d+\.\d+\n$/)
    expect(start(node, [bin, 'scan', 'good.yaml'], { from: consumer }).code).toBe(0)
    const ran = start(node, [bin, 'scan', '-', '--format', 'json'], { from: consumer, stdin: PRIVILEGED })
    expect(ran.code).toBe(1)
    expect(JSON.parse(ran.out)).toMatchObject({ verdict: 'block' })
    expect(start(node, [bin, 'explain', 'privileged']).out).toContain('Example (compose')
    expect(start(node, [bin, 'rules', '--policy', 'strict']).code).toBe(0)
  })
  it('gives what the sources give', () => {
    const words = ['scan', 'demo', '--fail-on', 'never', '--format', 'sarif']
    expect(start(node, [bin, ...words]).out).toBe(start(node, ['src/cli.ts', ...words]).out)
  })
  it('a reader that goes away is no error', () => {
    const ran = spawnSync('bash', ['-c', `set -o pipefail; "${node}" "${bin}" rules | head -n 1`], { encoding: 'utf8' })
    expect(ran).toMatchObject({ status: 0, stderr: '' })
  })
  it('is imported, typed and documented', () => {
    const file = here.put(
      'consumer/use.ts',
      `import { exitCode, reports, scan, take, UsageError } from 'plimsoll'
import type { Fact, Finding, Inventory, Notice, Place, Result, ScanOptions, Severity, Subject, Verdict } from 'plimsoll'

const options: ScanOptions = { targets: ['bad.yaml'], today: '2026-01-31' }
const result: Result = await scan(options)
const worst: Finding | undefined = result.findings[0]
const severity: Severity | undefined = worst?.severity
const place: Place | undefined = worst?.place
const verdict: Verdict = result.verdict
const notices: readonly Notice[] = result.notices
const inventory: Inventory = await take({ targets: ['good.yaml'] })
const subject: Subject | undefined = inventory.subjects[0]
const privileged: Fact<boolean> | undefined = subject?.container.privileged
const sarif: string = await reports.sarif(result, { colour: false, width: 0, unicode: true })
try {
  await scan({ targets: ['absent.yaml'], today: '2026-01-31' })
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.log(error.messages.length)
}
// @ts-expect-error: a wrong option is seen by the compiler
void (() => scan({ target: ['x'], today: '2026-01-31' }))
console.log(JSON.stringify({ severity, line: place?.line, verdict, code: exitCode(verdict), notices: notices.length, how: privileged?.how, sarif: sarif.length > 100 }))
`,
    )
    here.put(
      'consumer/tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          module: 'nodenext',
          target: 'es2024',
          lib: ['es2024'],
          types: ['node'],
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
        },
        files: ['use.ts'],
      }),
    )
    const checked = start(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', consumer])
    expect(checked.out).toBe('')
    expect(checked.code).toBe(0)
    const [mistakes, told] = start(node, [file], { from: consumer }).out.trimEnd().split('\n')
    expect(mistakes).toBe('1')
    expect(JSON.parse(told ?? '')).toEqual({
      severity: 'critical',
      line: 5,
      verdict: 'block',
      code: 1,
      notices: 0,
      how: 'default',
      sarif: true,
    })
  })
})

/** A Node of the machine's that is too old, beside the one that the project brings. */
const old = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((path) => {
    const { status, stdout } = spawnSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })
    return status === 0 && Number(stdout) < 24
  })
if (old === undefined) console.log('package: no Node older than 24 on PATH; that the bin refuses it is not tested')
describe.skipIf(old === undefined)('on an old Node', () => {
  it('the bin says which one it needs and ends with 2', () => {
    const ran = start(old ?? '', [bin, 'scan', join(consumer, 'good.yaml')])
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toMatch(/^plimsoll needs Node 24 or newer, and this is Node \d+\.\d+\.\d+\. [^\n]+\n$/)
    expect(manifest.engines.node).toBe('>=24')
  })
})
