/** The table of an engine. */
import { by, group, type Rows } from '../row.ts'
import { sandboxes } from '../sandbox.ts'
import { device, mount, sysctl, ulimit } from './group.ts'

const { bool, int, string, oneOf, list } = by('dialect')

const engineRuntime = group(
  'EngineRuntime',
  {
    name: string('Name by which containers ask for it (handler)'),
    path: string('Path of its binary or type of its shim; empty where neither is written'),
    sandbox: oneOf(sandboxes, "What it puts between the container and the host's kernel"),
    hostDevices: bool('Gives a privileged container every device of the host'),
    annotations: list(string('A pattern'), 'Annotations of pods that it takes orders from'),
    loosened: list(string('A flag'), 'Flags that weaken its sandbox'),
  },
  'A runtime that the engine can start containers with',
)

/**
 * What the engine's own settings decide where a container says nothing: daemon.json, `docker info`, containerd's config.toml, crio.conf,
 * containers.conf, the kubelet's configuration. On a node the kubelet and what runs below it are one engine: each row is that one's who decides it.
 */
export const engine = {
  kind: oneOf(['docker', 'podman', 'containerd', 'cri-o', 'kubelet', 'runsc'], 'Which program'),
  version: string('Version'),
  rootless: bool('The engine does not run as root'),
  usernsRemap: bool('Containers get a user namespace of their own (userns-remap, userns)'),
  noNewPrivileges: bool('Containers get no_new_privs (no-new-privileges)'),
  privileged: bool('Every container is privileged (containers.conf)'),
  readOnlyRootFilesystem: bool('Every root file system is read-only'),
  init: bool('Every container gets a minimal init'),
  capabilities: list(string('A capability'), 'What a container has before it adds and drops'),
  seccomp: oneOf(['runtime-default', 'unconfined', 'profile', 'unsupported'], 'seccomp profile for containers'),
  seccompProfile: string('Path of its seccomp profile; empty is the built-in'),
  apparmor: bool('AppArmor is on'),
  apparmorProfile: string('AppArmor profile of containers that name none; empty is its own'),
  selinux: bool('SELinux labels containers (selinux-enabled)'),
  selinuxLabels: bool('It labels containers that do not say otherwise (label), where the host has SELinux'),
  selinuxOnHostNetwork: bool('SELinux confines containers of the host network too (hostnetwork_disable_selinux)'),
  cgroupVersion: int('cgroup version of the host, 1 or 2'),
  cgroupNamespace: oneOf(['own', 'host'], 'default-cgroupns-mode'),
  cgroupParent: string('cgroup-parent'),
  ipc: oneOf(['own', 'shareable', 'host', 'none'], 'default-ipc-mode'),
  pid: oneOf(['own', 'host'], 'Whose processes containers see'),
  network: oneOf(['own', 'host', 'none'], 'Whose network containers use'),
  uts: oneOf(['own', 'host'], 'Whose host name containers have'),
  runtime: string('default-runtime'),
  runtimes: list(engineRuntime, 'Runtimes besides those that are built in', 'name'),
  sysctls: list(sysctl, 'Kernel parameters of every container', 'name'),
  unsafeSysctls: list(string('A name or pattern'), 'Kernel parameters that pods may set though others feel them'),
  ulimits: list(ulimit, 'default-ulimits', 'name'),
  pids: int('Limit of processes where a container has none of its own; 0 is no limit'),
  sharedMemory: int('Size of /dev/shm; 0 is the default'),
  mounts: list(mount, 'Mounts that every container gets', 'target'),
  devices: list(device, 'Devices of the host that every container gets', 'source'),
  defaultAddress: string('Address that ports are published on where none is written (ip)'),
  interContainer: bool('Containers of the default bridge may talk to each other (icc)'),
  iptables: bool('It sets packet filter rules for its networks (iptables)'),
  liveRestore: bool('Containers live on while it restarts (live-restore)'),
  userlandProxy: bool('userland-proxy'),
  logDriver: string('log-driver'),
  logLevel: string('How much it logs of its own doing (log-level)'),
  storageDriver: string('storage-driver; empty is its own choice'),
  experimental: bool('Features that are not ready are on (experimental)'),
  hosts: list(string('An address'), 'Addresses that its API listens on'),
  tlsVerify: bool('Clients of its API must show a certificate (tlsverify)'),
  authorization: list(string('A plugin'), 'Plugins that decide who may ask its API for what (authorization-plugins)'),
  insecureRegistries: list(string('A registry'), 'Registries spoken to without TLS'),
  stream: group(
    'EngineStream',
    {
      address: string('Address that exec, attach and port-forward are served on'),
      tls: bool('They are served with TLS'),
    },
    "The streaming server of a node's container runtime",
  ),
  kubelet: group(
    'Kubelet',
    {
      anonymous: bool('Requests without credentials are taken (authentication.anonymous)'),
      webhook: bool('Bearer tokens are checked by the API server (authentication.webhook)'),
      clientCa: string('Certificates of clients are checked against this; empty is not at all (authentication.x509)'),
      authorization: oneOf(['AlwaysAllow', 'Webhook'], 'Who may do what (authorization.mode)'),
      readOnlyPort: int('Port that shows all pods to everybody; 0 is off'),
      address: string('Address that its API listens on'),
      debugging: bool('exec, attach, logs and port-forward are served (enableDebuggingHandlers)'),
      certificate: string('Its serving certificate; empty is one that it signs itself (tlsCertFile)'),
      serverBootstrap: bool('The cluster signs its serving certificate (serverTLSBootstrap)'),
      rotate: bool('Its client certificate is renewed (rotateCertificates)'),
      tlsMinimum: string('Oldest version of TLS; empty is that of Go (tlsMinVersion)'),
      ciphers: list(string('A cipher suite'), 'Cipher suites of TLS 1.2; empty are those of Go'),
      protectKernel: bool('It refuses to start where kernel settings are not as it wants, and changes none'),
      iptablesChains: bool('It keeps chains in iptables for the node (makeIPTablesUtilChains)'),
      eventRate: int('Events per second that it records; 0 is without limit'),
      streamTimeout: int('Seconds until an idle stream is closed; 0 is never'),
      failSwap: bool('It refuses to run where swap is on'),
      swap: oneOf(['NoSwap', 'LimitedSwap', 'UnlimitedSwap'], 'How pods may swap (memorySwap)'),
      staticPods: string('Folder of pods that nobody admits; empty is none'),
    },
    'The kubelet: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/',
  ),
} as const satisfies Rows
