/**
 * Finds what the Go linker wrote into a program about how it was built, as Go's own debug/buildinfo does:
 * a 32-byte header, aligned to 16, near the beginning of the data segment.
 */

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1')
const ALIGN = 16
const HEADER = 32
/** Flags of the header. */
const BIG_ENDIAN = 1
const INLINE = 2
/** Places with the magic that are tried; debug/buildinfo tries one. Programs that read Go programs hold it as a constant, too. */
const MAX_TRIES = 64
/** Table entries that are read of an ELF file. Programs have some tens. */
const MAX_HEADERS = 4096

/** Go's version as written (`go1.22.0`, `devel go1.23-abc`), and the lines of runtime/debug.ParseBuildInfo; empty outside of module mode. */
export interface BuildInformation {
  readonly version: string
  readonly modules: string
}

/** A part of the file that is loaded at an address. */
interface Segment {
  readonly address: number
  readonly offset: number
  readonly size: number
}
interface Layout {
  /** Where the header may be. */
  readonly search: Segment
  /** What addresses mean. */
  readonly segments: readonly Segment[]
}

/** The build information of a program; `none` where it is no Go program, `unreadable` where it is one that does not tell. */
export function readBuildInformation(body: Buffer): BuildInformation | 'none' | 'unreadable' {
  // Mach-O, PE and others: segments begin on pages, so what is aligned in memory is aligned in the file.
  const layout = body.length >= 4 && body.readUInt32BE(0) === 0x7f454c46 ? elfLayout(body) : wholeFile(body)
  if (!layout) return 'none'
  const { address, offset, size } = layout.search
  const searched = body.subarray(0, offset + size)
  let at = offset
  let seen = false
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    at = searched.indexOf(MAGIC, at)
    if (at < 0 || at + HEADER > searched.length) break
    if ((address + at - offset) % ALIGN === 0) {
      const information = decode(body, at, layout.segments)
      if (information) return information
      seen = true
    }
    at += 1
  }
  // Outside of ELF the magic may be anybody's constant; in Go's own section it is not.
  return seen && layout.segments.length > 0 ? 'unreadable' : 'none'
}

const wholeFile = (body: Buffer): Layout => ({
  search: { address: 0, offset: 0, size: body.length },
  segments: [],
})

function decode(body: Buffer, at: number, segments: readonly Segment[]): BuildInformation | undefined {
  const flags = body[at + 15] ?? 0
  let version: string | undefined
  let modules: string | undefined
  if ((flags & INLINE) !== 0) {
    const first = inlineString(body, at + HEADER)
    version = first?.text
    modules = first && inlineString(body, first.next)?.text
  } else {
    const width = body[at + 14]
    if (width !== 4 && width !== 8) return undefined
    const big = (flags & BIG_ENDIAN) !== 0
    version = stringAt(body, segments, readWord(body, at + 16, width, big), width, big)
    modules = stringAt(body, segments, readWord(body, at + 16 + width, width, big), width, big) ?? ''
  }
  if (version === undefined || modules === undefined || !/^(?:go\d|devel)/.test(version)) return undefined
  // 16 bytes before and after mark the text for those who search memory for it.
  const framed = modules.length >= 33 && modules.charAt(modules.length - 17) === '\n'
  return { version, modules: framed ? Buffer.from(modules.slice(16, -16), 'latin1').toString('utf8') : '' }
}

/** A length as an unsigned varint and that many bytes, as latin1, so that a character is a byte. */
function inlineString(body: Buffer, at: number): { text: string; next: number } | undefined {
  let length = 0
  for (let i = 0; i < 5; i++) {
    const byte = body[at + i]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte >= 0x80) continue
    const start = at + i + 1
    if (start + length > body.length) return undefined
    return { text: body.toString('latin1', start, start + length), next: start + length }
  }
  return undefined
}

/** The Go string (address and length) whose header is at this address. */
function stringAt(body: Buffer, segments: readonly Segment[], address: number, width: 4 | 8, big: boolean) {
  const header = fileOffset(segments, address, 2 * width)
  if (header === undefined) return undefined
  const length = readWord(body, header + width, width, big)
  const start = fileOffset(segments, readWord(body, header, width, big), length)
  return start === undefined || start + length > body.length
    ? undefined
    : body.toString('latin1', start, start + length)
}

/** Where in the file these bytes are; undefined where no one segment holds them all. */
function fileOffset(segments: readonly Segment[], address: number, length: number): number | undefined {
  const segment = segments.find((s) => address >= s.address && address + length <= s.address + s.size)
  return segment && segment.offset + address - segment.address
}

/** An unsigned number; NaN where the file ends before, which no comparison accepts. */
function readWord(body: Buffer, at: number, width: 2 | 4 | 8, big: boolean): number {
  if (!(at >= 0 && at + width <= body.length)) return Number.NaN
  if (width === 8) return Number(big ? body.readBigUInt64BE(at) : body.readBigUInt64LE(at))
  return big ? body.readUIntBE(at, width) : body.readUIntLE(at, width)
}

/** ELF (gABI): the section .go.buildinfo where there is one, else the first segment that is written to and not run. */
function elfLayout(body: Buffer): Layout | undefined {
  const wide = body[4] === 2
  const big = body[5] === 2
  if (!wide && body[4] !== 1) return undefined
  const word = wide ? 8 : 4
  const read = (at: number, width: 2 | 4 | 8) => readWord(body, at, width, big)

  const segments: Segment[] = []
  let writable: Segment | undefined
  const segmentTable = read(wide ? 32 : 28, word)
  const segmentSize = read(wide ? 54 : 42, 2)
  const segmentCount = Math.min(read(wide ? 56 : 44, 2), MAX_HEADERS)
  for (let i = 0; i < segmentCount; i++) {
    const at = segmentTable + i * segmentSize
    if (read(at, 4) !== 1) continue // PT_LOAD
    const flags = read(at + (wide ? 4 : 24), 4)
    const segment = {
      offset: read(at + (wide ? 8 : 4), word),
      address: read(at + (wide ? 16 : 8), word),
      size: read(at + (wide ? 32 : 16), word),
    }
    if (!isInside(segment, body)) continue
    segments.push(segment)
    if ((flags & 3) === 2) writable ??= segment // PF_W without PF_X
  }

  const sectionTable = read(wide ? 40 : 32, word)
  const sectionSize = read(wide ? 58 : 46, 2)
  const sectionCount = Math.min(read(wide ? 60 : 48, 2), MAX_HEADERS)
  const section = (i: number) => {
    const at = sectionTable + i * sectionSize
    return {
      name: read(at, 4),
      address: read(at + (wide ? 16 : 12), word),
      offset: read(at + (wide ? 24 : 16), word),
      size: read(at + (wide ? 32 : 20), word),
    }
  }
  const names = section(read(wide ? 62 : 50, 2))
  for (let i = 0; i < sectionCount; i++) {
    const one = section(i)
    const name = names.offset + one.name
    if (!(name >= 0 && name + 14 < body.length)) continue
    if (body.toString('latin1', name, name + 14) === '.go.buildinfo\0' && isInside(one, body)) {
      return { search: one, segments: segments.length > 0 ? segments : [one] }
    }
  }
  return writable && { search: writable, segments }
}

const isInside = (segment: Segment, body: Buffer): boolean =>
  Number.isSafeInteger(segment.address) && segment.offset >= 0 && segment.offset + segment.size <= body.length
