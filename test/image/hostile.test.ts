/** Damaged and hostile archives: never a crash, never for ever, never a clean answer that lacks what an engine would have unpacked. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { packageCatalogers } from '../../src/catalog/index.ts'
import { packagesOf } from '../../src/catalog/packages.ts'
import { openImage } from '../../src/image/open.ts'
import { memoryBlob } from '../../src/source/blob.ts'
import type { ImageKind } from '../../src/source/recognise.ts'
import { dockerArchive, ociArchive, tar, type ImageSpec, type Member } from '../support/archive.ts'

const DATABASE = 'P:musl\nV:1.2.5-r0\nA:x86_64\n\nP:zlib\nV:1.3.1-r1\nA:x86_64\n\n'
const image: ImageSpec = {
  tags: ['web:1'],
  layers: [
    [
      { path: 'etc/' },
      { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.3\n' },
      { path: 'lib/apk/db/installed', body: DATABASE },
    ],
    [{ path: `srv/${'long/'.repeat(30)}name`, body: 'x' }, { path: 'etc/.wh.gone' }],
  ],
}

interface Answer {
  readonly packages: string
  readonly clean: boolean
}
async function answer(bytes: Buffer, kind: ImageKind, limits = {}): Promise<Answer> {
  const { value, notices } = await openImage({ kind, name: 'web.tar', blob: memoryBlob(bytes) }, packageCatalogers, {
    limits,
    verify: 'all',
  })
  const all = [...notices, ...value.flatMap(({ catalogued }) => catalogued.notices)]
  const packages = value.flatMap(({ catalogued }) => packagesOf(catalogued).installed.map(({ purl }) => purl))
  return { packages: packages.join(' '), clean: !all.some(({ lost }) => lost) }
}

const forms: readonly (readonly [string, Buffer, ImageKind])[] = [
  ['docker-archive', dockerArchive(image, 'legacy'), 'docker-archive'],
  ['docker-archive with blobs', dockerArchive(image, 'oci'), 'docker-archive'],
  ['oci-archive, gzip', ociArchive({ ...image, compression: 'gzip' }), 'oci-archive'],
  ['oci-archive, zstd', ociArchive({ ...image, compression: 'zstd' }), 'oci-archive'],
  ['docker-archive, compressed whole', gzipSync(dockerArchive(image, 'legacy')), 'docker-archive'],
  ['docker-archive, compressed whole by zstd', zstdCompressSync(dockerArchive(image, 'oci')), 'docker-archive'],
]

describe.each(forms)('%s', (_, bytes, kind) => {
  test('whole, it is clean', async () => {
    const whole = await answer(bytes, kind)
    expect(whole.clean).toBe(true)
    expect(whole.packages).toContain('musl')
  })
  test('cut at every 512 bytes, it is told, or nothing is missing', async () => {
    const whole = await answer(bytes, kind)
    for (let length = 0; length < bytes.length; length += 512) {
      const cut = await answer(bytes.subarray(0, length), kind)
      if (cut.clean) expect(cut, `${length} of ${bytes.length} bytes`).toEqual(whole)
    }
  })
  test('with any byte of a header, a document or compressed data changed, it is told, or nothing is other', async () => {
    const whole = await answer(bytes, kind)
    // Every byte of what is small; of the rest each 7th, so that every field of a header has its turn.
    const step = bytes.length > 6000 ? 7 : 1
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const other = await answer(changed, kind)
      if (other.clean) expect(other, `byte ${at}`).toEqual(whole)
    }
  }, 240_000)
})

test('every byte of a header of a layer, changed', async () => {
  const layer = tar(image.layers[0] as Member[])
  const whole = await answer(layer, 'layer')
  expect(whole.packages).toContain('musl')
  for (const start of [0, 512, 1536])
    for (let at = start; at < start + 512; at++)
      for (const bit of [0, 6]) {
        const changed = Buffer.from(layer)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        const other = await answer(changed, 'layer')
        if (other.clean) expect(other, `byte ${at}, bit ${bit}`).toEqual(whole)
      }
}, 120_000)

describe('what wants out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const members: readonly (readonly [string, readonly Member[]])[] = [
    ['a name that climbs', [{ path: '../../../../../../../../tmp/plimsoll-escaped', body: 'x' }]],
    ['a name that climbs in the middle', [{ path: 'a/../../b', body: 'x' }]],
    ['a hard link that climbs', [{ path: 'a', flag: '1', link: '../../etc/passwd' }]],
    [
      'a link out, written through',
      [
        { path: 'a', link: '../../..' },
        { path: 'a/plimsoll-escaped', body: 'x' },
      ],
    ],
    [
      'a link round in a circle',
      [
        { path: 'a', link: 'b' },
        { path: 'b', link: 'a' },
        { path: 'a/c', body: 'x' },
      ],
    ],
    ['an absolute name', [{ path: '/plimsoll-escaped', body: 'x' }]],
    ['a device', [{ path: 'dev/sda', flag: '4' }]],
    ['a name with a NUL', [{ path: 'a', pax: { path: Buffer.from('a\0b') }, body: 'x' }]],
  ]
  test.each(members)('%s: nothing is written, nothing of this machine is read', async (_, layer) => {
    const file = join(folder, 'web.tar')
    writeFileSync(file, dockerArchive({ layers: [layer] }))
    const before = readdirSync(tmpdir()).filter((name) => name.includes('escaped'))
    const { value } = await openImage({ kind: 'docker-archive', name: 'web.tar', path: file }, [
      {
        name: 'all',
        version: 1,
        body: true,
        wants: (_path, entry) => entry.type !== 'directory',
        parse: ({ body }) => ({
          value: { distribution: { id: body.toString(), version: '', name: '', line: 1 } },
          notices: [],
        }),
      },
    ])
    const texts = value.flatMap(({ catalogued }) => catalogued.finds.map(({ finds }) => finds.distribution?.id))
    expect(texts.every((text) => text === 'x' || text === '')).toBe(true)
    expect(readdirSync(tmpdir()).filter((name) => name.includes('escaped'))).toEqual(before)
    expect(readdirSync(folder)).toEqual(['web.tar'])
  })
  test.each(members.filter(([name]) => /climbs|circle|NUL/.test(name)))('%s: is said', async (_, layer) => {
    expect((await answer(dockerArchive({ layers: [layer] }), 'docker-archive')).clean).toBe(false)
  })
})

describe('bombs', () => {
  const zeros = Buffer.alloc(64 * 2 ** 20)
  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('%s: over the bound it is stopped and told', async (_, pack) => {
    const bytes = pack(tar([{ path: 'zeros', body: zeros }]))
    expect((await answer(bytes, 'layer', { inflated: 2 ** 20 })).clean).toBe(false)
    expect((await answer(bytes, 'layer', { ratio: 10, ratioFrom: 2 ** 20 })).clean).toBe(false)
    expect((await answer(bytes, 'layer')).clean).toBe(true)
  })
  test('a sparse file of exabytes is no memory', async () => {
    const sparse: Member = {
      path: 'lib/apk/db/installed',
      pax: {
        'GNU.sparse.major': '0',
        'GNU.sparse.minor': '1',
        'GNU.sparse.size': '1000000000000000',
        'GNU.sparse.map': '0,1',
      },
      body: 'P',
    }
    expect((await answer(dockerArchive({ layers: [[sparse]] }), 'docker-archive')).clean).toBe(false)
  })
  test('twenty thousand hard links to one database end at the limit of time', async () => {
    const links = Array.from({ length: 20_000 }, (_, at): Member => ({
      path: `var/lib/dpkg/status.d/p${at}`,
      flag: '1',
      link: 'var/lib/dpkg/status',
    }))
    const status = 'Package: a\nStatus: install ok installed\nVersion: 1\n\n'.repeat(200)
    const layer = [{ path: 'var/lib/dpkg/status', body: status }, ...links]
    let now = 0
    const { value } = await openImage(
      { kind: 'docker-archive', name: 'web.tar', blob: memoryBlob(dockerArchive({ layers: [layer] })) },
      packageCatalogers,
      { clock: () => (now += 10), limits: { time: 1 } },
    )
    expect(value[0]?.catalogued.notices.map(({ id }) => id)).toContain('time-limit')
  }, 60_000)
})
