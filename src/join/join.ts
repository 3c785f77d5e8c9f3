/** container + image + engine -> subject: what the runtime left to the image, and the image to the engine, is now known. */
import { byDefault, derived, type Fact } from '../model/fact.ts'
import {
  container as containerRows,
  engine as engineRows,
  image as imageRows,
  type ContainerFacts,
  type EngineFacts,
  type ImageFacts,
} from '../model/fields.ts'
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import { NO_RUNTIME, type Container, type Engine, type Image, type Subject } from '../model/subject.ts'
import { unanswered } from '../model/unanswered.ts'
import { buildKey } from './build.ts'
import { settleByEngine } from './engine.ts'
import { engineFor } from './engines.ts'
import { namesOf, referenceFacts } from './reference.ts'
import { sandboxFact } from './sandbox.ts'
import { containerUser, leftToImage } from './user.ts'

export interface JoinOptions {
  /** `--image NAME=PATH`: NAME is a container's id, its name, or an image reference; the value is an image's target. */
  readonly named?: ReadonlyMap<string, string>
  /** Settings of engines; of several that speak of one, the first that knows is believed. */
  readonly engines?: readonly Engine[]
}
export interface Joined {
  readonly subjects: readonly Subject[]
  readonly notices: readonly Notice[]
}

export function join(containers: readonly Container[], images: readonly Image[], options: JoinOptions = {}): Joined {
  const { engines = [] } = options
  const byName = new Map<string, Image>()
  for (const image of images)
    for (const name of image.names) for (const one of namesOf(name)) if (!byName.has(one)) byName.set(one, image)
  const byBuild = new Map<string, Image>()
  for (const image of images) if (image.build) byBuild.set(buildKey(image.build), image)
  const used = new Set<Image>()
  const subjects: Subject[] = containers.map((container) => {
    const image = imageOf(container, images, { byName, byBuild }, options.named)
    if (image) used.add(image)
    return subjectOf(container, image, engineFor(engines, container.runtime))
  })
  // A container that is built here may be said to run another image: then nobody runs this one.
  const builds = new Set(containers.flatMap(({ build }) => (build ? [buildKey(build)] : [])))
  const alone = images.filter((image) => !used.has(image) && !(image.build && builds.has(buildKey(image.build))))
  const notices: Notice[] =
    containers.length === 0
      ? []
      : alone
          .filter(({ build }) => !build)
          .map((image) => ({
            id: 'image-not-joined',
            place: image.place,
            message: `No container names this image (${image.names.find((name) => !name.includes('sha256:')) ?? 'it carries no name'}), so it was judged by itself. Say which runs it: --image NAME=${image.target}`,
            lost: false,
          }))
  return { subjects: [...subjects, ...alone.map((image) => aloneOf(image, engineFor(engines, undefined)))], notices }
}

function imageOf(
  container: Container,
  images: readonly Image[],
  { byName, byBuild }: { readonly byName: ReadonlyMap<string, Image>; readonly byBuild: ReadonlyMap<string, Image> },
  named: ReadonlyMap<string, string> = new Map(),
): Image | undefined {
  const { reference } = container.facts.image
  const written = reference.how === 'unknown' ? undefined : reference.value
  const { name } = container.facts
  for (const key of [container.id, name.how === 'unknown' ? undefined : name.value, written]) {
    const target = key === undefined ? undefined : named.get(key)
    if (target !== undefined) return images.find((image) => image.target === target)
  }
  const { build } = container
  if (build) {
    const built = byBuild.get(buildKey(build))
    if (built) return built
  }
  return written === undefined
    ? undefined
    : namesOf(written)
        .map((one) => byName.get(one))
        .find((image) => image !== undefined)
}

const noImage = (container: Container): ImageFacts => ({
  ...unanswered(imageRows, container.place, 'the image was not given', 'image'),
  leaves: byDefault(container.place, [], 'no Dockerfile of it was read'),
})
const noEngine = (at: Container | Image): EngineFacts =>
  unanswered(engineRows, at.place, 'the engine’s settings were not given', 'engine')

function subjectOf(container: Container, image: Image | undefined, engine: EngineFacts | undefined): Subject {
  const joined = withImage(container.facts, image?.facts)
  const settled = engine ? settleByEngine(joined, engine) : joined
  return {
    id: container.id,
    dialect: container.dialect,
    runtime: container.runtime,
    place: container.place,
    ...(container.together && { together: container.together }),
    ...(image && { imageId: image.id }),
    container: { ...settled, sandbox: sandboxFact(settled.runtime, engine) },
    image: image?.facts ?? noImage(container),
    engine: engine ?? noEngine(container),
  }
}

