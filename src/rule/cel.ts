/**
 * The only file that imports the CEL library. The table of fields becomes CEL classes; a fact that is not known becomes
 * an error that `&&`, `||`, `?:`, `exists`, `all` and `in` absorb as Kleene's logic does.
 */
import { Environment, serialize, type ASTNode } from '@marcbachmann/cel-js'
import type { Fact } from '../model/fact.ts'
import { roots } from '../model/fields.ts'
import type { Place } from '../model/place.ts'
import type { ParameterValue } from '../model/rule.ts'
import { isFact, type AnyFact, type AnyFacts, type Group, type Rows } from '../model/row.ts'
import { inRange, isAmong, isBelow, isOlder, type Answer } from './package.ts'
import { like, ownMatches, within } from './text.ts'

/** Thrown into CEL by a fact that is not known. To the library an Error (`instanceof`), but no stack is taken: 3 µs instead of 19. */
export class Unknown {
  readonly fact: AnyFact
  constructor(fact: AnyFact) {
    this.fact = fact
  }
}
Object.setPrototypeOf(Unknown.prototype, Error.prototype)

/** An element of a list: an item with facts, or a fact. */
export type ListElement = AnyFact | { readonly place: Place; readonly facts: AnyFacts }

/** What one evaluation read, in order; which elements of which list; where in the table each fact stands. */
export interface Trace {
  readonly reads: AnyFact[]
  readonly elements: Map<ListElement, AnyFact>
  readonly paths: Map<AnyFact, string>
}
export type Outcome = { readonly value: unknown } | { readonly unknown: AnyFact }
export interface Run {
  readonly outcome: Outcome
  readonly trace: Trace
}
type Context = Record<string, unknown>
/** A checked expression, ready to run. */
export type Program = (context: Context) => unknown

const BLANK: AnyFact = { how: 'unknown', because: 'left out', place: { file: '', line: 1, column: 1 } }
/** Absent while nobody asks why: most rules find nothing. */
let trace: Trace | undefined
/** What was read last. */
let latest: AnyFact | undefined
/** Facts to be treated as unknown, and list elements as not written: how `explain` asks "would it stand without?" */
let blank: ReadonlySet<object> = new Set()
/** An error that is not Unknown is ours: it is kept, so that CEL cannot swallow it. */
let fault: { readonly error: unknown } | undefined

function look(fact: AnyFact, path: string, key?: string): unknown {
  if (blank.has(fact)) throw new Unknown(BLANK)
  latest = fact
  trace?.reads.push(fact)
  trace?.paths.set(fact, key === undefined ? path : `${path}.${key}`)
  if (fact.how === 'unknown') throw new Unknown(fact)
  return fact.value
}
function lookList(fact: AnyFact, path: string): readonly ListElement[] {
  const value = look(fact, path)
  if (!Array.isArray(value)) throw new TypeError(`${path} is not a list`)
  const all: readonly ListElement[] = value
  if (trace) for (const element of all) trace.elements.set(element, fact)
  return blank.size > 0 ? all.filter((element) => !blank.has(element)) : all
}

