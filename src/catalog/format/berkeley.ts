/**
 * Hash databases of Berkeley DB (dbinc/db_page.h of its sources, versions 8 to 10), in the byte order of either machine.
 * Every page is read at most once.
 */
import type { DatabaseFile } from './window.ts'

export interface Pair {
  readonly key: Buffer
  readonly value: Buffer
}

const HASH = 0x00061561
/** Bytes of a page before its entries. */
const HEAD = 26
/** Bytes of the first page that are read. */
const META = 512
const PAGE = { hashUnsorted: 2, overflow: 7, hash: 13 } as const
const ITEM = { onPage: 1, offPage: 3 } as const

/** All pairs, bucket after bucket. */
export function* readHash(file: DatabaseFile): Generator<Pair> {
  const meta = file.window(0, META)
  const little = meta.length === META && meta.readUInt32LE(12) === HASH
  if (meta.length < META || (!little && meta.readUInt32BE(12) !== HASH)) {
    file.damaged(meta.length === 0 ? 'it is empty' : 'it is not a hash database of Berkeley DB')
    return
  }
  const word = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const half = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))

  const version = word(meta, 16)
  const size = word(meta, 20)
  const encrypted = meta.readUInt8(24) !== 0
  const checksummed = (meta.readUInt8(26) & 1) !== 0
  const last = word(meta, 32)
  const buckets = word(meta, 72) + 1
  if (version < 8 || version > 10 || size < 512 || size > 65_536 || (size & (size - 1)) !== 0) {
    file.damaged('its version or page size is impossible')
    return
  }
  if (encrypted || checksummed) {
    file.damaged('its pages are encrypted or have checksums, which rpm never writes')
    return
  }
  const there = Math.floor(file.size / size)
  if (last + 1 > there) file.damaged(`${last + 1 - there} of its ${last + 1} pages are missing`)

  const seen = new Set<number>()
  const page = (number: number, ...kinds: readonly number[]): Buffer | undefined => {
    const bytes = number < 1 || number >= there || seen.has(number) ? undefined : file.window(number * size, size)
    seen.add(number)
    if (bytes?.length === size && word(bytes, 8) === number && kinds.includes(bytes.readUInt8(25))) return bytes
    file.damaged(`page ${number} is missing, used twice or of another kind`)
    return undefined
  }
  const valueOf = (item: Buffer): Buffer | undefined => {
    if (item[0] === ITEM.onPage) return item.subarray(1)
    if (item[0] !== ITEM.offPage || item.length !== 12) return undefined
    let next = word(item, 4)
    let left = word(item, 8)
    if (left > file.size) return undefined
    const parts: Buffer[] = []
    while (left > 0) {
      const bytes = page(next, PAGE.overflow)
      const length = bytes ? half(bytes, 22) : 0
      if (!bytes || length === 0 || length > left || HEAD + length > size) return undefined
      parts.push(bytes.subarray(HEAD, HEAD + length))
      left -= length
      next = word(bytes, 16)
    }
    return Buffer.concat(parts)
  }

  for (let bucket = 0; bucket < buckets; bucket++) {
    if (bucket >= there) {
      file.damaged(`its ${buckets} buckets are more than it has pages`)
      return
    }
    // Pages of a bucket's generation stand together: `spares` has what each generation is moved by.
    let next = bucket + word(meta, 96 + 4 * (32 - Math.clz32(bucket)))
    while (next !== 0) {
      const bytes = page(next, PAGE.hash, PAGE.hashUnsorted)
      if (!bytes) break
      const number = next
      next = word(bytes, 16)
      const entries = half(bytes, 20)
      const items: Buffer[] = []
      let end = size
      // Entries grow from the end of the page downwards; the page says where the last one begins.
      for (let index = 0; index < entries && HEAD + entries * 2 <= size; index++) {
        const start = half(bytes, HEAD + index * 2)
        if (start < HEAD + entries * 2 || start >= end) break
        items.push(bytes.subarray(start, end))
        end = start
      }
      if (items.length < entries || entries % 2 !== 0 || end % 65_536 !== half(bytes, 22))
        file.damaged(`page ${number} is damaged`)
      for (let index = 0; index + 1 < items.length; index += 2) {
        const [key, value] = items.slice(index, index + 2).map(valueOf)
        if (key && value) yield { key, value }
        else file.damaged(`an entry of page ${number} is damaged`)
      }
    }
  }
  // A page that was given back is of no kind.
  for (let number = 1; number < there; number++) {
    const bytes = seen.has(number) ? undefined : file.window(number * size, size)
    const kind = bytes?.[25]
    if (bytes?.length === size && (kind === PAGE.hash || kind === PAGE.hashUnsorted) && half(bytes, 20) > 0)
      file.damaged(`page ${number} is of no bucket`)
  }
}
