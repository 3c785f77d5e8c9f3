/**
 * What Firecracker does where nobody says anything. The guest has a kernel of its own: of the host it has what the configuration hands
 * it, and the rows about namespaces and system calls are those of the machine and of the process that runs it.
 * https://github.com/firecracker-microvm/firecracker/blob/main/docs/design.md, docs/jailer.md, docs/seccomp.md
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'

const GUEST = 'the guest has a kernel of its own'
const NONE = 'a micro-VM has none'
const KUBERNETES = 'only Kubernetes has it'
const inside = (what: string): ReturnType<typeof refuse> =>
  refuse(`${what} is in the root file system of the guest`, 'user')

export const firecracker: Silence<typeof container> = {
  name: is('', 'a configuration has no name'),
  os: is('linux', 'Firecracker boots Linux'),
  role: is('system', 'a machine that boots a system'),
  image: {
    reference: is('', 'it boots a kernel and a root file system, and no image'),
    pull: is('never', 'nothing is pulled when it starts'),
  },
  entrypoint: inside('what is run'),
  command: inside('what is run'),
  workingDirectory: inside('where it starts'),
  privileged: is(false, NONE),
  readOnlyRootFilesystem: is(false, 'no drive is the root of the guest'),
  noNewPrivileges: is(true, 'Firecracker sets it with its filters, and the guest starts no program of the host'),
  init: is(true, 'the system of the guest has one'),
  restart: { policy: is('no', 'a machine that ends stays ended'), retries: is(0, 'a machine that ends stays ended') },
  user: {
    name: is('0', 'the guest boots as its own root'),
    group: is('0', 'the guest boots as its own root'),
    supplementary: isList([], GUEST),
    groupsPolicy: is('strict', GUEST),
    mustBeNonRoot: is(false, KUBERNETES),
  },
  namespaces: {
    pid: is('own', GUEST),
    ipc: is('own', GUEST),
    network: is('none', 'no network interface is written'),
    uts: is('own', GUEST),
    user: is('own', `${GUEST}: its users are nobody outside`),
    cgroup: is('own', GUEST),
    mount: is('own', GUEST),
    time: is('own', GUEST),
    pidOf: is('', NONE),
    ipcOf: is('', NONE),
    networkOf: is('', NONE),
    userOf: is('', NONE),
  },
  uidMappings: is([], GUEST),
  gidMappings: is([], GUEST),
  network: {
    mode: is('none', 'no network interface is written'),
    names: isList([], 'no network interface is written'),
  },
  capabilities: {
    given: isList([], `${GUEST}: what its root may do ends there`),
    add: isList([], NONE),
    drop: isList([], NONE),
    ambient: isList([], NONE),
    initialPermitted: isList([], NONE),
    initialInheritable: isList([], NONE),
  },
  seccomp: {
    kind: is('runtime-default', 'Firecracker filters its own system calls, thread by thread'),
    name: is('', 'no filter is named'),
    text: is('', 'no filter is written here'),
  },
  apparmor: { kind: is('unconfined', 'Firecracker sets no AppArmor profile'), name: is('', 'no profile is named') },
  selinux: {
    disabled: is(false, 'not switched off'),
    user: is('', 'no label is written'),
    role: is('', 'no label is written'),
    type: is('', 'no label is written'),
    level: is('', 'no label is written'),
  },
  mounts: is([], 'no drive besides the root'),
  devices: is([], 'no drive is a device of the host'),
  deviceRules: isList([], 'KVM, and the network device of the jailer'),
  masked: isList([], `${GUEST}: its /proc is its own`),
  readOnlyPaths: isList([], `${GUEST}: its /proc is its own`),
  procMount: is('default', `${GUEST}: its /proc is its own`),
  sysctls: is([], GUEST),
  ulimits: is([], 'the jailer sets nofile 2048, and nothing else'),
  ports: is([], 'no port is published'),
  environment: is([], 'none is written'),
  health: {
    check: is(false, 'Firecracker checks nothing'),
    readiness: is(false, 'Firecracker has no probes'),
    liveness: is(false, 'Firecracker has no probes'),
  },
  probes: is([], 'Firecracker has no probes'),
  resources: {
    memory: is(128 * 2 ** 20, 'mem_size_mib is 128 unless set'),
    memoryReservation: is(0, 'none unless set'),
    swap: is(0, 'not set'),
    cpu: is(1000, 'vcpu_count is 1 unless set'),
    cpuReservation: is(0, 'none'),
    cpuShares: is(0, 'the default weight'),
    cpuSet: is('', 'every processor'),
    pids: is(0, 'processes of the guest are in its own memory'),
    ioWeight: is(0, 'the default weight'),
    ephemeralStorage: is(0, 'the size of its drives'),
    oomKillDisabled: is(false, 'not disabled'),
    oomScoreAdjustment: is(0, 'not adjusted'),
    sharedMemory: is(0, GUEST),
  },
  cgroupParent: is('', 'a cgroup of the name of the binary'),
  runtime: is('firecracker', 'a micro-VM of Firecracker'),
  serviceAccount: { name: is('', KUBERNETES), token: is(false, KUBERNETES) },
  logging: { driver: is('', 'the console of the guest') },
  windows: {
    hostProcess: is(false, 'Firecracker runs on Linux alone'),
    userName: is('', 'Firecracker runs on Linux alone'),
    credentialSpec: is('', 'Firecracker runs on Linux alone'),
  },
  podSecurity: {
    enforce: is('none', 'Pod Security is of Kubernetes'),
    version: is('', 'Pod Security is of Kubernetes'),
  },
  nesting: is(false, 'Firecracker gives its guests no virtualisation'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
