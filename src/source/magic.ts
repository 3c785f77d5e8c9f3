/** What bytes are, told by the first of them and never by a name or a media type. Loads nothing: every scan asks. */
import { BLOCK, decodeHeader, emptyHeader } from './tar-header.ts'

export type Compressed = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4'
export type Compression = 'none' | Compressed

/** Bytes that are needed to tell. */
export const MAGIC_LENGTH = 6

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
]

export function compressionOf(first: Uint8Array): Compression {
  const found = magics.find(([, magic]) => magic.every((byte, at) => first[at] === byte))
  if (found) return found[0]
  // zstd may begin with a skippable frame (RFC 8878 section 3.1.2).
  const skippable = first[0] !== undefined && first[0] >= 0x50 && first[0] <= 0x5f
  return skippable && first[1] === 0x2a && first[2] === 0x4d && first[3] === 0x18 ? 'zstd' : 'none'
}

export const looksLikeTar = (first: Buffer): boolean => first.length >= BLOCK && decodeHeader(first, 0, emptyHeader())
