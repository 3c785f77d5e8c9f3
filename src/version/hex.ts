/** Elixir's and Erlang's ranges (hexdocs.pm/elixir/Version.html): comparisons joined by `and` and `or`, and `~>`. */
import { expand } from './expand.ts'
import { readPlain } from './range.ts'
import { MAX_RANGE, type Scheme } from './scheme.ts'
import { semver } from './semver.ts'

export const hex: Scheme = {
  compare: semver.compare,
  satisfies: (version, range) => {
    if (range.length > MAX_RANGE) return undefined
    const plain = range.replaceAll(/\sand\s/g, ', ').replaceAll(/\sor\s/g, ' || ')
    return readPlain(expand(plain, { tilde: 'written', past: '-0' }), (text) => semver.compare(version, text))
  },
}
