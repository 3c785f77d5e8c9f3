/** The write-ahead log beside an SQLite database (https://sqlite.org/fileformat2.html, section 4): the newest state of its pages. */
import type { DatabaseFile } from './window.ts'

export interface Log {
  readonly size: number
  readonly pageSize: number
  /** Pages of the database after the last transaction. */
  readonly pages: number
  /** The newest committed state of a page, where the log has one. */
  page(number: number): Buffer | undefined
}

/** The last bit of the magic says in which byte order the checksums read. */
const MAGIC = 0x377f0682
const VERSION = 3_007_000
const HEADER = 32
const FRAME = 24

/**
 * Undefined where the log holds no whole transaction. Frames count up to the last commit before the first one of another salt (they are
 * left from before the log was begun anew) or with a wrong checksum.
 */
export function readLog({ size, window, damaged }: DatabaseFile): Log | undefined {
  const header = window(0, HEADER)
  const isLog = header.length === HEADER && (header.readUInt32BE(0) & ~1) === MAGIC
  const sum = checksum(header.length > 0 && (header[3] ?? 0) % 2 === 0)
  const pageSize = isLog ? header.readUInt32BE(8) : 0
  if (
    !isLog ||
    header.readUInt32BE(4) !== VERSION ||
    pageSize < 512 ||
    pageSize > 65_536 ||
    !agrees(sum(header.subarray(0, 24)), header, 24)
  ) {
    damaged('its header is damaged')
    return undefined
  }
  const committed = new Map<number, number>()
  const pending = new Map<number, number>()
  let pages = 0
  let stale = false
  for (let at = HEADER; at + FRAME + pageSize <= size; at += FRAME + pageSize) {
    const frame = window(at, stale ? FRAME : FRAME + pageSize)
    const isOurs = frame.subarray(8, 16).equals(header.subarray(16, 24))
    if (isOurs && (stale || !agrees(sum(frame.subarray(0, 8), frame.subarray(FRAME)), frame, 16))) {
      damaged(`the frame at ${at} is not what was written`)
      break
    }
    stale ||= !isOurs
    if (stale) continue
    pending.set(frame.readUInt32BE(0), at + FRAME)
    const after = frame.readUInt32BE(4)
    if (after === 0) continue
    pages = after
    for (const [number, place] of pending) committed.set(number, place)
    pending.clear()
  }
  if ((size - HEADER) % (FRAME + pageSize) !== 0) damaged('its last frame is cut off')
  if (pending.size > 0) damaged('its last transaction is not whole')
  return pages === 0
    ? undefined
    : {
        size,
        pageSize,
        pages,
        page(number) {
          const place = committed.get(number)
          return place === undefined ? undefined : window(place, pageSize)
        },
      }
}

type Sums = readonly [number, number]

const agrees = ([first, second]: Sums, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second

/** Section 4.2: the sums go on from one part to the next. */
function checksum(little: boolean): (...parts: readonly Buffer[]) => Sums {
  let first = 0
  let second = 0
  return (...parts) => {
    for (const bytes of parts) {
      const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      for (let at = 0; at + 8 <= bytes.length; at += 8) {
        first = (first + words.getUint32(at, little) + second) >>> 0
        second = (second + words.getUint32(at + 4, little) + first) >>> 0
      }
    }
    return [first, second]
  }
}
