/** Names that are let through and open a way out. */
import type { Severity } from '../../../model/finding.ts'
import { CLONE_NEWUSER, DANGERS, type Danger } from '../danger.ts'
import { listed, type LintFinding, type LintSubject } from './finding.ts'
import type { Question } from './question.ts'

const USER_NAMESPACE = [[CLONE_NEWUSER], [0n, CLONE_NEWUSER]]

export function lintDanger({ profile, places, ask }: LintSubject): readonly LintFinding[] {
  // A deny list that denies nothing is told once; more would only bury it.
  if (profile.defaultAction === 'SCMP_ACT_ALLOW' && profile.syscalls.length === 0) return []
  const namespaces = ['unshare', 'clone', 'clone3'].some(
    (call) => ask.has(call) && ask.about(call, { arguments: USER_NAMESPACE }).through !== undefined,
  )
  return DANGERS.flatMap((danger) => {
    const open = danger.calls.filter((call) => ask.has(call) && isOpen(ask, danger, call))
    const [first] = open
    if (first === undefined) return []
    const { rule } = ask.about(first)
    const name = rule === undefined ? -1 : (profile.syscalls[rule]?.names.indexOf(first) ?? -1)
    const place = rule === undefined ? places.key('defaultAction') : places.name(rule, name)
    const held = danger.capabilities.filter((name) => ask.world.capabilities.has(name))
    return [
      {
        id: `seccomp-allows-${danger.id}`,
        place,
        message: messageOf(danger, open, held, namespaces),
        severity: severityOf(danger, held, namespaces),
      },
    ]
  })
}

/** Whether the dangerous form of the call runs: with the arguments that make it dangerous, or with all. */
function isOpen(ask: Question, danger: Danger, call: string): boolean {
  // clone3 has its flags behind a pointer: it is open when it runs at all.
  if (danger.arguments === undefined || call === 'clone3') return ask.about(call).runs === 'always'
  // The flags of clone stand second on s390.
  const s390 = call === 'clone' && ask.world.architecture === 's390x'
  const tuples = s390 ? danger.arguments.map(([flags = 0n]) => [0n, flags]) : danger.arguments
  return ask.about(call, { arguments: tuples }).through !== undefined
}

function severityOf(danger: Danger, held: readonly string[], namespaces: boolean): Severity {
  if (danger.capabilities.length === 0 || held.length > 0) return danger.severity
  return danger.without ?? (danger.inUserNamespace && namespaces ? 'low' : 'info')
}

function messageOf(danger: Danger, open: readonly string[], held: readonly string[], namespaces: boolean): string {
  const one = open.length === 1
  const { capabilities } = danger
  const caps = capabilities.map((name) => `CAP_${name}`)
  const who =
    capabilities.length === 0
      ? ''
      : held.length > 0
        ? ` The container holds ${listed(held.map((name) => `CAP_${name}`))}.`
        : danger.inUserNamespace && namespaces
          ? ' The profile lets processes make user namespaces, so the capability is no bound to its code.'
          : danger.partly
            ? ''
            : ' Without the capability the kernel holds it back, but then nothing else does.'
  const remedy =
    caps[0] === undefined
      ? `Take ${one ? 'it' : 'them'} out of the profile, unless the program needs ${one ? 'it' : 'them'}.`
      : `Take ${one ? 'it' : 'them'} out, or allow ${one ? 'it' : 'them'} only with the capability ("includes": {"caps": ["${caps[0]}"]}).`
  return `${listed(open)} ${one ? 'is' : 'are'} let through: ${one ? 'it lets' : 'they let'} a process ${danger.gives}. ${danger.when}${who} ${remedy}`
}
