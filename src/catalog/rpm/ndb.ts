/**
 * rpm's own database, "ndb" (SUSE): a table of slots, each of which names the blocks of a package's header; all numbers little-endian.
 * lib/backend/ndb/rpmpkg.c is its specification.
 */
import type { DatabaseFile } from '../format/window.ts'

const word = (text: string): number => Buffer.from(text, 'latin1').readUInt32LE(0)
const MAGIC = { file: word('RpmP'), slot: word('Slot'), head: word('BlbS'), tail: word('BlbE') }

const PAGE = 4096
const SLOT = 16
const BLOCK = 16
/** Bytes before and after a header. */
const HEAD = 16
const TAIL = 12

/** Headers of the packages, in the order of the slots. */
export function* readNdb(file: DatabaseFile): Generator<Buffer> {
  const { size, window, damaged } = file
  const first = window(0, 32)
  if (first.length < 32 || first.readUInt32LE(0) !== MAGIC.file || first.readUInt32LE(4) !== 0) {
    damaged(
      first.length === 0 ? 'it is empty' : 'it is not a package database of rpm (ndb), or one of an unknown version',
    )
    return
  }
  const slots = first.readUInt32LE(12) * (PAGE / SLOT)
  if (slots === 0 || slots * SLOT > size) damaged('its table of packages is cut off')
  const after = window(slots * SLOT, 4)
  if (after.length === 4 && after.readUInt32LE(0) === MAGIC.slot)
    damaged('its table of packages is longer than it says')
  const numbers = new Set<number>()
  // The first two places are the file's own header.
  for (let index = 2; index < slots && (index + 1) * SLOT <= size; index++) {
    const slot = window(index * SLOT, SLOT)
    const [magic, number, start, blocks] = [0, 4, 8, 12].map((at) => slot.readUInt32LE(at))
    if (magic !== MAGIC.slot || number === undefined || start === undefined || blocks === undefined) {
      damaged(`slot ${index} is damaged`)
      continue
    }
    if (start === 0 && number === 0) continue
    const blob = numbers.has(number) ? undefined : headerAt(file, number, start, blocks)
    numbers.add(number)
    if (blob) yield blob
    else damaged(`the package of slot ${index} is damaged, cut off or there twice`)
  }
}

function headerAt({ size, window }: DatabaseFile, number: number, start: number, blocks: number): Buffer | undefined {
  const length = blocks * BLOCK
  if (length < HEAD + TAIL || start * BLOCK + length > size) return undefined
  const bytes = window(start * BLOCK, length)
  const held = bytes.readUInt32LE(12)
  const tail = length - TAIL
  const sound =
    bytes.readUInt32LE(0) === MAGIC.head &&
    bytes.readUInt32LE(4) === number &&
    Math.ceil((HEAD + held + TAIL) / BLOCK) === blocks &&
    bytes.readUInt32LE(tail) === adler32(bytes.subarray(0, tail)) &&
    bytes.readUInt32LE(tail + 4) === held &&
    bytes.readUInt32LE(tail + 8) === MAGIC.tail
  return sound ? bytes.subarray(HEAD, HEAD + held) : undefined
}

/** RFC 1950, section 9. */
function adler32(bytes: Buffer): number {
  let a = 1
  let b = 0
  // As many bytes as sums of 32 bits hold.
  for (let start = 0; start < bytes.length; start += 5552) {
    const end = Math.min(start + 5552, bytes.length)
    for (let at = start; at < end; at++) {
      a += bytes[at] ?? 0
      b += a
    }
    a %= 65_521
    b %= 65_521
  }
  return b * 65_536 + a
}
