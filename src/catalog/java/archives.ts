/** Archives of Java, and archives in them: what each says of itself and of what is in it. */
import type { Content } from '../../model/tree.ts'
import { openZip, type InflateBudget, type Zip, type ZipEntry } from '../format/zip.ts'
import { licencesOfPom, readPom, readPomProperties, type Coordinates } from './coordinates.ts'
import { identify } from './identify.ts'
import { readManifest } from './manifest.ts'

/** How deep archives stand in archives: a web archive in an enterprise archive in an installer has libraries at 3. */
const MAX_DEPTH = 8
/** Archives in one file, all in all. */
const MAX_ARCHIVES = 20_000
/** poms in one archive: the largest shaded ones have some hundreds. */
const MAX_POMS = 10_000
/** Bytes of one that is read whole. Manifests of signed archives list all of their files. */
const MAX_POM = 2 ** 20
const MAX_MANIFEST = 2 ** 23
/** Bytes that may be inflated for one file of the image, and that may be held of it at once. */
const MAX_INFLATED = 2 ** 31
const MAX_HELD = 2 ** 26

/** Endings of archives: libraries, web and enterprise applications, connectors, plug-ins of Jenkins, Karaf, Liferay, JBoss, Android and NiFi. */
export const ARCHIVES: ReadonlySet<string> = new Set(
  'jar war ear par sar rar hpi jpi kar lpkg har aar nar eba'.split(' '),
)
const MANIFEST = 'META-INF/MANIFEST.MF'
const POMS = 'META-INF/maven/'

export interface Reading {
  /** What is in the archive and in those in it, in the order of its directory. */
  found(coordinates: Coordinates): void
  /** `where`: names of the archives on the way, from the file's; `lost`: something may be missed. */
  problem(where: readonly string[], what: string): void
}

/** Reads the archive that a file of the image is. `name` is the file's, without its folder. */
export function readArchive(content: Content, name: string, reading: Reading): void {
  const budget = { left: MAX_INFLATED, memory: MAX_HELD, archives: MAX_ARCHIVES }
  readOne(content, [name], budget, reading)
}

function readOne(
  content: Content,
  where: readonly string[],
  budget: InflateBudget & { archives: number },
  reading: Reading,
): void {
  const zip = openZip(content)
  if (typeof zip === 'string') return reading.problem(where, zip)
  const manifests: ZipEntry[] = []
  const poms: ZipEntry[] = []
  const inner: ZipEntry[] = []
  const damaged = sort(zip, (entry) => {
    if (isManifest(entry.name)) manifests.push(entry)
    else if (ARCHIVES.has(endingOf(entry.name))) inner.push(entry)
    else if (poms.length < MAX_POMS) poms.push(entry)
  })
  if (damaged !== undefined) reading.problem(where, damaged)

  const read = (entry: ZipEntry, most: number): Buffer => {
    const body = zip.read(entry, most, budget)
    if (typeof body !== 'string') return body
    reading.problem([...where, entry.name], body)
    return Buffer.alloc(0)
  }
  const [first] = manifests
  const manifest = first ? readManifest(read(first, MAX_MANIFEST)) : new Map<string, string>()
  const found = readPoms(poms, (entry) => read(entry, MAX_POM))
  const stem = stemOf(where.at(-1) ?? '')
  const own = identify({ stem, manifest, poms: found.map((one) => one.coordinates), classes: () => commonFolder(zip) })
  for (const { coordinates, folder } of found) {
    const isOwn = own !== undefined && own.group === coordinates.group && own.artifact === coordinates.artifact
    if (!isOwn || own.version !== coordinates.version) reading.found(coordinates)
    else reading.found(licensed(own, poms, folder, manifest, read))
  }
  if (
    own &&
    !found.some(
      ({ coordinates: { group, artifact, version } }) =>
        group === own.group && artifact === own.artifact && version === own.version,
    )
  )
    reading.found(licensed(own, poms, undefined, manifest, read))

  for (const entry of inner.toSorted((a, b) => a.header - b.header)) {
    const inside = [...where, entry.name]
    if (where.length >= MAX_DEPTH) return reading.problem(inside, `stands more than ${MAX_DEPTH} archives deep`)
    if (--budget.archives < 0)
      return reading.problem(inside, `is one of more than ${MAX_ARCHIVES} archives in one file`)
    if (entry.size === 0) continue
    const opened = zip.open(entry, budget)
    if (typeof opened === 'string') {
      reading.problem(inside, opened)
      continue
    }
    readOne(opened.content, inside, budget, reading)
    opened.done()
  }
}

