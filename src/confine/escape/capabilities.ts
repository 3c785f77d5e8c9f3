/** Ways through single capabilities (capabilities(7)). */
import { known } from './answer.ts'
import type { Entry } from './entry.ts'
import { apparmor, call, capability, hostUsers, root, through, type Need } from './needs.ts'
import { given, perhapsGiven, privileged } from './openings.ts'

const NOT = (name: string): readonly string[] => [
  `no ${name}`,
  'a user namespace of its own',
  'another user than root, with no-new-privileges',
  'gVisor, Kata or Firecracker',
]
const hostPid: Need = ({ container }) => {
  const fact = container.namespaces.pid
  return known(fact) === 'host' ? { is: 'yes', because: [{ field: 'container.namespaces.pid', fact }] } : { is: 'no' }
}
/** By `perf_event_open` or `bpf`: these paths are of the capability, and the filter follows the capability. */
interface Simple {
  readonly id: string
  readonly title: string
  readonly capability: string
  readonly call: string
  readonly gives: string
  readonly severity: Entry['severity']
  readonly source: string
  readonly step: string
  readonly breaks?: readonly string[]
}
const simple: readonly Simple[] = [
  {
    id: 'kernel-module',
    title: 'Kernel modules can be loaded',
    capability: 'SYS_MODULE',
    call: 'finit_module',
    gives: 'the host’s kernel, and so root on the host',
    severity: 'critical',
    source:
      'https://www.cyberark.com/resources/threat-research-blog/how-i-hacked-play-with-docker-and-remotely-ran-code-on-the-host',
    step: 'loads a kernel module of its own (SYS_MODULE)',
    breaks: ['signed modules only', 'a seccomp profile without init_module and finit_module'],
  },
  {
    id: 'open-by-handle',
    title: 'Files of the host can be opened by their handle',
    capability: 'DAC_READ_SEARCH',
    call: 'open_by_handle_at',
    gives: 'read of the host’s files: password hashes, keys; with DAC_OVERRIDE their writing too',
    severity: 'critical',
    source: 'http://stealth.openwall.net/xSports/shocker.c',
    step: 'opens any file of the disk behind one of its mounts, such as /etc/hosts, by guessing file handles (DAC_READ_SEARCH, open_by_handle_at)',
    breaks: ['a seccomp profile without open_by_handle_at', 'mounts of no disk that holds the host’s files'],
  },
  {
    id: 'port-io',
    title: 'Hardware can be driven past the kernel',
    capability: 'SYS_RAWIO',
    call: 'ioperm',
    gives: 'the host’s hardware, and what can be done to its disk and memory with it',
    severity: 'high',
    source: 'https://man7.org/linux/man-pages/man2/ioperm.2.html',
    step: 'drives I/O ports (SYS_RAWIO, ioperm)',
    breaks: ['a seccomp profile without ioperm and iopl', 'kernel lockdown'],
  },
  {
    id: 'bpf-programs',
    title: 'Programs can be loaded into the kernel (BPF)',
    capability: 'BPF',
    call: 'bpf',
    gives: 'read of kernel memory and of every process of the host',
    severity: 'high',
    source: 'https://docs.kernel.org/userspace-api/ebpf/syscall.html',
    step: 'loads BPF programs that read kernel memory and other processes’ (BPF, with PERFMON or SYS_ADMIN for tracing)',
    breaks: ['a seccomp profile without bpf', 'kernel lockdown'],
  },
  {
    id: 'perf-events',
    title: 'The whole machine can be traced',
    capability: 'PERFMON',
    call: 'perf_event_open',
    gives: 'what other processes and the kernel do, and kernel addresses',
    severity: 'medium',
    source: 'https://docs.kernel.org/admin-guide/perf-security.html',
    step: 'traces all processors (PERFMON, perf_event_open)',
    breaks: ['a seccomp profile without perf_event_open'],
  },
  {
    id: 'kernel-log',
    title: 'The kernel’s log can be read',
    capability: 'SYSLOG',
    call: 'syslog',
    gives: 'the host’s kernel log and kernel addresses, which exploits need',
    severity: 'low',
    source: 'https://man7.org/linux/man-pages/man2/syslog.2.html',
    step: 'reads the kernel log (SYSLOG)',
    breaks: ['a seccomp profile without syslog'],
  },
  {
    id: 'kexec',
    title: 'Another kernel can be started',
    capability: 'SYS_BOOT',
    call: 'kexec_load',
    gives: 'the host, with a kernel of its own',
    severity: 'critical',
    source: 'https://man7.org/linux/man-pages/man2/kexec_load.2.html',
    step: 'loads and starts a kernel of its own (SYS_BOOT, kexec_load)',
    breaks: ['every usual seccomp profile: none lets kexec_load through', 'kernel.kexec_load_disabled'],
  },
]

export const capabilities: readonly Entry[] = [
  ...simple.map((each): Entry => ({
    id: each.id,
    title: each.title,
    gives: each.gives,
    severity: each.severity,
    source: each.source,
    openings: given(each.capability),
    needs: [capability(each.capability), hostUsers, call(each.call), through('kernel')],
    steps: () => [each.step],
    breaks: [...NOT(each.capability), ...(each.breaks ?? [])],
  })),
  {
    id: 'sys-admin',
    title: 'The capability that is nearly root is given',
    gives: 'much of the kernel that is written for root only',
    severity: 'medium',
    source: 'https://lwn.net/Articles/486306/',
    // Of a privileged container the paths above say it better.
    openings: (subject) => (privileged(subject).length > 0 ? [] : perhapsGiven('SYS_ADMIN')(subject)),
    needs: [capability('SYS_ADMIN'), hostUsers, through('kernel')],
    steps: () => ['uses system calls that only SYS_ADMIN opens (mount, setns, bpf, quotas, namespaces)'],
    breaks: [...NOT('SYS_ADMIN'), 'a seccomp profile that names what is needed only'],
  },
  {
    id: 'host-process-injected',
    title: 'Processes of the host can be taken over',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://man7.org/linux/man-pages/man2/ptrace.2.html',
    openings: given('SYS_PTRACE'),
    needs: [capability('SYS_PTRACE'), hostPid, root, hostUsers, call('ptrace'), apparmor, through('processes')],
    steps: (_, { container }) => [
      { text: 'sees the processes of the host', fact: container.namespaces.pid },
      'puts code into one that runs as root (SYS_PTRACE)',
    ],
    breaks: [
      'a PID namespace of its own',
      ...NOT('SYS_PTRACE'),
      'AppArmor (docker-default denies tracing others)',
      'Yama (ptrace_scope 3)',
    ],
  },
  {
    id: 'host-namespaces-entered',
    title: 'The host’s namespaces can be entered',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://man7.org/linux/man-pages/man1/nsenter.1.html',
    openings: given('SYS_ADMIN'),
    needs: [
      capability('SYS_ADMIN'),
      capability('SYS_PTRACE'),
      hostPid,
      root,
      hostUsers,
      call('setns'),
      apparmor,
      through('processes'),
    ],
    steps: (_, { container }) => [
      { text: 'sees the processes of the host', fact: container.namespaces.pid },
      'enters the namespaces of process 1 (nsenter -t 1 -m)',
    ],
    breaks: ['a PID namespace of its own', ...NOT('SYS_ADMIN and SYS_PTRACE')],
  },
]
