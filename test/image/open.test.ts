import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { openImage, type OpenedImage, type OpenOptions } from '../../src/image/open.ts'
import type { Notice } from '../../src/model/notice.ts'
import { startOf } from '../../src/model/place.ts'
import type { Cataloger } from '../../src/model/tree.ts'
import { memoryBlob, spool } from '../../src/source/blob.ts'
import { defaultLimits } from '../../src/source/limits.ts'
import { recogniseBlob, recognisePath, type ImageKind } from '../../src/source/recognise.ts'
import {
  addDocument,
  archiveOf,
  compress,
  dockerArchive,
  dockerFiles,
  ociArchive,
  ociFiles,
  tar,
  writeFolder,
  type Files,
  type ImageSpec,
  type Member,
} from '../support/archive.ts'

/** Gives the text of a file as the name of a distribution, so that a test sees what was read. */
const reader = (...paths: string[]): Cataloger => ({
  name: 'reader',
  version: 1,
  body: true,
  packages: true,
  wants: (path, entry) => paths.includes(path) && (entry.type === 'file' || entry.type === 'hardlink'),
  parse: ({ body }) => ({
    value: { distribution: { id: body.toString(), version: '', name: '', line: 1 } },
    notices: [],
  }),
})
const setuid: Cataloger = {
  name: 'setuid',
  version: 1,
  body: false,
  wants: (_, { type, mode }) => (type === 'file' || type === 'hardlink') && (mode & 0o6000) !== 0,
  parse: () => ({ value: { setuid: true }, notices: [] }),
}

interface Opened {
  readonly images: readonly OpenedImage[]
  readonly notices: readonly Notice[]
  readonly ids: readonly string[]
}
async function openBytes(
  bytes: Buffer,
  kind: ImageKind,
  catalogers: readonly Cataloger[] = [],
  options?: OpenOptions,
): Promise<Opened> {
  const { value, notices } = await openImage({ kind, name: 'web.tar', blob: memoryBlob(bytes) }, catalogers, options)
  const all = [...notices, ...value.flatMap(({ catalogued }) => catalogued.notices)]
  return { images: value, notices: all, ids: all.map(({ id }) => id) }
}
const finds = (image: OpenedImage | undefined): string[] =>
  (image?.catalogued.finds ?? []).map(
    ({ file, finds: found }) => `${file.path}@${file.layer}${found.distribution ? `=${found.distribution.id}` : ''}`,
  )

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const web: ImageSpec = {
  tags: ['web:1'],
  layers: [
    [
      { path: 'usr/' },
      { path: 'usr/lib/' },
      { path: 'lib', link: 'usr/lib' },
      { path: 'etc/os', body: 'one' },
      { path: 'bin/su', mode: 0o4755, body: 'su' },
    ],
    [
      { path: 'lib/info', body: 'through a link' },
      { path: 'etc/os', body: 'two' },
    ],
    [
      { path: 'bin/.wh.su' },
      { path: 'etc/same', flag: '1', link: 'etc/os' },
      { path: 'big', body: 'b'.repeat(300_000) },
    ],
  ],
  config: { User: 'app' },
  history: ['FROM base', null, 'COPY a', 'RUN rm'],
}
const catalogers = [reader('etc/os', 'usr/lib/info', 'etc/same', 'big'), setuid]
const seen = ['big@2', 'etc/os@1=two', 'etc/same@2=two', 'usr/lib/info@1=through a link']

