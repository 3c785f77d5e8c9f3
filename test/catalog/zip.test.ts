import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { Inflating } from '../../src/catalog/format/inflating.ts'
import { contentOf } from '../../src/catalog/format/ranges.ts'
import { openZip, type ZipEntry } from '../../src/catalog/format/zip.ts'
import { works } from '../support/works.ts'

const budget = () => ({ left: 2 ** 24, memory: 2 ** 22 })
const everything = (_: Buffer, start: number, end: number) => end > start

interface Listed {
  readonly entries: readonly ZipEntry[]
  readonly bodies: Readonly<Record<string, string>>
  readonly problem: string | undefined
}
/** All that an archive holds: bodies as latin1, or what is wrong with them. */
function list(bytes: Buffer, limits = budget()): Listed {
  const zip = openZip(contentOf(bytes))
  if (typeof zip === 'string') return { entries: [], bodies: {}, problem: zip }
  const entries: ZipEntry[] = []
  const all = zip.entries(everything)
  let next = all.next()
  for (; !next.done; next = all.next()) entries.push(next.value)
  const read = (entry: ZipEntry) => {
    const body = zip.read(entry, 2 ** 20, limits)
    return typeof body === 'string' ? `! ${body}` : body.toString('latin1')
  }
  return { entries, bodies: Object.fromEntries(entries.map((one) => [one.name, read(one)])), problem: next.value }
}
const zipped = (files: Record<string, string>, level: 0 | 6 = 6) =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'latin1'))]),
      ),
      { level },
    ),
  )
const TWO = { 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'a.txt': 'a'.repeat(500) }

test.each([0, 6] as const)('entries of level %i', (level) => {
  const { bodies, problem } = list(zipped(TWO, level))
  expect(bodies).toEqual(TWO)
  expect(problem).toBeUndefined()
})
test('equals fflate on archives of any content', () => {
  const names = fc
    .string({ minLength: 1, maxLength: 20 })
    .filter((name) => !name.includes('\0') && name !== '__proto__')
  fc.assert(
    fc.property(
      fc.dictionary(names, fc.string({ maxLength: 300 })),
      fc.constantFrom(0 as const, 6 as const),
      (files, level) => {
        const bytes = Buffer.from(
          zipSync(
            Object.fromEntries(Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text))])),
            {
              level,
            },
          ),
        )
        const other = Object.entries(unzipSync(bytes)).map(([name, body]) => [
          name,
          Buffer.from(body).toString('latin1'),
        ])
        expect(Object.entries(list(bytes).bodies).toSorted()).toEqual(other.toSorted())
      },
    ),
    { numRuns: 200 },
  )
})
test('a script before the archive, with offsets counted from the file or from the archive', () => {
  const bytes = Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), zipped(TWO)])
  expect(list(bytes).bodies).toEqual(TWO)
})
test('a comment, and one that has the magic in it', () => {
  for (const comment of ['hello', 'PK\x05\x06'.padEnd(40, '\0'), 'x'.repeat(60_000)]) {
    const bytes = Buffer.concat([zipped(TWO), Buffer.from(comment, 'latin1')])
    bytes.writeUInt16LE(comment.length, bytes.length - comment.length - 2)
    expect(list(bytes).bodies).toEqual(TWO)
  }
})
test('an empty archive', () => {
  expect(list(zipped({}))).toEqual({ entries: [], bodies: {}, problem: undefined })
})

