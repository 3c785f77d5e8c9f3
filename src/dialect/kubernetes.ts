/**
 * Kubernetes manifests: every kind that holds a pod.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 */
import { child, get, textOf } from '../document/node.ts'
import { byDefault, derived, type Fact } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import {
  ask,
  at,
  bool,
  cores,
  int,
  listOfTexts,
  parse,
  present,
  quantityOf,
  refuse,
  scalarFact,
  silent,
  silentWhen,
  text,
  type Answer,
  type Ask,
} from './ask.ts'
import type { Asks, Dialect } from './dialect.ts'
import { writing } from './write.ts'
import { contextOf, settleContainers } from './kubernetes/context.ts'
import { declarations } from './kubernetes/declaration.ts'
import { devices } from './kubernetes/device.ts'
import { environment } from './kubernetes/environment.ts'
import { isKustomization, settleKustomizations } from './kubernetes/kustomization.ts'
import { grantsIn } from './kubernetes/grant.ts'
import { groups, ports, probes, sysctls } from './kubernetes/list.ts'
import * as podman from './kubernetes/podman.ts'
import { apparmor, option, seccomp } from './kubernetes/profile.ts'
import { mounts } from './kubernetes/volume.ts'
import { containers, isManifest } from './kubernetes/workload.ts'
import { kubernetes as silence } from './silence/kubernetes.ts'

/** A field of the container's security context, or else of the pod's. */
const inherited = <T>(kind: (path: string, where?: string) => Ask<T>, key: string): Ask<T> =>
  kind(`securityContext.${key}`).or(kind(`securityContext.${key}`, 'pod'))

/** True only: `false` is as good as not written. */
const onlyTrue = (path: string): Ask<true> => bool(path, 'pod').to((value) => (value ? (true as const) : undefined))
const hostOr = (path: string): Ask<'host' | 'own'> => bool(path, 'pod').by({ true: 'host', false: 'own' })

/** A text that is empty is as good as not written. */
const unlessEmpty = (own: Ask<string>): Ask<string> => own.to((value) => (value === '' ? undefined : value))

/** A list that is empty is as good as not written. */
const full = (path: string): Ask<readonly Fact<string>[]> =>
  listOfTexts(path).to((value) => (value.length > 0 ? value : undefined))

/** Without args, a command runs alone: the image's CMD is for the image's ENTRYPOINT. */
const noArguments: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const command = full('command').read(scope)
  return command.how === 'silent' || command.how === 'unknown'
    ? command
    : byDefault(command.place, [], 'command is written, so the CMD of the image is not used')
})

/** imagePullPolicy is set by the tag when the object is created (k8s.io/kubernetes, pkg/apis/core/v1, SetDefaults_Container). */
const pullByTag: Ask<'always' | 'missing'> = ask((scope): Answer<'always' | 'missing'> => {
  const image = text('image').read(scope)
  if (image.how === 'silent' || image.how === 'unknown') return image
  const tag = /:([^/:@]*)$/.exec(image.value.split('@')[0] ?? '')?.[1]
  const latest = tag === 'latest' || (tag === undefined && !image.value.includes('@'))
  return latest
    ? byDefault(image.place, 'always', 'Always where the tag is latest or none is written')
    : byDefault(image.place, 'missing', 'IfNotPresent where a tag or a digest is written')
})

const RESTARTS = { Always: 'always', OnFailure: 'on-failure', Never: 'no' } as const
/** What the role makes of the pod's restartPolicy (k8s docs, Pod Lifecycle). */
const restartByRole: Ask<'no' | 'on-failure'> = ask((scope): Answer<'no' | 'on-failure'> => {
  const { place } = scope.self
  if (scope['runsOnce']) return byDefault(scope['runsOnce'].place, 'no', 'Argo Workflows never restarts a container')
  const role = scope['role'] === undefined ? 'main' : textOf(scope['role'])
  if (role === 'ephemeral') return byDefault(place, 'no', 'an ephemeral container is never restarted')
  const never = textOf(get(scope['pod'] ?? scope.self, 'restartPolicy')) === 'Never'
  return role === 'init' && !never
    ? byDefault(place, 'on-failure', 'an init container is run until it succeeds')
    : { how: 'silent', place }
})

/** The API server refuses amounts below nothing. */
const amount =
  (kind: typeof quantityOf) =>
  (path: string, where?: string): Ask<number> =>
    kind(path, where).to((value) => (value < 0 ? refuse(`${path} is negative`, 'user') : value))
