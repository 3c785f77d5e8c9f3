/** Every row that fixes set, written into every fixture of every dialect and read again: it is so, and nothing else is otherwise. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { dialects } from '../../src/dialect/index.ts'
import { edit } from '../../src/document/edit.ts'
import { write } from '../../src/fix.ts'
import type { Container } from '../../src/model/subject.ts'
import { readContainers, type Origin } from '../../src/texts.ts'
import type { OtherHardened } from '../hardened/others.ts'
import type { Other } from '../rosetta/others.ts'
import { allFacts, valueAt } from '../support/facts.ts'
import { follows, refused } from './refused.ts'
import { wanted } from './rows.ts'

const tests = resolve(import.meta.dirname, '..')
const FOLDERS = ['plain', 'web', 'host', 'joined', 'windows']
/** The first four have no file in `others/`. A stack file is a compose file with the prefix `swarm:`. */
const FIRST: Readonly<Record<string, string>> = {
  compose: 'compose.yaml',
  kubernetes: 'kubernetes.yaml',
  'docker-inspect': 'inspect.json',
  'oci-runtime': 'config.json',
}
const HARDENED: Readonly<Record<string, string>> = {
  compose: 'compose.yaml',
  kubernetes: 'kubernetes.yaml',
  'docker-inspect': 'docker-inspect.json',
  'oci-runtime': 'oci-runtime.json',
}
/** Stack files are the swarm dialect's too, besides what docker service inspect prints. */
const STACK = 'swarm, of stack files'
const others = readdirSync(join(tests, 'rosetta/others')).map((name) => name.replace(/\.ts$/, ''))

interface Case {
  readonly name: string
  readonly file: string
}
async function casesOf(name: string): Promise<readonly Case[]> {
  if (name === STACK)
    return ['plain', 'web'].map((folder) => ({ name: folder, file: join(tests, 'rosetta', folder, 'compose.yaml') }))
  const first = FIRST[name]
  const files = new Map<string, string>()
  if (first !== undefined) for (const folder of FOLDERS) files.set(folder, join(tests, 'rosetta', folder, first))
  else if (others.includes(name)) {
    const { other } = (await import(`../rosetta/others/${name}.ts`)) as { other: Other }
    for (const [folder, file] of Object.entries(other.files)) files.set(folder, join(tests, 'rosetta', folder, file))
  }
  const path = join(tests, 'hardened/others', `${name}.ts`)
  const own = existsSync(path)
    ? ((await import(`../hardened/others/${name}.ts`)) as { hardened: OtherHardened }).hardened.file
    : HARDENED[name]
  if (own !== undefined) files.set('hardened', join(tests, 'hardened', own))
  return [...files].filter(([, file]) => existsSync(file)).map(([folder, file]) => ({ name: folder, file }))
}

async function originsOf(dialect: Dialect, file: string, text: string): Promise<readonly Origin[]> {
  const origins: Origin[] = []
  const { notices } = await readContainers(
    { file, text, as: dialect.name, named: true },
    (each) => void origins.push(each),
  )
  expect(notices.filter(({ lost }) => lost).map(({ message }) => message)).toEqual([])
  return origins
}
const shown = (container: Container, path: string): string => JSON.stringify(valueAt(container, path))
const table = (container: Container): ReadonlyMap<string, string> =>
  new Map(allFacts(container.facts).map(([path]) => [path, shown(container, path)]))
