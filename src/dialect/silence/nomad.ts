/**
 * What the drivers of Nomad do where a task says nothing: https://developer.hashicorp.com/nomad/docs/job-declare/task-driver, and
 * drivers/docker/driver.go, drivers/shared/executor/executor_linux.go of hashicorp/nomad. The plug-in's options on the client may say
 * otherwise, and are said so.
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { docker as dockerSilence } from './docker.ts'
import { podman as podmanSilence } from './podman.ts'
import { DEFAULT_CAPABILITIES } from './runtime.ts'

const CLIENT = "; the client's plug-in may say otherwise"
/** Docker's default set without NET_RAW (drivers/shared/capabilities/defaults.go). */
const NOMAD_CAPABILITIES = DEFAULT_CAPABILITIES.filter((name) => name !== 'NET_RAW')

type Table = Silence<typeof container>

/** What every driver has of Nomad itself. */
const own: Pick<Table, 'role' | 'environment' | 'health'> = {
  role: is('main', 'a task without lifecycle'),
  environment: is([], 'none set here; Nomad adds NOMAD_ variables of its own'),
  health: {
    check: is(false, 'Nomad looks at the checks of services, not at that of the image'),
    readiness: is(false, 'no service of it has a check'),
    liveness: is(false, 'no check of a service restarts it'),
  },
}
const memory = is(300 * 2 ** 20, "Nomad's default for a task: 300 MiB")
const shares = is(100, "Nomad's default for a task: 100 MHz, a weight")

export const docker: Table = {
  ...dockerSilence,
  ...own,
  image: { ...dockerSilence.image, pull: is('missing', 'pulled where the client does not have it; latest always') },
  network: {
    mode: is('default', "the group's network, or Docker's default"),
    names: isList([], 'no network is named'),
  },
  capabilities: {
    ...dockerSilence.capabilities,
    given: isList(
      NOMAD_CAPABILITIES,
      `what Nomad allows by default: Docker's default set without NET_RAW${CLIENT} (allow_caps)`,
    ),
  },
  mounts: is([], "nothing but the task's own folders: /alloc, /local, /secrets"),
  resources: {
    ...dockerSilence.resources,
    memory,
    cpuShares: shares,
    swap: is(0, 'not set'),
    pids: is(0, `no limit unless set${CLIENT} (pids_limit)`),
    ephemeralStorage: is(0, 'no limit unless set: ephemeral_disk is for placing tasks alone'),
  },
  logging: { driver: is('json-file', `Docker's default${CLIENT}`) },
}

export const podman: Table = {
  ...podmanSilence,
  ...own,
  network: {
    mode: is('default', "the group's network, or Podman's default"),
    names: isList([], 'no network is named'),
  },
  mounts: is([], "nothing but the task's own folders: /alloc, /local, /secrets"),
  resources: { ...podmanSilence.resources, memory, cpuShares: shares },
  logging: { driver: is('nomad', `Nomad collects it${CLIENT}`) },
}

