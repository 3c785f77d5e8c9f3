/** Lists of a CRI configuration, element by element. */
import { posix } from 'node:path'
import { child, entries, get, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, set, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, asMap, field, items, parse, scalarFact, type Answer, type Ask } from '../ask.ts'
import { word } from './word.ts'

type Mount = Element<(typeof container.mounts)['of']>
type Device = Element<(typeof container.devices)['of']>
type Port = Element<(typeof container.ports)['of']>
type Variable = Element<(typeof container.environment)['of']>
type Sysctl = Element<(typeof container.sysctls)['of']>

const isWritten = (node: Node): boolean => node.missing !== true && (node.value !== null || node.unknown !== undefined)
const needed = (node: Node, key: string, what: string): Fact<string> => {
  const answer = scalarFact(child(node, key), 'a text', parse.text)
  return answer.how === 'silent' ? unknown(node.place, what, 'user') : answer
}

const PROPAGATIONS = { 0: 'private', 1: 'rslave', 2: 'rshared' } as const
/** Where the kubelet keeps what it puts into pods: volumes of these types are folders of the node that nobody else writes. */
const OF_KUBELET =
  /^\/var\/lib\/kubelet\/pods\/[^/]+\/(?:volumes\/kubernetes\.io~(secret|configmap|projected|empty-dir|downward-api)\/|etc-hosts$|containers\/)/
const KINDS = {
  secret: 'secret',
  configmap: 'config',
  projected: 'token',
  'downward-api': 'config',
  'empty-dir': 'volume',
} as const
const isKind = (text: string): text is keyof typeof KINDS => Object.hasOwn(KINDS, text)

function mount(element: Node): Mount {
  const node = asMap(element)
  const { place } = node
  const image = child(node, 'image')
  const source = isWritten(image)
    ? needed(image, 'image', 'the mount names no image')
    : needed(node, 'host_path', 'the mount has no host_path')
  const type = source.how === 'unknown' ? undefined : OF_KUBELET.exec(posix.normalize(source.value))
  const kubelet = type?.[1]
  return {
    place,
    facts: {
      kind:
        node.unknown !== undefined
          ? unknown(place, node.unknown, 'user')
          : isWritten(image)
            ? set(image.place, 'image')
            : type
              ? byDefault(
                  place,
                  kubelet !== undefined && isKind(kubelet) ? KINDS[kubelet] : 'config',
                  'a folder that the kubelet makes for the pod',
                )
              : set(place, 'bind'),
      type: byDefault(place, isWritten(image) ? 'image' : 'bind', 'CRI binds paths of the host and images'),
      source,
      target: needed(node, 'container_path', 'the mount has no container_path'),
      readOnly: isWritten(image)
        ? byDefault(image.place, true, 'images are mounted read-only')
        : field(node, 'readonly', 'true or false', parse.bool, false, 'writable unless readonly is set'),
      propagation: word(
        child(node, 'propagation'),
        { PROPAGATION_PRIVATE: 0, PROPAGATION_HOST_TO_CONTAINER: 1, PROPAGATION_BIDIRECTIONAL: 2 },
        (value) => (value === 0 || value === 1 || value === 2 ? PROPAGATIONS[value] : undefined),
        { value: 'private', because: 'PROPAGATION_PRIVATE unless set' },
      ),
      options: byDefault(place, [], 'CRI has no mount options'),
    },
  }
}
export const mounts: Ask<readonly Mount[]> = items('mounts', mount)

/** CDI devices are named, and not by path. */
export const devices: Ask<readonly Device[]> = ask((scope): Answer<readonly Device[]> => {
  const own = items('devices', (element): Device => {
    const node = asMap(element)
    return {
      place: node.place,
      facts: {
        source: needed(node, 'host_path', 'the device has no host_path'),
        target: needed(node, 'container_path', 'the device has no container_path'),
        permissions: field(node, 'permissions', 'a text', parse.text, 'rwm', 'rwm unless permissions is set'),
      },
    }
  }).read(scope)
  const named = items('CDI_devices', (element): Device => {
    const node = asMap(element)
    const name = needed(node, 'name', 'the device has no name')
    return {
      place: node.place,
      facts: {
        source: name,
        target: byDefault(node.place, '', 'the CDI device says'),
        permissions: byDefault(node.place, 'rwm', 'rwm unless the CDI device says otherwise'),
      },
    }
  }).read(scope)
  if (own.how === 'unknown' || named.how === 'silent') return own
  if (own.how === 'silent' || named.how === 'unknown') return named
  return { ...own, value: [...own.value, ...named.value] }
})

export const environment: Ask<readonly Variable[]> = items('envs', (element): Variable => {
  const node = asMap(element)
  return {
    place: node.place,
    facts: {
      name: field(node, 'key', 'a text', parse.text, '', 'the variable has no name'),
      value: field(node, 'value', 'a text', parse.text, '', 'empty unless a value is set'),
      // The kubelet has put in what stands in Secrets.
      fromSecret: byDefault(node.place, false, 'the value is written here'),
    },
  }
})

const sandboxIsThere = (node: Node): boolean => isMap(node)

export const ports: Ask<readonly Port[]> = ask((scope): Answer<readonly Port[]> => {
  const sandbox = scope['sandbox'] ?? scope.self
  const answer = items('port_mappings', port, 'sandbox').read(scope)
  return answer.how === 'silent' && sandboxIsThere(sandbox)
    ? byDefault(sandbox.place, [], 'the sandbox maps no ports')
    : answer
})
function port(element: Node): Port {
  const node = asMap(element)
  const { place } = node
  const host = scalarFact(child(node, 'host_port'), 'a whole number', parse.int)
  const isPublished = host.how !== 'silent' && host.how !== 'unknown' && host.value !== 0
  return {
    place,
    facts: {
      container: field(node, 'container_port', 'a whole number', parse.int, 0, 'no container_port is written'),
      published:
        host.how === 'unknown'
          ? { ...host }
          : host.how === 'silent'
            ? byDefault(place, false, 'no host_port is written')
            : { ...host, value: host.value !== 0 },
      host: host.how === 'silent' ? byDefault(place, 0, 'no host_port is written') : host,
      address: field(
        node,
        'host_ip',
        'a text',
        parse.text,
        isPublished ? '0.0.0.0' : '',
        isPublished ? 'every interface unless host_ip is set' : 'no host_port is written',
      ),
      protocol: word(
        child(node, 'protocol'),
        { TCP: 0, UDP: 1, SCTP: 2 },
        (value) => (['tcp', 'udp', 'sctp'] as const)[value],
        { value: 'tcp', because: 'TCP unless set' },
      ),
    },
  }
}

/** A map of the sandbox; it holds for all of its containers. */
export const sysctls: Ask<readonly Sysctl[]> = ask((scope): Answer<readonly Sysctl[]> => {
  const sandbox = scope['sandbox'] ?? scope.self
  const node = get(sandbox, 'linux.sysctls')
  if (!isWritten(node))
    return sandboxIsThere(sandbox)
      ? byDefault(node.place, [], 'the sandbox sets none')
      : { how: 'silent', place: node.place }
  if (node.unknown !== undefined || !isMap(node))
    return unknown(node.place, node.unknown ?? 'sysctls is not a map', 'user')
  return set(
    node.place,
    entries(node).map(([name, value]): Sysctl => ({
      place: value.place,
      facts: {
        name: set(value.place, name),
        value:
          textOf(value) === undefined
            ? unknown(value.place, `${name} is not a text`, 'user')
            : set(value.place, textOf(value) ?? ''),
      },
    })),
  )
})
