import type { Other } from '../others.ts'

export const other: Other = {
  files: { plain: 'web.nspawn', web: 'web.service', host: 'agent.service', joined: 'debug.service' },
  differences: [
    {
      fields: ['capabilities.given'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    { fields: ['entrypoint'], because: 'a whole system boots its own init as root; what an image would say is known' },
    {
      fields: ['image.digest', 'image.precision', 'image.reference', 'image.registry', 'image.repository', 'image.tag'],
      because: 'it runs a root file system, and no image of a registry',
    },
    { fields: ['logging.driver'], because: 'systemd-nspawn has no such setting' },
    {
      fields: ['escapes[device-node-made]', 'escapes[kernel-module]', 'escapes[privileged-disk]'],
      of: ['host'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['init', 'role'],
      of: ['host'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['mounts[/host].options', 'mounts[/var/run/docker.sock].propagation'],
      of: ['host'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    { fields: ['privileged'], of: ['host'], because: 'it cannot say it, or says it in another way' },
    { fields: ['resources.oomKillDisabled'], of: ['host'], because: 'it has no such limit, or its unit says it' },
    {
      fields: ['escapes[core-pattern]', 'escapes[unprivileged-user-namespace]'],
      of: ['host', 'joined'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['selinux.disabled'],
      of: ['host', 'joined'],
      because:
        'the runtime’s own profile has another name, or there is none; Docker switches labels off where namespaces are shared',
    },
    {
      fields: ['escapes[neighbour-processes]', 'escapes[neighbour-shared-memory]'],
      of: ['joined'],
      because: 'what the capabilities, devices and filters of this runtime leave open differs from Docker’s',
    },
    {
      fields: ['namespaces.ipc', 'namespaces.ipcOf', 'namespaces.networkOf', 'namespaces.pid', 'namespaces.pidOf'],
      of: ['joined'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    { fields: ['procMount'], of: ['joined'], because: 'the runtime hides and locks other paths than Docker' },
    { fields: ['restart.policy'], of: ['joined'], because: 'it does not start a container again, or not so often' },
    {
      fields: ['apparmor.kind'],
      of: ['plain'],
      because:
        'the runtime’s own profile has another name, or there is none; Docker switches labels off where namespaces are shared',
    },
    {
      fields: ['capabilities.gainable'],
      of: ['plain'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    { fields: ['cgroupParent'], of: ['plain'], because: 'it cannot say it, or says it in another way' },
    {
      fields: ['user.name', 'user.numeric', 'user.uid'],
      of: ['plain'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['deviceRules'],
      of: ['plain', 'host'],
      because: 'rules of devices are written as a whole, with what is denied',
    },
    {
      fields: ['resources.pids'],
      of: ['plain', 'host', 'joined'],
      because: 'it has no such limit, or its unit says it',
    },
    {
      fields: ['workingDirectory'],
      of: ['plain', 'host', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['capabilities.reaching'],
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
      fields: ['seccomp.defaultAction'],
      of: ['plain', 'joined'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['capabilities.effective', 'capabilities.permitted'],
      of: ['plain', 'web'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['seccomp.text'],
      of: ['plain', 'web', 'joined'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['user.gid'],
      of: ['plain', 'web'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['command'],
      of: ['plain', 'web', 'host'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    { fields: ['health.check'], of: ['plain', 'web', 'host'], because: 'systemd-nspawn has no health checks' },
    {
      fields: ['image.pull'],
      of: ['plain', 'web', 'host'],
      because: 'it runs a root file system, and no image of a registry',
    },
    {
      fields: ['capabilities.bounding'],
      of: ['plain', 'web', 'joined'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
    },
    {
      fields: ['masked', 'readOnlyPaths'],
      of: ['plain', 'web', 'joined'],
      because: 'the runtime hides and locks other paths than Docker',
    },
    {
      fields: ['network.mode'],
      of: ['plain', 'web', 'joined'],
      because: 'namespaces and networks are this runtime’s own, or it cannot say it',
    },
    {
      fields: ['seccomp.allows'],
      of: ['plain', 'web', 'joined'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['user.group'],
      of: ['plain', 'web', 'joined'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['capabilities.ambient', 'capabilities.drop'],
      of: ['web'],
      because: 'the runtime gives another set than Docker, and what is kept or dropped is said in its own way',
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
        'mounts[/dev/shm]',
        'mounts[/etc/web.conf]',
        'mounts[/run/secrets/cert]',
        'mounts[/tmp].propagation',
      ],
      of: ['web'],
      because:
        'it has no volumes, secrets and configurations; kinds, options and propagation are its own words, and /proc and /sys are mounts of their own',
    },
    {
      fields: ['ports[8080].address', 'ports[8443].address', 'ports[9090]'],
      of: ['web'],
      because: 'it publishes no ports, or knows no port that is only exposed',
    },
    { fields: ['probes[command]'], of: ['web'], because: 'systemd-nspawn has no health checks' },
    {
      fields: ['resources.cpuReservation', 'resources.ephemeralStorage'],
      of: ['web'],
      because: 'it has no such limit, or its unit says it',
    },
    { fields: ['restart.retries'], of: ['web'], because: 'it does not start a container again, or not so often' },
    {
      fields: ['runtime', 'sandbox', 'sysctls[net.ipv4.ip_unprivileged_port_start]'],
      of: ['web'],
      because: 'it cannot say it, or says it in another way',
    },
    {
      fields: ['seccomp.flaws[seccomp-architecture-missing]', 'seccomp.flaws[seccomp-start-denied]', 'seccomp.name'],
      of: ['web'],
      because: 'the runtime has a filter of its own, or none',
    },
    {
      fields: ['user.supplementary'],
      of: ['web'],
      because: 'a whole system boots its own init as root; what an image would say is known',
    },
    {
      fields: ['seccomp.kind', 'seccomp.relation'],
      of: ['web', 'joined'],
      because: 'the runtime has a filter of its own, or none',
    },
  ],
  unasked: [
    {
      rows: ['selinux.disabled', 'mounts.propagation', 'devices.permissions', 'ports.address'],
      because:
        'a label that is written is one that is not off; the rest systemd-nspawn does its own way and cannot be told',
    },
  ],
}
