/** Packages of an image: what a cataloger finds of one, and what is known of it once the finds of all files are joined. */

/** Types of package URLs (github.com/package-url/purl-spec, PURL-TYPES); `ebuild`, `opkg` and `nix` are not registered there, and what other tools write. */
export const packageTypes = [
  'alpm',
  'apk',
  'cargo',
  'cocoapods',
  'composer',
  'conan',
  'conda',
  'cpan',
  'cran',
  'deb',
  'ebuild',
  'gem',
  'generic',
  'github',
  'golang',
  'hackage',
  'hex',
  'julia',
  'luarocks',
  'maven',
  'nix',
  'npm',
  'nuget',
  'opam',
  'opkg',
  'otp',
  'pub',
  'pypi',
  'rpm',
  'swift',
] as const
export type PackageType = (typeof packageTypes)[number]

/** Those that a distribution or its like installs, which keeps a list of their files: what they own needs no other explanation. */
export const systemTypes: ReadonlySet<PackageType> = new Set([
  'alpm',
  'apk',
  'conda',
  'deb',
  'ebuild',
  'nix',
  'opkg',
  'rpm',
])

/** A package as one file of the image tells of it. */
export interface PackageFind {
  readonly type: PackageType
  /** As its ecosystem writes it whole: `@babel/core`, `github.com/a/b`, `group:artifact` (Maven), `vendor/name` (Composer). */
  readonly name: string
  /** As its ecosystem writes it: with epoch and release (rpm, deb), with `v` (Go). */
  readonly version: string
  readonly architecture: string
  /** Source package; empty where it is its own. */
  readonly source: string
  /** Version of the source package; absent where it is the same. */
  readonly sourceVersion?: string
  /** Licences as stated, each an SPDX expression or a name; absent where none is. */
  readonly licences?: readonly string[]
  /** Qualifiers of the package URL beyond `arch`, `distro` and `epoch`, which are made from the rest: `classifier`, `repository_url`. */
  readonly qualifiers?: Readonly<Record<string, string>>
  /** A lock file or a list of requirements names it: that does not say that it is there. */
  readonly declared?: true
  /** Paths of the files that it brought, without a leading slash, where the same file says them. */
  readonly files?: readonly string[]
  /** Line of the file that names it, from 1; 1 in a binary. */
  readonly line: number
}

/** Files or licences of a package that another file of its database tells: dpkg's `info/NAME.list`, Python's `RECORD`. */
export interface PackagePart {
  readonly type: PackageType
  readonly name: string
  /** Absent: of every architecture (dpkg names it only for `Multi-Arch: same`). */
  readonly architecture?: string
  /** Only of the package whose evidence is in the same folder as this file: several of one name may be in one image (Python). */
  readonly beside?: true
  readonly files?: readonly string[]
  readonly licences?: readonly string[]
}

/** Where a package was found. */
export interface PackageLocation {
  /** The file that says it is there (the evidence), in the merged tree; of a removed one, in its layer. */
  readonly path: string
  readonly line: number
  /** Index of the layer that brought the package, which may be older than the last one that wrote the file. */
  readonly layer: number
}

/** A package of an image. The same package in several places is one. */
export interface Package extends Omit<PackageFind, 'line' | 'declared' | 'qualifiers'> {
  /** Package URL. */
  readonly purl: string
  /** At least one, sorted by path. */
  readonly locations: readonly [PackageLocation, ...PackageLocation[]]
  /** Name of the cataloger that found it first. */
  readonly cataloger: string
  /** Package URL of the package of the distribution that brought its files (`python3-pip` brings pip); absent where none did. */
  readonly owner?: string
}

/** A package that a layer brought and a later one deleted or replaced: it can still be extracted from its layer. */
export interface RemovedPackage extends Package {
  /** Index of the layer that took it away. */
  readonly removedIn: number
}

/** All packages of one image, each list sorted by type, name and version. */
export interface Packages {
  readonly installed: readonly Package[]
  /** Named by lock files and requirements only. */
  readonly declared: readonly Package[]
  readonly removed: readonly RemovedPackage[]
}
