/** What the engine's settings decide where the container says nothing: only what nobody wrote is replaced. */
import { derived, isWritten, type Fact } from '../model/fact.ts'
import type { ContainerFacts, EngineFacts } from '../model/fields.ts'
import type { AnyFact } from '../model/row.ts'

const open = (fact: Fact<unknown>): boolean =>
  fact.how === 'default' || (fact.how === 'unknown' && fact.ask === 'engine')
const known = <T>(fact: Fact<T>): T | undefined => (fact.how === 'unknown' ? undefined : fact.value)

/** The container's fact, or what the engine's makes of it. `to` gives undefined where the engine leaves it as it is. */
function settle<T, E>(own: Fact<T>, setting: Fact<E>, because: string, to: (value: E) => T | undefined): Fact<T> {
  if (!open(own) || setting.how === 'unknown') return own
  const value = to(setting.value)
  if (value === undefined || (!isWritten(setting) && own.how !== 'unknown' && own.value === value)) return own
  return derived(isWritten(setting) ? setting.place : own.place, value, because, [own, setting])
}
const on = (value: boolean): true | undefined => (value ? true : undefined)
const text = (value: string): string | undefined => (value === '' ? undefined : value)

/** A list of texts that the engine gives where the container writes none; of the same texts the container's own stays. */
function settleTexts(
  own: Fact<readonly Fact<string>[]>,
  setting: Fact<readonly Fact<string>[]>,
  because: string,
): Fact<readonly Fact<string>[]> {
  const words = (fact: typeof own): string =>
    (known(fact) ?? [])
      .map((one) => known(one) ?? '?')
      .sort()
      .join(' ')
  return words(own) === words(setting)
    ? own
    : settle(own, setting, because, (value) => value.map((one) => ({ ...one })))
}

interface Item {
  readonly place: AnyFact['place']
  readonly facts: object
}
/** What the engine gives every container, besides what the container has of the same name. */
function add<I extends Item>(
  own: Fact<readonly I[]>,
  setting: Fact<readonly I[]>,
  because: string,
  nameOf: (item: I) => Fact<string>,
): Fact<readonly I[]> {
  if (own.how === 'unknown' || setting.how === 'unknown' || setting.value.length === 0) return own
  const names = new Set(own.value.map((item) => known(nameOf(item))))
  const more = setting.value
    .filter((item) => nameOf(item).how === 'unknown' || !names.has(known(nameOf(item))))
    .map(copy)
  if (more.length === 0) return own
  return open(own)
    ? derived(setting.place, [...own.value, ...more], because, [own, setting])
    : { ...own, value: [...own.value, ...more] }
}
/** Facts are never shared between containers, nor are those of a list in them. */
const copy = <I extends Item>(item: I): I => ({
  ...item,
  facts: Object.fromEntries(
    Object.entries(item.facts).map(([key, fact]: [string, AnyFact]) => [
      key,
      fact.how !== 'unknown' && Array.isArray(fact.value)
        ? { ...fact, value: fact.value.map((one: object) => ({ ...one })) }
        : { ...fact },
    ]),
  ),
})

export function settleByEngine(container: ContainerFacts, engine: EngineFacts): ContainerFacts {
  const { resources } = container
  return {
    ...container,
    privileged: settle(container.privileged, engine.privileged, 'the engine makes every container privileged', on),
    readOnlyRootFilesystem: settle(
      container.readOnlyRootFilesystem,
      engine.readOnlyRootFilesystem,
      'the engine makes every root file system read-only',
      on,
    ),
    init: settle(container.init, engine.init, 'the engine adds an init process', on),
    noNewPrivileges: settle(
      container.noNewPrivileges,
      engine.noNewPrivileges,
      'the engine sets no-new-privileges for all containers',
      on,
    ),
    namespaces: namespaces(container.namespaces, engine),
    capabilities: {
      ...container.capabilities,
      given: settleTexts(container.capabilities.given, engine.capabilities, 'the engine’s default capabilities'),
    },
    seccomp: { ...container.seccomp, ...seccomp(container.seccomp, engine) },
    apparmor: { ...container.apparmor, ...appArmor(container.apparmor, engine) },
    selinux: { ...container.selinux, disabled: labelling(container, engine) },
    mounts: add(
      container.mounts,
      engine.mounts,
      'the engine mounts it into every container',
      ({ facts }) => facts.target,
    ),
    devices: add(
      container.devices,
      engine.devices,
      'the engine gives it to every container',
      ({ facts }) => facts.target,
    ),
    sysctls: add(
      container.sysctls,
      engine.sysctls,
      'the engine sets it for every container',
      ({ facts }) => facts.name,
    ),
    ulimits: add(container.ulimits, engine.ulimits, 'the engine’s default limits', ({ facts }) => facts.name),
    resources: {
      ...resources,
      pids: settle(resources.pids, engine.pids, 'the engine’s limit of processes', (limit) => limit),
      sharedMemory: settle(resources.sharedMemory, engine.sharedMemory, 'the engine’s size of /dev/shm', (size) =>
        size === 0 ? undefined : size,
      ),
    },
    cgroupParent: settle(container.cgroupParent, engine.cgroupParent, 'the engine’s cgroup-parent', text),
    runtime: settle(container.runtime, engine.runtime, 'the engine’s default runtime', text),
    logging: { driver: settle(container.logging.driver, engine.logDriver, 'the engine’s log driver', text) },
    ports:
      container.ports.how === 'unknown'
        ? container.ports
        : {
            ...container.ports,
            value: container.ports.value.map((port) => ({
              ...port,
              facts: {
                ...port.facts,
                address: settle(port.facts.address, engine.defaultAddress, 'the engine’s ip setting', text),
              },
            })),
          },
  }
}

