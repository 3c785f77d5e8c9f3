/** The same container in every dialect gives the same table of facts. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { differences } from './differences.ts'
import { compose } from '../../src/dialect/compose.ts'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { dockerInspect } from '../../src/dialect/docker-inspect.ts'
import { dialects } from '../../src/dialect/index.ts'
import { kubernetes } from '../../src/dialect/kubernetes.ts'
import { ociRuntime } from '../../src/dialect/oci-runtime.ts'
import { asked } from './asked.ts'
import { answersOf, DIALECTS, type Answers, type DialectName } from './table.ts'
import { unasked } from './unasked.ts'

const containers = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'others')
  .map(({ name }) => name)
  .sort()

const all = new Map(
  await Promise.all(
    containers.map(
      async (name) =>
        [
          name,
          new Map(
            await Promise.all(DIALECTS.map(async (dialect) => [dialect, await answersOf(name, dialect)] as const)),
          ),
        ] as const,
    ),
  ),
)
const of = (container: string, dialect: DialectName): Answers => {
  const found = all.get(container)?.get(dialect)
  if (!found) throw new Error(`there is no ${container} in ${dialect}`)
  return found
}

/** What a dialect says at a path: undefined where the question does not arise, since it has no such element, or the list is not known. */
function valueAt(container: string, dialect: DialectName, path: string): string | undefined {
  const { values } = of(container, dialect)
  const [, list = '', element = '', row] = /^([^[]*)(\[.*\])(?:\.([^\]]*))?$/.exec(path) ?? []
  if (element === '') return values.get(path)
  if (values.get(list) === '?') return undefined
  return row === undefined ? (values.get(path) ?? 'absent') : values.get(path)
}
const pathsOf = (container: string): readonly string[] =>
  [...new Set(DIALECTS.flatMap((dialect) => [...of(container, dialect).values.keys()]))].sort()

/** The dialects that may differ there. */
const allowed = (container: string, path: string): ReadonlySet<DialectName> =>
  new Set(
    differences
      .filter((each) => each.fields.includes(path) && (each.of === undefined || each.of.includes(container)))
      .flatMap((each) => each.dialects),
  )

/** What the dialects that are not listed say: one value if all is well. */
function consensus(container: string, path: string): readonly string[] {
  const listed = allowed(container, path)
  return [
    ...new Set(
      DIALECTS.filter((dialect) => !listed.has(dialect)).flatMap((dialect) => valueAt(container, dialect, path) ?? []),
    ),
  ]
}

describe.each(containers)('%s', (container) => {
  it('loses nothing in any dialect', () => {
    const notices = DIALECTS.flatMap((dialect) => of(container, dialect).notices)
    expect(notices.map(({ id, message }) => `${id}: ${message}`)).toEqual([])
  })

  it('is the same in every dialect, but for what is listed', () => {
    const strange = pathsOf(container)
      .filter((path) => consensus(container, path).length > 1)
      .map(
        (path) => `${path}: ${DIALECTS.map((each) => `${each} ${valueAt(container, each, path) ?? '-'}`).join(', ')}`,
      )
    expect(strange).toEqual([])
  })
})

describe('differences.ts', () => {
  it('lists what is so, and nothing else', () => {
    const stale = differences.flatMap(({ fields, dialects, of: only }) =>
      fields.flatMap((field) =>
        dialects.flatMap((dialect) => {
          const differs = (only ?? containers).some((container) => {
            const others = consensus(container, field)
            const own = valueAt(container, dialect, field)
            return own !== undefined && others.length > 0 && !others.includes(own)
          })
          return differs ? [] : [`${field}: ${dialect} does not differ${only ? ` in ${only.join(', ')}` : ''}`]
        }),
      ),
    )
    expect(stale).toEqual([])
  })

  it('gives each field and dialect once, so that each reason is the reason', () => {
    const seen = new Map<string, string>()
    const twice = differences.flatMap(({ fields, dialects, of: only = containers, because }) =>
      fields.flatMap((field) =>
        dialects.flatMap((dialect) =>
          only.flatMap((container) => {
            const key = `${container} ${dialect} ${field}`
            const known = seen.get(key)
            seen.set(key, because)
            return known === undefined ? [] : [`${key}: "${known}" and "${because}"`]
          }),
        ),
      ),
    )
    expect(twice).toEqual([])
  })
})

describe('every dialect row', () => {
  const tables: Record<DialectName, Dialect> = {
    compose,
    kubernetes,
    'docker-inspect': dockerInspect,
    'oci-runtime': ociRuntime,
  }
  it('of every dialect is here', () => {
    const others = readdirSync(path.join(import.meta.dirname, 'others')).map((name) => name.replace(/\.ts$/, ''))
    expect([...Object.keys(tables), ...others].sort()).toEqual(dialects.map(({ name }) => name).sort())
  })

  it.each(DIALECTS)('that %s can say is said by one of the containers, and is not what silence says', (dialect) => {
    const excused = new Set(unasked.filter((each) => each.dialects.includes(dialect)).flatMap((each) => each.rows))
    const missing: string[] = []
    const rows = asked(tables[dialect])
    for (const { row, otherwise } of rows) {
      const said = containers.flatMap((container) => of(container, dialect).written.get(row) ?? [])
      if (said.some((value) => value !== otherwise) === excused.has(row))
        missing.push(excused.has(row) ? `${row} is said, and listed as not said` : `${row} is not said`)
    }
    for (const row of excused)
      if (!rows.some((each) => each.row === row)) missing.push(`${row}: ${dialect} has no such row`)
    expect(missing).toEqual([])
  })
})
