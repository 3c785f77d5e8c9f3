/** Where dialects may differ about the same container, and why. The test fails where one of these is no longer so. */
import type { DialectName } from './table.ts'

export interface Difference {
  /** Paths as in `Values`. */
  readonly fields: readonly string[]
  /** Those that say something else than all others, which agree. */
  readonly dialects: readonly DialectName[]
  /** The containers of which it is true; all where absent, and then it must be seen in one. */
  readonly of?: readonly string[]
  readonly because: string
}

const within = (list: string, keys: readonly string[], rows: readonly string[] = ['']): readonly string[] =>
  keys.flatMap((key) => rows.map((row) => `${list}[${key}]${row === '' ? '' : `.${row}`}`))

const oci = ['oci-runtime'] as const
const inspect = ['docker-inspect'] as const
const kubernetes = ['kubernetes'] as const
const below = ['docker-inspect', 'oci-runtime'] as const

export const differences: readonly Difference[] = [
  // Ways out, of the causes that a text names.
  {
    fields: within('escapes', [
      'bpf-programs',
      'core-pattern',
      'device-node-made',
      'disk-written',
      'fresh-proc',
      'host-network-changed',
      'host-process-injected',
      'kernel-log',
      'kernel-memory-file',
      'kernel-module',
      'kexec',
      'memory-device',
      'open-by-handle',
      'perf-events',
      'privileged-disk',
      'unprivileged-user-namespace',
    ]),
    dialects: oci,
    of: ['host'],
    because: 'config.json has no word for privileged: each of its parts is written, and each opens its own ways',
  },
  {
    fields: within('escapes', ['neighbour-processes', 'neighbour-shared-memory', 'pod-processes']),
    dialects: kubernetes,
    of: ['joined'],
    because: 'its neighbours are those of its pod',
  },
  {
    fields: within('escapes', ['core-pattern']),
    dialects: ['compose', 'docker-inspect'],
    of: ['joined'],
    because: 'Docker Engine gives no single container a user namespace, which closes this way in the others',
  },
  {
    fields: within('escapes', ['windows-host-process']),
    dialects: ['compose', 'docker-inspect'],
    of: ['windows'],
    because: 'Docker has no host process containers',
  },
  // OCI: what the engine does itself, or has worked out already.
  {
    fields: ['reference', 'registry', 'repository', 'tag', 'digest', 'precision'].map((row) => `image.${row}`),
    dialects: oci,
    of: ['host', 'joined', 'plain', 'windows'],
    because: 'a runtime is given a folder, not an image; the name is there only as an annotation',
  },
  {
    fields: ['restart.policy', 'restart.retries', 'health.check', 'logging.driver', 'resources.ephemeralStorage'],
    dialects: oci,
    because: 'the engine above the runtime does it, and config.json does not say',
  },
  {
    fields: ['entrypoint', 'command'],
    dialects: oci,
    because: 'process.args is the whole command line, with the init before it where there is one',
  },
  {
    fields: ['init'],
    dialects: oci,
    of: ['web'],
    because: "the engine's init is the first word of process.args, and a program like any other",
  },
  {
    fields: ['capabilities.given', 'capabilities.add', 'capabilities.drop', 'capabilities.initialPermitted'],
    dialects: oci,
    because: 'the sets are written out; what follows from them (bounding, effective) is the same',
  },
  {
    fields: ['capabilities.ambient', 'capabilities.initialInheritable'],
    dialects: oci,
    of: ['joined'],
    because: 'no other dialect can say ambient capabilities',
  },
  {
    fields: ['capabilities.permitted', 'capabilities.effective', 'capabilities.startable'],
    dialects: kubernetes,
    of: ['web'],
    because:
      'the runtimes behind a kubelet fill the permitted set of every user, so that with no_new_privs the image decides; nothing says init there',
  },
  {
    fields: ['capabilities.startable'],
    dialects: oci,
    of: ['web'],
    because: "the engine's init is the first word of process.args, and its file one of the image",
  },
  { fields: ['cgroupParent'], dialects: oci, because: 'cgroupsPath is the cgroup itself: parent and container' },
  { fields: ['deviceRules'], dialects: oci, because: 'the rules of every container are written out too' },
  {
    fields: ['devices[/dev/blank]', 'devices[/dev/null]'],
    dialects: oci,
    of: ['web'],
    because: 'the device of the host is a number there, and its path that in the container',
  },
  {
    fields: within('devices', ['/dev/mem', '/dev/sda']),
    dialects: oci,
    of: ['host'],
    because: 'what privileged gives is written out',
  },
  {
    fields: ['privileged'],
    dialects: oci,
    of: ['host'],
    because: 'OCI has no such switch: what it gives is written out',
  },
  {
    fields: within('environment', ['PATH', 'HOSTNAME']),
    dialects: oci,
    because: 'the engine sets them for every container',
  },
  {
    fields: within('mounts', [
      '/proc',
      '/sys',
      '/sys/fs/cgroup',
      '/dev',
      '/dev/pts',
      '/dev/shm',
      '/dev/mqueue',
      '/etc/hosts',
      '/etc/hostname',
      '/etc/resolv.conf',
      '/sbin/docker-init',
    ]),
    dialects: oci,
    because: 'the engine mounts them for every container',
  },
  {
    fields: within('mounts', ['/cache', '/data', '/tmp', '/etc/web.conf', '/run/secrets/cert'], ['options']),
    dialects: oci,
    of: ['web'],
    because: 'the words for what the other rows say, and what the engine adds, are options there',
  },
  {
    fields: within('mounts', ['/host', '/var/run/docker.sock'], ['options']),
    dialects: oci,
    of: ['host'],
    because: 'the words for what the other rows say are options there',
  },
  {
    fields: within('mounts', ['/cache'], ['kind', 'source']),
    dialects: oci,
    of: ['web'],
    because: "a volume is a folder of the engine's on the host: below the engine it is a bind mount",
  },
  {
    fields: ['mounts[/cache].propagation'],
    dialects: oci,
    of: ['web'],
    because: 'Docker leaves that of a volume to runc, which makes it a slave',
  },
  {
    fields: ['mounts[/tmp].source'],
    dialects: oci,
    of: ['web'],
    because: 'memory has the name tmpfs there',
  },
  {
    fields: within('sysctls', ['net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start']),
    dialects: oci,
    of: ['plain', 'joined'],
    because: 'Docker sets them for every container with a network of its own',
  },
  {
    fields: ['sysctls[net.ipv4.ping_group_range]'],
    dialects: oci,
    of: ['web'],
    because: 'Docker sets it for every container with a network of its own',
  },
  {
    fields: ['runtime'],
    dialects: oci,
    of: ['web'],
    because: 'config.json is what the runtime is given, whichever it is',
  },
  {
    fields: ['user.supplementary'],
    dialects: oci,
    because: 'Docker lists the primary group too (CVE-2022-36109)',
  },
  {
    fields: ['user.group'],
    dialects: oci,
    of: ['host'],
    because: 'the engine has looked the group up',
  },
  {
    fields: ['user.name', 'user.uid', 'user.gid', 'user.group', 'user.numeric'],
    dialects: oci,
    of: ['joined'],
    because: 'the engine has looked the names up in the image',
  },
  {
    fields: ['namespaces.pidOf', 'namespaces.ipcOf', 'namespaces.networkOf', 'namespaces.userOf'],
    dialects: oci,
    of: ['joined'],
    because: 'a namespace is joined by its path there, and a container by its name',
  },
  {
    fields: ['namespaces.time', 'namespaces.user'],
    dialects: oci,
    of: ['joined'],
    because: 'Docker makes no time namespace, and joins no user namespace',
  },
  {
    fields: ['selinux.disabled'],
    dialects: oci,
    of: ['host', 'joined', 'plain'],
    because: 'without a label in config.json it is not known whether the host has SELinux at all',
  },
  {
    fields: ['apparmor.name'],
    dialects: below,
    of: ['plain'],
    because: 'the engine writes the name of its own profile',
  },
  {
    fields: ['seccomp.kind', 'seccomp.allows', 'seccomp.defaultAction', 'seccomp.text'],
    dialects: oci,
    of: ['plain'],
    because: "the engine's own filter is written out like any other",
  },
  {
    fields: within('seccomp.flaws', ['seccomp-start-denied', 'seccomp-start-needs-no-new-privileges']),
    dialects: oci,
    of: ['plain'],
    because: 'and this one is shortened, so that nothing would start under it',
  },
  {
    fields: ['seccomp.relation'],
    dialects: oci,
    of: ['plain'],
    because: 'the filter that is written out is shorter than what compares it',
  },
  // The engine has done what compose and Kubernetes ask for.
  {
    fields: ['image.pull'],
    dialects: below,
    because: 'what exists has been pulled: when is not said',
  },
  {
    fields: within('mounts', ['/etc/web.conf', '/run/secrets/cert'], ['kind', 'source', 'type']),
    dialects: below,
    of: ['web'],
    because: 'Docker Compose mounts the file; the type is what mounts of that type are called',
  },
  {
    fields: ['environment[TOKEN].fromSecret', 'environment[TOKEN].value'],
    dialects: below,
    of: ['web'],
    because: 'the engine writes out what it was given',
  },
  {
    fields: ['seccomp.text', 'seccomp.name'],
    dialects: below,
    of: ['web'],
    because: 'the client reads the file and hands its text to the engine',
  },
  {
    fields: ['resources.cpuReservation'],
    dialects: below,
    of: ['web'],
    because: 'schedulers use it, and Docker Engine is none',
  },
  {
    fields: [
      'user.name',
      'user.uid',
      'user.gid',
      'user.numeric',
      'user.group',
      'capabilities.permitted',
      'capabilities.effective',
      'capabilities.gainable',
      'capabilities.reaching',
    ],
    dialects: below,
    of: ['plain'],
    because: 'what the image says has become the container’s own',
  },
  {
    fields: [
      'user.name',
      'user.uid',
      'user.gid',
      'user.numeric',
      'user.group',
      'capabilities.permitted',
      'capabilities.effective',
      'capabilities.gainable',
      'capabilities.reaching',
    ],
    dialects: inspect,
    of: ['windows'],
    because:
      'what the image says has become the container’s own; Docker’s silence is that of Linux, and rules ask the system first',
  },
  {
    fields: ['resources.sharedMemory'],
    dialects: below,
    of: ['plain', 'joined', 'host'],
    because: "the engine writes its default out (but not where the host's is shared)",
  },
  {
    fields: ['resources.swap'],
    dialects: below,
    of: ['host'],
    because: 'the engine writes its default out: as much again as memory',
  },
  {
    fields: ['runtime'],
    dialects: inspect,
    because: 'the engine writes the name of its default out',
  },
  {
    fields: ['network.names'],
    dialects: inspect,
    because: 'the engine names the network that it chose, with the name of the project before it',
  },
  {
    fields: ['mounts[/cache].options'],
    dialects: inspect,
    of: ['web'],
    because: 'the engine adds z (relabel) to volumes, and does not list nocopy',
  },
  // Kubernetes cannot say it, or has its own words.
  {
    fields: ['resources.pids', 'resources.swap', 'resources.oomScoreAdjustment'],
    dialects: kubernetes,
    because: 'the kubelet decides',
  },
  {
    fields: [
      'init',
      'deviceRules',
      'cgroupParent',
      'devices[/dev/null]',
      'ulimits[nofile]',
      'restart.retries',
      'resources.cpuShares',
      'resources.cpuSet',
      'resources.ioWeight',
      'resources.sharedMemory',
    ],
    dialects: kubernetes,
    of: ['web'],
    because: 'a manifest has no such thing',
  },
  {
    fields: ['resources.oomKillDisabled'],
    dialects: kubernetes,
    of: ['host'],
    because: 'a manifest has no such thing',
  },
  {
    fields: ['namespaces.cgroup'],
    dialects: kubernetes,
    of: ['host', 'joined', 'plain', 'windows'],
    because: 'a manifest cannot ask for it, and Docker’s depends on the version of cgroups where nobody does',
  },
  {
    fields: ['logging.driver'],
    dialects: kubernetes,
    because: 'the kubelet reads the logs',
  },
  {
    fields: ['restart.policy', 'resources.memoryReservation'],
    dialects: kubernetes,
    of: ['plain', 'host', 'joined', 'windows'],
    because: 'its silence is another: Always, and as much memory as the limit',
  },
  {
    fields: ['image.pull'],
    dialects: kubernetes,
    of: ['host'],
    because: 'Always where no tag is written',
  },
  {
    fields: ['serviceAccount.name', 'serviceAccount.token'],
    dialects: kubernetes,
    because: 'nothing else has service accounts',
  },
  {
    fields: ['user.mustBeNonRoot', 'health.liveness', 'health.readiness'],
    dialects: kubernetes,
    of: ['web'],
    because: 'nothing else has them',
  },
  {
    fields: ['allows', 'defaultAction', 'flaws', 'found', 'looser', 'relation'].map((row) => `seccomp.${row}`),
    dialects: kubernetes,
    of: ['web'],
    because: 'the profile is a file on the node',
  },
  {
    fields: ['seccomp.kind', 'seccomp.relation'],
    dialects: kubernetes,
    of: ['plain', 'windows'],
    because: 'the kubelet decides (seccompDefault)',
  },
  {
    fields: within('mounts', ['/data', '/cache', '/tmp'], ['type']),
    dialects: kubernetes,
    of: ['web'],
    because: 'the type is the dialect’s own word',
  },
  {
    fields: within('mounts', ['/host', '/var/run/docker.sock'], ['type']),
    dialects: kubernetes,
    of: ['host'],
    because: 'the type is the dialect’s own word',
  },
  {
    fields: ['mounts[/tmp].source'],
    dialects: kubernetes,
    of: ['web'],
    because: 'a volume in memory has a name',
  },
  {
    fields: within('mounts', ['/cache', '/tmp', '/etc/web.conf', '/run/secrets/cert'], ['propagation']),
    dialects: kubernetes,
    of: ['web'],
    because: 'None, its default, is private; Docker’s is rprivate',
  },
  {
    fields: ['mounts[/var/run/docker.sock].propagation'],
    dialects: kubernetes,
    of: ['host'],
    because: 'None, its default, is private; Docker’s is rprivate',
  },
  {
    fields: [
      'role',
      'namespaces.ipc',
      'namespaces.ipcOf',
      'namespaces.network',
      'namespaces.networkOf',
      'namespaces.user',
      'capabilities.reaching',
    ],
    dialects: kubernetes,
    of: ['joined'],
    because:
      'an ephemeral container joins the processes of another; IPC and network are the pod’s. An unmasked /proc demands a user namespace',
  },
  {
    fields: ['selinux.disabled', 'resources.cpu'],
    dialects: kubernetes,
    of: ['joined'],
    because: 'a manifest cannot switch labelling off, and an ephemeral container has no resources',
  },
  {
    fields: ['namespaces.network', 'namespaces.uts'],
    dialects: kubernetes,
    of: ['windows'],
    because: 'a HostProcess container must have the host’s network',
  },
  {
    fields: ['windows.hostProcess'],
    dialects: ['compose', 'docker-inspect'],
    of: ['windows'],
    because: 'Docker has no HostProcess containers',
  },
  {
    fields: ['entrypoint', 'workingDirectory'],
    dialects: inspect,
    of: ['plain', 'joined', 'windows'],
    because: 'what the image says has become the container’s own',
  },
  {
    fields: ['command'],
    dialects: inspect,
    of: ['plain'],
    because: 'what the image says has become the container’s own',
  },
  {
    fields: ['workingDirectory'],
    dialects: inspect,
    of: ['host'],
    because: 'what the image says has become the container’s own',
  },
  {
    fields: ['workingDirectory'],
    dialects: oci,
    because: 'what the image says has become the container’s own',
  },
  {
    fields: ['user.name', 'user.group', 'user.numeric'],
    dialects: oci,
    of: ['windows'],
    because: 'what the image says is written out',
  },
  {
    fields: ['user.name', 'user.group', 'user.numeric'],
    dialects: kubernetes,
    of: ['joined'],
    because: 'a manifest names users by number, and here none: the image decides',
  },
  {
    fields: ['health.check'],
    dialects: ['kubernetes', 'docker-inspect'],
    of: ['host', 'plain', 'windows'],
    because:
      'Kubernetes ignores the HEALTHCHECK of an image, and an inspected container has taken it over; compose must ask the image',
  },
  {
    fields: ['namespaces.cgroup'],
    dialects: ['compose'],
    of: ['plain'],
    because: 'Docker’s depends on the version of cgroups; the others have it written out',
  },
  {
    fields: ['network.mode'],
    dialects: ['kubernetes', 'oci-runtime'],
    because: 'as written, and nothing is written there',
  },
  {
    fields: ['network.mode'],
    dialects: inspect,
    of: ['web'],
    because: 'the engine names the network that it chose',
  },
  {
    fields: ['environment[TOKEN].value'],
    dialects: ['compose'],
    of: ['web'],
    because: 'taken from the environment of whoever starts it: it is there, and not known',
  },
  {
    fields: ['mounts[/cache].type'],
    dialects: oci,
    of: ['web'],
    because: 'a volume is a bind mount below the engine',
  },
  {
    fields: ['mounts[/etc/web.conf].type'],
    dialects: kubernetes,
    of: ['web'],
    because: 'the type is the dialect’s own word',
  },
  {
    fields: ['mounts[/tmp].options', 'mounts[/cache].options'],
    dialects: kubernetes,
    of: ['web'],
    because: 'a manifest has no mount options for them',
  },
  {
    fields: ['mounts[/host].options'],
    dialects: kubernetes,
    of: ['host'],
    because: 'the propagation has a key of its own',
  },
  {
    fields: ['probes[command]'],
    dialects: ['compose', 'docker-inspect'],
    of: ['web'],
    because: 'a HEALTHCHECK is a command, and is no probe of Kubernetes',
  },
  {
    fields: ['probes[liveness]', 'probes[readiness]'],
    dialects: kubernetes,
    of: ['web'],
    because: 'nothing else has them',
  },
  {
    fields: ['seccomp.name'],
    dialects: kubernetes,
    of: ['web'],
    because: 'a path on the node',
  },
  {
    fields: [
      'apparmor.kind',
      'capabilities.bounding',
      'masked',
      'namespaces.ipc',
      'namespaces.mount',
      'namespaces.network',
      'namespaces.pid',
      'namespaces.time',
      'namespaces.user',
      'namespaces.uts',
      'noNewPrivileges',
      'procMount',
      'readOnlyPaths',
      'resources.cpu',
      'resources.memory',
      'resources.memoryReservation',
      'resources.pids',
      'seccomp.kind',
      'seccomp.relation',
      'selinux.disabled',
    ],
    dialects: oci,
    of: ['windows'],
    because:
      'config.json says that it is for Windows, and the table knows Linux; the others’ silence is that of Linux, and rules ask the system first',
  },
  {
    fields: ['network.names'],
    dialects: ['kubernetes', 'oci-runtime'],
    of: ['web'],
    because: 'they know no networks by name',
  },
  {
    fields: ['serviceAccount.token', 'mounts[/var/run/secrets/kubernetes.io/serviceaccount]'],
    dialects: oci,
    of: ['joined'],
    because: 'the kubelet has mounted the token',
  },
  {
    fields: ['init'],
    dialects: kubernetes,
    of: ['joined'],
    because: 'the pause process of a shared PID namespace reaps zombies',
  },
  {
    fields: within('ports', ['8080', '8443', '9090']),
    dialects: oci,
    of: ['web'],
    because: 'the engine above the runtime does it, and config.json does not say',
  },
]
