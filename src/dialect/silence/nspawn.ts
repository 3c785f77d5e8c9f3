/**
 * What systemd-nspawn does where nobody says anything: systemd-nspawn(1) and its source, version 252 (Debian 12); 257 is the same.
 * What the service template says instead (a user namespace, a network of its own) is said by the dialect, with that reason.
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { DEFAULT_CAPABILITIES } from '../nspawn/capability.ts'
import { MASKED, READ_ONLY } from '../nspawn/mount.ts'
import { DEFAULT_FILTER } from '../nspawn/seccomp.ts'

const KUBERNETES = 'only Kubernetes has it'
const NOT_LINUX = 'systemd-nspawn runs on Linux alone'

export const nspawn: Silence<typeof container> = {
  name: is('', 'no machine is named'),
  os: is('linux', NOT_LINUX),
  role: is('main', 'one program is run unless Boot is on'),
  image: {
    reference: is('', 'a root file system of its own, and no image'),
    pull: is('never', 'nothing is pulled when it starts'),
  },
  entrypoint: isList([], 'the parameters are the whole command'),
  command: isList(['/bin/sh'], 'a shell where no parameters are written'),
  workingDirectory: is('/', 'the root folder, or the home of the user'),
  privileged: is(false, 'systemd-nspawn has no such switch'),
  readOnlyRootFilesystem: is(false, 'writable unless ReadOnly or Volatile is on'),
  noNewPrivileges: is(false, 'off by default'),
  init: is(false, 'no init process unless Boot or ProcessTwo is on'),
  restart: {
    policy: is('no', 'not started again unless the unit says Restart='),
    retries: is(0, 'systemd counts no retries, only how fast they come'),
  },
  user: {
    name: is('0', 'root unless User is written'),
    group: is('', 'the primary group of the user'),
    supplementary: isList([], 'none is written'),
    groupsPolicy: is('merge', 'the groups that the root file system gives the user are added'),
    mustBeNonRoot: is(false, KUBERNETES),
  },
  namespaces: {
    pid: is('own', 'always its own'),
    ipc: is('own', 'always its own'),
    network: is('host', 'that of the host unless told'),
    uts: is('own', 'always its own'),
    user: is('host', 'started by hand or by a unit of one’s own it has no user namespace (PrivateUsers=)'),
    cgroup: is('own', 'its own where the kernel has cgroup namespaces'),
    mount: is('own', 'always its own'),
    time: is('host', 'systemd-nspawn makes none'),
    pidOf: is('', 'joins no other container'),
    ipcOf: is('', 'joins no other container'),
    networkOf: is('', 'joins no other container'),
    userOf: is('', 'joins no other container'),
  },
  uidMappings: is([], 'the range is not written'),
  gidMappings: is([], 'the range is not written'),
  network: { mode: is('host', 'the network of the host'), names: isList([], 'no interface is named') },
  capabilities: {
    given: isList(DEFAULT_CAPABILITIES, 'the set that systemd-nspawn gives every container'),
    add: isList([], 'none added'),
    drop: isList([], 'none dropped'),
    ambient: isList([], 'none is written'),
    initialPermitted: isList([], 'none is written'),
    initialInheritable: isList([], 'none is written'),
  },
  seccomp: {
    kind: is('runtime-default', 'the list of calls that systemd-nspawn always lets through, and no others'),
    name: is('', 'no profile is named'),
    text: is(DEFAULT_FILTER, 'the list of calls that systemd-nspawn always lets through, and no others'),
  },
  apparmor: {
    kind: is('unconfined', 'systemd-nspawn sets no AppArmor profile'),
    name: is('', 'no profile is named'),
  },
  selinux: {
    disabled: is(false, 'not switched off'),
    user: is('', 'no label is written'),
    role: is('', 'no label is written'),
    type: is('', 'no label is written'),
    level: is('', 'no label is written'),
  },
  mounts: is([], 'nothing of the host is mounted but names of its system'),
  devices: is([], 'only the usual devices'),
  deviceRules: isList([], 'a scope that is closed but for the usual devices'),
  masked: isList(MASKED, 'what systemd-nspawn hides where systemd is the init of the host'),
  readOnlyPaths: isList(READ_ONLY, 'what systemd-nspawn makes read-only'),
  procMount: is('default', 'hidden and read-only unless SYSTEMD_NSPAWN_API_VFS_WRITABLE is set'),
  sysctls: is([], 'none set'),
  ulimits: is([], 'those that the kernel gave the host’s init'),
  ports: is([], 'no port is published'),
  environment: is([], 'none set here'),
  health: {
    check: is(false, 'systemd-nspawn has no health checks'),
    readiness: is(false, 'systemd-nspawn has no probes'),
    liveness: is(false, 'systemd-nspawn has no probes'),
  },
  probes: is([], 'systemd-nspawn has no probes'),
  resources: {
    memory: is(0, 'no limit unless the unit sets one (MemoryMax=)'),
    memoryReservation: is(0, 'none unless set'),
    swap: is(0, 'not set'),
    cpu: is(0, 'no limit unless the unit sets one (CPUQuota=)'),
    cpuReservation: is(0, 'systemd reserves none'),
    cpuShares: is(0, 'the default weight'),
    cpuSet: is('', 'every processor'),
    pids: refuse('a part of what the kernel allows (DefaultTasksMax=)', 'engine'),
    ioWeight: is(0, 'the default weight'),
    ephemeralStorage: is(0, 'no limit unless its image is a file of that size'),
    oomKillDisabled: is(false, 'systemd cannot'),
    oomScoreAdjustment: is(0, 'not adjusted unless asked'),
    sharedMemory: is(0, 'a tenth of memory at most, as systemd mounts it'),
  },
  cgroupParent: is('', 'machine.slice, or that of the unit'),
  runtime: is('', 'systemd-nspawn itself'),
  serviceAccount: { name: is('', KUBERNETES), token: is(false, KUBERNETES) },
  logging: { driver: is('journald', 'the journal of the host has its output') },
  windows: {
    hostProcess: is(false, NOT_LINUX),
    userName: is('', NOT_LINUX),
    credentialSpec: is('', NOT_LINUX),
  },
  podSecurity: {
    enforce: is('none', 'Pod Security is of Kubernetes'),
    version: is('', 'Pod Security is of Kubernetes'),
  },
  nesting: is(false, 'systemd-nspawn has no such switch'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
