import { existsSync, readFileSync } from 'node:fs'
import Ajv04 from 'ajv-draft-04'
import type { Location, Log, Run } from 'sarif'
import { describe, expect, test } from 'vitest'
import { derived, set } from '../../src/model/fact.ts'
import type { Result } from '../../src/model/result.ts'
import { report } from '../../src/report/sarif.ts'
import { finding, notices, place, sampleResult } from '../support/result.ts'

const options = { colour: false, width: 80, unicode: false }
const write = async (result: Result = sampleResult(), extra = {}): Promise<{ log: Log; run: Run }> => {
  const log: Log = JSON.parse(await report(result, { ...options, ...extra }))
  const [run] = log.runs
  if (!run) throw new Error('no run')
  return { log, run }
}
const of = (run: Run, rule: string): NonNullable<Run['results']>[number] => {
  const found = run.results?.find(({ ruleId }) => ruleId === rule)
  if (!found) throw new Error(`no result of ${rule}`)
  return found
}
const uriOf = (location: Location | undefined): string => location?.physicalLocation?.artifactLocation?.uri ?? ''

const schemaFile = new URL(
  '../../../shared/corpora/sarif/data/oasis/sarif-2.1/schema/sarif-schema-2.1.0.json',
  import.meta.url,
)
if (!existsSync(schemaFile)) console.log('skipped: the official SARIF schema is absent (../shared/corpora/sarif)')
describe.skipIf(!existsSync(schemaFile))('official JSON schema', () => {
  const check = () =>
    new (Ajv04.default ?? Ajv04)({ strict: false, validateFormats: false }).compile(
      JSON.parse(readFileSync(schemaFile, 'utf8')),
    )
  test('is met', async () => {
    const valid = check()
    const { log } = await write()
    expect(valid(log), JSON.stringify(valid.errors)).toBe(true)
    expect(valid({ ...log, runs: [{}] })).toBe(false)
  })
})

test('what is covered is left out, and what is open unless it blocks', async () => {
  const sample = sampleResult()
  const { run } = await write(sample)
  expect(run.results?.map(({ ruleId }) => ruleId)).toEqual([
    'privileged',
    'root-user',
    'secret-in-environment',
    'memory-unbounded',
    'setuid-file',
    'image-tag-mutable',
    'healthcheck-missing',
  ])
  const open = sample.findings.filter(({ outcome, rule }) => outcome === 'open' && rule === 'setuid-file')
  const blocked = await write({ ...sample, blocking: [...sample.blocking, ...open] })
  expect(blocked.run.results?.filter(({ properties }) => properties?.['outcome'] === 'open').length).toBe(1)
})

test('levels and security-severity', async () => {
  const { run } = await write()
  expect(run.results?.map(({ level }) => level)).toEqual([
    'error',
    'error',
    'error',
    'warning',
    'warning',
    'note',
    'note',
  ])
  const scores = run.tool.driver.rules?.map(({ id, properties }) => [id, properties?.['security-severity']])
  expect(scores).toContainEqual(['privileged', '9.5'])
  expect(scores).toContainEqual(['root-user', '8.0'])
  expect(scores).toContainEqual(['setuid-file', '5.5'])
  expect(scores).toContainEqual(['image-tag-mutable', '3.0'])
  expect(scores).toContainEqual(['healthcheck-missing', '1.0'])
})

test('rules: name, texts, tags and relationships that lead to an entry of a taxonomy', async () => {
  const { run } = await write()
  for (const { name, id, fullDescription, help } of run.tool.driver.rules ?? []) {
    expect(name).toMatch(/^([A-Z][a-z0-9]*)+$/)
    expect(name?.toLowerCase()).not.toBe(id)
    expect(fullDescription?.text && help?.text && help.markdown).toBeTruthy()
  }
  const rule = run.tool.driver.rules?.find(({ id }) => id === 'privileged')
  expect(rule?.properties?.tags).toContain('external/cwe/cwe-250')
  expect(rule?.properties?.tags).toContain('external/mitre-attack/t1611')
  const named = rule?.relationships?.map(({ target }) => {
    const taxonomy = run.taxonomies?.[target.toolComponent?.index ?? -1]
    expect(taxonomy?.name).toBe(target.toolComponent?.name)
    expect(taxonomy?.taxa?.[target.index ?? -1]?.id).toBe(target.id)
    return `${taxonomy?.name} ${target.id}`
  })
  expect(named).toEqual([
    'CWE CWE-250',
    'CIS Docker Benchmark 5.5',
    'Pod Security Standards baseline',
    'NIST SP 800-190 4.4.3',
    'MITRE ATT&CK T1611',
  ])
  const sub = run.taxonomies?.find(({ name }) => name === 'MITRE ATT&CK')?.taxa?.find(({ id }) => id === 'T1552.001')
  expect(sub?.helpUri).toBe('https://attack.mitre.org/techniques/T1552/001/')
})

