/**
 * Names of the system calls of Linux, by processor architecture: what a filter that lets everything through lets through.
 * Made from the Go module golang.org/x/sys v0.49.0 (unix/zsysnum_linux_*.go, up to number 471), which is made from the kernel's headers.
 */

/** Each line: architectures by libseccomp's names, then the calls that exactly these have. */
const TABLE = `
amd64 arm64 x86 arm riscv64 loong64 ppc64le s390x: accept4 acct add_key adjtimex bind bpf brk cachestat capget
  capset chdir chroot clock_adjtime clock_getres clock_gettime clock_nanosleep clock_settime clone clone3 close
  close_range connect copy_file_range delete_module dup dup3 epoll_create1 epoll_ctl epoll_pwait epoll_pwait2
  eventfd2 execve execveat exit exit_group faccessat faccessat2 fallocate fanotify_init fanotify_mark fchdir fchmod
  fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr file_getattr file_setattr finit_module flistxattr
  flock fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstatfs fsync ftruncate futex futex_requeue
  futex_wait futex_waitv futex_wake get_mempolicy get_robust_list getcpu getcwd getdents64 getegid geteuid getgid
  getgroups getitimer getpeername getpgid getpid getppid getpriority getrandom getresgid getresuid getrusage getsid
  getsockname getsockopt gettid gettimeofday getuid getxattr getxattrat init_module inotify_add_watch inotify_init1
  inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter
  io_uring_register io_uring_setup ioctl ioprio_get ioprio_set kcmp kexec_load keyctl kill landlock_add_rule
  landlock_create_ruleset landlock_restrict_self lgetxattr linkat listen listmount listns listxattr listxattrat
  llistxattr lookup_dcookie lremovexattr lseek lsetxattr lsm_get_self_attr lsm_list_modules lsm_set_self_attr
  madvise map_shadow_stack mbind membarrier memfd_create migrate_pages mincore mkdirat mknodat mlock mlock2 mlockall
  mount mount_setattr move_mount move_pages mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend
  mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep
  nfsservctl open_by_handle_at open_tree open_tree_attr openat openat2 perf_event_open personality pidfd_getfd
  pidfd_open pidfd_send_signal pipe2 pivot_root pkey_alloc pkey_free pkey_mprotect ppoll prctl pread64 preadv
  preadv2 prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev pselect6 ptrace pwrite64
  pwritev pwritev2 quotactl quotactl_fd read readahead readlinkat readv reboot recvfrom recvmmsg recvmsg
  remap_file_pages removexattr removexattrat renameat2 request_key restart_syscall rseq rseq_slice_yield
  rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
  rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
  sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler
  sched_yield seccomp semctl semget sendfile sendmmsg sendmsg sendto set_mempolicy set_mempolicy_home_node
  set_robust_list set_tid_address setdomainname setfsgid setfsuid setgid setgroups sethostname setitimer setns
  setpgid setpriority setregid setresgid setresuid setreuid setsid setsockopt settimeofday setuid setxattr
  setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signalfd4 socket socketpair splice statfs statmount
  statx swapoff swapon symlinkat sync syncfs sysinfo syslog tee tgkill timer_create timer_delete timer_getoverrun
  timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate umask umount2
  uname unlinkat unshare userfaultfd utimensat vhangup vmsplice wait4 waitid write writev
amd64 arm64 x86 arm riscv64 ppc64le s390x: setrlimit
amd64 arm64 x86 riscv64 loong64 ppc64le s390x: fadvise64 mmap
amd64 arm64 arm riscv64 loong64 ppc64le s390x: kexec_file_load semtimedop
amd64 arm64 x86 arm ppc64le s390x: renameat
amd64 arm64 x86 riscv64 loong64 s390x: memfd_secret sync_file_range
amd64 arm64 x86 riscv64 ppc64le s390x: getrlimit
amd64 arm64 arm riscv64 loong64 ppc64le: accept
amd64 arm64 riscv64 loong64 ppc64le s390x: newfstatat
amd64 arm64 arm riscv64 loong64: semop
amd64 x86 arm ppc64le s390x: _sysctl access chmod chown creat dup2 epoll_create epoll_wait eventfd fork futimesat
  getdents getpgrp inotify_init lchown link lstat mkdir mknod open pause pipe poll readlink rename rmdir signalfd
  stat symlink sysfs unlink uselib ustat utimes vfork
amd64 x86 ppc64le s390x: afs_syscall alarm create_module get_kernel_syms getpmsg putpmsg query_module select utime
x86 arm ppc64le s390x: bdflush fstatfs64 nice sigaction sigpending sigprocmask sigreturn sigsuspend statfs64
amd64 x86 arm: vserver
amd64 x86 ppc64le: ioperm iopl modify_ldt time
x86 arm ppc64le: _llseek _newselect ugetrlimit
x86 ppc64le s390x: idle ipc readdir signal socketcall umount
amd64 x86: arch_prctl get_thread_area set_thread_area
amd64 ppc64le: tuxcall
x86 arm: chown32 clock_adjtime64 clock_getres_time64 clock_gettime64 clock_nanosleep_time64 clock_settime64 fchown32
  fcntl64 fstat64 fstatat64 ftruncate64 futex_time64 getegid32 geteuid32 getgid32 getgroups32 getresgid32
  getresuid32 getuid32 io_pgetevents_time64 lchown32 lstat64 mmap2 mq_timedreceive_time64 mq_timedsend_time64
  ppoll_time64 pselect6_time64 recvmmsg_time64 rt_sigtimedwait_time64 sched_rr_get_interval_time64 semtimedop_time64
  sendfile64 setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32 setresuid32 setreuid32 setuid32
  stat64 timer_gettime64 timer_settime64 timerfd_gettime64 timerfd_settime64 truncate64 utimensat_time64
x86 ppc64le: break ftime gtty lock mpx oldfstat oldlstat oldolduname oldstat olduname prof profil sgetmask ssetmask
  stime stty ulimit vm86 waitpid
arm ppc64le: pciconfig_iobase pciconfig_read pciconfig_write recv send
amd64: epoll_ctl_old epoll_wait_old security uprobe uretprobe
x86: fadvise64_64 vm86old
arm: arm_fadvise64_64 arm_sync_file_range
riscv64: riscv_flush_icache riscv_hwprobe
ppc64le: multiplexer rtas spu_create spu_run subpage_prot swapcontext switch_endian sync_file_range2
  sys_debug_setcontext
s390x: s390_guarded_storage s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi timerfd
`

/** Architectures by the names that libseccomp, and conditions of seccomp profiles, have for them. */
export const ARCHITECTURES = ['amd64', 'arm64', 'x86', 'arm', 'riscv64', 'loong64', 'ppc64le', 's390x'] as const
export type Architecture = (typeof ARCHITECTURES)[number]

/** libseccomp's name for an architecture as images name it (GOARCH: `386` is x86), or undefined. */
export const architectureOf = (goarch: string): Architecture | undefined =>
  goarch === '386' ? 'x86' : ARCHITECTURES.find((name) => name === goarch)

const lists = new Map<Architecture, readonly string[]>()

/** Every system call of that architecture, in alphabetical order. */
export function systemCalls(architecture: Architecture): readonly string[] {
  const known = lists.get(architecture)
  if (known) return known
  const names = TABLE.trim()
    .split(/\n(?! )/)
    .flatMap((line) => {
      const [architectures = '', calls = ''] = line.split(':')
      return architectures.split(' ').includes(architecture) ? calls.trim().split(/\s+/) : []
    })
    .sort()
  lists.set(architecture, names)
  return names
}
