/** Catalogers of languages that need no more than a table: what they find in files as their tools write them, and what in broken ones. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogers } from '../../src/catalog/index.ts'
import { termsOf } from '../../src/catalog/format/erlang.ts'
import { packagesOf } from '../../src/catalog/packages.ts'
import type { Cataloger, PackageFind } from '../../src/model/tree.ts'
import { works } from '../support/works.ts'
import { entry, fileOf, parse, told } from './file.ts'

const catalogerOf = (name: string): Cataloger => {
  const found = catalogers.find((one) => one.name === name)
  if (!found) throw new Error(name)
  return found
}
/** `line type name version`, with `declared`, licences and qualifiers where there are any. */
const show = ({ line, type, name, version, declared, licences, qualifiers }: PackageFind): string =>
  [
    line,
    type,
    name,
    version || '-',
    declared ? 'declared' : '',
    licences?.join('+') ?? '',
    Object.entries(qualifiers ?? {})
      .map((one) => one.join('='))
      .join('&'),
  ]
    .filter((part) => part !== '')
    .join(' ')

interface Case {
  readonly of: string
  readonly path: string
  readonly text: string
  readonly found: readonly string[]
  readonly told?: readonly string[]
}
const CASES: Record<string, Case> = {
  'mix.lock: Hex, Git, a path, old maps': {
    of: 'elixir',
    path: 'app/mix.lock',
    text: `%{
  "cowboy": {:hex, :cowboy, "2.9.0", "865d", [:make, :rebar3], [{:cowlib, "2.11.0", [hex: :cowlib, repo: "hexpm", optional: false]}], "hexpm", "2c7"},
  "renamed": {:hex, :"original-name", "1.0.0-rc.1", "865d", [:mix], [], "hexpm", "2c7"},
  "app": {:git, "https://github.com/a/app.git", "0a1b", [tag: "v1"]},
  "local": {:path, "../local", []},
}
`,
    found: [
      '2 hex cowboy 2.9.0 declared',
      '3 hex original-name 1.0.0-rc.1 declared',
      '4 hex app - declared vcs_url=git+https://github.com/a/app.git@0a1b',
    ],
  },
  'mix.lock: a record that is cut off': {
    of: 'elixir',
    path: 'mix.lock',
    text: '%{\n  "a": {:hex, :a, "1.0"},\n  "b": {:hex, :b\n',
    found: ['2 hex a 1.0 declared'],
    told: ['package-record-malformed 3 lost'],
  },
  'rebar.lock of Rebar3': {
    of: 'erlang',
    path: 'app/rebar.lock',
    text: `{"1.2.0",
[{<<"certifi">>,{pkg,<<"certifi">>,<<"2.9.0">>},1},
 {<<"long">>,
  {pkg,<<"long_name">>,<<"1.0.0">>},
  0},
 {<<"mine">>,
  {git,"https://github.com/a/mine.git",
       {ref,"0a1b"}},
  0}]}.
[
{pkg_hash,[
 {<<"certifi">>, <<"6F2A">>}]}
].
`,
    found: [
      '2 hex certifi 2.9.0 declared',
      '3 hex long_name 1.0.0 declared',
      '6 hex mine - declared vcs_url=git+https://github.com/a/mine.git@0a1b',
    ],
  },
  'rebar.lock before 3.5': {
    of: 'erlang',
    path: 'rebar.lock',
    text: '[{<<"a">>,{pkg,<<"a">>,<<"1.0">>},0}].\n',
    found: ['1 hex a 1.0 declared'],
  },
  'rebar.lock without dependencies': { of: 'erlang', path: 'rebar.lock', text: '[].\n', found: [] },
  'rebar.lock that is none': {
    of: 'erlang',
    path: 'rebar.lock',
    text: '{"1.2.0", [',
    found: [],
    told: ['package-record-malformed 1 lost'],
  },
  'an application of a release': {
    of: 'erlang',
    path: 'app/lib/cowboy-2.9.0/ebin/cowboy.app',
    text: `%% made by erlang.mk
{application, 'cowboy', [
	{description, "Small, fast, \\"modern\\" HTTP server."},
	{vsn, "2.9.0"},
	{modules, ['cowboy', 'cowboy_app']},
	{licenses, ["ISC"]},
	{env, [{a, #{}}]}
]}.
`,
    found: ['2 hex cowboy 2.9.0 ISC'],
  },
  'an application as Mix writes it': {
    of: 'erlang',
    path: '_build/prod/lib/jason/ebin/jason.app',
    text: `{application,jason,
             [{modules,['Elixir.Jason','Elixir.Jason.Codegen']},
              {applications,[kernel,stdlib,elixir]},
              {description,"A blazing fast JSON parser in pure Elixir.\\n"},
              {registered,[]},
              {licenses,["Apache-2.0"]},
              {vsn,"1.4.1"}]}.
`,
    found: ['1 hex jason 1.4.1 Apache-2.0'],
  },
  'an application of Erlang/OTP': {
    of: 'erlang',
    path: 'usr/lib/erlang/lib/ssl-11.1/ebin/ssl.app',
    text: '%% %CopyrightBegin%\n{application, ssl,\n [{vsn, "11.1"}]}.\n',
    found: ['2 otp ssl 11.1'],
  },
  'pubspec.lock': {
    of: 'dart',
    path: 'pubspec.lock',
    text: `packages:
  shelf:
    dependency: "direct main"
    description:
      name: shelf
      url: "https://pub.dev"
    source: hosted
    version: "1.4.1"
  fork:
    dependency: transitive
    description:
      path: "."
      ref: main
      resolved-ref: "0a1b"
      url: "https://github.com/a/fork"
    source: git
    version: 1.10
sdks:
  dart: ">=3.0.0 <4.0.0"
`,
    found: ['2 pub shelf 1.4.1 declared', '9 pub fork 1.10 declared vcs_url=git+https://github.com/a/fork@0a1b'],
  },
  'pubspec.lock that is no YAML': {
    of: 'dart',
    path: 'pubspec.lock',
    text: 'packages: [',
    found: [],
    told: ['package-list-unreadable 1 lost'],
  },
  'Package.resolved, version 1': {
    of: 'swift',
    path: 'Package.resolved',
    text: `{
  "object": { "pins": [
    { "package": "Nio", "repositoryURL": "git@github.com:apple/swift-nio.git",
      "state": { "branch": null, "revision": "0a1b", "version": "2.41.0" } }
  ] },
  "version": 1
}`,
    found: ['3 swift github.com/apple/swift-nio 2.41.0 declared'],
  },
  'Package.resolved, version 3': {
    of: 'swift',
    path: 'app/Package.resolved',
    text: `{
  "originHash" : "00",
  "pins" : [
    {
      "identity" : "swift-nio",
      "kind" : "remoteSourceControl",
      "location" : "https://token@github.com:443/apple/swift-nio.git",
      "state" : { "branch" : "main", "revision" : "0a1b" }
    },
    {
      "identity" : "mona.LinkedList",
      "kind" : "registry",
      "location" : "",
      "state" : { "version" : "1.1.0" }
    },
    { "identity" : "mine", "kind" : "localSourceControl", "location" : "/srv/mine", "state" : { "revision" : "0a1b" } }
  ],
  "version" : 3
}`,
    found: [
      '5 swift github.com/apple/swift-nio - declared vcs_url=git+https://github.com:443/apple/swift-nio.git@0a1b',
      '11 swift mona.LinkedList 1.1.0 declared',
    ],
  },
  'Podfile.lock': {
    of: 'cocoapods',
    path: 'ios/Podfile.lock',
    text: `PODS:
  - AFNetworking/Security (4.0.1):
    - AFNetworking/NSURLSession
  - "Local+Kit (1.0.0-beta.1)"
  - broken

DEPENDENCIES:
  - AFNetworking/Security (~> 4.0)

COCOAPODS: 1.12.1
`,
    found: ['2 cocoapods AFNetworking/Security 4.0.1 declared', '4 cocoapods Local+Kit 1.0.0-beta.1 declared'],
    told: ['package-record-malformed 5 lost'],
  },
  'conan.lock of Conan 1': {
    of: 'conan',
    path: 'conan.lock',
    text: `{
 "graph_lock": { "nodes": {
   "0": { "ref": "app/1.0", "path": "conanfile.py" },
   "1": { "ref": "zlib/1.2.13", "context": "host" },
   "2": { "pref": "fmt/9.1.0@team/stable#5f49:19729b#58846c" },
   "3": { "pref": null }
 } },
 "version": "0.4"
}`,
    found: ['4 conan zlib 1.2.13 declared', '5 conan fmt 9.1.0 declared user=team'],
  },
  'conan.lock of Conan 2': {
    of: 'conan',
    path: 'x/conan.lock',
    text: `{
 "version": "0.5",
 "requires": [
  "zlib/1.2.13#416618fa04d433c6bd94279ed2e93638%1705999194.331",
  "mylib/1.0@team/stable#00%1"
 ],
 "build_requires": [ "cmake/3.27.1#00%1" ],
 "python_requires": []
}`,
    found: ['4 conan zlib 1.2.13 declared', '5 conan mylib 1.0 declared user=team', '7 conan cmake 3.27.1 declared'],
  },
  'conanfile.txt': {
    of: 'conan',
    path: 'conanfile.txt',
    text: '[requires]\nzlib/1.2.13 # pinned\nfmt/[>9 <10]\n\n[generators]\nCMakeDeps/1\n[tool_requires]\ncmake/3.27.1\n',
    found: ['2 conan zlib 1.2.13 declared', '8 conan cmake 3.27.1 declared'],
  },
  'the cache of Conan 1': {
    of: 'conan',
    path: 'root/.conan/data/zlib/1.2.13/_/_/package/19729b/conaninfo.txt',
    text: '[settings]\n    arch=x86_64\n',
    found: ['1 conan zlib 1.2.13'],
  },
  'DESCRIPTION of an installed package of R': {
    of: 'r',
    path: 'usr/local/lib/R/site-library/rlang/DESCRIPTION',
    text: 'Package: rlang\nVersion: 1.1.3\nTitle: Functions for\n    Base Types\nLicense: MIT + file LICENSE\nRepository: CRAN\nBuilt: R 4.3.2; x86_64-pc-linux-gnu; 2024-01-10 18:00:00 UTC; unix\n',
    found: ['1 cran rlang 1.1.3 MIT + file LICENSE'],
  },
  'DESCRIPTION of a package of Bioconductor': {
    of: 'r',
    path: 'x/DESCRIPTION',
    text: 'Package: limma\nVersion: 3.58.1\nbiocViews: ExonArray\nBuilt: R 4.3.2; ; 2024-01-10; unix\n',
    found: ['1 cran limma 3.58.1 repository_url=https://bioconductor.org'],
  },
  'DESCRIPTION of a source': { of: 'r', path: 'x/DESCRIPTION', text: 'Package: mine\nVersion: 0.1\n', found: [] },
  'DESCRIPTION of something else': {
    of: 'r',
    path: '.git/DESCRIPTION',
    text: 'Unnamed repository; edit this file\n',
    found: [],
  },
  'renv.lock': {
    of: 'r',
    path: 'renv.lock',
    text: `{
  "R": { "Version": "4.3.2", "Repositories": [] },
  "Packages": {
    "rlang": { "Package": "rlang", "Version": "1.1.3", "Source": "Repository", "Repository": "CRAN" },
    "limma": { "Package": "limma", "Version": "3.58.1", "Source": "Bioconductor" },
    "mine": { "Package": "mine", "Version": "0.1", "Source": "GitHub", "RemoteUsername": "a" }
  }
}`,
    found: [
      '4 cran rlang 1.1.3 declared',
      '5 generic limma 3.58.1 declared repository_url=https://bioconductor.org',
      '6 generic mine 0.1 declared',
    ],
  },
  'Manifest.toml, format 1': {
    of: 'julia',
    path: 'Manifest.toml',
    text: '[[Dates]]\nuuid = "ade2"\n\n[[JSON]]\nuuid = "682c"\nversion = "0.21.4"\n',
    found: ['4 julia JSON 0.21.4 declared uuid=682c'],
  },
  'Manifest.toml, format 2': {
    of: 'julia',
    path: 'x/Manifest-v1.11.toml',
    text: 'julia_version = "1.11.1"\nmanifest_format = "2.0"\n\n[[deps.JSON]]\nuuid = "682c"\nversion = "0.21.4"\n',
    found: ['4 julia JSON 0.21.4 declared uuid=682c'],
  },
  'a package in a depot of Julia': {
    of: 'julia',
    path: 'root/.julia/packages/JSON/93Ea8/Project.toml',
    text: 'name = "JSON"\nuuid = "682c"\nversion = "0.21.4"\n',
    found: ['1 julia JSON 0.21.4 uuid=682c'],
  },
  'a rock': {
    of: 'lua',
    path: 'usr/local/lib/luarocks/rocks-5.1/luasocket/3.1.0-1/rock_manifest',
    text: 'rock_manifest = {}\n',
    found: ['1 luarocks luasocket 3.1.0-1'],
  },
  'a record of GHC': {
    of: 'haskell',
    path: 'usr/lib/ghc/lib/package.conf.d/aeson-2.0.3.0.conf',
    text: 'name:            aeson\nversion:         2.0.3.0\nlicense:         BSD-3-Clause\ndescription:\n    Text: with a colon\n',
    found: ['1 hackage aeson 2.0.3.0 BSD-3-Clause'],
  },
  'stack.yaml.lock': {
    of: 'haskell',
    path: 'stack.yaml.lock',
    text: `packages:
- completed:
    hackage: postgresql-libpq-0.10.1.0@sha256:6b58,3166
  original:
    hackage: postgresql-libpq-0.10.1.0
- completed:
    commit: 0a1b
    git: https://github.com/a/mine.git
    name: mine
    version: 0.1.0
- completed:
    url: https://example.com
`,
    found: ['3 hackage postgresql-libpq 0.10.1.0 declared', '9 hackage mine 0.1.0 declared'],
    told: ['package-record-malformed 11 lost'],
  },
  'cabal.project.freeze': {
    of: 'haskell',
    path: 'cabal.project.freeze',
    text: 'active-repositories: hackage.haskell.org:merge\nconstraints: any.aeson ==2.0.3.0,\n             aeson -cffi,\n             any.base ==4.17.2.1,\n             -- any.old ==1.0\nindex-state: hackage.haskell.org 2024-01-01T00:00:00Z\n',
    found: ['2 hackage aeson 2.0.3.0 declared', '4 hackage base 4.17.2.1 declared'],
  },
  'a switch of opam': {
    of: 'ocaml',
    path: 'home/opam/.opam/default/.opam-switch/switch-state',
    text: 'opam-version: "2.0"\ncompiler: ["ocaml-base-compiler.5.1.1"]\nroots: ["dune.3.12.1"]\ninstalled: [\n  "base.v0.16.3"\n  "ocaml-base-compiler.5.1.1"\n]\npinned: "mine.dev"\n',
    found: ['5 opam base v0.16.3', '6 opam ocaml-base-compiler 5.1.1'],
  },
  'a switch of opam without packages': {
    of: 'ocaml',
    path: 'x/.opam-switch/switch-state',
    text: 'installed: []\n',
    found: [],
  },
  'cpanfile.snapshot': {
    of: 'perl',
    path: 'app/cpanfile.snapshot',
    text: '# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Try-Tiny-0.31\n    pathname: E/ET/ETHER/Try-Tiny-0.31.tar.gz\n    provides:\n      Try::Tiny 0.31\n  version-0.9930\n    pathname: x\n  broken\n',
    found: ['3 cpan Try-Tiny 0.31 declared', '7 cpan version 0.9930 declared'],
    told: ['package-record-malformed 9 lost'],
  },
  'perllocal.pod: the last installation of a module counts': {
    of: 'perl',
    path: 'usr/local/lib/perl5/5.38.2/x86_64-linux/perllocal.pod',
    text: ['0.30', '0.31']
      .map(
        (version) =>
          `=head2 Mon Jan  1 00:00:00 2024: C<Module> L<Try::Tiny|Try::Tiny>\n\n=over 4\n\n=item *\n\nC<installed into: /usr>\n\n=item *\n\nC<VERSION: ${version}>\n\n=back\n\n`,
      )
      .join(''),
    found: ['15 cpan Try-Tiny 0.31'],
  },
  'what cpanm writes down': {
    of: 'perl',
    path: 'usr/local/lib/perl5/site_perl/5.38.2/x86_64-linux/.meta/Try-Tiny-0.31/MYMETA.json',
    text: '{\n  "generated_by": "Dist::Zilla",\n  "license": ["mit"],\n  "meta-spec": { "version": 2, "url": "http://search.cpan.org/perldoc?CPAN::Meta::Spec" },\n  "name": "Try-Tiny",\n  "version": "0.31"\n}',
    found: ['5 cpan Try-Tiny 0.31 mit'],
  },
  'META.yml of a source, version 1': {
    of: 'perl',
    path: 'root/.cpanm/work/1/URI-5.10/META.yml',
    text: '--- #YAML:1.0\nname: URI\nversion: 5.10\nlicense: perl\nmeta-spec:\n  version: 1.3\n',
    found: ['2 cpan URI 5.10 declared perl'],
  },
  'META.json of an extension of PostgreSQL': {
    of: 'perl',
    path: 'x/META.json',
    text: '{"name": "pair", "version": "0.1.7", "meta-spec": { "version": "1.0.0", "url": "https://pgxn.org/meta/spec.txt" }}',
    found: [],
  },
  'META.json of something else': { of: 'perl', path: 'x/META.json', text: '{"name": "a", "version": "1"}', found: [] },
}

