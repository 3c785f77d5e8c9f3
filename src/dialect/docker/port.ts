/** Ports as Docker writes them: `[[address:]host:]container[/protocol]`, each of them a port or a range. */
import type { Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { HOLE, rawText, said, unknownBy, why, type Port, type Why } from './piece.ts'

type Protocol = Extract<Port['facts']['protocol'], { value: unknown }>['value']
const PROTOCOLS = { tcp: 'tcp', udp: 'udp', sctp: 'sctp' } as const
const isProtocol = (word: string): word is Protocol => Object.hasOwn(PROTOCOLS, word)

/** Ports that one range is written out to; a longer one ends in an unknown element. */
const MAX_RANGE = 1000

export const strangePort = (reason: Why): Port => ({
  place: reason.place,
  facts: {
    container: unknownBy(reason),
    published: unknownBy(reason),
    host: unknownBy(reason),
    address: unknownBy(reason),
    protocol: unknownBy(reason),
  },
})

/** The address where none is written: what an engine's `ip` setting replaces. */
export const everyAddress = (node: Node): Fact<string> =>
  byDefault(node.place, '0.0.0.0', 'every interface, as no address is written')

export function protocolOf(node: Node, text: string): Fact<Protocol> {
  const lower = text.toLowerCase()
  if (node.unknown !== undefined && text.includes(HOLE)) return unknownBy(why(node, ''))
  if (lower === '') return byDefault(node.place, 'tcp', 'TCP where no protocol is written')
  return isProtocol(lower) ? said(node, lower) : unknown(node.place, `"${text}" is not tcp, udp or sctp`, 'user')
}

/** A port that is open in the container and not published. */
export const exposedPort = (node: Node, container: Fact<number>, protocol: Fact<Protocol>): Port => ({
  place: node.place,
  facts: {
    container,
    published: byDefault(node.place, false, 'exposed and not published'),
    host: byDefault(node.place, 0, 'not published'),
    address: byDefault(node.place, '', 'not published'),
    protocol,
  },
})

/** First and last port of `80` or `8000-8010`; undefined where it is none. */
export function rangeOf(text: string): readonly [number, number] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim())
  if (!match) return undefined
  const first = Number(match[1])
  const last = match[2] === undefined ? first : Number(match[2])
  return first <= last && last <= 65_535 ? [first, last] : undefined
}

/** `80`, `8000-8010:80-90/udp`, `[::1]:80:80`: an element for every port of the container. */
export function shortPorts(node: Node): readonly Port[] {
  const text = rawText(node)
  if (text === undefined) return [strangePort(why(node, 'the port is not a text'))]
  const [spec = '', protocol = ''] = text.split('/')
  // A bracketed address holds colons of its own.
  const parts = spec.split(/:(?![^[]*\])/)
  const inside = parts.at(-1) ?? ''
  const outside = parts.length > 1 ? (parts.at(-2) ?? '') : undefined
  const address = parts
    .slice(0, -2)
    .join(':')
    .replace(/^\[|\]$/g, '')
  return portsOf(node, { inside, outside, address, protocol })
}

/** An address that a port is bound to; engines take numbers alone, no names. */
function addressOf(node: Node, text: string): Fact<string> {
  if (text === '') return everyAddress(node)
  if (node.unknown !== undefined && text.includes(HOLE)) return unknownBy(why(node, ''))
  return /^\d{1,3}(?:\.\d{1,3}){3}$|^[\da-f]*:[\da-f:.]*(?:%\w+)?$/i.test(text)
    ? said(node, text)
    : unknown(node.place, `"${text.slice(0, 40)}" is not an IP address`, 'user')
}

/** The parts of a published port as written. `outside` is undefined or empty where the engine picks one. */
export interface PortSpec {
  readonly inside: string
  readonly outside: string | undefined
  readonly address: string
  readonly protocol: string
}
export function portsOf(node: Node, { inside, outside = '', address, protocol }: PortSpec): readonly Port[] {
  const hidden = (part: string): boolean => node.unknown !== undefined && part.includes(HOLE)
  const target = rangeOf(inside)
  const host = rangeOf(outside)
  // Who wrote an address where the port belongs meant one: that it is every interface is not known then.
  const isStrange = /[^\d\s-]/.test(outside) && !hidden(outside)
  const strange = `"${outside.slice(0, 40)}" is not a port`
  if (!target && !hidden(inside))
    return [strangePort({ place: node.place, because: `"${inside.slice(0, 40)}" is not a port`, ask: 'user' })]
  const element = (port: Fact<number>, outer: Fact<number>): Port => ({
    place: node.place,
    facts: {
      container: port,
      published: said(node, true),
      host: outer,
      address: isStrange && address === '' ? unknownBy(why(node, strange)) : addressOf(node, address),
      protocol: protocolOf(node, protocol),
    },
  })
  const count = target ? target[1] - target[0] + 1 : 1
  const outer = (index: number): Fact<number> => {
    if (hidden(outside)) return unknownBy(why(node, ''))
    if (outside === '') return byDefault(node.place, 0, 'the engine picks a free port')
    if (!host) return unknown(node.place, strange, 'user')
    const outers = host[1] - host[0] + 1
    if (outers === count) return said(node, host[0] + index)
    return count === 1
      ? byDefault(node.place, 0, `the engine picks one of ${outside}`)
      : unknown(node.place, `the ranges ${outside} and ${inside} differ in length`, 'user')
  }
  if (!target) return [element(unknownBy(why(node, '')), outer(0))]
  const ports: Port[] = []
  for (let index = 0; index < Math.min(count, MAX_RANGE); index += 1)
    ports.push(element(said(node, target[0] + index), outer(index)))
  if (count > MAX_RANGE)
    ports.push(strangePort(why(node, `the range ${inside} has more than ${MAX_RANGE} ports: the rest was not read`)))
  return ports
}

/** `3000`, `8080-8085/tcp` of EXPOSE and `expose`. */
export function exposedPorts(node: Node, spec: string | undefined = rawText(node)): readonly Port[] {
  if (spec === undefined) return [strangePort(why(node, 'the port is not a text'))]
  const [inside = '', protocol = ''] = spec.split('/')
  const range = rangeOf(inside)
  if (!range) return [strangePort(why(node, `"${inside.slice(0, 40)}" is not a port`))]
  const ports: Port[] = []
  for (let port = range[0]; port <= Math.min(range[1], range[0] + MAX_RANGE - 1); port += 1)
    ports.push(exposedPort(node, said(node, port), protocolOf(node, protocol)))
  if (range[1] - range[0] >= MAX_RANGE)
    ports.push(strangePort(why(node, `the range ${inside} has more than ${MAX_RANGE} ports: the rest was not read`)))
  return ports
}
