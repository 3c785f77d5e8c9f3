/**
 * What LXC does where a container's configuration says nothing: lxc.container.conf(5) and LXC 5's own source. Most of what people
 * take for its defaults (dropped capabilities, device rules, the seccomp policy) is said by files that configurations include.
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'

const KUBERNETES = 'only Kubernetes has it'

export const lxc: Silence<typeof container> = {
  name: is('', 'the container is named by its folder'),
  os: is('linux', 'LXC runs on Linux alone'),
  role: is('system', 'the container boots the init of its root file system'),
  image: {
    reference: is('', 'a root file system of its own, and no image'),
    pull: is('never', 'nothing is pulled when it starts'),
  },
  entrypoint: isList(['/sbin/init'], 'the init of its root file system'),
  command: isList([], 'no arguments are written'),
  workingDirectory: is('/', 'the root folder unless told'),
  privileged: is(false, 'LXC has no such switch: what it takes away from root is asked one by one'),
  readOnlyRootFilesystem: is(false, 'writable unless lxc.rootfs.options says ro'),
  noNewPrivileges: is(false, 'off unless lxc.no_new_privs is 1'),
  init: is(true, 'the container boots an init of its own'),
  restart: {
    policy: is('no', 'LXC starts it with the host at most, and not again'),
    retries: is(0, 'LXC does not start it again'),
  },
  user: {
    name: is('0', 'the init runs as root unless lxc.init.uid says otherwise'),
    group: is('0', 'the init runs in group 0 unless lxc.init.gid says otherwise'),
    supplementary: isList([], 'no group is added'),
    groupsPolicy: is('strict', 'LXC adds no groups of the root file system’s'),
    mustBeNonRoot: is(false, KUBERNETES),
  },
  namespaces: {
    pid: is('own', 'its own unless kept or shared'),
    ipc: is('own', 'its own unless kept or shared'),
    network: is('own', 'its own, with the loopback alone where no network is written'),
    uts: is('own', 'its own unless kept or shared'),
    user: is('host', 'no ids are mapped (lxc.idmap)'),
    cgroup: is('own', 'its own where the kernel has cgroup namespaces (4.6 and later)'),
    mount: is('own', 'its own unless kept or shared'),
    time: is('host', 'only with lxc.time.offset'),
    pidOf: is('', 'joins no other container'),
    ipcOf: is('', 'joins no other container'),
    networkOf: is('', 'joins no other container'),
    userOf: is('', 'joins no other container'),
  },
  uidMappings: is([], 'no ids are mapped'),
  gidMappings: is([], 'no ids are mapped'),
  network: {
    mode: is('', 'no network is written: the loopback alone'),
    names: isList([], 'no bridge is named'),
  },
  capabilities: {
    given: isList(['ALL'], 'LXC leaves root every capability that is not dropped (lxc.cap.drop)'),
    add: isList([], 'LXC adds none: all are there'),
    drop: isList([], 'none dropped'),
    ambient: isList([], 'LXC sets no ambient capabilities'),
    initialPermitted: isList([], 'none is written'),
    initialInheritable: isList([], 'none is written'),
  },
  seccomp: {
    kind: is('unconfined', 'LXC filters nothing unless lxc.seccomp.profile names a policy'),
    name: is('', 'no policy is named'),
    text: is('', 'no policy is written here'),
  },
  apparmor: {
    kind: is('runtime-default', 'lxc-container-default-cgns, where AppArmor is on'),
    name: is('', 'no profile is named'),
  },
  selinux: {
    disabled: is(false, 'not switched off'),
    user: is('', 'LXC changes no label unless told'),
    role: is('', 'LXC changes no label unless told'),
    type: is('', 'LXC changes no label unless told'),
    level: is('', 'LXC changes no label unless told'),
  },
  mounts: is([], 'nothing is mounted'),
  devices: is([], 'no device is passed in'),
  deviceRules: isList(['a *:* rwm'], 'LXC forbids no device unless told (lxc.cgroup2.devices.deny = a)'),
  masked: isList([], 'LXC hides nothing of /proc and /sys: it leaves that to AppArmor'),
  readOnlyPaths: isList([], 'nothing is read-only unless lxc.mount.auto says proc and sys'),
  procMount: is('unmasked', 'lxc.mount.auto does not mount /proc: the init of the container does, as a whole'),
  sysctls: is([], 'none set'),
  ulimits: is([], 'those of whoever starts it'),
  ports: is([], 'LXC publishes no ports'),
  environment: is([], 'none set here'),
  health: {
    check: is(false, 'LXC has no health checks'),
    readiness: is(false, 'LXC has no probes'),
    liveness: is(false, 'LXC has no probes'),
  },
  probes: is([], 'LXC has no probes'),
  resources: {
    memory: is(0, 'no limit unless set'),
    memoryReservation: is(0, 'none unless set'),
    swap: is(0, 'not set'),
    cpu: is(0, 'no limit unless set'),
    cpuReservation: is(0, 'LXC reserves none'),
    cpuShares: is(0, 'the default weight'),
    cpuSet: is('', 'every processor'),
    pids: is(0, 'no limit unless set'),
    ioWeight: is(0, 'the default weight'),
    ephemeralStorage: is(0, 'the size of its root file system is not LXC’s to limit'),
    oomKillDisabled: is(false, 'not disabled unless asked'),
    oomScoreAdjustment: is(0, 'that of whoever starts it, mostly 0'),
    sharedMemory: is(0, 'as the init of the container mounts it'),
  },
  cgroupParent: is('', 'LXC’s own (lxc.payload.NAME)'),
  runtime: is('', 'LXC itself'),
  serviceAccount: { name: is('', KUBERNETES), token: is(false, KUBERNETES) },
  logging: { driver: refuse('what the programs of a whole system log stays in it', 'user') },
  windows: {
    hostProcess: is(false, 'LXC runs on Linux alone'),
    userName: is('', 'LXC runs on Linux alone'),
    credentialSpec: is('', 'LXC runs on Linux alone'),
  },
  podSecurity: {
    enforce: is('none', 'Pod Security is of Kubernetes'),
    version: is('', 'Pod Security is of Kubernetes'),
  },
  nesting: is(false, 'off unless lxc.apparmor.allow_nesting is 1'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
