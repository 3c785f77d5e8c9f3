/**
 * What the arguments of system calls are, as section 2 of the man pages and include/linux/syscalls.h have them:
 * `p` a pointer, of which a filter sees the address only; `i` a number of 32 bits, of which the kernel takes the lower half whatever
 * stands in the upper one; `l` a number as wide as a register; `.` differs between architectures. Calls that are seldom compared with are
 * left out.
 */
const TABLE = `
i: alarm close dup epoll_create epoll_create1 eventfd exit exit_group fchdir fdatasync fsync getpgid getsid inotify_init1 iopl
i: memfd_secret mlockall personality pkey_free sched_get_priority_max sched_get_priority_min sched_getscheduler setfsgid
i: setfsuid setgid setuid syncfs timer_delete timer_getoverrun umask userfaultfd
ii: dup2 eventfd2 fanotify_init fchmod flock getpriority inotify_rm_watch ioprio_get kill landlock_restrict_self listen
ii: msgget pidfd_open setns setpgid setregid setreuid shutdown timerfd_create tkill
iii: close_range dup3 fchown fsmount ioprio_set pidfd_getfd semget setpriority setresgid setresuid socket tgkill
iiill: kcmp
iiiipl: io_uring_enter
iiip: epoll_ctl quotactl_fd reboot socketpair
iiipi: setsockopt
iiipp: getsockopt
iil: fcntl fcntl64 ioctl
iili: tee
iill: fallocate
iilpl: kexec_file_load
iip: msgctl sched_getaffinity sched_setaffinity sched_setscheduler seccomp shmctl
iipi: io_uring_register landlock_add_rule
iipip: waitid
iipl: sendfile sendfile64
iipp: prlimit64
iippi: fsconfig
il: arch_prctl ftruncate
ili: shmget
illi: fadvise64
illll: keyctl prctl
ip: clock_getres clock_gettime clock_settime fstat fstatfs getgroups getitimer getrlimit getrusage io_uring_setup
ip: sched_getparam sched_setparam setgroups setrlimit socketcall timerfd_gettime
ipi: bind bpf connect faccessat fchmodat finit_module fspick getdents getdents64 inotify_add_watch mkdirat open_by_handle_at
ipi: open_tree recvmsg sendmsg shmat syslog unlinkat
ipii: epoll_wait faccessat2 fchmodat2 openat
ipiii: fchownat
ipiip: statx
ipip: quotactl renameat wait4
ipipi: linkat move_mount renameat2
ipipli: copy_file_range splice
ipl: read set_mempolicy write
ipli: signalfd4 vmsplice
iplii: process_madvise
iplipi: sendto
iplipp: recvfrom
ipll: pread64 pwrite64
iplpll: process_vm_readv process_vm_writev
ipp: accept getpeername getsockname
ippi: accept4 utimensat
ippl: rt_sigaction rt_sigprocmask
ipppi: execveat name_to_handle_at
l: brk unshare
l.ppl: clone
ll: mlock munlock munmap pkey_alloc
lli: ioperm madvise mlock2 msync
lll: mprotect
llli: pkey_mprotect
llll: ptrace
lllll: mremap
llllll: mmap
lllpli: mbind
llpl: kexec_load
lpl: readv writev
p: acct chdir chroot pipe rmdir shmdt swapoff sysinfo time times umount uname unlink
pi: access chmod creat delete_module fsopen memfd_create mkdir pipe2 setdomainname sethostname swapon umount2
pii: chown lchown mknod open poll
piip: mq_open
piiil: perf_event_open
piippi: futex
pip: symlinkat
pl: clone3 getcwd truncate
pli: getrandom landlock_create_ruleset
plp: init_module
pp: gettimeofday link lstat nanosleep pivot_root rename settimeofday stat statfs symlink utime utimes
ppi: readlink
pplll: get_mempolicy
ppp: execve
pppi: request_key
pppli: add_key setxattr
ppplp: mount
`
const signatures: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const [signature = '', calls = ''] = line.split(': ')
      return calls.split(' ').map((call) => [call, signature] as const)
    }),
)

export type ArgumentKind = 'pointer' | 'int' | 'long'
const KINDS: Readonly<Record<string, ArgumentKind>> = { p: 'pointer', i: 'int', l: 'long' }

/** What that argument (from 0) of the call is; undefined where it is not in the table, or the call has no such argument. */
export const argumentKind = (syscall: string, index: number): ArgumentKind | undefined =>
  KINDS[signatures.get(syscall)?.[index] ?? '']

/** How many arguments the call has; undefined where it is not in the table. */
export const argumentCount = (syscall: string): number | undefined => signatures.get(syscall)?.length
