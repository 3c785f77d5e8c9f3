/** Syft's own JSON (github.com/anchore/syft, schema/json) -> an image. */
import type { Notice } from '../../model/notice.ts'
import type { PackageLocation } from '../../model/package.ts'
import type { Place } from '../../model/place.ts'
import { at, listAt, textAt, type Json } from './json.ts'
import { imageOfParts, type Part, type SbomImage } from './part.ts'

export const LISTS: ReadonlySet<string> = new Set(['artifacts'])

export function readSyft(
  file: string,
  document: Json,
  placeAt: (path: string) => Place,
  notices: Notice[],
): readonly SbomImage[] {
  const source = at(document, 'source')
  const about = at(source, 'metadata')
  const layers = listAt(about, 'layers').map((layer) => textAt(layer, 'digest'))
  const distro = at(document, 'distro')
  const id = textAt(distro, 'id')
  const names = [
    ...listAt(about, 'tags'),
    ...listAt(about, 'repoDigests'),
    textAt(about, 'manifestDigest'),
    textAt(about, 'imageID'),
  ]
  return [
    imageOfParts(
      file,
      {
        id: textAt(about, 'userInput') || textAt(source, 'name'),
        names: [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))],
        manifest: '',
        kind: 'Syft',
        distribution:
          id === ''
            ? undefined
            : { id, version: textAt(distro, 'versionID'), name: textAt(distro, 'prettyName') || id },
        layers: layers.map((diffId, index) => ({ index, digest: '', diffId, size: 0, instruction: '' })),
        parts: listAt(document, 'artifacts').map((artifact, index): Part => ({
          purl: textAt(artifact, 'purl'),
          name: textAt(artifact, 'name'),
          version: textAt(artifact, 'version'),
          licences: licencesOf(artifact),
          place: placeAt(`artifacts/${index}`),
          locations: locationsOf(artifact, layers),
          cataloger: textAt(artifact, 'foundBy'),
          owner: '',
        })),
      },
      notices,
    ),
  ]
}

/** Texts in old versions, objects since. */
const licencesOf = (artifact: Json): readonly string[] => {
  const stated = listAt(artifact, 'licenses').map((one) =>
    typeof one === 'string' ? one : textAt(one, 'spdxExpression') || textAt(one, 'value'),
  )
  return [...new Set(stated)].filter((licence) => licence !== '')
}

const locationsOf = (artifact: Json, layers: readonly string[]): readonly PackageLocation[] =>
  listAt(artifact, 'locations').flatMap((location): PackageLocation[] => {
    const path = textAt(location, 'path').replace(/^\/+/, '')
    return path === '' ? [] : [{ path, line: 1, layer: Math.max(0, layers.indexOf(textAt(location, 'layerID'))) }]
  })
