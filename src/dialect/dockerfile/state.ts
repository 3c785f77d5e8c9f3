/** What is said of an image while the stages of a Dockerfile are gone through, and what a stage begins with. */
import { elements, textOf, type Node } from '../../document/node.ts'
import type { ImageFacts } from '../../model/fields.ts'
import { hidden, type Value } from './expand.ts'

export interface BaseFacts {
  readonly facts: ImageFacts
  readonly triggers: readonly Node[]
  /** What it does not say is not there; false where it leaves things to an image of which nothing is known. */
  readonly complete: boolean
}
/** What a stage begins with. */
export type Base =
  | { readonly kind: 'scratch'; readonly node: Node }
  | { readonly kind: 'image'; readonly node: Node; readonly known?: BaseFacts }

/** The configuration as far as instructions say it. Nodes are `inherited` where another stage says it. */
export interface State {
  readonly base: Base
  readonly env: Map<string, Node>
  /** ENV whose name is not known. */
  readonly nameless: Node[]
  readonly args: Map<string, Value | undefined>
  readonly labels: Map<string, Node>
  readonly exposed: Node[]
  readonly volumes: Map<string, Node>
  readonly onbuild: Node[]
  readonly triggers: Node[]
  readonly history: { readonly node: Node; readonly empty: boolean }[]
  shell: readonly Node[]
  user?: Node
  workdir?: Node
  stop?: Node
  health?: Node
  entrypoint?: Node
  command?: Node
  /** CMD of this very stage: ENTRYPOINT drops an earlier one. */
  commandHere: boolean
  /** ENTRYPOINT dropped the CMD of what the stage is built on. */
  commandDropped: boolean
}
export interface Stage {
  readonly index: number
  /** As its name says, else its number. */
  readonly name: string
  readonly from: Node
  readonly image: Node
  readonly platform: Node | undefined
  readonly parent: Stage | undefined
  readonly state: State
}
export const valueOf = (node: Node): Value =>
  node.unknown === undefined ? { text: textOf(node) ?? '' } : { text: textOf({ ...node }) ?? '', unknown: node.unknown }

/** What builders give an image that begins with nothing (moby/buildkit system.DefaultPathEnvUnix). */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const SHELL: readonly string[] = ['/bin/sh', '-c']
export const fresh = (base: Base): State => ({
  base,
  env: new Map(),
  nameless: [],
  args: new Map(),
  labels: new Map(),
  exposed: [],
  volumes: new Map(),
  onbuild: [],
  triggers: [],
  history: [],
  shell: SHELL.map((value): Node => ({ place: base.node.place, path: [], value })),
  commandHere: false,
  commandDropped: false,
})

/** A stage built on another begins with its configuration; ONBUILD is done there, and forgotten. */
export function heir(state: State): State {
  const own = (node: Node): Node => ({
    ...node,
    inherited: true,
    ...(Array.isArray(node.value) && { value: elements(node).map(own) }),
  })
  const all = (map: ReadonlyMap<string, Node>): Map<string, Node> =>
    new Map([...map].map(([key, node]) => [key, own(node)]))
  return {
    base: state.base,
    env: all(state.env),
    nameless: state.nameless.map(own),
    args: new Map(state.args),
    labels: all(state.labels),
    exposed: state.exposed.map(own),
    volumes: all(state.volumes),
    onbuild: [],
    triggers: [],
    history: state.history.map(({ node, empty }) => ({ node: own(node), empty })),
    shell: state.shell,
    ...(state.user && { user: own(state.user) }),
    ...(state.workdir && { workdir: own(state.workdir) }),
    ...(state.stop && { stop: own(state.stop) }),
    ...(state.health && { health: own(state.health) }),
    ...(state.entrypoint && { entrypoint: own(state.entrypoint) }),
    ...(state.command && { command: own(state.command) }),
    commandHere: false,
    commandDropped: state.commandDropped,
  }
}

/** A variable of the base image: certainly not set in scratch, not known where nothing is known of the image. */
export function ofBase(base: Base, name: string): Value | undefined {
  if (base.kind === 'scratch') return name === 'PATH' ? { text: PATH } : undefined
  const because = `${name} may be set by the base image`
  const list = base.known?.facts.environment
  if (!base.known || !list || list.how === 'unknown') return hidden(because)
  for (const { facts } of list.value) {
    if (facts.name.how === 'unknown') return hidden(because)
    if (facts.name.value === name) return facts.value.how === 'unknown' ? hidden(because) : { text: facts.value.value }
  }
  return base.known.complete ? undefined : hidden(because)
}
export function workdirOfBase(base: Base): Value {
  if (base.kind === 'scratch') return { text: '/' }
  const known = base.known?.facts.workingDirectory
  return known && known.how !== 'unknown'
    ? { text: known.value }
    : hidden('it is relative to the WORKDIR of the base image')
}