/** What CEL sees of a group of rows. The getters of its classes read facts. A row may have any name (`path`), but none with a `$`. */
class Box {
  readonly $facts: AnyFacts
  readonly $path: string
  readonly $element: ListElement | undefined
  constructor(facts: AnyFacts, path: string, element?: ListElement) {
    this.$facts = facts
    this.$path = path
    this.$element = element
  }
}
/** What CEL sees of an element of a list of texts: lists of strings would lose Kleene's logic in the library. */
class Text {
  readonly fact: AnyFact
  readonly path: string
  constructor(fact: AnyFact, path: string) {
    this.fact = fact
    this.path = path
  }
  get it(): string {
    return String(look(this.fact, this.path))
  }
}
/** The day of the scan. Dates (YYYY-MM-DD) are compared with it; it is no fact of what is scanned, and never a reason. */
class Today {
  readonly #day: string | undefined
  constructor(day: string | undefined) {
    this.#day = day
  }
  get day(): string {
    if (this.#day === undefined)
      throw new Unknown({ how: 'unknown', place: BLANK.place, because: 'nobody said which day it is' })
    return this.#day
  }
}
export const bindToday = (day: string | undefined): Context => ({ today: new Today(day) })

/** The element of the table behind a value of CEL, for rules that judge element by element. */
export const elementOf = (value: unknown): ListElement | undefined =>
  value instanceof Text ? value.fact : value instanceof Box ? value.$element : undefined

const factAt = (box: Box, key: string): AnyFact => {
  const fact = box.$facts[key]
  if (fact === undefined || !isFact(fact)) throw new TypeError(`${box.$path}.${key} has no answer`)
  return fact
}
const boxAt = (box: Box, key: string): AnyFacts => {
  const facts = box.$facts[key]
  if (facts === undefined || isFact(facts)) throw new TypeError(`${box.$path}.${key} has no answers`)
  return facts
}

/** What stands for an element of a list that is not known: none of its facts is. */
export function unknownElement(type: string, fact: AnyFact): unknown {
  const Class = classes.get(type)
  return Class ? new Class(unknownFacts(rowsOf.get(type) ?? {}, fact), '') : new Text(fact, '')
}
const unknownFacts = (rows: Rows, fact: AnyFact): AnyFacts =>
  Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [key, row.kind === 'group' ? unknownFacts(row.rows, fact) : fact]),
  )

type BoxClass = new (facts: AnyFacts, path: string, element?: ListElement) => Box
const classes = new Map<string, BoxClass>()
const rowsOf = new Map<string, Rows>()

function register(env: Environment, group: Group<Rows>): BoxClass {
  const known = classes.get(group.cel)
  if (known) return known
  const Class: BoxClass = class extends Box {}
  classes.set(group.cel, Class)
  rowsOf.set(group.cel, group.rows)
  const fields: Record<string, string> = {}
  for (const [key, row] of Object.entries(group.rows)) {
    let read: (box: Box) => unknown
    if (row.kind === 'group') {
      const Inner = register(env, row)
      fields[key] = row.cel
      read = (box) => new Inner(boxAt(box, key), `${box.$path}.${key}`)
    } else if (row.kind === 'leaf') {
      fields[key] = row.cel
      read =
        row.cel === 'int'
          ? (box) => BigInt(Number(look(factAt(box, key), box.$path, key)))
          : (box) => look(factAt(box, key), box.$path, key)
    } else if (row.of.kind === 'group') {
      const Inner = register(env, row.of)
      fields[key] = `list<${row.of.cel}>`
      read = (box) => {
        const path = `${box.$path}.${key}`
        return lookList(factAt(box, key), path).map((element) => {
          if (!('facts' in element)) throw new TypeError(`${path} has an element without facts`)
          return new Inner(element.facts, path, element)
        })
      }
    } else {
      fields[key] = 'list<Text>'
      read = (box) => {
        const path = `${box.$path}.${key}`
        return lookList(factAt(box, key), path).map((element) => {
          if ('facts' in element) throw new TypeError(`${path} has an element that is no text`)
          return new Text(element, path)
        })
      }
    }
    Object.defineProperty(Class.prototype, key, {
      enumerable: true,
      get(this: Box) {
        try {
          return read(this)
        } catch (error) {
          if (!(error instanceof Unknown)) fault ??= { error }
          throw error
        }
      },
    })
  }
  env.registerType(group.cel, { ctor: Class, fields })
  return Class
}

/** Kleene's `or`: true if one is, else unknown if one is, else false. */
function anyOf(texts: readonly Text[], test: (text: Text) => boolean): boolean {
  let open: Unknown | undefined
  for (const text of texts)
    try {
      if (test(text)) return true
    } catch (error) {
      if (!(error instanceof Unknown)) throw error
      open ??= error
    }
  if (open) throw open
  return false
}

