/**
 * Task definitions in what `terraform show -json` prints of a plan or a state, and in a state file.
 * https://developer.hashicorp.com/terraform/internals/json-format
 */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { readJson } from '../../document/json.ts'
import type { Notice } from '../../model/notice.ts'
import { isVoid } from '../docker/piece.ts'
import { terraformKeys } from './keys.ts'

const TYPE = 'aws_ecs_task_definition'
/** Modules below modules. */
const MAX_DEPTH = 50
const MAX_RESOURCES = 100_000

interface Resource {
  readonly address: string
  readonly values: Node
}

/** The resources of a plan or a state, whichever this is; undefined where it is neither. */
function resourcesOf(root: Node): readonly Resource[] | undefined {
  const top = ['planned_values', 'values'].map((key) => child(child(root, key), 'root_module')).find(isMap)
  if (top) {
    const found: Resource[] = []
    const visit = (module: Node, depth: number): void => {
      for (const resource of elements(child(module, 'resources')))
        if (child(resource, 'type').value === TYPE && found.length < MAX_RESOURCES)
          found.push({ address: textOf(child(resource, 'address')) ?? TYPE, values: child(resource, 'values') })
      if (depth < MAX_DEPTH) for (const inner of elements(child(module, 'child_modules'))) visit(inner, depth + 1)
    }
    visit(top, 0)
    return found
  }
  if (isVoid(child(root, 'terraform_version')) || !isList(child(root, 'resources'))) return undefined
  return elements(child(root, 'resources')).flatMap((resource) =>
    child(resource, 'type').value === TYPE && child(resource, 'mode').value !== 'data'
      ? elements(child(resource, 'instances')).map((instance) => ({
          address: [child(resource, 'module'), child(resource, 'type'), child(resource, 'name')]
            .flatMap((part) => textOf(part) ?? [])
            .join('.'),
          values: child(instance, 'attributes'),
        }))
      : [],
  )
}

export const isTerraform = (root: Node): boolean => (resourcesOf(root)?.length ?? 0) > 0

/** The task definitions with the keys of the ECS API, and what they are called. */
export function terraformTasks(
  root: Node,
  notices: Notice[],
): readonly { readonly name: string; readonly task: Node }[] {
  const open = new Map<string, Node>()
  for (const change of elements(child(root, 'resource_changes')))
    open.set(textOf(child(change, 'address')) ?? '', child(child(change, 'change'), 'after_unknown'))
  return (resourcesOf(root) ?? []).flatMap(({ address, values }) => {
    if (!isMap(values)) return []
    const known = withUnknown(values, open.get(address))
    return [{ name: address, task: taskOf(terraformKeys(known), notices) }]
  })
}

/** What is known after apply is left out of the planned values, and true in `after_unknown`. */
function withUnknown(values: Node, unknown: Node | undefined): Node {
  if (!unknown || !isMap(unknown) || !isMap(values)) return values
  const value = new Map(values.value)
  for (const [key, each] of entries(unknown))
    if (each.value === true)
      value.set(key, {
        place: values.place,
        path: [...values.path, key],
        value: null,
        unknown: `${key} is known after apply`,
      })
  return { ...values, value }
}

/** Blocks are lists of one in the values of a resource. */
const single = (node: Node): Node =>
  isList(node) && node.value.length < 2 ? (node.value[0] ?? { ...node, value: null }) : node

function taskOf(values: Node, notices: Notice[]): Node {
  const value = new Map(isMap(values) ? values.value : [])
  for (const key of ['runtimePlatform', 'ephemeralStorage', 'proxyConfiguration']) {
    const block = value.get(key)
    if (block) value.set(key, single(block))
  }
  const volumes = value.get('volume')
  value.delete('volume')
  if (volumes) value.set('volumes', isList(volumes) ? { ...volumes, value: volumes.value.map(volume) } : volumes)
  const written = value.get('containerDefinitions')
  if (written && typeof written.value === 'string')
    value.set('containerDefinitions', inText(written, written.value, notices))
  return { ...values, value }
}

function volume(node: Node): Node {
  if (!isMap(node)) return node
  const value = new Map<string, Node>()
  for (const [key, each] of node.value) {
    if (key === 'hostPath') {
      if (each.value !== '' && !isVoid(each))
        value.set('host', { ...each, value: new Map([['sourcePath', each]]), path: [...node.path, 'host'] })
    } else if (key === 'configureAtLaunch') value.set('configuredAtLaunch', each)
    else value.set(key, key.endsWith('Configuration') ? single(each) : each)
  }
  return { ...node, value }
}

/** The containers are JSON in a text: every place in it is that of the attribute. */
function inText(node: Node, text: string, notices: Notice[]): Node {
  const read = readJson(node.place.file, text, () => node.place)
  notices.push(...read.notices)
  const [list] = read.value.documents
  return list ?? { ...node, value: null, unknown: 'the JSON of container_definitions cannot be read' }
}
