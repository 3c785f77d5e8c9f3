/** Which system calls a profile lets through by name. Types only from profile.ts, so that zod is not loaded. */
import { systemCalls, type Architecture } from '../syscalls.ts'
import type { SeccompProfile, SeccompRule } from './profile.ts'

/** What the conditions of a profile ask of the container and its host. */
export interface Circumstances {
  /** The bounding set, without `CAP_`. */
  readonly capabilities: ReadonlySet<string>
  readonly architecture: Architecture
  /** Version of the host's kernel, as 4 and 8 of 4.8; where it is not known, it is taken to be new enough for every rule. */
  readonly kernel?: readonly [number, number]
}

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

/** `includes` must hold as a whole, one hit of `excludes` is enough (moby/profiles seccomp_linux.go, setupSeccomp). */
function inForce({ includes, excludes }: SeccompRule, { capabilities, architecture, kernel }: Circumstances): boolean {
  const holds = (name: string): boolean => name.startsWith('CAP_') && capabilities.has(name.slice('CAP_'.length))
  const newEnough = (least: readonly [number, number]): boolean =>
    kernel === undefined || kernel[0] > least[0] || (kernel[0] === least[0] && kernel[1] >= least[1])
  if (excludes?.arches.includes(architecture)) return false
  if (excludes?.caps.some(holds)) return false
  if (excludes?.minKernel && newEnough(excludes.minKernel)) return false
  if (includes && includes.arches.length > 0 && !includes.arches.includes(architecture)) return false
  if (includes && !includes.caps.every(holds)) return false
  return !includes?.minKernel || newEnough(includes.minKernel)
}

const EPERM = 1
/** The same action with the same errno: runtimes leave such a rule out. */
const repeatsDefault = (profile: SeccompProfile, rule: SeccompRule): boolean =>
  rule.action === profile.defaultAction &&
  (rule.action !== 'SCMP_ACT_ERRNO' && rule.action !== 'SCMP_ACT_TRACE'
    ? true
    : (rule.errnoRet ?? EPERM) === (profile.defaultErrnoRet ?? EPERM))
