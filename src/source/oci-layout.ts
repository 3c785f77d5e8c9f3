/** OCI image layouts, as directory or archive: index.json, manifests and blobs (OCI image specification 1.1, image-layout.md). */
import type { Bundle } from './bundle.ts'
import type { Sources } from './docker-archive.ts'
import {
  blobName,
  countProblem,
  document,
  layerRecord,
  outlineOf,
  uniqueTexts,
  type ImageSource,
  type LayerSource,
} from './image-source.ts'
import { at, listAt, textAt, type Json } from './json.ts'
import type { Limits, Problem } from './limits.ts'

/** The platform that is taken from an index of several: `linux/amd64`, `linux/arm64/v8`. */
export type Platform = string

interface Context {
  readonly bundle: Bundle
  readonly limits: Limits
  readonly platform: Platform
  readonly problems: Problem[]
  readonly remarks: string[]
  readonly images: ImageSource[]
}

/** `remarks` are not losses: other platforms that the index holds. */
export function ociLayout(
  bundle: Bundle,
  platform: Platform,
  limits: Limits,
): Sources & { readonly remarks: readonly string[] } {
  const index = document(bundle, 'index.json', limits)
  const context: Context = { bundle, limits, platform, problems: [...index.problems], remarks: [], images: [] }
  const descriptors = listAt(index.json, 'manifests')
  if (index.json !== undefined && descriptors.length === 0)
    context.problems.push({
      id: 'manifest-empty',
      message: 'index.json names no image: there is nothing to check. Copy the image into the layout again.',
    })
  // One name may stand once per platform; without names all stand for one image only if their platforms differ.
  const byName = Map.groupBy(descriptors, refOf)
  for (const group of byName.values())
    for (const descriptor of choose(group, context)) open(descriptor, namesOf(descriptor), 1, context)
  return context
}

const annotation = (descriptor: Json, key: string): string => textAt(at(descriptor, 'annotations'), key)
const refOf = (descriptor: Json): string =>
  annotation(descriptor, 'io.containerd.image.name') || annotation(descriptor, 'org.opencontainers.image.ref.name')
const namesOf = (descriptor: Json): string[] => [
  annotation(descriptor, 'io.containerd.image.name'),
  annotation(descriptor, 'org.opencontainers.image.ref.name'),
]

function platformOf(descriptor: Json): string {
  const platform = at(descriptor, 'platform')
  return [textAt(platform, 'os'), textAt(platform, 'architecture'), textAt(platform, 'variant')]
    .filter(Boolean)
    .join('/')
}

/** Build records that stand beside an image and are none (buildkit, attestation-storage.md). */
const isAttestation = (descriptor: Json): boolean =>
  annotation(descriptor, 'vnd.docker.reference.type') === 'attestation-manifest' ||
  platformOf(descriptor) === 'unknown/unknown'

/** Of one image for several platforms the one that is asked for, else the first; images without platforms all. */
function choose(group: readonly Json[], context: Context): readonly Json[] {
  const images = group.filter((descriptor) => !isAttestation(descriptor))
  const records = group.length - images.length
  if (records > 0)
    context.remarks.push(
      records === 1
        ? 'A build record (attestation) stands beside the image and was passed over: it is no image that anybody runs.'
        : `${records} build records (attestations) stand beside the image and were passed over: they are no images that anybody runs.`,
    )
  const platforms = new Set(images.map(platformOf))
  if (images.length < 2 || platforms.has('') || platforms.size < images.length) return images
  const wanted = images.find((descriptor) => platformOf(descriptor) === context.platform)
  const near = images.find((descriptor) => platformOf(descriptor).startsWith(`${context.platform}/`))
  const chosen = wanted ?? near ?? images[0]
  const others = [...platforms].filter((platform) => platform !== platformOf(chosen))
  context.remarks.push(
    `Read for ${platformOf(chosen)}; it is there for ${others.join(', ')} too, which was not checked. Ask for another one with --platform.`,
  )
  return chosen === undefined ? [] : [chosen]
}

function open(descriptor: Json, names: readonly string[], depth: number, context: Context): void {
  const { bundle, limits, problems } = context
  if (context.images.length >= limits.images) return
  const digest = textAt(descriptor, 'digest')
  const name = blobName(digest)
  if (name === undefined) {
    problems.push({
      id: 'manifest-invalid',
      message: `An index names a manifest by ${digest === '' ? 'no digest' : 'a digest that is not sha256'}: it was not read. Copy the image into the layout again.`,
    })
    return
  }
  const manifest = document(bundle, name, limits, digest)
  problems.push(...manifest.problems)
  if (manifest.json === undefined) return
  const nested = listAt(manifest.json, 'manifests')
  if (nested.length > 0) {
    if (depth >= limits.indexDepth)
      problems.push({
        id: 'index-limit',
        message: `Indexes stand in indexes more than ${limits.indexDepth} deep; the inner ones were not read.`,
      })
    else for (const inner of choose(nested, context)) open(inner, [...names, digest], depth + 1, context)
    return
  }
  const image = imageOf(manifest.json, digest, names, context)
  if (image) context.images.push(image)
}

function imageOf(manifest: Json, digest: string, names: readonly string[], context: Context): ImageSource | undefined {
  const { bundle, limits, problems } = context
  const descriptor = at(manifest, 'config')
  const configDigest = textAt(descriptor, 'digest')
  const configName = blobName(configDigest)
  if (configName === undefined) {
    const type = textAt(manifest, 'mediaType')
    problems.push({
      id: 'media-type-unknown',
      message: `${digest} is no image manifest that is read here${type === '' ? '' : ` (${type})`}: it names no configuration. Push or copy the image in the OCI or Docker version 2 form.`,
    })
    return undefined
  }
  const type = textAt(descriptor, 'mediaType')
  if (type !== '' && !/^application\/vnd\.(oci\.image\.config|docker\.container\.image)\./.test(type)) {
    context.remarks.push(`${digest} is no container image (its configuration is ${type}) and was passed over.`)
    return undefined
  }
  const config = document(bundle, configName, limits, configDigest)
  const outline = outlineOf(config.json)
  const layers = listAt(manifest, 'layers').map((layer, index) => layerOf(bundle, layer, index, outline))
  return {
    names: uniqueTexts([...names, digest, configDigest]),
    digest,
    config: config.text === '' ? undefined : { file: configName, text: config.text },
    layers,
    problems: [...config.problems, ...(config.json === undefined ? [] : countProblem(layers.length, outline))],
  }
}

function layerOf(bundle: Bundle, layer: Json, index: number, outline: ReturnType<typeof outlineOf>): LayerSource {
  const digest = textAt(layer, 'digest')
  const type = textAt(layer, 'mediaType')
  const name = blobName(digest) ?? ''
  const source = { name, record: layerRecord(index, digest, name === '' ? undefined : bundle.open(name), outline) }
  if (type.endsWith('+encrypted'))
    return {
      ...source,
      problem: {
        id: 'layer-encrypted',
        message:
          'The layer is encrypted; nothing in it was checked. Decrypt the image (`skopeo copy --decryption-key`) and scan the result.',
      },
    }
  if (name !== '' && !bundle.has(name) && /nondistributable|foreign/.test(type))
    return {
      ...source,
      problem: {
        id: 'layer-foreign',
        message:
          'The layer is kept elsewhere (a foreign layer) and is not in the layout; nothing in it was checked. Save the image from an engine that has it.',
      },
    }
  return source
}
