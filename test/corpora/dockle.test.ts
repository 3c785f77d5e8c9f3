/** ../shared/corpora/dockle: configurations of images with the codes that Dockle gives them. Absent: says so, and is skipped. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { scan } from '../../src/scan.ts'
import { tar } from '../support/archive.ts'
import { corpora } from '../support/corpora.ts'

const corpus = join(corpora, 'dockle')
const present = existsSync(corpus)
if (!present) console.log(`skipped: ${corpus} is absent`)

const Labels = z.array(
  z.object({
    file: z.string(),
    kind: z.enum(['image-config', 'docker-archive']),
    expected: z.object({
      codes: z.array(z.string()).optional(),
      findings: z.array(z.object({ code: z.string() })).optional(),
    }),
  }),
)
const labels = present ? Labels.parse(JSON.parse(readFileSync(join(corpus, 'labels.json'), 'utf8'))) : []

/** Our rule for a code, or why there is none (docs/compared.md says so too). */
const OURS: Readonly<Record<string, string | { readonly none: string }>> = {
  'CIS-DI-0001': 'root-user',
  'CIS-DI-0006': 'healthcheck-missing',
  'CIS-DI-0009': {
    none: 'ADD in a history is also how FROM scratch begins; it is judged where a Dockerfile writes it',
  },
  'CIS-DI-0010': { none: 'files that may hold secrets are not asked by their names yet' },
  'DKL-DI-0004': { none: 'apk add without --no-cache changes nothing in what the container may do' },
  'DKL-DI-0005': { none: 'lists that apt leaves behind change nothing in what the container may do' },
}

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-dockle-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** An archive of nothing but this configuration: its layers are not in the corpus. */
function archived(config: Buffer): string {
  const name = `${createHash('sha256').update(config).digest('hex')}.json`
  const manifest = JSON.stringify([{ Config: name, RepoTags: ['image:1'], Layers: [] }])
  const file = join(folder, `${name}.tar`)
  writeFileSync(
    file,
    tar([
      { path: name, body: config },
      { path: 'manifest.json', body: manifest },
    ]),
  )
  return file
}

describe.skipIf(!present)('corpora/dockle', () => {
  test.each(labels)('$file', async ({ file, kind, expected }) => {
    const path = join(corpus, file)
    const target = kind === 'image-config' ? archived(readFileSync(path)) : path
    const { findings } = await scan({ targets: [target], policy: 'strict', today: '2026-01-31' })
    const failed = new Set(findings.filter(({ outcome }) => outcome === 'fail').map(({ rule }) => rule))
    const codes = new Set(expected.codes ?? expected.findings?.map(({ code }) => code))
    for (const [code, ours] of Object.entries(OURS))
      if (typeof ours === 'string') expect(failed.has(ours), `${code} ${ours}`).toBe(codes.has(code))
    for (const code of codes) expect(Object.keys(OURS)).toContain(code)
  })
})