let re2: ((text: string, pattern: string) => boolean) | undefined
/** Loads RE2, for rules of others that say `matches`: JavaScript's own regular expressions can be made to hang. */
export async function withRegex(): Promise<void> {
  re2 ??= (await import('./regex.ts')).matches
}
function matches(text: string, pattern: string): boolean {
  if (!re2) throw new Error('regular expressions were not loaded')
  return re2(text, pattern)
}

interface MacroCall {
  readonly args: readonly ASTNode[]
}
interface Checker {
  check(node: ASTNode | undefined, context: unknown): unknown
  getType(name: string): unknown
}
interface Evaluator {
  run(node: ASTNode | undefined, context: unknown): unknown
}

function environment(): Environment {
  const env = new Environment({ limits: { maxDepth: 32, maxAstNodes: 2000, maxListElements: 500 } })
  env.registerType('Text', { ctor: Text, fields: {} })
  env.registerOperator('Text == string', (a: Text, b: string) => a.it === b)
  env.registerOperator('Text == Text', (a: Text, b: Text) => a.it === b.it)
  env.registerOperator('Text in list<string>', (a: Text, b: string[]) => b.includes(a.it))
  // Without it the library compares by identity: silently false.
  env.registerOperator('Text in list<Text>', (a: Text, b: Text[]) => anyOf(b, (text) => text.it === a.it))
  env.registerOperator('string in list<Text>', (a: string, b: Text[]) => anyOf(b, (text) => text.it === a))
  env.registerOperator('Text + string', (a: Text, b: string) => a.it + b)
  env.registerOperator('string + Text', (a: string, b: Text) => a + b.it)
  env.registerFunction('string(Text): string', (text: Text) => text.it)
  env.registerFunction('Text.startsWith(string): bool', (text: Text, other: string) => text.it.startsWith(other))
  env.registerFunction('Text.endsWith(string): bool', (text: Text, other: string) => text.it.endsWith(other))
  env.registerFunction('Text.contains(string): bool', (text: Text, other: string) => text.it.includes(other))
  // The name that rules write: the checker must find it, `renamed` replaces it before it runs.
  env.registerFunction('Text.matches(string): bool', (text: Text, pattern: string) => matches(text.it, pattern))
  env.registerFunction('string.re2matches(string): bool', matches)
  env.registerFunction('Text.re2matches(string): bool', (text: Text, pattern: string) => matches(text.it, pattern))
  env.registerFunction('string.ownmatches(string): bool', ownMatches)
  env.registerFunction('Text.ownmatches(string): bool', (text: Text, pattern: string) => ownMatches(text.it, pattern))
  env.registerFunction('within(string, string): bool', within)
  env.registerFunction('within(Text, string): bool', (text: Text, folder: string) => within(text.it, folder))
  env.registerFunction('like(string, string): bool', like)
  env.registerFunction('like(Text, string): bool', (text: Text, pattern: string) => like(text.it, pattern))
  aboutFact(env, 'written', (fact, thrown) => {
    // `${X}`: somebody wrote it, and what is not known. Silence of a runtime: nobody did.
    if (thrown && fact.how === 'unknown' && fact.ask === 'user') throw thrown
    return fact.how === 'set' || fact.how === 'inherited'
  })
  aboutFact(env, 'sayable', (fact) => !('unsayable' in fact && fact.unsayable === true))
  aboutFact(env, 'known', (_fact, thrown) => thrown === undefined)
  for (const [name, group] of Object.entries(roots)) {
    register(env, group)
    env.registerVariable(name, group.cel)
  }
  env.registerType('Today', { ctor: Today, fields: {} })
  env.registerVariable('today', 'Today')
  env.registerOperator('string < Today', (day: string, today: Today) => day < today.day)
  env.registerOperator('string >= Today', (day: string, today: Today) => day >= today.day)
  aboutVersions(env)
  return env
}