const bytesOf = amount(quantityOf)
const coresOf = amount(cores)

/** A request that is not written is the limit, where there is one. */
const request = (kind: typeof quantityOf, resource: string): Ask<number> =>
  kind(`resources.requests.${resource}`)
    .else(
      ask((scope): Answer<number> => {
        const limit = kind(`resources.limits.${resource}`).read(scope)
        return limit.how === 'silent' || limit.how === 'unknown'
          ? limit
          : // It stands where the request is missing, and the limit is what it comes from.
            {
              ...byDefault(
                at(scope, 'self', `resources.requests.${resource}`).place,
                limit.value,
                'the limit, where no request is written',
              ),
              from: [limit],
            }
      }),
    )
    .or(kind(`resources.requests.${resource}`, 'pod'))
    .or(kind(`resources.limits.${resource}`, 'pod'))

/** A limit of the container, or else of the whole pod (PodLevelResources). */
const limit = (kind: typeof quantityOf, resource: string): Ask<number> =>
  kind(`resources.limits.${resource}`).or(kind(`resources.limits.${resource}`, 'pod'))

/** A pod that may only run on Windows nodes. Not the pod's own word: Pod Security heeds os.name alone. */
const osOfNode: Ask<string> = ask((scope): Answer<string> => {
  const selector = child(child(scope['pod'] ?? scope.self, 'nodeSelector'), 'kubernetes.io/os')
  const os = scalarFact(selector, 'a text', parse.text)
  return os.how === 'silent' || os.how === 'unknown'
    ? os
    : derived(os.place, os.value, 'the system of the nodes that nodeSelector chooses', [{ ...os }])
})

const privileged = bool('securityContext.privileged')
/** Silence of a privileged container: neither containerd nor CRI-O confines it (containerd pkg/oci, WithPrivileged). */
const unlessPrivileged = <T, U>(own: Ask<T>, value: () => U): Ask<T | U> =>
  silentWhen<T | U, boolean>(
    own,
    privileged,
    (on) => (on ? value() : undefined),
    'a privileged container is not confined',
  )
const unmasked = (): Ask<readonly never[]> =>
  unlessPrivileged<readonly never[], readonly never[]>(
    text('securityContext.procMount').to((value) => (value === 'Unmasked' ? [] : undefined)),
    () => [],
  )

