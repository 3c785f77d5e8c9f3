import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'lxc.conf',
  withoutImage: true,
  one: {
    // Without one of its own it has the root file system of the host.
    'lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs': 'engine-socket-mounted',
    'lxc.rootfs.options = ro': 'writable-root-filesystem',
    'lxc.init.uid = 101': 'root-user',
    'lxc.idmap = u 0 100000 65536': 'host-user-namespace',
    'lxc.cap.keep = none': 'capabilities-not-dropped',
    'lxc.no_new_privs = 1': 'new-privileges-allowed',
    'lxc.apparmor.profile = generated': 'apparmor-missing',
    'lxc.seccomp.profile = lxc.seccomp': 'seccomp-missing',
    'lxc.cgroup2.memory.max = 256M': 'memory-unbounded',
    'lxc.cgroup2.cpu.max = 50000 100000': 'cpu-unbounded',
    'lxc.cgroup2.pids.max = 100': 'pids-unbounded',
  },
  none: [
    { parts: /^lxc\.uts\.name/, because: 'a name' },
    { parts: /^lxc\.init\.cmd/, because: 'then it boots a system, in a user namespace of its own all the same' },
    { parts: /^lxc\.init\.gid/, because: 'no rule asks for groups' },
    { parts: /^lxc\.idmap = g/, because: 'the ids of users decide; LXC starts nothing with half a mapping' },
    { parts: /^lxc\.mount\.auto/, because: 'in a user namespace its root may not touch the switches of /proc' },
    { parts: /^lxc\.cgroup2\.devices\.deny/, because: 'in a user namespace nobody makes device nodes' },
    { parts: /^lxc\.(?:mount\.entry|net\.|environment)/, because: 'what is not there needs no confinement' },
  ],
}