describe.each(Object.entries(CASES))('%s', (_, { of, path, text, found, told: complaints = [] }) => {
  const cataloger = catalogerOf(of)
  test('is read', () => {
    expect(cataloger.wants(path, entry(path))).toBe(true)
    const { value, notices } = parse(cataloger, path, text)
    expect((value.packages ?? []).map(show)).toEqual(found)
    expect(told(notices)).toEqual(complaints)
  })

  test('cut off anywhere, or with any byte another, never throws nor names what has no name', () => {
    const body = Buffer.from(text)
    const check = (broken: Buffer) => {
      const { value, notices } = parse(cataloger, path, broken)
      const last = broken.toString('latin1').split('\n').length
      for (const one of value.packages ?? []) {
        expect(one.name).not.toBe('')
        expect(one.line >= 1 && one.line <= last).toBe(true)
      }
      for (const { place } of notices) expect(place.line >= 1 && place.line <= last).toBe(true)
      // Whatever a name is, its package URL can be written.
      expect(() => packagesOf({ finds: [{ file: fileOf(path, ''), cataloger: of, finds: value }] })).not.toThrow()
    }
    for (let end = 0; end < body.length; end += 3) check(body.subarray(0, end))
    fc.assert(
      fc.property(fc.nat(Math.max(0, body.length - 1)), fc.nat(255), (at, byte) => {
        const broken = Buffer.from(body)
        if (broken.length > 0) broken[at] = byte
        check(broken)
      }),
      { numRuns: 60 },
    )
  })
})

