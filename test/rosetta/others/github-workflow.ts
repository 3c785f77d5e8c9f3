import type { Other } from '../others.ts'

export const other: Other = {
  files: {
    plain: 'workflow.yaml',
    web: 'workflow.yaml',
    host: 'workflow.yaml',
    joined: 'workflow.yaml',
    windows: 'workflow.yaml',
  },
  differences: [
    {
      fields: ['entrypoint', 'command', 'network.names'],
      of: ['web'],
      because: 'a service runs what its image runs, in the network that the runner makes',
    },
    {
      fields: ['mounts[/etc/web.conf]', 'mounts[/run/secrets/cert]', 'resources.cpuReservation'],
      of: ['web'],
      because: 'docker create has neither configurations, nor secrets, nor reservations of processors',
    },
  ],
  unasked: [
    {
      rows: [
        'role',
        'namespaces.userOf',
        ...['uidMappings', 'gidMappings'].flatMap((list) => [
          list,
          ...['container', 'host', 'size'].map((row) => `${list}.${row}`),
        ]),
      ],
      because: 'podman has options for it, Docker none',
    },
    { rows: ['network.names'], because: 'a network by name is in no step of these' },
    { rows: ['seccomp.text'], because: '--security-opt seccomp= takes the path of a profile' },
    { rows: ['probes.host'], because: 'a probe is a command here: it has no host to name' },
  ],
}
