/** Cargo's ranges (doc.rust-lang.org/cargo/reference/specifying-dependencies.html): node-semver's, a comma is "and", and a version alone is `^`. */
import { readNode } from './npm.ts'
import type { Scheme } from './scheme.ts'
import { semver } from './semver.ts'

export const cargo: Scheme = {
  compare: semver.compare,
  satisfies: (version, range, options) =>
    semver.compare(version, version) === undefined
      ? undefined
      : readNode(
          version,
          range.replaceAll(/(^|[,|])\s*(?=\d+(?:\.\d+)*(?:[-+][\w.+-]*)?\s*(?:[,|]|$))/g, '$1^'),
          options,
        ),
}