describe('locations[0]', () => {
  /** What GitHub takes: a relative path, percent-encoded, nothing that could be a scheme. */
  const takes = (uri: string): void => {
    expect(uri).toMatch(/^(?:[A-Za-z0-9\-._~!'()*]|%[0-9A-F]{2}|\/)+$/)
    expect(uri).not.toMatch(/^\/|:|\/\/|(^|\/)\.\.?(\/|$)/)
  }
  test.each([
    ['compose.yaml', 'compose.yaml'],
    ['./k8s//api.yaml', 'k8s/api.yaml'],
    ['../../etc/x.yaml', 'etc/x.yaml'],
    ['/abs/x.yaml', 'abs/x.yaml'],
    ['debian:12', 'debian%3A12'],
    ['a b%20#?.yaml', 'a%20b%2520%23%3F.yaml'],
    ['\u202e\ud800.yaml', '%E2%80%AE%EF%BF%BD.yaml'],
    ['..', 'input'],
  ])('file %j is %s', async (file, uri) => {
    const one = finding('privileged', place(file, 4, 5, { endLine: 4, endColumn: 9 }), 'x', ['x'], [])
    const location = of((await write(sampleResult({ findings: [one] }))).run, 'privileged').locations?.[0]
    takes(uriOf(location))
    expect(uriOf(location)).toBe(uri)
    expect(location?.physicalLocation?.region).toEqual({ startLine: 4, startColumn: 5, endLine: 4, endColumn: 9 })
  })
  test('the caller may say what a file is called from the root', async () => {
    const one = finding('privileged', place('/repo/k8s/a.yaml', 1, 1), 'x', ['x'], [])
    const repositoryPath = (file: string): string => file.replace('/repo/', '')
    expect(
      uriOf(of((await write(sampleResult({ findings: [one] }), { repositoryPath })).run, 'privileged').locations?.[0]),
    ).toBe('k8s/a.yaml')
  })
  test('else the first repository file in the chain of reasons', async () => {
    const inImage = place('etc/passwd', 7, 1, { in: 'web', layer: 3 })
    const fact = derived(inImage, 0, 'joined', [set(inImage, 0), set(place('compose.yaml', 5, 11), 'app')])
    const one = finding('root-user', inImage, 'x', ['web'], [['container.user.uid', fact]])
    const found = of((await write(sampleResult({ findings: [one] }))).run, 'root-user')
    expect(uriOf(found.locations?.[0])).toBe('compose.yaml')
    expect(found.locations?.[0]?.physicalLocation?.region?.startLine).toBe(5)
    expect(found.partialFingerprints).not.toHaveProperty('primaryLocationLineHash')
    expect(found.relatedLocations?.[0]?.physicalLocation?.region?.startLine).toBe(7)
  })
  test('else the image without its tag, the path in it, line 1', async () => {
    const { run } = await write()
    const found = of(run, 'setuid-file')
    expect(uriOf(found.locations?.[0])).toBe('web/usr/local/bin/run%20helper')
    expect(found.locations?.[0]?.physicalLocation?.region).toEqual({ startLine: 1 })
    expect(
      found.locations?.[0]?.logicalLocations?.map(({ kind, fullyQualifiedName }) => [kind, fullyQualifiedName]),
    ).toEqual([
      ['container', 'web'],
      ['container', 'worker'],
      ['image', `web@sha256:${'ab'.repeat(32)}`],
      ['layer', `web@sha256:${'ab'.repeat(32)}#layer=1`],
      ['file', `web@sha256:${'ab'.repeat(32)}:/usr/local/bin/run helper`],
    ])
    // The upload action cannot hash a line of it, and GitHub knows alerts again by nothing else.
    expect(found.partialFingerprints?.['primaryLocationLineHash']).toBe(
      `${found.partialFingerprints?.['plimsoll/v1']}:1`,
    )
  })
  test('an image that the scan does not know loses tag, digest and registry too', async () => {
    const at = place('etc/shadow', 2, 1, { in: 'ghcr.io:443/org/tool:1.2@sha256:00' })
    const one = finding('root-user', at, 'x', ['tool'], [])
    expect(uriOf(of((await write(sampleResult({ findings: [one] }))).run, 'root-user').locations?.[0])).toBe(
      'tool/etc/shadow',
    )
  })
  test('of every result of the sample is taken', async () => {
    for (const { locations } of (await write()).run.results ?? []) {
      expect(locations?.length).toBe(1)
      takes(uriOf(locations?.[0]))
      expect(locations?.[0]?.physicalLocation?.region?.startLine).toBeGreaterThan(0)
    }
  })
})

test('an end before its start is left out: it would make the file invalid', async () => {
  const one = finding('privileged', place('a.yaml', 0, 0, { endLine: 1, endColumn: 0 }), 'x', ['x'], [])
  const [location] = of((await write(sampleResult({ findings: [one] }))).run, 'privileged').locations ?? []
  expect(location?.physicalLocation?.region).toEqual({ startLine: 1, startColumn: 1 })
})

test('related locations are the facts of the chain, at most 100', async () => {
  const { run } = await write()
  expect(of(run, 'root-user').relatedLocations?.map((each) => [uriOf(each), each.message?.text])).toEqual([
    ['compose.yaml', "container.user.uid is 0: the image's user app has uid 0."],
    ['compose.yaml', "compose is silent: the image's USER runs."],
    ['web/config.json', 'image USER app.'],
    ['web/etc/passwd', 'value 0.'],
  ])
  const many = Array.from({ length: 300 }, (_, i) => ['container.mounts', set(place('a.yaml', i + 1, 1), i)] as const)
  const one = finding('privileged', place('a.yaml', 1, 1), 'x', ['x'], many)
  expect(of((await write(sampleResult({ findings: [one] }))).run, 'privileged').relatedLocations?.length).toBe(100)
})

test('suppressions: in the source beside the finding, elsewhere external; the command line is no file', async () => {
  const { run } = await write()
  const [own] = of(run, 'healthcheck-missing').suppressions ?? []
  expect(own).toMatchObject({ kind: 'inSource', status: 'accepted', justification: 'the load balancer checks it.' })
  expect(of(run, 'privileged').suppressions).toEqual([])
  const sample = sampleResult()
  const [waived] = sample.waived
  if (!waived) throw new Error('the sample has no waiver')
  const external = await write({ ...sample, waived: [{ ...waived, place: place('plimsoll.yaml', 3, 5) }] })
  expect(of(external.run, 'healthcheck-missing').suppressions?.[0]?.kind).toBe('external')
  const option = await write({ ...sample, waived: [{ ...waived, reason: '', place: place('--ignore', 1, 1) }] })
  expect(of(option.run, 'healthcheck-missing').suppressions?.[0]).toEqual({
    kind: 'external',
    status: 'accepted',
    justification: 'No reason given.',
  })
})

test('notices are notifications, and lost input makes the run unsuccessful', async () => {
  const { run } = await write()
  const [invocation] = run.invocations ?? []
  expect(invocation?.executionSuccessful).toBe(false)
  expect(invocation?.exitCode).toBe(1)
  const told = invocation?.toolExecutionNotifications?.map(({ descriptor, level }) => [descriptor?.id, level])
  expect(told).toEqual([
    ['archive-truncated', 'error'],
    ['waiver-unused', 'warning'],
  ])
  expect(run.tool.driver.notifications?.map(({ id }) => id)).toEqual(['archive-truncated', 'waiver-unused'])
  const kept = await write(sampleResult({ notices: notices.filter(({ lost }) => !lost) }))
  expect(kept.run.invocations?.[0]?.executionSuccessful).toBe(true)
})

test('fingerprints survive inserted lines and a new tag', async () => {
  const shifted = sampleResult()
  const moved = shifted.findings.map((each) => ({
    ...each,
    place: { ...each.place, line: each.place.line + 7 },
    message: each.message.replace(':2', ':3'),
  }))
  const prints = (run: Run): (string | undefined)[] | undefined =>
    run.results?.map(({ partialFingerprints }) => partialFingerprints?.['plimsoll/v1']).toSorted()
  expect(prints((await write({ ...shifted, findings: moved })).run)).toEqual(prints((await write()).run))
})

test('the worst 5,000 are kept, and how many are left out is said', async () => {
  const many = Array.from({ length: 5100 }, (_, i) =>
    finding(
      i < 100 ? 'image-tag-mutable' : 'privileged',
      place(`k8s/${i}.yaml`, 1, 1),
      `finding ${i}`,
      [`s${i}`],
      [['container.privileged', set(place(`k8s/${i}.yaml`, 1, 1), true)]],
    ),
  )
  const { run } = await write(sampleResult({ findings: many, waived: [] }))
  expect(run.results?.length).toBe(5000)
  expect(run.results?.every(({ ruleId }) => ruleId === 'privileged')).toBe(true)
  const [first] = run.invocations?.[0]?.toolExecutionNotifications ?? []
  expect(first?.descriptor?.id).toBe('results-left-out')
  expect(first?.message.text).toContain('100 results')
})
