/**
 * compose-go, the library of docker compose, resolves real files; what we read of its output must be what we read of the
 * files themselves. Both are read by our dialect, so this tests what stands between: variables, includes, extends, merging,
 * short and long syntax, sizes, ports, env_file.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve as absolute } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { container } from '../../src/model/fields.ts'
import { isFact, type AnyFact, type AnyFacts, type Rows } from '../../src/model/row.ts'
import type { Container } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { HOME, oracle, removeOracle, resolve, type Resolved } from '../support/compose-go.ts'
import { makeProject } from '../support/compose-made.ts'
import { corpora, filesOf, present } from '../support/corpora.ts'

afterAll(removeOracle)

const program = present ? oracle() : { absent: `${corpora} is not here` }
if ('absent' in program) console.log(`compose-go is skipped: ${program.absent}`)

/** Rows of a container -> what they say, as texts: a list is the sorted texts of its elements. */
type Said = ReadonlyMap<string, string>

/** What an unset variable of the shell leaves: Compose takes an empty text, and we say that it is not known. */
const UNSET = /(?:is|are) not set here|is taken from the environment of whoever starts it/

/** Rows that only tell where something comes from, which is gone when it is resolved. */
const ORIGIN = new Set(['environment[].fromSecret'])

interface Reading {
  readonly said: Said
  /** Rows of which something hangs on a variable that nobody sets. */
  readonly unset: ReadonlySet<string>
}

function reading({ facts, build }: Container, folder: string): Reading {
  const said = new Map<string, string>()
  const unset = new Set<string>()
  const value = (fact: AnyFact, row: string, top: string): unknown => {
    if (fact.how === 'unknown') {
      if (UNSET.test(fact.because)) unset.add(top)
      return '?'
    }
    return normal(fact.value, row, folder)
  }
  const walk = (rows: Rows, some: AnyFacts, prefix: string): void => {
    for (const [name, row] of Object.entries(rows)) {
      const fact = some[name]
      const path = `${prefix}${name}`
      if (!fact) continue
      if (row.kind === 'group') {
        if (!isFact(fact)) walk(row.rows, fact, `${path}.`)
      } else if (isFact(fact) && row.by === 'dialect') {
        if (row.kind === 'leaf' || fact.how === 'unknown') said.set(path, JSON.stringify(value(fact, path, path)))
        else {
          const list: readonly unknown[] = Array.isArray(fact.value) ? fact.value : []
          const texts = list.map((element) =>
            isElement(element)
              ? JSON.stringify(
                  Object.entries(element.facts)
                    .filter(([key]) => !ORIGIN.has(`${path}[].${key}`))
                    .map(([key, each]) => [key, isFact(each) ? leaf(each, `${path}[].${key}`, path) : null]),
                )
              : JSON.stringify(value(element as AnyFact, `${path}[]`, path)),
          )
          // Words of a command are in order; all else is a set.
          if (name !== 'command' && name !== 'entrypoint') texts.sort()
          // Where no network is named it is the default one, which Compose writes out.
          said.set(path, path === 'network.names' && texts.length === 0 ? '"default"' : texts.join('\n'))
        }
      }
    }
  }
  const leaf = (fact: AnyFact, row: string, top: string): unknown =>
    fact.how !== 'unknown' && Array.isArray(fact.value)
      ? fact.value
          .map((each: unknown) => value(each as AnyFact, row, top))
          .filter((each) => !(row === 'mounts[].options' && !KEPT.has(String(each))))
          .sort()
      : value(fact, row, top)
  walk(container, facts as AnyFacts, '')
  if (build)
    said.set(
      'build',
      JSON.stringify([build.inline ? '' : absolute(build.file), build.stage ?? '', build.inline?.text ?? '']),
    )
  return { said, unset }
}
/** Options of a short mount that stay options; `ro` and propagations become keys of their own, and all others are dropped. */
const KEPT = new Set(['z', 'Z', 'nocopy'])
const isElement = (element: unknown): element is { readonly facts: AnyFacts } =>
  typeof element === 'object' && element !== null && 'facts' in element

/** Compose makes paths absolute, and cleans targets. */
function normal(value: unknown, row: string, folder: string): unknown {
  if (typeof value !== 'string') return value
  if (row === 'mounts[].source' && /^[./~]/.test(value))
    return absolute(folder, value.startsWith('~') ? `${HOME}${value.slice(1)}` : value)
  if (row === 'mounts[].target' && value !== '') return absolute('/', value)
  return value
}

