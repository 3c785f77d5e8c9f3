/** NuGet's order and ranges (learn.microsoft.com/nuget/concepts/package-versioning): up to four numbers, and words of any case. */
import { readIntervals } from './interval.ts'
import { inOrder } from './order.ts'
import { readPlain } from './range.ts'
import type { Scheme } from './scheme.ts'
import { compareSemver, parseSemver } from './semver.ts'

const compare = inOrder((text) => parseSemver(text.toLowerCase()), compareSemver)

/** `[1.0,2.0)`, and comparisons. A version alone is that version, where a project file means "at least". */
export const nuget: Scheme = {
  compare,
  satisfies: (version, range) =>
    /^\s*[[(]/.test(range)
      ? readIntervals(range, (text) => compare(version, text))
      : readPlain(range, (text) => compare(version, text)),
}
