/** Reads a text with a dialect and looks facts up by path, for tests of the Docker family. */
import { expect } from 'vitest'
import { SILENT_ABOUT, answer, type Dialect } from '../../src/dialect/dialect.ts'
import type { Node } from '../../src/document/node.ts'
import { readText } from '../../src/document/read.ts'
import { container } from '../../src/model/fields.ts'
import type { Notice } from '../../src/model/notice.ts'
import { isFact, type AnyFact, type AnyFacts } from '../../src/model/row.ts'

export function rootOf(text: string, file = 'file'): Node {
  const [root] = readText(file, text).value.documents
  if (!root) throw new Error(`the fixture ${file} cannot be read`)
  return root
}

export interface Got {
  readonly ids: readonly string[]
  readonly notices: readonly Notice[]
  of(id: string): AnyFacts
}
/** Every container of the text, answered. `files` are texts by the path that the dialect wants them by. */
export function factsOf(dialect: Dialect, text: string, files: Readonly<Record<string, string>> = {}): Got {
  const others = new Map(Object.entries(files).map(([path, each]) => [path, rootOf(each, path)]))
  const { value, notices } = dialect.containers(rootOf(text), others, SILENT_ABOUT)
  const all = new Map<string, AnyFacts>(
    value.map(({ id, scope }) => [id, answer(container, dialect.asks, dialect.silence, scope)]),
  )
  return {
    ids: [...all.keys()],
    notices,
    of: (id) => {
      const facts = all.get(id)
      if (!facts) throw new Error(`no container ${id}, but ${[...all.keys()].join(', ')}`)
      return facts
    },
  }
}

/** The fact at `mounts[0].source`, `namespaces.pid`. */
export function factAt(facts: AnyFacts, path: string): AnyFact {
  let here: AnyFact | AnyFacts = facts
  for (const step of path.split(/\.|(?=\[)/)) {
    const index = /^\[(\d+)\]$/.exec(step)?.[1]
    if (index === undefined) {
      if (isFact(here)) throw new Error(`${path}: ${step} is below a fact`)
      const next: AnyFact | AnyFacts | undefined = here[step]
      if (!next) throw new Error(`${path}: there is no ${step}`)
      here = next
      continue
    }
    if (!isFact(here) || here.how === 'unknown' || !Array.isArray(here.value)) throw new Error(`${path}: no list`)
    const element: unknown = here.value[Number(index)]
    if (element === undefined) throw new Error(`${path}: there is no element ${index}`)
    here = isElement(element) ? element.facts : (element as AnyFact)
  }
  if (!isFact(here)) throw new Error(`${path} is a group`)
  return here
}
const isElement = (element: unknown): element is { facts: AnyFacts } =>
  typeof element === 'object' && element !== null && 'facts' in element

/** A list's elements as plain values: texts, or maps of texts; unknown facts are `?`. */
export function plain(fact: AnyFact): unknown {
  if (fact.how === 'unknown') return '?'
  if (!Array.isArray(fact.value)) return fact.value
  return fact.value.map((element: unknown) =>
    isElement(element)
      ? Object.fromEntries(
          Object.entries(element.facts).map(([key, each]) => [key, isFact(each) ? plain(each) : '(group)']),
        )
      : plain(element as AnyFact),
  )
}

/** What a fact should be: its plain value (a word in slashes is in the reason of an unknown one), how, and the line. */
export function expectFact(fact: AnyFact, value: unknown, how?: string, line?: number): void {
  if (value instanceof RegExp) {
    expect(fact.how).toBe('unknown')
    expect(fact.how === 'unknown' && fact.because).toMatch(value)
  } else expect(plain(fact)).toEqual(value)
  if (how !== undefined) expect(fact.how).toBe(how)
  if (line !== undefined) expect(fact.place.line).toBe(line)
}

/** Every leaf and list of the table, as paths: what a dialect must answer. */
export function paths(facts: AnyFacts, prefix = ''): readonly string[] {
  return Object.entries(facts).flatMap(([key, each]) =>
    isFact(each) ? [`${prefix}${key}`] : paths(each, `${prefix}${key}.`),
  )
}
/** Every fact object of a table, elements included. */
export function everyFact(facts: AnyFacts): readonly AnyFact[] {
  return Object.values(facts).flatMap((each) => {
    if (!isFact(each)) return everyFact(each)
    const inner =
      each.how !== 'unknown' && Array.isArray(each.value)
        ? each.value.flatMap((element: unknown) =>
            isElement(element) ? everyFact(element.facts) : [element as AnyFact],
          )
        : []
    return [each, ...inner]
  })
}
