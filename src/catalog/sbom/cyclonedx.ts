/** CycloneDX as JSON, 1.2 to 1.7 (https://cyclonedx.org/docs/1.6/json/), of Plimsoll and of other tools -> images. */
import type { Notice } from '../../model/notice.ts'
import type { PackageLocation } from '../../model/package.ts'
import type { ListedDistribution } from '../../model/package-list.ts'
import type { Place } from '../../model/place.ts'
import type { LayerRecord } from '../../model/tree.ts'
import { at, listAt, textAt, type Json } from './json.ts'
import { imageOfParts, type Part, type SbomImage } from './part.ts'

/** Lists whose objects have a place. */
export const LISTS: ReadonlySet<string> = new Set(['components'])
const MAX_DEPTH = 64
/** Components that are no package by themselves. A container that is a part holds packages; a file belongs to one. */
const NO_PACKAGES = new Set([
  'container',
  'operating-system',
  'file',
  'data',
  'device',
  'platform',
  'machine-learning-model',
])

interface Found {
  readonly component: Json
  readonly place: Place
}
/** @param placeAt where the object of that path stands. */
export function readCycloneDx(
  file: string,
  bom: Json,
  placeAt: (path: string) => Place,
  notices: Notice[],
): readonly SbomImage[] {
  const kind = `CycloneDX ${textAt(bom, 'specVersion')}`.trim()
  const main = at(at(bom, 'metadata'), 'component')
  const components = listAt(bom, 'components')
  const found = components.map((component, index): Found => ({ component, place: placeAt(`components/${index}`) }))
  const isSeveral = main === undefined && components.some((one) => textAt(one, 'type') === 'container')
  const images = isSeveral
    ? components.flatMap((one, index) => (textAt(one, 'type') === 'container' ? [index] : []))
    : []
  const walk = (from: Json, path: string): readonly Found[] => flat(listAt(from, 'components'), path, placeAt, notices)
  if (images.length > 0)
    return images.map((index) =>
      imageOf(file, kind, components[index], walk(components[index], `components/${index}/components`), notices),
    )
  const all = [...flat(components, 'components', placeAt, notices)]
  return [imageOf(file, kind, main, all.length > 0 ? all : found, notices)]
}

/** Components with all that they hold. */
function flat(
  components: readonly Json[],
  path: string,
  placeAt: (path: string) => Place,
  notices: Notice[],
): readonly Found[] {
  const found: Found[] = []
  const walk = (list: readonly Json[], below: string, depth: number): void => {
    for (const [index, component] of list.entries()) {
      const here = `${below}/${index}`
      found.push({ component, place: placeAt(here) })
      const inner = listAt(component, 'components')
      if (inner.length === 0) continue
      if (depth < MAX_DEPTH) walk(inner, `${here}/components`, depth + 1)
      else
        notices.push({
          id: 'sbom-too-deep',
          place: placeAt(here),
          message: `Components are nested more than ${MAX_DEPTH} deep here; those below were not read. Have the SBOM made anew.`,
          lost: true,
        })
    }
  }
  walk(components, path, 1)
  return found
}

function imageOf(file: string, kind: string, main: Json, found: readonly Found[], notices: Notice[]): SbomImage {
  const system = found.find(({ component }) => textAt(component, 'type') === 'operating-system')
  const isContainer = textAt(main, 'type') === 'container'
  const name = textAt(main, 'name')
  const version = textAt(main, 'version')
  const own = propertiesOf(main)
  const owners = new Map(found.map(({ component }) => [textAt(component, 'bom-ref'), textAt(component, 'purl')]))
  const names = [
    ...(own.get('plimsoll:name') ?? []),
    ...(own.get('aquasecurity:trivy:RepoTag') ?? []),
    ...(own.get('aquasecurity:trivy:RepoDigest') ?? []),
    ...(own.get('aquasecurity:trivy:ImageID') ?? []),
    ...(isContainer && !own.has('plimsoll:name') ? [name, version.startsWith('sha256:') ? version : ''] : []),
  ]
  return imageOfParts(
    file,
    {
      id: name,
      names: [...new Set(names)].filter((one) => one !== ''),
      manifest: textAt(main, 'purl').startsWith('pkg:oci/') ? version : '',
      kind,
      distribution: system && distributionOf(system.component),
      layers: layersOf(own),
      ours: own.has('plimsoll:name') || found.some(({ component }) => propertiesOf(component).has('plimsoll:evidence')),
      parts: found.flatMap(({ component, place }) => (isPackage(component) ? [partOf(component, place, owners)] : [])),
    },
    notices,
  )
}

