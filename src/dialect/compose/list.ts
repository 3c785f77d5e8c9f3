/** Lists of a Compose service, element by element: ports, devices, environment, limits, commands, probes. */
import { child, elements, get, isList, isMap, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { ask, at, type Answer, type Ask } from '../ask.ts'
import { splitWords } from '../docker/command-line.ts'
import { longDevice, requestedDevice, shortDevice, strangeDevice } from '../docker/device.ts'
import {
  collect,
  HOLE,
  isVoid,
  piece,
  rawText,
  said,
  unknownBy,
  why,
  type Device,
  type Port,
  type Probe,
  type Sysctl,
  type Ulimit,
  type Variable,
} from '../docker/piece.ts'
import { exposedPorts, portsOf, shortPorts, strangePort } from '../docker/port.ts'
import { strangeSysctl, strangeUlimit, strangeVariable, sysctl, ulimit, variable } from '../docker/variable.ts'
import { namesOf } from './mount.ts'

/** The texts of some children of a long syntax; what cannot be read is a hole, with the reason on the node. */
function textsOf<K extends string>(
  node: Node,
  keys: readonly K[],
): { readonly node: Node; readonly texts: Readonly<Record<K, string>> } {
  let reason: string | undefined
  const read = (key: K): string => {
    const at = child(node, key)
    if (isVoid(at)) return ''
    const text = rawText(at)
    if (at.unknown !== undefined || text === undefined) reason ??= at.unknown ?? `${key} is not a text`
    return text ?? HOLE
  }
  const texts = Object.fromEntries(keys.map((key) => [key, read(key)])) as Record<K, string>
  return { node: reason === undefined ? node : { ...node, unknown: reason }, texts }
}

function published(node: Node): readonly Port[] {
  if (!isMap(node)) return shortPorts(node)
  const { node: from, texts } = textsOf(node, ['target', 'published', 'host_ip', 'protocol'])
  const ports = portsOf(from, {
    inside: texts.target,
    outside: texts.published,
    address: texts.host_ip.replace(/^\[|\]$/g, ''),
    protocol: texts.protocol,
  })
  const on = <T>(fact: Fact<T>, key: string): Fact<T> =>
    fact.how === 'set' ? { ...fact, place: child(node, key).place } : fact
  return ports.map(({ place, facts }) => ({
    place,
    facts: {
      ...facts,
      container: on(facts.container, 'target'),
      host: on(facts.host, 'published'),
      address: on(facts.address, 'host_ip'),
      protocol: on(facts.protocol, 'protocol'),
    },
  }))
}

export const ports: Ask<readonly Port[]> = collect<Port>(
  strangePort,
  { path: 'ports', each: published },
  { path: 'expose', each: (node) => exposedPorts(node) },
)

function device(node: Node): readonly Device[] {
  if (!isMap(node)) return [shortDevice(node)]
  const { node: from, texts } = textsOf(node, ['source', 'target', 'permissions'])
  return [
    texts.source === ''
      ? strangeDevice(why(node, 'no source is written'))
      : longDevice(from, texts.source, texts.target, texts.permissions),
  ]
}
/** `gpus: all`, or a list of requests; `deploy.resources.reservations.devices` asks for the same. */
function requested(node: Node): readonly Device[] {
  if (!isMap(node)) {
    return rawText(node) === undefined
      ? [strangeDevice(why(node, 'the device request is not a map'))]
      : [requestedDevice(node, ['gpu'], '')]
  }
  const capabilities = elements(child(node, 'capabilities')).flatMap((each) => rawText(each) ?? [])
  return [requestedDevice(node, capabilities, rawText(child(node, 'driver')) ?? '')]
}
export const devices: Ask<readonly Device[]> = collect<Device>(
  strangeDevice,
  { path: 'devices', each: device },
  { path: 'gpus', each: requested, scalar: true },
  { path: 'deploy.resources.reservations.devices', each: requested },
)

/** A variable of a file that is read when the service starts: nobody wrote it out here. */
const fromFile = (node: Node, key: string | undefined): Variable => {
  const { place, facts } = variable(node, key)
  const because = 'it stands in a file that is read when the service starts'
  return {
    place,
    facts: { ...facts, fromSecret: facts.name.how === 'unknown' ? facts.fromSecret : byDefault(place, true, because) },
  }
}
/** A value that is nothing but variables of `.env` is not written out here either. */
const written = (node: Node, key: string | undefined): Variable => {
  const one = variable(node, key)
  const text = rawText(node) ?? ''
  const value = key === undefined ? text.slice(text.indexOf('=') + 1) : text
  const isTaken = node.from !== undefined && value !== '' && node.from.map(({ value: part }) => part).join('') === value
  return isTaken
    ? { ...one, facts: { ...one.facts, fromSecret: byDefault(node.place, true, 'it stands in a file of variables') } }
    : one
}
export const environment: Ask<readonly Variable[]> = collect<Variable>(
  strangeVariable,
  { path: 'environment', each: (node, key) => [written(node, key)] },
  { path: '', where: 'envFile', each: (node, key) => [fromFile(node, key)] },
)
export const sysctls: Ask<readonly Sysctl[]> = collect<Sysctl>(strangeSysctl, {
  path: 'sysctls',
  each: (node, key) => [sysctl(node, key)],
})
export const ulimits: Ask<readonly Ulimit[]> = collect<Ulimit>(strangeUlimit, {
  path: 'ulimits',
  each: (node, key) => [ulimit(node, key)],
})

/** The names of a list or map, such as networks. */
export const names = (path: string): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const node = at(scope, 'self', path)
    if (isVoid(node)) return { how: 'silent', place: node.place }
    const list = namesOf(node)
    return list ? said(node, list) : unknownBy(why(node, `${path} is not a list`))
  })