describe('every form of an image gives the same answer', () => {
  const forms: readonly [string, Buffer, ImageKind][] = (['none', 'gzip', 'zstd'] as const).flatMap((compression) => {
    const image = { ...web, compression }
    const archives: [string, Buffer, ImageKind][] = [
      ['docker-archive, legacy', dockerArchive(image, 'legacy'), 'docker-archive'],
      ['docker-archive with blobs', dockerArchive(image, 'oci'), 'docker-archive'],
      ['oci-archive', ociArchive(image), 'oci-archive'],
    ]
    return archives.flatMap(([name, bytes, kind]): [string, Buffer, ImageKind][] =>
      (['none', 'gzip', 'zstd'] as const).map((outer) => [
        `${name}, layers ${compression}, archive ${outer}`,
        compress(bytes, outer),
        kind,
      ]),
    )
  })
  test.each(forms)('%s', async (_, bytes, kind) => {
    expect(await recogniseBlob(memoryBlob(bytes))).toEqual({
      kind: expect.stringMatching(/^(docker|oci)-archive$/) as string,
    })
    const { images, notices } = await openBytes(bytes, kind, catalogers, { verify: 'all' })
    expect(notices).toEqual([])
    const image = images[0]
    expect(images).toHaveLength(1)
    expect(finds(image).map((find) => find.replace(/=b+$/, ''))).toEqual(seen)
    expect(image?.layers.map(({ instruction }) => instruction)).toEqual(['FROM base', 'COPY a', 'RUN rm'])
    expect(image?.names).toContain('web:1')
    expect(JSON.parse(image?.config?.text ?? '')).toMatchObject({ config: { User: 'app' } })
    expect(
      image?.catalogued.past?.map(({ file, how, by, finds: { distribution } }) => [
        file.path,
        distribution?.id,
        how,
        by,
      ]),
    ).toEqual([['etc/os', 'one', 'overwritten', 1]])
  })
  test('an OCI layout folder', async () => {
    const path = join(folder, 'layout')
    writeFolder(ociFiles([web]), path)
    expect(await recognisePath(path)).toEqual({ kind: 'oci-layout' })
    const { value, notices } = await openImage({ kind: 'oci-layout', name: 'layout', path }, catalogers)
    expect(notices).toEqual([])
    expect(finds(value[0]).map((find) => find.replace(/=b+$/, ''))).toEqual(seen)
  })
  test('standard input is spooled, above its bound into a file without a name', async () => {
    const bytes = dockerArchive(web)
    const { blob } = await spool(
      (async function* () {
        yield bytes.subarray(0, 1000)
        yield bytes.subarray(1000)
      })(),
      { ...defaultLimits, memory: 5000 },
    )
    const { value } = await openImage({ kind: 'docker-archive', name: '-', blob }, catalogers)
    blob.close()
    expect(finds(value[0]).map((find) => find.replace(/=b+$/, ''))).toEqual(seen)
  })
  test('input over the limit is told', async () => {
    const { problem } = await spool(
      (async function* () {
        yield Buffer.alloc(100)
      })(),
      { ...defaultLimits, spool: 10 },
    )
    expect(problem).toMatchObject({ id: 'input-too-large' })
  })
})

describe('names and digests', () => {
  test('a modern docker-archive is called by its tags, the digest of its manifest and of its configuration', async () => {
    const { images } = await openBytes(dockerArchive(web), 'docker-archive')
    expect(images[0]?.names).toHaveLength(3)
    expect(images[0]?.digest).toBe(images[0]?.names[1])
  })
  test('several images of one archive are several images', async () => {
    const other: ImageSpec = { tags: ['db:1', 'db:2'], layers: [web.layers[0] ?? [], [{ path: 'x' }]] }
    const { images } = await openBytes(archiveOf(dockerFiles([web, other])), 'docker-archive', catalogers)
    expect(images.map(({ names }) => names[0])).toEqual(['web:1', 'db:1'])
    expect(finds(images[1])).toEqual(['bin/su@0', 'etc/os@0=one'])
  })
  test('one image by several names is one image', async () => {
    const { images } = await openBytes(archiveOf(ociFiles([web, { ...web, tags: ['web:2'] }])), 'oci-archive')
    expect(images.map(({ names }) => names.slice(0, 1))).toEqual([['web:1']])
    expect(images[0]?.names).toContain('web:2')
  })
  const arm = { ...web, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }
  const amd = { ...web, layers: [[{ path: 'etc/os', body: 'amd' }]], platform: { os: 'linux', architecture: 'amd64' } }
  test.each([
    ['linux/amd64', 'amd'],
    ['linux/arm64', 'two'],
    ['linux/s390x', 'two'],
  ])('of an index for several platforms %s is taken, and the others are named', async (platform, text) => {
    const { images, notices } = await openBytes(archiveOf(ociFiles([arm, amd])), 'oci-archive', [reader('etc/os')], {
      platform,
    })
    expect(finds(images[0])[0]).toContain(`=${text}`)
    expect(notices).toMatchObject([{ id: 'image-passed-over', lost: false }])
  })
  test('an index inside the index is followed, and build records in it are none', async () => {
    const files = ociFiles([amd])
    const { manifests } = JSON.parse(String(files.get('index.json'))) as { manifests: object[] }
    const record = { ...addDocument(files, { config: {} }), platform: { os: 'unknown', architecture: 'unknown' } }
    const inner = addDocument(files, {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [...manifests, record],
    })
    files.set('index.json', Buffer.from(JSON.stringify({ manifests: [inner] })))
    const { images, notices } = await openBytes(archiveOf(files), 'oci-archive', [reader('etc/os')])
    expect(notices).toMatchObject([{ id: 'image-passed-over', lost: false }])
    expect(notices[0]?.message).toContain('attestation')
    expect(finds(images[0])).toEqual(['etc/os@0=amd'])
  })
  test('indexes deeper than the limit are told', async () => {
    const files = ociFiles([amd])
    let { manifests } = JSON.parse(String(files.get('index.json'))) as { manifests: object[] }
    for (let depth = 0; depth < 6; depth++) manifests = [addDocument(files, { manifests })]
    files.set('index.json', Buffer.from(JSON.stringify({ manifests })))
    expect((await openBytes(archiveOf(files), 'oci-archive')).ids).toContain('index-limit')
  })
})

