/**
 * The simple commands of a shell script (POSIX sh, bash): Shell Command Language, IEEE Std 1003.1, and bash(1). Nothing is run.
 * It is read once from left to right; what would need the machine (variables of the environment, output of commands) is a `HOLE`.
 */
import type { Place } from '../../model/place.ts'
import { Expander, MAX_DEPTH, type Holes } from './expander.ts'
import type { Block, Value } from './variables.ts'
import { Word, type Field } from './word.ts'

/** A word as it is after expansion: one written word may become several. */
export interface ShellWord extends Field {
  /** Where the written word begins and ends in the text. */
  readonly start: number
  readonly end: number
}

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

const MAX_FRAMES = 200
/** Words of one command, or of an array, that are kept. */
const MAX_WORDS = 10_000
const LONGEST_KEYWORD = 8
const DECLARING = new Set(['export', 'local', 'declare', 'typeset', 'readonly'])
const ASSIGNMENT = /([A-Za-z_]\w*)(\[[^\]\n]*\])?(\+?)=/y

export class Scanner extends Expander {
  readonly #emit: (words: readonly ShellWord[]) => void
  #command: Command = fresh(false)
  #frames: Frame[] = []
  /** Frames of this list and of those around it. */
  #framed = 0
  #heredocs: Heredoc[] = []

  constructor(
    text: string,
    placeOf: (offset: number) => Place,
    holes: Holes,
    counts: ReadonlyMap<string, number> | undefined,
    emit: (words: readonly ShellWord[]) => void,
  ) {
    super(text, placeOf, holes, counts)
    this.#emit = emit
  }

  read(): void {
    this.#list('')
  }

  /** Commands up to the sign that closes them, or to the end. */
  #list(closer: '' | ')' | '`'): void {
    const { length } = this.text
    while (this.at < length) {
      const sign = this.text[this.at] ?? ''
      switch (sign) {
        case ' ':
        case '\t':
        case '\r':
          this.at += 1
          break
        case '\n':
          // After && and || a line may end.
          this.#finish(this.#command.conditional && this.#command.words.length + this.#command.assigned.length === 0)
          this.at += 1
          this.#bodies()
          break
        case '#':
          this.at = this.find('\n', this.at)
          break
        case ';':
          this.#separate()
          break
        case '&':
          if (this.text[this.at + 1] === '>') {
            this.at += 1
            this.#redirect()
          } else this.#separate()
          break
        case '|':
          this.#separate()
          break
        case '<':
        case '>':
          if (this.text[this.at + 1] === '(') this.#word()
          else this.#redirect()
          break
        case '(':
          this.#open()
          break
        case ')':
          if (this.#close(closer)) return
          break
        case '\\':
          if (/^\\\r?\n/.test(this.text.slice(this.at, this.at + 3))) {
            this.at += this.text[this.at + 1] === '\r' ? 3 : 2
            break
          }
          this.#word()
          break
        case '`':
          if (closer === '`') {
            this.#finish(false)
            this.at += 1
            return
          }
          this.#word()
          break
        default:
          this.#word()
      }
    }
    this.#finish(false)
    if (closer !== '') this.tell(length, closer === ')' ? 'a $( that is not closed' : 'a ` that is not closed')
  }

