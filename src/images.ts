/** Image targets -> images: opened, catalogued, turned into facts. */
import { catalogers } from './catalog/index.ts'
import { imageContent } from './catalog/facts.ts'
import { imageFacts } from './dialect/image-config.ts'
import { readText } from './document/read.ts'
import type { Cache } from './image/cache.ts'
import { openImage, type ImageTarget, type OpenedImage } from './image/open.ts'
import { imageUser } from './join/user.ts'
import type { Limits } from './source/limits.ts'
import { recipeOf } from './join/recipe.ts'
import { set, unknown, byDefault } from './model/fact.ts'
import { image as imageRows, type ImageFacts } from './model/fields.ts'
import type { Packages } from './model/package.ts'
import type { Notice, Read } from './model/notice.ts'
import { startOf, type Place } from './model/place.ts'
import type { Image } from './model/subject.ts'
import { unanswered } from './model/unanswered.ts'
import { idOf, partsOf } from './packages.ts'

/** What an image's configuration is called in places (OCI image specification, config.md). */
const CONFIG = 'config.json'

export interface ImageOptions {
  /** `linux/arm64`: which image of a multi-platform index. */
  readonly platform?: string
  /** Uncompressed layers are read in full too, and compared with their digests. */
  readonly verify?: boolean
  readonly limits?: Partial<Limits>
  /** Milliseconds since some time: what the limit of time is measured by. */
  readonly clock?: () => number
  /** Called once where an image turns out to be large. */
  readonly large?: () => void
  /** Answers of earlier runs. */
  readonly cache?: Cache
  /** Ids that other images have. */
  readonly taken?: ReadonlySet<string>
}

/** Every image of the targets. Their ids are unique: a second of the same name gets a number. */
export async function openImages(
  targets: readonly ImageTarget[],
  { platform, verify = false, limits, clock, large, cache, taken = new Set() }: ImageOptions = {},
): Promise<Read<readonly Image[]>> {
  const images: Image[] = []
  const notices: Notice[] = []
  for (const target of targets) {
    const opened = await openImage(target, catalogers, {
      ...(platform !== undefined && { platform }),
      verify: verify ? 'all' : 'read',
      ...(limits && { limits }),
      ...(clock && { clock }),
      ...(large && { large }),
      ...(cache && { cache }),
    })
    notices.push(...opened.notices)
    const unread = opened.notices.find(({ id }) => id === 'file-capabilities-unread')
    for (const one of opened.value) {
      const image = imageOf(one, target, new Set([...taken, ...images.map(({ id }) => id)]))
      // Not read is not "none".
      const fileCapabilities = unknown(image.place, 'extended attributes of a folder are not read', 'file')
      images.push(unread ? { ...image, facts: { ...image.facts, fileCapabilities } } : image)
    }
  }
  return { value: images, notices }
}

function imageOf(opened: OpenedImage, target: ImageTarget, taken: ReadonlySet<string>): Image {
  const id = idOf(opened.names, target.name, taken)
  // Its real name is a digest, and would make every build's findings new ones.
  const place = opened.config ? startOf(CONFIG, { in: id }) : startOf(target.name)
  const parts = partsOf(opened, target, id)
  const { facts, notices } = factsOf(opened, parts.packages, id, place)
  return {
    id,
    names: opened.names,
    target: target.name,
    place,
    facts,
    parts,
    notices: [...opened.catalogued.notices, ...notices],
  }
}

function factsOf(
  opened: OpenedImage,
  packages: Packages,
  id: string,
  place: Place,
): { readonly facts: ImageFacts; readonly notices: readonly Notice[] } {
  const { config } = opened
  const notices: Notice[] = []
  let facts: ImageFacts | undefined
  if (config) {
    const read = readText(config.file, config.text, (line, column) => ({ file: CONFIG, line, column, in: id }))
    notices.push(...read.notices)
    const [root] = read.value.documents
    if (root) facts = imageFacts(root)
  }
  facts ??= unanswered(imageRows, place, 'the image has no configuration that can be read', 'image')
  const [reference] = opened.names
  const known: ImageFacts = {
    ...facts,
    ...imageContent({ id, layers: opened.layers, catalogued: opened.catalogued, packages }),
    reference: reference === undefined ? byDefault(place, '', 'the image carries no name') : set(place, reference),
    names: set(
      place,
      opened.names.map((name) => set(place, name)),
    ),
    digest: opened.digest === '' ? unknown(place, 'the image carries no digest', 'image') : set(place, opened.digest),
    layers: set(
      place,
      opened.layers.map((layer) => ({
        place,
        facts: {
          digest: set(place, layer.digest),
          diffId: set(place, layer.diffId),
          size: set(place, layer.size),
          instruction: set(place, layer.instruction),
        },
      })),
    ),
  }
  return { facts: { ...known, ...imageUser(known), ...recipeOf(known) }, notices }
}
