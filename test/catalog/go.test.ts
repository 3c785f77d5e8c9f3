import { describe, expect, test } from 'vitest'
import { go } from '../../src/catalog/go.ts'
import { ADDRESS, elf, LITTLE, machO, OFFSET, pe, SHAPES, universal, word, type Shape } from './programs.ts'
import { fileOf, packagesOf, parse, told } from './file.ts'

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1')
const MODULES = [
  'path\texample.com/app',
  'mod\texample.com/app\t(devel)\t',
  'dep\texample.com/a\tv1.2.3\th1:x=',
  'dep\texample.com/b\tv0.1.0',
  '=>\texample.com/fork\tv0.2.0\th1:y=',
  'dep\texample.com/c\tv1.0.0',
  '=>\t../c\t(devel)\t',
  'build\t-compiler=gc',
  '',
].join('\n')
const FOUND = [
  'example.com/a v1.2.3',
  'example.com/app (devel)',
  'example.com/c (devel)',
  'example.com/fork v0.2.0',
  'stdlib 1.22.0',
]
const found = (release: string) => FOUND.map((one) => one.replace(/^stdlib .*/, `stdlib ${release}`))
const framed = (modules: string) => Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)])

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}
/** Header and strings of Go 1.18 and later. */
function inline(version: string, modules = framed(MODULES)): Buffer {
  const head = Buffer.concat([MAGIC, Buffer.from([8, 2]), Buffer.alloc(16)])
  return Buffer.concat([head, varint(version.length), Buffer.from(version), varint(modules.length), modules])
}
/** Header and strings of Go before 1.18, to be loaded at ADDRESS. */
function pointers(shape: Shape, version: string, modules = framed(MODULES)): Buffer {
  const width = shape.wide ? 8 : 4
  const strings = ADDRESS + 32 + 4 * width
  const head = Buffer.concat([
    MAGIC,
    Buffer.from([width, shape.big ? 1 : 0]),
    word(shape, ADDRESS + 32),
    word(shape, ADDRESS + 32 + 2 * width),
  ])
  return Buffer.concat([
    head,
    Buffer.alloc(32 - head.length),
    ...[strings, version.length, strings + version.length, modules.length].map((value) => word(shape, value)),
    Buffer.from(version),
    modules,
  ])
}
const read = (body: Buffer) => {
  const { value, notices } = parse(go, 'app', body)
  return { packages: packagesOf(value.packages), told: told(notices) }
}
const nothing = { packages: [], told: [] }

