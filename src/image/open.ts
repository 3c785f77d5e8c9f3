/** Opens an image archive, layout or root file system and catalogues every image in it. */
import { statSync } from 'node:fs'
import pLimit from 'p-limit'
import type { Notice, Read } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Catalogued, Cataloger, LayerRecord } from '../model/tree.ts'
import { head, openBlob, type Blob } from '../source/blob.ts'
import { directoryBundle, streamedBundle, tarBundle, type Bundle, type StreamedBundle } from '../source/bundle.ts'
import { compressionOf, MAGIC_LENGTH } from '../source/compression.ts'
import { dockerArchive, type Sources } from '../source/docker-archive.ts'
import { uniqueTexts, type ImageSource, type LayerSource } from '../source/image-source.ts'
import { defaultLimits, type Limits, type Problem } from '../source/limits.ts'
import { ociLayout, type Platform } from '../source/oci-layout.ts'
import type { ImageKind } from '../source/recognise.ts'
import { codeOf, readRootfsFile, walkRootfs } from '../source/rootfs.ts'
import { catalogue } from './catalogue.ts'
import { PassingLayer, readLayer, type LayerContent, type LayerReading } from './layer.ts'
import { mergeLayers, type Shadowed } from './tree.ts'

/** What is to be opened: a path, or bytes that were read from standard input. The name is shown to users and stands in every place. */
export type ImageTarget = { readonly kind: ImageKind; readonly name: string } & (
  { readonly path: string } | { readonly blob: Blob }
)

export interface OpenOptions {
  readonly limits?: Partial<Limits>
  /** Taken from an index of several platforms; default linux/amd64, else the first. */
  readonly platform?: Platform
  /**
   * Documents (manifests, configurations) are always compared with their digests, and so is every layer that is read in full
   * because it is compressed: as stored where the manifest gives that digest, else by its diffID. `all` reads uncompressed
   * layers in full as well and compares both, which costs the time of reading the whole archive.
   */
  readonly verify?: 'all' | 'read'
}

export interface OpenedImage {
  readonly kind: ImageKind
  /** Repository tags and ref annotations, then digests of manifest, index and configuration. Empty for a root file system. */
  readonly names: readonly string[]
  /** Digest of the manifest, of the configuration where there is none; empty for a root file system. */
  readonly digest: string
  /** The image configuration (OCI image specification, config.md) as text, and the name of its file inside the archive. */
  readonly config?: { readonly file: string; readonly text: string }
  /** Lowest first. */
  readonly layers: readonly LayerRecord[]
  /** What catalogers found in the merged tree, and every notice about this image. */
  readonly catalogued: Catalogued
  /** What a layer held and the merged tree no longer shows. */
  readonly shadowed: readonly Shadowed[]
  /** Entries of all layers, whiteouts included. */
  readonly entries: number
}

interface Context {
  readonly target: ImageTarget
  readonly catalogers: readonly Cataloger[]
  readonly limits: Limits
  readonly platform: Platform
  readonly verifyAll: boolean
  /** Entries that may still be read from the archive, and merged. */
  readonly budget: { left: number }
  readonly merging: { left: number }
}

/**
 * Every image of an archive or layout, read and catalogued. Never throws for bad input: what could not be read is a notice,
 * about the archive in the result's notices, about one image in its `catalogued.notices`.
 */
export async function openImage(
  target: ImageTarget,
  catalogers: readonly Cataloger[],
  options: OpenOptions = {},
): Promise<Read<readonly OpenedImage[]>> {
  const limits = { ...defaultLimits, ...options.limits }
  const context: Context = {
    target,
    catalogers,
    limits,
    budget: { left: limits.archiveEntries },
    merging: { left: limits.mergedEntries },
    platform: options.platform ?? 'linux/amd64',
    verifyAll: options.verify === 'all',
  }
  let blob: Blob | undefined
  try {
    if (target.kind === 'oci-layout' && 'path' in target) return await openBundle(directoryBundle(target.path), context)
    if (target.kind === 'rootfs' && 'path' in target && isDirectory(target.path))
      return await openRootfs(target.path, context)
    blob = 'blob' in target ? target.blob : openBlob(target.path)
    return target.kind === 'rootfs' ? await openRootfsArchive(blob, context) : await openArchive(blob, context)
  } catch (error) {
    return { value: [], notices: [notice(context, failure(error))] }
  } finally {
    if (!('blob' in target)) blob?.close()
  }
}

