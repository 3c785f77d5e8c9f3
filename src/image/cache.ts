/**
 * Answers that are kept from one run to the next.
 *
 * A digest is believed only when it was computed. So what was read of a compressed layer is kept under its digest once that has been
 * compared (`layer-cache.ts`), and the answer for a whole image under what its files are on this machine: device, inode, size and times
 * (`source/identity.ts`). What was incomplete is not kept.
 */
import { createHash } from 'node:crypto'
import type { Read } from '../model/notice.ts'
import type { Cataloger } from '../model/tree.ts'
import { identityOf } from '../source/identity.ts'
import type { Limits } from '../source/limits.ts'
import type { OpenedImage } from './assemble.ts'
import type { Context, ImageTarget } from './context.ts'

/** Where answers are kept. Neither of the two throws: an answer that cannot be kept is computed again. */
export interface Cache {
  get(key: string): Buffer | undefined
  put(key: string, value: Buffer): void
}

/** Changed when what is kept is written another way. */
const FORM = 1

/** What an answer hangs on besides the bytes that were read. */
export const circumstances = (catalogers: readonly Cataloger[], limits: Limits): string =>
  JSON.stringify([FORM, catalogers.map(({ name, version }) => [name, version]), limits])

export const keyOf = (...parts: readonly string[]): string =>
  createHash('sha256')
    .update(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''))
    .digest('hex')

/** The answer for a target: kept, or computed and kept. */
export async function answerOf(
  { target, catalogers, limits, platform, verifyAll, cache }: Context,
  compute: () => Promise<Read<readonly OpenedImage[]>>,
): Promise<Read<readonly OpenedImage[]>> {
  const before = cache && identityIn(target)
  if (!cache || before === undefined) return compute()
  // The name stands in every place.
  const key = (verified: boolean): string =>
    keyOf('image', circumstances(catalogers, limits), before, target.kind, target.name, platform, String(verified))
  // What was compared with its digests serves those, too, who do not ask for it.
  const kept = decode(cache.get(key(true)) ?? (verifyAll ? undefined : cache.get(key(false))))
  if (kept) return kept
  const answer = await compute()
  const lost = [...answer.notices, ...answer.value.flatMap(({ catalogued }) => catalogued.notices)].some(
    (one) => one.lost,
  )
  // A file that was written to meanwhile may have been read half old, half new.
  if (!lost && identityIn(target) === before) cache.put(key(verifyAll), encode(answer))
  return answer
}

const identityIn = (target: ImageTarget): string | undefined => ('path' in target ? identityOf(target.path) : undefined)

/** Extended attributes have said what they say to the catalogers, and are not kept. */
function encode(answer: Read<readonly OpenedImage[]>): Buffer {
  return Buffer.from(JSON.stringify(answer, (key, value: unknown) => (key === 'xattrs' ? undefined : value)))
}

/** What is kept here was written here: the folder is its owner's alone, and what was damaged is not given (`Cache.get`). */
function decode(kept: Buffer | undefined): Read<readonly OpenedImage[]> | undefined {
  return kept && (JSON.parse(kept.toString('utf8')) as Read<readonly OpenedImage[]>)
}
