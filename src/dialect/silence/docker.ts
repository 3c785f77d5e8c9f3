/**
 * What Docker Engine does where nobody says anything: https://docs.docker.com/reference/cli/docker/container/run/
 * and moby's `oci/defaults.go`. What daemon.json can change is said so in the reason; the join replaces it where the engine's
 * settings are given.
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { DEFAULT_CAPABILITIES, MASKED_PATHS, READ_ONLY_PATHS } from './runtime.ts'

const image = (what: string): ReturnType<typeof refuse> => refuse(`${what} is left to the image`, 'image')
const DAEMON = '; daemon.json may say otherwise'

export const docker: Silence<typeof container> = {
  name: is('', 'the container has no name'),
  os: image('the operating system'),
  role: is('main', 'Docker has no pods'),
  image: {
    reference: refuse('no image is written', 'user'),
    pull: is('missing', 'pulled where the engine does not have it'),
  },
  entrypoint: image('what is run'),
  command: image('what is run'),
  workingDirectory: image('the working directory'),
  privileged: is(false, 'not privileged unless asked'),
  readOnlyRootFilesystem: is(false, 'writable unless asked'),
  noNewPrivileges: is(false, `off by default${DAEMON}`),
  init: is(false, `no init process by default${DAEMON}`),
  restart: {
    policy: is('no', 'not started again unless asked'),
    retries: is(0, 'no number of retries is written'),
  },
  user: {
    name: image('the user'),
    group: image('the group'),
    supplementary: isList([], 'no group is added'),
    groupsPolicy: is('merge', 'Docker adds the groups that the image gives the user'),
    mustBeNonRoot: is(false, 'Docker has no such check'),
  },
  namespaces: {
    pid: is('own', 'its own by default'),
    ipc: is('own', `its own by default${DAEMON}`),
    network: is('own', 'its own by default'),
    uts: is('own', 'its own by default'),
    user: is('host', `the host's by default${DAEMON} (userns-remap)`),
    cgroup: refuse("its own on cgroup v2, the host's on v1, unless daemon.json says otherwise", 'engine'),
    mount: is('own', 'a container always has its own'),
    time: is('host', 'Docker makes none'),
    pidOf: is('', 'joins no other container'),
    ipcOf: is('', 'joins no other container'),
    networkOf: is('', 'joins no other container'),
    userOf: is('', 'joins no other container'),
  },
  uidMappings: is([], 'Docker Engine names no single ids'),
  gidMappings: is([], 'Docker Engine names no single ids'),
  network: {
    mode: is('default', 'the default network'),
    names: isList([], 'no network is named: the default one'),
  },
  capabilities: {
    given: isList(DEFAULT_CAPABILITIES, "Docker's default set"),
    add: isList([], 'none added'),
    drop: isList([], 'none dropped'),
    ambient: isList([], 'Docker sets no ambient capabilities'),
    initialPermitted: isList([], 'none is written: the engine fills it for root'),
    initialInheritable: isList([], 'Docker sets no inheritable capabilities'),
  },
  seccomp: {
    kind: is('runtime-default', `Docker's default profile${DAEMON}`),
    name: is('', 'no profile is named'),
    text: is('', 'no profile is written here'),
  },
  apparmor: {
    kind: is('runtime-default', 'docker-default, where AppArmor is on'),
    name: is('', 'no profile is named'),
  },
  selinux: {
    disabled: is(false, 'not switched off'),
    user: is('', "the engine's"),
    role: is('', "the engine's"),
    type: is('', "the engine's"),
    level: is('', "the engine's"),
  },
  mounts: is([], 'nothing is mounted'),
  devices: is([], 'no device is passed in'),
  deviceRules: isList([], 'no rule is added'),
  masked: isList(MASKED_PATHS, "Docker's default paths"),
  readOnlyPaths: isList(READ_ONLY_PATHS, "Docker's default paths"),
  procMount: is('default', 'hidden unless systempaths=unconfined is asked'),
  sysctls: is([], 'none set'),
  ulimits: is([], `none set${DAEMON}`),
  ports: is([], 'no port is published'),
  environment: is([], 'none set here'),
  health: {
    check: image('the health check'),
    readiness: is(false, 'Docker has no readiness probe'),
    liveness: is(false, 'Docker has no liveness probe'),
  },
  probes: is([], 'none written'),
  resources: {
    memory: is(0, 'no limit unless set'),
    memoryReservation: is(0, 'none unless set'),
    swap: is(0, 'not set: as much again as memory'),
    cpu: is(0, 'no limit unless set'),
    cpuReservation: is(0, 'none unless set'),
    cpuShares: is(0, 'the default weight'),
    cpuSet: is('', 'every processor'),
    pids: is(0, 'no limit unless set'),
    ioWeight: is(0, 'the default weight'),
    ephemeralStorage: is(0, 'no limit unless set'),
    oomKillDisabled: is(false, 'not disabled unless asked'),
    oomScoreAdjustment: is(0, 'not adjusted unless asked'),
    sharedMemory: is(0, `64 MiB by default${DAEMON}`),
  },
  cgroupParent: is('', `Docker's own by default${DAEMON}`),
  runtime: is('', `the engine's default, runc${DAEMON}`),
  serviceAccount: {
    name: is('', 'Docker has no service accounts'),
    token: is(false, 'Docker has no service accounts'),
  },
  logging: { driver: is('json-file', `Docker's default${DAEMON}`) },
  windows: {
    hostProcess: is(false, 'Docker has no HostProcess containers'),
    userName: is('', 'no user of Windows is written'),
    credentialSpec: is('', 'no credential specification is written'),
  },
  podSecurity: {
    enforce: is('none', 'Pod Security is of Kubernetes'),
    version: is('', 'Pod Security is of Kubernetes'),
  },
  nesting: is(false, 'Docker has no such switch'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