/** An application without version and package URL is what its parts were found in: a lock file, a folder. */
function isPackage(component: Json): boolean {
  if (textAt(component, 'purl') !== '') return true
  const type = textAt(component, 'type')
  return !NO_PACKAGES.has(type) && (type !== 'application' || textAt(component, 'version') !== '')
}

function partOf(component: Json, place: Place, owners: ReadonlyMap<string, string>): Part {
  const own = propertiesOf(component)
  const one = (name: string): string => own.get(name)?.[0] ?? ''
  const group = textAt(component, 'group')
  const name = textAt(component, 'name')
  return {
    purl: textAt(component, 'purl'),
    name: group === '' ? name : `${group}/${name}`,
    version: textAt(component, 'version'),
    licences: licencesOf(component),
    place,
    locations: locationsOf(component, Number(one('plimsoll:layer'))),
    cataloger: one('plimsoll:evidence'),
    owner: owners.get(one('plimsoll:owner')) ?? '',
  }
}

const propertiesOf = (component: Json): ReadonlyMap<string, readonly string[]> => {
  const named = new Map<string, string[]>()
  for (const property of listAt(component, 'properties')) {
    const name = textAt(property, 'name')
    const values = named.get(name)
    if (values) values.push(textAt(property, 'value'))
    else named.set(name, [textAt(property, 'value')])
  }
  return named
}

function licencesOf(component: Json): readonly string[] {
  const stated = listAt(component, 'licenses').map((choice) => {
    const licence = at(choice, 'license')
    return textAt(choice, 'expression') || textAt(licence, 'id') || textAt(licence, 'name')
  })
  return [...new Set(stated)].filter((licence) => licence !== '')
}

/** Only Plimsoll says of occurrences which layer they are in: `layer 3`. */
function locationsOf(component: Json, layer: number): readonly PackageLocation[] {
  const first = Number.isSafeInteger(layer) && layer >= 0 ? layer : 0
  return listAt(at(component, 'evidence'), 'occurrences').flatMap((occurrence): PackageLocation[] => {
    const path = textAt(occurrence, 'location')
    const line = at(occurrence, 'line')
    const said = /^layer (\d{1,6})$/.exec(textAt(occurrence, 'additionalContext'))?.[1]
    return path === ''
      ? []
      : [
          {
            path,
            line: typeof line === 'number' && line > 0 ? line : 1,
            layer: said === undefined ? first : Number(said),
          },
        ]
  })
}

const distributionOf = (component: Json): ListedDistribution => {
  const [id, version] = [textAt(component, 'name'), textAt(component, 'version')]
  const endOfLife = propertiesOf(component).get('plimsoll:end-of-life')?.[0]
  return {
    id,
    version,
    name: textAt(component, 'description') || `${id} ${version}`.trim(),
    ...(endOfLife !== undefined && { endOfLife }),
  }
}

const MAX_LAYERS = 1000
/** As Plimsoll writes them: `plimsoll:layer:3:instruction`. */
function layersOf(own: ReadonlyMap<string, readonly string[]>): readonly LayerRecord[] {
  const layers: LayerRecord[] = []
  for (let index = 0; index < MAX_LAYERS; index++) {
    const about = (what: string): string | undefined => own.get(`plimsoll:layer:${index}:${what}`)?.[0]
    const instruction = about('instruction')
    const diffId = about('diff-id')
    if (instruction === undefined && diffId === undefined) break
    layers.push({ index, digest: about('digest') ?? '', diffId: diffId ?? '', size: 0, instruction: instruction ?? '' })
  }
  return layers
}
