import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { apk } from '../../src/catalog/apk.ts'
import { chisel } from '../../src/catalog/chisel.ts'
import { dpkgFiles } from '../../src/catalog/dpkg-files.ts'
import { dpkgLicences } from '../../src/catalog/dpkg-licences.ts'
import { licenceOf } from '../../src/catalog/format/dep5.ts'
import { nix } from '../../src/catalog/nix.ts'
import { opkg } from '../../src/catalog/opkg.ts'
import { pacman } from '../../src/catalog/pacman.ts'
import { portage } from '../../src/catalog/portage.ts'
import { releaseFiles } from '../../src/catalog/release-files.ts'
import { ownedBy } from '../../src/model/owned.ts'
import { packageTypes, type PackageFind } from '../../src/model/package.ts'
import { purlOf } from '../../src/catalog/purl.ts'
import { works } from '../support/works.ts'
import { fileOf, packagesOf, parse, told } from './file.ts'

/** Databases of operating systems other than the status file of dpkg, against their formats and against the programs that own them. */

describe('dpkg-files', () => {
  const partsOf = (path: string, text: string) => parse(dpkgFiles, path, text).value.parts
  test('a list, without the folders on the way', () => {
    const list =
      '/.\n/bin\n/bin/ls\n/usr\n/usr/share\n/usr/share/doc\n/usr/share/doc/a b\n/usr/share/empty\n/etc/a.conf\n'
    expect(partsOf('var/lib/dpkg/info/a.list', list)).toEqual([
      { type: 'deb', name: 'a', files: ['bin/ls', 'usr/share/doc/a b', 'usr/share/empty', 'etc/a.conf'] },
    ])
  })
  test('of one architecture', () => {
    expect(partsOf('var/lib/dpkg/info/libc6:i386.list', '/.\n/lib/libc.so.6\n')).toEqual([
      { type: 'deb', name: 'libc6', architecture: 'i386', files: ['lib/libc.so.6'] },
    ])
  })
  test("checksums of distroless, named plainly or in base64; dpkg's escapes are left out", () => {
    const sums = `${'0'.repeat(32)}  usr/bin/a\n${'f'.repeat(32)}  ./usr/lib/b c\nno checksum\n${'0'.repeat(32)}  \n`
    const files = ['usr/bin/a', 'usr/lib/b c']
    expect(partsOf('var/lib/dpkg/status.d/base-files.md5sums', sums)).toEqual([
      { type: 'deb', name: 'base-files', files },
    ])
    const name = Buffer.from('base-files').toString('base64')
    expect(partsOf(`var/lib/dpkg/status.d/${name}.md5sums`, sums)).toEqual([{ type: 'deb', name: 'base-files', files }])
  })
  test('what was diverted is owned by who listed it', () => {
    const { value } = parse(
      dpkgFiles,
      'var/lib/dpkg/diversions',
      '/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/perf\n/usr/bin/perf.wrapper\n:\n/half\n',
    )
    expect(value.diversions).toEqual([
      { from: 'bin/sh', to: 'bin/sh.distrib', by: 'dash' },
      { from: 'usr/bin/perf', to: 'usr/bin/perf.wrapper', by: '' },
    ])
    const paths = ['bin/sh', 'bin/sh.distrib', 'usr/bin/perf.wrapper']
    const owned = ownedBy([value, { parts: [{ type: 'deb', name: 'bash', files: ['bin/sh'] }] }], [], paths)
    expect(paths.map((path) => owned?.(path))).toEqual([true, true, false])
  })
  test('an empty list says nothing', () => {
    expect(parse(dpkgFiles, 'var/lib/dpkg/info/a.list', '/.\n')).toEqual({ value: {}, notices: [] })
    expect(parse(dpkgFiles, 'var/lib/dpkg/info/a.list', 'not a path\n')).toEqual({ value: {}, notices: [] })
  })
})

