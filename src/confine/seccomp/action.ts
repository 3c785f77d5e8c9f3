/** What a filter returns: an action and 16 bits of data (seccomp(2), linux/seccomp.h). */
import { errnoNumber } from './errno.ts'
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

const hasData = (action: string): boolean => action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'

/**
 * The data of ERRNO (the error that the call gets, 0 for a call that seems to succeed) and TRACE; undefined for other actions.
 * Not written, it is EPERM (runc libcontainer/seccomp, getAction; containers/common pkg/seccomp).
 */
export function errnoOf({ action, errnoRet, errno }: Written): number | undefined {
  if (!hasData(action)) return undefined
  return errnoRet ?? (errno === undefined ? undefined : errnoNumber(errno)) ?? EPERM
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
