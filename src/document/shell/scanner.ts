/**
 * The simple commands of a shell script (POSIX sh, bash): Shell Command Language, IEEE Std 1003.1, and bash(1). Nothing is run.
 * It is read once from left to right; what would need the machine (variables of the environment, output of commands) is a `HOLE`.
 */
import { HOLE } from '../hole.ts'
import type { Place } from '../../model/place.ts'
import { Variables, type Block, type Value } from './variables.ts'
import { ansiC, Word, type Field } from './word.ts'

/** A word as it is after expansion: one written word may become several. */
export interface ShellWord extends Field {
  /** Where the written word begins and ends in the text. */
  readonly start: number
  readonly end: number
}
export interface Problem {
  readonly offset: number
  readonly what: string
}
/** Names for the `HOLE`s that stand in the text already, by their offset: variables of make, expressions of a workflow. */
export type Holes = ReadonlyMap<number, string>

interface Command {
  words: ShellWord[]
  /** Assignments before the first word: they are of the script where no word follows. */
  assigned: {
    readonly name: string
    readonly append: boolean
    readonly values: readonly Value[]
    readonly array: boolean
    readonly place: Place
  }[]
  /** After && or ||: it may not be run. */
  conditional: boolean
  /** It may begin with a keyword still. */
  fresh: boolean
}
interface Frame {
  readonly kind: 'paren' | 'case' | 'if' | 'loop' | 'brace'
  readonly before: Block
}
interface Heredoc {
  readonly end: string
  readonly tabs: boolean
}