test('the licence of a rock stands in its rockspec', () => {
  const path = 'usr/local/lib/luarocks/rocks-5.1/luasocket/3.1.0-1/luasocket-3.1.0-1.rockspec'
  const text = 'package = "LuaSocket"\ndescription = {\n   license = "MIT"\n}\n'
  expect(parse(catalogerOf('lua'), path, text).value).toEqual({
    parts: [{ type: 'luarocks', name: 'luasocket', licences: ['MIT'] }],
  })
  expect(parse(catalogerOf('lua'), path.replace('luasocket-3', 'other-3'), text).value).toEqual({})
})

describe('terms of Erlang', () => {
  test.each([
    ['{a, "b\\"c", <<"d">>, \'e f\', 12, 1.5}. % end', 1],
    ['a.\nb.\n', 2],
    ['', 0],
    ['{a, [b}.', undefined],
    ['{a', undefined],
    ['"open', undefined],
    ['#{a => b}.', undefined],
    ['['.repeat(200) + ']'.repeat(200) + '.', undefined],
  ])('%s', (text, count) => expect(termsOf(text)?.length).toBe(count))

  test('long ones take no long time', () => {
    for (const part of ['"', '[', '\\', '<<"', '% ', '{a,', "'", 'a.']) termsOf(part.repeat(200_000))
    expect(termsOf(`[${'a,'.repeat(200_000)}b].`)?.[0]?.items?.length).toBe(200_001)
  })
})

