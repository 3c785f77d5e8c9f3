/**
 * Words of the AppArmor profile language. What a word is depends on the rule it stands in (parser_lex.l is modal),
 * so the parser asks for the kind that may come next.
 */
import type { Place } from '../../model/place.ts'

/** A mistake in the text; caught by the parser, never leaves this folder. */
export class Fault extends Error {
  readonly at: number
  /** Whether reading goes on right there, and not in the next line. */
  readonly goesOn: boolean
  constructor(message: string, at: number, goesOn = false) {
    super(message)
    this.at = at
    this.goesOn = goesOn
  }
}

/** What the parts of the parser share. */
export interface Reader {
  readonly lexer: Lexer
  /** A mistake at an offset, else at the word last read. */
  fault(message: string, at?: number): Fault
  /** Notes a construct that AppArmor 3.0 refuses. */
  isNew(what: string, place: Place): void
  /** Reads the comma at the end of a rule. */
  endRule(): void
}

/** The kinds of words at the beginning of a rule. `name=` is `condition`, `peer=(` is `group`. */
export type Kind =
  | 'end'
  | 'id'
  | 'variable'
  | 'boolean'
  | 'permissions'
  | 'keyword'
  | 'condition'
  | 'group'
  | 'include'
  | '{'
  | '}'
  | '('
  | ','
  | '^'
  | '->'
  | '='
  | '+='
  | '+'
  | '?='
  | ':='

const NEWLINE = 10
const RETURN = 13
const BACKSLASH = 92
const COMMA = 44
const QUOTE = 34
const isBlank = (code: number): boolean => code === 32 || code === 9
/** Blank, tab, line ends, `"`, `!` end an unquoted word; `,` too, unless something follows it. */
const endsId = (code: number): boolean =>
  code === 32 ||
  code === 9 ||
  code === NEWLINE ||
  code === RETURN ||
  code === QUOTE ||
  code === 33 ||
  Number.isNaN(code)
const isEscapable = (code: number): boolean =>
  code === 32 || code === 9 || code === QUOTE || code === 33 || code === COMMA