const PYTHON = works('python3', '-c', 'import zipfile')
describe.skipIf(!PYTHON)('archives of Python’s zipfile', () => {
  const made = (script: string): Buffer => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-zip-'))
    try {
      const path = join(folder, 'x.zip')
      const run = spawnSync('python3', ['-c', `import zipfile\np = ${JSON.stringify(path)}\n${script}`], {
        encoding: 'utf8',
      })
      expect(run.stderr).toBe('')
      return readFileSync(path)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  test('zip64: sizes and offsets in the extra field, and the wide end record', () => {
    const bytes = made(
      `zipfile.ZIP64_LIMIT = 10\nzipfile.ZIP_FILECOUNT_LIMIT = 1\nz = zipfile.ZipFile(p, 'w', zipfile.ZIP_DEFLATED)\nfor i in range(3): z.writestr('f%d' % i, 'text %d ' % i * 9)\nz.close()`,
    )
    expect(bytes.includes(Buffer.from('PK\x06\x06', 'latin1'))).toBe(true)
    expect(list(bytes).bodies).toEqual({ f0: 'text 0 '.repeat(9), f1: 'text 1 '.repeat(9), f2: 'text 2 '.repeat(9) })
    // With a script before it the locator names a wrong place.
    expect(Object.keys(list(Buffer.concat([Buffer.from('#!/bin/sh\n'), bytes])).bodies)).toEqual(['f0', 'f1', 'f2'])
  })
  test('sizes that follow the data', () => {
    const bytes = made(
      `class W:\n  def __init__(s): s.f = open(p, 'wb')\n  def write(s, b): return s.f.write(b)\n  def flush(s): s.f.flush()\nw = W()\nz = zipfile.ZipFile(w, 'w', zipfile.ZIP_DEFLATED)\nz.writestr('a', 'b' * 100)\nz.close()\nw.f.close()`,
    )
    expect(list(bytes).bodies).toEqual({ a: 'b'.repeat(100) })
  })
  test('names of any alphabet', () => {
    expect(Object.keys(list(made(`zipfile.ZipFile(p, 'w').writestr('\\u00e4/\\u65e5.txt', 'x')`)).bodies)).toEqual([
      'ä/日.txt',
    ])
  })
})

describe('hostile archives', () => {
  test('every cut, and every byte turned over, is read without a crash', () => {
    const bytes = zipped(TWO)
    for (let end = 0; end < bytes.length; end++) expect(() => list(bytes.subarray(0, end))).not.toThrow()
    for (let at = 0; at < bytes.length; at++) {
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ 0xff
      expect(() => list(other)).not.toThrow()
    }
  })
  test('noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void list(Buffer.from(bytes))))
  })
  /** Where the directory's record of the entry begins. */
  const recordOf = (bytes: Buffer, name: string) => bytes.lastIndexOf(name) - 46
  test('a bomb stops at the limit, whatever size it claims', () => {
    const bytes = zipped({ bomb: '\0'.repeat(2 ** 22) })
    expect(list(bytes).bodies['bomb']).toBe('! is larger than 1048576 bytes')
    bytes.writeUInt32LE(10, recordOf(bytes, 'bomb') + 24)
    expect(list(bytes).bodies['bomb']).toBe('! inflates to more than 1048576 bytes')
  })
  test('entries that share their data are charged each', () => {
    const names = Array.from({ length: 40 }, (_, i) => `f${i}`)
    const bytes = zipped(Object.fromEntries(names.map((name) => [name, 'x'.repeat(2 ** 19)])))
    const { bodies } = list(bytes, { left: 2 ** 20, memory: 2 ** 22 })
    expect(Object.values(bodies).filter((body) => body.startsWith('x'))).toHaveLength(2)
    expect(bodies['f39']).toMatch(/too many/)
  })
  test('encrypted entries, unknown methods, headers elsewhere and damaged data are told', () => {
    const change = (at: number, value: number) => {
      const bytes = zipped(TWO)
      bytes.writeUInt16LE(value, recordOf(bytes, 'a.txt') + at)
      return list(bytes).bodies['a.txt']
    }
    expect(change(8, 1)).toBe('! is encrypted')
    expect(change(10, 93)).toBe('! is compressed by method 93, which Java does not know')
    expect(change(42, 3)).toBe('! is not where the directory says')
    expect(change(20, 60_000)).toBe('! is cut short')
    const bytes = zipped(TWO)
    bytes.fill(0xff, bytes.indexOf('a.txt') + 5, bytes.indexOf('a.txt') + 8)
    expect(list(bytes).bodies['a.txt']).toBe('! is damaged: it cannot be inflated')
  })
  test('a directory that is damaged gives what stands before the damage, and says so', () => {
    const bytes = zipped({ a: '1', b: '2' })
    bytes[recordOf(bytes, 'b') + 1] = 0
    const { bodies, problem } = list(bytes)
    expect(bodies).toEqual({ a: '1' })
    expect(problem).toBe('has a damaged directory')
  })
})

