/** A rule's texts -> programs. */
import { roots } from '../model/fields.ts'
import { severities, type Severity } from '../model/finding.ts'
import type { Row } from '../model/row.ts'
import { compile as celCompile, nodes, parseOwn, scope, type Compiled, type Flaw, type Program } from './cel.ts'
import { examine, rootNames, rootsIn, type Names } from './check.ts'
import type { Rule } from './rule.ts'

/** A sentence in pieces: text, and CEL to be filled in. */
export type Piece = string | Program
export interface CompiledRule {
  readonly rule: Rule
  readonly deny: Program
  readonly each?: {
    readonly name: string
    /** CEL type of the elements. */
    readonly type: string
    readonly program: Program
    readonly field: string
    readonly key?: string
  }
  readonly when?: Program
  readonly at?: Program
  readonly say: readonly Piece[]
  readonly severity?: Program
}
/** A flaw, in which key of the rule's file, at which offset of its text. */
export interface KeyFlaw extends Flaw {
  readonly key: 'deny' | 'each' | 'when' | 'at' | 'say' | 'severity'
}
export interface Compilation {
  readonly compiled?: CompiledRule
  readonly flaws: readonly KeyFlaw[]
  /** Fields of the table that deny, each and when read. */
  readonly fields: readonly string[]
  /** Severities that it can give. */
  readonly severities: readonly Severity[]
}
const PLUS = / \+ /
/** Reserved words and literals of CEL: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
)
const isReserved = (name: string): boolean =>
  RESERVED.has(name) || name === 'params' || name === 'today' || Object.hasOwn(roots, name)
const isSeverity = (word: unknown): word is Severity => severities.some((severity) => severity === word)

/** Compiles and checks everything that a rule says. For rules that are being written, and those of others. */
export function compile(rule: Rule): Compilation {
  const flaws: KeyFlaw[] = []
  const fields = new Set<string>()
  const named = new Set<string>()
  let names: Names = { ...rootNames }
  let element: { name: string; type: string } | undefined
  const parameters = Object.fromEntries(
    Object.entries(rule.parameters).map(([name, { default: value }]) => [name, value]),
  )

  const one = (key: KeyFlaw['key'], text: string, offset: number, types: readonly string[]): Compiled | undefined => {
    const env = scope({ parameters, ...(element && { element }) })
    const result = celCompile(env, text)
    if (!('program' in result)) {
      flaws.push({ ...result, key, start: result.start + offset, end: result.end + offset })
      return undefined
    }
    if (key !== 'when' && [...nodes(result.ast)].some((node) => node.op === 'call' && node.args[0] === 'known'))
      flaws.push({
        key,
        message: 'known() is for when alone: elsewhere what is not known is open',
        start: offset,
        end: offset + text.length,
      })
    const seen = examine(result.ast, names)
    for (const flaw of seen.flaws) flaws.push({ ...flaw, key, start: flaw.start + offset, end: flaw.end + offset })
    for (const root of rootsIn(seen.fields)) named.add(root)
    if (named.size > 1 && (named.has('project') || named.has('grant')))
      flaws.push({
        key,
        message: `a rule about a project or a grant speaks of nothing else; this one names ${[...named].sort().join(' and ')}`,
        start: offset,
        end: offset + text.length,
      })
    if (key === 'deny' || key === 'each' || key === 'when')
      for (const field of seen.fields) fields.add(elementField(field))
    if (types.length > 0 && !types.includes(result.type))
      flaws.push({
        key,
        message: `${key} must be ${types.join(' or ')}, this is ${result.type}`,
        start: offset,
        end: offset + text.length,
      })
    return result
  }
  let listField = ''
  const elementField = (field: string): string =>
    element && field.startsWith(`${element.name}.`) ? `${listField}${field.slice(element.name.length)}` : field

  let each: CompiledRule['each']
  if (rule.each) {
    const offset = rule.each.name.length + 4
    const list = one('each', rule.each.list, offset, [])
    if (isReserved(rule.each.name))
      flaws.push({
        key: 'each',
        message: `"${rule.each.name}" is a word that CEL keeps for itself: take another name`,
        start: 0,
        end: rule.each.name.length,
      })
    const type = /^list<(\w+)>$/.exec(list?.type ?? '')?.[1]
    if (list && type === undefined)
      flaws.push({
        key: 'each',
        message: `each needs a list, this is ${list.type}`,
        start: offset,
        end: offset + rule.each.list.length,
      })
    if (list && listAt(rule.each.list) === undefined)
      flaws.push({
        key: 'each',
        message: 'each takes a list by its path, such as container.mounts, or several of one kind: a.b + a.c',
        start: offset,
        end: offset + rule.each.list.length,
      })
    if (list && type !== undefined && !isReserved(rule.each.name)) {
      const row = listAt(rule.each.list)
      listField = firstPath(rule.each.list)
      names = { ...names, [rule.each.name]: row?.of }
      element = { name: rule.each.name, type }
      each = {
        name: rule.each.name,
        type,
        program: list.program,
        field: listField,
        ...(row?.key !== undefined && { key: row.key }),
      }
    }
  }
  const deny = one('deny', rule.deny, 0, ['bool'])
  const when = rule.when === undefined ? undefined : one('when', rule.when, 0, ['bool'])
  const at = rule.at === undefined ? undefined : one('at', rule.at, 0, [])
  const severity = rule.severityOf === undefined ? undefined : one('severity', rule.severityOf, 0, ['string'])
  const levels = severity
    ? [...nodes(severity.ast)].flatMap((node) => (node.op === 'value' && isSeverity(node.args) ? [node.args] : []))
    : [rule.severity]
  if (severity && levels.length === 0)
    flaws.push({
      key: 'severity',
      message: `severity is one of ${severities.join(', ')}, or CEL giving one`,
      start: 0,
      end: 1,
    })
  const say: Piece[] = []
  for (const { text, offset, isCode } of pieces(rule.say)) {
    if (!isCode) {
      say.push(text)
      continue
    }
    const piece = one('say', text, offset, ['string', 'int', 'bool', 'Text', 'list<Text>'])
    if (piece) say.push(piece.program)
  }
  const base = {
    flaws,
    fields: [...fields].filter((field) => Object.hasOwn(roots, field.split('.')[0] ?? '')).sort(),
    severities: levels,
  }
  if (flaws.length > 0 || !deny) return base
  return {
    ...base,
    compiled: {
      rule,
      deny: deny.program,
      say,
      ...(each && { each }),
      ...(when && { when: when.program }),
      ...(at && { at: at.program }),
      ...(severity && { severity: severity.program }),
    },
  }
}

