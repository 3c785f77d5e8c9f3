/** RPM's order (rpm-version(7), rpmio/rpmvercmp.c, rpmver.c). `[epoch:]version[-release]`. */
import { compareDigits, compareText, inOrder } from './order.ts'
import { readPlain } from './range.ts'
import type { Scheme } from './scheme.ts'

interface Version {
  readonly epoch: string | undefined
  readonly version: string
  readonly release: string | undefined
}

function parse(text: string): Version | undefined {
  const [, epoch, rest = ''] = /^(?:(\d*):)?(\S+)$/.exec(text.trim()) ?? []
  const cut = rest.lastIndexOf('-')
  if (rest === '') return undefined
  return { epoch, version: cut < 0 ? rest : rest.slice(0, cut), release: cut < 0 ? undefined : rest.slice(cut + 1) }
}

/** Runs of digits or letters; `~` sorts before everything, `^` before everything but the end. What else there is parts them. */
const PIECES = /[0-9]+|[A-Za-z]+|[~^]/g

/** Exported for pacman, whose order grew from this one. */
export function compareRpm(a: string, b: string): number {
  const one = a.match(PIECES) ?? []
  const other = b.match(PIECES) ?? []
  for (let i = 0; ; i += 1) {
    const x = one[i]
    const y = other[i]
    if (x === '~' || y === '~') {
      if (x !== y) return x === '~' ? -1 : 1
    } else if (x === '^' || y === '^') {
      if (x === undefined || y === undefined) return x === undefined ? -1 : 1
      if (x !== y) return x === '^' ? -1 : 1
    } else if (x === undefined || y === undefined) {
      return x === y ? 0 : x === undefined ? -1 : 1
    } else {
      const numbers = [/^\d/.test(x), /^\d/.test(y)]
      if (numbers[0] !== numbers[1]) return numbers[0] ? 1 : -1
      const order = numbers[0] ? compareDigits(x, y) : compareText(x, y)
      if (order !== 0) return order
    }
  }
}

/** A version without a release is older than any with one; one without an epoch has epoch 0. */
const compareVersion = (a: Version, b: Version): number =>
  compareDigits(a.epoch ?? '0', b.epoch ?? '0') ||
  compareRpm(a.version, b.version) ||
  (a.release === undefined || b.release === undefined
    ? Number(a.release !== undefined) - Number(b.release !== undefined)
    : compareRpm(a.release, b.release))

export const rpm: Scheme = {
  compare: inOrder(parse, compareVersion),
  /**
   * As a dependency is satisfied (rpmdsCompare): `= 1.2` is 1.2 of any release. An epoch counts where both have one: who writes
   * `< 3.0.7` means OpenSSL's version, and not that 1:3.0.1 is above it.
   */
  satisfies: (version, range) => {
    const own = parse(version)
    if (!own) return undefined
    return readPlain(range, (text) => {
      const other = parse(text)
      if (!other) return undefined
      const both = own.epoch !== undefined && other.epoch !== undefined
      const one = both ? own : { ...own, epoch: undefined }
      const against = both ? other : { ...other, epoch: undefined }
      const anyRelease = one.release === undefined || against.release === undefined
      return compareVersion(
        anyRelease ? { ...one, release: undefined } : one,
        anyRelease ? { ...against, release: undefined } : against,
      )
    })
  },
}
