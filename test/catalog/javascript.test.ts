import { parseSyml } from '@yarnpkg/parsers'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { bunLock } from '../../src/catalog/bun-lock.ts'
import { eachKey, lineOfKey, withoutLastCommas } from '../../src/catalog/format/json.ts'
import { pnpmEntriesOf } from '../../src/catalog/format/pnpm-lock.ts'
import { yarnEntriesOf } from '../../src/catalog/format/yarn-lock.ts'
import { npm } from '../../src/catalog/npm.ts'
import { npmLock } from '../../src/catalog/npm-lock.ts'
import { pnpmLock } from '../../src/catalog/pnpm-lock.ts'
import { yarnCache } from '../../src/catalog/yarn-cache.ts'
import { yarnLock } from '../../src/catalog/yarn-lock.ts'
import type { Cataloger } from '../../src/model/tree.ts'
import { parse, told } from './file.ts'

/** `name version line`, in the order of the file; all of a lock file must be declared. */
function declared(cataloger: Cataloger, path: string, text: string): readonly string[] {
  const { value, notices } = parse(cataloger, path, text)
  expect(notices).toEqual([])
  for (const one of value.packages ?? []) expect(one).toMatchObject({ type: 'npm', declared: true })
  return (value.packages ?? []).map(({ name, version, line }) => `${name} ${version} ${line}`)
}

describe('npm', () => {
  test.each([
    ['"license":"MIT"', ['MIT']],
    ['"license":{"type":"ISC","url":"x"}', ['ISC']],
    ['"licenses":[{"type":"MIT"},{"type":"GPL-2.0"}]', ['MIT', 'GPL-2.0']],
    ['"license":"SEE LICENSE IN LICENSE.md"', ['SEE LICENSE IN LICENSE.md']],
    ['"license":7,"licenses":"no"', undefined],
  ])('licence: %s', (field, licences) => {
    const { value } = parse(npm, 'node_modules/a/package.json', `{"name":"a","version":"1",${field}}`)
    expect(value.packages?.[0]?.licences).toEqual(licences)
  })

  test('the line of the name is that of a walk over all keys, whatever the file', () => {
    const json = fc.dictionary(
      fc.constantFrom('name', 'version', 'author', 'na"me', 'x', '__proto__'),
      fc.oneof(fc.string(), fc.dictionary(fc.constantFrom('name', 'y'), fc.string()), fc.array(fc.string())),
    )
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        let walked = 1
        eachKey(text, 1, ([key], line) => {
          if (key === 'name') walked = line
        })
        const { name } = value
        expect(lineOfKey(text, 'name', typeof name === 'string' ? name : '')).toBe(walked)
      }),
    )
  })
})

describe('keys of JSON', () => {
  test('are those of JSON.parse, with their lines', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, undefined, 1)
        const lines = text.split('\n')
        const seen: string[] = []
        eachKey(text, 10, (path, line) => {
          seen.push(JSON.stringify(path))
          expect(lines[line - 1]?.trimStart().startsWith(JSON.stringify(path.at(-1)))).toBe(true)
        })
        const paths = (at: readonly (string | number)[], one: unknown): readonly string[] =>
          Array.isArray(one)
            ? one.flatMap((each, index) => paths([...at, index], each))
            : typeof one === 'object' && one !== null
              ? Object.entries(one).flatMap(([key, each]) => [
                  JSON.stringify([...at, key]),
                  ...paths([...at, key], each),
                ])
              : []
        expect(seen.toSorted()).toEqual([...paths([], value)].toSorted())
      }),
    )
  })

  test('a comma after the last is no part of JSON, one in a text is', () => {
    expect(withoutLastCommas('{"a,}": [1, "],", ],\n}')).toBe('{"a,}": [1, "],"  ] \n}'.replace('"],"  ]', '"],"  ]'))
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(withoutLastCommas(text)).toBe(text)
      }),
    )
  })
})

