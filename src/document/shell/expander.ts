/**
 * Words of a shell after expansion: quotes, parameters, command substitution (bash(1), EXPANSION). What would need the machine is a `HOLE`.
 * Commands within a substitution are for the scanner to read.
 */
import { HOLE } from '../hole.ts'
import type { Place } from '../../model/place.ts'
import { Variables, type Block } from './variables.ts'
import { ansiC, Word } from './word.ts'

export interface Problem {
  readonly offset: number
  readonly what: string
}
/** Names for the `HOLE`s that stand in the text already, by their offset: variables of make, expressions of a workflow. */
export type Holes = ReadonlyMap<number, string>

/** Substitutions within substitutions. */
export const MAX_DEPTH = 50
/** Characters that an arithmetic expression may have. */
const MAX_ARITHMETIC = 1000
const NAME = /[A-Za-z_]\w*/y
/** What has no meaning within a word. */
const PLAIN = /[^\s'"\\$`;&|<>()\uFFFC]+/y
/** What has none within double quotes. */
const INNER = /[^"\\$`\uFFFC]+/y
/** A command whose output is a path. */
const PATHS =
  /(?:^|&&|;)\s*(?:pwd(?:\s+-[LP])?|realpath\s[^|;&]*|readlink\s+-\w*f\w*\s[^|;&]*|git\s+rev-parse\s+--show-toplevel|mktemp\s+-d[^|;&]*)\s*$/
const PATH_NAMES = new Set(['PWD', 'HOME', 'OLDPWD'])
const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text).replace(/\s+/g, ' ')

export abstract class Expander {
  readonly problems: Problem[] = []
  readonly variables: Variables
  protected readonly text: string
  protected readonly placeOf: (offset: number) => Place
  protected readonly holes: Holes
  protected at = 0
  protected depth = 0
  protected block: Block = { kind: 'script', outer: undefined }
  /** What closes the substitution that is read. */
  protected closer: '' | ')' | '`' = ''

  constructor(
    text: string,
    placeOf: (offset: number) => Place,
    holes: Holes,
    counts: ReadonlyMap<string, number> | undefined,
  ) {
    this.text = text
    this.placeOf = placeOf
    this.holes = holes
    this.variables = new Variables(counts)
  }

  /** Reads the commands within a substitution, and what closes it. */
  protected abstract nested(closer: ')' | '`'): void

  /**
   * One word, expanded: up to a blank or an operator, or within `${X:-...}` (`until` is a brace) up to that.
   * `whole` keeps it one field, as in assignments.
   */
  protected expand(word: Word, until: '' | '}', whole = false): void {
    while (this.at < this.text.length) {
      const sign = this.text[this.at] ?? ''
      if (until === '}' && sign === '}') return
      switch (sign) {
        case "'": {
          const end = this.#quoteEnd("'", this.at + 1)
          word.add(this.text.slice(this.at + 1, end))
          this.at = end + 1
          break
        }
        case '"':
          this.at += 1
          this.#quoted(word)
          break
        case '\\':
          this.#escape(word)
          break
        case '$':
          this.#dollar(word, whole)
          break
        case '`':
          if (this.closer === '`') return
          this.#backticks(word)
          break
        case HOLE:
          word.hole(this.holes.get(this.at) ?? 'a sign that cannot be read')
          this.at += 1
          break
        case '<':
        case '>':
          if (this.text[this.at + 1] !== '(') {
            if (until === '') return
            word.add(sign)
            this.at += 1
          } else {
            const start = this.at
            this.at += 2
            this.nested(')')
            word.hole(excerpt(this.text.slice(start, this.at)))
          }
          break
        case ' ':
        case '\t':
        case '\n':
        case '\r':
        case ';':
        case '&':
        case '|':
        case '(':
        case ')':
          if (until === '') return
          word.add(sign)
          this.at += 1
          break
        default: {
          PLAIN.lastIndex = this.at
          const plain = PLAIN.exec(this.text)?.[0] ?? sign
          const stop = until === '}' ? plain.indexOf('}') : -1
          word.add(stop < 0 ? plain : plain.slice(0, stop))
          this.at += stop < 0 ? plain.length : stop
        }
      }
    }
    if (until === '}') this.tell(this.at, 'a ${ that is not closed')
  }

  #escape(word: Word): void {
    const next = this.text[this.at + 1]
    if (next === '\n') this.at += 2
    else if (next === '\r' && this.text[this.at + 2] === '\n') this.at += 3
    else {
      word.add(next ?? '\\')
      this.at += 2
    }
  }

  /** Up to the double quote that closes. */
  #quoted(word: Word): void {
    word.add('')
    const start = this.at
    while (this.at < this.text.length) {
      const sign = this.text[this.at] ?? ''
      if (sign === '"') {
        this.at += 1
        return
      }
      if (sign === '\\') {
        const next = this.text[this.at + 1] ?? ''
        if (next === '\n') this.at += 2
        else {
          word.add(/["\\$`]/.test(next) ? next : `\\${next}`)
          this.at += 2
        }
      } else if (sign === '$') this.#dollar(word, true, true)
      else if (sign === '`') {
        if (this.closer === '`') return
        this.#backticks(word)
      } else if (sign === HOLE) {
        word.hole(this.holes.get(this.at) ?? 'a sign that cannot be read')
        this.at += 1
      } else {
        INNER.lastIndex = this.at
        const plain = INNER.exec(this.text)?.[0] ?? sign
        word.add(plain)
        this.at += plain.length
      }
    }
    this.tell(start - 1, 'a " that is not closed')
  }

  /** `whole`: no field ends here. */
  #dollar(word: Word, whole: boolean, quoted = false): void {
    const start = this.at
    const next = this.text[start + 1] ?? ''
    if (next === '(') {
      if (this.text[start + 2] === '(') {
        const end = this.arithmetic(start)
        if (end > 0) {
          this.at = end
          word.hole(excerpt(this.text.slice(start, this.at)))
          return
        }
      }
      this.at += 2
      this.nested(')')
      const written = this.text.slice(start, this.at)
      word.hole(excerpt(written), written.length < 300 && PATHS.test(written.slice(2, -1)))
    } else if (next === '{') {
      this.at += 2
      if (this.depth >= MAX_DEPTH) word.hole('${')
      else {
        this.depth += 1
        this.#parameter(word, start, whole, quoted)
        this.depth -= 1
      }
    } else if (next === "'" && !quoted) {
      let end = start + 2
      while (end < this.text.length && this.text[end] !== "'") end += this.text[end] === '\\' ? 2 : 1
      if (end >= this.text.length) this.tell(start, "a $' that is not closed")
      word.add(ansiC(this.text.slice(start + 2, end)))
      this.at = end + 1
    } else if (next === '"' && !quoted) this.at += 1
    else {
      NAME.lastIndex = start + 1
      const name = NAME.exec(this.text)?.[0] ?? (/[@*#?$!0-9-]/.test(next) ? next : '')
      if (name === '') {
        word.add('$')
        this.at += 1
        return
      }
      this.at += 1 + name.length
      this.#variable(word, name, this.text.slice(start, this.at), whole, quoted, false)
    }
  }

  /** After `${`. */
  #parameter(word: Word, start: number, whole: boolean, quoted: boolean): void {
    const [match = '', name = '', subscript = '', operator = ''] =
      /^([A-Za-z_]\w*|[0-9]+|[@*#?$!-])(\[[@*\w]*\])?(:?[-=?+])?/.exec(this.text.slice(this.at, this.at + 300)) ?? []
    const after = this.text[this.at + match.length]
    const isPlain = match !== '' && operator === '' && after === '}'
    const isDefault = operator.endsWith('-') || operator.endsWith('=')
    this.at += match.length
    const skip = (): string => {
      if (quoted) this.quotedDefault(new Word())
      else this.expand(new Word(), '}', true)
      this.at += 1
      return excerpt(this.text.slice(start, this.at))
    }
    if (!isPlain && !isDefault) {
      // An alternative, a message, a length, a part, a replacement: what comes of it is not known, and commands in it are read.
      word.hole(skip())
      return
    }
    if (isDefault && subscript === '' && this.variables.get(name, this.block) === 'unset') {
      const other = new Word()
      if (quoted) this.quotedDefault(other)
      else this.expand(other, '}', true)
      this.at += 1
      const [value = { text: '', holes: [] }] = other.end()
      const place = this.placeOf(start)
      if (operator.endsWith('=')) this.variables.default(name, value, place)
      // Outside of quotes it is parted at blanks, as a value is.
      word.value(value, quoted || whole, place)
      return
    }
    const written = skip()
    const all = subscript === '[@]' || subscript === '[*]'
    if (subscript === '' || all) this.#variable(word, name, written, whole, quoted, all)
    else word.hole(written)
  }

  /** Within double quotes a default is quoted too; single quotes are letters there. */
  protected quotedDefault(word: Word): void {
    while (this.at < this.text.length && this.text[this.at] !== '}') {
      const sign = this.text[this.at] ?? ''
      if (sign === '$') this.#dollar(word, true, true)
      else if (sign === '`') this.#backticks(word)
      else if (sign === '\\') {
        const next = this.text[this.at + 1] ?? ''
        word.add(/["\\$`}]/.test(next) ? next : `\\${next}`)
        this.at += 2
      } else if (sign === '"') this.at += 1
      else {
        if (sign === HOLE) word.hole(this.holes.get(this.at) ?? 'a sign that cannot be read')
        else word.add(sign)
        this.at += 1
      }
    }
  }

  #variable(word: Word, name: string, written: string, whole: boolean, quoted: boolean, all: boolean): void {
    const known = this.variables.get(name, this.block)
    if (known === undefined || known === 'unset') {
      word.hole(written, PATH_NAMES.has(name))
      return
    }
    const values = all ? known.values : known.values.slice(0, 1)
    for (const [index, value] of values.entries()) {
      if (index > 0) {
        if (whole && !quoted) word.add(' ')
        else word.split()
      }
      word.value(value, quoted || whole, known.place)
    }
    if (!known.more) return
    // It may hold more: as another field where fields may be.
    if (all || !whole) word.split()
    word.hole(`\${${name}[@]}`)
  }

  #backticks(word: Word): void {
    const start = this.at
    this.at += 1
    this.nested('`')
    const written = this.text.slice(start, this.at)
    word.hole(excerpt(written), written.length < 300 && PATHS.test(written.slice(1, -1)))
  }

  /** Where the `((...))` that begins here ends; 0 where it is none. */
  protected arithmetic(start: number): number {
    const end = this.text.slice(start, start + MAX_ARITHMETIC).search(/\)\)|\n/)
    return end >= 0 && this.text[start + end] === ')' ? start + end + 2 : 0
  }

  #quoteEnd(quote: string, from: number): number {
    const end = this.text.indexOf(quote, from)
    if (end >= 0) return end
    this.tell(from - 1, `a ${quote} that is not closed`)
    return this.text.length
  }

  protected find(sign: string, from: number): number {
    const found = this.text.indexOf(sign, from)
    return found < 0 ? this.text.length : found
  }

  protected tell(offset: number, what: string): void {
    if (this.problems.length < 5) this.problems.push({ offset, what })
  }
}
