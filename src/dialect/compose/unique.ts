/**
 * Lists of a service hold one element for each target, port or name: the last counts, where the first stands.
 * https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#unique-resources
 */
import { posix } from 'node:path'
import { child, isList, isMap, type Node } from '../../document/node.ts'
import { rangeOf } from '../docker/port.ts'
import { rawText } from '../docker/piece.ts'

/** What makes an element the same as another; undefined where a variable hides it, or it is nothing that Compose takes. */
type Key = (node: Node) => string | undefined

const byName: Key = (node) => rawText(node)?.split('=', 1)[0]
const byText: Key = (node) => rawText(node)
const byPath: Key = (node) => rawText(isMap(node) ? child(node, 'path') : node)

const byMount =
  (folder: string): Key =>
  (node) => {
    const text = rawText(isMap(node) ? child(node, 'source') : node)
    return (
      (isMap(node) ? rawText(child(node, 'target')) : undefined) ??
      (text === undefined ? undefined : `${folder}/${text}`)
    )
  }

const byTarget: Key = (node) => {
  const written = isMap(node) ? rawText(child(node, 'target')) : targetOf(rawText(node))
  return written === undefined || written === '' ? undefined : posix.normalize(written).replace(/(.)\/$/, '$1')
}
/** The target of `source:target:options`; a Windows drive has a colon of its own. */
const targetOf = (text: string | undefined): string | undefined => {
  const parts = text?.split(/(?<!(?:^|:)[A-Za-z]):/) ?? []
  return parts[1] ?? parts[0]
}
const byDevice: Key = (node) => {
  if (isMap(node)) return rawText(child(node, 'target')) ?? rawText(child(node, 'source'))
  const parts = rawText(node)?.split(':')
  return parts?.[1] ?? parts?.[0]
}
const byFolder: Key = (node) => rawText(node)?.split(':', 1)[0]

const byPort: Key = (node) => {
  const text = (key: string): string => rawText(child(node, key)) ?? ''
  if (isMap(node))
    return `${text('host_ip') || '0.0.0.0'}:${text('published')}:${text('target')}/${text('protocol') || 'tcp'}`
  const [spec = '', protocol = 'tcp'] = rawText(node)?.split('/') ?? []
  const parts = spec.split(/:(?![^[]*\])/)
  // A range stands for several ports, and is compared as it is written.
  const target = parts.at(-1) ?? ''
  const range = rangeOf(target)
  if (!range || range[0] !== range[1]) return rawText(node)
  const address = parts
    .slice(0, -2)
    .join(':')
    .replace(/^\[|\]$/g, '')
  return `${address || '0.0.0.0'}:${parts.length > 1 ? (parts.at(-2) ?? '') : ''}:${target}/${protocol}`
}

const KEYS: { readonly [key: string]: Key } = {
  cap_add: byText,
  cap_drop: byText,
  configs: byMount(''),
  devices: byDevice,
  env_file: byPath,
  environment: byName,
  expose: byText,
  ports: byPort,
  secrets: byMount('/run/secrets'),
  sysctls: byName,
  tmpfs: byFolder,
  volumes: byTarget,
}

/** The service with every list of one element for each key. */
export function unique(service: Node): Node {
  if (!isMap(service)) return service
  let value: Map<string, Node> | undefined
  for (const [name, key] of Object.entries(KEYS)) {
    const list = service.value.get(name)
    if (!list || !isList(list)) continue
    const kept = oneOfEach(list.value, key)
    if (kept.length < list.value.length) (value ??= new Map(service.value)).set(name, { ...list, value: kept })
  }
  return value ? { ...service, value } : service
}

function oneOfEach(list: readonly Node[], keyOf: Key): readonly Node[] {
  const kept: Node[] = []
  const spots = new Map<string, number>()
  for (const node of list) {
    const key = node.unknown === undefined ? keyOf(node) : undefined
    const spot = key === undefined ? undefined : spots.get(key)
    if (spot !== undefined) kept[spot] = node
    else {
      if (key !== undefined) spots.set(key, kept.length)
      kept.push(node)
    }
  }
  return kept
}
