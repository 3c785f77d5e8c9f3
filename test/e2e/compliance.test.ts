/** `plimsoll scan --report compliance`, as a user runs it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complianceShape, type ComplianceJson } from '../../src/report/compliance/schema.ts'
import { dockerArchive } from '../support/archive.ts'
import { folder, plimsoll } from './run.ts'

const here = folder()
const pod = (name: string, security: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: app
      image: registry.example.org/app:1.2.3
      securityContext: ${security}
`
const bad = here.put('bad.yaml', pod('bad', '{ privileged: true }'))
const good = here.put(
  'good.yaml',
  pod(
    'good',
    '{ runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }',
  ),
)
const engine = here.put('daemon.json', '{ "hosts": ["tcp://0.0.0.0:2375"] }')
const web = here.put('web.tar', dockerArchive({ layers: [[]], config: { User: '1000' } }))
/** Controls of CIS that stay what they are, whatever else rules come to say: one of an image, of a container and of an engine. */
const mine = here.put(
  'mine.yaml',
  `title: Ours
says: A few controls
extends: cis-docker
select: { rules: none, on: [privileged, engine-api-open, root-user] }
`,
)

const compliance = (...words: string[]) => plimsoll(['scan', '--report', 'compliance', ...words])
const json = async (...words: string[]): Promise<ComplianceJson & { readonly code: number }> => {
  const ran = await compliance('-f', 'json', ...words)
  if (ran.code === 2) throw new Error(ran.err)
  const data = complianceShape.parse(JSON.parse(ran.out))
  expect(data.exitCode).toBe(ran.code)
  return { ...data, code: ran.code }
}
const outcomes = (data: ComplianceJson, ...ids: string[]): readonly (string | undefined)[] =>
  ids.map((id) => data.controls.find((control) => control.id === id)?.outcome)

