/** Lists of a container definition, element by element: ports, environment, limits, devices, the health check. */
import { child, elements, get, isList, isMap, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { ask, at, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'
import { longDevice, namedDevice, requestedDevice, strangeDevice } from '../docker/device.ts'
import {
  collect,
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
import { portsOf, strangePort } from '../docker/port.ts'
import { strangeSysctl, strangeUlimit, strangeVariable, variable } from '../docker/variable.ts'

const textFact = (node: Node, key: string): Fact<string> => {
  const text = rawText(node)
  return text === undefined ? unknownBy(why(node, `${key} is not a text`)) : piece(node, text)
}

/** The network mode of the task; awsvpc is all that Fargate has. */
function modeOf(scope: Scope): Answer<string> {
  const task = scope['task'] ?? scope.self
  const written = scalarFact(child(task, 'networkMode'), 'a text', parse.text)
  const isFargate = elements(child(task, 'requiresCompatibilities')).some((each) => rawText(each) === 'FARGATE')
  return written.how === 'silent' && isFargate ? byDefault(written.place, 'awsvpc', 'all that Fargate has') : written
}

/**
 * awsvpc gives the task a network interface of its own, where its ports are reached without the host. In bridge mode the agent
 * picks a port of the host where none, or 0, is written; in host mode the container's port is the host's.
 */
function port(node: Node, scope: Scope): readonly Port[] {
  if (!isMap(node)) return [strangePort(why(node, 'the port is not a map'))]
  const mode = modeOf(scope)
  const protocol = child(node, 'protocol')
  const range = child(node, 'containerPortRange')
  const inner = isVoid(range) ? child(node, 'containerPort') : range
  const inside = rawText(inner)
  const outer = child(node, 'hostPort')
  const outside = isVoid(outer) || outer.value === 0 || outer.value === '0' ? '' : rawText(outer)
  const hidden = [inner, outer, protocol].find((each) => each.unknown !== undefined)
  const isHost = mode.how !== 'silent' && mode.how !== 'unknown' && mode.value === 'host'
  const ports =
    inside === undefined
      ? [strangePort(why(inner, 'no port of the container is written'))]
      : portsOf(hidden?.unknown === undefined ? node : { ...node, unknown: hidden.unknown }, {
          inside,
          outside: isHost ? inside : (outside ?? 'of a wrong type'),
          address: '',
          protocol: rawText(protocol) ?? '',
        })
  if (mode.how === 'unknown') {
    const open = (): Fact<never> => unknown(mode.place, mode.because, mode.ask)
    return ports.map(({ place, facts }) => ({
      place,
      facts: { ...facts, published: open(), host: open(), address: open() },
    }))
  }
  if (mode.how === 'silent' || mode.value !== 'awsvpc') return ports
  const because = 'reached on the network interface of the task, not through the host'
  return ports.map(({ place, facts }) => ({
    place,
    facts: {
      ...facts,
      published: byDefault(place, false, because),
      host: byDefault(place, 0, because),
      address: byDefault(place, '', because),
    },
  }))
}
export const ports: Ask<readonly Port[]> = collect<Port>(strangePort, {
  path: 'portMappings',
  each: (node, _, scope) => port(node, scope),
})

function plain(node: Node): Variable {
  const name = child(node, 'name')
  const key = rawText(name)
  if (!isMap(node) || key === undefined)
    return strangeVariable(why(isMap(node) ? name : node, 'the variable has no name'))
  const value = child(node, 'value')
  const made = isVoid(value)
    ? { place: node.place, facts: { name: said(name, key), value: said(node, ''), fromSecret: said(node, false) } }
    : variable({ ...value, place: value.place }, key)
  return { place: node.place, facts: { ...made.facts, name: piece(name, key) } }
}
function secret(node: Node): Variable {
  const name = child(node, 'name')
  const from = rawText(child(node, 'valueFrom')) ?? ''
  return {
    place: node.place,
    facts: {
      name: textFact(name, 'name'),
      value: byDefault(
        node.place,
        '',
        /:ssm:|^[^:]*$/.test(from) ? 'taken from Systems Manager' : 'taken from Secrets Manager',
      ),
      fromSecret: said(node, true),
    },
  }
}
/** A file of variables in S3. */
const file = (node: Node): Variable =>
  strangeVariable(why(node, `the variables of ${rawText(child(node, 'value')) ?? 'a file'} are not known here`, 'file'))

export const environment: Ask<readonly Variable[]> = collect<Variable>(
  strangeVariable,
  { path: 'environment', each: (node) => [plain(node)] },
  { path: 'secrets', each: (node) => [secret(node)] },
  { path: 'environmentFiles', each: (node) => [file(node)] },
)

export const sysctls: Ask<readonly Sysctl[]> = collect<Sysctl>(strangeSysctl, {
  path: 'systemControls',
  each: (node) => [
    isMap(node)
      ? {
          place: node.place,
          facts: {
            name: textFact(child(node, 'namespace'), 'namespace'),
            value: textFact(child(node, 'value'), 'value'),
          },
        }
      : strangeSysctl(why(node, 'the kernel parameter is not a map')),
  ],
})

export const ulimits: Ask<readonly Ulimit[]> = collect<Ulimit>(strangeUlimit, {
  path: 'ulimits',
  each: (node) => {
    if (!isMap(node)) return [strangeUlimit(why(node, 'the limit is not a map'))]
    const limit = (key: string): Fact<number> => {
      const answer = scalarFact(child(node, key), 'a whole number', parse.int)
      return answer.how === 'silent' ? unknown(node.place, `no ${key} is written`, 'user') : answer
    }
    const facts = { name: textFact(child(node, 'name'), 'name'), soft: limit('softLimit'), hard: limit('hardLimit') }
    return [{ place: node.place, facts }]
  },
})

const PERMISSIONS: { readonly [word: string]: string } = { read: 'r', write: 'w', mknod: 'm' }

function device(node: Node): Device {
  const [source, target] = [child(node, 'hostPath'), child(node, 'containerPath')]
  const path = rawText(source)
  if (!isMap(node) || path === undefined)
    return strangeDevice(why(isMap(node) ? source : node, 'the device has no hostPath'))
  const written = child(node, 'permissions')
  const words = elements(written).map((each) => PERMISSIONS[rawText(each) ?? ''] ?? '?')
  const made = longDevice(node, path, isVoid(target) ? '' : path, words.join(''))
  return {
    place: node.place,
    facts: {
      source: piece(source, path),
      target: isVoid(target) ? made.facts.target : textFact(target, 'containerPath'),
      permissions:
        written.unknown !== undefined || words.includes('?') || (!isVoid(written) && !isList(written))
          ? unknownBy(why(written, 'permissions is not a list of read, write and mknod'))
          : made.facts.permissions,
    },
  }
}
export const devices: Ask<readonly Device[]> = collect<Device>(
  strangeDevice,
  { path: 'linuxParameters.devices', each: (node) => [device(node)] },
  {
    path: 'resourceRequirements',
    each: (node) => [
      rawText(child(node, 'type')) === 'GPU'
        ? requestedDevice(node, ['gpu'], '')
        : isMap(node) && rawText(child(node, 'type')) !== undefined
          ? namedDevice(node, rawText(child(node, 'value')) ?? '')
          : strangeDevice(why(node, 'the request has no type')),
    ],
  },
)

/** Words of a command; a single text is no list to ECS, which refuses it. */
export const words = (path: string): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const node = at(scope, 'self', path)
    // An empty list is as good as none: the image's counts.
    if (isVoid(node) || (isList(node) && node.value.length === 0)) return { how: 'silent', place: node.place }
    if (!isList(node)) return unknownBy(why(node, `${path} is not a list`))
    return said(
      node,
      node.value.map((each) => textFact(each, 'a word')),
    )
  })

/** True where a command is written. ECS does not look at the check of the image. */
export const check: Ask<boolean> = ask((scope): Answer<boolean> => {
  const node = child(scope.self, 'healthCheck')
  if (isVoid(node)) return { how: 'silent', place: node.place }
  const command = get(node, 'command')
  if (command.unknown !== undefined || (!isVoid(command) && !isList(command)))
    return unknownBy(why(command, 'command is not a list'))
  const [first] = elements(command)
  return first === undefined ? { how: 'silent', place: node.place } : said(command, rawText(first) !== 'NONE')
})

/** The health check, which runs in the container. */
export const probes: Ask<readonly Probe[]> = ask((scope): Answer<readonly Probe[]> => {
  const health = check.read(scope)
  if (health.how === 'silent' || health.how === 'unknown' || !health.value)
    return { how: 'silent', place: health.place }
  const node = get(scope.self, 'healthCheck.command')
  const facts = { kind: said(node, 'command' as const), host: byDefault(node.place, '', 'it is a command') }
  return said(node, [{ place: node.place, facts }])
})
