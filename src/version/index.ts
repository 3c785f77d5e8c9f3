/** Order of versions, and ranges of them, as each ecosystem has them. */
import type { PackageType } from '../model/package.ts'
import { alpm } from './alpm.ts'
import { apk } from './apk.ts'
import { cargo } from './cargo.ts'
import { composer } from './composer.ts'
import { conan } from './conan.ts'
import { conda } from './conda.ts'
import { cpan } from './cpan.ts'
import { deb } from './deb.ts'
import { ebuild } from './ebuild.ts'
import { gem } from './gem.ts'
import { golang } from './golang.ts'
import { hex } from './hex.ts'
import { luarocks } from './luarocks.ts'
import { maven } from './maven.ts'
import { natural } from './natural.ts'
import { nix } from './nix.ts'
import { npm } from './npm.ts'
import { nuget } from './nuget.ts'
import { numbers } from './numbers.ts'
import { opam } from './opam.ts'
import { pub } from './pub.ts'
import { pypi } from './pypi.ts'
import { readPlain, readVers } from './range.ts'
import { rpm } from './rpm.ts'
import { MAX_VERSION, type RangeOptions, type Scheme } from './scheme.ts'
import { semver } from './semver.ts'

/** Which type of package has which order and which ranges. */
export const schemes: Readonly<Record<PackageType, Scheme>> = {
  alpm,
  apk,
  cargo,
  // CocoaPods compares as RubyGems does (github.com/CocoaPods/Core, Pod::Version).
  cocoapods: gem,
  composer,
  conan,
  conda,
  cpan,
  cran: numbers,
  deb,
  ebuild,
  gem,
  generic: natural,
  // Tags and commits.
  github: natural,
  golang,
  hackage: numbers,
  hex,
  julia: semver,
  luarocks,
  maven,
  nix,
  npm,
  nuget,
  opam,
  // opkg compares as dpkg does (libopkg/pkg.c).
  opkg: deb,
  otp: semver,
  pub,
  pypi,
  rpm,
  swift: semver,
}

/** Below zero where `a` is older, zero where they are the same, undefined where one is no version of that ecosystem. */
export function compareVersions(type: PackageType, a: string, b: string): number | undefined {
  return a.length > MAX_VERSION || b.length > MAX_VERSION ? undefined : schemes[type].compare(a, b)
}

/**
 * Whether a version is in a range: comparisons (`>= 1.0, < 2.0 || = 3.0`; nothing or `*` is every version), the ecosystem's own
 * syntax (`^1.2`, `~=1.4`, `[1.0,2.0)`), or VERS (`vers:deb/<1.2`, of the same type). A version alone is that version, but in npm,
 * Cargo and Composer what it is there. Undefined where the version or the range is none of that ecosystem.
 */
export function satisfies(
  type: PackageType,
  version: string,
  range: string,
  options: RangeOptions = {},
): boolean | undefined {
  const scheme = schemes[type]
  if (compareVersions(type, version, version) === undefined) return undefined
  const against = (text: string): number | undefined => compareVersions(type, version, text)
  if (range.startsWith('vers:'))
    return range.startsWith(`vers:${type}/`) || type === 'generic'
      ? readVers(range, against, (a, b) => compareVersions(type, a, b))
      : undefined
  if (range.trim() === '' && type !== 'npm') return true
  return scheme.satisfies ? scheme.satisfies(version, range, options) : readPlain(range, against)
}
