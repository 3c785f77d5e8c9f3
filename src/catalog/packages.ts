/** Finds of single files -> packages of the image: each once, with where it is, which layer brought it, and what was taken away again. */
import {
  systemTypes,
  type Package,
  type PackageFind,
  type PackageLocation,
  type PackagePart,
  type Packages,
  type RemovedPackage,
} from '../model/package.ts'
import type { Catalogued, FoundIn } from '../model/tree.ts'
import { canonicalName, purlOf, type Distribution } from './purl.ts'

/** One package in one file. */
interface Sighting {
  readonly find: PackageFind
  readonly file: FoundIn
  readonly cataloger: string
  /** The same for the same package, wherever it is found. */
  readonly key: string
}
interface PastSighting extends Sighting {
  readonly by: number
}

/** The packages of an image. `distribution` is what its os-release says: package URLs name it. */
export function packagesOf(
  { finds, past = [] }: Pick<Catalogued, 'finds' | 'past'>,
  distribution: Distribution = NOWHERE,
): Packages {
  const now = finds.flatMap(({ file, cataloger, finds: { packages = [] } }) =>
    packages.map((find): Sighting => ({ find, file, cataloger, key: keyOf(find) })),
  )
  const before = past.flatMap(({ file, cataloger, by, finds: { packages = [] } }) =>
    packages.flatMap((find): PastSighting[] =>
      find.declared ? [] : [{ find, file, cataloger, key: keyOf(find), by }],
    ),
  )
  const layerOf = layersOf(before)
  const partOf = partsOf(
    finds.flatMap(({ file, finds: { parts = [] } }) => parts.map((part) => ({ part, folder: folderOf(file) }))),
  )
  const join = (sightings: readonly Sighting[]): Package[] =>
    [...Map.groupBy(sightings, ({ key }) => key).values()]
      .map((same) => packageOf(same, layerOf, partOf, distribution))
      .toSorted(byName)
  const installed = join(now.filter(({ find }) => !find.declared))
  const there = new Set(now.flatMap(({ find, key }) => (find.declared ? [] : [key])))
  return {
    installed: withOwners(installed),
    declared: join(now.filter(({ find }) => find.declared)),
    removed: removedOf(
      before.filter(({ key }) => !there.has(key)),
      layerOf,
      distribution,
    ),
  }
}

const NOWHERE: Distribution = { id: '', version: '' }

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
/** By code units: the same everywhere, whatever the locale. */
const byName = (a: Package, b: Package): number =>
  compare(a.type, b.type) || compare(a.name, b.name) || compare(a.version, b.version) || compare(a.purl, b.purl)

function keyOf({ type, name, version, architecture, qualifiers }: PackageFind): string {
  const key = `${type}\0${canonicalName(type, name)}\0${version}\0${architecture}`
  return qualifiers ? [key, ...Object.entries(qualifiers).flat()].join('\0') : key
}

/**
 * The layer that brought a package: a database is written anew by every layer that installs something, so the package is as old as
 * the oldest state of the file that has held it ever since. A database may move (`lib/apk/db` to `usr/lib/apk/db`), a copy of another
 * package is one of its own.
 */
function layersOf(before: readonly PastSighting[]): (sighting: Sighting) => number {
  const states = new Map<string, Map<number, number>>()
  for (const sighting of before) {
    const { file, by } = sighting
    const key = stateOf(sighting)
    const held = states.get(key) ?? new Map<number, number>()
    // From the layer that hid this state to the one that had brought it.
    states.set(key, held.set(by, Math.min(held.get(by) ?? file.layer, file.layer)))
  }
  return (sighting) => {
    const held = states.size === 0 ? undefined : states.get(stateOf(sighting))
    let { layer } = sighting.file
    for (let older = held?.get(layer); older !== undefined && older < layer; older = held?.get(layer)) layer = older
    return layer
  }
}
const stateOf = ({ find, file, key }: Sighting): string => `${systemTypes.has(find.type) ? '' : file.path}\0${key}`

