/** Mach-O, the programs of macOS (mach-o/loader.h, mach-o/fat.h): sections and segments, also of the programs in a universal file. */
import { Numbers } from './numbers.ts'
import { isInside, MAX_SEGMENTS, type Program, type Section, type Segment } from './program.ts'
import { partOf, Ranges } from './ranges.ts'
import type { Content } from '../../model/tree.ts'

/** Magic numbers as the first four bytes, big end first. */
const FORMS: ReadonlyMap<number, { readonly wide: boolean; readonly big: boolean }> = new Map([
  [0xfeedface, { wide: false, big: true }],
  [0xfeedfacf, { wide: true, big: true }],
  [0xcefaedfe, { wide: false, big: false }],
  [0xcffaedfe, { wide: true, big: false }],
])
const FAT = 0xcafebabe
const FAT_64 = 0xcafebabf
/** Architectures in a universal file. Class files of Java begin like one, with their version (45 and above) as the count. */
const MAX_ARCHITECTURES = 30
/** Bytes of load commands that are read. */
const MAX_COMMANDS = 2 ** 22
const LC_SEGMENT = 0x1
const LC_SEGMENT_64 = 0x19
const VM_PROT_WRITE = 2
const VM_PROT_EXECUTE = 4

const magicOf = (first: Buffer): number => (first.length >= 8 ? first.readUInt32BE(0) : 0)
const isFat = (first: Buffer): boolean =>
  (magicOf(first) === FAT || magicOf(first) === FAT_64) && first.readUInt32BE(4) <= MAX_ARCHITECTURES

export const isMachO = (first: Buffer): boolean => FORMS.has(magicOf(first)) || isFat(first)

/** The programs of a file, each with its own bytes: offsets are counted from the beginning of the program. */
export function readMachO(content: Content, ranges: Ranges): readonly { program: Program; ranges: Ranges }[] {
  const first = ranges.at(0, 8)
  if (!isFat(first)) return programIn(ranges)
  const wide = magicOf(first) === FAT_64
  const length = wide ? 32 : 20
  const table = new Numbers(ranges.at(8, first.readUInt32BE(4) * length), true)
  const found: { program: Program; ranges: Ranges }[] = []
  for (let at = 0; at + length <= table.bytes.length; at += length) {
    const [offset, size] = wide
      ? [table.of(at + 8, 8), table.of(at + 16, 8)]
      : [table.of(at + 8, 4), table.of(at + 12, 4)]
    if (isInside({ offset, size }, content.size)) found.push(...programIn(new Ranges(partOf(content, offset, size))))
  }
  return found
}

function programIn(ranges: Ranges): readonly { program: Program; ranges: Ranges }[] {
  const first = ranges.at(0, 32)
  const form = FORMS.get(magicOf(first))
  if (!form) return []
  const { wide, big } = form
  const head = new Numbers(first, big)
  const count = Math.min(head.of(16, 4), MAX_SEGMENTS)
  const commands = new Numbers(ranges.at(wide ? 32 : 28, Math.min(head.of(20, 4), MAX_COMMANDS)), big)
  const sections: Section[] = []
  const segments: Segment[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    const command = commands.of(at, 4)
    const length = commands.of(at + 4, 4)
    if (!(length >= 8) || at + length > commands.bytes.length) break
    if (command === (wide ? LC_SEGMENT_64 : LC_SEGMENT))
      readSegment(commands, at, at + length, wide, ranges.size, sections, segments)
    at += length
  }
  return [{ program: { format: 'Mach-O', sections, segments }, ranges }]
}

function readSegment(
  from: Numbers,
  at: number,
  end: number,
  wide: boolean,
  file: number,
  sections: Section[],
  segments: Segment[],
): void {
  const word = wide ? 8 : 4
  const rest = at + 24 + 4 * word
  const protection = from.of(rest + 4, 4)
  const segment = {
    address: from.of(at + 24, word),
    offset: from.of(at + 24 + 2 * word, word),
    size: from.of(at + 24 + 3 * word, word),
    writable: (protection & VM_PROT_WRITE) !== 0,
    executable: (protection & VM_PROT_EXECUTE) !== 0,
  }
  if (isInside(segment, file)) segments.push(segment)
  const length = wide ? 80 : 68
  for (let one = rest + 16; one + length <= end; one += length) {
    const section = {
      name: from.text(one, 16),
      address: from.of(one + 32, word),
      offset: from.of(one + 32 + 2 * word, 4),
      size: from.of(one + 32 + word, word),
    }
    if (isInside(section, file)) sections.push(section)
  }
}
