/**
 * Tables of an SQLite database (https://sqlite.org/fileformat2.html), read without SQLite: a database of an image is hostile input, which
 * is not given to a virtual machine with triggers, views and no limit of time. Every page is read at most once.
 */
import type { Log } from './sqlite-wal.ts'
import type { DatabaseFile } from './window.ts'

/** A column of a row: its serial type (section 2.1) and its bytes. */
export interface Column {
  readonly serial: number
  readonly bytes: Buffer
}

export interface Sqlite {
  /** First page of a table; undefined where there is none of this name. */
  table(name: string): number | undefined
  /** Rows of the table whose first page this is, in their order. */
  rows(root: number): Generator<readonly Column[]>
}

const MAGIC = 'SQLite format 3\0'
const HEADER = 100
const PAGE = { interior: 0x05, leaf: 0x0d } as const
const ENCODINGS: ReadonlyMap<number, string> = new Map([
  [0, 'utf-8'],
  [1, 'utf-8'],
  [2, 'utf-16le'],
  [3, 'utf-16be'],
])
/** Bytes of a name of a table, in any encoding: longer ones are not compared. */
const MAX_NAME = 256

/** The database with what its write-ahead log adds; undefined where it is none, which has been told. */
export function openSqlite(file: DatabaseFile, log?: Log): Sqlite | undefined {
  const page = pagesOf(file, log)
  const first = page(1)
  if (!first) return undefined
  const usable = first.length - first.readUInt8(20)
  const encoding = ENCODINGS.get(first.readUInt32BE(56))
  if (usable < 480 || encoding === undefined) {
    file.damaged('its header is damaged')
    return undefined
  }
  const decoder = new TextDecoder(encoding)
  const seen = new Set<number>()
  /** A page that nothing else has used: the pages of a sound database are a tree. */
  const fresh = (number: number): Buffer | undefined => {
    if (seen.has(number)) file.damaged(`page ${number} is used twice`)
    else {
      seen.add(number)
      return page(number)
    }
    return undefined
  }

  function* rows(root: number): Generator<readonly Column[]> {
    const open = [root]
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      const bytes = fresh(number)
      if (!bytes) continue
      const at = number === 1 ? HEADER : 0
      const kind = bytes.readUInt8(at)
      const pointers = at + (kind === PAGE.interior ? 12 : 8)
      const cells = bytes.readUInt16BE(at + 3)
      if ((kind !== PAGE.interior && kind !== PAGE.leaf) || pointers + cells * 2 > usable) {
        file.damaged(`page ${number} is not one of a table`)
        continue
      }
      const places = Array.from({ length: cells }, (_, index) => bytes.readUInt16BE(pointers + index * 2))
      let used = 0
      if (kind === PAGE.interior) {
        open.push(bytes.readUInt32BE(at + 8))
        for (const place of places.reverse()) {
          const key = varint(bytes, place + 4, usable)
          used += key ? key.end - place : 0
          if (key) open.push(bytes.readUInt32BE(place))
        }
      } else
        for (const place of places) {
          const row = payloadAt(bytes, place)
          used += row ? Math.max(row.end - place, 4) : 0
          const columns = row && columnsOf(row.payload)
          if (columns) yield columns
          else file.damaged(`a row of page ${number} is damaged`)
        }
      if (used + unusedOf(bytes, at, usable) !== usable) file.damaged(`page ${number} has parts that nothing points to`)
    }
  }

  /** Section 1.6: what does not fit into the page is in a chain of others. */
  function payloadAt(bytes: Buffer, place: number): { readonly payload: Buffer; readonly end: number } | undefined {
    const size = varint(bytes, place, usable)
    const row = size && varint(bytes, size.end, usable)
    if (!row || size.value > file.size + (log?.size ?? 0)) return undefined
    const largest = usable - 35
    const smallest = Math.floor(((usable - 12) * 32) / 255) - 23
    const part = smallest + ((size.value - smallest) % (usable - 4))
    const local = size.value <= largest ? size.value : part <= largest ? part : smallest
    const end = row.end + local
    if (end > usable) return undefined
    const start = bytes.subarray(row.end, end)
    if (local === size.value) return { payload: start, end }
    if (end + 4 > usable) return undefined
    const parts = [start]
    let next = bytes.readUInt32BE(end)
    for (let left = size.value - local; left > 0; left -= usable - 4) {
      const more = fresh(next)
      if (!more) return undefined
      next = more.readUInt32BE(0)
      parts.push(more.subarray(4, Math.min(usable, 4 + left)))
    }
    return { payload: Buffer.concat(parts, size.value), end: end + 4 }
  }

  return {
    rows,
    table(name) {
      for (const [type, named, , root] of rows(1)) {
        if (!type || !named || !root || named.bytes.length > MAX_NAME || type.bytes.length > MAX_NAME) continue
        const isTable = decoder.decode(type.bytes) === 'table' && root.bytes.length > 0 && root.bytes.length <= 6
        // SQLite's names are the same in any case of ASCII letters.
        if (isTable && decoder.decode(named.bytes).toLowerCase() === name.toLowerCase())
          return root.bytes.readIntBE(0, root.bytes.length)
      }
      return undefined
    },
  }
}

