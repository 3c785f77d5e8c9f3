/** What a docker-archive and an OCI layout have in common: images that name a configuration and layers by blob. */
import { createHash } from 'node:crypto'
import type { LayerRecord } from '../model/tree.ts'
import { chunks, whole, type Blob } from './blob.ts'
import type { Bundle } from './bundle.ts'
import { at, isObject, listAt, parseJson, textAt, textsOf, type Json } from './json.ts'
import type { Limits, Problem } from './limits.ts'

export interface LayerSource {
  readonly record: LayerRecord
  /** Name of its blob in the bundle. */
  readonly name: string
  /** Why it is not there to be read, where the manifest says so already. */
  readonly problem?: Problem
}

export interface ImageSource {
  /** Repository tags and ref annotations, then digests of manifest, index and configuration. */
  readonly names: readonly string[]
  /** Digest of the manifest, or of the configuration where there is no manifest. */
  readonly digest: string
  /** The configuration as text, with the name of the file that it came from. */
  readonly config: { readonly file: string; readonly text: string } | undefined
  readonly layers: readonly LayerSource[]
  readonly problems: readonly Problem[]
}

export const DIGEST = /^sha256:[0-9a-f]{64}$/

/** `blobs/sha256/<hex>` of a digest (OCI image layout); undefined for one that is not well-formed or not sha256. */
export const blobName = (digest: string): string | undefined =>
  DIGEST.test(digest) ? `blobs/${digest.replace(':', '/')}` : undefined

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const wrongDigest = (what: string, want: string, is: string): Problem => ({
  id: 'digest-wrong',
  message: `${what} should have the digest ${want} and has ${is}: it was damaged or changed after it was named. Get the image again from where you trust it.`,
})

/** SHA-256 of a blob as it is stored, in hexadecimal. */
export function sha256Of(blob: Blob): string {
  const hash = createHash('sha256')
  for (const chunk of chunks(blob)) hash.update(chunk)
  return hash.digest('hex')
}

/** Nothing where the digest is right, or none is known (empty). */
export function compareDigest(what: string, want: string, sha256: string): Problem[] {
  const is = `sha256:${sha256}`
  return want === '' || want === is ? [] : [wrongDigest(what, want, is)]
}

/** A small JSON document of a bundle, checked against its digest where one is given. */
export function document(
  bundle: Bundle,
  name: string,
  limits: Limits,
  digest?: string,
): { readonly text: string; readonly json: Json; readonly digest: string; readonly problems: readonly Problem[] } {
  const lost = (id: string, message: string) => ({ text: '', json: undefined, digest: '', problems: [{ id, message }] })
  const blob = bundle.open(name)
  if (!blob)
    return lost(
      'blob-missing',
      `${name} is named and not there; what it says is lost. Save or copy the image again, whole.`,
    )
  const bytes = whole(blob, limits.document)
  if (!bytes)
    return lost(
      'document-limit',
      `${name} is larger than ${limits.document} bytes and was not read. An image's documents are a few kilobytes.`,
    )
  const is = sha256(bytes)
  const problems: Problem[] = []
  if (digest !== undefined && is !== digest) problems.push(wrongDigest(name, digest, is))
  const json = parseJson(bytes)
  if (json === undefined)
    problems.push({
      id: 'json-invalid',
      message: `${name} is no valid JSON; what it says is lost. Save or copy the image again.`,
    })
  return { text: bytes.toString('utf8'), json, digest: is, problems }
}

/** What the reader of layers needs of a configuration (OCI image specification, config.md); the rest is a dialect's business. */
export interface ConfigOutline {
  readonly diffIds: readonly string[]
  /** Per layer, the instruction that made it. */
  readonly instructions: readonly string[]
  readonly isImage: boolean
}

export function outlineOf(config: Json): ConfigOutline {
  const rootfs = at(config, 'rootfs')
  const diffIds = textsOf(listAt(rootfs, 'diff_ids'))
  const instructions = listAt(config, 'history')
    .filter((step) => at(step, 'empty_layer') !== true)
    .map((step) => textAt(step, 'created_by'))
  return {
    diffIds,
    // A history that does not fit the layers would put the blame on the wrong line.
    instructions: instructions.length === diffIds.length ? instructions : [],
    isImage: isObject(rootfs) || typeof at(config, 'architecture') === 'string',
  }
}

export const layerRecord = (
  index: number,
  digest: string,
  blob: Pick<Blob, 'size'> | undefined,
  outline: ConfigOutline,
): LayerRecord => ({
  index,
  digest,
  diffId: outline.diffIds[index] ?? '',
  size: blob?.size ?? 0,
  instruction: outline.instructions[index] ?? '',
})

/** Nothing in the manifest says how many layers there are but the configuration: they must agree. */
export function countProblem(layers: number, outline: ConfigOutline): readonly Problem[] {
  return layers === outline.diffIds.length
    ? []
    : [
        {
          id: 'layer-count',
          message: `The manifest names ${layers} layers and the configuration ${outline.diffIds.length}; engines refuse such an image, and which layers are meant is not known. Build or save it again.`,
        },
      ]
}

export const uniqueTexts = (texts: readonly string[]): readonly string[] =>
  [...new Set(texts)].filter((text) => text !== '')
