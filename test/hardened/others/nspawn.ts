import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'web.service',
  withoutImage: true,
  one: {
    '--user=101 \\': 'root-user',
    '--private-users=pick \\': 'host-user-namespace',
    '--network-veth \\': 'host-network-namespace',
    '--drop-capability=all \\': 'capabilities-not-dropped',
    '--no-new-privileges=yes \\': 'new-privileges-allowed',
    '--read-only \\': 'writable-root-filesystem',
    '--system-call-filter=~@mount \\': 'seccomp-missing',
    '--selinux-context=system_u:system_r:container_t:s0:c1,c2 \\': 'apparmor-missing',
    // The backslash before it then takes the next line into the command.
    '/usr/bin/web': 'memory-unbounded',
    'MemoryMax=256M': 'memory-unbounded',
    'CPUQuota=50%': 'cpu-unbounded',
    'TasksMax=100': 'pids-unbounded?',
  },
  none: [
    { parts: /^\[Unit\]/, notices: ['unit-invalid'], because: 'its key stands outside of any section then' },
    { parts: /^\[Service\]|^ExecStart=/, nothing: true, because: 'it runs nothing without it' },
    { parts: /^(?:Description=|--machine=)/, because: 'a name' },
    { parts: /^--(?:settings|directory|as-pid2|tmpfs)/, because: 'no rule asks for it' },
    { parts: /^DevicePolicy=/, because: 'systemd-machined makes a scope of its own, which is closed' },
    { parts: /^Restart=/, because: 'not started again is what systemd does unless told' },
  ],
}
