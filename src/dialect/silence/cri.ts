/**
 * What containerd and CRI-O do where a CRI container configuration is silent. Kubernetes has decided much before: where the
 * kubelet writes nothing, the runtime does what it does for Kubernetes.
 * https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, type Silence } from '../dialect.ts'
import { kubernetes } from './kubernetes.ts'

const ofPod = (what: string): ReturnType<typeof refuse> =>
  refuse(`${what} in the configuration of the pod sandbox, which is not in this document`, 'file')

export const cri: Silence<typeof container> = {
  ...kubernetes,
  os: is('linux', 'Linux where no windows is written'),
  role: is('main', 'the runtime knows no other part'),
  image: { ...kubernetes.image, pull: is('never', 'creating a container pulls nothing') },
  noNewPrivileges: is(false, 'no_new_privs is false unless set'),
  readOnlyRootFilesystem: is(false, 'readonly_rootfs is false unless set'),
  restart: {
    policy: is('no', 'the kubelet starts a container again, and not the runtime'),
    retries: kubernetes.restart.retries,
  },
  user: {
    ...kubernetes.user,
    groupsPolicy: is('merge', 'Merge unless supplemental_groups_policy is set'),
    mustBeNonRoot: is(false, 'the kubelet has checked the user before'),
  },
  namespaces: {
    ...kubernetes.namespaces,
    // NamespaceMode POD is 0, which is what is not written.
    pid: is('container', 'POD unless namespace_options says otherwise: the processes of its pod'),
    ipc: is('own', 'POD unless namespace_options says otherwise'),
    network: is('own', 'POD unless namespace_options says otherwise'),
    uts: is('own', 'that of its pod'),
    user: is('host', "the node's unless userns_options is set"),
  },
  seccomp: {
    ...kubernetes.seccomp,
    kind: refuse('unconfined, unless the runtime is told otherwise (unset_seccomp_profile of containerd)', 'engine'),
  },
  deviceRules: kubernetes.deviceRules,
  sysctls: ofPod('kernel parameters are'),
  ports: ofPod('ports of the host are'),
  cgroupParent: ofPod('the parent cgroup is'),
  health: {
    check: is(false, 'the kubelet probes, and not the runtime'),
    readiness: is(false, 'the kubelet probes, and not the runtime'),
    liveness: is(false, 'the kubelet probes, and not the runtime'),
  },
  probes: is([], 'the kubelet probes, and not the runtime'),
  resources: {
    ...kubernetes.resources,
    memory: is(0, 'memory_limit_in_bytes is not set'),
    memoryReservation: is(0, 'the runtime knows no requests'),
    swap: is(0, 'memory_swap_limit_in_bytes is not set'),
    cpu: is(0, 'cpu_quota is not set'),
    cpuReservation: is(0, 'the runtime knows no requests'),
    cpuShares: is(0, 'cpu_shares is not set'),
    pids: refuse("the limit of processes is that of the pod's cgroup, which the kubelet sets", 'engine'),
    ephemeralStorage: is(0, 'the kubelet watches it, and not the runtime'),
    oomScoreAdjustment: is(0, 'oom_score_adj is not set'),
  },
  runtime: is('', 'the default of the runtime, unless the sandbox is run with another handler'),
  serviceAccount: {
    name: is('', 'the runtime knows no service accounts'),
    token: is(false, 'no mount of /var/run/secrets/kubernetes.io/serviceaccount is written'),
  },
  logging: { driver: is('', 'the kubelet reads the logs') },
  podSecurity: {
    enforce: refuse('the API server has admitted the pod before', 'user'),
    version: refuse('the API server has admitted the pod before', 'user'),
  },
  nesting: is(false, 'CRI has no such switch'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
