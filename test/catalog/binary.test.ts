import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifiersPage } from '../../scripts/classifiers.ts'
import { binary } from '../../src/catalog/binary.ts'
import { runtimes } from '../../src/catalog/binary/runtimes.ts'
import { classifiersOf, families, seriesOf } from '../../src/catalog/binary/table.ts'
import { runtimeFiles } from '../../src/catalog/runtime-files.ts'
import type { Content } from '../../src/model/tree.ts'
import { entry, fileOf, packagesOf, parse } from './file.ts'

const classifiers = Object.values(families).flat()
const namesOf = (file: string) => [...new Set(classifiersOf(file).map(({ name }) => name))]

/** A program without a table of sections, with this among its bytes: the whole of it is searched. */
function program(text: string, { at = 100, size = 20_000 } = {}): Buffer {
  const body = Buffer.alloc(Math.max(size, at + text.length + 10), 1)
  body.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  body.fill(0, 7, 64)
  body.write(text, at, 'latin1')
  return body
}
const found = (path: string, body: Buffer | string) => packagesOf(parse(binary, path, body).value.packages)

describe('which classifiers a name asks for', () => {
  test.each([
    ['node', ['node']],
    ['python3.11', ['python']],
    ['python3.13t', ['python']],
    ['libpython3.7m.so.1.0', ['python']],
    ['libpython2.7.so', ['python']],
    ['libcrypto.so.1.1', ['openssl', 'libressl']],
    ['libcrypto-d3570994.so.3', ['openssl', 'libressl']],
    ['librustc_driver-6108105cd7e839cf.so', ['rust']],
    ['libpypy3.9-c.so', ['pypy']],
    ['php-fpm8.2', ['php']],
    ['gcc-12', ['gcc']],
    ['mysqld', ['mariadb', 'mysql']],
    ['libsqlite3.so.0.8.6', ['sqlite']],
    ['libc.so.6', ['glibc', 'musl']],
    ['ld-musl-x86_64.so.1', ['musl']],
    // Modules of Ruby and PHP: they tell what they were built with.
    ['openssl.so', []],
    ['curl.so', []],
    ['sqlite3.so', []],
    ['node.so', []],
    ['nodelist', []],
    ['mynode', []],
    ['libnode.sock', []],
    ['', []],
    ['3.11', []],
    ['.so', []],
  ])('%s', (file, names) => expect(namesOf(file)).toEqual(names))

  test.each([
    ['libpython3.12.so.1.0', '3.12'],
    ['python3.13t', '3.13'],
    ['libpython3.6m.so.1.0', '3.6'],
    ['python3', ''],
    ['libcurl.so.4.8.0', ''],
  ])('series of %s', (file, series) => expect(seriesOf(file)).toBe(series))

  test('wants programs and libraries of some size', () => {
    const wants = (path: string, rest = {}) => binary.wants(path, entry(path, { size: 100_000, ...rest }))
    expect(wants('usr/local/bin/node', { mode: 0o755 })).toBe(true)
    expect(wants('usr/local/bin/node', { mode: 0o755, type: 'hardlink', size: 0 })).toBe(true)
    expect(wants('usr/local/lib/libssl.so.3')).toBe(true)
    expect(wants('usr/local/bin/node', { mode: 0o644 })).toBe(false)
    expect(wants('usr/local/bin/node', { mode: 0o755, size: 2000 })).toBe(false)
    expect(wants('usr/local/bin/node', { mode: 0o777, type: 'symlink' })).toBe(false)
    expect(wants('usr/local/node/index.js', { mode: 0o755 })).toBe(false)
  })
})

