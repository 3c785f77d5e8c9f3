/** One layer: its entries in order, and the way to their bodies. A compressed layer is inflated once; what catalogers want by name is parsed as it passes. */
import { createHash, type Hash } from 'node:crypto'
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Cataloger, Entry, Finds } from '../model/tree.ts'
import { cleanPath } from '../source/archive-path.ts'
import { head, type Blob } from '../source/blob.ts'
import type { PassingRead } from '../source/bundle.ts'
import { compressionOf, inflate, MAGIC_LENGTH } from '../source/compression.ts'
import { wrongDigest } from '../source/image-source.ts'
import type { Limits, Problem } from '../source/limits.ts'
import type { TarHeader } from '../source/tar-header.ts'
import { expandSparse, type Sparse } from '../source/tar-sparse.ts'
import { TarStream, walkTar, type BodySink } from '../source/tar.ts'

/** What a cataloger made of a file while its layer passed. */
export interface Early {
  readonly cataloger: Cataloger
  readonly finds: Finds
  readonly notices: readonly Notice[]
}

/** A body, or why there is none. */
export type Body = Buffer | Problem
export const isProblem = (body: Body): body is Problem => !Buffer.isBuffer(body)

export interface LayerContent {
  readonly entries: readonly Entry[]
  /** What was wrong with the layer or its members; the place is filled in by who knows the image. */
  readonly notices: readonly Notice[]
  /** What was parsed as it passed, by the entry's index. */
  readonly early: ReadonlyMap<number, readonly Early[]>
  /** Hands out the bodies of entries, by index, in any order. */
  bodies(indexes: readonly number[], take: (index: number, body: Body) => void): Promise<void>
}

export interface LayerReading {
  readonly catalogers: readonly Cataloger[]
  readonly limits: Limits
  /** Entries that the archive may still have. */
  readonly budget: { left: number }
  /** Reads what need not be read, only to compare digests. */
  readonly verifyAll: boolean
}

/** Digests to compare: of the blob as stored, and of the archive in it. Empty where none is known. */
export interface Digests {
  readonly digest: string
  readonly diffId: string
}

const EMPTY = Buffer.alloc(0)

/** The entries of a layer, gathered the same way whichever way its archive is read. */
class Gathering {
  readonly entries: Entry[] = []
  readonly offsets: number[] = []
  readonly stored: number[] = []
  readonly sparse = new Map<number, Sparse>()
  readonly early = new Map<number, Early[]>()
  readonly notices: Notice[] = []
  readonly #reading: LayerReading
  /** True once an entry was left out for want of budget. */
  full = false

  constructor(reading: LayerReading) {
    this.#reading = reading
  }

  /** The index of the entry, or -1 where the member is none. */
  add(header: TarHeader, offset: number): number {
    const path = this.#path(header)
    if (path === undefined || header.type === undefined) return -1
    const { limits, budget } = this.#reading
    if (budget.left <= 0 || this.entries.length >= limits.entries) {
      if (!this.full)
        this.lose({
          id: 'entry-limit',
          message: `The image has more than ${limits.entries} entries; the rest was not read.`,
        })
      this.full = true
      return -1
    }
    budget.left--
    const { type, size, mode, uid, gid, xattrs } = header
    const link = type === 'hardlink' ? cleanPath(header.link) : type === 'symlink' ? header.link : undefined
    if (link === undefined && type === 'hardlink') {
      this.lose(escapes, path)
      return -1
    }
    const entry: Entry =
      link === undefined ? { path, type, size, mode, uid, gid } : { path, type, size, mode, uid, gid, link }
    const index = this.entries.push(xattrs ? { ...entry, xattrs } : entry) - 1
    this.offsets.push(offset)
    this.stored.push(header.stored)
    if (header.sparse) this.sparse.set(index, header.sparse)
    return index
  }