describe('bad input is a notice and never a pass', () => {
  const legacy = (): Files => dockerFiles([web], 'legacy')
  const oci = (compression: 'none' | 'gzip' = 'none'): Files => ociFiles([{ ...web, compression }])
  const edit = (
    files: Files,
    pick: (name: string, body: Buffer) => boolean,
    change: (body: Buffer) => Buffer | undefined,
  ): Buffer => {
    for (const [name, body] of files) {
      if (!pick(name, body)) continue
      const changed = change(body)
      if (changed) files.set(name, changed)
      else files.delete(name)
    }
    return archiveOf(files)
  }
  const named =
    (wanted: string) =>
    (name: string): boolean =>
      name === wanted
  const isLayer = (_: string, body: Buffer): boolean =>
    body.includes('through a link') || body.readUInt16BE(0) === 0x1f8b
  const gone = (): undefined => undefined
  const flip = (body: Buffer): Buffer =>
    Buffer.from(body.map((byte, at) => (at === body.length - 30 ? byte ^ 1 : byte)))

  const cases: readonly [string, () => Buffer, ImageKind, string][] = [
    ['no manifest.json', () => edit(legacy(), named('manifest.json'), gone), 'docker-archive', 'manifest-missing'],
    [
      'a null manifest',
      () => edit(legacy(), named('manifest.json'), () => Buffer.from('null')),
      'docker-archive',
      'manifest-empty',
    ],
    [
      'an entry that is null',
      () => edit(legacy(), named('manifest.json'), () => Buffer.from('[null]')),
      'docker-archive',
      'manifest-invalid',
    ],
    [
      'a manifest that is no JSON',
      () => edit(legacy(), named('manifest.json'), () => Buffer.from('{')),
      'docker-archive',
      'json-invalid',
    ],
    [
      'a manifest of 5 MB',
      () => edit(legacy(), named('manifest.json'), () => Buffer.alloc(5 * 2 ** 20, 32)),
      'docker-archive',
      'document-limit',
    ],
    [
      'a missing configuration',
      () => edit(legacy(), (name) => /^[0-9a-f]{64}\.json$/.test(name), gone),
      'docker-archive',
      'blob-missing',
    ],
    [
      'a changed configuration',
      () =>
        edit(
          legacy(),
          (name) => /^[0-9a-f]{64}\.json$/.test(name),
          () => Buffer.from('{}'),
        ),
      'docker-archive',
      'digest-wrong',
    ],
    ['a missing layer', () => edit(legacy(), isLayer, gone), 'docker-archive', 'layer-missing'],
    [
      'a layer named outside',
      () =>
        edit(legacy(), named('manifest.json'), (body) =>
          Buffer.from(String(body).replace(/"[0-9a-f]{64}\/layer/, '"../../etc/layer')),
        ),
      'docker-archive',
      'layer-missing',
    ],
    [
      'fewer layers than the configuration says',
      () =>
        edit(legacy(), named('manifest.json'), (body) =>
          Buffer.from(String(body).replace(/"Layers":\["[^"]*",/, '"Layers":[')),
        ),
      'docker-archive',
      'layer-count',
    ],
    ['no index.json', () => edit(oci(), named('index.json'), gone), 'oci-archive', 'manifest-missing'],
    [
      'an index without images',
      () => edit(oci(), named('index.json'), () => Buffer.from('{}')),
      'oci-archive',
      'manifest-empty',
    ],
    [
      'a manifest by sha512',
      () => edit(oci(), named('index.json'), (body) => Buffer.from(String(body).replace('sha256:', 'sha512:'))),
      'oci-archive',
      'manifest-invalid',
    ],
    ['a corrupt compressed layer', () => edit(oci('gzip'), isLayer, flip), 'oci-archive', 'archive-corrupt'],
    [
      'a truncated compressed layer',
      () => edit(oci('gzip'), isLayer, (body) => body.subarray(0, -40)),
      'oci-archive',
      'archive-truncated',
    ],
    [
      'another layer in the place of a compressed one',
      () => edit(oci('gzip'), isLayer, () => gzipSync(tar([{ path: 'evil' }]))),
      'oci-archive',
      'digest-wrong',
    ],
    [
      'a layer compressed with xz',
      () => edit(oci(), isLayer, () => Buffer.from('fd377a585a000000', 'hex')),
      'oci-archive',
      'compression-unsupported',
    ],
    [
      'an encrypted layer',
      () => {
        const files = oci()
        const index = JSON.parse(String(files.get('index.json'))) as { manifests: { digest: string }[] }
        const name = `blobs/${index.manifests[0]?.digest.replace(':', '/') ?? ''}`
        const manifest = JSON.parse(
          String(files.get(name)).replaceAll('layer.v1.tar', 'layer.v1.tar+encrypted'),
        ) as Record<string, unknown>
        files.set('index.json', Buffer.from(JSON.stringify({ manifests: [addDocument(files, manifest)] })))
        return archiveOf(files)
      },
      'oci-archive',
      'layer-encrypted',
    ],
    [
      'a truncated archive',
      () => dockerArchive(web, 'legacy').subarray(0, 4000),
      'docker-archive',
      'archive-truncated',
    ],
    [
      'a truncated gzip archive',
      () => gzipSync(dockerArchive(web)).subarray(0, -20),
      'docker-archive',
      'archive-truncated',
    ],
    [
      'garbage after a zstd frame',
      () => Buffer.concat([zstdCompressSync(dockerArchive(web)), Buffer.from('garbage')]),
      'docker-archive',
      'archive-corrupt',
    ],
  ]
  test.each(cases)('%s', async (_, bytes, kind, id) => {
    const { ids, notices } = await openBytes(bytes(), kind, catalogers)
    expect(ids).toContain(id)
    expect(notices.filter((notice) => notice.id === id).every(({ lost }) => lost)).toBe(true)
  })
  test('an uncompressed layer with a wrong digest is told when all is to be verified', async () => {
    const bytes = edit(oci(), isLayer, () => tar([{ path: 'evil' }]))
    expect((await openBytes(bytes, 'oci-archive', [], { verify: 'all' })).ids).toContain('digest-wrong')
  })
  test('an uncompressed layer inside a compressed archive is compared with its diffID when all is to be verified', async () => {
    const bytes = gzipSync(edit(legacy(), isLayer, () => tar([{ path: 'evil' }])))
    expect((await openBytes(bytes, 'docker-archive', [], { verify: 'all' })).ids).toContain('digest-wrong')
    expect((await openBytes(gzipSync(dockerArchive(web)), 'docker-archive', [], { verify: 'all' })).ids).toEqual([])
  })
  test('a compressed layer inside a compressed archive is always compared with its digest', async () => {
    const bytes = gzipSync(edit(oci('gzip'), isLayer, () => gzipSync(tar([{ path: 'evil' }]))))
    expect((await openBytes(bytes, 'oci-archive')).ids).toContain('digest-wrong')
  })
  test('a compressed layer of no digest is compared with its diffID', async () => {
    const bytes = edit(dockerFiles([{ ...web, compression: 'gzip' }], 'legacy'), isLayer, () =>
      gzipSync(tar([{ path: 'evil' }])),
    )
    expect((await openBytes(bytes, 'docker-archive')).ids).toContain('digest-wrong')
  })
  test('a compressed archive is not inflated for ever, and the files that go unread are told', async () => {
    const bytes = gzipSync(dockerArchive(web))
    const { ids, notices, images } = await openBytes(bytes, 'docker-archive', catalogers, { limits: { passes: 0 } })
    expect(ids).toEqual(['pass-limit', 'pass-limit'])
    expect(notices).toContainEqual(
      expect.objectContaining({ lost: true, place: startOf('usr/lib/info', { in: 'web.tar', layer: 1 }) }),
    )
    expect(images).toHaveLength(1)
  })
  test('absent, a folder for a file, a device', async () => {
    for (const path of [join(folder, 'absent'), folder, '/dev/null']) {
      const { notices } = await openImage({ kind: 'docker-archive', name: path, path }, [])
      expect(notices).toMatchObject([{ id: 'file-unreadable', lost: true }])
    }
  })

  const layer = (members: readonly Member[], options?: OpenOptions, catalog: readonly Cataloger[] = []) =>
    openBytes(dockerArchive({ layers: [members] }), 'docker-archive', catalog, options)
  test('a member that climbs out of the root is told and not read', async () => {
    const { notices, images } = await layer(
      [
        { path: '../etc/passwd', body: 'x' },
        { path: 'etc/passwd', body: 'y' },
      ],
      {},
      [reader('etc/passwd')],
    )
    expect(notices).toMatchObject([{ id: 'path-outside', lost: true, place: { layer: 0 } }])
    expect(finds(images[0])).toEqual(['etc/passwd@0=y'])
  })
  test('a circle of links is told with the path and the layer', async () => {
    const { notices } = await layer([{ path: 'a', link: 'a' }, { path: 'a/b' }])
    expect(notices).toMatchObject([{ id: 'link-loop', lost: true, place: { file: 'a/b', in: 'web.tar', layer: 0 } }])
  })
  test('entries over the limit are told', async () => {
    const members = Array.from({ length: 20 }, (_, at) => ({ path: `f${at}` }))
    for (const outer of ['none', 'gzip'] as const) {
      const bytes = compress(dockerArchive({ layers: [members] }), outer)
      const { ids, images } = await openBytes(bytes, 'docker-archive', [], { limits: { entries: 10 } })
      expect([ids, images[0]?.entries]).toEqual([['entry-limit'], 10])
    }
  })
  test('what is wrong a thousand times is told twenty times and counted', async () => {
    const { notices } = await layer(Array.from({ length: 1000 }, (_, at) => ({ path: `../${at}` })))
    expect(notices).toHaveLength(21)
    expect(notices.at(-1)?.message).toContain('979 more')
  })
  test('layers named a thousand times over cost no more than the limit', async () => {
    const files = dockerFiles([{ layers: [Array.from({ length: 10 }, (_, at) => ({ path: `f${at}` }))] }])
    const [manifest] = JSON.parse(String(files.get('manifest.json'))) as [{ Config: string; Layers: string[] }]
    const Layers = Array.from({ length: 500 }, () => manifest.Layers[0])
    files.set('manifest.json', Buffer.from(JSON.stringify([{ ...manifest, Layers }])))
    const { ids, images } = await openBytes(archiveOf(files), 'docker-archive', [], {
      limits: { entries: 100, layers: 50 },
    })
    expect(ids.toSorted()).toEqual(['entry-limit', 'layer-count', 'layer-limit'])
    expect(images[0]?.catalogued.past?.length).toBeLessThan(100)
  })
  test('a file over the limit that a cataloger wants is told, one that nobody wants is not', async () => {
    for (const compression of ['none', 'gzip'] as const) {
      const bytes = dockerArchive({
        compression,
        layers: [
          [
            { path: 'a', body: 'x'.repeat(200) },
            { path: 'b', body: 'x'.repeat(200) },
          ],
        ],
      })
      const { notices } = await openBytes(bytes, 'docker-archive', [reader('a')], { limits: { body: 100 } })
      expect(notices).toMatchObject([{ id: 'file-limit', lost: true, place: { file: 'a', layer: 0 } }])
    }
  })
  test('a name over the limit is told', async () => {
    expect((await layer([{ path: 'x/'.repeat(2500) }])).ids).toEqual(['path-limit'])
  })
  test.each(['none', 'gzip'] as const)('what takes too long is stopped and told, layers %s', async (compression) => {
    const files = Array.from({ length: 5000 }, (_, at) => ({ path: `f${at}`, body: 'x'.repeat(at) }))
    let now = 0
    const read = (time: number) =>
      openBytes(dockerArchive({ layers: [files], compression }), 'docker-archive', [reader('f4999')], {
        clock: () => (now += 100),
        limits: { time },
      })
    expect((await read(0)).ids).toContain('time-limit')
    expect((await read(0.2)).ids).toContain('time-limit')
    expect((await read(3600)).ids).toEqual([])
  })
  test('a bomb is stopped', async () => {
    const bytes = gzipSync(tar([{ path: 'etc/a' }, { path: 'usr/zeros', body: Buffer.alloc(2 ** 22) }]))
    expect((await openBytes(bytes, 'rootfs', [], { limits: { inflated: 2 ** 20 } })).ids).toEqual(['inflation-limit'])
    expect((await openBytes(bytes, 'rootfs', [], { limits: { ratio: 10, ratioFrom: 2 ** 16 } })).ids).toEqual([
      'inflation-limit',
    ])
  })
  test('an error in a cataloger is told and nothing else is lost', async () => {
    const broken: Cataloger = {
      ...reader('etc/os'),
      name: 'broken',
      parse: () => {
        throw new Error('oops')
      },
    }
    const { ids, images } = await openBytes(dockerArchive(web), 'docker-archive', [broken, ...catalogers])
    expect(ids).toEqual(['reader-failed'])
    expect(finds(images[0])).toHaveLength(4)
  })
})

describe('compressed data that other readers lose', () => {
  const image = tar([{ path: 'etc/os', body: 'first' }], Buffer.alloc(0))
  const rest = tar([{ path: 'usr/hidden', body: 'second' }])
  test.each([
    ['zstd frames in one write', Buffer.concat([zstdCompressSync(image), zstdCompressSync(rest)])],
    [
      'a skippable zstd frame between',
      Buffer.concat([zstdCompressSync(image), Buffer.from('502a4d180400000001020304', 'hex'), zstdCompressSync(rest)]),
    ],
    [
      'a skippable zstd frame first',
      Buffer.concat([Buffer.from('512a4d180400000001020304', 'hex'), zstdCompressSync(Buffer.concat([image, rest]))]),
    ],
    [
      'many zstd frames',
      Buffer.concat(
        [image, rest].flatMap((part) =>
          Array.from({ length: part.length / 512 }, (_, at) =>
            zstdCompressSync(part.subarray(at * 512, at * 512 + 512)),
          ),
        ),
      ),
    ],
    ['gzip members', Buffer.concat([gzipSync(image), gzipSync(rest)])],
  ])('%s', async (_, bytes) => {
    const { images, notices } = await openBytes(bytes, 'rootfs', [reader('etc/os', 'usr/hidden')])
    expect(notices).toEqual([])
    expect(finds(images[0])).toEqual(['etc/os@0=first', 'usr/hidden@0=second'])
  })
})

describe('root file systems', () => {
  const members: Member[] = [
    { path: 'etc/' },
    { path: 'etc/os', body: 'x' },
    { path: 'usr/.wh.kept' },
    { path: 'usr/bin/', mode: 0o755 },
    { path: 'bin', link: 'usr/bin' },
  ]
  test('what `docker export` writes, plain and compressed, is recognised, and no name in it is a whiteout', async () => {
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const bytes = compress(tar(members), compression)
      expect(await recogniseBlob(memoryBlob(bytes))).toEqual({ kind: 'rootfs' })
      const { images, notices } = await openBytes(bytes, 'rootfs', [reader('etc/os', 'usr/.wh.kept')])
      expect(notices).toEqual([])
      expect(finds(images[0])).toEqual(['etc/os@0=x', 'usr/.wh.kept@0='])
    }
  })
  test('a layer by itself is read as one, and said', async () => {
    const layer: Member[] = [{ path: 'srv/a', body: 'x' }, { path: 'srv/.wh.gone' }, { path: 'srv/.wh..wh..opq' }]
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const bytes = compress(tar(layer), compression)
      expect(await recogniseBlob(memoryBlob(bytes))).toEqual({ kind: 'layer' })
      const { images, notices } = await openBytes(bytes, 'layer', [reader('srv/a', 'srv/.wh.gone')])
      expect(finds(images[0])).toEqual(['srv/a@0=x'])
      expect(notices).toMatchObject([{ id: 'layer-alone', lost: false }])
    }
  })
  test('an image archive dressed up as a root file system is told', async () => {
    const decoy = new Map([
      ['etc/x', Buffer.from('')],
      ['usr/x', Buffer.alloc(200_000)],
    ])
    const bytes = gzipSync(archiveOf(new Map([...decoy, ...dockerFiles([web])])))
    expect(await recogniseBlob(memoryBlob(bytes))).toEqual({ kind: 'rootfs' })
    expect((await openBytes(bytes, 'rootfs')).ids).toEqual(['image-ambiguous'])
  })
  test('a folder is walked without following links out of it', async () => {
    const root = join(folder, 'root')
    writeFolder(
      new Map([
        ['etc/passwd', Buffer.from('inside')],
        ['usr/bin/a', Buffer.from('')],
        ['var/x', Buffer.from('')],
      ]),
      root,
    )
    writeFileSync(join(folder, 'secret'), 'outside')
    symlinkSync(join(folder, 'secret'), join(root, 'etc/os'))
    symlinkSync(folder, join(root, 'out'))
    expect(await recognisePath(root)).toEqual({ kind: 'rootfs' })
    const everything: Cataloger = { ...reader(), wants: (_, { type }) => type === 'file' }
    const { value, notices } = await openImage({ kind: 'rootfs', name: 'root', path: root }, [everything])
    expect(finds(value[0])).toEqual(['etc/passwd@0=inside', 'usr/bin/a@0=', 'var/x@0='])
    expect(notices).toMatchObject([{ id: 'file-capabilities-unread', lost: false }])
  })
})

describe('recognition', () => {
  test.each([
    ['', 'empty'],
    ['services: {}\n', 'text'],
    ['\u00e9'.repeat(5000), 'text'],
    ['\0\x01\x02', 'foreign'],
  ])('%j is %s', async (text, kind) => expect((await recogniseBlob(memoryBlob(Buffer.from(text)))).kind).toBe(kind))
  test('bytes that nobody reads are called by what they are', async () => {
    const elf = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(60)])
    expect(await recogniseBlob(memoryBlob(elf))).toEqual({ kind: 'foreign', what: 'an ELF program' })
    expect(await recogniseBlob(memoryBlob(gzipSync(Buffer.from('hello'))))).toMatchObject({ kind: 'foreign' })
    expect(await recogniseBlob(memoryBlob(tar([])))).toMatchObject({ kind: 'foreign' })
  })
  test("absent is told by the system's word", async () =>
    expect(await recognisePath(join(folder, 'absent'))).toEqual({ kind: 'unreadable', because: 'ENOENT' }))
})

