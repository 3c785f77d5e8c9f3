/** `plimsoll facts`: the table of facts of every subject, as text and as JSON. */
import type { Fact } from '../model/fact.ts'
import { roots, type EngineFacts, type GrantFacts, type ProjectFacts } from '../model/fields.ts'
import { showPlace } from '../model/place.ts'
import { isFact, type AnyFacts, type Rows } from '../model/row.ts'
import type { Subject } from '../model/subject.ts'
import type { Inventory } from '../scan.ts'
import { json, shown as escapeText } from '../report/escape.ts'
import { isSecret } from '../report/reason.ts'

interface Line {
  readonly field: string
  readonly fact: Fact<unknown>
}

/** Every fact of a table in the order of its rows, lists as one fact each. */
function* linesOf(rows: Rows, facts: AnyFacts, path: string): Generator<Line> {
  for (const [key, row] of Object.entries(rows)) {
    const here = facts[key]
    const field = `${path}.${key}`
    if (here === undefined) continue
    if (isFact(here)) yield { field, fact: here }
    else if (row.kind === 'group') yield* linesOf(row.rows, here, field)
  }
}
/** The tables of a subject. */
const OWN = ['container', 'image', 'engine'] as const
const tableOf = (subject: Subject, root: (typeof OWN)[number]): AnyFacts => subject[root] as AnyFacts
const untyped = (facts: EngineFacts | GrantFacts | ProjectFacts): AnyFacts => facts as AnyFacts

/** What is neither container nor image: projects of more than one container, and objects of the cluster. */
function others({ projects, grants }: Inventory, all: boolean) {
  return [
    ...projects
      .filter(({ members }) => all || members.length > 1)
      .map(({ id, place, facts }) => ({ id, place, root: 'project' as const, facts: untyped(facts) })),
    ...grants.map(({ id, place, facts }) => ({ id, place, root: 'grant' as const, facts: untyped(facts) })),
  ]
}

export function factsText(inventory: Inventory, all: boolean, { width }: { readonly width: number }): string {
  const out: string[] = []
  let hidden = 0
  for (const subject of inventory.subjects) {
    const kind = subject.dialect ?? 'image'
    out.push(`${escapeText(subject.id)}  (${kind}, ${escapeText(showPlace(subject.place))})`)
    for (const root of OWN) {
      if (root === 'image' && subject.imageId === undefined) continue
      for (const { field, fact } of linesOf(roots[root].rows, tableOf(subject, root), root)) {
        const plain =
          fact.how === 'default' ||
          (fact.how === 'unknown' && (root === 'engine' || (fact.ask === 'user' && subject.dialect === undefined)))
        if (plain && !all) hidden += 1
        else out.push(...rowOf(field, fact, width))
      }
    }
    out.push('')
  }
  for (const { id, place, root, facts } of others(inventory, all)) {
    out.push(`${escapeText(id)}  (${root}, ${escapeText(showPlace(place))})`)
    for (const { field, fact } of linesOf(roots[root].rows, facts, root)) {
      if ((fact.how === 'default' || fact.how === 'unknown') && !all) hidden += 1
      else out.push(...rowOf(field, fact, width))
    }
    out.push('')
  }
  // Of containers their engine's settings are told with them.
  for (const engine of inventory.subjects.length > 0 ? [] : inventory.engines) {
    out.push(`${escapeText(engine.format)}  (engine, ${escapeText(showPlace(engine.place))})`)
    for (const { field, fact } of linesOf(roots.engine.rows, untyped(engine.facts), 'engine')) {
      if ((fact.how === 'default' || fact.how === 'unknown') && !all) hidden += 1
      else out.push(...rowOf(field, fact, width))
    }
    out.push('')
  }
  if (hidden > 0) out.push(`${hidden} facts that nobody wrote are left out: --all shows them.`)
  for (const notice of inventory.notices)
    out.push(`${escapeText(showPlace(notice.place))}: ${escapeText(notice.message)}`)
  return `${out.join('\n').trimEnd()}\n`
}

function rowOf(field: string, fact: Fact<unknown>, width: number): readonly string[] {
  const value = fact.how === 'unknown' ? 'not known' : show(fact.value, field)
  const because = 'because' in fact ? `; ${fact.because}` : ''
  const room = Math.max(20, width - 38)
  return [
    `  ${field.padEnd(34)} ${escapeText(value.length > room ? `${value.slice(0, room - 3)}...` : value)}`,
    `  ${' '.repeat(34)} ${escapeText(`${fact.how} at ${showPlace(fact.place)}${because}`)}`,
  ]
}

/** A value on one line: texts as they are, lists by their elements. Values of environment variables are withheld, as in every report. */
function show(value: unknown, field: string): string {
  if (isSecret(field)) return '(withheld)'
  if (!Array.isArray(value)) return value === '' ? '""' : String(value)
  return value.length === 0 ? '[]' : `[${value.map((element) => showElement(element, field)).join(', ')}]`
}
function showElement(element: Fact<unknown> | { readonly facts: AnyFacts }, field: string): string {
  if (!('facts' in element)) return element.how === 'unknown' ? '?' : show(element.value, field)
  const parts = Object.entries(element.facts).flatMap(([key, fact]) =>
    !isFact(fact) || fact.how === 'default'
      ? []
      : [`${key}: ${fact.how === 'unknown' ? '?' : show(fact.value, `${field}.${key}`)}`],
  )
  return `{${parts.join(', ')}}`
}

export function factsJson(inventory: Inventory): string {
  const tables = (key: string, root: 'project' | 'grant'): object => {
    const own = others(inventory, true).filter((one) => one.root === root)
    return own.length === 0
      ? {}
      : { [key]: own.map(({ id, place, facts }) => ({ id, place, [root]: tableJson(facts, root) })) }
  }
  return json({
    schema: 'plimsoll-facts',
    version: 1,
    subjects: inventory.subjects.map((subject) => ({
      id: subject.id,
      dialect: subject.dialect ?? null,
      place: subject.place,
      image: subject.imageId ?? null,
      container: tableJson(tableOf(subject, 'container'), 'container'),
      ...(subject.imageId !== undefined && { imageFacts: tableJson(tableOf(subject, 'image'), 'image') }),
      engine: tableJson(tableOf(subject, 'engine'), 'engine'),
    })),
    engines: inventory.engines.map(({ format, runtimes, place, facts }) => ({
      format,
      runtimes,
      place,
      engine: tableJson(untyped(facts), 'engine'),
    })),
    ...tables('projects', 'project'),
    ...tables('grants', 'grant'),
    notices: inventory.notices,
  })
}
function tableJson(facts: AnyFacts, path: string): object {
  return Object.fromEntries(
    Object.entries(facts).map(([key, fact]) => [
      key,
      isFact(fact) ? factJson(fact, `${path}.${key}`) : tableJson(fact, `${path}.${key}`),
    ]),
  )
}
function factJson(fact: Fact<unknown>, field: string): object {
  const { place, how } = fact
  if (fact.how === 'unknown') return { how, because: fact.because, ...(fact.ask && { ask: fact.ask }), place }
  const value: unknown = Array.isArray(fact.value)
    ? fact.value.map((element: Element) => elementJson(element, field))
    : fact.value
  return {
    how,
    ...(isSecret(field) ? { redacted: true } : { value }),
    ...('because' in fact && { because: fact.because }),
    place,
  }
}
type Element = Fact<unknown> | { readonly place: object; readonly facts: AnyFacts }
const elementJson = (element: Element, field: string): object =>
  'facts' in element ? { place: element.place, facts: tableJson(element.facts, field) } : factJson(element, field)
