/** Lists of a pod and its containers, element by element: ports, sysctls, groups, probes. */
import { child, get, type Node } from '../../document/node.ts'
import { byDefault, set, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, asMap, field, items, parse, scalarFact, type Answer, type Ask } from '../ask.ts'

type Port = Element<(typeof container.ports)['of']>
type Sysctl = Element<(typeof container.sysctls)['of']>
type Probe = Element<(typeof container.probes)['of']>

const PROTOCOLS = { tcp: 'tcp', udp: 'udp', sctp: 'sctp' } as const
const isProtocol = (word: string): word is keyof typeof PROTOCOLS => Object.hasOwn(PROTOCOLS, word)

/** Only a hostPort publishes: with hostNetwork the port is the host's own anyway, and namespaces.network says so. */
export const ports: Ask<readonly Port[]> = items('ports', (element): Port => {
  const node = asMap(element)
  const { place } = node
  const host = scalarFact(child(node, 'hostPort'), 'a whole number', parse.int)
  const published: Fact<boolean> =
    host.how === 'silent'
      ? byDefault(place, false, 'no hostPort is written')
      : host.how === 'unknown'
        ? { ...host }
        : { ...host, value: host.value !== 0 }
  const isPublished = published.how !== 'unknown' && published.value
  const protocol = scalarFact(child(node, 'protocol'), 'a text', parse.text)
  const word = protocol.how === 'silent' || protocol.how === 'unknown' ? '' : protocol.value.toLowerCase()
  return {
    place,
    facts: {
      container: field(node, 'containerPort', 'a whole number', parse.int, 0, 'no containerPort is written'),
      published,
      host: host.how === 'silent' ? byDefault(place, 0, 'no hostPort is written') : host,
      address: field(
        node,
        'hostIP',
        'a text',
        parse.text,
        isPublished ? '0.0.0.0' : '',
        isPublished ? 'every interface unless hostIP is set' : 'no hostPort is written',
      ),
      protocol:
        protocol.how === 'silent'
          ? byDefault(place, 'tcp', 'TCP unless set')
          : protocol.how === 'unknown'
            ? protocol
            : isProtocol(word)
              ? set(protocol.place, word)
              : unknown(protocol.place, `"${protocol.value}" is not one of TCP, UDP, SCTP`, 'user'),
    },
  }
})

const isThere = (node: Node): boolean => node.unknown !== undefined || (node.missing !== true && node.value !== null)

/**
 * Of the pod. Names are as they are written: slashes may stand for dots (sysctl(8)), and Pod Security refuses such a name also
 * where it allows the one with dots.
 */
export const sysctls: Ask<readonly Sysctl[]> = items(
  'securityContext.sysctls',
  (element): Sysctl => {
    const node = asMap(element)
    return {
      place: node.place,
      facts: {
        name: field(node, 'name', 'a text', parse.text, '', 'the parameter has no name'),
        value: field(node, 'value', 'a text', parse.text, '', 'no value is written'),
      },
    }
  },
  'pod',
)

/** supplementalGroups and fsGroup of the pod, as texts. */
export const groups: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const pod = scope['pod'] ?? scope.self
  const own = items('securityContext.supplementalGroups', gid, 'pod').read(scope)
  const node = get(pod, 'securityContext.fsGroup')
  if (own.how === 'unknown' || !isThere(node)) return own
  return own.how === 'silent' ? set(node.place, [gid(node)]) : { ...own, value: [...own.value, gid(node)] }
})
function gid(node: Node): Fact<string> {
  const number = scalarFact(node, 'a whole number', parse.int)
  if (number.how === 'silent') return unknown(number.place, 'the group is empty', 'user')
  return number.how === 'unknown' ? number : { ...number, value: String(number.value) }
}

const PROBES = [
  ['livenessProbe', 'liveness'],
  ['readinessProbe', 'readiness'],
  ['startupProbe', 'startup'],
  ['lifecycle.postStart', 'postStart'],
  ['lifecycle.preStop', 'preStop'],
] as const

/** Probes and lifecycle hooks that are written. The host is what an HTTP or TCP one connects to, the pod itself where none is. */
export const probes: Ask<readonly Probe[]> = ask((scope): Answer<readonly Probe[]> => {
  const found = PROBES.flatMap(([path, kind]): readonly Probe[] => {
    const node = get(scope.self, path)
    if (!isThere(node)) return []
    const whole = asMap(node)
    const http = scalarFact(get(whole, 'httpGet.host'), 'a text', parse.text)
    const host = http.how === 'silent' ? scalarFact(get(whole, 'tcpSocket.host'), 'a text', parse.text) : http
    return [
      {
        place: node.place,
        facts: {
          kind: set(node.place, kind),
          host: host.how === 'silent' ? byDefault(host.place, '', 'the pod itself unless host is set') : host,
        },
      },
    ]
  })
  const [first] = found
  return first ? set(first.place, found) : { how: 'silent', place: scope.self.place }
})
