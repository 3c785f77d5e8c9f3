import { describe, expect, test } from 'vitest'
import { rpm } from '../../src/catalog/rpm.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { PackageFind } from '../../src/model/tree.ts'
import { memoryBlob } from '../../src/source/blob.ts'
import { fileOf, packagesOf, parse, told } from './file.ts'
import { hashOf, headerOf, insertAll, ndbOf, oldHeaderOf, sqliteOf, TAG, type Tags } from './rpm-made.ts'

const SQLITE = 'usr/lib/sysimage/rpm/rpmdb.sqlite'

const bash: Tags = {
  [TAG.name]: 'bash',
  [TAG.version]: '5.2.26',
  [TAG.release]: '3.fc40',
  [TAG.licence]: 'GPL-3.0-or-later',
  [TAG.architecture]: 'x86_64',
  [TAG.sourceRpm]: 'bash-5.2.26-3.fc40.src.rpm',
  [TAG.dirIndexes]: [0, 0, 1],
  [TAG.baseNames]: ['bash', 'sh', 'bash'],
  [TAG.dirNames]: ['/usr/bin/', '/usr/share/doc/'],
}
const bind: Tags = {
  [TAG.name]: 'bind-libs',
  [TAG.version]: '9.18.1',
  [TAG.release]: '1.el9',
  [TAG.epoch]: [32],
  [TAG.architecture]: 'x86_64',
  [TAG.sourceRpm]: 'bind-9.18.1-1.el9.src.rpm',
}
const key: Tags = { [TAG.name]: 'gpg-pubkey', [TAG.version]: 'a15b79cc', [TAG.release]: '63d04c2c' }
/** Enough for inner pages of a tree, and too large for a page. */
const many = Array.from({ length: 60 }, (_, index) =>
  headerOf({
    ...bash,
    [TAG.name]: `package${index}`,
    [TAG.baseNames]: Array.from({ length: 40 + index }, (_unused, file) => `file${file}`),
    [TAG.dirIndexes]: Array.from({ length: 40 + index }, () => 0),
  }),
)

const DATABASES: readonly (readonly [string, string, (headers: readonly Buffer[]) => Buffer])[] = [
  ['SQLite', SQLITE, (headers) => sqliteOf(headers).file],
  ['SQLite of small pages', 'var/lib/rpm/rpmdb.sqlite', (headers) => sqliteOf(headers, 'PRAGMA page_size = 512').file],
  [
    'SQLite of large pages',
    'usr/share/rpm/rpmdb.sqlite',
    (headers) => sqliteOf(headers, 'PRAGMA page_size = 65536').file,
  ],
  ['SQLite in UTF-16', SQLITE, (headers) => sqliteOf(headers, "PRAGMA encoding = 'UTF-16be'").file],
  ['ndb', 'usr/lib/sysimage/rpm/Packages.db', ndbOf],
  ['Berkeley DB', 'var/lib/rpm/Packages', (headers) => hashOf(headers)],
  ['Berkeley DB of the other byte order', 'var/lib/rpm/Packages', (headers) => hashOf(headers, false, 4096)],
]

describe.each(DATABASES)('%s', (_, path, make) => {
  test('has packages with epoch, source, licence and files, and no keys', () => {
    expect(parse(rpm, path, make([headerOf(bash), headerOf(key), headerOf(bind)]))).toEqual({
      value: {
        packages: [
          {
            type: 'rpm',
            name: 'bash',
            version: '5.2.26-3.fc40',
            architecture: 'x86_64',
            source: '',
            licences: ['GPL-3.0-or-later'],
            files: ['usr/bin/bash', 'usr/bin/sh', 'usr/share/doc/bash'],
            line: 1,
          },
          {
            type: 'rpm',
            name: 'bind-libs',
            version: '32:9.18.1-1.el9',
            architecture: 'x86_64',
            source: 'bind',
            line: 1,
          },
        ],
      },
      notices: [],
    })
  })
  test('has many, each larger than a page', () => {
    const { value, notices } = parse(rpm, path, make(many))
    expect(value.packages?.map(({ name, files }) => [name, files?.length]).toSorted()).toEqual(
      many.map((_header, index) => [`package${index}`, 40 + index]).toSorted(),
    )
    expect(notices).toEqual([])
  })
  test('may be empty of packages', () => {
    expect(parse(rpm, path, make([]))).toEqual({ value: { packages: [] }, notices: [] })
  })
})

