/**
 * What execve(2) makes of a process's capabilities: capabilities(7), "Transformation of capabilities during execve()",
 * and Linux security/commoncap.c, cap_bprm_creds_from_file, whose order of steps this keeps.
 */

/** Capabilities without `CAP_`. */
export type CapabilitySet = ReadonlySet<string>

/** A thread's user and capability sets (credentials(7), capabilities(7)). */
export interface Credentials {
  /** The real user id, in the container's own numbers. */
  readonly uid: number
  readonly effectiveUid: number
  readonly noNewPrivileges: boolean
  readonly permitted: CapabilitySet
  readonly effective: CapabilitySet
  readonly inheritable: CapabilitySet
  readonly bounding: CapabilitySet
  readonly ambient: CapabilitySet
}

/** What a program file brings of its own. */
export interface Program {
  /** The file's capabilities (security.capability); absent where it has none. */
  readonly capabilities?: {
    readonly permitted: CapabilitySet
    readonly inheritable?: CapabilitySet
    readonly effective: boolean
  }
  /** The owner that a setuid bit makes it run as. */
  readonly setuid?: number
  /** A setgid bit makes it run with a group that the process does not run with already. */
  readonly changesGroup?: boolean
}

const NONE: CapabilitySet = new Set()

/**
 * The process after it has executed the program; `undefined` where the kernel refuses with EPERM, because a file with the effective bit
 * wants a capability that the bounding set does not hold.
 */
export function execve(before: Credentials, program: Program): Credentials | undefined {
  const file = program.capabilities
  let permitted: CapabilitySet = file
    ? file.permitted.intersection(before.bounding).union((file.inheritable ?? NONE).intersection(before.inheritable))
    : NONE
  if (file?.effective === true && !file.permitted.isSubsetOf(permitted)) return undefined
  let isEffective = file?.effective ?? false
  // no_new_privs makes the kernel pass over setuid and setgid bits (fs/exec.c, bprm_fill_uid).
  let effectiveUid = before.noNewPrivileges ? before.effectiveUid : (program.setuid ?? before.effectiveUid)
  const changesId = effectiveUid !== before.uid || (program.changesGroup === true && !before.noNewPrivileges)
  // A setuid-root file with capabilities of its own gives another user's process these only.
  if (!(file && effectiveUid === 0 && before.uid !== 0)) {
    if (effectiveUid === 0 || before.uid === 0) permitted = before.bounding.union(before.inheritable)
    if (effectiveUid === 0) isEffective = true
  }
  if (before.noNewPrivileges && (changesId || !permitted.isSubsetOf(before.permitted))) {
    effectiveUid = before.uid
    permitted = permitted.intersection(before.permitted)
  }
  const ambient = file || changesId ? NONE : before.ambient
  permitted = permitted.union(ambient)
  return { ...before, effectiveUid, permitted, effective: isEffective ? permitted : ambient, ambient }
}