describe('package URLs of what their types do not allow', () => {
  test.each([
    ['swift', 'github.com/apple/swift-nio', '', 'pkg:generic/github.com%2Fapple%2Fswift-nio'],
    ['pub', 'A b', '1', 'pkg:generic/A%20b@1'],
    ['cocoapods', 'AFNetworking/Security', '4.0.1', 'pkg:cocoapods/AFNetworking@4.0.1#Security'],
  ] as const)('%s %s', (type, name, version, purl) => {
    const find = { type, name, version, architecture: '', source: '', line: 1 }
    const { installed } = packagesOf({
      finds: [{ file: fileOf('x', ''), cataloger: 'x', finds: { packages: [find] } }],
    })
    expect(installed.map((one) => one.purl)).toEqual([purl])
  })
})

const makes = works('perl', '-MExtUtils::MakeMaker', '-e', '1') && works('make', '--version')
test.skipIf(!makes)('a distribution that ExtUtils::MakeMaker installs is found by its perllocal.pod', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-perl-'))
  try {
    mkdirSync(join(folder, 'lib/Plimsoll'), { recursive: true })
    writeFileSync(join(folder, 'lib/Plimsoll/Mark.pm'), "package Plimsoll::Mark;\nour $VERSION = '1.23';\n1;\n")
    writeFileSync(
      join(folder, 'Makefile.PL'),
      "use ExtUtils::MakeMaker;\nWriteMakefile(NAME => 'Plimsoll::Mark', VERSION_FROM => 'lib/Plimsoll/Mark.pm');\n",
    )
    const run = (command: string, ...args: readonly string[]) =>
      execFileSync(command, args, { cwd: folder, stdio: 'pipe', env: { ...process.env, PERL_MM_OPT: '' } })
    run('perl', 'Makefile.PL', `INSTALL_BASE=${join(folder, 'out')}`)
    run('make', 'install')
    const [pod = ''] = globSync(join(folder, 'out/**/perllocal.pod'))
    expect(existsSync(pod)).toBe(true)
    const { value } = parse(catalogerOf('perl'), 'usr/lib/perl5/perllocal.pod', readFileSync(pod))
    expect((value.packages ?? []).map(({ name, version }) => `${name} ${version}`)).toEqual(['Plimsoll-Mark 1.23'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