/** Hands out the entries that matter; the text says what is wrong with the directory. */
function sort(zip: Zip, take: (entry: ZipEntry) => void): string | undefined {
  const entries = zip.entries(isWanted)
  for (let next = entries.next(); ; next = entries.next()) {
    if (next.done) return next.value
    const { name } = next.value
    if (isManifest(name) || isPom(name) || ARCHIVES.has(endingOf(name))) take(next.value)
  }
}

/** Asked for every class of every archive: looks at the last bytes of the name only. */
function isWanted(bytes: Buffer, start: number, end: number): boolean {
  const last = (bytes[end - 1] ?? 0) | 0x20
  // MANIFEST.MF; pom.properties and .pom.xml below META-INF or alone; endings of archives: all have a dot there, or their own last letters.
  if (last === 0x2f) return false
  const third = bytes[end - 4]
  if (third === 0x2e) return true
  return (
    (last === 0x66 && bytes[end - 3] === 0x2e) ||
    (last === 0x73 && end - start >= 14 && bytes[end - 11] === 0x2e && bytes[end - 14] === 0x70) ||
    (last === 0x67 && bytes[end - 5] === 0x2e)
  )
}

const isManifest = (name: string): boolean => name.length === MANIFEST.length && name.toUpperCase() === MANIFEST

/** Below META-INF/maven, of the archive or of the classes that an application keeps in a folder; or where the archive begins. */
function isPom(name: string): boolean {
  if (!name.endsWith('pom.properties') && !name.endsWith('pom.xml')) return false
  const cut = name.lastIndexOf('/')
  const file = name.slice(cut + 1)
  if (file !== 'pom.properties' && file !== 'pom.xml') return false
  const at = name.indexOf(POMS)
  return cut < 0
    ? file === 'pom.properties'
    : at === 0 || (at > 0 && /^(?:WEB|BOOT|APP)-INF\/classes\/$/.test(name.slice(0, at)))
}

/** Those of the properties; of a pom.xml only where no properties stand beside it. */
function readPoms(
  poms: readonly ZipEntry[],
  read: (entry: ZipEntry) => Buffer,
): readonly { coordinates: Coordinates; folder: string }[] {
  const folders = new Set<string>()
  const found: { coordinates: Coordinates; folder: string }[] = []
  for (const kind of ['pom.properties', 'pom.xml'])
    for (const entry of poms) {
      const folder = entry.name.slice(0, -kind.length)
      if (!entry.name.endsWith(kind) || folders.has(folder)) continue
      const coordinates = kind === 'pom.xml' ? readPom(read(entry)) : readPomProperties(read(entry))
      if (!coordinates) continue
      folders.add(folder)
      found.push({ coordinates, folder })
    }
  return found
}

/** The archive's own coordinates with the licences that its pom or its manifest states. */
function licensed(
  own: Coordinates,
  poms: readonly ZipEntry[],
  folder: string | undefined,
  manifest: ReadonlyMap<string, string>,
  read: (entry: ZipEntry, most: number) => Buffer,
): Coordinates {
  const entry = folder === undefined ? undefined : poms.find(({ name }) => name === `${folder}pom.xml`)
  const ofPom = own.licences ?? (entry ? licencesOfPom(read(entry, MAX_POM)) : [])
  const licences = ofPom.length > 0 ? ofPom : licencesOf(manifest)
  return licences.length > 0 ? { ...own, licences } : own
}

/** OSGi's Bundle-License: `Apache-2.0;link="https://..."`, several after commas; addresses and `<<EXTERNAL>>` name no licence. */
const licencesOf = (manifest: ReadonlyMap<string, string>): readonly string[] =>
  (manifest.get('bundle-license') ?? '')
    .slice(0, 4096)
    .replace(/;[^,]*?"[^"]*"/g, '')
    .split(',')
    .map((clause) => (clause.split(';', 1)[0] ?? '').trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => /^[\w .()+-]+$/.test(name))

/** The longest folder that all classes of the archive share; empty where there is none. */
function commonFolder(zip: Zip): string {
  let shared: string[] | undefined
  for (const { name } of zip.entries((bytes, _, end) => bytes[end - 1] === 0x73 && bytes[end - 6] === 0x2e)) {
    if (!name.endsWith('.class') || name.startsWith('META-INF/') || !name.includes('/')) continue
    const folders = name.split('/').slice(0, -1)
    const held: string[] = shared ?? folders
    const differs = held.findIndex((folder, index) => folder !== folders[index])
    shared = differs < 0 ? held : held.slice(0, differs)
    if (shared.length === 0) break
  }
  return (shared ?? []).join('/')
}

const endingOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase()
function stemOf(name: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1)
  const dot = file.lastIndexOf('.')
  return dot > 0 ? file.slice(0, dot) : file
}
