/** Reads targets one after the other, and gathers what is in them. */
import { sbomForm } from './catalog/sbom/recognise.ts'
import type { Comment, Node } from './document/node.ts'
import type { Cache } from './image/cache.ts'
import type { ImageTarget } from './image/open.ts'
import type { Notice, Read } from './model/notice.ts'
import { startOf } from './model/place.ts'
import type { InputNote, Target } from './model/result.ts'
import type { Container, Engine, Grant, Image } from './model/subject.ts'
import type { Bystander, ReadOptions } from './dialect/dialect.ts'
import { ENGINE_FILES, inOrder } from './dialect/engine.ts'
import { hasStage } from './dialect/dockerfile/document.ts'
import type { Recipe } from './dockerfiles.ts'
import { checkPlatform } from './platform.ts'
import { LOOKED_FOR, openTarget, splitPrefix, type OpenOptions, type Role } from './targets.ts'
import { readContainers, type TextInput } from './texts.ts'
import type { Limits } from './source/limits.ts'
import { UsageError } from './usage.ts'
import { realOf } from './walk.ts'

export interface ReadingOptions {
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly platform?: string
  readonly verify?: boolean
  readonly limits?: Partial<Limits>
  readonly clock?: () => number
  /** Called once where an image turns out to be large. */
  readonly large?: () => void
  readonly cache?: Cache
  /** Files that `.gitignore` and `.plimsollignore` name are read too. */
  readonly noIgnore?: boolean
  /** How texts are read. */
  readonly read?: ReadOptions
  /** Every file of a folder is listed, also those that are not read. */
  readonly listing?: boolean
  readonly progress?: (doing: string) => void
}
/** What one file was: kept, so that a file that is given twice is read once. */
interface Known {
  readonly kinds: readonly string[]
  readonly engines: readonly Engine[]
  /** `ImageTarget.name` of an image. */
  readonly image?: string
}

/** Settings of an engine: given as such, or met among the targets. */
interface Settings {
  readonly engine: Engine
  readonly given: boolean
}

export class Reading {
  readonly targets: Target[] = []
  readonly containers: Container[] = []
  /** What documents say of the containers of others. */
  readonly bystanders: Bystander[] = []
  readonly images: Image[] = []
  readonly grants: Grant[] = []
  readonly comments: Comment[] = []
  readonly notices: Notice[] = []
  /** Files that nobody reads. */
  skipped = 0
  readonly ignored = { files: 0, folders: 0 }
  /** What became of each file; of those that are not read only where a listing is asked for. */
  readonly inputs: InputNote[] = []
  readonly #options: ReadingOptions
  readonly #known = new Map<string, Known>()
  #stdin: AsyncIterable<Uint8Array> | undefined
  readonly #engines: Settings[] = []
  /** Dockerfiles that were given, or met. */
  readonly #recipes: Recipe[] = []

  /** @throws {UsageError} for a platform that is none. */
  constructor(options: ReadingOptions) {
    this.#options = options
    this.#stdin = options.stdin
    checkPlatform(options.platform)
  }

