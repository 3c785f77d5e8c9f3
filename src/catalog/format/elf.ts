/** ELF (System V gABI, chapters 4 and 5; elf(5)): sections and segments, of both classes and byte orders. */
import { Numbers } from './numbers.ts'
import { isInside, MAX_SECTIONS, MAX_SEGMENTS, type Program, type Section, type Segment } from './program.ts'
import type { Ranges } from './ranges.ts'

const HEADER = 64
/** Object files and core dumps are no programs (e_type). */
const ET_REL = 1
const ET_CORE = 4
const PT_LOAD = 1
const PF_X = 1
const PF_W = 2
/** A section without bytes in the file. */
const SHT_NOBITS = 8
/** e_shstrndx where the number does not fit: it stands in the first section. */
const SHN_XINDEX = 0xffff
/** Bytes of names that are read. */
const MAX_NAMES = 2 ** 22
/** Linkers write the names of the sections just before their table: one read has both. */
const NAMES_BEFORE = 1024

export const isElf = (first: Buffer): boolean => first.length >= 4 && first.readUInt32BE(0) === 0x7f454c46

/** Where fields of a class stand, in bytes: those of 32 bits, and of 64. */
const layout = (wide: boolean) =>
  wide
    ? ({
        word: 8,
        header: {
          segments: 32,
          sections: 40,
          segmentSize: 54,
          segmentCount: 56,
          sectionSize: 58,
          sectionCount: 60,
          names: 62,
        },
        segment: { flags: 4, offset: 8, address: 16, size: 32, length: 56 },
        section: { address: 16, offset: 24, size: 32, link: 40, length: 64 },
      } as const)
    : ({
        word: 4,
        header: {
          segments: 28,
          sections: 32,
          segmentSize: 42,
          segmentCount: 44,
          sectionSize: 46,
          sectionCount: 48,
          names: 50,
        },
        segment: { flags: 24, offset: 4, address: 8, size: 16, length: 32 },
        section: { address: 12, offset: 16, size: 20, link: 24, length: 40 },
      } as const)
type Layout = ReturnType<typeof layout>

/** Undefined for what is no program. Tables that point outside of the file have no entries. */
export function readElf(ranges: Ranges): Program | undefined {
  const first = ranges.at(0, HEADER)
  const [wide, big] = [first[4] === 2, first[5] === 2]
  if (!isElf(first) || (!wide && first[4] !== 1) || (!big && first[5] !== 1)) return undefined
  const head = new Numbers(first, big)
  const type = head.of(16, 2)
  if (type === ET_REL || type === ET_CORE) return undefined
  const form = layout(wide)
  return { format: 'ELF', segments: segmentsOf(ranges, head, form, big), sections: sectionsOf(ranges, head, form, big) }
}

function segmentsOf(ranges: Ranges, head: Numbers, { word, header, segment }: Layout, big: boolean): Segment[] {
  const length = head.of(header.segmentSize, 2)
  const count = Math.min(head.of(header.segmentCount, 2), MAX_SEGMENTS)
  if (!(length >= segment.length)) return []
  const table = new Numbers(ranges.at(head.of(header.segments, word), count * length), big)
  const segments: Segment[] = []
  for (let at = 0; at + length <= table.bytes.length; at += length) {
    if (table.of(at, 4) !== PT_LOAD) continue
    const flags = table.of(at + segment.flags, 4)
    const one = {
      address: table.of(at + segment.address, word),
      offset: table.of(at + segment.offset, word),
      size: table.of(at + segment.size, word),
      writable: (flags & PF_W) !== 0,
      executable: (flags & PF_X) !== 0,
    }
    if (isInside(one, ranges.size)) segments.push(one)
  }
  return segments
}

function sectionsOf(ranges: Ranges, head: Numbers, { word, header, section }: Layout, big: boolean): Section[] {
  const length = head.of(header.sectionSize, 2)
  const start = head.of(header.sections, word)
  if (!(length >= section.length) || !(start > 0)) return []
  let count = head.of(header.sectionCount, 2)
  let names = head.of(header.names, 2)
  if (count === 0 || names === SHN_XINDEX) {
    const zero = new Numbers(ranges.at(start, length), big)
    if (count === 0) count = zero.of(section.size, word)
    if (names === SHN_XINDEX) names = zero.of(section.link, 4)
  }
  const size = Math.min(count, MAX_SECTIONS) * length
  ranges.fetch(start - NAMES_BEFORE, NAMES_BEFORE + size)
  const table = new Numbers(ranges.at(start, size), big)
  const place = (at: number) => ({
    address: table.of(at + section.address, word),
    offset: table.of(at + section.offset, word),
    size: table.of(at + 4, 4) === SHT_NOBITS ? 0 : table.of(at + section.size, word),
  })
  const { offset, size: bytes } = place(names * length)
  if (!isInside({ offset, size: bytes }, ranges.size)) return []
  const text = ranges.at(offset, Math.min(bytes, MAX_NAMES))
  const sections: Section[] = []
  for (let at = 0; at + length <= table.bytes.length; at += length) {
    const from = table.of(at, 4)
    const end = text.indexOf(0, from)
    const one = { name: end < 0 ? '' : text.toString('latin1', from, Math.min(end, from + 256)), ...place(at) }
    if (one.name !== '' && isInside(one, ranges.size)) sections.push(one)
  }
  return sections
}
