/**
 * One 512-byte header of a tar archive: POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU, star and Unix v7.
 * Where implementations differ this one sees what Go's archive/tar sees, because Docker, containerd and podman unpack with it.
 */
import { isUtf8 } from 'node:buffer'
import type { EntryType } from '../model/tree.ts'
import type { Sparse } from './tar-sparse.ts'

/** Fields of one member. The same object is filled again for every member: take what is to be kept. */
export interface TarHeader {
  name: string
  link: string
  /** The type flag, as a character code. */
  flag: number
  /** Undefined for a flag that is no file: a volume label, or an unknown one. */
  type: EntryType | undefined
  mode: number
  uid: number
  gid: number
  /** Bytes of the file. */
  size: number
  /** Bytes that follow in the archive, without padding; fewer than `size` for a sparse file. */
  stored: number
  xattrs: Map<string, Buffer> | undefined
  sparse: Sparse | undefined
}

export const BLOCK = 512
const DUMPDIR = 0x44

/** Bytes of a body with its padding. */
export const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK

export const emptyHeader = (): TarHeader => ({
  name: '',
  link: '',
  flag: 0,
  type: undefined,
  mode: 0,
  uid: 0,
  gid: 0,
  size: 0,
  stored: 0,
  xattrs: undefined,
  sparse: undefined,
})

const types = new Map<string, EntryType>([
  ['\0', 'file'],
  ['0', 'file'],
  ['7', 'file'],
  ['S', 'file'],
  ['1', 'hardlink'],
  ['2', 'symlink'],
  ['3', 'character'],
  ['4', 'block'],
  ['5', 'directory'],
  ['D', 'directory'],
  ['6', 'fifo'],
])
const typeOf: readonly (EntryType | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  types.get(String.fromCharCode(code)),
)

/**
 * Decodes the header at `at`. False where checksum, mode, owner or size is no header's.
 * Links, directories and devices have no body whatever their size says: else a link with a size would hide the next file.
 */
export function decodeHeader(block: Buffer, at: number, into: TarHeader): boolean {
  if (!checksumRight(block, at)) return false
  const mode = number(block, at + 100, 8)
  const uid = number(block, at + 108, 8)
  const gid = number(block, at + 116, 8)
  const size = number(block, at + 124, 12)
  if (Number.isNaN(mode + uid + gid) || !(size >= 0)) return false
  const flag = block[at + 156] ?? 0
  into.flag = flag
  into.type = typeOf[flag]
  into.mode = mode & 0o7777
  into.uid = uid
  into.gid = gid
  into.size = size
  into.name = text(block, at, at + 100)
  into.link = block[at + 157] === 0 ? '' : text(block, at + 157, at + 257)
  into.xattrs = undefined
  into.sparse = undefined
  const prefix = block[at + 345] === 0 ? '' : prefixOf(block, at)
  if (prefix !== '') into.name = `${prefix}/${into.name}`
  return true
}

/** After extended headers have had their say: the type that a trailing slash means, and the length of the body. */
export function settle(header: TarHeader): void {
  if (header.flag === 0 && header.name.endsWith('/')) header.type = 'directory'
  header.stored = header.size
  if (header.type === undefined || header.type === 'file') return
  header.size = 0
  // A GNU incremental directory alone carries a body: the list of its names.
  if (header.flag !== DUMPDIR) header.stored = 0
}

export function isZero(block: Buffer, at: number): boolean {
  for (let i = at; i < at + BLOCK; i++) if (block[i] !== 0) return false
  return true
}

/** The sum of all bytes, those of the sum itself taken as blanks. */
function checksumRight(block: Buffer, at: number): boolean {
  const want = number(block, at + 148, 8)
  let sum = 256 + bytesOf(block, at)
  for (let i = at + 148; i < at + 156; i++) sum -= block[i] ?? 0
  return sum === want || signedSum(block, at) === want
}

let words: Int32Array = new Int32Array(0)
let viewed: Buffer | undefined

