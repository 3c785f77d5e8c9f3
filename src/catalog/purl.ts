/** Package URLs (github.com/package-url/purl-spec): one name for a package in every tool. */
import { PackageURL } from 'packageurl-js'
import type { PackageFind } from '../model/package.ts'

/** What of the image a package URL says besides the package. */
export interface Distribution {
  /** ID of os-release(5): `debian`; empty where it is not known. */
  readonly id: string
  /** VERSION_ID. */
  readonly version: string
}

/** Types whose namespace is the distribution, and what it is where the image does not tell. */
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
  ['golang', '/'],
  ['maven', ':'],
  ['npm', '/'],
  ['swift', '/'],
  ['cpan', '/'],
  ['hex', '/'],
])

export function purlOf(find: Omit<PackageFind, 'line'>, distribution: Distribution): string {
  const vendor = VENDORS.get(find.type)
  const separator = SEPARATORS.get(find.type)
  const cut = separator === undefined ? -1 : find.name.lastIndexOf(separator)
  const namespace = vendor === undefined ? find.name.slice(0, Math.max(0, cut)) : distribution.id || vendor
  const epoch = find.type === 'rpm' ? /^(\d+):/.exec(find.version)?.[1] : undefined
  const distro = [distribution.id, distribution.version].filter(Boolean).join('-')
  const qualifiers: Record<string, string> = {
    ...(vendor !== undefined && find.architecture !== '' && { arch: find.architecture }),
    ...(vendor !== undefined && distro !== '' && { distro }),
    ...(epoch !== undefined && { epoch }),
    ...(vendor !== undefined && find.source !== '' && { upstream: upstreamOf(find) }),
    ...find.qualifiers,
  }
  const version = epoch === undefined ? find.version : find.version.slice(epoch.length + 1)
  return new PackageURL(
    find.type,
    namespace === '' ? undefined : namespace,
    find.name.slice(cut + 1),
    version === '' ? undefined : version,
    Object.keys(qualifiers).length === 0 ? undefined : qualifiers,
    undefined,
  ).toString()
}

/** The source package as other tools write it: `glibc`, `glibc@2.36-9` where its version differs. */
const upstreamOf = ({ source, sourceVersion }: Omit<PackageFind, 'line'>): string =>
  sourceVersion === undefined ? source : `${source}@${sourceVersion}`
