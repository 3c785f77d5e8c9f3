/** Every cataloger of packages against the package sets that osv-scalibr and Trivy expect of the same files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { packageCatalogers } from '../../src/catalog/index.ts'
import { purlOf } from '../../src/catalog/purl.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { PackageFind } from '../../src/model/tree.ts'
import { corpora, present } from '../support/corpora.ts'
import { DIFFERENT, NOT_READ, PLACES, TRIVY } from './corpora-places.ts'
import { fileOf } from './file.ts'

if (!present) console.log(`catalog: no corpora at ${corpora}: the labelled package databases are not compared`)

const labels = <T>(file: string, shape: z.ZodType<T>): readonly T[] =>
  present ? z.array(shape).parse(JSON.parse(readFileSync(join(corpora, file), 'utf8'))) : []

interface Answer {
  readonly wanted: boolean
  readonly packages: readonly PackageFind[]
  readonly notices: readonly Notice[]
}
/** What all catalogers that want a file of this name say of it. */
function asked(path: string, body: Buffer): Answer {
  // Programs of the corpora are small, some are no programs at all.
  const program = path.startsWith('usr/bin/') ? { mode: 0o755, size: 2 ** 20 } : {}
  const asking = packageCatalogers.filter(
    (cataloger) => cataloger.packages && cataloger.wants(path, fileOf(path, body, program).entry),
  )
  const read = asking.map((cataloger) => cataloger.parse(fileOf(path, body)))
  return {
    wanted: asking.length > 0,
    packages: read.flatMap(({ value }) => value.packages ?? []),
    notices: read.flatMap(({ notices }) => notices),
  }
}

const Label = z.object({
  file: z.string().nullish(),
  ecosystem: z.string(),
  case: z.string(),
  expected: z.object({
    error: z.boolean(),
    partial: z.boolean(),
    packages: z.array(
      z.object({ name: z.string(), version: z.string(), origin: z.string().nullish(), arch: z.string().optional() }),
    ),
  }),
})
type Label = z.infer<typeof Label>

/** SCALIBR calls the standard library of Go `go` and cuts the `v` of modules' versions; we name both as Go and its advisories do. */
function wordsOf({ ecosystem, expected }: Label): readonly string[] {
  const isGo = ecosystem.startsWith('language/golang/')
  return expected.packages.map(({ name, version }) => {
    if (!isGo) return `${name} ${version}`
    if (name === 'go' || name === 'stdlib') return `stdlib ${version}`
    return `${name} ${/^\d/.test(version) ? 'v' : ''}${version}`
  })
}
/** Each once: that a tree has one in several places is no other package. */
const plain = (packages: readonly PackageFind[]): readonly string[] => [
  ...new Set(packages.map((one) => `${one.name} ${one.version}`)),
]

const scores = new Map<string, { cases: number; same: number; expected: number; found: number }>()
function count(ecosystem: string, wanted: readonly string[], found: readonly string[]): void {
  const score = scores.get(ecosystem) ?? { cases: 0, same: 0, expected: 0, found: 0 }
  const there = new Set(found)
  score.cases += 1
  score.expected += wanted.length
  score.found += wanted.filter((one) => there.has(one)).length
  if ([...new Set(wanted)].toSorted().join('\n') === found.toSorted().join('\n')) score.same += 1
  scores.set(ecosystem, score)
}
afterAll(() => {
  const rows = [...scores].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lines = rows.map(
    ([name, { cases, same, expected, found }]) =>
      `${name}: ${same} of ${cases} cases, ${found} of ${expected} packages`,
  )
  if (lines.length > 0) console.log(['catalog: labelled package sets', ...lines].join('\n  '))
})

