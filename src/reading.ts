/** Reads targets one after the other, and gathers what is in them. */
import type { Comment } from './document/node.ts'
import type { ImageTarget } from './image/open.ts'
import type { EngineFacts } from './model/fields.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'
import type { Target } from './model/result.ts'
import type { Container, Image } from './model/subject.ts'
import { LOOKED_FOR, openTarget, splitPrefix, type Role } from './targets.ts'
import { readContainers, type TextInput } from './texts.ts'
import { UsageError } from './usage.ts'
import { realOf } from './walk.ts'

export interface ReadingOptions {
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly engine?: string
  readonly platform?: string
  readonly verify?: boolean
  readonly progress?: (doing: string) => void
}
/** What one file was: kept, so that a file that is given twice is read once. */
interface Known {
  readonly kinds: readonly string[]
  readonly engine?: EngineFacts
  /** `ImageTarget.name` of an image. */
  readonly image?: string
}

export class Reading {
  readonly targets: Target[] = []
  readonly containers: Container[] = []
  readonly images: Image[] = []
  readonly comments: Comment[] = []
  readonly notices: Notice[] = []
  /** Files that nobody reads. */
  skipped = 0
  readonly #options: ReadingOptions
  readonly #known = new Map<string, Known>()
  #stdin: AsyncIterable<Uint8Array> | undefined
  #engine: { readonly facts: EngineFacts; readonly file: string } | undefined

  /** @throws {UsageError} for a platform that is none. */
  constructor(options: ReadingOptions) {
    this.#options = options
    this.#stdin = options.stdin
    if (options.platform !== undefined && !/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(options.platform))
      throw new UsageError([`--platform is OS/ARCH, such as linux/arm64; "${options.platform}" is not.`])
  }

  get engine(): EngineFacts | undefined {
    return this.#engine?.facts
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
      images: this.images.length,
      notices: this.notices.length,
      skipped: this.skipped,
    }
    const found: Known[] = []
    const images: ImageTarget[] = []
    let again = false
    const stdin = this.#stdin
    if (splitPrefix(name).path === '-') this.#stdin = undefined
    for await (const piece of openTarget(name, role, stdin)) {
      if (piece.kind === 'notice') this.notices.push(piece.notice)
      else if (piece.kind === 'passed') this.skipped += piece.count
      else {
        const file = piece.kind === 'text' ? piece.text.file : piece.image.name
        const key = realOf(file)
        const known = key === undefined ? undefined : this.#known.get(key)
        again ||= known !== undefined
        if (piece.kind === 'image' && !known) images.push(piece.image)
        const read =
          known ??
          (piece.kind === 'text'
            ? await this.#text(piece.text, role)
            : { kinds: [piece.image.kind], image: piece.image.name })
        if (key !== undefined) this.#known.set(key, read)
        found.push(read)
      }
    }
    if (images.length > 0) {
      const { platform, verify } = this.#options
      // Loaded where there is an image: what reads archives costs as long as a compose file does.
      const { openImages } = await import('./images.ts')
      const read = await openImages(images, {
        taken: new Set(this.images.map(({ id }) => id)),
        ...(platform !== undefined && { platform }),
        ...(verify !== undefined && { verify }),
      })
      this.images.push(...read.value)
      this.notices.push(...read.notices)
    }
    const kinds = [...new Set(found.flatMap((each) => each.kinds))].sort()
    const image = found.find((each) => each.image !== undefined)?.image
    const engine = found.find((each) => each.engine !== undefined)?.engine
    const lost = this.notices.slice(before.notices).some((notice) => notice.lost)
    if (role === 'engine') {
      if (!engine && !lost)
        throw new UsageError([`${name} is neither a daemon.json nor the output of docker info --format '{{json .}}'.`])
      if (engine) this.#engine = { facts: engine, file: name }
    } else if (role === 'image' && image === undefined && !lost)
      throw new UsageError([`${name} is not an image. Give a docker save archive or an OCI layout.`])
    else if (kinds.length === 0 && !lost) throw new UsageError([nothingIn(name, this.skipped - before.skipped)])
    if (role === 'target' || !again)
      this.targets.push({
        name,
        kind: kinds.join(', ') || 'none',
        containers: this.containers.length - before.containers,
        images: this.images.length - before.images,
      })
    return image
  }

  async #text(input: TextInput, role: Role): Promise<Known> {
    const read = await readContainers(input)
    if (read.kinds.length === 0 && read.notices.length === 0) this.skipped += 1
    this.comments.push(...read.comments)
    this.notices.push(...read.notices)
    // Containers that stand beside engine settings or in the place of an image are no target.
    if (role === 'target') this.containers.push(...read.containers)
    if (role === 'target' && read.engine && this.#options.engine === undefined) this.#meet(read.engine, input.file)
    return { kinds: read.kinds, ...(read.engine && { engine: read.engine }) }
  }

  /** Settings met among the targets are those of the engine that runs them, where there is one of that. */
  #meet(facts: EngineFacts, file: string): void {
    if (this.#engine)
      this.notices.push({
        id: 'engine-ambiguous',
        place: startOf(file),
        message: `Engine settings were read from ${this.#engine.file} already, so these were passed over. Say which engine runs the containers: --engine ${file}`,
        lost: false,
      })
    else this.#engine = { facts, file }
  }
}

function nothingIn(name: string, passed: number): string {
  const others = passed > 1 ? ` (${passed} files of other kinds were passed over)` : ''
  return `${name} holds nothing that can be scanned${others}. ${LOOKED_FOR}`
}
