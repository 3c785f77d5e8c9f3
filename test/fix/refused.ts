/** What cannot be written, and why. A row that can be after all makes the test fail, as one that is not listed does. */
export interface Refused {
  readonly dialects: readonly string[]
  readonly rows: readonly string[]
  /** Cases (folders of test/rosetta, and `hardened`); all where absent. */
  readonly of?: readonly string[]
  readonly because: string
}
const RUN = ['docker-run', 'github-workflow', 'devcontainer', 'quadlet']
const NAMESPACES = ['cgroup', 'ipc', 'network', 'pid', 'uts'].map((name) => `namespaces.${name}`)

export const refused: readonly Refused[] = [
  {
    dialects: [
      ...RUN,
      'compose',
      'swarm, of stack files',
      'ecs',
      'nomad',
      'lxc',
      'lxd',
      'nspawn',
      'oci-runtime',
      'firecracker',
    ],
    rows: ['user.mustBeNonRoot'],
    because: 'runAsNonRoot is of Kubernetes alone',
  },
  {
    dialects: [...RUN, 'compose', 'ecs', 'nomad'],
    rows: ['procMount', 'selinux.disabled'],
    of: ['host'],
    because: 'privileged decides, and nothing is written that could go',
  },
  {
    dialects: ['kubernetes'],
    rows: ['selinux.disabled'],
    of: ['host'],
    because: 'privileged decides, and nothing is written that could go',
  },
  {
    dialects: ['ecs', 'nomad'],
    rows: ['seccomp.kind'],
    of: ['host'],
    because: 'privileged decides; ECS has no option for it, and the driver of Nomad takes one for a file',
  },
  {
    dialects: ['quadlet'],
    rows: ['apparmor.kind'],
    of: ['host'],
    because: 'privileged decides, and the profile of Podman has its version in its name',
  },
  {
    dialects: ['kubernetes'],
    rows: ['namespaces.pid'],
    of: ['joined'],
    because:
      'the containers of the pod share theirs (shareProcessNamespace, targetContainerName): that is no host namespace',
  },
  {
    dialects: ['docker-run', 'github-workflow', 'devcontainer', 'quadlet'],
    rows: ['namespaces.network'],
    of: ['joined'],
    because: 'it joins the network of another container, and would lose it',
  },
  {
    dialects: ['swarm, of stack files'],
    rows: ['noNewPrivileges', 'namespaces.cgroup'],
    because: 'docker stack deploy drops security_opt, and knows no cgroup',
  },
  {
    dialects: ['github-workflow'],
    rows: ['apparmor.kind', 'seccomp.kind'],
    of: ['web'],
    because: 'options goes on over several lines there, with quotes in it',
  },
  {
    dialects: ['quadlet'],
    rows: ['privileged', 'namespaces.cgroup', 'namespaces.ipc', 'namespaces.pid', 'namespaces.uts'],
    of: ['host'],
    because: 'PodmanArgs= goes on over several lines there',
  },
  {
    dialects: ['oci-runtime'],
    rows: ['apparmor.kind', 'seccomp.kind', 'procMount', 'selinux.disabled', 'serviceAccount.token', ...NAMESPACES],
    because: 'no one key says it: profiles, labels and paths are written out, namespaces and mounts are lists of maps',
  },
  {
    dialects: ['oci-runtime'],
    rows: ['noNewPrivileges'],
    of: ['windows'],
    because: 'Windows has none',
  },
  {
    dialects: ['ecs', 'nomad'],
    rows: ['namespaces.cgroup'],
    because: 'neither has a key for it: the engine of the client or of the instance decides',
  },
  {
    dialects: ['lxc'],
    rows: ['procMount'],
    of: ['plain', 'joined'],
    because: 'no lxc.mount.auto is written that could be changed',
  },
  {
    dialects: ['lxd'],
    rows: ['apparmor.kind', 'seccomp.kind', 'procMount', ...NAMESPACES],
    because: 'raw.lxc says it, a text of several lines, or LXD itself for what is unprivileged',
  },
  {
    dialects: ['lxd'],
    rows: ['noNewPrivileges'],
    of: ['host', 'joined'],
    because: 'raw.lxc holds other lines already',
  },
  {
    dialects: ['nspawn'],
    rows: ['apparmor.kind'],
    because: 'AppArmorProfile= belongs to the unit, and would name a profile that is not there',
  },
  {
    dialects: ['nspawn'],
    rows: ['seccomp.kind', 'procMount', 'noNewPrivileges', 'readOnlyRootFilesystem', ...NAMESPACES],
    of: ['host', 'joined', 'hardened'],
    because: 'the command line of a unit and its variables are left alone',
  },
  {
    dialects: ['firecracker'],
    rows: ['apparmor.kind', 'seccomp.kind', 'readOnlyRootFilesystem', 'namespaces.network', 'noNewPrivileges'],
    because: 'what is in the virtual machine is not said here, and what is about it is the command line of a jailer',
  },
]

/** Rows that follow from another one that is written, and why. A row with its elements. */
export const follows: readonly { readonly row: string; readonly also: readonly string[]; readonly because: string }[] =
  [
    { row: 'apparmor.kind', also: ['apparmor.name'], because: 'there is no profile of its own any more' },
    { row: 'seccomp.kind', also: ['seccomp.name', 'seccomp.text'], because: 'there is no profile of its own any more' },
    ...['apparmor.kind', 'seccomp.kind', 'user.mustBeNonRoot'].map((row) => ({
      row,
      also: ['declarations'],
      because: 'that is what a manifest then writes',
    })),
    {
      row: 'privileged',
      also: [
        'seccomp.kind',
        'apparmor.kind',
        'selinux.disabled',
        'masked',
        'readOnlyPaths',
        'procMount',
        'seccomp.text',
      ],
      because: 'what is not privileged is confined',
    },
    { row: 'procMount', also: ['masked', 'readOnlyPaths', 'mounts'], because: 'that is what it hides' },
    {
      row: 'namespaces.network',
      also: ['network.mode', 'namespaces.networkOf', 'namespaces.uts', 'ports'],
      because: 'its mode is another; in Kubernetes the host name goes with it, and elsewhere ports are published again',
    },
    {
      row: 'namespaces.uts',
      also: ['namespaces.network', 'network.mode'],
      because: 'in Kubernetes both are one: hostNetwork',
    },
    {
      row: 'namespaces.pid',
      also: ['namespaces.pidOf', 'selinux.disabled'],
      because: '--pid=host switched labelling off',
    },
    {
      row: 'namespaces.ipc',
      also: ['namespaces.ipcOf', 'selinux.disabled'],
      because: '--ipc=host switched labelling off',
    },
  ]
