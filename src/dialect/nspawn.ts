/** Containers of systemd-nspawn: .nspawn files (systemd.nspawn(5)), units that run it, and drop-ins of its service template. */
import type { Node } from '../document/node.ts'
import type { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import { silent } from './ask.ts'
import type { About, Asks, Dialect, Files, Found } from './dialect.ts'
import { add, ambient, drop, given } from './nspawn/capability.ts'
import { isDropIn, isNspawn, isService, machineOf, wanted } from './nspawn/document.ts'
import {
  apparmorKind,
  apparmorName,
  command,
  entrypoint,
  environment,
  init,
  labelled,
  labelPart,
  name,
  ports,
  restart,
  role,
} from './nspawn/list.ts'
import { devices, masked, mounts, procMount, readOnlyPaths, readOnlyRoot, sharedMemory } from './nspawn/mount.ts'
import { cgroup, mappings, network, networkMode, networkNames, networkOf, shared, user } from './nspawn/namespace.ts'
import {
  cgroupParent,
  cpu,
  cpuSet,
  cpuShares,
  deviceRules,
  ioWeight,
  memory,
  oomScoreAdjustment,
  pids,
  reservation,
  swap,
  ulimits,
} from './nspawn/resource.ts'
import { kind, text } from './nspawn/seccomp.ts'
import { flag, nodeOf, value } from './nspawn/setting.ts'
import { writable } from './nspawn/write.ts'
import { nspawn as silence } from './silence/nspawn.ts'

const asks: Asks<typeof container> = {
  name,
  os: silent,
  role,
  image: { reference: silent, pull: silent },
  entrypoint,
  command,
  workingDirectory: value('WorkingDirectory'),
  privileged: silent,
  readOnlyRootFilesystem: readOnlyRoot,
  noNewPrivileges: flag('NoNewPrivileges'),
  init,
  restart: { policy: restart, retries: silent },
  user: {
    name: value('User'),
    group: silent,
    supplementary: silent,
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: shared('PID'),
    ipc: shared('IPC'),
    network,
    uts: shared('UTS'),
    user,
    cgroup,
    mount: silent,
    time: silent,
    pidOf: silent,
    ipcOf: silent,
    networkOf,
    userOf: silent,
  },
  uidMappings: mappings,
  gidMappings: mappings,
  network: { mode: networkMode, names: networkNames },
  capabilities: { given, add, drop, ambient, initialPermitted: silent, initialInheritable: silent },
  seccomp: { kind, name: silent, text },
  apparmor: { kind: apparmorKind, name: apparmorName },
  selinux: { disabled: labelled, user: labelPart(0), role: labelPart(1), type: labelPart(2), level: labelPart(3) },
  mounts,
  devices,
  deviceRules,
  masked,
  readOnlyPaths,
  procMount,
  sysctls: silent,
  ulimits,
  ports,
  environment,
  health: { check: silent, readiness: silent, liveness: silent },
  probes: silent,
  resources: {
    memory,
    memoryReservation: reservation,
    swap,
    cpu,
    cpuReservation: silent,
    cpuShares,
    cpuSet,
    pids,
    ioWeight,
    ephemeralStorage: silent,
    oomKillDisabled: silent,
    oomScoreAdjustment,
    sharedMemory,
  },
  cgroupParent,
  runtime: silent,
  serviceAccount: { name: silent, token: silent },
  logging: { driver: silent },
  windows: { hostProcess: silent, userName: silent, credentialSpec: silent },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

function containers(root: Node, files: Files, { file }: About): Read<readonly Found[]> {
  const machine = machineOf(root, files, file)
  if (!machine) return { value: [], notices: [] }
  const [first] = machine.ignored
  const notices: readonly Notice[] = first
    ? [
        {
          id: 'nspawn-untrusted',
          place: first.place,
          message: `systemd-nspawn ignores ${[...new Set(machine.ignored.map(({ key }) => key))].join(', ')} here, since a file in /var/lib/machines came with its image and is not trusted; so did this scan. Settings that shall count belong in /etc/systemd/nspawn.`,
          lost: false,
        },
      ]
    : []
  const id = machine.name === '' ? 'container' : machine.name
  const named: Node = { place: machine.place, path: [], value: machine.name }
  return {
    value: [
      {
        id,
        scope: { self: nodeOf(machine.settings, machine.place), name: named, ...(isNspawn(root) && { nspawn: root }) },
      },
    ],
    notices,
  }
}

export const nspawn: Dialect = {
  name: 'nspawn',
  says: 'Containers of systemd-nspawn: .nspawn files and units that run it',
  runtime: 'nspawn',
  syntaxes: ['unit'],
  mention: /^[ \t]*\[(?:Exec|Files|Network|Service)\]/m,
  sign: 'keys of [Exec], [Files] and [Network], or systemd-nspawn in ExecStart',
  certain: true,
  is: (root) => isNspawn(root) || isService(root) || isDropIn(root),
  wants: (root, { file }) => wanted(root, file),
  containers,
  asks: writable(asks),
  silence,
}
