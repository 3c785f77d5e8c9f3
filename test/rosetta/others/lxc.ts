import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'lxc.conf', web: 'lxc.conf', host: 'lxc.conf', joined: 'lxc.conf' },
  differences: [
    {
      fields: ['capabilities.given'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    { fields: ['deviceRules'], because: 'rules of devices are written as a whole, with what is denied' },
    {
      fields: ['image.digest', 'image.precision', 'image.reference', 'image.registry', 'image.repository', 'image.tag'],
      because: 'it runs a root file system, and no image of a registry',
    },
    { fields: ['logging.driver'], because: 'LXC has no such setting' },
    { fields: ['network.mode'], because: 'namespaces and networks are this runtime’s own, or it cannot say it' },
    {
      fields: ['user.groupsPolicy'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: [
        'escapes[host-network-changed]',
        'escapes[host-process-injected]',
        'escapes[kernel-memory-file]',
        'escapes[privileged-disk]',
      ],
      of: ['host'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: [
        'mounts[/host].options',
        'mounts[/var/run/docker.sock].options',
        'mounts[/var/run/docker.sock].propagation',
      ],
      of: ['host'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    {
      fields: ['namespaces.mount'],
      of: ['host'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    { fields: ['privileged'], of: ['host'], because: 'it cannot say it, or says it in another way' },
    {
      fields: ['selinux.disabled'],
      of: ['host', 'joined'],
      because:
        'the runtime’s own profile has another name, or there is none; Docker switches labels off where namespaces are shared',
    },
    {
      fields: ['namespaces.user', 'namespaces.userOf'],
      of: ['joined'],
      because: 'whose user namespace it has is said, or is the default of this runtime',
    },
    { fields: ['seccomp.text'], of: ['joined'], because: 'the runtime has a filter of its own, or none' },
    {
      fields: ['capabilities.reaching'],
      of: ['plain'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['escapes[port-io]'],
      of: ['plain'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    { fields: ['procMount'], of: ['plain'], because: 'the runtime hides and locks other paths than Docker' },
    { fields: ['seccomp.defaultAction'], of: ['plain'], because: 'the runtime has a filter of its own, or none' },
    {
      fields: [
        'escapes[bpf-programs]',
        'escapes[device-node-made]',
        'escapes[fresh-proc]',
        'escapes[kernel-log]',
        'escapes[kernel-module]',
        'escapes[kexec]',
        'escapes[open-by-handle]',
        'escapes[perf-events]',
      ],
      of: ['plain', 'host'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['escapes[core-pattern]', 'escapes[unprivileged-user-namespace]'],
      of: ['plain', 'host', 'joined'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['user.group', 'workingDirectory'],
      of: ['plain', 'host', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['capabilities.bounding', 'capabilities.effective', 'capabilities.gainable', 'capabilities.permitted'],
      of: ['plain', 'joined'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['namespaces.cgroup'],
      of: ['plain', 'joined'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    {
      fields: ['role', 'user.gid', 'user.name', 'user.numeric', 'user.uid'],
      of: ['plain', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['seccomp.allows', 'seccomp.kind', 'seccomp.relation'],
      of: ['plain', 'joined'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['masked', 'readOnlyPaths'],
      of: ['plain', 'web'],
      because: 'the runtime hides and locks other paths than Docker',
    },
    { fields: ['health.check'], of: ['plain', 'web', 'host'], because: 'LXC has no health checks' },
    {
      fields: ['image.pull'],
      of: ['plain', 'web', 'host'],
      because: 'it runs a root file system, and no image of a registry',
    },
    {
      fields: ['command', 'entrypoint', 'init'],
      of: ['plain', 'web', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['capabilities.startable'],
      of: ['web'],
      because: 'a root file system was not given: what its program file brings is not known',
    },
    {
      fields: ['devices[/dev/null].permissions'],
      of: ['web'],
      because: 'rules of devices are written as a whole, with what is denied',
    },
    { fields: ['gidMappings[0]', 'uidMappings[0]'], of: ['web'], because: 'the ids are written' },
    {
      fields: [
        'mounts[/cache]',
        'mounts[/data].options',
        'mounts[/dev/shm]',
        'mounts[/etc/web.conf]',
        'mounts[/run/secrets/cert]',
        'mounts[/tmp].propagation',
        'mounts[/tmp].source',
      ],
      of: ['web'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    {
      fields: ['namespaces.time'],
      of: ['web'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    { fields: ['nesting', 'runtime', 'sandbox'], of: ['web'], because: 'it cannot say it, or says it in another way' },
    {
      fields: ['ports[8080]', 'ports[8443]', 'ports[9090]'],
      of: ['web'],
      because: 'it publishes no ports, or knows no port that is only exposed',
    },
    { fields: ['probes[command]'], of: ['web'], because: 'LXC has no health checks' },
    {
      fields: ['resources.cpuReservation', 'resources.ephemeralStorage'],
      of: ['web'],
      because: 'it has no such limit, or its unit says it',
    },
    { fields: ['restart.retries'], of: ['web'], because: 'it does not start a container again, or not so often' },
    {
      fields: ['capabilities.add'],
      of: ['web', 'host'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['mounts[/proc]', 'mounts[/sys]'],
      of: ['web', 'host'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    {
      fields: ['restart.policy'],
      of: ['web', 'host', 'joined'],
      because: 'it does not start a container again, or not so often',
    },
    {
      fields: ['capabilities.drop'],
      of: ['web', 'joined'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
  ],
  unasked: [
    {
      rows: ['selinux.disabled', 'devices.permissions'],
      because: 'a label that is written is one that is not off, and the device cgroup says what may be done',
    },
  ],
}