/** One package as SQLite holds it. */
const one = (header: Buffer) => parse(rpm, SQLITE, sqliteOf([header]).file)

describe('a header', () => {
  const find = (tags: Tags): PackageFind | undefined => one(headerOf({ ...bash, ...tags })).value.packages?.[0]
  test.each<[string, Tags, Partial<PackageFind>]>([
    ['an epoch of 0 is none', { [TAG.epoch]: [0] }, { version: '5.2.26-3.fc40' }],
    [
      'another version of the source',
      { [TAG.sourceRpm]: 'shells-1-2.src.rpm' },
      { source: 'shells', sourceVersion: '1-2' },
    ],
    [
      'a rebuild of its own source',
      { [TAG.sourceRpm]: 'bash-5.2.26-2.fc40.src.rpm' },
      { source: 'bash', sourceVersion: '5.2.26-2.fc40' },
    ],
    ['a source without sources', { [TAG.sourceRpm]: 'a-b-1-2.nosrc.rpm' }, { source: 'a-b', sourceVersion: '1-2' }],
    ['a source without release', { [TAG.sourceRpm]: 'bash.src.rpm' }, { source: '' }],
    ['a source of no name', { [TAG.sourceRpm]: '-1-2.src.rpm' }, { source: '' }],
    ['a module', { [TAG.module]: 'nodejs:18:8:63b' }, { qualifiers: { rpmmod: 'nodejs:18:8:63b' } }],
    ['whole paths, of RPM 3', { [TAG.baseNames]: [], [TAG.oldFileNames]: ['/bin/a', 'b'] }, { files: ['bin/a', 'b'] }],
    ['a name that is not ASCII', { [TAG.name]: 'bäsh' }, { name: 'bäsh' }],
    ['files of no folder', { [TAG.dirIndexes]: [0, 7, 1] }, { files: ['usr/bin/bash', 'usr/share/doc/bash'] }],
    ['a number where a text belongs', { [TAG.architecture]: [7] }, { architecture: '' }],
  ])('%s', (_, tags, expected) => {
    expect(find(tags)).toMatchObject(expected)
  })

  test('what the database adds counts in the stead of what the package has', () => {
    const header = headerOf(bash, { [TAG.release]: '9.local' })
    expect(packagesOf(one(header).value.packages)).toEqual(['bash 5.2.26-9.local'])
  })
  test('of a package of RPM 3 has no digest', () => {
    expect(one(oldHeaderOf(bash))).toMatchObject({ value: { packages: [{ name: 'bash' }] }, notices: [] })
  })
  test('that was altered is told, and its package given', () => {
    const header = headerOf(bash)
    header.write('bush', header.indexOf('bash'))
    const { value, notices } = one(header)
    expect(packagesOf(value.packages)).toEqual(['bush 5.2.26-3.fc40'])
    expect(told(notices)).toEqual(['package-record-malformed 1 lost'])
    expect(notices[0]?.message).toContain('its digest differs')
  })
  const counts = (at: number, value: number): Buffer => {
    const header = oldHeaderOf(bash)
    header.writeUInt32BE(value, at)
    return header
  }
  const endless = oldHeaderOf({ [TAG.name]: 'a', [TAG.version]: '1', [TAG.release]: '1' })
  endless[endless.length - 1] = 0x61
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(4)],
    ['no entries', counts(0, 0)],
    ['two milliards of entries', counts(0, 2 ** 31)],
    ['more entries than bytes', counts(0, 0xffff)],
    ['four milliards of bytes', counts(4, 2 ** 32 - 1)],
    ['a byte too few', oldHeaderOf(bash).subarray(0, -1)],
    ['no version', oldHeaderOf({ [TAG.name]: 'a', [TAG.release]: '1' })],
    ['a version of numbers', oldHeaderOf({ [TAG.name]: 'a', [TAG.version]: [1], [TAG.release]: '1' })],
    ['a text without end', endless],
    ['a long name', oldHeaderOf({ ...bash, [TAG.name]: 'a'.repeat(2000) })],
  ])('of %s is told', (_, header) => {
    const { value, notices } = one(header)
    expect(value.packages).toEqual([])
    expect(told(notices)).toEqual(['package-record-malformed 1 lost'])
  })
  test.each<[string, Tags]>([
    ['names', { [TAG.baseNames]: ['a'] }],
    ['folders', { [TAG.dirIndexes]: [0] }],
  ])('that counts two milliards of %s has no files', (_, tags) => {
    const header = oldHeaderOf({ ...bash, ...tags })
    const tag = Number(Object.keys(tags)[0])
    for (let at = 8; at < 8 + 16 * 9; at += 16)
      if (header.readUInt32BE(at) === tag) header.writeUInt32BE(2 ** 31, at + 12)
    const { value, notices } = one(header)
    expect(value.packages).toMatchObject([{ name: 'bash' }])
    expect(value.packages?.[0]?.files).toBeUndefined()
    expect(notices).toEqual([])
  })
  test('does not name a few bytes of files again and again', () => {
    // 2 ** 20 files in one folder of the longest name: 4 GiB of paths from 1 MiB.
    const count = 2 ** 18
    const header = oldHeaderOf({
      ...bash,
      [TAG.dirNames]: [`/${'d'.repeat(4000)}/`],
      [TAG.baseNames]: Array.from({ length: count }, () => 'f'),
      [TAG.dirIndexes]: Array.from({ length: count }, () => 0),
    })
    const { value, notices } = one(header)
    expect(value.packages?.[0]?.files?.length).toBeLessThan(20_000)
    expect(told(notices)).toEqual(['too-many-records 1'])
  })
})