  /** One file for every seat, what was given before what was met; those that are passed over are notices. */
  get engines(): Read<readonly Engine[]> {
    const notices: Notice[] = []
    const taken = new Map<string, Settings>()
    for (const settings of [...this.#engines].sort((a, b) => Number(b.given) - Number(a.given))) {
      const { engine, given } = settings
      const before = taken.get(engine.seat)
      if (!before) taken.set(engine.seat, settings)
      else if (before.given === given && before.engine !== engine)
        notices.push({
          id: 'engine-ambiguous',
          place: engine.place,
          message: `Settings of this engine were read from ${before.engine.place.file} already, so these were passed over. ${given ? 'Give one of them.' : `Say which engine runs the containers: --engine ${engine.place.file}`}`,
          lost: false,
        })
    }
    return { value: inOrder([...taken.values()].map(({ engine }) => engine)), notices }
  }

  /**
   * Reads a target; gives the name of the image in it, if there is one.
   * @throws {UsageError} where it is absent, or nothing in it can be scanned.
   */
  async target(name: string, role: Role): Promise<string | undefined> {
    this.#options.progress?.(`reading ${name}`)
    try {
      return await this.#target(name, role)
    } catch (error) {
      if (!(error instanceof UsageError) || role === 'target') throw error
      throw new UsageError(error.messages.map((message) => `--${role}: ${message}`))
    }
  }

  async #target(name: string, role: Role): Promise<string | undefined> {
    const before = {
      containers: this.containers.length,
      images: this.images.length + this.#recipes.length,
      notices: this.notices.length,
      skipped: this.skipped,
    }
    const found: Known[] = []
    const images: ImageTarget[] = []
    let again = false
    const stdin = this.#stdin
    if (splitPrefix(name).path === '-') this.#stdin = undefined
    for await (const piece of openTarget(name, role, stdin, this.#opening())) {
      if (piece.kind === 'notice') this.notices.push(piece.notice)
      else if (piece.kind === 'passed') {
        this.skipped += piece.count
        if (this.#options.listing)
          for (const { path, because } of piece.left ?? [])
            this.inputs.push({ file: path, containers: 0, images: 0, because })
      } else if (piece.kind === 'ignored') {
        this.ignored.files += piece.count.files
        this.ignored.folders += piece.count.folders
      } else {
        const file = piece.kind === 'text' ? piece.text.file : piece.image.name
        const key = realOf(file)
        const known = key === undefined ? undefined : this.#known.get(key)
        again ||= known !== undefined
        if (piece.kind === 'image' && !known) {
          images.push(piece.image)
          const { kind } = piece.image
          const because = 'its content is that of an image'
          this.inputs.push({ file, takenFor: [kind], confidence: 'certain', containers: 0, images: 1, because })
        }
        const read =
          known ??
          (piece.kind === 'text'
            ? await this.#text(piece.text, role)
            : { kinds: [piece.image.kind], engines: [], image: piece.image.name })
        if (key !== undefined) this.#known.set(key, read)
        found.push(read)
      }
    }
    if (images.length > 0) {
      const { platform, verify, limits, clock, large, cache } = this.#options
      // Loaded where there is an image: what reads archives costs as long as a compose file does.
      const { openImages } = await import('./images.ts')
      const read = await openImages(images, {
        taken: new Set(this.images.map(({ id }) => id)),
        ...(platform !== undefined && { platform }),
        ...(verify !== undefined && { verify }),
        ...(limits && { limits }),
        ...(clock && { clock }),
        ...(large && { large }),
        ...(cache && { cache }),
      })
      this.images.push(...read.value)
      this.notices.push(...read.notices)
    }
    const kinds = [...new Set(found.flatMap((each) => each.kinds))].sort()
    const image = found.find((each) => each.image !== undefined)?.image
    const engines = found.flatMap((each) => each.engines)
    const lost = this.notices.slice(before.notices).some((notice) => notice.lost)
    if (role === 'engine') {
      if (engines.length === 0 && !lost) throw new UsageError([`${name} is neither ${ENGINE_FILES}.`])
      this.#engines.push(...engines.map((engine) => ({ engine, given: true })))
    } else if (role === 'image' && image === undefined && !lost)
      throw new UsageError([`${name} is not an image. Give a docker save archive, an OCI layout, or an SBOM.`])
    else if (kinds.length === 0 && !lost) throw new UsageError([nothingIn(name, this.skipped - before.skipped)])
    if (role === 'target' || !again)
      this.targets.push({
        name,
        kind: kinds.join(', ') || 'none',
        containers: this.containers.length - before.containers,
        images: this.images.length + this.#recipes.length - before.images,
      })
    return image
  }

  #opening(): OpenOptions {
    const { noIgnore, listing, read } = this.#options
    return {
      ignore: noIgnore !== true,
      ...(listing !== undefined && { listing }),
      ...(read && { read, markdown: read.markdown === true }),
    }
  }

  /** An SBOM says of what an image is made: an image of which little else is known. Undefined for every other text. */
  async #sbom({ file, text, named, as }: TextInput, role: Role): Promise<Known | undefined> {
    const form = named && as === undefined && role !== 'engine' ? sbomForm(text) : undefined
    if (form === undefined) return undefined
    // Loaded where there is one.
    const { imagesOfSbom } = await import('./sboms.ts')
    const { value, notices } = imagesOfSbom(file, text, new Set(this.images.map(({ id }) => id)))
    this.images.push(...value)
    this.notices.push(...notices)
    const because = 'it lists the parts of an image'
    this.inputs.push({ file, takenFor: ['sbom'], confidence: 'certain', containers: 0, images: value.length, because })
    return { kinds: ['sbom'], engines: [], image: file }
  }

