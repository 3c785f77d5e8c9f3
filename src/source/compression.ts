/** Inflation of what is compressed, with bounds. */
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib'
import { chunks, type Blob } from './blob.ts'
import type { Limits, Problem } from './limits.ts'
import type { Compression } from './magic.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** The bytes of a chunk are there until the call returns, or the promise that it gave is kept: whoever wants them longer copies them. */
export interface Inflation {
  /** Sees every stored byte in order. */
  readonly stored?: (chunk: Buffer) => void
  /** Sees every inflated byte in order. False stops; a promise is waited for. */
  readonly data: (chunk: Buffer) => Promise<boolean | void> | boolean | void
}

type Inflater = Gunzip | ZstdDecompress

/** Bytes that go in and come out at once. As measured: with 64 KB a fifth of the time goes into handing over, with 256 KB a tenth. */
const INPUT = 512 * 1024
const OUTPUT = 1024 * 1024

/** The inflating thread runs up to 2 MB ahead of the reader. Object mode, because else all of that is copied into one buffer when it is read. */
const RUN_AHEAD = { chunkSize: OUTPUT, readableObjectMode: true, readableHighWaterMark: 2 }

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
  const frames = compression === 'zstd' ? new ZstdFrames() : undefined
  const inflater = compression === 'gzip' ? createGunzip(RUN_AHEAD) : createZstdDecompress(RUN_AHEAD)
  feed(inflater, blob, (chunk) => {
    to.stored?.(chunk)
    return frames ? [...frames.cut(chunk)] : [chunk]
  })
  let inflated = 0
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      inflated += chunk.length
      if (inflated > limits.inflated || (inflated > limits.ratioFrom && inflated > blob.size * limits.ratio))
        return tooLarge(blob.size, inflated)
      if ((await to.data(chunk)) === false) return undefined
      release(chunk)
    }
  } catch (error) {
    return corrupt(compression, error)
  }
  return frames?.broken ? corrupt(compression, undefined) : undefined
}

/** Gives the stored bytes to the inflating thread, out of two buffers: one is filled again while it works on the other. */
function feed(inflater: Inflater, blob: Blob, cut: (chunk: Buffer) => readonly Buffer[]): void {
  let offset = 0
  const fill = (buffer: Buffer): void => {
    if (inflater.destroyed || inflater.writableEnded) return
    let parts: readonly Buffer[] = []
    try {
      // Cutting may leave nothing: what follows the last frame.
      while (parts.length === 0) {
        const read = offset < blob.size ? blob.read(buffer, offset) : 0
        if (read === 0) return void inflater.end()
        offset += read
        parts = cut(buffer.subarray(0, read))
      }
    } catch (error) {
      inflater.destroy(error instanceof Error ? error : new Error(String(error)))
      return
    }
    const last = parts.length - 1
    parts.forEach((part, index) =>
      inflater.write(part, (error) => {
        if (index === last && !error) fill(buffer)
      }),
    )
  }
  const size = Math.min(INPUT, blob.size)
  fill(Buffer.allocUnsafeSlow(size))
  fill(Buffer.allocUnsafeSlow(size))
}

/**
 * Gives the memory of a chunk back at once. Left to the collector, a layer's buffers hold 60 MB more and make it run every 64 MB, over
 * all that is known of the image. node:zlib fills one buffer after the other and never comes back to one that is full.
 */
function release({ buffer, byteOffset, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === OUTPUT && byteOffset + length === OUTPUT)
    buffer.transfer(0)
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
  if (error instanceof Error && 'syscall' in error)
    return {
      id: 'file-unreadable',
      message: `It cannot be read to its end (${code}); what follows was not checked. See that the disk is sound, and scan again.`,
    }
  const cut = code === 'Z_BUF_ERROR'
  return {
    id: cut ? 'archive-truncated' : 'archive-corrupt',
    message: `The ${compression} data ${cut ? 'ends too early' : 'is corrupt'}${code && !cut ? ` (${code})` : ''}; what follows was not read. Save or download it again.`,
  }
}
