import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { startOf } from '../../src/model/place.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { select } from '../../src/policy/select.ts'
import { atVersion, named } from '../../src/policy/version.ts'
import { readSettings } from '../../src/settings.ts'
import { UsageError } from '../../src/usage.ts'
import { rules, told } from './made.ts'

const HEAD = 'title: T\nsays: S\n'
const VERSIONS = `
versions:
  from: v1.0
  to: v1.10
  steps:
    - before: v1.9
      rules: { memory-unbounded: { params: { memory: 9 } } }
    - before: v1.5
      rules: { memory-unbounded: { params: { memory: 5 } }, root-user: { off: true } }
`
const load = (texts: Record<string, string>) =>
  loadPolicy(
    'mine',
    {
      names: Object.keys(texts),
      read: (name) => (texts[name] === undefined ? undefined : { file: `${name}.yaml`, text: HEAD + texts[name] }),
    },
    rules,
  )
/** The memory and whether root-user is on, of a policy at a version. */
async function at(version: string | undefined, texts: Record<string, string> = { mine: VERSIONS }) {
  const { value: policy, errors } = await load(texts)
  if (!policy) return told(errors)
  const pinned = atVersion(policy, version, startOf('asked'))
  if (!pinned.value) return told(pinned.errors)
  const { rules: uses, policy: shown } = select(pinned.value, undefined, {}, rules).value
  return [shown.name, uses.get('memory-unbounded')?.params['memory'], uses.has('root-user')]
}

describe('a policy of several versions', () => {
  it.each([
    [undefined, ['mine', 1024, true]],
    ['latest', ['mine', 1024, true]],
    ['v1.10', ['mine@v1.10', 1024, true]],
    ['v1.9', ['mine@v1.9', 1024, true]],
    ['v1.8', ['mine@v1.8', 9, true]],
    ['v1.5', ['mine@v1.5', 9, true]],
    ['v1.4', ['mine@v1.4', 5, false]],
    ['v1.0', ['mine@v1.0', 5, false]],
  ])('at %s', async (version, wanted) => {
    expect(await at(version)).toEqual(wanted)
  })

  it.each([
    ['v1.11', ''],
    ['v0.9', ''],
    ['1.4', '; did you mean "v1.4"?'],
    ['V1.4', '; did you mean "v1.4"?'],
    ['v1.4.2', '; did you mean "v1.4"?'],
    ['v1', ''],
    ['', ''],
    ['latset', '; did you mean "latest"?'],
    ['v1.99999999999999999999', ''],
  ])('has no version "%s"', async (version, hint) => {
    expect(await at(version)).toEqual([
      `asked:1:1 the policy "mine" is known from v1.0 to v1.10 and as latest, not as "${version}"${hint}`,
    ])
  })

  it('says so where there are none', async () => {
    expect(await at('v1.4', { mine: 'select: { rules: all }' })).toEqual([
      'asked:1:1 the policy "mine" has no versions: leave "v1.4" out',
    ])
  })

  const extending = (text: string) => ({ mine: `extends: base\n${text}`, base: VERSIONS })
  it('is pinned by one that extends it, whose own settings come last', async () => {
    expect(await at(undefined, extending('version: v1.4'))).toEqual(['mine@v1.4', 5, false])
    expect(await at('v1.7', extending('version: v1.4'))).toEqual(['mine@v1.7', 9, true])
    expect(await at('latest', extending('version: v1.4'))).toEqual(['mine', 1024, true])
    const own = 'version: v1.4\nrules: { memory-unbounded: { params: { memory: 7 } }, root-user: { off: false } }'
    expect(await at(undefined, extending(own))).toEqual(['mine@v1.4', 7, true])
    expect(await at(undefined, extending('version: v1.40'))).toEqual([
      'mine.yaml:4:1 the policy "mine" is known from v1.0 to v1.10 and as latest, not as "v1.40"',
    ])
  })

  it('takes the controls of the standard as they were', async () => {
    const text = `
standard: { id: pss, title: T, version: latest, outside: [restricted] }
controls: { baseline: { title: now, section: A } }
versions:
  from: v1.0
  to: v1.10
  steps:
    - { before: v1.9, controls: { baseline: { id: earlier, title: then } } }
    - { before: v1.5, controls: { baseline: { off: true } } }
`
    const { value, errors } = await load({ mine: text })
    expect(told(errors)).toEqual([])
    const then = (version: string) => {
      const pinned = value && atVersion(value, version, startOf('asked')).value
      return [pinned?.standard?.version, pinned?.controls]
    }
    expect(then('v1.9')).toEqual(['v1.9', [{ id: 'baseline', title: 'now', section: 'A' }]])
    expect(then('v1.5')).toEqual(['v1.5', [{ id: 'earlier', title: 'then', section: 'A' }]])
    expect(then('v1.4')).toEqual(['v1.4', []])
  })

  it.each([
    ['a beginning that is none', 'versions: { from: one, to: v1.1, steps: [] }', '"one" is not a version'],
    [
      'an end before the beginning',
      'versions: { from: v1.2, to: v1.1, steps: [] }',
      '"v1.1" is not a version from v1.2 on',
    ],
    ['another form', 'versions: { from: v1.2, to: v2, steps: [] }', '"v2" is not a version from v1.2 on'],
    [
      'a step that changes nothing',
      'versions: { from: v1.2, to: v1.9, steps: [{ before: v1.2 }] }',
      '"v1.2" is not a version after v1.2',
    ],
    [
      'a step after the end',
      'versions: { from: v1.2, to: v1.9, steps: [{ before: v1.10 }] }',
      'v1.10 is not before v1.9: the newest step comes first',
    ],
    [
      'steps in the wrong order',
      'versions: { from: v1.0, to: v1.9, steps: [{ before: v1.3 }, { before: v1.7 }] }',
      'v1.7 is not before v1.3: the newest step comes first',
    ],
    [
      'one step twice',
      'versions: { from: v1.0, to: v1.9, steps: [{ before: v1.3 }, { before: v1.3 }] }',
      'v1.3 is not before v1.3',
    ],
    [
      'an unknown rule',
      'versions: { from: v1.0, to: v1.9, steps: [{ before: v1.3, rules: { root-usr: { off: true } } }] }',
      'there is no rule "root-usr"',
    ],
    [
      'an unknown control',
      'versions: { from: v1.0, to: v1.9, steps: [{ before: v1.3, controls: { x: { off: true } } }] }',
      'x is not one of the controls',
    ],
    ['an unknown key', 'versions: { from: v1.0, to: v1.9, step: [] }', 'unknown key "step"'],
    ['a number', 'version: 1.10', 'version takes a text'],
  ])('is refused with %s', async (_, text, wanted) => {
    const { value, errors } = await load({ mine: text })
    expect(value).toBeUndefined()
    expect(told(errors).join('\n')).toContain(wanted)
  })
})

