/**
 * System calls that open a way out of a container, or that much of the kernel's attack surface lies behind: what each one gives and
 * when that matters. Facts: section 2 of the man pages, capabilities(7), user_namespaces(7), and the reasons that
 * https://docs.docker.com/engine/security/seccomp/ gives for what Docker's default profile keeps back.
 */
import type { Severity } from '../../model/finding.ts'

export interface Danger {
  /** Kebab-case word; the finding is `seccomp-allows-<id>`. */
  readonly id: string
  readonly calls: readonly string[]
  /** What a process gains by it: a clause after "it lets a process". */
  readonly gives: string
  /** When it matters: kernel, settings. One sentence. */
  readonly when: string
  /** The kernel itself asks for one of these, without `CAP_`; none: any process may. */
  readonly capabilities: readonly string[]
  /** Without the capability the call does less, not nothing: `when` says what. */
  readonly partly?: true
  /** The capability counts in a user namespace of the process's own too, which any process may make where namespaces are allowed. */
  readonly inUserNamespace?: true
  /** How bad it is where the kernel does not stand in the way. */
  readonly severity: Severity
  /** How bad it is where the kernel asks for a capability that the container lacks; left out: a remark. */
  readonly without?: Severity
  /** Arguments with which the call is the dangerous one: clone is needed for every thread, its namespace flags are not. */
  readonly arguments?: readonly (readonly bigint[])[]
}

/** Makes a user namespace (clone(2)). */
export const CLONE_NEWUSER = 0x10000000n
const AF_VSOCK = 40n
const AF_ALG = 38n

