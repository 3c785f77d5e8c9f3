/** Layers, lowest first -> the opened image: folded, catalogued, with its notices in their places. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Catalogued, LayerRecord } from '../model/tree.ts'
import type { Limits, Problem } from '../source/limits.ts'
import type { ImageKind } from '../source/recognise.ts'
import { catalogue } from './catalogue.ts'
import { notice, type Context } from './context.ts'
import type { LayerContent } from './gathering.ts'
import { mergeLayers } from './merge.ts'

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
  /** Every layer was compared with a digest that the image names. */
  readonly verified: boolean
  /** Entries of all layers, whiteouts included. */
  readonly entries: number
}

/** Folds the layers and has the result catalogued. */
export async function assemble(
  layers: readonly LayerContent[],
  records: readonly LayerRecord[],
  about: readonly Notice[],
  whiteouts: boolean,
  context: Context,
): Promise<Pick<OpenedImage, 'layers' | 'catalogued' | 'verified' | 'entries'>> {
  const { target, limits } = context
  const bounded = boundEntries(layers, context)
  const tree = mergeLayers(bounded, { hops: limits.hops, path: limits.path, whiteouts })
  const catalogued = await catalogue(tree, layers, context)
  const cut = bounded.some(({ entries }, index) => entries.length < (layers[index]?.entries.length ?? 0))
  const partial =
    cut || tree.problems.length > 0 || [...about, ...layers.flatMap((layer) => layer.notices)].some(({ lost }) => lost)
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
    catalogued: {
      finds: catalogued.finds,
      ...(catalogued.past && { past: catalogued.past }),
      notices: abridge(notices),
      ...(partial && { partial }),
    },
    verified: layers.every((layer) => layer.verified),
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