type Parts = (sighting: Sighting) => { readonly files: readonly string[]; readonly licences: readonly string[] }

const folderOf = ({ path }: FoundIn): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

function partsOf(parts: readonly { readonly part: PackagePart; readonly folder: string }[]): Parts {
  const groups = Map.groupBy(parts, ({ part: { type, name, beside }, folder }) =>
    beside ? `${type}\0\0${folder}` : `${type}\0${name}`,
  )
  return ({ find: { type, name, architecture, files = [], licences = [] }, file }) => {
    if (groups.size === 0) return { files, licences }
    const own = [...(groups.get(`${type}\0${name}`) ?? []), ...(groups.get(`${type}\0\0${folderOf(file)}`) ?? [])]
      .map(({ part }) => part)
      .filter((part) => part.architecture === undefined || part.architecture === architecture)
    return {
      files: own.length === 0 ? files : [...files, ...own.flatMap((part) => part.files ?? [])],
      licences: [...new Set([...licences, ...own.flatMap((part) => part.licences ?? [])])],
    }
  }
}

function packageOf(
  same: readonly Sighting[],
  layerOf: (sighting: Sighting) => number,
  partOf: Parts,
  distribution: Distribution,
): Package {
  const [first, ...rest] = same
    .map((sighting) => ({ sighting, location: locationOf(sighting, layerOf(sighting)) }))
    .toSorted((a, b) => compare(a.location.path, b.location.path) || a.location.line - b.location.line)
  if (!first) throw new Error('no package without a find')
  const { find, cataloger } = first.sighting
  const { type, name, version, architecture, source, sourceVersion } = find
  const parts = same.map(partOf)
  const licences = [...new Set(parts.flatMap((part) => part.licences))]
  const files = same.length === 1 ? (parts[0]?.files ?? []) : [...new Set(parts.flatMap((part) => part.files))]
  return {
    type,
    name,
    version,
    architecture,
    source,
    ...(sourceVersion !== undefined && { sourceVersion }),
    ...(licences.length > 0 && { licences }),
    ...(files.length > 0 && { files }),
    purl: purlOf(find, distribution),
    cataloger,
    locations: [first.location, ...rest.map(({ location }) => location)],
  }
}

const locationOf = ({ find, file }: Sighting, layer: number): PackageLocation => ({
  path: file.path,
  line: find.line,
  layer,
})

/** What a package of the distribution brought under its own name, another ecosystem knows under its: `python3-pip` and `pip` are both there. */
function withOwners(packages: readonly Package[]): readonly Package[] {
  const owners = new Map<string, string>()
  const languages = packages.filter(({ type }) => !systemTypes.has(type))
  if (languages.length === 0) return packages
  const evidence = new Set(languages.flatMap(({ locations }) => locations.map(({ path }) => path)))
  for (const { type, files = [], purl } of packages)
    if (systemTypes.has(type)) for (const file of files) if (evidence.has(file)) owners.set(file, purl)
  return packages.map((one) => {
    const owner = systemTypes.has(one.type) ? undefined : owners.get(one.locations[0].path)
    return owner === undefined ? one : { ...one, owner }
  })
}

/** Of each package the last state that held it tells which layer took it away. */
function removedOf(
  gone: readonly PastSighting[],
  layerOf: (sighting: Sighting) => number,
  distribution: Distribution,
): readonly RemovedPackage[] {
  const none: Parts = ({ find: { files = [], licences = [] } }) => ({ files, licences })
  return [...Map.groupBy(gone, ({ key }) => key).values()]
    .map((same): RemovedPackage => {
      const removedIn = same.reduce((last, { by }) => Math.max(last, by), 0)
      const last = same.filter(({ by }) => by === removedIn)
      return { ...packageOf(last, layerOf, none, distribution), removedIn }
    })
    .toSorted(byName)
}