/** The resolved project as a file again: a dollar sign is one. What Compose fills in is taken out. */
function asFile({ project }: Resolved): string {
  const services = Object.fromEntries(
    Object.entries(project?.services ?? {}).map(([name, service]) => [
      name,
      Object.fromEntries(Object.entries(service).filter(([key]) => key !== 'env_file')),
    ]),
  )
  return JSON.stringify({ ...project, services }, (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('$', '$$$$') : value,
  )
}

interface Difference {
  readonly file: string
  readonly service: string
  readonly row: string
  readonly ours: string | undefined
  readonly theirs: string | undefined
}

/** Those that are seen. */
const seen = new Set<string>()
const explain = (difference: Difference): boolean => {
  const found = EXPLAINED.find((one) => one.is(difference))
  if (found) seen.add(found.because)
  return found !== undefined
}
/** Where the two may differ, and why. */
const EXPLAINED: readonly { readonly because: string; is(difference: Difference): boolean }[] = [
  {
    because: 'a variable that nobody sets hides which Dockerfile it is: then there is none to join',
    is: ({ row, ours }) => row === 'build' && ours === undefined,
  },
]

interface Counts {
  projects: number
  resolved: number
  refused: number
  services: number
  facts: number
  unset: number
  explained: number
}

/** What differs between the projects as we read them and as compose-go resolves them. */
async function compare(projects: readonly (readonly string[])[], counts: Counts): Promise<readonly Difference[]> {
  if ('absent' in program) return []
  const differences: Difference[] = []
  for (const [index, answer] of resolve(program.path, projects).entries()) {
    const { file } = answer
    counts.projects += 1
    const composeFiles = (projects[index] ?? []).slice(1)
    const ours = await readContainers({
      file,
      text: readFileSync(file, 'utf8'),
      named: true,
      as: 'compose',
      options: { composeFiles },
    })
    if (answer.project === undefined) {
      counts.refused += 1
      if (process.env.COMPOSE_GO_VERBOSE) console.log(`${file}: ${answer.error ?? ''}`)
      continue
    }
    counts.resolved += 1
    const folder = dirname(file)
    const theirs = await readContainers({
      file: `${folder}/resolved.json`,
      text: asFile(answer),
      named: true,
      as: 'compose',
    })
    const byId = new Map(ours.containers.map((one) => [one.id, one]))
    for (const other of theirs.containers) {
      counts.services += 1
      const own = byId.get(other.id)
      byId.delete(other.id)
      if (!own) {
        differences.push({ file, service: other.id, row: '', ours: undefined, theirs: 'there' })
        continue
      }
      const [a, b] = [reading(own, folder), reading(other, folder)]
      for (const row of new Set([...a.said.keys(), ...b.said.keys()])) {
        counts.facts += 1
        const difference = { file, service: other.id, row, ours: a.said.get(row), theirs: b.said.get(row) }
        if (difference.ours === difference.theirs) continue
        if (a.unset.has(row)) counts.unset += 1
        else if (explain(difference)) counts.explained += 1
        else differences.push(difference)
      }
    }
    for (const id of byId.keys()) differences.push({ file, service: id, row: '', ours: 'there', theirs: undefined })
  }
  return differences
}

const none = (): Counts => ({ projects: 0, resolved: 0, refused: 0, services: 0, facts: 0, unset: 0, explained: 0 })
const shown = (differences: readonly Difference[], root: string): readonly string[] =>
  differences.map(
    ({ file, service, row, ours, theirs }) =>
      `${file.slice(root.length)} ${service} ${row}\n  ours:   ${String(ours)}\n  theirs: ${String(theirs)}`,
  )

describe.skipIf('absent' in program)('compose-go', () => {
  it('gives the facts that we read, on every real file that it takes', { timeout: 300_000 }, async () => {
    const files = [...filesOf('compose-real', /\.ya?ml$/), ...filesOf('kics', /^dockerCompose\/.*\.ya?ml$/)]
    const counts = none()
    const differences = await compare(
      files.map((file) => [file]),
      counts,
    )
    console.log(`compose-go on real files: ${JSON.stringify(counts)}`)
    expect(shown(differences, corpora)).toEqual([])
    expect(EXPLAINED.filter(({ because }) => !seen.has(because))).toEqual([])
    // The corpora hold these; a loader that finds less compares nothing.
    expect(counts.resolved).toBeGreaterThan(300)
    expect(counts.facts).toBeGreaterThan(40_000)
  })

  it('gives the facts that we read, on projects of several files', { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compose-made-'))
    try {
      const number = Number(process.env.COMPOSE_GO_PROJECTS ?? 250)
      const projects = Array.from({ length: number }, (_, seed) => makeProject(join(folder, String(seed)), seed))
      const counts = none()
      const differences = await compare(projects, counts)
      console.log(`compose-go on made projects: ${JSON.stringify(counts)}`)
      expect(shown(differences, folder)).toEqual([])
      expect(counts.resolved).toBeGreaterThan(number / 4)
    } finally {
      if (!process.env.COMPOSE_GO_KEEP) rmSync(folder, { recursive: true, force: true })
    }
  })
})
