/**
 * docs/compared.md as data: which of our rules, with which parameters, say what a rule of another project asks.
 * Its sections are headed `... (peer)`; a table in them has `| id | what it asks | ours | note |`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import type { ParameterValue } from '../../src/model/rule.ts'
import type { Rule } from '../../src/rule/rule.ts'
import { codeOf, tablesOf } from './markdown.ts'

export const comparedFile = resolve(import.meta.dirname, '../../docs/compared.md')
/** Undefined where the document is absent. */
export const comparedText = (): string | undefined =>
  existsSync(comparedFile) ? readFileSync(comparedFile, 'utf8') : undefined

/** A rule of ours as another project asks it: parameters that differ from the rule's own defaults. */
export interface Use {
  readonly rule: string
  readonly params: { readonly [name: string]: ParameterValue }
}
export interface Compared {
  readonly line: number
  /** None: it is not said, and `note` has the reason. */
  readonly ours: readonly Use[]
  readonly note: string
}
export interface Comparison {
  /** Peer -> id of its rule -> ours. */
  readonly peers: ReadonlyMap<string, ReadonlyMap<string, Compared>>
  /** What is wrong with the document, each with its line. */
  readonly errors: readonly string[]
}

const HEAD = ['id', 'what it asks', 'ours', 'note']

export function readCompared(text: string, rules: readonly Rule[]): Comparison {
  const peers = new Map<string, Map<string, Compared>>()
  const errors: string[] = []
  const known = new Map(rules.map((rule) => [rule.id, rule]))
  for (const { heading, head, rows } of tablesOf(text)) {
    if (head[0] !== 'id') continue
    const peer = /\(([\w-]+)\)$/.exec(heading)?.[1]
    const first = (rows[0]?.line ?? 2) - 2
    if (peer === undefined) {
      errors.push(`line ${first}: the heading "${heading}" does not end with the peer's id in parentheses`)
      continue
    }
    if (head.join() !== HEAD.join()) errors.push(`line ${first}: the columns are not ${HEAD.join(', ')}`)
    const section = peers.get(peer) ?? new Map<string, Compared>()
    peers.set(peer, section)
    for (const { line, cells } of rows) {
      const [id = '', asks = '', ours = '', note = ''] = cells
      const native = codeOf(id)
      const say = (error: string): number => errors.push(`line ${line}: ${error}`)
      if (cells.length !== HEAD.length) say(`${cells.length} columns instead of ${HEAD.length}`)
      if (native === undefined) {
        say(`"${id}" is not an id in backticks`)
        continue
      }
      if (asks === '') say(`what ${native} asks is not said`)
      if (ours === '-' && note === '') say(`${native} has no rule of ours and no reason`)
      const uses = ours === '-' ? [] : usesOf(ours, known, say)
      const before = section.get(native)
      // One project may have a rule of one name for several formats, in several sections: all its rules of ours count.
      section.set(native, before ? { ...before, ours: joined(before.ours, uses) } : { line, ours: uses, note })
    }
  }
  return { peers, errors }
}

const joined = (some: readonly Use[], more: readonly Use[]): readonly Use[] => [
  ...some,
  ...more.filter((use) => !some.some((other) => JSON.stringify(other) === JSON.stringify(use))),
]

const USE = /^`([^`]+)`(?:\s*\(((?:`[^`]+`|,|;|\s)+)\))?\s*(?:,\s*|$)/

/** `` `rule`, `other` (`allowed: []`, `required: true`) `` */
function usesOf(cell: string, known: ReadonlyMap<string, Rule>, say: (error: string) => number): readonly Use[] {
  const uses: Use[] = []
  let rest = cell
  while (rest !== '') {
    const [all, id, given = ''] = USE.exec(rest) ?? []
    if (all === undefined || id === undefined) {
      say(`"${rest}" is not a list of rules in backticks, each with its parameters in parentheses, or -`)
      break
    }
    rest = rest.slice(all.length)
    const rule = known.get(id)
    if (!rule) {
      say(`there is no rule ${id}`)
      continue
    }
    const params: Record<string, ParameterValue> = {}
    for (const [, text = ''] of given.matchAll(/`([^`]+)`/g)) {
      const value: unknown = valueOf(text)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        say(`"${text}" is not a parameter and its value`)
        continue
      }
      for (const [name, one] of Object.entries(value)) {
        const parameter = rule.parameters[name]
        if (!parameter) say(`${id} has no parameter ${name}`)
        else if (!isValue(one) || kindOf(one) !== kindOf(parameter.default))
          say(`${id}: ${name} is ${kindOf(parameter.default)}, not ${JSON.stringify(one)}`)
        else params[name] = one
      }
    }
    uses.push({ rule: id, params })
  }
  if (uses.length === 0 && cell === '') say('a row without a rule of ours needs - and a reason')
  return uses
}
function valueOf(text: string): unknown {
  try {
    return parse(`{ ${text} }`)
  } catch {
    return undefined
  }
}
const isValue = (value: unknown): value is ParameterValue =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (Array.isArray(value) && value.every((each) => typeof each === 'string'))
const kindOf = (value: unknown): string => (Array.isArray(value) ? 'a list of texts' : `a ${typeof value}`)
