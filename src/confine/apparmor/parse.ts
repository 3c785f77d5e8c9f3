/** One text of the AppArmor profile language -> its items, with includes named and not opened (apparmor.d(5)). */
import type { Place } from '../../model/place.ts'
import { Fault, Lexer, type Kind, type Reader } from './lexer.ts'
import { readExpression } from './expression.ts'
import { readGroup, readRule } from './rules.ts'
import type { Block, Conditional, Flag, Item, Newer, ProfileNode, Qualifiers, Text } from './syntax.ts'
import { isNewFlag, FLAGS, MODES, NEW_MODES, OPPOSITES } from './words.ts'

/** Blocks, profiles and conditions in one another. Real ones are three deep. */
const DEEPEST = 400
/** After so many mistakes nobody reads on. */
const MOST_FAULTS = 30

export interface Mistake {
  readonly place: Place
  /** What is wrong, as a sentence without its full stop. */
  readonly message: string
}
export interface ParsedText extends Text {
  readonly mistakes: readonly Mistake[]
}

const PLAIN: Qualifiers = { audit: false, deny: false, priority: 0, prompt: false }

export function parseText(file: string, text: string): ParsedText {
  const parser = new Parser(new Lexer(file, text))
  const items = parser.items(undefined, 0)
  return { items, newer: parser.newer, mistakes: parser.mistakes }
}

class Parser implements Reader {
  readonly lexer: Lexer
  readonly newer: Newer[] = []
  readonly mistakes: Mistake[] = []
  #stopped = false

  constructor(lexer: Lexer) {
    this.lexer = lexer
  }

  fault(message: string, at?: number): Fault {
    return this.lexer.fault(message, at)
  }
  isNew(what: string, place: Place): void {
    this.newer.push({ what, place })
  }
  /** The next word is a `,`. */
  endRule(): void {
    this.lexer.skipSpace()
    if (this.lexer.take(',')) return
    const { pos, text } = this.lexer
    throw new Fault(`A rule ends with a comma, but here stands ${this.lexer.here()}`, pos, text[pos] === '}')
  }

