/**
 * Python's order and ranges (PEP 440, packaging.python.org/specifications/version-specifiers). Own code: of packaging's own 188 cases
 * @renovatebot/pep440 4.2.4 answers 22 otherwise, and it takes numbers beyond 2^53 for equal.
 */
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { MAX_RANGE, MAX_VERSION, type Scheme } from './scheme.ts'

interface Version {
  readonly epoch: string
  readonly release: readonly string[]
  /** Phase, and number in it: alpha, beta, candidate; what has none is before them where it is a development release only, else after. */
  readonly pre: readonly [number, string]
  readonly post: string | undefined
  readonly dev: string | undefined
  readonly local: readonly string[]
}
const BARE_DEV = 0
const FINAL = 4
const FORM =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

function parse(text: string): Version | undefined {
  const found = text.length > MAX_VERSION ? null : FORM.exec(text.trim().toLowerCase())
  if (!found) return undefined
  const [, epoch = '0', release = '', phase, preNumber, bare, postWord, postNumber, devWord, devNumber, local] = found
  const post = bare ?? (postWord === undefined ? undefined : postNumber || '0')
  const dev = devWord === undefined ? undefined : devNumber || '0'
  const none = dev !== undefined && post === undefined ? BARE_DEV : FINAL
  return {
    epoch,
    release: release.split('.'),
    pre:
      phase === undefined ? [none, '0'] : [phase.startsWith('a') ? 1 : phase.startsWith('b') ? 2 : 3, preNumber || '0'],
    post,
    dev,
    local: local?.split(/[-_.]/) ?? [],
  }
}

const compareRelease = (a: Version, b: Version): number =>
  compareDigits(a.epoch, b.epoch) || compareLists(a.release, b.release, compareDigits, '0')
const compareOptional = (a: string | undefined, b: string | undefined, missing: -1 | 1): number =>
  a === undefined ? (b === undefined ? 0 : missing) : b === undefined ? -missing : compareDigits(a, b)
const comparePublic = (a: Version, b: Version): number =>
  compareRelease(a, b) ||
  a.pre[0] - b.pre[0] ||
  compareDigits(a.pre[1], b.pre[1]) ||
  compareOptional(a.post, b.post, -1) ||
  compareOptional(a.dev, b.dev, 1)
/** Words before numbers. */
const compareLocal = (a: string, b: string): number =>
  isNumber(a) && isNumber(b) ? compareDigits(a, b) : isNumber(a) ? 1 : isNumber(b) ? -1 : compareText(a, b)
const compare = (a: Version, b: Version): number => comparePublic(a, b) || compareLists(a.local, b.local, compareLocal)

const isPre = (version: Version): boolean => version.pre[0] !== FINAL || version.dev !== undefined
const startsWith = (version: Version, prefix: Version): boolean =>
  compareDigits(version.epoch, prefix.epoch) === 0 &&
  prefix.release.every((number, i) => compareDigits(version.release[i] ?? '0', number) === 0)

/** One clause; undefined where it is none. Pre-releases are candidates. */
function clause(text: string, version: Version, written: string): boolean | undefined {
  const [, operator = '==', rest = '', star] = /^(===|~=|==|!=|<=|>=|[<>=])?\s*(\S+?)(\.\*)?$/.exec(text.trim()) ?? []
  if (operator === '===') return rest + (star ?? '') === written.trim()
  const wanted = parse(rest)
  if (!wanted || (star !== undefined && !/^(?:v?(?:\d+!)?\d+(?:\.\d+)*)$/.test(rest))) return undefined
  const order = comparePublic(version, wanted)
  if (star !== undefined && operator !== '==' && operator !== '!=' && operator !== '=') return undefined
  switch (operator) {
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    // Of the version that is named, its pre-releases are not below it, nor its post-releases and local versions above.
    case '<':
      return order < 0 && (isPre(wanted) || !isPre(version) || compareRelease(version, wanted) !== 0)
    case '>':
      return (
        order > 0 && (wanted.post !== undefined || version.post === undefined || compareRelease(version, wanted) !== 0)
      )
    case '~=':
      if (wanted.release.length < 2) return undefined
      return order >= 0 && startsWith(version, { ...wanted, release: wanted.release.slice(0, -1) })
    default: {
      const same =
        star === undefined
          ? (wanted.local.length === 0 ? order : compare(version, wanted)) === 0
          : startsWith(version, wanted)
      return operator === '!=' ? !same : same
    }
  }
}

export const pypi: Scheme = {
  compare: inOrder(parse, compare),
  satisfies: (version, range) => {
    const own = parse(version)
    if (!own || range.length > MAX_RANGE) return undefined
    let result = false
    for (const alternative of range.split('||')) {
      const clauses = alternative.split(',').filter((text, _i, all) => all.length > 1 || !/^\s*\*?\s*$/.test(text))
      const answers = clauses.map((text) => clause(text, own, version))
      if (answers.includes(undefined)) return undefined
      if (!answers.includes(false)) result = true
    }
    return result
  },
}