describe('npm-lock', () => {
  const PATH = 'app/package-lock.json'
  test('version 3: by folder, the project and links left out, aliases by their own name, licences', () => {
    const text = `{"lockfileVersion": 3, "packages": {
"": {"name": "acme", "version": "1.0.0"},
"node_modules/a": {"version": "1.0.0", "license": "MIT"},
"node_modules/a/node_modules/@s/b": {"version": "2.0.0-rc.1"},
"node_modules/alias": {"name": "real", "version": "3.0.0"},
"node_modules/inner": {"resolved": "packages/inner", "link": true},
"packages/inner": {"version": "4.0.0"},
"node_modules/git": {"resolved": "git+ssh://git@example.org/a.git#0123"}
}, "dependencies": {"old": {"version": "9.0.0"}}}`
    expect(declared(npmLock, PATH, text)).toEqual([
      'a 1.0.0 3',
      '@s/b 2.0.0-rc.1 4',
      'real 3.0.0 5',
      'inner 4.0.0 7',
      'git  8',
    ])
    expect(parse(npmLock, PATH, text).value.packages?.[0]?.licences).toEqual(['MIT'])
  })
  test('version 1: dependencies in one another', () => {
    const text = `{"lockfileVersion": 1, "requires": true, "dependencies": {
"a": {"version": "1.0.0", "requires": {"b": "^2"}, "dependencies": {
  "b": {"version": "2.0.0"}
}},
"2": {"version": "npm:real@3.0.0"},
"c": {"version": "git+https://example.org/c.git#0123"},
"d": {"version": "file:../d"}
}}`
    expect(declared(npmLock, PATH, text)).toEqual(['a 1.0.0 2', 'b 2.0.0 3', 'real 3.0.0 5', 'c  6', 'd  7'])
  })
  test('nesting beyond what is read is told', () => {
    const text = '{"dependencies":' + '{"a":{"version":"1","dependencies":'.repeat(150) + '{}' + '}}'.repeat(150) + '}'
    const { value, notices } = parse(npmLock, PATH, text)
    expect(value.packages).toHaveLength(100)
    expect(told(notices)).toEqual(['lock-file-entry-malformed 1 lost'])
  })
  test.each(['', '[]', '{"a":1}', '{"lockfileVersion":3', '\u0000'])('%j is told', (text) => {
    expect(told(parse(npmLock, PATH, text).notices)).toEqual(['lock-file-unreadable 1 lost'])
  })
})

describe('yarn-lock', () => {
  const CLASSIC = `# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@^1.1.0":
  version "1.1.0"
  resolved "https://registry.example.org/@s/a/-/a-1.1.0.tgz#0123"
  dependencies:
    b "^2.0.0"

"alias@npm:real@^3.0.0", real@^3.0.0:
  version "3.0.1"

"local@file:./a":
  version "0.0.0"
  optionalDependencies:
    version "^9"
`
  const LATER = `__metadata:
  version: 8
  cacheKey: 10c0

"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":
  version: 1.1.0
  resolution: "@s/a@npm:1.1.0"
  dependencies:
    version: "npm:^9"
  languageName: node
  linkType: hard

"alias@npm:real@^3.0.0":
  version: 3.0.1
  resolution: "real@npm:3.0.1"

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."

"patched@patch:patched@npm%3A1.0.0#./x.patch":
  version: 1.0.0
  resolution: "patched@patch:patched@npm%3A1.0.0#./x.patch::version=1.0.0&hash=0123"
`
  test('of Yarn 1 and later', () => {
    expect(declared(yarnLock, 'yarn.lock', CLASSIC)).toEqual(['@s/a 1.1.0 4', 'real 3.0.1 10', 'local 0.0.0 13'])
    expect(declared(yarnLock, 'yarn.lock', CLASSIC.replaceAll('\n', '\r\n'))).toHaveLength(3)
    expect(declared(yarnLock, 'yarn.lock', LATER)).toEqual(['@s/a 1.1.0 5', 'real 3.0.1 13', 'patched 1.0.0 21'])
  })
  test.each([
    ['Yarn 1', CLASSIC],
    ['later', LATER],
  ])("%s: entries are those of Yarn's own reader", (_, text) => {
    const theirs = Object.entries(parseSyml(text)).map(([key, fields]) => [
      key.split(',')[0],
      typeof fields === 'object' ? [fields.version, fields.resolution] : fields,
    ])
    const ours = [...yarnEntriesOf(Buffer.from(text))].map(({ pattern, fields }) => [
      pattern,
      [fields.get('version'), fields.get('resolution')],
    ])
    // Yarn's reader sorts nothing, but gives one entry for each pattern of a line.
    for (const one of ours) expect(theirs).toContainEqual(one)
    expect(new Set(theirs.map(([, fields]) => JSON.stringify(fields))).size).toBe(ours.length)
  })
  test('what is no entry, and entries without a version, are told', () => {
    const { value, notices } = parse(yarnLock, 'yarn.lock', 'nonsense\n\na@1:\n  resolved "x"\n\nb@1:\n  version "1"\n')
    expect(value.packages?.map(({ name }) => name)).toEqual(['b'])
    expect(told(notices)).toEqual(['lock-file-entry-malformed 1 lost', 'lock-file-entry-malformed 3 lost'])
  })
})