const WORD = /[A-Za-z]\w*/y
const PERMISSIONS = /^(?:[RrWwaLlMmkXx]|[PpCc][Xx]|[PpCc]?[IiUu][Xx])+$/
const VARIABLE = /[@$](?:\{[A-Za-z]\w*\}|[A-Za-z]\w*)/y
const ASSIGNED = /[ \t]*=/y
const GROUPED = /[ \t]*=[ \t]*\(/y
const LISTED = /[ \t]+in[ \t]*\(/y
/** A line of a comment or a name is not longer than this; bounds the work of showing it. */
const SHOWN = 60

export class Lexer {
  readonly file: string
  readonly text: string
  pos = 0
  /** The word last read: its kind, its value, and where it begins. */
  kind: Kind = 'end'
  value = ''
  start = 0
  #lineStarts: number[] = [0]
  #scanned = 0
  #lastLine = 0

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  place(at: number = this.start): Place {
    while (this.#scanned <= at) {
      const next = this.text.indexOf('\n', this.#scanned)
      if (next < 0) this.#scanned = Number.POSITIVE_INFINITY
      else {
        this.#scanned = next + 1
        this.#lineStarts.push(next + 1)
      }
    }
    // Places are asked for in order, so the line is nearly always the one found last or one of the next few.
    const starts = this.#lineStarts
    let line = (starts[this.#lastLine] ?? 0) <= at ? this.#lastLine : 0
    if (line === 0) {
      let high = starts.length - 1
      while (line < high) {
        const middle = (line + high + 1) >> 1
        if ((starts[middle] ?? 0) <= at) line = middle
        else high = middle - 1
      }
    } else while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= at) line++
    this.#lastLine = line
    return { file: this.file, line: line + 1, column: at - (starts[line] ?? 0) + 1 }
  }

  fault(message: string, at: number = this.start): Fault {
    return new Fault(message, at)
  }
  /** What stands here, for a message. */
  here(): string {
    if (this.pos >= this.text.length) return 'the end of the file'
    const part = this.text.slice(this.pos, this.pos + SHOWN).split(/[\n\r]/, 1)[0] ?? ''
    return part === '' ? 'the end of the line' : JSON.stringify(part)
  }

  /** Whether the word last read is this one. */
  is(word: string): boolean {
    return this.kind === 'keyword' && this.value === word
  }

  /** Past blanks and line ends. */
  skipSpace(): void {
    const { text } = this
    let { pos } = this
    for (;;) {
      const code = text.charCodeAt(pos)
      if (isBlank(code) || code === NEWLINE) pos++
      else if (code === RETURN && text.charCodeAt(pos + 1) === NEWLINE) pos += 2
      else break
    }
    this.pos = pos
  }
  /** Past blanks of this line. */
  skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.pos))) this.pos++
  }
  /** Past blanks, line ends and comments, up to the next word; `#include` is no comment. */
  #skipComments(): void {
    for (;;) {
      this.skipSpace()
      if (this.text.charCodeAt(this.pos) !== 35 || this.text.startsWith('#include', this.pos)) return
      const end = this.text.indexOf('\n', this.pos)
      if (end < 0)
        throw this.fault('The comment in the last line does not end: parsers want a line end after it', this.pos)
      this.pos = end + 1
    }
  }

  /** The next word where a rule begins or a file rule goes on. */
  next(): Kind {
    this.#skipComments()
    const { text, pos } = this
    this.start = pos
    const code = text.charCodeAt(pos)
    if (Number.isNaN(code)) return this.#is('end', pos)
    switch (code) {
      case 47: // /
      case 38: // &
        return this.#id(this.idEnd(pos))
      case 58: // :
        if (text.charCodeAt(pos + 1) === 61) return this.#is(':=', pos + 2)
        return this.#id(this.idEnd(pos + 1))
      case 64: // @
        return this.#variable()
      case 36: // $
        VARIABLE.lastIndex = pos
        if (!VARIABLE.test(text)) throw this.fault('A boolean variable is written ${NAME}')
        return this.#is('boolean', VARIABLE.lastIndex, text.slice(pos, VARIABLE.lastIndex).replace(/[${}]/g, ''))
      case QUOTE: {
        const first = text.charAt(pos + 1)
        const value = this.quoted()
        if (!'/@:&'.includes(first) || first === '')
          throw this.fault(
            `A quoted word is expected to begin with / or @{NAME}, but it is ${JSON.stringify(value.slice(0, SHOWN))}`,
          )
        this.kind = 'id'
        this.value = value
        return 'id'
      }
      case 123:
        return this.#is('{', pos + 1)
      case 125:
        return this.#is('}', pos + 1)
      case 40:
        return this.#is('(', pos + 1)
      case COMMA:
        return this.#is(',', pos + 1)
      case 94:
        return this.#is('^', pos + 1)
      case 61:
        return this.#is('=', pos + 1)
      case 43:
        if (text.charCodeAt(pos + 1) === 61) return this.#is('+=', pos + 2)
        return this.#is('+', pos + 1)
      case 63:
        if (text.charCodeAt(pos + 1) === 61) return this.#is('?=', pos + 2)
        break
      case 45:
        if (text.charCodeAt(pos + 1) === 62) return this.#is('->', pos + 2)
        break
      case 35:
        return this.#include(pos + 8, true)
      default:
    }
    WORD.lastIndex = pos
    if (!WORD.test(text)) throw this.fault(`No rule begins with ${this.here()}`)
    return this.#word(WORD.lastIndex)
  }

  #is(kind: Kind, end: number, value = ''): Kind {
    this.pos = end
    this.value = value
    this.kind = kind
    return kind
  }
  #id(end: number): Kind {
    return this.#is('id', end, unescapeWord(this.text.slice(this.pos, end)))
  }
  #variable(): Kind {
    const { text, pos } = this
    VARIABLE.lastIndex = pos
    if (!VARIABLE.test(text)) throw this.fault('A variable is written @{NAME}')
    const end = VARIABLE.lastIndex
    const after = text.charCodeAt(end)
    // @{X}/path is one word, @{X}=value is not.
    const assigned = after === 61 || after === 43 || ((after === 63 || after === 58) && text.charCodeAt(end + 1) === 61)
    if (!assigned) {
      const whole = this.idEnd(end)
      if (whole > end) return this.#id(whole)
    }
    return this.#is('variable', end, text.slice(pos, end).replace(/[@{}]/g, ''))
  }
  #word(end: number): Kind {
    const { text, pos } = this
    const word = text.slice(pos, end)
    const after = text.charCodeAt(end)
    if (word === 'include' && isBlank(after)) return this.#include(end, false)
    if (isBlank(after) || after === 61) {
      GROUPED.lastIndex = end
      if ((word === 'peer' || word === 'xattrs') && GROUPED.test(text)) return this.#is('group', end, word)
      ASSIGNED.lastIndex = end
      if (ASSIGNED.test(text)) return this.#is('condition', end, word)
      LISTED.lastIndex = end
      if (LISTED.test(text)) return this.#is('condition', end, word)
    }
    if (
      (isBlank(after) || after === COMMA || after === NEWLINE || after === RETURN || after === 11 || after === 12) &&
      PERMISSIONS.test(word)
    )
      return this.#is('permissions', end, word)
    return this.#is('keyword', end, word)
  }
  #include(end: number, wantsLine: boolean): Kind {
    if (wantsLine && this.text.indexOf('\n', end) < 0)
      throw this.fault('The #include in the last line does not end: parsers want a line end after it')
    return this.#is('include', end)
  }

  /** Where an unquoted word that begins or goes on at `from` ends. */
  idEnd(from: number): number {
    const { text } = this
    let pos = from
    for (;;) {
      const code = text.charCodeAt(pos)
      if (endsId(code)) return pos
      if (code === COMMA) {
        const after = text.charCodeAt(pos + 1)
        if (endsId(after) || after === COMMA) return pos
        pos++
      } else if (code === BACKSLASH && isEscapable(text.charCodeAt(pos + 1))) pos += 2
      else pos++
    }
  }
  /** A word in quotes, from the quote here. */
  quoted(): string {
    const end = this.#quoteEnd(this.pos)
    const value = unescapeWord(this.text.slice(this.pos + 1, end))
    this.pos = end + 1
    return value
  }
  /** The quote that ends it: one behind a backslash does so only where no other follows. */
  #quoteEnd(from: number): number {
    const { text } = this
    let end = text.indexOf('"', from + 1)
    while (end >= 0 && text.charCodeAt(end - 1) === BACKSLASH) {
      const later = text.indexOf('"', end + 1)
      if (later < 0) break
      end = later
    }
    if (end < 0) throw this.fault('A quote is opened and never closed', from)
    if (text.slice(from, end).includes('\0')) throw this.fault('A quoted word holds a NUL character', from)
    return end
  }

  /** An unquoted or quoted word of any kind, here; undefined where none stands here. */
  anyWord(): string | undefined {
    this.start = this.pos
    if (this.text.charCodeAt(this.pos) === QUOTE) return this.quoted()
    const end = this.idEnd(this.pos)
    if (end === this.pos) return undefined
    const value = unescapeWord(this.text.slice(this.pos, end))
    this.pos = end
    return value
  }
  /** A regular expression (sticky) here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.pos
    const found = pattern.exec(this.text)
    if (!found) return undefined
    this.start = this.pos
    this.pos = pattern.lastIndex
    return found[0]
  }
  /** A fixed text here. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.pos)) return false
    this.start = this.pos
    this.pos += text.length
    return true
  }
  /** A value in `name=(value, "value")`. */
  listValue(): string | undefined {
    this.start = this.pos
    if (this.text.charCodeAt(this.pos) === QUOTE) return this.quoted()
    const { text } = this
    let { pos } = this
    for (;;) {
      const code = text.charCodeAt(pos)
      if (
        code === BACKSLASH &&
        (isEscapable(text.charCodeAt(pos + 1)) || text[pos + 1] === '(' || text[pos + 1] === ')')
      )
        pos += 2
      else if (endsId(code) || code === COMMA || code === 40 || code === 41) break
      else pos++
    }
    if (pos === this.pos) return undefined
    const value = unescapeWord(text.slice(this.pos, pos))
    this.pos = pos
    return value
  }
}

const NAMED: Readonly<Record<string, string>> = {
  a: '\x07',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
}
const ESCAPE = /\\(?:([0-7]{1,3})|d(\d{1,3})|x([0-9A-Fa-f]{1,2})|([aefnrt"\\]))/g
/** `\"`, `\t`, `\101`, `\x41` and `\d65` as the characters they are; what globs give a meaning keeps its backslash. */
export function unescapeWord(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, (whole, octal?: string, decimal?: string, hex?: string, letter?: string) => {
    let rest = ''
    let character: string
    if (letter !== undefined) character = NAMED[letter] ?? letter
    else {
      let digits = octal ?? decimal ?? hex ?? '0'
      const base = octal === undefined ? (decimal === undefined ? 16 : 10) : 8
      // \378 is \37 and 8: no character is above 255.
      while (Number.parseInt(digits, base) > 255) {
        rest = digits.slice(-1) + rest
        digits = digits.slice(0, -1)
      }
      const code = Number.parseInt(digits, base)
      if (code === 0) return whole
      character = String.fromCharCode(code)
    }
    return ('*?[]{}^,\\'.includes(character) ? `\\${character}` : character) + rest
  })
}