  #path(header: TarHeader): string | undefined {
    const { name } = header
    const { limits } = this.#reading
    if (Math.max(name.length, header.link.length) > limits.path || Buffer.byteLength(name) > limits.path) {
      this.lose({
        id: 'path-limit',
        message: `A member's name or link target is longer than ${limits.path} bytes, which no system accepts; it was not read.`,
      })
      return undefined
    }
    const path = cleanPath(name)
    if (path === undefined) this.lose(escapes)
    return path
  }

  lose(problem: Problem, file = ''): void {
    this.notices.push({ id: problem.id, place: startOf(file), message: problem.message, lost: true })
  }
  loseAll(problems: readonly Problem[]): void {
    for (const problem of problems) this.lose(problem)
  }

  /** The catalogers that want the body of this entry by the name that it has in the layer. */
  wanting(index: number): readonly Cataloger[] {
    const entry = this.entries[index]
    if (!entry || entry.type !== 'file' || this.tooLarge(index)) return []
    return this.#reading.catalogers.filter((cataloger) => cataloger.body && cataloger.wants(entry.path, entry))
  }

  whole(index: number, stored: Buffer): Body {
    const sparse = this.sparse.get(index)
    const size = this.entries[index]?.size ?? 0
    if (stored.length < (this.stored[index] ?? 0)) return cutShort
    return sparse ? (expandSparse(stored, sparse, size) ?? badSparse) : stored
  }
  tooLarge(index: number): Problem | undefined {
    const { body } = this.#reading.limits
    if (Math.max(this.entries[index]?.size ?? 0, this.stored[index] ?? 0) <= body) return undefined
    return {
      id: 'file-limit',
      message: `The file is larger than ${body} bytes and was not read; what it would tell is not known.`,
    }
  }
}

const escapes: Problem = {
  id: 'path-outside',
  message:
    'A member of the layer has a name or a link target that leads out of the root by `..`; it was not read. Build the image again without it.',
}
const cutShort: Problem = {
  id: 'file-truncated',
  message: 'The layer ends before the end of this file; what it would tell is not known. Save the image again.',
}
const badSparse: Problem = {
  id: 'file-sparse',
  message:
    'The pieces of this sparse file do not fit together; what it would tell is not known. Build the layer again.',
}

/** Runs a cataloger; an error in it is ours, and must not become a pass. */
export function parseSafely(cataloger: Cataloger, path: string, entry: Entry, layer: number, body: Buffer): Early {
  try {
    const { value, notices } = cataloger.parse({ path, entry, layer, body })
    return { cataloger, finds: value, notices }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `The reader ${cataloger.name} failed on this file (${why}): a fault of Plimsoll's. What the file would tell is not known. Please report it.`
    return { cataloger, finds: {}, notices: [{ id: 'reader-failed', place: startOf(path), message, lost: true }] }
  }
}

/** Reads a layer's archive from its blob, compressed or not, and compares its digest where it is read in full anyway. */
export async function readLayer(blob: Blob, digests: Digests, reading: LayerReading): Promise<LayerContent> {
  const compression = compressionOf(head(blob, MAGIC_LENGTH))
  if (compression === 'none') {
    const content = seekLayer(blob, reading)
    if (reading.verifyAll) content.notices.push(...(await verify(blob, digests)))
    return content
  }
  // The stored blob is what the manifest vouches for, and the smaller one to digest.
  const stored = digests.digest === '' ? undefined : createHash('sha256')
  const passing = new PassingLayer(reading, blob, stored === undefined || reading.verifyAll)
  const problem = await inflate(blob, compression, reading.limits, {
    stored: (chunk) => void stored?.update(chunk),
    data: (chunk) => passing.push(chunk),
  })
  passing.end(problem === undefined)
  const content = passing.finish()
  if (problem) passing.lose(problem)
  else if (stored) passing.loseAll(compare('The layer', digests.digest, stored))
  if (!problem) passing.compare(digests.diffId)
  return content
}

const compare = (what: string, want: string, hash: Hash): Problem[] => {
  const is = `sha256:${hash.digest('hex')}`
  return want === '' || want === is ? [] : [wrongDigest(what, want, is)]
}

async function verify(blob: Blob, { digest, diffId }: Digests): Promise<Notice[]> {
  const hash = createHash('sha256')
  const read = new Uint8Array(2 ** 20)
  for (let at = 0; at < blob.size;) {
    const got = blob.read(read, at)
    if (got === 0) break
    hash.update(read.subarray(0, got))
    at += got
  }
  return compare('The layer', digest || diffId, hash).map(({ id, message }) => ({
    id,
    place: startOf(''),
    message,
    lost: true,
  }))
}

/** An uncompressed layer that can be sought: headers only, bodies when they are asked for. */
function seekLayer(blob: Blob, reading: LayerReading): LayerContent & { readonly notices: Notice[] } {
  const gathering = new Gathering(reading)
  const problems = walkTar(blob, reading.limits, (header, offset) => {
    gathering.add(header, offset)
    return !gathering.full
  })
  gathering.loseAll(problems)
  const { entries, notices, early } = gathering
  return {
    entries,
    notices,
    early,
    bodies: async (indexes, take) => {
      for (const index of indexes) {
        const large = gathering.tooLarge(index)
        if (large) take(index, large)
        else {
          const body = Buffer.allocUnsafe(gathering.stored[index] ?? 0)
          const read = blob.read(body, gathering.offsets[index] ?? 0)
          take(index, gathering.whole(index, body.subarray(0, read)))
        }
      }
    },
  }
}

