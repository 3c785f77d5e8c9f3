/** What the containers of a task share: volumes, and one another. Worked out once for a task, however many containers it has. */
import { child, elements, type Node } from '../../document/node.ts'
import type { Scope } from '../ask.ts'
import { rawText } from '../docker/piece.ts'

interface Task {
  readonly volumes: ReadonlyMap<string, Node>
  /** A volume whose name is not known: it may be any. */
  readonly hidden: Node | undefined
  readonly containers: ReadonlyMap<string, Node>
  /** Containers that others wait for to end, and where that is written. */
  readonly awaited: ReadonlyMap<string, Node>
}

const tasks = new WeakMap<Node, Task>()

/** The task of a container. */
export function taskOf(scope: Scope): Task {
  const node = scope['task'] ?? scope.self
  const known = tasks.get(node) ?? worked(node)
  tasks.set(node, known)
  return known
}

function worked(node: Node): Task {
  const volumes = elements(child(node, 'volumes'))
  const containers = elements(child(node, 'containerDefinitions'))
  const awaited = new Map<string, Node>()
  for (const container of containers)
    for (const dependency of elements(child(container, 'dependsOn'))) {
      const condition = child(dependency, 'condition')
      const name = rawText(child(dependency, 'containerName'))
      if (name !== undefined && /^(?:COMPLETE|SUCCESS)$/.test(rawText(condition) ?? '')) awaited.set(name, condition)
    }
  return {
    volumes: named(volumes),
    hidden: volumes.find((volume) => volume.unknown !== undefined || child(volume, 'name').unknown !== undefined),
    containers: named(containers),
    awaited,
  }
}

/** By name, the first of each. */
function named(list: readonly Node[]): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>()
  for (const node of list) {
    const name = child(node, 'name')
    const text = rawText(name)
    if (text !== undefined && name.unknown === undefined && !found.has(text)) found.set(text, node)
  }
  return found
}
