/**
 * What each system call is for: one purpose a call, as section 2 of the man pages speaks of it, so that a profile of four hundred names
 * can be read by groups. Names are libseccomp's; those with a width (`chown32`, `futex_time64`) stand beside the plain one.
 */

/** `name: what it is | calls`. */
const TABLE = `
files: opening, reading, writing and naming files
  _llseek access arm_fadvise64_64 arm_sync_file_range bdflush cachestat chdir chmod chown chown32 close close_range
  copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat
  fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr file_getattr file_setattr flistxattr flock
  fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents
  getdents64 getxattr getxattrat ioctl lchown lchown32 lgetxattr link linkat listxattr listxattrat llistxattr lremovexattr
  lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat oldfstat oldlstat oldstat open
  open_by_handle_at openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readdir
  readlink readlinkat readv removexattr removexattrat rename renameat renameat2 rmdir sendfile sendfile64 setxattr
  setxattrat splice stat stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range sync_file_range2 syncfs tee
  truncate truncate64 umask unlink unlinkat ustat utime utimensat utimensat_time64 utimes vmsplice write writev
events: waiting for files, sockets, timers and changes
  _newselect epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd
  eventfd2 fanotify_init fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll ppoll
  ppoll_time64 pselect6 pselect6_time64 select
async-io: input and output that goes on beside the program
  io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit io_uring_enter io_uring_register
  io_uring_setup
network: sockets
  accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg send
  sendmmsg sendmsg sendto setsockopt shutdown socket socketcall socketpair
processes: starting, ending and awaiting processes and threads
  arch_prctl clone clone3 execve execveat exit exit_group fork get_robust_list get_thread_area get_tls getpgid getpgrp getpid
  getppid getsid gettid pidfd_open prctl rseq rseq_slice_yield set_robust_list set_thread_area set_tid_address set_tls
  setpgid setsid vfork wait4 waitid waitpid modify_ldt personality restart_syscall swapcontext syscall
scheduling: processor time, priorities and limits
  getcpu getpriority getrlimit getrusage ioprio_get ioprio_set nice prlimit64 sched_get_priority_max
  sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval
  sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield setpriority
  setrlimit ugetrlimit
identity: users, groups and capabilities
  capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid getresgid32 getresuid
  getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setregid
  setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32
memory: mapping and protecting memory
  breakpoint brk cachectl cacheflush getpagesize get_mempolicy madvise map_shadow_stack mbind membarrier memfd_create memfd_secret migrate_pages
  mincore mlock mlock2 mlockall mmap mmap2 move_pages mprotect mremap mseal msync munlock munlockall munmap pkey_alloc
  pkey_free pkey_mprotect process_madvise process_mrelease remap_file_pages riscv_flush_icache set_mempolicy
  set_mempolicy_home_node subpage_prot userfaultfd
time: clocks and timers
  alarm clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer
  gettimeofday nanosleep pause setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
  timer_settime timer_settime64 timerfd timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime
  timerfd_settime64 times
clock-setting: changing the clock of the host
  adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 settimeofday stime
signals: sending and catching signals
  kill pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
  rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sgetmask sigaction sigaltstack signal signalfd signalfd4
  sigpending sigprocmask sigreturn sigsuspend ssetmask tgkill tkill
ipc: locks, queues and memory between processes
  atomic_barrier atomic_cmpxchg_32 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake ipc mq_getsetattr mq_notify mq_open mq_timedreceive
  mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop
  semtimedop semtimedop_time64 shmat shmctl shmdt shmget
system: what machine and kernel this is
  getrandom olduname oldolduname riscv_hwprobe sysfs sysinfo uname
sandboxing: giving up rights
  landlock_add_rule landlock_create_ruleset landlock_restrict_self lsm_get_self_attr lsm_list_modules lsm_set_self_attr
  seccomp
mounts: mounts and root folders
  chroot fsconfig fsmount fsopen fspick listmount mount mount_setattr move_mount open_tree open_tree_attr pivot_root
  statmount umount umount2
namespaces: entering and making namespaces
  listns setdomainname sethostname setns unshare
keys: the kernel's key rings
  add_key keyctl request_key
tracing: reading and steering other processes and the kernel
  bpf kcmp lookup_dcookie perf_event_open pidfd_getfd process_vm_readv process_vm_writev ptrace sys_debug_setcontext uprobe
  uretprobe
modules: code into the kernel
  create_module delete_module finit_module get_kernel_syms init_module kexec_file_load kexec_load query_module
administration: the machine as a whole
  _sysctl acct idle nfsservctl quotactl quotactl_fd reboot swapoff swapon syslog vhangup
hardware: ports, registers and processor modes
  ioperm iopl multiplexer pciconfig_iobase pciconfig_read pciconfig_write rtas s390_guarded_storage s390_pci_mmio_read
  s390_pci_mmio_write s390_runtime_instr s390_sthyi spu_create spu_run switch_endian sysmips usr26 usr32 vm86 vm86old
obsolete: calls that kernels no longer answer
  afs_syscall break ftime getpmsg gtty lock mpx prof profil putpmsg security stty tuxcall ulimit uselib vserver
`

export interface Purpose {
  readonly name: string
  readonly says: string
}
const list: readonly (Purpose & { readonly calls: readonly string[] })[] = TABLE.trim()
  .split(/\n(?! )/)
  .map((part) => {
    const [head = '', ...lines] = part.split('\n')
    const [name = '', says = ''] = head.split(': ')
    return { name, says, calls: lines.join(' ').trim().split(/\s+/) }
  })
const OTHER: Purpose = { name: 'other', says: 'calls that Plimsoll does not know' }
const byCall: ReadonlyMap<string, Purpose> = new Map(list.flatMap((one) => one.calls.map((call) => [call, one])))

/** Every purpose in the order in which they are shown: from what all programs do to what few may. */
export const PURPOSES: readonly Purpose[] = [...list, OTHER].map(({ name, says }) => ({ name, says }))

/** The purpose of a system call; `other` for a name that is not known. */
export const purposeOf = (syscall: string): string => (byCall.get(syscall) ?? OTHER).name

/** Every name that has a purpose: a misspelt one is compared with these. */
export const namedCalls = (): readonly string[] => [...byCall.keys()]
