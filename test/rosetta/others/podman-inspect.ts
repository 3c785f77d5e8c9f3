import type { Other } from '../others.ts'

/**
 * The fixtures are what Podman 4.3.1 wrote for such containers, with ids and paths made short, and with what that machine could not give
 * (labels, AppArmor, a first process, another runtime, journald, block I/O weights, the restart policy and the IPC of Podman 5).
 */
export const other: Other = {
  files: { plain: 'podman.json', web: 'podman.json', host: 'podman.json', joined: 'podman.json' },
  differences: [
    {
      fields: ['capabilities.given', 'capabilities.drop', 'capabilities.add'],
      because: 'the sets are written out, and what was added and dropped is worked out of them',
    },
    {
      fields: [
        'capabilities.bounding',
        'masked',
        'readOnlyPaths',
        'resources.pids',
        'logging.driver',
        'namespaces.ipc',
      ],
      because: 'Podman has other defaults than Docker',
    },
    {
      fields: ['environment[PATH]', 'environment[TERM]', 'environment[container]'],
      because: 'Podman sets variables of its own',
    },
    {
      fields: ['resources.sharedMemory', 'runtime', 'network.mode', 'network.names'],
      because: 'what Podman chose is written out',
    },
    {
      fields: [
        'command',
        'entrypoint',
        'workingDirectory',
        'user.name',
        'user.group',
        'user.uid',
        'user.gid',
        'user.numeric',
        'capabilities.effective',
        'capabilities.permitted',
        'capabilities.gainable',
        'capabilities.reaching',
        'health.check',
        'namespaces.cgroup',
      ],
      of: ['plain'],
      because: 'the container is made, and holds what its image gave it',
    },
    {
      fields: ['capabilities.effective', 'capabilities.permitted'],
      of: ['web'],
      because: 'Podman gives a user who is not root what was added, Docker does not',
    },
    {
      fields: ['uidMappings[0]', 'gidMappings[0]'],
      of: ['web'],
      because: 'Compose cannot write mappings',
    },
    {
      fields: ['mounts[/etc/web.conf]', 'resources.cpuReservation'],
      of: ['web'],
      because: 'Podman has neither configurations nor reservations of processors',
    },
    {
      fields: ['mounts[/cache].options', 'mounts[/data].options', 'mounts[/tmp].options'],
      of: ['web'],
      because: 'Podman adds options of its own, and prints those of access and propagation apart',
    },
    {
      fields: ['mounts[/host].options', 'mounts[/var/run/docker.sock].options'],
      of: ['host'],
      because: 'Podman adds options of its own, and prints those of access and propagation apart',
    },
    {
      fields: ['image.reference', 'image.tag', 'image.precision'],
      of: ['host'],
      because: 'Podman writes out the tag that it took',
    },
    {
      fields: ['resources.swap'],
      of: ['host'],
      because: 'Podman writes out the limit of swap that follows from that of memory',
    },
    {
      fields: ['workingDirectory', 'health.check'],
      of: ['host'],
      because: 'the container is made, and holds what its image gave it',
    },
    {
      fields: ['entrypoint', 'workingDirectory'],
      of: ['joined'],
      because: 'the container is made, and holds what its image gave it',
    },
    {
      fields: ['namespaces.user', 'namespaces.userOf', 'escapes[core-pattern]'],
      of: ['joined'],
      because: "Compose cannot join another container's user namespace, whose root may be nobody's",
    },
  ],
  unasked: [
    { rows: ['role'], because: 'the option --init-ctr takes a pod: see the test of the dialect' },
    { rows: ['seccomp.text'], because: 'Podman takes profiles by path' },
    { rows: ['probes.host'], because: 'a probe is a command here: it has no host to name' },
  ],
}
