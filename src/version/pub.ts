/** Dart's order (github.com/dart-lang/tools, pub_semver's version.dart): Semantic Versioning, and builds count: a version is older than any build of it. */
import { compareLists, inOrder } from './order.ts'
import { readNode } from './npm.ts'
import type { Scheme } from './scheme.ts'
import { compareIdentifiers, compareSemver, parseSemver } from './semver.ts'

const compare = inOrder(
  parseSemver,
  (a, b) => compareSemver(a, b) || compareLists(a.build, b.build, compareIdentifiers),
)

export const pub: Scheme = {
  compare,
  satisfies: (version, range, options) =>
    compare(version, version) === undefined ? undefined : readNode(version, range === 'any' ? '*' : range, options),
}
