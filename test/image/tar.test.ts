import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { extract } from 'tar-stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanPath } from '../../src/source/archive-path.ts'
import { memoryBlob } from '../../src/source/blob.ts'
import { defaultLimits, type Problem } from '../../src/source/limits.ts'
import { expandSparse } from '../../src/source/tar-sparse.ts'
import { TarStream, walkTar, type BodySink } from '../../src/source/tar.ts'
import type { TarHeader } from '../../src/source/tar-header.ts'
import { paxBody, tar, type Member } from '../support/archive.ts'

interface Listed {
  readonly name: string
  readonly type: string | undefined
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly body: string
  readonly xattrs: Readonly<Record<string, string>>
}

const listed = ({ name, type, link, mode, uid, gid, size, xattrs, sparse }: TarHeader, stored: Buffer): Listed => ({
  name,
  type,
  link: type === 'hardlink' || type === 'symlink' ? link : '',
  mode,
  uid,
  gid,
  size,
  body: (sparse && size < 2 ** 20 ? (expandSparse(stored, sparse, size) ?? Buffer.from('broken')) : stored).toString(
    'latin1',
  ),
  xattrs: Object.fromEntries([...(xattrs ?? [])].map(([key, value]) => [key, value.toString('latin1')])),
})

interface Listing {
  readonly members: readonly Listed[]
  readonly problems: readonly Problem[]
}

/** By seeking. */
function seek(archive: Buffer): Listing {
  const members: Listed[] = []
  const blob = memoryBlob(archive)
  const problems = walkTar(blob, defaultLimits, (header, offset) => {
    const body = Buffer.alloc(Math.min(header.stored, archive.length))
    members.push(listed(header, body.subarray(0, blob.read(body, offset))))
  })
  return { members, problems }
}

/** As a stream, cut into pieces of the given length. */
async function stream(archive: Buffer, piece: number): Promise<Listing> {
  const members: Listed[] = []
  const reader = new TarStream(defaultLimits, (header) => {
    const kept = { ...header }
    const parts: Buffer[] = []
    return {
      push: (chunk) => void parts.push(Buffer.from(chunk)),
      end: () => void members.push(listed(kept, Buffer.concat(parts))),
    }
  })
  for (let at = 0; at < archive.length; at += piece) await reader.push(archive.subarray(at, at + piece))
  const problems = await reader.end()
  return { members, problems }
}

/** Both ways, in pieces of several lengths; they must agree. */
async function read(archive: Buffer): Promise<Listing> {
  const first = seek(archive)
  for (const piece of [1, 511, 513, 65_536]) {
    const other = await stream(archive, piece)
    expect(other.members).toEqual(first.members)
    expect(other.problems.map(({ id }) => id)).toEqual(first.problems.map(({ id }) => id))
  }
  return first
}

const names = async (archive: Buffer): Promise<string[]> => (await read(archive)).members.map(({ name }) => name)
const ids = async (archive: Buffer): Promise<string[]> => (await read(archive)).problems.map(({ id }) => id)

/** What GNU tar lists, as `type mode uid/gid size name`. */
function gnuTar(archive: Buffer): {
  readonly lines: string[]
  readonly status: number | null
  readonly errors: string
} {
  const run = spawnSync('tar', ['--numeric-owner', '--quoting-style=literal', '-tvf', '-'], {
    input: archive,
    encoding: 'latin1',
  })
  const lines = run.stdout.split('\n').filter(Boolean)
  return { lines, status: run.status, errors: run.stderr }
}
const gnuNames = (archive: Buffer): string[] =>
  gnuTar(archive).lines.map((line) => line.replace(/^\S+ +\S+ +\S+ +\S+ +\S+ /, '').replace(/ (->|link to) .*$/, ''))

