import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { set } from '../../src/model/fact.ts'
import type { ReportOptions } from '../../src/report/report.ts'
import { report } from '../../src/report/text.ts'
import { columns } from '../../src/report/wrap.ts'
import { finding, place, sampleResult } from '../support/result.ts'

const plain: ReportOptions = { colour: false, width: 100, unicode: false }
const lines = async (result = sampleResult(), options: Partial<ReportOptions> = {}): Promise<string[]> =>
  (await report(result, { ...plain, ...options })).split('\n')
/** Lines of the block that begins with `start`, up to the next empty line. */
const block = (all: readonly string[], start: string): string[] => {
  const from = all.findIndex((line) => line.startsWith(start))
  expect(from, `no line starts with "${start}"`).toBeGreaterThanOrEqual(0)
  return all.slice(from, all.indexOf('', from))
}

test('subjects come by their worst finding, and findings worst first inside', async () => {
  const all = await lines()
  const heads = all.filter((line, index) => /^-{3,}$/.test(all[index + 1] ?? '') && / {2}\(/.test(line))
  expect(heads).toEqual([
    'db  (compose, compose.yaml:9:3)',
    'web  (compose, compose.yaml:2:3; image web of web.tar)',
    'Deployment/default/api/api  (kubernetes, k8s/api.yaml:12:11)',
  ])
  const found = all.flatMap(
    (line) => /^ {2}(CRITICAL|HIGH|MEDIUM|LOW|INFO) ([\w-]+):/.exec(line)?.slice(1).join(' ') ?? [],
  )
  expect(found).toEqual([
    'CRITICAL privileged',
    'HIGH secret-in-environment',
    'HIGH root-user',
    'MEDIUM memory-unbounded',
    'MEDIUM setuid-file',
    'LOW image-tag-mutable',
  ])
})

test('a finding says where, why, how to fix it, and of whom else it is true', async () => {
  expect(block(await lines(), '  HIGH root-user')).toEqual([
    '  HIGH root-user: The first process of web is root (uid 0)',
    '    at      compose.yaml:2:3',
    "    why     container.user.uid is 0: the image's user app has uid 0",
    "            -> compose is silent: the image's USER runs -> image USER app (config.json in web)",
    '            -> value 0 (etc/passwd:7 in layer 3 of web)',
    '    fix     Add a user to the image and name it by number, in USER or in the configuration, so that',
    '            a program that is taken over does not hold the files and capabilities of root.',
    '    also    worker',
  ])
})

test('what is covered is named by what covers it, and not shown', async () => {
  const all = await lines()
  expect(block(all, '  CRITICAL privileged')).toContain('    covers  host-device, seccomp-unconfined')
  expect(all.filter((line) => line.includes('seccomp-unconfined:'))).toEqual([])
  expect(all.join('\n')).toContain('2 covered by others')
})

test('a file in an image says which instruction brought it', async () => {
  expect(block(await lines(), '  MEDIUM setuid-file')).toContain('    made by RUN apt-get install -y python3')
})

test('what is not known is asked of who could tell, with the option', async () => {
  const all = block(await lines(), 'Not known (6)')
  expect(all).toContain('  The image would tell: --image postgres:16=PATH --image registry.example.org/api:2=PATH')
  expect(all).toContain('    opens   root-user (2), setuid-file')
  expect(all.join('\n')).toMatch(/--engine daemon\.json.*\n {4}opens {3}seccomp-unconfined\n/)
  expect(all).toContain('    at      compose.yaml:16:16  ${DB_MEMORY} is not set')
})

test('an image reference that a shell would run is not offered for copying', async () => {
  const [, db, ...rest] = sampleResult().subjects
  if (!db) throw new Error('the sample has no db')
  const reference = set(db.place, 'x;rm -rf ~')
  const evil = { ...db, container: { ...db.container, image: { ...db.container.image, reference } } }
  const all = await lines(sampleResult({ subjects: [evil, ...rest] }))
  expect(all.join('\n')).not.toContain('rm -rf')
})

test('an open finding that blocks stands among the findings, and not among the questions', async () => {
  const result = sampleResult({ policy: { name: 'gate', threshold: 'high', unknown: 'block' } })
  const open = result.findings.filter(({ outcome, severity }) => outcome === 'open' && severity === 'high')
  const all = await lines({ ...result, blocking: [...result.blocking, ...open] })
  expect(all.filter((line) => line.startsWith('  NOT KNOWN, HIGH ')).length).toBe(open.length)
  expect(all).toContain('Not known (2)')
  expect(all.join('\n')).toContain('gate: high and worse blocks, and so does what is not known')
})

test('notices: lost input first, the same thing once', async () => {
  const { notices } = sampleResult()
  const again = notices.map((notice) => ({ ...notice, place: place('other.tar', 1, 1) }))
  const all = block(await lines(sampleResult({ notices: [...notices, ...again] })), 'Notices (4)')
  expect(all.filter((line) => /^ {2}\S/.test(line))).toEqual(['  INPUT LOST archive-truncated', '  note waiver-unused'])
  expect(all).toContain('    at      other.tar:1:1')
})

test('what is waived says why and where', async () => {
  expect(block(await lines(), 'Waived (1)').slice(2)).toEqual([
    '  healthcheck-missing: Deployment/default/api/api',
    '    at      k8s/api.yaml:12:11',
    '    why     the load balancer checks it (waived at k8s/api.yaml:12:30)',
  ])
})

test.each([
  ['pass', 'PASS, exit code 0: nothing blocks'],
  ['block', 'BLOCK, exit code 1: 3 findings block'],
  ['incomplete', 'INCOMPLETE, exit code 3: 1 notice of lost input'],
] as const)('the verdict %s says the exit code and what it means', async (verdict, says) => {
  expect((await lines(sampleResult({ verdict }))).join('\n')).toContain(`verdict ${says}`)
})

test.each([40, 60, 80, 120])(
  'no line is wider than %i columns, but for places and words, which stay whole',
  async (width) => {
    for (const colour of [false, true])
      for (const line of await lines(sampleResult(), { width, colour })) {
        const bare = stripVTControlCharacters(line).trim()
        // Labels at the front may stand before a single word or a place.
        const words = bare
          .replace(/^(?:at|why|fix|also|covers|opens|made by) +|^\.\.\. plimsoll explain (?=\S+$)/, '')
          .split(/(?<!run|helper|in|layer|1|of) /)
        if (columns(line) > width) expect(words.length, bare).toBeLessThanOrEqual(bare.startsWith('(') ? 99 : 1)
      }
  },
)
test('a width of 0 wraps nothing', async () => {
  const all = await lines(sampleResult(), { width: 0 })
  expect(all.some((line) => line.startsWith('    fix') && line.length > 150)).toBe(true)
})

test('a fix that is long is cut, with the command that shows it whole', async () => {
  expect(block(await lines(sampleResult(), { width: 40 }), '  HIGH root')).toContain(
    '            ... plimsoll explain root-user',
  )
})

test('colour and signs outside ASCII only where they may be', async () => {
  const bare = (await lines()).join('\n')
  expect(bare).toMatch(/^[\n\x20-\x7e]*$/)
  const coloured = (await lines(sampleResult(), { colour: true })).join('\n')
  expect(coloured).toContain('\x1b[31m')
  expect(stripVTControlCharacters(coloured)).toBe(bare)
  expect((await lines(sampleResult(), { unicode: true })).join('\n')).toContain('\u2192 compose is silent')
})

test('a subject that is not in the result still has its finding shown', async () => {
  const stray = finding('privileged', place('x.yaml', 1, 1), 'x runs privileged', ['ghost'], [])
  expect(await lines(sampleResult({ findings: [stray], blocking: [stray] }))).toContain('ghost')
})
