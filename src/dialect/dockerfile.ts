/**
 * A Dockerfile as the image that it would build: what its instructions say, and of what it is built on as much as is known.
 * What is in the files of the image is not known: nothing is run. https://docs.docker.com/reference/dockerfile/
 */
import { elements, textOf, type Node } from '../document/node.ts'
import { byDefault, derived, set, unknown, type Fact } from '../model/fact.ts'
import { image as rows, type ImageFacts } from '../model/fields.ts'
import type { Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import type { Item } from '../model/row.ts'
import { unanswered } from '../model/unanswered.ts'
import { piece, said, type Variable } from './docker/piece.ts'
import { exposedPorts } from './docker/port.ts'
import { variable } from './docker/variable.ts'
import { build, type BuildOptions, type Built } from './dockerfile/build.ts'
import type { Stage, State } from './dockerfile/state.ts'
import { adds, argument, run } from './dockerfile/steps.ts'

export type { BaseFacts } from './dockerfile/state.ts'
export type { BuildOptions } from './dockerfile/build.ts'

/** Parts of a reference, which the join knows how to tell. */
export type ReferenceParts = Pick<ImageFacts['base'], 'registry' | 'repository' | 'tag' | 'digest' | 'precision'>
export interface DockerfileOptions extends BuildOptions {
  readonly partsOf: (reference: Fact<string>) => ReferenceParts
}
type ItemIn<K extends 'exposed' | 'labels' | 'history'> = Item<(typeof rows)[K]['of']['rows']>

const NOT_BUILT = 'the image was not built; scan it after building'

/** The facts of the image that the stage that is asked for would be; undefined where there is none. */
export function dockerfileFacts(root: Node, options: DockerfileOptions): Read<ImageFacts | undefined> {
  const built = build(root, options)
  const { target, notices } = built
  return { value: target && factsOf(target, built, options), notices }
}

function factsOf(target: Stage, built: Built, { partsOf }: DockerfileOptions): ImageFacts {
  const { state } = target
  const { base } = state
  const place = target.from.place
  const chain = chainOf(target)
  const origin = chain.at(-1) ?? target
  const known = base.kind === 'image' ? base.known?.facts : undefined
  const name = textOf(origin.image) ?? ''

  /** What the Dockerfile says; else what scratch means, or the base image says, or that nobody here knows. */
  const settle = <T>(
    own: Fact<T> | undefined,
    instruction: string,
    ofScratch: T,
    given: Fact<T> | undefined,
  ): Fact<T> => {
    if (own) return own
    if (base.kind === 'scratch') return byDefault(place, ofScratch, `FROM scratch, and no ${instruction}`)
    if (!given || given.how === 'unknown')
      return unknown(place, `no ${instruction} is written: it is left to the base image ${shown(name)}`, 'image')
    return derived(place, given.value, `${instruction} of the base image ${shown(name)}`, [given])
  }
  const word = (node: Node | undefined): Fact<string> | undefined => node && piece(node, textOf(node) ?? '')
  /** The elements that the base image brings, then those that are written here. */
  const listed = <E>(
    own: readonly E[],
    nodes: readonly Node[],
    given: Fact<readonly E[]> | undefined,
    copy: (element: E) => E,
    because: string,
  ): Fact<readonly E[]> => {
    const before = given && given.how !== 'unknown' ? given.value.map(copy) : []
    const [first] = nodes
    if (!first) {
      if (before.length > 0 && given) return derived(place, before, `of the base image ${shown(name)}`, [given])
      return byDefault(place, [], base.kind === 'scratch' || known ? because : `${because} here`)
    }
    const inherited = nodes.every((node) => node.inherited === true)
    return { how: inherited ? 'inherited' : 'set', place: first.place, value: [...before, ...own] }
  }
  const item = <E extends { readonly place: Place; readonly facts: object }>(element: E): E => ({
    ...element,
    facts: copied(element.facts),
  })
  const fact = (one: Fact<string>): Fact<string> => ({ ...one })

  // What a build writes into an image comes from no store of secrets, whatever variable hands it over.
  const open = (node: Node, key?: string): Variable => {
    const { place: at, facts } = variable(node, key)
    return { place: at, facts: { ...facts, fromSecret: byDefault(at, false, 'ENV is written into the image') } }
  }
  const environment = [...state.env].map(([key, node]) => open(node, key))
  const written = new Set(state.env.keys())
  const given = known?.environment
  const others =
    given && given.how !== 'unknown'
      ? {
          ...given,
          value: given.value.filter(({ facts }) => facts.name.how === 'unknown' || !written.has(facts.name.value)),
        }
      : given
  const dropped = state.commandDropped && !state.command
  const program = (node: Node | undefined): Fact<readonly Fact<string>[]> | undefined =>
    node && {
      ...said(
        node,
        elements(node).map((one) => piece(one, textOf(one) ?? '')),
      ),
    }

  const leaves: Fact<readonly Fact<string>[]> =
    base.kind === 'image' && !known
      ? derived(
          place,
          left(state).map((instruction) => derived(place, instruction, `no ${instruction} is written`, [])),
          `nothing is known of the base image ${shown(name)}`,
          [],
        )
      : byDefault(place, [], 'what it is built on is known')
  const final = new Set(chain)
  const steps = built.done
  const added = steps.flatMap((one) => (one.keyword === 'RUN' ? [] : adds(one, final)))
  const runs = steps.flatMap((one) => (one.keyword === 'RUN' ? [run(one, final)] : []))
  const declared = built.declared.map((one) => argument(one, final))
  const bases = built.stages
    .filter((stage) => !stage.parent && stage.state.base.kind === 'image')
    .map((stage) => ({ place: stage.from.place, facts: baseOf(stage, final, partsOf) }))
  const all = <E extends { readonly place: Place }>(list: readonly E[], because: string): Fact<readonly E[]> =>
    list[0] ? set<readonly E[]>(list[0].place, list) : byDefault<readonly E[]>(place, [], because)

  return {
    ...unanswered(rows, place, NOT_BUILT, 'image'),
    os: operatingSystem(origin, known),
    architecture: architecture(origin, known),
    user: settle(word(state.user), 'USER', '', known?.user),
    workingDirectory: settle(word(state.workdir), 'WORKDIR', '/', known?.workingDirectory),
    stopSignal: settle(word(state.stop), 'STOPSIGNAL', 'SIGTERM', known?.stopSignal),
    healthcheck: settle(
      state.health && said(state.health, state.health.value === true),
      'HEALTHCHECK',
      false,
      known?.healthcheck,
    ),
    entrypoint: settle(program(state.entrypoint), 'ENTRYPOINT', [], known?.entrypoint),
    command: dropped
      ? byDefault(state.entrypoint?.place ?? place, [], 'ENTRYPOINT drops the CMD of what it is built on')
      : settle(program(state.command), 'CMD', [], known?.command),
    environment: listed(
      [...environment, ...state.nameless.map((node) => open(node))],
      [...state.env.values(), ...state.nameless],
      others,
      item,
      'no ENV',
    ),
    exposed: listed(exposedOf(state), state.exposed, known?.exposed, item, 'no EXPOSE'),
    volumes: listed(
      [...state.volumes.values()].map((node) => piece(node, textOf(node) ?? '')),
      [...state.volumes.values()],
      known?.volumes,
      fact,
      'no VOLUME',
    ),
    labels: listed(
      [...state.labels].map(([key, node]): ItemIn<'labels'> => ({
        place: node.place,
        facts: { name: said(node, key), value: piece(node, textOf(node) ?? '') },
      })),
      [...state.labels.values()],
      known?.labels,
      item,
      'no LABEL',
    ),
    onbuild: listed(
      state.onbuild.map((node) => said(node, textOf(node) ?? '')),
      state.onbuild,
      undefined,
      fact,
      'no ONBUILD',
    ),
    history: listed(
      state.history.map(({ node, empty }): ItemIn<'history'> => ({
        place: node.place,
        facts: { instruction: said(node, textOf(node) ?? ''), empty: said(node, empty) },
      })),
      state.history.map(({ node }) => node),
      known?.history,
      item,
      'no instruction but FROM',
    ),
    built: byDefault(place, false, 'its Dockerfile was read, and nothing was built'),
    leaves,
    base: baseOf(origin, final, partsOf),
    bases: all(bases, 'it begins with nothing (FROM scratch)'),
    buildArguments: all(declared, 'no ARG'),
    adds: all(added, 'neither ADD nor COPY'),
    runs: all(runs, 'no RUN'),
  }
}

/** The stage and those that it is built on, nearest first. */
function chainOf(target: Stage): readonly Stage[] {
  const chain: Stage[] = []
  for (let stage: Stage | undefined = target; stage; stage = stage.parent) chain.push(stage)
  return chain
}
const shown = (name: string): string => name.replaceAll('\uFFFC', '?').slice(0, 200)

const left = (state: State): readonly string[] =>
  [
    state.user ? '' : 'USER',
    state.workdir ? '' : 'WORKDIR',
    state.entrypoint ? '' : 'ENTRYPOINT',
    state.command || state.commandDropped ? '' : 'CMD',
    state.health ? '' : 'HEALTHCHECK',
    state.stop ? '' : 'STOPSIGNAL',
  ].filter((one) => one !== '')

/** Ranges make a short line a long list. */
const MAX_PORTS = 20_000

function exposedOf(state: State): readonly ItemIn<'exposed'>[] {
  const seen = new Set<string>()
  const specs = new Set<string>()
  return state.exposed.flatMap((node) => {
    const spec = textOf(node) ?? ''
    if ((node.unknown === undefined && specs.has(spec)) || seen.size > MAX_PORTS) return []
    specs.add(spec)
    return exposedPorts(node).flatMap(({ place, facts: { container, protocol } }) => {
      const key =
        container.how === 'unknown' || protocol.how === 'unknown' ? '' : `${container.value}/${protocol.value}`
      if (key !== '' && seen.has(key)) return []
      seen.add(key)
      return [{ place, facts: { port: container, protocol } }]
    })
  })
}

function baseOf(stage: Stage, final: ReadonlySet<Stage>, partsOf: DockerfileOptions['partsOf']): ImageFacts['base'] {
  const { image, state } = stage
  const place = { ...image.place }
  const reference = piece(image, textOf(image) ?? '')
  const more = {
    scratch:
      image.unknown === undefined ? set(place, state.base.kind === 'scratch') : unknown(place, image.unknown, 'user'),
    stage: set(place, stage.name),
    final: set(place, final.has(stage)),
  }
  if (state.base.kind === 'scratch') {
    const nothing = (): Fact<string> => byDefault(place, '', 'scratch is no image')
    return {
      reference,
      registry: nothing(),
      repository: nothing(),
      tag: nothing(),
      digest: nothing(),
      precision: byDefault(place, 'none', 'scratch is no image'),
      ...more,
    }
  }
  return { reference, ...partsOf(reference), ...more }
}

/** `--platform=linux/arm64`, the base image, or a base that can be of Windows alone. */
function operatingSystem(origin: Stage, known: ImageFacts | undefined): Fact<string> {
  const place = origin.from.place
  const written = origin.platform && (textOf(origin.platform) ?? '')
  if (origin.platform && origin.platform.unknown === undefined && written !== undefined)
    return said(origin.platform, written.split('/')[0] ?? '')
  if (known && known.os.how !== 'unknown') return derived(place, known.os.value, 'os of the base image', [known.os])
  const reference = textOf(origin.image) ?? ''
  if (/^mcr\.microsoft\.com\/(?:windows[/:]|.*(?:nanoserver|windowsservercore))/i.test(reference))
    return derived(place, 'windows', 'the base image is of Windows', [])
  return unknown(place, 'the platform is not written', 'image')
}
function architecture(origin: Stage, known: ImageFacts | undefined): Fact<string> {
  const place = origin.from.place
  const written = origin.platform && textOf(origin.platform)?.split('/')[1]
  if (origin.platform && origin.platform.unknown === undefined && written !== undefined)
    return said(origin.platform, written)
  if (known && known.architecture.how !== 'unknown')
    return derived(place, known.architecture.value, 'architecture of the base image', [known.architecture])
  return unknown(place, 'the platform is not written', 'image')
}

/** Facts are never shared: each is copied. */
function copied<T extends object>(facts: T): T {
  const copy: Record<string, unknown> = {}
  for (const [key, one] of Object.entries(facts)) copy[key] = { ...(one as object) }
  // One cast: a copy has the shape of what it is a copy of.
  return copy as T
}
