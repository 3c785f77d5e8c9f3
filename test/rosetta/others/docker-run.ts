import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'run.sh', web: 'run.sh', host: 'run.sh', joined: 'run.sh', windows: 'run.sh' },
  differences: [
    { fields: ['network.mode'], of: ['web'], because: '--network names modes and networks alike' },
    {
      fields: ['network.mode'],
      of: ['plain', 'windows'],
      because: 'without --network it is the bridge of all containers; Compose makes a network for the project',
    },
    {
      fields: ['mounts[/etc/web.conf]', 'mounts[/run/secrets/cert]', 'resources.cpuReservation'],
      of: ['web'],
      because: 'docker run has neither configurations, nor secrets, nor reservations of processors',
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
      because: 'podman has options for it, Docker none: see the test of the dialect',
    },
    { rows: ['seccomp.text'], because: '--security-opt seccomp= takes the path of a profile' },
    { rows: ['probes.host'], because: 'a probe is a command here: it has no host to name' },
  ],
}
