/**
 * `extends` of Compose: a service takes over what another one says, and its own word counts.
 * https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends and 13-merge.md
 */
import { posix } from 'node:path'
import { child, get, isList, isMap, type Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import type { Files } from '../dialect.ts'
import { isVoid, rawText } from '../docker/piece.ts'
import { interpolate } from './interpolate.ts'

const MAX_CHAIN = 50
const MAX_DEPTH = 1000

/** The services of a document: below `services`, or its top level in the oldest format. */
export const servicesOf = (root: Node): Node => {
  const services = child(root, 'services')
  return services.missing === true && services.unknown === undefined && !isVersioned(root) ? root : services
}
const isVersioned = (root: Node): boolean =>
  ['version', 'include', 'name', 'networks', 'volumes'].some((key) => child(root, key).missing !== true)

/** The path that `extends` names, relative to the document's own file; undefined where it names none or a variable hides it. */
export function extendedFile(service: Node): string | undefined {
  const file = get(service, 'extends.file')
  const text = file.unknown === undefined ? rawText(file) : undefined
  return text === undefined || text === '' ? undefined : posix.normalize(text.replaceAll('\\', '/'))
}

/** Puts services together with what they extend. `notices` tells what could not be found. */
export class Extension {
  readonly notices: Notice[] = []
  readonly #main: Node
  readonly #files: Files
  readonly #roots = new Map<string, Node>()
  readonly #done = new Map<string, Node>()
  readonly #inherited = new Map<Node, Node>()

  /** `root` is the main document, interpolated; `files` are the others, as they were read. */
  constructor(root: Node, files: Files) {
    this.#main = root
    this.#files = new Map([...files].map(([path, node]) => [posix.normalize(path.replaceAll('\\', '/')), node]))
  }

  /** The service of the main document with all that it extends. */
  of(name: string, service: Node): Node {
    return this.#resolve('', name, service, [])
  }

  #resolve(file: string, name: string, service: Node, trail: readonly string[]): Node {
    const extension = child(service, 'extends')
    if (!isMap(service) || isVoid(extension)) return service
    const key = `${file}\n${name}`
    const known = this.#done.get(key)
    if (known) return known
    const base = this.#base(file, key, service, extension, trail)
    const own = new Map([...service.value].filter(([each]) => each !== 'extends'))
    const merged = base
      ? { ...service, value: mergeMaps(isMap(base) ? base.value : new Map(), own, '', 0) }
      : { ...service, value: own }
    this.#done.set(key, merged)
    return merged
  }

  #base(file: string, key: string, service: Node, extension: Node, trail: readonly string[]): Node | undefined {
    const name = isMap(extension) ? child(extension, 'service') : extension
    const text = name.unknown === undefined ? rawText(name) : undefined
    if (text === undefined)
      return this.#lost(extension, `what this service extends is not known (${name.unknown ?? 'no service is named'})`)
    const path = extendedFile(service)
    const other =
      path === undefined ? file : posix.isAbsolute(path) || file === '' ? path : posix.join(posix.dirname(file), path)
    if (path === undefined && !isVoid(get(extension, 'file')) && isMap(extension))
      return this.#lost(
        extension,
        `the file that it extends is not known (${get(extension, 'file').unknown ?? 'no text'})`,
      )
    const root = this.#root(other)
    if (!root) return this.#lost(extension, `the file ${other} that this service extends was not read`)
    const found = child(servicesOf(root), text)
    if (found.missing === true)
      return this.#lost(extension, `there is no service ${text} to extend${other === '' ? '' : ` in ${other}`}`)
    if (trail.includes(key) || trail.length >= MAX_CHAIN)
      return this.#lost(extension, `services extend each other in a circle, or in too long a chain (${text})`)
    return this.#inherit(this.#resolve(other, text, found, [...trail, key]), 0)
  }

  #root(file: string): Node | undefined {
    if (file === '') return this.#main
    const known = this.#roots.get(file)
    if (known) return known
    const raw = this.#files.get(file)
    if (!raw) return undefined
    const root = interpolate(raw)
    this.#roots.set(file, root)
    return root
  }

  #lost(node: Node, what: string): undefined {
    this.notices.push({
      id: 'compose-extends-unread',
      place: node.place,
      message: `${what[0]?.toUpperCase() ?? ''}${what.slice(1)}, so what it would take over was not checked. Mend it, or scan the output of: docker compose config`,
      lost: true,
    })
    return undefined
  }

  /** A copy that says of all that it holds that it stands elsewhere. */
  #inherit(node: Node, depth: number): Node {
    const known = this.#inherited.get(node)
    if (known) return known
    const { value } = node
    const copy: Node =
      depth > MAX_DEPTH
        ? { ...node, value: null, unknown: 'the document is too deep', inherited: true }
        : isMap(node)
          ? {
              ...node,
              inherited: true,
              value: new Map([...node.value].map(([key, each]) => [key, this.#inherit(each, depth + 1)])),
            }
          : isList(node)
            ? { ...node, inherited: true, value: node.value.map((each) => this.#inherit(each, depth + 1)) }
            : { ...node, value, inherited: true }
    this.#inherited.set(node, copy)
    return copy
  }
}

type Entries = ReadonlyMap<string, Node>
const REPLACED = new Set(['command', 'entrypoint', 'healthcheck.test'])
/** Written as a list of `key=value` or as a map, and merged as a map. */
const MAPPINGS = new Set(['environment', 'sysctls', 'labels', 'annotations', 'extra_hosts', 'networks', 'depends_on'])

function mergeMaps(base: Entries, own: Entries, path: string, depth: number): Entries {
  const merged = new Map(base)
  for (const [key, node] of own) {
    const other = base.get(key)
    merged.set(key, other ? merge(other, node, path === '' ? key : `${path}.${key}`, depth + 1) : node)
  }
  return merged
}

function merge(base: Node, own: Node, path: string, depth: number): Node {
  if (REPLACED.has(path) || depth > MAX_DEPTH) return own
  if (isVoid(own)) return base
  const isMapping = MAPPINGS.has(path)
  const left = isMapping ? asEntries(base) : base
  const right = isMapping ? asEntries(own) : own
  if (isMap(left) && isMap(right)) return { ...own, value: mergeMaps(left.value, right.value, path, depth) }
  if (!isList(left) || !isList(right)) return own
  const taken = new Set(right.value.map((node) => keyOf(path, node)))
  const kept = left.value.filter((node) => {
    const key = keyOf(path, node)
    return key === undefined || !taken.has(key)
  })
  return { ...own, value: [...kept, ...right.value] }
}

/** A list of `key=value` as a map; a list that is not one stays as it is. */
function asEntries(node: Node): Node {
  if (!isList(node)) return node
  const map = new Map<string, Node>()
  for (const item of node.value) {
    const text = rawText(item)
    if (text === undefined) return node
    const sign = text.indexOf('=')
    const { place, path, unknown, inherited } = item
    map.set(sign < 0 ? text : text.slice(0, sign), {
      place,
      path,
      value: sign < 0 ? null : text.slice(sign + 1),
      ...(unknown !== undefined && { unknown }),
      ...(inherited && { inherited }),
    })
  }
  return { ...node, value: map }
}

/** What makes an element of a list the same as another: the target of a mount or device, else its text. */
function keyOf(path: string, node: Node): string | undefined {
  const text = rawText(node)
  if (['volumes', 'devices', 'secrets', 'configs'].includes(path)) {
    if (isMap(node)) return rawText(child(node, 'target')) ?? rawText(child(node, 'source'))
    if (path === 'volumes' || path === 'devices') {
      const parts = text?.split(':') ?? []
      return parts[1] ?? parts[0]
    }
  }
  return text
}
