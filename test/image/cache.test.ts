import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { cacheIn } from '../../src/cache.ts'
import type { Cache } from '../../src/image/cache.ts'
import { openImage, type OpenOptions } from '../../src/image/open.ts'
import type { Cataloger } from '../../src/model/tree.ts'
import type { ImageKind } from '../../src/source/recognise.ts'
import { dockerArchive, ociFiles, writeFolder, type ImageSpec } from '../support/archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cache-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Gives the text of /os; counts how often it was asked. */
let asked = 0
const reader: Cataloger = {
  name: 'reader',
  version: 1,
  body: true,
  packages: true,
  wants: (path) => path === 'os',
  parse: ({ body }) => {
    asked++
    return { value: { distribution: { id: body.toString(), version: '', name: '', line: 1 } }, notices: [] }
  },
}
beforeEach(() => {
  asked = 0
})

let number = 0
const fresh = (): string => join(folder, String(number++))
const kept = (at = fresh()): Cache => cacheIn(at)

const image = (text: string, more: Partial<ImageSpec> = {}): ImageSpec => ({
  tags: ['web:1'],
  layers: [
    [
      { path: 'os', body: text },
      { path: 'bin/su', mode: 0o4755, body: 'su' },
    ],
  ],
  ...more,
})
function written(bytes: Buffer): string {
  const file = fresh()
  writeFileSync(file, bytes)
  return file
}
function layout(...specs: readonly ImageSpec[]): string {
  const path = fresh()
  writeFolder(ociFiles(specs), path)
  return path
}
async function open(kind: ImageKind, path: string, options: OpenOptions, catalogers = [reader]) {
  const { value, notices } = await openImage({ kind, name: 'web.tar', path }, catalogers, options)
  const all = [...notices, ...value.flatMap(({ catalogued }) => catalogued.notices)]
  return {
    texts: value.flatMap(({ catalogued }) => catalogued.finds.flatMap(({ finds }) => finds.distribution?.id ?? [])),
    verified: value.map(({ verified }) => verified),
    ids: all.map(({ id }) => id),
    value,
  }
}

describe('the answer for a file', () => {
  test('is kept, and is the same', async () => {
    const cache = kept()
    const file = written(dockerArchive(image('one')))
    const first = await open('docker-archive', file, { cache })
    const second = await open('docker-archive', file, { cache })
    expect(second).toEqual(first)
    expect(first.texts).toEqual(['one'])
    expect(asked).toBe(1)
  })
  test('is computed again when the file has changed, also behind the same size and time', async () => {
    const cache = kept()
    const file = written(dockerArchive(image('one')))
    const { mtime } = statSync(file)
    expect((await open('docker-archive', file, { cache })).texts).toEqual(['one'])
    writeFileSync(file, dockerArchive(image('two')))
    utimesSync(file, mtime, mtime)
    expect((await open('docker-archive', file, { cache })).texts).toEqual(['two'])
  })
  test('is computed again for other catalogers, versions of them, limits and platforms', async () => {
    const cache = kept()
    const file = written(dockerArchive(image('one')))
    await open('docker-archive', file, { cache })
    await open('docker-archive', file, { cache }, [{ ...reader, version: 2 }])
    await open('docker-archive', file, { cache, limits: { hops: 3 } })
    await open('docker-archive', file, { cache, platform: 'linux/arm64' })
    expect(asked).toBe(4)
  })
  test('that was not verified does not serve who asks for that, and one that was serves all', async () => {
    const cache = kept()
    const file = written(dockerArchive(image('one')))
    expect((await open('docker-archive', file, { cache })).verified).toEqual([false])
    expect((await open('docker-archive', file, { cache, verify: 'all' })).verified).toEqual([true])
    expect((await open('docker-archive', file, { cache })).verified).toEqual([true])
    expect(asked).toBe(2)
  })
  test('is not kept where something was lost', async () => {
    const cache = kept()
    const whole = dockerArchive(image('one'))
    const file = written(whole.subarray(0, whole.length - 2048 * 2))
    const first = await open('docker-archive', file, { cache })
    expect((await open('docker-archive', file, { cache })).ids).toEqual(first.ids)
    expect(first.ids.length).toBeGreaterThan(0)
  })
})

