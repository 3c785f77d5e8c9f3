import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'lxd.yaml',
  withoutImage: true,
  one: {
    'config.limits.cpu.allowance': 'cpu-unbounded',
    'config.limits.memory': 'memory-unbounded',
    'config.limits.processes': 'pids-unbounded',
    // One key holds lines of LXC's own configuration: what LXD has no key for.
    'config.raw.lxc': 'apparmor-missing,capabilities-not-dropped,new-privileges-allowed',
    'config.security.syscalls.deny': 'seccomp-missing',
    'devices.root.readonly': 'writable-root-filesystem',
    // A disk that is not the root: its source is a volume, its place is not written.
    'devices.root.path': 'writable-root-filesystem',
    'devices.eth0.type': 'engine-socket-mounted? + lxd-device-unknown',
  },
  none: [
    { parts: /^(?:name|architecture|ephemeral|config\.(?:boot|image)\.)/, because: 'names and descriptions' },
    { parts: /^profiles$/, because: 'no profile is applied' },
    {
      parts: /^config\.security\.(?:nesting|privileged|idmap\.isolated)/,
      because: 'false is what LXD does unless told; a range of its own is told by no rule',
    },
    { parts: /^devices\.root\.pool$/, because: 'where the disk lies on the host' },
    {
      parts: /^devices\.root\.type$/,
      notices: ['lxd-device-unknown'],
      because: 'it is the root by its path, and LXD refuses what has no type',
    },
    { parts: /^devices\.eth0\./, because: 'what is not there needs no confinement' },
  ],
}
