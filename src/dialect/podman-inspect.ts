/**
 * What `podman inspect` and `podman container inspect` print (podman-inspect(1); libpod, define.InspectContainerData): much like Docker's,
 * with the capability sets written out. Some things it does not print, and Podman 4 prints some wrong; then the command that made the container
 * (`Config.CreateCommand`) is asked.
 */
import { child, elements, get, textOf, type Node } from '../document/node.ts'
import { unknown, type Fact } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import {
  ask,
  at,
  bool,
  int,
  parse,
  refuse,
  scalarFact,
  silent,
  silentWhen,
  listOfTexts,
  type Answer,
  type Ask,
} from './ask.ts'
import type { Asks, Dialect } from './dialect.ts'
import { inspectedEntries, inspectedKind } from './docker/inspected-kind.ts'
import { networks, probes, ulimits } from './docker/inspected.ts'
import { isVoid, said, unknownBy, why, word } from './docker/piece.ts'
import { podmanSeccomp, securityOptions, unlessPrivileged } from './docker/security-option.ts'
import { capability, groupPart, limit, restartPolicy, retryCount, userPart } from './docker/value.ts'
import { findContainers } from './podman-inspect/document.ts'
import { allDevices, allMounts, allPorts, entrypoint, variables } from './podman-inspect/list.ts'
import { made, silenceOfAll } from './podman-inspect/made.ts'
import { ipc, mappings, mode, modeOf, ofPod, userNamespace } from './podman-inspect/namespace.ts'

const { unmasked, ...security } = securityOptions('HostConfig.SecurityOpt')
const privileged = bool('HostConfig.Privileged')
const host = (key: string): Ask<string> => word(`HostConfig.${key}`)
/** Zero, the way to say that nobody set it, is as good as not written. */
const number = (key: string): Ask<number> => int(`HostConfig.${key}`).to((value) => (value === 0 ? undefined : value))
const effective = (key: string): Ask<string> => ask((scope) => scalarFact(at(scope, 'self', key), 'a text', parse.text))

/** What the engine set: it is written, even where it is empty. */
const written = (path: string, normalise: (text: string) => string): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const node = at(scope, 'self', path)
    return isVoid(node) && !node.missing ? said(node, []) : listOfTexts(path, normalise).read(scope)
  })

/** The label that the process has: `user:role:type:level`, whose level may hold colons. */
const label = (part: 0 | 1 | 2 | 3): Ask<string> =>
  word('ProcessLabel').to((whole) => {
    const parts = whole.split(':')
    if (parts.length < 3) return refuse(`"${whole.slice(0, 60)}" is not user:role:type:level`, 'user')
    return part === 3 ? parts.slice(3).join(':') : parts[part]
  })
const profile = word('AppArmorProfile')
/** The profile that Podman loads under the name of its version. */
const OWN_PROFILE = /^containers-default-[\d.]+$/

/** Podman 5 says unmask=all; what else is hidden or not, the command alone says. */
const unmasks: Ask<boolean> = ask((scope): Answer<boolean> => {
  const options = get(scope.self, 'HostConfig.SecurityOpt')
  const found = elements(options).find((each) => /^unmask=all$/i.test(textOf(each) ?? ''))
  return found ? said(found, true) : { how: 'silent', place: options.place }
})
const hidden = (own: Ask<readonly Fact<string>[]>): Ask<readonly Fact<string>[]> =>
  silentWhen<readonly Fact<string>[], boolean>(
    silentWhen<readonly Fact<string>[], boolean>(own, unmasks, () => [], 'nothing is hidden (unmask=all)'),
    privileged,
    (on) => (on ? [] : undefined),
    'a privileged container has none',
  )

/** NanoCpus (`--cpus`), or the quota out of its period. */
const cpu: Ask<number> = number('NanoCpus')
  .to((value) => Math.round(value / 1e6))
  .else(
    ask((scope): Answer<number> => {
      const [used, period] = [number('CpuQuota').read(scope), number('CpuPeriod').read(scope)]
      if (used.how === 'silent' || used.how === 'unknown') return used
      if (period.how === 'unknown') return period
      return { ...used, value: Math.round((used.value / (period.how === 'silent' ? 100_000 : period.value)) * 1000) }
    }),
  )
  .to(limit)

const check: Ask<boolean> = ask((scope): Answer<boolean> => {
  const node = get(scope.self, 'Config.Healthcheck.Test')
  if (isVoid(node) || (Array.isArray(node.value) && node.value.length === 0))
    return { how: 'silent', place: node.place }
  if (node.unknown !== undefined || !Array.isArray(node.value)) return unknownBy(why(node, 'Test is not a list'))
  const [first] = elements(node)
  return said(node, first === undefined || textOf(first) !== 'NONE')
})

/** `USER` of the container. A user who is not root holds what was added, and nothing else (EffectiveCaps). */
const isRoot = (self: Node): boolean => /^(?:0|root)?(?::|$)/.test(textOf(get(self, 'Config.User')) ?? '')
const added: Ask<readonly Fact<string>[]> = ask((scope) =>
  written(isRoot(scope.self) ? 'HostConfig.CapAdd' : 'EffectiveCaps', capability).read(scope),
)

