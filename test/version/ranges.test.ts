/** Ranges and orders of which ../shared/corpora has no labels: each line is from the documentation that the scheme's file names. */
import { expect, it } from 'vitest'
import type { PackageType } from '../../src/model/package.ts'
import { compareVersions, satisfies } from '../../src/version/index.ts'

const orders: readonly (readonly [PackageType, string])[] = [
  ['alpm', '1.0a 1.0alpha 1.0b 1.0beta 1.0rc 1.0 1.0.a 1.0.1 1:0.1'],
  ['apk', '1.0_alpha 1.0_beta2 1.0_rc1 1.0 1.0-r1 1.0_git20240101 1.0_p1 1.0a 1.0.01 1.0.1'],
  ['cargo', '1.0.0-alpha 1.0.0-alpha.1 1.0.0-rc.1 1.0.0 1.0.1'],
  ['composer', '1.0.0-dev 1.0.0-alpha1 1.0-beta2 1.0.0-RC1 1.0 1.0.0-patch1 1.0.1'],
  [
    'conda',
    '0.4 0.4.1.rc1 0.4.1 0.5a1 0.5b3 0.5 0.9.6 0.960923 1.0 1.1dev1 1.1a1 1.1.0dev1 1.1.a1 1.1.0 1.1.0post1 1996.07.12 1!0.4.1',
  ],
  ['cpan', '1.002 1.02 v1.20.1 1.03 1.3 2'],
  ['deb', '1.0~~ 1.0~rc1 1.0 1.0-1~bpo1 1.0-1 1.0-1+b1 1.0+dfsg-1 1.0.1 1:0.1'],
  ['ebuild', '1.0_alpha 1.0_pre2 1.0_rc1 1.0 1.0-r1 1.0_p1 1.0a 1.0.1'],
  ['generic', '1.0.2 1.0.2a 1.0.2za 1.1.1 1.1.1w 3.0.0-alpha1 3.0.0-beta2 3.0.0 3.0.1'],
  ['generic', '3.12.0a1 3.12.0b3 3.12.0rc2 3.12.0 3.12.1'],
  ['generic', '7.0.79 1.8.0_131-ea 1.8.0_131 8.0.392 9.0.4 11.0.21'],
  ['generic', '8.9p1 9.0p1 9.2p1 9.2p2 9.10p1'],
  ['golang', 'v0.0.0-20190101000000-abcdefabcdef v1.0.0-rc1 v1.0.0 v1.2.0 v2.0.0+incompatible'],
  ['golang', 'go1.9 go1.21rc2 go1.21 1.21.1 go1.22'],
  ['hackage', '1 1.0 1.0.0 1.0.1 1.10'],
  ['luarocks', '1.0alpha-1 1.0rc1-1 1.0-1 1.0-2 1.1-1 scm-1'],
  ['nix', '2.3pre1 2.3 2.3a 2.3.1 2.3.10 2.4'],
  ['nuget', '1.0.0-alpha 1.0.0-BETA 1.0 1.0.0.1 1.0.1'],
  ['opam', '1.0~beta 1.0 1.0a 1.0+1 1.0.1 v0.9'],
  ['pub', '1.0.0-dev 1.0.0 1.0.0+1 1.0.0+2 1.0.1'],
  ['rpm', '1.0~rc1-1 1.0 1.0-1 1.0-1.el9 1.0^git1-1 1.0.1-1 1:0.1-1'],
]
it.each(orders)('%s has %s in order', (type, text) => {
  const versions = text.split(' ')
  const sorted = versions.toReversed().toSorted((a, b) => compareVersions(type, a, b) ?? Number.NaN)
  expect(sorted).toEqual(versions)
  for (const [i, version] of versions.slice(1).entries())
    expect([version, Math.sign(compareVersions(type, versions[i] ?? '', version) ?? Number.NaN)]).toEqual([version, -1])
})

