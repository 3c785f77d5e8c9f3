import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { isRegular } from './entry.ts'

const XATTR = 'security.capability'

/** By bit, as linux/capability.h numbers them. */
const NAMES = [
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE',
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN',
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE',
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE',
].flatMap((line) => line.split(' '))

/** Bytes of struct vfs_cap_data by its revision (linux/capability.h, XATTR_CAPS_SZ_1 to 3). */
const SIZES = new Map([
  [0x01000000, 12],
  [0x02000000, 20],
  [0x03000000, 24],
])
const REVISION_MASK = 0xff000000
const EFFECTIVE = 0x000001

/** File capabilities (capabilities(7)): what a program gains when it is run, whoever runs it. */
export const fileCapabilities: Cataloger = {
  name: 'file-capabilities',
  version: 1,
  body: false,
  wants: (_path, entry) => isRegular(entry) && entry.xattrs?.has(XATTR) === true,
  parse(file) {
    const complaints = complaintsAbout(file)
    const bytes = Buffer.from(file.entry.xattrs?.get(XATTR) ?? [])
    const magic = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0
    const size = SIZES.get((magic & REVISION_MASK) >>> 0)
    if (size === undefined || bytes.length !== size) {
      complaints.add(
        'file-capabilities-malformed',
        1,
        `The attribute ${XATTR} is no capability set that Linux knows (${bytes.length} bytes), so what the file may do is not known. Set it anew with setcap(8).`,
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    // Pairs of permitted and inheritable, 32 bits each: one pair in revision 1, two since.
    const words = size === 12 ? [bytes.readUInt32LE(4)] : [bytes.readUInt32LE(4), bytes.readUInt32LE(12)]
    const bits = words.flatMap((word, index) =>
      Array.from({ length: 32 }, (_, bit) => bit)
        .filter((bit) => ((word >>> bit) & 1) === 1)
        .map((bit) => index * 32 + bit),
    )
    const permitted = bits.flatMap((bit) => NAMES[bit] ?? [])
    if (permitted.length < bits.length) {
      complaints.add(
        'file-capabilities-unknown',
        1,
        'The file has capabilities that Linux does not number; the kernel ignores them, and so do we. Set them anew with setcap(8) if they were meant.',
        false,
      )
    }
    return {
      value: { fileCapabilities: { permitted, effective: (magic & EFFECTIVE) !== 0 } },
      notices: complaints.notices,
    }
  },
}
