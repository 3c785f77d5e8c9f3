/**
 * Micro-VMs of Firecracker: the JSON configuration of one (`--config-file`), and units that start one, with the jailer or without.
 * https://github.com/firecracker-microvm/firecracker/blob/main/docs/getting-started.md, src/vmm/src/resources.rs (VmmConfig)
 */
import { child, elements, entries, isMap, textOf, type Node } from '../document/node.ts'
import type { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import { int, refuse, silent } from './ask.ts'
import type { About, Asks, Dialect, Files, Found, Want } from './dialect.ts'
import { commandLine } from './firecracker/command-line.ts'
import {
  cgroup,
  devices,
  LINE,
  mounts,
  networkNames,
  option,
  readOnlyRoot,
  seccompKind,
  ulimits,
} from './firecracker/list.ts'
import { firecracker as silence } from './silence/firecracker.ts'

const KEYS = new Set(
  `boot-source drives machine-config cpu-config network-interfaces vsock logger metrics mmds-config mmds-version entropy balloon pmem serial
   memory-hotplug`.split(/\s+/),
)
const isConfig = (root: Node): boolean =>
  isMap(root) && isMap(child(root, 'boot-source')) && entries(root).every(([key]) => KEYS.has(key))

const number = (what: string) => (text: string) =>
  /^\d{1,15}$/.test(text) ? Number(text) : text === 'max' ? 0 : refuse(`${what} is "${text.slice(0, 50)}"`, 'user')

const asks: Asks<typeof container> = {
  name: option('id'),
  os: silent,
  role: silent,
  image: { reference: silent, pull: silent },
  entrypoint: silent,
  command: silent,
  workingDirectory: silent,
  privileged: silent,
  readOnlyRootFilesystem: readOnlyRoot,
  noNewPrivileges: silent,
  init: silent,
  restart: { policy: silent, retries: silent },
  // Of the process outside, which is what an escape from the guest begins as.
  user: {
    name: option('uid'),
    group: option('gid'),
    supplementary: silent,
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: silent,
    ipc: silent,
    network: networkNames.to(() => 'own' as const),
    uts: silent,
    user: silent,
    cgroup: silent,
    mount: silent,
    time: silent,
    pidOf: silent,
    ipcOf: silent,
    networkOf: silent,
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  network: { mode: networkNames.to(() => 'tap'), names: networkNames },
  capabilities: {
    given: silent,
    add: silent,
    drop: silent,
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  seccomp: {
    kind: seccompKind,
    // A filter is compiled, so that there is nothing in it to read.
    name: silent,
    text: silent,
  },
  apparmor: { kind: silent, name: silent },
  selinux: { disabled: silent, user: silent, role: silent, type: silent, level: silent },
  mounts,
  devices,
  deviceRules: silent,
  masked: silent,
  readOnlyPaths: silent,
  procMount: silent,
  sysctls: silent,
  ulimits,
  ports: silent,
  environment: silent,
  health: { check: silent, readiness: silent, liveness: silent },
  probes: silent,
  resources: {
    memory: int('machine-config.mem_size_mib').to((size) => size * 2 ** 20),
    memoryReservation: silent,
    swap: silent,
    cpu: int('machine-config.vcpu_count').to((count) => count * 1000),
    cpuReservation: silent,
    cpuShares: silent,
    cpuSet: cgroup('cpuset.cpus'),
    pids: cgroup('pids.max').to(number('pids.max')),
    ioWeight: silent,
    ephemeralStorage: silent,
    oomKillDisabled: silent,
    oomScoreAdjustment: silent,
    sharedMemory: silent,
  },
  cgroupParent: option('parent-cgroup'),
  runtime: silent,
  serviceAccount: { name: silent, token: silent },
  logging: { driver: silent },
  windows: { hostProcess: silent, userName: silent, credentialSpec: silent },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

const CONFIG = 'config-file'
const configOf = (line: Node): Node | undefined => elements(child(line, CONFIG))[0]

function wants(root: Node): readonly Want[] {
  const line = isConfig(root) ? undefined : commandLine(root)
  const path = line && textOf(configOf(line.options) ?? line.options)
  // In the chroot of the jailer the name is another than outside: what is not here may be there.
  return path === undefined || path === '' ? [] : [{ path, optional: true }]
}

function containers(root: Node, files: Files, { file }: About): Read<readonly Found[]> {
  const named = file
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.[a-z]+$/, '')
  const id = named === undefined || named === '' ? 'microvm' : named
  const nothing: Node = { place: root.place, path: [], value: new Map() }
  if (isConfig(root)) return { value: [{ id, scope: { self: root, [LINE]: nothing } }], notices: [] }
  const line = commandLine(root)
  if (!line) return { value: [], notices: [] }
  const path = textOf(configOf(line.options) ?? nothing)
  const config = path === undefined ? undefined : files.get(path)
  const self: Node = config && isConfig(config) ? config : { ...nothing, place: line.place }
  const notices: Notice[] = []
  if (!line.isJailed)
    notices.push({
      id: 'firecracker-unjailed',
      place: line.place,
      message:
        'Firecracker is started without its jailer, so that whoever breaks out of the guest has what the user of this unit has on the host, files and processes. Start it through the jailer, with a --uid and --gid of its own.',
      lost: false,
    })
  if (self !== config)
    notices.push({
      id: 'firecracker-configuration',
      place: line.place,
      message:
        'What the machine is given (drives, memory, network) is said through its API or in a file that is not here, so it was not checked. Give its configuration too: --config-file, or what GET /vm/config answers.',
      lost: false,
    })
  const label = textOf(elements(child(line.options, 'id'))[0] ?? nothing)
  return { value: [{ id: label ?? id, scope: { self, [LINE]: line.options } }], notices }
}
export const firecracker: Dialect = {
  name: 'firecracker',
  says: 'Micro-VMs of Firecracker: their JSON configuration, and units that run the jailer or firecracker',
  runtime: 'oci',
  syntaxes: ['data', 'unit'],
  mention: /"boot-source"|\b(?:jailer|firecracker)\b/,
  sign: '`boot-source`, or the jailer or firecracker in ExecStart',
  certain: true,
  is: (root) => isConfig(root) || commandLine(root) !== undefined,
  wants,
  containers,
  asks,
  silence,
}
