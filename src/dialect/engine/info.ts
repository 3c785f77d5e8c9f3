/** `docker info --format '{{json .}}'`: https://docs.docker.com/reference/api/engine/ (SystemInfo); moby's `daemon/info.go`. */
import { child, elements, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, type Fact } from '../../model/fact.ts'
import { ask, asMap, bool, int, refuse, texts, type Answer, type Ask } from '../ask.ts'
import { isVoid, said, soundMaps, unknownBy, why, word } from '../docker/piece.ts'
import { informed } from '../silence/engine/docker.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'
import { below, runtimesAt } from './runtime.ts'

export const isInfo = (root: Node): boolean =>
  (isMap(root) && isMap(child(root, 'ClientInfo'))) ||
  (isMap(root) && ['SecurityOptions', 'ServerVersion'].every((key) => child(root, key).missing !== true))

/** `name=seccomp,profile=builtin` -> name and the rest; undefined where docker info gives no such list. */
interface Options {
  readonly node: Node
  find(name: string): { readonly node: Node; readonly rest: string } | undefined
}
function options(root: Node): Options | undefined {
  const node = child(root, 'SecurityOptions')
  // `docker info` without an engine prints null. Before API 1.25 the options were bare words.
  if (!isList(node)) return undefined
  const parsed = node.value.map((each) => {
    const [first = '', ...rest] = (textOf(each) ?? '').split(',')
    return { node: each, name: first.replace(/^name=/, ''), rest: rest.join(',') }
  })
  return { node, find: (name) => parsed.find((option) => option.name === name) }
}

/** True where the list has it; what it lacks the engine has not. `since` is the first version that would print it. */
const has = (name: string, since = 0): Ask<boolean> =>
  ask((scope): Answer<boolean> => {
    const list = options(scope.self)
    if (!list) return { how: 'silent', place: child(scope.self, 'SecurityOptions').place }
    const option = list.find(name)
    if (option) return said(option.node, true)
    const version = Number.parseInt(textOf(child(scope.self, 'ServerVersion')) ?? '', 10)
    return version >= since || since === 0
      ? byDefault(list.node.place, false, `SecurityOptions does not list ${name}`)
      : unknownBy(why(list.node, `Docker before ${since} does not print ${name}`, 'engine'))
  })

/** The profile of the seccomp option: `builtin` (`default` before 23.0), `unconfined`, or a path. */
const profile: Ask<string> = ask((scope): Answer<string> => {
  const list = options(scope.self)
  if (!list) return { how: 'silent', place: child(scope.self, 'SecurityOptions').place }
  const option = list.find('seccomp')
  return option
    ? said(option.node, /^profile=(.*)$/s.exec(option.rest)?.[1] ?? '')
    : byDefault(list.node.place, 'unsupported', 'SecurityOptions does not list seccomp')
})
const isBuiltIn = (value: string): boolean => ['builtin', 'default', ''].includes(value)

/** Newer engines warn of an API that anybody may use: the only word about its addresses. */
const OPEN = /API is accessible on (\S+?) without (?:encryption|TLS client verification)/
const warned = <T>(then: (address: string) => T): Ask<T> =>
  ask((scope): Answer<T> => {
    const node = child(scope.self, 'Warnings')
    for (const warning of elements(node)) {
      const address = OPEN.exec(textOf(warning) ?? '')?.[1]
      if (address !== undefined) return said(warning, then(address))
    }
    return { how: 'silent', place: node.place }
  })

const registries: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const config = child(scope.self, 'RegistryConfig')
  const ranges = child(config, 'InsecureRegistryCIDRs')
  const index = child(config, 'IndexConfigs')
  if (isVoid(ranges) && isVoid(index)) return { how: 'silent', place: config.place }
  const answer = texts('RegistryConfig.InsecureRegistryCIDRs').read(scope)
  if (answer.how === 'unknown') return answer
  // The loopback network is always on the list: nobody asked for it, and nobody can listen in.
  const named =
    answer.how === 'silent'
      ? []
      : answer.value.filter((fact) => fact.how === 'unknown' || !/^(?:127\.0\.0\.0\/8|::1\/128)$/.test(fact.value))
  const hosts = isMap(index)
    ? [...index.value].flatMap(([name, entry]) => (get(entry, 'Secure').value === false ? [said(entry, name)] : []))
    : []
  return said(config, [...named, ...hosts])
})

/** Null where there is none, as Go prints an empty list. */
const plugins: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const group = child(scope.self, 'Plugins')
  const node = child(group, 'Authorization')
  return isMap(group) && node.unknown === undefined && node.missing !== true && node.value === null
    ? said(node, [])
    : texts('Plugins.Authorization').read(scope)
})

/**
 * What the kernel, or a rootless engine without a cgroup of its own, cannot keep: moby's daemon/daemon_unix.go (verifyPlatformContainerResources)
 * drops the limit and warns. Windows has none of these cgroups, and keeps its limits.
 */
