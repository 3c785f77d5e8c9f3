/**
 * Globs of AppArmor (apparmor.d(5), "Globbing"): `*` any characters but `/`, `**` any, `?` one but `/`,
 * `[a-z]` and `[^a]` one of or none of, `{a,b}` alternatives, `\` before a character that is meant as it is.
 * The kernel compares bytes. A glob becomes a small automaton that is run in lockstep: its time is length times size,
 * so no glob can blow up.
 */

/** How deep alternatives may stand in one another (apparmor_parser refuses 50). */
const DEEPEST = 50
/** A glob, with its variables expanded, is not longer. Real ones have some hundred characters. */
export const LONGEST_GLOB = 65_536
/** Steps of a comparison of two globs, after which they count as overlapping. */
const MOST_PAIRS = 200_000

/** One step: either a set of bytes to consume, or one or two steps to go on with. */
type Step = { readonly bytes: Uint8Array; readonly next: number } | { readonly next: number; readonly or: number }
export interface Glob {
  readonly steps: readonly Step[]
  readonly start: number
  /** The text that every match begins with. */
  readonly prefix: string
  /** Without `*`, `?` and `[ ]`: a program's own path, which goes before globs that match it too. */
  readonly exact: boolean
  /** False where it cannot be told what it matches (a `*` within `[ ]`). */
  readonly certain: boolean
}

const SPECIAL = /[*?[\]{}\\^]/
const encoder = new TextEncoder()

/** What is wrong with a glob; undefined where nothing is. */
export function checkGlob(text: string): string | undefined {
  if (!SPECIAL.test(text)) return undefined
  const glob = compile(text, false)
  return typeof glob === 'string' ? glob : undefined
}
/** The automaton of a glob, or what is wrong with it. */
export const compileGlob = (text: string): Glob | string => compile(text, true)

/** Two slashes are one, but for the two that begin a path. */
export function collapseSlashes(path: string): string {
  if (!path.includes('//')) return path
  const keep = path.startsWith('//') && path[2] !== '/' ? '//' : ''
  return keep + path.slice(keep.length).replace(/\/+/g, '/')
}

const ANY = byteSet((byte) => byte !== 0)
const ANY_BUT_SLASH = byteSet((byte) => byte !== 0 && byte !== 47)
const BYTES: readonly Uint8Array[] = Array.from({ length: 256 }, (_, one) => byteSet((byte) => byte === one))
function byteSet(has: (byte: number) => boolean): Uint8Array {
  const set = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte++) if (has(byte)) set[byte] = 1
  return set
}

function compile(text: string, build: boolean): Glob | string {
  if (text.length > LONGEST_GLOB) return `It is longer than ${LONGEST_GLOB} characters`
  const builder = new Builder(build)
  let slash = false
  let at = 0
  while (at < text.length) {
    const sign = text.charAt(at)
    const wasSlash = slash
    slash = false
    switch (sign) {
      case '\\': {
        const escape = /\\(?:[0-7]{1,3}|d\d{1,3}|x[0-9A-Fa-f]{1,2})/y
        escape.lastIndex = at
        const numbered = escape.exec(text)
        if (numbered) {
          // Only \0 is left by the lexer, and no path holds it.
          builder.bytes(BYTES[0] ?? ANY)
          at = escape.lastIndex
          continue
        }
        const next = text.codePointAt(at + 1)
        if (next === undefined) return 'It ends with a \\, which escapes nothing'
        const character = String.fromCodePoint(next)
        builder.literal(character)
        slash = character === '/'
        at += 1 + character.length
        continue
      }
      case '*': {
        let end = at
        while (text[end] === '*') end++
        if (wasSlash && (end === text.length || text[end] === '/')) builder.bytes(ANY_BUT_SLASH)
        const double = text[at + 1] === '*'
        builder.many(double ? ANY : ANY_BUT_SLASH)
        at += double ? 2 : 1
        continue
      }
      case '?':
        builder.bytes(ANY_BUT_SLASH)
        break
      case '[': {
        const found = characterClass(text, at)
        if (typeof found === 'string') return found
        builder.bytes(found.set)
        if (!found.certain) builder.certain = false
        at = found.end
        continue
      }
      case ']':
        return 'A ] closes nothing'
      case '{':
        if (builder.depth + 1 >= DEEPEST) return `Alternatives stand in one another ${DEEPEST} deep`
        builder.open()
        break
      case ',':
        if (builder.depth > 0) builder.alternative()
        else builder.literal(',')
        break
      case '}':
        if (builder.depth === 0) return 'A } closes nothing'
        if (!builder.close()) return 'A { } holds one alternative only; it takes two or more, with commas between them'
        break
      default: {
        // A run of plain characters at once.
        let end = at + 1
        while (end < text.length && !'*?[]{},\\'.includes(text.charAt(end))) end++
        builder.literal(text.slice(at, end))
        slash = text[end - 1] === '/'
        at = end
        continue
      }
    }
    at++
  }
  if (builder.depth > 0) return 'A { is never closed'
  return builder.finish(text)
}

class Builder {
  readonly steps: Step[] = []
  certain = true
  exact = true
  readonly #build: boolean
  readonly #stack: { readonly fork: number; readonly starts: number[]; readonly ends: number[] }[] = []

