/** A layer that is read as it is inflated: what catalogers want by name is parsed as it passes. */
import { createHash, type Hash } from 'node:crypto'
import type { Again, PassingRead } from '../source/bundle.ts'
import { compareDigest } from '../source/image-source.ts'
import type { Problem } from '../source/limits.ts'
import type { TarHeader } from '../source/tar-header.ts'
import { TarStream, type BodySink } from '../source/tar.ts'
import { cutShort, Gathering, isProblem, type Body, type LayerContent, type LayerReading } from './gathering.ts'
import { parseSafely } from './parse.ts'

const EMPTY = Buffer.alloc(0)

/** A layer that is read while it passes. Bodies that nobody wanted by name then are found by a second pass. */
export class PassingLayer implements PassingRead<LayerContent & { compare(diffId: string): void }> {
  readonly #gathering: Gathering
  readonly #reading: LayerReading
  readonly #stream: TarStream
  /** Undefined where nothing is to be compared, or has been. */
  #hash: Hash | undefined
  readonly #again: Again

  /** `hash`: whether `compare` is to have something to compare. */
  constructor(reading: LayerReading, again: Again, hash: boolean) {
    this.#reading = reading
    this.#again = again
    this.#hash = hash ? createHash('sha256') : undefined
    this.#gathering = new Gathering(reading)
    this.#stream = new TarStream(reading.limits, (header, offset) => this.#member(header, offset))
  }

  push(chunk: Buffer): Promise<void> | undefined {
    this.#hash?.update(chunk)
    return this.#stream.push(chunk)
  }
  async end(whole: boolean): Promise<void> {
    const problems = await this.#stream.end()
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
    if (hash) this.loseAll(compareDigest('The layer (uncompressed)', diffId, hash))
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
    const data = async (chunk: Buffer): Promise<boolean> => {
      await stream.push(chunk)
      return byOffset.size > 0
    }
    const problem = await this.#again(data)
    await stream.end()
    for (const index of byOffset.values()) take(index, problem ?? cutShort)
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
