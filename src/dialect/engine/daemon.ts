/** daemon.json: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
import { child, elements, isMap, type Node } from '../../document/node.ts'
import { unknown, type Fact } from '../../model/fact.ts'
import { asMap, bool, bytes, parse, refuse, scalarFact, texts } from '../ask.ts'
import { collect, said, why, word, type Ulimit } from '../docker/piece.ts'
import { strangeUlimit } from '../docker/variable.ts'
import { daemon as silence } from '../silence/engine/docker.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'
import { below, runtimesAt } from './runtime.ts'

/** Every key that dockerd takes: it refuses others. */
const KEYS = new Set(
  `add-runtime allow-nondistributable-artifacts api-cors-header authorization-plugins bip bip6 bridge bridge-accept-fwmark
   builder cgroup-parent cluster-advertise cluster-store cluster-store-opts config-file containerd containerd-namespace
   containerd-plugin-namespace containerd-plugins-namespace cpu-rt-period cpu-rt-runtime cri-containerd data-root debug
   default-address-pools default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode default-network-opts
   default-runtime default-shm-size default-ulimits deprecated-key-path disable-legacy-registry dns dns-opts dns-search
   exec-opts exec-root experimental features fixed-cidr fixed-cidr-v6 firewall-backend graph group host-gateway-ip
   host-gateway-ips hosts http-proxy https-proxy icc init init-path insecure-registries ip ip-forward ip-forward-no-drop ip-masq
   ip6tables iptables ipv6 isolation labels live-restore log-driver log-format log-level log-opts max-concurrent-downloads
   max-concurrent-uploads max-download-attempts metrics-addr min-api-version mtu network-control-plane-mtu
   network-diagnostic-port no-new-privileges no-proxy node-generic-resources oom-score-adjust pidfile proxies raw-logs
   registry-mirrors rootless runtimes seccomp-profile selinux-enabled shutdown-timeout storage-driver storage-opts
   swarm-default-advertise-addr tls tlscacert tlscert tlskey tlsverify userland-proxy userland-proxy-path
   userns-remap validate cdi-spec-dirs`.split(/\s+/),
)
/** Keys that no other tool's file has: one of them makes a file of known keys a daemon.json, whatever its name. */
const OWN = new Set(
  [...KEYS].filter(
    (key) => key.includes('-') || ['bip', 'icc', 'iptables', 'ip6tables', 'tlsverify', 'hosts'].includes(key),
  ),
)

const MENTION = new RegExp(`"(?:${[...OWN, 'debug'].join('|')})"\\s*:`)

export function isDaemon(root: Node): boolean {
  if (!isMap(root)) return false
  const keys = [...root.value].map(([key]) => key)
  return (
    keys.length > 0 &&
    keys.every((key) => KEYS.has(key)) &&
    (keys.some((key) => OWN.has(key)) || /(?:^|[\\/])daemon\.json$/.test(root.place.file))
  )
}

const profile = word('seccomp-profile')
const isBuiltIn = (value: string): boolean => value === 'builtin' || value === 'default'

/** `"nofile": { "Name": "nofile", "Hard": 64000, "Soft": 64000 }` */
function ulimit(node: Node, key: string | undefined): readonly Ulimit[] {
  if (key === undefined) return [strangeUlimit(why(node, 'the limit has no name'))]
  const limit = (name: string): Fact<number> => {
    const answer = scalarFact(child(node, name), 'a whole number', parse.int)
    return answer.how === 'silent' ? unknown(node.place, `${key} has no ${name}`, 'user') : answer
  }
  return [{ place: node.place, facts: { name: said(node, key), soft: limit('Soft'), hard: limit('Hard') } }]
}

export const daemon: EngineFormat = {
  name: 'daemon',
  file: 'daemon.json',
  seat: 'daemon.json',
  syntax: 'data',
  mention: MENTION,
  is: isDaemon,
  runtimes: () => ['docker'],
  scope: (root) => ({ self: asMap(root) }),
  silence,
  asks: {
    ...SAYS_NOTHING,
    rootless: bool('rootless'),
    usernsRemap: word('userns-remap').to(() => true),
    noNewPrivileges: bool('no-new-privileges'),
    init: bool('init'),
    seccomp: profile.to((value) =>
      value === 'unconfined' ? 'unconfined' : isBuiltIn(value) ? 'runtime-default' : 'profile',
    ),
    seccompProfile: profile.to((value) => (value === 'unconfined' || isBuiltIn(value) ? '' : value)),
    selinux: bool('selinux-enabled'),
    cgroupNamespace: word('default-cgroupns-mode').by({ private: 'own', host: 'host' }),
    cgroupParent: word('cgroup-parent'),
    ipc: word('default-ipc-mode').by({ private: 'own', shareable: 'shareable' }),
    runtime: word('default-runtime'),
    // A runtime has a path and arguments, or the type of a shim and its options: https://docs.docker.com/engine/daemon/alternative-runtimes/
    runtimes: runtimesAt('runtimes', 'self', (name, node) => ({
      name,
      paths: [below(node, 'path'), below(node, 'runtimeType'), below(node, 'options', 'BinaryName')],
      flags: elements(below(node, 'runtimeArgs')),
    })),
    ulimits: collect<Ulimit>(strangeUlimit, { path: 'default-ulimits', each: ulimit }),
    sharedMemory: bytes('default-shm-size'),
    defaultAddress: word('ip'),
    interContainer: bool('icc'),
    iptables: bool('iptables'),
    liveRestore: bool('live-restore'),
    userlandProxy: bool('userland-proxy'),
    logDriver: word('log-driver'),
    logLevel: word('log-level'),
    storageDriver: word('storage-driver'),
    storageOptions: texts('storage-opts'),
    experimental: bool('experimental'),
    hosts: texts('hosts'),
    tlsVerify: bool('tlsverify').to((value) =>
      typeof value === 'boolean' ? value : refuse('tlsverify is neither true nor false'),
    ),
    authorization: texts('authorization-plugins'),
    insecureRegistries: texts('insecure-registries'),
  },
}
