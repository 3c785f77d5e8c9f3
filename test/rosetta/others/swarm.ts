/** The web service is what Docker Engine 20.10 printed for such a service, with what it has learned since (`Privileges`). */
import type { Other } from '../others.ts'

const LIMITS = ['cpuSet', 'cpuShares', 'ephemeralStorage', 'ioWeight', 'sharedMemory', 'swap']

export const other: Other = {
  files: { plain: 'service.json', web: 'service.json', host: 'service.json', windows: 'service.json' },
  differences: [
    { fields: ['image.pull'], of: ['plain', 'host', 'windows'], because: 'a node asks the registry before every task' },
    { fields: ['restart.policy'], of: ['plain'], because: 'a task is started again unless told otherwise' },
    {
      fields: [
        'cgroupParent',
        'deviceRules',
        'devices[/dev/null]',
        'namespaces.cgroup',
        'namespaces.user',
        'runtime',
        'sandbox',
        ...LIMITS.map((row) => `resources.${row}`),
      ],
      of: ['web'],
      because: 'a service has no such setting: the node and its engine decide',
    },
    {
      fields: ['apparmor.flaws', 'apparmor.kind', 'apparmor.looser', 'apparmor.name'],
      of: ['web'],
      because: 'a service has the default AppArmor profile or none, and no other',
    },
    { fields: ['seccomp.name', 'seccomp.text'], of: ['web'], because: 'the profile itself is in the service' },
    {
      fields: ['ports[8080].address', 'ports[8443].address', 'ports[9090]'],
      of: ['web'],
      because: 'a service publishes on every interface of the node, and exposes nothing',
    },
    {
      fields: ['environment[TOKEN]'],
      of: ['web'],
      because: 'a variable without a value is nothing once the service is made',
    },
    { fields: ['mounts[/tmp].options'], of: ['web'], because: 'the size is a number there, and noexec cannot be said' },
    {
      fields: [
        'escapes[host-processes]',
        'escapes[host-shared-memory]',
        'escapes[kernel-module]',
        'escapes[privileged-disk]',
        'escapes[unprivileged-user-namespace]',
        'masked',
        'namespaces.cgroup',
        'namespaces.ipc',
        'namespaces.pid',
        'namespaces.uts',
        'privileged',
        'procMount',
        'readOnlyPaths',
        'resources.oomKillDisabled',
      ],
      of: ['host'],
      because: 'a service is never privileged, and shares no namespace with the node but the network',
    },
    {
      fields: ['network.mode', 'network.names'],
      of: ['host'],
      because: "the host's network is a network by name there, not a mode",
    },
    { fields: ['mounts[/host].options'], of: ['host'], because: 'propagation is a key of its own there' },
  ],
  unasked: [
    { rows: ['ports.address'], because: 'a service publishes on every interface of the node' },
    { rows: ['environment.fromSecret'], because: 'the value is there, wherever it came from' },
    { rows: ['probes.host'], because: 'a health check is a command' },
  ],
}