const asks: Asks<typeof container> = {
  name: text('name'),
  os: text('os.name', 'pod').else(osOfNode).by({ linux: 'linux', windows: 'windows' }),
  role: text('', 'role').by({ main: 'main', init: 'init', sidecar: 'sidecar', ephemeral: 'ephemeral' }),
  image: {
    reference: unlessEmpty(text('image')),
    pull: text('imagePullPolicy').by({ Always: 'always', IfNotPresent: 'missing', Never: 'never' }).else(pullByTag),
  },
  entrypoint: full('command'),
  command: full('args').else(noArguments),
  workingDirectory: unlessEmpty(text('workingDir')),
  privileged,
  readOnlyRootFilesystem: bool('securityContext.readOnlyRootFilesystem'),
  noNewPrivileges: bool('securityContext.allowPrivilegeEscalation').to(
    (value) => !value,
    (value) => !value,
  ),
  // The pause process of a shared PID namespace reaps zombies.
  init: podman.before(podman.init, bool('shareProcessNamespace', 'pod')),
  restart: {
    policy: text('restartPolicy').by(RESTARTS).else(restartByRole).else(text('restartPolicy', 'pod').by(RESTARTS)),
    retries: silent,
  },
  user: {
    name: inherited(int, 'runAsUser').to(String),
    group: inherited(int, 'runAsGroup').to(String),
    supplementary: groups,
    groupsPolicy: text('securityContext.supplementalGroupsPolicy', 'pod').by({ Merge: 'merge', Strict: 'strict' }),
    mustBeNonRoot: inherited(bool, 'runAsNonRoot'),
  },
  namespaces: {
    pid: writing<'host' | 'own' | 'container'>(
      onlyTrue('hostPID')
        .by({ true: 'host' })
        .else(text('targetContainerName').to(() => 'container' as const))
        .else(onlyTrue('shareProcessNamespace').by({ true: 'container' }))
        .else(hostOr('hostPID')),
      (owner, scope) =>
        owner === 'own' && onlyTrue('hostPID').read(scope).how !== 'silent'
          ? hostOr('hostPID').write?.(owner, scope)
          : undefined,
    ),
    ipc: hostOr('hostIPC'),
    network: hostOr('hostNetwork'),
    // Container runtimes give a pod of the host network the host's UTS namespace too.
    uts: hostOr('hostNetwork'),
    user: podman.before(podman.userNamespace, bool('hostUsers', 'pod').by({ true: 'host', false: 'own' })),
    cgroup: silent,
    mount: silent,
    time: silent,
    pidOf: text('targetContainerName'),
    ipcOf: silent,
    networkOf: silent,
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  network: { mode: onlyTrue('hostNetwork').by({ true: 'host' }), names: silent },
  capabilities: {
    given: silent,
    // As written: the API and Pod Security take `chown` and `CAP_CHOWN` for names of their own; runtimes read both as CHOWN (confine).
    add: listOfTexts('securityContext.capabilities.add'),
    drop: listOfTexts('securityContext.capabilities.drop'),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  seccomp: { ...seccomp, kind: unlessPrivileged(seccomp.kind, () => 'unconfined' as const), text: silent },
  apparmor: { ...apparmor, kind: unlessPrivileged(apparmor.kind, () => 'unconfined' as const) },
  selinux: {
    disabled: unlessPrivileged(podman.before(podman.labelDisabled, silent), () => true),
    user: option('seLinuxOptions', 'user').else(podman.label('user')),
    role: option('seLinuxOptions', 'role').else(podman.label('role')),
    type: option('seLinuxOptions', 'type').else(podman.label('type')),
    level: option('seLinuxOptions', 'level').else(podman.label('level')),
  },
  mounts,
  devices,
  deviceRules: silent,
  masked: unmasked(),
  readOnlyPaths: unmasked(),
  procMount: unlessPrivileged(
    text('securityContext.procMount').by({ Default: 'default', Unmasked: 'unmasked' }),
    () => 'unmasked' as const,
  ),
  sysctls,
  ulimits: podman.before(podman.ulimits, silent),
  ports,
  environment,
  health: {
    check: present('livenessProbe').else(present('readinessProbe')),
    readiness: present('readinessProbe'),
    liveness: present('livenessProbe'),
  },
  probes,
  resources: {
    memory: limit(bytesOf, 'memory'),
    memoryReservation: request(bytesOf, 'memory'),
    swap: silent,
    cpu: limit(coresOf, 'cpu'),
    cpuReservation: request(coresOf, 'cpu'),
    cpuShares: silent,
    cpuSet: podman.before(podman.cpuSet, silent),
    pids: podman.before(podman.pids, silent),
    ioWeight: silent,
    ephemeralStorage: limit(bytesOf, 'ephemeral-storage'),
    oomKillDisabled: silent,
    oomScoreAdjustment: silent,
    sharedMemory: silent,
  },
  cgroupParent: silent,
  runtime: text('runtimeClassName', 'pod'),
  serviceAccount: {
    // Admission gives a pod with an empty name the account "default", as it does one with none (plugin/pkg/admission/serviceaccount).
    name: unlessEmpty(text('serviceAccountName', 'pod')).else(unlessEmpty(text('serviceAccount', 'pod'))),
    token: bool('automountServiceAccountToken', 'pod'),
  },
  logging: { driver: silent },
  windows: {
    hostProcess: inherited(bool, 'windowsOptions.hostProcess'),
    userName: inherited(text, 'windowsOptions.runAsUserName'),
    credentialSpec: inherited(text, 'windowsOptions.gmsaCredentialSpecName').else(
      inherited(text, 'windowsOptions.gmsaCredentialSpec'),
    ),
  },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations,
}

export const kubernetes: Dialect = {
  name: 'kubernetes',
  says: 'Kubernetes manifests (YAML or JSON): pods, every kind that holds a pod template, and lists of them',
  sign: '`apiVersion` and `kind`',
  certain: true,
  runtime: 'kubernetes',
  // A kustomization may leave its apiVersion out.
  mention: /apiVersion|^(?:resources|bases|components|patches\w*)[ \t]*:/m,
  is: isManifest,
  containers,
  grants: grantsIn,
  gather: (root, { file, named }) =>
    (isKustomization(root, file) ? [root] : contextOf(root)).map((each) => ({
      dialect: 'kubernetes',
      root: each,
      file,
      named,
    })),
  settle(all, bystanders) {
    const kustomizations = bystanders.filter(({ root, file }) => isKustomization(root, file))
    const { value, notices } = settleKustomizations(all, kustomizations)
    return { value: settleContainers(value, bystanders), notices }
  },
  asks,
  silence,
}
