/** One layer: its entries in order, and the way to their bodies. A compressed layer is inflated once. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import { head, partOf, type Blob } from '../source/blob.ts'
import type { Again } from '../source/bundle.ts'
import { inflate } from '../source/compression.ts'
import { compressionOf, MAGIC_LENGTH } from '../source/magic.ts'
import { compareDigest, sha256Of } from '../source/image-source.ts'
import { tooLate } from '../source/limits.ts'
import { walkTar } from '../source/tar.ts'
import { Gathering, type LayerContent, type LayerReading } from './gathering.ts'
import { keepLayer, keptLayer } from './layer-cache.ts'
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
    if (!reading.verifyAll && !(reading.verifyStored && digests.digest !== '')) return content
    const problems = compareDigest('The layer', digests.digest || digests.diffId, sha256Of(blob))
    content.notices.push(...problems.map(({ id, message }) => ({ id, place: startOf(''), message, lost: true })))
    return { ...content, verified: problems.length === 0 && (digests.digest || digests.diffId) !== '' }
  }
  const again: Again = async (data) => (await inflate(blob, compression, reading.limits, data)).problem
  // With all to be compared, what is inflated is, too.
  const cached = reading.verifyAll ? undefined : keptLayer(blob, digests.digest, reading, again)
  if (cached) return cached
  // The stored blob is what the manifest vouches for, and the smaller one to digest.
  const stored = digests.digest !== ''
  const passing = new PassingLayer(reading, again, digests.diffId !== '' && (!stored || reading.verifyAll))
  let late = false
  const pass = (chunk: Buffer): Promise<void> | boolean | undefined => {
    late = reading.late()
    return late ? false : passing.push(chunk)
  }
  const read = await inflate(blob, compression, reading.limits, pass, { digest: stored })
  const problem = late ? tooLate(reading.limits) : read.problem
  await passing.end(problem === undefined)
  if (problem) {
    passing.lose(problem)
    return passing.finish()
  }
  const wrong = stored ? compareDigest('The layer', digests.digest, read.sha256 ?? '') : undefined
  passing.loseAll(wrong ?? [])
  const content = passing.finish().compare(digests.diffId)
  if (!wrong || wrong.length > 0) return content
  keepLayer(blob, digests.digest, reading, passing.gathering)
  return { ...content, verified: true }
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
    verified: false,
    bodies: async (indexes, take) => {
      for (const index of indexes)
        take(index, gathering.body(index, partOf(blob, gathering.offsets[index] ?? 0, gathering.stored[index] ?? 0)))
    },
  }
}