const corpus = resolve('../shared/corpora/images')
if (!existsSync(corpus)) console.log('corpora/images is absent: its tests are skipped')

interface Inventory {
  readonly file: string
  readonly format?: string
  readonly images?: number
  readonly repoTags?: readonly string[]
  readonly layers?: readonly { readonly members: number; readonly setuid: number }[]
}

describe.skipIf(!existsSync(corpus))('corpora/images', () => {
  const inventory = JSON.parse(
    existsSync(corpus) ? readFileSync(join(corpus, 'inventory.json'), 'utf8') : '[]',
  ) as readonly Inventory[]
  /** Where Python's plain reading and this one differ, and why. */
  const differs = new Map([
    ['test_gc_index', 'several manifests share the layer'],
    ['test_index', 'several manifests share layers'],
    ['test_index_media_type', 'the artifact is a Helm chart'],
    ['test-oci-zstd-image.tar', 'Python read no zstd'],
    ['docker-', 'compressed with xz'],
    ['delete_image_', 'the layers are text files'],
  ])
  const archives = inventory.filter(({ format }) => format !== undefined && !format.startsWith('plain'))
  test.each(archives)('$file', async ({ file, layers = [], repoTags = [] }) => {
    const path = join(corpus, file)
    const { kind } = await recognisePath(path)
    const known = [...differs.keys()].some((name) => file.slice(file.lastIndexOf('/') + 1).startsWith(name))
    if (kind === 'foreign') return expect(known).toBe(true)
    expect(['docker-archive', 'oci-archive', 'oci-layout']).toContain(kind)
    const { value } = await openImage({ kind: kind as ImageKind, name: file, path }, [setuid])
    const names = value.flatMap((image) => image.names)
    for (const tag of repoTags) expect(names).toContain(tag)
    if (known) return
    expect(value.reduce((sum, { entries }) => sum + entries, 0)).toBe(
      layers.reduce((sum, { members }) => sum + members, 0),
    )
    const setuids = value.flatMap(({ catalogued }) => catalogued.finds).length
    expect(setuids).toBe(layers.reduce((sum, { setuid: count }) => sum + count, 0))
  })
})
