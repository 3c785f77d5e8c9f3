import { describe, expect, test } from 'vitest'
import { imageContent } from '../../src/catalog/facts.ts'
import { catalogers } from '../../src/catalog/index.ts'
import { distributionOf } from '../../src/catalog/distribution.ts'
import { packagesOf } from '../../src/catalog/packages.ts'
import { openImage, type OpenedImage } from '../../src/image/open.ts'
import type { Fact } from '../../src/model/fact.ts'
import type { Package, Packages } from '../../src/model/package.ts'
import { memoryBlob } from '../../src/source/blob.ts'
import { dockerArchive, type Compression, type Member } from '../support/archive.ts'

/** Databases of packages in whole images: where layers, links and whiteouts decide what is there. */

interface Opened {
  readonly opened: OpenedImage
  readonly packages: Packages
  /** `name version layer` of what is there, and `name version layer removedIn` of what is not. */
  readonly installed: readonly string[]
  readonly removed: readonly string[]
  /** Ids of notices, with `lost` where they make a verdict incomplete. */
  readonly told: readonly string[]
  readonly distribution: string | undefined
}
async function open(layers: readonly (readonly Member[])[], compression: Compression = 'none'): Promise<Opened> {
  const blob = memoryBlob(dockerArchive({ layers, compression }))
  const { value, notices } = await openImage({ kind: 'docker-archive', name: 'web.tar', blob }, catalogers)
  const [opened] = value
  if (!opened) throw new Error(JSON.stringify(notices))
  const { finds } = opened.catalogued
  const found = distributionOf(finds)
  const packages = packagesOf(opened.catalogued, found)
  const shown = ({ name, version, locations: [{ layer }] }: Package) => `${name} ${version} ${layer}`
  return {
    opened,
    packages,
    installed: packages.installed.map(shown),
    removed: packages.removed.map((one) => `${shown(one)} ${one.removedIn}`),
    told: [...notices, ...opened.catalogued.notices].map(({ id, lost }) => `${id}${lost ? ' lost' : ''}`),
    distribution: found && `${found.id} ${found.version}`.trim(),
  }
}

const STATUS = 'var/lib/dpkg/status'
const stanza = (name: string, version: string, status = 'install ok installed') =>
  `Package: ${name}\nStatus: ${status}\nVersion: ${version}\nArchitecture: amd64\n\n`
const status = (...packages: readonly string[]): string =>
  packages.map((one) => stanza(...(one.split(' ') as [string, string]))).join('')
const dpkg = (...packages: readonly string[]): Member => ({ path: STATUS, body: status(...packages) })
const apk = (path: string, ...packages: readonly string[]): Member => ({
  path,
  body: packages.map((one) => `P:${one.replace(' ', '\nV:')}\nA:x86_64\n\n`).join(''),
})
const release = (id: string, version: string): Member => ({
  path: 'etc/os-release',
  body: `ID=${id}\nVERSION_ID=${version}\n`,
})
const debian = release('debian', '12')

