/** Builds tar archives, `docker save` archives and OCI layouts in memory: files in, Buffer out. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'

/** A member of a tar archive. What is left out is a plain file of root's with mode 0644, a directory where the path ends in `/`. */
export interface Member {
  readonly path: string
  readonly body?: string | Buffer
  /** Type flag; told by `link` (2) and a trailing slash (5), else 0. */
  readonly flag?: string
  readonly link?: string
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** Written into the header in the place of the body's length. */
  readonly size?: number
  /** pax records of a header before this one. */
  readonly pax?: Readonly<Record<string, string | Buffer>>
  /** Changes the finished header; its checksum is made afterwards. */
  readonly patch?: (header: Buffer) => void
}

export type Compression = 'none' | 'gzip' | 'zstd'

export const compress = (bytes: Buffer, compression: Compression = 'none'): Buffer =>
  compression === 'gzip' ? gzipSync(bytes) : compression === 'zstd' ? zstdCompressSync(bytes) : bytes

export const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** The two zero blocks that end an archive. */
export const END = Buffer.alloc(1024)

export const tar = (members: readonly Member[], end: Buffer = END): Buffer =>
  Buffer.concat([...members.flatMap(memberBytes), end])

function memberBytes(member: Member): Buffer[] {
  const { path, link = '', pax, flag } = member
  const records: Record<string, string | Buffer> = { ...pax }
  if (Buffer.byteLength(path) > 100) records['path'] ??= path
  if (Buffer.byteLength(link) > 100) records['linkpath'] ??= link
  const before = Object.keys(records).length > 0 ? memberBytes({ path: 'pax', flag: 'x', body: paxBody(records) }) : []
  const body = Buffer.from(member.body ?? '')
  const type = flag ?? (member.link !== undefined ? '2' : path.endsWith('/') ? '5' : '0')
  const header = Buffer.alloc(512)
  header.write(path, 0, 100)
  octal(header, member.mode ?? (type === '5' ? 0o755 : 0o644), 100, 8)
  octal(header, member.uid ?? 0, 108, 8)
  octal(header, member.gid ?? 0, 116, 8)
  octal(header, member.size ?? body.length, 124, 12)
  octal(header, 0, 136, 12)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\u000000', 257)
  member.patch?.(header)
  sign(header)
  return [...before, header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
}

const octal = (header: Buffer, value: number, at: number, width: number): number =>
  header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at)

/** Writes the checksum of a header. */
export function sign(header: Buffer): void {
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}

export function paxBody(records: Readonly<Record<string, string | Buffer>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
      let length = rest.length
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length
      return Buffer.concat([Buffer.from(String(length)), rest])
    }),
  )
}

/** An image as its layers; a layer is its members, or the bytes of its archive. */
export interface ImageSpec {
  readonly layers: readonly (readonly Member[] | Buffer)[]
  readonly tags?: readonly string[]
  /** The `config` object of the configuration: User, Env, Cmd ... */
  readonly config?: Readonly<Record<string, unknown>>
  /** `created_by` per layer; null stands for a step that brought no layer and is written with the text `empty`. */
  readonly history?: readonly (string | null)[]
  readonly compression?: Compression
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
}

interface Built {
  readonly config: Buffer
  readonly layers: readonly { readonly tar: Buffer; readonly stored: Buffer }[]
}

function build({ layers, config = {}, history, compression = 'none', platform }: ImageSpec): Built {
  const archives = layers.map((layer) => (Buffer.isBuffer(layer) ? layer : tar(layer)))
  const document = {
    architecture: 'amd64',
    os: 'linux',
    ...platform,
    config,
    rootfs: { type: 'layers', diff_ids: archives.map(sha256) },
    history: (history ?? layers.map((_, index) => `COPY layer ${index}`)).map((step) =>
      step === null ? { created_by: 'empty', empty_layer: true } : { created_by: step },
    ),
  }
  return {
    config: Buffer.from(JSON.stringify(document)),
    layers: archives.map((archive) => ({ tar: archive, stored: compress(archive, compression) })),
  }
}

/** Named blobs, to be changed by a test before they become an archive or a folder. */
export type Files = Map<string, Buffer>

export const archiveOf = (files: Files): Buffer => tar([...files].map(([path, body]) => ({ path, body })))

export function writeFolder(files: Files, folder: string): void {
  for (const [path, body] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), body)
  }
}

const blobPath = (bytes: Buffer): string => `blobs/${sha256(bytes).replace(':', '/')}`

/** What `docker save` writes: `legacy` before Docker 25 (`<id>/layer.tar`), `oci` since. */
export function dockerFiles(images: readonly ImageSpec[], form: 'legacy' | 'oci' = 'oci'): Files {
  const files: Files = new Map()
  const manifest: unknown[] = []
  const descriptors: unknown[] = []
  for (const image of images) {
    const { config, layers } = build(image)
    const hex = (bytes: Buffer): string => sha256(bytes).slice('sha256:'.length)
    const layerName = (stored: Buffer): string => (form === 'oci' ? blobPath(stored) : `${hex(stored)}/layer.tar`)
    const configName = form === 'oci' ? blobPath(config) : `${hex(config)}.json`
    for (const { stored } of layers) files.set(layerName(stored), stored)
    files.set(configName, config)
    manifest.push({
      Config: configName,
      RepoTags: image.tags ?? null,
      Layers: layers.map(({ stored }) => layerName(stored)),
    })
    if (form === 'oci') descriptors.push(addManifest(files, image, config, layers))
  }
  if (form === 'oci') files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: descriptors })))
  if (form === 'oci') files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'))
  else files.set('repositories', Buffer.from('{}'))
  files.set('manifest.json', Buffer.from(JSON.stringify(manifest)))
  return files
}

export function ociFiles(images: readonly ImageSpec[], descriptor: (image: ImageSpec) => object = () => ({})): Files {
  const files: Files = new Map()
  const manifests = images.map((image) => {
    const { config, layers } = build(image)
    for (const { stored } of layers) files.set(blobPath(stored), stored)
    files.set(blobPath(config), config)
    return { ...addManifest(files, image, config, layers), ...descriptor(image) }
  })
  files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })))
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'))
  return files
}

function addManifest(files: Files, image: ImageSpec, config: Buffer, layers: Built['layers']): object {
  const suffix = { none: '', gzip: '+gzip', zstd: '+zstd' }[image.compression ?? 'none']
  const describe = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: sha256(bytes), size: bytes.length })
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describe(config, 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map(({ stored }) => describe(stored, `application/vnd.oci.image.layer.v1.tar${suffix}`)),
  }
  return addDocument(files, manifest, {
    ...(image.tags?.[0] && { annotations: { 'org.opencontainers.image.ref.name': image.tags[0] } }),
    ...(image.platform && { platform: image.platform }),
  })
}

/** Puts a manifest or an index among the blobs and gives its descriptor. */
export function addDocument(files: Files, document: Readonly<Record<string, unknown>>, more: object = {}): object {
  const bytes = Buffer.from(JSON.stringify(document))
  files.set(blobPath(bytes), bytes)
  return { mediaType: document['mediaType'], digest: sha256(bytes), size: bytes.length, ...more }
}

export const dockerArchive = (image: ImageSpec, form: 'legacy' | 'oci' = 'oci'): Buffer =>
  archiveOf(dockerFiles([image], form))
export const ociArchive = (image: ImageSpec): Buffer => archiveOf(ociFiles([image]))