  /** `;`, `;;`, `&`, `&&`, `|`, `||` */
  #separate(): void {
    const [operator = ''] = /[;&|]+/y.exec(this.text.slice(this.at, this.at + 3)) ?? []
    this.#finish(operator === '&&' || operator === '||')
    this.at += Math.max(1, operator.length)
    if (operator.startsWith(';;') || operator === ';&') this.#branch('case')
  }

  #open(): void {
    if (this.text[this.at + 1] === '(' && this.#command.words.length === 0) {
      // ((arithmetic)), also of for ((;;)).
      const end = this.arithmetic(this.at)
      if (end > 0) {
        this.at = end
        return
      }
    }
    this.#finish(false)
    this.at += 1
    this.#push('paren')
  }

  /** True where it closes the list. */
  #close(closer: string): boolean {
    const top = this.#frames.at(-1)
    if (top?.kind === 'case') {
      // What stands before is a pattern.
      this.#command = fresh(false)
      this.at += 1
      return false
    }
    this.#finish(false)
    this.at += 1
    if (top?.kind === 'paren') {
      this.#pop('paren')
      return false
    }
    return closer === ')'
  }

  #push(kind: Frame['kind']): void {
    if (this.#framed >= MAX_FRAMES) return
    this.#framed += 1
    this.#frames.push({ kind, before: this.block })
    this.block = { kind, outer: this.block }
  }
  #pop(kind: Frame['kind']): void {
    const top = this.#frames.at(-1)
    if (top?.kind !== kind) return
    this.#frames.pop()
    this.#framed -= 1
    this.block = top.before
  }
  /** Another branch of the same: what was set in the last one is not set here. */
  #branch(kind: Frame['kind']): void {
    const top = this.#frames.at(-1)
    if (top?.kind === kind) this.block = { kind, outer: top.before }
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
    if (append) this.variables.append(name, values, this.block, certain)
    else this.variables.set(name, values, array, place, this.block, certain)
  }

  /** A word of the command, or an assignment before it, or a keyword. */
  #word(): void {
    const command = this.#command
    const start = this.at
    const declares = command.words.length > 0 && DECLARING.has(command.words[0]?.text ?? '')
    if (command.words.length === 0 || declares) {
      ASSIGNMENT.lastIndex = start
      const match = ASSIGNMENT.exec(this.text)
      if (match) {
        this.#assignment(match, declares)
        return
      }
    }
    const word = new Word()
    this.expand(word, '')
    if (this.at === start) this.at += 1
    const after = this.text[this.at]
    // 2>file: the number is of the redirection.
    if ((after === '<' || after === '>') && /^\d+$/.test(this.text.slice(start, this.at))) return
    if (command.fresh && this.at - start <= LONGEST_KEYWORD && this.#keyword(this.text.slice(start, this.at))) return
    command.fresh = false
    if (command.words.length >= MAX_WORDS) return this.tell(start, `a command of more than ${MAX_WORDS} words`)
    for (const field of word.end()) command.words.push({ ...field, start, end: this.at })
  }

  #assignment(match: RegExpExecArray, declares: boolean): void {
    const [whole, name = '', subscript, plus] = match
    const place = this.placeOf(this.at)
    this.at += whole.length
    const array = this.text[this.at] === '('
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
    this.expand(word, '', true)
    const fields = word.end()
    return { text: fields.map(({ text }) => text).join(' '), holes: fields.flatMap(({ holes }) => holes) }
  }

  /** `(a "b c" $d)` */
  #elements(): Value[] {
    const values: Value[] = []
    this.at += 1
    while (this.at < this.text.length) {
      const sign = this.text[this.at] ?? ''
      if (sign === ')') {
        this.at += 1
        return values
      }
      if (/\s/.test(sign)) this.at += 1
      else if (sign === '#') this.at = this.find('\n', this.at)
      else if (sign === '\\' && /^\\\r?\n/.test(this.text.slice(this.at, this.at + 3))) this.at += 2
      else if (/[;&|<>(]/.test(sign)) this.at += 1
      else {
        const word = new Word()
        const start = this.at
        this.expand(word, '')
        if (this.at === start) this.at += 1
        if (values.length < MAX_WORDS) values.push(...word.end())
      }
    }
    this.tell(this.at, 'a ( of an array that is not closed')
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
        const [, name] = /^[ \t]+([A-Za-z_]\w*)/.exec(this.text.slice(this.at, this.at + 200)) ?? []
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
        this.at +=
          /^[ \t]+[^\s(){}]+(?:[ \t]*\([ \t]*\))?/.exec(this.text.slice(this.at, this.at + 300))?.[0].length ?? 0
        return true
      default:
        return false
    }
  }

  /** `> file`, `2>&1`, `<<< word`, `<< END`: what follows is no word of the command. */
  #redirect(): void {
    const operator = /^(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<|>)/.exec(this.text.slice(this.at, this.at + 3))?.[0] ?? ''
    this.at += Math.max(1, operator.length)
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at += 1
    if (/[\n;|)&]/.test(this.text[this.at] ?? '\n')) return
    const start = this.at
    const word = new Word()
    this.expand(word, '', true)
    if (operator !== '<<' && operator !== '<<-') return
    const raw = this.text.slice(start, this.at)
    const end = raw.replace(/['"\\]/g, '')
    if (this.#heredocs.length < MAX_DEPTH) this.#heredocs.push({ end, tabs: operator === '<<-' })
  }

  /** The bodies of here-documents begin after the line: they are no commands. */
  #bodies(): void {
    for (const { end, tabs } of this.#heredocs.splice(0)) {
      while (this.at < this.text.length) {
        const stop = this.find('\n', this.at)
        const line = this.text.slice(this.at, stop).replace(/\r$/, '')
        this.at = Math.min(stop + 1, this.text.length)
        if ((tabs ? line.replace(/^\t+/, '') : line) === end) break
      }
    }
  }

  /** The commands within a substitution. */
  protected override nested(closer: ')' | '`'): void {
    if (this.depth >= MAX_DEPTH) {
      this.tell(this.at, 'commands that are nested too deep')
      this.at = this.text.length
      return
    }
    const outer = { command: this.#command, frames: this.#frames, block: this.block, closer: this.closer }
    this.depth += 1
    this.#command = fresh(false)
    this.#frames = []
    this.block = { kind: 'substitution', outer: outer.block }
    this.closer = closer
    this.#list(closer)
    this.depth -= 1
    this.#framed -= this.#frames.length
    this.closer = outer.closer
    this.#command = outer.command
    this.#frames = outer.frames
    this.block = outer.block
  }
}

const fresh = (conditional: boolean): Command => ({ words: [], assigned: [], conditional, fresh: true })