const asks: Asks<typeof container> = {
  name: word('Name').to((name) => name.replace(/^\//, '')),
  os: silent,
  role: made.role,
  image: {
    reference: ask((scope): Answer<string> => {
      const rootfs = child(scope.self, 'Rootfs')
      if ((textOf(rootfs) ?? '') !== '')
        return unknown(rootfs.place, 'it runs a root file system of the host, not an image', 'user')
      return word('Config.Image').else(word('ImageName')).else(word('Image')).read(scope)
    }),
    pull: made.image.pull,
  },
  entrypoint,
  command: listOfTexts('Config.Cmd'),
  workingDirectory: word('Config.WorkingDir'),
  privileged,
  readOnlyRootFilesystem: bool('HostConfig.ReadonlyRootfs'),
  ...unlessPrivileged(
    {
      ...security,
      seccomp: podmanSeccomp(security.seccomp),
      apparmor: {
        kind: security.apparmor.kind.else(
          profile.to((name) =>
            name === 'unconfined' ? 'unconfined' : OWN_PROFILE.test(name) ? 'runtime-default' : 'profile',
          ),
        ),
        name: security.apparmor.name.else(profile.to((name) => (name === 'unconfined' ? '' : name))),
      },
      selinux: {
        disabled: security.selinux.disabled,
        user: security.selinux.user.else(label(0)),
        role: security.selinux.role.else(label(1)),
        type: security.selinux.type.else(label(2)),
        level: security.selinux.level.else(label(3)),
      },
    },
    privileged,
  ),
  init: bool('HostConfig.Init'),
  restart: {
    policy: host('RestartPolicy.Name').to(restartPolicy).else(made.restart.policy),
    retries: number('RestartPolicy.MaximumRetryCount').to(retryCount).else(made.restart.retries),
  },
  user: {
    name: effective('Config.User').to(userPart),
    group: effective('Config.User').to(groupPart),
    supplementary: ask((scope) => {
      const groups = get(scope.self, 'HostConfig.GroupAdd')
      const hasSome = Array.isArray(groups.value) && groups.value.length > 0
      return (hasSome || !scope['command'] ? listOfTexts('HostConfig.GroupAdd') : made.user.supplementary).read(scope)
    }),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: ofPod(mode('PidMode', { host: 'host', private: 'own' }), 'PidMode'),
    ipc: ask((scope): Answer<'own' | 'host' | 'container' | 'none' | 'shareable'> => ofPod(ipc, 'IpcMode').read(scope)),
    network: ofPod(mode('NetworkMode', { host: 'host', none: 'none' }, 'own'), 'NetworkMode'),
    uts: ofPod(mode('UTSMode', { host: 'host', private: 'own' }), 'UTSMode'),
    user: userNamespace,
    cgroup: mode('CgroupMode', { host: 'host', private: 'own' }),
    mount: silent,
    time: silent,
    pidOf: modeOf('PidMode'),
    ipcOf: modeOf('IpcMode'),
    networkOf: modeOf('NetworkMode'),
    userOf: modeOf('UsernsMode'),
  },
  uidMappings: mappings('UidMap'),
  gidMappings: mappings('GidMap'),
  network: { mode: host('NetworkMode'), names: networks },
  capabilities: {
    given: written('BoundingCaps', capability),
    add: added,
    drop: written('HostConfig.CapDrop', capability),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  mounts: allMounts,
  devices: allDevices,
  deviceRules: made.deviceRules,
  masked: hidden(made.masked),
  readOnlyPaths: hidden(made.readOnlyPaths),
  procMount: silentWhen<'default' | 'unmasked', boolean>(
    unmasked
      .to((on) => (on ? ('unmasked' as const) : undefined))
      .else(unmasks.to(() => 'unmasked' as const))
      .else(made.procMount),
    privileged,
    (on) => (on ? 'unmasked' : undefined),
    'a privileged container has no hidden paths',
  ),
  sysctls: made.sysctls,
  ulimits,
  ports: allPorts,
  environment: variables,
  health: { check, readiness: silent, liveness: silent },
  probes,
  resources: {
    memory: number('Memory').to(limit),
    memoryReservation: number('MemoryReservation').to(limit),
    swap: number('MemorySwap').else(made.resources.swap),
    cpu,
    cpuReservation: silent,
    cpuShares: number('CpuShares'),
    cpuSet: host('CpusetCpus'),
    // 0 is no limit here, and written.
    pids: int('HostConfig.PidsLimit').to(limit),
    ioWeight: number('BlkioWeight').else(made.resources.ioWeight),
    ephemeralStorage: made.resources.ephemeralStorage,
    oomKillDisabled: bool('HostConfig.OomKillDisable'),
    oomScoreAdjustment: number('OomScoreAdj'),
    sharedMemory: number('ShmSize'),
  },
  cgroupParent: host('CgroupParent'),
  runtime: word('OCIRuntime'),
  serviceAccount: { name: silent, token: silent },
  logging: { driver: host('LogConfig.Type') },
  windows: { hostProcess: silent, userName: silent, credentialSpec: silent },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

export const podmanInspect: Dialect = {
  name: 'podman-inspect',
  says: 'What podman inspect prints of containers, running or not',
  runtime: 'podman',
  mention: /BoundingCaps|EffectiveCaps|SharedNamespaces|CreateInfra|NamesHistory|ManifestType/,
  sign: 'keys that Podman alone prints (BoundingCaps, IsInfra, ...)',
  certain: true,
  isPrinted: () => true,
  is: (root) =>
    inspectedEntries(root)
      .slice(0, 100)
      .some((node) => inspectedKind(node)?.startsWith('podman-') === true),
  containers: findContainers,
  asks,
  silence: silenceOfAll,
}