describe('holes of other tar readers', () => {
  const hidden: Member = { path: 'hidden', body: 'x'.repeat(60) }

  test('a hard link with a size does not hide the next file', async () => {
    const archive = tar([{ path: 'a', body: 'a' }, { path: 'link', flag: '1', link: 'a', size: 600 }, hidden])
    expect(await names(archive)).toEqual(['a', 'link', 'hidden'])
    expect(gnuNames(archive)).toEqual(['a', 'link', 'hidden'])
  })
  test('a directory with a size neither hangs nor hides the next file', async () => {
    const archive = tar([{ path: 'd/', size: 600 }, hidden])
    expect(await names(archive)).toEqual(['d/', 'hidden'])
    expect(gnuNames(archive)).toEqual(['d/', 'hidden'])
  })
  test.each(['2', '3', '4', '6'])('a member of type %s with a size does not hide the next file', async (flag) => {
    expect(await names(tar([{ path: 'p', flag, link: 'x', size: 600 }, hidden]))).toEqual(['p', 'hidden'])
  })
  test('a hard link whose pax size says more does not hide the next file', async () => {
    expect(await names(tar([{ path: 'l', flag: '1', link: 'a', pax: { size: '600' } }, hidden]))).toEqual([
      'l',
      'hidden',
    ])
  })
  test('entries after the end marker are not shown', async () => {
    const archive = Buffer.concat([tar([{ path: 'a' }]), tar([{ path: 'phantom' }])])
    expect(await names(archive)).toEqual(['a'])
    expect(gnuNames(archive)).toEqual(['a'])
  })
  test('a single zero block in the middle is told, because readers disagree', async () => {
    const archive = Buffer.concat([tar([{ path: 'a' }], Buffer.alloc(512)), tar([{ path: 'b' }])])
    expect(await names(archive)).toEqual(['a'])
    expect(await ids(archive)).toEqual(['archive-corrupt'])
  })
  test('a missing end marker is no loss', async () => {
    expect(await read(tar([{ path: 'a', body: 'b' }], Buffer.alloc(0)))).toMatchObject({
      members: [{ name: 'a' }],
      problems: [],
    })
    expect(await ids(tar([{ path: 'a' }], Buffer.alloc(512)))).toEqual([])
  })
  test('a truncated body is told and ends nothing else', async () => {
    const archive = tar([{ path: 'a' }, { path: 'b', body: 'y'.repeat(5000) }])
    expect(await names(archive.subarray(0, 3000))).toEqual(['a', 'b'])
    expect(await ids(archive.subarray(0, 3000))).toEqual(['archive-truncated'])
  })
  test('a truncated header is told', async () => {
    expect(await ids(tar([{ path: 'a' }, { path: 'b' }]).subarray(0, 700))).toEqual(['archive-truncated'])
  })
  test('a truncated extended header is told', async () => {
    const archive = tar([{ path: 'a', pax: { path: 'long' } }])
    expect(await ids(archive.subarray(0, 600))).toEqual(['archive-truncated'])
    expect(await ids(archive.subarray(0, 1024))).toEqual(['archive-truncated'])
  })
  test('a wrong checksum ends the archive and is told', async () => {
    const archive = tar([{ path: 'a' }, { path: 'b' }])
    archive[512] = 0x63
    expect(await names(archive)).toEqual(['a'])
    expect(await ids(archive)).toEqual(['archive-corrupt'])
  })
  test('a GNU volume label is no file and no error', async () => {
    const archive = tar([{ path: 'Label', flag: 'V' }, { path: 'a' }])
    expect(await read(archive)).toMatchObject({ members: [{ type: undefined }, { name: 'a' }], problems: [] })
  })
  test('an unknown type is told, and its body is no header', async () => {
    const archive = tar([{ path: 'a', flag: 'Q', body: 'q'.repeat(700) }, { path: 'b' }])
    expect(await names(archive)).toEqual(['a', 'b'])
    expect(await ids(archive)).toEqual(['tar-member-unknown'])
  })
  test('a NUL in a pax path is refused, because readers cut it or keep it', async () => {
    expect(await ids(tar([{ path: 'a', pax: { path: 'etc/passwd\0.txt' } }]))).toEqual(['archive-corrupt'])
  })
  test('a negative size is refused', async () => {
    const archive = tar([{ path: 'a', patch: (header) => header.fill(0xff, 124, 136) }])
    expect(await ids(archive)).toEqual(['archive-corrupt'])
  })
  test('a path in a global header is told and, as by Docker, ignored', async () => {
    const archive = tar([{ path: 'g', flag: 'g', body: paxBody({ path: 'elsewhere' }) }, { path: 'a' }])
    expect(await names(archive)).toEqual(['a'])
    expect(await ids(archive)).toEqual(['tar-global-header'])
  })
  test('a comment in a global header is nothing to tell', async () => {
    expect(await ids(tar([{ path: 'g', flag: 'g', body: paxBody({ comment: 'x' }) }, { path: 'a' }]))).toEqual([])
  })
  test('an extended header over the limit is not read into memory', async () => {
    expect(await ids(tar([{ path: 'x', flag: 'x', size: 2 ** 33 - 1 }]))).toEqual(['tar-header-limit'])
  })
  test('bytes that are not UTF-8 make no two names one', async () => {
    const odd = (byte: number): Member => ({ path: 'x', patch: (header) => void header.writeUInt8(byte, 0) })
    const [first, second] = await names(tar([odd(0xe8), odd(0xe9)]))
    expect(first).not.toBe(second)
  })
})

