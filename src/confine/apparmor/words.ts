/** The fixed words of the AppArmor profile language: apparmor.d(5) of AppArmor 3.0 and 4.1, capabilities(7), getrlimit(2). */
import { CAPABILITIES } from '../capabilities.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Words that are never names: a rule may not begin with one that has no rule of its own. */
export const KEYWORDS = set(
  'network unix capability if else not defined change_profile unsafe safe link owner user other subset audit deny allow ' +
    'set rlimit alias rewrite ptrace file mount remount umount unmount pivot_root in dbus signal send receive bind read ' +
    'write eavesdrop peer trace tracedby readby abi',
)
export const CAPABILITY_NAMES: ReadonlySet<string> = new Set(CAPABILITIES.map((name) => name.toLowerCase()))

/** Families of sockets, without unspec. */
export const FAMILIES = set(
  'unix inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose netbeui security key netlink packet ash econet atmsvc ' +
    'rds sna irda pppox wanpipe llc ib mpls can tipc bluetooth iucv rxrpc isdn phonet ieee802154 caif alg nfc vsock kcm ' +
    'qipcrtr smc xdp mctp unspec',
)
export const SOCKET_TYPES = set('stream dgram seqpacket rdm raw packet')
/** A protocol stands for a type, and only of these families. */
export const PROTOCOLS: Readonly<Record<string, { readonly type: string; readonly families: readonly string[] }>> = {
  tcp: { type: 'stream', families: ['inet', 'inet6'] },
  udp: { type: 'dgram', families: ['inet', 'inet6'] },
  icmp: { type: 'raw', families: ['inet'] },
}

const NET = 'create bind listen accept connect shutdown getattr setattr getopt setopt send receive'
/** The accesses of each kind of rule; `read` and `write` are other words for some of them. */
export const ACCESS: Readonly<Record<string, ReadonlySet<string>>> = {
  network: set(NET),
  unix: set(NET),
  dbus: set('send receive bind eavesdrop'),
  signal: set('send receive'),
  ptrace: set('read readby trace tracedby'),
  mqueue: set('create open delete getattr setattr read write'),
  userns: set('create'),
  io_uring: set('override_creds sqpoll'),
}
/** What `r`, `w`, `read` and `write` mean in rules of this kind. */
export const READ_WRITE: Readonly<Record<string, { readonly read: string; readonly write: string }>> = {
  network: { read: 'receive', write: 'send' },
  unix: { read: 'receive', write: 'send' },
  dbus: { read: 'receive', write: 'send' },
  signal: { read: 'receive', write: 'send' },
  ptrace: { read: 'read', write: 'trace' },
  mqueue: { read: 'read', write: 'write' },
}
/** Accesses that a rule with conditions on its peer may have. */
export const PEER_ACCESS = set('connect accept send receive')

export const SIGNALS = set(
  'hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop stp ttin ttou urg xcpu xfsz ' +
    'vtalrm prof winch io pwr sys emt exists',
)
export const isSignal = (word: string): boolean =>
  SIGNALS.has(word) || (/^rtmin\+ *\d{1,3}$/.test(word) && Number(word.slice(6)) <= 32)

export const MODES = ['enforce', 'complain', 'kill', 'unconfined'] as const
/** Modes of AppArmor 4. */
export const NEW_MODES = ['default_allow', 'prompt'] as const
export type Mode = (typeof MODES)[number] | (typeof NEW_MODES)[number]
export const FLAGS = set(
  'audit chroot_relative namespace_relative mediate_deleted delegate_deleted attach_disconnected no_attach_disconnected ' +
    'chroot_attach chroot_no_attach',
)
/** Flags of which one excludes the other. */
export const OPPOSITES: readonly (readonly [string, string])[] = [
  ['chroot_relative', 'namespace_relative'],
  ['mediate_deleted', 'delegate_deleted'],
  ['attach_disconnected', 'no_attach_disconnected'],
  ['chroot_attach', 'chroot_no_attach'],
]
export const isNewFlag = (flag: string): boolean =>
  flag === 'interruptible' ||
  flag === 'debug' ||
  flag === 'attach_disconnected.ipc' ||
  /^attach_disconnected\.(?:path|ipc)=/.test(flag) ||
  /^error=E[A-Z0-9]+$/i.test(flag) ||
  (flag.startsWith('kill.signal=') && isSignal(flag.slice(12)))

