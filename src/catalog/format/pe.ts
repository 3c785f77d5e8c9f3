/** PE, the programs of Windows and .NET (Microsoft's "PE Format"): sections. */
import { Numbers } from './numbers.ts'
import { isInside, type Program, type Section, type Segment } from './program.ts'
import type { Ranges } from './ranges.ts'

/** Windows loads no more. */
const MAX_SECTIONS = 96
const SECTION = 40
/** Signature, COFF header and the part of the optional header that is read. */
const HEADERS = 4 + 20 + 240
const PE32 = 0x10b
const PE32_PLUS = 0x20b
const WRITE = 0x80000000
const EXECUTE = 0x20000000

export const isPe = (first: Buffer): boolean => first[0] === 0x4d && first[1] === 0x5a

/** Undefined for what is no PE file: programs of DOS begin with the same letters. */
export function readPe(ranges: Ranges): Program | undefined {
  const dos = new Numbers(ranges.at(0, 64), false)
  if (!isPe(dos.bytes)) return undefined
  const start = dos.of(60, 4)
  const head = new Numbers(ranges.at(start, HEADERS), false)
  if (head.of(0, 4) !== 0x4550) return undefined
  const magic = head.of(24, 2)
  if (magic !== PE32 && magic !== PE32_PLUS) return undefined
  const base = magic === PE32 ? head.of(24 + 28, 4) : head.of(24 + 24, 8)
  const count = Math.min(head.of(6, 2), MAX_SECTIONS)
  const table = new Numbers(ranges.at(start + 24 + head.of(20, 2), count * SECTION), false)
  const sections: Section[] = []
  const segments: Segment[] = []
  for (let at = 0; at + SECTION <= table.bytes.length; at += SECTION) {
    const flags = table.of(at + 36, 4)
    const one = {
      address: base + table.of(at + 12, 4),
      offset: table.of(at + 20, 4),
      size: Math.min(table.of(at + 16, 4), ranges.size - table.of(at + 20, 4)),
    }
    if (!isInside(one, ranges.size)) continue
    sections.push({ name: table.text(at, 8), ...one })
    segments.push({ ...one, writable: (flags & WRITE) !== 0, executable: (flags & EXECUTE) !== 0 })
  }
  return { format: 'PE', sections, segments }
}
