/** What rules ask of packages and versions. A text says why there is no answer: then the rule is open. */
import { packageTypes, type PackageType } from '../model/package.ts'
import { compareVersions, satisfies } from '../version/index.ts'
import { isAbout, readWord, type PackageWord } from '../version/word.ts'

export type Answer = boolean | string

const typeOf = (text: string): PackageType | undefined => packageTypes.find((type) => type === text)
const noType = (type: string): string => `"${type}" is no type of package`
const noVersion = (type: string, version: string): string =>
  version === '' ? 'no version is written' : `"${version}" is no version of ${type}`

/** Pre-releases are in a range as their order says: a rule asks what is there, not what should be installed. */
export function inRange(type: string, version: string, range: string): Answer {
  const known = typeOf(type)
  if (!known) return noType(type)
  if (compareVersions(known, version, version) === undefined || version === '') return noVersion(type, version)
  return satisfies(known, version, range, { prereleases: true }) ?? `"${range}" is no range of ${type}`
}

export function isOlder(type: string, version: string, other: string): Answer {
  const known = typeOf(type)
  if (!known) return noType(type)
  if (compareVersions(known, version, version) === undefined || version === '') return noVersion(type, version)
  const order = compareVersions(known, version, other)
  return order === undefined ? noVersion(type, other) : order < 0
}

/** A list of a policy, read once: an image has thousands of packages. */
const lists = new WeakMap<readonly string[], ReadonlyMap<string, List>>()
/** The words about one type of package, and what is wrong with those that cannot be read. */
type List = readonly (PackageWord | string)[]
function wordsOf(words: readonly string[], type: string): List {
  let byType = lists.get(words)
  if (!byType) {
    const read = words.map(readWord)
    byType = new Map(
      packageTypes.map((one) => [one, read.filter((word) => typeof word === 'string' || word.type === one)]),
    )
    lists.set(words, byType)
  }
  return byType.get(type) ?? []
}

/** Whether one of the words names it; `behind` answers what stands behind a name for its version. */
function any(words: readonly string[], type: string, name: string, behind: (rest: string) => Answer): Answer {
  let unknown: string | undefined
  for (const word of wordsOf(words, type)) {
    if (typeof word === 'string') unknown ??= word
    else if (isAbout(word, type, name)) {
      const answer = behind(word.rest)
      if (answer === true) return true
      if (typeof answer === 'string') unknown ??= answer
    }
  }
  return unknown ?? false
}
/** `TYPE/NAME`, or `TYPE/NAME RANGE`. The version is asked for where a range stands there only. */
export const isAmong = (words: readonly string[], type: string, name: string, version: () => string): Answer =>
  any(words, type, name, (range) => range === '' || inRange(type, version(), range))
/** `TYPE/NAME VERSION`: older than that. */
export const isBelow = (words: readonly string[], type: string, name: string, version: () => string): Answer =>
  any(words, type, name, (least) => isOlder(type, version(), least))
