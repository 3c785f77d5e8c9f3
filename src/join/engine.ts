/** What the engine's settings decide where the container says nothing: only what nobody wrote is replaced. */
import { derived, isWritten, type Fact } from '../model/fact.ts'
import type { ContainerFacts, EngineFacts } from '../model/fields.ts'

const open = (fact: Fact<unknown>): boolean =>
  fact.how === 'default' || (fact.how === 'unknown' && fact.ask === 'engine')

/** The container's fact, or what the engine's makes of it. `to` gives undefined where the engine leaves it as it is. */
function settle<T, E>(own: Fact<T>, setting: Fact<E>, because: string, to: (value: E) => T | undefined): Fact<T> {
  if (!open(own) || setting.how === 'unknown') return own
  const value = to(setting.value)
  if (value === undefined) return own
  return derived(isWritten(setting) ? setting.place : own.place, value, because, [own, setting])
}

export function settleByEngine(container: ContainerFacts, engine: EngineFacts): ContainerFacts {
  const { namespaces } = container
  const remapped = settle(namespaces.user, engine.usernsRemap, 'the engine has userns-remap', (on) =>
    on ? 'own' : undefined,
  )
  const cgroup = settle(namespaces.cgroup, engine.cgroupNamespace, 'the engine’s default-cgroupns-mode', (mode) => mode)
  return {
    ...container,
    noNewPrivileges: settle(
      container.noNewPrivileges,
      engine.noNewPrivileges,
      'the engine sets no-new-privileges for all containers',
      (on) => (on ? true : undefined),
    ),
    namespaces: {
      ...namespaces,
      user: settle(remapped, engine.rootless, 'the engine is rootless', (on) => (on ? 'own' : undefined)),
      cgroup: settle(cgroup, engine.cgroupVersion, 'own on cgroup v2, the host’s on v1', (version) =>
        open(cgroup) ? (version === 2 ? 'own' : 'host') : undefined,
      ),
      ipc: settle(namespaces.ipc, engine.ipc, 'the engine’s default-ipc-mode', (mode) => mode),
    },
    seccomp: {
      ...container.seccomp,
      kind: settle(container.seccomp.kind, engine.seccomp, 'the engine’s seccomp profile', (kind) =>
        kind === 'runtime-default' ? undefined : kind === 'unsupported' ? 'unconfined' : kind,
      ),
      name: settle(container.seccomp.name, engine.seccompProfile, 'the engine’s seccomp profile', (name) =>
        name === '' ? undefined : name,
      ),
    },
    apparmor: {
      ...container.apparmor,
      kind: settle(container.apparmor.kind, engine.apparmor, 'AppArmor is off on the host', (on) =>
        on ? undefined : 'unconfined',
      ),
    },
    cgroupParent: settle(container.cgroupParent, engine.cgroupParent, 'the engine’s cgroup-parent', (value) =>
      value === '' ? undefined : value,
    ),
    runtime: settle(container.runtime, engine.runtime, 'the engine’s default-runtime', (value) =>
      value === '' ? undefined : value,
    ),
    logging: {
      driver: settle(container.logging.driver, engine.logDriver, 'the engine’s log-driver', (value) =>
        value === '' ? undefined : value,
      ),
    },
    ports:
      container.ports.how === 'unknown'
        ? container.ports
        : {
            ...container.ports,
            value: container.ports.value.map((port) => ({
              ...port,
              facts: {
                ...port.facts,
                address: settle(port.facts.address, engine.defaultAddress, 'the engine’s ip setting', (value) =>
                  value === '' ? undefined : value,
                ),
              },
            })),
          },
  }
}
