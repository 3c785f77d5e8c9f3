/** What all formats of SBOMs need: names of parts that stay the same, and ids that follow from the content. */
import { createHash } from 'node:crypto'
import type { PackageList } from '../../model/package-list.ts'
import type { Package } from '../../model/package.ts'

/** A name-based UUID (RFC 9562, version 5) of a document's content: the same content, the same id. */
export function uuidOf(content: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(content).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
/** Our own, made once at random. */
const NAMESPACE = Buffer.from('5b6c7e0a9f3d4c0e8a52c1d7e4b90f16', 'hex')

/** What the image is called: its first tag, else its id. */
export const nameOf = ({ id, names }: PackageList): string => names.find((name) => !isDigest(name)) ?? id
const isDigest = (name: string): boolean => /^sha\d+:/.test(name)

/** Manifest digest, else that of its configuration: what tells this image from its next version. */
export const versionOf = ({ manifest, names }: PackageList): string => manifest || (names.find(isDigest) ?? '')

/** `pkg:oci/web@sha256:...?repository_url=ghcr.io/team/web&tag=1.2`; undefined without a name and the digest of a manifest. */
export function imagePurl(list: PackageList): string | undefined {
  const [, repository, tag] = /^([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@.*)?$/.exec(nameOf(list)) ?? []
  const isNamed = list.names.some((name) => !isDigest(name))
  if (list.manifest === '' || !isNamed || repository === undefined) return undefined
  const name = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase()
  const query = [
    ...(repository.includes('/') ? [`repository_url=${encodeURIComponent(repository).replaceAll('%2F', '/')}`] : []),
    ...(tag === undefined ? [] : [`tag=${encodeURIComponent(tag)}`]),
  ]
  return `pkg:oci/${encodeURIComponent(name)}@${list.manifest.replace(':', '%3A')}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/** Gives each thing a name of its own: a second of the same name gets a number. */
export function uniquely(): (name: string) => string {
  const count = new Map<string, number>()
  return (name) => {
    const nth = (count.get(name) ?? 0) + 1
    count.set(name, nth)
    return nth === 1 ? name : uniqueAfter(count, name, nth)
  }
}
function uniqueAfter(count: Map<string, number>, name: string, from: number): string {
  let nth = from
  while (count.has(`${name}#${nth}`)) nth++
  count.set(`${name}#${nth}`, 1)
  return `${name}#${nth}`
}

/** Packages of the distribution -> those of other ecosystems that they brought. */
export function broughtBy({ packages }: PackageList): ReadonlyMap<string, readonly Package[]> {
  return Map.groupBy(
    packages.installed.filter(({ owner }) => owner !== undefined),
    ({ owner = '' }) => owner,
  )
}
