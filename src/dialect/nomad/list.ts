/** Lists of a task, element by element: ports, environment, limits, devices, checks. */
import { child, elements, entries, get, isList, isMap, type Node } from '../../document/node.ts'
import { byDefault, derived, unknown, type Fact } from '../../model/fact.ts'
import { ask, at, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'
import { longDevice, namedDevice, shortDevice, strangeDevice } from '../docker/device.ts'
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
import { strangePort } from '../docker/port.ts'
import { strangeSysctl, strangeUlimit, strangeVariable, sysctl, variable } from '../docker/variable.ts'
import { labelled, type Labelled } from './body.ts'
import { checksIn, groupOf, portsOfNetwork, type Check } from './group.ts'

/** A port of a network block. It is bound to the address of one network of the client, and for TCP and UDP alike. */
function port({ label, body }: Labelled): Port {
  if (label === undefined || !isMap(body)) return strangePort(why(body, 'the port is no block'))
  const fixed = scalarFact(child(body, 'static'), 'a whole number', parse.int)
  const inner = scalarFact(child(body, 'to'), 'a whole number', parse.int)
  const host: Fact<number> = fixed.how === 'silent' ? byDefault(body.place, 0, 'the client picks a free port') : fixed
  const network = child(body, 'host_network')
  const name = rawText(network)
  return {
    place: body.place,
    facts: {
      // -1 is as good as none: the number of the port of the host.
      container: inner.how === 'unknown' || (inner.how !== 'silent' && inner.value > 0) ? inner : { ...host, from: [] },
      published: said(body, true),
      host,
      address: isVoid(network)
        ? derived(body.place, '${attr.unique.network.ip-address}', "the address of the client's default network", [])
        : name === undefined
          ? unknownBy(why(network, 'host_network is not a text'))
          : said(network, `\${attr.network.${name}.ip-address}`),
      protocol: byDefault(body.place, 'tcp', 'Nomad maps TCP and UDP'),
    },
  }
}

/**
 * The ports of the group that the task names (`ports`), or that its own network has (`port_map`). Where no task of the group names one,
 * it is of the network that they share, and stands with the first of them.
 */
export const ports: Ask<readonly Port[]> = ask((scope): Answer<readonly Port[]> => {
  const group = groupOf(scope)
  const wanted = get(scope.self, 'config.ports')
  const found: Port[] = []
  if (!isVoid(wanted) && !isList(wanted)) found.push(strangePort(why(wanted, 'ports is not a list')))
  for (const each of elements(wanted)) {
    const one = group.ports.find(({ label }) => label !== undefined && label === rawText(each))
    found.push(one ? port(one) : strangePort(why(each, `the group has no port ${rawText(each) ?? ''}`)))
  }
  if (group.first === rawText(scope['name'] ?? scope.self)) found.push(...group.unnamed.map(port))
  found.push(...portsOfNetwork(child(scope.self, 'resources')).map((one) => port(mapped(one, scope))))
  const [one] = found
  return one ? { how: 'set', place: one.place, value: found } : { how: 'silent', place: scope.self.place }
})
/** The older `port_map { http = 80 }` of the docker driver. */
function mapped(one: Labelled, scope: Scope): Labelled {
  const inner = one.label === undefined ? undefined : child(get(scope.self, 'config.port_map'), one.label)
  return inner && !isVoid(inner) && isMap(one.body)
    ? { ...one, body: { ...one.body, value: new Map([...entries(one.body), ['to', inner]]) } }
    : one
}

const secretNamed = (node: Node, name: string, because: string): Variable => ({
  place: node.place,
  facts: { name: said(node, name), value: byDefault(node.place, '', because), fromSecret: said(node, true) },
})
/** A template that becomes variables: what they are is worked out on the client, from Consul, Vault and Nomad's own variables. */
function template(node: Node): readonly Variable[] {
  const on = scalarFact(child(node, 'env'), 'true or false', parse.bool)
  if (isMap(node) && (on.how === 'silent' || (on.how !== 'unknown' && !on.value))) return []
  return [
    {
      place: node.place,
      facts: {
        name: unknown(node.place, 'the template gives variables when the task runs', 'user'),
        value: byDefault(node.place, '', 'the template gives it when the task runs'),
        fromSecret: said(node, true),
      },
    },
  ]
}
/** Vault's token is a variable unless that is switched off, the token of an identity where it is asked for. */
const tokenOf =
  (name: string, unlessSaid: boolean) =>
  (node: Node): readonly Variable[] => {
    const on = scalarFact(child(node, 'env'), 'true or false', parse.bool)
    const isOn = on.how === 'silent' ? unlessSaid : on.how === 'unknown' || on.value
    return isOn && isMap(node) ? [secretNamed(node, name, 'Nomad gives it when the task runs')] : []
  }

export const environment: Ask<readonly Variable[]> = collect<Variable>(
  strangeVariable,
  {
    path: 'env',
    each: (node, key) =>
      key === undefined ? [strangeVariable(why(node, 'the variable has no name'))] : [plainVariable(node, key)],
  },
  { path: 'template', each: template },
  { path: 'vault', each: tokenOf('VAULT_TOKEN', true), whole: true },
  { path: 'identity', each: tokenOf('NOMAD_TOKEN', false) },
)
/** Nothing comes from a shell here: null is an empty text. */
const plainVariable = (node: Node, key: string): Variable =>
  isVoid(node) ? variable({ ...node, value: '' }, key) : variable(node, key)

export const sysctls: Ask<readonly Sysctl[]> = collect<Sysctl>(strangeSysctl, {
  path: 'config.sysctl',
  each: (node, key) => [
    key === undefined ? strangeSysctl(why(node, 'the kernel parameter has no name')) : sysctl(node, key),
  ],
})

/** `nofile = "2048:4096"`, or one number for both. */
export const ulimits: Ask<readonly Ulimit[]> = collect<Ulimit>(strangeUlimit, {
  path: 'config.ulimit',
  each: (node, key) => {
    const text = rawText(node)
    if (key === undefined || text === undefined) return [strangeUlimit(why(node, 'the limit is not a text'))]
    const [soft = '', hard = soft] = text.split(':')
    const limit = (part: string): Fact<number> =>
      node.unknown === undefined && /^-?\d{1,15}$/.test(part)
        ? said(node, Number(part))
        : unknownBy(why(node, `"${part.slice(0, 40)}" is not a limit`))
    return [{ place: node.place, facts: { name: said(node, key), soft: limit(soft), hard: limit(hard) } }]
  },
})

function device(node: Node): Device {
  if (!isMap(node)) return shortDevice(node)
  const [source, target, permissions] = ['host_path', 'container_path', 'cgroup_permissions'].map((key) =>
    child(node, key),
  )
  const open = [source, target, permissions].find(
    (each) => each !== undefined && !isVoid(each) && (each.unknown !== undefined || rawText(each) === undefined),
  )
  const text = source && rawText(source)
  if (text === undefined || text === '') return strangeDevice(why(source ?? node, 'the device has no host_path'))
  const whole = open ? { ...node, unknown: open.unknown ?? 'a value of the device is not a text' } : node
  return longDevice(whole, text, (target && rawText(target)) ?? '', (permissions && rawText(permissions)) ?? '')
}
export const devices: Ask<readonly Device[]> = ask((scope): Answer<readonly Device[]> => {
  const own = collect<Device>(strangeDevice, { path: 'config.devices', each: (node) => [device(node)] }).read(scope)
  // Devices that a plug-in of the client gives, by vendor, type and name.
  const asked = labelled(child(scope.self, 'resources'), 'device').map(({ label, body }) =>
    label === undefined ? strangeDevice(why(body, 'the device has no name')) : namedDevice(body, label),
  )
  if (asked.length === 0 || own.how === 'unknown') return own
  const [first] = asked
  return own.how === 'silent'
    ? { how: 'set', place: first?.place ?? own.place, value: asked }
    : { ...own, value: [...own.value, ...asked] }
})

const commandWord = (node: Node): Fact<string> => {
  const text = rawText(node)
  return text === undefined ? unknownBy(why(node, 'a word is not a text')) : piece(node, text)
}
/** What the driver java runs (javaCmdArgs of drivers/java/driver.go): `java OPTIONS -cp PATH -jar FILE CLASS ARGS`. */
function javaCommand(scope: Scope): Answer<readonly Fact<string>[]> {
  const driver = child(scope.self, 'driver')
  const words = [said(driver, 'java')]
  for (const [key, option] of [
    ['jvm_options'],
    ['class_path', '-cp'],
    ['jar_path', '-jar'],
    ['class'],
    ['args'],
  ] as const) {
    const node = at(scope, 'self', `config.${key}`)
    if (isVoid(node)) continue
    const list = key === 'jvm_options' || key === 'args'
    if (list && !isList(node)) return unknownBy(why(node, `${key} is not a list`))
    if (option !== undefined) words.push(said(node, option))
    words.push(...(list ? elements(node) : [node]).map(commandWord))
  }
  return words.length > 1 ? said(driver, words) : { how: 'silent', place: driver.place }
}

/** The words that the driver runs: the command, and its arguments after it. */
export const command: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  if (rawText(child(scope.self, 'driver')) === 'java') return javaCommand(scope)
  const [one, rest] = [at(scope, 'self', 'config.command'), at(scope, 'self', 'config.args')]
  const [first] = [one, rest].filter((node) => !isVoid(node))
  if (!first || (isVoid(one) && isList(rest) && rest.value.length === 0)) return { how: 'silent', place: one.place }
  if (!isVoid(rest) && !isList(rest)) return unknownBy(why(rest, 'args is not a list'))
  return said(first, [...(isVoid(one) ? [] : [commandWord(one)]), ...elements(rest).map(commandWord)])
})

