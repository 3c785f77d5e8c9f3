import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'plain.container', web: 'web.container', host: 'host.container', joined: 'joined.container' },
  differences: [
    {
      fields: ['capabilities.given', 'masked', 'readOnlyPaths', 'resources.pids', 'logging.driver', 'namespaces.ipc'],
      because:
        'Podman has other defaults than Docker: fewer capabilities, 2048 processes, other paths, another log driver',
    },
    {
      fields: ['capabilities.bounding'],
      of: ['plain', 'joined'],
      because: 'it is the default set',
    },
    {
      fields: ['namespaces.user'],
      of: ['plain'],
      because: 'whether root runs Podman is not written',
    },
    {
      fields: ['namespaces.user', 'namespaces.userOf', 'escapes[core-pattern]'],
      of: ['joined'],
      because: "Compose cannot join another container's user namespace, whose root may be nobody's",
    },
    {
      fields: ['network.mode'],
      of: ['plain', 'web'],
      because: 'networks are named by the same key as modes',
    },
    {
      fields: ['restart.retries'],
      of: ['host'],
      because: 'systemd starts it again, and gives up after five times',
    },
    {
      fields: ['uidMappings[0]', 'gidMappings[0]'],
      of: ['web'],
      because: 'Compose cannot write mappings',
    },
    {
      fields: ['mounts[/data].options'],
      of: ['web'],
      because: 'the short syntax writes ro and rslave as options',
    },
    {
      fields: ['capabilities.effective', 'capabilities.permitted'],
      of: ['web'],
      because: 'Podman gives a user who is not root what was added, Docker does not',
    },
    {
      fields: ['mounts[/etc/web.conf]', 'resources.cpuReservation'],
      of: ['web'],
      because: 'Podman has neither configurations nor reservations of processors',
    },
  ],
  unasked: [
    { rows: ['role'], because: 'PodmanArgs=--init-ctr takes a pod: see the test of the dialect' },
    { rows: ['seccomp.text'], because: 'Podman takes profiles by path' },
    { rows: ['probes.host'], because: 'a probe is a command here: it has no host to name' },
  ],
}
