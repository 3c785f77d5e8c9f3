/** What holds for one call of `openImage`, and the notices about its target. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Cataloger } from '../model/tree.ts'
import type { Blob } from '../source/blob.ts'
import type { Limits, Problem } from '../source/limits.ts'
import type { Platform } from '../source/oci-layout.ts'
import type { ImageKind } from '../source/recognise.ts'
import { codeOf } from '../source/rootfs.ts'
import type { Cache } from './cache.ts'
import type { LayerReading } from './gathering.ts'

/** What is to be opened: a path, or bytes that were read from standard input. The name is shown to users and stands in every place. */
export type ImageTarget = { readonly kind: ImageKind; readonly name: string } & (
  { readonly path: string } | { readonly blob: Blob }
)

export interface Context {
  readonly target: ImageTarget
  readonly catalogers: readonly Cataloger[]
  readonly limits: Limits
  readonly platform: Platform
  readonly verifyAll: boolean
  readonly cache?: Cache
  readonly late: () => boolean
  readonly large?: () => void
  /** Bytes of files of layers that pass which may still be held in memory. */
  readonly memory: { left: number }
  /** Entries that may still be read from the archive, and merged. */
  readonly budget: { left: number }
  readonly merging: { left: number }
}

/** The system's own errors say what they are; anything else is ours, and must not become a pass. */
export function failure(error: unknown): Problem {
  const system = error instanceof Error && 'syscall' in error
  if (system || codeOf(error) === 'ENOTREG')
    return {
      id: 'file-unreadable',
      message: `It cannot be read (${codeOf(error)}); nothing in it was checked. See that it is there, is a file or folder as named, and that you may read it.`,
    }
  return {
    id: 'reader-failed',
    message: `Reading it failed (${codeOf(error)}): a fault of Plimsoll's. Nothing in it was checked. Please report it.`,
  }
}

export const notice = ({ target }: Context, problem: Problem, lost = true): Notice => ({
  id: problem.id,
  place: startOf(target.name),
  message: problem.message,
  lost,
})

/** `verifyStored`: in the OCI form, where the manifest vouches for every blob by its digest. */
export const readingOf = (
  { catalogers, limits, verifyAll, budget, memory, late, large, cache }: Context,
  verifyStored = false,
): LayerReading => ({
  catalogers,
  limits,
  budget,
  verifyAll,
  verifyStored,
  memory,
  late,
  ...(large && { large }),
  ...(cache && { cache }),
})
