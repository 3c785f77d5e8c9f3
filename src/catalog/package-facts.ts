/** Packages of an image as rows of the table. */
import { set, unknown, type Fact } from '../model/fact.ts'
import type { image as fields } from '../model/fields.ts'
import type { Package, RemovedPackage } from '../model/package.ts'
import { startOf, type Place } from '../model/place.ts'
import type { Element } from '../model/row.ts'
import type { CataloguedImage } from './facts.ts'
import { UNREAD } from './unread.ts'

type Row<K extends 'packages' | 'declaredPackages' | 'removedPackages'> = Element<(typeof fields)[K]['of']>

/**
 * `unread`: a database that nobody can read stands among the packages as one of which nothing is known, so that a rule that looks
 * for a package finds it elsewhere, or says that it does not know.
 */
export function packageFacts(image: CataloguedImage): {
  readonly installed: readonly Row<'packages'>[]
  readonly declared: readonly Row<'declaredPackages'>[]
  readonly removed: readonly Row<'removedPackages'>[]
  readonly unread: readonly Row<'packages'>[]
} {
  const instructions = new Map(image.layers.map(({ index, instruction }) => [index, instruction]))
  const placeOf = ({ locations: [{ path, line, layer }] }: Package): Place => ({
    file: path,
    line,
    column: 1,
    in: image.id,
    layer,
  })
  const row = (one: Package): Row<'packages'> => {
    const place = placeOf(one)
    const { path, layer } = one.locations[0]
    return {
      place,
      facts: {
        type: set(place, one.type),
        name: set(place, one.name),
        version: set(place, one.version),
        architecture: set(place, one.architecture),
        source: set(place, one.source),
        purl: set(place, one.purl),
        licences: set(
          place,
          (one.licences ?? []).map((licence) => set(place, licence)),
        ),
        owner: set(place, one.owner ?? ''),
        path: set(place, path),
        layer: set(place, layer),
        instruction: set(place, instructions.get(layer) ?? ''),
      },
    }
  }
  const removed = (one: RemovedPackage): Row<'removedPackages'> => {
    const { place, facts } = row(one)
    return { place, facts: { ...facts, removedIn: set(place, one.removedIn) } }
  }
  return {
    installed: image.packages.installed.map(row),
    declared: image.packages.declared.map(row),
    removed: image.packages.removed.map(removed),
    unread: unreadOf(image),
  }
}

const unreadOf = (image: CataloguedImage): readonly Row<'packages'>[] =>
  image.catalogued.notices
    .filter((notice) => notice.id === UNREAD)
    .toSorted((a, b) => (a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : 0))
    .map(({ place: { file, layer }, message }) => {
      const place = startOf(file, { in: image.id, ...(layer !== undefined && { layer }) })
      const answer = (): Fact<never> => unknown(place, message)
      return {
        place,
        facts: {
          type: answer(),
          name: answer(),
          version: answer(),
          architecture: answer(),
          source: answer(),
          purl: answer(),
          licences: answer(),
          owner: answer(),
          path: set(place, file),
          layer: layer === undefined ? answer() : set(place, layer),
          instruction: answer(),
        },
      }
    })
