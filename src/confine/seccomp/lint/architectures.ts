/** Ways into the kernel beside the machine's own: 32-bit calls, x32, and the calls that stand for several others. */
import { multiplexed } from '../multiplex.ts'
import { systemCalls, type Abi, type Architecture } from '../../syscalls.ts'
import { listed, type LintFinding, type LintSubject } from './finding.ts'
import { letsThrough } from './question.ts'

/** What a machine's kernel also takes. */
const BESIDE: Readonly<Partial<Record<Architecture, readonly Abi[]>>> = { amd64: ['x86', 'x32'], arm64: ['arm'] }
const SAID: Readonly<Partial<Record<Abi, string>>> = {
  x86: 'i386 (SCMP_ARCH_X86)',
  x32: 'x32 (SCMP_ARCH_X32)',
  arm: '32-bit ARM (SCMP_ARCH_ARM)',
}

export function lintArchitectures(subject: LintSubject): readonly LintFinding[] {
  const { profile, places, ask } = subject
  const native = ask.world.native ?? ask.world.architecture
  const beside = native === 'x32' ? [] : (BESIDE[native] ?? [])
  const missing = beside.filter((abi) => !ask.abis.includes(abi))
  const place = places.key(profile.archMap.length > 0 ? 'archMap' : 'architectures')
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            id: 'seccomp-architecture-missing',
            place,
            message: `The profile is not made for ${listed(missing.map((abi) => SAID[abi] ?? abi))}, by which a program on ${native} can call the kernel too. libseccomp kills what comes that way, so such programs cannot run; a filter that is made by other means and does not look at the architecture takes one call's number for another's. Say so on purpose: list the sub-architecture, so that the same rules hold for it.`,
            severity: letsThrough(profile.defaultAction) ? ('medium' as const) : ('info' as const),
          },
        ]),
    ...ask.abis.slice(1).flatMap((abi) => aroundBy(subject, abi)),
    ...ask.abis.flatMap((abi) => multiplexedAround(subject, abi)),
  ]
}

/** Calls that are held back by the machine's own ABI and let through by another one. */
function aroundBy({ ask, places }: LintSubject, abi: Abi): readonly LintFinding[] {
  const around = systemCalls(abi).filter(
    (call) => ask.has(call) && ask.about(call).runs === 'never' && ask.about(call, { abi }).runs === 'always',
  )
  const [first] = around
  if (first === undefined) return []
  const { rule } = ask.about(first, { abi })
  return [
    {
      id: 'seccomp-architecture-around',
      place: rule === undefined ? places.key('defaultAction') : places.rule(rule),
      message: `${listed(around)} ${around.length === 1 ? 'is' : 'are'} held back on ${ask.world.architecture} and let through by ${SAID[abi] ?? abi}, which any program may use there. Hold ${around.length === 1 ? 'it' : 'them'} back by every ABI.`,
      severity: 'medium',
    },
  ]
}

/** Comparisons that socketcall and ipc go around: there the arguments stand behind a pointer. */
function multiplexedAround({ profile, places, ask }: LintSubject, abi: Abi): readonly LintFinding[] {
  const compared = new Set(profile.syscalls.flatMap(({ args, names }) => (args.length > 0 ? names : [])))
  const found = [...compared].flatMap((call) => {
    const by = multiplexed(abi, call)
    if (!by || !ask.has(by.by, abi)) return []
    const tuple = [[BigInt(by.call), 0n, 0n, 0n, 0n, 0n]]
    const filtered = ask.about(call).runs === 'sometimes' || ask.about(call, { abi }).runs === 'sometimes'
    return filtered && ask.about(by.by, { abi, arguments: tuple }).runs === 'always' ? [{ call, by: by.by }] : []
  })
  const [first] = found
  if (first === undefined) return []
  const { rule } = ask.about(first.by, { abi })
  const calls = found.map(({ call }) => call)
  return [
    {
      id: 'seccomp-multiplexed-around',
      place:
        rule === undefined
          ? places.key('defaultAction')
          : places.name(rule, profile.syscalls[rule]?.names.indexOf(first.by) ?? 0),
      message: `The arguments of ${listed(calls)} are compared, but by ${SAID[abi] ?? abi} ${first.by} does the same with its arguments behind a pointer, out of the sight of a filter, and it is let through. Where no 32-bit program runs, deny ${first.by}.`,
      severity: 'low',
    },
  ]
}
