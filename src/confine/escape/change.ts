/** What could be changed about a container, and the subject as it would then be: the ground for "what breaks it". */
import { byDefault, derived, isWritten, type Fact } from '../../model/fact.ts'
import type { ContainerFacts, MountFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import type { Subject } from '../../model/subject.ts'
import { known } from './answer.ts'
import type { Change } from './entry.ts'

const BECAUSE = 'as it would be after the change'
const put = <T>(fact: Fact<unknown>, value: T): Fact<T> => byDefault(fact.place, value, BECAUSE)
const withContainer = (subject: Subject, change: Partial<ContainerFacts>): Subject => ({
  ...subject,
  container: { ...subject.container, ...change },
})
type List<T> = Fact<readonly T[]>
const without = <T>(list: List<T>, gone: (one: T) => boolean): List<T> =>
  list.how === 'unknown'
    ? list
    : derived(
        list.place,
        list.value.filter((one) => !gone(one)),
        BECAUSE,
        [list],
      )

type Device = Extract<ContainerFacts['devices'], { value: unknown }>['value'][number]

/** The change that takes a mount out. */
export const removeMount = (mount: MountFacts): Change => ({
  field: 'container.mounts',
  text: `remove the mount of ${known(mount.facts.source) ?? (known(mount.facts.target) || 'it')}`,
  place: mount.place,
  apply: (subject) =>
    withContainer(subject, {
      mounts: without(
        subject.container.mounts,
        (one) => one.place === mount.place && one.facts.source === mount.facts.source,
      ),
    }),
})
export const mountReadOnly = (mount: MountFacts): Change => ({
  field: 'container.mounts',
  text: `mount ${known(mount.facts.source) ?? 'it'} read-only`,
  place: mount.place,
  apply: (subject) => {
    const { mounts } = subject.container
    if (mounts.how === 'unknown') return subject
    const value = mounts.value.map((one) =>
      one.facts.source === mount.facts.source
        ? { ...one, facts: { ...one.facts, readOnly: put(one.facts.readOnly, true) } }
        : one,
    )
    return withContainer(subject, { mounts: derived(mounts.place, value, BECAUSE, [mounts]) })
  },
})
export const removeDevice = (device: Device): Change => ({
  field: 'container.devices',
  text: `do not pass in ${known(device.facts.source) ?? 'the device'}`,
  place: device.place,
  apply: (subject) =>
    withContainer(subject, {
      devices: without(subject.container.devices, (one) => one.facts.source === device.facts.source),
    }),
})
export const removeDeviceRule = (rule: Fact<string>): Change => ({
  field: 'container.deviceRules',
  text: `remove the device rule ${known(rule) ?? ''}`.trimEnd(),
  place: rule.place,
  apply: (subject) =>
    withContainer(subject, { deviceRules: without(subject.container.deviceRules, (one) => one === rule) }),
})

export const dropCapability = (name: string, place: Place): Change => ({
  field: 'container.capabilities.add',
  text: `do not give ${name}`,
  place,
  apply: (subject) => {
    const { capabilities } = subject.container
    const gone = (one: Fact<string>): boolean => known(one) === name || one.how === 'unknown'
    return withContainer(subject, {
      capabilities: {
        ...capabilities,
        bounding: without(capabilities.bounding, gone),
        effective: without(capabilities.effective, gone),
      },
    })
  },
})

type Namespace = 'pid' | 'ipc' | 'network'
export const ownNamespace = (kind: Namespace, place: Place): Change => ({
  field: `container.namespaces.${kind}`,
  text: `give it ${kind === 'network' ? 'a network' : kind === 'pid' ? 'a PID namespace' : 'an IPC namespace'} of its own`,
  place,
  apply: (subject) => {
    const { namespaces } = subject.container
    return withContainer(subject, { namespaces: { ...namespaces, [kind]: put(namespaces[kind], 'own') } })
  },
})

export const notPrivileged = (place: Place): Change => ({
  field: 'container.privileged',
  text: 'do not run it privileged',
  place,
  apply: (subject) => {
    const { container } = subject
    const { capabilities, user, seccomp, apparmor, procMount, readOnlyPaths } = container
    const add = known(capabilities.add) ?? []
    const drop = new Set((known(capabilities.drop) ?? []).map((one) => known(one)))
    const start = [...(drop.has('ALL') ? [] : (known(capabilities.given) ?? [])), ...add]
    // ALL stays all that a privileged container has; what is dropped by name is not.
    const names = start.some((one) => known(one) === 'ALL') ? (known(capabilities.bounding) ?? []) : start
    const bounded = names.filter((one) => !drop.has(known(one)))
    const bounding = derived(capabilities.given.place, bounded, BECAUSE, [capabilities.given])
    const asRoot = user.uid.how === 'unknown' || user.uid.value === 0
    const effective = derived(bounding.place, asRoot ? bounded : [], BECAUSE, [capabilities.given])
    return withContainer(subject, {
      privileged: put(container.privileged, false),
      capabilities: { ...capabilities, bounding, effective },
      ...(!isWritten(seccomp.kind) && { seccomp: { ...seccomp, kind: put(seccomp.kind, 'runtime-default') } }),
      ...(!isWritten(apparmor.kind) && { apparmor: { ...apparmor, kind: put(apparmor.kind, 'runtime-default') } }),
      ...(!isWritten(procMount) && { procMount: put(procMount, 'default') }),
      ...(!isWritten(readOnlyPaths) && {
        readOnlyPaths: put(
          readOnlyPaths,
          LOCKED.map((path) => put(readOnlyPaths, path)),
        ),
      }),
    })
  },
})
const LOCKED = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

export const maskProc = (place: Place): Change => ({
  field: 'container.procMount',
  text: 'leave the dangerous files of /proc hidden and read-only',
  place,
  apply: (subject) => {
    const { procMount, readOnlyPaths } = subject.container
    return withContainer(subject, {
      procMount: put(procMount, 'default'),
      readOnlyPaths: put(
        readOnlyPaths,
        LOCKED.map((path) => put(readOnlyPaths, path)),
      ),
    })
  },
})

/** A filter of the runtime's own: whatever it lets through is by capability. */
export const defaultSeccomp = (place: Place): Change => ({
  field: 'container.seccomp.kind',
  text: 'use the runtime’s own seccomp profile',
  place,
  apply: (subject) => {
    const { seccomp } = subject.container
    return withContainer(subject, {
      seccomp: { ...seccomp, kind: put(seccomp.kind, 'runtime-default'), allows: put(seccomp.allows, []) },
    })
  },
})

export const noToken = (place: Place): Change => ({
  field: 'container.serviceAccount.token',
  text: 'do not mount the service account’s token (automountServiceAccountToken: false)',
  place,
  apply: (subject) => {
    const { serviceAccount } = subject.container
    return withContainer(subject, { serviceAccount: { ...serviceAccount, token: put(serviceAccount.token, false) } })
  },
})

/** For what is closed elsewhere than in the container's own configuration. */
export const elsewhere = (field: string, text: string, place: Place, apply: Change['apply']): Change => ({
  field,
  text,
  place,
  apply,
})

/** Measures against many paths at once, where the runtime would take them beside what the container has. */
export function generalChanges(subject: Subject): readonly Change[] {
  const { container } = subject
  const { namespaces, user, privileged } = container
  const shares = [namespaces.pid, namespaces.ipc, namespaces.network].some((fact) => known(fact) === 'host')
  // Docker refuses a user namespace beside privileged or the host's namespaces; Kubernetes beside the host's namespaces.
  const mayRemap = !shares && !(subject.runtime === 'docker' && known(privileged) === true)
  const changes: Change[] = []
  if (known(user.uid) === 0 || user.uid.how === 'unknown')
    changes.push({
      field: 'container.user.uid',
      text: 'run it as a user and group other than root, with no-new-privileges',
      place: user.uid.place,
      apply: (before) => {
        const { capabilities } = before.container
        return withContainer(before, {
          user: {
            ...before.container.user,
            uid: put(user.uid, 10001),
            gid: put(user.gid, 10001),
            mustBeNonRoot: put(user.mustBeNonRoot, true),
          },
          noNewPrivileges: put(before.container.noNewPrivileges, true),
          capabilities: { ...capabilities, effective: put(capabilities.effective, []) },
        })
      },
    })
  else if (known(container.noNewPrivileges) !== true)
    changes.push({
      field: 'container.noNewPrivileges',
      text: 'set no-new-privileges',
      place: container.noNewPrivileges.place,
      apply: (before) => withContainer(before, { noNewPrivileges: put(before.container.noNewPrivileges, true) }),
    })
  if (mayRemap && known(namespaces.user) !== 'own')
    changes.push({
      field: 'container.namespaces.user',
      text: 'give it a user namespace of its own',
      place: namespaces.user.place,
      apply: (before) =>
        withContainer(before, {
          namespaces: { ...before.container.namespaces, user: put(before.container.namespaces.user, 'own') },
        }),
    })
  return changes
}
