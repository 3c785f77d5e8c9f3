/** Reads tar archives: by seeking over bodies where the bytes can be sought, else as a stream. Both ways run the same machine. */
import { extract, type ExtractEvents } from 'tar-stream'
import type { Blob } from './blob.ts'
import type { Limits, Problem } from './limits.ts'
import { TarFraming, truncated } from './tar-framing.ts'
import { TarGuard } from './tar-guard.ts'
import { BLOCK, padded, type TarHeader } from './tar-header.ts'

type Entry = ExtractEvents['entry'][1]

/**
 * Bytes that are read at once: of a header alone (with the long name that may follow), or, where bodies have been so small that the
 * next headers stand near, of a run of members. A read costs some microseconds, as much as copying 20 KB.
 */
const NARROW = 2048
const WIDE = 65_536
const NEAR = 12_288

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
  const window = Buffer.allocUnsafeSlow(WIDE)
  let start = 0
  let have = 0
  /** Bytes of a member with its header, on the average of the last ones. */
  let mean = WIDE
  for (let position = 0; ;) {
    if (position < start || position + BLOCK > start + have) {
      start = position
      have = position < blob.size ? blob.read(window, position, mean < NEAR ? WIDE : NARROW) : 0
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
        const length = padded(stored)
        position += length
        mean += (Math.min(length, WIDE) - mean) / 8
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

/** Takes the body of one member, piece by piece. Is not called again before the promise that it gave has been kept. */
export interface BodySink {
  push(chunk: Buffer): Promise<void> | void
  /** `whole` is false where the archive ended first. */
  end(whole: boolean): Promise<void> | void
}

/**
 * Reads an archive that comes piece by piece. What follows the end of the archive is ignored, as every unpacker does.
 *
 * tar-stream takes the archive apart, and a guard stands in front of it, because tar-stream alone loses files that engines unpack,
 * shows others that none does, and hangs or ends the process on damaged archives.
 * The guard (`tar-guard.ts`) runs the same machine as `walkTar`, so both ways give a member the same name, type and length.
 * For every member whose body the visitor wants it passes on the plain header of a regular file whose name is the member's number, then
 * its body and padding; extended headers, other members, the end marker and what cannot be read on never reach tar-stream.
 * An entry that tar-stream gives is joined by its number with the sink that the visitor gave; its body goes there.
 * `push` resolves when all that was pushed has come out at the other end and was taken, so no more than one chunk is ever held.
 * Where the archive ends inside a body, tar-stream breaks off that entry's stream with an error, and the sink hears that it is not whole.
 */
export class TarStream {
  readonly #guard: TarGuard
  readonly #extract = extract()
  readonly #visit: (header: TarHeader, offset: number) => BodySink | undefined
  /** Members that tar-stream has been given and not handed out. */
  readonly #announced: { readonly number: string; readonly sink: BodySink }[] = []
  #members = 0
  /** Bytes of bodies, and ends of bodies, that went in and that were taken. */
  #given = 0
  #taken = 0
  #settling: PromiseWithResolvers<void> | undefined
  /** What a sink still has to do before it is called again. */
  #turn: Promise<void> | undefined
  #failure: Error | undefined

  constructor(limits: Limits, visit: (header: TarHeader, offset: number) => BodySink | undefined) {
    this.#visit = visit
    const library = this.#extract
    this.#guard = new TarGuard(limits, {
      member: (header, offset, plain) => {
        const number = String(this.#members++)
        const sink = this.#sinkOf({ ...header }, offset)
        if (!sink) return false
        this.#announced.push({ number, sink })
        library.write(plain())
        return true
      },
      body: (bytes) => {
        this.#given += bytes.length
        library.write(bytes)
      },
      whole: (padding) => {
        this.#given++
        if (padding.length > 0) library.write(padding)
      },
    })
    library.on('entry', (header, body, next) => this.#inTurn(() => this.#entry(header.name, body, next)))
    // The end inside a body is an error to it, and told by the guard.
    library.on('error', (error) => void (this.#guard.inBody || this.#fail(error)))
  }

  /** Rejects, as `end` does, with what a visitor or sink has thrown. */
  push(chunk: Buffer): Promise<void> | undefined {
    this.#guard.push(chunk)
    return this.#settled()
  }

  /** The bytes have ended. */
  async end(): Promise<Problem[]> {
    await this.#settled()
    if (this.#guard.inBody) this.#given++
    const closed = new Promise<void>((resolve) => this.#extract.on('close', () => resolve()))
    this.#extract.end(null)
    await closed
    await this.#settled()
    return this.#guard.problems
  }

  /** Most members are nobody's: their bodies are passed over before tar-stream has seen them. */
  #sinkOf(header: TarHeader, offset: number): BodySink | undefined {
    if (this.#failure) return undefined
    try {
      return this.#visit(header, offset)
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  #entry(name: string, body: Entry, next: () => void): void {
    const member = this.#announced.shift()
    if (member?.number !== name) throw new Error(`tar-stream gave member ${name} for ${member?.number}`)
    const { sink } = member
    const done = (): void => {
      this.#take(1)
      next()
    }
    const finish = (whole: boolean): void =>
      this.#inTurn(() => {
        const ending = sink.end(whole)
        return ending ? ending.then(done) : done()
      })
    body.on('error', () => finish(false))
    body.on('end', () => finish(true))
    body.on('data', (chunk) =>
      this.#inTurn(() => {
        if (!Buffer.isBuffer(chunk)) throw new Error('tar-stream gave no Buffer')
        const taking = sink.push(chunk)
        return taking ? taking.then(() => this.#take(chunk.length)) : this.#take(chunk.length)
      }),
    )
  }

  /** Does one thing after the other. What is thrown must not reach tar-stream: it would end the process. */
  #inTurn(work: () => Promise<void> | void): void {
    if (this.#failure) return
    try {
      const working = this.#turn ? this.#turn.then(() => (this.#failure ? undefined : work())) : work()
      if (!working) return
      const turn = working.then(
        () => void (this.#turn === turn && (this.#turn = undefined)),
        (error: unknown) => this.#fail(error),
      )
      this.#turn = turn
    } catch (error) {
      this.#fail(error)
    }
  }

  #take(amount: number): void {
    this.#taken += amount
    if (this.#taken !== this.#given) return
    this.#settling?.resolve()
    this.#settling = undefined
  }

  #settled(): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#taken === this.#given) return undefined
    this.#settling ??= Promise.withResolvers()
    return this.#settling.promise
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
    this.#settling?.reject(this.#failure)
    this.#settling = undefined
    this.#extract.destroy()
  }
}
