/** Go's order (go.dev/ref/mod#versions): Semantic Versioning with `v`, and Go's own releases (`go1.21rc2`). `(devel)` is none. */
import type { Scheme } from './scheme.ts'
import { semver } from './semver.ts'

export const golang: Scheme = {
  compare: (a, b) => semver.compare(a.replace(/^go(?=\d)/, ''), b.replace(/^go(?=\d)/, '')),
}
