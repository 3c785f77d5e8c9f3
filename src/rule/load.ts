/** A rule's YAML file -> Rule, checked: a typo is an error with file:line:column, never silently false. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar, type YAMLMap } from 'yaml'
import { roots } from '../model/fields.ts'
import { severities, type Severity } from '../model/finding.ts'
import type { Place } from '../model/place.ts'
import type { Root } from '../model/fields.ts'
import type { Parameter, ParameterValue, Standards } from '../model/rule.ts'
import type { Row } from '../model/row.ts'
import { wrongWords } from '../version/word.ts'
import { withRegex } from './cel.ts'
import { rootsIn } from './check.ts'
import { compile } from './compile.ts'
import type { Example, Part, Rule, RuleError, RuleFile } from './rule.ts'

const KEYS = [
  'title',
  'severity',
  'standards',
  'why',
  'params',
  'each',
  'when',
  'deny',
  'at',
  'say',
  'covers',
  'same-cause',
  'fix',
  'examples',
  'replaces',
] as const
const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Reads and checks one rule. Its id is the file's name. */
export async function loadRule(
  file: string,
  source: string,
): Promise<{ readonly value?: RuleFile; readonly errors: readonly RuleError[] }> {
  const reader = new Reader(file, source)
  if (reader.errors.length > 0) return { errors: reader.errors }
  const value = reader.rule()
  if (/\bmatches\b/.test(source)) await withRegex()
  const { flaws, fields, severities: levels } = compile(value.rule)
  for (const flaw of flaws) reader.failAt(flaw.key, flaw.start, flaw.message)
  const rule: Rule = {
    ...value.rule,
    fields,
    subject: subjectOf(fields),
    severity: severities.find((severity) => levels.includes(severity)) ?? value.rule.severity,
  }
  return reader.errors.length > 0 ? { errors: reader.errors } : { value: { ...value, rule }, errors: [] }
}

/** What a rule speaks of: the one root that it names, or a container with its image and engine. */
function subjectOf(fields: readonly string[]): Root {
  const [only, ...more] = rootsIn(fields)
  return only !== undefined && more.length === 0 ? only : 'container'
}

class Reader {
  readonly #file: string
  readonly #lines: readonly string[]
  readonly #counter = new LineCounter()
  readonly #root: YAMLMap | undefined
  readonly errors: RuleError[] = []

