/** What is wrong or dangerous in a profile, each with its place. */
import type { Notice } from '../../model/notice.ts'
import { severities } from '../../model/finding.ts'
import { CAPABILITIES } from '../capabilities/names.ts'
import { ARCHITECTURES, type Architecture } from '../syscalls.ts'
import { SCMP_NAMES } from './in-force.ts'
import { lintActions } from './lint/actions.ts'
import { lintArchitectures } from './lint/architectures.ts'
import { lintArguments } from './lint/arguments.ts'
import { lintClone } from './lint/clone.ts'
import { lintDanger } from './lint/danger.ts'
import type { LintFinding } from './lint/finding.ts'
import { question } from './lint/question.ts'
import { lintNames } from './lint/names.ts'
import { lintShadows } from './lint/shadows.ts'
import { lintStart } from './lint/start.ts'
import type { PlacedProfile } from './places.ts'
import type { SeccompProfile } from './profile.ts'

export type { LintFinding } from './lint/finding.ts'

/** The container that the profile is for, as far as it is known. */
export interface LintOptions {
  /** The machine; left out: amd64 where the profile is for it, else the first one that it is for. */
  readonly architecture?: Architecture
  /** The bounding set, without `CAP_`; left out: what Docker gives a container by default. */
  readonly capabilities?: ReadonlySet<string>
  /** Version of the host's kernel; left out: new enough for every rule. */
  readonly kernel?: readonly [number, number]
}

/** What Docker, containerd and CRI-O give a container by default (moby daemon/pkg/oci/caps/defaults.go). */
export const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
])

/** Findings of one kind, beyond which one more says how many there are. */
const MOST_OF_A_KIND = 20

/** Worst first, then in the order of the text. At most {@link MOST_OF_A_KIND} of each kind. */
export function lint({ profile, places }: PlacedProfile, options: LintOptions = {}): readonly LintFinding[] {
  const architecture = options.architecture ?? machineOf(profile)
  const ask = question(profile, {
    architecture,
    capabilities: options.capabilities ?? DEFAULT_CAPABILITIES,
    ...(options.kernel && { kernel: options.kernel }),
  })
  const found = [
    lintStart,
    lintActions,
    lintDanger,
    lintClone,
    lintArguments,
    lintArchitectures,
    lintNames,
    lintShadows,
  ].flatMap((group) => limited(group({ profile, places, ask })))
  const rank = ({ severity }: LintFinding): number => severities.indexOf(severity)
  return found.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
}

/** What reading the profile complained of, as findings: a mistake in a profile is one, whoever finds it. */
export const lintNotices = (notices: readonly Notice[]): readonly LintFinding[] =>
  notices.map(({ id, place, message, lost }) => ({ id, place, message, severity: lost ? 'high' : 'medium' }))

/** `ALL`, or names with and without `CAP_`, as a set; undefined where a word is none. */
export function capabilitySet(words: readonly string[]): ReadonlySet<string> | undefined {
  const names = words.map((word) => word.toUpperCase().replace(/^CAP_/, ''))
  const known: readonly string[] = CAPABILITIES
  if (names.includes('ALL')) return new Set(known)
  return names.every((name) => known.includes(name)) ? new Set(names) : undefined
}

function machineOf({ architectures, archMap }: SeccompProfile): Architecture {
  const listed: readonly string[] = [...architectures, ...archMap.map((entry) => entry.architecture)]
  const is = (one: Architecture): boolean => listed.includes(SCMP_NAMES[one])
  return listed.length === 0 || listed.includes('SCMP_ARCH_NATIVE') ? 'amd64' : (ARCHITECTURES.find(is) ?? 'amd64')
}

function limited(findings: readonly LintFinding[]): readonly LintFinding[] {
  const counts = new Map<string, LintFinding[]>()
  for (const finding of findings) {
    const list = counts.get(finding.id) ?? []
    list.push(finding)
    counts.set(finding.id, list)
  }
  return [...counts.values()].flatMap((list) => {
    const last = list[MOST_OF_A_KIND]
    if (!last) return list
    const more = list.length - MOST_OF_A_KIND
    return [
      ...list.slice(0, MOST_OF_A_KIND),
      { ...last, message: `${more} more of this kind (${last.id}) are in this profile. Correct those above first.` },
    ]
  })
}
