import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogers } from '../../src/catalog/index.ts'
import type { Read } from '../../src/model/notice.ts'
import type { Finds } from '../../src/model/tree.ts'
import { fileOf } from './file.ts'

/** The paths whose parsers differ. */
const PATHS: Record<string, readonly string[]> = {
  npm: ['node_modules/a/package.json'],
  python: ['a.dist-info/METADATA', 'a.dist-info/RECORD', 'a.egg-info/installed-files.txt'],
  'npm-lock': ['package-lock.json'],
  'bun-lock': ['bun.lock', 'bun.lockb'],
  'poetry-lock': ['poetry.lock', 'pylock.toml'],
  gem: ['specifications/a-1.gemspec'],
  conda: ['conda-meta/a.json'],
  composer: ['vendor/composer/installed.json'],
  erlang: ['a/rebar.lock', 'lib/a/ebin/a.app'],
  conan: ['conan.lock', 'conanfile.txt'],
  haskell: ['stack.yaml.lock', 'cabal.project.freeze', 'ghc/package.conf.d/a.conf'],
  julia: ['Manifest.toml', 'packages/A/abcde/Project.toml'],
  ocaml: ['a/.opam-switch/switch-state'],
  perl: ['META.json', 'META.yml', 'perllocal.pod', 'cpanfile.snapshot'],
  r: ['a/DESCRIPTION', 'renv.lock'],
  binary: ['usr/bin/redis-server', 'usr/bin/python3'],
  'runtime-files': ['opt/java/release', 'usr/local/go/VERSION'],
  accounts: ['etc/passwd', 'etc/shadow', 'etc/group'],
  dpkg: ['var/lib/dpkg/status', 'var/lib/dpkg/status.d/a'],
  'dpkg-files': ['var/lib/dpkg/info/a.list', 'var/lib/dpkg/status.d/a.md5sums', 'var/lib/dpkg/diversions'],
  'dpkg-licences': ['usr/share/doc/a/copyright'],
  'release-files': [
    'etc/redhat-release',
    'etc/SuSE-release',
    'etc/lsb-release',
    'etc/debian_version',
    'etc/photon-release',
  ],
  rpm: [
    'var/lib/rpm/Packages',
    'var/lib/rpm/Packages.db',
    'var/lib/rpm/rpmdb.sqlite',
    'var/lib/rpmmanifest/container-manifest-2',
  ],
  pacman: ['var/lib/pacman/local/a-1-1/desc', 'var/lib/pacman/local/a-1-1/files'],
  opkg: ['usr/lib/opkg/status', 'usr/lib/opkg/info/a.list', 'usr/lib/opkg/info/a.control'],
  portage: ['var/db/pkg/a/b-1/CONTENTS', 'var/db/pkg/a/b-1/LICENSE', 'var/db/pkg/a/b/CONTENTS'],
}

/** Bytes of any kind, and texts that are nearly what the parsers look for. */
const words = fc.constantFrom(
  'Package: a',
  'Version: 1',
  'Status: install ok installed',
  'P:a',
  'V:1',
  'F:usr',
  'R:a',
  '%NAME%\n',
  '%FILES%\n',
  '/usr/a',
  'obj /usr/a 0 0',
  'sym /a -> b 1',
  'License: GPL-2+ or MIT',
  'Format: copyright-format/1.0',
  '{"name":',
  '"a"',
  '}',
  'ID="',
  'bob ALL=',
  '(ALL)',

  'NOPASSWD:',
  'Defaults',
  ':',
  ',',
  '!',
  '\\',
  '"',
  '#',
  '=',
  '\n',
  '\r\n',
  '\n\n',
  '\t',
  ' ',
  'x:0:0',
  'root:',
  '\u0000',
  '\ufeff',
  '\xff Go buildinf:\x08\x02',
  '\x7fELF\x02\x01',
  'sha224:',
  'CWD=',
  'User_Alias ',
)
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.array(words, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''), 'latin1')),
)

const linesOf = (finds: Finds): readonly number[] =>
  [finds.packages, finds.accounts, finds.groups, finds.passwords, finds.sudoers].flatMap((list) =>
    (list ?? []).map((one) => one.line),
  )

describe.each(catalogers.map((cataloger) => [cataloger.name, cataloger] as const))('%s', (name, cataloger) => {
  test('never throws, is the same each time, and its lines exist', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom(...(PATHS[name] ?? ['some/path'])), (body, path) => {
        const file = fileOf(path, body, { xattrs: new Map([['security.capability', body]]) })
        const read: Read<Finds> = cataloger.parse(file)
        expect(cataloger.parse(file)).toEqual(read)
        const last = body.toString('latin1').split('\n').length
        for (const line of [...linesOf(read.value), ...read.notices.map((notice) => notice.place.line)]) {
          expect(line >= 1 && line <= last, `line ${line} of ${last}`).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    ['one long line', Buffer.alloc(4 * 2 ** 20, 'a')],
    ['blanks', Buffer.alloc(4 * 2 ** 20, ' ')],
    ['newlines', Buffer.alloc(2 ** 20, '\n')],
    ['backslashes', Buffer.from('\\\n'.repeat(2 ** 19))],
    ['colons', Buffer.alloc(4 * 2 ** 20, ':')],
    ['equal signs', Buffer.from('bob ALL='.repeat(2 ** 17))],
    ['tags', Buffer.from(`bob ALL=${'NOPASSWD: '.repeat(2 ** 12)}`)],
    ['digests', Buffer.from(`bob ALL=${'sha224:a '.repeat(2 ** 12)}`)],
    ['magics', Buffer.from('\xff Go buildinf:\x08\x00'.repeat(2 ** 18), 'latin1')],
    ['quotes', Buffer.alloc(2 ** 20, '"')],
  ])('takes no long time over %s', (_, body) => {
    for (const path of PATHS[name] ?? ['some/path']) {
      expect(() => cataloger.parse(fileOf(path, body))).not.toThrow()
    }
  })
})