describe('an archive that comes as a stream', () => {
  const archive = tar([{ path: 'a', body: 'a'.repeat(300_000) }, { path: 'b', body: 'b' }, { path: 'c' }])
  const pieces = (bytes: Buffer, length: number): Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) => bytes.subarray(at * length, (at + 1) * length))

  test('a sink that waits is not called again before, and nothing is held behind it', async () => {
    let busy = 0
    let most = 0
    let taken = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++busy)
      await new Promise(setImmediate)
      busy--
    }
    const reader = new TarStream(defaultLimits, () => ({
      push: async (chunk) => {
        await work()
        taken += chunk.length
      },
      end: work,
    }))
    let body = 0
    for (const piece of pieces(archive, 40_000)) {
      await reader.push(piece)
      body += piece.length
      expect(taken).toBeGreaterThan(Math.min(300_000, body - 512) - 1)
    }
    expect(await reader.end()).toEqual([])
    expect([most, taken]).toEqual([1, 300_001])
  })
  test('a sink of a body that is cut short hears so, once, and the reader ends', async () => {
    const heard: boolean[] = []
    const reader = new TarStream(defaultLimits, () => ({ push: () => {}, end: (whole) => void heard.push(whole) }))
    await reader.push(archive.subarray(0, 200_000))
    expect((await reader.end()).map(({ id }) => id)).toEqual(['archive-truncated'])
    expect(heard).toEqual([false])
  })
  test('a body that is cut short before its first byte is a member all the same', async () => {
    const names: string[] = []
    const reader = new TarStream(defaultLimits, ({ name }) => void names.push(name))
    await reader.push(archive.subarray(0, 512))
    expect((await reader.end()).map(({ id }) => id)).toEqual(['archive-truncated'])
    expect(names).toEqual(['a'])
  })
  const oops = (): never => {
    throw new Error('oops')
  }
  test.each<[string, () => BodySink | undefined]>([
    ['the visitor', oops],
    ['a sink', () => ({ push: oops, end: () => {} })],
    ['a sink that waits', () => ({ push: async () => oops(), end: () => {} })],
    ['the end of a sink', () => ({ push: () => {}, end: oops })],
    ['the end of a sink that waits', () => ({ push: () => {}, end: async () => oops() })],
  ])('an error in %s comes back to the caller and does not end the process', async (_, visit) => {
    const reader = new TarStream(defaultLimits, visit)
    await expect(
      (async () => {
        for (const piece of pieces(archive, 65_536)) await reader.push(piece)
        await reader.end()
      })(),
    ).rejects.toThrow('oops')
    await expect(reader.end()).rejects.toThrow('oops')
  })
  test('bytes after the end are taken and forgotten', async () => {
    const names: string[] = []
    const reader = new TarStream(defaultLimits, ({ name }) => void names.push(name))
    await reader.push(Buffer.concat([archive, archive]))
    await reader.push(archive)
    expect(await reader.end()).toEqual([])
    expect(names).toEqual(['a', 'b', 'c'])
  })
})

