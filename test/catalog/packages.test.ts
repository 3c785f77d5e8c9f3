import { describe, expect, test } from 'vitest'
import { apk } from '../../src/catalog/apk.ts'
import { dpkg } from '../../src/catalog/dpkg.ts'
import { npm } from '../../src/catalog/npm.ts'
import { python } from '../../src/catalog/python.ts'
import { unread } from '../../src/catalog/unread.ts'
import { packagesOf, parse, told } from './file.ts'

const STATUS = 'var/lib/dpkg/status'

describe('dpkg', () => {
  const record = (name: string, status: string) => `Package: ${name}\nStatus: ${status}\nVersion: 1\n\n`

  test('reads name, version, architecture and source, with the line of the name', () => {
    const text =
      'Package: bash\nStatus: install ok installed\nDescription: shell\n Package: not-this\n .\n more\nVersion: 5.2-1\n\n\n' +
      'Architecture: amd64\r\nPackage: libc6\r\nStatus: install ok installed\r\nSource: glibc (2.36-9)\r\nVersion: 1:2.36-9+b1\r\n'
    const { value, notices } = parse(dpkg, STATUS, text)
    expect(value.packages).toEqual([
      { type: 'deb', name: 'bash', version: '5.2-1', architecture: '', source: '', line: 1 },
      {
        type: 'deb',
        name: 'libc6',
        version: '1:2.36-9+b1',
        architecture: 'amd64',
        source: 'glibc',
        sourceVersion: '2.36-9',
        line: 11,
      },
    ])
    expect(notices).toEqual([])
  })

  test('a source of the same name is its own', () => {
    const { value } = parse(dpkg, STATUS, `${record('bash', 'install ok installed').trimEnd()}\nSource: bash (5.2-1)\n`)
    expect(value.packages?.[0]?.source).toBe('')
  })

  test.each([
    ['install ok installed', true],
    ['hold ok installed', true],
    ['deinstall ok installed', true],
    ['purge ok installed', true],
    ['install ok unpacked', true],
    ['install ok half-configured', true],
    ['install reinstreq half-installed', true],
    ['install ok triggers-awaited', true],
    ['install ok triggers-pending', true],
    ['deinstall ok config-files', false],
    ['purge ok not-installed', false],
    ['unknown ok not-installed', false],
  ])('%s: on the disk %s', (status, there) => {
    expect(packagesOf(parse(dpkg, STATUS, record('a', status)).value.packages)).toEqual(there ? ['a 1'] : [])
  })

  test('without a state it is not installed in status, and installed in status.d', () => {
    const text = 'Package: a\nVersion: 1\n'
    expect(packagesOf(parse(dpkg, STATUS, text).value.packages)).toEqual([])
    expect(packagesOf(parse(dpkg, 'var/lib/dpkg/status.d/a', text).value.packages)).toEqual(['a 1'])
  })

  test('records without name or version, and lines that are no field, are told', () => {
    const text = `Status: install ok installed\nVersion: 1\n\nPackage: b\nStatus: install ok installed\n\nnonsense\n\n${record('c', 'install ok installed')}`
    const { value, notices } = parse(dpkg, STATUS, text)
    expect(packagesOf(value.packages)).toEqual(['c 1'])
    expect(told(notices)).toEqual([
      'package-record-malformed 1 lost',
      'package-record-malformed 4 lost',
      'package-record-malformed 7 lost',
    ])
  })

  test('complaints are bounded, and the rest is counted as lost', () => {
    const { notices } = parse(dpkg, STATUS, 'nonsense\n\n'.repeat(500))
    expect(notices).toHaveLength(21)
    expect(notices.at(-1)).toMatchObject({ id: 'further-complaints', lost: true })
    expect(notices.at(-1)?.message).toContain('480 more')
  })

  test('packages are bounded', () => {
    const { value, notices } = parse(
      dpkg,
      STATUS,
      'Package: a\nStatus: install ok installed\nVersion: 1\n\n'.repeat(100_001),
    )
    expect(value.packages).toHaveLength(100_000)
    expect(told(notices)).toEqual(['too-many-records 400001 lost'])
  })
})