describe('dpkg-licences', () => {
  const licences = (text: string) => parse(dpkgLicences, 'usr/share/doc/a/copyright', text).value.parts?.[0]?.licences
  const FORMAT = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
  test('of a machine-readable file, each once', () => {
    expect(
      licences(
        `${FORMAT}Upstream-Name: a\n\nFiles: *\nCopyright: x\nLicense: GPL-2+\n This is GPL: not a field\n\nFiles: b\nLicense: Expat or mine\n\nLicense: GPL-2+\n text\nLicense:\n`,
      ),
    ).toEqual(['GPL-2.0-or-later', 'Expat or mine'])
  })
  test('of any other file, the texts that it refers to', () => {
    expect(
      licences(
        'License: see /usr/share/common-licenses/GPL-3.\nAlso `/usr/share/common-licenses/LGPL-2.1`, and /usr/share/common-licenses/GPL-3\n',
      ),
    ).toEqual(['GPL-3', 'LGPL-2.1'])
    expect(licences('Do what you like.\n')).toBeUndefined()
  })
  test.each([
    ['GPL-2', 'GPL-2.0-only'],
    ['LGPL-2.1+', 'LGPL-2.1-or-later'],
    ['GPL-3.0+', 'GPL-3.0-or-later'],
    ['AGPL-3', 'AGPL-3.0-only'],
    ['GPL-1+ or Artistic', 'GPL-1.0-or-later OR Artistic-1.0'],
    ['Expat AND bsd-3-clause', 'MIT AND BSD-3-Clause'],
    ['GPL-1+ or Artistic, and BSD-4-clause', 'GPL-1+ or Artistic, and BSD-4-clause'],
    ['GPL-2+ with OpenSSL exception', 'GPL-2+ with OpenSSL exception'],
    ['GPL', 'GPL'],
    ['public-domain', 'public-domain'],
  ])('%s is %s', (stated, spdx) => {
    expect(licenceOf(stated)).toBe(spdx)
  })
})

describe('apk', () => {
  test('source, licence and files', () => {
    const text =
      'C:Q1abc=\nP:zlib\nV:1.3.1-r2\nA:x86_64\nL:Zlib\no:zlib\nF:lib\nR:libz.so.1\na:0:0:777\nZ:Q1x=\nF:\nR:.hidden\nM:0:0:1777\nF:usr/share\n\nP:a\nV:1\no:b\n'
    expect(parse(apk, 'lib/apk/db/installed', text).value.packages).toEqual([
      {
        type: 'apk',
        name: 'zlib',
        version: '1.3.1-r2',
        architecture: 'x86_64',
        source: '',
        licences: ['Zlib'],
        files: ['lib/libz.so.1', '.hidden'],
        line: 2,
      },
      { type: 'apk', name: 'a', version: '1', architecture: '', source: 'b', line: 16 },
    ])
  })
  test('a folder that is repeated for millions of files does not fill the memory', () => {
    const text = `P:a\nV:1\nF:${'x'.repeat(60_000)}\n${'R:y\n'.repeat(100_000)}\n`
    const { value, notices } = parse(apk, 'lib/apk/db/installed', text)
    expect(value.packages?.[0]?.files?.length).toBeLessThan(2000)
    expect(told(notices)).toHaveLength(1)
  })
})

