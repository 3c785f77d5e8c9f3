import type { Content } from '../../model/tree.ts'

/** Files up to this size are read at once: their pages lie in no order. */
const AT_ONCE = 32 * 2 ** 20

/** What is read of a larger one at a time: a page or two of any database. */
const PART = 8 * 2 ** 10

/** The bytes at a place; fewer than asked for only where the file ends. */
export type Window = (offset: number, length: number) => Buffer

/** A file that holds a database, to be read in parts. */
export interface DatabaseFile {
  readonly size: number
  readonly window: Window
  /** Told of each place that cannot be read, as `page 7 is cut off`. The rest is read on where it can be. */
  damaged(what: string): void
}

/** Reads parts of a file with few reads, and with no more memory than 32 MiB or the longest part asked for. */
export function windowOf(content: Content): Window {
  const { size } = content
  let start = 0
  let held: Buffer = Buffer.alloc(0)
  return (offset, length) => {
    const end = Math.min(offset + length, size)
    if (offset >= end) return held.subarray(0, 0)
    if (offset < start || end > start + held.length) {
      start = size <= AT_ONCE ? 0 : offset
      // Never written into again: parts of it are still in use.
      const fresh = Buffer.allocUnsafe(size <= AT_ONCE ? size : Math.min(Math.max(length, PART), size - offset))
      held = fresh.subarray(0, content.read(fresh, start))
    }
    return held.subarray(offset - start, end - start)
  }
}
