import { readdirSync, readFileSync } from 'node:fs'
import { builtinRules } from '../../src/builtin.ts'
import { infoOf } from '../../src/rule/rule.ts'
import { describe, expect, it } from 'vitest'
import { loadPolicy, type PolicyFiles } from '../../src/policy/load.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { commandLineWaivers, select } from '../../src/policy/select.ts'
import { readConfig } from '../../src/policy/config.ts'
import { policy, rules, told } from './made.ts'

const HEAD = 'title: T\nsays: S\n'
const files = (texts: Record<string, string>): PolicyFiles => ({
  names: Object.keys(texts),
  read: (name) => {
    const text = texts[name]
    return text === undefined ? undefined : { file: `${name}.yaml`, text: HEAD + text }
  },
})
const load = async (texts: Record<string, string>, name = 'mine') => loadPolicy(name, files(texts), rules)
const ids = (policy: Policy | undefined) =>
  policy && [...select(policy, undefined, {}, rules).value.rules.keys()].join(' ')

describe('a policy selects over ids, severities and standards', () => {
  const all = 'healthcheck-missing memory-unbounded privileged root-user'
  it.each([
    ['nothing said: every rule', '', all],
    ['all', 'select: { rules: all }', all],
    ['all but', 'select: { rules: all, off: [root-user, privileged] }', 'healthcheck-missing memory-unbounded'],
    ['none but', 'select: { rules: none, on: [root-user] }', 'root-user'],
    ['a word of a standard', 'select: { standards: { pss: [baseline] } }', 'privileged'],
    ['a whole standard', 'select: { standards: { pss: all } }', 'privileged root-user'],
    ['words that look like numbers', 'select: { standards: { cis-docker: [5.10] } }', 'memory-unbounded'],
    [
      'either of two standards',
      'select: { standards: { pss: [restricted], cis-docker: all } }',
      'memory-unbounded privileged root-user',
    ],
    ['a severity', 'select: { severity: medium }', 'privileged root-user'],
    [
      'a severity that the policy changes',
      'select: { severity: medium }\nrules: { privileged: { severity: low } }',
      'root-user',
    ],
    [
      'both',
      'select: { severity: high, standards: { pss: all }, on: [memory-unbounded] }',
      'memory-unbounded privileged',
    ],
    ['off with a rule', 'rules: { root-user: { off: true } }', 'healthcheck-missing memory-unbounded privileged'],
    ['on with a rule', 'select: { severity: critical }\nrules: { root-user: { off: false } }', 'privileged root-user'],
  ])('%s', async (_, text, wanted) => {
    const { value, errors } = await load({ mine: text })
    expect(told(errors)).toEqual([])
    expect(ids(value)).toBe(wanted)
  })

  it.each([
    ['keeps the selection', 'extends: base\nselect: { off: [privileged] }', 'root-user'],
    [
      'adds to the selection',
      'extends: base\nselect: { on: [memory-unbounded] }',
      'memory-unbounded privileged root-user',
    ],
    ['starts afresh', 'extends: base\nselect: { rules: all }', all],
  ])('one that extends another %s', async (_, text, wanted) => {
    const { value } = await load({ mine: text, base: 'select: { standards: { pss: all } }' })
    expect(ids(value)).toBe(wanted)
  })

  it('threshold, unknown, severities and parameters are taken over and may be changed', async () => {
    const base =
      'threshold: low\nunknown: block\nrules: { memory-unbounded: { severity: high, params: { memory: 1, unit: KiB } } }'
    const mine = 'extends: base\nthreshold: never\nrules: { memory-unbounded: { params: { memory: 2 } } }'
    const { value } = await load({ mine, base })
    expect(value).toMatchObject({ name: 'mine', threshold: 'never', unknown: 'block' })
    const read = select(value ?? policy(), undefined, {}, rules).value.rules.get('memory-unbounded')
    expect(read).toEqual({
      rule: 'memory-unbounded',
      severity: 'high',
      params: { memory: 2, share: 0.5, strict: false, names: ['a'], unit: 'KiB' },
    })
  })

  it('defaults: high, tell', async () => {
    expect((await load({ mine: '' })).value).toMatchObject({ threshold: 'high', unknown: 'tell' })
  })

  it('survives JSON', async () => {
    const { value } = await load({
      mine: 'extends: base\nselect: { off: [root-user] }',
      base: 'select: { standards: { pss: all } }',
    })
    const copy: Policy = JSON.parse(JSON.stringify(value))
    expect(copy).toEqual(value)
    expect(ids(copy)).toBe('privileged')
  })
})

