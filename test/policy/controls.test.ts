/** The standard of a policy and its controls: what may be written, and what is wrong with it. */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtinPolicies, builtinRules } from '../../src/builtin.ts'
import { infoOf } from '../../src/rule/rule.ts'
import type { RuleInfo } from '../../src/model/rule.ts'
import { readConfig } from '../../src/policy/config.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { policySchema } from '../../src/policy/schema.ts'
import { select } from '../../src/policy/select.ts'
import { policy, rules, told } from './made.ts'

const HEAD = 'title: T\nsays: S\n'
const load = async (texts: Record<string, string>) =>
  loadPolicy(
    'mine',
    {
      names: Object.keys(texts),
      read: (name) => {
        const text = texts[name]
        return text === undefined ? undefined : { file: `${name}.yaml`, text: HEAD + text }
      },
    },
    rules,
  )
const FULL = `standard:
  id: cis-docker
  title: A benchmark
  version: 1.10
  url: https://example.org/
controls:
  '10.1': { section: Last, title: Tenth, manual: nobody can see it }
  '5.5': { section: Containers, title: Not privileged, moved: '5.4' }
  5.10: { title: Memory is limited, manual: how much is for a person }
`

describe('the standard and its controls', () => {
  it('are taken as they are written, in their order; a section goes on', async () => {
    const { value, errors } = await load({ mine: FULL })
    expect(told(errors)).toEqual([])
    expect(value?.standard).toEqual({
      id: 'cis-docker',
      title: 'A benchmark',
      version: '1.10',
      url: 'https://example.org/',
    })
    expect(value?.controls).toEqual([
      { id: '10.1', title: 'Tenth', section: 'Last', manual: 'nobody can see it' },
      { id: '5.5', title: 'Not privileged', section: 'Containers', moved: '5.4' },
      { id: '5.10', title: 'Memory is limited', section: 'Containers', manual: 'how much is for a person' },
    ])
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
  })
  it('keep the order of numbers that JavaScript would sort', async () => {
    const list = [7, 3, 10, '5.5', '5.10'].map((id) => `  ${id}: { title: t, manual: m }\n`).join('')
    const { value } = await load({ mine: `standard: { id: cis-docker, title: t }\ncontrols:\n${list}` })
    expect(value?.controls?.map(({ id }) => id)).toEqual(['7', '3', '10', '5.5', '5.10'])
  })
  it('are those of the extended policy, unless they are written anew', async () => {
    const kept = await load({ mine: 'extends: base\nselect: { off: [privileged] }', base: FULL })
    expect(kept.value?.standard?.title).toBe('A benchmark')
    expect(kept.value?.controls).toHaveLength(3)
    const anew = await load({
      mine: "extends: base\ncontrols: { '5.10': { title: Ours }, '5.5': { title: Too } }",
      base: FULL,
    })
    expect(anew.value?.standard?.title).toBe('A benchmark')
    expect(anew.value?.controls).toEqual([
      { id: '5.10', title: 'Ours' },
      { id: '5.5', title: 'Too' },
    ])
  })
  it('a word of another part of the standard may be left out', async () => {
    const { value, errors } = await load({
      mine: "standard: { id: cis-docker, title: t, outside: [5.10] }\ncontrols: { '5.5': { title: t } }",
    })
    expect(told(errors)).toEqual([])
    expect(value?.standard?.outside).toEqual(['5.10'])
  })

  const listed = "\ncontrols: { '5.5': { title: t }, '5.10': { title: t } }"
  it.each([
    ['a misspelt key', FULL.replace('  url:', '  ulr:'), 'mine.yaml:7:3 unknown key "ulr": did you mean "url"?'],
    [
      'no address',
      FULL.replace('https://', ''),
      'mine.yaml:7:3 url takes an address, such as https://example.org/, not "example.org/"',
    ],
    [
      'a misspelt key of a control',
      FULL.replace('moved', 'movd'),
      'mine.yaml:10:56 unknown key "movd": did you mean "moved"?',
    ],
    ['a control without title', FULL.replace('title: Tenth, ', ''), 'mine.yaml:9:3 title is missing'],
    [
      'a control that says nothing',
      `standard: { id: cis-docker, title: t }\ncontrols:\n  '5.5':\n`,
      'mine.yaml:5:3 the control 5.5 says nothing: give its title',
    ],
    [
      'a control with an empty reason',
      FULL.replace('nobody can see it', '""'),
      'mine.yaml:9:42 manual takes a text that says something, not ""',
    ],
    ['a control twice', FULL + "  '5.5': { title: again }\n", /^mine\.yaml:12:3 .*5\.5/],
    ['controls alone', "controls: { '5.5': { title: t } }", 'mine.yaml:3:1 controls need a standard, whose they are'],
    [
      'a standard alone',
      'standard: { id: cis-docker, title: t }',
      'mine.yaml:3:1 a standard needs controls: every one of it, by its number or word',
    ],
    [
      'a standard that no rule names',
      `standard: { id: cis-dokcer, title: t }${listed}`,
      'mine.yaml:3:13 no rule names the standard "cis-dokcer": did you mean "cis-docker"?',
    ],
    [
      'a control that nobody judges and nobody explains',
      FULL.replace(', manual: nobody can see it', ''),
      'mine.yaml:9:3 no rule names the control 10.1 of cis-docker: write "manual" and why a file cannot answer it',
    ],
    [
      "a rule's word that is not listed",
      "standard: { id: cis-docker, title: t }\ncontrols: { '5.5': { title: t } }",
      'mine.yaml:4:1 the rule memory-unbounded names "5.10" of cis-docker, which is not listed',
    ],
    [
      'outside and listed',
      `standard: { id: cis-docker, title: t, outside: ['5.5'] }${listed}`,
      'mine.yaml:3:49 "5.5" is outside and a control',
    ],
    [
      'outside, and named by no rule',
      `standard: { id: cis-docker, title: t, outside: ['5.55'] }${listed}`,
      'mine.yaml:3:49 no rule names "5.55" of cis-docker: did you mean "5.5"?',
    ],
  ])('%s is an error with its place', async (_, text, wanted) => {
    const { value, errors } = await load({ mine: text })
    expect(value).toBeUndefined()
    expect(told(errors)).toEqual([typeof wanted === 'string' ? wanted : expect.stringMatching(wanted)])
  })
  it('a slip is told on both sides, each with the word that was meant', async () => {
    const { errors } = await load({
      mine: "standard: { id: cis-docker, title: t }\ncontrols:\n  '5.5': { title: t }\n  '5.01': { title: t }\n",
    })
    expect(told(errors)).toEqual([
      'mine.yaml:6:3 no rule names the control 5.01 of cis-docker: write "manual" and why a file cannot answer it; did you mean "5.10"?',
      'mine.yaml:4:1 the rule memory-unbounded names "5.10" of cis-docker, which is not listed; did you mean "5.01"?',
    ])
  })
  it('the JSON Schema agrees', () => {
    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(policySchema())
    expect(valid(parse(HEAD + FULL))).toBe(true)
    for (const wrong of [
      FULL.replace('moved', 'movd'),
      FULL.replace('title: Tenth, ', ''),
      FULL.replace('  id: cis-docker\n', ''),
    ])
      expect([wrong, valid(parse(HEAD + wrong))]).toEqual([wrong, false])
  })
})

