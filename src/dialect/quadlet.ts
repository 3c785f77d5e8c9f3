/**
 * Quadlet: units of systemd that Podman makes services of (podman-systemd.unit(5)). A `.container` is the `podman run` that Quadlet writes
 * into the service, so that it is read as that, each option with the place of its key; what its `.pod` says is inherited.
 */
import { child, textOf } from '../document/node.ts'
import { derived, set, unknown } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import { ask, at, parse, scalarFact, silent, writes, type Answer, type Ask, type Scope } from './ask.ts'
import type { Asks, Dialect } from './dialect.ts'
import { runAsks } from './docker/run-asks.ts'
import { withOptions } from './docker/run-write.ts'
import { podmanSeccomp } from './docker/security-option.ts'
import type { Mount } from './docker/piece.ts'
import { findContainers, isQuadlet, wantedFiles } from './quadlet/document.ts'
import { restart, retries, withUnit } from './quadlet/service.ts'
import { inUnit } from './quadlet/write.ts'
import { podman } from './silence/podman.ts'

const run = withOptions(runAsks(), inUnit)
const pod = runAsks('pod')

const last = (name: string): Ask<string> =>
  ask((scope): Answer<string> => {
    const node = at(scope, 'self', name)
    const value = Array.isArray(node.value) ? node.value.at(-1) : undefined
    return value ? scalarFact(value, 'a text', parse.text) : { how: 'silent', place: node.place }
  })

/** A list of the container, and that of its pod. */
const both = <E>(own: Ask<readonly E[]>, outer: Ask<readonly E[]>): Ask<readonly E[]> =>
  ask((scope): Answer<readonly E[]> => {
    const [mine, theirs] = [own.read(scope), outer.read(scope)]
    if (theirs.how === 'silent' || mine.how === 'unknown') return mine
    if (mine.how === 'silent') return theirs.how === 'set' ? { ...theirs, how: 'inherited' } : theirs
    return theirs.how === 'unknown' ? theirs : { ...mine, value: [...mine.value, ...theirs.value] }
  })

/** What the containers of a pod share where `--share` does not say otherwise (podman-pod-create(1)). */
const SHARED = ['ipc', 'net', 'uts']

/**
 * A namespace of a container that says nothing of it and is in a pod: the pod's, where its containers share it. That is the host's where
 * the pod has the host's.
 */
const shared = <T extends string>(own: Ask<T>, outer: Ask<T>, name: string): Ask<T | 'own' | 'container'> =>
  ask((scope): Answer<T | 'own' | 'container'> => {
    const answer = own.read(scope)
    const joined = child(scope.self, 'pod')
    if (answer.how === 'set' || answer.how === 'unknown' || joined.missing) return answer
    if (!scope['pod']) return unknown(joined.place, 'what its pod says is not known here', 'file')
    const share = scope['share']
    if (share?.unknown !== undefined) return unknown(share.place, share.unknown, 'user')
    const names = share ? (textOf(share) ?? '').split(',') : SHARED
    const from = [{ ...set(joined.place, name) }]
    if (!names.includes(name)) return derived(joined.place, 'own', `the containers of its pod do not share it`, from)
    const theirs = outer.read(scope)
    if (theirs.how === 'unknown') return theirs
    return theirs.how !== 'silent' && theirs.value === 'host'
      ? { ...theirs, how: 'inherited' }
      : derived(joined.place, 'container', 'the containers of a pod share it', from)
  }, writes(own))

/** A named volume whose `.volume` binds a path of the host is a bind mount of it. */
const bound = (mount: Mount, scope: Scope): Mount => {
  const { kind, source } = mount.facts
  const binds = scope['binds']
  if (!binds || kind.how === 'unknown' || kind.value !== 'volume' || source.how === 'unknown') return mount
  const device = child(binds, source.value)
  if (device.missing) return mount
  const path = scalarFact(device, 'a text', parse.text)
  if (path.how === 'silent') return mount
  return { ...mount, facts: { ...mount.facts, kind: { ...kind, value: 'bind' }, source: path } }
}
const mounts: Ask<readonly Mount[]> = ask((scope): Answer<readonly Mount[]> => {
  const answer = both(run.mounts, pod.mounts).read(scope)
  return answer.how === 'silent' || answer.how === 'unknown'
    ? answer
    : { ...answer, value: answer.value.map((mount) => bound(mount, scope)) }
})

/** `Group=` is half of a `--user`, and has a line of its own. */
const group: Ask<string> = ask((scope): Answer<string> => {
  const answer = run.user.group.read(scope)
  return answer.how === 'set' && scope['group'] ? { ...answer, place: scope['group'].place } : answer
}, writes(run.user.group))

const asks: Asks<typeof container> = {
  ...run,
  user: { ...run.user, group },
  seccomp: podmanSeccomp(run.seccomp),
  restart: { policy: run.restart.policy.else(restart), retries: run.restart.retries.else(retries) },
  namespaces: {
    ...run.namespaces,
    network: shared(run.namespaces.network, pod.namespaces.network, 'net'),
    ipc: shared(run.namespaces.ipc, pod.namespaces.ipc, 'ipc'),
    uts: shared(run.namespaces.uts, pod.namespaces.uts, 'uts'),
    pid: shared(run.namespaces.pid, pod.namespaces.pid, 'pid'),
    user: run.namespaces.user.or(pod.namespaces.user),
    userOf: run.namespaces.userOf.or(pod.namespaces.userOf),
  },
  uidMappings: run.uidMappings.or(pod.uidMappings),
  gidMappings: run.gidMappings.or(pod.gidMappings),
  network: {
    mode: run.network.mode.or(pod.network.mode),
    names: run.network.names.or(pod.network.names),
  },
  mounts,
  devices: both(run.devices, pod.devices),
  ports: both(run.ports, pod.ports),
  sysctls: both(run.sysctls, pod.sysctls),
  resources: {
    ...run.resources,
    ...withUnit(run.resources, last('cgroups'), 2048),
    sharedMemory: run.resources.sharedMemory.or(pod.resources.sharedMemory),
  },
  windows: { hostProcess: silent, userName: silent, credentialSpec: silent },
}

export const quadlet: Dialect = {
  name: 'quadlet',
  says: 'Units of Quadlet (.container, with the .pod, .volume, .build and drop-ins that belong to it)',
  runtime: 'podman',
  syntaxes: ['unit'],
  mention: /^[ \t]*\[(?:Container|Pod|Kube|Volume|Network|Image|Build|Artifact)\]/m,
  sign: 'a section of Quadlet ([Container], [Pod], ...)',
  is: isQuadlet,
  wants: wantedFiles,
  containers: findContainers,
  asks,
  silence: podman,
}