describe('the write-ahead log of SQLite', () => {
  const LOGGED = 'PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0'
  const read = (file: Buffer, beside: Readonly<Record<string, Buffer>>) =>
    rpm.parse({
      ...fileOf(SQLITE, file),
      beside: new Map(Object.entries(beside).map(([suffix, bytes]) => [SQLITE + suffix, memoryBlob(bytes)])),
    })
  const named = (name: string): Buffer => headerOf({ ...bash, [TAG.name]: name })
  const names = (packages: readonly PackageFind[] | undefined) => packages?.map(({ name }) => name)

  test('is asked for', () => {
    expect(rpm.beside?.(SQLITE)).toEqual([`${SQLITE}-wal`, `${SQLITE}-journal`])
    expect(rpm.beside?.('var/lib/rpm/Packages')).toEqual([])
  })
  test('has what the file does not have yet, and takes away what it still has', () => {
    const { file, log } = sqliteOf([named('a'), named('b')], LOGGED, (database) => {
      database.exec('PRAGMA wal_checkpoint')
      insertAll(database, [named('c')])
      database.exec('DELETE FROM Packages WHERE hnum = 1')
    })
    expect(names(read(file, {}).value.packages)).toEqual(['a', 'b'])
    expect(names(read(file, { '-wal': log }).value.packages)).toEqual(['b', 'c'])
    expect(read(file, { '-wal': log }).notices).toEqual([])
  })
  test('has the whole database', () => {
    const { file, log } = sqliteOf(many, LOGGED)
    const { value, notices } = read(file.subarray(0, 4096), { '-wal': log })
    expect(value.packages).toHaveLength(60)
    expect(notices).toEqual([])
  })
  test('begun anew counts up to the first frame that is older', () => {
    const { file, log } = sqliteOf(many, LOGGED, (database) => {
      database.exec('PRAGMA wal_checkpoint(RESTART)')
      insertAll(database, [named('new')])
    })
    expect(log.length).toBeGreaterThan(100_000)
    const { value, notices } = read(file, { '-wal': log })
    expect(names(value.packages)?.at(-1)).toBe('new')
    expect(value.packages).toHaveLength(61)
    expect(notices).toEqual([])
  })
  test('does not count what was not committed', () => {
    const { file, log } = sqliteOf([named('a')], LOGGED, (database) => {
      database.exec('PRAGMA cache_size = 2; BEGIN')
      insertAll(database, many)
    })
    expect(log.length).toBeGreaterThan(100_000)
    const { value, notices } = read(file, { '-wal': log })
    expect(names(value.packages)).toEqual(['a'])
    expect(told(notices)).toEqual(['package-database-unread 1 lost'])
  })
  test('of which any byte is changed or missing is told', () => {
    const { file, log } = sqliteOf([named('a')], LOGGED, (database) => {
      database.exec('PRAGMA wal_checkpoint(RESTART)')
      insertAll(database, many.slice(0, 3))
    })
    const whole = read(file, { '-wal': log })
    expect(whole.notices).toEqual([])
    expect(whole.value.packages).toHaveLength(4)
    const ours = Math.floor((log.length - 32) / (4096 + 24))
    for (let at = 0; at < 32 + ours * (4096 + 24); at += at < 32 ? 1 : 37)
      isSafe(whole, read(file, { '-wal': flipped(log, at) }), `byte ${at}`)
    for (let at = 1; at < log.length; at += 509)
      isSafe(whole, read(file, { '-wal': log.subarray(0, at) }), `cut at ${at}`)
  })
  test('of another page size is told', () => {
    const { file } = sqliteOf([named('a')])
    const { log } = sqliteOf([named('b')], `PRAGMA page_size = 1024; ${LOGGED}`)
    const header = Buffer.concat([log.subarray(0, 32)])
    expect(told(read(file, { '-wal': header }).notices)).toEqual([])
    expect(told(read(file, { '-wal': flipped(header, 9) }).notices)).toEqual(['package-database-unread 1 lost'])
  })
  test('an unfinished journal is told; one whose head is empty is of a transaction that ended', () => {
    const { file } = sqliteOf([named('a')])
    const journal = Buffer.from('d9d505f920a163d7000000010000000000000002', 'hex')
    expect(told(read(file, { '-journal': journal }).notices)).toEqual(['package-database-unread 1 lost'])
    expect(read(file, { '-journal': Buffer.alloc(512) }).notices).toEqual([])
  })
})

