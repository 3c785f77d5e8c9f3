import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { composer } from '../../src/catalog/composer.ts'
import { composerLock } from '../../src/catalog/composer-lock.ts'
import { gem } from '../../src/catalog/gem.ts'
import { gemfileLock } from '../../src/catalog/gemfile-lock.ts'
import { packagesOf as joined } from '../../src/catalog/packages.ts'
import { works } from '../support/works.ts'
import { fileOf, parse, told } from './file.ts'

describe('gem', () => {
  const PATH = 'var/lib/gems/3.1.0/specifications/native_gem-0.5.1-x86_64-linux.gemspec'
  test('as RubyGems writes it', () => {
    const text = `# -*- encoding: utf-8 -*-
# stub: native_gem 0.5.1 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "native_gem".freeze
  s.version = "0.5.1"
  s.platform = "x86_64-linux".freeze
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.add_dependency(%q<name>.freeze, ["= 9"])
end
`
    expect(parse(gem, PATH, text)).toEqual({
      value: {
        packages: [
          {
            type: 'gem',
            name: 'native_gem',
            version: '0.5.1',
            architecture: '',
            source: '',
            licences: ['MIT', 'Ruby'],
            qualifiers: { platform: 'x86_64-linux' },
            line: 5,
          },
        ],
      },
      notices: [],
    })
  })
  test.each([
    [`spec.name = 'a'\nspec.version = Gem::Version.new("1.2")\nspec.license = 'MIT'`, 'a 1.2 MIT'],
    ['s.name = %q{a}\ns.version = "1.2"\ns.licenses = %w[MIT Ruby]', 'a 1.2 MIT,Ruby'],
    ['# stub: a 1.2 ruby lib\nprogram(1)', 'a 1.2 '],
    ['s.name = "native_gem"\ns.version = NativeGem::VERSION', 'native_gem 0.5.1 '],
  ])('%j', (text, expected) => {
    const [found] = parse(gem, PATH, text).value.packages ?? []
    expect(`${found?.name} ${found?.version} ${(found?.licences ?? []).join()}`).toBe(expected)
  })
  test.each(['', 's.name = NAME', 's.name = "other"\ns.version = V', 's.name = "#{x}"\ns.version = "1"'])(
    '%j is told, nothing is run',
    (text) => {
      expect(told(parse(gem, PATH, text).notices)).toEqual(['gem-specification-unreadable 1 lost'])
    },
  )

  const gems = works('gem', '--version')
  if (!gems)
    console.log('test/catalog/ruby-php.test.ts: RubyGems is not here: installed gems are not compared with gem list')
  test.skipIf(!gems)("this machine's gems are those that gem list lists", () => {
    const folders = execFileSync('ruby', ['-e', 'puts Gem::Specification.dirs, Gem.default_specifications_dir'], {
      encoding: 'utf8',
    })
    const is = folders
      .trim()
      .split('\n')
      .flatMap((folder) => globSync(`${folder}/*.gemspec`))
      .filter((path) => gem.wants(path.slice(1), fileOf(path, '').entry))
      .flatMap((path) => gem.parse(fileOf(path.slice(1), readFileSync(path))).value.packages ?? [])
      .map(({ name, version }) => `${name} ${version}`)
    const list = execFileSync('gem', ['list'], { encoding: 'utf8' })
    const truth = [...list.matchAll(/^(\S+) \((.*)\)$/gm)].flatMap(([, name, versions = '']) =>
      versions.split(', ').map((one) => `${name} ${one.replace('default: ', '').split(' ')[0]}`),
    )
    expect(truth.length).toBeGreaterThan(10)
    expect([...new Set(is)].toSorted()).toEqual([...new Set(truth)].toSorted())
  })
})

