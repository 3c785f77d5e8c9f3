/** containers.conf(5): the settings of Podman. https://github.com/containers/common/blob/main/docs/containers.conf.5.md */
import { child, elements, entries, type Node } from '../../document/node.ts'
import { asMap, bool, bytes, int, refuse } from '../ask.ts'
import { shortDevice, strangeDevice } from '../docker/device.ts'
import { shortMount, strangeMount } from '../docker/mount.ts'
import { why, soundMaps, word, type Device, type Mount } from '../docker/piece.ts'
import { containersConf as silence } from '../silence/engine/podman.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'
import { runtimesAt } from './runtime.ts'
import { capabilitiesAt, listAt, sysctlsAt, ulimitsAt } from './toml.ts'

/** Keys of [containers] and [engine] that no other tool's TOML has in tables of these names. */
const CONTAINERS = new Set(
  `annotations apparmor_profile base_hosts_file cgroup_conf cgroupns cgroups default_capabilities default_sysctls default_ulimits
   devices dns_options dns_searches dns_servers env env_host host_containers_internal_ip http_proxy init init_path interface_name
   ipcns keyring label label_users log_driver log_path log_size_max log_tag mounts netns no_hosts oom_score_adj pidns pids_limit
   prepare_volume_on_create privileged read_only seccomp_profile shm_size tz umask userns userns_size utsns volumes container_name_as_hostname`.split(
    /\s+/,
  ),
)
const TABLES = new Set(['containers', 'engine', 'network', 'machine', 'secrets', 'configmaps', 'farms', 'podmansh'])
const ENGINE =
  /^(?:runtime|runtimes|runtime_supports_\w+|cgroup_manager|conmon_\w+|events_logger|events_logfile_\w+|hooks_dir|image_\w+|infra_\w+|network_cmd_\w+|no_pivot_root|num_locks|pull_policy|service_\w+|static_dir|stop_timeout|tmp_dir|volume_\w+|active_service|compat_api_\w+|database_backend|helper_binaries_dir|lock_type|multi_image_archive|namespace|remote|enable_port_reservation|env|exit_command_delay|detach_keys|kube_generate_type|pod_exit_policy|compression_\w+|add_compression|healthcheck_events|retry\w*|platform_to_oci_runtime|ssh_config|chown_copied_files|cdi_spec_dirs)$/

const keysOf = (node: Node): readonly string[] => entries(node).map(([key]) => key)
const isContainersConf = (root: Node): boolean => {
  const tables = keysOf(root)
  if (tables.length === 0 || !tables.every((key) => TABLES.has(key))) return false
  return (
    keysOf(child(root, 'containers')).some((key) => CONTAINERS.has(key)) ||
    keysOf(child(root, 'engine')).some((key) => ENGINE.test(key)) ||
    /(?:^|[\\/])containers\.conf$/.test(root.place.file)
  )
}

const C = 'containers.'
/** `private` and whatever makes one of its own. */
const OWN = { private: 'own', host: 'host' } as const
/** The paths of the profile that Podman takes where nobody names one. */
const BUILT_IN = /^(?:\/usr\/share|\/etc)\/containers\/seccomp\.json$/
const profile = word(`${C}seccomp_profile`)

export const containersConf: EngineFormat = {
  name: 'containers-conf',
  file: 'containers.conf',
  seat: 'containers.conf',
  syntax: 'toml',
  mention: /^\s*\[(?:containers|engine)\]/m,
  is: isContainersConf,
  runtimes: () => ['podman'],
  scope: (root) => ({ self: soundMaps(asMap(root), ['containers', 'engine']) }),
  silence,
  asks: {
    ...SAYS_NOTHING,
    usernsRemap: word(`${C}userns`).to((mode) =>
      mode === 'host'
        ? false
        : /^(?:private|auto|keep-id|nomap)(?::|$)/.test(mode)
          ? true
          : refuse(`userns is ${mode}`, 'user'),
    ),
    privileged: bool(`${C}privileged`),
    readOnlyRootFilesystem: bool(`${C}read_only`),
    init: bool(`${C}init`),
    capabilities: capabilitiesAt(`${C}default_capabilities`, 'self'),
    seccomp: profile.to((path) =>
      path === 'unconfined' ? 'unconfined' : BUILT_IN.test(path) ? 'runtime-default' : 'profile',
    ),
    seccompProfile: profile.to((path) => (path === 'unconfined' || BUILT_IN.test(path) ? '' : path)),
    apparmorProfile: word(`${C}apparmor_profile`).to((name) => (/^containers?-default/.test(name) ? '' : name)),
    selinuxLabels: bool(`${C}label`),
    cgroupNamespace: word(`${C}cgroupns`).by(OWN),
    ipc: word(`${C}ipcns`).by({ private: 'own', shareable: 'shareable', host: 'host', none: 'none' }),
    pid: word(`${C}pidns`).by(OWN),
    network: word(`${C}netns`).to((mode) =>
      mode === 'host' || mode === 'none'
        ? mode
        : /^(?:private|bridge|pasta|slirp4netns)/.test(mode)
          ? 'own'
          : refuse(`netns is ${mode}`, 'user'),
    ),
    uts: word(`${C}utsns`).by(OWN),
    runtime: word('engine.runtime'),
    runtimes: runtimesAt('engine.runtimes', 'self', (name, node) => ({ name, paths: elements(node).slice(0, 1) })),
    sysctls: sysctlsAt(`${C}default_sysctls`, 'self'),
    ulimits: ulimitsAt(`${C}default_ulimits`, 'self'),
    pids: int(`${C}pids_limit`).to((limit) => Math.max(limit, 0)),
    sharedMemory: bytes(`${C}shm_size`),
    mounts: listAt<Mount>(`${C}volumes`, 'self', shortMount, (node) =>
      strangeMount(why(node, 'volumes of other files are kept', 'engine')),
    ),
    devices: listAt<Device>(`${C}devices`, 'self', shortDevice, (node) =>
      strangeDevice(why(node, 'devices of other files are kept', 'engine')),
    ),
    logDriver: word(`${C}log_driver`),
  },
}