describe('pacman', () => {
  const desc =
    '%NAME%\nzlib\n\n%VERSION%\n1:1.3.1-2\n\n%BASE%\nzlib-src\n\n%ARCH%\nx86_64\n\n%LICENSE%\ncustom\nMIT\n\n'
  test('desc', () => {
    expect(parse(pacman, 'var/lib/pacman/local/zlib-1:1.3.1-2/desc', desc)).toEqual({
      value: {
        packages: [
          {
            type: 'alpm',
            name: 'zlib',
            version: '1:1.3.1-2',
            architecture: 'x86_64',
            source: 'zlib-src',
            licences: ['custom', 'MIT'],
            line: 2,
          },
        ],
      },
      notices: [],
    })
  })
  test('files, without folders and backups', () => {
    const text = '%FILES%\nusr/\nusr/lib/\nusr/lib/libz.so\n\n%BACKUP%\netc/a.conf\t0123\n'
    expect(parse(pacman, 'var/lib/pacman/local/lib-z-1:1.3.1-2/files', text).value).toEqual({
      parts: [{ type: 'alpm', name: 'lib-z', files: ['usr/lib/libz.so'] }],
    })
  })
  test.each(['', '%NAME%\n\n%VERSION%\n1\n', '%NAME%\na\n', 'nonsense'])('is told: %j', (text) => {
    const { value, notices } = parse(pacman, 'var/lib/pacman/local/a-1-1/desc', text)
    expect(value).toEqual({})
    expect(told(notices)).toEqual(['package-record-malformed 1 lost'])
  })

  const work = mkdtempSync(join(tmpdir(), 'plimsoll-pacman-'))
  afterAll(() => rmSync(work, { recursive: true, force: true }))
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, {
      cwd: work,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, LD_LIBRARY_PATH: join(work, 'x/usr/lib/x86_64-linux-gnu') },
    })
  /** pacman of Debian's packages, unpacked. */
  const has = ((): boolean => {
    if (!works('apt-get', '--version') || !works('dpkg', '--version')) return false
    run('apt-get', 'download', 'pacman-package-manager', 'libalpm13')
    for (const deb of globSync('*.deb', { cwd: work })) run('dpkg', '-x', deb, 'x')
    return run('x/usr/bin/pacman', '--version').stdout.includes('Pacman v')
  })()
  if (!has)
    console.log(
      'test/catalog/os-databases.test.ts: pacman cannot be had by apt-get: it is not asked about its own database',
    )
  test.skipIf(!has)('what pacman itself installs, it and we list alike', () => {
    const packages = ['a-lib 1:2.0-1 any', 'b+c 1.0_rc1-3 x86_64']
    const root = join(work, 'root')
    for (const folder of ['root/var/lib/pacman', 'cache', 'gpg']) mkdirSync(join(work, folder), { recursive: true })
    writeFileSync(join(work, 'pacman.conf'), '[options]\nArchitecture = x86_64\nSigLevel = Never\n')
    const made = packages.map((one) => {
      const [name = '', version = '', arch = ''] = one.split(' ')
      const folder = join(work, 'made', name)
      mkdirSync(join(folder, 'usr/share', name), { recursive: true })
      writeFileSync(join(folder, 'usr/share', name, 'a file'), name)
      writeFileSync(
        join(folder, '.PKGINFO'),
        `pkgname = ${name}\npkgbase = base-of-${name}\npkgver = ${version}\npkgdesc = x\narch = ${arch}\nlicense = MIT\nsize = 1\n`,
      )
      const file = join(work, `${name}.pkg.tar`)
      expect(run('tar', '-C', folder, '-cf', file, '.PKGINFO', 'usr').status).toBe(0)
      return file
    })
    const pac = (...args: string[]) =>
      run(
        'x/usr/bin/pacman',
        '--config',
        'pacman.conf',
        '--root',
        root,
        '--dbpath',
        join(root, 'var/lib/pacman'),
        '--cachedir',
        join(work, 'cache'),
        '--gpgdir',
        join(work, 'gpg'),
        '--noconfirm',
        ...args,
      )
    const installed = pac('-U', ...made)
    expect(installed.status, installed.stdout + installed.stderr).toBe(0)
    const reads = globSync('var/lib/pacman/local/*/{desc,files}', { cwd: root })
      .map((path) => fileOf(path, readFileSync(join(root, path))))
      .filter(({ path, entry }) => pacman.wants(path, entry))
      .map((file) => pacman.parse(file))
    expect(reads.flatMap(({ notices }) => notices)).toEqual([])
    const found = reads.flatMap(({ value }) => value.packages ?? [])
    expect(packagesOf(found)).toEqual(pac('-Q').stdout.trimEnd().split('\n').toSorted())
    expect(found.map(({ source, architecture }) => `${source} ${architecture}`).toSorted()).toEqual([
      'base-of-a-lib any',
      'base-of-b+c x86_64',
    ])
    const listed = pac('-Ql')
      .stdout.trimEnd()
      .split('\n')
      .filter((line) => !line.endsWith('/'))
      .map((line) => line.replace(` ${root}/`, ' '))
    const files = reads.flatMap(({ value }) =>
      (value.parts ?? []).flatMap(({ name, files: own = [] }) => own.map((file) => `${name} ${file}`)),
    )
    expect(files.toSorted()).toEqual(listed.toSorted())
    expect(files).toHaveLength(2)
  })
})