function namespaces(own: ContainerFacts['namespaces'], engine: EngineFacts): ContainerFacts['namespaces'] {
  const mine = (value: boolean): 'own' | undefined => (value ? 'own' : undefined)
  const remapped = settle(own.user, engine.usernsRemap, 'the engine gives containers a user namespace', mine)
  const cgroup = settle(own.cgroup, engine.cgroupNamespace, 'the engine’s default cgroup namespace', (mode) => mode)
  return {
    ...own,
    user: settle(remapped, engine.rootless, 'the engine is rootless', mine),
    cgroup: settle(cgroup, engine.cgroupVersion, 'own on cgroup v2, the host’s on v1', (version) =>
      version === 2 ? 'own' : 'host',
    ),
    ipc: settle(own.ipc, engine.ipc, 'the engine’s default IPC namespace', (mode) => mode),
    pid: settle(own.pid, engine.pid, 'the engine’s default PID namespace', (mode) => mode),
    network: settle(own.network, engine.network, 'the engine’s default network', (mode) => mode),
    uts: settle(own.uts, engine.uts, 'the engine’s default UTS namespace', (mode) => mode),
  }
}

function seccomp(
  own: ContainerFacts['seccomp'],
  engine: EngineFacts,
): Pick<ContainerFacts['seccomp'], 'kind' | 'name'> {
  const kind = settle(own.kind, engine.seccomp, 'the engine’s seccomp profile', (value) =>
    value === 'unsupported' ? 'unconfined' : value,
  )
  // A profile of the engine's own stands for its built-in one; what the container writes is left as it is written.
  const replaces = known(kind) === 'runtime-default' && !isWritten(kind) && known(engine.seccompProfile) !== ''
  const named =
    replaces && isWritten(engine.seccompProfile)
      ? derived<'profile'>(engine.seccompProfile.place, 'profile', 'the engine’s seccomp profile', [
          kind,
          engine.seccompProfile,
        ])
      : kind
  const name =
    known(named) === 'profile'
      ? settle(own.name, engine.seccompProfile, 'the engine’s seccomp profile', text)
      : own.name
  return { kind: named, name }
}

function appArmor(
  own: ContainerFacts['apparmor'],
  engine: EngineFacts,
): Pick<ContainerFacts['apparmor'], 'kind' | 'name'> {
  const because = 'the engine’s AppArmor profile'
  const kind = settle(own.kind, engine.apparmorProfile, because, (name) =>
    name === '' ? undefined : name === 'unconfined' ? 'unconfined' : 'profile',
  )
  const off = settle(own.kind, engine.apparmor, 'AppArmor is off on the host', (value) =>
    value ? undefined : 'unconfined',
  )
  return {
    kind: off === own.kind ? kind : off,
    name:
      off === own.kind && known(kind) === 'profile'
        ? settle(own.name, engine.apparmorProfile, because, text)
        : own.name,
  }
}

/** Switched off by the engine, for all containers or for those of the host's network. */
function labelling({ selinux, namespaces: { network } }: ContainerFacts, engine: EngineFacts): Fact<boolean> {
  const off = settle(selinux.disabled, engine.selinuxLabels, 'the engine does not label containers', (labels) =>
    labels ? undefined : true,
  )
  if (known(network) !== 'host' || known(engine.selinux) !== true) return off
  return settle(off, engine.selinuxOnHostNetwork, 'the engine labels no container of the host’s network', (labels) =>
    labels ? undefined : true,
  )
}