/** A layer that is read while it passes. Bodies that nobody wanted by name then are found by a second pass. */
export class PassingLayer implements PassingRead<LayerContent & { compare(diffId: string): void }> {
  readonly #gathering: Gathering
  readonly #reading: LayerReading
  readonly #stream: TarStream
  /** Undefined where nothing is to be compared, or has been. */
  #hash: Hash | undefined
  readonly #blob: Blob | undefined
  readonly #again: ((data: (chunk: Buffer) => boolean | void) => Promise<void>) | undefined

  constructor(
    reading: LayerReading,
    blob: Blob | undefined,
    hash: boolean,
    again?: (data: (chunk: Buffer) => boolean | void) => Promise<void>,
  ) {
    this.#reading = reading
    this.#blob = blob
    this.#again = again
    this.#hash = hash ? createHash('sha256') : undefined
    this.#gathering = new Gathering(reading)
    this.#stream = new TarStream(reading.limits, (header, offset) => this.#member(header, offset))
  }

  push(chunk: Buffer): void {
    this.#hash?.update(chunk)
    this.#stream.push(chunk)
  }
  end(whole: boolean): void {
    const problems = this.#stream.end()
    if (whole) this.#gathering.loseAll(problems)
  }
  lose(problem: Problem): void {
    this.#gathering.lose(problem)
  }
  loseAll(problems: readonly Problem[]): void {
    this.#gathering.loseAll(problems)
  }
  /** Compares what has passed with the digest that the configuration gives it. */
  compare(diffId: string): void {
    const hash = this.#hash
    this.#hash = undefined
    if (hash) this.loseAll(compare('The layer (uncompressed)', diffId, hash))
  }

  finish(): LayerContent & { compare(diffId: string): void } {
    const { entries, notices, early } = this.#gathering
    return {
      entries,
      notices,
      early,
      bodies: (indexes, take) => this.#secondPass(indexes, take),
      compare: (diffId) => this.compare(diffId),
    }
  }

  #member(header: TarHeader, offset: number): BodySink | undefined {
    const gathering = this.#gathering
    const index = gathering.add(header, offset)
    const wanting = index < 0 ? [] : gathering.wanting(index)
    const entry = gathering.entries[index]
    if (!entry || wanting.length === 0) return undefined
    return collect(header.stored, (stored) => {
      const body = gathering.whole(index, stored)
      if (isProblem(body)) return gathering.lose(body, entry.path)
      gathering.early.set(
        index,
        wanting.map((cataloger) => parseSafely(cataloger, entry.path, entry, 0, body)),
      )
    })
  }

  async #secondPass(indexes: readonly number[], take: (index: number, body: Body) => void): Promise<void> {
    const gathering = this.#gathering
    const byOffset = new Map<number, number>()
    for (const index of indexes) {
      const large = gathering.tooLarge(index)
      if (large) take(index, large)
      else byOffset.set(gathering.offsets[index] ?? 0, index)
    }
    if (byOffset.size === 0) return
    const stream = new TarStream(this.#reading.limits, (header, offset) => {
      const index = header.type === 'file' ? byOffset.get(offset) : undefined
      if (index === undefined) return undefined
      return collect(header.stored, (stored) => {
        // Only now: what is still wanted keeps the bytes coming.
        byOffset.delete(offset)
        take(index, gathering.whole(index, stored))
      })
    })
    const data = (chunk: Buffer): boolean => {
      stream.push(chunk)
      return byOffset.size > 0
    }
    const blob = this.#blob
    if (this.#again) await this.#again(data)
    else if (blob) await inflate(blob, compressionOf(head(blob, MAGIC_LENGTH)), this.#reading.limits, { data })
    stream.end()
    for (const index of byOffset.values()) take(index, cutShort)
  }
}

/** Gathers a body of a known, bounded length. */
function collect(length: number, done: (body: Buffer) => void): BodySink {
  const body = length === 0 ? EMPTY : Buffer.allocUnsafe(length)
  let at = 0
  return {
    push: (chunk) => {
      at += chunk.copy(body, at)
    },
    end: () => done(body.subarray(0, at)),
  }
}
