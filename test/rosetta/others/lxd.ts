import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'lxd.yaml', web: 'lxd.yaml', host: 'lxd.yaml', joined: 'lxd.yaml' },
  differences: [
    {
      fields: ['capabilities.given'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['image.digest', 'image.precision', 'image.reference', 'image.registry', 'image.repository', 'image.tag'],
      because: 'it runs a root file system, and no image of a registry',
    },
    { fields: ['logging.driver'], because: 'LXD has no such setting' },
    { fields: ['network.mode'], because: 'namespaces and networks are this runtime’s own, or it cannot say it' },
    {
      fields: ['user.groupsPolicy'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: [
        'escapes[bpf-programs]',
        'escapes[fresh-proc]',
        'escapes[host-abstract-socket]',
        'escapes[host-process-injected]',
        'escapes[io-uring]',
        'escapes[kernel-log]',
        'escapes[kexec]',
        'escapes[open-by-handle]',
        'escapes[perf-events]',
        'escapes[privileged-disk]',
        'escapes[userfaultfd]',
      ],
      of: ['host'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: [
        'mounts[/host].options',
        'mounts[/host].type',
        'mounts[/var/run/docker.sock].propagation',
        'mounts[/var/run/docker.sock].type',
      ],
      of: ['host'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    {
      fields: ['namespaces.mount', 'namespaces.time'],
      of: ['host'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    { fields: ['privileged'], of: ['host'], because: 'it cannot say it, or says it in another way' },
    {
      fields: ['seccomp.flaws[seccomp-denies-nothing]', 'seccomp.looser'],
      of: ['host'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['escapes[unprivileged-user-namespace]'],
      of: ['host', 'joined'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['namespaces.network'],
      of: ['host', 'joined'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    {
      fields: ['restart.policy'],
      of: ['host', 'joined'],
      because: 'it does not start a container again, or not so often',
    },
    { fields: ['seccomp.kind'], of: ['host', 'joined'], because: 'the runtime has a filter of its own, or none' },
    {
      fields: ['selinux.disabled'],
      of: ['host', 'joined'],
      because:
        'the runtime’s own profile has another name, or there is none; Docker switches labels off where namespaces are shared',
    },
    {
      fields: ['escapes[core-pattern]'],
      of: ['joined'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['namespaces.userOf'],
      of: ['joined'],
      because: 'whose user namespace it has is said, or is the default of this runtime',
    },
    { fields: ['seccomp.relation'], of: ['joined'], because: 'the runtime has a filter of its own, or none' },
    {
      fields: ['apparmor.name'],
      of: ['plain'],
      because:
        'the runtime’s own profile has another name, or there is none; Docker switches labels off where namespaces are shared',
    },
    { fields: ['seccomp.defaultAction'], of: ['plain'], because: 'the runtime has a filter of its own, or none' },
    {
      fields: ['capabilities.reaching'],
      of: ['plain', 'host'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    { fields: ['procMount'], of: ['plain', 'host'], because: 'the runtime hides and locks other paths than Docker' },
    {
      fields: ['capabilities.bounding', 'capabilities.effective', 'capabilities.permitted'],
      of: ['plain', 'host', 'joined'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['seccomp.text'],
      of: ['plain', 'host', 'joined'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['user.group', 'workingDirectory'],
      of: ['plain', 'host', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['capabilities.gainable'],
      of: ['plain', 'joined'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['namespaces.cgroup'],
      of: ['plain', 'joined'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    {
      fields: ['namespaces.user'],
      of: ['plain', 'joined'],
      because: 'whose user namespace it has is said, or is the default of this runtime',
    },
    {
      fields: ['role', 'user.gid', 'user.name', 'user.numeric', 'user.uid'],
      of: ['plain', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    { fields: ['seccomp.allows'], of: ['plain', 'joined'], because: 'the runtime has a filter of its own, or none' },
    { fields: ['masked'], of: ['plain', 'web'], because: 'the runtime hides and locks other paths than Docker' },
    { fields: ['health.check'], of: ['plain', 'web', 'host'], because: 'LXD has no health checks' },
    {
      fields: ['image.pull'],
      of: ['plain', 'web', 'host'],
      because: 'it runs a root file system, and no image of a registry',
    },
    {
      fields: ['readOnlyPaths'],
      of: ['plain', 'web', 'host'],
      because: 'the runtime hides and locks other paths than Docker',
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
    { fields: ['gidMappings[1000]', 'uidMappings[1000]'], of: ['web'], because: 'the ids are written' },
    {
      fields: [
        'mounts[/cache].options',
        'mounts[/cache].propagation',
        'mounts[/cache].type',
        'mounts[/data].type',
        'mounts[/dev/shm]',
        'mounts[/etc/web.conf]',
        'mounts[/proc]',
        'mounts[/run/secrets/cert]',
        'mounts[/sys]',
        'mounts[/tmp].propagation',
        'mounts[/tmp].source',
        'mounts[/tmp].type',
      ],
      of: ['web'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    { fields: ['nesting', 'runtime', 'sandbox'], of: ['web'], because: 'it cannot say it, or says it in another way' },
    { fields: ['ports[9090]'], of: ['web'], because: 'it publishes no ports, or knows no port that is only exposed' },
    { fields: ['probes[command]'], of: ['web'], because: 'LXD has no health checks' },
    {
      fields: ['resources.cpuReservation', 'resources.ephemeralStorage'],
      of: ['web'],
      because: 'it has no such limit, or its unit says it',
    },
    { fields: ['restart.retries'], of: ['web'], because: 'it does not start a container again, or not so often' },
    {
      fields: ['capabilities.add', 'capabilities.drop'],
      of: ['web', 'host'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['deviceRules'],
      of: ['web', 'host'],
      because: 'rules of devices are written as a whole, with what is denied',
    },
  ],
  unasked: [
    {
      rows: ['selinux.disabled', 'devices.permissions'],
      because: 'a label that is written is one that is not off; LXD lets a device be read, written and made',
    },
  ],
}