/** `a {x.y} b` -> text, code, text, with offsets. */
function* pieces(sentence: string): Generator<{ text: string; offset: number; isCode: boolean }> {
  let offset = 0
  for (const part of sentence.split(/(\{[^{}]*\})/)) {
    const isCode = part.startsWith('{') && part.endsWith('}')
    if (part !== '') yield { text: isCode ? part.slice(1, -1) : part, offset: offset + (isCode ? 1 : 0), isCode }
    offset += part.length
  }
}

/**
 * A rule of the package, which was checked when the package was built: every expression is parsed when it is first run,
 * because most of a scan's rules find nothing and need neither their sentence nor their severity.
 */
export function prepare(rule: Rule): CompiledRule {
  const parameters = Object.fromEntries(
    Object.entries(rule.parameters).map(([name, { default: value }]) => [name, value]),
  )
  const list = rule.each && listAt(rule.each.list)
  const element =
    rule.each && list ? { name: rule.each.name, type: list.of.kind === 'group' ? list.of.cel : 'Text' } : undefined
  const own = new RegExp(element ? `\\b(?:params|${element.name})\\b` : '\\bparams\\b')
  let env: ReturnType<typeof scope> | undefined
  const program = (text: string): Program => {
    let ready: Program | undefined
    return (context) => {
      ready ??= own.test(text)
        ? parseOwn((env ??= scope({ parameters, ...(element && { element }) })), text)
        : sharedProgram(text)
      return ready(context)
    }
  }
  return {
    rule,
    deny: program(rule.deny),
    say: [...pieces(rule.say)].map(({ text, isCode }) => (isCode ? program(text) : text)),
    ...(rule.each &&
      element && {
        each: {
          ...element,
          program: program(rule.each.list),
          field: firstPath(rule.each.list),
          ...(list?.key !== undefined && { key: list.key }),
        },
      }),
    ...(rule.when !== undefined && { when: program(rule.when) }),
    ...(rule.at !== undefined && { at: program(rule.at) }),
    ...(rule.severityOf !== undefined && { severity: program(rule.severityOf) }),
  }
}

/** Expressions that name nothing but the roots: many rules share them. */
const sharedPrograms = new Map<string, Program>()
function sharedProgram(text: string): Program {
  const known = sharedPrograms.get(text)
  if (known) return known
  const parsed = parseOwn(scope({}), text)
  sharedPrograms.set(text, parsed)
  return parsed
}

/** The list at `a.b`, or the first of `a.b + a.c` where all are lists of the same kind of elements. */
function listAt(text: string): (Row & { kind: 'list' }) | undefined {
  const rows = text.split(PLUS).map(rowOfPath)
  const [first] = rows
  if (first?.kind !== 'list') return undefined
  return rows.every((row) => row?.kind === 'list' && row.of.cel === first.of.cel) ? first : undefined
}
const firstPath = (text: string): string => text.split(PLUS)[0] ?? ''

function rowOfPath(path: string): Row | undefined {
  const [root = '', ...keys] = path.split('.')
  let row: Row | undefined = rootNames[root]
  for (const key of keys) row = row?.kind === 'group' ? row.rows[key] : undefined
  return row
}
