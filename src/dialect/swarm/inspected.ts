/**
 * What `docker service inspect` prints, as services of a Compose file: the same words at the same places, so that one table
 * of asks reads both. https://docs.docker.com/reference/api/engine/ (ServiceInspect)
 */
import { child, elements, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { asMap, parse } from '../ask.ts'
import { HOLE, isVoid } from '../docker/piece.ts'

/** The services of the output; it is a list, or one of them. */
export const inspected = (root: Node): readonly Node[] => (isList(root) ? elements(root) : [root])

/** Every service has a template of its tasks, and nothing else does. */
export const isService = (node: Node): boolean =>
  isMap(get(node, 'Spec.TaskTemplate')) && (isMap(child(node, 'Endpoint')) || !isVoid(get(node, 'Spec.Name')))

type Keys = readonly (readonly [string, Node | undefined])[]

const map = (at: Node, keys: Keys): Node => {
  const { place, path } = at
  return {
    place,
    path,
    value: new Map(keys.flatMap(([key, node]) => (node && !isVoid(node) ? [[key, node] as const] : []))),
  }
}
/** What a node becomes; nothing where it says nothing, and unknown where it should be a map and is not. */
const mapped = (node: Node, to: (node: Node) => Node): Node | undefined =>
  isVoid(node) ? undefined : isMap(node) ? to(node) : asMap(node)
const listed = (node: Node, to: (node: Node) => readonly Node[]): Node | undefined =>
  isVoid(node)
    ? undefined
    : isList(node)
      ? { ...node, value: elements(node).flatMap(to) }
      : { ...node, value: null, unknown: `${String(node.path.at(-1) ?? 'this')} is not a list` }

/** A service, its keys as Compose calls them. */
export function asCompose(service: Node): Node {
  const task = get(service, 'Spec.TaskTemplate')
  const container = asMap(child(task, 'ContainerSpec'))
  const of = (key: string): Node => child(container, key)
  return map(service, [
    ['image', of('Image')],
    ['platform', platform(get(task, 'Placement.Platforms'))],
    ['entrypoint', of('Command')],
    ['command', of('Args')],
    ['environment', of('Env')],
    ['working_dir', of('Dir')],
    ['user', of('User')],
    ['group_add', of('Groups')],
    ['init', of('Init')],
    ['read_only', of('ReadOnly')],
    ['security_opt', mapped(of('Privileges'), options)],
    ['credential_spec', mapped(of('Privileges'), credentials)],
    ['volumes', listed(of('Mounts'), (node) => [mount(node)])],
    ['secrets', listed(of('Secrets'), (node) => granted(node, 'SecretName'))],
    ['configs', listed(of('Configs'), (node) => granted(node, 'ConfigName'))],
    ['cap_add', of('CapabilityAdd')],
    ['cap_drop', of('CapabilityDrop')],
    ['sysctls', of('Sysctls')],
    ['ulimits', ulimits(of('Ulimits'))],
    ['oom_score_adj', of('OomScoreAdj')],
    ['healthcheck', mapped(of('Healthcheck'), (node) => map(node, [['test', child(node, 'Test')]]))],
    ['logging', mapped(child(task, 'LogDriver'), (node) => map(node, [['driver', child(node, 'Name')]]))],
    ['deploy', deploy(task)],
    ['ports', listed(get(service, 'Spec.EndpointSpec.Ports'), (node) => [port(node)])],
    ['networks', listed(child(task, 'Networks'), (node) => [isMap(node) ? child(node, 'Target') : asMap(node)])],
  ])
}

/** What its image is made for, where it is one system. */
function platform(node: Node): Node | undefined {
  const systems = elements(node).map((one) => child(one, 'OS'))
  const [first] = systems
  return first && systems.every((one) => textOf(one) === textOf(first)) ? first : undefined
}

function deploy(task: Node): Node {
  const limits = (node: Node): Node =>
    map(node, [
      ['cpus', cores(child(node, 'NanoCPUs'))],
      ['memory', child(node, 'MemoryBytes')],
      ['pids', child(node, 'Pids')],
    ])
  return map(task, [
    [
      'resources',
      mapped(child(task, 'Resources'), (node) =>
        map(node, [
          ['limits', mapped(child(node, 'Limits'), limits)],
          ['reservations', mapped(child(node, 'Reservations'), limits)],
        ]),
      ),
    ],
    [
      'restart_policy',
      mapped(child(task, 'RestartPolicy'), (node) =>
        map(node, [
          ['condition', child(node, 'Condition')],
          ['max_attempts', child(node, 'MaxAttempts')],
        ]),
      ),
    ],
  ])
}

/** Billionths of a processor. */
function cores(node: Node): Node {
  const count = parse.int(node)
  if (count === undefined) return node
  const { place, path } = node
  return { place, path, value: count / 1e9 }
}

const PARTS = ['User', 'Role', 'Type', 'Level'] as const

/** `Privileges` as security options. A profile is in base64. */
function options(node: Node): Node {
  const list: Node[] = []
  const add = (at: Node, text: string | undefined): void => {
    const { place, path, unknown } = at
    const because = unknown ?? `${String(path.at(-1) ?? 'this')} has a value of a wrong type`
    list.push(text === undefined ? { place, path, value: HOLE, unknown: because } : { place, path, value: text })
  }
  const gains = child(node, 'NoNewPrivileges')
  if (!isVoid(gains)) {
    const on = parse.bool(gains)
    add(gains, on === undefined ? `no-new-privileges=${HOLE}` : `no-new-privileges=${String(on)}`)
  }
  const seccomp = child(node, 'Seccomp')
  const mode = textOf(child(seccomp, 'Mode'))
  if (!isVoid(seccomp)) {
    if (mode === 'unconfined') add(child(seccomp, 'Mode'), 'seccomp=unconfined')
    else if (mode === 'custom') {
      const text = decoded(textOf(child(seccomp, 'Profile')))
      add(child(seccomp, 'Profile'), text === undefined ? undefined : `seccomp=${text}`)
    } else if (mode === 'default') add(child(seccomp, 'Mode'), 'seccomp=builtin')
    else if (mode !== '') add(seccomp, undefined)
  }
  const apparmor = child(node, 'AppArmor')
  const kind = textOf(child(apparmor, 'Mode'))
  if (!isVoid(apparmor)) {
    if (kind === 'disabled') add(child(apparmor, 'Mode'), 'apparmor=unconfined')
    else if (kind === 'default') add(child(apparmor, 'Mode'), 'apparmor=docker-default')
    else if (kind !== '') add(apparmor, undefined)
  }
  const selinux = child(node, 'SELinuxContext')
  if (!isVoid(selinux)) {
    if (parse.bool(child(selinux, 'Disable')) === true) add(child(selinux, 'Disable'), 'label=disable')
    for (const part of PARTS) {
      const at = child(selinux, part)
      const text = textOf(at)
      if (!isVoid(at) && text !== '') add(at, text === undefined ? undefined : `label=${part.toLowerCase()}:${text}`)
    }
  }
  return { place: node.place, path: node.path, value: list }
}

const MAX_PROFILE = 2 ** 20
function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_PROFILE || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const profile = Buffer.from(text, 'base64').toString('utf8')
  return profile.trimStart().startsWith('{') ? profile : undefined
}