/** The system's own errors say what they are; anything else is ours, and must not become a pass. */
function failure(error: unknown): Problem {
  const system = error instanceof Error && 'syscall' in error
  if (system || codeOf(error) === 'ENOTREG')
    return {
      id: 'file-unreadable',
      message: `It cannot be read (${codeOf(error)}); nothing in it was checked. See that it is there, is a file or folder as named, and that you may read it.`,
    }
  return {
    id: 'reader-failed',
    message: `Reading it failed (${codeOf(error)}): a fault of Plimsoll's. Nothing in it was checked. Please report it.`,
  }
}

const notice = ({ target }: Context, problem: Problem, lost = true): Notice => ({
  id: problem.id,
  place: startOf(target.name),
  message: problem.message,
  lost,
})

function isDirectory(path: string): boolean {
  return statSync(path).isDirectory()
}

async function openArchive(blob: Blob, context: Context): Promise<Read<readonly OpenedImage[]>> {
  const compression = compressionOf(head(blob, MAGIC_LENGTH))
  if (compression === 'none') return openBundle(tarBundle(blob, context.limits), context)
  const reading = readingOf(context)
  return openBundle(
    await streamedBundle(
      blob,
      compression,
      context.limits,
      (_, again) => new PassingLayer(reading, undefined, true, again),
    ),
    context,
  )
}

type AnyBundle = Bundle | StreamedBundle<ReturnType<PassingLayer['finish']>>

async function openBundle(bundle: AnyBundle, context: Context): Promise<Read<readonly OpenedImage[]>> {
  try {
    const sources = sourcesOf(bundle, context)
    const notices = [...bundle.problems, ...sources.problems].map((problem) => notice(context, problem))
    for (const message of sources.remarks) notices.push(notice(context, { id: 'image-passed-over', message }, false))
    if (sources.images.length === 0 && !notices.some(({ lost }) => lost))
      notices.push(
        notice(context, {
          id: 'image-missing',
          message: 'It holds no container image: nothing was checked. Save or copy the image again.',
        }),
      )
    const layers = new LayerStore(bundle, context)
    const images: OpenedImage[] = []
    for (const source of sameOnce(sources.images)) images.push(await openSource(source, sources.kind, layers, context))
    return { value: images, notices }
  } finally {
    bundle.close()
  }
}

/** An image that several tags, indexes or entries name is one image with several names. */
function sameOnce(sources: readonly ImageSource[]): readonly ImageSource[] {
  const byDigest = new Map<string, ImageSource>()
  sources.forEach((source, index) => {
    const key = source.digest === '' ? `${index}` : source.digest
    const held = byDigest.get(key)
    byDigest.set(key, held ? { ...held, names: uniqueTexts([...held.names, ...source.names]) } : source)
  })
  return [...byDigest.values()]
}

type Found = Sources & { readonly kind: ImageKind; readonly remarks: readonly string[] }

/** manifest.json carries the repository tags, index.json the platforms: each form is read by what it is good for, by the other where that is missing. */
function sourcesOf(bundle: Bundle, { target, platform, limits }: Context): Found {
  const layout = target.kind === 'oci-layout'
  const oci = target.kind !== 'docker-archive' || !bundle.has('manifest.json')
  if (oci && bundle.has('index.json'))
    return { ...ociLayout(bundle, platform, limits), kind: layout ? 'oci-layout' : 'oci-archive' }
  if (!layout) return { ...dockerArchive(bundle, limits), kind: 'docker-archive', remarks: [] }
  return {
    kind: 'oci-layout',
    images: [],
    remarks: [],
    problems: [
      {
        id: 'manifest-missing',
        message:
          'The folder has no index.json: which images it holds is not known. Copy the image into a new layout, for example with `skopeo copy ... oci:FOLDER`.',
      },
    ],
  }
}