describe('an archive in an archive', () => {
  const inner = zipped({ 'x.txt': 'y'.repeat(1000) })
  const text = inner.toString('latin1')
  const openInner = (outer: Buffer, limits = budget()) => {
    const zip = openZip(contentOf(outer))
    if (typeof zip === 'string') return zip
    for (const entry of zip.entries(everything)) {
      const opened = zip.open(entry, limits)
      if (typeof opened === 'string') return opened
      const bytes = Buffer.alloc(opened.content.size)
      expect(opened.content.read(bytes, 0)).toBe(bytes.length)
      const kind =
        opened.content instanceof Inflating ? 'in passes' : limits.memory < budget().memory ? 'held' : 'range'
      opened.done()
      expect(limits.memory).toBe(Math.min(limits.memory, budget().memory))
      return [kind, list(bytes).bodies] as const
    }
    return undefined
  }
  test('stored it is a range of the outer one, deflated it is held, and too large for that it is inflated in passes', () => {
    const files = { 'x.txt': 'y'.repeat(1000) }
    expect(openInner(zipped({ 'i.jar': text }, 0))).toEqual(['range', files])
    expect(openInner(zipped({ 'i.jar': text }))).toEqual(['held', files])
    expect(openInner(zipped({ 'i.jar': text }), { left: 2 ** 24, memory: 10 })).toEqual(['in passes', files])
  })
  test('in passes: any range, in any order', () => {
    const plain = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251))
    const content = new Inflating(contentOf(deflateRawSync(plain)), plain.length, { left: 2 ** 26 })
    fc.assert(
      fc.property(fc.nat(plain.length + 10), fc.nat(5000), (offset, length) => {
        const target = Buffer.alloc(length)
        const got = content.read(target, offset)
        expect(target.subarray(0, got).equals(plain.subarray(offset, offset + length))).toBe(true)
        expect(got).toBe(Math.max(0, Math.min(length, plain.length - offset)))
      }),
      { numRuns: 50 },
    )
  })
  test('in passes: damage and a spent budget are an early end', () => {
    const plain = Buffer.alloc(2 ** 20, 'abc')
    const stored = deflateRawSync(plain)
    const target = Buffer.alloc(plain.length)
    expect(
      new Inflating(contentOf(stored.subarray(0, 100)), plain.length, { left: 2 ** 26 }).read(target, 0),
    ).toBeLessThan(plain.length)
    expect(new Inflating(contentOf(Buffer.alloc(100, 0xff)), plain.length, { left: 2 ** 26 }).read(target, 0)).toBe(0)
    const budgeted = new Inflating(contentOf(stored), plain.length, { left: 2 ** 20 })
    budgeted.read(target, 0)
    expect(budgeted.read(target, 0)).toBeLessThanOrEqual(plain.length)
  })
})

test.skipIf(!works('zip', '--version'))('an archive of Info-ZIP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-zip-'))
  try {
    writeFileSync(join(folder, 'a.txt'), 'text\n'.repeat(100))
    expect(spawnSync('zip', ['-q', 'x.zip', 'a.txt'], { cwd: folder }).status).toBe(0)
    expect(list(readFileSync(join(folder, 'x.zip'))).bodies).toEqual({ 'a.txt': 'text\n'.repeat(100) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