describe('opkg', () => {
  test('status, states as of dpkg, and no source', () => {
    const text =
      'Package: busybox\nVersion: 1.36.1-r2\nStatus: install user installed\nArchitecture: x86_64\nSource: package/utils/busybox\n\nPackage: gone\nVersion: 1\nStatus: deinstall user not-installed\n'
    expect(parse(opkg, 'usr/lib/opkg/status', text).value.packages).toEqual([
      { type: 'opkg', name: 'busybox', version: '1.36.1-r2', architecture: 'x86_64', source: '', line: 1 },
    ])
  })
  test('lists with and without modes, and the licence', () => {
    const list = '/usr/bin/a\t0100755\n./usr/lib/l.so\t0120777\tl.so.1\n/usr/share/b c\n/etc/\n\n'
    expect(parse(opkg, 'var/lib/opkg/info/a.list', list).value.parts).toEqual([
      { type: 'opkg', name: 'a', files: ['usr/bin/a', 'usr/lib/l.so', 'usr/share/b c'] },
    ])
    const control = 'Package: a\nVersion: 1\nLicense: GPL-2.0-or-later\nDescription: x\n'
    expect(parse(opkg, 'usr/lib/opkg/info/a.control', control).value.parts).toEqual([
      { type: 'opkg', name: 'a', licences: ['GPL-2.0-or-later'] },
    ])
  })
})

describe('portage', () => {
  const found = (folder: string, what = 'CONTENTS', text = '') => parse(portage, `var/db/pkg/${folder}/${what}`, text)
  test.each([
    ['sys-libs/zlib-1.3.1-r1', 'sys-libs/zlib', '1.3.1-r1'],
    ['dev-lang/python-3.12.3_p1', 'dev-lang/python', '3.12.3_p1'],
    ['app-misc/ca-certificates-20240203.3.98', 'app-misc/ca-certificates', '20240203.3.98'],
    ['x11-libs/gtk+-2.24.33-r3', 'x11-libs/gtk+', '2.24.33-r3'],
    ['dev-libs/openssl-1.0.2u_beta2_pre3', 'dev-libs/openssl', '1.0.2u_beta2_pre3'],
    ['media-libs/font-2-100dpi-1.0', 'media-libs/font-2-100dpi', '1.0'],
  ])('%s', (folder, name, version) => {
    expect(packagesOf(found(folder).value.packages)).toEqual([`${name} ${version}`])
  })
  test('files and licences', () => {
    const contents =
      'dir /usr\nobj /usr/bin/a b 0123456789abcdef0123456789abcdef 1700000000\nsym /usr/bin/c -> a b 1700000000\nfif /run/x\nobj broken\n'
    expect(found('a/b-1', 'CONTENTS', contents).value.packages?.[0]?.files).toEqual(['usr/bin/a b', 'usr/bin/c'])
    expect(found('a/b-1', 'LICENSE', '|| ( GPL-2 LGPL-2.1+ )\n MIT\n').value.parts).toEqual([
      { type: 'ebuild', name: 'a/b', licences: ['|| ( GPL-2 LGPL-2.1+ ) MIT'] },
    ])
  })
  test('a folder with another name is told, once', () => {
    expect(told(found('a/-MERGING-b-1').notices)).toEqual(['package-record-malformed 1 lost'])
    expect(found('a/-MERGING-b-1', 'LICENSE', 'MIT').notices).toEqual([])
  })
})

