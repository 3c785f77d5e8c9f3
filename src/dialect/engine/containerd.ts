/**
 * /etc/containerd/config.toml, and what `containerd config dump` prints, in its versions 1, 2 and 3, whose names of plug-ins differ:
 * https://github.com/containerd/containerd/blob/main/docs/cri/config.md, docs/PLUGINS.md. unset_seccomp_profile is not read:
 * a kubelet of today always says which filter a container gets.
 */
import { child, elements, entries, isMap, textOf, type Node } from '../../document/node.ts'
import type { Fact } from '../../model/fact.ts'
import type { Notice } from '../../model/notice.ts'
import { ask, asMap, bool, text, type Answer, type Ask, type Scope } from '../ask.ts'
import { isVoid, said, soundMaps, unknownBy, why, word, type Sysctl } from '../docker/piece.ts'
import { containerd as silence } from '../silence/engine/node.ts'
import { patterns, unless } from './crio.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'
import { below, runtimesAt } from './runtime.ts'

/** Tables of the file's root (containerd srvconfig.Config). */
const TABLES = new Set(
  `version root state temp plugin_dir grpc ttrpc debug metrics disabled_plugins required_plugins plugins oom_score cgroup proxy_plugins
   timeouts imports stream_processors subreaper`.split(/\s+/),
)
const CRI = 'io.containerd.grpc.v1.cri'

/** The tables of the CRI plug-in: the first name that is there. */
function plugin(root: Node, ...names: readonly string[]): Node {
  const plugins = child(root, 'plugins')
  const found = names.map((name) => child(plugins, name)).find((node) => node.missing !== true)
  return found ? asMap(found) : child(plugins, names[0] ?? '')
}
const isOff = (root: Node): boolean =>
  elements(child(root, 'disabled_plugins')).some((name) => ['cri', CRI].includes(textOf(name) ?? ''))

const insecure: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const registry = child(scope['images'] ?? scope.self, 'registry')
  if (isVoid(registry)) return { how: 'silent', place: registry.place }
  const found: Fact<string>[] = []
  for (const [name, config] of entries(child(registry, 'configs'))) {
    const skips = below(config, 'tls', 'insecure_skip_verify')
    if (skips.value === true) found.push(said(skips, name))
  }
  for (const [name, mirror] of entries(child(registry, 'mirrors')))
    for (const endpoint of elements(child(mirror, 'endpoint')))
      if ((textOf(endpoint) ?? '').startsWith('http://'))
        found.push(said(endpoint, `${textOf(endpoint)} (for ${name})`))
  const folder = child(registry, 'config_path')
  if (found.length === 0 && (textOf(folder) ?? '') !== '')
    return unknownBy(why(folder, `the hosts.toml files below ${textOf(folder)} say it, which are not read`, 'file'))
  return said(registry, found)
})

/** containerd sets them for every container that has its own network. */
const sysctls: Ask<readonly Sysctl[]> = ask((scope): Answer<readonly Sysctl[]> => {
  const self = scope['runtime'] ?? scope.self
  const found = SWITCHES.flatMap(({ key, name, value }) => {
    const node = child(self, key)
    return node.value === true
      ? [{ place: node.place, facts: { name: said(node, name), value: said(node, value) } }]
      : []
  })
  return found.length === 0 ? { how: 'silent', place: self.place } : said(self, found)
})
const SWITCHES = [
  { key: 'enable_unprivileged_ports', name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
  { key: 'enable_unprivileged_icmp', name: 'net.ipv4.ping_group_range', value: '0 2147483647' },
] as const

const hosts: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const grpc = child(scope.self, 'grpc')
  const [address, tcp] = [child(grpc, 'address'), child(grpc, 'tcp_address')]
  const found = [
    ...((textOf(address) ?? '') === '' ? [] : [said(address, `unix://${textOf(address)}`)]),
    ...((textOf(tcp) ?? '') === '' ? [] : [said(tcp, `tcp://${textOf(tcp)}`)]),
  ]
  return found.length === 0 ? { how: 'silent', place: grpc.place } : said(grpc, found)
})

function imported(root: Node): readonly Notice[] {
  const imports = child(root, 'imports')
  if (elements(imports).length === 0) return []
  const names = elements(imports)
    .slice(0, 5)
    .map((one) => textOf(one) ?? '?')
  return [
    {
      id: 'engine-imports',
      place: imports.place,
      message: `containerd takes settings from other files too (${names.join(', ')}), which were not read and may say otherwise. Give the whole: containerd config dump > containerd.toml`,
      lost: false,
    },
  ]
}

export const containerd: EngineFormat = {
  name: 'containerd',
  file: 'containerd.toml',
  seat: 'container runtime of the node',
  syntax: 'toml',
  mention: /^\s*\[{1,2}(?:plugins|grpc|proxy_plugins)\b|^\s*disabled_plugins\s*=/m,
  is: (root) =>
    isMap(root) &&
    entries(root).every(([key]) => TABLES.has(key)) &&
    (['disabled_plugins', 'grpc', 'proxy_plugins', 'oom_score'].some((key) => child(root, key).missing !== true) ||
      entries(child(root, 'plugins')).some(([name]) => name === 'cri' || name.startsWith('io.containerd.'))),
  // Docker's own containerd has no CRI: no kubelet runs containers with it.
  runtimes: (root) => (isOff(root) ? [] : ['kubernetes']),
  scope: (root): Scope => {
    const self = soundMaps(asMap(root), ['plugins', 'grpc'])
    return {
      self,
      runtime: plugin(self, 'io.containerd.cri.v1.runtime', CRI, 'cri'),
      images: plugin(self, 'io.containerd.cri.v1.images', CRI, 'cri'),
      cri: plugin(self, CRI, 'cri'),
    }
  },
  notices: imported,
  silence,
  asks: {
    ...SAYS_NOTHING,
    // Switched on it says nothing: the host may have no AppArmor.
    apparmor: bool('disable_apparmor', 'runtime').to((off) => (off ? false : undefined)),
    selinux: bool('enable_selinux', 'runtime'),
    runtime: word('containerd.default_runtime_name', 'runtime'),
    runtimes: runtimesAt('containerd.runtimes', 'runtime', (name, node) => {
      const hostDevices = unless(node, 'privileged_without_host_devices')
      const annotations = patterns(node, 'pod_annotations')
      return {
        name,
        paths: [
          below(node, 'runtime_type'),
          below(node, 'runtime_path'),
          below(node, 'runtime_engine'),
          below(node, 'options', 'BinaryName'),
        ],
        ...(hostDevices && { hostDevices }),
        ...(annotations && { annotations }),
      }
    }),
    sysctls,
    hosts,
    tlsVerify: text('grpc.tcp_tls_ca').to((path) => path !== ''),
    insecureRegistries: insecure,
    stream: { address: word('stream_server_address', 'cri'), tls: bool('enable_tls_streaming', 'cri') },
  },
}