describe('where a rule of a control is off', () => {
  it('is told: plimsoll.yaml, the policy that takes it away, or the one that never took it', async () => {
    const { value } = await load({
      mine: 'extends: base\nselect: { off: [memory-unbounded] }',
      base: `${FULL}select: { rules: none, on: [memory-unbounded, root-user, privileged] }`,
    })
    const config = (await readConfig('ci/plimsoll.yaml', 'rules:\n  privileged: { off: true }', rules)).value
    const { standard } = select(value ?? policy(), config, {}, rules).value
    expect([...(standard?.off ?? [])]).toEqual([
      ['privileged', 'ci/plimsoll.yaml:2:3'],
      ['memory-unbounded', 'mine.yaml'],
      ['healthcheck-missing', 'base.yaml'],
    ])
    expect(select(policy(), config, {}, rules).value.standard).toBeUndefined()
  })
})

describe('the policies of the package', () => {
  const folder = new URL('../../profiles/policy/', import.meta.url)
  const names = readdirSync(folder)
    .filter((file) => /^controls:$/m.test(readFileSync(new URL(file, folder), 'utf8')))
    .map((file) => file.replace(/\.yaml$/, ''))
  it('stand for standards: NSA and both levels of the Pod Security Standards among them', () => {
    expect(names).toEqual(expect.arrayContaining(['nsa', 'pss-baseline', 'pss-restricted']))
  })
  it('are those that the documentation names', () => {
    const [, list = ''] =
      /^Policies that stand for a standard: (.*?) \(/m.exec(
        readFileSync(new URL('../../docs/compliance.md', folder), 'utf8'),
      ) ?? []
    expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(names.toSorted())
  })
  let policies: Awaited<ReturnType<typeof builtinPolicies>> = new Map()
  let infos: readonly RuleInfo[] = []
  beforeAll(async () => {
    policies = await builtinPolicies()
    infos = (await builtinRules()).map(infoOf)
  })
  it.each(names)('%s judges every control that rules name, and says of every other why not', (name) => {
    const one = policies.get(name)?.policy ?? policy()
    const { rules: judged } = select(one, undefined, {}, infos).value
    const { id = '' } = one.standard ?? {}
    expect(one.controls?.length).toBeGreaterThan(9)
    for (const control of one.controls ?? []) {
      const naming = infos.filter(({ standards }) => standards[id]?.includes(control.id))
      expect([control.id, naming.length > 0 || control.manual !== undefined]).toEqual([control.id, true])
      if (naming.length > 0)
        expect([control.id, naming.some((rule) => judged.has(rule.id))]).toEqual([control.id, true])
    }
  })
})
