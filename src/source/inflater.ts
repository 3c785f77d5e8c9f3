/** Inflation of a blob, in whichever thread this runs. */
import { createHash } from 'node:crypto'
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib'
import type { Blob } from './blob.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** How an inflation has ended. */
export interface Ending {
  /** Digest of the stored bytes, where it was asked for and all of them were read. */
  readonly sha256?: string
  /** Why it ended early: node's code, empty where it has none; `system` where the system could not read the blob. */
  readonly failure?: { readonly code: string; readonly system: boolean }
}

export interface Inflating {
  readonly compression: 'gzip' | 'zstd'
  /** Whether the stored bytes are to be digested. */
  readonly digest: boolean
  /** Bytes that come out at once; half as many go in. */
  readonly output: number
}

/**
 * What a blob holds, in order. Every chunk has a buffer of its own, which the taker gives back (`release`) or hands on.
 * Never throws for what is in the blob: the ending says what was wrong.
 */
export async function* inflated(
  blob: Blob,
  { compression, digest, output }: Inflating,
): AsyncGenerator<Buffer, Ending> {
  const hash = digest ? createHash('sha256') : undefined
  const frames = compression === 'zstd' ? new ZstdFrames() : undefined
  const input = Math.min(output >> 1, blob.size)
  // One chunk stands ready while the next is made. Object mode, because else what stands ready is copied into one buffer when it is read.
  const options = { chunkSize: output, readableObjectMode: true, readableHighWaterMark: 1 }
  const inflater = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options)
  // An error that comes when nobody reads on is nobody's, and must not end the process.
  inflater.on('error', () => {})
  let over = false
  let offset = 0
  /** The next stored bytes, digested; none at the end. */
  const take = (buffer: Buffer): Buffer => {
    const chunk = buffer.subarray(0, offset < blob.size ? blob.read(buffer, offset) : 0)
    offset += chunk.length
    hash?.update(chunk)
    return chunk
  }
  const fed = feed(inflater, input, (buffer) => {
    while (!over) {
      const chunk = take(buffer)
      if (chunk.length === 0) break
      const parts = frames ? [...frames.cut(chunk)] : [chunk]
      // Behind the last frame nothing is left of a chunk.
      if (parts.length > 0) return parts
    }
    return []
  })
  fed.catch((error: unknown) => inflater.destroy(error instanceof Error ? error : new Error(String(error))))
  let failure: Ending['failure']
  /** What comes out by and by stands in one buffer until that is full; zlib never comes back to a full one. */
  let begun: Buffer | undefined
  try {
    for await (const { buffer, byteOffset, length } of inflater as AsyncIterable<Buffer>) {
      const end = byteOffset + length
      if (begun && begun.buffer !== buffer) yield begun
      const start = begun?.buffer === buffer ? begun.byteOffset : byteOffset
      begun = Buffer.from(buffer, start, end - start)
      if (end < output) continue
      yield begun
      begun = undefined
    }
    over = true
    // What stands behind the end of the compressed data is ignored, and part of the blob all the same.
    if (hash) for (const buffer = Buffer.allocUnsafe(input); take(buffer).length > 0;);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    failure = { code, system: error instanceof Error && 'syscall' in error }
  } finally {
    over = true
  }
  if (begun) yield begun
  if (frames?.broken) failure ??= { code: '', system: false }
  if (failure) return { failure }
  return hash ? { sha256: hash.digest('hex') } : {}
}

/**
 * Gives the stored bytes to zlib's thread, out of two buffers: one is filled while it works on the other.
 * A stream that fails drops what was not read of it. That is nothing, because a write is done only when what came of it has been read,
 * and the next one begins, as the end does, after that.
 */
async function feed(
  inflater: Gunzip | ZstdDecompress,
  size: number,
  next: (buffer: Buffer) => readonly Buffer[],
): Promise<void> {
  let idle = Buffer.allocUnsafeSlow(size)
  let busy = Buffer.allocUnsafeSlow(size)
  for (let parts = next(busy); parts.length > 0;) {
    let written: Promise<void> | undefined
    for (const part of parts) {
      await written
      written = new Promise((done, fail) => void inflater.write(part, (error) => (error ? fail(error) : done())))
    }
    // Where the next read fails nobody waits for the write any more, which may fail then, too.
    written?.catch(() => {})
    parts = next(idle)
    const filled = idle
    idle = busy
    busy = filled
    await written
  }
  inflater.end()
}