const readingOf = ({ catalogers, limits, verifyAll, budget }: Context): LayerReading => ({
  catalogers,
  limits,
  budget,
  verifyAll,
})

/** Layers by blob: images of one archive share them. */
class LayerStore {
  readonly #read = new Map<string, Promise<LayerContent>>()
  readonly #bundle: AnyBundle
  readonly #context: Context
  /** zlib inflates in a thread pool; a few layers at once keep it busy. */
  readonly #atOnce = pLimit(4)
  constructor(bundle: AnyBundle, context: Context) {
    this.#bundle = bundle
    this.#context = context
  }

  get(source: LayerSource): Promise<LayerContent> {
    const held = this.#read.get(source.name)
    const content = held ?? this.#atOnce(() => this.#open(source))
    this.#read.set(source.name, content)
    return content
  }

  async #open({ name, record, problem }: LayerSource): Promise<LayerContent> {
    if (problem) return absent(problem)
    if ('read' in this.#bundle) {
      const passed = this.#bundle.read(name)
      if (passed) {
        // As stored and uncompressed are one and the same here.
        passed.compare(record.diffId || record.digest)
        return passed
      }
    }
    try {
      const blob = this.#bundle.open(name)
      return blob ? await readLayer(blob, record, readingOf(this.#context)) : absent(missing(name))
    } catch (error) {
      return absent(failure(error))
    }
  }
}

const missing = (name: string): Problem => ({
  id: 'layer-missing',
  message: `The manifest names the layer ${name || '(by no sha256 digest)'}, which is not there; nothing in it was checked. Save or copy the image again, whole.`,
})

const absent = (problem: Problem): LayerContent => ({
  entries: [],
  notices: [{ id: problem.id, place: startOf(''), message: problem.message, lost: true }],
  early: new Map(),
  bodies: async () => {},
})

async function openSource(
  source: ImageSource,
  kind: ImageKind,
  store: LayerStore,
  context: Context,
): Promise<OpenedImage> {
  const named = source.layers.slice(0, context.limits.layers)
  const layers = await Promise.all(named.map((layer) => store.get(layer)))
  const notices = source.problems.map((problem) => notice(context, problem))
  if (named.length < source.layers.length)
    notices.push(
      notice(context, {
        id: 'layer-limit',
        message: `The image has more than ${named.length} layers; the upper ones were not read. No engine runs such an image.`,
      }),
    )
  const records = named.map(({ record }) => record)
  return {
    kind,
    names: source.names,
    digest: source.digest,
    ...(source.config && { config: source.config }),
    ...(await finish(layers, records, notices, true, context)),
  }
}

/** Folds the layers and has the result catalogued. */
async function finish(
  layers: readonly LayerContent[],
  records: readonly LayerRecord[],
  about: readonly Notice[],
  whiteouts: boolean,
  context: Context,
): Promise<Pick<OpenedImage, 'layers' | 'catalogued' | 'shadowed' | 'entries'>> {
  const { target, catalogers, limits } = context
  const bounded = boundEntries(layers, context)
  const tree = mergeLayers(bounded, { hops: limits.hops, path: limits.path, whiteouts })
  const catalogued = await catalogue(tree, layers, catalogers, target.name)
  const cut = bounded.some(({ entries }, index) => entries.length < (layers[index]?.entries.length ?? 0))
  const notices = [
    ...about,
    ...(cut ? [notice(context, entryLimit(limits))] : []),
    ...layers.flatMap((layer, index) => layer.notices.map((each) => placed(each, index, records[index], target.name))),
    ...tree.problems.map(({ id, message, path, layer }) => ({
      id,
      message,
      place: startOf(path, { in: target.name, layer }),
      lost: true,
    })),
    ...catalogued.notices,
  ]
  return {
    layers: records,
    catalogued: { finds: catalogued.finds, notices: abridge(notices) },
    shadowed: tree.shadowed,
    entries: layers.reduce((sum, layer) => sum + layer.entries.length, 0),
  }
}

const ALIKE = 20

/** A hostile layer can have the same thing wrong a million times: the first ones are shown, the rest counted. */
function abridge(notices: readonly Notice[]): readonly Notice[] {
  const out: Notice[] = []
  for (const alike of Map.groupBy(notices, ({ id, place }) => `${id} ${place.layer ?? ''}`).values()) {
    out.push(...alike.slice(0, ALIKE))
    const next = alike[ALIKE]
    if (next)
      out.push({ ...next, message: `${next.message} (And ${alike.length - ALIKE - 1} more like this in the layer.)` })
  }
  return out
}

/** Layers that fit the limits each may be too much together, or when many images share them. */
function boundEntries(
  layers: readonly LayerContent[],
  { limits, merging }: Context,
): readonly Pick<LayerContent, 'entries'>[] {
  let left = Math.min(limits.entries, merging.left)
  return layers.map(({ entries }) => {
    const taken = Math.min(left, entries.length)
    left -= taken
    merging.left -= taken
    return { entries: taken < entries.length ? entries.slice(0, taken) : entries }
  })
}

const entryLimit = (limits: Limits): Problem => ({
  id: 'entry-limit',
  message: `The image has more than ${limits.entries} entries, or the archive's images too many together; the rest was not read. Scan its images one by one.`,
})

/** What is wrong with a layer as a whole is said of the target, with the layer's number; what is wrong with a file, of the file. */
function placed(found: Notice, index: number, record: LayerRecord | undefined, name: string): Notice {
  const { file } = found.place
  if (file !== '') return { ...found, place: startOf(file, { in: name, layer: index }) }
  const which = record?.diffId ? `Layer ${index} (${record.diffId}): ` : ''
  return { ...found, place: startOf(name, { layer: index }), message: which + found.message }
}

/** A root file system has one layer, of no digest. */
const only = (size: number): LayerRecord => ({ index: 0, digest: '', diffId: '', size, instruction: '' })

/** An image archive with `etc` and `usr` beside its layers would be taken for a root file system, and its layers would go unread. */
function ambiguity(layer: LayerContent, context: Context): readonly Notice[] {
  const mark = layer.entries.find(({ path }) => path === 'manifest.json' || path === 'oci-layout')
  if (!mark) return []
  const message = `It was read as a root file system and holds ${mark.path} at its root, as an image archive does: if an engine loads it as an image, that image was not checked. Scan it as docker-archive:FILE as well.`
  return [notice(context, { id: 'image-ambiguous', message })]
}

async function openRootfsArchive(blob: Blob, context: Context): Promise<Read<readonly OpenedImage[]>> {
  const reading = readingOf(context)
  const layer = await readLayer(blob, { digest: '', diffId: '' }, reading)
  const image = {
    kind: context.target.kind,
    names: [],
    digest: '',
    ...(await finish([layer], [only(blob.size)], ambiguity(layer, context), false, context)),
  }
  return { value: [image], notices: [] }
}

async function openRootfs(root: string, context: Context): Promise<Read<readonly OpenedImage[]>> {
  const { limits } = context
  const { entries, problems } = walkRootfs(root, limits)
  const layer: LayerContent = {
    entries,
    early: new Map(),
    notices: problems.map(({ id, path, message }) => ({ id, place: startOf(path), message, lost: true })),
    bodies: async (indexes, take) => {
      for (const index of indexes) take(index, readRootfsFile(root, entries[index]?.path ?? '', limits))
    },
  }
  const blind: Problem = {
    id: 'file-capabilities-unread',
    message:
      'File capabilities in a folder cannot be read by Plimsoll: they were not checked. Scan an archive made with `tar --xattrs` instead, as rootfs:FILE.',
  }
  const image = {
    kind: context.target.kind,
    names: [],
    digest: '',
    ...(await finish([layer], [only(0)], [], false, context)),
  }
  return { value: [image], notices: [notice(context, blind, false)] }
}
