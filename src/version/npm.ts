/** npm's order and ranges (github.com/npm/node-semver), and what npm refuses but is found: more numbers, numbers beyond 2^53. */
import node from 'semver'
import { readPlain } from './range.ts'
import { MAX_RANGE, type RangeOptions, type Scheme } from './scheme.ts'
import { semver } from './semver.ts'

/** By node-semver, whose ranges npm, Cargo and others share but for what a version alone means. */
export function readNode(version: string, range: string, { prereleases = false }: RangeOptions): boolean | undefined {
  if (range.length > MAX_RANGE) return undefined
  const options = { loose: true, includePrerelease: prereleases }
  const read = node.validRange(range.replaceAll('==', '=').replaceAll(',', ' '), options)
  // Of alternatives that it cannot read node-semver says nothing as long as it can read one.
  if (read === null) return undefined
  return node.valid(version, options) === null
    ? readPlain(range, (text) => semver.compare(version, text))
    : node.satisfies(version, read, options)
}

export const npm: Scheme = {
  compare: semver.compare,
  satisfies: (version, range, options) =>
    semver.compare(version, version) === undefined ? undefined : readNode(version, range, options),
}
