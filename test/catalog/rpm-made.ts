/** Databases of RPM as rpm writes them, in memory: headers with region and digests, and the three files that hold them. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

type Value = string | readonly string[] | readonly number[] | Buffer
export type Tags = Readonly<Record<number, Value>>

/** Tags of the headers that tests make. */
export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  installTime: 1008,
  licence: 1014,
  architecture: 1022,
  oldFileNames: 1027,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  module: 5096,
} as const
const REGION = 63

const isNumbers = (value: readonly string[] | readonly number[]): value is readonly number[] =>
  typeof value[0] === 'number'

interface Entry {
  readonly tag: number
  readonly type: number
  readonly count: number
  readonly bytes: Buffer
}
function entryOf(tag: number, value: Value): Entry {
  if (Buffer.isBuffer(value)) return { tag, type: 7, count: value.length, bytes: value }
  if (typeof value === 'string') return { tag, type: 6, count: 1, bytes: Buffer.from(`${value}\0`) }
  if (!isNumbers(value))
    return { tag, type: 8, count: value.length, bytes: Buffer.from(value.map((one) => `${one}\0`).join('')) }
  const bytes = Buffer.alloc(value.length * 4)
  value.forEach((one, index) => bytes.writeUInt32BE(one, index * 4))
  return { tag, type: 4, count: value.length, bytes }
}

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4)
  numbers.forEach((one, index) => bytes.writeInt32BE(one | 0, index * 4))
  return bytes
}

/** Index and data of entries whose data begin at `start`. */
function laidOut(entries: readonly Entry[], start: number): { readonly index: Buffer; readonly data: Buffer } {
  const index: Buffer[] = []
  const data: Buffer[] = []
  let at = start
  for (const { tag, type, count, bytes } of entries) {
    const padding = type === 4 ? (4 - (at % 4)) % 4 : 0
    data.push(Buffer.alloc(padding), bytes)
    index.push(words(tag, type, at + padding, count))
    at += padding + bytes.length
  }
  return { index: Buffer.concat(index), data: Buffer.concat(data) }
}

/** A header as the database keeps it: the package's own part, with its digests after it, and what the installation adds. */
export function headerOf(tags: Tags, added: Tags = { [TAG.installTime]: [1_700_000_000] }): Buffer {
  const entries = Object.entries(tags).map(([tag, value]) => entryOf(Number(tag), value))
  const own = laidOut(entries, 0)
  const count = entries.length + 1
  const trailer = words(REGION, 7, -16 * count, 16)
  const index = Buffer.concat([words(REGION, 7, own.data.length, 16), own.index])
  const data = Buffer.concat([own.data, trailer])
  const digest = (algorithm: string): string =>
    createHash(algorithm)
      .update(Buffer.from('8eade80100000000', 'hex'))
      .update(words(count, data.length))
      .update(index)
      .update(data)
      .digest('hex')
  const more = Object.entries({ 269: digest('sha1'), 273: digest('sha256'), ...added }).map(([tag, value]) =>
    entryOf(Number(tag), value),
  )
  const rest = laidOut(more, data.length)
  return Buffer.concat([words(count + more.length, data.length + rest.data.length), index, rest.index, data, rest.data])
}

/** The same entries without region and digests, as RPM 3 wrote them. */
export function oldHeaderOf(tags: Tags): Buffer {
  const entries = Object.entries(tags).map(([tag, value]) => entryOf(Number(tag), value))
  const { index, data } = laidOut(entries, 0)
  return Buffer.concat([words(entries.length, data.length), index, data])
}

/** ndb: slots, then blobs of whole blocks with their checksums. */
export function ndbOf(headers: readonly Buffer[]): Buffer {
  const page = 4096
  const pages = Math.ceil((headers.length + 2) / 256)
  const slots = Buffer.alloc(page * pages)
  slots.write('RpmP', 0, 'latin1')
  slots.writeUInt32LE(1, 8)
  slots.writeUInt32LE(pages, 12)
  slots.writeUInt32LE(headers.length + 1, 16)
  for (let at = 32; at < slots.length; at += 16) slots.write('Slot', at, 'latin1')
  const blobs: Buffer[] = []
  let block = slots.length / 16
  headers.forEach((header, index) => {
    const blocks = Math.ceil((16 + header.length + 12) / 16)
    const blob = Buffer.alloc(blocks * 16)
    blob.write('BlbS', 0, 'latin1')
    blob.writeUInt32LE(index + 1, 4)
    blob.writeUInt32LE(header.length, 12)
    header.copy(blob, 16)
    blob.writeUInt32LE(adler32(blob.subarray(0, -12)), blob.length - 12)
    blob.writeUInt32LE(header.length, blob.length - 8)
    blob.write('BlbE', blob.length - 4, 'latin1')
    blobs.push(blob)
    const at = 32 + index * 16
    slots.writeUInt32LE(index + 1, at + 4)
    slots.writeUInt32LE(block, at + 8)
    slots.writeUInt32LE(blocks, at + 12)
    block += blocks
  })
  return Buffer.concat([slots, ...blobs])
}
function adler32(bytes: Buffer): number {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return b * 65_536 + a
}

