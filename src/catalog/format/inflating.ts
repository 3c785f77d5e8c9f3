import { Inflate } from 'fflate'
import type { Content } from '../../model/tree.ts'

/** Compressed bytes that are taken at once: up to a thousand times as many come out. */
const CHUNK = 2 ** 15
/** Inflated bytes that are kept: archives end with their directory, which is read backwards. */
const KEPT = 2 ** 23

/**
 * A deflated file (RFC 1951) that is too large to be held: it is inflated up to what is asked for, and from the beginning again when
 * that lies before what is kept. Reading it in order costs one pass.
 */
export class Inflating implements Content {
  readonly size: number
  readonly #stored: Content
  readonly #budget: { left: number }
  #inflate: Inflate | undefined
  /** Compressed bytes that were taken. */
  #taken = 0
  /** The newest inflated bytes, and the number of all. */
  #kept: Buffer[] = []
  #keptBytes = 0
  #end = 0

  /** `size`: of the inflated file. `budget`: bytes that may be inflated by all passes; then the file ends. */
  constructor(stored: Content, size: number, budget: { left: number }) {
    this.#stored = stored
    this.size = size
    this.#budget = budget
  }

  read(target: Uint8Array, offset: number): number {
    const length = Math.max(0, Math.min(target.length, this.size - offset))
    if (length === 0) return 0
    if (!this.#inflate || offset < this.#end - this.#keptBytes) this.#restart()
    let done = this.#copy(target, offset, 0, length)
    while (done < length && this.#more()) done = this.#copy(target, offset, done, length)
    return done
  }

  #restart(): void {
    this.#taken = 0
    this.#kept = []
    this.#keptBytes = 0
    this.#end = 0
    this.#inflate = new Inflate((chunk) => {
      if (chunk.length === 0) return
      this.#kept.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
      this.#keptBytes += chunk.length
      this.#end += chunk.length
      this.#budget.left -= chunk.length
    })
  }

  /** False at the end, where the rest is damaged, and where the budget is spent. */
  #more(): boolean {
    if (!this.#inflate || this.#taken >= this.#stored.size || this.#budget.left <= 0) return false
    const input = Buffer.allocUnsafe(Math.min(CHUNK, this.#stored.size - this.#taken))
    const got = this.#stored.read(input, this.#taken)
    this.#taken = got === 0 ? this.#stored.size : this.#taken + got
    try {
      this.#inflate.push(input.subarray(0, got), this.#taken >= this.#stored.size)
    } catch {
      this.#taken = this.#stored.size
      return false
    }
    return true
  }

  /** Copies what is there of `offset + done` on, and lets go of what is too old. */
  #copy(target: Uint8Array, offset: number, done: number, length: number): number {
    let start = this.#end - this.#keptBytes
    for (const chunk of this.#kept) {
      const from = offset + done - start
      if (from >= 0 && from < chunk.length && done < length) {
        const part = chunk.subarray(from, from + length - done)
        target.set(part, done)
        done += part.length
      }
      start += chunk.length
    }
    for (let first = this.#kept[0]; first && this.#keptBytes - first.length >= KEPT; first = this.#kept[0]) {
      this.#keptBytes -= first.length
      this.#kept.shift()
    }
    return done
  }
}
