/** What a service of a Compose file says: https://github.com/compose-spec/compose-spec/blob/main/05-services.md */
import { child, elements, entries, isMap } from '../../document/node.ts'
import { derived, unknown } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import {
  ask,
  at,
  bytes,
  cores,
  int,
  parse,
  refuse,
  scalarFact,
  setAt,
  silent,
  silentWhen,
  text,
  texts,
  written,
  type Answer,
  type Ask,
} from '../ask.ts'
import { check, devices, environment, names, ports, probes, sysctls, ulimits, words } from './list.ts'
import { mounts } from './mount.ts'
import type { Asks } from '../dialect.ts'
import { isVoid, rawText, word } from '../docker/piece.ts'
import {
  capability,
  groupPart,
  joined,
  joinedOf,
  limit,
  osOf,
  restartPolicy,
  userPart,
  whole,
  retryCount,
} from '../docker/value.ts'
import { DOCKER_DEFAULTS, securityOptions, unlessPrivileged } from '../docker/security-option.ts'
import { goneFor, removeAt, writing } from '../write.ts'

const { unmasked, mask, ...security } = securityOptions('security_opt', undefined, DOCKER_DEFAULTS)
type Owner = 'own' | 'host' | 'container' | 'none'
const network = word('network_mode').else(word('net'))

/** Compose takes the words of YAML 1.1, in quotes and from variables too. */
const WORDS: { readonly [word: string]: boolean } = {
  y: true,
  yes: true,
  on: true,
  true: true,
  n: false,
  no: false,
  off: false,
  false: false,
}
const flag = (path: string): Ask<boolean> =>
  ask(
    (scope) =>
      scalarFact(at(scope, 'self', path), 'true or false', (node) =>
        typeof node.value === 'string' && Object.hasOwn(WORDS, node.value.toLowerCase())
          ? WORDS[node.value.toLowerCase()]
          : parse.bool(node),
      ),
    { write: (on, scope) => setAt(scope, 'self', path, on) },
  )
const privileged = flag('privileged')

/** The host's network, under whatever name the file gives it (`networks: { x: { external: true, name: host } }`). */
const hostNetwork: Ask<'host'> = ask((scope): Answer<'host'> => {
  const names = child(scope.self, 'networks')
  const networks = scope['root'] ? child(scope['root'], 'networks') : undefined
  const listed = isMap(names) ? entries(names) : elements(names).map((node) => [rawText(node) ?? '', node] as const)
  for (const [name, node] of listed) {
    const network = networks ? child(networks, name) : undefined
    const external = network ? child(network, 'external') : undefined
    if (!network || !external) continue
    const said = rawText(child(network, 'name')) ?? rawText(child(external, 'name'))
    if ((said ?? (isVoid(external) || rawText(external) === 'false' ? '' : name)) === 'host')
      return written(node, 'host')
  }
  return { how: 'silent', place: names.place }
})

/** A limit of the service, and the same one of `deploy`: Compose refuses a service that says two things. */
const agreed = (own: Ask<number>, deploy: Ask<number>, names: string): Ask<number> =>
  ask((scope): Answer<number> => {
    const [first, second] = [own.read(scope), deploy.read(scope)]
    if (first.how === 'silent' || second.how === 'silent')
      // Nobody's writing stands as deep as something of its kind is written: at `limits` that lack this one, at `deploy`.
      return first.how === 'silent' ? (second.how === 'silent' ? { ...first, place: second.place } : second) : first
    if (first.how === 'unknown' || second.how === 'unknown') return first.how === 'unknown' ? first : second
    return first.value === second.value
      ? first
      : unknown(first.place, `${names} say different things: Compose refuses that`, 'user')
  })

/** What a privileged container, and one with systempaths=unconfined, has of the hidden paths: none. */
const noPaths = (): Ask<readonly never[]> =>
  silentWhen<readonly never[], boolean>(
    unmasked.to((on) => (on ? [] : undefined)),
    privileged,
    (on) => (on ? [] : undefined),
    'a privileged container has none',
  )

/** Microseconds, or a duration such as `50ms`. */
const time = (path: string): Ask<number> =>
  text(path).to((value) => {
    const match = /^(-?\d+)(us|ms|s)?$/.exec(value)
    return match
      ? Number(match[1]) * (match[2] === 's' ? 1e6 : match[2] === 'ms' ? 1e3 : 1)
      : refuse(`"${value}" is not a time in microseconds`, 'user')
  })

/** cpu_quota out of cpu_period, whose default is 100 ms. */
const quota: Ask<number> = ask((scope): Answer<number> => {
  const used = time('cpu_quota').read(scope)
  const period = time('cpu_period').read(scope)
  if (used.how === 'silent' || used.how === 'unknown') return used
  if (period.how === 'unknown') return period
  const of = period.how === 'silent' || period.value === 0 ? 100_000 : period.value
  return { ...used, value: used.value <= 0 ? 0 : Math.round((used.value / of) * 1000) }
})

/** `deploy.restart_policy` goes before `restart`, as in Docker Compose (getRestartPolicy of docker/compose). */
const policy: Ask<'no' | 'always' | 'on-failure' | 'unless-stopped'> = ask((scope) => {
  const node = at(scope, 'self', 'deploy.restart_policy')
  if (isVoid(node)) return text('restart').to(restartPolicy).read(scope)
  const condition = word('deploy.restart_policy.condition')
    .by({
      none: 'no',
      no: 'no',
      'on-failure': 'on-failure',
      any: 'always',
      always: 'always',
      'unless-stopped': 'unless-stopped',
    })
    .read(scope)
  return condition.how === 'silent'
    ? unknown(node.place, 'restart_policy has no condition: the specification says any, Docker Compose none', 'user')
    : condition
})
const retries: Ask<number> = int('deploy.restart_policy.max_attempts')
  .to(retryCount)
  .else(
    text('restart').to((value) => {
      const count = /^on-failure:(\d+)$/.exec(value)?.[1]
      return count === undefined ? undefined : Number(count)
    }),
  )

