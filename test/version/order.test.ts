/** Orders are orders, and those of the tools themselves. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packageTypes, type PackageType } from '../../src/model/package.ts'
import { compareVersions, satisfies } from '../../src/version/index.ts'
import { oracles, type Pair } from './oracle.ts'

const number = fc.constantFrom('0', '00', '1', '01', '2', '9', '10', '012', '20240101', '99999999999999999999')
const joined = (parts: fc.Arbitrary<string>, separators: readonly string[], most = 5): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom(...separators), parts), { minLength: 1, maxLength: most })
    .map((list) => list.map(([separator, part], i) => (i === 0 ? part : separator + part)).join(''))
const numbers = joined(number, ['.'], 4)
const oneOf = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words)
const glued = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(''))

const semver = glued(
  numbers,
  oneOf('', '', '-0', '-1', '-alpha', '-alpha.1', '-rc.10', '-rc.9', '-x-y', 'rc2'),
  oneOf('', '+build'),
)
const debian = glued(
  oneOf('', '', '0:', '1:', '2:'),
  glued(
    number,
    joined(fc.oneof(number, oneOf('a', 'b', 'rc', '~', '~rc', '+', '+dfsg', 'Z', '~~')), ['.', '', '~', '+', '-']),
  ),
  oneOf('', '-1', '-0', '-1ubuntu1', '-1~bpo12', '-1+b1'),
)
const rpm = glued(
  oneOf('', '', '0:', '1:'),
  joined(fc.oneof(number, oneOf('a', 'b', 'rc', '~', '^', '~rc1', '^git1', 'el9', 'Z')), ['.', '', '_', '+', '~', '^']),
  oneOf('', '-1', '-1.el9', '-10.el9_2', '-2.fc39'),
)
/** Every release has the same form: to pacman one without a release is the same as all that have one. */
const alpm = glued(
  oneOf('', '', '0:', '1:'),
  joined(fc.oneof(number, number, oneOf('a', 'b', 'rc', 'alpha', 'rc1', 'git')), ['.', '.', '', '_', '+']),
  oneOf('-1', '-2', '-1.1'),
)
const gentoo = glued(
  numbers,
  oneOf('', '', 'a', 'b'),
  oneOf('', '', '_alpha', '_beta2', '_pre1', '_rc1', '_p', '_p1', '_rc1_p2'),
  oneOf('', '', '-r0', '-r1', '-r10'),
)
const words = oneOf(
  'alpha',
  'a',
  'beta',
  'b',
  'm',
  'milestone',
  'rc',
  'cr',
  'snapshot',
  'ga',
  'final',
  'release',
  'sp',
  'x',
  'jre',
)
const samples: Readonly<Record<PackageType, fc.Arbitrary<string>>> = {
  alpm,
  apk: gentoo,
  cargo: semver,
  cocoapods: joined(fc.oneof(number, oneOf('a', 'b', 'rc1', 'pre')), ['.', '-']).filter((text) => /^\d/.test(text)),
  composer: glued(
    joined(oneOf('0', '1', '2', '10'), ['.'], 4),
    oneOf('', '-dev', '-alpha1', 'beta2', '-RC1', '-RC', '-patch1'),
  ),
  conan: glued(numbers, oneOf('', '-pre', '-pre.1', '-alpha.3', '+b1')),
  conda: glued(oneOf('', '1!'), numbers, oneOf('', 'a1', 'rc2', '.dev1', '.post1', '_1'), oneOf('', '+local')),
  cpan: fc.oneof(
    oneOf('1.25', '1.3', '0.001', '1.002003', '2'),
    glued(oneOf('v'), joined(oneOf('0', '1', '2', '12'), ['.'], 4)),
  ),
  cran: joined(number, ['.', '-']),
  deb: debian,
  ebuild: gentoo,
  gem: joined(fc.oneof(number, oneOf('a', 'b', 'rc1', 'pre')), ['.', '-']).filter((text) => /^\d/.test(text)),
  generic: glued(numbers, oneOf('', 'a', 'w', 'p1', 'rc1', '-beta2', '-alpha', 'b2')),
  github: glued(numbers, oneOf('', 'a', 'rc1', '-beta2')),
  golang: semver.map((version) => `v${version}`),
  hackage: numbers,
  hex: semver,
  julia: semver,
  luarocks: glued(numbers, oneOf('', 'rc1', 'alpha', 'beta2'), oneOf('-1', '-2')),
  maven: joined(fc.oneof(number, words), ['.', '-', '']).map((text) => text),
  nix: joined(fc.oneof(number, oneOf('pre', 'a', 'rc')), ['.', '-', '']),
  npm: semver,
  nuget: semver,
  opam: joined(fc.oneof(number, oneOf('~', 'a', '+', '~rc')), ['.', '-', '']),
  opkg: debian,
  otp: semver,
  pub: semver,
  pypi: glued(
    oneOf('', '', '1!'),
    numbers,
    oneOf('', '', 'a1', '.b2', 'rc1', '-alpha', 'c0'),
    oneOf('', '', '.post1', '-1', 'post'),
    oneOf('', '', '.dev0', '.dev3'),
    oneOf('', '', '+local', '+1.a', '+abc.10'),
  ),
  rpm,
  swift: semver,
}
const sign = (order: number | undefined): number => Math.sign(order ?? Number.NaN) + 0

