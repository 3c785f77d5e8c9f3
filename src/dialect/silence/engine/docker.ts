/**
 * What Docker Engine does where its settings are silent. daemon.json: the defaults that dockerd(8) documents.
 * `docker info` prints what is; what it does not print is not known.
 */
import type { engine } from '../../../model/fields.ts'
import { refuse } from '../../ask.ts'
import { is, isList, type Silence } from '../../dialect.ts'
import { DEFAULT_CAPABILITIES } from '../runtime.ts'
import { undecided } from './undecided.ts'

/** Only the running engine knows it: daemon.json has no key for it. */
const info = (what: string): ReturnType<typeof refuse> =>
  refuse(`daemon.json does not say ${what}: docker info --format '{{json .}}' does`, 'engine')
const NO_KUBELET = undecided(refuse('Docker Engine is no kubelet')).kubelet
const NO_STREAM = undecided(refuse('Docker Engine has no streaming server')).stream

/** What no setting of Docker Engine can change. */
export const FIXED = {
  kind: is<'docker'>('docker', 'daemon.json and docker info are of Docker Engine'),
  privileged: is(false, 'Docker Engine has no such setting'),
  readOnlyRootFilesystem: is(false, 'Docker Engine has no such setting'),
  capabilities: isList(DEFAULT_CAPABILITIES, 'Docker’s set, which no setting changes'),
  apparmorProfile: is('', 'docker-default, which no setting changes'),
  selinuxLabels: is(true, 'Docker Engine has no such setting'),
  selinuxOnHostNetwork: is(true, 'Docker Engine makes no difference'),
  pid: is<'own'>('own', 'Docker Engine has no such setting'),
  network: is<'own'>('own', 'Docker Engine has no such setting'),
  uts: is<'own'>('own', 'Docker Engine has no such setting'),
  sysctls: is([], 'Docker Engine has no such setting'),
  unsafeSysctls: isList([], 'Docker Engine lets parameters of the container’s own namespaces be set, no others'),
  pids: is(0, 'Docker Engine has no such setting'),
  mounts: is([], 'Docker Engine has no such setting'),
  devices: is([], 'Docker Engine has no such setting'),
  stream: NO_STREAM,
  kubelet: NO_KUBELET,
} as const

export const daemon: Silence<typeof engine> = {
  ...FIXED,
  version: info('which version runs'),
  rootless: is(false, 'dockerd runs as root unless it was installed as rootless; daemon.json does not say'),
  usernsRemap: is(false, 'userns-remap is not set'),
  noNewPrivileges: is(false, 'no-new-privileges is not set'),
  init: is(false, 'init is not set'),
  seccomp: is('runtime-default', 'seccomp-profile is not set'),
  seccompProfile: is('', 'seccomp-profile is not set'),
  apparmor: info('whether AppArmor is on'),
  selinux: is(false, 'selinux-enabled is not set'),
  cgroupVersion: info('the cgroup version'),
  cgroupNamespace: refuse("default-cgroupns-mode is not set: private on cgroup v2, the host's on v1", 'engine'),
  cgroupParent: is('', 'cgroup-parent is not set'),
  ipc: is('own', 'default-ipc-mode is private unless set'),
  runtime: is('runc', 'default-runtime is runc unless set'),
  runtimes: is([], 'runtimes is not set'),
  ulimits: is([], 'default-ulimits is not set'),
  sharedMemory: is(0, 'default-shm-size is not set'),
  limitsDropped: info('which limits the host can keep'),
  defaultAddress: is('0.0.0.0', 'ip is 0.0.0.0 unless set'),
  interContainer: is(true, 'icc is on unless set'),
  iptables: is(true, 'iptables is on unless set'),
  liveRestore: is(false, 'live-restore is not set'),
  userlandProxy: is(true, 'userland-proxy is on unless set'),
  logDriver: is('json-file', 'log-driver is json-file unless set'),
  logLevel: is('info', 'log-level is info unless set'),
  storageDriver: is('', 'storage-driver is not set: dockerd chooses'),
  storageOptions: isList([], 'storage-opts is not set'),
  experimental: is(false, 'experimental is not set'),
  hosts: isList(['unix:///var/run/docker.sock'], 'hosts is not set: the socket on this host alone'),
  tlsVerify: is(false, 'tlsverify is not set'),
  authorization: isList([], 'authorization-plugins is not set'),
  insecureRegistries: isList([], 'insecure-registries is not set'),
  swarm: {
    active: info('whether it is in a swarm'),
    manager: info('whether it may change a swarm'),
    managers: info('how many managers the swarm has'),
    autolock: info('whether managers are locked'),
    certificateLifetime: info('how long certificates of nodes are good'),
  },
}

const file = (key: string): ReturnType<typeof refuse> =>
  refuse(`docker info does not print it: look into daemon.json (${key}) and at the command line of dockerd`, 'engine')
const older = refuse('this docker info does not print it', 'engine')

export const informed: Silence<typeof engine> = {
  ...FIXED,
  version: older,
  rootless: older,
  usernsRemap: older,
  noNewPrivileges: older,
  init: file('init'),
  seccomp: older,
  seccompProfile: older,
  apparmor: older,
  selinux: older,
  cgroupVersion: older,
  cgroupNamespace: older,
  cgroupParent: file('cgroup-parent'),
  ipc: file('default-ipc-mode'),
  runtime: older,
  runtimes: older,
  ulimits: file('default-ulimits'),
  sharedMemory: file('default-shm-size'),
  limitsDropped: older,
  defaultAddress: file('ip'),
  interContainer: file('icc'),
  iptables: file('iptables'),
  liveRestore: older,
  userlandProxy: file('userland-proxy'),
  logDriver: older,
  logLevel: file('log-level'),
  storageDriver: older,
  storageOptions: file('storage-opts'),
  experimental: older,
  hosts: file('hosts'),
  tlsVerify: file('tlsverify'),
  authorization: older,
  insecureRegistries: older,
  swarm: {
    active: older,
    manager: older,
    managers: older,
    autolock: refuse('docker info prints it on a manager alone', 'engine'),
    certificateLifetime: refuse('docker info prints it on a manager alone', 'engine'),
  },
}
