import type { Other } from '../others.ts'

const OF_KUBELET = ['/cache', '/etc/web.conf', '/run/secrets/cert'].map((target) => `mounts[${target}]`)

export const other: Other = {
  files: { plain: 'cri.json', web: 'cri.json', host: 'cri.json' },
  differences: [
    {
      fields: ['health.check', 'logging.driver', 'podSecurity.enforce', 'podSecurity.version'],
      because: 'the kubelet probes and reads the logs, and the API server has admitted the pod before',
    },
    { fields: ['image.pull'], because: 'creating a container pulls nothing' },
    { fields: ['resources.pids'], because: 'the kubelet limits the processes of the whole pod' },
    {
      fields: ['restart.policy'],
      of: ['web', 'host'],
      because: 'the kubelet starts a container again, and not the runtime',
    },
    {
      fields: ['namespaces.pid', 'escapes[pod-processes]'],
      of: ['plain'],
      because: 'NamespaceMode POD is 0, which is what is not written: the processes of the pod are shared',
    },
    {
      fields: ['cgroupParent', 'ports', 'sysctls'],
      of: ['plain'],
      because: 'the sandbox says it, whose configuration is not in this document',
    },
    {
      fields: ['seccomp.kind', 'seccomp.relation'],
      of: ['plain'],
      because: 'a runtime that is told nothing does not confine, unless it is configured to',
    },
    { fields: ['network.mode'], of: ['plain', 'web'], because: "the pod's network has no name" },
    {
      fields: ['namespaces.cgroup'],
      of: ['plain', 'host'],
      because: 'containerd and CRI-O give one of its own on cgroup v2, and CRI cannot say it',
    },
    {
      fields: ['capabilities.effective', 'capabilities.permitted', 'capabilities.startable'],
      of: ['web'],
      because: 'as in Kubernetes, the image decides; nothing says init there',
    },
    {
      fields: ['environment[TOKEN].fromSecret', 'environment[TOKEN].value'],
      of: ['web'],
      because: 'the kubelet has put in what stands in the Secret',
    },
    {
      fields: OF_KUBELET.flatMap((mount) => [`${mount}.propagation`, `${mount}.source`, `${mount}.type`]),
      of: ['web'],
      because: 'the kubelet has made a folder of the node of it',
    },
    {
      fields: [
        'deviceRules',
        'init',
        'mounts[/cache].options',
        'mounts[/tmp]',
        'network.names',
        'probes[command]',
        'resources.cpuReservation',
        'resources.ephemeralStorage',
        'resources.ioWeight',
        'resources.memoryReservation',
        'resources.sharedMemory',
        'restart.retries',
        'ulimits[nofile]',
      ],
      of: ['web'],
      because: 'CRI cannot say it',
    },
    {
      fields: [
        'seccomp.allows',
        'seccomp.defaultAction',
        'seccomp.flaws',
        'seccomp.found',
        'seccomp.looser',
        'seccomp.name',
        'seccomp.relation',
      ],
      of: ['web'],
      because: 'the profile is a file of the node',
    },
    { fields: ['user.groupsPolicy'], of: ['web'], because: 'Compose cannot say it' },
    {
      fields: ['capabilities.ambient'],
      of: ['host'],
      because: 'Compose cannot say it',
    },
    {
      fields: [
        'serviceAccount.token',
        'mounts[/var/run/secrets/kubernetes.io/serviceaccount]',
        'escapes[service-account-rights]',
      ],
      of: ['host'],
      because: 'the kubelet mounts the token',
    },
    { fields: ['mounts[/host].options'], of: ['host'], because: 'propagation is no option here' },
    { fields: ['mounts[/var/run/docker.sock].propagation'], of: ['host'], because: 'private unless set' },
    { fields: ['resources.oomKillDisabled'], of: ['host'], because: 'CRI cannot say it' },
  ],
  unasked: [
    {
      rows: ['os', 'windows.hostProcess', 'windows.userName', 'windows.credentialSpec'],
      because: 'see the test of the dialect',
    },
    { rows: ['namespaces.pidOf'], because: 'only an ephemeral container has a target' },
    { rows: ['mounts.type', 'mounts.options'], because: 'CRI binds paths and has no options' },
    { rows: ['environment.fromSecret'], because: 'the value is there, wherever it came from' },
  ],
}
