/** Inflation, in this thread and in another one: what comes out is the same, however it is asked for and however it ends. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { memoryBlob, openBlob, partOf, type Blob } from '../../src/source/blob.ts'
import { inflate } from '../../src/source/compression.ts'
import { inflatedElsewhere } from '../../src/source/elsewhere.ts'
import { inflated, type Ending, type Inflating } from '../../src/source/inflater.ts'
import { defaultLimits } from '../../src/source/limits.ts'
import * as starting from '../../src/source/start-inflating.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'plimsoll-inflate-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Half of it can be compressed, so that pieces of every length come out. */
const DATA = Buffer.concat(
  Array.from({ length: 48 }, (_, index) => (index % 2 ? randomBytes(100_000 + index) : Buffer.alloc(150_001, index))),
)
const compress = {
  gzip: (data: Buffer) => gzipSync(data, { level: 1 }),
  zstd: (data: Buffer) => zstdCompressSync(data, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
}

interface Outcome extends Ending {
  readonly bytes: Buffer
}
async function all(source: AsyncGenerator<Buffer, Ending>): Promise<Outcome> {
  const chunks: Buffer[] = []
  for (;;) {
    const { done, value } = await source.next()
    if (done) return { ...value, bytes: Buffer.concat(chunks) }
    chunks.push(Buffer.from(value))
  }
}
/** Of a file that begins and ends with something else, as a member of an archive does. */
async function both(stored: Buffer, compression: Inflating['compression']): Promise<{ near: Outcome; far: Outcome }> {
  const path = join(folder, `${randomBytes(8).toString('hex')}.bin`)
  writeFileSync(path, Buffer.concat([Buffer.from('before'), stored, Buffer.from('behind')]))
  const blob = openBlob(path)
  const part = partOf(blob, 6, stored.length)
  const inflating = { compression, digest: true, output: 2 ** 20 }
  const near = await all(inflated(memoryBlob(stored), inflating))
  const far = await all(inflatedElsewhere(part.file ?? { fd: -1, start: 0 }, part.size, inflating))
  blob.close()
  return { near, far }
}

describe.each(['gzip', 'zstd'] as const)('%s', (compression) => {
  const stored = compress[compression](DATA)

  it('gives the same bytes and the digest of what is stored, near and far', async () => {
    const { near, far } = await both(stored, compression)
    expect(near.bytes.equals(DATA)).toBe(true)
    expect(near.sha256).toBe(sha256(stored))
    expect(far.bytes.equals(DATA)).toBe(true)
    expect(far.sha256).toBe(near.sha256)
  })

  it('reads several members or frames as one', async () => {
    const each = [DATA.subarray(0, 10), DATA.subarray(10, 3_000_000), DATA.subarray(3_000_000)].map(
      compress[compression],
    )
    const { near, far } = await both(Buffer.concat(each), compression)
    expect(near.bytes.equals(DATA)).toBe(true)
    expect(far.bytes.equals(DATA)).toBe(true)
    expect(far.sha256).toBe(near.sha256)
  })

  it.each([1, 20, 600_000, 1_500_000])(
    'hands out what came before an end that is %i bytes early, and says so',
    async (early) => {
      const { near, far } = await both(stored.subarray(0, stored.length - early), compression)
      for (const { bytes, failure } of [near, far]) {
        expect(failure?.system).toBe(false)
        expect(bytes.equals(DATA.subarray(0, bytes.length))).toBe(true)
        // A block of zstd comes out whole or not at all.
        if (early < 100) expect(bytes.length).toBeGreaterThan(DATA.length - 131_072)
      }
      expect(far.failure).toEqual(near.failure)
      expect(far.bytes.length).toBe(near.bytes.length)
    },
  )

  it('says that a byte in the middle is wrong', async () => {
    const wrong = Buffer.from(stored)
    const middle = wrong.length >> 1
    wrong.fill(0xff, middle, middle + 100)
    const { near, far } = await both(wrong, compression)
    expect(near.failure).toBeDefined()
    expect(far.failure).toEqual(near.failure)
  })

  it('digests what stands behind the end too: it is part of the blob', async () => {
    const path = join(folder, `${compression}-behind.bin`)
    const blobBytes = Buffer.concat([
      stored,
      compression === 'gzip' ? Buffer.alloc(2_000_000) : compress.zstd(Buffer.alloc(0)),
    ])
    writeFileSync(path, blobBytes)
    const blob = openBlob(path)
    const result = await inflate(blob, compression, defaultLimits, () => {}, { digest: true })
    blob.close()
    expect(result.sha256).toBe(sha256(blobBytes))
  })
})

describe('a large file', () => {
  const stored = compress.gzip(Buffer.concat([DATA, randomBytes(9_000_000)]))
  const opened = (): Blob => {
    const path = join(folder, 'large.gz')
    writeFileSync(path, stored)
    return openBlob(path)
  }

  it('is read by one thread for several at a time, and again after it ended', async () => {
    const start = vi.spyOn(starting, 'startInflating')
    const blob = opened()
    for (let round = 0; round < 2; round++) {
      const digests = await Promise.all(
        [1, 2, 3].map(async () => (await inflate(blob, 'gzip', defaultLimits, () => {}, { digest: true })).sha256),
      )
      expect(digests).toEqual([1, 2, 3].map(() => sha256(stored)))
    }
    blob.close()
    expect(start.mock.calls.length).toBeLessThanOrEqual(2)
    start.mockRestore()
  })

  it('gives the memory of a chunk back when it was taken, and not before', async () => {
    const blob = opened()
    const held: Buffer[] = []
    await inflate(blob, 'gzip', defaultLimits, async (chunk) => {
      const before = sha256(chunk)
      await new Promise((resolve) => setTimeout(resolve, 1))
      expect(sha256(chunk)).toBe(before)
      held.push(chunk)
    })
    blob.close()
    expect(held.length).toBeGreaterThan(10)
    expect(held.every(({ length }) => length === 0)).toBe(true)
  })

  it('is left alone once nobody wants more of it', async () => {
    const blob = opened()
    let seen = 0
    expect(
      await inflate(blob, 'gzip', defaultLimits, (chunk) => {
        seen += chunk.length
        return false
      }),
    ).toEqual({})
    blob.close()
    expect(seen).toBeGreaterThan(0)
    expect(seen).toBeLessThan(2_000_000)
  })

  it('passes on what is thrown by who takes it', async () => {
    const blob = opened()
    const thrown = inflate(blob, 'gzip', defaultLimits, () => {
      throw new Error('mine')
    })
    await expect(thrown).rejects.toThrow('mine')
    blob.close()
  })

  it('that cannot be read is said to be so', async () => {
    const nothing: Blob = { size: 2 ** 24, file: { fd: 2 ** 20, start: 0 }, read: () => 0, close: () => {} }
    const { problem } = await inflate(nothing, 'gzip', defaultLimits, () => {})
    expect(problem).toMatchObject({ id: 'file-unreadable', message: expect.stringContaining('EBADF') })
  })

  it.each([0, 1, 2, 5])('that can be read %i times only ends there, and so does nothing else', async (times) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    let reads = 0
    const whole = memoryBlob(stored)
    const broken: Blob = {
      ...whole,
      read: (target, offset, length) => {
        if (reads++ >= times) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' })
        return whole.read(target, offset, length)
      },
    }
    const { problem } = await inflate(broken, 'gzip', defaultLimits, () => {})
    expect(problem).toMatchObject({ id: 'file-unreadable', message: expect.stringContaining('EIO') })
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it.each(['throw new Error("gone")', 'process.exit(1)'])('fails aloud where the thread dies: %s', async (code) => {
    const { Worker } = await import('node:worker_threads')
    const start = vi.spyOn(starting, 'startInflating').mockImplementation(() => new Worker(code, { eval: true }))
    const blob = opened()
    await expect(inflate(blob, 'gzip', defaultLimits, () => {})).rejects.toThrow(/gone|has ended/)
    blob.close()
    start.mockRestore()
    const again = opened()
    expect((await inflate(again, 'gzip', defaultLimits, () => {}, { digest: true })).sha256).toBe(sha256(stored))
    again.close()
  })
})
