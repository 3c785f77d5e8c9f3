/**
 * Alpine's order (apk-version(5), apk-tools 2.14's src/version.c): `digits{.digits}[letter]{_suffix[number]}[-rN]`. What is written
 * otherwise is ordered as apk does, as far as it can read it.
 */
import { inOrder } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

/** Kinds of what follows in a version, in the order in which they may: what goes on in an earlier kind is newer. */
const INVALID = -1
const ZEROS = 0
const DIGITS = 1
const LETTER = 2
const SUFFIX = 3
const SUFFIX_NUMBER = 4
const REVISION = 5
const END = 6
/** Those of pre-releases are below zero. */
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p']
const RELEASE = 4

/** Takes a version apart from the left. */
class Reader {
  rest: string
  kind = DIGITS
  constructor(text: string) {
    this.rest = text
  }
  /** Value of the part that stands here; then `kind` is that of the next. */
  take(): bigint {
    if (this.rest === '') {
      this.kind = END
      return 0n
    }
    const zeros = this.kind === ZEROS ? (/^0+/.exec(this.rest)?.[0] ?? '') : ''
    if (zeros !== '') {
      // Digits behind a point that begin with 0: the more zeros the less, then what follows them (1.01 is before 1.1).
      this.#cut(zeros.length)
      this.kind = DIGITS
      return BigInt(-zeros.length)
    }
    const value = this.#value()
    if (this.kind === INVALID) return -1n
    if (this.rest === '') this.kind = END
    else this.#next()
    return value
  }
  /** What is no part of a version comes after its end. */
  get place(): number {
    return this.kind === INVALID || (this.kind === ZEROS && !/^\d/.test(this.rest)) ? END + 1 : this.kind
  }
  #value(): bigint {
    if (this.kind === LETTER) {
      const letter = this.rest.charCodeAt(0)
      this.#cut(1)
      return BigInt(letter)
    }
    if (this.kind === SUFFIX) {
      const at = SUFFIXES.findIndex((word) => this.rest.startsWith(word))
      if (at < 0) this.kind = INVALID
      else this.#cut(SUFFIXES[at]?.length ?? 0)
      return BigInt(at - RELEASE)
    }
    const digits = /^\d*/.exec(this.rest)?.[0] ?? ''
    this.#cut(digits.length)
    return BigInt(digits || 0)
  }
  #next(): void {
    const before = this.kind
    const char = this.rest.charAt(0)
    if (before <= DIGITS && /[a-z]/.test(char)) this.kind = LETTER
    else if (before === LETTER && /\d/.test(char)) this.kind = DIGITS
    else if (before === SUFFIX && /\d/.test(char)) this.kind = SUFFIX_NUMBER
    else {
      this.kind = char === '.' ? ZEROS : char === '_' ? SUFFIX : /^-r(?![a-z])/.test(this.rest) ? REVISION : INVALID
      this.#cut(this.kind === REVISION ? 2 : 1)
    }
    const back = `${before}${this.kind}`
    if (this.kind < before && ![`${DIGITS}${ZEROS}`, `${SUFFIX_NUMBER}${SUFFIX}`, `${LETTER}${DIGITS}`].includes(back))
      this.kind = INVALID
  }
  #cut(length: number): void {
    this.rest = this.rest.slice(length)
  }
}

function compareParts(a: Reader, b: Reader): number {
  let order = 0n
  while (a.kind === b.kind && a.kind !== END && a.kind !== INVALID && order === 0n) order = a.take() - b.take()
  if (order !== 0n) return order < 0n ? -1 : 1
  if (a.kind === b.kind) return 0
  // All that both have is the same: the longer one is newer, but for the suffix of a pre-release.
  if (a.kind === SUFFIX && a.take() < 0n) return -1
  if (b.kind === SUFFIX && b.take() < 0n) return 1
  return Math.sign(b.place - a.place)
}

const parse = (text: string): string | undefined =>
  text.length <= MAX_VERSION && /^[0-9A-Za-z.][0-9A-Za-z._~-]*$/.test(text.trim()) ? text.trim() : undefined

export const apk: Scheme = { compare: inOrder(parse, (a, b) => compareParts(new Reader(a), new Reader(b))) }
