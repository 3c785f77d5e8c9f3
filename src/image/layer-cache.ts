/** What was made of a compressed layer, kept under its digest: the same layer is inflated once, whichever images it is in. */
import type { Notice } from '../model/notice.ts'
import type { Entry, Finds } from '../model/tree.ts'
import type { Blob } from '../source/blob.ts'
import type { Again } from '../source/bundle.ts'
import { sha256Of } from '../source/image-source.ts'
import { circumstances, keyOf, type Cache } from './cache.ts'
import { Gathering, type LayerContent, type LayerReading } from './gathering.ts'
import { secondPass } from './passing.ts'

/** As it is written. Extended attributes are in base64. */
interface Kept {
  readonly entries: readonly (Omit<Entry, 'xattrs'> & { readonly xattrs?: readonly (readonly [string, string])[] })[]
  readonly offsets: readonly number[]
  readonly stored: readonly number[]
  /** By index of the entry; catalogers by name. */
  readonly early: readonly (readonly [
    number,
    readonly { readonly by: string; readonly finds: Finds; readonly notices: readonly Notice[] }[],
  ])[]
}

const layerKey = (digest: string, { catalogers, limits }: LayerReading): string =>
  keyOf('layer', circumstances(catalogers, limits), digest)
const verifiedKey = (identity: string): string => keyOf('verified', identity)

/** Kept only where the blob's digest was compared, and nothing of the layer was lost. */
export function keepLayer(blob: Blob, digest: string, reading: LayerReading, gathering: Gathering): void {
  const { cache } = reading
  const early = [...gathering.early]
  const all = [...gathering.notices, ...early.flatMap(([, list]) => list.flatMap(({ notices }) => notices))]
  if (!cache || all.some(({ lost }) => lost) || gathering.notices.length > 0 || gathering.sparse.size > 0) return
  const kept: Kept = {
    entries: gathering.entries.map(({ xattrs, ...entry }) =>
      xattrs
        ? { ...entry, xattrs: [...xattrs].map(([name, value]) => [name, Buffer.from(value).toString('base64')]) }
        : entry,
    ),
    offsets: gathering.offsets,
    stored: gathering.stored,
    early: early.map(([index, list]) => [
      index,
      list.map(({ cataloger, finds, notices }) => ({ by: cataloger.name, finds, notices })),
    ]),
  }
  cache.put(layerKey(digest, reading), Buffer.from(JSON.stringify(kept)))
  if (blob.identity !== undefined) cache.put(verifiedKey(blob.identity), Buffer.from(digest))
}

/** What is kept for the digest, if the blob has it: that is computed, or was for the same state of the same file. */
export function keptLayer(blob: Blob, digest: string, reading: LayerReading, again: Again): LayerContent | undefined {
  const { cache, budget } = reading
  const bytes = digest === '' ? undefined : cache?.get(layerKey(digest, reading))
  if (!cache || !bytes || !hasDigest(blob, digest, cache)) return undefined
  const kept = JSON.parse(bytes.toString('utf8')) as Kept
  if (kept.entries.length > budget.left) return undefined
  budget.left -= kept.entries.length
  const catalogers = new Map(reading.catalogers.map((cataloger) => [cataloger.name, cataloger]))
  const gathering = new Gathering(reading)
  for (const { xattrs, ...entry } of kept.entries)
    gathering.entries.push(
      xattrs
        ? { ...entry, xattrs: new Map(xattrs.map(([name, value]) => [name, Buffer.from(value, 'base64')])) }
        : entry,
    )
  for (const offset of kept.offsets) gathering.offsets.push(offset)
  for (const length of kept.stored) gathering.stored.push(length)
  for (const [index, list] of kept.early)
    gathering.early.set(
      index,
      list.flatMap(({ by, finds, notices }) => {
        const cataloger = catalogers.get(by)
        return cataloger ? [{ cataloger, finds, notices }] : []
      }),
    )
  return {
    entries: gathering.entries,
    notices: [],
    early: gathering.early,
    verified: true,
    bodies: (indexes, take) => secondPass(gathering, reading, again, indexes, take),
  }
}

function hasDigest(blob: Blob, digest: string, cache: Cache): boolean {
  const known = blob.identity === undefined ? undefined : cache.get(verifiedKey(blob.identity))?.toString('latin1')
  if (known !== undefined) return known === digest
  if (`sha256:${sha256Of(blob)}` !== digest) return false
  if (blob.identity !== undefined) cache.put(verifiedKey(blob.identity), Buffer.from(digest))
  return true
}
