/** What is kept of a layer while its archive is read, whichever way that is. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Cataloger, Content, Entry } from '../model/tree.ts'
import { cleanPath } from '../source/archive-path.ts'
import { head, memoryBlob } from '../source/blob.ts'
import { tooLate, type Limits, type Problem } from '../source/limits.ts'
import type { TarHeader } from '../source/tar-header.ts'
import { expandSparse, type Sparse } from '../source/tar-sparse.ts'
import type { Cache } from './cache.ts'
import type { Early } from './parse.ts'
import { Wanting } from './wanting.ts'

/** A body, or why there is none. It is good until the next one is given. */
export type Body = Content | Problem
export const isProblem = (body: Body): body is Problem => 'message' in body

export interface LayerContent {
  readonly entries: readonly Entry[]
  /** What was wrong with the layer or its members; the place is filled in by who knows the image. */
  readonly notices: readonly Notice[]
  /** It was compared with a digest that the image names, and was the same. */
  readonly verified: boolean
  /** What was parsed as it passed, by the entry's index. */
  readonly early: ReadonlyMap<number, readonly Early[]>
  /** Hands out the bodies of entries, by index, in any order; a body is there until `take` returns. Those that are too large to be read whole are for who reads in parts. */
  bodies(indexes: readonly number[], take: (index: number, body: Body) => void): Promise<void>
}

export interface LayerReading {
  readonly catalogers: readonly Cataloger[]
  readonly limits: Limits
  /** Entries that the archive may still have. */
  readonly budget: { left: number }
  /** Reads what need not be read, only to compare digests. */
  readonly verifyAll: boolean
  /** The manifest vouches for every blob by its digest: none is believed unread. */
  readonly verifyStored: boolean
  /** Bytes that files of layers which pass may still take in memory, all together; above, they are kept on disk while they are read. */
  readonly memory: { left: number }
  /** Called once where the image turns out to be large. */
  readonly large?: () => void
  /** The time is up (`Limits.time`). */
  readonly late: () => boolean
  /** What earlier runs made of compressed layers. */
  readonly cache?: Cache
}

/** Entries of a large image: what is known of them takes some megabytes, and their layers pass in chunks of one. */
const LARGE = 5_000

/** The entries of a layer, gathered the same way whichever way its archive is read. */
export class Gathering {
  readonly entries: Entry[] = []
  readonly offsets: number[] = []
  readonly stored: number[] = []
  readonly sparse = new Map<number, Sparse>()
  readonly early = new Map<number, Early[]>()
  readonly notices: Notice[] = []
  readonly #reading: LayerReading
  readonly #wanting: Wanting
  /** True once an entry was left out for want of budget or time. */
  full = false

  constructor(reading: LayerReading) {
    this.#reading = reading
    this.#wanting = new Wanting(reading.catalogers.filter(({ body }) => body !== false))
  }

  /** The index of the entry, or -1 where the member is none. */
  add(header: TarHeader, offset: number): number {
    const path = this.#path(header)
    if (path === undefined || header.type === undefined) return -1
    const { limits, budget, late } = this.#reading
    if (!this.full && this.entries.length % 1024 === 1023 && late()) {
      this.lose(tooLate(limits))
      this.full = true
    }
    if (this.full) return -1
    if (budget.left <= 0 || this.entries.length >= limits.entries) {
      this.lose({
        id: 'entry-limit',
        message: `The image has more than ${limits.entries} entries; the rest was not read.`,
      })
      this.full = true
      return -1
    }
    budget.left--
    if (budget.left === limits.archiveEntries - LARGE) this.#reading.large?.()
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
    // A character is three bytes at most.
    const long = name.length * 3 > limits.path && Buffer.byteLength(name) > limits.path
    if (long || header.link.length > limits.path) {
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
    if (entry?.type !== 'file') return []
    const large = tooLarge(entry, this.#reading.limits) !== undefined
    return this.#wanting.of(entry.path, entry).filter(({ body }) => !(large && body === true))
  }

  /** The file of what is stored of it. */
  body(index: number, stored: Content): Body {
    if (stored.size < (this.stored[index] ?? 0)) return cutShort
    const sparse = this.sparse.get(index)
    const entry = this.entries[index]
    if (!sparse || !entry) return stored
    const large = tooLarge({ size: Math.max(entry.size, stored.size) }, this.#reading.limits)
    if (large) return large
    const whole = expandSparse(head(stored, stored.size), sparse, entry.size)
    return whole ? memoryBlob(whole) : badSparse
  }
}

/** Why a file is not read whole. */
export function tooLarge({ size }: Pick<Entry, 'size'>, { body }: Limits): Problem | undefined {
  if (size <= body) return undefined
  return {
    id: 'file-limit',
    message: `The file is larger than ${body} bytes and was not read; what it would tell is not known.`,
  }
}

const escapes: Problem = {
  id: 'path-outside',
  message:
    'A member of the layer has a name or a link target that leads out of the root by `..`; it was not read. Build the image again without it.',
}
export const cutShort: Problem = {
  id: 'file-truncated',
  message: 'The layer ends before the end of this file; what it would tell is not known. Save the image again.',
}
const badSparse: Problem = {
  id: 'file-sparse',
  message:
    'The pieces of this sparse file do not fit together; what it would tell is not known. Build the layer again.',
}
