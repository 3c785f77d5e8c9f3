/** What stands between an archive that comes as a stream and tar-stream: it finds the members and passes on what tar-stream reads rightly. */
import type { Limits, Problem } from './limits.ts'
import { TarFraming, truncated } from './tar-framing.ts'
import { BLOCK, padded, type TarHeader } from './tar-header.ts'

/** Takes what the guard lets through. Nothing follows the last member: no end marker, and nothing that stands behind it. */
export interface Guarded {
  /**
   * A member: `plain` makes the header that stands for it. `header` is filled again for the next member. False where nobody wants its
   * body: then nothing of it follows.
   */
  member(header: TarHeader, offset: number, plain: () => Buffer): boolean
  body(bytes: Buffer): void
  /** The body is whole; `padding` fills its last block. */
  whole(padding: Buffer): void
}

const ZEROS = Buffer.alloc(BLOCK)

export class TarGuard {
  readonly #framing: TarFraming
  readonly #out: Guarded
  /** Bytes of a block or an extended header that is not complete yet. */
  #held: Buffer = Buffer.allocUnsafe(BLOCK)
  #have = 0
  #need = BLOCK
  #extending = false
  /** Bytes of the body, then of the padding, still to come. */
  #body = 0
  #padding = 0
  #wanted = false
  #members = 0
  #position = 0
  #ended = false

  constructor(limits: Limits, out: Guarded) {
    this.#framing = new TarFraming(limits)
    this.#out = out
  }

  /** True while a body that somebody wants is not whole. */
  get inBody(): boolean {
    return this.#wanted && this.#body > 0
  }

  /** What is wrong with the archive, if it ends here. */
  get problems(): Problem[] {
    const framing = this.#framing
    const problems = [...framing.passed]
    if (framing.problem) problems.push(framing.problem)
    else if (this.#body > 0) problems.push(truncated(this.#body))
    else if (!this.#ended && (this.#have > 0 || this.#extending || !framing.settled))
      problems.push(truncated(this.#need - this.#have))
    return problems
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && !this.#ended) {
      const left = chunk.length - at
      if (this.#body > 0) {
        const step = Math.min(this.#body, left)
        if (this.#wanted) this.#out.body(chunk.subarray(at, at + step))
        at += step
        this.#body -= step
        if (this.#body === 0) this.#whole()
      } else if (this.#padding > 0) {
        const step = Math.min(this.#padding, left)
        at += step
        this.#padding -= step
      } else if (this.#have === 0 && left >= this.#need) {
        const need = this.#need
        this.#complete(chunk, at, this.#position + at + need)
        at += need
      } else {
        const step = Math.min(this.#need - this.#have, left)
        chunk.copy(this.#held, this.#have, at, at + step)
        at += step
        this.#have += step
        if (this.#have === this.#need) {
          this.#have = 0
          this.#complete(this.#held, 0, this.#position + at)
        }
      }
    }
    this.#position += chunk.length
  }

  #whole(): void {
    // An archive may end without its last padding, which is no loss: tar-stream gets it all the same.
    if (this.#wanted) this.#out.whole(ZEROS.subarray(0, this.#padding))
  }

  /** A block or an extended header is complete; `position` is where the next byte of the archive stands. */
  #complete(bytes: Buffer, at: number, position: number): void {
    const framing = this.#framing
    if (this.#extending) {
      this.#extending = false
      const step = framing.extend(bytes.subarray(at, at + this.#need))
      this.#padding = padded(this.#need) - this.#need
      this.#await(BLOCK)
      if (step === 'broken') this.#ended = true
      return
    }
    switch (framing.take(bytes, at)) {
      case 'extension':
        this.#extending = true
        if (framing.extension > 0) this.#await(framing.extension)
        else this.#empty()
        break
      case 'member': {
        const { stored } = framing.header
        this.#body = stored
        this.#padding = padded(stored) - stored
        const number = this.#members++
        this.#wanted = this.#out.member(framing.header, position, () => plainHeader(number, stored))
        if (stored === 0) this.#whole()
        break
      }
      case 'end':
      case 'broken':
        this.#ended = true
    }
  }

  #empty(): void {
    this.#extending = false
    if (this.#framing.extend(Buffer.alloc(0)) === 'broken') this.#ended = true
  }

  #await(bytes: number): void {
    this.#need = bytes
    if (this.#held.length < bytes) this.#held = Buffer.allocUnsafe(bytes)
  }
}

/** The ustar header of a regular file without name and size, but for the checksum. */
const template = Buffer.alloc(BLOCK)
template.write('0000644\x000000000\x000000000\x00', 100)
template.write('        0', 148)
template.write('ustar\u000000', 257)
const templateSum = template.reduce((sum, byte) => sum + byte, 0)

/** The header of a regular file that is called by its number in the archive and has `size` bytes. */
function plainHeader(number: number, size: number): Buffer {
  const header = Buffer.allocUnsafe(BLOCK)
  template.copy(header)
  const end = header.write(String(number), 0, 'latin1')
  // In base-256, which holds every size.
  header[124] = 0x80
  header.writeUInt32BE(Math.floor(size / 2 ** 32), 128)
  header.writeUInt32BE(size % 2 ** 32, 132)
  let sum = templateSum
  for (let at = 0; at < end; at++) sum += header[at] ?? 0
  for (let at = 124; at < 136; at++) sum += header[at] ?? 0
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}
