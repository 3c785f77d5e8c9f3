import type { PackageFind } from '../../model/package.ts'
import { MAX_WORD } from '../complaints.ts'

/** Characters kept of a licence: those of the kernel and of firmware take thousands. */
const MAX_LICENCE = 65_536

/** What the databases of rpm say of a package, in rpm's own words. */
export interface Rpm {
  readonly name: string
  /** `version-release`. */
  readonly version: string
  /** 0 where there is none. */
  readonly epoch: number
  readonly architecture: string
  /** File name of the source package: `glibc-2.36-9.src.rpm`; empty or `(none)` for none. */
  readonly sourceRpm: string
  readonly licence?: string
  readonly module?: string
  readonly files?: readonly string[]
  readonly line: number
}

/** Undefined for what is no package, or for one whose name or version nobody could write. */
export function findOf(rpm: Rpm): PackageFind | undefined {
  const { name, epoch, licence = '', module = '', files = [], line } = rpm
  const [source, sourceVersion] = sourceOf(rpm.sourceRpm)
  const version = epoch === 0 ? rpm.version : `${epoch}:${rpm.version}`
  if (name === '' || rpm.version === '' || [name, version, source, module].some((word) => word.length > MAX_WORD))
    return undefined
  const same = sourceVersion === rpm.version
  return {
    type: 'rpm',
    name,
    version,
    architecture: rpm.architecture === '(none)' ? '' : rpm.architecture,
    source: source === name && same ? '' : source,
    ...(source !== '' && !same && { sourceVersion }),
    ...(licence !== '' && licence.length <= MAX_LICENCE && { licences: [licence] }),
    // Not in the specification of package URLs; Syft writes it so, and advisories of modular packages need it.
    ...(module !== '' && { qualifiers: { rpmmod: module } }),
    ...(files.length > 0 && { files }),
    line,
  }
}

/** `name-version-release.src.rpm`, or `.nosrc.rpm`: neither version nor release has a hyphen. */
function sourceOf(file: string): readonly [name: string, version: string] {
  const stem = /^(.*)\.(?:no)?src\.rpm$/.exec(file)?.[1] ?? ''
  const cut = stem.lastIndexOf('-', stem.lastIndexOf('-') - 1)
  return cut <= 0 ? ['', ''] : [stem.slice(0, cut), stem.slice(cut + 1)]
}