describe('apk', () => {
  const PATH = 'lib/apk/db/installed'
  test('reads name, version, architecture and origin', () => {
    const text =
      'C:Q1x=\nP:musl\nV:1.2.4-r0\nA:x86_64\no:musl\nF:lib\nR:P\n\nP:libcrypto3\nV:3.1-r0\nA:x86_64\no:openssl\n'
    expect(parse(apk, PATH, text)).toEqual({
      value: {
        packages: [
          {
            type: 'apk',
            name: 'musl',
            version: '1.2.4-r0',
            architecture: 'x86_64',
            source: '',
            files: ['lib/P'],
            line: 2,
          },
          { type: 'apk', name: 'libcrypto3', version: '3.1-r0', architecture: 'x86_64', source: 'openssl', line: 9 },
        ],
      },
      notices: [],
    })
  })
  test('a record without name or version, and lines without a letter, are told', () => {
    const { value, notices } = parse(apk, PATH, 'P:a\nA:noarch\n\n\nxx\n\nP:b\nV:1\n')
    expect(packagesOf(value.packages)).toEqual(['b 1'])
    expect(told(notices)).toEqual([
      'package-record-malformed 1 lost',
      'package-record-malformed 5 lost',
      'package-record-malformed 5 lost',
    ])
  })
})

describe('npm', () => {
  const PATH = 'node_modules/a/package.json'
  test('reads name and version, with the line of the outermost name', () => {
    const text =
      '\uFEFF{\n  "author": { "name":\n "x" }, "keywords": ["name"],\n  "version": "1.0.0", "x": "na\\"me",\n  "name" : "@s/a"\n}'
    expect(parse(npm, PATH, text)).toEqual({
      value: { packages: [{ type: 'npm', name: '@s/a', version: '1.0.0', architecture: '', source: '', line: 5 }] },
      notices: [],
    })
  })
  test('of two names the last counts, as for JSON.parse', () => {
    const { value } = parse(npm, PATH, '{"name":"a",\n"version":"1",\n"name":"b"}')
    expect(value.packages?.[0]).toMatchObject({ name: 'b', line: 3 })
  })
  test.each(['{"type":"module"}', '{"name":"a"}', '{"name":"","version":"1"}', '{"name":1,"version":"1"}'])(
    'is no package and no complaint: %s',
    (text) => {
      expect(parse(npm, PATH, text)).toEqual({ value: {}, notices: [] })
    },
  )
  test.each(['', '{', '[]', 'null', '"a"', '{"name":"a","version":"1"} x', '['.repeat(500_000)])(
    'is told: %.20s',
    (text) => {
      const { value, notices } = parse(npm, PATH, text)
      expect(value).toEqual({})
      expect(told(notices)).toEqual(['package-json-unreadable 1 lost'])
    },
  )
})

describe('python', () => {
  const PATH = 'x.dist-info/METADATA'
  test('reads headers of any case, and no more than headers', () => {
    const text =
      'Metadata-Version: 2.1\nSummary: x\n  Name: folded\nname: PyYAML\nVERSION: 6.0\n\nName: other\nVersion: 9\n'
    expect(parse(python, PATH, text)).toEqual({
      value: { packages: [{ type: 'pypi', name: 'PyYAML', version: '6.0', architecture: '', source: '', line: 4 }] },
      notices: [],
    })
  })
  test.each(['', 'Name: a\n\nVersion: 1\n', 'Version: 1\n', 'nonsense\n'])('is told: %j', (text) => {
    const { value, notices } = parse(python, PATH, text)
    expect(value).toEqual({})
    expect(told(notices)).toEqual(['package-record-malformed 1 lost'])
  })
})

describe('unread', () => {
  test('says which packages are not known', () => {
    const { value, notices } = parse(unread, 'var/lib/snapd/state.json', 'x')
    expect(value).toEqual({})
    expect(told(notices)).toEqual(['package-database-unread 1 lost'])
    expect(notices[0]?.message).toContain('snaps')
    const flatpak = parse(unread, 'var/lib/flatpak/repo/config', 'x')
    expect(flatpak.notices[0]?.message).toContain('Flatpak')
  })
})
