import type { Content } from '../../model/tree.ts'

/** Bytes that are read of a file at once when its beginning is asked for: a page of the kernel, and room for most headers. */
const PAGE = 4096

/** Reads parts of a file. The beginning and what was fetched last are kept, so that headers cost one read each. */
export class Ranges {
  readonly size: number
  readonly #content: Content
  #first: Buffer | undefined
  #held: { readonly offset: number; readonly bytes: Buffer } = { offset: 0, bytes: Buffer.alloc(0) }

  constructor(content: Content) {
    this.#content = content
    this.size = content.size
  }

  /** Bytes from an offset on; fewer at the end of the file, none where the offset is no place in it. The caller bounds the length. */
  at(offset: number, length: number): Buffer {
    if (!(offset >= 0 && offset < this.size && length > 0)) return Buffer.alloc(0)
    const end = Math.min(offset + length, this.size)
    this.#first ??= this.#read(0, Math.min(PAGE, this.size))
    if (end <= this.#first.length) return this.#first.subarray(offset, end)
    const { offset: start, bytes } = this.#held
    if (offset >= start && end <= start + bytes.length) return bytes.subarray(offset - start, end - start)
    return this.#read(offset, end - offset)
  }

  /** Reads what will be asked for soon, in one go. */
  fetch(offset: number, length: number): void {
    const from = Math.max(0, offset)
    this.#held = { offset: from, bytes: this.at(from, offset + length - from) }
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.subarray(0, this.#content.read(bytes, offset))
  }
}

/** A part of a file as a file of its own. */
export function partOf(content: Content, start: number, length: number): Content {
  const size = Math.max(0, Math.min(length, content.size - start))
  return {
    size,
    read: (target, offset) =>
      offset >= size ? 0 : content.read(target.subarray(0, Math.min(target.length, size - offset)), start + offset),
  }
}

/** Bytes in memory as a file. */
export function contentOf(bytes: Buffer): Content {
  return {
    size: bytes.length,
    read: (target, offset) => {
      const part = bytes.subarray(offset, offset + target.length)
      target.set(part)
      return part.length
    },
  }
}
