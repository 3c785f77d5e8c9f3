/** Keys of LXC 1 and 2, which LXC 3 refuses: lxc-update-config(1) renames them so. */

const NAMES: { readonly [old: string]: string } = {
  'lxc.id_map': 'lxc.idmap',
  'lxc.pts': 'lxc.pty.max',
  'lxc.tty': 'lxc.tty.max',
  'lxc.devttydir': 'lxc.tty.dir',
  'lxc.aa_profile': 'lxc.apparmor.profile',
  'lxc.aa_allow_incomplete': 'lxc.apparmor.allow_incomplete',
  'lxc.se_context': 'lxc.selinux.context',
  'lxc.mount': 'lxc.mount.fstab',
  'lxc.utsname': 'lxc.uts.name',
  'lxc.seccomp': 'lxc.seccomp.profile',
  'lxc.console': 'lxc.console.path',
  'lxc.haltsignal': 'lxc.signal.halt',
  'lxc.rebootsignal': 'lxc.signal.reboot',
  'lxc.stopsignal': 'lxc.signal.stop',
  'lxc.syslog': 'lxc.log.syslog',
  'lxc.loglevel': 'lxc.log.level',
  'lxc.logfile': 'lxc.log.file',
  'lxc.init_cmd': 'lxc.init.cmd',
  'lxc.init_uid': 'lxc.init.uid',
  'lxc.init_gid': 'lxc.init.gid',
  'lxc.rootfs': 'lxc.rootfs.path',
  'lxc.rootfs.backend': '',
  'lxc.pivotdir': '',
  'lxc.kmsg': '',
}

/**
 * The name that a key has since LXC 2.1, or undefined where it is no old one; empty where it means nothing any more.
 * Networks had no numbers: every `lxc.network.type` began the next one. `networks` is how many have begun before this line.
 */
export function renamed(key: string, networks: number): string | undefined {
  if (Object.hasOwn(NAMES, key)) return NAMES[key]
  if (key.startsWith('lxc.limit.')) return `lxc.prlimit.${key.slice('lxc.limit.'.length)}`
  const network = /^lxc\.network(?:\.(\d{1,6}))?(?:\.(.*))?$/.exec(key)
  if (!network) return undefined
  const [, number, part] = network
  if (part === undefined) return number === undefined ? 'lxc.net' : undefined
  const name = part === 'ipv4' || part === 'ipv6' ? `${part}.address` : part
  return `lxc.net.${number ?? Math.max(0, name === 'type' ? networks : networks - 1)}.${name}`
}
