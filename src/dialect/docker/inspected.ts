/** Lists of an inspected container, of Docker's and of Podman's: mounts, ports, devices, environment, limits. */
import { child, elements, entries, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { ask, field, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'
import { longDevice, requestedDevice, strangeDevice } from './device.ts'
import { kindFact, kindOf, mountOf, optionFacts, propagationOf, shortMount, strangeMount, tmpfsMount } from './mount.ts'
import {
  collect,
  isVoid,
  piece,
  said,
  unknownBy,
  why,
  type Device,
  type Mount,
  type Port,
  type Probe,
  type Sysctl,
  type Ulimit,
  type Variable,
} from './piece.ts'
import { exposedPorts, portsOf, strangePort } from './port.ts'
import { strangeSysctl, strangeUlimit, strangeVariable, sysctl, variable } from './variable.ts'

/** The text of a child; empty where there is none, undefined where it is something else. */
const textAt = (node: Node, key: string): string | undefined => {
  const at = child(node, key)
  return isVoid(at) ? '' : textOf(at)
}
const wrong = (node: Node, what: string): ReturnType<typeof why> => why(node, `${what} has a value of a wrong type`)
/** A child that must be a text, as a fact. */
const factAt = (node: Node, key: string): Fact<string> => {
  const text = textAt(node, key)
  return text === undefined ? unknownBy(wrong(child(node, key), key)) : said(node, text)
}

/** An entry of `Mounts`: what the engine mounted. */
function mounted(node: Node): Mount {
  const type = textAt(node, 'Type')
  const mode = textAt(node, 'Mode')
  const propagation = child(node, 'Propagation')
  if (!isMap(node) || type === undefined || mode === undefined) return strangeMount(wrong(node, 'this mount'))
  // API 1.20 to 1.24 have no Type: a volume has a name, a bind none.
  const kind = type === '' ? (textAt(node, 'Name') === '' ? 'bind' : 'volume') : type
  // Podman has the others beside Mode.
  const more = elements(child(node, 'Options')).flatMap((each) => textOf(each) ?? [])
  return mountOf(node, {
    ...optionFacts(node, [mode, ...more].join(',')),
    kind: said(node, kindOf(kind)),
    type: said(node, kind),
    source: factAt(node, kind === 'volume' ? 'Name' : 'Source'),
    target: factAt(node, 'Destination'),
    readOnly:
      field(node, 'RW', 'true or false', parse.bool, true, 'writable where RW is not there').how === 'unknown'
        ? unknownBy(wrong(node, 'RW'))
        : said(node, child(node, 'RW').value === false),
    propagation: propagationOf(propagation, isVoid(propagation) ? '' : (textOf(propagation) ?? 'of a wrong type')),
  })
}

/** An entry of `HostConfig.Mounts`: what was asked for with `--mount`. */
function asked(node: Node): Mount {
  const type = textAt(node, 'Type')
  if (!isMap(node) || type === undefined) return strangeMount(wrong(node, 'this mount'))
  const propagation = get(node, 'BindOptions.Propagation')
  return mountOf(node, {
    kind: kindFact(node, type),
    type: said(node, type),
    source: factAt(node, 'Source'),
    target: factAt(node, 'Target'),
    readOnly: field(node, 'ReadOnly', 'true or false', parse.bool, false, 'writable unless said'),
    propagation: propagationOf(propagation, isVoid(propagation) ? '' : (textOf(propagation) ?? 'of a wrong type')),
  })
}

const tmpfs = (node: Node, key?: string): readonly Mount[] => {
  const options = textOf(node)
  return [
    key === undefined || options === undefined ? strangeMount(wrong(node, 'Tmpfs')) : tmpfsMount(node, key, options),
  ]
}

/** Before API 1.20: the target as key, the path on the host as value. */
const oldVolume = (node: Node, key: string | undefined, scope: Scope): readonly Mount[] => {
  const source = textOf(node)
  if (key === undefined || source === undefined) return [strangeMount(wrong(node, 'Volumes'))]
  const writable = child(child(scope.self, 'VolumesRW'), key)
  return [
    mountOf(node, {
      kind: said(node, 'bind'),
      type: said(node, 'bind'),
      source: said(node, source),
      target: said(node, key),
      ...(!isVoid(writable) && { readOnly: said(writable, writable.value === false) }),
    }),
  ]
}

const made = collect<Mount>(
  strangeMount,
  { path: 'Mounts', each: (node) => [mounted(node)] },
  { path: 'HostConfig.Tmpfs', each: tmpfs },
)
const wanted = collect<Mount>(
  strangeMount,
  { path: 'HostConfig.Binds', each: (node) => [shortMount(node)] },
  { path: 'HostConfig.Mounts', each: (node) => [asked(node)] },
  { path: 'HostConfig.Tmpfs', each: tmpfs },
)
const old = collect<Mount>(strangeMount, { path: 'Volumes', each: oldVolume })

/** What the engine mounted, where it says so; else what was asked for. Podman and old engines lack one or the other. */
export const mounts: Ask<readonly Mount[]> = ask((scope): Answer<readonly Mount[]> => {
  const listed = child(scope.self, 'Mounts')
  if (isList(listed) && listed.value.length > 0) return made.read(scope)
  if (isMap(child(scope.self, 'Volumes')) && isVoid(listed)) return old.read(scope)
  const answer = wanted.read(scope)
  if (answer.how !== 'silent' || isVoid(listed)) return answer
  return made.read(scope)
})

/** `"80/tcp": [{ "HostIp": "", "HostPort": "8080" }]` */
function bindings(node: Node, key: string | undefined): readonly Port[] {
  if (key === undefined) return [strangePort(wrong(node, 'PortBindings'))]
  const [inside = '', protocol = ''] = key.split('/')
  if (!isVoid(node) && !isList(node)) return [strangePort(wrong(node, key))]
  return elements(node).flatMap((binding) => {
    const outside = textAt(binding, 'HostPort')
    const address = textAt(binding, 'HostIp')
    return outside === undefined || address === undefined || !isMap(binding)
      ? [strangePort(wrong(binding, key))]
      : portsOf(binding, { inside, outside: outside === '0' ? '' : outside, address, protocol })
  })
}

const boundKeys = (node: Node): readonly string[] =>
  entries(node).flatMap(([key, each]) => (isList(each) && each.value.length > 0 ? [key] : []))

/** Ports asked for, those that the engine gave besides (`-P`), and those that are only exposed. */
export const ports: Ask<readonly Port[]> = collect<Port>(
  strangePort,
  { path: 'HostConfig.PortBindings', each: bindings },
  {
    path: 'NetworkSettings.Ports',
    each: (node, key, scope) =>
      key !== undefined && boundKeys(get(scope.self, 'HostConfig.PortBindings')).includes(key)
        ? []
        : bindings(node, key),
  },
  {
    path: 'Config.ExposedPorts',
    each: (node, key, scope) => {
      if (key === undefined) return [strangePort(wrong(node, 'ExposedPorts'))]
      const bound = ['HostConfig.PortBindings', 'NetworkSettings.Ports'].some((path) =>
        boundKeys(get(scope.self, path)).includes(key),
      )
      if (bound) return []
      const [inside = '', protocol = ''] = key.split('/')
      // -P: the engine picks a port when it starts the container.
      return get(scope.self, 'HostConfig.PublishAllPorts').value === true
        ? portsOf(node, { inside, outside: '', address: '', protocol })
        : exposedPorts(node, key)
    },
  },
)

function device(node: Node): Device {
  const [source, target, permissions] = ['PathOnHost', 'PathInContainer', 'CgroupPermissions'].map((key) =>
    textAt(node, key),
  )
  return !isMap(node) || source === undefined || target === undefined || permissions === undefined
    ? strangeDevice(wrong(node, 'this device'))
    : longDevice(node, source, target, permissions)
}
export const devices: Ask<readonly Device[]> = collect<Device>(
  strangeDevice,
  { path: 'HostConfig.Devices', each: (node) => [device(node)] },
  {
    path: 'HostConfig.DeviceRequests',
    each: (node) => {
      const capabilities = elements(child(node, 'Capabilities')).flatMap((list) =>
        elements(list).flatMap((each) => textOf(each) ?? []),
      )
      const driver = textAt(node, 'Driver')
      return [
        !isMap(node) || driver === undefined
          ? strangeDevice(wrong(node, 'this device request'))
          : requestedDevice(node, capabilities, driver),
      ]
    },
  },
)

export const environment: Ask<readonly Variable[]> = collect<Variable>(strangeVariable, {
  path: 'Config.Env',
  // A variable without a value is there in vain: the engine takes nothing from a shell.
  each: (node) => {
    const text = textOf(node)
    return text !== undefined && !text.includes('=') ? [] : [variable(node)]
  },
})
export const sysctls: Ask<readonly Sysctl[]> = collect<Sysctl>(strangeSysctl, {
  path: 'HostConfig.Sysctls',
  each: (node, key) => [sysctl(node, key)],
})
export const ulimits: Ask<readonly Ulimit[]> = collect<Ulimit>(strangeUlimit, {
  path: 'HostConfig.Ulimits',
  each: (node) => {
    const name = textAt(node, 'Name')
    if (!isMap(node) || name === undefined) return [strangeUlimit(wrong(node, 'this limit'))]
    const limit = (key: string): Fact<number> => {
      const answer = scalarFact(child(node, key), 'a whole number', parse.int)
      return answer.how === 'silent' ? unknown(node.place, `${name} has no ${key}`, 'user') : answer
    }
    // Podman's names are those of getrlimit(2).
    const short = name.toLowerCase().replace(/^rlimit_/, '')
    return [{ place: node.place, facts: { name: piece(node, short), soft: limit('Soft'), hard: limit('Hard') } }]
  },
})

export const networks: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const node = get(scope.self, 'NetworkSettings.Networks')
  if (isVoid(node)) return { how: 'silent', place: node.place }
  if (!isMap(node)) return unknownBy(wrong(node, 'Networks'))
  return said(
    node,
    entries(node).map(([name, each]) => said(each, name)),
  )
})

/** The health check, which runs in the container. */
export const probes: Ask<readonly Probe[]> = ask((scope): Answer<readonly Probe[]> => {
  const node = get(scope.self, 'Config.Healthcheck.Test')
  const [first] = elements(node)
  if (first === undefined || textOf(first) === 'NONE') return { how: 'silent', place: node.place }
  return said(node, [
    {
      place: node.place,
      facts: { kind: said(node, 'command' as const), host: byDefault(node.place, '', 'it is a command') },
    },
  ])
})
