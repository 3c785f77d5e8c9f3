import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'nomad.hcl', web: 'nomad.hcl', host: 'nomad.hcl', joined: 'nomad.hcl' },
  differences: [
    { fields: ['capabilities.given'], because: 'Nomad does not allow NET_RAW by default' },
    { fields: ['capabilities.bounding'], of: ['plain', 'joined'], because: 'it is the default set, without NET_RAW' },
    {
      fields: ['health.check'],
      of: ['plain', 'host'],
      because: 'Nomad looks at the checks of services, not at that of the image',
    },
    {
      fields: ['resources.cpuShares'],
      of: ['plain', 'host', 'joined'],
      because: 'every task has a share: 100 MHz unless it says more',
    },
    {
      fields: ['resources.memory'],
      of: ['plain', 'joined'],
      because: 'every task has a limit: 300 MiB unless it says more',
    },
    {
      fields: ['restart.policy'],
      of: ['plain', 'host', 'joined'],
      because: 'every task is started again, twice unless it says more; in mode delay without end',
    },
    {
      fields: ['restart.retries'],
      of: ['plain', 'joined'],
      because: 'every task is started again, twice unless it says more',
    },
    { fields: ['resources.swap'], of: ['web', 'host'], because: 'the driver gives a task no swap' },
    { fields: ['namespaces.cgroup'], of: ['web', 'host', 'joined'], because: 'no key says it: the client decides' },
    {
      fields: [
        'cgroupParent',
        'deviceRules',
        'mounts[/cache].options',
        'mounts[/run/secrets/cert]',
        'mounts[/tmp].options',
        'network.names',
        'ports[9090]',
        'resources.cpuReservation',
        'resources.cpuSet',
        'resources.ioWeight',
      ],
      of: ['web'],
      because: 'the driver has no key for it',
    },
    { fields: ['resources.cpu'], of: ['web'], because: 'whole cores are what bounds a task; MHz are a weight' },
    {
      fields: [
        'mounts[/etc/web.conf].kind',
        'mounts[/etc/web.conf].type',
        'mounts[/etc/web.conf].source',
        'mounts[/etc/web.conf].options',
      ],
      of: ['web'],
      because: 'there are no configurations: a file of the host stands for it, in the short syntax',
    },
    {
      fields: ['ports[8080].address', 'ports[8443].address', 'ports[8443].protocol'],
      of: ['web'],
      because: 'a port is bound to the address of one of the client’s networks, for TCP and UDP',
    },
    {
      fields: ['environment[?]', 'environment[TOKEN]'],
      of: ['web'],
      because: 'a template gives it, which says what it is called when it is rendered',
    },
    {
      fields: ['health.liveness', 'health.readiness', 'probes[command]', 'probes[liveness]'],
      of: ['web'],
      because: 'a service is checked, and the task restarted',
    },
    { fields: ['network.mode'], of: ['web'], because: 'a network is named where the mode is' },
    { fields: ['image.pull'], of: ['host'], because: 'an image without a tag is always pulled' },
    { fields: ['image.pull'], of: ['joined'], because: 'there is no never' },
    { fields: ['resources.oomKillDisabled'], of: ['host'], because: 'the driver has no key for it' },
    { fields: ['resources.cpu'], of: ['joined'], because: 'whole cores are what bounds a task' },
    { fields: ['role'], of: ['joined'], because: 'it is beside the main task, which Compose cannot say' },
  ],
  unasked: [
    { rows: ['seccomp.text'], because: 'the driver takes profiles by path' },
    { rows: ['ports.protocol'], because: 'a port is mapped for TCP and UDP alike' },
    { rows: ['probes.host'], because: 'a check asks the task itself' },
  ],
}