  async #text(input: TextInput, role: Role): Promise<Known> {
    const sbom = await this.#sbom(input, role)
    if (sbom) return sbom
    const read = await readContainers(input)
    if (read.kinds.length > 0 || this.#options.listing)
      this.inputs.push({
        file: input.file,
        ...(read.kinds.length > 0 && { takenFor: read.kinds }),
        containers: read.containers.length,
        images: read.dockerfile ? 1 : 0,
        ...(read.engines && read.engines.length > 0 && { engines: read.engines.length }),
        ...(read.grants && { grants: read.grants.length }),
        because: '',
        ...read.known,
      })
    if (this.#options.listing)
      for (const file of read.also ?? [])
        if (!this.inputs.some((note) => note.file === file && note.takenFor))
          this.inputs.push({ file, takenFor: read.kinds, containers: 0, images: 0, because: `read with ${input.file}` })
    if (read.kinds.length === 0 && read.notices.length === 0) this.skipped += 1
    this.comments.push(...read.comments)
    // Every template of a chart says the same of it.
    this.notices.push(
      ...read.notices.filter(
        ({ id, place }) =>
          id !== 'chart-unrendered' || !this.notices.some((each) => each.id === id && each.place.file === place.file),
      ),
    )
    if (role === 'target') this.bystanders.push(...(read.bystanders ?? []))
    // Containers that stand beside engine settings or in the place of an image are no target.
    if (role === 'target') this.containers.push(...read.containers)
    if (role === 'target') this.grants.push(...(read.grants ?? []))
    const { engines = [] } = read
    if (role === 'target') this.#engines.push(...engines.map((engine) => ({ engine, given: false })))
    if (read.dockerfile && role !== 'engine') this.#recipes.push(recipe(input, read.dockerfile))
    return { kinds: read.kinds, engines, ...(read.dockerfile && { image: input.file }) }
  }

  /**
   * Makes images of the Dockerfiles that were met, and of those that containers are built from: once all is read that they may
   * be built on. One that a container is built from is no image of its own.
   */
  async build(): Promise<void> {
    if (this.#recipes.length === 0 && !this.containers.some(({ build }) => build)) return
    // Loaded where there is a Dockerfile.
    const { imagesOfDockerfiles, recipesOf } = await import('./dockerfiles.ts')
    const wanted = recipesOf(this.containers, this.#recipes)
    const used = new Set(wanted.value.map(({ root }) => root))
    const alone = this.#recipes.filter(({ root }) => !used.has(root))
    const made = imagesOfDockerfiles([...wanted.value, ...alone], this.images)
    this.images.push(...made.value)
    this.comments.push(...wanted.comments)
    this.notices.push(...wanted.notices, ...made.notices)
  }
}

/** In a folder, `--target` means the Dockerfiles that have that stage. */
function recipe({ file, named, options }: TextInput, root: Node): Recipe {
  const stage = options?.stage !== undefined && (named || hasStage(root, options.stage)) ? options.stage : undefined
  return { root, target: file, build: { file, ...(stage !== undefined && { stage }) }, names: [], place: startOf(file) }
}

function nothingIn(name: string, passed: number): string {
  const others = passed > 1 ? ` (${passed} files of other kinds were passed over)` : ''
  return `${name} holds nothing that can be scanned${others}. ${LOOKED_FOR}`
}
