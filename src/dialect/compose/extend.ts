/**
 * `extends` of Compose: a service takes over what another one says, and its own word counts.
 * https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends
 */
import { posix } from 'node:path'
import { child, entries, get, isList, isMap, type Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import { isVoid, rawText } from '../docker/piece.ts'
import { interpolate, type Lookup } from './interpolate.ts'
import { mergeServices } from './merge.ts'
import { moveService } from './path.ts'
import { normal, type Sources } from './source.ts'

const MAX_CHAIN = 50
const MAX_DEPTH = 1000

/** The services of a document: below `services`, or its top level in the oldest format. */
export const servicesOf = (root: Node): Node => {
  const services = child(root, 'services')
  return services.missing === true && services.unknown === undefined && !isVersioned(root) ? root : services
}
const isVersioned = (root: Node): boolean =>
  ['version', 'include', 'name', 'networks', 'volumes', 'jobs'].some((key) => child(root, key).missing !== true)

/** A document whose services are put together with what they extend. */
export class Extension {
  readonly notices: Notice[] = []
  readonly #main: Node
  readonly #folder: string
  readonly #sources: Sources
  readonly #lookup: Lookup
  readonly #roots = new Map<string, Node>()
  readonly #done = new Map<string, Node>()
  readonly #inherited = new Map<Node, Node>()

  /** `root` is interpolated; the files that it names start in `folder`, and know the same variables. */
  constructor(root: Node, folder: string, sources: Sources, lookup: Lookup) {
    this.#main = root
    this.#folder = folder
    this.#sources = sources
    this.#lookup = lookup
  }

  /** The document, its services and jobs with all that they extend. */
  all(): Node {
    const root = this.#main
    if (servicesOf(root) === root) return this.#each(root)
    return ['services', 'jobs'].reduce((node, key) => {
      const before = child(node, key)
      const after = this.#each(before)
      return after === before || !isMap(node) ? node : { ...node, value: new Map([...node.value, [key, after]]) }
    }, root)
  }

  #each(services: Node): Node {
    const extending = entries(services).some(([, node]) => isMap(node) && node.value.has('extends'))
    if (!extending) return services
    return {
      ...services,
      value: new Map(entries(services).map(([name, node]) => [name, this.#resolve('', services, name, node, [])])),
    }
  }

  /** `file` is empty for the document itself. */
  #resolve(file: string, services: Node, name: string, service: Node, trail: readonly string[]): Node {
    const extension = child(service, 'extends')
    if (!isMap(service) || isVoid(extension)) return service
    const key = `${file}\n${name}`
    const known = this.#done.get(key)
    if (known) return known
    const base = this.#base(file, services, key, extension, trail)
    const own: Node = { ...service, value: new Map([...service.value].filter(([each]) => each !== 'extends')) }
    const merged = base && isMap(base) ? mergeServices(base, own) : own
    this.#done.set(key, merged)
    return merged
  }

  #base(file: string, services: Node, key: string, extension: Node, trail: readonly string[]): Node | undefined {
    const name = isMap(extension) ? child(extension, 'service') : extension
    const text = name.unknown === undefined ? rawText(name) : undefined
    if (text === undefined)
      return this.#lost(extension, `what this service extends is not known (${name.unknown ?? 'no service is named'})`)
    const written = isMap(extension) ? get(extension, 'file') : undefined
    const path = written && written.unknown === undefined ? rawText(written) : undefined
    if (written && !isVoid(written) && path === undefined)
      return this.#lost(extension, `the file that it extends is not known (${written.unknown ?? 'no text'})`)
    if (path !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(path))
      return this.#lost(extension, `the file ${path} that this service extends is not on this machine`)
    const folder = file === '' ? this.#folder : posix.dirname(file)
    const other = path === undefined || path === '' ? file : posix.isAbsolute(path) ? path : join(folder, path)
    const found = other === file ? services : this.#services(other, written)
    if (!found) return this.#lost(extension, `the file ${other} that this service extends was not read`)
    const base = child(found, text)
    if (base.missing === true)
      return this.#lost(extension, `there is no service ${text} to extend${other === '' ? '' : ` in ${other}`}`)
    if (trail.includes(key) || trail.length >= MAX_CHAIN)
      return this.#lost(extension, `services extend each other in a circle, or in too long a chain (${text})`)
    const whole = this.#resolve(other, found, text, base, [...trail, key])
    return this.#inherit(other === file ? whole : this.#moved(whole, file, other), 0)
  }

  /** Its paths start in the folder of the file that extends it; at the end, in that of the document. */
  #moved(service: Node, file: string, other: string): Node {
    const from = file === '' ? this.#folder : posix.dirname(file)
    const way = posix.isAbsolute(other) ? posix.dirname(other) : posix.relative(from, posix.dirname(other))
    return moveService(service, way === '' ? '.' : way)
  }

  #services(file: string, named: Node | undefined): Node | undefined {
    const known = this.#roots.get(file)
    if (known) return known
    const raw = this.#sources.read(file, named && { place: named.place })
    if (!raw) return undefined
    const services = servicesOf(interpolate(raw, this.#lookup))
    this.#roots.set(file, services)
    return services
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

/** Both are paths from the main document. */
const join = (folder: string, path: string): string => normal(posix.join(folder, path.replaceAll('\\', '/')))
