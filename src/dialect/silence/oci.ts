/**
 * What an OCI runtime does where its config.json is silent. Engines write nearly everything out, so that silence is mostly "none";
 * restarts, ports and probes are the engine's above it, as a Service is above a pod: of this configuration they are none.
 * https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'

const engine = (what: string): ReturnType<typeof refuse> => refuse(`config.json does not say ${what}`, 'engine')
/** What engines and clusters add is theirs to say: no file that Plimsoll could be given says it of this container. */
const ABOVE = '; what an engine above it does is not written here'
const noProcess = refuse('config.json describes no process', 'user')

export const ociRuntime: Silence<typeof container> = {
  name: is('', 'config.json has no hostname'),
  os: is('linux', 'config.json has no section of another platform'),
  role: is('main', 'config.json describes one container'),
  image: {
    reference: refuse('config.json does not say which image it was made from', 'user'),
    pull: engine('when the image is pulled'),
  },
  entrypoint: noProcess,
  command: refuse('config.json has no process.args', 'user'),
  workingDirectory: refuse('config.json has no process.cwd', 'user'),
  privileged: is(false, 'OCI has no such switch: capabilities, devices and confinement are written out'),
  readOnlyRootFilesystem: is(false, 'root.readonly is false unless set'),
  noNewPrivileges: noProcess,
  init: is(false, 'an OCI runtime adds no init process'),
  restart: {
    policy: is('no', `a runtime starts it once${ABOVE}`),
    retries: is(0, `a runtime starts it once${ABOVE}`),
  },
  user: {
    name: noProcess,
    group: noProcess,
    supplementary: isList([], 'no additionalGids'),
    groupsPolicy: is('strict', 'an OCI runtime adds no groups of its own'),
    mustBeNonRoot: is(false, 'an OCI runtime has no such check'),
  },
  namespaces: {
    pid: is('host', 'not listed'),
    ipc: is('host', 'not listed'),
    network: is('host', 'not listed'),
    uts: is('host', 'not listed'),
    user: is('host', 'not listed'),
    cgroup: is('host', 'not listed'),
    mount: is('host', 'not listed'),
    time: is('host', 'not listed'),
    pidOf: is('', 'joins no other'),
    ipcOf: is('', 'joins no other'),
    networkOf: is('', 'joins no other'),
    userOf: is('', 'joins no other'),
  },
  uidMappings: is([], 'no id is mapped'),
  gidMappings: is([], 'no id is mapped'),
  network: {
    mode: is('', 'the engine sets up the network'),
    names: isList([], 'the engine sets up the network'),
  },
  capabilities: {
    given: noProcess,
    add: isList([], 'config.json writes the sets out'),
    drop: isList([], 'config.json writes the sets out'),
    ambient: isList([], 'no ambient set is written'),
    initialPermitted: isList([], 'no permitted set is written'),
    initialInheritable: isList([], 'no inheritable set is written'),
  },
  seccomp: {
    kind: is('unconfined', 'config.json has no linux.seccomp'),
    name: is('', 'the profile is written inline, without a name'),
    text: is('', 'config.json has no linux.seccomp'),
  },
  apparmor: {
    kind: is('unconfined', 'config.json names no profile'),
    name: is('', 'config.json names no profile'),
  },
  selinux: {
    disabled: refuse('config.json has no selinuxLabel; whether the host has SELinux is not known', 'engine'),
    user: is('', 'config.json has no selinuxLabel'),
    role: is('', 'config.json has no selinuxLabel'),
    type: is('', 'config.json has no selinuxLabel'),
    level: is('', 'config.json has no selinuxLabel'),
  },
  mounts: is([], 'no mounts'),
  devices: is([], 'no devices beside the default ones'),
  deviceRules: isList([], 'no device rules'),
  masked: isList([], 'config.json masks nothing'),
  readOnlyPaths: isList([], 'config.json makes nothing read-only'),
  procMount: is('default', 'config.json mounts no /proc'),
  sysctls: is([], 'none set'),
  ulimits: is([], 'none set'),
  ports: is([], `a runtime publishes no port${ABOVE}`),
  environment: is([], 'no variables'),
  health: {
    check: refuse('a runtime checks nothing; an engine above it takes the HEALTHCHECK of the image', 'image'),
    readiness: is(false, `a runtime has no probes${ABOVE}`),
    liveness: is(false, `a runtime has no probes${ABOVE}`),
  },
  probes: is([], 'an OCI runtime runs no probes'),
  resources: {
    memory: is(0, 'no limit unless set'),
    memoryReservation: is(0, 'none unless set'),
    swap: is(0, 'no limit unless set'),
    cpu: is(0, 'no limit unless set'),
    cpuReservation: is(0, 'OCI has none'),
    cpuShares: is(0, 'the default weight'),
    cpuSet: is('', 'every processor'),
    pids: is(0, 'no limit unless set'),
    ioWeight: is(0, 'the default weight'),
    ephemeralStorage: engine('how much disk it may use'),
    oomKillDisabled: is(false, 'the kernel may kill it unless told'),
    oomScoreAdjustment: is(0, "the runtime's own, which is 0 as a rule"),
    sharedMemory: is(0, 'no size for /dev/shm is written'),
  },
  cgroupParent: is('', 'the runtime chooses'),
  runtime: is('', 'the one that is given this config.json'),
  serviceAccount: {
    name: is('', 'outside Kubernetes'),
    token: is(false, 'no service account token is mounted'),
  },
  logging: { driver: engine('where logs go') },
  windows: {
    hostProcess: is(false, 'no HostProcess container'),
    userName: is('', 'no user of Windows is written'),
    credentialSpec: is('', 'no credential specification is written'),
  },
  podSecurity: {
    enforce: is('none', 'Pod Security is of Kubernetes'),
    version: is('', 'Pod Security is of Kubernetes'),
  },
  nesting: is(false, 'an OCI runtime has no such switch'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
