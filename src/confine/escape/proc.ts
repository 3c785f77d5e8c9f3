/** Ways through files of /proc and /sys by which the kernel is told what to run. */
import type { Entry, Opening } from './entry.ts'
import type { Subject } from '../../model/subject.ts'
import { isBelow } from '../../model/pathname.ts'
import { apparmor, call, capability, cgroupV1, hostUsers, root, through } from './needs.ts'
import { binds, given, mounted, privileged, unlocked } from './openings.ts'

/** A mount of the host's /proc or /sys, or of what is in it, that holds the file; AppArmor's rules for /proc do not reach it there. */
const held =
  (file: string) =>
  (subject: Subject): readonly Opening[] =>
    binds(subject).flatMap((bind) => {
      const { source, target } = bind
      const holds = source !== '/' && isBelow(file, source)
      const opening = holds ? mounted(bind, 'written', ['host-path-sensitive', 'host-path-mounted']) : undefined
      return opening ? [{ ...opening, name: `${target}${file.slice(source.length)}` }] : []
    })

const MAN = 'https://man7.org/linux/man-pages/man5/'
const MOUNTS =
  'https://book.hacktricks.wiki/en/linux-hardening/privilege-escalation/container-security/sensitive-host-mounts.html'
const BREAKS = [
  'the default read-only and masked paths',
  'a user namespace of its own',
  'another user than root',
  'AppArmor (docker-default denies the write)',
  'gVisor, Kata or Firecracker',
]
const HELD_BREAKS = [
  'a read-only mount',
  'a user namespace of its own',
  'another user than root',
  'gVisor, Kata or Firecracker',
]

interface Switch {
  readonly id: string
  readonly title: string
  readonly gives: string
  readonly severity: Entry['severity']
  readonly source: string
  readonly file: string
  readonly effect: string
  /** Openings by which the file of the container's own /proc or /sys can be written. */
  readonly own: Entry['openings']
}
const switches: readonly Switch[] = [
  {
    id: 'core-pattern',
    title: 'The kernel can be told which program takes core dumps',
    gives: 'root on the host',
    severity: 'critical',
    source: `${MAN}core.5.html`,
    file: '/proc/sys/kernel/core_pattern',
    effect: 'lets a process crash, and the host’s kernel runs its program as root',
    own: unlocked('/proc/sys'),
  },
  {
    id: 'modprobe-path',
    title: 'The kernel can be told which program loads modules',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://docs.kernel.org/admin-guide/sysctl/kernel.html#modprobe',
    file: '/proc/sys/kernel/modprobe',
    effect: 'asks for a module that is not there, and the host’s kernel runs its program as root',
    own: unlocked('/proc/sys'),
  },
  {
    id: 'uevent-helper',
    title: 'The kernel can be told which program takes events of devices',
    gives: 'root on the host',
    severity: 'critical',
    source: MOUNTS,
    file: '/sys/kernel/uevent_helper',
    effect: 'causes an event, and the host’s kernel runs its program as root',
    own: privileged,
  },
  {
    id: 'binfmt-misc',
    title: 'The kernel can be told which program runs which files',
    gives: 'root on the host, once somebody there runs such a file',
    severity: 'high',
    source: 'https://docs.kernel.org/admin-guide/binfmt-misc.html',
    file: '/proc/sys/fs/binfmt_misc/register',
    effect: 'waits until root on the host runs a file of that kind',
    own: privileged,
  },
  {
    id: 'sysrq-trigger',
    title: 'The host can be stopped',
    gives: 'crash or restart of the host',
    severity: 'high',
    source: 'https://docs.kernel.org/admin-guide/sysrq.html',
    file: '/proc/sysrq-trigger',
    effect: 'the host stops at once',
    own: unlocked('/proc/sysrq-trigger'),
  },
]
const entriesOf = (each: Switch): readonly Entry[] => [
  {
    ...each,
    openings: each.own,
    needs: [root, hostUsers, apparmor, through('kernel')],
    steps: () => [`writes ${each.file}, which is not read-only`, each.effect],
    breaks: BREAKS,
  },
  {
    ...each,
    id: `${each.id}-mounted`,
    openings: held(each.file),
    needs: [root, hostUsers, through('files'), through('kernel')],
    steps: ({ name }) => [`writes ${name}, the host’s own, through the bind mount`, each.effect],
    breaks: HELD_BREAKS,
  },
]

export const proc: readonly Entry[] = [
  ...switches.flatMap(entriesOf),
  {
    id: 'cgroup-release-agent',
    title: 'The kernel can be told which program runs when a cgroup empties',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://blog.trailofbits.com/2019/07/19/understanding-docker-container-escapes/',
    openings: given('SYS_ADMIN'),
    needs: [capability('SYS_ADMIN'), root, cgroupV1, hostUsers, call('mount'), apparmor, through('kernel')],
    steps: () => [
      'mounts a cgroup v1 hierarchy (SYS_ADMIN) and writes its release_agent',
      'empties a cgroup, and the host’s kernel runs its program as root',
    ],
    breaks: [
      'cgroup v2',
      'no SYS_ADMIN',
      'a user namespace of its own',
      'AppArmor (docker-default denies mounts)',
      'gVisor, Kata or Firecracker',
    ],
  },
  {
    id: 'fresh-proc',
    title: 'A new /proc can be mounted, without read-only parts',
    gives: 'root on the host',
    severity: 'critical',
    source: `${MAN}proc.5.html`,
    // A privileged container needs no new one.
    openings: (subject) => (privileged(subject).length > 0 ? [] : given('SYS_ADMIN')(subject)),
    needs: [capability('SYS_ADMIN'), root, hostUsers, call('mount'), apparmor, through('kernel')],
    steps: () => [
      'mounts a new proc file system (SYS_ADMIN), which has no read-only parts',
      'writes sys/kernel/core_pattern there, and the host’s kernel runs its program as root',
    ],
    breaks: [
      'no SYS_ADMIN',
      'a seccomp profile without mount',
      'AppArmor (docker-default denies mounts)',
      'a user namespace of its own',
      'gVisor, Kata or Firecracker',
    ],
  },
  {
    id: 'kernel-memory-file',
    title: 'The kernel’s memory can be read in /proc/kcore',
    gives: 'read of the host’s memory',
    severity: 'high',
    source: `${MAN}proc_kcore.5.html`,
    openings: given('SYS_RAWIO'),
    needs: [
      capability('SYS_RAWIO'),
      root,
      hostUsers,
      ({ container: { masked, privileged: all } }) =>
        all.how !== 'unknown' && all.value
          ? { is: 'yes', because: [] }
          : masked.how === 'unknown'
            ? {
                is: 'unknown',
                ifs: [
                  { text: '/proc/kcore is not hidden', place: masked.place, ...(masked.ask && { ask: masked.ask }) },
                ],
              }
            : masked.value.some((one) => one.how === 'unknown' || isBelow('/proc/kcore', one.value))
              ? { is: 'no' }
              : { is: 'yes', because: [{ field: 'container.masked', fact: masked }] },
      apparmor,
      through('kernel'),
    ],
    steps: () => ['reads /proc/kcore (SYS_RAWIO), which is not hidden'],
    breaks: ['the default masked paths', 'no SYS_RAWIO', 'kernel lockdown', 'gVisor, Kata or Firecracker'],
  },
]