/** Groups of rows that are packages: they have a type, a name and a version. */
export const PACKAGES = ['Package', 'DeclaredPackage', 'RemovedPackage']
function aboutVersions(env: Environment): void {
  env.registerFunction('satisfies(string, string, string): bool', (type: string, version: string, range: string) =>
    known(inRange(type, version, range)),
  )
  env.registerFunction('older(string, string, string): bool', (type: string, version: string, other: string) =>
    known(isOlder(type, version, other)),
  )
  const read = (box: Box, key: string) => (): string => String(look(factAt(box, key), box.$path, key))
  for (const name of PACKAGES) {
    const both = (box: Box): readonly [string, string] => [read(box, 'type')(), read(box, 'version')()]
    env.registerFunction(`${name}.satisfies(string): bool`, (box: Box, range: string) =>
      known(inRange(...both(box), range)),
    )
    env.registerFunction(`${name}.older(string): bool`, (box: Box, other: string) =>
      known(isOlder(...both(box), other)),
    )
    env.registerFunction(`${name}.among(list<string>): bool`, (box: Box, words: string[]) =>
      known(isAmong(words, read(box, 'type')(), read(box, 'name')(), read(box, 'version'))),
    )
    env.registerFunction(`${name}.below(list<string>): bool`, (box: Box, words: string[]) =>
      known(isBelow(words, read(box, 'type')(), read(box, 'name')(), read(box, 'version'))),
    )
  }
}
/** An answer, or why there is none: then what was read last is not known for this purpose. */
function known(answer: Answer): boolean {
  if (typeof answer === 'boolean') return answer
  const from = latest ?? BLANK
  const fact: AnyFact = { how: 'unknown', place: from.place, because: answer, from: [from] }
  trace?.reads.push(fact)
  trace?.paths.set(fact, trace.paths.get(from) ?? '')
  throw new Unknown(fact)
}
/** A function about a fact itself, and not its value. `thrown` is there where the fact is not known. */
function aboutFact(env: Environment, name: string, says: (fact: AnyFact, thrown?: Unknown) => boolean): void {
  env.registerFunction(`${name}(ast): bool`, ({ args }: MacroCall) => ({
    args,
    async: false,
    typeCheck(checker: Checker, macro: MacroCall, context: unknown) {
      checker.check(macro.args[0], context)
      return checker.getType('bool')
    },
    evaluate(evaluator: Evaluator, macro: MacroCall, context: unknown) {
      latest = undefined
      try {
        evaluator.run(macro.args[0], context)
      } catch (error) {
        if (!(error instanceof Unknown) || error.fact === BLANK) throw error
        return says(error.fact, error)
      }
      return latest !== undefined && says(latest)
    },
  }))
}
let shared: Environment | undefined

/** Variables that a rule adds to the roots: its element and its parameters. */
export interface Extra {
  readonly element?: { readonly name: string; readonly type: string }
  readonly parameters?: { readonly [name: string]: ParameterValue }
}
export interface Flaw {
  readonly message: string
  /** Offsets in the expression. */
  readonly start: number
  readonly end: number
}
export interface Compiled {
  readonly program: Program
  readonly type: string
  readonly ast: ASTNode
}
export type { ASTNode }

const celType = (value: ParameterValue): string =>
  Array.isArray(value)
    ? 'list<string>'
    : typeof value === 'number'
      ? 'int'
      : typeof value === 'boolean'
        ? 'bool'
        : 'string'

/** The environment of a rule; without anything extra the one that all share. */
export function scope(extra: Extra): Environment {
  shared ??= environment()
  if (!extra.element && Object.keys(extra.parameters ?? {}).length === 0) return shared
  const env = shared.clone()
  if (extra.parameters && Object.keys(extra.parameters).length > 0)
    env.registerVariable('params', {
      schema: Object.fromEntries(Object.entries(extra.parameters).map(([name, value]) => [name, celType(value)])),
    })
  if (extra.element) env.registerVariable(extra.element.name, extra.element.type)
  return env
}

