/** A part as an SBOM of any format names it -> a package. */
import type { Notice } from '../../model/notice.ts'
import type { Package, PackageLocation } from '../../model/package.ts'
import type { ListedDistribution, PackageList } from '../../model/package-list.ts'
import type { Place } from '../../model/place.ts'
import type { LayerRecord } from '../../model/tree.ts'
import { MAX_FINDS, MAX_WORD } from '../complaints.ts'
import { canonicalName, findOfPurl, purlOf } from '../purl.ts'

/** What of a part is read. Empty where it is not said. */
export interface Part {
  readonly purl: string
  readonly name: string
  readonly version: string
  readonly licences: readonly string[]
  /** Where it stands in the SBOM. */
  readonly place: Place
  /** Where it was found in the image, as the SBOM has it. */
  readonly locations: readonly PackageLocation[]
  /** What found it. */
  readonly cataloger: string
  /** Package URL of the package of the distribution that brought it. */
  readonly owner: string
}

/** One image that an SBOM tells of. */
export interface SbomImage {
  readonly list: PackageList
  /** Where each package stands in the SBOM. */
  readonly places: ReadonlyMap<Package, Place>
  /** Plimsoll wrote it: what it does not say of a package is not so. */
  readonly ours: boolean
}
/** What a format knows of one image. `id` is the first of its names, and may be empty. */
export interface Described extends Pick<PackageList, 'id' | 'names' | 'manifest' | 'kind'> {
  readonly distribution: ListedDistribution | undefined
  readonly layers: readonly LayerRecord[]
  readonly parts: readonly Part[]
  readonly ours?: boolean
}

/** Of all parts that are packages. What is none is counted and told. */
export function imageOfParts(file: string, about: Described, notices: Notice[]): SbomImage {
  const places = new Map<Package, Place>()
  const seen = new Set<string>()
  const unnamed: Place[] = []
  const unread: Place[] = []
  for (const part of about.parts.slice(0, MAX_FINDS)) {
    const found = isLong(part) ? undefined : packageOf(part)
    if (!found) {
      unread.push(part.place)
      continue
    }
    if (found.purl !== part.purl) unnamed.push(part.place)
    if (seen.has(found.purl)) continue
    seen.add(found.purl)
    places.set(found, part.place)
  }
  const count = (places: readonly Place[]): string => `${places.length} part${places.length === 1 ? '' : 's'}`
  const [firstUnnamed] = unnamed
  if (firstUnnamed)
    notices.push({
      id: 'sbom-part-without-purl',
      place: firstUnnamed,
      message: `${count(unnamed)} of this SBOM, from here on, have no package URL that can be read, so of what kind they are is not known: they were taken as generic packages, and rules that ask for a kind do not see them. Have the SBOM made with package URLs.`,
      lost: false,
    })
  const [firstUnread] = unread
  if (firstUnread)
    notices.push({
      id: 'sbom-part-unread',
      place: firstUnread,
      message: `${count(unread)} of this SBOM, from here on, have no name and no package URL that can be read, or words of more than ${MAX_WORD} characters, so they were left out. Have the SBOM made anew.`,
      lost: true,
    })
  if (about.parts.length > MAX_FINDS)
    notices.push({
      id: 'too-many-records',
      place: about.parts[MAX_FINDS]?.place ?? { file, line: 1, column: 1 },
      message: `The SBOM holds more than ${MAX_FINDS} parts; those from here on were not read. No real image has as many: check where it comes from.`,
      lost: true,
    })
  const installed = [...places.keys()].toSorted(
    (a, b) =>
      compare(a.type, b.type) || compare(a.name, b.name) || compare(a.version, b.version) || compare(a.purl, b.purl),
  )
  const { id, names, manifest, kind, layers } = about
  const distribution = about.distribution ?? distributionIn(about.parts)
  return {
    list: {
      id,
      names,
      manifest,
      target: file,
      kind,
      ...(distribution && { distribution }),
      layers,
      packages: { installed, declared: [], removed: [] },
    },
    places,
    ours: about.ours === true,
  }
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isLong = ({ name, version, purl }: Part): boolean =>
  name.length > MAX_WORD || version.length > MAX_WORD || purl.length > 4 * MAX_WORD

/** Undefined where it has neither a package URL that can be read nor a name. */
function packageOf(part: Part): Package | undefined {
  const find = findOfPurl(part.purl)
  const known = find ?? (part.name === '' ? undefined : genericOf(part))
  if (!known) return undefined
  const [first, ...rest] = part.locations
  const itself: PackageLocation = { path: part.place.file, line: part.place.line, layer: 0 }
  return {
    ...known,
    // Package URLs have one spelling for all: the name beside it is the package's own.
    ...(find && canonicalName(find.type, part.name) === find.name && { name: part.name }),
    purl: find ? part.purl : purlOf({ ...known }, NOWHERE),
    ...(part.licences.length > 0 && { licences: part.licences }),
    ...(part.owner !== '' && { owner: part.owner }),
    cataloger: part.cataloger === '' ? 'sbom' : part.cataloger,
    locations: first ? [first, ...rest] : [itself],
  }
}
const NOWHERE = { id: '', version: '' }
const genericOf = ({ name, version }: Part) => ({
  type: 'generic' as const,
  name,
  version,
  architecture: '',
  source: '',
})

/** Where no part is the operating system, packages of the distribution say which it is: `distro=debian-12`. */
function distributionIn(parts: readonly Part[]): ListedDistribution | undefined {
  for (const { purl } of parts) {
    const distro = /^pkg:(?:deb|rpm|apk)\/.*[?&]distro=([a-z][a-z_]*(?:-[a-z]+)*)-(\d[\w.]*)(?:&|#|$)/.exec(purl)
    if (distro?.[1] !== undefined && distro[2] !== undefined)
      return { id: distro[1], version: distro[2], name: `${distro[1]} ${distro[2]}` }
  }
  return undefined
}