describe.skipIf(!present)('osv-scalibr', () => {
  const nameOf = (label: Label): string => (label.file ?? '').replace(/^data\/.*?\/testdata\//, '')
  const all = labels('osv-scalibr/labels.json', Label).filter(
    // Larger files stayed upstream.
    (label) => label.file && existsSync(join(corpora, 'osv-scalibr', label.file)),
  )
  const times = new Map<string, number>()
  const keys = all.map((label) => {
    const key = `${label.ecosystem} ${nameOf(label)}#${label.case}`
    const time = (times.get(key) ?? 0) + 1
    times.set(key, time)
    return time === 1 ? key : `${key} (${time})`
  })
  const used = new Set<string>()

  test.each(all.map((label, index) => [keys[index] ?? '', label] as const))('%s', (key, label) => {
    const place = PLACES[label.ecosystem]
    const file = label.file ?? ''
    const body = readFileSync(join(corpora, 'osv-scalibr', file))
    const wanted = wordsOf(label)
    if (!place) {
      expect(NOT_READ[label.ecosystem], 'neither a place nor a reason').toBeDefined()
      // Where such a file is called in an image what it is called there.
      expect(asked(`app/${file.split('/').at(-1)}`, body).packages).toEqual([])
      count(label.ecosystem, wanted, [])
      return
    }
    const answer = asked(place(nameOf(label)), body)
    const found = plain(answer.packages)
    const different = DIFFERENT[key]
    if (different) used.add(key)
    count(label.ecosystem, wanted, label.expected.partial ? found.filter((one) => wanted.includes(one)) : found)
    expect(answer.wanted || (wanted.length === 0 && !label.expected.error), 'no cataloger wants it').toBe(true)
    const { missing = [], extra = [] } = different ?? {}
    expect(wanted).toEqual(expect.arrayContaining([...missing]))
    const left = [...new Set(wanted)].filter((one) => !missing.includes(one))
    // Partial labels are lower bounds.
    if (label.expected.partial) expect(found).toEqual(expect.arrayContaining(left))
    else expect(found.toSorted()).toEqual([...left, ...extra].toSorted())
    if (label.expected.error) expect(answer.notices.some(({ lost }) => lost)).toBe(true)
    if (label.ecosystem === 'os/apk') {
      const full = answer.packages.map((one) => `${one.name} ${one.architecture} ${one.source || one.name}`)
      expect(full.toSorted()).toEqual(
        label.expected.packages.map((one) => `${one.name} ${one.arch} ${one.origin ?? one.name}`).toSorted(),
      )
    }
  })

  test('every listed difference is of a case that is here, and no ecosystem is listed twice', () => {
    expect([...used].toSorted()).toEqual(Object.keys(DIFFERENT).toSorted())
    expect(Object.keys(PLACES).filter((name) => NOT_READ[name])).toEqual([])
    expect(all.length).toBeGreaterThan(250)
  })
})

const TrivyLabel = z.object({
  file: z.string().nullish(),
  kind: z.string(),
  test: z.string(),
  expected: z.object({
    results: z
      .array(
        z.object({
          target: z.string(),
          packages: z.array(z.object({ name: z.string(), version: z.string(), purl: z.string().optional() })).nullish(),
        }),
      )
      .nullish(),
  }),
})

describe.skipIf(!present)('Trivy', () => {
  const all = labels('trivy/labels.json', TrivyLabel).flatMap(({ kind, file, test: name, expected }) =>
    (expected.results ?? []).flatMap(({ target, packages }) =>
      kind === 'repo' && file && packages && packages.length > 0
        ? [{ name, path: join(file, target), target, packages }]
        : [],
    ),
  )
  test.each(all.map((one) => [one.name, one] as const))('%s', (name, { path, target, packages }) => {
    const { packages: found } = asked(`app/${target}`, readFileSync(join(corpora, 'trivy', path)))
    const { missing = [], extra = [] } = TRIVY[name] ?? {}
    const wanted = packages.map((one) => `${one.name} ${one.version}`)
    count(`trivy/${target}`, wanted, plain(found))
    expect(plain(found).toSorted()).toEqual([...wanted.filter((one) => !missing.includes(one)), ...extra].toSorted())
    const purls = new Map(found.map((one) => [`${one.name} ${one.version}`, purlOf(one, { id: '', version: '' })]))
    for (const one of packages) {
      const purl = purls.get(`${one.name} ${one.version}`)
      if (purl !== undefined && one.purl !== undefined) expect(purl).toBe(one.purl)
    }
  })
  test('every listed difference is of a case that is here', () => {
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(TRIVY)))
  })
  test('packages below node_modules are among those of the lock file', () => {
    const folder = join(corpora, 'trivy/data/repo/npm')
    const locked = all
      .find(({ name }) => name === 'npm with dev deps')
      ?.packages.map((one) => `${one.name} ${one.version}`)
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/package.json'))
      .flatMap((path) => plain(asked(path, readFileSync(join(folder, path))).packages))
    expect(found.length).toBeGreaterThan(4)
    expect(locked).toEqual(expect.arrayContaining(found))
  })
})