describe.each(['none', 'gzip'] as const)(
  'layers %s: the layer that brought a package, and the one that took it away',
  (compression) => {
    test('a database that is written anew by every layer', async () => {
      const { installed, removed, told } = await open(
        [
          [debian, dpkg('base 1', 'libssl 1', 'nano 1')],
          [dpkg('base 1', 'libssl 2', 'nano 1', 'curl 1')],
          [
            {
              path: STATUS,
              body: status('base 1', 'libssl 2', 'curl 1') + stanza('nano', '1', 'deinstall ok config-files'),
            },
          ],
        ],
        compression,
      )
      expect(installed).toEqual(['base 1 0', 'curl 1 1', 'libssl 2 1'])
      expect(removed).toEqual(['libssl 1 0 1', 'nano 1 0 2'])
      expect(told).toEqual([])
    })
    test('brought, taken away and brought again: as old as the last time', async () => {
      const { installed, removed } = await open(
        [[debian, dpkg('a 1', 'b 1')], [dpkg('a 1', 'b 2')], [dpkg('a 1')], [dpkg('a 1', 'b 1')]],
        compression,
      )
      expect(installed).toEqual(['a 1 0', 'b 1 3'])
      expect(removed).toEqual(['b 2 1 2'])
    })
    test('a package of status.d is a file of its own, which a whiteout deletes', async () => {
      const control = (name: string) => ({
        path: `var/lib/dpkg/status.d/${name}`,
        body: `Package: ${name}\nVersion: 1\n`,
      })
      const { installed, removed, told } = await open(
        [[debian, control('base'), control('tzdata')], [{ path: 'var/lib/dpkg/status.d/.wh.tzdata' }]],
        compression,
      )
      expect([installed, removed, told]).toEqual([['base 1 0'], ['tzdata 1 0 1'], []])
    })
    test('a database that moves keeps the age of its packages', async () => {
      const { installed, removed } = await open(
        [
          [release('alpine', '3.22.0'), apk('lib/apk/db/installed', 'musl 1', 'zlib 1')],
          [{ path: 'lib/.wh.apk' }, apk('usr/lib/apk/db/installed', 'musl 1', 'zlib 2')],
        ],
        compression,
      )
      expect([installed, removed]).toEqual([['musl 1 0', 'zlib 2 1'], ['zlib 1 0 1']])
    })
  },
)

describe('links', () => {
  test('hard links inside a layer and across layers, to the database and to os-release', async () => {
    const { installed, distribution, told } = await open([
      [
        { path: 'usr/share/keep/status', body: status('base 1') },
        { path: STATUS, flag: '1', link: 'usr/share/keep/status' },
        { path: 'usr/share/keep/release', body: 'ID=debian\nVERSION_ID=12\n' },
      ],
      [{ path: 'etc/os-release', flag: '1', link: 'usr/share/keep/release' }],
    ])
    expect([installed, distribution, told]).toEqual([['base 1 0'], 'debian 12', []])
  })
  test('a database that a later layer makes a hard link of an older copy', async () => {
    const { installed, told } = await open([
      [{ path: 'keep/status', body: status('old 1') }, dpkg('base 1')],
      [{ path: STATUS, flag: '1', link: 'keep/status' }],
    ])
    expect([installed, told]).toEqual([['old 1 1'], []])
  })
  test.each([
    ['the file', { path: STATUS, link: '../../../srv/db/status' }],
    ['the file, absolute', { path: STATUS, link: '/srv/db/status' }],
    ['its folder', { path: 'var/lib/dpkg', link: '/srv/db' }],
    ['a folder above', { path: 'var', link: 'srv/var' }],
  ])('a database reached through a link: %s', async (_, link) => {
    const at = link.path === 'var' ? 'srv/var/lib/dpkg/' : 'srv/db/'
    const { installed, removed, told, packages } = await open([
      [debian, link, { path: `${at}status`, body: status('base 1', 'nano 1') }],
      [{ path: `${at}status`, body: status('base 1') }],
    ])
    expect([installed, removed, told]).toEqual([['base 1 0'], ['nano 1 0 1'], []])
    expect(packages.installed[0]?.locations[0]?.path).toBe(STATUS)
  })
  test('a file of a package is owned though the list of files is behind a link', async () => {
    const { packages } = await open([
      [
        debian,
        { path: 'var/lib/dpkg', link: '../../usr/lib/dpkg-db' },
        { path: 'usr/lib/dpkg-db/status', body: status('base 1') },
        { path: 'usr/lib/dpkg-db/info/base.list', body: '/.\n/usr\n/usr/bin\n/usr/bin/tool\n' },
      ],
    ])
    expect(packages.installed[0]?.files).toEqual(['usr/bin/tool'])
  })
  test('a database at a place where both its names are known is counted once', async () => {
    const { packages } = await open([
      [{ path: 'lib', link: 'usr/lib' }, apk('usr/lib/apk/db/installed', 'musl 1'), release('wolfi', '20230201')],
    ])
    expect(packages.installed.map(({ locations }) => locations)).toEqual([
      [{ path: 'usr/lib/apk/db/installed', line: 1, layer: 0 }],
    ])
  })
  test('a folder that a later layer replaces by a link takes the old database away', async () => {
    const { installed, removed } = await open([
      [debian, dpkg('old 1')],
      [
        { path: 'opt/db/status', body: status('new 1') },
        { path: 'var/lib/dpkg', link: '/opt/db' },
      ],
    ])
    expect([installed, removed]).toEqual([['new 1 1'], ['old 1 0 1']])
  })
  test('os-release behind a link, of the file and of its folder', async () => {
    const text = 'ID=debian\nVERSION_ID=12\n'
    const file = await open([
      [
        { path: 'opt/release', body: text },
        { path: 'etc/os-release', link: '../opt/release' },
      ],
    ])
    const folder = await open([
      [
        { path: 'etc', link: 'srv/etc' },
        { path: 'srv/etc/os-release', body: text },
      ],
    ])
    const usual = await open([
      [
        { path: 'usr/lib/os-release', body: text },
        { path: 'etc/os-release', link: '../usr/lib/os-release' },
      ],
    ])
    expect([file, folder, usual].map(({ distribution }) => distribution)).toEqual([
      'debian 12',
      'debian 12',
      'debian 12',
    ])
  })
  test.each([
    ['to itself', 'status'],
    ['out of the image', '../../../../../../root/status'],
    ['to nothing', '/srv/none'],
    ['to a file of the machine that the image does not have', '/var/lib/dpkg/status-of-the-host'],
  ])('a database replaced by a link %s is told, and nothing outside is read', async (_, link) => {
    const { installed, removed, told } = await open([[debian, dpkg('base 1')], [{ path: STATUS, link }]])
    expect([installed, removed]).toEqual([[], ['base 1 0 1']])
    expect(told).toContain('package-database-link lost')
  })
  test('a loop through the folder is told once', async () => {
    const { told } = await open([
      [debian, { path: 'var/lib/dpkg', link: '/var/lib/other' }, { path: 'var/lib/other', link: '/var/lib/dpkg' }],
    ])
    expect(told.filter((one) => one.startsWith('package-database-link'))).toEqual(['package-database-link lost'])
  })
})

