/** Dockerfiles -> images that they would build: those that were given, and those that containers are built from. */
import { realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { dockerfileFacts, type BaseFacts } from './dialect/dockerfile.ts'
import { isDockerfile } from './dialect/dockerfile/document.ts'
import { readDockerfile } from './document/dockerfile.ts'
import { child, elements, type Comment, type Locate, type Node } from './document/node.ts'
import { codeOf, decode, readBounded, reasonOf } from './file.ts'
import { buildKey } from './join/build.ts'
import { namesOf, referenceParts } from './join/reference.ts'
import { imageUser } from './join/user.ts'
import { byDefault, set } from './model/fact.ts'
import type { ImageFacts } from './model/fields.ts'
import type { Notice, Read } from './model/notice.ts'
import type { Place } from './model/place.ts'
import type { Build, Container, Image } from './model/subject.ts'
import { mayName, realOf } from './walk.ts'

/** A Dockerfile that was read, and how it is built. */
export interface Recipe {
  readonly root: Node
  /** The target that it was read from, as it is shown. */
  readonly target: string
  readonly build: Build
  /** Names that the containers which build it give the image. */
  readonly names: readonly string[]
  /** What a message of the whole stands at: the key that asks for it, or the file. */
  readonly place: Place
  /** Whoever builds it says all arguments that are given: those of `build.args` alone. */
  readonly told?: true
  /** What the image is called where its Dockerfile is no file of its own. */
  readonly id?: string
}

const MAX_DOCKERFILE = 2 ** 20

/**
 * The Dockerfiles that containers are built from, each read once for every way in which it is built. One that is not there,
 * or lies outside of the project, leaves the image unknown: what depends on it stays open.
 */
export function recipesOf(
  containers: readonly Container[],
  met: readonly Recipe[],
): Read<readonly Recipe[]> & { readonly comments: readonly Comment[] } {
  const recipes = new Map<string, Recipe>()
  const roots = new Map(met.map(({ root, build }) => [realOf(build.file) ?? build.file, root]))
  const notices = new Map<string, Notice>()
  const comments: Comment[] = []
  const read = new Map<string, Node | undefined>()
  const rootOf = (build: Build, container: Container): Node | undefined => {
    const { inline } = build
    const key = inline ? JSON.stringify([inline.place.file, inline.place.line, inline.text]) : build.file
    if (read.has(key)) return read.get(key)
    const found = inline ? undefined : roots.get(realOf(build.file) ?? build.file)
    if (found) return found
    const text = inline ? inline.text : textOf(build.file, container.place.file)
    if (typeof text !== 'string') {
      notices.set(build.file, { id: 'dockerfile-missing', place: container.place, message: text.message, lost: false })
      read.set(key, undefined)
      return undefined
    }
    const document = readDockerfile(build.file, text, inline && locateIn(inline.place))
    for (const notice of document.notices) notices.set(`${key} ${notice.place.line} ${notice.message}`, notice)
    comments.push(...document.value.comments)
    const root = document.value.documents.find(isDockerfile)
    read.set(key, root)
    return root
  }
  for (const container of containers) {
    const { build } = container
    if (!build) continue
    const { reference } = container.facts.image
    const names = reference.how === 'unknown' || reference.value === '' ? [] : [reference.value]
    const key = buildKey(build)
    const known = recipes.get(key)
    const root = known?.root ?? rootOf(build, container)
    if (!root) continue
    const all = [...new Set([...(known?.names ?? []), ...names])]
    recipes.set(key, {
      root,
      target: build.file,
      build,
      names: all,
      place: container.place,
      told: true,
      id: container.id,
    })
  }
  return { value: [...recipes.values()], notices: [...notices.values()], comments }
}

/** A text of one line stands where its place is; one of several is a block (`dockerfile_inline: |`) below its key, indented by two. */
function locateIn(at: Place): Locate {
  const { endLine: _, endColumn, ...start } = at
  return (line, column) =>
    endColumn === undefined ? { ...start, line: start.line + line, column: start.column + 1 + column } : start
}

function textOf(file: string, from: string): string | { readonly message: string } {
  try {
    const real = realpathSync.native(file)
    if (!mayName(from, real))
      return {
        message: `${file}, which the image is built from, lies outside of the folder that is scanned and was not read, so the image is not known. Scan from a folder that holds it.`,
      }
    return decode(readBounded(real, MAX_DOCKERFILE))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
      return {
        message: `${file}, which the image is built from, is not there, so the image is not known. Put it there, or correct the name.`,
      }
    return {
      message: `${file}, which the image is built from, cannot be read (${reasonOf(error)}), so the image is not known.`,
    }
  }
}

/**
 * The images that Dockerfiles would build. Where one is built on another, or on an image of the scan, it takes over what
 * that one says. Ids are unique: a second of the same name gets a number.
 */
export function imagesOfDockerfiles(recipes: readonly Recipe[], images: readonly Image[]): Read<readonly Image[]> {
  return new Dockerfiles(recipes, images).all()
}

class Dockerfiles {
  readonly #recipes: readonly Recipe[]
  readonly #images: readonly Image[]
  readonly #made = new Map<Recipe, Image | undefined>()
  readonly #notices: Notice[] = []
  /** Those that are being made: one that is built on itself is built on what nobody knows. */
  readonly #open = new Set<Recipe>()
  readonly #taken: Set<string>

  constructor(recipes: readonly Recipe[], images: readonly Image[]) {
    this.#recipes = recipes
    this.#images = images
    this.#taken = new Set(images.map(({ id }) => id))
  }

  all(): Read<readonly Image[]> {
    const value = this.#recipes.flatMap((recipe) => this.#make(recipe) ?? [])
    return { value, notices: this.#notices }
  }

  #make(recipe: Recipe): Image | undefined {
    if (this.#made.has(recipe)) return this.#made.get(recipe)
    // Named before those that it is built on, so that ids follow the order of the files.
    const id = this.#idOf(recipe)
    this.#open.add(recipe)
    const { root, build, names, target } = recipe
    const { value: facts, notices } = dockerfileFacts(root, {
      ...(build.stage !== undefined && { stage: build.stage }),
      ...(build.args ? { args: build.args } : recipe.told && { args: new Map<string, string | null>() }),
      partsOf: referenceParts,
      baseOf: (reference) => this.#base(reference),
    })
    this.#open.delete(recipe)
    // Two ways of building one file meet the same flaws.
    for (const notice of notices)
      if (!this.#notices.some(({ place, message }) => message === notice.message && samePlace(place, notice.place)))
        this.#notices.push(notice)
    const image: Image | undefined = facts && {
      id,
      names,
      target,
      place: { ...facts.built.place },
      facts: named(facts, names),
      build,
      notices: [
        {
          id: 'image-not-built',
          place: { ...facts.built.place },
          message:
            'What this Dockerfile says was checked, and what it would build was not: packages, accounts and files of the image are not known. Build it and scan the image, too.',
          lost: false,
        },
      ],
    }
    this.#made.set(recipe, image)
    return image
  }

  #base(reference: string): BaseFacts | undefined {
    const wanted = new Set(namesOf(reference))
    const matches = (names: readonly string[]): boolean =>
      names.some((name) => namesOf(name).some((one) => wanted.has(one)))
    const built = this.#recipes.find((recipe) => matches(recipe.names) && !this.#open.has(recipe))
    const image = this.#images.find(({ names }) => matches(names)) ?? (built && this.#make(built))
    if (!image) return undefined
    const { onbuild, leaves } = image.facts
    const texts = onbuild.how === 'unknown' ? [] : onbuild.value
    const triggers = texts.flatMap((trigger) => {
      if (trigger.how === 'unknown') return []
      const { documents } = readDockerfile(trigger.place.file, trigger.value, () => trigger.place).value
      return documents.flatMap((root) => elements(child(root, 'instructions')))
    })
    const complete = leaves.how !== 'unknown' && leaves.value.length === 0
    return { facts: image.facts, triggers, complete }
  }

  #idOf({ build, id: own = 'image' }: Recipe): string {
    const name = [build.inline ? own : shortName(build.file), build.stage ?? ''].filter((part) => part !== '')
    let id = name.join('-')
    for (let number = 2; this.#taken.has(id); number += 1) id = `${name.join('-')}-${number}`
    this.#taken.add(id)
    return id
  }
}

const samePlace = (a: Place, b: Place): boolean => a.file === b.file && a.line === b.line && a.column === b.column

/** `web/Dockerfile` -> `web`, `web/Dockerfile.prod` and `web/prod.Dockerfile` -> `prod`, `Dockerfile` -> `Dockerfile`. */
function shortName(file: string): string {
  const name = basename(file)
  const own = name.replace(/^(?:Dockerfile|Containerfile)[.\-_]|\.(?:Dockerfile|Containerfile)$/i, '')
  if (own !== name && own !== '') return own
  const folder = basename(dirname(file))
  return folder === '' || folder === '.' || folder === '..' ? name : folder
}

function named(facts: ImageFacts, names: readonly string[]): ImageFacts {
  const { place } = facts.built
  const [reference] = names
  const known: ImageFacts = {
    ...facts,
    reference:
      reference === undefined ? byDefault(place, '', 'an image that was not built has no name') : set(place, reference),
    names: set(
      place,
      names.map((name) => set(place, name)),
    ),
  }
  return { ...known, ...imageUser(known) }
}
