/** What the lines of LXC's configuration answer, for its own files and for those that hold them (raw.lxc of LXD). */
import type { container } from '../../model/fields.ts'
import { ask, refuse, scalarFact, parse, silent } from '../ask.ts'
import type { Asks } from '../dialect.ts'
import { drop, given } from './capability.ts'
import { apparmor, nesting, seccomp, selinux } from './confine.ts'
import { deviceRules } from './device.ts'
import { entrypoint, environment, init, role, sysctls, ulimits } from './list.ts'
import { devices, mounts, procMount, readOnlyPaths, readOnlyRoot, sharedMemory } from './mount.ts'
import { groups, joinedOf, mappings, namespace, network, networkMode, networkNames, time, user } from './namespace.ts'
import {
  cgroupParent,
  cpu,
  cpuSet,
  cpuShares,
  ioWeight,
  memory,
  oomKillDisabled,
  oomScoreAdjustment,
  pids,
  reservation,
  swap,
} from './resource.ts'
import { flag, value } from './setting.ts'

const id = (key: string) =>
  value(key).to((text) => (/^\d{1,10}$/.test(text) ? text : refuse(`"${text.slice(0, 40)}" is not a number`, 'user')))

export const asks: Asks<typeof container> = {
  name: value('lxc.uts.name').else(
    ask((scope) =>
      scope['name'] ? scalarFact(scope['name'], 'a text', parse.text) : { how: 'silent', place: scope.self.place },
    ),
  ),
  os: silent,
  role,
  image: { reference: silent, pull: silent },
  entrypoint,
  command: silent,
  workingDirectory: value('lxc.init.cwd'),
  privileged: silent,
  readOnlyRootFilesystem: readOnlyRoot,
  noNewPrivileges: flag('lxc.no_new_privs'),
  init,
  restart: { policy: silent, retries: silent },
  user: {
    name: id('lxc.init.uid'),
    group: id('lxc.init.gid'),
    supplementary: groups,
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: namespace('pid'),
    ipc: namespace('ipc'),
    network,
    uts: namespace('uts'),
    user,
    cgroup: namespace('cgroup'),
    mount: namespace('mnt'),
    time,
    pidOf: joinedOf('pid'),
    ipcOf: joinedOf('ipc'),
    networkOf: joinedOf('net'),
    userOf: joinedOf('user'),
  },
  uidMappings: mappings('u'),
  gidMappings: mappings('g'),
  network: { mode: networkMode, names: networkNames },
  capabilities: {
    given,
    add: silent,
    drop,
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  seccomp,
  apparmor,
  selinux,
  mounts,
  devices,
  deviceRules,
  masked: silent,
  readOnlyPaths,
  procMount,
  sysctls,
  ulimits,
  ports: silent,
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
    oomKillDisabled,
    oomScoreAdjustment,
    sharedMemory,
  },
  cgroupParent,
  runtime: silent,
  serviceAccount: { name: silent, token: silent },
  logging: { driver: silent },
  windows: { hostProcess: silent, userName: silent, credentialSpec: silent },
  podSecurity: { enforce: silent, version: silent },
  nesting,
  declarations: silent,
}
