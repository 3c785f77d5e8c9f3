/**
 * What `docker save` writes: manifest.json names, per image, a configuration, repository tags and layers (moby, image/tarexport).
 * The old form keeps `<id>/layer.tar`, the one of Docker 25 and newer `blobs/sha256/...` and an OCI index.json besides.
 */
import type { Bundle } from './bundle.ts'
import {
  blobName,
  countProblem,
  DIGEST,
  document,
  layerRecord,
  outlineOf,
  uniqueTexts,
  type ImageSource,
  type LayerSource,
} from './image-source.ts'
import { at, isObject, listAt, listOf, textAt, textsOf, type Json } from './json.ts'
import type { Limits, Problem } from './limits.ts'

export interface Sources {
  readonly images: readonly ImageSource[]
  readonly problems: readonly Problem[]
}

export function dockerArchive(bundle: Bundle, limits: Limits): Sources {
  if (!bundle.has('manifest.json'))
    return {
      images: [],
      problems: [
        {
          id: 'manifest-missing',
          message: `The archive has no manifest.json${bundle.has('repositories') ? ', as those of Docker before 1.10' : ''}: which images and layers it holds is not known. Save the image again with \`docker save\`.`,
        },
      ],
    }
  const manifest = document(bundle, 'manifest.json', limits)
  const list = listOf(manifest.json)
  const problems = [...manifest.problems]
  if (manifest.json !== undefined && list.length === 0)
    problems.push({
      id: 'manifest-empty',
      message: 'manifest.json names no image: there is nothing to check. Save the image again with `docker save`.',
    })
  if (list.length > limits.images)
    problems.push({
      id: 'archive-limit',
      message: `The archive names more than ${limits.images} images; the rest was not read.`,
    })
  const manifests = manifestDigests(bundle, limits)
  const images = list.slice(0, limits.images).map((item) => imageOf(bundle, item, manifests, limits))
  return { images, problems }
}

function imageOf(bundle: Bundle, item: Json, manifests: ReadonlyMap<string, string[]>, limits: Limits): ImageSource {
  const configName = textAt(item, 'Config')
  const tags = textsOf(listAt(item, 'RepoTags'))
  if (!isObject(item) || configName === '')
    return {
      names: tags,
      digest: '',
      config: undefined,
      layers: [],
      problems: [
        {
          id: 'manifest-invalid',
          message:
            'An entry of manifest.json names no configuration: the image cannot be read. Save it again with `docker save`.',
        },
      ],
    }
  const digest = digestIn(configName)
  const config = document(bundle, configName, limits, digest === '' ? undefined : digest)
  const outline = outlineOf(config.json)
  const layers = textsOf(listAt(item, 'Layers')).map((name, index): LayerSource => {
    // Only the OCI form names blobs by their own digest; elsewhere a hexadecimal name is an id.
    const stored = name.startsWith('blobs/') ? digestIn(name) : ''
    return { name, record: layerRecord(index, stored, bundle.open(name), outline) }
  })
  const problems = [...config.problems]
  if (config.json !== undefined) problems.push(...countProblem(layers.length, outline))
  const own = manifests.get(config.digest) ?? []
  return {
    names: uniqueTexts([...tags, ...own, config.digest]),
    digest: own[0] ?? config.digest,
    config: config.text === '' ? undefined : { file: configName, text: config.text },
    layers,
    problems,
  }
}

/** The digest that a file's name states: `<hex>.json`, `blobs/sha256/<hex>`, `sha256:<hex>`. */
function digestIn(name: string): string {
  const hex = /(?:^|[/:])([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1]
  return hex === undefined ? '' : `sha256:${hex}`
}

/** Digests of the manifests (and of indexes above them) that the OCI index beside manifest.json names, by the digest of their configuration. */
function manifestDigests(bundle: Bundle, limits: Limits): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>()
  const visit = (descriptors: readonly Json[], above: readonly string[], depth: number): void => {
    for (const descriptor of descriptors.slice(0, limits.images)) {
      const digest = textAt(descriptor, 'digest')
      const name = blobName(digest)
      if (!DIGEST.test(digest) || name === undefined || !bundle.has(name)) continue
      const { json } = document(bundle, name, limits)
      const config = textAt(at(json, 'config'), 'digest')
      if (config !== '') found.set(config, [...(found.get(config) ?? []), digest, ...above])
      else if (depth < limits.indexDepth) visit(listAt(json, 'manifests'), [digest, ...above], depth + 1)
    }
  }
  if (bundle.has('index.json')) visit(listAt(document(bundle, 'index.json', limits).json, 'manifests'), [], 1)
  return found
}
