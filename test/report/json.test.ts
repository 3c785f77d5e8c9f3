import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { derived, set } from '../../src/model/fact.ts'
import { jsonSchema, resultSchema } from '../../src/report/json-schema.ts'
import { report, resultJson } from '../../src/report/json.ts'
import { finding, place, sampleResult } from '../support/result.ts'

const options = { colour: false, width: 80, unicode: false }
const valid = new Ajv2020({ strict: true, allowUnionTypes: true, formats: {} }).compile(jsonSchema())
const parse = async (result = sampleResult()): Promise<ReturnType<typeof resultJson>> =>
  resultSchema.parse(JSON.parse(await report(result, options)))

test('the output is valid for the schema that is published, and for the strict one', async () => {
  const data: unknown = JSON.parse(await report(sampleResult(), options))
  expect(valid(data), JSON.stringify(valid.errors)).toBe(true)
  expect(() => resultSchema.parse(data)).not.toThrow()
})
test('the published schema refuses what is not a result, and lets later fields pass', async () => {
  expect(valid({})).toBe(false)
  const later = { ...(await parse()), later: 1 }
  expect(valid(later)).toBe(true)
  expect(valid({ ...later, version: 2 })).toBe(false)
  expect(valid({ ...later, verdict: 'maybe' })).toBe(false)
})
test('everything is in it: covered, open and waived findings, with the chain of reasons', async () => {
  const result = sampleResult()
  const { findings, waived, notices, summary } = await parse(result)
  expect(findings.length).toBe(result.findings.length)
  expect(findings.filter(({ coveredBy }) => coveredBy === 'privileged').map(({ rule }) => rule)).toEqual([
    'seccomp-unconfined',
    'host-device',
  ])
  expect(findings.filter(({ blocks }) => blocks).length).toBe(3)
  const root = findings.find(({ rule, outcome }) => rule === 'root-user' && outcome === 'fail')
  expect(root?.because[0]?.fact.from?.map(({ how, place: at }) => [how, at.file])).toEqual([
    ['default', 'compose.yaml'],
    ['derived', 'config.json'],
    ['set', 'etc/passwd'],
  ])
  expect(waived[0]?.finding.rule).toBe('healthcheck-missing')
  expect(notices.length).toBe(2)
  expect(summary).toMatchObject({ critical: 1, high: 2, medium: 2, low: 1, info: 0, covered: 2, open: 6, waived: 1 })
})
test('values: lists, elements, and what JSON cannot hold', async () => {
  const at = place('a.yaml', 1, 1)
  const values = [
    10n,
    2n ** 70n,
    Number.NaN,
    [set(at, 'NET_ADMIN')],
    [{ place: at, facts: { name: set(at, 'x'), value: set(at, 'pw') } }],
  ]
  const one = finding(
    'privileged',
    at,
    'x',
    ['x'],
    values.map((value) => ['container.x', set(at, value)]),
  )
  const { findings } = await parse(sampleResult({ findings: [one] }))
  expect(findings[0]?.because.map(({ fact }) => fact.value)).toEqual([
    10,
    String(2n ** 70n),
    null,
    ['NET_ADMIN'],
    [{ name: 'x', value: null }],
  ])
})
test('a secret is withheld along its whole chain', async () => {
  const at = place('a.yaml', 1, 1)
  const one = finding(
    'secret-in-environment',
    at,
    'x',
    ['x'],
    [['variable.value', derived(at, 'hunter2', 'joined', [set(at, 'hunter2')])]],
  )
  expect(await report(sampleResult({ findings: [one] }), options)).not.toContain('hunter2')
})
test('the order of keys does not hang on how the result was built', async () => {
  const sample = sampleResult()
  const turn = <T extends object>(each: T): T => Object.fromEntries(Object.entries(each).toReversed()) as T
  const turned = new Map(sample.findings.map((each) => [each, turn({ ...each, place: turn(each.place) })]))
  const findings = [...turned.values()]
  const blocking = sample.blocking.flatMap((each) => turned.get(each) ?? [])
  expect(await report(turn({ ...sample, findings, blocking }), options)).toBe(await report(sample, options))
})