describe('the name of a policy', () => {
  it.each([
    ['pss-restricted', { name: 'pss-restricted' }],
    ['pss-restricted@v1.24', { name: 'pss-restricted', version: 'v1.24' }],
    ['pss-restricted@', { name: 'pss-restricted', version: '' }],
    ['./own.yaml@v1.24', { name: './own.yaml', version: 'v1.24' }],
    ['team@2/own.yaml', { name: 'team@2/own.yaml' }],
    ['own@2.yaml', { name: 'own@2.yaml' }],
    ['@v1.2', { name: '@v1.2' }],
  ])('%s', (text, wanted) => {
    expect(named(text)).toEqual(wanted)
  })
})

describe('the version that a run judges at', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-version-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const builtin = await builtinRules()
  const config = (text: string): string => {
    const file = join(folder, 'plimsoll.yaml')
    writeFileSync(file, text)
    return file
  }
  const settings = async (options: Parameters<typeof readSettings>[0]) => (await readSettings(options, builtin)).value
  const refused = async (options: Parameters<typeof readSettings>[0]): Promise<string> => {
    try {
      return (await settings(options)).policy.name
    } catch (error) {
      if (error instanceof UsageError) return error.message
      throw error
    }
  }

  it('is given on the command line', async () => {
    const latest = await settings({ policy: 'pss-restricted' })
    const old = await settings({ policy: 'pss-restricted@v1.18' })
    expect(latest.rules.has('host-probe') && latest.rules.has('seccomp-missing')).toBe(true)
    expect(old.rules.has('host-probe') || old.rules.has('seccomp-missing')).toBe(false)
    expect(old.rules.get('seccomp-unconfined')?.params['annotations']).toBe(true)
    expect(old.policy.name).toBe('pss-restricted@v1.18')
    expect(await refused({ policy: 'pss-restricted@v1.99' })).toContain('from v1.0 to v1.37')
    expect(await refused({ policy: 'default@v1.24' })).toContain('has no versions')
  })

  it('or in plimsoll.yaml, beside the policy or in its name', async () => {
    const beside = config('policy: pss-baseline\nversion: v1.26\n')
    expect((await settings({ config: beside })).policy.name).toBe('pss-baseline@v1.26')
    // It is that policy's version, and no other one's.
    expect((await settings({ config: beside, policy: 'default' })).policy.name).toBe('default')
    expect((await settings({ config: beside, policy: 'pss-baseline@v1.30' })).policy.name).toBe('pss-baseline@v1.30')
    expect((await settings({ config: config('policy: pss-baseline@v1.26\n') })).policy.name).toBe('pss-baseline@v1.26')
    const alone = config('version: v1.26\n')
    expect((await settings({ config: alone, policy: 'pss-baseline' })).policy.name).toBe('pss-baseline@v1.26')
    expect(await refused({ config: alone })).toContain('plimsoll.yaml:1:1 the policy "default" has no versions')
    expect(await refused({ config: config('policy: pss-baseline\nversion: v1.99\n') })).toContain(
      'plimsoll.yaml:2:1 the policy "pss-baseline" is known from v1.0',
    )
    expect(await refused({ config: config('policy: pss-baseline@v1.2\nversion: v1.3\n') })).toContain('said twice')
  })

  it('or in a policy of one’s own that extends it', async () => {
    const own = join(folder, 'own.yaml')
    writeFileSync(own, 'title: T\nsays: S\nextends: pss-restricted\nversion: v1.24\n')
    const { rules, policy } = await settings({ policy: own })
    expect(policy.name).toBe(`${own}@v1.24`)
    expect(rules.get('new-privileges-allowed')?.params['windows']).toBe(true)
    expect((await settings({ policy: `${own}@latest` })).rules.get('new-privileges-allowed')?.params['windows']).toBe(
      false,
    )
  })
})
