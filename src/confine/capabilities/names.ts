/** Every capability of Linux 5.9 and later, in the order of their numbers: 0 is CHOWN, 40 is CHECKPOINT_RESTORE (linux/capability.h). */
export const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const
export const EVERY = 'ALL'

/** By every way to write it that is common: looked up far more often than there are names. */
const KNOWN: ReadonlySet<string> = new Set([...CAPABILITIES, EVERY])

/** The name in capitals without `CAP_`, or ALL; a word that is no capability stays as written. */
export function capabilityName(written: string): string {
  const name = written.toUpperCase().replace(/^CAP_/, '')
  return KNOWN.has(name) ? name : written
}

/** The set that the bits of a line of /proc/PID/status stand for: `CapEff: 00000000a80425fb` (proc(5)). Bits without a name are left out. */
export function capabilitiesOf(bits: bigint): readonly string[] {
  return CAPABILITIES.filter((_, number) => ((bits >> BigInt(number)) & 1n) === 1n)
}