  constructor(build: boolean) {
    this.#build = build
  }
  get depth(): number {
    return this.#stack.length
  }
  /** The next step consumes a byte of the set. */
  bytes(set: Uint8Array): void {
    this.exact = false
    this.#push({ bytes: set, next: this.steps.length + 1 })
  }
  literal(text: string): void {
    if (!this.#build) return
    for (const byte of encoder.encode(text)) this.#push({ bytes: BYTES[byte] ?? ANY, next: this.steps.length + 1 })
  }
  many(set: Uint8Array): void {
    this.exact = false
    const at = this.steps.length
    this.#push({ next: at + 1, or: at + 2 })
    this.#push({ bytes: set, next: at })
  }
  open(): void {
    this.#stack.push({ fork: this.steps.length, starts: [this.steps.length + 1], ends: [] })
    this.#push({ next: 0, or: 0 })
  }
  alternative(): void {
    const group = this.#stack.at(-1)
    if (!group) return
    group.ends.push(this.steps.length)
    this.#push({ next: 0, or: 0 })
    group.starts.push(this.steps.length)
  }
  /** False where there was no comma. */
  close(): boolean {
    const group = this.#stack.pop()
    if (!group || group.starts.length < 2) return false
    if (!this.#build) return true
    // The last alternative goes on here by itself; the fork becomes a chain of forks behind it.
    const last = this.steps.length
    this.steps.push({ next: 0, or: 0 })
    const ends = [...group.ends, last]
    let chain = group.starts.at(-1) ?? 0
    for (const start of group.starts.slice(1, -1).reverse()) {
      this.steps.push({ next: start, or: chain })
      chain = this.steps.length - 1
    }
    this.steps[group.fork] = { next: group.starts[0] ?? 0, or: chain }
    const after = this.steps.length
    for (const end of ends) this.steps[end] = { next: after, or: after }
    return true
  }
  finish(text: string): Glob {
    const special = text.search(SPECIAL)
    return {
      steps: this.steps,
      start: 0,
      prefix: special < 0 ? text : text.slice(0, special),
      exact: this.exact,
      certain: this.certain,
    }
  }
  #push(step: Step): void {
    if (this.#build) this.steps.push(step)
  }
}

/** `[abc]`, `[a-z0-9]`, `[^/]`. */
function characterClass(text: string, from: number): { set: Uint8Array; end: number; certain: boolean } | string {
  let at = from + 1
  let certain = true
  const characters: number[] = []
  const escaped: boolean[] = []
  for (;;) {
    if (at >= text.length) return 'A [ is never closed'
    let sign = text.charAt(at)
    if (sign === ']') break
    let isEscaped = false
    if (sign === '\\') {
      sign = text.charAt(at + 1)
      if (sign === '') return 'It ends with a \\, which escapes nothing'
      isEscaped = sign === ']' || sign === '['
      at++
    } else if (sign === '*' || sign === '?') certain = false
    const bytes = encoder.encode(sign)
    for (const byte of bytes) {
      characters.push(byte)
      escaped.push(isEscaped)
    }
    at++
  }
  const negative = characters[0] === 94 && !escaped[0]
  const members = negative ? characters.slice(1) : characters
  if (members.length === 0) return 'A [ ] is empty'
  const set = new Uint8Array(256)
  for (let index = 0; index < members.length; index++) {
    const low = members[index] ?? 0
    const dash = members[index + 1] === 45
    if (low === 45 && index > 0) return 'A - in [ ] stands between two characters, or first'
    if (!dash) {
      set[low] = 1
      continue
    }
    const high = members[index + 2]
    if (high === undefined || high === 45) return 'A - in [ ] stands between two characters, or first'
    for (let byte = Math.min(low, high); byte <= Math.max(low, high); byte++) set[byte] = 1
    index += 2
  }
  if (negative) for (let byte = 0; byte < 256; byte++) set[byte] = set[byte] === 1 ? 0 : 1
  return { set, end: at + 1, certain }
}

/** Whether a glob matches a whole text. */
export function matchesGlob(glob: Glob, text: string): boolean {
  if (!text.startsWith(glob.prefix)) return false
  const { steps } = glob
  const done = steps.length
  let current = new Set<number>()
  reach(glob, glob.start, current)
  for (const byte of encoder.encode(text)) {
    const next = new Set<number>()
    for (const at of current) {
      const step = steps[at]
      if (step && 'bytes' in step && step.bytes[byte] === 1) reach(glob, step.next, next)
    }
    if (next.size === 0) return false
    current = next
  }
  return current.has(done)
}
/** Adds the steps that consume, and the end, that are reached without consuming. */
function reach(glob: Glob, from: number, into: Set<number>): void {
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (into.has(at)) continue
    into.add(at)
    const step = glob.steps[at]
    if (step && 'or' in step) {
      open.push(step.or)
      if (step.next !== step.or) open.push(step.next)
    }
  }
}

/** Whether some text is matched by both. Where that would take too long to find out: true. */
export function overlaps(one: Glob, other: Glob): boolean {
  const length = Math.min(one.prefix.length, other.prefix.length)
  if (one.prefix.slice(0, length) !== other.prefix.slice(0, length)) return false
  const width = other.steps.length + 1
  const seen = new Set<number>()
  const open: number[] = []
  const add = (a: number, b: number): void => {
    const pair = a * width + b
    if (!seen.has(pair)) {
      seen.add(pair)
      open.push(pair)
    }
  }
  add(one.start, other.start)
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    if (seen.size > MOST_PAIRS) return true
    const a = Math.floor(pair / width)
    const b = pair % width
    const left = one.steps[a]
    const right = other.steps[b]
    if (left && 'or' in left) {
      add(left.next, b)
      add(left.or, b)
    } else if (right && 'or' in right) {
      add(a, right.next)
      add(a, right.or)
    } else if (!left || !right) {
      if (!left && !right) return true
    } else if (left.bytes.some((has, byte) => has === 1 && right.bytes[byte] === 1)) add(left.next, right.next)
  }
  return false
}
