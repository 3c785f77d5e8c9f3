/** What a compressed blob holds, with bounds. */
import { release, type Blob } from './blob.ts'
import { inflatedElsewhere } from './elsewhere.ts'
import { inflated, type Ending } from './inflater.ts'
import type { Limits, Problem } from './limits.ts'
import type { Compressed } from './magic.ts'

/**
 * Sees every byte in order. False stops; a promise is waited for. The bytes are there until the call returns, or its promise is kept:
 * whoever wants them longer copies them.
 */
export type Sink = (chunk: Buffer) => Promise<boolean | void> | boolean | void

export interface Inflated {
  /** What was wrong; what came out until then was handed out, but for the last piece (`output`). */
  readonly problem?: Problem
  /** Digest of the stored bytes, where it was asked for and they were read to their end. */
  readonly sha256?: string
}

/** Compressed bytes from which on a thread is started for them: that takes as long as inflating 3 MB. */
const LARGE = 8 * 1024 * 1024

/**
 * Bytes that come out at once: where only the beginning is looked at, of a small blob, of a large one.
 * As measured: with 64 KB a fifth of the time goes into handing over, with 256 KB a tenth.
 */
const output = { glance: 64 * 1024, small: 256 * 1024, large: 1024 * 1024 }

/**
 * Reads a blob once and hands out what it holds, inflated.
 * Corrupt, truncated, unsupported or over a bound is a problem. `glance`: `data` will stop it soon.
 */
export async function inflate(
  blob: Blob,
  compression: Compressed,
  limits: Limits,
  data: Sink,
  { digest = false, glance = false } = {},
): Promise<Inflated> {
  if (compression !== 'gzip' && compression !== 'zstd') return { problem: unsupported(compression) }
  const far = blob.size >= LARGE && !glance ? blob.file : undefined
  const inflating = { compression, digest, output: output[far ? 'large' : glance ? 'glance' : 'small'] }
  const bytes = far ? inflatedElsewhere(far, blob.size, inflating) : inflated(blob, inflating)
  let total = 0
  try {
    for (;;) {
      const { done, value } = await bytes.next()
      if (done) return value.failure ? { problem: corrupt(compression, value.failure) } : value
      total += value.length
      if (total > limits.inflated || (total > limits.ratioFrom && total > blob.size * limits.ratio))
        return { problem: tooLarge(blob.size, total) }
      if ((await data(value)) === false) return {}
      release(value)
    }
  } finally {
    await bytes.return({})
  }
}

const unsupported = (compression: Compressed): Problem => ({
  id: 'compression-unsupported',
  message: `It is compressed with ${compression}, which is not read; nothing in it was checked. Decompress it first and scan the result.`,
})

const tooLarge = (stored: number, inflated: number): Problem => ({
  id: 'inflation-limit',
  message: `${stored} compressed bytes inflate to more than ${inflated} bytes, over the limit; the rest was not read. If the image is trusted, decompress it first.`,
})

function corrupt(compression: Compressed, { code, system }: NonNullable<Ending['failure']>): Problem {
  if (system)
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
