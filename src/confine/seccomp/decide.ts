/** What the filter made of a profile answers to a system call. Types only from profile.ts, so that zod is not loaded. */
import { numbersOf, X32_BIT, type Abi, type Architecture } from '../syscalls.ts'
import { defaultOf, ENOSYS, errnoOf, returnValue } from './action.ts'
import type { Words } from './blocks.ts'
import { makeFilter, type Filter, type Refusal } from './filter.ts'
import { multiplexed } from './multiplex.ts'
import type { SeccompProfile, SeccompRule } from './profile.ts'
import { verdictOf } from './tree.ts'

/** Where the filter runs and who made it. */
export interface World {
  /** The ABI that the call comes by. */
  readonly architecture: Abi
  /** The machine's own; where it is left out, that which the ABI belongs to (amd64 for x32). */
  readonly native?: Architecture
  /** The capabilities that conditions ask for, without `CAP_`. */
  readonly capabilities: ReadonlySet<string>
  /** Version of the host's kernel; where it is not known, it is taken to be new enough for every rule. */
  readonly kernel?: readonly [number, number]
  /**
   * `runc` answers ENOSYS to calls above the newest one that the profile names and libseccomp knows, unless the default lets
   * calls through (runc libcontainer/seccomp/patchbpf). `libseccomp`, the default: the filter as it is, for example in crun.
   */
  readonly runtime?: 'libseccomp' | 'runc'
  /** Names that the installed libseccomp knows: others are skipped, as its users do. Left out: all names of our tables. */
  readonly knownTo?: ReadonlySet<string>
}

export interface Decision {
  /** As in the profile; `SCMP_ACT_KILL` for an ABI that the filter was not made for. */
  readonly action: SeccompProfile['defaultAction']
  /** Of ERRNO what the call gets (0: it seems to succeed), of TRACE what the tracer gets; left out for other actions. */
  readonly errno?: number
  /** The rule that decided; left out for the default action, a foreign ABI and runc's ENOSYS. */
  readonly rule?: SeccompRule
}

/** A profile made ready for one world: for many questions. */
export interface Evaluator {
  /**
   * @param syscall a name, or a number of the world's ABI (x32's with bit 30). A name that the ABI has only behind socketcall or
   *   ipc is asked there; one that it does not have at all gets the default action.
   * @param args what is left out is 0. ABIs of 32 bits look at the low half.
   */
  readonly decide: (syscall: string | number, args?: readonly bigint[]) => Decision
  /** What libseccomp refuses: the decisions are made without it, runc does not start such a container. */
  readonly refusals: readonly Refusal[]
}

export function evaluator(profile: SeccompProfile, world: World): Evaluator {
  const { architecture: abi, runtime = 'libseccomp' } = world
  const native = world.native ?? (abi === 'x32' ? 'amd64' : abi)
  const filter = makeFilter(profile, { ...world, native })
  const stub = runtime === 'runc' && !PERMISSIVE.includes(profile.defaultAction)
  const byDefault = decision(defaultOf(profile))
  const ask = (number: number, words: Words): Decision => {
    const entered = byNumber(abi, number)
    const trees = filter.abis.get(entered)
    if (stub && tooNew(filter, entered, number)) return { action: 'SCMP_ACT_ERRNO', errno: ENOSYS }
    if (!trees && !(number === SKIPPED && entered === 'x32' && filter.abis.has('amd64')))
      return { action: 'SCMP_ACT_KILL' }
    const tree = trees?.get(number)
    const verdict = tree && verdictOf(tree, words)
    return verdict ? decision(verdict.rule, verdict.rule) : byDefault
  }
  return {
    decide: (syscall, args = []) => {
      if (typeof syscall === 'number') return ask(syscall >>> 0, wordsOf(args))
      const number = numbersOf(abi).get(syscall)
      if (number !== undefined) return ask(number, wordsOf(args))
      const by = multiplexed(abi, syscall)
      const multiplexer = by && numbersOf(abi).get(by.by)
      if (multiplexer !== undefined) return ask(multiplexer, wordsOf([BigInt(by?.call ?? 0)]))
      return filter.abis.has(abi) ? byDefault : { action: 'SCMP_ACT_KILL' }
    },
    refusals: runtime === 'runc' && waits(profile) ? [...filter.refusals, { reason: 'notify' }] : filter.refusals,
  }
}

/** The action of a real filter for one call: what {@link Evaluator.decide} says, made ready for this one question. */
export const decide = (
  profile: SeccompProfile,
  world: World,
  syscall: string | number,
  args: readonly bigint[] = [],
): Decision => evaluator(profile, world).decide(syscall, args)

/** True where a filter returns the same: KILL is KILL_THREAD, whichever rule says it. */
export const sameAnswer = (a: Decision, b: Decision): boolean => valueOf(a) === valueOf(b)

/** The 32 bits that the filter returns (seccomp(2)). */
export const valueOf = ({ action, errno }: Decision): number => returnValue({ action, errnoRet: errno })

export type { Refusal }

/** runc takes TRACE for permissive, because the tracer can answer ENOSYS by itself (patchbpf, isAllowAction). */
const PERMISSIVE: readonly string[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE']

/** The call -1: a tracer skips a call by it, so filters leave it to the default (libseccomp, since Linux 4.8). */
const SKIPPED = 0xffffffff

function decision(written: Parameters<typeof errnoOf>[0], rule?: SeccompRule): Decision {
  const errno = errnoOf(written)
  return { action: written.action, ...(errno !== undefined && { errno: errno & 0xffff }), ...(rule && { rule }) }
}

/** runc libcontainer/seccomp, InitSeccomp: it could not write the descriptor of the listener. */
const waits = ({ defaultAction, syscalls }: SeccompProfile): boolean =>
  defaultAction === 'SCMP_ACT_NOTIFY' ||
  syscalls.some(({ action, names }) => action === 'SCMP_ACT_NOTIFY' && names.includes('write'))

/** amd64 and x32 are one architecture to the kernel: bit 30 of the number tells them apart. */
const byNumber = (abi: Abi, number: number): Abi =>
  abi === 'amd64' || abi === 'x32' ? (number & X32_BIT ? 'x32' : 'amd64') : abi

function tooNew({ newest }: Filter, abi: Abi, number: number): boolean {
  const last = newest.get(abi)
  if (last === undefined) return false
  // setup(2) is what the kernel of s390x makes of numbers that it does not know (patchbpf, s390xMultiplexSyscall).
  return number > last || (abi === 's390x' && number === 0)
}

const WORD = 0xffffffffn
const NONE: Words = Array.from({ length: 12 }, () => 0)
function wordsOf(args: readonly bigint[]): Words {
  if (args.length === 0) return NONE
  const words = Array.from({ length: 12 }, () => 0)
  for (const [i, value] of args.slice(0, 6).entries()) {
    words[i] = Number(value & WORD)
    words[i + 6] = Number((value >> 32n) & WORD)
  }
  return words
}
