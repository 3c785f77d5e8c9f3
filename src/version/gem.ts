/**
 * RubyGems' order and ranges (rubygems' lib/rubygems/version.rb, requirement.rb). Own code: @renovatebot/ruby-semver 4.1.3 takes numbers
 * beyond 2^53 for equal and the platform at the end of an installed gem's version for a pre-release.
 */
import { raised } from './expand.ts'
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { readPlain } from './range.ts'
import { MAX_RANGE, MAX_VERSION, type Scheme } from './scheme.ts'

/** Numbers and words; words begin the pre-release. */
type Version = readonly string[]
/** RubyGems refuses `1beta`; advisories have it. */
const FORM = /^\d+[A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*)?$/
/** `1.19.3-aarch64-linux-gnu`: gems with compiled code carry their platform (rubygems' lib/rubygems/platform.rb). */
const PLATFORM =
  /-(?:x86|x86_64|x64|i[3-6]86|universal|arm|arm64|armv\d\w*|aarch64|ppc|ppc64|powerpc|powerpc64le|s390x?|riscv64|loongarch64|sparc|java|jruby|mswin\d*|mingw\d*|ruby)(?:-.*)?$/

function parse(text: string): Version | undefined {
  const version = text.trim().replace(PLATFORM, '') || '0'
  if (version.length > MAX_VERSION || !FORM.test(version)) return undefined
  return version.replaceAll('-', '.pre.').match(/\d+|[A-Za-z]+/g) ?? undefined
}

/** Zeros at the end of the numbers, and at the very end, do not count. */
function canonical(version: Version): Version {
  const start = version.findIndex((one) => !isNumber(one))
  const cut = (list: Version): Version => list.slice(0, list.findLastIndex((one) => !/^0+$/.test(one)) + 1)
  return start < 0 ? cut(version) : [...cut(version.slice(0, start)), ...cut(version.slice(start))]
}
const compareSegments = (a: string, b: string): number =>
  isNumber(a) && isNumber(b) ? compareDigits(a, b) : isNumber(a) ? 1 : isNumber(b) ? -1 : compareText(a, b)
const compare = (a: Version, b: Version): number => compareLists(canonical(a), canonical(b), compareSegments, '0')

const numbersOf = (version: Version): Version => {
  const start = version.findIndex((one) => !isNumber(one))
  return start < 0 ? version : version.slice(0, start)
}
/** `~> 1.4.2`: at least that, and its release below 1.5. */
function isPessimistic(version: Version, wanted: Version): boolean {
  const numbers = numbersOf(wanted)
  const kept = numbers.length > 1 ? numbers.slice(0, -1) : numbers
  const upper = raised(kept).split('.')
  return compare(version, wanted) >= 0 && compare(numbersOf(version), upper) < 0
}

export const gem: Scheme = {
  compare: inOrder(parse, compare),
  satisfies: (version, range) => {
    const own = parse(version)
    if (!own || range.length > MAX_RANGE) return undefined
    let unread = false
    // Each `~> 1.4` is answered, and what is left are comparisons: `0` with itself, or not.
    const answered = range.replaceAll(/~>\s*([^\s,|]+)/g, (_all, text: string) => {
      const wanted = parse(text)
      unread ||= !wanted
      return wanted && isPessimistic(own, wanted) ? '*' : '!= *'
    })
    return unread ? undefined : readPlain(answered, (text) => inOrder(parse, compare)(version, text))
  },
}
