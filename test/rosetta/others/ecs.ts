import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'ecs.json', web: 'ecs.json', host: 'ecs.yaml', joined: 'ecs.json' },
  differences: [
    { fields: ['image.pull'], because: 'its agent always pulls, and nobody can say otherwise' },
    { fields: ['resources.pids'], because: 'the agent on the instance sets it for all tasks (ECS_TASK_PIDS_LIMIT)' },
    {
      fields: ['namespaces.cgroup'],
      of: ['web', 'host', 'joined'],
      because: 'no key says it: the instance decides',
    },
    {
      fields: ['health.check'],
      of: ['plain', 'host'],
      because: 'ECS does not look at the health check of the image',
    },
    { fields: ['network.mode'], of: ['plain', 'web', 'joined'], because: 'a task has a mode, and no networks by name' },
    {
      fields: [
        'cgroupParent',
        'deviceRules',
        'mounts[/cache].options',
        'mounts[/data].propagation',
        'mounts[/etc/web.conf]',
        'mounts[/run/secrets/cert]',
        'namespaces.user',
        'network.names',
        'ports[9090]',
        'resources.cpuSet',
        'resources.ioWeight',
        'resources.oomScoreAdjustment',
        'runtime',
        'sandbox',
        'user.supplementary',
      ],
      of: ['web'],
      because: 'a task definition has no key for it',
    },
    {
      fields: ['ports[8080].address', 'ports[8443].address'],
      of: ['web'],
      because: 'no address can be written: awsvpc keeps a port off the host',
    },
    {
      fields: ['environment[TOKEN].value'],
      of: ['web'],
      because: 'a secret is taken from a store, a variable without a value from the shell',
    },
    { fields: ['namespaces.ipc'], of: ['web'], because: 'none is the nearest to private that it has' },
    {
      fields: ['restart.policy', 'restart.retries'],
      of: ['web'],
      because: 'a restart policy is on or off, without a number',
    },
    { fields: ['restart.policy'], of: ['joined'], because: 'a service starts another task instead' },
    { fields: ['role'], of: ['web'], because: 'it is not essential, which Compose cannot say' },
    {
      fields: ['resources.cpuShares'],
      of: ['web'],
      because: 'the same units are what is reserved: 256 for the 0.25 of compose',
    },
    { fields: ['mounts[/cache].type'], of: ['web'], because: 'the word says what makes the volume' },
    {
      fields: ['logging.driver', 'windows.credentialSpec'],
      of: ['web'],
      because: 'it has no local driver, and takes credential specifications of Linux too',
    },
    {
      fields: ['mounts[/host].options', 'mounts[/host].propagation', 'namespaces.uts', 'resources.oomKillDisabled'],
      of: ['host'],
      because: 'a task definition has no key for it',
    },
    {
      fields: [
        'namespaces.network',
        'namespaces.networkOf',
        'namespaces.pidOf',
        'namespaces.ipcOf',
        'escapes[core-pattern]',
      ],
      of: ['joined'],
      because: 'it joins the whole task, not one container; the network of a task is its containers’ own',
    },
    {
      fields: ['masked', 'readOnlyPaths', 'procMount', 'resources.cpu'],
      of: ['joined'],
      because: 'a task definition has no key for it',
    },
  ],
  unasked: [
    { rows: ['seccomp.text'], because: 'ECS names no profile but by a path, if at all' },
    { rows: ['mounts.propagation'], because: 'mount points have none' },
    { rows: ['ports.address'], because: 'no address can be written' },
    { rows: ['probes.host'], because: 'a health check is a command here: it has no host to name' },
  ],
}
