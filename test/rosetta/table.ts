/**
 * A fixture of the rosetta test, read by its dialect and flattened: path of a fact -> its value as a text, for comparing.
 * inspect.json and config.json of web, host and plain are what Docker Engine 20.10 wrote for such containers, with ids and paths
 * made short, the masked paths of Docker 28, and what that machine could not give (labels, AppArmor, user namespace, privileged).
 */
import { readFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { deriveAll } from '../../src/derive.ts'
import { join } from '../../src/join/join.ts'
import { roots } from '../../src/model/fields.ts'
import type { Notice } from '../../src/model/notice.ts'
import { isFact, type AnyFact, type AnyFacts, type Rows } from '../../src/model/row.ts'
import { readContainers } from '../../src/texts.ts'

/** File of a container in each dialect. */
export const FILES = {
  compose: 'compose.yaml',
  kubernetes: 'kubernetes.yaml',
  'docker-inspect': 'inspect.json',
  'oci-runtime': 'config.json',
} as const
export type DialectName = keyof typeof FILES
export const DIALECTS: readonly DialectName[] = ['compose', 'kubernetes', 'docker-inspect', 'oci-runtime']

/** `resources.memory`, `mounts[/data]` (there is such an element), `mounts[/data].readOnly` -> value; `?` is not known. */
export type Values = ReadonlyMap<string, string>
export interface Answers {
  readonly values: Values
  /** Rows (`mounts.readOnly`) that this file says, or that follow from what it says, with every value. */
  readonly written: ReadonlyMap<string, readonly string[]>
  readonly notices: readonly Notice[]
}

/** The container of that name in that dialect, joined without image and engine, and derived. */
export const answersOf = (container: string, dialect: DialectName): Promise<Answers> =>
  answersIn(container, FILES[dialect], dialect)

/** The same, of any dialect and file. */
export async function answersIn(container: string, name: string, dialect: string): Promise<Answers> {
  const file = path(import.meta.dirname, container, name)
  const read = await readContainers({
    file,
    text: readFileSync(file, 'utf8'),
    named: true,
    options: { markdown: true },
  })
  if (read.kinds.join() !== dialect) throw new Error(`${file} was read as ${read.kinds.join() || 'nothing'}`)
  // A pod's ephemeral container is its last.
  const wanted = read.containers.at(-1)
  if (!wanted) throw new Error(`${file} holds no container`)
  const derived = await deriveAll(join([wanted], []).subjects)
  const [subject] = derived.value.subjects
  if (!subject) throw new Error(`${file} gives no subject`)
  const values = new Map<string, string>()
  const written = new Map<string, string[]>()
  // Whether it starts follows from the rows that are compared, an image and an engine: test/confine/start.test.ts has it.
  const { start: _, ...rows } = roots.container.rows
  flatten(rows, subject.container as AnyFacts, '', '', values, written)
  return { values, written, notices: [...read.notices, ...derived.notices] }
}

/** The order of words in a command is what it says; every other list is a set. */
const ORDERED = new Set(['entrypoint', 'command'])

export const shown = (fact: AnyFact): string =>
  fact.how === 'unknown'
    ? '?'
    : Array.isArray(fact.value)
      ? JSON.stringify(fact.value.map((each: AnyFact) => (each.how === 'unknown' ? '?' : each.value)))
      : JSON.stringify(fact.value)

function flatten(
  rows: Rows,
  facts: AnyFacts,
  prefix: string,
  rowPrefix: string,
  values: Map<string, string>,
  written: Map<string, string[]>,
): void {
  for (const [name, row] of Object.entries(rows)) {
    const fact = facts[name]
    const [at, rowAt] = [`${prefix}${name}`, `${rowPrefix}${name}`]
    if (!fact) throw new Error(`there is no ${at}`)
    if (row.kind === 'group') {
      if (isFact(fact)) throw new Error(`${at} is a fact`)
      flatten(row.rows, fact, `${at}.`, `${rowAt}.`, values, written)
      continue
    }
    if (!isFact(fact)) throw new Error(`${at} is a group`)
    const write = (text: string): void => {
      if (fact.how !== 'default' && fact.how !== 'unknown') written.set(rowAt, [...(written.get(rowAt) ?? []), text])
    }
    if (row.kind === 'leaf' || fact.how === 'unknown') {
      values.set(at, shown(fact))
      write(shown(fact))
    } else if (row.of.kind === 'leaf') {
      const list: readonly AnyFact[] = Array.isArray(fact.value) ? fact.value : []
      const words = list.map((each) => (each.how === 'unknown' ? '?' : String(each.value)))
      const text = JSON.stringify(ORDERED.has(name) ? words : [...new Set(words)].sort())
      values.set(at, text)
      write(text)
    } else {
      const list: readonly { readonly facts: AnyFacts }[] = Array.isArray(fact.value) ? fact.value : []
      values.set(at, 'a list')
      write(String(list.length))
      for (const element of list) {
        const key = element.facts[row.key ?? '']
        if (!key || !isFact(key)) throw new Error(`${at} has no key`)
        const id = `${at}[${key.how === 'unknown' ? '?' : String(key.value)}]`
        if (values.has(id)) throw new Error(`${id} is there twice: choose other elements`)
        values.set(id, 'there')
        flatten(row.of.rows, element.facts, `${id}.`, `${rowAt}.`, values, written)
      }
    }
  }
}
