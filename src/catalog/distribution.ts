/** Which distribution an image is. */
import type { Catalogued, Finds, FoundIn } from '../model/tree.ts'

export type FoundDistribution = NonNullable<Finds['distribution']> & { readonly file: FoundIn }

/** os-release(5): etc/os-release takes precedence over usr/lib/os-release. Undefined where nothing tells. */
export function distributionOf(finds: Catalogued['finds']): FoundDistribution | undefined {
  return finds
    .flatMap(({ file, finds: { distribution } }) => (distribution ? [{ ...distribution, file }] : []))
    .toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1))[0]
}