describe('an error in a policy has its place and the nearest word', () => {
  it.each([
    ['no such policy', { minee: '' }, '--:1:1 there is no policy "mine": did you mean "minee"?'],
    [
      'no such base',
      { mine: 'extends: bse', base: '' },
      'mine.yaml:3:1 there is no policy "bse": did you mean "base"?',
    ],
    ['unknown key', { mine: 'selct: {}' }, 'mine.yaml:3:1 unknown key "selct": did you mean "select"?'],
    [
      'unknown key of the selection',
      { mine: 'select: { of: [] }' },
      'mine.yaml:3:11 unknown key "of": did you mean "off"?',
    ],
    [
      'unknown rule',
      { mine: 'select:\n  off:\n    - privilegd' },
      'mine.yaml:5:7 there is no rule "privilegd": did you mean "privileged"?',
    ],
    [
      'unknown standard',
      { mine: 'select: { standards: { psss: all } }' },
      'mine.yaml:3:24 no rule names the standard "psss": did you mean "pss"?',
    ],
    [
      'unknown word of a standard',
      { mine: 'select:\n  standards:\n    pss: [baselin]' },
      'mine.yaml:5:11 no rule names "baselin" of pss: did you mean "baseline"?',
    ],
    [
      'on and off',
      { mine: 'select: { off: [privileged], on: [privileged] }' },
      'mine.yaml:3:35 privileged is both on and off',
    ],
    [
      'wrong parameter',
      { mine: 'rules: { memory-unbounded: { params: { unit: 3 } } }' },
      'mine.yaml:3:40 unit takes a text, not 3 (default: "MiB")',
    ],
    ['extends itself', { mine: 'extends: mine' }, 'mine.yaml:3:1 "mine" extends itself, by way of mine.yaml'],
    [
      'a ring',
      { mine: 'extends: b', b: 'extends: mine' },
      'b.yaml:3:1 "mine" extends itself, by way of mine.yaml, b.yaml',
    ],
    [
      'nothing selected',
      { mine: 'select: { rules: none }' },
      '--:1:1 the policy "mine" selects no rule, so it would pass anything',
    ],
  ])('%s', async (_, texts: Record<string, string>, wanted) => {
    const { value, errors } = await load(texts)
    expect(told(errors)).toEqual([wanted])
    expect(value).toBeUndefined()
  })

  it('without a title', async () => {
    const { errors } = await loadPolicy('x', { names: [], read: () => ({ file: 'x.yaml', text: 'says: S' }) }, rules)
    expect(told(errors)).toEqual(['x.yaml:1:1 title is missing'])
  })

  it('a long row of policies ends', async () => {
    const { errors } = await loadPolicy(
      'p0',
      { names: [], read: (name) => ({ file: name, text: `${HEAD}extends: p${Number(name.slice(1)) + 1}` }) },
      rules,
    )
    expect(errors[0]?.message).toBe('more than 10 policies extend each other')
  })

  it('names the file that names it to the one who reads', async () => {
    const asked: unknown[] = []
    const place = { file: 'ci/plimsoll.yaml', line: 3, column: 1 }
    await loadPolicy(
      './p.yaml',
      {
        names: [],
        read: (name, from) => {
          asked.push([name, from])
          return name === './p.yaml'
            ? { file: 'ci/p.yaml', text: `${HEAD}extends: ../q.yaml` }
            : { file: 'q', text: HEAD }
        },
      },
      rules,
      place,
    )
    expect(asked).toEqual([
      ['./p.yaml', 'ci/plimsoll.yaml'],
      ['../q.yaml', 'ci/p.yaml'],
    ])
  })
})