describe('digests are believed when they were computed', () => {
  test('an archive that declares the digests of another is not answered with that one', async () => {
    const cache = kept()
    const honest = layout(image('one', { compression: 'gzip' }))
    expect((await open('oci-layout', honest, { cache })).texts).toEqual(['one'])
    // The same manifest and configuration; the blob of the layer is another one's.
    const forged = layout(image('one', { compression: 'gzip' }))
    const other = ociFiles([image('forged', { compression: 'gzip' })])
    const mine = ociFiles([image('one', { compression: 'gzip' })])
    const layerOf = (files: ReturnType<typeof ociFiles>): [string, Buffer] => {
      const found = [...files].find(([, bytes]) => bytes[0] === 0x1f && bytes[1] === 0x8b)
      if (!found) throw new Error('no layer')
      return found
    }
    writeFileSync(join(forged, layerOf(mine)[0]), layerOf(other)[1])
    const answer = await open('oci-layout', forged, { cache })
    expect(answer.ids).toContain('digest-wrong')
    expect(answer.texts).toEqual(['forged'])
  })
  test('an uncompressed blob of an OCI layout is compared, too', async () => {
    const path = layout(image('one'))
    expect((await open('oci-layout', path, {})).verified).toEqual([true])
    const blob = readdirSync(join(path, 'blobs/sha256'))
      .map((name) => join(path, 'blobs/sha256', name))
      .find((name) => readFileSync(name).includes('ustar'))
    if (blob === undefined) throw new Error('no layer')
    writeFileSync(blob, readFileSync(blob).toString('latin1').replace('one', 'eno'), 'latin1')
    const answer = await open('oci-layout', path, {})
    expect(answer.ids).toEqual(['digest-wrong'])
    expect(answer.verified).toEqual([false])
  })
})

describe('a compressed layer', () => {
  test.each(['gzip', 'zstd'] as const)('of two images (%s) is read once', async (compression) => {
    const cache = kept()
    const base = image('one', { compression })
    const first = await open('oci-layout', layout(base), { cache })
    const [below] = base.layers
    const above: ImageSpec = { ...base, tags: ['web:2'], layers: [below ?? [], [{ path: 'srv/a', body: 'a' }]] }
    const second = await open('oci-layout', layout(above), { cache })
    expect([first.texts, second.texts, asked]).toEqual([['one'], ['one'], 1])
    expect(second.verified).toEqual([true])
  })
  test('gives up bodies that only the layers together show to be wanted', async () => {
    const cache = kept()
    const linked: ImageSpec = {
      tags: ['web:1'],
      compression: 'gzip',
      layers: [[{ path: 'usr/os', body: 'below a link' }], [{ path: 'os', link: 'usr/os', flag: '1' }]],
    }
    const wanting: Cataloger = { ...reader, wants: (path) => path === 'os' }
    const one = await open('oci-layout', layout(linked), { cache }, [wanting])
    const two = await open('oci-layout', layout({ ...linked, config: { User: 'x' } }), { cache }, [wanting])
    expect([one.texts, two.texts]).toEqual([['below a link'], ['below a link']])
  })
})

describe('the folder', () => {
  test('of an answer that is not whole, or was changed, is none', () => {
    const at = fresh()
    const cache = cacheIn(at)
    cache.put('a', Buffer.from('answer'))
    expect(cache.get('a')?.toString()).toBe('answer')
    const bytes = readFileSync(join(at, 'a'))
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(join(at, 'a'), bytes.subarray(0, length))
      expect(cache.get('a')).toBeUndefined()
    }
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      writeFileSync(join(at, 'a'), changed)
      expect(cache.get('a')).toBeUndefined()
    }
  })
  test("holds whole answers only, and is its owner's", () => {
    const at = fresh()
    cacheIn(at).put('a', Buffer.from('answer'))
    expect(readdirSync(at)).toEqual(['a'])
    expect(statSync(at).mode & 0o777).toBe(0o700)
    expect(statSync(join(at, 'a')).mode & 0o777).toBe(0o600)
  })
  test('keeps to its bound: what was not asked for the longest goes first', () => {
    const at = fresh()
    const cache = cacheIn(at, { most: 250 })
    const answer = (text: string): Buffer => Buffer.alloc(68, text)
    for (const key of ['a', 'b', 'c']) {
      cache.put(key, answer(key))
      const then = new Date(2026, 0, readdirSync(at).length)
      utimesSync(join(at, key), then, then)
    }
    cache.put('d', answer('d'))
    expect(readdirSync(at).toSorted()).toEqual(['c', 'd'])
  })
  test('that cannot be written is no error', () => {
    const file = written(Buffer.from('a file'))
    const cache = cacheIn(join(file, 'below'))
    cache.put('a', Buffer.from('x'))
    expect(cache.get('a')).toBeUndefined()
  })
  test('of one build is not answered from by another', () => {
    const at = fresh()
    cacheIn(at, { build: '1-' }).put('a', Buffer.from('x'))
    expect(cacheIn(at, { build: '2-' }).get('a')).toBeUndefined()
  })
})