/** An image that nobody runs here: what a bare `docker run` of it would take from the image is known, the rest is not. */
function aloneOf(image: Image, engine: EngineFacts | undefined): Subject {
  const place = startOf(image.place.file, image.place)
  const silent = unanswered(containerRows, place, NO_RUNTIME, 'user')
  const left = unanswered(containerRows, image.facts.user.place, NO_RUNTIME, 'image')
  const container: ContainerFacts = {
    ...silent,
    name: byDefault(place, image.id, 'the image’s own name'),
    // CIS 4.6 and the like speak of images by themselves.
    role: byDefault(place, 'main', 'an image is made to be run'),
    serviceAccount: { ...silent.serviceAccount, name: byDefault(place, '', 'no pod was given') },
    image: {
      ...silent.image,
      reference: image.facts.reference,
      ...(image.build && { pull: byDefault(place, 'build', 'it is built from this Dockerfile') }),
    },
    os: left.os,
    user: { ...silent.user, name: left.user.name, group: left.user.group },
    entrypoint: left.entrypoint,
    command: left.command,
    workingDirectory: left.workingDirectory,
    environment: left.environment,
    health: { ...silent.health, check: left.health.check },
  }
  return {
    id: image.id,
    place,
    imageId: image.id,
    container: { ...withImage(container, image.facts), sandbox: sandboxFact(container.runtime, engine) },
    image: image.facts,
    engine: engine ?? noEngine(image),
  }
}

/** A fact of the image in the place of one that was left to it. */
function take<T>(own: Fact<T>, given: Fact<T> | undefined, because: string): Fact<T> {
  if (!leftToImage(own) || !given || given.how === 'unknown') return own
  return derived(given.place, given.value, because, [own, given])
}

function withImage(container: ContainerFacts, image: ImageFacts | undefined): ContainerFacts {
  const entrypoint = take(container.entrypoint, image?.entrypoint, 'ENTRYPOINT of the image')
  // An entrypoint of the container's own drops the image's CMD (docker run --entrypoint, Kubernetes command).
  const command: ContainerFacts['command'] =
    leftToImage(container.command) && entrypoint === container.entrypoint && container.entrypoint.how !== 'unknown'
      ? byDefault(container.command.place, [], 'the container’s own entrypoint drops the image’s CMD')
      : take(container.command, image?.command, 'CMD of the image')
  const os = take(container.os, osOf(image), 'operating system of the image')
  return {
    ...container,
    image: { ...container.image, ...referenceFacts(container) },
    entrypoint,
    command,
    workingDirectory: take(container.workingDirectory, image?.workingDirectory, 'WORKDIR of the image'),
    environment: environment(container.environment, image?.environment),
    health: {
      ...container.health,
      check: take(container.health.check, image?.healthcheck, 'HEALTHCHECK of the image'),
    },
    os: leftToImage(os) ? byDefault(os.place, 'linux', 'containers are Linux unless said') : os,
    user: containerUser(container, image),
  }
}

function osOf(image: ImageFacts | undefined): Fact<'linux' | 'windows'> | undefined {
  const fact = image?.os
  if (!fact || fact.how === 'unknown') return undefined
  return derived(fact.place, fact.value === 'windows' ? 'windows' : 'linux', 'os of the image', [fact])
}

/** The container's variables, then those of the image that it does not set itself. */
function environment(
  own: ContainerFacts['environment'],
  given: ImageFacts['environment'] | undefined,
): ContainerFacts['environment'] {
  if (!given || given.how === 'unknown') return own
  if (own.how === 'unknown') return take(own, given, 'ENV of the image')
  const names = new Set(own.value.map(({ facts }) => (facts.name.how === 'unknown' ? '' : facts.name.value)))
  const more = given.value
    .filter(({ facts }) => facts.name.how === 'unknown' || !names.has(facts.name.value))
    .map(({ place, facts }) => ({
      place,
      facts: { name: { ...facts.name }, value: { ...facts.value }, fromSecret: { ...facts.fromSecret } },
    }))
  return more.length === 0 ? own : { ...own, value: [...own.value, ...more] }
}
