/**
 * Words of a Dockerfile with their variables put in and their quotes taken off, as BuildKit's shell lexer does it
 * (frontend/dockerfile/shell/lex.go): https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
import { HOLE } from '../docker/piece.ts'

/** A text, or one in which `HOLE` stands for what is not known, and why. */
export interface Value {
  readonly text: string
  readonly unknown?: string
}
/** What a variable stands for; undefined where it is certainly not set. */
export type Lookup = (name: string) => Value | undefined

const MAX_VALUE = 65_536
const MAX_DEPTH = 20

export const hidden = (because: string): Value => ({ text: HOLE, unknown: because })

export function expand(word: string, escape: string, lookup: Lookup): Value {
  return new Expansion(word, escape, lookup).all()
}

class Expansion {
  readonly #word: string
  readonly #escape: string
  readonly #lookup: Lookup
  #here = 0
  #unknown: string | undefined

  constructor(word: string, escape: string, lookup: Lookup) {
    this.#word = word
    this.#escape = escape
    this.#lookup = lookup
  }

  all(): Value {
    const text = this.#until('', 0)
    if (text.length > MAX_VALUE) return hidden('its value is longer than 64 KiB')
    return this.#unknown === undefined ? { text } : { text, unknown: this.#unknown }
  }

  /** Up to the closing brace of a variable, or to the end. */
  #until(stop: string, depth: number): string {
    const parts: string[] = []
    let length = 0
    while (this.#here < this.#word.length && length <= MAX_VALUE) {
      const sign = this.#word[this.#here] ?? ''
      if (sign === stop) break
      const part =
        sign === "'"
          ? this.#single()
          : sign === '"'
            ? this.#double(depth)
            : sign === '$'
              ? this.#dollar(depth)
              : this.#plain(sign)
      length += part.length
      parts.push(part)
    }
    return parts.join('')
  }
  #plain(sign: string): string {
    this.#here += 1
    if (sign !== this.#escape) return sign
    const next = this.#word[this.#here] ?? ''
    this.#here += 1
    return next
  }
  #single(): string {
    const from = this.#here + 1
    const end = this.#word.indexOf("'", from)
    this.#here = end < 0 ? this.#word.length : end + 1
    return this.#word.slice(from, end < 0 ? undefined : end)
  }
  #double(depth: number): string {
    const parts: string[] = []
    let length = 0
    this.#here += 1
    while (this.#here < this.#word.length && length <= MAX_VALUE) {
      const sign = this.#word[this.#here] ?? ''
      if (sign === '"') {
        this.#here += 1
        break
      }
      const part = sign === '$' ? this.#dollar(depth) : this.#quoted(sign)
      length += part.length
      parts.push(part)
    }
    return parts.join('')
  }
  /** Within double quotes the escape character escapes these alone. */
  #quoted(sign: string): string {
    const next = this.#word[this.#here + 1] ?? ''
    const escapes = sign === this.#escape && (next === '"' || next === '$' || next === this.#escape)
    this.#here += escapes ? 2 : 1
    return escapes ? next : sign
  }

  #dollar(depth: number): string {
    this.#here += 1
    if (this.#word[this.#here] !== '{') {
      const name = this.#name()
      return name === '' ? '$' : this.#put(this.#lookup(name))
    }
    this.#here += 1
    const name = this.#name()
    const sign = this.#word[this.#here] ?? ''
    if (name === '' || depth > MAX_DEPTH) return this.#strange('a variable of it is not well formed')
    if (sign === '}') {
      this.#here += 1
      return this.#put(this.#lookup(name))
    }
    const colon = sign === ':'
    if (colon) this.#here += 1
    const operator = this.#word[this.#here] ?? ''
    this.#here += 1
    if (!'-+?'.includes(operator) || operator === '')
      return this.#strange(`\${${name}${operator}...} is worked out by the build`)
    const before = this.#unknown
    const other = this.#until('}', depth + 1)
    this.#here += 1
    const own = this.#lookup(name)
    if (own?.unknown !== undefined) {
      this.#unknown = before
      return this.#put(own)
    }
    const there = own !== undefined && (!colon || own.text !== '')
    if (operator === '+') {
      if (!there) this.#unknown = before
      return there ? other : ''
    }
    if (there) {
      this.#unknown = before
      return own.text
    }
    if (operator === '-') return other
    this.#unknown = before
    return this.#put(hidden(`the build stops unless ${name} is given`))
  }
  /** The rest is passed over up to the brace. */
  #strange(because: string): string {
    const end = this.#word.indexOf('}', this.#here)
    this.#here = end < 0 ? this.#word.length : end + 1
    return this.#put(hidden(because))
  }
  /** A name, one digit, or one of the shell's special parameters. */
  #name(): string {
    const name =
      /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?!$-])/.exec(this.#word.slice(this.#here, this.#here + 1000))?.[0] ?? ''
    this.#here += name.length
    return name
  }
  #put(value: Value | undefined): string {
    if (value?.unknown !== undefined) this.#unknown ??= value.unknown
    return value?.text ?? ''
  }
}