describe('nix', () => {
  const HASH = '0123456789abcdfghijklmnpqrsvwxyz'
  const found = (name: string) =>
    packagesOf(parse(nix, `nix/store/${HASH}-${name}`, '', { type: 'directory' }).value.packages)
  test.each([
    ['bash-interactive-5.2p26', 'bash-interactive 5.2p26'],
    ['glibc-2.38-44-bin', 'glibc 2.38-44'],
    ['openssl-3.0.13-dev', 'openssl 3.0.13'],
    ['python3.11-requests-2.31.0', 'python3.11-requests 2.31.0'],
    ['xgcc-12.3.0-libgcc', 'xgcc 12.3.0'],
  ])('%s', (name, wanted) => {
    expect(found(name)).toEqual([wanted])
  })
  test.each(['source', 'etc-passwd', 'closure-info', 'bash-5.2.tar', 'fix-1.2.patch', 'nixpkgs-23.11-source'])(
    '%s is none',
    (name) => {
      expect(found(name)).toEqual([])
    },
  )
})

describe('chisel', () => {
  const wall = (...lines: readonly string[]) =>
    zstdCompressSync(Buffer.from(['{"jsonwall":"1.0","schema":"1.0","count":4}', ...lines, ''].join('\n')))
  const PATH = 'var/lib/chisel/manifest.wall'
  test('packages of Ubuntu, and the files of their slices', () => {
    const body = wall(
      '{"kind":"content","slice":"base-files_base","path":"/etc/issue"}',
      '{"kind":"content","slice":"base-files_base","path":"/etc/"}',
      '{"kind":"package","name":"base-files","version":"13ubuntu10","sha256":"0","arch":"amd64"}',
      '{"kind":"path","path":"/etc/issue","mode":"0644","slices":["base-files_base"]}',
      '{"kind":"slice","name":"base-files_base"}',
    )
    expect(parse(chisel, PATH, body)).toEqual({
      value: {
        packages: [
          {
            type: 'deb',
            name: 'base-files',
            version: '13ubuntu10',
            architecture: 'amd64',
            source: '',
            files: ['etc/issue'],
            line: 1,
          },
        ],
      },
      notices: [],
    })
  })
  test('is told: no zstd, no wall, a bomb, a line that is none', () => {
    for (const body of [
      Buffer.from('x'),
      wall().subarray(0, -3),
      zstdCompressSync(Buffer.from('{"a":1}')),
      zstdCompressSync(Buffer.alloc(129 * 2 ** 20)),
    ])
      expect(told(parse(chisel, PATH, body).notices)).toEqual(['package-database-malformed 1 lost'])
    const { value, notices } = parse(
      chisel,
      PATH,
      wall('{"kind":"package","name":"a"}', 'x', '{"kind":"package","name":"b","version":"1"}'),
    )
    expect(packagesOf(value.packages)).toEqual(['b 1'])
    expect(told(notices)).toEqual(['package-record-malformed 1 lost', 'package-record-malformed 1 lost'])
  })
})

