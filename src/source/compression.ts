/** Inflation of what is compressed, with bounds. */
import { pipeline, Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { chunks, type Blob } from './blob.ts'
import type { Limits, Problem } from './limits.ts'
import type { Compression } from './magic.ts'
import { ZstdFrames } from './zstd-frames.ts'

export interface Inflation {
  /** Sees every stored byte in order. */
  readonly stored?: (chunk: Buffer) => void
  /** Sees every inflated byte in order. False stops; a promise is waited for. */
  readonly data: (chunk: Buffer) => Promise<boolean | void> | boolean | void
}

/**
 * The inflating thread runs up to 1 MB ahead of the reader. Object mode, because else all that has been inflated is copied into
 * one buffer when it is read. As measured: with chunks of 64 KB both threads spend a fifth of their time on handing over.
 */
const RUN_AHEAD = { chunkSize: 262_144, readableObjectMode: true, readableHighWaterMark: 4 }

/**
 * Reads a blob once and hands out what it holds, inflated where it is compressed.
 * Corrupt, truncated, unsupported or over a bound: what came out until then was handed out, and the problem is returned.
 */
export async function inflate(
  blob: Blob,
  compression: Compression,
  limits: Limits,
  to: Inflation,
): Promise<Problem | undefined> {
  if (compression === 'none') {
    for (const chunk of chunks(blob)) {
      to.stored?.(chunk)
      if ((await to.data(chunk)) === false) return undefined
    }
    return undefined
  }
  if (compression !== 'gzip' && compression !== 'zstd') return unsupported(compression)
  let broken = false
  function* input(): Generator<Buffer> {
    const frames = compression === 'zstd' ? new ZstdFrames() : undefined
    for (const chunk of chunks(blob)) {
      to.stored?.(chunk)
      if (!frames) yield chunk
      else yield* frames.cut(chunk)
    }
    broken = frames?.broken === true
  }
  const out = compression === 'gzip' ? createGunzip(RUN_AHEAD) : createZstdDecompress(RUN_AHEAD)
  pipeline(Readable.from(input(), { objectMode: true, highWaterMark: 2 }), out, () => {})
  let inflated = 0
  try {
    for await (const chunk of out as AsyncIterable<Buffer>) {
      inflated += chunk.length
      if (inflated > limits.inflated || (inflated > limits.ratioFrom && inflated > blob.size * limits.ratio))
        return tooLarge(blob.size, inflated)
      if ((await to.data(chunk)) === false) return undefined
    }
  } catch (error) {
    return corrupt(compression, error)
  }
  return broken ? corrupt(compression, undefined) : undefined
}

const unsupported = (compression: Compression): Problem => ({
  id: 'compression-unsupported',
  message: `It is compressed with ${compression}, which is not read; nothing in it was checked. Decompress it first and scan the result.`,
})

const tooLarge = (stored: number, inflated: number): Problem => ({
  id: 'inflation-limit',
  message: `${stored} compressed bytes inflate to more than ${inflated} bytes, over the limit; the rest was not read. If the image is trusted, decompress it first.`,
})

function corrupt(compression: Compression, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const cut = code === 'Z_BUF_ERROR'
  return {
    id: cut ? 'archive-truncated' : 'archive-corrupt',
    message: `The ${compression} data ${cut ? 'ends too early' : 'is corrupt'}${code && !cut ? ` (${code})` : ''}; what follows was not read. Save or download it again.`,
  }
}
