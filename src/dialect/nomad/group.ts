/** What the tasks of a group share: ports, volumes, checks. Worked out once for a group, however many tasks it has. */
import { child, elements, isList, type Node } from '../../document/node.ts'
import type { Scope } from '../ask.ts'
import { isVoid, rawText } from '../docker/piece.ts'
import { blocks, labelled, type Labelled } from './body.ts'

export interface Check {
  readonly check: Node
  /** It restarts the task that does not answer. */
  readonly restarts: boolean
  /** The task that it is of, where one is named. */
  readonly task: string | undefined
}
interface Group {
  readonly ports: readonly Labelled[]
  /** Ports that no task of the group names. */
  readonly unnamed: readonly Labelled[]
  /** The first task that is no hook. */
  readonly first: string | undefined
  readonly volumes: ReadonlyMap<string, Node>
  readonly checks: readonly Check[]
}

const groups = new WeakMap<Node, Group>()

/** The group of a task. */
export function groupOf(scope: Scope): Group {
  const node = scope['group'] ?? scope.self
  const known = groups.get(node) ?? worked(node)
  groups.set(node, known)
  return known
}

function worked(node: Node): Group {
  const tasks = labelled(node, 'task')
  const named = new Set(
    tasks.flatMap(({ body }) =>
      blocks(body, 'config').flatMap((config) =>
        elements(child(config, 'ports')).flatMap((each) => rawText(each) ?? []),
      ),
    ),
  )
  const ports = portsOfNetwork(node)
  return {
    ports,
    unnamed: ports.filter(({ label }) => label === undefined || !named.has(label)),
    first: (tasks.find(({ body }) => isVoid(child(body, 'lifecycle'))) ?? tasks[0])?.label,
    volumes: new Map(
      labelled(node, 'volume').flatMap(({ label, body }) => (label === undefined ? [] : [[label, body] as const])),
    ),
    checks: checksIn(node),
  }
}

/** The ports of the network block of a group, or of the resources of an older task. */
export function portsOfNetwork(node: Node): readonly Labelled[] {
  const network = child(node, 'network')
  return labelled(isList(network) ? (network.value[0] ?? network) : network, 'port')
}

/** The checks of the services of a group or a task. */
export const checksIn = (node: Node): readonly Check[] =>
  blocks(node, 'service').flatMap((service) =>
    blocks(service, 'check').map((check) => ({
      check,
      restarts: [service, check].some((each) =>
        blocks(each, 'check_restart').some(
          (restart) => !isVoid(child(restart, 'limit')) && child(restart, 'limit').value !== 0,
        ),
      ),
      task: rawText(child(check, 'task')) ?? rawText(child(service, 'task')),
    })),
  )
