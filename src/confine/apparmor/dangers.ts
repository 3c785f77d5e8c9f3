/** Questions to which a container's profile should answer no, with the public source of each. */
import type { Severity } from '../../model/finding.ts'
import type { FileAccess } from './may.ts'

/** A file, or a name in a folder, that gives a container the host or much of its kernel when it is written. */
export interface DangerousFile {
  /** The finding it belongs to. */
  readonly id:
    'apparmor-sysrq' | 'apparmor-proc-sys' | 'apparmor-sys' | 'apparmor-release-agent' | 'apparmor-engine-socket'
  readonly severity: Severity
  readonly path: string
  readonly access: FileAccess
  /** What it gives. */
  readonly gives: string
}

const file = (id: DangerousFile['id'], severity: Severity, path: string, gives: string): DangerousFile => ({
  id,
  severity,
  path,
  access: 'w',
  gives,
})

/** proc(5), sysfs(5), cgroups(7), core(5), kernel.org admin-guide/sysrq, docs.docker.com engine/security. */
export const DANGEROUS_FILES: readonly DangerousFile[] = [
  file('apparmor-sysrq', 'high', '/proc/sysrq-trigger', 'lets a process crash, reboot or freeze the host'),
  file(
    'apparmor-proc-sys',
    'high',
    '/proc/sys/kernel/core_pattern',
    'names a program that the kernel runs on the host as root when a process crashes',
  ),
  file(
    'apparmor-proc-sys',
    'high',
    '/proc/sys/kernel/modprobe',
    'names a program that the kernel runs on the host as root',
  ),
  file(
    'apparmor-proc-sys',
    'high',
    '/proc/sys/fs/binfmt_misc/register',
    'has the kernel run a program of the container for files of the host',
  ),
  file('apparmor-proc-sys', 'medium', '/proc/sys/vm/panic_on_oom', 'changes settings of the host kernel'),
  file('apparmor-sys', 'high', '/sys/kernel/uevent_helper', 'names a program that the kernel runs on the host as root'),
  file('apparmor-sys', 'medium', '/sys/kernel/security/apparmor/.replace', 'replaces profiles, this one too'),
  file(
    'apparmor-sys',
    'medium',
    '/sys/firmware/efi/efivars/Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c',
    "changes the firmware's settings of the host",
  ),
  file('apparmor-sys', 'medium', '/sys/devices/system/cpu/cpu1/online', 'changes devices of the host'),
  file(
    'apparmor-release-agent',
    'medium',
    '/sys/fs/cgroup/rdma/release_agent',
    'names a program that the kernel runs on the host as root when a control group is empty (cgroup v1)',
  ),
  file(
    'apparmor-engine-socket',
    'medium',
    '/var/run/docker.sock',
    'gives whoever can connect to it the host, where it is mounted',
  ),
  file(
    'apparmor-engine-socket',
    'medium',
    '/run/docker.sock',
    'gives whoever can connect to it the host, where it is mounted',
  ),
  file(
    'apparmor-engine-socket',
    'medium',
    '/run/containerd/containerd.sock',
    'gives whoever can connect to it the host, where it is mounted',
  ),
  file(
    'apparmor-engine-socket',
    'medium',
    '/run/crio/crio.sock',
    'gives whoever can connect to it the host, where it is mounted',
  ),
  file(
    'apparmor-engine-socket',
    'medium',
    '/run/podman/podman.sock',
    'gives whoever can connect to it what the engine can do, where it is mounted',
  ),
]

/** Files of the kernel's interfaces that stand for all that container profiles should forbid; each is asked of both sides in a comparison. */
export const PROBES: readonly { readonly access: FileAccess; readonly path: string }[] = [
  ...DANGEROUS_FILES.filter(({ id }) => id !== 'apparmor-engine-socket').map(({ access, path }) => ({ access, path })),
  ...['r', 'w'].flatMap((access) =>
    [
      '/proc/kcore',
      '/proc/sysrq-trigger',
      '/sys/firmware/acpi/tables/DSDT',
      '/sys/kernel/security/apparmor/profiles',
      '/sys/devices/virtual/powercap/intel-rapl/intel-rapl:0/energy_uj',
    ].map((path) => ({ access: access === 'r' ? ('r' as const) : ('w' as const), path })),
  ),
  ...[
    '/proc/timer_list',
    '/proc/mem',
    '/proc/kmem',
    '/proc/bus/pci/00/00.0',
    '/proc/irq/1/smp_affinity',
    '/proc/acpi/wakeup',
    '/proc/scsi/scsi',
    '/proc/fs/ext4/sda1/options',
    '/proc/sys/kernel/hostname',
    '/proc/sys/kernel/sysrq',
    '/proc/sys/kernel/yama/ptrace_scope',
    '/proc/sys/kernel/core_uses_pid',
    '/proc/sys/net/ipv4/ip_forward',
    '/proc/sys/vm/drop_caches',
    '/proc/sys/fs/file-max',
    '/proc/sys/dev/cdrom/autoclose',
    '/sys/class/net/eth0/mtu',
    '/sys/block/sda/queue/scheduler',
    '/sys/bus/pci/rescan',
    '/sys/module/kernel/parameters/panic',
    '/sys/power/state',
    '/sys/kernel/mm/transparent_hugepage/enabled',
    '/sys/fs/bpf/one',
    '/sys/fs/selinux/enforce',
    '/sys/fs/ext4/sda1/trigger_fs_error',
    '/sys/fs/cifs/dfscache',
  ].map((path) => ({ access: 'w' as const, path })),
]