describe('a report of compliance', () => {
  it('failed, with the line; the exit code is that of the same scan without it', async () => {
    const data = await json(bad, '--policy', 'pss-baseline')
    const privileged = data.controls.find(({ id }) => id === 'privileged')
    expect(privileged).toMatchObject({ outcome: 'failed', judged: { container: 1 } })
    expect(privileged?.findings[0]).toMatchObject({ rule: 'privileged', place: { file: bad, line: 8 } })
    expect(data.code).toBe(1)
    for (const words of [
      [bad, '--policy', 'pss-baseline'],
      [bad, '--policy', 'pss-baseline', '--fail-on', 'never'],
      [good, '--policy', 'pss-restricted'],
      [good, '--policy', 'pss-restricted', '--unknown', 'block'],
    ])
      expect((await compliance(...words)).code).toBe((await plimsoll(['scan', ...words])).code)
  })
  it('a pod that restricted admits passes every control that is of it', async () => {
    const data = await json(good, '--policy', 'pss-restricted')
    expect(data.controls.filter(({ outcome }) => outcome !== 'passed').map(({ id, outcome }) => [id, outcome])).toEqual(
      [],
    )
    expect(data.summary.controls).toBeGreaterThan(14)
  })
  it('unknown, not applicable and not automated, and what would tell', async () => {
    const without = await json(bad, '--policy', 'cis-docker')
    expect(outcomes(without, '5.5', '4.1', '2.7', '1.1.3')).toEqual([
      'failed',
      'unknown',
      'not-applicable',
      'not-automated',
    ])
    const user = without.controls.find(({ id }) => id === '4.1')
    expect(user?.findings.flatMap(({ unknown = [] }) => unknown.map(({ ask }) => ask))).toContain('image')
    expect(without.controls.find(({ id }) => id === '2.7')?.needs).toMatchObject([
      { kind: 'engine', give: '--engine daemon.json' },
    ])
    const all = await json(bad, '--policy', 'cis-docker', '--engine', engine, '--image', `app=${web}`)
    expect(outcomes(all, '5.5', '4.1', '2.7', '1.1.3')).toEqual(['failed', 'passed', 'failed', 'not-automated'])
  })
  it('waived is not passed', async () => {
    const data = await json(bad, '--policy', 'pss-baseline', '--ignore', 'privileged')
    expect(outcomes(data, 'privileged')).toEqual(['waived'])
    expect(data.controls[0]?.findings[0]?.waived?.reason).toBe('given on the command line')
    expect(data.summary.waived).toBe(1)
  })
  it('switched off in plimsoll.yaml, or by a policy of one’s own: not automated, and where', async () => {
    const config = here.put('off/plimsoll.yaml', 'policy: pss-baseline\nrules:\n  privileged: { off: true }\n')
    const data = await json(bad, '--config', config)
    expect(data.controls[0]).toMatchObject({
      id: 'privileged',
      outcome: 'not-automated',
      because: `switched off in ${config}:3:3`,
    })
    const ours = await json(bad, '--policy', mine)
    expect(ours.standard.title).toBe('CIS Docker Benchmark')
    expect(outcomes(ours, '5.5', '4.1', '2.7', '5.11')).toEqual([
      'failed',
      'unknown',
      'not-applicable',
      'not-automated',
    ])
    expect(ours.controls.find(({ id }) => id === '5.11')?.because).toBe(`switched off in ${mine}`)
  })
  it('input that was lost is told at the top, and the exit code is 3 where nothing blocks', async () => {
    const broken = here.put('lost/broken.yaml', 'apiVersion: v1\nkind: Pod\nspec: [\n')
    const ran = await compliance(good, broken, '--policy', 'pss-restricted')
    expect(ran.code).toBe(3)
    expect(ran.out.indexOf('INPUT LOST')).toBeGreaterThan(0)
    expect(ran.out.indexOf('INPUT LOST')).toBeLessThan(ran.out.indexOf('passed  '))
    expect((await json(good, broken, '--policy', 'pss-restricted')).complete).toBe(false)
  })
  it('text, markdown and files; SARIF holds findings beside it', async () => {
    const text = await compliance(bad, '--policy', 'nsa')
    expect(text.out).toContain('NSA and CISA Kubernetes Hardening Guidance, 1.2')
    expect(text.out).toMatch(/result +29 controls: /)
    const file = (name: string): string => join(here.path, name)
    const ran = await compliance(
      bad,
      '--policy',
      'nsa',
      '-o',
      file('x.md'),
      '-o',
      file('x.json'),
      '-o',
      file('x.sarif'),
      '-q',
    )
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(readFileSync(file('x.md'), 'utf8')).toContain('| Secrets | ')
    expect(JSON.parse(readFileSync(file('x.json'), 'utf8'))).toMatchObject({ schema: 'plimsoll-compliance' })
    expect(JSON.parse(readFileSync(file('x.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' })
  })
  it('findings is what there is without it', async () => {
    expect((await plimsoll(['scan', '--report', 'findings', bad])).out).toBe((await plimsoll(['scan', bad])).out)
  })
})

describe('wrong usage ends with 2 and says what to do', () => {
  const some =
    /lists no controls of a standard.*--policy cis-docker, .*--policy nsa, .*--policy pss-baseline, --policy pss-restricted/
  it.each([
    ['no policy', [good], some],
    ['a policy without controls', [good, '--policy', 'strict'], some],
    ['another report', [good, '--report', 'complience'], 'There is no report "complience": did you mean "compliance"?'],
    ['sarif', [good, '--policy', 'nsa', '-f', 'sarif'], 'told as text, json or markdown'],
  ])('%s', async (_, words, wanted) => {
    const asked = words.includes('--report') ? words : ['--report', 'compliance', ...words]
    const ran = await plimsoll(['scan', ...asked])
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toMatch(wanted instanceof RegExp ? wanted : new RegExp(wanted.replace(/[?]/g, '\\?')))
  })
  it('before anything is read', async () => {
    const ran = await compliance('there-is-no-such-file.yaml')
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('lists no controls')
  })
})