/** exec and java: libcontainer with a root directory that Nomad puts together from the host's files. */
export const chroot: Table = {
  ...docker,
  os: is('linux', 'the driver is for Linux alone'),
  image: { reference: is('', 'the driver runs a program, and no image'), pull: is('never', 'there is no image') },
  entrypoint: isList([], 'there is no image'),
  command: refuse('no command is written', 'user'),
  workingDirectory: is('/', 'the folder of the task, its root'),
  privileged: is(false, 'the driver has no such setting'),
  readOnlyRootFilesystem: is(false, 'the folder of the task is its root, and writable'),
  noNewPrivileges: is(false, 'the driver does not set it'),
  init: is(false, 'the driver has no such setting'),
  user: {
    ...docker.user,
    name: is('65534', "nobody, the driver's default"),
    group: is('', "the user's own"),
  },
  namespaces: {
    ...docker.namespaces,
    pid: is('own', `its own by default${CLIENT} (default_pid_mode)`),
    ipc: is('own', `its own by default${CLIENT} (default_ipc_mode)`),
    network: is('host', "the host's, unless the group has a network of its own (mode bridge, none, cni/...)"),
    uts: is('host', 'the driver makes none'),
    user: is('host', 'the driver makes none'),
    cgroup: is('host', 'the driver makes none'),
    mount: is('own', 'its own'),
    time: is('host', 'the driver makes none'),
  },
  network: { mode: is('host', "the host's"), names: isList([], 'no network is named') },
  seccomp: { ...docker.seccomp, kind: is('unconfined', 'the driver sets no filter') },
  apparmor: { ...docker.apparmor, kind: is('unconfined', 'the driver sets no profile') },
  selinux: { ...docker.selinux, disabled: is(true, 'the driver sets no label') },
  masked: isList(['/proc/kcore', '/sys/firmware'], "the driver's own"),
  readOnlyPaths: isList(['/proc/bus', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'], "the driver's own"),
  resources: {
    ...docker.resources,
    pids: is(0, 'the driver sets no limit'),
    sharedMemory: is(64 * 2 ** 20, "the driver's own"),
  },
  runtime: is('', 'the driver starts it itself'),
  logging: { driver: is('nomad', 'Nomad collects it') },
}

/** exec2: the host's file system, of which Landlock lets it see what is unveiled. */
export const unveiled: Table = {
  ...chroot,
  workingDirectory: is('/', 'the folder of the task'),
  user: {
    ...chroot.user,
    name: refuse('a user of its own, that the client makes up (dynamic_workload_users)', 'engine'),
  },
  readOnlyRootFilesystem: is(true, "Landlock lets it write to the task's folders alone, unless unveil says more"),
  noNewPrivileges: is(true, 'Landlock asks for no_new_privs'),
}

/** raw_exec: a child of the agent, and nothing between it and the host. */
export const rawExec: Table = {
  ...chroot,
  os: is('linux', 'the client decides, and most are Linux'),
  workingDirectory: refuse('the folder of the task', 'engine'),
  user: {
    ...chroot.user,
    name: refuse('the user of the Nomad agent, which is root on most clients', 'engine'),
    group: refuse('the group of the Nomad agent', 'engine'),
  },
  namespaces: {
    ...chroot.namespaces,
    pid: is('host', 'raw_exec isolates nothing'),
    ipc: is('host', 'raw_exec isolates nothing'),
    network: is('host', "the host's, unless the group has a network of its own (mode bridge, none, cni/...)"),
    mount: is('host', 'raw_exec isolates nothing'),
  },
  capabilities: { ...docker.capabilities, given: isList(['ALL'], 'raw_exec takes none away') },
  masked: isList([], 'raw_exec isolates nothing'),
  readOnlyPaths: isList([], 'raw_exec isolates nothing'),
  procMount: is('unmasked', 'raw_exec isolates nothing'),
  resources: {
    ...chroot.resources,
    memory: is(0, 'raw_exec enforces no limit of memory'),
    cpuShares: is(0, 'raw_exec enforces none'),
  },
}

/** qemu: a virtual machine. What runs in it is not seen from here. */
export const virtualMachine: Table = {
  ...chroot,
  os: refuse('the image of the machine decides', 'image'),
  user: {
    ...chroot.user,
    name: refuse('the image of the machine decides', 'image'),
    group: refuse('the image of the machine decides', 'image'),
  },
  entrypoint: refuse('the image of the machine decides', 'image'),
  command: refuse('the image of the machine decides', 'image'),
  namespaces: {
    ...chroot.namespaces,
    pid: is('own', "the machine's own kernel"),
    ipc: is('own', "the machine's own kernel"),
    network: is('own', "the machine's own; ports are forwarded"),
    uts: is('own', "the machine's own kernel"),
    user: is('own', "the machine's own kernel"),
    cgroup: is('own', "the machine's own kernel"),
  },
  network: { mode: is('', "the machine's own"), names: isList([], 'no network is named') },
  seccomp: { ...docker.seccomp, kind: refuse('the image of the machine decides', 'image') },
  apparmor: { ...docker.apparmor, kind: refuse('the image of the machine decides', 'image') },
  readOnlyRootFilesystem: refuse('the image of the machine decides', 'image'),
  noNewPrivileges: refuse('the image of the machine decides', 'image'),
  runtime: is('qemu', 'a virtual machine'),
}