/** Bytes of a page that hold no cell (section 1.6): all before the cells, the free blocks between them, and what is too small for one. */
function unusedOf(bytes: Buffer, at: number, usable: number): number {
  const content = bytes.readUInt16BE(at + 5)
  let sum = (content === 0 ? 65_536 : content) + bytes.readUInt8(at + 7)
  // The blocks stand in ascending order.
  for (let block = bytes.readUInt16BE(at + 1), last = 0; block > last && block + 4 <= usable;) {
    last = block
    sum += bytes.readUInt16BE(block + 2)
    block = bytes.readUInt16BE(block)
  }
  return sum
}

/** Pages by their number from 1; undefined for one that is not there, which is told. */
function pagesOf(file: DatabaseFile, log: Log | undefined): (number: number) => Buffer | undefined {
  const header = log?.page(1) ?? file.window(0, HEADER)
  if (header.length < HEADER || header.toString('latin1', 0, 16) !== MAGIC) {
    file.damaged(header.length === 0 ? 'it is empty' : 'it is not an SQLite database')
    return () => undefined
  }
  const stated = header.readUInt16BE(16)
  const size = stated === 1 ? 65_536 : stated
  if (size < 512 || (size & (size - 1)) !== 0 || (log && log.pageSize !== size)) {
    file.damaged('its page size is impossible')
    return () => undefined
  }
  const there = log?.pages ?? Math.floor(file.size / size)
  // The count of the header is right where the version that wrote it (offset 92) is that of the last change (offset 24).
  const counted = header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0
  if (counted > there) file.damaged(`${counted - there} of its ${counted} pages are missing`)
  return (number) => {
    const page =
      number < 1 || number > there ? undefined : (log?.page(number) ?? file.window((number - 1) * size, size))
    if (page?.length === size) return page
    file.damaged(`page ${number} is missing`)
    return undefined
  }
}

/** Section 1.6: up to eight bytes of seven bits, most significant first, and a ninth of eight. */
function varint(bytes: Buffer, at: number, end: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  for (let index = 0; index < 9 && at + index < end; index++) {
    const byte = bytes[at + index] ?? 0
    if (index === 8) return { value: value * 256 + byte, end: at + 9 }
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, end: at + index + 1 }
  }
  return undefined
}

/** Bytes of the serial types 0 to 11; 10 and 11 are never in a file. */
const SIZES: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0]

/** Section 2.1: the types of all columns, then their values. */
function columnsOf(record: Buffer): readonly Column[] | undefined {
  const header = varint(record, 0, record.length)
  if (!header || header.value > record.length) return undefined
  const columns: Column[] = []
  let value = header.value
  for (let at = header.end; at < header.value;) {
    const serial = varint(record, at, header.value)
    if (!serial) return undefined
    const size = SIZES[serial.value] ?? Math.floor((serial.value - 12) / 2)
    if (value + size > record.length) return undefined
    columns.push({ serial: serial.value, bytes: record.subarray(value, value + size) })
    value += size
    at = serial.end
  }
  return columns
}