/** A command: a list of words, or one text that is split as a shell would. Empty says that the image's does not count. */
export const words = (path: string): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const node = at(scope, 'self', path)
    if (isVoid(node)) return { how: 'silent', place: node.place }
    if (isList(node)) return said(node, namesOf(node) ?? [])
    const text = rawText(node)
    if (text === undefined) return unknownBy(why(node, `${path} is neither a text nor a list`))
    const split = splitWords(text)
    return split
      ? said(
          node,
          split.map((each) => piece(node, each)),
        )
      : unknown(node.place, `${path} has a quote that is not closed`, 'user')
  })

const isNone = (test: Node): boolean =>
  rawText(test) === 'NONE' || (isList(test) && test.value[0] !== undefined && rawText(test.value[0]) === 'NONE')

/** True where a check is written, false where the image's is switched off; silent where only its times are. */
export const check: Ask<boolean> = ask((scope): Answer<boolean> => {
  const node = child(scope.self, 'healthcheck')
  if (isVoid(node)) return { how: 'silent', place: node.place }
  if (!isMap(node)) return unknownBy(why(node, 'healthcheck is not a map'))
  const disable = child(node, 'disable')
  const off = rawText(disable)
  if (disable.unknown !== undefined) return unknownBy(why(disable, ''))
  if (off === 'true' || disable.value === true) return said(disable, false)
  const test = child(node, 'test')
  if (isVoid(test) || (isList(test) && test.value.length === 0) || test.value === '')
    return { how: 'silent', place: node.place }
  if (test.unknown === undefined && !isList(test) && rawText(test) === undefined)
    return unknownBy(why(test, 'test is neither a text nor a list'))
  return said(test, !isNone(test))
})

/** The health check and the hooks that are written. Docker runs each in the container, so none connects to a host. */
export const probes: Ask<readonly Probe[]> = ask((scope): Answer<readonly Probe[]> => {
  const probe = (node: Node, kind: 'command' | 'postStart' | 'preStop'): Probe => ({
    place: node.place,
    facts: { kind: said(node, kind), host: byDefault(node.place, '', 'it is a command') },
  })
  const health = check.read(scope)
  const found = [
    ...(health.how !== 'silent' && health.how !== 'unknown' && health.value
      ? [probe(get(scope.self, 'healthcheck.test'), 'command')]
      : []),
    ...elements(child(scope.self, 'post_start')).map((node) => probe(node, 'postStart')),
    ...elements(child(scope.self, 'pre_stop')).map((node) => probe(node, 'preStop')),
  ]
  const [first] = found
  return first ? { how: 'set', place: first.place, value: found } : { how: 'silent', place: scope.self.place }
})