describe('deleted and replaced', () => {
  test('an opaque folder with a new database of the same layer, before and after the mark', async () => {
    for (const before of [true, false]) {
      const mark = { path: 'var/lib/dpkg/.wh..wh..opq' }
      const { installed, removed, told } = await open([
        [debian, dpkg('old 1')],
        before ? [mark, dpkg('new 1')] : [dpkg('new 1'), mark],
      ])
      expect([installed, removed, told]).toEqual([['new 1 1'], ['old 1 0 1'], []])
    }
  })
  test.each([
    ['a whiteout of the file', [{ path: 'var/lib/dpkg/.wh.status' }]],
    ['a whiteout of the folder', [{ path: 'var/lib/.wh.dpkg' }]],
    ['an opaque folder', [{ path: 'var/lib/dpkg/.wh..wh..opq' }]],
    ['an empty file', [{ path: STATUS, body: '' }]],
    ['a folder in its place', [{ path: `${STATUS}/` }]],
  ])(
    'a database deleted by %s: its packages are told as removed, and that they may still be there',
    async (_, layer) => {
      const { installed, removed, told } = await open([[debian, dpkg('base 1', 'curl 1')], layer])
      expect([installed, removed]).toEqual([[], ['base 1 0 1', 'curl 1 0 1']])
      expect(told).toEqual(['package-database-deleted lost'])
    },
  )
  test('a database deleted together with its distribution was thrown away', async () => {
    const all = ['etc', 'var'].map((path) => ({ path: `.wh.${path}` }))
    expect((await open([[debian, dpkg('base 1')], all])).told).toEqual([])
    const { installed, told } = await open([
      [debian, dpkg('base 1')],
      [...all, release('alpine', '3.22.0'), apk('lib/apk/db/installed', 'musl 1')],
    ])
    expect([installed, told]).toEqual([['musl 1 1'], []])
  })
  test('a database of another kind does not hide that one was deleted', async () => {
    const { told } = await open([
      [debian, dpkg('base 1')],
      [{ path: 'var/lib/.wh.dpkg' }, apk('lib/apk/db/installed', 'musl 1')],
    ])
    expect(told).toEqual(['package-database-deleted lost'])
  })
  test('of two entries of one name the last counts', async () => {
    const { installed, distribution } = await open([
      [debian, dpkg('first 1'), dpkg('last 1'), release('ubuntu', '22.04')],
    ])
    expect([installed, distribution]).toEqual([['last 1 0'], 'ubuntu 22.04'])
  })
  test('a package in the state config-files, or never installed, has no files there', async () => {
    const { installed } = await open([
      [
        debian,
        {
          path: STATUS,
          body:
            status('a 1') +
            stanza('b', '1', 'deinstall ok config-files') +
            stanza('c', '1', 'unknown ok not-installed'),
        },
      ],
    ])
    expect(installed).toEqual(['a 1 0'])
  })
})

