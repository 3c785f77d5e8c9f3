/** What a filter answers and for whom, in words. */
import type { Difference } from '../confine/seccomp/compare.ts'
import type { Decision, World } from '../confine/seccomp/decide.ts'
import { errnoName } from '../confine/seccomp/errno.ts'
import { number } from '../confine/seccomp/comparison.ts'
import type { Abi } from '../confine/syscalls.ts'

/** What the caller sees. */
export function answerText({ action, errno = 1 }: Decision): string {
  switch (action) {
    case 'SCMP_ACT_ALLOW':
      return 'runs'
    case 'SCMP_ACT_LOG':
      return 'runs, and is logged'
    case 'SCMP_ACT_ERRNO':
      return errno === 0 ? 'does nothing and reports success' : `fails with ${errnoName(errno)}`
    case 'SCMP_ACT_KILL_PROCESS':
      return 'kills the process'
    case 'SCMP_ACT_KILL':
    case 'SCMP_ACT_KILL_THREAD':
      return 'kills the thread'
    case 'SCMP_ACT_TRAP':
      return 'raises SIGSYS'
    case 'SCMP_ACT_TRACE':
      return 'is left to a tracer'
    case 'SCMP_ACT_NOTIFY':
      return 'is left to a listener'
  }
}

/** In short, for columns. */
export function answerWord(decision: Decision): string {
  const { action, errno = 1 } = decision
  return action === 'SCMP_ACT_ERRNO'
    ? errnoName(errno)
    : action.replace('SCMP_ACT_', '').toLowerCase().replace('_', ' ')
}

const ABIS: Readonly<Partial<Record<Abi, string>>> = { x86: 'i386' }
export const abiName = (abi: Abi): string => ABIS[abi] ?? abi

/** `arg0 = 40, arg2 = 9`: the arguments that are not 0, at least one of those that are compared. */
export function argumentsText(args: readonly bigint[], compared: ReadonlySet<number>): string {
  const shown = args.flatMap((value, index) =>
    value !== 0n || compared.has(index) ? [`arg${index} = ${number(value)}`] : [],
  )
  return shown.length === 0 ? 'all arguments 0' : shown.join(', ')
}

/** Which arguments differ between these tuples, so that naming them tells the tuples apart. */
export const comparedIn = (difference: Difference): ReadonlySet<number> =>
  new Set([difference.a, difference.b].flatMap(({ rule }) => rule?.args.map(({ index }) => index) ?? []))

/** `on amd64, with the capabilities that Docker gives by default`. */
export function worldText({ architecture, capabilities, kernel }: World, isDefault: boolean): string {
  const names = [...capabilities].sort()
  const caps = isDefault
    ? "Docker's default capabilities"
    : names.length === 0
      ? 'no capabilities'
      : names.length > 40
        ? 'all capabilities'
        : names.length > 6
          ? `${names.length} capabilities`
          : names.map((name) => `CAP_${name}`).join(', ')
  return `on ${architecture}, with ${caps}${kernel ? `, on Linux ${kernel.join('.')}` : ''}`
}
