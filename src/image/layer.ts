/** One layer: its entries in order, and the way to their bodies. A compressed layer is inflated once. */
import { createHash } from 'node:crypto'
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import { head, partOf, type Blob } from '../source/blob.ts'
import { inflate } from '../source/compression.ts'
import { compressionOf, MAGIC_LENGTH } from '../source/magic.ts'
import { compareDigest } from '../source/image-source.ts'
import { walkTar } from '../source/tar.ts'
import { Gathering, type LayerContent, type LayerReading } from './gathering.ts'
import { PassingLayer } from './passing.ts'

/** Digests to compare: of the blob as stored, and of the archive in it. Empty where none is known. */
export interface Digests {
  readonly digest: string
  readonly diffId: string
}

/** Reads a layer's archive from its blob, compressed or not, and compares its digest where it is read in full anyway. */
export async function readLayer(blob: Blob, digests: Digests, reading: LayerReading): Promise<LayerContent> {
  const compression = compressionOf(head(blob, MAGIC_LENGTH))
  if (compression === 'none') {
    const content = seekLayer(blob, reading)
    if (reading.verifyAll) content.notices.push(...(await verify(blob, digests)))
    return content
  }
  // The stored blob is what the manifest vouches for, and the smaller one to digest.
  const stored = digests.digest === '' ? undefined : createHash('sha256')
  const passing = new PassingLayer(
    reading,
    async (data) => inflate(blob, compression, reading.limits, { data }),
    digests.diffId !== '' && (stored === undefined || reading.verifyAll),
  )
  const problem = await inflate(blob, compression, reading.limits, {
    stored: (chunk) => void stored?.update(chunk),
    data: (chunk) => passing.push(chunk),
  })
  await passing.end(problem === undefined)
  const content = passing.finish()
  if (problem) passing.lose(problem)
  else if (stored) passing.loseAll(compareDigest('The layer', digests.digest, stored))
  if (!problem) passing.compare(digests.diffId)
  return content
}

async function verify(blob: Blob, { digest, diffId }: Digests): Promise<Notice[]> {
  const hash = createHash('sha256')
  const read = new Uint8Array(2 ** 20)
  for (let at = 0; at < blob.size;) {
    const got = blob.read(read, at)
    if (got === 0) break
    hash.update(read.subarray(0, got))
    at += got
  }
  return compareDigest('The layer', digest || diffId, hash).map(({ id, message }) => ({
    id,
    place: startOf(''),
    message,
    lost: true,
  }))
}

/** An uncompressed layer that can be sought: headers only, bodies when they are asked for. */
function seekLayer(blob: Blob, reading: LayerReading): LayerContent & { readonly notices: Notice[] } {
  const gathering = new Gathering(reading)
  const problems = walkTar(blob, reading.limits, (header, offset) => {
    gathering.add(header, offset)
    return !gathering.full
  })
  gathering.loseAll(problems)
  const { entries, notices, early } = gathering
  return {
    entries,
    notices,
    early,
    bodies: async (indexes, take) => {
      for (const index of indexes)
        take(index, gathering.body(index, partOf(blob, gathering.offsets[index] ?? 0, gathering.stored[index] ?? 0)))
    },
  }
}