describe('gemfile-lock', () => {
  const text = `GIT
  remote: https://example.org/a.git
  revision: 0123
  specs:
    a (1.0.0.pre)
      b (>= 1)

PATH
  remote: local
  specs:
    local (9.9)

GEM
  remote: https://rubygems.org/
  specs:
    b (1.2.3)
    nokogiri (1.13.3-x86_64-linux)
      racc (~> 1.4)
    nokogiri (1.13.3)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  a!
  b (= 1.2.3)

CHECKSUMS
    c (7) sha256=0

BUNDLED WITH
   2.3.15
`
  test('gems of every source, platforms apart, what they depend on left out', () => {
    for (const one of [text, text.replaceAll('\n', '\r\n')]) {
      const { value, notices } = parse(gemfileLock, 'Gemfile.lock', one)
      expect(notices).toEqual([])
      expect(value.packages?.map((p) => [p.name, p.version, p.qualifiers?.['platform'], p.line, p.declared])).toEqual([
        ['a', '1.0.0.pre', undefined, 5, true],
        ['local', '9.9', undefined, 11, true],
        ['b', '1.2.3', undefined, 16, true],
        ['nokogiri', '1.13.3', 'x86_64-linux', 17, true],
        ['nokogiri', '1.13.3', undefined, 19, true],
      ])
    }
  })
  test('a conflict and entries without a version are told', () => {
    expect(told(parse(gemfileLock, 'Gemfile.lock', 'GEM\n  specs:\n    a\n    b (1)\n').notices)).toEqual([
      'lock-file-entry-malformed 3 lost',
    ])
    expect(told(parse(gemfileLock, 'Gemfile.lock', 'GEM\n<<<<<<< HEAD\n').notices)).toEqual([
      'lock-file-unreadable 2 lost',
    ])
  })
})

describe('composer', () => {
  const PATH = 'srv/app/vendor/composer/installed.json'
  const one =
    '{"version": "v1.2.3", "license": ["MIT", "GPL-2.0-or-later"],\n "name": "acme/one", "authors": [{"name": "x"}]}'
  const two = '{"name": "Acme/two", "version": "2.0.x-dev", "license": "BSD-3-Clause"}'
  test.each([
    ['1', `[\n${one},\n${two}]`, [3, 4]],
    ['2', `{"packages": [\n${one},\n${two}], "dev": true}`, [3, 4]],
  ])('installed.json of Composer %s', (_, text, lines) => {
    const { value, notices } = parse(composer, PATH, text)
    expect(notices).toEqual([])
    expect(value.packages).toEqual([
      {
        type: 'composer',
        name: 'acme/one',
        version: 'v1.2.3',
        architecture: '',
        source: '',
        licences: ['MIT', 'GPL-2.0-or-later'],
        line: lines[0],
      },
      {
        type: 'composer',
        name: 'Acme/two',
        version: '2.0.x-dev',
        architecture: '',
        source: '',
        licences: ['BSD-3-Clause'],
        line: lines[1],
      },
    ])
  })
  test('composer.lock declares, those for development too; what is installed comes from elsewhere', () => {
    const lock = fileOf('srv/app/composer.lock', `{"packages": [\n${two}],\n"packages-dev": [${one}]}`)
    const there = fileOf(PATH, `{"packages":[{"name":"acme/two","version":"2.0.x-dev"}]}`)
    const packages = joined({
      finds: [
        { file: lock, cataloger: 'composer-lock', finds: composerLock.parse(lock).value },
        { file: there, cataloger: 'composer', finds: composer.parse(there).value },
      ],
    })
    expect(packages.installed.map(({ purl }) => purl)).toEqual(['pkg:composer/acme/two@2.0.x-dev'])
    expect(packages.declared.map(({ purl, locations: [{ line }] }) => [purl, line])).toEqual([
      ['pkg:composer/acme/two@2.0.x-dev', 2],
      ['pkg:composer/acme/one@v1.2.3', 4],
    ])
  })
  test('entries without name or version, and other files, are told', () => {
    const { value, notices } = parse(composer, PATH, '[{"name":"a/b"},\n7,{"name":"c/d","version":"1"}]')
    expect(value.packages?.map(({ name }) => name)).toEqual(['c/d'])
    expect(told(notices)).toEqual(['composer-package-malformed 1 lost', 'composer-package-malformed 1 lost'])
    for (const text of ['', '{}', '7', '{"packages":{}}'])
      expect(told(parse(composer, PATH, text).notices)).toEqual(['composer-installed-unreadable 1 lost'])
  })
})