const LIMITS = [
  ['MemoryLimit', 'memory'],
  ['SwapLimit', 'swap'],
  ['CpuCfsQuota', 'cpu'],
  ['PidsLimit', 'pids'],
] as const
const dropped: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const nodes = LIMITS.map(([key, name]) => ({ node: child(scope.self, key), name }))
  const [first] = nodes.filter(({ node }) => typeof node.value === 'boolean')
  if (!first || textOf(child(scope.self, 'OSType')) === 'windows') return { how: 'silent', place: scope.self.place }
  const lacking = nodes.filter(({ node }) => node.value === false)
  return said(
    lacking[0]?.node ?? first.node,
    lacking.map(({ node, name }) => said(node, name)),
  )
})

/** moby api/types/swarm: a node that waits for somebody to unlock it, or has lost the others, is in a swarm all the same. */
const active = word('Swarm.LocalNodeState').to((state) =>
  ['inactive', 'pending', 'active', 'error', 'locked'].includes(state)
    ? state !== 'inactive'
    : refuse(`"${state.slice(0, 40)}" is no state of a node`, 'engine'),
)
/** In no swarm there is none of it. */
const inSwarm = <T>(outside: T, own: Ask<T>): Ask<T> =>
  ask((scope): Answer<T> => {
    const state = active.read(scope)
    return (state.how === 'set' || state.how === 'inherited') && !state.value
      ? byDefault(state.place, outside, 'it is in no swarm')
      : own.read(scope)
  })
const swarm = {
  active,
  manager: inSwarm(false, bool('Swarm.ControlAvailable')),
  // A worker knows them by their addresses alone.
  managers: inSwarm(
    0,
    int('Swarm.Managers').else(
      ask((scope): Answer<number> => {
        const node = child(child(scope.self, 'Swarm'), 'RemoteManagers')
        return isList(node) ? said(node, node.value.length) : { how: 'silent', place: node.place }
      }),
    ),
  ),
  autolock: inSwarm(false, bool('Swarm.Cluster.Spec.EncryptionConfig.AutoLockManagers')),
  // Nanoseconds, as Go writes a duration: more than a number of JavaScript can hold exactly.
  certificateLifetime: inSwarm(
    0,
    word('Swarm.Cluster.Spec.CAConfig.NodeCertExpiry').to((lifetime) =>
      /^\d{1,19}$/.test(lifetime)
        ? Math.round(Number(lifetime) / 1e9)
        : refuse(`"${lifetime.slice(0, 40)}" is no duration`, 'engine'),
    ),
  ),
} as const

export const info: EngineFormat = {
  name: 'info',
  file: 'docker-info.json',
  seat: 'docker info',
  syntax: 'data',
  mention: /ServerVersion/,
  is: isInfo,
  runtimes: () => ['docker'],
  scope: (root) => ({
    self: soundMaps(asMap(root), [
      'RegistryConfig',
      'RegistryConfig.IndexConfigs',
      'Plugins',
      'Swarm',
      'Swarm.Cluster',
      'Swarm.Cluster.Spec',
    ]),
  }),
  silence: informed,
  asks: {
    ...SAYS_NOTHING,
    version: word('ServerVersion'),
    rootless: has('rootless'),
    usernsRemap: has('userns'),
    // Tried: 20.10.24 runs with it and does not print it, so that its silence says nothing.
    noNewPrivileges: has('no-new-privileges', 23),
    seccomp: profile.to((value) =>
      value === 'unsupported' || value === 'unconfined' ? value : isBuiltIn(value) ? 'runtime-default' : 'profile',
    ),
    seccompProfile: profile.to((value) =>
      isBuiltIn(value) || value === 'unconfined' || value === 'unsupported' ? '' : value,
    ),
    apparmor: has('apparmor'),
    selinux: has('selinux'),
    cgroupVersion: int('CgroupVersion').to((version) =>
      version === 1 || version === 2 ? version : refuse(`${version} is not a cgroup version`, 'engine'),
    ),
    // Printed where containers get one of their own by default.
    cgroupNamespace: has('cgroupns').to((on) => (on ? 'own' : 'host')),
    runtime: word('DefaultRuntime'),
    runtimes: runtimesAt('Runtimes', 'self', (name, node) => ({
      name,
      paths: [below(node, 'path'), below(node, 'runtimeType')],
      flags: elements(below(node, 'runtimeArgs')),
    })),
    limitsDropped: dropped,
    liveRestore: bool('LiveRestoreEnabled'),
    logDriver: word('LoggingDriver'),
    storageDriver: word('Driver'),
    swarm,
    experimental: bool('ExperimentalBuild'),
    hosts: ask((scope): Answer<readonly Fact<string>[]> => {
      const found = warned((address) => address).read(scope)
      return found.how === 'silent' || found.how === 'unknown'
        ? found
        : { ...found, value: [{ ...found, value: found.value.replace(/^http/, 'tcp') }] }
    }),
    tlsVerify: ask((scope): Answer<boolean> => {
      const found = warned(() => false).read(scope)
      const major = Number.parseInt(textOf(child(scope.self, 'ServerVersion')) ?? '', 10)
      const warnings = child(scope.self, 'Warnings')
      // moby daemon/info.go, fillAPIInfo: since 18.09 every open address is a warning, and none is null.
      return found.how === 'silent' && major >= 19 && warnings.missing !== true
        ? byDefault(
            warnings.place,
            true,
            'docker info warns of an API that anybody may use, and of this one it does not',
          )
        : found
    }),
    authorization: plugins,
    insecureRegistries: registries,
  },
}