const credentials = (node: Node): Node =>
  mapped(child(node, 'CredentialSpec'), (spec) =>
    map(spec, [
      ['config', child(spec, 'Config')],
      ['file', child(spec, 'File')],
      ['registry', child(spec, 'Registry')],
    ]),
  ) ?? { place: node.place, path: node.path, value: null }

const mount = (node: Node): Node =>
  isMap(node)
    ? map(node, [
        ['type', child(node, 'Type')],
        ['source', child(node, 'Source')],
        ['target', child(node, 'Target')],
        ['read_only', child(node, 'ReadOnly')],
        [
          'bind',
          mapped(child(node, 'BindOptions'), (bind) => map(bind, [['propagation', child(bind, 'Propagation')]])),
        ],
        [
          'volume',
          mapped(child(node, 'VolumeOptions'), (volume) => map(volume, [['nocopy', child(volume, 'NoCopy')]])),
        ],
      ])
    : asMap(node)

/** A secret or a config. One without a file is for the runtime, and not mounted. */
const granted = (node: Node, name: string): readonly Node[] => {
  if (!isMap(node)) return [asMap(node)]
  const file = child(node, 'File')
  return isVoid(file) && !isVoid(child(node, 'Runtime'))
    ? []
    : [
        map(node, [
          ['source', child(node, name)],
          ['target', child(asMap(file), 'Name')],
        ]),
      ]
}

function ulimits(node: Node): Node | undefined {
  if (isVoid(node)) return undefined
  if (!isList(node)) return asMap(node)
  return map(
    node,
    elements(node).map((one, index) => {
      const name = textOf(child(one, 'Name'))
      if (name === undefined) return [`${index}`, { ...asMap(one), value: null, unknown: 'this limit has no name' }]
      return [
        name,
        map(one, [
          ['soft', child(one, 'Soft')],
          ['hard', child(one, 'Hard')],
        ]),
      ]
    }),
  )
}

const port = (node: Node): Node =>
  isMap(node)
    ? map(node, [
        ['target', child(node, 'TargetPort')],
        ['published', child(node, 'PublishedPort')],
        ['protocol', child(node, 'Protocol')],
      ])
    : asMap(node)

/**
 * Networks that give the service no address of the cluster: the host's, or another one of the node. An id does not say
 * which; a network of the cluster has an address in `Endpoint.VirtualIPs`. What is called host, no other may be.
 */
export function nodeNetwork(service: Node): Node | undefined {
  const addresses = elements(get(service, 'Endpoint.VirtualIPs'))
  const ids = new Set(
    addresses.flatMap((one) => (isVoid(child(one, 'Addr')) ? [textOf(child(one, 'NetworkID')) ?? ''] : [])),
  )
  return elements(get(service, 'Spec.TaskTemplate.Networks')).find((one) => {
    const id = textOf(child(one, 'Target')) ?? ''
    return id === 'host' || ids.has(id)
  })
}
