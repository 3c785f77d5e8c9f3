/**
 * ZIP archives (PKWARE's APPNOTE 6.3) over ranges: the directory at the end, as java.util.zip.ZipFile reads it, with zip64 and with
 * something before the archive (a launch script). Entries are stored or deflated: Java knows no others.
 */
import { inflateRawSync } from 'node:zlib'
import type { Content } from '../../model/tree.ts'
import { Inflating } from './inflating.ts'
import { Numbers } from './numbers.ts'
import { contentOf, partOf } from './ranges.ts'

const END = 0x06054b50
const END_SIZE = 22
const END_64 = 0x06064b50
const END_64_SIZE = 56
const LOCATOR = 0x07064b50
const LOCATOR_SIZE = 20
const ENTRY = 0x02014b50
const ENTRY_SIZE = 46
const LOCAL = 0x04034b50
const LOCAL_SIZE = 30
/** Bytes after the end record: its comment. */
const MAX_COMMENT = 65_535
/** Places with the magic of the end record that are tried. */
const MAX_TRIES = 64
/** Bytes of a directory: some 100 an entry, and the largest archives of Java have some 100,000. */
const MAX_DIRECTORY = 2 ** 26
const STORED = 0
const DEFLATED = 8
/** Stands in a field of 32 bits whose value is in the zip64 extra field. */
const IN_EXTRA = 0xffffffff
const ZIP64_EXTRA = 1

export interface ZipEntry {
  /** As the archive writes it, in UTF-8: it leads nowhere on this machine. */
  readonly name: string
  readonly method: number
  readonly encrypted: boolean
  /** Bytes in the archive, and uncompressed, as the directory says. */
  readonly stored: number
  readonly size: number
  /** Where its local header begins in the file. */
  readonly header: number
}

/** What may still be inflated while one file is read: archives in archives, and entries that overlap, make much of little. */
export interface InflateBudget {
  /** Bytes that may come out. */
  left: number
  /** Bytes that may be held in memory at once. */
  memory: number
}

/** An archive whose directory was read. */
export class Zip {
  readonly #content: Content
  readonly #directory: Numbers
  /** What stands before the archive in the file. */
  readonly #before: number

  constructor(content: Content, directory: Buffer, before: number) {
    this.#content = content
    this.#directory = new Numbers(directory, false)
    this.#before = before
  }

  /**
   * The entries that `wanted` takes by the bytes of their names, in the order of the directory; the last thing given is a text where
   * the directory is damaged, and says how.
   */
  *entries(
    wanted: (directory: Buffer, start: number, end: number) => boolean,
  ): Generator<ZipEntry, string | undefined> {
    const from = this.#directory
    const { bytes } = from
    let at = 0
    while (at + ENTRY_SIZE <= bytes.length) {
      if (from.of(at, 4) !== ENTRY) return 'has a damaged directory'
      const start = at + ENTRY_SIZE
      const end = start + from.of(at + 28, 2)
      const extra = end + from.of(at + 30, 2)
      const next = extra + from.of(at + 32, 2)
      if (next > bytes.length) return 'has a directory that is cut short'
      if (wanted(bytes, start, end)) yield this.#entry(at, start, end, extra)
      at = next
    }
    return at === bytes.length ? undefined : 'has a directory that is cut short'
  }

  #entry(at: number, start: number, end: number, extraEnd: number): ZipEntry {
    const from = this.#directory
    let [stored, size, header] = [from.of(at + 20, 4), from.of(at + 24, 4), from.of(at + 42, 4)]
    for (let field = end; field + 4 <= extraEnd; field += 4 + from.of(field + 2, 2)) {
      if (from.of(field, 2) !== ZIP64_EXTRA) continue
      let place = field + 4
      const last = Math.min(place + from.of(field + 2, 2), extraEnd)
      const wide = (value: number): number => {
        if (value !== IN_EXTRA || place + 8 > last) return value
        place += 8
        return from.of(place - 8, 8)
      }
      size = wide(size)
      stored = wide(stored)
      header = wide(header)
      break
    }
    return {
      name: from.bytes.toString('utf8', start, end),
      method: from.of(at + 10, 2),
      encrypted: (from.of(at + 8, 2) & 1) !== 0,
      stored,
      size,
      header: this.#before + header,
    }
  }

  /** The whole of a small entry; a text says what is wrong with it. */
  read(entry: ZipEntry, most: number, budget: InflateBudget): Buffer | string {
    const stored = this.#stored(entry)
    if (typeof stored === 'string') return stored
    if (Math.max(entry.size, entry.method === STORED ? stored.size : 0) > most) return `is larger than ${most} bytes`
    return entry.method === STORED ? whole(stored) : inflate(stored, entry.size, most, budget)
  }

  /**
   * An archive in the archive as a file: a range of this one where it is stored; else inflated, into memory, or where it is too
   * large for that once more with every pass of reading. `done` gives back the memory.
   */
  open(entry: ZipEntry, budget: InflateBudget): { readonly content: Content; done(): void } | string {
    const stored = this.#stored(entry)
    if (typeof stored === 'string') return stored
    const sequential = this.#content instanceof Inflating
    const free = () => {}
    if (entry.method === STORED && !sequential) return { content: stored, done: free }
    // What is deflated is held twice while it is inflated.
    const held = entry.method === STORED ? stored.size : stored.size + entry.size
    if (held > budget.memory) {
      if (sequential) return 'is too large to be read inside of another large one'
      return { content: new Inflating(stored, entry.size, budget), done: free }
    }
    const bytes = entry.method === STORED ? whole(stored) : inflate(stored, entry.size, budget.memory, budget)
    if (typeof bytes === 'string') return bytes
    budget.memory -= bytes.length
    return { content: contentOf(bytes), done: () => void (budget.memory += bytes.length) }
  }

  /** The bytes of an entry as the archive holds them. */
  #stored({ header, stored, method, encrypted }: ZipEntry): Content | string {
    if (encrypted) return 'is encrypted'
    if (method !== STORED && method !== DEFLATED) return `is compressed by method ${method}, which Java does not know`
    const local = new Numbers(bytesAt(this.#content, header, LOCAL_SIZE), false)
    if (local.of(0, 4) !== LOCAL) return 'is not where the directory says'
    const start = header + LOCAL_SIZE + local.of(26, 2) + local.of(28, 2)
    return start + stored <= this.#content.size ? partOf(this.#content, start, stored) : 'is cut short'
  }
}

