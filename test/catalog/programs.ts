/** Small programs in the three formats, with the parts that a test wants in them. */

export interface Shape {
  readonly wide: boolean
  readonly big: boolean
}
export const LITTLE: Shape = { wide: true, big: false }
export const SHAPES: readonly Shape[] = [
  LITTLE,
  { wide: true, big: true },
  { wide: false, big: false },
  { wide: false, big: true },
]
/** Where the first byte of the data is loaded, and where it stands in the file. */
export const ADDRESS = 0x401000
export const OFFSET = 0x400

/** A number of some bytes in the byte order. */
export function number(value: number, width: 2 | 4 | 8, big: boolean): Buffer {
  const bytes = Buffer.alloc(width)
  if (width === 8) {
    if (big) bytes.writeBigUInt64BE(BigInt(value))
    else bytes.writeBigUInt64LE(BigInt(value))
  } else if (big) bytes.writeUIntBE(value, 0, width)
  else bytes.writeUIntLE(value, 0, width)
  return bytes
}
/** A number of the program's word size. */
export const word = ({ wide, big }: Shape, value: number): Buffer => number(value, wide ? 8 : 4, big)

/** Writes fields at their places: offset, value, width. */
function fields(size: number, big: boolean, list: readonly (readonly [number, number, 2 | 4 | 8])[]): Buffer {
  const bytes = Buffer.alloc(size)
  for (const [at, value, width] of list) number(value, width, big).copy(bytes, at)
  return bytes
}

interface ElfOptions {
  /** Of the one segment that is loaded: 6 is data, 5 is code. */
  readonly flags?: number
  /** Name of the one section that holds the data; without it there are no sections. */
  readonly section?: string
}

/** An ELF file (elf(5)) whose data stands at OFFSET and is loaded at ADDRESS. */
export function elf(shape: Shape, data: Buffer, { flags = 6, section }: ElfOptions = {}): Buffer {
  const { wide, big } = shape
  const w = wide ? 8 : 4
  const names = Buffer.from(`\0${section ?? ''}\0.shstrtab\0`)
  const table = OFFSET + data.length + names.length
  const size = wide ? 64 : 40
  const head = fields(wide ? 64 : 52, big, [
    [16, 2, 2],
    [wide ? 32 : 28, 128, w],
    [wide ? 40 : 32, section === undefined ? 0 : table, w],
    [wide ? 54 : 42, wide ? 56 : 32, 2],
    [wide ? 56 : 44, 1, 2],
    [wide ? 58 : 46, size, 2],
    [wide ? 60 : 48, section === undefined ? 0 : 3, 2],
    [wide ? 62 : 50, section === undefined ? 0 : 2, 2],
  ])
  head.write('\x7fELF', 'latin1')
  head[4] = wide ? 2 : 1
  head[5] = big ? 2 : 1
  const segment = fields(wide ? 56 : 32, big, [
    [0, 1, 4],
    [wide ? 4 : 24, flags, 4],
    [wide ? 8 : 4, OFFSET, w],
    [wide ? 16 : 8, ADDRESS, w],
    [wide ? 32 : 16, data.length, w],
  ])
  const entry = (name: number, address: number, offset: number, length: number) =>
    fields(size, big, [
      [0, name, 4],
      [4, 1, 4],
      [wide ? 16 : 12, address, w],
      [wide ? 24 : 16, offset, w],
      [wide ? 32 : 20, length, w],
    ])
  const body = Buffer.concat([head, Buffer.alloc(128 - head.length), segment])
  const start = Buffer.concat([body, Buffer.alloc(OFFSET - body.length), data])
  if (section === undefined) return start
  const at = OFFSET + data.length
  return Buffer.concat([
    start,
    names,
    Buffer.alloc(size),
    entry(1, ADDRESS, OFFSET, data.length),
    entry(2 + section.length, 0, at, names.length),
  ])
}

/** A PE file with one section of data that is written to. */
export function pe(name: string, data: Buffer, wide = true): Buffer {
  const dos = fields(64, false, [[60, 64, 4]])
  dos.write('MZ')
  const optional = wide ? 240 : 224
  const head = fields(24 + optional + 40, false, [
    [6, 1, 2],
    [20, optional, 2],
    [24, wide ? 0x20b : 0x10b, 2],
    wide ? [24 + 24, 0x400000, 8] : [24 + 28, 0x400000, 4],
    [24 + optional + 8, data.length, 4],
    [24 + optional + 12, 0x1000, 4],
    [24 + optional + 16, data.length, 4],
    [24 + optional + 20, OFFSET, 4],
    [24 + optional + 36, 0xc0000040, 4],
  ])
  head.write('PE\0\0')
  head.write(name, 24 + optional)
  const start = Buffer.concat([dos, head])
  return Buffer.concat([start, Buffer.alloc(OFFSET - start.length), data])
}

/** A Mach-O file with one segment that is written to, and one section in it. */
export function machO({ wide, big }: Shape, name: string, data: Buffer): Buffer {
  const w = wide ? 8 : 4
  const segment = wide ? 72 : 56
  const section = wide ? 80 : 68
  const start = wide ? 32 : 28
  const head = fields(start + segment + section, big, [
    [16, 1, 4],
    [20, segment + section, 4],
    [start, wide ? 0x19 : 0x1, 4],
    [start + 4, segment + section, 4],
    [start + 24, ADDRESS, w],
    [start + 24 + w, data.length, w],
    [start + 24 + 2 * w, OFFSET, w],
    [start + 24 + 3 * w, data.length, w],
    [start + 24 + 4 * w + 4, 3, 4],
    [start + 24 + 4 * w + 8, 1, 4],
    [start + segment + 32, ADDRESS, w],
    [start + segment + 32 + w, data.length, w],
    [start + segment + 32 + 2 * w, OFFSET, 4],
  ])
  number(wide ? 0xfeedfacf : 0xfeedface, 4, big).copy(head)
  head.write(name, start + segment)
  return Buffer.concat([head, Buffer.alloc(OFFSET - head.length), data])
}

/** A universal file of macOS. */
export function universal(programs: readonly Buffer[], wide = false): Buffer {
  const entry = wide ? 32 : 20
  const first = 8 + entry * programs.length
  let at = first
  const table = programs.map((program) => {
    const one = wide
      ? fields(entry, true, [
          [8, at, 8],
          [16, program.length, 8],
        ])
      : fields(entry, true, [
          [8, at, 4],
          [12, program.length, 4],
        ])
    at += program.length
    return one
  })
  const head = Buffer.concat([number(wide ? 0xcafebabf : 0xcafebabe, 4, true), number(programs.length, 4, true)])
  return Buffer.concat([head, ...table, ...programs])
}