const MAX_DEPTH = 50
const MAX_FRAMES = 200
/** Characters that an arithmetic expression may have. */
const MAX_ARITHMETIC = 1000
const LONGEST_KEYWORD = 8
const DECLARING = new Set(['export', 'local', 'declare', 'typeset', 'readonly'])
const ASSIGNMENT = /([A-Za-z_]\w*)(\[[^\]\n]*\])?(\+?)=/y
const NAME = /[A-Za-z_]\w*/y
/** What has no meaning within a word. */
const PLAIN = /[^\s'"\\$`;&|<>()\uFFFC]+/y
/** A command whose output is a path. */
const PATHS =
  /(?:^|&&|;)\s*(?:pwd(?:\s+-[LP])?|realpath\s[^|;&]*|readlink\s+-\w*f\w*\s[^|;&]*|git\s+rev-parse\s+--show-toplevel|mktemp\s+-d[^|;&]*)\s*$/
const PATH_NAMES = new Set(['PWD', 'HOME', 'OLDPWD'])

export class Scanner {
  readonly problems: Problem[] = []
  readonly variables: Variables
  readonly #text: string
  readonly #placeOf: (offset: number) => Place
  readonly #holes: Holes
  readonly #emit: (words: readonly ShellWord[]) => void
  #at = 0
  #depth = 0
  #block: Block = { kind: 'script', outer: undefined }
  #command: Command = fresh(false)
  #frames: Frame[] = []
  /** Frames of this list and of those around it. */
  #framed = 0
  #closer: '' | ')' | '`' = ''
  #heredocs: Heredoc[] = []

  constructor(
    text: string,
    placeOf: (offset: number) => Place,
    holes: Holes,
    counts: ReadonlyMap<string, number> | undefined,
    emit: (words: readonly ShellWord[]) => void,
  ) {
    this.#text = text
    this.#placeOf = placeOf
    this.#holes = holes
    this.variables = new Variables(counts)
    this.#emit = emit
  }

  read(): void {
    this.#list('')
  }

  /** Commands up to the sign that closes them, or to the end. */
  #list(closer: '' | ')' | '`'): void {
    const { length } = this.#text
    while (this.#at < length) {
      const sign = this.#text[this.#at] ?? ''
      switch (sign) {
        case ' ':
        case '\t':
        case '\r':
          this.#at += 1
          break
        case '\n':
          // After && and || a line may end.
          this.#finish(this.#command.conditional && this.#command.words.length + this.#command.assigned.length === 0)
          this.#at += 1
          this.#bodies()
          break
        case '#':
          this.#at = this.#find('\n', this.#at)
          break
        case ';':
          this.#separate()
          break
        case '&':
          if (this.#text[this.#at + 1] === '>') {
            this.#at += 1
            this.#redirect()
          } else this.#separate()
          break
        case '|':
          this.#separate()
          break
        case '<':
        case '>':
          if (this.#text[this.#at + 1] === '(') this.#word()
          else this.#redirect()
          break
        case '(':
          this.#open()
          break
        case ')':
          if (this.#close(closer)) return
          break
        case '\\':
          if (/^\\\r?\n/.test(this.#text.slice(this.#at, this.#at + 3))) {
            this.#at += this.#text[this.#at + 1] === '\r' ? 3 : 2
            break
          }
          this.#word()
          break
        case '`':
          if (closer === '`') {
            this.#finish(false)
            this.#at += 1
            return
          }
          this.#word()
          break
        default:
          this.#word()
      }
    }
    this.#finish(false)
    if (closer !== '') this.#tell(length, closer === ')' ? 'a $( that is not closed' : 'a ` that is not closed')
  }

  /** `;`, `;;`, `&`, `&&`, `|`, `||` */
  #separate(): void {
    const [operator = ''] = /[;&|]+/y.exec(this.#text.slice(this.#at, this.#at + 3)) ?? []
    this.#finish(operator === '&&' || operator === '||')
    this.#at += Math.max(1, operator.length)
    if (operator.startsWith(';;') || operator === ';&') this.#branch('case')
  }

  #open(): void {
    if (this.#text[this.#at + 1] === '(' && this.#command.words.length === 0) {
      // ((arithmetic)), also of for ((;;)).
      const end = this.#arithmetic(this.#at)
      if (end > 0) {
        this.#at = end
        return
      }
    }
    this.#finish(false)
    this.#at += 1
    this.#push('paren')
  }

  /** True where it closes the list. */
  #close(closer: string): boolean {
    const top = this.#frames.at(-1)
    if (top?.kind === 'case') {
      // What stands before is a pattern.
      this.#command = fresh(false)
      this.#at += 1
      return false
    }
    this.#finish(false)
    this.#at += 1
    if (top?.kind === 'paren') {
      this.#pop('paren')
      return false
    }
    return closer === ')'
  }

  #push(kind: Frame['kind']): void {
    if (this.#framed >= MAX_FRAMES) return
    this.#framed += 1
    this.#frames.push({ kind, before: this.#block })
    this.#block = { kind, outer: this.#block }
  }
  #pop(kind: Frame['kind']): void {
    const top = this.#frames.at(-1)
    if (top?.kind !== kind) return
    this.#frames.pop()
    this.#framed -= 1
    this.#block = top.before
  }
  /** Another branch of the same: what was set in the last one is not set here. */
  #branch(kind: Frame['kind']): void {
    const top = this.#frames.at(-1)
    if (top?.kind === kind) this.#block = { kind, outer: top.before }
  }

  /** The command ends here. */
  #finish(conditional: boolean): void {
    const command = this.#command
    this.#command = fresh(conditional)
    const { words, assigned } = command
    if (words.length === 0) {
      for (const { name, append, values, array, place } of assigned)
        this.#assign(name, append, values, array, place, !command.conditional)
      return
    }
    const [first, ...rest] = words
    const program = first?.text ?? ''
    if (program === 'read' || program === 'unset' || program === 'mapfile' || program === 'readarray')
      for (const { text } of rest) if (/^[A-Za-z_]\w*$/.test(text)) this.variables.touch(text)
    if (program === 'getopts' && rest[1]) this.variables.touch(rest[1].text)
    if (program === 'printf' && rest[0]?.text === '-v' && rest[1]) this.variables.touch(rest[1].text)
    this.#emit(words)
  }

  #assign(
    name: string,
    append: boolean,
    values: readonly Value[],
    array: boolean,
    place: Place,
    certain: boolean,
  ): void {
    if (append) this.variables.append(name, values, this.#block, certain)
    else this.variables.set(name, values, array, place, this.#block, certain)
  }

  /** A word of the command, or an assignment before it, or a keyword. */
  #word(): void {
    const command = this.#command
    const start = this.#at
    const declares = command.words.length > 0 && DECLARING.has(command.words[0]?.text ?? '')
    if (command.words.length === 0 || declares) {
      ASSIGNMENT.lastIndex = start
      const match = ASSIGNMENT.exec(this.#text)
      if (match) {
        this.#assignment(match, declares)
        return
      }
    }
    const word = new Word()
    this.#expand(word, '')
    if (this.#at === start) this.#at += 1
    const after = this.#text[this.#at]
    // 2>file: the number is of the redirection.
    if ((after === '<' || after === '>') && /^\d+$/.test(this.#text.slice(start, this.#at))) return
    if (command.fresh && this.#at - start <= LONGEST_KEYWORD && this.#keyword(this.#text.slice(start, this.#at))) return
    command.fresh = false
    for (const field of word.end()) command.words.push({ ...field, start, end: this.#at })
  }

  #assignment(match: RegExpExecArray, declares: boolean): void {
    const [whole, name = '', subscript, plus] = match
    const place = this.#placeOf(this.#at)
    this.#at += whole.length
    const array = this.#text[this.#at] === '('
    this.variables.assigning = name
    const values: Value[] = array ? this.#elements() : [this.#single()]
    this.variables.assigning = undefined
    if (subscript !== undefined) return this.variables.touch(name)
    const { conditional, assigned } = this.#command
    if (declares) this.#assign(name, plus === '+', values, array, place, !conditional)
    else assigned.push({ name, append: plus === '+', values, array, place })
    this.#command.fresh = false
  }

  /** The value of an assignment: nothing is split. */
  #single(): Value {
    const word = new Word()
    this.#expand(word, '', true)
    const fields = word.end()
    return { text: fields.map(({ text }) => text).join(' '), holes: fields.flatMap(({ holes }) => holes) }
  }

  /** `(a "b c" $d)` */
  #elements(): Value[] {
    const values: Value[] = []
    this.#at += 1
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? ''
      if (sign === ')') {
        this.#at += 1
        return values
      }
      if (/\s/.test(sign)) this.#at += 1
      else if (sign === '#') this.#at = this.#find('\n', this.#at)
      else if (sign === '\\' && /^\\\r?\n/.test(this.#text.slice(this.#at, this.#at + 3))) this.#at += 2
      else if (/[;&|<>(]/.test(sign)) this.#at += 1
      else {
        const word = new Word()
        const start = this.#at
        this.#expand(word, '')
        if (this.#at === start) this.#at += 1
        values.push(...word.end())
      }
    }
    this.#tell(this.#at, 'a ( of an array that is not closed')
    return values
  }

  /** Words that begin and end stretches of the script. True where this is one, and no word of a command. */
  #keyword(word: string): boolean {
    switch (word) {
      case 'if':
        this.#push('if')
        return true
      case 'then':
      case 'else':
      case 'elif':
        this.#branch('if')
        return true
      case 'fi':
        this.#pop('if')
        return true
      case 'while':
      case 'until':
        this.#push('loop')
        return true
      case 'for':
      case 'select': {
        this.#push('loop')
        const [, name] = /^[ \t]+([A-Za-z_]\w*)/.exec(this.#text.slice(this.#at, this.#at + 200)) ?? []
        if (name !== undefined) this.variables.touch(name)
        this.#command.fresh = false
        return true
      }
      case 'do':
        this.#branch('loop')
        return true
      case 'done':
        this.#pop('loop')
        this.#command.fresh = false
        return true
      case 'case':
        this.#push('case')
        this.#command.fresh = false
        return true
      case 'esac':
        this.#pop('case')
        return true
      case '{':
        this.#push('brace')
        return true
      case '}':
        this.#pop('brace')
        return true
      case '!':
      case 'time':
      case 'coproc':
        return true
      case 'function':
        this.#at +=
          /^[ \t]+[^\s(){}]+(?:[ \t]*\([ \t]*\))?/.exec(this.#text.slice(this.#at, this.#at + 300))?.[0].length ?? 0
        return true
      default:
        return false
    }
  }

  /** `> file`, `2>&1`, `<<< word`, `<< END`: what follows is no word of the command. */
  #redirect(): void {
    const operator = /^(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<|>)/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0] ?? ''
    this.#at += Math.max(1, operator.length)
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1
    if (/[\n;|)&]/.test(this.#text[this.#at] ?? '\n')) return
    const start = this.#at
    const word = new Word()
    this.#expand(word, '', true)
    if (operator !== '<<' && operator !== '<<-') return
    const raw = this.#text.slice(start, this.#at)
    const end = raw.replace(/['"\\]/g, '')
    if (this.#heredocs.length < MAX_DEPTH) this.#heredocs.push({ end, tabs: operator === '<<-' })
  }

  /** The bodies of here-documents begin after the line: they are no commands. */
  #bodies(): void {
    for (const { end, tabs } of this.#heredocs.splice(0)) {
      while (this.#at < this.#text.length) {
        const stop = this.#find('\n', this.#at)
        const line = this.#text.slice(this.#at, stop).replace(/\r$/, '')
        this.#at = Math.min(stop + 1, this.#text.length)
        if ((tabs ? line.replace(/^\t+/, '') : line) === end) break
      }
    }
  }

  /**
   * One word, expanded: up to a blank or an operator, or within `${X:-...}` (`until` is a brace) up to that.
   * `whole` keeps it one field, as in assignments.
   */
  #expand(word: Word, until: '' | '}', whole = false): void {
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? ''
      if (until === '}' && sign === '}') return
      switch (sign) {
        case "'": {
          const end = this.#quoteEnd("'", this.#at + 1)
          word.add(this.#text.slice(this.#at + 1, end))
          this.#at = end + 1
          break
        }
        case '"':
          this.#at += 1
          this.#quoted(word)
          break
        case '\\':
          this.#escape(word)
          break
        case '$':
          this.#dollar(word, whole)
          break
        case '`':
          if (this.#closer === '`') return
          this.#backticks(word)
          break
        case HOLE:
          word.hole(this.#holes.get(this.#at) ?? 'a sign that cannot be read')
          this.#at += 1
          break
        case '<':
        case '>':
          if (this.#text[this.#at + 1] !== '(') {
            if (until === '') return
            word.add(sign)
            this.#at += 1
          } else {
            const start = this.#at
            this.#at += 2
            this.#nested(')')
            word.hole(excerpt(this.#text.slice(start, this.#at)))
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
          this.#at += 1
          break
        default: {
          PLAIN.lastIndex = this.#at
          const plain = PLAIN.exec(this.#text)?.[0] ?? sign
          const stop = until === '}' ? plain.indexOf('}') : -1
          word.add(stop < 0 ? plain : plain.slice(0, stop))
          this.#at += stop < 0 ? plain.length : stop
        }
      }
    }
    if (until === '}') this.#tell(this.#at, 'a ${ that is not closed')
  }

  #escape(word: Word): void {
    const next = this.#text[this.#at + 1]
    if (next === '\n') this.#at += 2
    else if (next === '\r' && this.#text[this.#at + 2] === '\n') this.#at += 3
    else {
      word.add(next ?? '\\')
      this.#at += 2
    }
  }

  /** Up to the double quote that closes. */
  #quoted(word: Word): void {
    word.add('')
    const start = this.#at
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? ''
      if (sign === '"') {
        this.#at += 1
        return
      }
      if (sign === '\\') {
        const next = this.#text[this.#at + 1] ?? ''
        if (next === '\n') this.#at += 2
        else {
          word.add(/["\\$`]/.test(next) ? next : `\\${next}`)
          this.#at += 2
        }
      } else if (sign === '$') this.#dollar(word, true, true)
      else if (sign === '`') {
        if (this.#closer === '`') return
        this.#backticks(word)
      } else if (sign === HOLE) {
        word.hole(this.#holes.get(this.#at) ?? 'a sign that cannot be read')
        this.#at += 1
      } else {
        INNER.lastIndex = this.#at
        const plain = INNER.exec(this.#text)?.[0] ?? sign
        word.add(plain)
        this.#at += plain.length
      }
    }
    this.#tell(start - 1, 'a " that is not closed')
  }

  /** `whole`: no field ends here. */
  #dollar(word: Word, whole: boolean, quoted = false): void {
    const start = this.#at
    const next = this.#text[start + 1] ?? ''
    if (next === '(') {
      if (this.#text[start + 2] === '(') {
        const end = this.#arithmetic(start)
        if (end > 0) {
          this.#at = end
          word.hole(excerpt(this.#text.slice(start, this.#at)))
          return
        }
      }
      this.#at += 2
      this.#nested(')')
      const written = this.#text.slice(start, this.#at)
      word.hole(excerpt(written), written.length < 300 && PATHS.test(written.slice(2, -1)))
    } else if (next === '{') {
      this.#at += 2
      if (this.#depth >= MAX_DEPTH) word.hole('${')
      else {
        this.#depth += 1
        this.#parameter(word, start, whole, quoted)
        this.#depth -= 1
      }
    } else if (next === "'" && !quoted) {
      let end = start + 2
      while (end < this.#text.length && this.#text[end] !== "'") end += this.#text[end] === '\\' ? 2 : 1
      if (end >= this.#text.length) this.#tell(start, "a $' that is not closed")
      word.add(ansiC(this.#text.slice(start + 2, end)))
      this.#at = end + 1
    } else if (next === '"' && !quoted) this.#at += 1
    else {
      NAME.lastIndex = start + 1
      const name = NAME.exec(this.#text)?.[0] ?? (/[@*#?$!0-9-]/.test(next) ? next : '')
      if (name === '') {
        word.add('$')
        this.#at += 1
        return
      }
      this.#at += 1 + name.length
      this.#variable(word, name, this.#text.slice(start, this.#at), whole, quoted, false)
    }
  }

  /** After `${`. */
  #parameter(word: Word, start: number, whole: boolean, quoted: boolean): void {
    const [match = '', name = '', subscript = '', operator = ''] =
      /^([A-Za-z_]\w*|[0-9]+|[@*#?$!-])(\[[@*\w]*\])?(:?[-=?+])?/.exec(this.#text.slice(this.#at, this.#at + 300)) ?? []
    const after = this.#text[this.#at + match.length]
    const isPlain = match !== '' && operator === '' && after === '}'
    const isDefault = operator.endsWith('-') || operator.endsWith('=')
    this.#at += match.length
    const skip = (): string => {
      if (quoted) this.#quotedDefault(new Word())
      else this.#expand(new Word(), '}', true)
      this.#at += 1
      return excerpt(this.#text.slice(start, this.#at))
    }
    if (!isPlain && !isDefault) {
      // An alternative, a message, a length, a part, a replacement: what comes of it is not known, and commands in it are read.
      word.hole(skip())
      return
    }
    if (isDefault && subscript === '' && this.variables.get(name, this.#block) === 'unset') {
      const other = new Word()
      if (quoted) this.#quotedDefault(other)
      else this.#expand(other, '}', true)
      this.#at += 1
      const [value = { text: '', holes: [] }] = other.end()
      const place = this.#placeOf(start)
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
  #quotedDefault(word: Word): void {
    while (this.#at < this.#text.length && this.#text[this.#at] !== '}') {
      const sign = this.#text[this.#at] ?? ''
      if (sign === '$') this.#dollar(word, true, true)
      else if (sign === '`') this.#backticks(word)
      else if (sign === '\\') {
        const next = this.#text[this.#at + 1] ?? ''
        word.add(/["\\$`}]/.test(next) ? next : `\\${next}`)
        this.#at += 2
      } else if (sign === '"') this.#at += 1
      else {
        if (sign === HOLE) word.hole(this.#holes.get(this.#at) ?? 'a sign that cannot be read')
        else word.add(sign)
        this.#at += 1
      }
    }
  }

  #variable(word: Word, name: string, written: string, whole: boolean, quoted: boolean, all: boolean): void {
    const known = this.variables.get(name, this.#block)
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
    const start = this.#at
    this.#at += 1
    this.#nested('`')
    const written = this.#text.slice(start, this.#at)
    word.hole(excerpt(written), written.length < 300 && PATHS.test(written.slice(1, -1)))
  }

  /** The commands within a substitution. */
  #nested(closer: ')' | '`'): void {
    if (this.#depth >= MAX_DEPTH) {
      this.#tell(this.#at, 'commands that are nested too deep')
      this.#at = this.#text.length
      return
    }
    const outer = { command: this.#command, frames: this.#frames, block: this.#block, closer: this.#closer }
    this.#depth += 1
    this.#command = fresh(false)
    this.#frames = []
    this.#block = { kind: 'substitution', outer: outer.block }
    this.#closer = closer
    this.#list(closer)
    this.#depth -= 1
    this.#framed -= this.#frames.length
    this.#closer = outer.closer
    this.#command = outer.command
    this.#frames = outer.frames
    this.#block = outer.block
  }

  /** Where the `((...))` that begins here ends; 0 where it is none. */
  #arithmetic(start: number): number {
    const end = this.#text.slice(start, start + MAX_ARITHMETIC).search(/\)\)|\n/)
    return end >= 0 && this.#text[start + end] === ')' ? start + end + 2 : 0
  }

  #quoteEnd(quote: string, from: number): number {
    const end = this.#text.indexOf(quote, from)
    if (end >= 0) return end
    this.#tell(from - 1, `a ${quote} that is not closed`)
    return this.#text.length
  }
  #find(sign: string, from: number): number {
    const found = this.#text.indexOf(sign, from)
    return found < 0 ? this.#text.length : found
  }
  #tell(offset: number, what: string): void {
    if (this.problems.length < 5) this.problems.push({ offset, what })
  }
}

const INNER = /[^"\\$`\uFFFC]+/y
const fresh = (conditional: boolean): Command => ({ words: [], assigned: [], conditional, fresh: true })
const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text).replace(/\s+/g, ' ')
