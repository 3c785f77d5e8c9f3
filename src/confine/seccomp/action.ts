/** What a filter returns: an action and 16 bits of data (seccomp(2), linux/seccomp.h). */
import type { SeccompProfile, SeccompRule } from './profile.ts'

/** Rule or profile default, as far as its action goes. */
interface Written {
  readonly action: SeccompProfile['defaultAction']
  readonly errnoRet?: number | undefined
  readonly errno?: string | undefined
}

const ACTION_BITS: Readonly<Record<Written['action'], number>> = {
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
}

export const EPERM = 1
export const ENOSYS = 38

/** Names of error numbers from 1 (asm-generic/errno-base.h, errno.h): podman's profiles have them beside or instead of the number. */
const ERRNO_NAMES =
  'EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON'

function errnoByName(name: string): number | undefined {
  const names = ERRNO_NAMES.split(' ')
  const at = names.indexOf(name === 'EWOULDBLOCK' ? 'EAGAIN' : name === 'ENOTSUP' ? 'EOPNOTSUPP' : name)
  return at < 0 ? undefined : at + 1
}

const hasData = (action: string): boolean => action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'

/**
 * The data of ERRNO (the error that the call gets, 0 for a call that seems to succeed) and TRACE; undefined for other actions.
 * Not written, it is EPERM (runc libcontainer/seccomp, getAction; containers/common pkg/seccomp).
 */
export function errnoOf({ action, errnoRet, errno }: Written): number | undefined {
  if (!hasData(action)) return undefined
  return errnoRet ?? (errno === undefined ? undefined : errnoByName(errno)) ?? EPERM
}

/** The 32 bits that a filter returns for it: equal ones are the same answer, however they are written. */
export const returnValue = (written: Written): number =>
  ((ACTION_BITS[written.action] ?? 0) | ((errnoOf(written) ?? 0) & 0xffff)) >>> 0

/** The default of a profile in the form of a rule's action. */
export const defaultOf = ({ defaultAction, defaultErrnoRet, defaultErrno }: SeccompProfile): Written => ({
  action: defaultAction,
  errnoRet: defaultErrnoRet,
  errno: defaultErrno,
})

/** Runtimes leave out rules that only say what the default says (runc libcontainer/seccomp, matchCall; libseccomp refuses them). */
export const repeatsDefault = (profile: SeccompProfile, rule: SeccompRule): boolean =>
  returnValue(rule) === returnValue(defaultOf(profile))