describe('pnpm-lock', () => {
  const CASES: readonly (readonly [string, string, readonly string[]])[] = [
    ['5', '/a/1.0.0', ['a 1.0.0']],
    ['5', '/@s/a/1.0.0_b@2.0.0+c@3.0.0', ['@s/a 1.0.0']],
    ['5', '/a/1.0.0/b@2.0.0', ['a 1.0.0']],
    ['5', 'registry.example.org/@s/a/1.0.0', ['@s/a 1.0.0']],
    ['6', '/a@1.0.0-rc.1', ['a 1.0.0-rc.1']],
    ['6', '/@s/a@1.0.0(b@2.0.0)(@t/c@3.0.0)', ['@s/a 1.0.0']],
    ['9', 'a@1.0.0', ['a 1.0.0']],
    ['9', "'@s/a@1.0.0'", ['@s/a 1.0.0']],
    ['9', 'a@https://example.org/a/tar.gz/0123', ['a ']],
  ]
  const lock = (version: string, key: string, fields = '') =>
    `lockfileVersion: '${version}.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        version: 7.0.0\n\npackages:\n\n  ${key}:\n    resolution: {integrity: sha512-x}\n${fields}\nsnapshots:\n\n  z@9.9.9: {}\n`

  test.each(CASES)('version %s: %s', (version, key, expected) => {
    const text = lock(version, key)
    expect(declared(pnpmLock, 'pnpm-lock.yaml', text)).toEqual(expected.map((one) => `${one} 12`))
    // A comment makes it a text for the reader of YAML, which has to say the same.
    expect(pnpmEntriesOf(text)).toHaveLength(1)
    expect(pnpmEntriesOf(`${text}# more\n`)).toBeUndefined()
    expect(declared(pnpmLock, 'pnpm-lock.yaml', `${text}# more\n`)).toEqual(expected.map((one) => `${one} 12`))
  })
  test('what comes from elsewhere says its name and version itself', () => {
    const text = lock(
      '5',
      'github.com/s/x/0123',
      "    name: '@s/a'\n    version: 1.0.0\n    deprecated: |-\n      a\n      name: b\n",
    )
    expect(pnpmEntriesOf(text)).toHaveLength(1)
    expect(declared(pnpmLock, 'pnpm-lock.yaml', text)).toEqual(['@s/a 1.0.0 12'])
  })
  test.each(['nonsense', '[', 'lockfileVersion: "9.0"\npackages:\n  "\n', '- a'])('%j is told', (text) => {
    expect(parse(pnpmLock, 'pnpm-lock.yaml', text).notices.map(({ id, lost }) => [id, lost])).toEqual([
      ['lock-file-unreadable', true],
    ])
  })
})

describe('bun-lock', () => {
  test('names and versions; where it is from is no version', () => {
    const text = `{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "acme", }, },
  "packages": {
    "@s/a": ["@s/a@1.0.0", "", { "dependencies": { "b": "^1", }, }, "sha512-x"],

    "a/b": ["b@2.0.0", "", {}, "sha512-x"],
    "inner": ["inner@workspace:packages/inner"],
    "git": ["git@github:s/git#0123", {}, "x"],
  }
}`
    expect(declared(bunLock, 'bun.lock', text)).toEqual(['@s/a 1.0.0 5', 'b 2.0.0 7', 'inner  8', 'git  9'])
  })
  test('entries without a name, and the binary form, are told', () => {
    const { value, notices } = parse(bunLock, 'bun.lock', '{"packages":{"a":[1],\n"b":["b@1"],"c":"c@1"}}')
    expect(value.packages?.map(({ name }) => name)).toEqual(['b'])
    expect(told(notices)).toEqual(['lock-file-entry-malformed 1 lost', 'lock-file-entry-malformed 2 lost'])
    expect(told(parse(bunLock, 'app/bun.lockb', '#!/usr/bin/env bun\nbun-lockfile-format-v0\n').notices)).toEqual([
      'lock-file-unreadable 1 lost',
    ])
  })
})

describe('yarn-cache', () => {
  const PATH = 'app/.yarn/cache/a-npm-1.0.0-0123456789-0123456789.zip'
  const archive = (files: Readonly<Record<string, string>>) =>
    Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))))
  const whole = archive({
    'node_modules/@s/a/package.json': '{"name":"@s/a","version":"1.0.0","license":"MIT"}',
    'node_modules/@s/a/test/package.json': '{"name":"fixture","version":"9"}',
    'node_modules/@s/a/node_modules/b/package.json': '{"name":"b","version":"2.0.0"}',
  })
  test('has the package and what it bundles, installed', () => {
    const { value, notices } = parse(yarnCache, PATH, whole)
    expect(notices).toEqual([])
    expect(value.packages).toEqual([
      { type: 'npm', name: '@s/a', version: '1.0.0', architecture: '', source: '', licences: ['MIT'], line: 1 },
      { type: 'npm', name: 'b', version: '2.0.0', architecture: '', source: '', line: 1 },
    ])
  })
  test('cut short anywhere it is told, and nothing is thrown', () => {
    for (let size = 0; size < whole.length; size++)
      expect(parse(yarnCache, PATH, whole.subarray(0, size)).notices.some(({ lost }) => lost)).toBe(true)
  })
  test('a byte turned over throws nothing', () => {
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0xff
      expect(() => parse(yarnCache, PATH, bytes)).not.toThrow()
    }
  })
})