/** Type, range, what is in it, what is not. */
const ranges: readonly (readonly [PackageType, string, string, string])[] = [
  ['cargo', '1.2.3', '1.2.3 1.9.0', '1.2.2 2.0.0'],
  ['cargo', '0.3', '0.3.0 0.3.9', '0.4.0'],
  ['cargo', '>=1.2, <1.5', '1.2.0 1.4.9', '1.5.0'],
  ['cargo', '=1.2.3', '1.2.3', '1.2.4'],
  ['cargo', '1.*', '1.9.9', '2.0.0'],
  ['composer', '^1.2', '1.2 1.9.9 v1.3.0', '2.0.0 1.1 2.0.0-beta1'],
  ['composer', '^0.3', '0.3.9', '0.4.0'],
  ['composer', '~1.2', '1.2.0 1.9', '2.0 1.1'],
  ['composer', '~1.2.3', '1.2.3 1.2.9', '1.3.0'],
  ['composer', '1.0.*', '1.0 1.0.7', '1.1 0.9'],
  ['composer', '1.0 - 2.0', '1.0 1.5 2.0.9', '2.1 0.9'],
  ['composer', '1.0.0 - 2.1.0', '2.1.0', '2.1.1'],
  ['composer', '>=1.0 <1.1 || >=1.2', '1.0.5 1.2', '1.1'],
  ['composer', '^1.0|^2.0', '1.5 2.5', '3.0'],
  ['conan', '[>=1.0 <2.0]', '1.0 1.9', '2.0'],
  ['conan', '[~1.2]', '1.2.9', '1.3'],
  ['conan', '[^1.2]', '1.9', '2.0'],
  ['deb', '<< 1:1.0', '9.0-1', '1:1.0'],
  ['deb', '>> 1.0-1', '1.0-2', '1.0-1'],
  ['generic', '>= 1.0.2, < 3', '1.0.2 1.1.1w', '3.0.0 1.0.1'],
  ['golang', '>= v1.2.0, < 1.3', 'v1.2.0 1.2.9', 'v1.3.0'],
  ['hex', '~> 1.4', '1.4.0 1.9.0', '2.0.0 2.0.0-rc.1'],
  ['hex', '~> 1.4.2', '1.4.9', '1.5.0 1.4.1'],
  ['hex', '>= 1.0.0 and < 2.0.0 or == 3.0.0', '1.5.0 3.0.0', '2.0.0'],
  ['maven', '(,1.0],[1.2,)', '1.0 1.2', '1.1'],
  ['npm', '1.x || >=2.5.0 || 5.0.0 - 7.2.3', '1.9.0 2.5.0 6.0.0', '2.4.0'],
  ['nuget', '[1.0,2.0)', '1.0 1.9.9', '2.0'],
  ['nuget', '(1.0,)', '1.0.0.1', '1.0'],
  ['nuget', '1.0', '1.0.0', '1.0.1'],
  ['pypi', '>=1.4, !=1.5.*, <2', '1.4.1 1.6', '1.5.1 2.0 2.0a1'],
  ['pypi', '===1.0+local', '1.0+local', '1.0'],
  ['pypi', '~=2.2', '2.2 2.9', '3.0 2.1'],
  ['pub', '^1.2.3', '1.2.3 1.9.0', '2.0.0'],
  ['pub', 'any', '0.0.1', ''],
  ['rpm', '= 1.2', '1.2 1.2-3.el9 1:1.2-3', '1.2.1-1'],
  ['rpm', '< 3.0.7', '1:3.0.1-43.el9', '1:3.0.7-1'],
  ['rpm', '>= 1:3.0.7-2', '1:3.0.7-2.el9', '1:3.0.7-1'],
  ['npm', 'vers:npm/>=1.0.0|<2.0.0|!=1.5.0', '1.0.0', '1.5.0 2.0.0'],
  ['deb', 'vers:deb/<1%3A1.0', '0.9', '1:1.0'],
  ['maven', '*', '1.0 2-SNAPSHOT', ''],
  ['apk', '', '1.0-r0', ''],
]
it.each(ranges)('%s: %s', (type, range, inside, outside) => {
  for (const version of inside.split(' ').filter(Boolean))
    expect([version, satisfies(type, version, range)]).toEqual([version, true])
  for (const version of outside.split(' ').filter(Boolean))
    expect([version, satisfies(type, version, range)]).toEqual([version, false])
})

it.each<readonly [PackageType, string]>([
  ['npm', '>> 1.0'],
  ['npm', 'foo'],
  ['pypi', '>= 1.0 <2'],
  ['pypi', '~=1'],
  ['pypi', '>=1.*'],
  ['golang', '>= 1.0 <'],
  ['golang', '= (devel)'],
  ['maven', '[1.0'],
  ['maven', '[1.0,2.0)]'],
  ['nuget', '[,]]'],
  ['generic', '< unknown'],
  ['npm', 'vers:deb/<1.2'],
  ['deb', 'vers:deb/'],
  ['gem', '~> x!'],
  ['rpm', '< 1.0 <= '],
])('%s has no range %s', (type, range) => {
  expect(satisfies(type, '1.0.0', range)).toBeUndefined()
})

it.each<readonly [PackageType, string]>([
  ['npm', 'not-a-version'],
  ['golang', '(devel)'],
  ['golang', ''],
  ['pypi', '1.0-foo'],
  ['cran', '1.0a'],
  ['ebuild', '1.0_foo'],
  ['generic', 'unknown'],
  ['nuget', 'x'],
  ['deb', ''],
  ['deb', '1.0 2.0'],
  ['maven', ''],
  ['swift', '1.0-' + 'x'.repeat(600)],
])('%s has no version %s', (type, version) => {
  expect(compareVersions(type, version, '1.0')).toBeUndefined()
  expect(satisfies(type, version, '>= 0')).toBeUndefined()
})

it('takes pre-releases as their order says where it is asked for', () => {
  expect(satisfies('npm', '2.0.0-beta.1', '< 2.0.0')).toBe(false)
  expect(satisfies('npm', '2.0.0-beta.1', '< 2.0.0', { prereleases: true })).toBe(true)
  expect(satisfies('npm', '1.5.0-beta.1', '^1.2.0', { prereleases: true })).toBe(true)
})

it('reads hostile ranges in time', () => {
  for (const range of [
    '>'.repeat(4000),
    '1.0,'.repeat(1000),
    ' '.repeat(4000),
    '~>'.repeat(2000),
    '[('.repeat(2000),
    '^1.'.repeat(1300),
    '1.*'.repeat(1300),
    'vers:npm/' + '>1|'.repeat(1300),
  ])
    for (const type of ['npm', 'pypi', 'gem', 'maven', 'composer', 'hex', 'conan', 'cargo', 'rpm'] as const)
      expect([true, false, undefined]).toContain(satisfies(type, '1.0.0', range))
})
