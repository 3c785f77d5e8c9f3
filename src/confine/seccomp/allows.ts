/** Which system calls a profile lets through by name. Types only from profile.ts, so that zod is not loaded. */
import { systemCalls } from '../syscalls.ts'
import { repeatsDefault } from './action.ts'
import { inForce, type Circumstances } from './in-force.ts'
import type { SeccompProfile } from './profile.ts'

export type { Circumstances }

/** Names in alphabetical order. */
export interface ByName {
  readonly defaultAction: SeccompProfile['defaultAction']
  /** Let through whatever the arguments; where the default action lets through, every call that no rule speaks of too. */
  readonly allows: readonly string[]
  /** Named by a rule that does not let them through, whatever the arguments. */
  readonly denies: readonly string[]
  /** Let through with some arguments and not with others. */
  readonly depends: readonly string[]
  /** True where a rule asks for the kernel's version and it is not known. */
  readonly kernelAssumed: boolean
}
/** Actions that run the call: LOG runs it too (seccomp(2), SECCOMP_RET_LOG). TRACE and NOTIFY leave it to another process. */
const letsThrough = (action: string): boolean => action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG'

/**
 * The calls of a profile by name. Of several rules for a call, the first one without arguments decides, before and whatever
 * those with arguments say (seen in what libseccomp 2.5.4 exports); rules that only repeat the default action are left out
 * first (runc libcontainer/seccomp/seccomp_linux.go, matchCall).
 */
export function allowsByName(profile: SeccompProfile, circumstances: Circumstances): ByName {
  const always = new Map<string, boolean>()
  const sometimes = new Set<string>()
  const byDefault = letsThrough(profile.defaultAction)
  for (const rule of profile.syscalls) {
    if (!inForce(rule, circumstances) || repeatsDefault(profile, rule)) continue
    const lets = letsThrough(rule.action)
    for (const name of rule.names)
      if (rule.args.length === 0) always.set(name, always.get(name) ?? lets)
      else if (lets !== byDefault) sometimes.add(name)
  }
  const depends = [...sometimes].filter((name) => !always.has(name))
  const named = (lets: boolean): string[] => [...always].flatMap(([name, does]) => (does === lets ? [name] : []))
  const denies = named(false)
  const silent = byDefault ? systemCalls(circumstances.architecture) : []
  const allows = new Set([...named(true), ...silent]).difference(new Set([...denies, ...depends]))
  return {
    defaultAction: profile.defaultAction,
    allows: [...allows].sort(),
    denies: denies.sort(),
    depends: depends.sort(),
    kernelAssumed:
      circumstances.kernel === undefined &&
      profile.syscalls.some((rule) => rule.includes?.minKernel !== undefined || rule.excludes?.minKernel !== undefined),
  }
}

/** True where some rule asks for capabilities, so that the outcome hangs on them. */
export const asksForCapabilities = (profile: SeccompProfile): boolean =>
  profile.syscalls.some((rule) => (rule.includes?.caps.length ?? 0) > 0 || (rule.excludes?.caps.length ?? 0) > 0)

/** True where some rule asks for the architecture. */
export const asksForArchitecture = (profile: SeccompProfile): boolean =>
  letsThrough(profile.defaultAction) ||
  profile.syscalls.some((rule) => (rule.includes?.arches.length ?? 0) > 0 || (rule.excludes?.arches.length ?? 0) > 0)
