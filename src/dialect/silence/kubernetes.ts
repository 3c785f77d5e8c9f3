/**
 * What Kubernetes does where a manifest is silent, with containerd or CRI-O below it.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ says the defaults of the API.
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { DEFAULT_CAPABILITIES, MASKED_PATHS, READ_ONLY_PATHS } from './runtime.ts'

const image = (what: string): ReturnType<typeof refuse> => refuse(`${what} is left to the image`, 'image')

export const kubernetes: Silence<typeof container> = {
  name: is('', 'the container has no name'),
  os: is('linux', 'Linux unless spec.os.name says otherwise'),
  role: is('main', 'one of the containers of the pod'),
  image: {
    reference: refuse('no image is written', 'user'),
    pull: is('missing', 'IfNotPresent unless the tag is latest'),
  },
  entrypoint: image('what is run'),
  command: image('what is run'),
  workingDirectory: image('the working directory'),
  privileged: is(false, 'not privileged unless set'),
  readOnlyRootFilesystem: is(false, 'writable unless readOnlyRootFilesystem is set'),
  noNewPrivileges: is(false, 'allowPrivilegeEscalation is true unless set to false'),
  init: is(false, 'Kubernetes adds no init process'),
  restart: {
    policy: is('always', 'restartPolicy is Always unless set'),
    retries: is(0, 'Kubernetes restarts without end, with a growing delay'),
  },
  user: {
    name: image('the user'),
    group: image('the group'),
    supplementary: isList([], 'no supplementalGroups and no fsGroup'),
    groupsPolicy: is('merge', 'Merge unless supplementalGroupsPolicy is set'),
    mustBeNonRoot: is(false, 'runAsNonRoot is false unless set'),
  },
  namespaces: {
    pid: is('own', 'hostPID is false unless set'),
    ipc: is('own', 'hostIPC is false unless set'),
    network: is('own', 'hostNetwork is false unless set'),
    uts: is('own', 'hostNetwork is false unless set'),
    user: is('host', 'hostUsers is true unless set to false'),
    cgroup: is('own', "the container runtime gives one of its own (cgroup v2; on v1 it is the host's)"),
    mount: is('own', 'a container has its own'),
    time: is('host', 'Kubernetes gives none of its own'),
    pidOf: is('', 'joins no other container'),
    ipcOf: is('', 'joins no other container'),
    networkOf: is('', 'joins no other container'),
    userOf: is('', 'joins no other container'),
  },
  uidMappings: is([], 'the kubelet chooses the ids'),
  gidMappings: is([], 'the kubelet chooses the ids'),
  network: {
    mode: is('', "the cluster's network"),
    names: isList([], "the cluster's network"),
  },
  capabilities: {
    given: isList(DEFAULT_CAPABILITIES, "the container runtime's default set"),
    add: isList([], 'none added'),
    drop: isList([], 'none dropped'),
    ambient: isList([], 'Kubernetes sets no ambient capabilities'),
    initialPermitted: isList([], 'none is written: the container runtime fills it'),
    initialInheritable: isList([], 'Kubernetes sets no inheritable capabilities'),
  },
  seccomp: {
    kind: refuse('unconfined unless the kubelet has seccompDefault', 'engine'),
    name: is('', 'no profile is named'),
    text: is('', 'a manifest holds no profile'),
  },
  apparmor: {
    kind: is('runtime-default', "the container runtime's profile, where AppArmor is on"),
    name: is('', 'no profile is named'),
  },
  selinux: {
    disabled: is(false, 'a manifest cannot switch labelling off'),
    user: is('', "the container runtime's"),
    role: is('', "the container runtime's"),
    type: is('', "the container runtime's"),
    level: is('', "the container runtime's"),
  },
  mounts: is([], 'no volumes'),
  devices: is([], 'a manifest names no devices of the host'),
  deviceRules: isList([], 'a manifest has no device rules'),
  masked: isList(MASKED_PATHS, "the container runtime's default paths"),
  readOnlyPaths: isList(READ_ONLY_PATHS, "the container runtime's default paths"),
  procMount: is('default', 'procMount is Default unless set'),
  sysctls: is([], 'none set'),
  ulimits: is([], 'a manifest sets none'),
  ports: is([], 'none listed'),
  environment: is([], 'none is written here'),
  health: {
    check: is(false, 'no livenessProbe and no readinessProbe; Kubernetes ignores the HEALTHCHECK of the image'),
    readiness: is(false, 'no readinessProbe'),
    liveness: is(false, 'no livenessProbe'),
  },
  probes: is([], 'no probes and no lifecycle hooks'),
  resources: {
    memory: is(0, 'no limit, unless a LimitRange of the namespace sets one'),
    memoryReservation: is(0, 'no request and no limit'),
    swap: refuse('whether it may swap is set in the kubelet (memorySwap)', 'engine'),
    cpu: is(0, 'no limit, unless a LimitRange of the namespace sets one'),
    cpuReservation: is(0, 'no request and no limit'),
    cpuShares: is(0, 'the kubelet computes the weight from the request'),
    cpuSet: is('', 'every processor'),
    pids: refuse('the limit of processes is set in the kubelet (podPidsLimit)', 'engine'),
    ioWeight: is(0, 'a manifest has no such weight'),
    ephemeralStorage: is(0, 'no limit, unless a LimitRange of the namespace sets one'),
    oomKillDisabled: is(false, 'a manifest cannot disable it'),
    oomScoreAdjustment: refuse('the kubelet computes it from the class of service', 'engine'),
    sharedMemory: is(0, "the container runtime's default"),
  },
  cgroupParent: is('', "the kubelet's own"),
  runtime: is('', "no runtimeClassName: the node's default"),
  serviceAccount: {
    name: is('default', 'the service account "default" unless one is named'),
    token: is(true, 'mounted unless automountServiceAccountToken is false'),
  },
  logging: { driver: is('', 'the kubelet reads the logs') },
  windows: {
    hostProcess: is(false, 'hostProcess is false unless set'),
    userName: is('', 'no user of Windows is written'),
    credentialSpec: is('', 'no credential specification is written'),
  },
  podSecurity: {
    enforce: refuse('the Namespace is not in the input', 'file'),
    version: refuse('the Namespace is not in the input', 'file'),
  },
  nesting: is(false, 'Kubernetes has no such switch'),
  declarations: is([], 'nothing of it is written'),
}
