/** The fixed words of seccomp profiles: OCI runtime-spec config-linux.md "Seccomp", libseccomp's seccomp_init(3), seccomp_rule_add(3). */

export const ACTIONS = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
] as const

export const OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const

export const SECCOMP_ARCHITECTURES = [
  'SCMP_ARCH_NATIVE',
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_ARM',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_LOONGARCH64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPS64',
  'SCMP_ARCH_MIPS64N32',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_MIPSEL64',
  'SCMP_ARCH_MIPSEL64N32',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_PPC',
  'SCMP_ARCH_PPC64',
  'SCMP_ARCH_PPC64LE',
  'SCMP_ARCH_RISCV64',
  'SCMP_ARCH_S390',
  'SCMP_ARCH_S390X',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
] as const

export const FLAGS = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
] as const

/** Words that engines compare with in `includes.arches` and `excludes.arches` (moby/profiles seccomp_linux.go, libseccomp-golang). */
export const CONDITION_ARCHITECTURES = [
  'amd64',
  'arm',
  'arm64',
  'loong64',
  'loongarch64',
  'mips',
  'mips64',
  'mips64n32',
  'mipsel',
  'mipsel64',
  'mipsel64n32',
  'mips3l64n32',
  'mipsle',
  'parisc',
  'parisc64',
  'ppc',
  'ppc64',
  'ppc64le',
  'riscv64',
  's390',
  's390x',
  'x32',
  'x86',
] as const

const LONGEST = 60

/** `: did you mean "x"?` for the valid word that is at most a third of its letters away; empty where none is near. */
export function didYouMean(word: string, words: readonly string[]): string {
  if (word.length > LONGEST) return ''
  let best = ''
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of words) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best === '' ? '' : `: did you mean "${best}"?`
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), a row at a time. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const step = (edits: number | undefined): number => (edits ?? Infinity) + 1
      const same = last[j - 1] ?? Infinity
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? step(before[j - 2]) : Infinity
      row.push(Math.min(step(last[j]), step(row[j - 1]), a[i - 1] === b[j - 1] ? same : step(same), swapped))
    }
    before = last
    last = row
  }
  return last[b.length] ?? Infinity
}
