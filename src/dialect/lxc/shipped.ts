/**
 * What the files say that come with LXC and that nearly every container includes (config/templates of LXC 4 to 7, the same in
 * Debian's package). The host's own copy counts where it is given.
 */

/** As its file says it on every host: what it lets through and holds back, in LXC's own form (lxc.container.conf(5), Seccomp). */
export const SHIPPED_SECCOMP = [
  '2',
  'denylist',
  'reject_force_umount',
  '[all]',
  ...['kexec_load', 'open_by_handle_at', 'init_module', 'finit_module', 'delete_module'].map(
    (call) => `${call} errno 1`,
  ),
].join('\n')
export const SHIPPED_SECCOMP_PATH = /^\/usr(?:\/local)?\/share\/lxc\/config\/common\.seccomp$/

type Setting = readonly [key: string, value: string]

/** Devices that common.conf opens: nodes may be made, and null, zero, full, tty, console, ptmx, random, urandom, pts and fuse be used. */
const DEVICES = [
  'c *:* m',
  'b *:* m',
  ...'1:3 1:5 1:7 5:0 5:1 5:2 1:8 1:9 136:* 10:229'.split(' ').map((number) => `c ${number} rwm`),
]
const devices = (version: 'cgroup' | 'cgroup2'): readonly Setting[] => [
  [`lxc.${version}.devices.deny`, 'a'],
  ...DEVICES.map((rule): Setting => [`lxc.${version}.devices.allow`, rule]),
]

const FILES: { readonly [name: string]: readonly Setting[] } = {
  'common.conf': [
    ['lxc.tty.dir', 'lxc'],
    ['lxc.cap.drop', 'mac_admin mac_override sys_time sys_module sys_rawio'],
    ...devices('cgroup'),
    ...devices('cgroup2'),
    ['lxc.mount.auto', 'cgroup:mixed proc:mixed sys:mixed'],
    ['lxc.mount.entry', '/sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0'],
    ['lxc.seccomp.profile', '/usr/share/lxc/config/common.seccomp'],
  ],
  'userns.conf': [
    ...(['cgroup', 'cgroup2'] as const).flatMap((version): readonly Setting[] => [
      [`lxc.${version}.devices.deny`, ''],
      [`lxc.${version}.devices.allow`, ''],
    ]),
    ['lxc.cap.drop', ''],
    ['lxc.cap.keep', ''],
    ['lxc.tty.dir', ''],
    ['lxc.mount.auto', 'sys:rw'],
  ],
  'nesting.conf': [
    ['lxc.apparmor.profile', 'lxc-container-default-with-nesting'],
    ['lxc.mount.entry', 'proc dev/.lxc/proc proc create=dir,optional 0 0'],
    ['lxc.mount.entry', 'sys dev/.lxc/sys sysfs create=dir,optional 0 0'],
  ],
  'oci.common.conf': [],
  // Folders for others: lxcfs puts a mount hook there.
  'common.conf.d/': [],
  'userns.conf.d/': [],
}

/** What a file of that path says as LXC ships it; undefined where it is none of LXC's own. */
export function shipped(path: string): readonly Setting[] | undefined {
  const name = /^\/usr(?:\/local)?\/share\/lxc\/config\/((?:common|userns)\.conf\.d\/?|[\w.]+)$/.exec(path)?.[1]
  const key = name?.endsWith('.d') ? `${name}/` : name
  return key !== undefined && Object.hasOwn(FILES, key) ? FILES[key] : undefined
}