describe('forms of a header', () => {
  test('base-256 numbers', async () => {
    const archive = tar([
      {
        path: 'a',
        patch: (header) => {
          header.fill(0, 108, 116).writeUInt8(0x80, 108)
          header.writeUInt32BE(4_000_000_000, 112)
        },
      },
    ])
    expect((await read(archive)).members).toMatchObject([{ uid: 4_000_000_000 }])
    expect(gnuTar(archive).lines[0]).toContain('4000000000/0')
  })
  test('a size of 9 GiB in base-256 is skipped over, not read', async () => {
    const archive = tar([
      {
        path: 'a',
        patch: (header) => {
          header.fill(0, 124, 136).writeUInt8(0x80, 124)
          header.writeBigUInt64BE(9n * 2n ** 30n, 128)
        },
      },
    ])
    expect(await read(archive)).toMatchObject({
      members: [{ size: 9 * 2 ** 30 }],
      problems: [{ id: 'archive-truncated' }],
    })
  })
  test('xattrs keep their bytes, NULs and newlines too', async () => {
    const value = Buffer.from([1, 0, 0, 2, 10, 0x3d, 0xff])
    const archive = tar([{ path: 'a', pax: { 'SCHILY.xattr.security.capability': value } }, { path: 'b' }])
    expect((await read(archive)).members.map(({ xattrs }) => xattrs)).toEqual([
      { 'security.capability': value.toString('latin1') },
      {},
    ])
  })
  test('xattrs in the form of libarchive, which the other form goes before', async () => {
    const archive = tar([
      { path: 'a', pax: { 'LIBARCHIVE.xattr.user.a%20b': 'AAE=' } },
      { path: 'b', pax: { 'SCHILY.xattr.user.x': 'plain', 'LIBARCHIVE.xattr.user.x': 'b3RoZXI=' } },
      { path: 'c', pax: { 'LIBARCHIVE.xattr.user.%zz': 'b3RoZXI=' } },
    ])
    expect((await read(archive)).members.map(({ xattrs }) => xattrs)).toEqual([
      { 'user.a b': '\0\x01' },
      { 'user.x': 'plain' },
      { 'user.%zz': 'other' },
    ])
  })
  test('a GNU sparse file is expanded', async () => {
    const archive = tar([
      {
        path: 'sparse',
        flag: 'S',
        body: 'AB',
        patch: (header) => {
          header.write('00000000001\0', 386)
          header.write('00000000001\0', 398)
          header.write('00000000004\0', 410)
          header.write('00000000001\0', 422)
          header.write('00000000006\0', 483)
          header.fill(0, 500, 512)
        },
      },
      { path: 'next' },
    ])
    expect((await read(archive)).members).toMatchObject([
      { name: 'sparse', size: 6, body: '\0A\0\0B\0' },
      { name: 'next' },
    ])
  })
  test('pieces of a sparse file outside of it are refused', async () => {
    expect(expandSparse(Buffer.from('AB'), { pieces: [0, 1, 100, 1] }, 6)).toBeUndefined()
    expect(expandSparse(Buffer.from('AB'), { pieces: [4, 1, 0, 1] }, 6)).toBeUndefined()
    expect(expandSparse(Buffer.from('A'), { pieces: [0, 1, 3, 1] }, 6)).toBeUndefined()
    expect(expandSparse(Buffer.from('99999999999999999\n'), { pieces: undefined }, 6)).toBeUndefined()
  })
  test('paths are cleaned, and those that leave the root are none', async () => {
    expect(['./a//b/', '/etc/passwd', 'a/../b', '.', '', '/', 'a/./b', '...', '.wh.a'].map(cleanPath)).toEqual([
      'a/b',
      'etc/passwd',
      'b',
      '',
      '',
      '',
      'a/b',
      '...',
      '.wh.a',
    ])
    expect(['..', '../a', 'a/../../b', '/..'].map(cleanPath)).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('against other readers', () => {
  const member: fc.Arbitrary<Member> = fc.record({
    path: fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,60}){0,4}$/),
    body: fc.oneof(fc.constant(''), fc.string({ maxLength: 1200, unit: 'grapheme-ascii' })),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 0o7777777 }),
    gid: fc.integer({ min: 0, max: 0o7777777 }),
    pax: fc
      .option(fc.record({ 'SCHILY.xattr.user.x': fc.string({ minLength: 1 }) }), { nil: undefined })
      .map((pax) => pax ?? {}),
  })

  test('both ways, tar-stream and GNU tar list the same members', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 8 }), async (members) => {
        const archive = tar(members)
        const ours = await read(archive)
        expect(ours.problems).toEqual([])
        expect(ours.members.map(({ name, body }) => [name, body])).toEqual(
          members.map(({ path, body = '' }) => [path, Buffer.from(body).toString('latin1')]),
        )
        expect(await tarStream(archive)).toEqual(
          ours.members.map(({ name, mode, uid, gid, size }) => ({ name, mode, uid, gid, size })),
        )
        expect(gnuNames(archive)).toEqual(ours.members.map(({ name }) => name))
      }),
      { numRuns: 60 },
    )
  })
  test('no bytes make it throw or disagree with itself', async () => {
    const base = tar([
      { path: 'a', body: 'hello', pax: { size: '5' } },
      { path: 'b', flag: '1', link: 'a' },
      { path: 'c/' },
    ])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(base.length),
        async (edits, cut) => {
          const archive = Buffer.from(base)
          for (const [at, byte] of edits) archive[at] = byte
          await read(archive.subarray(0, cut))
        },
      ),
      { numRuns: 150 },
    )
  })
})