/** Checks of the task's services, and of those of the group that name it or no task. */
function checksOf(scope: Scope): readonly Check[] {
  const name = rawText(scope['name'] ?? scope.self)
  const isMain = isVoid(child(scope.self, 'lifecycle'))
  return [
    ...checksIn(scope.self),
    ...groupOf(scope).checks.filter(({ task }) => (task === undefined ? isMain : task === name)),
  ]
}
const isChecked = (which: (check: Check) => boolean): Ask<boolean> =>
  ask((scope): Answer<boolean> => {
    const found = checksOf(scope).find(which)
    return found ? said(found.check, true) : { how: 'silent', place: scope.self.place }
  })
export const check: Ask<boolean> = isChecked(() => true)
export const restarting: Ask<boolean> = isChecked(({ restarts }) => restarts)

export const probes: Ask<readonly Probe[]> = ask((scope): Answer<readonly Probe[]> => {
  const found = checksOf(scope).map(({ check: node, restarts }): Probe => ({
    place: node.place,
    facts: {
      kind: said(node, restarts ? 'liveness' : 'readiness'),
      host: byDefault(node.place, '', 'it asks the task'),
    },
  }))
  const [first] = found
  return first ? { how: 'set', place: first.place, value: found } : { how: 'silent', place: scope.self.place }
})
