/**
 * What `docker inspect` and `docker container inspect` print: the container as the engine made it, with what its image gave it.
 * https://docs.docker.com/reference/api/engine/ (ContainerInspect)
 */
import { child, elements, get, isList, isMap, textOf, type Node } from '../document/node.ts'
import { unknown } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import { ask, at, bool, int, parse, scalarFact, silent, silentWhen, listOfTexts, type Answer, type Ask } from './ask.ts'
import { is, type Asks, type Dialect, type Found, type Silence } from './dialect.ts'
import { devices, environment, mounts, networks, ports, probes, sysctls, ulimits } from './docker/inspected.ts'
import { inspectedEntries, inspectedKind } from './docker/inspected-kind.ts'
import { isVoid, said, soundMaps, word } from './docker/piece.ts'
import { securityOptions, unlessPrivileged } from './docker/security-option.ts'
import {
  capability,
  groupPart,
  joined,
  joinedOf,
  limit,
  osOf,
  restartPolicy,
  retryCount,
  userPart,
} from './docker/value.ts'
import { MAX_CONTAINERS } from './limit.ts'
import { nameOfFile, together } from './together.ts'
import { docker } from './silence/docker.ts'

const { unmasked: _, ...security } = securityOptions('HostConfig.SecurityOpt')
const privileged = bool('HostConfig.Privileged')
const host = (key: string): Ask<string> => word(`HostConfig.${key}`)
/** Zero, the engine's way to say that nobody set it, is as good as not written. */
const number = (key: string): Ask<number> => int(`HostConfig.${key}`).to((value) => (value === 0 ? undefined : value))

/** The text of a key where an empty one says something too: the container is made, and nothing else will give it. */
const effective = (key: string): Ask<string> => ask((scope) => scalarFact(at(scope, 'self', key), 'a text', parse.text))

/** The engine writes the paths out, `[]` for systempaths=unconfined, and null for a privileged container. */
const paths = (key: 'MaskedPaths' | 'ReadonlyPaths'): Ask<readonly Answered[]> =>
  silentWhen<readonly Answered[], boolean>(
    listOfTexts(`HostConfig.${key}`),
    privileged,
    (on) => (on ? [] : undefined),
    'a privileged container has none',
  )
type Answered = ReturnType<typeof said<string>>

const procMount: Ask<'default' | 'unmasked'> = silentWhen<'default' | 'unmasked', boolean>(
  ask((scope): Answer<'default' | 'unmasked'> => {
    const node = at(scope, 'self', 'HostConfig.MaskedPaths')
    return isList(node)
      ? said(node, node.value.length === 0 ? 'unmasked' : 'default')
      : { how: 'silent', place: node.place }
  }),
  privileged,
  (on) => (on ? 'unmasked' : undefined),
  'a privileged container has no hidden paths',
)

/** NanoCpus (`--cpus`), or the quota out of its period. */
const cpu: Ask<number> = number('NanoCpus')
  .to((value) => Math.round(value / 1e6))
  .else(
    ask((scope): Answer<number> => {
      const used = number('CpuQuota').read(scope)
      const period = number('CpuPeriod').read(scope)
      if (used.how === 'silent' || used.how === 'unknown') return used
      if (period.how === 'unknown') return period
      const of = period.how === 'silent' ? 100_000 : period.value
      return { ...used, value: Math.round((used.value / of) * 1000) }
    }),
  )
  .to(limit)

/** The name of the AppArmor profile that the engine chose when it started the container. */
const chosen = word('AppArmorProfile')

const check: Ask<boolean> = ask((scope): Answer<boolean> => {
  const node = get(scope.self, 'Config.Healthcheck.Test')
  if (isVoid(node) || (isList(node) && node.value.length === 0)) return { how: 'silent', place: node.place }
  if (!isList(node)) return unknown(node.place, 'Test is not a list', 'user')
  return said(node, node.value[0] === undefined || textOf(node.value[0]) !== 'NONE')
})

/** `--security-opt credentialspec=...`: the last one, as it is written. Other options say nothing of it. */
const credentialSpec: Ask<string> = ask((scope): Answer<string> => {
  const options = at(scope, 'self', 'HostConfig.SecurityOpt')
  const found = elements(options).findLast((each) => /^credentialspec[=:]/.test(textOf(each) ?? ''))
  if (options.unknown !== undefined) return unknown(options.place, options.unknown, 'user')
  return found
    ? said(found, (textOf(found) ?? '').slice('credentialspec='.length))
    : { how: 'silent', place: options.place }
})