  constructor(file: string, source: string) {
    this.#file = file
    this.#lines = source.split('\n')
    const document = parseDocument(source, { lineCounter: this.#counter })
    for (const error of document.errors) this.#fail(error.pos[0], error.message.split('\n')[0] ?? '')
    if (isMap(document.contents)) this.#root = document.contents
    else if (this.errors.length === 0) this.#fail(0, 'a rule is a map: title, severity, why, deny, say, fix, examples')
  }

  #place(offset: number): Place {
    const { line, col } = this.#counter.linePos(offset)
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  #fail(offset: number, message: string): void {
    this.errors.push({ place: this.#place(offset), message })
  }
  #scalar(key: string): Scalar | undefined {
    const node = this.#root?.get(key, true)
    return isScalar(node) ? node : undefined
  }
  /** A required text. */
  #text(key: string): string {
    const node = this.#scalar(key)
    if (typeof node?.value === 'string' && node.value.trim() !== '') return node.value.trimEnd()
    this.#fail(node?.range?.[0] ?? 0, `${key} is missing`)
    return ''
  }
  #optional(key: string): string | undefined {
    const node = this.#scalar(key)
    return node === undefined ? undefined : typeof node.value === 'string' ? node.value.trimEnd() : String(node.value)
  }
  #map(key: string): YAMLMap | undefined {
    const node = this.#root?.get(key, true)
    return isMap(node) ? node : undefined
  }

  /** A flaw in the text of a key: where its offset is in the file. */
  failAt(key: string, offset: number, message: string): void {
    const node = this.#scalar(key)
    this.#fail(node ? this.#inScalar(node, offset) : 0, `${key}: ${message}`)
  }
  /** Offset in a scalar's value -> offset in the file. Exact for text on one line and for `|` blocks. */
  #inScalar(node: Scalar, offset: number): number {
    const start = node.range?.[0] ?? 0
    if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') return start + 1 + offset
    if (node.type !== 'BLOCK_LITERAL') return start + offset
    const before = String(node.value).slice(0, offset).split('\n')
    const first = this.#counter.linePos(start).line
    const line = first + before.length
    const whole = String(node.value).split('\n')[before.length - 1] ?? ''
    const written = this.#lines[line - 1] ?? ''
    const lineStart = this.#lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
    return lineStart + (written.length - whole.length) + (before.at(-1) ?? '').length
  }

  rule(): RuleFile {
    const id = (this.#file.split('/').at(-1) ?? '').replace(/\.yaml$/, '')
    if (!ID.test(id)) this.#fail(0, `the file's name is the rule's id, in kebab-case: ${id} is not`)
    for (const pair of this.#root?.items ?? []) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      if (!KEYS.some((known) => known === key))
        this.#fail(
          (isScalar(pair.key) ? pair.key.range?.[0] : 0) ?? 0,
          `"${key}" is not a key of a rule: ${KEYS.join(', ')}`,
        )
    }
    const severityText = this.#text('severity')
    const severity = severities.find((word) => word === severityText)
    const each = this.#optional('each')
    const eachParts = each === undefined ? undefined : /^(\w+) in (\S.*)$/s.exec(each)
    if (each !== undefined && !eachParts) this.failAt('each', 0, 'write NAME in LIST')
    const when = this.#optional('when')
    const at = this.#optional('at')
    const fixSet = this.#fixSet()
    const examples = this.#examples()
    const rule: Rule = {
      id,
      title: this.#text('title'),
      severity: severity ?? ('info' satisfies Severity),
      ...(severity === undefined && { severityOf: severityText }),
      why: this.#text('why'),
      fix: this.#fix(),
      standards: this.#standards(),
      parameters: this.#parameters(),
      covers: this.#words('covers'),
      sameCause: this.#words('same-cause'),
      subject: 'container',
      fields: [],
      deny: this.#text('deny'),
      say: this.#text('say'),
      ...(eachParts && { each: { name: eachParts[1] ?? '', list: eachParts[2] ?? '' } }),
      ...(when !== undefined && { when }),
      ...(at !== undefined && { at }),
      ...(fixSet && { fixSet }),
    }
    return { rule, examples }
  }

  #standards(): Standards {
    const map = this.#map('standards')
    if (!map) {
      this.#fail(0, 'standards is missing: say which published control this is, or {}')
      return {}
    }
    return Object.fromEntries(
      map.items.map((pair) => {
        const { value } = pair
        const list = isSeq(value)
          ? value.items.map((item) => (isScalar(item) ? String(item.value) : ''))
          : isScalar(value)
            ? [String(value.value)]
            : []
        return [isScalar(pair.key) ? String(pair.key.value) : '', list]
      }),
    )
  }
  #words(key: string): readonly string[] {
    const node = this.#root?.get(key, true)
    return isSeq(node) ? node.items.map((item) => (isScalar(item) ? String(item.value) : '')) : []
  }
  #parameters(): { readonly [name: string]: Parameter } {
    const map = this.#map('params')
    const found: Record<string, Parameter> = {}
    for (const pair of map?.items ?? []) {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      const plain: unknown = isMap(pair.value) ? pair.value.toJSON() : undefined
      const { default: value, says, of } = (plain ?? {}) as { default?: unknown; says?: unknown; of?: unknown }
      const where = (isScalar(pair.key) ? pair.key.range?.[0] : 0) ?? 0
      if (
        isParameterValue(value) &&
        typeof says === 'string' &&
        (of === undefined || of === 'ranges' || of === 'versions')
      ) {
        found[name] = { default: value, says, ...(of && { of }) }
        for (const flaw of wrongWords(found[name], value)) this.#fail(where, flaw)
      } else
        this.#fail(
          where,
          `a parameter is { default: number, text, true/false or list of texts, says: a sentence }, and of a list of packages of: ranges or versions`,
        )
    }
    return found
  }
  #fix(): string {
    const map = this.#map('fix')
    const text: unknown = map?.get('text')
    if (typeof text === 'string' && text.trim() !== '') return text.trim()
    this.#fail(this.#scalar('title')?.range?.[0] ?? 0, 'fix.text is missing: what to do, in a sentence')
    return ''
  }
  #fixSet(): Rule['fixSet'] {
    const set = this.#map('fix')?.get('set', true)
    if (!isMap(set)) return undefined
    const found: Record<string, string | number | boolean> = {}
    for (const pair of set.items) {
      const field = isScalar(pair.key) ? String(pair.key.value) : ''
      const value = isScalar(pair.value) ? pair.value.value : undefined
      const row = rowAt(field)
      const where = (isScalar(pair.key) ? pair.key.range?.[0] : 0) ?? 0
      const celOf = typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int' : 'string'
      if (row?.kind !== 'leaf' || row.by !== 'dialect')
        this.#fail(where, `fix.set: a dialect answers no field "${field}"`)
      else if (row.cel !== celOf || (row.words && !row.words.includes(String(value))))
        this.#fail(where, `fix.set: ${field} is ${row.words?.join(', ') ?? row.cel}`)
      else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        found[field] = value
    }
    return found
  }

  #examples(): readonly Example[] {
    const list = this.#root?.get('examples', true)
    if (!isSeq(list) || list.items.length === 0) {
      this.#fail(0, 'examples are missing: they are the tests and the documentation of the rule')
      return []
    }
    return list.items.flatMap((item) => {
      if (!isMap(item)) return []
      const parts: Part[] = []
      for (const pair of item.items) {
        const { value } = pair
        const at = (isScalar(pair.key) ? pair.key.range?.[0] : 0) ?? 0
        if (!isScalar(value) || value.type !== 'BLOCK_LITERAL') {
          this.#fail(at, 'a part of an example is a | block, so that its lines are lines of this file')
          continue
        }
        const line = this.#counter.linePos(value.range?.[0] ?? 0).line + 1
        const text = String(value.value)
        const rows = text.split('\n')
        const first = rows.findIndex((row) => row.trim() !== '')
        const indent = (this.#lines[line - 1 + first] ?? '').length - (rows[first] ?? '').length
        parts.push({
          dialect: isScalar(pair.key) ? String(pair.key.value) : '',
          text,
          line,
          indent: Math.max(indent, 0),
        })
      }
      return [{ place: this.#place(item.range?.[0] ?? 0), parts }]
    })
  }
}

const isParameterValue = (value: unknown): value is ParameterValue =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isSafeInteger(value)) ||
  (Array.isArray(value) && value.every((item) => typeof item === 'string'))

/** The row at `privileged` or `resources.memory`: fixes name fields of the container. */
function rowAt(field: string): Row | undefined {
  let row: Row | undefined = roots.container
  for (const key of field.split('.')) row = row?.kind === 'group' ? row.rows[key] : undefined
  return row
}
