/**
 * The job as Nomad's API has it (`nomad job run -output`, `nomad job inspect`): `{ "Job": { "TaskGroups": [...] } }`, as the job
 * file would write it. https://developer.hashicorp.com/nomad/api-docs/json-jobs
 */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { isVoid } from '../docker/piece.ts'

/** Names that differ in more than capitals. */
const NAMES: { readonly [key: string]: string } = {
  CPU: 'cpu',
  MemoryMB: 'memory',
  MemoryMaxMB: 'memory_max',
  DestPath: 'destination',
  EmbeddedTmpl: 'data',
  SourcePath: 'source',
  Envvars: 'env',
  LogConfig: 'logs',
  RestartPolicy: 'restart',
  EphemeralDisk: 'ephemeral_disk',
  SizeMB: 'size',
  TaskName: 'task',
  Services: 'service',
  Checks: 'check',
  Templates: 'template',
  VolumeMounts: 'volume_mount',
  Networks: 'network',
  Identities: 'identity',
  Volumes: 'volume',
}
/** Below these the keys are the user's, or the driver's. */
const FREE = new Set(['Config', 'Env', 'Meta', 'Header'])

/** `ReadOnly` -> `read_only` */
const snake = (key: string): string =>
  key.replace(/[A-Z]+(?![a-z])|[A-Z]/g, (capitals, at: number) => `${at > 0 ? '_' : ''}${capitals.toLowerCase()}`)
const nameOf = (key: string): string => (Object.hasOwn(NAMES, key) ? NAMES[key] : undefined) ?? snake(key)

function renamed(node: Node): Node {
  if (isList(node)) return { ...node, value: node.value.map(renamed) }
  if (!isMap(node)) return node
  const value = new Map<string, Node>()
  for (const [key, each] of node.value) {
    const inner = FREE.has(key) ? each : renamed(each)
    // An empty list or nothing is what the API writes where a block is not there.
    if (!isVoid(inner) && !(isList(inner) && inner.value.length === 0)) value.set(nameOf(key), inner)
  }
  return { ...node, value }
}

const set = (node: Node, more: readonly (readonly [string, Node])[]): Node =>
  isMap(node) ? { ...node, value: new Map([...node.value, ...more]) } : node

/** A list of bodies with names as blocks by label. Bodies of one name stay apart. */
function byLabel(list: Node, key: string, inner: (node: Node) => Node = (node) => node): Node {
  if (!isList(list)) return list
  const value = new Map<string, Node>()
  for (const [index, each] of elements(list).entries()) {
    const label = textOf(child(each, key)) ?? `${index}`
    const known = value.get(label)
    value.set(label, {
      place: known?.place ?? each.place,
      path: [...list.path, label],
      value: [...(known ? elements(known) : []), inner(each)],
    })
  }
  return { ...list, value }
}

/** `ReservedPorts` have a port of the host (`Value`), `DynamicPorts` get one. */
function network(node: Node): Node {
  const ports = ['reserved_ports', 'dynamic_ports'].flatMap((key) =>
    elements(child(node, key)).map((port): Node => {
      const fixed = child(port, 'value')
      return key === 'reserved_ports' && !isVoid(fixed) ? set(port, [['static', fixed]]) : port
    }),
  )
  const [first] = ports
  const made: Node | undefined = first && { place: first.place, path: [...node.path, 'port'], value: ports }
  return made ? set(node, [['port', byLabel(made, 'label')]]) : node
}
const networks = (node: Node): Node => {
  const list = child(node, 'network')
  return isList(list) ? set(node, [['network', { ...list, value: list.value.map(network) }]]) : node
}

function task(node: Node): Node {
  const resources = child(node, 'resources')
  const devices = child(resources, 'devices')
  const whole = isMap(resources)
    ? networks(isVoid(devices) ? resources : set(resources, [['device', byLabel(devices, 'name')]]))
    : resources
  return set(node, isVoid(whole) ? [] : [['resources', whole]])
}
function group(node: Node): Node {
  const whole = networks(node)
  return set(whole, [['task', byLabel(child(node, 'tasks'), 'name', task)]])
}

/** The job, with its groups, as blocks: `{ type, group: { name: [body] } }`. */
export function fromApi(job: Node): Node {
  const whole = renamed(job)
  return set(whole, [['group', byLabel(child(whole, 'task_groups'), 'name', group)]])
}

/** A map with `TaskGroups` of tasks that have drivers. */
export const isApiJob = (node: Node): boolean => {
  const groups = child(node, 'TaskGroups')
  return (
    isList(groups) &&
    elements(groups).some(
      (each) => isMap(each) && (isList(child(each, 'Tasks')) || entries(each).some(([key]) => key === 'EphemeralDisk')),
    )
  )
}
