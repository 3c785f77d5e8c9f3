/** ../shared/corpora: labelled files that nobody here wrote. Absent: says so, and is skipped. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { take } from '../../src/scan.ts'
import { UsageError } from '../../src/usage.ts'
import { comparedText, readCompared } from '../support/compared.ts'
import { corpora, filesOf, keyOf, labels, present } from '../support/corpora.ts'
import { nameOf, placeOf, readDisagreements, verdictOf, type Disagreement } from '../support/disagreements.ts'
import { falls, recorded } from '../support/recorded.ts'
import { measure, type Outcome } from '../support/score.ts'

if (!present) console.log(`skipped: ${corpora} is absent, so nothing is measured`)

/** The document's rows for labels that we do not meet, or meet elsewhere, are these and no others. */
function holds(rows: readonly Disagreement[], are: readonly Omit<Disagreement, 'line' | 'why'>[]): void {
  const said = rows.map(nameOf)
  const so = new Set(are.map(nameOf))
  expect(
    [...so].filter((name) => !said.includes(name)),
    'not in docs/disagreements.md',
  ).toEqual([])
  expect(
    said.filter((name) => !so.has(name)),
    'in docs/disagreements.md, and not so any more',
  ).toEqual([])
  expect(said.length, 'a row twice').toBe(new Set(said).size)
}

describe.skipIf(!present)('labels', () => {
  let outcomes: readonly Outcome[] = []
  beforeAll(async () => {
    outcomes = await measure()
  })

  it('are met at least as well as recorded', () => {
    expect(falls(recorded(), outcomes)).toEqual([])
  })
  it.each(['psa', 'badpods'])('of %s are met without a fault', (corpus) => {
    const of = outcomes.filter(({ label }) => label.corpus === corpus)
    expect(of.length).toBeGreaterThan(100)
    expect(of.filter(({ isRight }) => !isRight).map(({ label }) => keyOf(label))).toEqual([])
  })
  it('that are not met have a reason in docs/disagreements.md', () => {
    holds(readDisagreements().verdicts, outcomes.filter(({ isRight }) => !isRight).map(verdictOf))
  })
  it('that are met at other lines have a reason there too', () => {
    holds(
      readDisagreements().places,
      outcomes.flatMap((outcome) => placeOf(outcome) ?? []),
    )
  })
  it('ask for rules that docs/compared.md lists', async () => {
    const rules = (await builtinRules()).map(({ rule }) => rule)
    const { peers } = readCompared(comparedText() ?? '', rules)
    const asked = labels().filter(({ corpus }) => !['psa', 'badpods'].includes(corpus))
    const unlisted = asked.filter(({ corpus, native }) => peers.get(corpus)?.has(native) !== true)
    expect([...new Set(unlisted.map(({ corpus, native }) => `${corpus} ${native}`))]).toEqual([])
  })
})

describe('docs/disagreements.md', () => {
  const { verdicts, places } = readDisagreements()
  it('has a reason in every row', () => {
    expect([...verdicts, ...places].filter(({ why }) => why.length < 20)).toEqual([])
  })
})

/** What is lost in real files is the files' own fault: these are the notices that may say so. */
const THEIR_FAULT = new Set([
  'yaml-invalid',
  'yaml-duplicate-key',
  'json-invalid',
  // Files that an `extends` names and that the corpus does not hold, `include`, services without a value.
  'file-missing',
  'compose-extends-unread',
  'compose-include-unread',
  'compose-service-invalid',
  // Templates and patches: what would be deployed is known when they are rendered.
  'chart-unrendered',
  'kustomization-unbuilt',
  // Images that were made broken, and package databases that have no reader yet.
  'package-database-unread',
])

describe.skipIf(!present)('real files are read without a crash, and without a notice that is our fault', () => {
  it.each([
    ['badpods', /\.ya?ml$/],
    ['psa', /\.yaml$/],
    ['runtime-configs', /\.json$/],
    ['compose-real', /\.ya?ml$/],
    ['k8s-real', /\.ya?ml$/],
  ] as const)('%s', async (corpus, pattern) => {
    const faults: string[] = []
    let containers = 0
    for (const file of filesOf(corpus, pattern))
      try {
        const { subjects, notices } = await take({ targets: [file] })
        containers += subjects.length
        for (const { id, lost, message } of notices)
          if (lost && !THEIR_FAULT.has(id)) faults.push(`${file}: ${id}: ${message}`)
      } catch (error) {
        // A file in which nothing runs is wrong usage when it is named.
        if (!(error instanceof UsageError)) throw error
      }
    expect(faults).toEqual([])
    expect(containers).toBeGreaterThan(5)
  })

  it('images', async () => {
    const files = [
      ...filesOf('images', /\.(tar|tar\.gz|tgz)$/),
      ...filesOf('images', /(^|\/)oci-layout$/).map((file) => join(file, '..')),
    ]
    expect(files.length).toBeGreaterThan(50)
    let images = 0
    for (const file of files)
      try {
        const inventory = await take({ targets: [file] })
        images += inventory.images.length
        expect(inventory.notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
      }
    expect(images).toBeGreaterThan(30)
  })
})

it('tests run where the corpora are, or say that they are not', () => {
  expect(present).toBe(existsSync(join(corpora, 'labels.jsonl')))
})
