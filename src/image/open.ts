/** Opens an image archive, layout or root file system and catalogues every image in it. */
import { statSync } from 'node:fs'
import type { Read } from '../model/notice.ts'
import type { Cataloger } from '../model/tree.ts'
import { head, openBlob, type Blob } from '../source/blob.ts'
import { directoryBundle, streamedBundle, tarBundle, type Bundle } from '../source/bundle.ts'
import { compressionOf, MAGIC_LENGTH } from '../source/magic.ts'
import { dockerArchive, type Sources } from '../source/docker-archive.ts'
import { uniqueTexts, type ImageSource } from '../source/image-source.ts'
import { defaultLimits, type Limits } from '../source/limits.ts'
import { ociLayout, type Platform } from '../source/oci-layout.ts'
import type { ImageKind } from '../source/recognise.ts'
import { assemble, type OpenedImage } from './assemble.ts'
import { answerOf, type Cache } from './cache.ts'
import { failure, notice, readingOf, type Context, type ImageTarget } from './context.ts'
import { LayerStore, type AnyBundle } from './layer-store.ts'
import { openRootfs, openRootfsArchive } from './open-rootfs.ts'
import { PassingLayer } from './passing.ts'

export type { ImageTarget } from './context.ts'
export type { OpenedImage } from './assemble.ts'

export interface OpenOptions {
  readonly limits?: Partial<Limits>
  /** Taken from an index of several platforms; default linux/amd64, else the first. */
  readonly platform?: Platform
  /**
   * Documents (manifests, configurations) are always compared with their digests, and so is every compressed layer, because it
   * is read in full anyway: as stored where the manifest gives that digest, else by its diffID. `all` compares uncompressed layers
   * as well, also where the archive around them is compressed. It costs the time of reading and digesting the whole archive;
   * digesting alone is a third of inflating.
   */
  readonly verify?: 'all' | 'read'
  /** Milliseconds since some time: what `limits.time` is measured by. Absent: there is no limit of time. */
  readonly clock?: () => number
  /** Called once where an image turns out to be large: who runs this may spare memory from then on. */
  readonly large?: () => void
  /** Answers of earlier runs. */
  readonly cache?: Cache
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
  const { clock = () => 0 } = options
  const end = clock() + limits.time * 1000
  const context: Context = {
    target,
    catalogers,
    limits,
    budget: { left: limits.archiveEntries },
    merging: { left: limits.mergedEntries },
    platform: options.platform ?? 'linux/amd64',
    verifyAll: options.verify === 'all',
    late: () => clock() > end,
    memory: { left: limits.memory },
    ...(options.large && { large: options.large }),
    ...(options.cache && { cache: options.cache }),
  }
  return answerOf(context, () => openTarget(context))
}

async function openTarget(context: Context): Promise<Read<readonly OpenedImage[]>> {
  const { target } = context
  let blob: Blob | undefined
  try {
    if (target.kind === 'oci-layout' && 'path' in target) return await openBundle(directoryBundle(target.path), context)
    if (target.kind === 'rootfs' && 'path' in target && isDirectory(target.path))
      return await openRootfs(target.path, context)
    blob = 'blob' in target ? target.blob : openBlob(target.path)
    return target.kind === 'rootfs' || target.kind === 'layer'
      ? await openRootfsArchive(blob, context)
      : await openArchive(blob, context)
  } catch (error) {
    return { value: [], notices: [notice(context, failure(error))] }
  } finally {
    if (!('blob' in target)) blob?.close()
  }
}

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
      (again) => new PassingLayer(reading, again, context.verifyAll),
    ),
    context,
  )
}

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
    const layers = new LayerStore(bundle, context, sources.kind !== 'docker-archive')
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
    ...(await assemble(layers, records, notices, true, context)),
  }
}
