/**
 * Jobs of HashiCorp Nomad, in HCL, in HCL's JSON, and as its API has them, for the drivers docker, podman, exec, exec2, java, raw_exec
 * and qemu: https://developer.hashicorp.com/nomad/docs/job-specification
 */
import { child, isList, type Node } from '../document/node.ts'
import { byDefault, derived, unknown } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import {
  ask,
  at,
  bool,
  bytes,
  int,
  parse,
  scalarFact,
  silent,
  silentWhen,
  texts,
  writes,
  type Answer,
  type Ask,
  type Scope,
} from './ask.ts'
import type { Asks, Dialect } from './dialect.ts'
import { goneFor, optionAt, writing } from './write.ts'
import { isVoid, rawText, said, word } from './docker/piece.ts'
import { securityOptions, unlessPrivileged } from './docker/security-option.ts'
import { capability, groupPart, joined, joinedOf, limit, userPart } from './docker/value.ts'
import { findTasks, isNomad } from './nomad/job.ts'
import { check, command, devices, environment, ports, probes, restarting, sysctls, ulimits } from './nomad/list.ts'
import { mounts } from './nomad/mount.ts'
import { docker } from './silence/nomad.ts'

const MIB = 2 ** 20
const CONTAINER = ['docker', 'podman'] as const
const EXEC = ['exec', 'exec2', 'java'] as const
const driverOf = (scope: Scope): string => rawText(child(scope.self, 'driver')) ?? ''

type Owner = 'own' | 'host' | 'container' | 'none'
/** What these drivers alone can be told; the others have no way to say it. */
const only = <T>(drivers: readonly string[], inner: Ask<T>): Ask<T> =>
  ask((scope) => (drivers.includes(driverOf(scope)) ? inner.read(scope) : silent.read(scope)), {
    write: (value, scope) => (drivers.includes(driverOf(scope)) ? inner.write?.(value, scope) : undefined),
  })
/** The first that speaks, by driver. */
const when = <T>(driver: (name: string) => boolean, inner: Ask<T>): Ask<T> =>
  ask((scope) => (driver(driverOf(scope)) ? inner.read(scope) : { how: 'silent', place: scope.self.place }))

const isRaw = (driver: string): boolean => driver === 'raw_exec'

/** raw_exec gives its program all that the user has: as root it is the host's root, with nothing between. */
const bare: Ask<boolean> = ask((scope): Answer<boolean> => {
  if (!isRaw(driverOf(scope))) return silent.read(scope)
  const user = word('user').read(scope)
  const { place } = child(scope.self, 'driver')
  if (user.how === 'unknown') return user
  if (user.how === 'silent')
    return derived(
      place,
      true,
      'raw_exec runs it on the host itself, as the user of the Nomad agent, which is root on most clients',
      [],
    )
  const isRoot = /^(?:root|0)(?::|$)/.test(user.value)
  return derived(place, isRoot, `raw_exec runs it on the host itself, as ${user.value}`, [{ ...user }])
})
/** A namespace of the host's, because raw_exec makes none. */
const unlessRaw = <T>(inner: Ask<T>): Ask<T | 'host'> =>
  ask((scope): Answer<T | 'host'> => {
    const answer = inner.read(scope)
    if (answer.how !== 'silent' || !isRaw(driverOf(scope))) return answer
    return derived(child(scope.self, 'driver').place, 'host', 'raw_exec isolates nothing', [])
  }, writes(inner))
const privileged: Ask<boolean> = writing(
  only(['docker', 'podman', 'raw_exec'], bool('config.privileged').else(bare)),
  (on, scope) => (isRaw(driverOf(scope)) ? undefined : bool('config.privileged').write?.(on, scope)),
)

