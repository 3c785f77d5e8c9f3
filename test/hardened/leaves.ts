/** What the strict policy says of each hardened file without one of its leaves (and what that leaves empty). */
import type { DialectName } from './hardened.ts'

export interface Expectation {
  /** Leaves -> the one finding that their absence makes; with `?` it is open. */
  readonly one: Readonly<Record<string, string>>
  /** Every other leaf: its absence makes no finding, and why. The first that matches counts. */
  readonly none: readonly Silence[]
}
export interface Silence {
  readonly leaves: RegExp
  /** Ids of the notices that tell of it instead. */
  readonly notices?: readonly string[]
  /** There is no container any more: nothing is left to judge. */
  readonly nothing?: true
  readonly because: string
}

const BACK_TO_IMAGE = 'the image says the same: its USER and its health check count where nobody writes one'
const NAMES = 'names, and what tools other than the runtime read'
const NOT_THERE = 'what is not mounted, published or set cannot be wrong'

export const expected: Readonly<Record<DialectName, Expectation>> = {
  compose: {
    one: {
      'services.web.image': 'image-tag-mutable?',
      'services.web.read_only': 'writable-root-filesystem',
      'services.web.cgroup': 'host-cgroup-namespace?',
      'services.web.cap_drop[0]': 'capabilities-not-dropped',
      'services.web.security_opt[0]': 'new-privileges-allowed',
      'services.web.security_opt[1]': 'seccomp-missing',
      'services.web.security_opt[2]': 'apparmor-missing',
      'services.web.mem_limit': 'memory-unbounded',
      'services.web.cpus': 'cpu-unbounded',
      'services.web.pids_limit': 'pids-unbounded',
    },
    none: [
      { leaves: /^name$/, because: NAMES },
      { leaves: /\.restart$/, because: 'what is never started again is not started without end' },
      { leaves: /\.(ports|volumes|tmpfs|secrets|environment)\b|^(volumes|secrets)\./, because: NOT_THERE },
    ],
  },
  kubernetes: {
    one: {
      'spec.template.spec.automountServiceAccountToken': 'service-account-token',
      'spec.template.spec.hostUsers': 'host-user-namespace',
      'spec.template.spec.securityContext.seccompProfile.type': 'seccomp-missing',
      'spec.template.spec.securityContext.appArmorProfile.type': 'apparmor-missing',
      'spec.template.spec.containers[0].image': 'image-tag-mutable?',
      'spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation': 'new-privileges-allowed',
      'spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem': 'writable-root-filesystem',
      'spec.template.spec.containers[0].securityContext.capabilities.drop[0]': 'capabilities-not-dropped',
      'spec.template.spec.containers[0].livenessProbe.tcpSocket.port': 'liveness-probe-missing',
      'spec.template.spec.containers[0].readinessProbe.tcpSocket.port': 'readiness-probe-missing',
      'spec.template.spec.serviceAccountName': 'default-service-account',
      'spec.template.spec.containers[0].resources.limits.memory': 'memory-unbounded',
      'spec.template.spec.containers[0].resources.limits.cpu': 'cpu-unbounded',
      // The volume that is mounted is not there: what it is is not known, and one finding says so.
      'spec.template.spec.containers[0].volumeMounts[0].name': 'engine-socket-mounted?',
      'spec.template.spec.containers[0].volumeMounts[1].name': 'engine-socket-mounted?',
      'spec.template.spec.containers[0].volumeMounts[2].name': 'engine-socket-mounted?',
      'spec.template.spec.volumes[0].name': 'engine-socket-mounted?',
      'spec.template.spec.volumes[1].name': 'engine-socket-mounted?',
      'spec.template.spec.volumes[2].name': 'engine-socket-mounted?',
      // Where it lies is not known: perhaps over programs.
      'spec.template.spec.containers[0].volumeMounts[0].mountPath': 'volume-over-programs?',
    },
    none: [
      {
        leaves: /\.runAsNonRoot$/,
        because: 'in a user namespace of its own root is nobody outside (Pod Security, latest)',
      },
      { leaves: /^kind$/, nothing: true, because: 'without a kind it is no object, and kubectl refuses it' },
      { leaves: /^apiVersion$/, because: 'people scan what kubectl refuses: the kind says what it is' },
      { leaves: /metadata\.|\.matchLabels\.|\.replicas$|containers\[0\]\.name$/, because: NAMES },
      { leaves: /\.(runAsUser|runAsGroup|fsGroup)$/, because: BACK_TO_IMAGE },
      { leaves: /\.privileged$/, because: 'false is what Kubernetes does unless told' },
      { leaves: /\.imagePullPolicy$/, because: 'a digest is the same image whenever it is pulled' },
      { leaves: /\.requests\./, because: 'the limit is the request where none is written' },
      { leaves: /\.ephemeral-storage$|\.sizeLimit$/, because: 'no rule asks for limits of disk' },
      { leaves: /\.(ports|env|volumeMounts|volumes)\[/, because: NOT_THERE },
    ],
  },
  'docker-inspect': {
    one: {
      '[0].AppArmorProfile': 'apparmor-missing',
      '[0].HostConfig.PortBindings.8080/tcp[0].HostIp': 'port-on-all-interfaces',
      '[0].HostConfig.RestartPolicy.MaximumRetryCount': 'restart-unbounded',
      '[0].HostConfig.CapDrop[0]': 'capabilities-not-dropped',
      '[0].HostConfig.CgroupnsMode': 'host-cgroup-namespace?',
      '[0].HostConfig.ReadonlyRootfs': 'writable-root-filesystem',
      '[0].HostConfig.SecurityOpt[0]': 'new-privileges-allowed',
      '[0].HostConfig.SecurityOpt[1]': 'seccomp-missing',
      '[0].HostConfig.Memory': 'memory-unbounded',
      '[0].HostConfig.NanoCpus': 'cpu-unbounded',
      '[0].HostConfig.PidsLimit': 'pids-unbounded',
      '[0].Config.User': 'root-user',
      // Without it the argument is what is run, and the image has no such program.
      '[0].Config.Entrypoint[0]': 'program-missing',
      '[0].Config.Image': 'image-tag-mutable?',
    },
    none: [
      { leaves: /\.RestartPolicy\.Name$/, because: 'what is never started again is not started without end' },
      { leaves: /\.Healthcheck\.Test\[\d\]$/, because: 'what is left of the command is still one' },
      { leaves: /\.(Name|Path|Args\[\d\]|Platform|Hostname|LogConfig\..*|Runtime)$/, because: NAMES },
      {
        leaves: /\.(Binds|CapAdd|Privileged)$/,
        because: 'null and false are what Docker does unless told',
      },
      {
        leaves: /\.(IpcMode|PidMode|UTSMode|UsernsMode|NetworkMode)$/,
        because: 'its own namespace is what Docker gives unless told',
      },
      {
        leaves: /\.(CpuShares|MemoryReservation|MemorySwap|ShmSize)$/,
        because: 'weights, reservations and swap limit nothing by themselves',
      },
      {
        leaves: /\.(MaskedPaths|ReadonlyPaths)\[\d+\]$/,
        because: 'which paths are hidden differs by version of the engine; proc-unmasked asks whether any is',
      },
      {
        leaves: /\.(Mounts\[0\]|Tmpfs)\.|\.ExposedPorts\.|\.PortBindings\.|^\[0\]\.NetworkSettings\./,
        because: NOT_THERE,
      },
      { leaves: /\.(Env|Cmd|Entrypoint)\[\d\]$|\.WorkingDir$/, because: NOT_THERE },
    ],
  },
  'oci-runtime': {
    one: {
      // What no container starts without.
      'linux.seccomp.syscalls[0].names[1]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[2]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[4]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[5]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[8]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[9]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[10]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[11]': 'seccomp-profile-unusable',
      'linux.seccomp.syscalls[0].names[12]': 'seccomp-profile-unusable',
      'process.user.uid': 'root-user',
      // Without it the argument is what is run, and the image has no such program.
      'process.args[0]': 'program-missing',
      'process.noNewPrivileges': 'new-privileges-allowed',
      'process.apparmorProfile': 'apparmor-missing',
      'root.readonly': 'writable-root-filesystem',
      'linux.resources.memory.limit': 'memory-unbounded',
      'linux.resources.cpu.quota': 'cpu-unbounded',
      'linux.resources.pids.limit': 'pids-unbounded',
      'linux.namespaces[1].type': 'host-network-namespace',
      'linux.namespaces[2].type': 'host-uts-namespace',
      'linux.namespaces[3].type': 'host-pid-namespace',
      'linux.namespaces[4].type': 'host-ipc-namespace',
      'linux.namespaces[6].type': 'host-user-namespace',
      'linux.namespaces[5].type': 'host-cgroup-namespace',
      'annotations.org.opencontainers.image.ref.name': 'image-tag-mutable?',
      // A bind mount without a source: it mounts something, and the engine's own paths no longer excuse it.
      'mounts[7].source': 'host-path-mounted',
      'mounts[9].source': 'host-path-mounted',
      'mounts[10].source': 'host-path-mounted',
      'mounts[11].source': 'host-path-mounted',
    },
    none: [
      {
        leaves: /^linux\.[ug]idMappings/,
        because: 'the namespace is its own; runc does not start it with half a mapping',
      },
      { leaves: /^ociVersion$/, nothing: true, because: 'without a version it is no config.json' },
      { leaves: /^hostname$/, because: NAMES },
      {
        leaves: /^linux\.seccomp\.(defaultAction|syscalls\[0\]\.action)$/,
        notices: ['seccomp-profile-invalid'],
        because: 'no runtime takes the profile then, and a notice says so',
      },
      {
        leaves: /^linux\.seccomp\./,
        because: 'the profile lets fewer calls through, or is for every architecture',
      },
      { leaves: /^linux\.namespaces\[0\]\.type$/, because: 'runc refuses to mask paths without a mount namespace' },
      {
        leaves: /^linux\.(maskedPaths|readonlyPaths)\[\d+\]$/,
        because: 'which paths are hidden differs by version of the engine; proc-unmasked asks whether any is',
      },
      { leaves: /^process\.(args|env)\[\d\]$|^process\.cwd$|^root\.path$/, because: NOT_THERE },
      { leaves: /^process\.user\.(gid|additionalGids\[0\])$/, because: 'no rule asks for groups' },
      { leaves: /^process\.capabilities\.bounding$/, because: 'it is empty, and without it there is none either' },
      { leaves: /^mounts\[\d+\]\./, because: NOT_THERE },
      { leaves: /^linux\.sysctl\.|^linux\.devices$|^linux\.cgroupsPath$/, because: NOT_THERE },
      {
        leaves: /^linux\.resources\.(devices\[\d\]\.|memory\.(reservation|swap|disableOOMKiller)|cpu\.(shares|period))/,
        because: 'rules for the devices that every container has, and weights that limit nothing by themselves',
      },
    ],
  },
}
