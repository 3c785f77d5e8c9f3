/**
 * Finds what the Go linker wrote into a program about how it was built, as Go's own debug/buildinfo does: a 32-byte header, aligned
 * to 16, in a section of its own or near the beginning of the data segment.
 */
import { Numbers } from './numbers.ts'
import type { ProgramFile } from './program-files.ts'
import type { Program, Segment } from './program.ts'
import type { Ranges } from './ranges.ts'

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1')
const ALIGN = 16
const HEADER = 32
/** Flags of the header. */
const BIG_ENDIAN = 1
const INLINE = 2
/** Places with the magic that are tried; debug/buildinfo tries one. Programs that read Go programs hold it as a constant, too. */
const MAX_TRIES = 64
/** Bytes of a data segment that are searched, and how many at once. */
const MAX_SEARCH = 2 ** 26
const CHUNK = 2 ** 20
/** Bytes of a version, and of a list of modules: large programs have some hundred kilobytes. */
const MAX_VERSION = 2 ** 12
const MAX_MODULES = 2 ** 24
/** `__go_buildinfo` is that of Mach-O. */
const SECTIONS = new Set(['.go.buildinfo', '__go_buildinfo'])
/** Sections that only Go's linker writes. */
const MARKS = new Set(['.gopclntab', '__gopclntab', '.note.go.buildid'])

/** Go's version as written (`go1.22.0`, `devel go1.23-abc`), and the lines of runtime/debug.ParseBuildInfo; empty outside of module mode. */
export interface BuildInformation {
  readonly version: string
  readonly modules: string
}
/**
 * `none`: no Go program. `unreadable`: it is one that does not tell. `packed`: UPX has compressed the program, whatever it is
 * (github.com/upx/upx).
 */
export type NoBuildInformation = 'none' | 'unreadable' | 'packed'

export function readBuildInformation({ program, ranges }: ProgramFile): BuildInformation | NoBuildInformation {
  const { sections, segments } = program
  const own = sections.find(({ name }) => SECTIONS.has(name))
  const search = own ?? dataOf(program)
  if (search) {
    const found = searchFor(ranges, search, segments.length > 0 ? segments : [search])
    if (found !== 'none' && (found !== 'unreadable' || own)) return found
  }
  if (isPacked(program, ranges)) return 'packed'
  return sections.some(({ name }) => MARKS.has(name)) ? 'unreadable' : 'none'
}

type Place = Pick<Segment, 'address' | 'offset' | 'size'>

/** Where the header is in a program without its section: ELF files that have other sections, but not this one, have none. */
function dataOf({ format, sections, segments }: Program): Place | undefined {
  if (format === 'ELF' && sections.length > 0) return undefined
  return segments.find(({ writable, executable }) => writable && !executable)
}

function searchFor(ranges: Ranges, { address, offset, size }: Place, segments: readonly Place[]) {
  const end = Math.min(offset + size, offset + MAX_SEARCH)
  let seen = false
  let tries = 0
  for (let start = offset; start < end && tries < MAX_TRIES; start += CHUNK) {
    // A header may begin in this chunk and end in the next.
    const chunk = ranges.at(start, Math.min(CHUNK + HEADER, end - start))
    for (let at = chunk.indexOf(MAGIC); at >= 0 && at < CHUNK && tries < MAX_TRIES; at = chunk.indexOf(MAGIC, at + 1)) {
      tries++
      if (at + HEADER > chunk.length || (address + start + at - offset) % ALIGN !== 0) continue
      const information = decode(ranges, start + at, chunk.subarray(at, at + HEADER), segments)
      if (information) return information
      seen = true
    }
  }
  return seen ? 'unreadable' : 'none'
}

function decode(ranges: Ranges, at: number, header: Buffer, segments: readonly Place[]): BuildInformation | undefined {
  const flags = header[15] ?? 0
  let version: string | undefined
  let modules: string | undefined
  if ((flags & INLINE) !== 0) {
    const first = inlineString(ranges, at + HEADER, MAX_VERSION)
    version = first?.text
    modules = first && inlineString(ranges, first.next, MAX_MODULES)?.text
  } else {
    const width = header[14]
    if (width !== 4 && width !== 8) return undefined
    const big = (flags & BIG_ENDIAN) !== 0
    const pointers = new Numbers(header, big)
    const text = (from: number, most: number) => stringAt(ranges, segments, pointers.of(from, width), width, big, most)
    version = text(16, MAX_VERSION)
    modules = text(16 + width, MAX_MODULES) ?? ''
  }
  if (version === undefined || modules === undefined || !/^(?:go\d|devel)/.test(version)) return undefined
  // 16 bytes before and after mark the text for those who search memory for it.
  const framed = modules.length >= 33 && modules.charAt(modules.length - 17) === '\n'
  return { version, modules: framed ? Buffer.from(modules.slice(16, -16), 'latin1').toString('utf8') : '' }
}

/** A length as an unsigned varint and that many bytes, as latin1, so that a character is a byte. */
function inlineString(ranges: Ranges, at: number, most: number): { text: string; next: number } | undefined {
  const bytes = ranges.at(at, 5)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte >= 0x80) continue
    const start = at + i + 1
    if (length > most || start + length > ranges.size) return undefined
    return { text: ranges.at(start, length).toString('latin1'), next: start + length }
  }
  return undefined
}

/** The Go string (address and length) whose header is at this address. */
function stringAt(
  ranges: Ranges,
  segments: readonly Place[],
  address: number,
  width: 4 | 8,
  big: boolean,
  most: number,
): string | undefined {
  const at = fileOffset(segments, address, 2 * width)
  if (at === undefined) return undefined
  const header = new Numbers(ranges.at(at, 2 * width), big)
  const length = header.of(width, width)
  const start = length <= most ? fileOffset(segments, header.of(0, width), length) : undefined
  return start === undefined || start + length > ranges.size ? undefined : ranges.at(start, length).toString('latin1')
}

/** Where in the file these bytes are; undefined where no one segment holds them all. */
function fileOffset(segments: readonly Place[], address: number, length: number): number | undefined {
  const segment = segments.find((s) => address >= s.address && address + length <= s.address + s.size)
  return segment && segment.offset + address - segment.address
}

const UPX = Buffer.from('UPX!')
/** UPX leaves no sections of ELF, and says its name beside the program headers; in PE it names the sections. */
const isPacked = ({ format, sections }: Program, ranges: Ranges): boolean =>
  format === 'PE'
    ? sections.some(({ name }) => name === 'UPX0')
    : format === 'ELF' && sections.length === 0 && ranges.at(0, 4096).includes(UPX)