describe('what an image is', () => {
  const facts = async (...layers: readonly (readonly Member[])[]) => {
    const { opened, packages } = await open(layers)
    const content = imageContent({ id: 'web', layers: opened.layers, catalogued: opened.catalogued, packages })
    const value = (fact: Fact<string>) => (fact.how === 'unknown' ? '?' : fact.value)
    const { kind, family, supportEnds } = content.distribution
    return [value(kind), value(family), value(supportEnds)]
  }
  const program = (path: string): Member => ({ path, mode: 0o755, body: '\x7fELF' })

  test.each<[string, readonly Member[], readonly string[]]>([
    ['Debian', [debian, dpkg('bash 1'), program('bin/bash')], ['distribution', 'debian', '2028-06-30']],
    ['Debian without a name', [dpkg('bash 1'), program('bin/bash')], ['distribution', 'debian', '']],
    [
      'Ubuntu by its ID_LIKE',
      [{ path: 'etc/os-release', body: 'ID=pop_like\nID_LIKE="ubuntu debian"\n' }, program('usr/bin/dash')],
      ['distribution', 'debian', ''],
    ],
    [
      "Google's distroless, with the shell of its debug variant",
      [debian, { path: 'var/lib/dpkg/status.d/base', body: 'Package: base\nVersion: 1\n' }, program('busybox/sh')],
      ['distroless', 'debian', '2028-06-30'],
    ],
    [
      'Chainguard',
      [release('chainguard', '20230214'), apk('usr/lib/apk/db/installed', 'glibc 2.40-r1'), program('usr/bin/node')],
      ['distroless', 'wolfi', ''],
    ],
    [
      'the base image of Wolfi, with a shell',
      [release('wolfi', '20230201'), apk('usr/lib/apk/db/installed', 'busybox 1'), program('usr/bin/busybox')],
      ['distribution', 'wolfi', ''],
    ],
    ['busybox', [program('bin/busybox'), { path: 'bin/sh', flag: '1', link: 'bin/busybox' }], ['busybox', '', '']],
    ['scratch', [program('app'), { path: 'etc/passwd', body: 'root:x:0:0::/:/app\n' }], ['scratch', '', '']],
    ['a shell of nobody', [program('bin/bash'), program('lib64/ld-linux-x86-64.so.2')], ['?', '', '']],
    [
      'an end by os-release',
      [{ path: 'etc/os-release', body: 'ID=mine\nSUPPORT_END=2031-02-03\n' }, program('bin/sh')],
      ['distribution', 'mine', '2031-02-03'],
    ],
  ])('%s', async (_, members, wanted) => {
    expect(await facts(members)).toEqual(wanted)
  })
})
