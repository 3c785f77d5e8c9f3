/** Reads tar archives: by seeking over bodies where the bytes can be sought, else as a stream. Both ways run the same machine. */
import type { Blob } from './blob.ts'
import type { Limits, Problem } from './limits.ts'
import { TarFraming, truncated } from './tar-framing.ts'
import { BLOCK, padded, type TarHeader } from './tar-header.ts'

/** Headers stand near each other where files are small: one read serves several, and costs little where they do not. */
const WINDOW = 4096

/**
 * Visits every member of an archive that can be sought, reading headers only. Stops where `visit` returns false.
 * `offset` is where the member's stored bytes begin. `header` is filled again for the next member.
 */
export function walkTar(
  blob: Blob,
  limits: Limits,
  visit: (header: TarHeader, offset: number) => boolean | void,
): Problem[] {
  const framing = new TarFraming(limits)
  const done = (...problems: Problem[]): Problem[] => [...framing.passed, ...problems]
  const window = Buffer.allocUnsafe(WINDOW)
  let start = 0
  let have = 0
  for (let position = 0; ;) {
    if (position < start || position + BLOCK > start + have) {
      start = position
      have = position < blob.size ? blob.read(window, position) : 0
      if (have === 0) return framing.settled ? done() : done(truncated(BLOCK))
      if (have < BLOCK) return done(truncated(BLOCK - have))
    }
    const step = framing.take(window, position - start)
    position += BLOCK
    switch (step) {
      case 'extension': {
        const body = Buffer.allocUnsafe(framing.extension)
        const read = blob.read(body, position)
        if (read < body.length) return done(truncated(body.length - read))
        if (framing.extend(body) === 'broken') return broken(framing)
        position += padded(framing.extension)
        break
      }
      case 'member': {
        const { stored } = framing.header
        if (visit(framing.header, position) === false) return done()
        if (position + stored > blob.size) return done(truncated(position + stored - blob.size))
        position += padded(stored)
        break
      }
      case 'end':
        return done()
      case 'broken':
        return broken(framing)
    }
  }
}

const broken = (framing: TarFraming): Problem[] => [...framing.passed, ...(framing.problem ? [framing.problem] : [])]

/** Takes the body of one member, piece by piece; the buffers are the reader's own. */
export interface BodySink {
  push(chunk: Buffer): void
  /** `whole` is false where the archive ended first. */
  end(whole: boolean): void
}

/** Reads an archive that comes piece by piece. What follows the end of the archive is ignored, as every unpacker does. */
export class TarStream {
  readonly #framing: TarFraming
  readonly #visit: (header: TarHeader, offset: number) => BodySink | undefined
  /** Bytes of a block or an extended header that is not complete yet. */
  #held: Buffer = Buffer.allocUnsafe(BLOCK)
  #have = 0
  #need = BLOCK
  #extending = false
  /** Bytes of the body, then of the padding, still to come. */
  #body = 0
  #padding = 0
  #sink: BodySink | undefined
  #position = 0
  #ended = false

  constructor(limits: Limits, visit: (header: TarHeader, offset: number) => BodySink | undefined) {
    this.#framing = new TarFraming(limits)
    this.#visit = visit
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && !this.#ended) {
      const left = chunk.length - at
      if (this.#body > 0) {
        const step = Math.min(this.#body, left)
        this.#sink?.push(chunk.subarray(at, at + step))
        at += step
        this.#body -= step
        if (this.#body === 0) this.#finish(true)
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

  /** The bytes have ended. */
  end(): Problem[] {
    const framing = this.#framing
    const problems = [...framing.passed]
    if (framing.problem) problems.push(framing.problem)
    else if (this.#body > 0) problems.push(truncated(this.#body))
    else if (!this.#ended && (this.#have > 0 || this.#extending || !framing.settled))
      problems.push(truncated(this.#need - this.#have))
    if (this.#body > 0) this.#finish(false)
    return problems
  }

  #finish(whole: boolean): void {
    this.#sink?.end(whole)
    this.#sink = undefined
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
        this.#sink = this.#visit(framing.header, position)
        this.#body = stored
        this.#padding = padded(stored) - stored
        if (stored === 0) this.#finish(true)
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
