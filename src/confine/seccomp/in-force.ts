/** Which rules of a profile, and which architectures, an engine hands to its runtime. */
import type { Architecture } from '../syscalls.ts'
import type { SeccompProfile, SeccompRule } from './profile.ts'

/** What the conditions of a profile ask of the container and its host. */
export interface Circumstances {
  /** The bounding set, without `CAP_`. */
  readonly capabilities: ReadonlySet<string>
  /** The machine's own architecture. */
  readonly architecture: Architecture
  /** Version of the host's kernel, as 4 and 8 of 4.8; where it is not known, it is taken to be new enough for every rule. */
  readonly kernel?: readonly [number, number]
}

/** `includes` must hold as a whole, one hit of `excludes` is enough (moby/profiles seccomp_linux.go, setupSeccomp). */
export function inForce({ includes, excludes }: SeccompRule, circumstances: Circumstances): boolean {
  const { capabilities, architecture, kernel } = circumstances
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

/** libseccomp's words for architectures, with ours. */
export const SCMP_NAMES = {
  amd64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
  x86: 'SCMP_ARCH_X86',
  arm: 'SCMP_ARCH_ARM',
  riscv64: 'SCMP_ARCH_RISCV64',
  loong64: 'SCMP_ARCH_LOONGARCH64',
  ppc64le: 'SCMP_ARCH_PPC64LE',
  s390x: 'SCMP_ARCH_S390X',
  x32: 'SCMP_ARCH_X32',
} as const

/**
 * The words for the architectures that the filter is made for, the machine's own first. libseccomp starts with that one;
 * of `archMap` only the entry of that one counts, with its sub-architectures (moby/profiles seccomp_linux.go, setupSeccomp).
 */
export function architecturesOf(profile: SeccompProfile, native: Architecture): readonly string[] {
  const own = SCMP_NAMES[native]
  const entry = profile.archMap.find(({ architecture }) => architecture === own)
  const listed = profile.archMap.length > 0 ? (entry?.subArchitectures ?? []) : profile.architectures
  return [...new Set<string>([own, ...listed.map((word) => (word === 'SCMP_ARCH_NATIVE' ? own : word))])]
}