describe('what is found', () => {
  test.each([
    ['usr/local/bin/node', '\0node.js/v20.11.1\0', ['node 20.11.1']],
    ['usr/local/bin/node', '\0node.js/v22.0.0-nightly2024\0', ['node 22.0.0-nightly2024']],
    ['usr/lib/libpython3.12.so.1.0', '\0/root/.pyenv/versions/3.12.1\0', ['python 3.12.1']],
    ['usr/lib/libpython3.12.so.1.0', '\x003.45.1\0 \x003.12.1rc1\0', ['python 3.12.1rc1']],
    ['usr/lib/libpython3.2.so.1.0', '\x003.2.1\0', ['python 3.2.1']],
    ['usr/bin/python3', '\x003.45.1\0 \x003.13.0\0', ['python 3.13.0']],
    ['usr/bin/perl', 'PERL5LIB\0v5.36.0\0', ['perl 5.36.0']],
    ['usr/bin/ruby', '\0ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux]\0', ['ruby 3.1.2']],
    ['usr/bin/ruby', '\0ruby 3.4.0dev (2024-04-12 master 4491bb740a)\0', ['ruby 3.4.0dev']],
    ['usr/sbin/mysqld', '\x0010.11.6-MariaDB\0', ['mariadb 10.11.6']],
    ['usr/sbin/mysqld', '\0/export/build/mysql-8.0.36/sql/sql_class.cc\0', ['mysql 8.0.36']],
    ['usr/lib/libcrypto.so.1.1', '\0OpenSSL 1.1.1w  11 Sep 2023\0', ['openssl 1.1.1w']],
    ['usr/lib/libcrypto.so.3', '\0OpenSSL 3.3.0-beta1 25 Mar 2024\0', ['openssl 3.3.0-beta1']],
    ['usr/lib/libcrypto.so', '\0LibreSSL 3.8.2\0', ['libressl 3.8.2']],
    ['usr/sbin/nginx', '\0nginx version: openresty/1.21.4.3\n\0nginx/1.21.4\0', ['openresty 1.21.4.3']],
    ['usr/sbin/haproxy', '\0 version 3.0.5-8e879a5, released 2024/09/19\0', ['haproxy 3.0.5']],
    ['usr/bin/psql', '\0psql (PostgreSQL) 17rc1\0', ['postgresql 17rc1']],
    ['usr/bin/ffmpeg', '\0%s version n7.0.2-static\0', ['ffmpeg 7.0.2']],
    ['usr/bin/deno', 'denover2.9.6Deno/2.9.6Deno/2.9.6+e518fbde518', ['deno 2.9.6']],
    ['usr/bin/sshd', '\0OpenSSH_9.2\0 \0OpenSSH_9.2p1 Debian-2\0', ['openssh 9.2p1']],
    ['usr/bin/valkey-server', '\x008.0.1\0c11-builtin\0', ['valkey 8.0.1']],
    ['usr/bin/redis-server', 'redis_version\x006.2.58f1c18bfd7fc-1728390128000000000\0%llx', ['redis 6.2.5']],
    ['usr/bin/mongod', 'mongodb\x006.0.5\x00c9a99c120371d4d4c52cbb15dac34a36ce8d3b1d\0', ['mongodb 6.0.5']],
  ])('%s: %j', (path, text, packages) => {
    const { value } = parse(binary, path, program(text))
    expect(packagesOf(value.packages)).toEqual(packages)
    expect(value.packages?.map(({ type }) => type)).toEqual(['generic'])
  })

  test('is found wherever the bytes stand, at the edges of what is read at once too', () => {
    const text = '\x0010.11.6-MariaDB\0'
    for (const edge of [0, 262_144, 524_288])
      for (let at = edge - 40; at <= edge + 40; at += 1)
        if (at >= 64) expect(found('usr/sbin/mysqld', program(text, { at })), String(at)).toEqual(['mariadb 10.11.6'])
  })

  test('a version that stands alone counts only with its second proof, and after what is certain', () => {
    expect(found('usr/bin/sqlite3', program('\x003.40.1\0'))).toEqual([])
    expect(found('usr/bin/sqlite3', program('\x003.40.1\0 SQLite format 3'))).toEqual(['sqlite 3.40.1'])
    const far = Buffer.concat([program('\x003.40.1\0'), Buffer.alloc(600_000), Buffer.from('SQLite format 3')])
    expect(found('usr/bin/sqlite3', far)).toEqual(['sqlite 3.40.1'])
  })
})

describe('what is not found', () => {
  test.each([
    ['a text', 'usr/local/bin/node', `${' '.repeat(9000)}\0node.js/v20.11.1\0`],
    ['a script', 'usr/local/bin/node', `#!/bin/sh\n# node.js/v20.11.1\0\n${' '.repeat(9000)}`],
    ['an empty file', 'usr/local/bin/node', ''],
    ['a program that mentions another', 'usr/bin/curl', program('\0node.js/v20.11.1\0nginx version: nginx/1.25.0\0')],
    ['a program of another name', 'usr/bin/scan', program('\0node.js/v20.11.1\0')],
    ['a number that goes on before it', 'usr/lib/libpython3.1.so', program('\x0013.1.2\0')],
    ['a number that goes on behind it', 'usr/bin/memcached', program('\0memcached v1\0')],
    ['an address', 'usr/bin/perl', program('PERL5LIB\x00127.0.0.1\x00')],
  ])('%s', (_, path, body) => expect(found(path, body)).toEqual([]))
})

describe('hostile files', () => {
  test('never throw, whatever their tables say', () => {
    const head = fc.uint8Array({ minLength: 64, maxLength: 64 })
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 2000 }), (first, rest) => {
        const body = Buffer.concat([Buffer.from('\x7fELF\x02\x01', 'latin1'), first, rest])
        expect(() => binary.parse(fileOf('usr/bin/redis-server', body))).not.toThrow()
      }),
      { numRuns: 300 },
    )
  })

  test('a file of nothing but what is looked for ends', () => {
    for (const { files, literals } of classifiers) {
      const text = typeof literals === 'function' ? '3.' : (literals[0] ?? '')
      const body = program(text.repeat(Math.ceil(2 ** 20 / text.length)))
      expect(() => found(`usr/bin/${files[0]}`, body)).not.toThrow()
    }
  })

  test('of a file of any size only so much is read', () => {
    let read = 0
    const first = program('')
    const content: Content = {
      size: 2 ** 45,
      read: (target, offset) => {
        read += target.length
        target.fill(0)
        if (offset === 0) first.copy(target, 0, 0, 64)
        return target.length
      },
    }
    expect(binary.parse({ ...fileOf('usr/bin/node', ''), content }).value).toEqual({})
    expect(read).toBeLessThan(1.1 * 2 ** 30)
  })
})