  /** Items up to the `}` that closes what `opened` tells, or to the end of the text. */
  items(opened: Place | undefined, depth: number): Item[] {
    const { lexer } = this
    const items: Item[] = []
    if (depth > DEEPEST) {
      this.#mistake(`Blocks stand in one another more than ${DEEPEST} deep`, lexer.pos)
      this.#stopped = true
    }
    while (!this.#stopped) {
      const before = lexer.pos
      try {
        const kind = lexer.next()
        if (kind === 'end') {
          if (opened) this.#mistake(`The { of line ${opened.line} is never closed`, lexer.pos)
          break
        }
        if (kind === '}') {
          if (opened) break
          throw this.fault('A } closes nothing')
        }
        this.#item(items, depth)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        this.#mistake(error.message, error.at)
        if (error.goesOn) this.lexer.pos = error.at
        else this.#recover(Math.max(error.at, before))
        if (this.mistakes.length >= MOST_FAULTS) {
          this.#mistake('There are more mistakes than are told', lexer.pos)
          this.#stopped = true
        }
      }
    }
    return items
  }
  #mistake(message: string, at: number): void {
    this.mistakes.push({ message, place: this.lexer.place(Math.min(at, this.lexer.text.length)) })
  }
  /** To the next line. */
  #recover(at: number): void {
    const end = this.lexer.text.indexOf('\n', at)
    this.lexer.pos = end < 0 ? this.lexer.text.length : end + 1
  }

  #item(items: Item[], depth: number): void {
    const { lexer } = this
    const { kind, value } = lexer
    const place = lexer.place()
    if (kind === 'id') {
      if (this.#beginsProfile()) items.push(this.#profile('path', value, place, depth))
      else readRule(this, PLAIN, place, items)
      return
    }
    if (kind === 'include') return this.#include(items, place)
    if (kind === '^') return this.#named('hat', items, place, depth)
    if (kind === 'keyword') {
      switch (value) {
        case 'profile':
        case 'hat':
          lexer.skipBlanks()
          return this.#named(value, items, place, depth)
        case 'if':
          items.push(this.#conditional(place, depth))
          return
        case 'abi':
          return this.#abi(items, place)
        case 'alias':
        case 'rewrite':
          return this.#alias(items, place)
        default:
      }
    }
    if (kind === 'variable' || kind === 'boolean') {
      const name = value
      const after = lexer.pos
      const operator = lexer.next()
      if (operator === '=' || operator === '+=' || operator === '?=' || operator === ':=') {
        if (operator === '?=' || operator === ':=') this.isNew(`the assignment ${operator}`, place)
        items.push(
          kind === 'boolean'
            ? { kind, place, name, operator, value: this.#booleanValue(place) }
            : { kind: 'assignment', place, name, operator, values: this.#values() },
        )
        return
      }
      if (kind === 'boolean') throw this.fault('A boolean variable may only be assigned to, or stand in a condition')
      lexer.pos = after
      lexer.kind = 'variable'
      lexer.value = name
      return readRule(this, PLAIN, place, items)
    }
    const qualifiers = this.#qualifiers(place)
    if (lexer.kind === '{') {
      if (qualifiers.deny) throw this.fault('deny may not stand before a block of rules')
      if (qualifiers.priority !== 0) throw this.fault('priority may not stand before a block of rules')
      const block: Block = { kind: 'block', place, qualifiers, items: this.items(place, depth + 1) }
      items.push(block)
      return
    }
    readRule(this, qualifiers, place, items)
  }

  /** Whether what follows a path is no permission: then the path names a profile. Leaves the position behind the path. */
  #beginsProfile(): boolean {
    const { lexer } = this
    const { pos, value, start } = lexer
    const kind = lexer.next()
    const begins =
      kind === '{' || kind === '(' || kind === 'id' || kind === 'condition' || kind === 'group' || kind === 'variable'
    lexer.pos = pos
    lexer.value = value
    lexer.start = start
    lexer.kind = 'id'
    return begins
  }

  /** `priority=1 audit deny owner`, in this order, each at most once; the word behind them is read. */
  #qualifiers(place: Place): Qualifiers {
    const { lexer } = this
    const first = lexer.kind
    if (first !== 'keyword' && first !== 'condition') return PLAIN
    let found: Qualifiers = PLAIN
    if (first === 'condition' && lexer.value === 'priority') {
      this.isNew('priority=', place)
      const written = lexer.match(/[ \t]*=[ \t]*([+-]?\d{1,9})/y)
      if (written === undefined) throw this.fault('priority= wants a whole number', lexer.pos)
      const priority = Number(written.replace(/[ \t=]/g, ''))
      if (priority < -1000 || priority > 1000) throw this.fault('priority is from -1000 to 1000')
      found = { ...found, priority }
      lexer.next()
    }
    const takes = (...words: string[]): boolean => {
      return words.some((word) => lexer.is(word))
    }
    if (takes('audit')) {
      found = { ...found, audit: true }
      lexer.next()
    } else if (takes('quiet')) {
      this.isNew('quiet', place)
      lexer.next()
    }
    if (takes('allow', 'deny', 'prompt')) {
      if (lexer.value === 'prompt') this.isNew('prompt', place)
      if (lexer.value !== 'allow') found = { ...found, deny: lexer.value === 'deny', prompt: lexer.value === 'prompt' }
      lexer.next()
    }
    if (takes('owner', 'user', 'other')) {
      found = { ...found, owner: lexer.value === 'other' ? 'other' : 'owner' }
      lexer.next()
    }
    return found
  }

  #named(form: 'profile' | 'hat', items: Item[], place: Place, depth: number): void {
    const name = this.lexer.anyWord()
    if (name === undefined)
      throw this.fault(`The name of a ${form} is expected, but here stands ${this.lexer.here()}`, this.lexer.pos)
    items.push(this.#profile(form, name, place, depth))
  }

  #profile(form: ProfileNode['form'], name: string, place: Place, depth: number): ProfileNode {
    const { lexer } = this
    let attachment: string | undefined
    let xattrs: ProfileNode['xattrs'] = []
    let flags: readonly Flag[] = []
    let kind = lexer.next()
    if (kind === 'id' || kind === 'variable') {
      attachment = kind === 'variable' ? `@{${lexer.value}}` : lexer.value
      if (!attachment.startsWith('/') && !attachment.startsWith('@{'))
        throw this.fault('What a profile is attached to begins with / or a variable')
      kind = lexer.next()
    }
    if (kind === 'group') {
      if (lexer.value !== 'xattrs') throw this.fault(`${lexer.value}=( ) has no meaning at a profile`)
      if (form === 'hat') throw this.fault('A hat has no xattrs')
      xattrs = readGroup(this)
      kind = lexer.next()
    }
    while (kind === '+') kind = this.#identities(place)
    if (kind === 'condition') {
      if (lexer.value !== 'flags') throw this.fault(`flags= is expected, but here stands ${lexer.value}=`)
      if (!lexer.match(/[ \t]*=[ \t\r\n]*\(/y)) throw this.fault('flags= wants a list in parentheses', lexer.pos)
      flags = this.#flags()
      kind = lexer.next()
    } else if (kind === '(') {
      flags = this.#flags()
      kind = lexer.next()
    }
    if (kind !== '{') throw this.fault(`The { of the profile is expected, but here stands ${lexer.here()}`, lexer.start)
    const items = this.items(place, depth + 1)
    return { kind: 'profile', place, form, name, xattrs, flags, items, ...(attachment !== undefined && { attachment }) }
  }

  /** `+ identities=(one "two")`, from the plus. */
  #identities(place: Place): Kind {
    const { lexer } = this
    this.isNew('identities of a profile', place)
    if (!lexer.match(/[ \t]*identities[ \t]*=[ \t]*\(/y))
      throw this.fault('identities=( ) is expected behind +', lexer.pos)
    for (;;) {
      lexer.skipSpace()
      if (lexer.take(')')) break
      if (lexer.take(',')) continue
      if (lexer.listValue() === undefined)
        throw this.fault(`A list ends with ), but here stands ${lexer.here()}`, lexer.pos)
    }
    return lexer.next()
  }
  /** Behind the opening parenthesis. */
  #flags(): Flag[] {
    const { lexer } = this
    const flags: Flag[] = []
    for (;;) {
      lexer.skipSpace()
      if (lexer.take(')')) break
      if (lexer.take(',')) continue
      const name = lexer.listValue()
      if (name === undefined) throw this.fault(`A list ends with ), but here stands ${lexer.here()}`, lexer.pos)
      const place = lexer.place()
      this.#checkFlag(name, flags, place)
      flags.push({ name, place })
    }
    if (flags.length === 0) throw this.fault('The list of flags is empty')
    return flags
  }
  #checkFlag(name: string, before: readonly Flag[], place: Place): void {
    const isMode = (word: string): boolean => [...MODES, ...NEW_MODES].some((mode) => mode === word)
    if (isMode(name)) {
      const other = before.find((flag) => isMode(flag.name) && flag.name !== name)
      if (other) throw this.fault(`The modes ${other.name} and ${name} exclude each other`)
      if (NEW_MODES.some((mode) => mode === name)) this.isNew(`the mode ${name}`, place)
      return
    }
    if (FLAGS.has(name)) {
      for (const [one, other] of OPPOSITES) {
        const opposite = name === one ? other : name === other ? one : undefined
        if (before.some((flag) => flag.name === opposite))
          throw this.fault(`The flags ${one} and ${other} exclude each other`)
      }
      return
    }
    if (!isNewFlag(name)) throw this.fault(`${JSON.stringify(name.slice(0, 60))} is no flag of a profile`)
    const [key = ''] = name.split('=')
    const same = before.find((flag) => name.includes('=') && flag.name.startsWith(`${key}=`) && flag.name !== name)
    if (same) throw this.fault(`The flag ${key} is given two values`)
    if (key.startsWith('attach_disconnected') && before.some((flag) => flag.name === 'no_attach_disconnected'))
      throw this.fault('The flags attach_disconnected and no_attach_disconnected exclude each other')
    this.isNew(`the flag ${key}`, place)
  }

  #conditional(place: Place, depth: number): Conditional {
    const { lexer } = this
    const branches: { when: ReturnType<typeof readExpression>; items: Item[] }[] = []
    for (;;) {
      const when = readExpression(this)
      branches.push({ when, items: this.#braced(place, depth) })
      const after = lexer.pos
      lexer.next()
      if (!lexer.is('else')) {
        lexer.pos = after
        return { kind: 'if', place, branches, otherwise: [] }
      }
      const otherwise = lexer.pos
      lexer.next()
      if (lexer.is('if')) continue
      lexer.pos = otherwise
      return { kind: 'if', place, branches, otherwise: this.#braced(place, depth) }
    }
  }
  #braced(place: Place, depth: number): Item[] {
    if (this.lexer.next() !== '{')
      throw this.fault(`A { is expected, but here stands ${this.lexer.value || this.lexer.kind}`)
    return this.items(place, depth + 1)
  }

  #include(items: Item[], place: Place): void {
    const { lexer } = this
    const ifExists = lexer.match(/[ \t]+if[ \t]+exists(?=[ \t])/y) !== undefined
    lexer.skipSpace()
    const written = lexer.match(/<(?:"[^"\n\0]*"|[^">\t\r\n]+)>|"[^"\n\0]*"|[^ \t\r\n"!,<>]+/y)
    if (written === undefined)
      throw this.fault(`The name of a file is expected, but here stands ${lexer.here()}`, lexer.pos)
    const magic = written.startsWith('<')
    const name = written.replace(/^<|>$/g, '').trim().replace(/^"|"$/g, '')
    items.push({ kind: 'include', place, name, magic, ifExists })
  }
  #abi(items: Item[], place: Place): void {
    const { lexer } = this
    lexer.skipSpace()
    const written = lexer.match(/<(?:"[^"\n\0]*"|[^">\t\r\n]+)>|"[^"\n\0]*"|[^ \t\r\n"!,<>]+/y)
    if (written === undefined)
      throw this.fault(`The name of an abi is expected, but here stands ${lexer.here()}`, lexer.pos)
    if (/^[<"\s]*[>"\s]*$/.test(written)) throw this.fault('The name of an abi is empty')
    this.endRule()
    items.push({ kind: 'abi', place, name: written.replace(/^<|>$/g, '').trim().replace(/^"|"$/g, '') })
  }
  #alias(items: Item[], place: Place): void {
    const { lexer } = this
    if (lexer.next() !== 'id') throw this.fault('alias wants a path')
    const from = lexer.value
    if (lexer.next() !== '->') throw this.fault('alias wants "->" between its two paths')
    lexer.skipSpace()
    const to = lexer.anyWord()
    if (to === undefined) throw this.fault('alias wants a path behind "->"', lexer.pos)
    this.endRule()
    items.push({ kind: 'alias', place, from, to })
  }

  /** Values of a variable, up to the end of the line. */
  #values(): string[] {
    const { lexer } = this
    const values: string[] = []
    for (;;) {
      lexer.skipBlanks()
      if (lexer.match(/\r?\n/y) !== undefined || lexer.pos >= lexer.text.length) break
      if (lexer.take('\\\n')) continue
      if (lexer.text[lexer.pos] === '#') {
        lexer.match(/[^\n]*\n?/y)
        break
      }
      if (lexer.text[lexer.pos] === ',')
        throw this.fault('The values of a variable have no comma behind them', lexer.pos)
      const value = lexer.anyWord()
      if (value === undefined) throw this.fault(`A value is expected, but here stands ${lexer.here()}`, lexer.pos)
      values.push(value)
    }
    if (values.length === 0) throw this.fault('A variable is given no value', lexer.pos)
    return values
  }
  #booleanValue(place: Place): ReturnType<typeof readExpression> {
    const { lexer } = this
    lexer.skipBlanks()
    const word = lexer.match(/(?:true|false)(?=[ \t]*(?:\r?\n|#|$))/iy)
    if (word !== undefined) {
      const value = { op: 'value' as const, name: word.toLowerCase(), place }
      lexer.match(/[^\n]*\n?/y)
      return value
    }
    this.isNew('an expression as the value of a boolean variable', place)
    const value = readExpression(this)
    lexer.match(/[ \t]*(?:#[^\n]*)?\r?\n/y)
    return value
  }
}
