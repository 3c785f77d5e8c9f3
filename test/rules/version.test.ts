/** What rules say of versions: checked when they are loaded, and open where a version is none. */
import { describe, expect, it } from 'vitest'
import { readExample } from '../../src/example.ts'
import { readConfig } from '../../src/policy/config.ts'
import type { ParameterValue } from '../../src/model/rule.ts'
import { compile } from '../../src/rule/compile.ts'
import { judge } from '../../src/rule/judge.ts'
import { loadRule } from '../../src/rule/load.ts'
import { infoOf } from '../../src/rule/rule.ts'

const text = (deny: string, params = ''): string => `title: Bad
severity: low
standards: {}
why: It is.
${params}
when: image.built
each: installed in image.packages
deny: ${deny}
say: '{installed.name}'
fix: { text: Mend it. }
examples:
  - image: |
      files: {}
`
const errorsOf = async (deny: string, params?: string): Promise<readonly string[]> =>
  (await loadRule('rules/bad.yaml', text(deny, params))).errors.map(({ message }) => message)

const PACKAGES = `files:
  lib/apk/db/installed: |
    P:openssl
    V:3.0.6-r0
    A:x86_64

    P:musl
    V:1.2.5-r0
    A:x86_64
  app/node_modules/a/package.json: |
    { "name": "a", "version": "2.0.0-beta.1" }
  app/node_modules/b/package.json: |
    { "name": "b", "version": "not a version" }
`
/** What a rule finds in an image, `?` after what is open. */
async function found(deny: string, options: { params?: string; given?: { [name: string]: ParameterValue } } = {}) {
  const { value, errors } = await loadRule('rules/bad.yaml', text(deny, options.params))
  expect(errors).toEqual([])
  const { compiled } = value ? compile(value.rule) : {}
  if (!value || !compiled) throw new Error('no rule')
  const { world } = await readExample('x.yaml', [
    { dialect: 'image', text: PACKAGES, locate: (line, column) => ({ file: 'x.yaml', line, column }) },
  ])
  const defaults = Object.fromEntries(Object.entries(value.rule.parameters).map(([name, one]) => [name, one.default]))
  const { findings, notices } = judge([{ compiled, parameters: { ...defaults, ...options.given } }], world)
  expect(notices).toEqual([])
  return findings.map(({ message, outcome }) => `${message}${outcome === 'open' ? '?' : ''}`).toSorted()
}

describe('versions in rules', () => {
  it.each([
    ['installed.satisfies("< 3.0.7-r0")', ['a', 'b?', 'musl', 'openssl']],
    ['installed.type == "apk" && installed.satisfies(">= 3, < 3.0.7")', ['openssl']],
    ['installed.name == "openssl" && installed.older("3.0.7-r0")', ['openssl']],
    ['installed.name == "openssl" && installed.older("3.0.6-r0")', []],
    ['installed.type == "npm" && satisfies(installed.type, installed.version, "< 2.0.0")', ['a', 'b?']],
    ['installed.type == "npm" && older(installed.type, installed.version, "2.0.0")', ['a', 'b?']],
    ['older("generic", "1.9", "1.10") && installed.name == "musl"', ['musl']],
    // What is known without the version decides.
    ['installed.satisfies("< 1") || installed.name == "b"', ['b']],
    ['installed.satisfies("< 1") && installed.name != "b"', []],
    ['installed.among(["apk/open*", "npm/b"])', ['b', 'openssl']],
    ['installed.among(["apk/openssl < 3", "apk/openssl = 3.0.6-r0"])', ['openssl']],
    ['installed.among(["deb/openssl", "npm/b < 1"])', ['b?']],
    ['installed.below(["apk/openssl 3.0.7", "npm/a 2.0.0", "apk/musl 1.2.5-r0"])', ['a', 'openssl']],
    ['installed.name == "musl" && "2020-01-01" < today', ['musl?']],
  ])('%s', async (deny, wanted) => {
    expect(await found(deny)).toEqual(wanted)
  })

  it.each([
    ['installed.satisfies("< ")', '"< " is no range'],
    ['installed.older("1.0 2.0")', '"1.0 2.0" is no version'],
    ['satisfies("npm", installed.version, ">> 1")', '">> 1" is no range of npm'],
    ['older("golang", installed.version, "(devel)")', '"(devel)" is no version of golang'],
    ['installed.among(["openssl"])', '"openssl" names no package'],
    ['installed.among(["debian/openssl"])', '"debian" is no type of package'],
    ['installed.among(["npm/a foo"])', '"foo" is no range of npm'],
    ['installed.below(["npm/a"])', '"" is no version of npm'],
    ['installed.satisfies(3)', 'found no matching overload'],
    ['image.satisfies("< 3")', 'found no matching overload'],
    ['today', 'deny must be bool'],
    ['today == "2020-01-01"', 'no such overload'],
    ['installed.newer("1")', 'found no matching overload'],
  ])('%s is an error: %s', async (deny, message) => {
    expect((await errorsOf(deny)).join()).toContain(message)
  })

  it('takes for its elements no name that is a day', async () => {
    const { errors } = await loadRule('rules/bad.yaml', text('true').replace('each: installed', 'each: today'))
    expect(errors.map(({ message }) => message).join()).toContain('"today" is a word that CEL keeps for itself')
  })
})

describe('lists of packages as parameters', () => {
  const params = 'params: { packages: { default: [apk/musl], of: ranges, says: which } }'
  it('are what a policy gives', async () => {
    const deny = 'installed.among(params.packages)'
    expect(await found(deny, { params })).toEqual(['musl'])
    expect(await found(deny, { params, given: { packages: ['apk/openssl < 3.1'] } })).toEqual(['openssl'])
  })
  it('are checked where they are written', async () => {
    expect(await errorsOf('true', params.replace('apk/musl', 'musl'))).toContain(
      '"musl" names no package: write TYPE/NAME, and a range behind it where it has one',
    )
    expect((await errorsOf('true', params.replace('ranges', 'words'))).join()).toContain('of: ranges or versions')
    const { value } = await loadRule('rules/bad.yaml', text('installed.among(params.packages)', params))
    const rules = value ? [infoOf({ rule: value.rule })] : []
    const config = 'rules:\n  bad:\n    params:\n      packages: [npm/a, "npm/b < "]\n'
    const { errors = [] } = await readConfig('plimsoll.yaml', config, rules)
    expect(errors.map(({ place, message }) => `${place.line} ${message}`)).toEqual([
      '4 packages: "<" is no range of npm',
    ])
  })
})