const rowOf = (path: string): string => path.replace(/\[.*$/, '')

interface Outcome {
  readonly where: string
  readonly row: string
  readonly outcome: 'written' | 'refused' | 'wrong'
  readonly also: readonly string[]
}

/** Writes one row of one container. */
async function tried(
  dialect: Dialect,
  { name, file }: Case,
  text: string,
  origin: Origin,
  row: string,
  value: string | number | boolean,
): Promise<Outcome> {
  const changes = write(origin, row, value)
  const edited = changes && edit(origin.syntax, file, text, changes)
  if (!edited || 'refused' in edited) return { where: name, row, outcome: 'refused', also: [] }
  // A row that is written differs from what was there in something, and where it was read again in nothing else.
  const after = await originsOf(dialect, file, edited.text)
  const before = await originsOf(dialect, file, text)
  expect(after.map(({ container }) => container.id)).toEqual(before.map(({ container }) => container.id))
  const also = after.flatMap(({ container }, index) => {
    const other = before[index]
    if (!other) return []
    const was = table(other.container)
    const is = table(container)
    const isOwn = container.id === origin.container.id
    return [...new Set([...was.keys(), ...is.keys()])]
      .filter((path) => was.get(path) !== is.get(path) && !(isOwn && path === row))
      .map((path) => (isOwn || POD.has(row) ? rowOf(path) : `${container.id}: ${rowOf(path)}`))
  })
  const own = after.find(({ container }) => container.id === origin.container.id)
  const isSo = own && shown(own.container, row) === JSON.stringify(value)
  return { where: name, row, outcome: isSo ? 'written' : 'wrong', also: [...new Set(also)] }
}
/** What a pod says, it says for all of its containers; so does the task of ECS. */
const POD = new Set([
  'namespaces.pid',
  'namespaces.ipc',
  'namespaces.network',
  'namespaces.uts',
  'serviceAccount.token',
])

const names = dialects.map(({ name }) => name)
describe.each([...names, STACK])('%s', (name) => {
  const dialect = dialects.find((each) => each.name === (name === STACK ? 'swarm' : name))
  if (!dialect) throw new Error(name)

  it('writes what it can, and says of the rest that it cannot', async () => {
    const cases = await casesOf(name)
    expect(cases.length).toBeGreaterThan(1)
    const outcomes: Outcome[] = []
    let printed = 0
    for (const each of cases) {
      const text = readFileSync(each.file, 'utf8')
      for (const origin of await originsOf(dialect, each.file, text)) {
        if (dialect.isPrinted?.(origin.root) === true) {
          printed += 1
          continue
        }
        for (const { row, value } of wanted)
          if (shown(origin.container, row) !== JSON.stringify(value))
            outcomes.push(await tried(dialect, each, text, origin, row, value))
      }
    }
    if (printed > 0) {
      expect(outcomes).toEqual([])
      return
    }
    expect(outcomes.filter(({ outcome }) => outcome === 'wrong')).toEqual([])
    const strange = outcomes.flatMap(({ where, row, also }) =>
      also
        .filter((path) => path !== row && !follows.some((each) => each.row === row && each.also.includes(path)))
        .map((path) => `${where} ${row}: ${path}`),
    )
    expect(strange).toEqual([])
    const listed = (where: string, row: string): boolean =>
      refused.some(
        ({ dialects: of, rows, of: only }) =>
          of.includes(name) && rows.includes(row) && (only ?? [where]).includes(where),
      )
    expect(outcomes.filter(({ where, row, outcome }) => outcome === 'refused' && !listed(where, row))).toEqual([])
    const possible = outcomes.filter(({ where, row, outcome }) => outcome === 'written' && listed(where, row))
    expect(possible).toEqual([])
    // What can be written is tried, and every reason is seen.
    if (name !== 'firecracker')
      expect(outcomes.filter(({ outcome }) => outcome === 'written').length).toBeGreaterThan(0)
    for (const { dialects: of, rows, of: only, because } of refused)
      if (of.includes(name))
        expect({
          because,
          seen: outcomes.some(
            ({ where, row, outcome }) =>
              outcome === 'refused' && rows.includes(row) && (only ?? [where]).includes(where),
          ),
        }).toEqual({ because, seen: true })
  }, 60_000)
})

it('says that what a program printed is no configuration', async () => {
  for (const name of ['docker-inspect', 'podman-inspect', 'cri', 'swarm']) {
    const dialect = dialects.find((each) => each.name === name)
    const [first] = await casesOf(name)
    if (!dialect || !first) throw new Error(name)
    const [origin] = await originsOf(dialect, first.file, readFileSync(first.file, 'utf8'))
    expect(origin && dialect.isPrinted?.(origin.root)).toBe(true)
  }
  const file = join(tests, 'rosetta/plain/compose.yaml')
  const swarm = dialects.find(({ name }) => name === 'swarm')
  if (!swarm) throw new Error('swarm')
  const [stack] = await originsOf(swarm, file, readFileSync(file, 'utf8'))
  expect(stack && swarm.isPrinted?.(stack.root)).toBe(false)
  expect(stack && write(stack, 'readOnlyRootFilesystem', true)).toHaveLength(1)
})
