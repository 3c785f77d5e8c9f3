/**
 * Where a finding is, as SARIF 2.1.0 says it (sections 3.28 to 3.33) and as GitHub takes it: a relative, percent-encoded
 * path with a region. GitHub refuses `debian:12` (a scheme to it), which the official schema and validator accept.
 */
import type { Location, LogicalLocation, PhysicalLocation, Region } from 'sarif'
import type { Finding } from '../../model/finding.ts'
import type { Place } from '../../model/place.ts'
import type { Result } from '../../model/result.ts'
import { shown } from '../escape.ts'
import { steps } from '../reason.ts'
import type { ReportOptions } from '../report.ts'
import { imageAt, instructionAt, where } from '../where.ts'
import { message } from './message.ts'

/** The root of the repository; which folder that is, is for the reader to know. */
export const ROOT = '%SRCROOT%'
/** The scan that findings belong to. */
export interface Scan {
  readonly result: Result
  /** Ids of the subjects that are containers, not images by themselves. */
  readonly containers: ReadonlySet<string>
  /** What subjects are that are neither container nor image: a project, an object of a cluster. */
  readonly kinds?: ReadonlyMap<string, string>
  readonly options: ReportOptions
}

/** The first repository file of a finding: its own place, else its reasons', else one that those came from. */
export function repositoryPlace({ place, because }: Finding): Place | undefined {
  if (isInRepository(place)) return place
  const chains = because.map(steps)
  const places = [...chains.flatMap((chain) => chain.slice(0, 1)), ...chains.flatMap((chain) => chain.slice(1))]
  return places.map((step) => step.place).find(isInRepository)
}
const isInRepository = (place: Place): boolean => place.in === undefined && place.file !== ''

/** `locations[0]`: a repository file with its region, else `<image>/<path in the image>` line 1. */
export function mainLocation(scan: Scan, finding: Finding): Location {
  const place = repositoryPlace(finding)
  const physicalLocation: PhysicalLocation = place
    ? physical(scan, place)
    : { artifactLocation: { uri: uri(scan, finding.place) }, region: { startLine: 1 } }
  return { physicalLocation, logicalLocations: logical(scan, finding) }
}

/** Any place: of a repository file under the root, of an image's file below the image's name. */
export const physical = (scan: Scan, place: Place): PhysicalLocation => ({
  artifactLocation: { uri: uri(scan, place), ...(place.in === undefined && { uriBaseId: ROOT }) },
  region: region(place),
})

/** A relative URI reference (RFC 3986, section 4.2) without scheme, dot segments and leading slash. */
export function uri({ result, options }: Scan, place: Place): string {
  const segments = (path: string): string[] =>
    path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
  const path =
    place.in === undefined
      ? segments(options.repositoryPath?.(place.file) ?? place.file)
      : [imageAt(result, place)?.id ?? shortName(place.in), ...segments(place.file)]
  const encoded = path.map((segment) => encodeURIComponent(segment.toWellFormed())).filter((segment) => segment !== '')
  return encoded.length > 0 ? encoded.join('/') : 'input'
}
/** The last part of a reference or file name, without tag and digest. */
const shortName = (name: string): string => {
  const last = name.replace(/@.*$/s, '').split('/').at(-1) ?? ''
  const short = last.replace(/:.*$/s, '')
  return /^\.*$/.test(short) ? 'image' : short
}

function region({ line, column, endLine, endColumn }: Place): Region {
  const startLine = Math.max(1, line)
  const startColumn = Math.max(1, column)
  const end = endLine ?? startLine
  // An end before the start would make the whole file invalid (SARIF1007).
  if (end < startLine || (end === startLine && endColumn !== undefined && endColumn < startColumn))
    return { startLine, startColumn }
  return {
    startLine,
    startColumn,
    ...(endLine !== undefined && { endLine }),
    ...(endColumn !== undefined && { endColumn }),
  }
}

/** Most places of one kind: GitHub shows 100 of a result. */
export const MOST_LOCATIONS = 100

/** The containers it is true of; and image, layer and path of a finding in an image. */
function logical({ result, containers, kinds }: Scan, { subjects, place }: Finding): LogicalLocation[] {
  const named = subjects
    .filter((id) => place.in === undefined || containers.has(id) || !result.images.some((each) => each.id === id))
    .slice(0, MOST_LOCATIONS)
    .map((id): LogicalLocation => {
      const isImage = !containers.has(id) && result.images.some((each) => each.id === id)
      const kind = isImage ? 'image' : ((containers.has(id) ? undefined : kinds?.get(id)) ?? 'container')
      return { name: name(id.split('/').at(-1) ?? id), fullyQualifiedName: name(id), kind }
    })
  if (place.in === undefined) return named
  const image = imageAt(result, place)
  const known = image?.facts.digest
  const digest = known === undefined || known.how === 'unknown' ? '' : known.value
  const whole = name((image?.id ?? place.in) + (digest === '' ? '' : `@${digest}`))
  const instruction = instructionAt(result, place)
  return [
    ...named,
    { name: name(image?.id ?? place.in), fullyQualifiedName: whole, kind: 'image' },
    ...(place.layer === undefined
      ? []
      : [
          {
            name: `layer ${place.layer}`,
            fullyQualifiedName: `${whole}#layer=${place.layer}`,
            kind: 'layer',
            ...(instruction !== '' && { properties: { instruction: shown(instruction, 200) } }),
          },
        ]),
    { name: name(place.file), fullyQualifiedName: `${whole}:/${name(place.file)}`, kind: 'file' },
  ]
}
const name = (text: string): string => shown(text, 500) || 'unnamed'

/** The places of the facts in its chain of reasons, each with what is known there, and its own place if that is in an image. */
export function relatedLocations(scan: Scan, finding: Finding, most: number): Location[] {
  const own = finding.place.in === undefined ? [] : [{ place: finding.place, text: `found at ${where(finding.place)}` }]
  const all = [...own, ...finding.because.flatMap((reason) => steps(reason))].filter(({ place }) => place.file !== '')
  const seen = new Set<string>()
  const locations: Location[] = []
  for (const { place, text } of all) {
    const key = JSON.stringify([where(place), text])
    if (seen.has(key) || locations.length === most) continue
    seen.add(key)
    locations.push({
      id: locations.length + 1,
      physicalLocation: physical(scan, place),
      message: { text: message(text) },
    })
  }
  return locations
}

/** What was given as an option stands in no file; its place begins with a dash. */
export const isFile = ({ file }: Place): boolean => file !== '' && !file.startsWith('-')
