import { describe, expect, test } from 'vitest'
import { go } from '../../src/catalog/go.ts'
import { packagesOf, parse, told } from './file.ts'

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
interface Shape {
  readonly wide: boolean
  readonly big: boolean
}
const ADDRESS = 0x401000
const OFFSET = 0x100

/** A number of the program's word size. */
function word({ wide, big }: Shape, value: number): Buffer {
  const bytes = Buffer.alloc(wide ? 8 : 4)
  if (big) bytes.writeUIntBE(value, wide ? 2 : 0, bytes.length - (wide ? 2 : 0))
  else bytes.writeUIntLE(value, 0, bytes.length - (wide ? 2 : 0))
  return bytes
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
/** An ELF file with one writable segment and no sections. */
function elf(shape: Shape, data: Buffer, flags = 6): Buffer {
  const { wide, big } = shape
  const head = Buffer.alloc(OFFSET)
  const half = (value: number, at: number) => (big ? head.writeUInt16BE(value, at) : head.writeUInt16LE(value, at))
  const four = (value: number, at: number) => (big ? head.writeUInt32BE(value, at) : head.writeUInt32LE(value, at))
  head.write('\x7fELF', 'latin1')
  head[4] = wide ? 2 : 1
  head[5] = big ? 2 : 1
  word(shape, 64).copy(head, wide ? 32 : 28)
  half(wide ? 56 : 32, wide ? 54 : 42)
  half(1, wide ? 56 : 44)
  four(1, 64)
  four(flags, 64 + (wide ? 4 : 24))
  word(shape, OFFSET).copy(head, 64 + (wide ? 8 : 4))
  word(shape, ADDRESS).copy(head, 64 + (wide ? 16 : 8))
  word(shape, data.length).copy(head, 64 + (wide ? 32 : 16))
  return Buffer.concat([head, data])
}
const read = (body: Buffer) => {
  const { value, notices } = parse(go, 'app', body)
  return { packages: packagesOf(value.packages), told: told(notices) }
}
const nothing = { packages: [], told: [] }
const LITTLE = { wide: true, big: false }

describe.each([LITTLE, { wide: true, big: true }, { wide: false, big: false }, { wide: false, big: true }])(
  'ELF %o',
  (shape) => {
    test('strings inline', () => {
      expect(read(elf(shape, inline('go1.22.0')))).toEqual({ packages: FOUND, told: [] })
    })
    test('strings by pointers', () => {
      expect(read(elf(shape, pointers(shape, 'go1.22.0')))).toEqual({ packages: FOUND, told: [] })
    })
  },
)

test('a program that is no ELF is searched as a whole', () => {
  expect(read(Buffer.concat([Buffer.from('MZ'), Buffer.alloc(62), inline('go1.22.0')])).packages).toEqual(FOUND)
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
test('only the data segment of an ELF file is searched', () => {
  expect(read(elf(LITTLE, inline('go1.22.0'), 5))).toEqual(nothing)
})
test('a Go program whose strings cannot be found is told', () => {
  const body = elf(LITTLE, pointers(LITTLE, 'go1.17'))
  word(LITTLE, 0xdead0000).copy(body, OFFSET + 16)
  expect(read(body)).toEqual({ packages: [], told: ['go-build-information-unreadable 1 lost'] })
})
test('lengths beyond the file are no strings', () => {
  const body = elf(LITTLE, inline('go1.22.0'))
  body[OFFSET + 32] = 0xff
  body[OFFSET + 33] = 0x7f
  expect(read(body).packages).toEqual([])
})
test('every cut of a program is read without a crash', () => {
  const body = elf(LITTLE, inline('go1.22.0'))
  for (let end = 0; end < body.length; end++) parse(go, 'app', body.subarray(0, end))
})
