/** Files that others wrote: all are read, and what two people counted in them is what we read. Skipped where the corpora are absent. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { compose } from '../../src/dialect/compose.ts'
import { SILENT_ABOUT, type About, type Dialect } from '../../src/dialect/dialect.ts'
import { answer } from '../../src/dialect/dialect.ts'
import { dockerInspect } from '../../src/dialect/docker-inspect.ts'
import { readDotenv } from '../../src/document/dotenv.ts'
import type { Node } from '../../src/document/node.ts'
import { readText } from '../../src/document/read.ts'
import { container } from '../../src/model/fields.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import { everyFact, factAt, plain } from '../support/docker-facts.ts'

const corpora = fileURLToPath(new URL('../../../shared/corpora', import.meta.url))
const present = existsSync(corpora)
if (!present) console.log(`docker-corpora.test.ts is skipped: there is no ${corpora}`)

const filesIn = (folder: string, name: RegExp): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const documents = (file: string): readonly Node[] => readText(file, readFileSync(file, 'utf8')).value.documents

/** What the dialect makes of one file, with the other files that it asks for. */
function read(dialect: Dialect, file: string): { ids: string[]; facts: AnyFacts[]; notices: string[] } {
  const result = { ids: [] as string[], facts: [] as AnyFacts[], notices: [] as string[] }
  for (const root of documents(file)) {
    if (!dialect.is(root)) continue
    const about: About = { ...SILENT_ABOUT, file }
    const others = new Map<string, Node>()
    const tried = new Set<string>()
    // What it wants may hang on what was read.
    for (let more = true; more;) {
      more = false
      for (const { path, syntax } of dialect.wants?.(root, about, others) ?? []) {
        if (tried.has(path)) continue
        tried.add(path)
        more = true
        const full = join(dirname(file), path)
        if (!existsSync(full) || statSync(full).isDirectory()) continue
        const [other] =
          syntax === 'dotenv' ? readDotenv(full, readFileSync(full, 'utf8')).value.documents : documents(full)
        if (other) others.set(path, other)
      }
    }
    const found = dialect.containers(root, others, about)
    result.notices.push(...found.notices.map(({ id }) => id))
    for (const { id, scope } of found.value) {
      result.ids.push(id)
      result.facts.push(answer(container, dialect.asks, dialect.silence, scope))
    }
  }
  return result
}

describe.skipIf(!present)('compose files of others', () => {
  const data = join(corpora, 'compose-real/data')
  const files = present ? filesIn(data, /\.ya?ml$/) : []
  it('are read, and only what is not readable is told', () => {
    const notices: string[] = []
    let services = 0
    for (const file of files) {
      const got = read(compose, file)
      services += got.ids.length
      got.facts.forEach(everyFact)
      notices.push(...got.notices.map((id) => `${relative(data, file)} ${id}`))
    }
    console.log(`compose-real: ${files.length} files, ${services} services, ${notices.length} notices`)
    // Each looked at by eye: a file that includes itself, files of a remote loader, an `extends` into a folder, a null service.
    expect(services).toBeGreaterThanOrEqual(510)
    const kinds = Object.groupBy(notices, (notice) => notice.split(' ').at(-1) ?? '')
    expect(Object.fromEntries(Object.entries(kinds).map(([id, list]) => [id, list?.length]))).toEqual({
      'compose-extends-unread': 3,
      'compose-include-unread': 1,
      'compose-service-invalid': 1,
    })
  })
  it('hold every engine socket, capability and host namespace that a plain search finds', () => {
    let sockets = 0
    for (const file of files) {
      const got = read(compose, file)
      if (got.ids.length === 0) continue
      const text = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '')
      const some = (row: string, test: (value: unknown) => boolean): boolean =>
        got.facts.some((facts) => test(plain(factAt(facts, row))))
      const short = /^\s*-\s*["']?\/var\/run\/docker\.sock:/m
      if (short.test(text)) {
        sockets += 1
        expect([
          file,
          some('mounts', (list) => JSON.stringify(list).includes('"source":"/var/run/docker.sock"')),
        ]).toEqual([file, true])
      }
      const isTrue = (value: unknown): boolean => value === true
      if (/^ {4}privileged:\s*true/m.test(text)) expect([file, some('privileged', isTrue)]).toEqual([file, true])
      if (/^\s+network_mode:\s*["']?host/m.test(text))
        expect([file, some('namespaces.network', (value) => value === 'host')]).toEqual([file, true])
      if (/^\s+pid:\s*["']?host/m.test(text))
        expect([file, some('namespaces.pid', (value) => value === 'host')]).toEqual([file, true])
      if (/^\s+cap_add:/m.test(text))
        expect([file, some('capabilities.add', (value) => Array.isArray(value) && value.length > 0)]).toEqual([
          file,
          true,
        ])
    }
    expect(sockets).toBeGreaterThan(5)
  })
})

interface Label {
  readonly file: string
  readonly kind: string
  readonly facts: readonly { readonly name?: string; readonly facts?: readonly string[] }[]
}
/** The controls of the labels that inspect files have, as questions to the facts. */
const CONTROLS: { readonly [control: string]: (facts: AnyFacts) => boolean } = {
  'no-new-privs': (facts) => plain(factAt(facts, 'noNewPrivileges')) === false,
  'rootfs-writable': (facts) => plain(factAt(facts, 'readOnlyRootFilesystem')) === false,
  'memory-limit': (facts) => plain(factAt(facts, 'resources.memory')) === 0,
  'cpu-limit': (facts) => plain(factAt(facts, 'resources.cpu')) === 0,
  'pids-limit': (facts) => plain(factAt(facts, 'resources.pids')) === 0,
  'run-as-root': (facts) => ['0', 'root'].includes(String(plain(factAt(facts, 'user.name')))),
  privileged: (facts) => plain(factAt(facts, 'privileged')) === true,
  'host-network': (facts) => plain(factAt(facts, 'namespaces.network')) === 'host',
  'host-pid': (facts) => plain(factAt(facts, 'namespaces.pid')) === 'host',
  'host-ipc': (facts) => plain(factAt(facts, 'namespaces.ipc')) === 'host',
  'seccomp-unconfined': (facts) => plain(factAt(facts, 'seccomp.kind')) === 'unconfined',
}

describe.skipIf(!present)('docker inspect of others', () => {
  const labels: readonly Label[] = present
    ? (JSON.parse(readFileSync(join(corpora, 'runtime-configs/labels.json'), 'utf8')) as Label[])
    : []
  it.each(labels.filter(({ kind }) => kind === 'docker-inspect').map((label) => [label.file, label] as const))(
    '%s',
    (file, label) => {
      const got = read(dockerInspect, join(corpora, 'runtime-configs', file))
      expect(got.ids).toEqual(label.facts.map(({ name }) => name?.replace(/^\//, '')))
      for (const [index, { facts: expected = [] }] of label.facts.entries()) {
        const facts = got.facts[index]
        if (!facts) throw new Error('no facts')
        expect(expected.filter((control) => !CONTROLS[control])).toEqual([])
        const violated = Object.entries(CONTROLS).flatMap(([control, test]) => (test(facts) ? [control] : []))
        const different = [...new Set([...violated, ...expected])].filter(
          (control) => violated.includes(control) !== expected.includes(control),
        )
        expect(different).toEqual([])
      }
    },
  )
  it.each(labels.filter(({ kind }) => kind === 'docker-image-inspect').map(({ file }) => file))(
    '%s holds no container',
    (file) => {
      expect(read(dockerInspect, join(corpora, 'runtime-configs', file)).ids).toEqual([])
    },
  )
})
