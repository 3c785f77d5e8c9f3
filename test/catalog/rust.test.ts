import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rust } from '../../src/catalog/rust.ts'
import { works } from '../support/works.ts'
import { packagesOf, parse, told } from './file.ts'
import { elf, LITTLE, machO, pe, SHAPES, universal } from './programs.ts'

const LIST = {
  packages: [
    { name: 'app', version: '0.1.0', source: 'local', root: true, dependencies: [1, 2] },
    { name: 'serde', version: '1.0.217', source: 'crates.io' },
    { name: 'serde_derive', version: '1.0.217', source: 'crates.io', kind: 'build' },
  ],
}
const stored = (list: unknown) => deflateSync(Buffer.from(JSON.stringify(list)))
const FOUND = ['app 0.1.0', 'serde 1.0.217', 'serde_derive 1.0.217']
const read = (body: Buffer) => {
  const { value, notices } = parse(rust, 'app', body, { mode: 0o755 })
  return { packages: packagesOf(value.packages), told: told(notices) }
}
const program = (list: Buffer) => elf(LITTLE, list, { section: '.dep-v0' })
const unreadable = { packages: [], told: ['cargo-auditable-unreadable 1 lost'] }

test.each(SHAPES)('ELF and Mach-O, %o', (shape) => {
  expect(read(elf(shape, stored(LIST), { section: '.dep-v0' }))).toEqual({ packages: FOUND, told: [] })
  expect(read(machO(shape, '.dep-v0', stored(LIST)))).toEqual({ packages: FOUND, told: [] })
})
test('PE, where zeros follow the list', () => {
  expect(read(pe('.dep-v0', Buffer.concat([stored(LIST), Buffer.alloc(300)])))).toEqual({ packages: FOUND, told: [] })
})
test('both programs of a universal file are one', () => {
  const one = machO(LITTLE, '.dep-v0', stored(LIST))
  expect(read(universal([one, one]))).toEqual({ packages: FOUND, told: [] })
})
test('a program without a list says nothing', () => {
  expect(parse(rust, 'app', elf(LITTLE, Buffer.alloc(64), { section: '.text' }))).toEqual({ value: {}, notices: [] })
})
test.each([
  ['not compressed', Buffer.from('{"packages":[]}')],
  ['cut', stored(LIST).subarray(0, 30)],
  ['not JSON', deflateSync(Buffer.from('packages'))],
  ['of another form', stored({ packages: [{ name: 1 }] })],
  ['a bomb', deflateSync(Buffer.alloc(2 ** 26, ' '))],
])('a list that is %s is told', (_, list) => {
  expect(read(program(list))).toEqual(unreadable)
})
test('names without a character or beyond all bounds are none', () => {
  const packages = [
    { name: '', version: '1' },
    { name: 'a'.repeat(2000), version: '1' },
    { name: 'b', version: '1' },
  ]
  expect(read(program(stored({ packages }))).packages).toEqual(['b 1'])
})

/** cargo-auditable is a program of its own: `cargo install cargo-auditable`. */
const AUDITABLE = works('cargo', 'auditable', '--version')
if (!AUDITABLE) console.log('catalog: cargo-auditable is absent: no program was built with it')
let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'plimsoll-rust-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!AUDITABLE)('cargo auditable build', () => {
  test('a program with a crate beside it', () => {
    for (const [name, needs] of [
      ['app', 'dep = { path = "../dep" }'],
      ['dep', ''],
    ] as const) {
      mkdirSync(join(folder, name, 'src'), { recursive: true })
      writeFileSync(
        join(folder, name, 'Cargo.toml'),
        `[package]\nname = "${name}"\nversion = "0.${name.length}.0"\nedition = "2021"\n[dependencies]\n${needs}\n[profile.release]\nstrip = true\n`,
      )
    }
    writeFileSync(join(folder, 'dep', 'src', 'lib.rs'), 'pub fn one() -> u8 { 1 }\n')
    writeFileSync(join(folder, 'app', 'src', 'main.rs'), 'fn main() { std::process::exit(dep::one() as i32) }\n')
    const { status, stderr } = spawnSync('cargo', ['auditable', 'build', '--release', '--offline'], {
      cwd: join(folder, 'app'),
      encoding: 'utf8',
      env: { ...process.env, CARGO_TARGET_DIR: join(folder, 'target') },
    })
    expect(status, stderr).toBe(0)
    expect(read(readFileSync(join(folder, 'target', 'release', 'app')))).toEqual({
      packages: ['app 0.3.0', 'dep 0.3.0'],
      told: [],
    })
  }, 300_000)
})
const SOURCE = '/usr/bin/env'
test.skipIf(!works('objcopy', '--version') || !works(SOURCE, 'true'))(
  'a section that objcopy adds to a program',
  () => {
    const [path, list] = [join(folder, 'program'), join(folder, 'list')]
    copyFileSync(SOURCE, path)
    writeFileSync(list, stored(LIST))
    expect(spawnSync('objcopy', ['--add-section', `.dep-v0=${list}`, path]).status).toBe(0)
    expect(read(readFileSync(path))).toEqual({ packages: FOUND, told: [] })
  },
)
