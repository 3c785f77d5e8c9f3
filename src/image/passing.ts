/** A layer that is read as it is inflated: what catalogers want by name is parsed as it passes. */
import { createHash, type Hash } from 'node:crypto'
import type { Cataloger } from '../model/tree.ts'
import { memoryBlob, release, Spool } from '../source/blob.ts'
import type { Again, PassingRead } from '../source/bundle.ts'
import { compareDigest } from '../source/image-source.ts'
import type { Limits, Problem } from '../source/limits.ts'
import type { TarHeader } from '../source/tar-header.ts'
import { TarStream, type BodySink } from '../source/tar.ts'
import { cutShort, Gathering, isProblem, type Body, type LayerContent, type LayerReading } from './gathering.ts'
import { parseSafely, ReadFile } from './parse.ts'

/** A layer that has passed; what it is to be compared with is known only then. */
export type PassedLayer = LayerContent & { compare(diffId: string): LayerContent }

/** A layer that is read while it passes. Bodies that nobody wanted by name then are found by a second pass. */
export class PassingLayer implements PassingRead<PassedLayer> {
  readonly gathering: Gathering
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
    this.gathering = new Gathering(reading)
    this.#stream = new TarStream(reading.limits, (header, offset) => this.#member(header, offset))
  }

  push(chunk: Buffer): Promise<void> | undefined {
    this.#hash?.update(chunk)
    return this.#stream.push(chunk)
  }
  async end(whole: boolean): Promise<void> {
    const problems = await this.#stream.end()
    if (whole) this.gathering.loseAll(problems)
  }
  lose(problem: Problem): void {
    this.gathering.lose(problem)
  }
  loseAll(problems: readonly Problem[]): void {
    this.gathering.loseAll(problems)
  }
  /** Compares what has passed with the digest that the configuration gives it. True where it was, and is the same. */
  compare(diffId: string): boolean {
    const hash = this.#hash
    this.#hash = undefined
    if (!hash || diffId === '') return false
    const problems = compareDigest('The layer (uncompressed)', diffId, hash.digest('hex'))
    this.loseAll(problems)
    return problems.length === 0
  }

  finish(): PassedLayer {
    const { gathering } = this
    const { entries, notices, early } = gathering
    const content: LayerContent = {
      entries,
      notices,
      early,
      verified: false,
      bodies: (indexes, take) => secondPass(gathering, this.#reading, this.#again, indexes, take),
    }
    return { ...content, compare: (diffId) => ({ ...content, verified: this.compare(diffId) }) }
  }

  #member(header: TarHeader, offset: number): BodySink | undefined {
    const gathering = this.gathering
    const index = gathering.add(header, offset)
    const wanting = index < 0 ? [] : gathering.wanting(index)
    const entry = gathering.entries[index]
    if (!entry || wanting.length === 0) return undefined
    return collect(header.stored, wanting, this.#reading, (stored) => {
      const body = stored && (isProblem(stored) ? stored : gathering.body(index, stored))
      if (body && isProblem(body)) return gathering.lose(body, entry.path)
      const file = body && new ReadFile(entry.path, entry, 0, body)
      gathering.early.set(
        index,
        wanting.map((cataloger) => (file ? parseSafely(cataloger, file) : { cataloger, finds: {}, notices: [] })),
      )
    })
  }
}

/** Hands out bodies of a compressed layer, which is inflated once more for them, until the last of them has come. */
export async function secondPass(
  gathering: Gathering,
  reading: LayerReading,
  again: Again,
  indexes: readonly number[],
  take: (index: number, body: Body) => void,
): Promise<void> {
  const byOffset = new Map<number, number>()
  for (const index of indexes) byOffset.set(gathering.offsets[index] ?? 0, index)
  if (byOffset.size === 0) return
  const stream = new TarStream(reading.limits, (header, offset) => {
    const index = header.type === 'file' ? byOffset.get(offset) : undefined
    if (index === undefined) return undefined
    return collect(header.stored, [], reading, (stored) => {
      // Only now: what is still wanted keeps the bytes coming.
      byOffset.delete(offset)
      if (stored) take(index, isProblem(stored) ? stored : gathering.body(index, stored))
    })
  })
  const data = async (chunk: Buffer): Promise<boolean> => {
    await stream.push(chunk)
    return byOffset.size > 0
  }
  const problem = await again(data)
  await stream.end()
  for (const index of byOffset.values()) take(index, problem ?? cutShort)
}

/** First bytes that catalogers are shown. */
const FIRST = 16

/**
 * Gathers the body of one member, of a known length; `done` is given nothing where its first bytes show that none of those who
 * want it can use it. The body is there until `done` returns.
 */
function collect(
  length: number,
  wanting: readonly Cataloger[],
  { limits, memory }: Pick<LayerReading, 'limits' | 'memory'>,
  done: (body: Body | undefined) => void,
): BodySink {
  if (length > Math.max(limits.body, limits.parts)) return { push: () => {}, end: () => done(partsLimit(limits)) }
  const inMemory = length <= memory.left
  const held = inMemory ? length : 0
  memory.left -= held
  let small: Buffer | undefined
  const large = new Spool(0)
  let first = wanting.length > 0 && wanting.every(({ begins }) => begins) ? Buffer.alloc(0) : undefined
  let dropped = false
  let at = 0
  return {
    push: (chunk) => {
      if (first) {
        const begun = (first = Buffer.concat([first, chunk.subarray(0, FIRST)]))
        if (begun.length >= Math.min(FIRST, length)) {
          dropped = wanting.every(({ begins }) => begins?.(begun) === false)
          first = undefined
        }
      }
      if (dropped) return
      if (inMemory) chunk.copy((small ??= Buffer.allocUnsafeSlow(length)), at)
      else large.push(chunk)
      at += chunk.length
    },
    end: () => {
      memory.left += held
      if (dropped) return done(undefined)
      const blob = inMemory ? memoryBlob(small?.subarray(0, at) ?? Buffer.alloc(0)) : large.blob()
      done(blob)
      blob.close()
      if (small) release(small)
    },
  }
}

const partsLimit = ({ parts }: Limits): Problem => ({
  id: 'file-limit',
  message: `The file is larger than ${parts} bytes and its layer is compressed: it was not read, and what it would tell is not known. Decompress the image and scan the result.`,
})
