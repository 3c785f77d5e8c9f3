import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../src/policy/config.ts'
import { configSchema, policySchema } from '../../src/policy/schema.ts'
import { rules, told } from './made.ts'

const FULL = `# all that a configuration can say
policy: strict
threshold: medium
unknown: block
rules:
  privileged: { severity: high }
  root-user: { off: true }
  memory-unbounded:
    off: false
    params: { memory: 512, share: 1, strict: true, names: [x, y], unit: "1" }
ignore:
  - rule: privileged
    reason: it is the storage driver
    subject: daemonset/kube-system/*/driver
    path: k8s/**
    expires: 2026-12-31
`

const read = async (text: string) => readConfig('plimsoll.yaml', text, rules)

describe('plimsoll.yaml', () => {
  it('is read, with places', async () => {
    const { value, errors } = await read(FULL)
    expect(errors).toEqual([])
    expect(value).toEqual({
      file: 'plimsoll.yaml',
      policy: { name: 'strict', place: expect.objectContaining({ line: 2, column: 1 }) },
      threshold: 'medium',
      unknown: 'block',
      rules: [
        { rule: 'privileged', severity: 'high', params: {}, place: expect.objectContaining({ line: 6, column: 3 }) },
        { rule: 'root-user', off: true, params: {}, place: expect.objectContaining({ line: 7 }) },
        {
          rule: 'memory-unbounded',
          off: false,
          params: { memory: 512, share: 1, strict: true, names: ['x', 'y'], unit: '1' },
          place: expect.objectContaining({ line: 8 }),
        },
      ],
      ignore: [
        {
          rule: 'privileged',
          reason: 'it is the storage driver',
          subject: 'daemonset/kube-system/*/driver',
          path: 'k8s/**',
          expires: '2026-12-31',
          place: expect.objectContaining({ line: 12 }),
        },
      ],
    })
  })

  it.each([
    ['nothing', ''],
    ['only comments', '# threshold: high\n'],
    ['keys without values', 'policy:\nrules:\nignore:\n  # - rule: privileged\n'],
    ['a rule without a setting', 'rules:\n  privileged:\n'],
  ])('may hold %s', async (_, text) => {
    expect((await read(text)).value).toMatchObject({ ignore: [] })
  })

  it('takes fail-on for threshold', async () => {
    expect((await read('fail-on: never')).value?.threshold).toBe('never')
  })

  it.each([
    ['an unknown key', 'treshold: high', '1:1 unknown key "treshold": did you mean "threshold"?'],
    [
      'a key that is like none',
      'x: 1\nzebra: 1',
      '1:1 unknown key "x"; known are policy, version, threshold, fail-on, unknown, rules, ignore',
      '2:1 unknown key "zebra"; known are policy, version, threshold, fail-on, unknown, rules, ignore',
    ],
    [
      'an unknown key of a rule',
      'rules:\n  privileged:\n    severty: low',
      '3:5 unknown key "severty": did you mean "severity"?',
    ],
    [
      'an unknown key of a waiver',
      'ignore:\n  - rule: privileged\n    reasn: x\n    reason: y',
      '3:5 unknown key "reasn": did you mean "reason"?',
    ],
    [
      'an unknown word',
      'threshold: hihg',
      '1:1 threshold takes one of critical, high, medium, low, info, never, not "hihg": did you mean "high"?',
    ],
    ['a word that is like none', 'unknown: 7', '1:1 unknown takes one of tell, block, not 7'],
    [
      'a map for a text',
      'policy: { name: x }',
      '1:1 policy takes a text (in quotes where it looks like a number), not keys and values',
    ],
    ['a map for a list', 'ignore:\n  rule: privileged', '1:1 ignore takes a list, not keys and values'],
    ['a text for a map', 'rules: privileged', '1:1 rules takes keys and values, not "privileged"'],
    ['a list for all', '- a', '1:1 takes keys and values, not ["a"]'],
    ['a word of YAML 1.1', 'rules:\n  privileged: { off: yes }', '2:17 off takes true or false, not "yes"'],
    [
      'a list of numbers for a list of texts',
      'rules: { memory-unbounded: { params: { names: [1, 2] } } }',
      '1:40 names takes a text, a number, true or false, or a list of texts, not [1, 2]',
    ],
    ['a text for a boolean', 'rules:\n  privileged: { off: maybe }', '2:17 off takes true or false, not "maybe"'],
    [
      'an unknown rule',
      'rules:\n  priviledged: { off: true }',
      '2:3 there is no rule "priviledged": did you mean "privileged"?',
    ],
    [
      'an unknown rule without a setting',
      'rules:\n  root-usr:',
      '2:3 there is no rule "root-usr": did you mean "root-user"?',
    ],
    [
      'a rule that only JavaScript knows',
      'rules:\n  __proto__: { off: true }',
      '2:3 there is no rule "__proto__"; known are privileged, root-user, memory-unbounded, healthcheck-missing',
    ],
    [
      'a key that only JavaScript knows',
      'ignore:\n  - { rule: privileged, reason: x, __proto__: { expires: 1 } }',
      '2:36 unknown key "__proto__"; known are rule, reason, subject, path, expires',
    ],
    [
      'an unknown rule in a waiver',
      'ignore:\n  - reason: x\n    rule: rootuser',
      '3:5 there is no rule "rootuser": did you mean "root-user"?',
    ],
    [
      'a waiver without a reason',
      'ignore:\n  - rule: privileged',
      '2:5 reason is missing: a waiver says why, so that others can judge it',
    ],
    [
      'a waiver with an empty reason',
      'ignore:\n  - rule: privileged\n    reason: " "',
      '3:5 reason takes a text that says something, not " "',
    ],
    [
      'a reason without a value',
      'ignore:\n  - rule: privileged\n    reason:',
      '3:5 reason is missing: a waiver says why, so that others can judge it',
    ],
    [
      'a day that is none',
      'ignore:\n  - { rule: privileged, reason: x, expires: 2026-02-30 }',
      '2:36 expires takes a day as YYYY-MM-DD, not "2026-02-30"',
    ],
    [
      'two spellings at once',
      'threshold: low\nfail-on: high',
      '2:1 fail-on and threshold are the same: write one of them',
    ],
    [
      'an unknown parameter',
      'rules:\n  memory-unbounded:\n    params: { memry: 1 }',
      '3:15 memory-unbounded has no parameter "memry": did you mean "memory"?',
    ],
    [
      'a parameter of a rule without any',
      'rules: { privileged: { params: { a: 1 } } }',
      '1:34 privileged has no parameters',
    ],
    [
      'a text for a whole number',
      'rules:\n  memory-unbounded:\n    params:\n      memory: 1Gi',
      '4:7 memory takes a whole number, not "1Gi" (default: 1024)',
    ],
    [
      'a fraction for a whole number',
      'rules: { memory-unbounded: { params: { memory: 1.5 } } }',
      '1:40 memory takes a whole number, not 1.5 (default: 1024)',
    ],
    [
      'a text for a list',
      'rules: { memory-unbounded: { params: { names: x } } }',
      '1:40 names takes a list of texts, not "x" (default: ["a"])',
    ],
    [
      'a map for a parameter',
      'rules: { memory-unbounded: { params: { names: { x: 1 } } } }',
      '1:40 names takes a text, a number, true or false, or a list of texts, not keys and values',
    ],
    [
      'two documents',
      'policy: strict\n---\npolicy: default',
      '3:1 a second document begins here: one file is one document',
    ],
  ])('refuses %s', async (_, text, ...wanted) => {
    const { value, errors } = await read(text)
    expect(told(errors)).toEqual(wanted.map((line) => `plimsoll.yaml:${line}`))
    expect(value).toBeUndefined()
  })

  it('tells every error at once', async () => {
    const { errors } = await read('rules:\n  a: {}\n  b: {}\nignore:\n  - { rule: c, reason: x }\n')
    expect(errors.map(({ place }) => place.line)).toEqual([2, 3, 5])
  })

  it.each([
    ['invalid YAML', 'rules: [', 1],
    ['a key twice', 'policy: strict\npolicy: default', 2],
  ])('refuses %s at its line', async (_, text, line) => {
    const { value, errors } = await read(text)
    expect(value).toBeUndefined()
    expect(errors[0]?.place.line).toBe(line)
  })

  it.each([
    ['a large text', `# ${'x'.repeat(1_000_001)}`, 'is larger than 1 MB'],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
        .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]`)
        .join('\n')}`,
      'holds more than 200000 values',
    ],
    ['deep nesting', '['.repeat(20_000), 'not valid YAML'],
    ['an anchor that holds itself', 'ignore: &a [*a]', 'holds itself'],
    ['many unknown keys', Array.from({ length: 300 }, (_, index) => `key${index}: 1`).join('\n'), 'unknown key "key0"'],
  ])('is bounded: %s', async (_, text, message) => {
    const { value, errors } = await read(text)
    expect(value).toBeUndefined()
    expect(errors[0]?.message).toContain(message)
    expect(errors.length).toBeLessThanOrEqual(50)
  })
})

describe('JSON Schema', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  it('agrees with the reader', () => {
    const valid = ajv.compile(configSchema())
    expect(valid(parse(FULL))).toBe(true)
    for (const text of [
      'treshold: high',
      'threshold: hihg',
      'ignore: [{ rule: privileged }]',
      'rules: { a: { off: 1 } }',
    ])
      expect([text, valid(parse(text))]).toEqual([text, false])
  })
  it('describes policies', () => {
    const valid = ajv.compile(policySchema())
    expect(valid({ title: 't', says: 's', select: { rules: 'all', standards: { pss: ['baseline'] } } })).toBe(true)
    expect(valid({ title: 't', says: 's', select: { rule: 'all' } })).toBe(false)
  })
})