/** Opens an archive; a text says why it is none. */
export function openZip(content: Content): Zip | string {
  const end = endOf(content)
  if (!end) return 'has no directory at its end, so it is no ZIP archive or is cut short'
  const { at, size, offset } = end
  // Where something stands before the archive, offsets are counted from where it begins: the directory ends where the end record begins.
  const start = at - size
  const before = start - offset
  if (!(size >= 0 && start >= 0 && before >= 0)) return 'has a directory that lies outside of it'
  if (size > MAX_DIRECTORY) return `has a directory of more than ${MAX_DIRECTORY} bytes`
  const directory = bytesAt(content, start, size)
  return directory.length === size ? new Zip(content, directory, before) : 'has a directory that is cut short'
}

interface End {
  /** Where the (zip64) end record begins. */
  readonly at: number
  /** Of the directory. */
  readonly size: number
  readonly offset: number
}

/** The end record is the last thing in the file; only its comment may follow. A short tail is read first: few have one. */
function endOf(content: Content): End | undefined {
  return endIn(content, 4096) ?? (content.size > 4096 ? endIn(content, END_SIZE + MAX_COMMENT) : undefined)
}

function endIn(content: Content, length: number): End | undefined {
  const from = Math.max(0, content.size - length)
  const tail = new Numbers(bytesAt(content, from, content.size - from), false)
  let tries = 0
  for (let at = tail.bytes.length - END_SIZE; at >= 0 && tries < MAX_TRIES; at--) {
    if (tail.bytes[at] !== 0x50 || tail.of(at, 4) !== END) continue
    tries++
    const end = { at: from + at, size: tail.of(at + 12, 4), offset: tail.of(at + 16, 4) }
    const wide = wideEnd(content, end.at)
    const found = wide ?? end
    const start = found.at - found.size
    // An empty archive has no directory to look at: its record and the comment must end where the file does.
    const empty = found.size === 0 && end.at + END_SIZE + tail.of(at + 20, 2) === content.size
    const first = found.size > 0 && start >= 0 ? new Numbers(bytesAt(content, start, 4), false).of(0, 4) : 0
    // The magic may be anybody's, in a comment or in what follows the archive: the directory must be where the record says.
    if ((empty || first === ENTRY) && start >= found.offset) return found
  }
  return undefined
}

/** The end record of zip64, which a locator before the other one names. */
function wideEnd(content: Content, end: number): End | undefined {
  const locator = new Numbers(bytesAt(content, end - LOCATOR_SIZE, LOCATOR_SIZE), false)
  if (locator.of(0, 4) !== LOCATOR) return undefined
  // The place that the locator names is wrong where something was put before the archive.
  for (const at of [locator.of(8, 8), end - LOCATOR_SIZE - END_64_SIZE]) {
    const record = new Numbers(bytesAt(content, at, END_64_SIZE), false)
    if (record.of(0, 4) === END_64) return { at, size: record.of(40, 8), offset: record.of(48, 8) }
  }
  return undefined
}

function bytesAt(content: Content, offset: number, length: number): Buffer {
  if (!(offset >= 0 && offset < content.size && length > 0)) return Buffer.alloc(0)
  const bytes = Buffer.allocUnsafe(Math.min(length, content.size - offset))
  return bytes.subarray(0, content.read(bytes, offset))
}
const whole = (content: Content): Buffer => bytesAt(content, 0, content.size)

/** The size that the directory gives is a hint: a wrong one costs only a copy. */
function inflate(stored: Content, size: number, most: number, budget: InflateBudget): Buffer | string {
  const limit = Math.min(most, budget.left)
  if (limit <= 0) return 'is one of too many: what the file holds is too large to be inflated'
  const chunkSize = Math.max(64, Math.min(size + 1, limit))
  try {
    const bytes = inflateRawSync(whole(stored), { maxOutputLength: limit, chunkSize })
    budget.left -= bytes.length
    return bytes
  } catch (error) {
    budget.left -= Math.min(size, limit)
    const large = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return large ? `inflates to more than ${limit} bytes` : 'is damaged: it cannot be inflated'
  }
}
