/** What an archive is, told by the names in it. */
import { cleanPath } from './archive-path.ts'
import type { Blob } from './blob.ts'
import { inflate } from './compression.ts'
import type { Limits } from './limits.ts'
import { looksLikeTar, type Compressed } from './magic.ts'
import type { ImageKind, Recognised } from './recognise.ts'
import { TarStream, walkTar } from './tar.ts'

export function recogniseTar(blob: Blob, limits: Limits): Recognised {
  const names = new Names()
  let left = limits.entries
  walkTar(blob, limits, (header) => {
    names.add(header.name)
    return --left > 0
  })
  return names.kind() ?? { kind: 'foreign', what: 'a tar archive of nothing' }
}

/** `docker save` writes manifest.json last, and inflating the whole archive only to recognise it would cost as much as reading it. */
export async function recogniseCompressed(blob: Blob, compression: Compressed, limits: Limits): Promise<Recognised> {
  const names = new Names()
  let first = true
  let isTar = true
  const stream = new TarStream(limits, (header) => {
    // The answer must not hang on how many members a chunk holds.
    if (!names.certain) names.add(header.name)
    return undefined
  })
  const look = async (chunk: Buffer): Promise<boolean> => {
    if (first && chunk.length >= 512) isTar = looksLikeTar(chunk)
    first = false
    await stream.push(chunk)
    return isTar && !names.certain
  }
  const { problem } = await inflate(blob, compression, limits, look, { glance: true })
  await stream.end()
  const kind = names.kind()
  if (kind) return kind
  if (problem?.id === 'compression-unsupported')
    return { kind: 'foreign', what: `data compressed with ${compression}, which is not read: decompress it first` }
  // A broken archive is one all the same: whoever opens it says what was lost.
  if (problem && isTar && !first) return { kind: 'docker-archive' }
  return {
    kind: 'foreign',
    what: `data compressed with ${compression} that holds no tar archive`,
  }
}

/** The names at the top of an archive, as far as they tell what it is. */
class Names {
  readonly #seen = new Set<string>()
  #image = false
  #any = false

  add(written: string): void {
    const name = cleanPath(written) ?? ''
    this.#any ||= name !== ''
    const slash = name.indexOf('/')
    const top = slash < 0 ? name : name.slice(0, slash)
    if (telling.has(top)) this.#seen.add(top)
    // The old form of `docker save`, podman, kaniko and jib name layers and configurations by digests.
    else if (top.length >= 64 && /^(?:sha256:)?[0-9a-f]{64}(?:$|\.(?:json|tar))/.test(top)) this.#image = true
  }

  get certain(): boolean {
    return this.#image || this.#seen.has('manifest.json') || this.#seen.has('blobs') || this.#isRoot
  }

  get #isRoot(): boolean {
    return this.#seen.has('etc') && (this.#seen.has('usr') || this.#seen.has('bin'))
  }

  /** An image before a root file system: what an engine would load must not be overlooked for a few names beside it. */
  kind(): { readonly kind: ImageKind } | undefined {
    if (this.#seen.has('manifest.json')) return { kind: 'docker-archive' }
    if (this.#seen.has('index.json') && (this.#seen.has('oci-layout') || this.#seen.has('blobs')))
      return { kind: 'oci-archive' }
    if (this.#image || this.#seen.has('repositories') || this.#seen.has('blobs')) return { kind: 'docker-archive' }
    if (this.#isRoot) return { kind: 'rootfs' }
    return this.#any ? { kind: 'layer' } : undefined
  }
}

const telling = new Set(['manifest.json', 'index.json', 'oci-layout', 'blobs', 'repositories', 'etc', 'usr', 'bin'])
