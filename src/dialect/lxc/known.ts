/** The keys that LXC 5 to 7 take (lxc.container.conf(5), confile.c); it refuses a file with any other that begins with `lxc.`. */

const KEYS: ReadonlySet<string> = new Set([
  ...'arch autodev autodev.tmpfs.size cap.drop cap.keep ephemeral execute.cmd group idmap include keyring.session'.split(
    ' ',
  ),
  ...'apparmor.profile apparmor.allow_incomplete apparmor.allow_nesting apparmor.raw monitor.unshare'.split(' '),
  ...'cgroup.dir cgroup.dir.monitor cgroup.dir.monitor.pivot cgroup.dir.container cgroup.dir.container.inner'.split(
    ' ',
  ),
  ...'cgroup.relative console.buffer.size console.buffer.logfile console.logfile console.path console.rotate'.split(
    ' ',
  ),
  ...'console.size environment environment.runtime environment.hooks monitor.signal.pdeath no_new_privs'.split(' '),
  ...'hook hook.autodev hook.clone hook.destroy hook.mount hook.post-stop hook.pre-mount hook.pre-start'.split(' '),
  ...'hook.start hook.start-host hook.stop hook.version init.cmd init.cwd init.gid init.groups init.uid'.split(' '),
  ...'log.file log.level log.syslog mount.auto mount.entry mount.fstab namespace.clone namespace.keep net'.split(' '),
  ...'pty.max rootfs.managed rootfs.mount rootfs.options rootfs.path sched.core seccomp.allow_nesting'.split(' '),
  ...'seccomp.notify.cookie seccomp.notify.proxy seccomp.profile selinux.context selinux.context.keyring'.split(' '),
  ...'signal.halt signal.reboot signal.stop start.auto start.delay start.order time.offset.boot'.split(' '),
  ...'time.offset.monotonic tty.dir tty.max uts.name'.split(' '),
])
const FAMILIES = /^(?:cgroup2?|net|prlimit|proc|sysctl|namespace\.share)\../

export const isKnown = (key: string): boolean => {
  const name = key.slice('lxc.'.length)
  return KEYS.has(name) || FAMILIES.test(name)
}

/** Keys of the system's own settings (lxc.system.conf(5), /etc/lxc/lxc.conf), which is another file. */
export const OF_SYSTEM = /^lxc\.(?:lxcpath|default_config|cgroup\.(?:pattern|use|protect_limits)|bdev\.)/
