/** Everything that Compose mounts: volumes, tmpfs, secrets, configs, volumes_from, the engine's socket. */
import { child, elements, get, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { ask, field, parse, scalarFact, type Ask, type Scope } from '../ask.ts'
import {
  isHostPath,
  kindFact,
  type kindOf,
  mountOf,
  propagationOf,
  shortMount,
  strangeMount,
  tmpfsMount,
} from '../docker/mount.ts'
import { collect, isVoid, piece, rawText, said, unknownBy, why, type Mount } from '../docker/piece.ts'
import { servicesOf } from './extend.ts'

/** A fact of a child of a long syntax; undefined where it is not written. */
function part(node: Node, key: string): Fact<string> | undefined {
  const at = child(node, key)
  if (isVoid(at)) return undefined
  const text = rawText(at)
  return text === undefined ? unknownBy(why(at, `${key} is not a text`)) : piece(at, text)
}

function longMount(node: Node): Mount {
  const source = part(node, 'source') ?? part(node, 'src')
  const target = part(node, 'target') ?? part(node, 'dst') ?? part(node, 'destination')
  const written = child(node, 'type')
  const type = isVoid(written) ? undefined : (textOf(written) ?? '')
  const nocopy = scalarFact(get(node, 'volume.nocopy'), 'true or false', parse.bool)
  const relabel = part(get(node, 'bind'), 'selinux')
  const size = part(get(node, 'tmpfs'), 'size')
  const options = [
    ...(nocopy.how !== 'silent' && nocopy.how !== 'unknown' && nocopy.value ? [{ ...nocopy, value: 'nocopy' }] : []),
    ...(relabel ? [relabel] : []),
    ...(size ? [size.how === 'unknown' ? size : { ...size, value: `size=${size.value}` }] : []),
  ]
  const propagation = get(node, 'bind.propagation')
  const because = 'the type is not written'
  // Compose wants a type; without one the path says what the author meant.
  const kind = (): Fact<ReturnType<typeof kindOf>> =>
    written.unknown !== undefined
      ? unknownBy(why(written, ''))
      : type !== undefined
        ? kindFact(written, type)
        : source !== undefined && source.how !== 'unknown' && isHostPath(source.value) === true
          ? byDefault(node.place, 'bind', because)
          : unknown(node.place, because, 'user')
  return mountOf(node, {
    kind: kind(),
    type: written.unknown !== undefined || type === undefined ? unknownBy(why(written, because)) : said(written, type),
    source: source ?? byDefault(node.place, '', 'no source is written'),
    target: target ?? unknown(node.place, 'no target is written', 'user'),
    readOnly: field(node, 'read_only', 'true or false', parse.bool, false, 'writable unless said'),
    propagation: propagationOf(propagation, isVoid(propagation) ? '' : (rawText(propagation) ?? 'of a wrong type')),
    ...(options.length > 0 && { options: said(node, options) }),
  })
}

/**
 * A named volume whose driver binds a path of the host is a bind mount of it: `driver_opts: {type: none, o: bind, device: /path}`
 * of the local driver, `mountpoint` of local-persist (https://github.com/MatchbookLab/local-persist).
 */
function withVolume(mount: Mount, scope: Scope): Mount {
  const { kind, source } = mount.facts
  const root = scope['root']
  if (!root || kind.how === 'unknown' || kind.value !== 'volume' || source.how === 'unknown' || source.value === '')
    return mount
  const volume = child(child(root, 'volumes'), source.value)
  const options = child(volume, 'driver_opts')
  const words = (rawText(child(options, 'o')) ?? '').split(',')
  const isPersistent = rawText(child(volume, 'driver')) === 'local-persist'
  const isBind = words.some((option) => option === 'bind' || option === 'rbind')
  const device = isPersistent ? part(options, 'mountpoint') : isBind ? part(options, 'device') : undefined
  if (!device) return mount
  return { ...mount, facts: { ...mount.facts, kind: { ...kind, value: 'bind' }, source: device } }
}

function volume(node: Node, _key: string | undefined, scope: Scope): readonly Mount[] {
  return [withVolume(isMap(node) ? longMount(node) : shortMount(node), scope)]
}

/** `/run:size=64m,noexec` */
function memory(node: Node): readonly Mount[] {
  const text = rawText(node)
  if (text === undefined || text === '') return [strangeMount(why(node, 'the tmpfs is not a text'))]
  const sign = text.indexOf(':')
  return [tmpfsMount(node, sign < 0 ? text : text.slice(0, sign), sign < 0 ? '' : text.slice(sign + 1))]
}

/** A secret or a config, by name or with a target. */
const granted =
  (kind: 'secret' | 'config', folder: string) =>
  (node: Node): readonly Mount[] => {
    const text = rawText(node)
    if (!isMap(node) && text === undefined) return [strangeMount(why(node, `the ${kind} is not a text`))]
    const source = isMap(node) ? part(node, 'source') : piece(node, text ?? '')
    const written = isMap(node) ? part(node, 'target') : undefined
    const absolute = (name: Fact<string>): Fact<string> =>
      name.how === 'unknown' || /^(?:\/|[A-Za-z]:)/.test(name.value)
        ? { ...name }
        : { ...name, value: `${folder}${name.value}` }
    return [
      mountOf(node, {
        kind: said(node, kind),
        type: said(node, kind),
        source: source ?? unknown(node.place, `no ${kind} is named`, 'user'),
        target: absolute(written ?? source ?? unknown(node.place, `no ${kind} is named`, 'user')),
        readOnly: byDefault(node.place, true, `a ${kind} is read-only`),
      }),
    ]
  }

/**
 * `service[:ro]`: whatever that one mounts, with its own places; `container:name[:ro]`: of a container that is not known here.
 * https://docs.docker.com/reference/compose-file/services/#volumes_from
 */
const volumesFrom =
  (before: readonly string[], seen: Set<string>) =>
  (node: Node, _key: string | undefined, scope: Scope): readonly Mount[] => {
    const trail = before.length === 0 && scope['name'] ? [textOf(scope['name']) ?? ''] : before
    const text = rawText(node)
    if (text === undefined || text === '') return [strangeMount(why(node, 'the container is not a text'))]
    const isContainer = text.startsWith('container:')
    const [name = '', access] = text.replace(/^container:/, '').split(':')
    const service = scope['root'] && !isContainer ? child(servicesOf(scope['root']), name) : undefined
    if (service && isMap(service) && node.unknown === undefined) {
      if (trail.includes(name) || trail.length >= MAX_CHAIN) {
        // Said once: Compose refuses the file.
        if (seen.has('')) return []
        seen.add('')
        return [strangeMount(why(node, `services take over the mounts of each other in a circle (${name})`))]
      }
      // Each service once, however many ways lead to it.
      if (seen.has(name)) return []
      seen.add(name)
      const answer = mountsWith([...trail, name], seen).read({ ...scope, self: service })
      if (answer.how === 'unknown') return [strangeMount(why(node, answer.because))]
      if (answer.how === 'silent') return []
      return answer.value
        .filter(({ facts: { kind } }) => kind.how === 'unknown' || (kind.value !== 'secret' && kind.value !== 'config'))
        .map((mount) => taken(mount, access === 'ro' ? node : undefined))
    }
    return [
      mountOf(node, {
        kind: said(node, 'other'),
        type: said(node, 'volumes_from'),
        source: piece(node, name),
        target: unknown(node.place, `all that ${name} mounts`, 'user'),
        ...(access !== undefined && { readOnly: said(node, access === 'ro') }),
      }),
    ]
  }

/** Services whose mounts another takes over, one after the other. */
const MAX_CHAIN = 20

/** A mount of another service, as this one has it. */
function taken({ place, facts }: Mount, readOnly: Node | undefined): Mount {
  const inherited = <T>(fact: Fact<T>): Fact<T> => (fact.how === 'set' ? { ...fact, how: 'inherited' } : { ...fact })
  const { kind, type, source, target, propagation, options } = facts
  return {
    place,
    facts: {
      kind: inherited(kind),
      type: inherited(type),
      source: inherited(source),
      target: inherited(target),
      readOnly: readOnly ? said(readOnly, true) : inherited(facts.readOnly),
      propagation: inherited(propagation),
      options: inherited(options),
    },
  }
}

/** `use_api_socket: true` mounts the engine's socket (Compose 2.39). */
function socket(node: Node): readonly Mount[] {
  const on = scalarFact(node, 'true or false', parse.bool)
  if (on.how === 'silent' || (on.how !== 'unknown' && !on.value)) return []
  if (on.how === 'unknown') return [strangeMount(why(node, on.because))]
  return [
    mountOf(node, {
      kind: said(node, 'bind'),
      type: said(node, 'bind'),
      source: said(node, '/var/run/docker.sock'),
      target: said(node, '/var/run/docker.sock'),
    }),
  ]
}

const mountsWith = (trail: readonly string[], seen: Set<string>): Ask<readonly Mount[]> =>
  collect<Mount>(
    strangeMount,
    { path: 'volumes', each: volume },
    { path: 'tmpfs', each: memory, scalar: true },
    { path: 'secrets', each: granted('secret', '/run/secrets/') },
    { path: 'configs', each: granted('config', '/') },
    { path: 'volumes_from', each: volumesFrom(trail, seen) },
    { path: 'use_api_socket', each: socket, scalar: true },
  )
export const mounts: Ask<readonly Mount[]> = ask((scope) => mountsWith([], new Set()).read(scope))

/** The names of the map or list at a path, such as the networks of a service. */
export const namesOf = (node: Node): readonly Fact<string>[] | undefined =>
  isMap(node)
    ? [...node.value].map(([name, each]) => said(each, name))
    : Array.isArray(node.value)
      ? elements(node).map((each) => {
          const text = rawText(each)
          return text === undefined ? unknownBy(why(each, 'the name is not a text')) : piece(each, text)
        })
      : undefined