/** Parses and type-checks. A flaw has its place in the expression. Patterns run on RE2. */
export function compile(env: Environment, expression: string): Compiled | Flaw {
  try {
    const parsed = env.parse(expression)
    const checked = parsed.check()
    if (!checked.valid || checked.type === undefined) return flawOf(checked.error, expression)
    const { ast } = parsed
    if (!usesRegex(ast)) return { program: (context) => parsed(context), type: checked.type, ast }
    const safe = env.parse(serialize(renamed(ast, 're2matches')))
    const again = safe.check()
    return again.valid
      ? { program: (context) => safe(context), type: checked.type, ast }
      : flawOf(again.error, expression)
  } catch (error) {
    return flawOf(error, expression)
  }
}
/** An expression of the package's own rules, which were checked: its patterns run on JavaScript's engine (see `ownMatches`). */
export function parseOwn(env: Environment, expression: string): Program {
  const parsed = env.parse(expression)
  const safe = usesRegex(parsed.ast) ? env.parse(serialize(renamed(parsed.ast, 'ownmatches'))) : parsed
  return (context) => safe(context)
}
function flawOf(error: unknown, expression: string): Flaw {
  const { summary, message, range } = (error ?? {}) as {
    summary?: string
    message?: string
    range?: { start: number; end: number }
  }
  return {
    message: summary ?? (message ?? 'cannot be read').split('\n')[0] ?? '',
    start: Math.min(range?.start ?? 0, expression.length),
    end: Math.min(range?.end ?? expression.length, expression.length),
  }
}

/** Every node of an expression, outermost first. */
export function* nodes(ast: ASTNode): Generator<ASTNode> {
  yield ast
  for (const inner of children(ast)) yield* nodes(inner)
}
const isNode = (x: unknown): x is ASTNode => typeof x === 'object' && x !== null && 'op' in x && 'args' in x
export function children(ast: ASTNode): readonly ASTNode[] {
  const flat: unknown[] = Array.isArray(ast.args) ? (ast.args as readonly unknown[]).flat(2) : [ast.args]
  return flat.filter(isNode)
}
const isMatches = (ast: ASTNode): boolean => ast.op === 'rcall' && ast.args[0] === 'matches'
export const usesRegex = (ast: ASTNode): boolean => nodes(ast).some(isMatches)
/** `matches` -> another name: the library's overload cannot be replaced, its tree can. */
function renamed(ast: ASTNode, name: string): ASTNode {
  const go = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(go)
    if (!isNode(x)) return x
    const args = go(x.args)
    return { ...x, op: x.op, args: isMatches(x) && Array.isArray(args) ? [name, ...args.slice(1)] : args }
  }
  return go(ast) as ASTNode
}

/** The roots of one subject as CEL sees them. */
export function bind(facts: { readonly [root: string]: AnyFacts }): Context {
  // The classes of the boxes are made with it, and rules that were checked before make it only when they first run.
  shared ??= environment()
  const context: Context = {}
  for (const [name, group] of Object.entries(roots)) {
    const Class = classes.get(group.cel)
    const own = facts[name]
    if (Class && own) context[name] = new Class(own, name)
  }
  return context
}
/** The parameters of a rule as CEL sees them. */
export const bindParameters = (values: { readonly [name: string]: ParameterValue }): Context => ({
  params: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : value]),
  ),
})

/** Runs a program and tells what it read. Throws only what is a fault of ours, never what is not known. */
export function run(program: Program, context: Context, without?: ReadonlySet<object>): Run {
  const mine: Trace = { reads: [], elements: new Map(), paths: new Map() }
  trace = mine
  blank = without ?? NOTHING
  try {
    return { outcome: outcomeOf(program, context), trace: mine }
  } finally {
    trace = undefined
    blank = NOTHING
  }
}
const NOTHING: ReadonlySet<object> = new Set()

/** Runs a program for its outcome alone. */
export function outcomeOf(program: Program, context: Context): Outcome {
  fault = undefined
  latest = undefined
  try {
    const value = program(context)
    rethrow()
    return { value }
  } catch (error) {
    rethrow()
    if (error instanceof Unknown) return { unknown: error.fact }
    throw error
  }
}
function rethrow(): void {
  if (fault) {
    const { error } = fault
    fault = undefined
    throw error
  }
}
export type { Context, Fact }
