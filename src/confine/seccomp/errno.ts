/**
 * Error numbers by name: errno(3), asm-generic/errno-base.h and errno.h of Linux. They are the same on every architecture that
 * Plimsoll has a table of system calls for (mips, parisc, alpha and sparc have others).
 */

/** In the order of their numbers from 1; a dash where a number has no name. */
const NAMES = `
EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV
ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG
ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL
ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP
EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS
ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT
EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN
ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM
EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE
ERFKILL EHWPOISON
`
const byNumber: readonly string[] = ['-', ...NAMES.trim().split(/\s+/)]
const byName: ReadonlyMap<string, number> = new Map([
  ...byNumber.flatMap((name, number) => (name === '-' ? [] : [[name, number] as const])),
  ['EWOULDBLOCK', 11],
  ['EDEADLOCK', 35],
  ['ENOTSUP', 95],
])

/** Every name of an error number. */
export const ERRNO_NAMES: readonly string[] = [...byName.keys()]

/** The number of a name, or of digits (podman takes both in `errno`); undefined for what is neither. */
export const errnoNumber = (word: string): number | undefined =>
  byName.get(word) ?? (/^\d{1,5}$/.test(word) ? Number(word) : undefined)

/** `EPERM` for 1; the digits where a number has no name. */
export function errnoName(number: number): string {
  const name = byNumber[number]
  return name === undefined || name === '-' ? String(number) : name
}
