/** ../shared/corpora: labelled files that nobody here wrote. Absent: says so, and is skipped. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { take } from '../../src/scan.ts'
import { UsageError } from '../../src/usage.ts'
import { corpora, filesOf, present, score, type Score } from '../support/corpora.ts'

if (!present) console.log(`skipped: ${corpora} is absent, so nothing is measured`)

/** Hits and silences that were reached, of the labels whose control a rule of ours says. A fall fails; a rise is written here. */
const REACHED: Record<string, { readonly hit: number; readonly silent: number }> = {
  badpods: { hit: 194, silent: 446 },
  gatekeeper: { hit: 11, silent: 2 },
  kics: { hit: 39, silent: 27 },
  kubescape: { hit: 59, silent: 9 },
  polaris: { hit: 20, silent: 14 },
  psa: { hit: 110, silent: 34 },
  'trivy-checks': { hit: 37, silent: 42 },
}

describe.skipIf(!present)('labels', () => {
  it('are met at least as well as before; psa and badpods without a fault', async () => {
    const scores = await score(undefined)
    const table = Object.fromEntries([...scores].map(([corpus, { hit, silent }]) => [corpus, { hit, silent }]))
    for (const [corpus, reached] of Object.entries(REACHED)) {
      expect(table[corpus]?.hit, `${corpus}: hits`).toBeGreaterThanOrEqual(reached.hit)
      expect(table[corpus]?.silent, `${corpus}: silences`).toBeGreaterThanOrEqual(reached.silent)
    }
    for (const corpus of ['psa', 'badpods']) {
      const { miss, falseAlarm, wrong } =
        scores.get(corpus) ?? ({ miss: -1, falseAlarm: -1, wrong: [] } satisfies Partial<Score>)
      expect({ miss, falseAlarm, wrong }).toEqual({ miss: 0, falseAlarm: 0, wrong: [] })
    }
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