// The driver docker takes `seccomp=` for a file; podman has other names for its profiles.
const { unmasked, mask, ...options } = securityOptions(
  'config.security_opt',
  (scope, is, { add, ...how }) =>
    optionAt(scope, 'config.security_opt', is, {
      ...how,
      ...(add !== undefined && !(driverOf(scope) === 'podman' && add.startsWith('apparmor')) && { add }),
    }),
  { apparmor: 'apparmor=docker-default' },
)
const security = {
  noNewPrivileges: only(CONTAINER, options.noNewPrivileges),
  seccomp: { ...options.seccomp, kind: only(CONTAINER, options.seccomp.kind) },
  apparmor: {
    kind: only(
      CONTAINER,
      options.apparmor.kind.else(
        word('config.apparmor_profile').to((name) => (name === 'unconfined' ? 'unconfined' : 'profile')),
      ),
    ),
    name: options.apparmor.name.else(word('config.apparmor_profile').to((name) => (name === 'unconfined' ? '' : name))),
  },
  selinux: {
    disabled: only(CONTAINER, options.selinux.disabled),
    user: only(CONTAINER, options.selinux.user),
    role: only(CONTAINER, options.selinux.role),
    type: only(CONTAINER, options.selinux.type),
    level: only(CONTAINER, options.selinux.level),
  },
}
const noPaths = <T>(value: T): Ask<T> =>
  silentWhen<T, boolean>(
    unmasked.to((on) => (on ? value : undefined)),
    privileged,
    (on) => (on ? value : undefined),
    'a privileged container has none',
  )

/** The network of the group: `mode` of its `network` block. */
const groupMode: Ask<string> = ask((scope): Answer<string> => {
  const network = child(scope['group'] ?? scope.self, 'network')
  const mode = isList(network) ? child(network.value[0] ?? network, 'mode') : child(network, 'mode')
  return scalarFact(mode, 'a text', parse.text)
})
const isContainer = (name: string): boolean => name === 'docker' || name === 'podman'
const mode: Ask<string> = only(
  [...CONTAINER, ...EXEC, 'raw_exec'],
  when(isContainer, word('config.network_mode')).else(groupMode.to((value) => (value === '' ? undefined : value))),
)
/**
 * A group in mode bridge, none or cni/... has a network namespace that its tasks share. In mode host, which is the default, docker and
 * podman make one for the task all the same; every other driver uses the host's.
 */
const network: Ask<'own' | 'host' | 'none' | 'container'> = when(
  isContainer,
  word('config.network_mode').to((value) =>
    value.startsWith('task:') ? 'container' : joined({ host: 'host', none: 'none' }, 'own')(value),
  ),
).else(
  ask((scope): Answer<'own' | 'host' | 'none'> => {
    const answer = groupMode.read(scope)
    if (answer.how === 'silent' || answer.how === 'unknown') return answer
    if (answer.value === 'none') return { ...answer, value: 'none' }
    if (answer.value !== 'host' && answer.value !== '') return { ...answer, value: 'own' }
    return isContainer(driverOf(scope)) || driverOf(scope) === 'qemu'
      ? { how: 'silent', place: answer.place }
      : { ...answer, value: 'host' }
  }),
)

/** A hook that runs and ends is like an init container, one that stays is a sidecar. */
const role: Ask<'init' | 'sidecar'> = ask((scope): Answer<'init' | 'sidecar'> => {
  const hook = child(child(scope.self, 'lifecycle'), 'hook')
  if (isVoid(child(scope.self, 'lifecycle'))) return { how: 'silent', place: scope.self.place }
  const sidecar = bool('lifecycle.sidecar').read(scope)
  if (sidecar.how === 'unknown') return sidecar
  if (sidecar.how !== 'silent' && sidecar.value) return { ...sidecar, value: 'sidecar' }
  return said(hook.missing ? child(scope.self, 'lifecycle') : hook, 'init')
})

