/**
 * A Kubernetes node: what containerd, CRI-O and the kubelet do where their own settings are silent. What one of them leaves to
 * another is not known from its file (ask engine), so that the join takes it from that one's.
 * containerd: docs/cri/config.md of containerd; CRI-O: crio.conf(5); kubelet: the defaults of KubeletConfiguration v1beta1,
 * which are those of a configuration file (the flags' own differ).
 */
import type { engine } from '../../../model/fields.ts'
import { refuse, type Refusal } from '../../ask.ts'
import { is, isList, type Silence } from '../../dialect.ts'
import { DEFAULT_CAPABILITIES } from '../runtime.ts'
import { undecided } from './undecided.ts'

const other = (file: string, who: string): Refusal => refuse(`${file} does not decide it: ${who}`, 'engine')
const KUBELET = '--engine with the kubelet’s configuration'

const belowKubelet = (file: string): Silence<typeof engine> => ({
  ...undecided(other(file, 'no file of the node that was read does')),
  seccomp: other(file, `the kubelet does (seccompDefault): ${KUBELET}`),
  unsafeSysctls: other(file, `the kubelet does (allowedUnsafeSysctls): ${KUBELET}`),
  kubelet: undecided(other(file, `the kubelet does: ${KUBELET}`)).kubelet,
  noNewPrivileges: is(false, 'pods say it themselves (allowPrivilegeEscalation)'),
  privileged: is(false, 'pods say it themselves'),
  init: is(false, 'a node adds no init process'),
  selinuxLabels: is(true, 'a node’s runtime labels all alike'),
  selinuxOnHostNetwork: is(true, `${file} makes no difference`),
  ipc: is('own', 'pods have one of their own'),
  pid: is('own', 'pods have one of their own'),
  network: is('own', 'pods have one of their own'),
  uts: is('own', 'pods have one of their own'),
  mounts: is([], `${file} adds none`),
  devices: is([], `${file} adds none`),
  sysctls: is([], `${file} sets none`),
  ulimits: is([], `${file} sets none`),
  readOnlyRootFilesystem: is(false, `${file} has no such setting`),
  usernsRemap: is(false, 'pods ask for one themselves (hostUsers: false)'),
  seccompProfile: is('', 'its built-in profile'),
  apparmorProfile: is('', 'its own profile'),
})

const CONTAINERD = 'containerd’s config.toml'
export const containerd: Silence<typeof engine> = {
  ...belowKubelet(CONTAINERD),
  kind: is('containerd', 'config.toml is containerd’s'),
  rootless: is(false, 'containerd of a node runs as root'),
  capabilities: isList(DEFAULT_CAPABILITIES, 'containerd’s set, which no setting changes'),
  apparmor: refuse('disable_apparmor is not set: AppArmor confines where the host has it', 'engine'),
  selinux: is(false, 'enable_selinux is not set'),
  runtime: is('runc', 'default_runtime_name is runc unless set'),
  runtimes: is([], 'runtimes is not set'),
  hosts: isList(['unix:///run/containerd/containerd.sock'], 'grpc.address is not set'),
  tlsVerify: is(false, 'grpc.tcp_tls_ca is not set'),
  insecureRegistries: isList([], 'no registry is written'),
  stream: {
    address: is('127.0.0.1', 'stream_server_address is 127.0.0.1 unless set'),
    tls: is(false, 'enable_tls_streaming is not set'),
  },
}

/** crio.conf(5), default_capabilities; before 1.18 it had NET_RAW and SYS_CHROOT too. */
const CRIO_CAPABILITIES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETPCAP',
  'SETUID',
]
const CRIO = 'crio.conf'
export const crio: Silence<typeof engine> = {
  ...belowKubelet(CRIO),
  kind: is('cri-o', 'crio.conf is CRI-O’s'),
  rootless: is(false, 'CRI-O runs as root'),
  readOnlyRootFilesystem: is(false, 'read_only is not set'),
  usernsRemap: is(false, 'uid_mappings is not set: pods ask for one themselves'),
  capabilities: isList(CRIO_CAPABILITIES, 'default_capabilities is not set: those of CRI-O'),
  seccompProfile: is('', 'seccomp_profile is not set'),
  apparmor: refuse('crio.conf does not say whether the host has AppArmor', 'engine'),
  apparmorProfile: is('', 'apparmor_profile is crio-default unless set'),
  selinux: is(false, 'selinux is not set'),
  selinuxOnHostNetwork: is(false, 'hostnetwork_disable_selinux is on unless set'),
  runtime: refuse('default_runtime is not set: crun since CRI-O 1.31, runc before', 'engine'),
  runtimes: is([], 'no runtimes are written'),
  sysctls: is([], 'default_sysctls is not set'),
  ulimits: is([], 'default_ulimits is not set'),
  devices: is([], 'additional_devices is not set'),
  logLevel: is('info', 'log_level is info unless set'),
  storageDriver: is('', 'storage_driver is not set: that of storage.conf'),
  storageOptions: isList([], 'storage_option is not set: those of storage.conf'),
  hosts: isList(['unix:///var/run/crio/crio.sock'], 'listen is not set'),
  insecureRegistries: isList([], 'insecure_registries is not set'),
  stream: {
    address: is('127.0.0.1', 'stream_address is 127.0.0.1 unless set'),
    tls: is(false, 'stream_enable_tls is not set'),
  },
}

export const kubelet: Silence<typeof engine> = {
  ...undecided(other('the kubelet’s configuration', 'containerd’s config.toml or crio.conf may')),
  kind: is('kubelet', 'KubeletConfiguration is the kubelet’s'),
  seccomp: is('unconfined', 'seccompDefault is not set'),
  unsafeSysctls: isList([], 'allowedUnsafeSysctls is not set'),
  pids: is(0, 'podPidsLimit is not set'),
  cgroupParent: is('', 'cgroupRoot is not set'),
  kubelet: {
    anonymous: is(false, 'a configuration file switches it off unless it says so (the flag’s default is on)'),
    webhook: is(true, 'on unless authentication.webhook.enabled is false'),
    clientCa: is('', 'authentication.x509.clientCAFile is not set'),
    authorization: is('Webhook', 'a configuration file asks the API server unless it says otherwise'),
    readOnlyPort: is(0, 'readOnlyPort is not set'),
    address: is('0.0.0.0', 'address is not set'),
    debugging: is(true, 'on unless enableDebuggingHandlers is false'),
    certificate: is('', 'tlsCertFile is not set: it signs one itself'),
    serverBootstrap: is(false, 'serverTLSBootstrap is not set'),
    rotate: is(false, 'rotateCertificates is not set'),
    tlsMinimum: is('', 'tlsMinVersion is not set'),
    ciphers: isList([], 'tlsCipherSuites is not set'),
    protectKernel: is(false, 'protectKernelDefaults is not set'),
    iptablesChains: is(true, 'on unless makeIPTablesUtilChains is false'),
    eventRate: is(50, 'eventRecordQPS is 50 unless set'),
    streamTimeout: is(14_400, 'streamingConnectionIdleTimeout is 4h unless set'),
    failSwap: is(true, 'on unless failSwapOn is false'),
    swap: is('NoSwap', 'memorySwap.swapBehavior is not set'),
    staticPods: is('', 'staticPodPath is not set'),
  },
}