async function tarStream(archive: Buffer): Promise<object[]> {
  const reader = extract()
  reader.end(archive)
  const out: object[] = []
  for await (const entry of reader) {
    const { name, mode, uid, gid, size } = entry.header
    out.push({ name, mode, uid, gid, size })
    entry.resume()
  }
  return out
}

const corpus = resolve('../shared/corpora/tar')
if (!existsSync(corpus)) console.log('corpora/tar is absent: its tests are skipped')

interface Label {
  readonly file: string
  readonly source: string
  readonly expected: {
    readonly error: string | null
    readonly headers: readonly {
      readonly name: string
      readonly uid?: number
      readonly gid?: number
      readonly size?: number
      readonly mode?: number
    }[]
  }
}

describe.skipIf(!existsSync(corpus))('corpora/tar', () => {
  /** Where this reader differs from Go's or from the label, and why. */
  const differs = new Map([
    ['pax-bad-mtime-file.tar', 'times are not read'],
    ['pax-bad-hdr-large.tar.bz2', 'compressed with bzip2'],
    ['pax-global-records.tar', 'Go lists global headers as members'],
    ['gnu-incremental.tar', 'Go gives a GNU directory list the size of its names'],
    ['gnu-not-utf8.tar', 'the label has lost the bytes that are not UTF-8'],
    ['invalid-go17.tar', 'the label took an octal uid of Go for a decimal one'],
    ['trailing-slash.tar', 'the label holds a Go expression'],
  ])
  const labels = JSON.parse(
    existsSync(corpus) ? readFileSync(resolve(corpus, 'labels.json'), 'utf8') : '[]',
  ) as readonly Label[]
  test.each(labels.filter(({ source }) => source.startsWith('go')))(
    '$file is read as Go reads it',
    async ({ file, expected }) => {
      const base = file.slice(file.lastIndexOf('/') + 1)
      const { members, problems } = await read(readFileSync(resolve(corpus, file)))
      if (differs.has(base)) return
      expect(problems.length > 0).toBe(expected.error !== null)
      if (expected.error !== null) return
      expect(members.map(({ name, uid, gid, size }) => ({ name, uid, gid, size }))).toEqual(
        expected.headers.map(({ name, uid = 0, gid = 0, size = 0 }) => ({ name, uid, gid, size })),
      )
    },
  )
  test('GNU tar lists the same names', async () => {
    const explained = new Map([
      [
        'invalid-go17.tar',
        'Go before 1.8 wrote a prefix where GNU tar keeps times: Go reads it back, GNU tar does not',
      ],
      ['pax-nul-path.tar', 'GNU tar cuts the name at the NUL; it is refused here, as by Go'],
      ['pax-global-records.tar', 'GNU tar obeys a path in a global header, container runtimes do not; it is told'],
    ])
    const different: string[] = []
    let compared = 0
    for (const file of globSync('data/**/*.tar', { cwd: corpus })) {
      const archive = readFileSync(resolve(corpus, file))
      const base = file.slice(file.lastIndexOf('/') + 1)
      const { members, problems } = await read(archive)
      if (gnuTar(archive).status !== 0 || explained.has(base) || archive.length > 200_000) continue
      compared++
      const ours = members.map(({ name }) => Buffer.from(name.replace(/[\udc80-\udcff]/g, '?')).toString('latin1'))
      const theirs = gnuNames(archive).map((name) =>
        ours.some((one) => one.includes('?')) ? name.replace(/[\x80-\xff]/g, '?') : name,
      )
      if (problems.length > 0 || ours.join('\n') !== theirs.join('\n')) different.push(base)
    }
    expect(compared).toBeGreaterThan(10)
    expect(different).toEqual([])
  })
  test('no archive makes it throw, hang, or read differently by seeking and as a stream', async () => {
    const files = globSync('data/**/*', { cwd: corpus, withFileTypes: true }).filter((file) => file.isFile())
    expect(files.length).toBeGreaterThan(20)
    for (const file of files) await read(readFileSync(resolve(file.parentPath, file.name)).subarray(0, 200_000))
  })
})