const flipped = (bytes: Buffer, at: number, bit = at % 8): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ (1 << bit)
  return copy
}

interface Answer {
  readonly value: { readonly packages?: readonly PackageFind[] }
  readonly notices: readonly Notice[]
}
/** The same packages, or told: what is damaged is never taken for whole. */
function isSafe(whole: Answer, damaged: Answer, what: string): void {
  if (damaged.notices.some(({ lost }) => lost)) return
  const of = ({ value }: Answer): readonly string[] =>
    (value.packages ?? []).map(({ name, version, files }) => `${name} ${version} ${files?.length}`).toSorted()
  expect(of(damaged), what).toEqual(of(whole))
}

describe.each(DATABASES)('%s, damaged', (_, path, make) => {
  const file = make(many.slice(0, 4))
  const whole = parse(rpm, path, file)

  test('is whole before', () => {
    expect(whole.value.packages).toHaveLength(4)
    expect(whole.notices).toEqual([])
  })
  test('cut off anywhere is told', () => {
    for (let at = 1; at < file.length; at += at < 64 ? 1 : Math.max(511, file.length >> 7)) {
      const { notices } = parse(rpm, path, file.subarray(0, at))
      expect(
        notices.some(({ lost }) => lost),
        `cut at ${at} of ${file.length}`,
      ).toBe(true)
    }
  })
  test('with a bit flipped anywhere is told, or is the same', () => {
    const step = Math.max(1, Math.floor(file.length / 1500))
    for (let at = 0; at < file.length; at += at < 200 ? 1 : step)
      isSafe(whole, parse(rpm, path, flipped(file, at, (at * 5 + (at >> 3)) % 8)), `byte ${at}`)
  })
  test('with any 32-bit word of the first pages or of the second half changed is told, or is the same', () => {
    for (const value of [0, 1, 0x7fff_ffff, 0xffff_ffff])
      for (let at = 0; at + 4 <= file.length; at += at < 1200 ? 4 : 1004) {
        const copy = Buffer.from(file)
        copy.writeUInt32BE(value, at)
        isSafe(whole, parse(rpm, path, copy), `${value} at ${at}`)
      }
  })
  test.each([
    ['of something else', Buffer.from('hello, world. '.repeat(100))],
    ['of zeros', Buffer.alloc(8192)],
    ['of a single byte', Buffer.alloc(1)],
  ])('a file %s is told', (_what, bytes) => {
    const { value, notices } = parse(rpm, path, bytes)
    expect(value.packages).toEqual([])
    expect(told(notices)).toEqual(['package-database-unread 1 lost'])
    expect(notices[0]?.message).toContain('RPM packages')
  })
})

