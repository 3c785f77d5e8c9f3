/**
 * Made by scripts/syscalls.ts; do not edit. Numbers of Linux's system calls by architecture, from the Go module
 * golang.org/x/sys v0.49.0 (unix/zsysnum_linux_*.go, made from the kernel's headers) and, for x32, Debian's
 * linux-libc-dev. A row: name, then a cell for each column: a number, `-` for none, `.` for the same as to the left;
 * cells left out at the end are `.`. x32's numbers are without their bit 30.
 */
export const COLUMNS = ['arm64', 'riscv64', 'loong64', 'amd64', 'x32', 'x86', 'arm', 'ppc64le', 's390x'] as const

export const NUMBERS = `
_llseek -....140..-; _newselect -....142..-; _sysctl -..156-149; accept 202..43.-285,330-
accept4 242..288.364,366,344,364; access -..21.33; acct 89..163.51; add_key 217..248.286,309,269,278
adjtimex 171..159.124; afs_syscall -..183.137-137; alarm -..37.27-27; arch_prctl -..158.384-
arm_fadvise64_64 -.....270-; arm_sync_file_range -.....341-; bdflush -....134; bind 200..49.361,282,327,361
bpf 280..321.357,386,361,351; break -....17-17-; breakpoint -.....983041-; brk 214..12.45; cacheflush -.....983042-
cachestat 451; capget 90..125.184.183,184; capset 91..126.185.184,185; chdir 49..80.12; chmod -..90.15
chown -..92.182.181,212; chown32 -....212.-; chroot 51..161.61; clock_adjtime 266..305.343,372,347,337
clock_adjtime64 -....405.-; clock_getres 114..229.266,264,247,261; clock_getres_time64 -....406.-
clock_gettime 113..228.265,263,246,260; clock_gettime64 -....403.-; clock_nanosleep 115..230.267,265,248,262
clock_nanosleep_time64 -....407.-; clock_settime 112..227.264,262,245,259; clock_settime64 -....404.-
clone 220..56.120; clone3 435; close 57..3.6; close_range 436; connect 203..42.362,283,328,362
copy_file_range 285..326.377,391,379,375; creat -..85.8; create_module -..174-127-127; delete_module 106..176.129
dup 23..32.41; dup2 -..33.63; dup3 24..292.330,358,316,326; epoll_create -..213.254,250,236,249
epoll_create1 20..291.329,357,315,327; epoll_ctl 21..233.255,251,237,250; epoll_ctl_old -..214-
epoll_pwait 22..281.319,346,303,312; epoll_pwait2 441; epoll_wait -..232.256,252,238,251; epoll_wait_old -..215-
eventfd -..284.323,351,307,318; eventfd2 19..290.328,356,314,323; execve 221..59,520,11
execveat 281..322,545,358,387,362,354; exit 93..60.1; exit_group 94..231.252,248,234,248
faccessat 48..269.307,334,298,300; faccessat2 439; fadvise64 223..221.250-233,253; fadvise64_64 -....272-
fallocate 47..285.324,352,309,314; fanotify_init 262..300.338,367,323,332; fanotify_mark 263..301.339,368,324,333
fchdir 50..81.133; fchmod 52..91.94; fchmodat 53..268.306,333,297,299; fchmodat2 452; fchown 55..93.95..207
fchown32 -....207.-; fchownat 54..260.298,325,289,291; fcntl 25..72.55; fcntl64 -....221.-; fdatasync 83..75.148
fgetxattr 10..193.231.214,229; file_getattr 468; file_setattr 469; finit_module 273..313.350,379,353,344
flistxattr 13..196.234.217,232; flock 32..73.143; fork -..57.2; fremovexattr 16..199.237.220,235; fsconfig 431
fsetxattr 7..190.228.211,226; fsmount 432; fsopen 430; fspick 433; fstat 80..5.108; fstat64 -....197.-
fstatat64 -....300,327-; fstatfs 44..138.100; fstatfs64 -....269,267,253,266; fsync 82..74.118; ftime -....35-35-
ftruncate 46..77.93; ftruncate64 -....194.-; futex 98..202.240.221,238; futex_requeue 456; futex_time64 -....422.-
futex_wait 455; futex_waitv 449; futex_wake 454; futimesat -..261.299,326,290,292; get_kernel_syms -..177-130-130
get_mempolicy 236..239.275,320,260,269; get_robust_list 100..274,531,312,339,299,305; get_thread_area -..211-244-
get_tls -.....983046-; getcpu 168..309.318,345,302,311; getcwd 17..79.183.182,183; getdents -..78.141
getdents64 61..217.220,217,202,220; getegid 177..108.50..202; getegid32 -....202.-; geteuid 175..107.49..201
geteuid32 -....201.-; getgid 176..104.47..200; getgid32 -....200.-; getgroups 158..115.80..205; getgroups32 -....205.-
getitimer 102..36.105; getpeername 205..52.368,287,332,368; getpgid 155..121.132; getpgrp -..111.65; getpid 172..39.20
getpmsg -..181.188-187,188; getppid 173..110.64; getpriority 141..140.96; getrandom 278..318.355,384,359,349
getresgid 150..120.171.170,211; getresgid32 -....211.-; getresuid 148..118.165..209; getresuid32 -....209.-
getrlimit 163.-97.76-76,191; getrusage 165..98.77; getsid 156..124.147; getsockname 204..51.367,286,331,367
getsockopt 209..55,542,365,295,340,365; gettid 178..186.224.207,236; gettimeofday 169..96.78; getuid 174..102.24..199
getuid32 -....199.-; getxattr 8..191.229.212,227; getxattrat 464; gtty -....32-32-; idle -....112-112
init_module 105..175.128; inotify_add_watch 27..254.292,317,276,285; inotify_init -..253.291,316,275,284
inotify_init1 26..294.332,360,318,324; inotify_rm_watch 28..255.293,318,277,286; io_cancel 3..210.249,247,231,247
io_destroy 1..207.246,244,228,244; io_getevents 4..208.247,245,229,245; io_pgetevents 292..333.385,399,388,382
io_pgetevents_time64 -....416.-; io_setup 0..206,543,245,243,227,243; io_submit 2..209,544,248,246,230,246
io_uring_enter 426; io_uring_register 427; io_uring_setup 425; ioctl 29..16,514,54; ioperm -..173.101-101-
iopl -..172.110-110-; ioprio_get 31..252.290,315,274,283; ioprio_set 30..251.289,314,273,282; ipc -....117-117
kcmp 272..312.349,378,354,343; kexec_file_load 294..320.-401,382,381; kexec_load 104..246,528,283,347,268,277
keyctl 219..250.288,311,271,280; kill 129..62.37; landlock_add_rule 445; landlock_create_ruleset 444
landlock_restrict_self 446; lchown -..94.16..198; lchown32 -....198.-; lgetxattr 9..192.230.213,228; link -..86.9
linkat 37..265.303,330,294,296; listen 201..50.363,284,329,363; listmount 458; listns 470
listxattr 11..194.232.215,230; listxattrat 465; llistxattr 12..195.233.216,231; lock -....53-53-
lookup_dcookie 18..212.253,249,235,110; lremovexattr 15..198.236.219,234; lseek 62..8.19; lsetxattr 6..189.227.210,225
lsm_get_self_attr 459; lsm_list_modules 461; lsm_set_self_attr 460; lstat -..6.107; lstat64 -....196.-
madvise 233..28.219,220,205,219; map_shadow_stack 453...-453; mbind 235..237.274,319,259,268
membarrier 283..324.375,389,365,356; memfd_create 279..319.356,385,360,350; memfd_secret 447.....-.447
migrate_pages 238..256.294,400,258,287; mincore 232..27.218,219,206,218; mkdir -..83.39
mkdirat 34..258.296,323,287,289; mknod -..133.14; mknodat 33..259.297,324,288,290; mlock 228..149.150
mlock2 284..325.376,390,378,374; mlockall 230..151.152; mmap 222..9.90-90; mmap2 -....192.-
modify_ldt -..154.123-123-; mount 40..165.21; mount_setattr 442; move_mount 429
move_pages 239..279,533,317,344,301,310; mprotect 226..10.125; mpx -....56-56-; mq_getsetattr 185..245.282,279,267,276
mq_notify 184..244,527,281,278,266,275; mq_open 180..240.277,274,262,271; mq_timedreceive 183..243.280,277,265,274
mq_timedreceive_time64 -....419.-; mq_timedsend 182..242.279,276,264,273; mq_timedsend_time64 -....418.-
mq_unlink 181..241.278,275,263,272; mremap 216..25.163; mseal 462; msgctl 187..71.402,304,402
msgget 186..68.399,303,399; msgrcv 188..70.401,302,401; msgsnd 189..69.400,301,400; msync 227..26.144
multiplexer -......201-; munlock 229..150.151; munlockall 231..152.153; munmap 215..11.91
name_to_handle_at 264..303.341,370,345,335; nanosleep 101..35.162; newfstatat 79..262.-.291,293
nfsservctl 42..180-169.168,169; nice -....34; oldfstat -....28-28-; oldlstat -....84-84-; oldolduname -....59-59-
oldstat -....18-18-; olduname -....109-109-; open -..2.5; open_by_handle_at 265..304.342,371,346,336; open_tree 428
open_tree_attr 467; openat 56..257.295,322,286,288; openat2 437; pause -..34.29; pciconfig_iobase -.....271,200-
pciconfig_read -.....272,198-; pciconfig_write -.....273,199-; perf_event_open 241..298.336,364,319,331
personality 92..135.136; pidfd_getfd 438; pidfd_open 434; pidfd_send_signal 424; pipe -..22.42
pipe2 59..293.331,359,317,325; pivot_root 41..155.217,218,203,217; pkey_alloc 289..330.381,395,384,385
pkey_free 290..331.382,396,385,386; pkey_mprotect 288..329.380,394,386,384; poll -..7.168.167,168
ppoll 73..271.309,336,281,302; ppoll_time64 -....414.-; prctl 167..157.172.171,172; pread64 67..17.180.179,180
preadv 69..295,534,333,361,320,328; preadv2 286..327,546,378,392,380,376; prlimit64 261..302.340,369,325,334
process_madvise 440; process_mrelease 448; process_vm_readv 270..310,539,347,376,351,340
process_vm_writev 271..311,540,348,377,352,341; prof -....44-44-; profil -....98-98-; pselect6 72..270.308,335,280,301
pselect6_time64 -....413.-; ptrace 117..101,521,26; putpmsg -..182.189-188,189; pwrite64 68..18.181.180,181
pwritev 70..296,535,334,362,321,329; pwritev2 287..328,547,379,393,381,377; query_module -..178-167-166,167
quotactl 60..179.131; quotactl_fd 443; read 63..0.3; readahead 213..187.225.191,222; readdir -....89-89
readlink -..89.85; readlinkat 78..267.305,332,296,298; readv 65..19,515,145; reboot 142..169.88; recv -.....291,336-
recvfrom 207..45,517,371,292,337,371; recvmmsg 243..299,537,337,365,343,357; recvmmsg_time64 -....417.-
recvmsg 212..47,519,372,297,342,372; remap_file_pages 234..216.257,253,239,267; removexattr 14..197.235.218,233
removexattrat 466; rename -..82.38; renameat 38-.264.302,329,293,295; renameat2 276..316.353,382,357,347
request_key 218..249.287,310,270,279; restart_syscall 128..219.0..7; riscv_flush_icache -259-; riscv_hwprobe -258-
rmdir -..84.40; rseq 293..334.386,398,387,383; rseq_slice_yield 471; rt_sigaction 134..13,512,174.173,174
rt_sigpending 136..127,522,176.175,176; rt_sigprocmask 135..14.175.174,175; rt_sigqueueinfo 138..129,524,178.177,178
rt_sigreturn 139..15,513,173.172,173; rt_sigsuspend 133..130.179.178,179; rt_sigtimedwait 137..128,523,177.176,177
rt_sigtimedwait_time64 -....421.-; rt_tgsigqueueinfo 240..297,536,335,363,322,330; rtas -......255-
s390_guarded_storage -.......378; s390_pci_mmio_read -.......353; s390_pci_mmio_write -.......352
s390_runtime_instr -.......342; s390_sthyi -.......380; sched_get_priority_max 125..146.159
sched_get_priority_min 126..147.160; sched_getaffinity 123..204.242.223,240; sched_getattr 275..315.352,381,356,346
sched_getparam 121..143.155; sched_getscheduler 120..145.157; sched_rr_get_interval 127..148.161
sched_rr_get_interval_time64 -....423.-; sched_setaffinity 122..203.241.222,239
sched_setattr 274..314.351,380,355,345; sched_setparam 118..142.154; sched_setscheduler 119..144.156
sched_yield 124..24.158; seccomp 277..317.354,383,358,348; security -..185.-; select -..23.82-82,142
semctl 191..66.394,300,394; semget 190..64.393,299,393; semop 193..65.-298-; semtimedop 192..220.-312,392
semtimedop_time64 -....420.-; send -.....289,334-; sendfile 71..40.187.186,187; sendfile64 -....239.-
sendmmsg 269..307,538,345,374,349,358; sendmsg 211..46,518,370,296,341,370; sendto 206..44.369,290,335,369
set_mempolicy 237..238.276,321,261,270; set_mempolicy_home_node 450; set_robust_list 99..273,530,311,338,300,304
set_thread_area -..205-243-; set_tid_address 96..218.258,256,232,252; set_tls -.....983045-
setdomainname 162..171.121; setfsgid 152..123.139..216; setfsgid32 -....216.-; setfsuid 151..122.138..215
setfsuid32 -....215.-; setgid 144..106.46..214; setgid32 -....214.-; setgroups 159..116.81..206
setgroups32 -....206.-; sethostname 161..170.74; setitimer 103..38.104; setns 268..308.346,375,350,339
setpgid 154..109.57; setpriority 140..141.97; setregid 143..114.71..204; setregid32 -....204.-
setresgid 149..119.170.169,210; setresgid32 -....210.-; setresuid 147..117.164..208; setresuid32 -....208.-
setreuid 145..113.70..203; setreuid32 -....203.-; setrlimit 164.-160.75; setsid 157..112.66
setsockopt 208..54,541,366,294,339,366; settimeofday 170..164.79; setuid 146..105.23..213; setuid32 -....213.-
setxattr 5..188.226.209,224; setxattrat 463; sgetmask -....68-68-; shmat 196..30.397,305,397
shmctl 195..31.396,308,396; shmdt 197..67.398,306,398; shmget 194..29.395,307,395; shutdown 210..48.373,293,338,373
sigaction -....67; sigaltstack 132..131,525,186.185,186; signal -....48-48; signalfd -..282.321,349,305,316
signalfd4 74..289.327,355,313,322; sigpending -....73; sigprocmask -....126; sigreturn -....119; sigsuspend -....72
socket 198..41.359,281,326,359; socketcall -....102-102; socketpair 199..53.360,288,333,360
splice 76..275.313,340,283,306; spu_create -......279-; spu_run -......278-; ssetmask -....69-69-; stat -..4.106
stat64 -....195.-; statfs 43..137.99; statfs64 -....268,266,252,265; statmount 457; statx 291..332.383,397,383,379
stime -....25-25-; stty -....31-31-; subpage_prot -......310-; swapcontext -......249-; swapoff 225..168.115
swapon 224..167.87; switch_endian -......363-; symlink -..88.83; symlinkat 36..266.304,331,295,297; sync 81..162.36
sync_file_range 84..277.314-.307; sync_file_range2 -......308-; syncfs 267..306.344,373,348,338
sys_debug_setcontext -......256-; sysfs -..139.135; sysinfo 179..99.116; syslog 116..103; tee 77..276.315,342,284,308
tgkill 131..234.270,268,250,241; time -..201.13-13-; timer_create 107..222,526,259,257,240,254
timer_delete 111..226.263,261,244,258; timer_getoverrun 109..225.262,260,243,257
timer_gettime 108..224.261,259,242,256; timer_gettime64 -....408.-; timer_settime 110..223.260,258,241,255
timer_settime64 -....409.-; timerfd -.......317; timerfd_create 85..283.322,350,306,319
timerfd_gettime 87..287.326,354,312,321; timerfd_gettime64 -....410.-; timerfd_settime 86..286.325,353,311,320
timerfd_settime64 -....411.-; times 153..100.43; tkill 130..200.238.208,237; truncate 45..76.92; truncate64 -....193.-
tuxcall -..184.-.225-; ugetrlimit -....191.190-; ulimit -....58-58-; umask 166..95.60; umount -....22-22
umount2 39..166.52; uname 160..63.122; unlink -..87.10; unlinkat 35..263.301,328,292,294
unshare 97..272.310,337,282,303; uprobe -..336-; uretprobe -..335-; uselib -..134-86
userfaultfd 282..323.374,388,364,355; usr26 -.....983043-; usr32 -.....983044-; ustat -..136.62; utime -..132.30-30
utimensat 88..280.320,348,304,315; utimensat_time64 -....412.-; utimes -..235.271,269,251,313; vfork -..58.190.189,190
vhangup 58..153.111; vm86 -....166-113-; vm86old -....113-; vmsplice 75..278,532,316,343,285,309
vserver -..236-273,313-; wait4 260..61.114; waitid 95..247,529,284,280,272,281; waitpid -....7-7-; write 64..1.4
writev 66..20,516,146
`