export const DANGERS: readonly Danger[] = [
  {
    id: 'module',
    calls: ['init_module', 'finit_module', 'delete_module', 'create_module'],
    gives: 'load code into the kernel of the host, which ends every confinement',
    when: 'The kernel asks for CAP_SYS_MODULE.',
    capabilities: ['SYS_MODULE'],
    severity: 'critical',
  },
  {
    id: 'kexec',
    calls: ['kexec_load', 'kexec_file_load'],
    gives: 'replace the running kernel of the host by one of its own',
    when: 'The kernel asks for CAP_SYS_BOOT, and lockdown or kexec_load_disabled may forbid it.',
    capabilities: ['SYS_BOOT'],
    severity: 'critical',
  },
  {
    id: 'ports',
    calls: ['iopl', 'ioperm'],
    gives: 'talk to the hardware of the host past the kernel',
    when: 'The kernel asks for CAP_SYS_RAWIO; only on x86, and lockdown forbids it.',
    capabilities: ['SYS_RAWIO'],
    severity: 'critical',
  },
  {
    id: 'file-handle',
    calls: ['open_by_handle_at'],
    gives:
      'open any file of a mounted file system by a guessed handle, also outside the container (the "shocker" escape)',
    when: 'The kernel asks for CAP_DAC_READ_SEARCH in the first user namespace; since Linux 6.11 in some cases in that of the mount.',
    capabilities: ['DAC_READ_SEARCH'],
    severity: 'high',
  },
  {
    id: 'bpf',
    calls: ['bpf'],
    gives: 'load programs into the kernel, which read its memory and that of every process',
    when: 'Since Linux 5.8 CAP_BPF or CAP_SYS_ADMIN; without them simple programs where kernel.unprivileged_bpf_disabled is 0, and there have been many faults in its verifier.',
    capabilities: ['BPF', 'SYS_ADMIN'],
    partly: true,
    severity: 'high',
    without: 'medium',
  },
  {
    id: 'mount',
    calls: [
      'mount',
      'umount',
      'umount2',
      'move_mount',
      'open_tree',
      'open_tree_attr',
      'fsopen',
      'fsconfig',
      'fsmount',
      'fspick',
      'mount_setattr',
      'pivot_root',
    ],
    gives: 'mount file systems of the host, or uncover what the engine has masked in /proc and /sys',
    when: 'The kernel asks for CAP_SYS_ADMIN over the mount namespace; a process that may make a user namespace has it in there, and reaches the code of many file systems by it.',
    capabilities: ['SYS_ADMIN'],
    inUserNamespace: true,
    severity: 'high',
  },
  {
    id: 'user-namespace',
    calls: ['unshare', 'clone', 'clone3'],
    gives:
      'make a user namespace and hold every capability in it, by which most faults of the kernel of recent years were reached',
    when: 'Linux 3.8 and later; user.max_user_namespaces, kernel.unprivileged_userns_clone (Debian) and AppArmor (Ubuntu 24.04) may forbid it.',
    capabilities: [],
    severity: 'medium',
    arguments: [[CLONE_NEWUSER]],
  },
  {
    id: 'setns',
    calls: ['setns'],
    gives: 'enter a namespace of the host or of another container of which it can open the file',
    when: 'The kernel asks for CAP_SYS_ADMIN over that namespace.',
    capabilities: ['SYS_ADMIN'],
    severity: 'high',
  },
  {
    id: 'ptrace',
    calls: ['ptrace'],
    gives:
      'read and steer other processes of the same user; before Linux 4.8 it also was a way around this very filter',
    when: 'CAP_SYS_PTRACE makes it every process that can be seen: with the process namespace of the host, those of the host.',
    capabilities: ['SYS_PTRACE'],
    partly: true,
    severity: 'medium',
  },
  {
    id: 'process-memory',
    calls: ['process_vm_readv', 'process_vm_writev', 'kcmp', 'pidfd_getfd', 'process_madvise'],
    gives: 'read and write the memory of other processes, or take their open files',
    when: 'For processes of the same user, or with CAP_SYS_PTRACE for all that can be seen; kernel.yama.ptrace_scope narrows it.',
    capabilities: ['SYS_PTRACE'],
    partly: true,
    severity: 'medium',
  },
  {
    id: 'userfaultfd',
    calls: ['userfaultfd'],
    gives:
      'stop the kernel in the middle of a copy for as long as it likes, which makes many faults of the kernel exploitable',
    when: 'Any process before Linux 5.11; since then for faults in kernel mode CAP_SYS_PTRACE or vm.unprivileged_userfaultfd=1.',
    capabilities: [],
    severity: 'medium',
  },
  {
    id: 'io-uring',
    calls: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
    gives:
      'open, read, write and connect by a queue that this filter does not see, through code with a long list of faults',
    when: 'Linux 5.1 and later, any process; kernel.io_uring_disabled=2 (Linux 6.6) closes it. Docker keeps it back since Engine 25.',
    capabilities: [],
    severity: 'medium',
  },
  {
    id: 'keys',
    calls: ['keyctl', 'add_key', 'request_key'],
    gives: 'read and write key rings of the kernel, which belong to user numbers and not to containers',
    when: 'Any process; containers without a user namespace share the rings of their user number with the host and with each other.',
    capabilities: [],
    severity: 'low',
  },
  {
    id: 'perf',
    calls: ['perf_event_open'],
    gives: 'watch the processor and the kernel, with a long list of faults and side channels',
    when: 'CAP_PERFMON (Linux 5.8) or CAP_SYS_ADMIN; without them as far as kernel.perf_event_paranoid lets it (3 on Debian: not at all).',
    capabilities: ['PERFMON', 'SYS_ADMIN'],
    partly: true,
    severity: 'medium',
    without: 'low',
  },
  {
    id: 'lsm',
    calls: ['lsm_set_self_attr', 'lsm_get_self_attr', 'lsm_list_modules'],
    gives: 'ask for another AppArmor, SELinux or Smack label for itself',
    when: 'Linux 6.8 and later; the security module decides whether it may, as it does for writes to /proc/self/attr.',
    capabilities: ['MAC_ADMIN', 'SYS_ADMIN'],
    partly: true,
    severity: 'low',
  },
  {
    id: 'fanotify',
    calls: ['fanotify_init'],
    gives: 'watch every file access of a mounted file system and hold it up',
    when: 'The kernel asks for CAP_SYS_ADMIN; since Linux 5.13 without it for files that it could watch by inotify anyway.',
    capabilities: ['SYS_ADMIN'],
    partly: true,
    severity: 'medium',
  },
  {
    id: 'reboot',
    calls: ['reboot'],
    gives: 'restart the host',
    when: 'The kernel asks for CAP_SYS_BOOT; in a process namespace of its own it only ends the container.',
    capabilities: ['SYS_BOOT'],
    partly: true,
    severity: 'medium',
  },
  {
    id: 'swap',
    calls: ['swapon', 'swapoff'],
    gives: 'use a file or a device of the host as memory',
    when: 'The kernel asks for CAP_SYS_ADMIN.',
    capabilities: ['SYS_ADMIN'],
    severity: 'medium',
  },
  {
    id: 'accounting',
    calls: ['acct', 'quotactl', 'quotactl_fd'],
    gives: 'change accounting or disk quotas of the host',
    when: 'The kernel asks for CAP_SYS_PACCT, and for CAP_SYS_ADMIN.',
    capabilities: ['SYS_PACCT', 'SYS_ADMIN'],
    severity: 'medium',
  },
  {
    id: 'clock',
    calls: ['settimeofday', 'clock_settime', 'clock_settime64', 'stime'],
    gives: 'set the clock of the host',
    when: 'The kernel asks for CAP_SYS_TIME; a time namespace does not hold the wall clock.',
    capabilities: ['SYS_TIME'],
    severity: 'medium',
  },
  {
    id: 'kernel-log',
    calls: ['syslog'],
    gives: 'read the log of the kernel, with addresses and what others did',
    when: 'CAP_SYSLOG or CAP_SYS_ADMIN; without them where kernel.dmesg_restrict is 0.',
    capabilities: ['SYSLOG', 'SYS_ADMIN'],
    partly: true,
    severity: 'low',
  },
  {
    id: 'socket-family',
    calls: ['socket'],
    gives:
      'open sockets to the hypervisor and to other guests (AF_VSOCK) and to the cryptography of the kernel (AF_ALG), for which namespaces are no bound',
    when: 'Any process, where the module is there; Docker keeps AF_VSOCK back since Engine 23 and AF_ALG since 29.',
    capabilities: [],
    severity: 'low',
    arguments: [[AF_VSOCK], [AF_ALG]],
  },
]
