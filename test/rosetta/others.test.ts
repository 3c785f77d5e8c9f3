/** The same container in the other dialects gives the table of facts that compose gives, but for what is listed. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/dialect/index.ts'
import { asked } from './asked.ts'
import type { Other } from './others.ts'
import { answersIn, answersOf, type Answers } from './table.ts'

const names = readdirSync(`${import.meta.dirname}/others`)
  .map((file) => file.replace(/\.ts$/, ''))
  .sort()

/** What is said at a path: undefined where the question does not arise, since there is no such element, or the list is not known. */
function valueAt({ values }: Answers, path: string): string | undefined {
  const [, list = '', element = '', row] = /^([^[]*)(\[.*\])(?:\.([^\]]*))?$/.exec(path) ?? []
  if (element === '') return values.get(path)
  if (values.get(list) === '?') return undefined
  return row === undefined ? (values.get(path) ?? 'absent') : values.get(path)
}

describe.each(names)('%s', async (name) => {
  const { other } = (await import(`./others/${name}.ts`)) as { readonly other: Other }
  const dialect = dialects.find((each) => each.name === name)
  if (!dialect) throw new Error(`there is no dialect ${name}`)
  const containers = Object.keys(other.files)
  const own = new Map<string, Answers>()
  const reference = new Map<string, Answers>()
  for (const [container, file] of Object.entries(other.files)) {
    own.set(container, await answersIn(container, file, name))
    reference.set(container, await answersOf(container, 'compose'))
  }
  const of = (map: ReadonlyMap<string, Answers>, container: string): Answers => {
    const found = map.get(container)
    if (!found) throw new Error(`there is no ${container}`)
    return found
  }

  it('writes the containers that it can', () => {
    expect(['plain', 'web', 'host'].filter((each) => !other.files[each] && !other.lacks?.[each])).toEqual([])
  })
  it.each(containers)('%s loses nothing', (container) => {
    expect(of(own, container).notices.map(({ id, message }) => `${id}: ${message}`)).toEqual([])
  })
  it.each(containers)('%s is the same as in compose, but for what is listed', (container) => {
    const [ours, theirs] = [of(own, container), of(reference, container)]
    const paths = [...new Set([...ours.values.keys(), ...theirs.values.keys()])].sort()
    const differing = paths.flatMap((path) => {
      const [a, b] = [valueAt(ours, path), valueAt(theirs, path)]
      return a === undefined || b === undefined || a === b ? [] : [{ path, text: `${path}: ${a}, compose ${b}` }]
    })
    const listed = other.differences.flatMap(({ fields, of: only }) =>
      (only?.includes(container) ?? true) ? fields : [],
    )
    expect(differing.filter(({ path }) => !listed.includes(path)).map(({ text }) => text)).toEqual([])
    // Listed for this container alone, it must be so here.
    const here = other.differences.flatMap(({ fields, of: only }) => (only?.includes(container) ? fields : []))
    expect(here.filter((field) => !differing.some(({ path }) => path === field))).toEqual([])
  })
  it('lists differences that are seen', () => {
    const general = other.differences.flatMap(({ fields, of: only }) => (only ? [] : fields))
    const seen = new Set(
      containers.flatMap((container) => {
        const [ours, theirs] = [of(own, container), of(reference, container)]
        return general.filter((path) => {
          const [a, b] = [valueAt(ours, path), valueAt(theirs, path)]
          return a !== undefined && b !== undefined && a !== b
        })
      }),
    )
    expect(general.filter((field) => !seen.has(field))).toEqual([])
  })
  it('says every row that it can say in one of them', () => {
    const excused = new Set(other.unasked.flatMap(({ rows }) => rows))
    const rows = asked(dialect)
    const wrong = rows.flatMap(({ row, otherwise }) => {
      const said = containers.flatMap((container) => of(own, container).written.get(row) ?? [])
      const isSaid = said.some((value) => value !== otherwise)
      return isSaid === excused.has(row) ? [`${row} is ${isSaid ? 'said, and listed as not said' : 'not said'}`] : []
    })
    const strange = [...excused].filter((row) => !rows.some((each) => each.row === row))
    expect([...wrong, ...strange.map((row) => `${row}: there is no such row`)]).toEqual([])
  })
})