describe('release files', () => {
  test.each([
    ['etc/centos-release', 'CentOS Linux release 7.9.2009 (Core)\n', 'centos 7'],
    ['etc/redhat-release', 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n', 'rhel 6.10'],
    ['etc/redhat-release', 'Rocky Linux release 9.3 (Blue Onyx)\n', 'rocky 9.3'],
    ['etc/system-release', 'Amazon Linux AMI release 2018.03\n', 'amzn 2018.03'],
    ['etc/oracle-release', 'Oracle Linux Server release 8.9\n', 'ol 8.9'],
    ['etc/fedora-release', 'Fedora release 39 (Thirty Nine)\n', 'fedora 39'],
    ['etc/SuSE-release', 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n', 'sles 11.4'],
    ['etc/SuSE-release', 'openSUSE 13.2 (x86_64)\nVERSION = 13.2\n', 'opensuse 13.2'],
    ['etc/photon-release', 'VMware Photon Linux 3.0\nPHOTON_BUILD_NUMBER=26156e2\n', 'photon 3.0'],
    ['etc/mariner-release', 'CBL-Mariner 2.0.20230218\n', 'mariner 2.0.20230218'],
    ['etc/alpine-release', '3.18.4\n', 'alpine 3.18.4'],
    ['etc/debian_version', '12.5\n', 'debian 12'],
    ['etc/debian_version', 'trixie/sid\n', 'debian '],
    ['etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n', 'ubuntu 14.04'],
    ['etc/openwrt_release', "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='23.05.2'\n", 'openwrt 23.05.2'],
    ['etc/arch-release', '', 'arch '],
    ['etc/gentoo-release', 'Gentoo Base System release 2.14\n', 'gentoo '],
    ['etc/redhat-release', 'Something else\n', undefined],
    ['etc/alpine-release', '', undefined],
    ['etc/debian_version', '', undefined],
    ['etc/lsb-release', 'LSB_VERSION=1\n', undefined],
  ])('%s: %j', (path, text, wanted) => {
    const { distribution } = parse(releaseFiles, path, text).value
    expect(distribution && `${distribution.id} ${distribution.version}`).toBe(wanted)
  })
})

test("a package of each system has the package URL that other tools write, with the name of Debian's source and its version", () => {
  const find = (type: (typeof packageTypes)[number], name: string, rest: Partial<PackageFind> = {}) =>
    purlOf({ type, name, version: '1', architecture: 'x86_64', source: '', ...rest }, { id: 'debian', version: '12' })
  expect(find('deb', 'libc6', { source: 'glibc', sourceVersion: '2', architecture: 'amd64' })).toBe(
    'pkg:deb/debian/libc6@1?arch=amd64&distro=debian-12&upstream=glibc%402',
  )
  expect(find('ebuild', 'sys-libs/zlib', { architecture: '' })).toBe('pkg:ebuild/sys-libs/zlib@1?distro=debian-12')
})

const LISTS = '/var/lib/dpkg/info'
describe.skipIf(!works('dpkg-query', '--version') || !existsSync(LISTS))('dpkg -L', () => {
  test('lists the same files of each package of this machine', () => {
    const names = spawnSync('dpkg-query', ['-W', '-f', '${binary:Package}\n'], { encoding: 'utf8' })
      .stdout.trimEnd()
      .split('\n')
    const wanted = names.filter((_, index) => index % 20 === 0)
    // What dpkg says of each, separated by blank lines.
    const { stdout } = spawnSync('dpkg', ['-L', ...wanted], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    const answers = stdout.split('\n\n')
    expect(answers).toHaveLength(wanted.length)
    wanted.forEach((name, index) => {
      const path = [`${name}.list`, `${name.replace(/:.*/, '')}.list`]
        .map((one) => join(LISTS, one))
        .find((one) => existsSync(one))
      if (path === undefined) throw new Error(`no list of ${name}`)
      const lines = (answers[index] ?? '').split('\n').filter((line) => line.startsWith('/') && line !== '/.')
      // Of folders only those are left out that others are in.
      const folders = new Set(lines.map((line) => line.slice(0, line.lastIndexOf('/'))))
      const listed = new Set(lines.filter((line) => !folders.has(line)).map((line) => line.slice(1)))
      const file = fileOf(relative('/', path), readFileSync(path))
      expect(dpkgFiles.wants(file.path, file.entry)).toBe(true)
      const files = new Set(dpkgFiles.parse(file).value.parts?.[0]?.files)
      expect([...listed.difference(files)], name).toEqual([])
      expect(
        [...files.difference(listed)].filter((one) => !folders.has(`/${one}`)),
        name,
      ).toEqual([])
    })
    expect(wanted.length).toBeGreaterThan(10)
  })
})