describe.each(packageTypes)('the order of %s', (type) => {
  const version = samples[type]
  it('has an answer for each of its versions, and is the same seen from the other side', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(compareVersions(type, a, a)).toBe(0)
        expect(sign(compareVersions(type, a, b))).toBe(0 - sign(compareVersions(type, b, a)))
      }),
    )
  })
  it('is one order of all', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low, mid, high] = [a, b, c].toSorted((x, y) => compareVersions(type, x, y) ?? 0)
        if (low === undefined || mid === undefined || high === undefined) return
        const least = Math.min(sign(compareVersions(type, low, mid)), sign(compareVersions(type, mid, high)))
        expect(sign(compareVersions(type, low, high))).toBe(least)
      }),
    )
  })
  it('is what comparisons in ranges go by', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        // Of npm a version alone may be less than a whole one, and of PEP 440 pre-releases stand apart.
        if (['cargo', 'npm', 'pub', 'pypi', 'rpm'].includes(type)) return
        expect(satisfies(type, a, `< ${b}`)).toBe(sign(compareVersions(type, a, b)) < 0)
        expect(satisfies(type, a, `>= ${b}`)).toBe(sign(compareVersions(type, a, b)) >= 0)
        expect(satisfies(type, a, `< ${b} || > ${b}`)).toBe(compareVersions(type, a, b) !== 0)
      }),
    )
  })
  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        version,
        (junk, range, good) => {
          expect(compareVersions(type, junk, good) ?? 0).toEqual(expect.any(Number))
          expect([true, false, undefined]).toContain(satisfies(type, good, range))
          expect([true, false, undefined]).toContain(satisfies(type, junk, `vers:${type}/${range}`))
        },
      ),
    )
  })
})

describe.each(Object.entries(oracles))('the tool of %s', (name, oracle) => {
  const type = packageTypes.find((one) => one === name)
  it.skipIf(oracle === undefined)('orders versions as we do (skipped where the tool is absent)', () => {
    if (!oracle || !type) return
    const version = samples[type]
    const pairs: readonly Pair[] = fc.sample(fc.tuple(version, version), {
      seed: 7,
      numRuns: name === 'deb' ? 400 : 3000,
    })
    const theirs = oracle(pairs)
    const wrong = pairs.flatMap(([a, b], i) => {
      const ours = sign(compareVersions(type, a, b))
      return ours === Math.sign(theirs[i] ?? Number.NaN) + 0
        ? []
        : [`${a} ${b}: the tool says ${theirs[i]}, we say ${ours}`]
    })
    expect(wrong).toEqual([])
  })
})