describe.each(SHAPES)('$wide $big', (shape) => {
  test('ELF, strings inline', () => {
    expect(read(elf(shape, inline('go1.22.0')))).toEqual({ packages: FOUND, told: [] })
  })
  test('ELF, strings by pointers (before Go 1.18)', () => {
    expect(read(elf(shape, pointers(shape, 'go1.17')))).toEqual({ packages: found('1.17'), told: [] })
  })
  test('ELF with sections: its own is read, wherever the segments are', () => {
    expect(read(elf(shape, inline('go1.22.0'), { section: '.go.buildinfo', flags: 4 }))).toEqual({
      packages: FOUND,
      told: [],
    })
    expect(read(elf(shape, pointers(shape, 'go1.17'), { section: '.go.buildinfo' })).packages).toEqual(found('1.17'))
  })
  test('Mach-O, by its section and by its data', () => {
    expect(read(machO(shape, '__go_buildinfo', inline('go1.22.0')))).toEqual({ packages: FOUND, told: [] })
    expect(read(machO(shape, '__data', pointers(shape, 'go1.17'))).packages).toEqual(found('1.17'))
  })
})
test('PE of both sizes', () => {
  for (const wide of [true, false]) expect(read(pe('.data', inline('go1.22.0'), wide)).packages).toEqual(FOUND)
})
test('the programs of a universal file', () => {
  const one = machO(LITTLE, '__go_buildinfo', inline('go1.22.0'))
  expect(read(universal([machO(LITTLE, '__data', Buffer.alloc(64)), one])).packages).toEqual(FOUND)
  expect(read(universal([one], true)).packages).toEqual(FOUND)
})
test('what is no program is not read further', () => {
  for (const start of ['MZ', '\x7fELF', '\xca\xfe\xba\xbe\0\0\0\x34', '#!/bin/sh\n'])
    expect(read(Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(62), inline('go1.22.0')]))).toEqual(nothing)
})
test('a program that is not of Go costs two reads of some kilobytes, however large it is', () => {
  const body = elf(LITTLE, Buffer.alloc(2 ** 22), { section: '.text' })
  let bytes = 0
  let reads = 0
  const { content, ...file } = fileOf('x', body)
  const counted = {
    size: content.size,
    read: (target: Uint8Array, offset: number) => {
      reads++
      bytes += target.length
      return content.read(target, offset)
    },
  }
  expect(go.parse({ ...file, content: counted })).toEqual({ value: {}, notices: [] })
  expect(reads).toBeLessThanOrEqual(2)
  expect(bytes).toBeLessThan(8192)
})
test('UPX has packed it: nothing is known', () => {
  const packed = elf(LITTLE, Buffer.alloc(4096))
  packed.write('UPX!', 300)
  expect(read(packed)).toEqual({ packages: [], told: ['program-packed 1 lost'] })
  expect(read(pe('UPX0', Buffer.alloc(4096)))).toEqual({ packages: [], told: ['program-packed 1 lost'] })
  const unpacker = elf(LITTLE, Buffer.from('UPX!'), { section: '.rodata' })
  expect(read(unpacker)).toEqual(nothing)
})
test.each(['.gopclntab', '.note.go.buildid'])('a Go program without build information (%s) is told', (section) => {
  expect(read(elf(LITTLE, Buffer.alloc(64), { section }))).toEqual({
    packages: [],
    told: ['go-build-information-unreadable 1 lost'],
  })
})
test.each([
  ['-X main.version=1.2.3 -s -w', 'v1.2.3'],
  ["-s -X 'main.Version=v0.4.15-12-gabc'", 'v0.4.15-12-gabc'],
  ['-X=example.com/app/internal/build.buildVersion=2.0', 'v2.0'],
  ['-X github.com/prometheus/common/version.Version=2.45.0 -X main.goVersion=1.20', 'v2.45.0'],
  ['-X main.version=dev', '(devel)'],
  ['-X main.goVersion=1.22.1', '(devel)'],
  ['-X example.com/apparently/other.version=9.9.9', '(devel)'],
  ['-X example.com/a.version=9.9.9', '(devel)'],
  ['-X', '(devel)'],
])('the main module is of the version that %s sets', (flags, version) => {
  const settings = `path\texample.com/app\nmod\texample.com/app\t(devel)\t\nbuild\t-ldflags=${JSON.stringify(flags)}\n`
  expect(read(elf(LITTLE, inline('go1.22.0', framed(settings)))).packages).toEqual([
    `example.com/app ${version}`,
    'stdlib 1.22.0',
  ])
})
test('a version that Go knows is not set', () => {
  const settings = 'mod\texample.com/app\tv1.0.0\th1:x=\nbuild\t-ldflags="-X main.version=2.0.0"\n'
  expect(read(elf(LITTLE, inline('go1.24.0', framed(settings)))).packages).toContain('example.com/app v1.0.0')
})
test.each([
  ['go1.22.0 X:boringcrypto', '1.22.0'],
  ['devel go1.23-abc123 Mon Jan 1', '1.23-abc123'],
  ['devel +abc Mon', 'devel +abc Mon'],
])('%s is release %s', (version, release) => {
  expect(read(elf(LITTLE, inline(version, Buffer.alloc(0)))).packages).toEqual([`stdlib ${release}`])
})
test('the magic counts only where it is aligned, and a constant before it is passed over', () => {
  expect(read(elf(LITTLE, Buffer.concat([Buffer.alloc(8), inline('go1.22.0')])))).toEqual(nothing)
  const constant = Buffer.concat([MAGIC, Buffer.alloc(18)])
  expect(read(elf(LITTLE, Buffer.concat([constant, inline('go1.22.0')]))).packages).toEqual(FOUND)
})
test('only the data segment of an ELF file without sections is searched', () => {
  expect(read(elf(LITTLE, inline('go1.22.0'), { flags: 5 }))).toEqual(nothing)
  expect(read(elf(LITTLE, inline('go1.22.0'), { section: '.data' }))).toEqual(nothing)
})
test('a Go program whose strings cannot be found is told', () => {
  const body = elf(LITTLE, pointers(LITTLE, 'go1.17'), { section: '.go.buildinfo' })
  word(LITTLE, 0xdead0000).copy(body, OFFSET + 16)
  expect(read(body)).toEqual({ packages: [], told: ['go-build-information-unreadable 1 lost'] })
})
test('lengths beyond the file are no strings', () => {
  const body = elf(LITTLE, inline('go1.22.0'))
  body[OFFSET + 32] = 0xff
  body[OFFSET + 33] = 0x7f
  expect(read(body).packages).toEqual([])
})
describe.each([
  ['ELF', elf(LITTLE, inline('go1.22.0'), { section: '.go.buildinfo' })],
  ['ELF of pointers', elf({ wide: false, big: true }, pointers({ wide: false, big: true }, 'go1.17'))],
  ['PE', pe('.data', inline('go1.22.0'))],
  ['Mach-O', universal([machO(LITTLE, '__go_buildinfo', inline('go1.22.0'))])],
] as const)('%s', (_, body) => {
  test('every cut is read without a crash', () => {
    for (let end = 0; end < body.length; end++) expect(() => read(body.subarray(0, end))).not.toThrow()
  })
  test('every byte turned over is read without a crash', () => {
    for (let at = 0; at < body.length; at++) {
      const other = Buffer.from(body)
      other[at] = (other[at] ?? 0) ^ 0xff
      expect(() => read(other)).not.toThrow()
    }
  })
})
