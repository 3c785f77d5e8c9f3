/** What a path or some bytes are, told by their content and never by a name's ending. */
import { existsSync, statSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { cleanPath } from './archive-path.ts'
import { head, openBlob, type Blob } from './blob.ts'
import { isLayout, looksLikeTar } from './bundle.ts'
import { compressionOf, inflate, MAGIC_LENGTH, type Compression } from './compression.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { codeOf } from './rootfs.ts'
import { TarStream, walkTar } from './tar.ts'

/** The forms of an image that `openImage` opens. */
export const imageKinds = ['docker-archive', 'oci-layout', 'oci-archive', 'rootfs'] as const
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
  if (compression !== 'none') return recogniseCompressed(blob, compression, limits)
  if (looksLikeTar(first)) return recogniseTar(blob, limits)
  if (isText(first)) return { kind: 'text' }
  return { kind: 'foreign', what: whatIs(first) }
}

function recogniseTar(blob: Blob, limits: Limits): Recognised {
  const names = new Names()
  let left = limits.entries
  walkTar(blob, limits, (header) => {
    names.add(header.name)
    return --left > 0
  })
  return names.kind() ?? { kind: 'foreign', what: 'a tar archive that is neither an image nor a root file system' }
}

/** `docker save` writes manifest.json last, and inflating the whole archive only to recognise it would cost as much as reading it. */
async function recogniseCompressed(blob: Blob, compression: Compression, limits: Limits): Promise<Recognised> {
  const names = new Names()
  let first = true
  let isTar = true
  const stream = new TarStream(limits, (header) => {
    // The answer must not hang on how many members a chunk holds.
    if (!names.certain) names.add(header.name)
    return undefined
  })
  const problem = await inflate(blob, compression, limits, {
    data: async (chunk) => {
      if (first && chunk.length >= 512) isTar = looksLikeTar(chunk)
      first = false
      await stream.push(chunk)
      return isTar && !names.certain
    },
  })
  await stream.end()
  const kind = names.kind()
  if (kind) return kind
  if (problem?.id === 'compression-unsupported')
    return { kind: 'foreign', what: `data compressed with ${compression}, which is not read: decompress it first` }
  // A broken archive is one all the same: whoever opens it says what was lost.
  if (problem && isTar && !first) return { kind: 'docker-archive' }
  return {
    kind: 'foreign',
    what: `data compressed with ${compression} that holds neither an image nor a root file system`,
  }
}

/** The names at the top of an archive, as far as they tell what it is. */
class Names {
  readonly #seen = new Set<string>()
  #image = false

  add(written: string): void {
    const name = cleanPath(written) ?? ''
    const slash = name.indexOf('/')
    const top = slash < 0 ? name : name.slice(0, slash)
    if (telling.has(top)) this.#seen.add(top)
    // The old form of `docker save`, podman, kaniko and jib name layers and configurations by digests.
    else if (top.length >= 64 && /^(?:sha256:)?[0-9a-f]{64}(?:$|\.(?:json|tar))/.test(top)) this.#image = true
  }

  get certain(): boolean {
    return this.#image || this.#seen.has('manifest.json') || this.#seen.has('blobs') || this.#isRoot
  }

  get #isRoot(): boolean {
    return this.#seen.has('etc') && (this.#seen.has('usr') || this.#seen.has('bin'))
  }

  /** An image before a root file system: what an engine would load must not be overlooked for a few names beside it. */
  kind(): { readonly kind: ImageKind } | undefined {
    if (this.#seen.has('manifest.json')) return { kind: 'docker-archive' }
    if (this.#seen.has('index.json') && (this.#seen.has('oci-layout') || this.#seen.has('blobs')))
      return { kind: 'oci-archive' }
    if (this.#image || this.#seen.has('repositories') || this.#seen.has('blobs')) return { kind: 'docker-archive' }
    return this.#isRoot ? { kind: 'rootfs' } : undefined
  }
}

const telling = new Set(['manifest.json', 'index.json', 'oci-layout', 'blobs', 'repositories', 'etc', 'usr', 'bin'])

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
