/** One fully hardened container in each dialect has nothing to be said of it, and one leaf less is one finding. */
import { describe, expect, it } from 'vitest'
import { scan } from '../../src/scan.ts'
import {
  documentOf,
  engineOf,
  fileOf,
  FILES,
  leaves,
  REFERENCE,
  say,
  shown,
  strict,
  textOf,
  without,
  type DialectName,
} from './hardened.ts'
import { openedImage, withArchive } from './image.ts'
import { expected } from './leaves.ts'

const rules = await strict()
const context = { image: await openedImage(), engine: engineOf('daemon.json') }
const dialects: readonly DialectName[] = ['compose', 'kubernetes', 'docker-inspect', 'oci-runtime']

describe.each(dialects)('%s', (dialect) => {
  it('has no finding, open or not, under the strict policy', async () => {
    const result = await withArchive((path) =>
      scan({
        targets: [fileOf(FILES[dialect])],
        images: new Map([[REFERENCE, path]]),
        engines: [fileOf('engines/daemon.json')],
        policy: 'strict',
        today: '2026-01-01',
      }),
    )
    expect(result.findings.map(({ rule, outcome, message }) => `${rule} ${outcome}: ${message}`)).toEqual([])
    expect(result.notices).toEqual([])
    expect(result.verdict).toBe('pass')
    expect(result.subjects.map(({ dialect: read, imageId }) => [read, imageId])).toEqual([[dialect, 'web']])
    expect(result.policy.unknown).toBe('block')
    expect(result.rules.length).toBe(rules.length)
  })

  it('minus one leaf has the one finding that is its root cause', async () => {
    const document = documentOf(dialect)
    const { one, none } = expected[dialect]
    const used = new Set<string | RegExp>()
    const wrong: string[] = []
    for (const path of leaves(document)) {
      const leaf = shown(path)
      const said = await say(rules, dialect, without(document, path), context)
      const finding = Object.hasOwn(one, leaf) ? one[leaf] : undefined
      const silence = finding === undefined ? none.find((each) => each.leaves.test(leaf)) : undefined
      used.add(finding === undefined ? (silence?.leaves ?? '') : leaf)
      const [wanted, notices, containers] = silence?.nothing
        ? [said.findings, [], 0]
        : [finding === undefined ? [] : [finding], silence?.notices ?? [], 1]
      const ids = said.notices.map(({ id }) => id)
      if (
        (finding === undefined && silence === undefined) ||
        said.findings.join() !== wanted.join() ||
        ids.join() !== notices.join() ||
        said.containers !== containers
      )
        wrong.push(
          `${leaf}: ${[...said.findings, ...ids].join(', ') || 'nothing'}${said.containers === 1 ? '' : ' (no container)'}`,
        )
    }
    const unused = [...Object.keys(one), ...none.map((each) => each.leaves)].filter((each) => !used.has(each))
    expect({ wrong, unused: unused.map(String) }).toEqual({ wrong: [], unused: [] })
  })
})

it('a pod without a user namespace of its own needs runAsNonRoot; with one, root is nobody outside', async () => {
  const text = textOf(FILES.kubernetes)
    .replace(/^ *hostUsers: false\n/m, '')
    .replace(/^ *runAsNonRoot: true\n/m, '')
  expect(text).not.toMatch(/hostUsers|runAsNonRoot/)
  const { findings } = await say(rules, 'kubernetes', text, context)
  expect(findings).toEqual(['host-user-namespace', 'non-root-not-required'])
})