/** A service without an image is built here, under a name that Compose makes up. */
const reference: Ask<string> = word('image').else(
  ask((scope): Answer<string> => {
    const build = child(scope.self, 'build')
    return isVoid(build)
      ? { how: 'silent', place: scope.self.place }
      : unknown(build.place, 'the image is built from this file, and has no name of its own', 'image')
  }),
)
const pull: Ask<'always' | 'missing' | 'never' | 'build'> = word('pull_policy')
  .by({ always: 'always', missing: 'missing', if_not_present: 'missing', never: 'never', build: 'build' })
  .else(
    ask((scope) => {
      const build = scalarFact(child(scope.self, 'build'), '', () => true)
      return build.how === 'silent' || build.how === 'unknown'
        ? { how: 'silent', place: build.place }
        : derived(build.place, 'build', 'Compose builds what is not there', [{ ...build }])
    }),
  )

/** `credential_spec: { file | registry | config }`: which of them, and its value. */
const credentialSpec: Ask<string> = ['config', 'file', 'registry']
  .map((key) => word(`credential_spec.${key}`).to((value) => `${key}://${value}`))
  .reduce((first, next) => first.else(next))

export const asks: Asks<typeof container> = {
  name: ask((scope) => scalarFact(scope['name'] ?? scope.self, 'a text', parse.text)),
  os: word('platform').to(osOf),
  role: silent,
  image: { reference, pull },
  entrypoint: words('entrypoint'),
  command: words('command'),
  workingDirectory: word('working_dir'),
  privileged,
  readOnlyRootFilesystem: flag('read_only'),
  ...unlessPrivileged(security, privileged),
  init: flag('init'),
  restart: { policy, retries },
  user: {
    name: word('user').to(userPart),
    group: word('user').to(groupPart),
    supplementary: texts('group_add'),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: goneFor<Owner>('own', 'pid', word('pid').to(joined({ host: 'host' }))),
    ipc: goneFor<Owner | 'shareable'>(
      'own',
      'ipc',
      word('ipc').to(joined({ host: 'host', private: 'own', shareable: 'shareable', none: 'none' })),
    ),
    network: writing<Owner>(
      network.to(joined({ host: 'host', none: 'none' }, 'own')).else(hostNetwork),
      (owner, scope) =>
        owner === 'own' ? (removeAt(scope, 'self', 'network_mode') ?? removeAt(scope, 'self', 'net')) : undefined,
    ),
    uts: goneFor<Owner>('own', 'uts', word('uts').by({ host: 'host' })),
    user: word('userns_mode').by({ host: 'host', private: 'own', auto: 'own', 'keep-id': 'own', nomap: 'own' }),
    cgroup: word('cgroup').by({ host: 'host', private: 'own' }),
    mount: silent,
    time: silent,
    pidOf: word('pid').to(joinedOf),
    ipcOf: word('ipc').to(joinedOf),
    networkOf: network.to(joinedOf),
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  network: { mode: network, names: names('networks') },
  capabilities: {
    given: silent,
    add: texts('cap_add', 'self', capability),
    drop: texts('cap_drop', 'self', capability),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  mounts,
  devices,
  deviceRules: texts('device_cgroup_rules'),
  masked: noPaths(),
  readOnlyPaths: noPaths(),
  procMount: writing<'default' | 'unmasked'>(
    silentWhen<'unmasked', boolean>(
      unmasked.to((on) => (on ? 'unmasked' : undefined)),
      privileged,
      (on) => (on ? 'unmasked' : undefined),
      'a privileged container has no hidden paths',
    ),
    (value, scope) => (value === 'default' ? mask(scope) : undefined),
  ),
  sysctls,
  ulimits,
  ports,
  environment,
  health: { check, readiness: silent, liveness: silent },
  probes,
  resources: {
    memory: agreed(
      bytes('mem_limit').to(limit),
      bytes('deploy.resources.limits.memory').to(limit),
      'mem_limit and deploy.resources.limits.memory',
    ),
    memoryReservation: agreed(
      bytes('mem_reservation').to(limit),
      bytes('deploy.resources.reservations.memory').to(limit),
      'mem_reservation and deploy.resources.reservations.memory',
    ),
    swap: bytes('memswap_limit').to(whole),
    cpu: agreed(cores('cpus'), cores('deploy.resources.limits.cpus'), 'cpus and deploy.resources.limits.cpus')
      .else(quota)
      .to(limit),
    cpuReservation: cores('deploy.resources.reservations.cpus').to(limit),
    cpuShares: int('cpu_shares'),
    cpuSet: word('cpuset'),
    pids: agreed(
      int('pids_limit').to(limit),
      int('deploy.resources.limits.pids').to(limit),
      'pids_limit and deploy.resources.limits.pids',
    ),
    ioWeight: int('blkio_config.weight'),
    ephemeralStorage: bytes('storage_opt.size').to(limit),
    oomKillDisabled: flag('oom_kill_disable'),
    oomScoreAdjustment: int('oom_score_adj'),
    sharedMemory: bytes('shm_size').to(limit),
  },
  cgroupParent: word('cgroup_parent'),
  runtime: word('runtime'),
  serviceAccount: { name: silent, token: silent },
  logging: { driver: word('logging.driver').else(word('log_driver')) },
  windows: { hostProcess: silent, userName: silent, credentialSpec },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}
