/** The layers of an archive, each read once. */
import pLimit from 'p-limit'
import { startOf } from '../model/place.ts'
import type { Bundle, StreamedBundle } from '../source/bundle.ts'
import type { LayerSource } from '../source/image-source.ts'
import type { Problem } from '../source/limits.ts'
import { failure, readingOf, type Context } from './context.ts'
import type { LayerContent } from './gathering.ts'
import { readLayer } from './layer.ts'
import type { PassedLayer } from './passing.ts'

export type AnyBundle = Bundle | StreamedBundle<PassedLayer>

/** Layers by blob: images of one archive share them. */
export class LayerStore {
  readonly #read = new Map<string, Promise<LayerContent>>()
  readonly #bundle: AnyBundle
  readonly #context: Context
  /** zlib inflates in a thread pool; a few layers at once keep it busy. */
  readonly #atOnce = pLimit(4)
  readonly #verifyStored: boolean
  constructor(bundle: AnyBundle, context: Context, verifyStored: boolean) {
    this.#bundle = bundle
    this.#context = context
    this.#verifyStored = verifyStored
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
        return passed.compare(record.diffId || record.digest)
      }
    }
    try {
      const blob = this.#bundle.open(name)
      return blob ? await readLayer(blob, record, readingOf(this.#context, this.#verifyStored)) : absent(missing(name))
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
  verified: false,
  notices: [{ id: problem.id, place: startOf(''), message: problem.message, lost: true }],
  early: new Map(),
  bodies: async () => {},
})
