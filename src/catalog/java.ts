import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, tooMany } from './complaints.ts'
import { isRegular, sizeOf } from './entry.ts'
import { ARCHIVES, readArchive } from './java/archives.ts'
import { readPomProperties, type Coordinates } from './java/coordinates.ts'

/** Bytes of the smallest archive: an empty one. */
const MIN_SIZE = 22
const POM_PROPERTIES = '/pom.properties'
/** Bytes of one that is read. */
const MAX_POM = 2 ** 20
/** RAR archives have this ending, too. */
const RAR = Buffer.from('Rar!')

/**
 * Artifacts of Java: archives (jar, war, ear and their like) at any depth, each with all that is shaded into it, and the
 * `META-INF/maven` of applications that were unpacked. What an archive is, its Maven properties, its manifest or its name say, without
 * the network. Where nothing tells the group, it is the artifact again, as Maven 1 had it: package URLs must have one.
 */
export const java: Cataloger = {
  name: 'java',
  version: 1,
  body: 'parts',
  packages: true,
  names: ['pom.properties', ...[...ARCHIVES].map((ending) => `*.${ending}`)],
  wants(path, entry) {
    const dot = path.lastIndexOf('.')
    if (dot < 0 || path.length - dot > 11) return false
    if (path.endsWith(POM_PROPERTIES)) return path.includes('META-INF/maven/') && isRegular(entry)
    return ARCHIVES.has(path.slice(dot + 1).toLowerCase()) && isRegular(entry) && sizeOf(entry) >= MIN_SIZE
  },
  parse(file) {
    const complaints = complaintsAbout(file)
    const { content, path } = file
    const packages = new Map<string, PackageFind>()
    const found = (coordinates: Coordinates): void => {
      const find = findOf(coordinates)
      const key = [find.name, find.version, coordinates.classifier].join('\0')
      const held = packages.get(key)
      if (packages.size >= MAX_FINDS && !held) tooMany(complaints, 1, 'artifacts')
      else if (!held?.licences) packages.set(key, find)
    }
    if (path.endsWith(POM_PROPERTIES)) {
      const body = Buffer.alloc(Math.min(content.size, MAX_POM))
      const coordinates = readPomProperties(body.subarray(0, content.read(body, 0)))
      if (coordinates) found(coordinates)
    } else {
      const first = Buffer.alloc(Math.min(content.size, RAR.length))
      content.read(first, 0)
      if (!first.equals(RAR))
        readArchive(content, path.slice(path.lastIndexOf('/') + 1), {
          found,
          problem: (where, what) =>
            complaints.add(
              'java-archive-unreadable',
              1,
              `${where.length > 1 ? `In the archive, ${nameOf(where.slice(1))}` : 'The archive'} ${what}, so which artifacts it holds is not known. Build it again, or leave it out.`,
              true,
            ),
        })
    }
    return { value: packages.size > 0 ? { packages: [...packages.values()] } : {}, notices: complaints.notices }
  },
}

const findOf = ({ group, artifact, version, classifier, licences }: Coordinates): PackageFind => ({
  type: 'maven',
  name: `${group}:${artifact}`,
  version,
  architecture: '',
  source: '',
  ...(licences && { licences }),
  ...(classifier !== undefined && { qualifiers: { classifier } }),
  line: 1,
})

/** Names come from the archive: what would break a line is left out, and long ones are cut. */
const nameOf = (where: readonly string[]): string =>
  where
    .map((name) => name.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(-100))
    .join('!')
    .slice(-300)
