/** The dialects, in the order in which they are asked, and how a document becomes containers. */
import type { Node } from '../document/node.ts'
import type { Syntax } from '../document/syntax.ts'
import { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import { isFact, type AnyFact, type AnyFacts, type Rows } from '../model/row.ts'
import type { Container, Grant } from '../model/subject.ts'
import type { Scope } from './ask.ts'
import { answer, SILENT_ABOUT, type About, type Bystander, type Dialect, type Files, type Found } from './dialect.ts'
import { compose } from './compose.ts'
import { cri } from './cri.ts'
import { devcontainer } from './devcontainer.ts'
import { dockerInspect } from './docker-inspect.ts'
import { dockerRun } from './docker-run.ts'
import { ecs } from './ecs.ts'
import { firecracker } from './firecracker.ts'
import { githubWorkflow } from './github-workflow.ts'
import { kubernetes } from './kubernetes.ts'
import { lxc } from './lxc.ts'
import { lxd } from './lxd.ts'
import { MAX_CONTAINERS, MAX_ELEMENTS } from './limit.ts'
import { nspawn } from './nspawn.ts'
import { nomad } from './nomad.ts'
import { ociRuntime } from './oci-runtime.ts'
import { podmanInspect } from './podman-inspect.ts'
import { quadlet } from './quadlet.ts'
import { swarm } from './swarm.ts'

export const dialects: readonly Dialect[] = [
  kubernetes,
  ociRuntime,
  cri,
  dockerInspect,
  podmanInspect,
  devcontainer,
  compose,
  swarm,
  lxc,
  lxd,
  nspawn,
  ecs,
  nomad,
  quadlet,
  firecracker,
  dockerRun,
  githubWorkflow,
]

/**
 * The dialect of a document: the first that takes it for its own, `undefined` where none does.
 * Where several do, a notice says so, and which one was taken.
 */
export function recognise(root: Node, among: readonly Dialect[] = dialects): Read<Dialect | undefined> {
  const notices: Notice[] = []
  const matching = among.filter((dialect) => {
    try {
      return dialect.is(root)
    } catch (error) {
      notices.push(failed(`recognising ${dialect.name}`, root, error))
      return false
    }
  })
  const [first, ...others] = matching
  if (first && others.length > 0)
    notices.push({
      id: 'dialect-ambiguous',
      place: root.place,
      message: `This document could be ${matching.map(({ name }) => name).join(' or ')}, and was read as ${first.name}. Say which it is: ${matching.map(({ name }) => `${name}:FILE`).join(' or ')}.`,
      lost: false,
    })
  return { value: first, notices }
}

/** The dialects whose documents are written in a syntax. */
export const writtenIn = (syntax: Syntax): readonly Dialect[] =>
  dialects.filter((dialect) => (dialect.syntaxes ?? ['data']).includes(syntax))

/**
 * Every container of a document, with the table answered. `files` holds the documents that the dialect asked for (`wants`).
 * `seen` is told where each of them is read from: a fix is written there. Facts alone are kept, since trees are large.
 * Never throws: a fault of a reader costs the container that it happened in, and a notice says so.
 */
export function read(
  dialect: Dialect,
  root: Node,
  files: Files = new Map(),
  about: About = SILENT_ABOUT,
  seen?: (container: Container, scope: Scope) => void,
): Read<readonly Container[]> {
  let found: Read<readonly Found[]>
  try {
    found = dialect.containers(root, files, about)
  } catch (error) {
    return { value: [], notices: [failed('finding the containers of this document', root, error)] }
  }
  const notices = [...found.notices]
  const containers: Container[] = []
  let count = 0
  for (const [index, { id, scope, runtime, build, waits, together }] of found.value.entries()) {
    if (index >= MAX_CONTAINERS || count > MAX_ELEMENTS) {
      const limit =
        index >= MAX_CONTAINERS ? `${MAX_CONTAINERS} containers` : `${MAX_ELEMENTS} mounts, variables and ports`
      notices.push({
        id: 'too-many-containers',
        place: scope.self.place,
        message: `This document holds more than ${limit}: from here on nothing in it was checked. Split it.`,
        lost: true,
      })
      break
    }
    try {
      const facts = answer(container, dialect.asks, runtime?.silence ?? dialect.silence, scope)
      count += elementsOf(facts)
      const made: Container = {
        id,
        dialect: dialect.name,
        runtime: runtime?.name ?? dialect.runtime,
        place: scope.self.place,
        facts,
        ...(build && { build }),
        ...(waits && { waits }),
        ...(together && { together }),
      }
      containers.push(made)
      seen?.(made, scope)
    } catch (error) {
      notices.push(failed(`reading the container ${id}`, scope.self, error))
    }
  }
  return { value: containers, notices }
}

/** What a document says of the containers of others, for every dialect that cares, whosever document it is. */
export const gather = (root: Node, about: About, among: readonly Dialect[] = dialects): readonly Bystander[] =>
  among.flatMap((dialect) => {
    try {
      return dialect.gather?.(root, about) ?? []
    } catch {
      // A fault of ours in what is only asked for help: the containers stay as they are.
      return []
    }
  })

/** What a document says that pods may be, and in which dialect. A fault of a reader is a notice. */
export function grantsIn(
  root: Node,
  among: readonly Dialect[] = dialects,
): Read<readonly { readonly name: string; readonly grants: readonly Grant[] }[]> {
  const notices: Notice[] = []
  const value = among.flatMap(({ name, grants }) => {
    try {
      const found = grants?.(root) ?? []
      return found.length > 0 ? [{ name, grants: found }] : []
    } catch (error) {
      notices.push(failed('reading what this document grants', root, error))
      return []
    }
  })
  return { value, notices }
}

/** The containers of a whole scan, each with what the rest of the scan says of it. */
export function settle(
  containers: readonly Container[],
  bystanders: readonly Bystander[],
  among: readonly Dialect[] = dialects,
): Read<readonly Container[]> {
  const notices: Notice[] = []
  let value = containers
  for (const dialect of among) {
    const own = bystanders.filter((each) => each.dialect === dialect.name)
    if (!dialect.settle || own.length === 0) continue
    const settled = dialect.settle(value, own)
    value = settled.value
    notices.push(...settled.notices)
  }
  return { value, notices }
}

/** The rows that are lists, as paths. */
const LISTS = listsIn(container)
function listsIn(rows: Rows, path: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(rows).flatMap(([key, row]) =>
    row.kind === 'list' ? [[...path, key]] : row.kind === 'group' ? listsIn(row.rows, [...path, key]) : [],
  )
}

/** Elements in the lists that somebody wrote. */
function elementsOf(facts: AnyFacts): number {
  let count = 0
  for (const path of LISTS) {
    let here: AnyFacts | AnyFact | undefined = facts
    for (const key of path) here = here === undefined || isFact(here) ? undefined : here[key]
    if (here === undefined || !isFact(here) || (here.how !== 'set' && here.how !== 'inherited')) continue
    if (Array.isArray(here.value)) count += here.value.length
  }
  return count
}

const failed = (doing: string, node: Node, error: unknown): Notice => ({
  id: 'reader-failed',
  place: node.place,
  message: `Plimsoll failed while ${doing} (${error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : 'unknown error'}), so it was not checked. This is a fault of Plimsoll: please report it.`,
  lost: true,
})