/** Berkeley DB hash of two buckets, each value in a chain of pages, with the record of the highest number that rpm keeps under 0. */
export function hashOf(headers: readonly Buffer[], little = true, page = 512): Buffer {
  const u32 = (bytes: Buffer, value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)
  const u16 = (bytes: Buffer, value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    u32(bytes, value, 0)
    return bytes
  }
  const pages: Buffer[] = [Buffer.alloc(page)]
  const add = (type: number): { readonly bytes: Buffer; readonly at: number } => {
    const bytes = Buffer.alloc(page)
    bytes[25] = type
    u32(bytes, pages.length, 8)
    u16(bytes, type === 13 ? page : 0, 22)
    pages.push(bytes)
    return { bytes, at: pages.length - 1 }
  }
  const buckets = [add(13), add(13)]
  const last = [...buckets]
  const insert = (bucket: number, items: readonly Buffer[]): void => {
    let target = last[bucket]
    if (!target) throw new Error('no such bucket')
    const room = ({ bytes }: { readonly bytes: Buffer }): number =>
      (little ? bytes.readUInt16LE(22) : bytes.readUInt16BE(22)) -
      26 -
      2 * (little ? bytes.readUInt16LE(20) : bytes.readUInt16BE(20))
    if (room(target) < items.reduce((sum, item) => sum + item.length + 2, 0)) {
      const next = add(13)
      u32(target.bytes, next.at, 16)
      last[bucket] = target = next
    }
    for (const item of items) {
      const entries = little ? target.bytes.readUInt16LE(20) : target.bytes.readUInt16BE(20)
      const start = (little ? target.bytes.readUInt16LE(22) : target.bytes.readUInt16BE(22)) - item.length
      item.copy(target.bytes, start)
      u16(target.bytes, start, 26 + entries * 2)
      u16(target.bytes, entries + 1, 20)
      u16(target.bytes, start, 22)
    }
  }
  const inline = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([1]), bytes])
  insert(0, [inline(number(0)), inline(number(headers.length))])
  headers.forEach((header, index) => {
    const chain: { readonly bytes: Buffer; readonly at: number }[] = []
    for (let at = 0; at < header.length; at += page - 26) {
      const one = add(7)
      const length = header.copy(one.bytes, 26, at, at + page - 26)
      u16(one.bytes, length, 22)
      const before = chain.at(-1)
      if (before) u32(before.bytes, one.at, 16)
      chain.push(one)
    }
    const item = Buffer.concat([Buffer.from([3, 0, 0, 0]), number(chain[0]?.at ?? 0), number(header.length)])
    insert(index % 2, [inline(number(index + 1)), item])
  })
  const [meta = Buffer.alloc(0)] = pages
  u32(meta, 0x00061561, 12)
  u32(meta, 9, 16)
  u32(meta, page, 20)
  meta[25] = 8
  u32(meta, pages.length - 1, 32)
  u32(meta, 1, 72)
  u32(meta, 1, 76)
  // Bucket 0 is page 1, bucket 1 page 2.
  u32(meta, 1, 96)
  u32(meta, 1, 100)
  return Buffer.concat(pages)
}

/** What rpm's schema is, as far as it matters. */
export const SCHEMA =
  "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);" +
  "CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL);"

/** An SQLite database that SQLite wrote, and its log where `use` leaves one; `use` is given the open database. */
export function sqliteOf(
  headers: readonly Buffer[],
  before = '',
  use: (database: DatabaseSync) => void = () => {},
): { readonly file: Buffer; readonly log: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rpm-'))
  try {
    const path = join(folder, 'rpmdb.sqlite')
    const database = new DatabaseSync(path)
    database.exec(`${before}; BEGIN; ${SCHEMA}`)
    insertAll(database, headers)
    database.exec('COMMIT')
    use(database)
    const file = readFileSync(path)
    const isLogged = before.includes('wal')
    const log = isLogged ? readFileSync(`${path}-wal`) : Buffer.alloc(0)
    database.close()
    return { file, log }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
export function insertAll(database: DatabaseSync, headers: readonly Buffer[]): void {
  const insert = database.prepare("INSERT INTO 'Packages' (blob) VALUES (?)")
  for (const header of headers) insert.run(header)
}
