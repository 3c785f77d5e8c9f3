/** Databases of packages that a layer deleted or emptied while it left the distribution where it was. */
import type { Notice } from '../model/notice.ts'
import { systemTypes } from '../model/package.ts'
import { startOf } from '../model/place.ts'
import type { Catalogued, Finds } from '../model/tree.ts'

/**
 * One notice for each cataloger whose packages of the distribution are all hidden, and none are there: their files may still be there, as
 * after `rm -rf /var/lib/dpkg`. Where the distribution is gone too, so are they.
 */
export function deletedDatabases(
  { finds, past = [] }: Pick<Catalogued, 'finds' | 'past'>,
  image: string,
): readonly Notice[] {
  const distributions = finds.flatMap(({ file, finds: { distribution } }) => (distribution ? [file.layer] : []))
  if (distributions.length === 0) return []
  const there = new Set(finds.flatMap((one) => (countOf(one.finds) > 0 ? [one.cataloger] : [])))
  const gone = past.filter((one) => countOf(one.finds) > 0 && !there.has(one.cataloger))
  return [...Map.groupBy(gone, ({ cataloger }) => cataloger).values()].flatMap((states): Notice[] => {
    const by = states.reduce((last, state) => Math.max(last, state.by), 0)
    const last = states.filter((state) => state.by === by)
    const [first] = last
    // Another distribution in the place of the one before.
    if (there.size > 0 && distributions.every((layer) => layer >= by)) return []
    const count = last.reduce((sum, one) => sum + countOf(one.finds), 0)
    return first
      ? [
          {
            id: 'package-database-deleted',
            place: startOf(first.file.path, { in: image, layer: by }),
            message: `Layer ${by} deleted or emptied the database of ${count} packages of the distribution, and left the distribution there: which of them are still there is not known, and none is judged. Leave the database in the image.`,
            lost: true,
          },
        ]
      : []
  })
}

const countOf = ({ packages = [] }: Finds): number =>
  packages.filter(({ type }) => systemTypes.has(type) && type !== 'conda').length