describe('select', () => {
  it('command line over plimsoll.yaml over policy', async () => {
    const config = (await readConfig('plimsoll.yaml', 'threshold: low\nunknown: block', rules)).value
    expect(select(policy(), undefined, {}, rules).value.policy).toEqual({
      name: 'default',
      threshold: 'high',
      unknown: 'tell',
    })
    expect(select(policy(), config, {}, rules).value.policy).toMatchObject({ threshold: 'low', unknown: 'block' })
    expect(written.length).toBeGreaterThan(40)
    expect(select(policy(), config, { failOn: 'never', unknown: 'tell' }, rules).value.policy).toMatchObject({
      threshold: 'never',
      unknown: 'tell',
    })
  })

  it('plimsoll.yaml switches rules on and off, and hears of a setting without effect', async () => {
    const text =
      'rules:\n  privileged: { off: true }\n  root-user: { off: false, severity: low }\n  memory-unbounded: { severity: high }\n'
    const config = (await readConfig('plimsoll.yaml', text, rules)).value
    const only = (await load({ mine: 'select: { rules: none, on: [privileged, healthcheck-missing] }' })).value
    const { value, notices } = select(only ?? policy(), config, {}, rules)
    expect([...value.rules]).toEqual([
      ['healthcheck-missing', { rule: 'healthcheck-missing', params: {} }],
      ['root-user', { rule: 'root-user', severity: 'low', params: {} }],
    ])
    expect(notices.map(({ id, place, lost }) => [id, place.line, lost])).toEqual([['setting-unused', 4, false]])
  })

  it('--ignore becomes a waiver behind those of plimsoll.yaml; an unknown rule is an error', async () => {
    const config = (await readConfig('p', 'ignore: [{ rule: root-user, reason: why }]', rules)).value
    const given = commandLineWaivers(['privileged', 'privileged'], rules)
    const { value } = select(policy(), config, { waivers: given.value ?? [] }, rules)
    expect(value.waivers.map((waiver) => [waiver.rule, waiver.reason])).toEqual([
      ['root-user', 'why'],
      ['privileged', 'given on the command line'],
    ])
    expect(told(commandLineWaivers(['privilegd'], rules).errors)).toEqual([
      '--:1:1 --ignore: there is no rule "privilegd": did you mean "privileged"?',
    ])
  })
})

const folder = (path: string) => new URL(`../../${path}/`, import.meta.url)
const shipped: PolicyFiles = {
  names: ['cis-docker', 'default', 'nist-800-190', 'nsa', 'owasp-docker', 'pss-baseline', 'pss-restricted', 'strict'],
  read: (name) => ({
    file: `profiles/policy/${name}.yaml`,
    text: readFileSync(new URL(`${name}.yaml`, folder('profiles/policy')), 'utf8'),
  }),
}
const written = readdirSync(folder('rules')).flatMap((name) =>
  name.endsWith('.yaml') ? [name.replace(/\.yaml$/, '')] : [],
)
const infos = (await builtinRules()).map(infoOf)

describe('shipped policies, against rules/', () => {
  it.each(shipped.names)('%s is right', async (name) => {
    expect(told((await loadPolicy(name, shipped, infos)).errors)).toEqual([])
  })
  it('strict has every rule, blocks from low on and on what is not known', async () => {
    const { value } = await loadPolicy('strict', shipped, infos)
    expect(value).toMatchObject({ threshold: 'low', unknown: 'block' })
    expect(written.length).toBeGreaterThan(40)
    expect(select(value ?? policy(), undefined, {}, infos).value.rules.size).toBe(written.length)
  })
  it('default has what gives a host away and leaves out what nearly every container has', async () => {
    const { value } = await loadPolicy('default', shipped, infos)
    expect(value).toMatchObject({ threshold: 'high', unknown: 'tell' })
    const on = select(value ?? policy(), undefined, {}, infos).value.rules
    for (const id of [
      'privileged',
      'root-user',
      'seccomp-unconfined',
      'engine-socket-mounted',
      'host-path-sensitive',
      'memory-unbounded',
      'host-user-namespace',
      'setuid-file',
    ])
      expect([id, on.has(id)]).toEqual([id, true])
    for (const id of ['apparmor-missing', 'capabilities-not-dropped', 'healthcheck-missing', 'image-digest-missing'])
      expect([id, on.has(id)]).toEqual([id, false])
  })
})

it('every policy in profiles/policy is tested', () => {
  expect(readdirSync(folder('profiles/policy')).sort()).toEqual(shipped.names.map((name) => `${name}.yaml`))
})