const asks: Asks<typeof container> = {
  name: ask((scope) => {
    const node = child(scope.self, 'Name')
    const name = textOf(node)?.replace(/^\//, '')
    return name === undefined || name === '' ? { how: 'silent', place: node.place } : said(node, name)
  }),
  os: word('Platform').to(osOf),
  role: silent,
  image: { reference: word('Config.Image').else(word('Image')), pull: silent },
  entrypoint: listOfTexts('Config.Entrypoint'),
  command: listOfTexts('Config.Cmd'),
  workingDirectory: word('Config.WorkingDir'),
  privileged,
  readOnlyRootFilesystem: bool('HostConfig.ReadonlyRootfs'),
  ...unlessPrivileged(
    {
      ...security,
      apparmor: {
        kind: security.apparmor.kind.else(
          chosen.to((name) =>
            name === 'unconfined' ? 'unconfined' : name === 'docker-default' ? 'runtime-default' : 'profile',
          ),
        ),
        name: security.apparmor.name.else(chosen.to((name) => (name === 'unconfined' ? '' : name))),
      },
    },
    privileged,
  ),
  init: bool('HostConfig.Init'),
  restart: {
    policy: effective('HostConfig.RestartPolicy.Name').to(restartPolicy),
    retries: number('RestartPolicy.MaximumRetryCount').to(retryCount),
  },
  user: {
    name: effective('Config.User').to(userPart),
    group: effective('Config.User').to(groupPart),
    supplementary: listOfTexts('HostConfig.GroupAdd'),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: host('PidMode').to(joined({ host: 'host', private: 'own' })),
    ipc: host('IpcMode').to(joined({ host: 'host', private: 'own', shareable: 'shareable', none: 'none' })),
    network: host('NetworkMode').to(joined({ host: 'host', none: 'none' }, 'own')),
    uts: host('UTSMode').by({ host: 'host', private: 'own' }),
    user: host('UsernsMode').by({ host: 'host', private: 'own', auto: 'own', 'keep-id': 'own', nomap: 'own' }),
    cgroup: host('CgroupnsMode').by({ host: 'host', private: 'own' }),
    mount: silent,
    time: silent,
    pidOf: host('PidMode').to(joinedOf),
    ipcOf: host('IpcMode').to(joinedOf),
    networkOf: host('NetworkMode').to(joinedOf),
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  // What nobody named is the default bridge, docker0 (container.NetworkMode.IsDefault, moby).
  network: { mode: host('NetworkMode').to((mode) => (mode === 'default' ? 'bridge' : mode)), names: networks },
  capabilities: {
    given: silent,
    add: listOfTexts('HostConfig.CapAdd', capability),
    drop: listOfTexts('HostConfig.CapDrop', capability),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  mounts,
  devices,
  deviceRules: listOfTexts('HostConfig.DeviceCgroupRules'),
  masked: paths('MaskedPaths'),
  readOnlyPaths: paths('ReadonlyPaths'),
  procMount,
  sysctls,
  ulimits,
  ports,
  environment,
  health: { check, readiness: silent, liveness: silent },
  probes,
  resources: {
    memory: number('Memory').to(limit),
    memoryReservation: number('MemoryReservation').to(limit),
    swap: number('MemorySwap'),
    cpu,
    cpuReservation: silent,
    cpuShares: number('CpuShares'),
    cpuSet: host('CpusetCpus'),
    pids: number('PidsLimit').to((value) => (value < 0 ? undefined : value)),
    ioWeight: number('BlkioWeight'),
    ephemeralStorage: ask((scope) =>
      scalarFact(at(scope, 'self', 'HostConfig.StorageOpt.size'), 'a size', parse.bytes),
    ),
    oomKillDisabled: bool('HostConfig.OomKillDisable'),
    oomScoreAdjustment: number('OomScoreAdj'),
    sharedMemory: number('ShmSize'),
  },
  cgroupParent: host('CgroupParent'),
  runtime: host('Runtime'),
  serviceAccount: { name: silent, token: silent },
  logging: { driver: word('HostConfig.LogConfig.Type') },
  windows: { hostProcess: silent, userName: silent, credentialSpec },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

/** A container that exists holds what its image gave it: what it does not say, nobody says. */
const silence: Silence<typeof container> = {
  ...docker,
  entrypoint: is([], 'neither the container nor its image has an ENTRYPOINT'),
  command: is([], 'neither the container nor its image has a command'),
  workingDirectory: is('/', 'neither the container nor its image names a directory'),
  user: {
    ...docker.user,
    name: is('0', 'neither the container nor its image names a user'),
    group: is('', 'neither the container nor its image names a group'),
  },
  health: { ...docker.health, check: is(false, 'neither the container nor its image has a health check') },
}

const MAPS = [
  'HostConfig',
  'HostConfig.RestartPolicy',
  'HostConfig.LogConfig',
  'HostConfig.StorageOpt',
  'Config',
  'Config.Healthcheck',
  'NetworkSettings',
]

function containers(root: Node): Read<readonly Found[]> {
  const notices: Notice[] = []
  const found: Found[] = []
  const whole = together('engine', nameOfFile(root.place.file), root)
  let images = 0
  for (const [index, self] of inspectedEntries(root).entries()) {
    if (found.length > MAX_CONTAINERS) break
    const kind = inspectedKind(self)
    if (kind === 'image') {
      images += 1
      if (images === 1)
        notices.push({
          id: 'docker-image-inspect',
          place: self.place,
          message:
            'This is the inspection of an image, not of a container: it holds nothing that runs, and not what is in the image. Scan the image itself: docker save IMAGE | plimsoll scan -',
          lost: false,
        })
    } else if (kind !== 'container')
      notices.push({
        id: 'docker-inspect-unknown',
        place: self.place,
        message:
          'This entry is neither a container nor an image as docker inspect prints them, so it was not checked. Give it the output of: docker container inspect NAME',
        lost: !isMap(self),
      })
    else {
      const id = textOf(child(self, 'Name'))?.replace(/^\//, '') ?? ''
      found.push({
        id: id === '' ? `container-${index + 1}` : id,
        scope: { self: soundMaps(self, MAPS), root },
        together: whole,
      })
    }
  }
  return { value: found, notices }
}

export const dockerInspect: Dialect = {
  name: 'docker-inspect',
  says: 'What docker inspect prints of containers, running or not',
  sign: '`HostConfig` beside `Config` or `State`',
  certain: true,
  runtime: 'docker',
  mention: /HostConfig|NetworkSettings|RootFS|ContainerConfig|container_config|RepoTags/,
  isPrinted: () => true,
  is: (root) =>
    inspectedEntries(root)
      .slice(0, 100)
      .some((node) => /^(?:container|image)$/.test(inspectedKind(node) ?? '')),
  containers,
  asks,
  silence,
}
