/** Compose files: https://github.com/compose-spec/compose-spec/blob/main/spec.md */
import { child } from '../document/node.ts'
import { derived, unknown } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import {
  ask,
  at,
  bool,
  bytes,
  cores,
  int,
  parse,
  refuse,
  scalarFact,
  silent,
  silentWhen,
  text,
  texts,
  type Answer,
  type Ask,
} from './ask.ts'
import { findServices, isCompose, wantedFiles } from './compose/document.ts'
import { check, devices, environment, names, ports, probes, sysctls, ulimits, words } from './compose/list.ts'
import { mounts } from './compose/mount.ts'
import type { Asks, Dialect } from './dialect.ts'
import { isVoid, word } from './docker/piece.ts'
import { capability, groupPart, joined, joinedOf, limit, osOf, restartPolicy, userPart, whole } from './docker/value.ts'
import { securityOptions, unlessPrivileged } from './docker/security-option.ts'
import { docker } from './silence/docker.ts'

const { unmasked, ...security } = securityOptions('security_opt')
const network = word('network_mode').else(word('net'))
const privileged = bool('privileged')

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
const retries: Ask<number> = int('deploy.restart_policy.max_attempts').else(
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

const asks: Asks<typeof container> = {
  name: ask((scope) => scalarFact(scope['name'] ?? scope.self, 'a text', parse.text)),
  os: word('platform').to(osOf),
  role: silent,
  image: { reference, pull },
  entrypoint: words('entrypoint'),
  command: words('command'),
  workingDirectory: word('working_dir'),
  privileged,
  readOnlyRootFilesystem: bool('read_only'),
  ...unlessPrivileged(security, privileged),
  init: bool('init'),
  restart: { policy, retries },
  user: {
    name: word('user').to(userPart),
    group: word('user').to(groupPart),
    supplementary: texts('group_add'),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: word('pid').to(joined({ host: 'host' })),
    ipc: word('ipc').to(joined({ host: 'host', private: 'own', shareable: 'shareable', none: 'none' })),
    network: network.to(joined({ host: 'host', none: 'none' }, 'own')),
    uts: word('uts').by({ host: 'host' }),
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
  procMount: silentWhen<'unmasked', boolean>(
    unmasked.to((on) => (on ? 'unmasked' : undefined)),
    privileged,
    (on) => (on ? 'unmasked' : undefined),
    'a privileged container has no hidden paths',
  ),
  sysctls,
  ulimits,
  ports,
  environment,
  health: { check, readiness: silent, liveness: silent },
  probes,
  resources: {
    memory: bytes('mem_limit').else(bytes('deploy.resources.limits.memory')).to(limit),
    memoryReservation: bytes('mem_reservation').else(bytes('deploy.resources.reservations.memory')).to(limit),
    swap: bytes('memswap_limit').to(whole),
    cpu: cores('cpus').else(cores('deploy.resources.limits.cpus')).else(quota).to(limit),
    cpuReservation: cores('deploy.resources.reservations.cpus').to(limit),
    cpuShares: int('cpu_shares'),
    cpuSet: word('cpuset'),
    pids: int('pids_limit').else(int('deploy.resources.limits.pids')).to(limit),
    ioWeight: int('blkio_config.weight'),
    ephemeralStorage: bytes('storage_opt.size').to(limit),
    oomKillDisabled: bool('oom_kill_disable'),
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
}

/** Variables of the shell and of `.env` are not read: a default is taken where one is written, and what has none is unknown. */
export const compose: Dialect = {
  name: 'compose',
  says: 'Compose files (compose.yaml, docker-compose.yml), with variables and extends',
  runtime: 'docker',
  mention: /services|image|build|include/,
  is: isCompose,
  wants: wantedFiles,
  containers: findServices,
  asks,
  silence: docker,
}
