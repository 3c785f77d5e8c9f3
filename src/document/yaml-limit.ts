/** Bounds of one YAML document, whichever reader reads it, and what is said of a key that is written twice. */
import type { Notice } from '../model/notice.ts'
import type { Place } from '../model/place.ts'

/** Nodes of one document, aliases counted once. */
export const MAX_NODES = 2_000_000
export const MAX_DEPTH = 200

export const duplicateKey = ({ key, place }: { readonly key: string; readonly place: Place }): Notice => ({
  id: 'yaml-duplicate-key',
  place,
  message: `The key ${JSON.stringify(key)} is written twice; the last one was taken, and others may read the first. Remove one of them.`,
  lost: true,
})
