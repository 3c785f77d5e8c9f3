/** One file handed to one cataloger. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Cataloger, Entry, Finds } from '../model/tree.ts'

/** What a cataloger made of a file. */
export interface Early {
  readonly cataloger: Cataloger
  readonly finds: Finds
  readonly notices: readonly Notice[]
}

/** Runs a cataloger; an error in it is ours, and must not become a pass. */
export function parseSafely(cataloger: Cataloger, path: string, entry: Entry, layer: number, body: Buffer): Early {
  try {
    const { value, notices } = cataloger.parse({ path, entry, layer, body })
    return { cataloger, finds: value, notices }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `The reader ${cataloger.name} failed on this file (${why}): a fault of Plimsoll's. What the file would tell is not known. Please report it.`
    return { cataloger, finds: {}, notices: [{ id: 'reader-failed', place: startOf(path), message, lost: true }] }
  }
}
