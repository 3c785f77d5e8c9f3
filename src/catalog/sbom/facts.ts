/** What an SBOM says of an image, as rows of the table. */
import { derived, set, unknown, type Fact } from '../../model/fact.ts'
import type { image as fields, ImageFacts } from '../../model/fields.ts'
import { instructionOf } from '../../model/package-list.ts'
import type { Package } from '../../model/package.ts'
import type { Place } from '../../model/place.ts'
import type { Element } from '../../model/row.ts'
import { familyOf } from '../distribution.ts'
import { supportOf } from '../end-of-life/lifecycle.ts'
import type { SbomImage } from './part.ts'

/** Why nothing else of the image is known. */
export const SILENT = 'an SBOM lists parts and does not tell'

type Row = Element<(typeof fields)['packages']['of']>

/** The rows that an SBOM answers. `place` is that of the SBOM. */
export function sbomFacts(
  image: SbomImage,
  place: Place,
): Pick<ImageFacts, 'built' | 'reference' | 'names' | 'packages' | 'distribution'> {
  const { names, packages } = image.list
  const [reference] = names
  return {
    built: derived(place, true, 'an SBOM is of an image that is there', []),
    reference: reference === undefined ? unknown(place, 'the SBOM names no image', 'image') : set(place, reference),
    names: set(
      place,
      names.map((name) => set(place, name)),
    ),
    packages: set(
      place,
      packages.installed.map((one) => rowOf(one, image, image.places.get(one) ?? place)),
    ),
    distribution: distributionFacts(image, place),
  }
}

function rowOf(one: Package, { list, ours }: SbomImage, place: Place): Row {
  const [{ path, layer }] = one.locations
  const silent = (): Fact<never> => unknown(place, SILENT, 'image')
  const isLayered = list.layers.length > 0
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
      owner: one.owner === undefined && !ours ? silent() : set(place, one.owner ?? ''),
      path: path === place.file ? silent() : set(place, path),
      layer: isLayered ? set(place, layer) : silent(),
      instruction: isLayered ? set(place, instructionOf(list, layer)) : silent(),
    },
  }
}

function distributionFacts({ list: { distribution } }: SbomImage, place: Place): ImageFacts['distribution'] {
  const silent = (): Fact<never> => unknown(place, 'the SBOM names no operating system', 'image')
  const kind = unknown(place, SILENT, 'image')
  if (!distribution)
    return { id: silent(), version: silent(), name: silent(), family: silent(), kind, supportEnds: silent() }
  const support = supportOf(distribution)
  return {
    id: set(place, distribution.id),
    version: set(place, distribution.version),
    name: set(place, distribution.name),
    family: derived(place, familyOf(distribution), 'by its ID', []),
    kind,
    supportEnds: derived(place, support.ends, support.because, []),
  }
}