describe('the tables', () => {
  test('know at least 60 programs that were seen, and say of all others where the pattern is from', () => {
    const tested = new Set(classifiers.filter(({ seen }) => !seen.startsWith('untested')).map(({ name }) => name))
    expect(tested.size).toBeGreaterThanOrEqual(60)
    for (const { name, seen } of [...classifiers, ...runtimes])
      expect(seen, name).toMatch(/^(?:(?:Debian|npm|PyPI|machine) \S|untested: .*\w)/)
  })

  test('patterns begin where they are tried, end within what is read, and have a version', () => {
    for (const { name, pattern, before, literals, files } of classifiers) {
      expect(pattern.flags, name).toBe('')
      expect(pattern.source.startsWith('^') !== (before !== undefined), name).toBe(true)
      expect(before ?? 0, name).toBeLessThanOrEqual(256)
      expect(pattern.source, name).not.toMatch(/[^\\](?:\.\*|\.\+)/)
      expect(files.length, name).toBeGreaterThan(0)
      for (const literal of typeof literals === 'function' ? literals('3.12') : literals)
        expect(literal.length, name).toBeGreaterThan(2)
    }
  })

  test('docs/classifiers.md is what scripts/classifiers.ts writes', async () => {
    const page = readFileSync(new URL('../../docs/classifiers.md', import.meta.url), 'utf8')
    expect(page, 'run: node scripts/classifiers.ts').toBe(await classifiersPage())
  })
})

describe('files that say their version', () => {
  test.each([
    ['usr/local/go/VERSION', 'go1.22.1\ntime 2024-02-29T18:18:48Z\n', ['go 1.22.1'], 1],
    ['usr/local/go/VERSION', 'devel go1.23-abc\n', [], 0],
    ['opt/other/VERSION', 'go1.22.1\n', undefined, 0],
    [
      'opt/java/release',
      'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_RUNTIME_VERSION="21.0.2+13-LTS"\nJAVA_VERSION="21.0.2"\n',
      ['openjdk 21.0.2+13'],
      2,
    ],
    ['opt/java/release', 'JAVA_VERSION="1.8.0_392"\nOS_NAME="Linux"\n', ['openjdk 1.8.0_392'], 1],
    [
      'opt/java/release',
      'JAVA_VERSION="1.8.0_392"\nJAVA_RUNTIME_VERSION="1.8.0_392-b08"\n',
      ['openjdk 1.8.0_392-b08'],
      2,
    ],
    ['opt/graal/release', 'GRAALVM_VERSION="22.3.1"\nJAVA_VERSION="17.0.6"\n', ['graalvm 22.3.1'], 1],
    ['opt/x/release', 'VERSION=1\n', [], 0],
    ['usr/local/lib/erlang/releases/26/OTP_VERSION', '26.2.1\n', ['erlang 26.2.1'], 1],
    ['usr/local/lib/erlang/releases/26/OTP_VERSION', '26.2.1**\n', ['erlang 26.2.1'], 1],
    [
      'usr/local/julia/include/julia/julia_version.h',
      '#ifndef X\n#define JULIA_VERSION_STRING "1.10.0"\n',
      ['julia 1.10.0'],
      2,
    ],
    ['usr/lib/dart-sdk/version', '3.2.3\n', ['dart 3.2.3'], 1],
    [
      'opt/firefox/application.ini',
      '[App]\nVendor=Mozilla\nName=Firefox\nVersion=115.3.0esr\n',
      ['firefox 115.3.0esr'],
      4,
    ],
    ['opt/x/application.ini', '[App]\nName=Other\nVersion=1.0\n', [], 0],
    ['var/www/html/wp-includes/version.php', "<?php\n$wp_version = '6.4.2';\n", ['wordpress 6.4.2'], 2],
    ['var/www/core/lib/Drupal.php', "class Drupal {\n  const VERSION = '10.1.5';\n", ['drupal 10.1.5'], 2],
    ['var/www/includes/Defines.php', "<?php\ndefine( 'MW_VERSION', '1.41.0' );\n", ['mediawiki 1.41.0'], 2],
    ['var/www/version.php', "<?php\n$OC_VersionString = '28.0.1';\n$vendor = 'nextcloud';\n", ['nextcloud 28.0.1'], 2],
    ['var/www/version.php', "<?php\n$OC_VersionString = '10.0.1';\n$vendor = 'owncloud';\n", [], 0],
  ])('%s: %j', (path, text, packages, line) => {
    expect(runtimeFiles.wants(path, entry(path))).toBe(packages !== undefined)
    if (packages === undefined) return
    const { value, notices } = parse(runtimeFiles, path, text)
    expect(packagesOf(value.packages)).toEqual(packages)
    expect(notices).toEqual([])
    if (packages.length > 0) expect(value.packages?.[0]?.line).toBe(line)
  })
})