describe('a hostile database', () => {
  test('of SQLite has no table of packages, or one of another shape', () => {
    for (const sql of [
      "DROP TABLE 'Packages'",
      "ALTER TABLE 'Packages' RENAME TO 'Old'; CREATE VIEW 'Packages' AS SELECT * FROM 'Old'",
      "DROP TABLE 'Packages'; CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY, blob BLOB) WITHOUT ROWID; INSERT INTO Packages VALUES (1, x'00')",
      "DROP TABLE 'Packages'; CREATE VIRTUAL TABLE 'Packages' USING fts5(blob)",
      "INSERT INTO 'Packages' (blob) VALUES (7)",
    ]) {
      const { file } = sqliteOf([headerOf(bash)], '', (database) => database.exec(sql))
      expect(told(parse(rpm, SQLITE, file).notices), sql).toContain('package-database-unread 1 lost')
    }
  })
  test('of SQLite runs nothing that stands in it', () => {
    const { file } = sqliteOf([headerOf(bash)], '', (database) =>
      database.exec(
        "CREATE TRIGGER t AFTER DELETE ON 'Packages' BEGIN INSERT INTO 'Packages' (blob) VALUES (x'00'); END;" +
          'CREATE VIEW v AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT n FROM r',
      ),
    )
    expect(parse(rpm, SQLITE, file)).toMatchObject({ value: { packages: [{ name: 'bash' }] }, notices: [] })
  })
  test('of SQLite whose cells are all the same one is told', () => {
    const file = sqliteOf([oldHeaderOf(bash)], 'PRAGMA page_size = 65536').file
    const page = file.subarray(65_536, 2 * 65_536)
    const cell = page.readUInt16BE(8)
    page.writeUInt16BE(32_000, 3)
    for (let at = 8; at + 2 <= cell; at += 2) page.writeUInt16BE(cell, at)
    const { value, notices } = parse(rpm, SQLITE, file)
    expect(value.packages?.length).toBeLessThan(1000)
    expect(notices.some(({ lost }) => lost)).toBe(true)
  })
  test('of Berkeley DB that is encrypted or of another kind is told', () => {
    const file = hashOf([headerOf(bash)])
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(file)
      copy[at] = value
      return copy
    }
    for (const [at, value] of [
      [24, 1],
      [26, 1],
      [12, 0x62],
      [16, 7],
      [20, 1],
      [75, 0x7f],
    ] as const)
      expect(told(parse(rpm, 'var/lib/rpm/Packages', changed(at, value)).notices)).toContain(
        'package-database-unread 1 lost',
      )
  })
  test('of more packages than any has is cut', () => {
    const tiny = oldHeaderOf({ [TAG.name]: 'a', [TAG.version]: '1', [TAG.release]: '1' })
    const file = sqliteOf(Array.from({ length: 100_001 }, () => tiny)).file
    const { value, notices } = parse(rpm, SQLITE, file)
    expect(value.packages).toHaveLength(100_000)
    expect(told(notices)).toEqual(['too-many-records 1 lost'])
  })
})

describe('the list of distroless images', () => {
  const MANIFEST = 'var/lib/rpmmanifest/container-manifest-2'
  const line = (name: string, version: string, epoch: string, source: string) =>
    [name, version, '1700000000', '1690000000', 'Microsoft Corporation', '(none)', '580', 'x86_64', epoch, source].join(
      '\t',
    )
  test('has a package in each line', () => {
    const text = [
      line('openssl-libs', '1.1.1k-21.cm2', '0', 'openssl-1.1.1k-21.cm2.src.rpm'),
      '',
      line('tzdata', '2023c-1.cm2', '2', '(none)'),
      line('a', '1-1', '(none)', 'a-1-1.src.rpm'),
    ].join('\n')
    const base = { type: 'rpm', architecture: 'x86_64' }
    expect(parse(rpm, MANIFEST, `${text}\n`)).toEqual({
      value: {
        packages: [
          { ...base, name: 'openssl-libs', version: '1.1.1k-21.cm2', source: 'openssl', line: 1 },
          { ...base, name: 'tzdata', version: '2:2023c-1.cm2', source: '', line: 3 },
          { ...base, name: 'a', version: '1-1', source: '', line: 4 },
        ],
      },
      notices: [],
    })
  })
  test.each(['nonsense', 'a\t1-1', '\t1-1\t\t\t\t\t\tx\t0\t', 'a\t\t\t\t\t\t\tx\t0\t', 'a\t1-1\t\t\t\t\t\tx\tone\t'])(
    'a line like %j is told',
    (text) => {
      const { value, notices } = parse(rpm, MANIFEST, `\n${text}\n`)
      expect(value.packages).toEqual([])
      expect(told(notices)).toEqual(['package-record-malformed 2 lost'])
    },
  )
})
