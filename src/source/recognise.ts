/** What a path or some bytes are, told by their content and never by a name's ending. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { head, openBlob, type Blob } from './blob.ts'
import { compressionOf, looksLikeTar, MAGIC_LENGTH } from './magic.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { codeOf } from './rootfs.ts'

/** The forms of an image that `openImage` opens. */
export const imageKinds = ['docker-archive', 'oci-layout', 'oci-archive', 'rootfs', 'layer'] as const
export type ImageKind = (typeof imageKinds)[number]

export type Recognised =
  | { readonly kind: ImageKind | 'folder' | 'text' | 'empty' }
  /** Bytes that nobody here reads: `what` says what they seem to be, such as "an ELF program". */
  | { readonly kind: 'foreign'; readonly what: string }
  /** `because` is the system's word: ENOENT, EACCES. */
  | { readonly kind: 'unreadable'; readonly because: string }

/** Enough to tell text from bytes. */
const SAMPLE = 8192

/** Never throws. A folder that is no image is `folder`: the caller walks it. */
export async function recognisePath(path: string, limits: Limits = defaultLimits): Promise<Recognised> {
  let blob: Blob | undefined
  try {
    if (statSync(path).isDirectory()) return { kind: kindOfFolder(path) }
    blob = openBlob(path)
    return await recogniseBlob(blob, limits)
  } catch (error) {
    return { kind: 'unreadable', because: codeOf(error) }
  } finally {
    blob?.close()
  }
}

/** True where a directory holds the marks of an OCI image layout. */
function isLayout(directory: string): boolean {
  const names = new Set(readdirSync(directory))
  return names.has('index.json') && (names.has('oci-layout') || names.has('blobs'))
}

function kindOfFolder(path: string): 'oci-layout' | 'rootfs' | 'folder' {
  if (isLayout(path)) return 'oci-layout'
  const has = (name: string): boolean => existsSync(join(path, name))
  const isRoot = has('etc/passwd') && (has('usr/bin') || has('bin')) && (has('var') || has('lib') || has('usr/lib'))
  return isRoot ? 'rootfs' : 'folder'
}

/** Reads as little as tells; of a compressed archive, up to the first names that tell. */
export async function recogniseBlob(blob: Blob, limits: Limits = defaultLimits): Promise<Recognised> {
  if (blob.size === 0) return { kind: 'empty' }
  const first = head(blob, SAMPLE)
  const compression = compressionOf(first.subarray(0, MAGIC_LENGTH))
  if (compression !== 'none' || looksLikeTar(first)) {
    // What reads archives takes a while to load, and most of what is scanned is text.
    const archive = await import('./recognise-archive.ts')
    return compression === 'none'
      ? archive.recogniseTar(blob, limits)
      : archive.recogniseCompressed(blob, compression, limits)
  }
  if (isText(first)) return { kind: 'text' }
  return { kind: 'foreign', what: whatIs(first) }
}

function isText(sample: Buffer): boolean {
  const utf16 = (sample[0] === 0xff && sample[1] === 0xfe) || (sample[0] === 0xfe && sample[1] === 0xff)
  if (utf16) return true
  if (sample.includes(0)) return false
  // The sample may end inside a character.
  return [0, 1, 2, 3].some((cut) => isUtf8(sample.subarray(0, sample.length - cut)))
}

const signatures: readonly (readonly [string, string])[] = [
  ['\x7fELF', 'an ELF program'],
  ['PK\x03\x04', 'a zip archive'],
  ['MZ', 'a Windows program'],
  ['%PDF', 'a PDF document'],
  ['\x89PNG', 'a PNG image'],
  ['SQLite format 3', 'an SQLite database'],
  ['hsqs', 'a squashfs file system'],
]

function whatIs(sample: Buffer): string {
  const start = sample.toString('latin1', 0, 16)
  return signatures.find(([magic]) => start.startsWith(magic))?.[1] ?? 'binary data'
}