/** Resource limits: what unit their value may have. */
export const RLIMITS: Readonly<Record<string, 'seconds' | 'microseconds' | 'count' | 'nice' | 'bytes'>> = {
  cpu: 'seconds',
  rttime: 'microseconds',
  nofile: 'count',
  ofile: 'count',
  nproc: 'count',
  locks: 'count',
  sigpending: 'count',
  rtprio: 'count',
  nice: 'nice',
  fsize: 'bytes',
  data: 'bytes',
  stack: 'bytes',
  core: 'bytes',
  rss: 'bytes',
  as: 'bytes',
  memlock: 'bytes',
  msgqueue: 'bytes',
}
/** In microseconds. */
export const TIME_UNITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['us', 'microsecond', 'microseconds'].map((word) => [word, 1])),
  ...Object.fromEntries(['ms', 'millisecond', 'milliseconds'].map((word) => [word, 1e3])),
  ...Object.fromEntries(['s', 'sec', 'second', 'seconds'].map((word) => [word, 1e6])),
  ...Object.fromEntries(['min', 'minute', 'minutes'].map((word) => [word, 60e6])),
  ...Object.fromEntries(['h', 'hour', 'hours'].map((word) => [word, 3600e6])),
  ...Object.fromEntries(['d', 'day', 'days'].map((word) => [word, 86400e6])),
  ...Object.fromEntries(['week', 'weeks'].map((word) => [word, 604800e6])),
}
export const SIZE_UNITS = set('K KB M MB G GB')

/** Options of mount(2), with the flag each sets or clears. */
export const MOUNT_OPTIONS: ReadonlyMap<string, string> = new Map(
  (
    'ro:ro r:ro read-only:ro rw:-ro w:-ro suid:-nosuid nosuid:nosuid dev:-nodev nodev:nodev exec:-noexec noexec:noexec ' +
    'sync:sync async:-sync remount:remount mand:mand nomand:-mand dirsync:dirsync atime:-noatime noatime:noatime ' +
    'diratime:-nodiratime nodiratime:nodiratime bind:bind B:bind move:move M:move rbind:rbind R:rbind verbose:silent ' +
    'silent:silent loud:-silent acl:acl noacl:-acl unbindable:unbindable make-unbindable:unbindable ' +
    'runbindable:runbindable make-runbindable:runbindable private:private make-private:private rprivate:rprivate ' +
    'make-rprivate:rprivate slave:slave make-slave:slave rslave:rslave make-rslave:rslave shared:shared ' +
    'make-shared:shared rshared:rshared make-rshared:rshared relatime:relatime norelatime:-relatime iversion:iversion ' +
    'noiversion:-iversion strictatime:strictatime user:-nouser nouser:nouser'
  )
    .split(' ')
    .map((pair) => {
      const [word = '', flag = ''] = pair.split(':')
      return [word, flag]
    }),
)
/** Options of AppArmor 4. */
export const NEW_MOUNT_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['nostrictatime', '-strictatime'],
  ['lazytime', 'lazytime'],
  ['nolazytime', '-lazytime'],
  ['symfollow', '-nosymfollow'],
  ['nosymfollow', 'nosymfollow'],
])
export const PROPAGATION = set('unbindable runbindable private rprivate slave rslave shared rshared')
export const MOUNT_COMMANDS = new Set([...PROPAGATION, 'move', 'remount', 'bind', 'rbind'])