/** The sum of a block's bytes, taken four at a time where they lie so: it is half of what reading a header costs. */
function bytesOf(block: Buffer, at: number): number {
  const start = block.byteOffset + at
  if (start % 4 !== 0) {
    let sum = 0
    for (let i = at; i < at + BLOCK; i++) sum += block[i] ?? 0
    return sum
  }
  if (viewed !== block) {
    viewed = block
    words = new Int32Array(
      block.buffer,
      block.byteOffset - (block.byteOffset % 4),
      (block.length + (block.byteOffset % 4)) >> 2,
    )
  }
  const first = (at + (block.byteOffset % 4)) >> 2
  // Two sums of 256 bytes each, which fit 16 bits.
  let sum = 0
  for (let i = first; i < first + BLOCK / 4; i++) {
    const word = words[i] ?? 0
    sum = (sum + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0
  }
  return (sum & 0xffff) + (sum >>> 16)
}

/** Some old tars summed signed characters. */
function signedSum(block: Buffer, at: number): number {
  let sum = 256
  for (let i = at; i < at + BLOCK; i++) if (i < at + 148 || i >= at + 156) sum += block.readInt8(i)
  return sum
}

/**
 * A number field: octal digits among spaces and NULs, or base-256 in two's complement where the first bit is set.
 * NaN where it is neither, or does not fit 53 bits.
 */
export function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if (first & 0x80) return base256(block, start, length)
  const end = start + length
  let at = start
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at++
  let value = 0
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  return at === end || block[at] === 0x20 || block[at] === 0 ? value : NaN
}

function base256(block: Buffer, start: number, length: number): number {
  const negative = ((block[start] ?? 0) & 0x40) !== 0
  let value = 0
  for (let i = 0; i < length; i++) {
    const byte = block[start + i] ?? 0
    const bits = negative ? ~byte & 0xff : byte
    value = value * 256 + (i === 0 ? bits & 0x7f : bits)
  }
  if (value >= Number.MAX_SAFE_INTEGER) return NaN
  return negative ? -1 - value : value
}

const magic = (block: Buffer, at: number): string => block.toString('latin1', at + 257, at + 265)

function prefixOf(block: Buffer, at: number): string {
  const format = magic(block, at)
  if (format.startsWith('ustar\0')) {
    const star = block.toString('latin1', at + 508, at + 512) === 'tar\0'
    return text(block, at + 345, at + (star ? 476 : 500))
  }
  if (format !== 'ustar  \0') return ''
  // GNU keeps times here. Go before 1.8 wrote a prefix in the same place, and images of that age are about.
  if (!Number.isNaN(number(block, at + 345, 12) + number(block, at + 357, 12))) return ''
  const old = text(block, at + 345, at + 500)
  return /^[\x01-\x7f]+$/.test(old) ? old : ''
}

/** Bytes up to the first NUL. */
function text(block: Buffer, start: number, end: number): string {
  let stop = start
  let bits = 0
  for (; stop < end; stop++) {
    const byte = block[stop] ?? 0
    if (byte === 0) break
    bits |= byte
  }
  // Most names are ASCII, which needs no decoding.
  return bits < 0x80 ? block.toString('latin1', start, stop) : decodeName(block, start, stop)
}

/**
 * A name as text. Bytes that are not UTF-8 become U+DC80 to U+DCFF, one each (as PEP 383 does), so that two different names
 * can never become the same and hide each other.
 */
export function decodeName(bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString('utf8', start, end)
  if (!name.includes('\ufffd') || isUtf8(bytes.subarray(start, end))) return name
  let out = ''
  for (let at = start; at < end;) {
    const length = sequence(bytes, at, end)
    out += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length)
    at += length || 1
  }
  return out
}

function sequence(bytes: Buffer, at: number, end: number): number {
  for (let length = 1; length <= 4 && at + length <= end; length++)
    if (isUtf8(bytes.subarray(at, at + length))) return length
  return 0
}
