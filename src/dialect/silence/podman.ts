/**
 * What Podman does where nobody says anything: podman-run(1) and containers.conf(5), checked against what `podman inspect` and the
 * config.json of Podman 4.3.1 (containers-common 0.50) say of a container that was made without any option; what later versions (to 5.6)
 * do otherwise is said so. Whether Podman runs as root decides whose user ids a container has, which network it gets and which profile:
 * `podman` where that is not known, `rootfulPodman` and `rootlessPodman` where it is.
 * What containers.conf can change is said so in the reason; the join replaces it where the engine's settings are given.
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { docker } from './docker.ts'

const CONF = '; containers.conf may say otherwise'

/** containers-common, pkg/config DefaultCapabilities. Podman 3 had AUDIT_WRITE, MKNOD and NET_RAW too. */
export const PODMAN_CAPABILITIES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]

/** Podman 4.3.1; since 5 /sys/devices/virtual/powercap and since 5.6 /proc/interrupts are hidden too. */
export const PODMAN_MASKED_PATHS: readonly string[] = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/dev/block',
  '/sys/firmware',
  '/sys/fs/selinux',
]

export const PODMAN_READ_ONLY_PATHS: readonly string[] = [
  '/proc/asound',
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
]

/** Podman run by nobody knows whom: root or a user. */
export const podman: Silence<typeof container> = {
  ...docker,
  role: is('main', 'a container of no pod, or one of those that a pod runs'),
  privileged: is(false, `not privileged unless asked${CONF}`),
  readOnlyRootFilesystem: is(false, `writable unless asked${CONF}`),
  noNewPrivileges: is(false, 'off unless asked'),
  init: is(false, `no init process by default${CONF}`),
  user: {
    ...docker.user,
    groupsPolicy: is('merge', 'Podman adds the groups that the image gives the user'),
    mustBeNonRoot: is(false, 'Podman has no such check'),
  },
  namespaces: {
    pid: is('own', `its own by default${CONF}`),
    ipc: is('shareable', `its own, which other containers may join, by default${CONF}`),
    network: is('own', `its own by default${CONF}`),
    uts: is('own', `its own by default${CONF}`),
    user: refuse(
      "the host's where root runs Podman, the user's own where it is rootless, unless containers.conf says otherwise",
      'engine',
    ),
    cgroup: refuse("its own on cgroup v2, the host's on v1, unless containers.conf says otherwise", 'engine'),
    mount: is('own', 'a container always has its own'),
    time: is('host', 'Podman makes none'),
    pidOf: is('', 'joins no other container'),
    ipcOf: is('', 'joins no other container'),
    networkOf: is('', 'joins no other container'),
    userOf: is('', 'joins no other container'),
  },
  uidMappings: is([], 'no mapping is written'),
  gidMappings: is([], 'no mapping is written'),
  network: {
    mode: is('private', `a network of its own: bridge for root, pasta or slirp4netns for other users${CONF}`),
    names: isList([], 'no network is named'),
  },
  capabilities: {
    given: isList(PODMAN_CAPABILITIES, `Podman's default set${CONF}`),
    add: isList([], 'none added'),
    drop: isList([], 'none dropped'),
    ambient: isList([], 'none written out: a user who is not root gets those that are added'),
    initialPermitted: isList([], 'none is written: Podman fills it for root'),
    initialInheritable: isList([], 'none is written'),
  },
  seccomp: {
    kind: is('runtime-default', `the default profile of containers-common${CONF}`),
    name: is('', 'no profile is named'),
    text: is('', 'no profile is written here'),
  },
  apparmor: {
    kind: is('runtime-default', `containers-default, where AppArmor is on and root runs Podman${CONF}`),
    name: is('', 'no profile is named'),
  },
  selinux: {
    disabled: is(false, `not switched off${CONF}`),
    user: is('', "Podman's own"),
    role: is('', "Podman's own"),
    type: is('', "Podman's own, container_t"),
    level: is('', "Podman's own, another for every container"),
  },
  mounts: is([], `nothing is mounted${CONF}`),
  devices: is([], `no device is passed in${CONF}`),
  deviceRules: isList([], 'no rule is added'),
  masked: isList(PODMAN_MASKED_PATHS, "Podman's default paths"),
  readOnlyPaths: isList(PODMAN_READ_ONLY_PATHS, "Podman's default paths"),
  procMount: is('default', 'hidden unless unmasking is asked'),
  sysctls: is([], `none asked; Podman itself sets net.ipv4.ping_group_range, which is harmless${CONF}`),
  ulimits: is([], `none asked: as high as Podman's own, up to nofile 1048576${CONF}`),
  ports: is([], 'no port is published'),
  environment: is([], `none set here${CONF}`),
  health: {
    ...docker.health,
    readiness: is(false, 'Podman has no readiness probe'),
    liveness: is(false, 'no liveness probe is written'),
  },
  resources: {
    ...docker.resources,
    pids: is(2048, `Podman's default${CONF}`),
    oomScoreAdjustment: is(0, `not adjusted unless asked${CONF}`),
    sharedMemory: is(0, `62.5 MiB by default${CONF}`),
  },
  cgroupParent: is('', "Podman's own: machine.slice for root, user.slice for other users"),
  runtime: is('', `the engine's default, crun or runc${CONF}`),
  serviceAccount: {
    name: is('', 'Podman has no service accounts'),
    token: is(false, 'Podman has no service accounts'),
  },
  logging: {
    driver: refuse('journald where the journal can be written, else k8s-file, unless containers.conf says', 'engine'),
  },
  windows: {
    hostProcess: is(false, 'Podman runs no Windows containers'),
    userName: is('', 'Podman runs no Windows containers'),
    credentialSpec: is('', 'Podman runs no Windows containers'),
  },
  nesting: is(false, 'Podman has no such switch'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}

/** Podman that root runs. */
export const rootfulPodman: Silence<typeof container> = {
  ...podman,
  namespaces: { ...podman.namespaces, user: is('host', `the host's by default, as root runs Podman${CONF}`) },
  network: { ...podman.network, mode: is('bridge', `a bridge by default${CONF}`) },
}

/** Podman that another user runs: AppArmor profiles can be loaded by root alone (containers-common, pkg/apparmor). */
export const rootlessPodman: Silence<typeof container> = {
  ...podman,
  namespaces: { ...podman.namespaces, user: is('own', 'the user namespace of the user who runs Podman') },
  apparmor: { ...podman.apparmor, kind: is('unconfined', 'rootless Podman loads no AppArmor profile') },
}