/** `https://` before an image of docker, `docker://` before one of podman. */
const reference: Ask<string> = only(
  CONTAINER,
  word('config.image').to((value) => value.replace(/^(?:https?|docker):\/\//, '')),
)
const pull: Ask<'always' | 'missing'> = only(
  CONTAINER,
  silentWhen<'always' | 'missing', string>(
    bool('config.force_pull').to((on) => (on ? 'always' : undefined)),
    reference,
    (name) => (/(?::latest|^[^:@]*|\/[^:@/]*)$/.test(name) ? 'always' : undefined),
    'an image without a tag, or with latest, is always pulled',
  ),
)

/** A key of `restart` of the task, else of its group. */
const setting = <T>(key: string, what: string, parser: (node: Node) => T | undefined): Ask<T> => {
  const of = (where: string): Ask<T> => ask((scope) => scalarFact(at(scope, where, `restart.${key}`), what, parser))
  return of('self').or(of('group'))
}
const attempts = setting('attempts', 'a whole number', parse.int)
/** In mode delay Nomad waits for the interval to end, and begins again. */
const endless = setting('mode', 'a text', parse.text).to((value) => (value === 'delay' ? true : undefined))
const isBatch = (scope: Scope): boolean =>
  /^(?:batch|sysbatch)$/.test(rawText(child(scope['job'] ?? scope.self, 'type')) ?? '')
/** Where nobody says how often, the type of the job does. */
const tries: Ask<number> = attempts.else(
  ask((scope) => byDefault(scope.self.place, isBatch(scope) ? 3 : 2, "Nomad's default for a job of this type")),
)
const retries: Ask<number> = endless.to(() => 0).else(tries)
const policy: Ask<'no' | 'on-failure'> = endless
  .to((): 'no' | 'on-failure' => 'on-failure')
  .else(tries.to((count): 'no' | 'on-failure' => (count === 0 ? 'no' : 'on-failure')))

const mib = (path: string): Ask<number> => int(path).to((value) => limit(value * MIB))
const nonZero = (inner: Ask<number>): Ask<number> => inner.to((value) => (value <= 0 ? undefined : value))
/** -1 is no limit at all, 0 as if it were not there. */
const most: Ask<number> = int('resources.memory_max').to((value) => (value === 0 ? undefined : limit(value * MIB)))
/** `memory_max`, or the driver's own hard limit, makes `memory` what is reserved. */
const hard: Ask<number> = most.else(when((name) => name === 'docker', nonZero(mib('config.memory_hard_limit'))))
const memory: Ask<number> = when((name) => !isRaw(name), hard.else(mib('resources.memory')))
const memoryReservation: Ask<number> = ask((scope): Answer<number> => {
  const most = hard.read(scope)
  if (driverOf(scope) === 'podman') {
    const own = bytes('config.memory_reservation').to(limit).read(scope)
    if (own.how !== 'silent') return own
  }
  return most.how === 'silent' || isRaw(driverOf(scope))
    ? { how: 'silent', place: most.place }
    : mib('resources.memory').read(scope)
})

/** Cores of its own are a limit; MHz are a weight, and a limit of unknown size where cpu_hard_limit is on. */
const cpu: Ask<number> = ask((scope): Answer<number> => {
  if (isRaw(driverOf(scope))) return silent.read(scope)
  const cores = int('resources.cores').read(scope)
  if (cores.how === 'unknown') return cores
  if (cores.how !== 'silent' && cores.value > 0)
    return derived(cores.place, cores.value * 1000, 'the task is bound to cores of its own', [{ ...cores }])
  const bounded = bool('config.cpu_hard_limit').read(scope)
  if (bounded.how === 'silent' || bounded.how === 'unknown') return bounded
  if (!bounded.value) return { how: 'silent', place: bounded.place }
  const mhz = int('resources.cpu').read(scope)
  const size = mhz.how === 'silent' ? 100 : mhz.how === 'unknown' ? undefined : mhz.value
  return unknown(
    bounded.place,
    `${size ?? 'some'} MHz of the client's processors, whose speed is not known here`,
    'engine',
  )
})
const swap: Ask<number> = ask((scope): Answer<number> => {
  if (driverOf(scope) === 'podman') return bytes('config.memory_swap').read(scope)
  if (driverOf(scope) !== 'docker') return silent.read(scope)
  const most = memory.read(scope)
  return most.how === 'silent' || most.how === 'unknown'
    ? most
    : derived(most.place, most.value, 'the driver gives a task no swap', [{ ...most }])
})

const asks: Asks<typeof container> = {
  name: ask((scope) => scalarFact(scope['name'] ?? scope.self, 'a text', parse.text)),
  os: silent,
  role,
  image: { reference, pull },
  entrypoint: only(CONTAINER, texts('config.entrypoint')),
  command: only([...CONTAINER, ...EXEC, 'raw_exec'], command),
  workingDirectory: word('config.work_dir').else(word('config.working_dir')),
  privileged,
  readOnlyRootFilesystem: only(CONTAINER, bool('config.readonly_rootfs')),
  ...unlessPrivileged(security, privileged),
  init: only(CONTAINER, bool('config.init')),
  restart: { policy, retries },
  user: {
    name: only([...CONTAINER, ...EXEC, 'raw_exec'], word('user').to(userPart)),
    group: only([...CONTAINER, ...EXEC, 'raw_exec'], word('user').to(groupPart)),
    supplementary: only(['docker'], texts('config.group_add')),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: unlessRaw(
      only(
        ['docker', ...EXEC],
        goneFor<Owner>('own', 'config.pid_mode', word('config.pid_mode').to(joined({ host: 'host', private: 'own' }))),
      ),
    ),
    ipc: unlessRaw(
      only(
        ['docker', ...EXEC],
        goneFor<Owner | 'shareable'>(
          'own',
          'config.ipc_mode',
          word('config.ipc_mode').to(joined({ host: 'host', private: 'own', shareable: 'shareable', none: 'none' })),
        ),
      ),
    ),
    network: unlessRaw(
      only([...CONTAINER, ...EXEC, 'raw_exec'], goneFor<Owner>('own', 'config.network_mode', network)),
    ),
    uts: unlessRaw(
      only(['docker'], goneFor<Owner>('own', 'config.uts_mode', word('config.uts_mode').by({ host: 'host' }))),
    ),
    user: only(
      CONTAINER,
      word('config.userns_mode')
        .else(word('config.userns').to((value) => value.split(':')[0] ?? ''))
        .by({ host: 'host', private: 'own', auto: 'own', 'keep-id': 'own', nomap: 'own' }),
    ),
    cgroup: silent,
    mount: silent,
    time: silent,
    pidOf: word('config.pid_mode').to(joinedOf),
    ipcOf: word('config.ipc_mode').to(joinedOf),
    networkOf: when(
      isContainer,
      word('config.network_mode').to((value) => /^task:(.*)$/s.exec(value)?.[1] ?? joinedOf(value)),
    ),
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  network: { mode, names: silent },
  capabilities: {
    given: silent,
    add: only([...CONTAINER, ...EXEC], texts('config.cap_add', 'self', capability)),
    drop: only([...CONTAINER, ...EXEC], texts('config.cap_drop', 'self', capability)),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  mounts,
  devices,
  deviceRules: silent,
  masked: noPaths<readonly never[]>([]),
  readOnlyPaths: noPaths<readonly never[]>([]),
  procMount: writing<'default' | 'unmasked'>(noPaths<'unmasked'>('unmasked'), (value, scope) =>
    value === 'default' ? mask(scope) : undefined,
  ),
  sysctls,
  ulimits,
  ports,
  environment,
  health: { check, readiness: check, liveness: restarting },
  probes,
  resources: {
    memory,
    memoryReservation,
    swap,
    cpu,
    cpuReservation: silent,
    cpuShares: when((name) => !isRaw(name), int('resources.cpu')),
    cpuSet: silent,
    pids: only(CONTAINER, int('config.pids_limit').to(limit)),
    ioWeight: silent,
    ephemeralStorage: only(['docker'], bytes('config.storage_opt.size').to(limit)),
    oomKillDisabled: silent,
    oomScoreAdjustment: int('config.oom_score_adj'),
    sharedMemory: only(CONTAINER, bytes('config.shm_size').to(limit)),
  },
  cgroupParent: silent,
  runtime: only(['docker'], word('config.runtime')),
  serviceAccount: { name: silent, token: silent },
  logging: { driver: only(CONTAINER, word('config.logging.type').else(word('config.logging.driver'))) },
  windows: { hostProcess: silent, userName: silent, credentialSpec: silent },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

export const nomad: Dialect = {
  name: 'nomad',
  says: 'Jobs of HashiCorp Nomad, in HCL and JSON',
  runtime: 'docker',
  syntaxes: ['hcl', 'data'],
  mention: /\b(?:job|TaskGroups)\b/,
  sign: '`job` with groups of tasks',
  is: isNomad,
  containers: findTasks,
  asks,
  silence: docker,
}
