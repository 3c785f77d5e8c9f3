/** Package URLs (github.com/package-url/purl-spec): one name for a package in every tool. */
import { PackageURL } from 'packageurl-js'
import { packageTypes, type PackageFind, type PackageType } from '../model/package.ts'

/** What of the image a package URL says besides the package. */
export interface Distribution {
  /** ID of os-release(5): `debian`; empty where it is not known. */
  readonly id: string
  /** VERSION_ID. */
  readonly version: string
}

/** Types of packages of a distribution, and what their namespace is where the image does not tell; those below in SEPARATORS have their own. */
const VENDORS: ReadonlyMap<string, string> = new Map([
  ['alpm', 'arch'],
  ['apk', 'alpine'],
  ['deb', 'debian'],
  ['ebuild', ''],
  ['opkg', ''],
  ['rpm', ''],
])
/** What stands between namespace and name, as the ecosystem writes them together. */
const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ['composer', '/'],
  ['github', '/'],
  ['golang', '/'],
  ['maven', ':'],
  ['npm', '/'],
  ['swift', '/'],
  ['cpan', '/'],
  ['ebuild', '/'],
  ['hex', '/'],
])

/**
 * The name as package URLs have it. Registries take several spellings for one name: PyPI any case and any run of `-`, `_` and `.`
 * (PEP 503), Packagist any case. Two finds of one package must not be two packages.
 */
export const canonicalName = (type: PackageType, name: string): string =>
  type === 'pypi' ? name.toLowerCase().replace(/[-_.]+/g, '-') : type === 'composer' ? name.toLowerCase() : name

export function purlOf(find: Omit<PackageFind, 'line'>, distribution: Distribution): string {
  const vendor = VENDORS.get(find.type)
  const separator = SEPARATORS.get(find.type)
  const cut = separator === undefined ? -1 : find.name.lastIndexOf(separator)
  const own = vendor === undefined || separator !== undefined
  const namespace = own ? find.name.slice(0, Math.max(0, cut)) : distribution.id || vendor
  const epoch = find.type === 'rpm' ? /^(\d+):/.exec(find.version)?.[1] : undefined
  const distro = [distribution.id, distribution.version].filter(Boolean).join('-')
  const qualifiers: Record<string, string> = {
    ...(vendor !== undefined && find.architecture !== '' && { arch: find.architecture }),
    ...(vendor !== undefined && distro !== '' && { distro }),
    ...(epoch !== undefined && { epoch }),
    ...(vendor !== undefined &&
      (find.source !== '' || find.sourceVersion !== undefined) && { upstream: upstreamOf(find) }),
    ...find.qualifiers,
  }
  const version = epoch === undefined ? find.version : find.version.slice(epoch.length + 1)
  const rest = [
    version === '' ? undefined : version,
    Object.keys(qualifiers).length === 0 ? undefined : qualifiers,
  ] as const
  // A part of a pod (`AFNetworking/Security`) is a subpath.
  const part = find.type === 'cocoapods' ? find.name.indexOf('/', 1) : -1
  const name = canonicalName(find.type, find.name).slice(cut + 1, part < 0 ? undefined : part)
  const subpath = part < 0 ? undefined : find.name.slice(part + 1)
  try {
    return new PackageURL(find.type, namespace === '' ? undefined : namespace, name, ...rest, subpath).toString()
  } catch {
    // What its type does not allow (a pin of Swift without a version, a name that nobody could publish) is there all the same.
    return new PackageURL('generic', undefined, find.name, ...rest, undefined).toString()
  }
}

/** The source package as other tools write it: `glibc`, `glibc@2.36-9` where its version differs. */
const upstreamOf = ({ name, source, sourceVersion }: Omit<PackageFind, 'line'>): string =>
  sourceVersion === undefined ? source : `${source || name}@${sourceVersion}`

/** What a package URL says, the other way round. */
export type PurlFind = Omit<PackageFind, 'line' | 'declared' | 'licences' | 'files'>

/**
 * Reads a package URL as `purlOf` writes them, and as other tools do. Of a type that is none of ours the package is `generic`, under its
 * whole name. Undefined where it is no package URL.
 */
export function findOfPurl(purl: string): PurlFind | undefined {
  let url: PackageURL
  try {
    url = PackageURL.fromString(purl)
  } catch {
    return undefined
  }
  const type = packageTypes.find((one) => one === url.type)
  const { arch = '', distro: _, epoch, upstream = '', ...rest } = url.qualifiers ?? {}
  const isSystem = type !== undefined && VENDORS.has(type)
  const [, source = '', sourceVersion] = /^([^@]*)(?:@(.*))?$/s.exec(isSystem ? upstream : '') ?? []
  const others = isSystem ? rest : (url.qualifiers ?? {})
  return {
    type: type ?? 'generic',
    name: nameIn(type, url.namespace ?? '', url.name) + (type === 'cocoapods' && url.subpath ? `/${url.subpath}` : ''),
    version: (isSystem && epoch !== undefined ? `${epoch}:` : '') + (url.version ?? ''),
    architecture: isSystem ? arch : '',
    source: source === url.name ? '' : source,
    ...(sourceVersion !== undefined && { sourceVersion }),
    ...(Object.keys(others).length > 0 && { qualifiers: others }),
  }
}

function nameIn(type: PackageType | undefined, namespace: string, name: string): string {
  if (namespace === '' || (type !== undefined && VENDORS.has(type) && !SEPARATORS.has(type))) return name
  return `${namespace}${(type && SEPARATORS.get(type)) ?? '/'}${name}`
}
