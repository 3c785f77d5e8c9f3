/** Entries that another entry makes idle: twice the same, or never reached. */
import { comparisonsText } from '../comparison.ts'
import type { SeccompProfile, SeccompRule } from '../profile.ts'
import { errnoOf } from '../action.ts'
import { listed, type LintFinding, type LintSubject } from './finding.ts'

/** Entries of one name that a further one is compared with: more are seldom meant, and bound the time. */
const MOST_BEFORE = 24

/** More of them are not told one by one anyway. */
const MOST_HITS = 1000

type Kind = 'duplicate' | 'shadowed' | 'contradicted'
interface Hit {
  readonly kind: Kind
  /** The rule that is idle, and the one that makes it so. */
  readonly idle: number
  readonly by: number
}

export function lintShadows({ profile, places }: LintSubject): readonly LintFinding[] {
  const before = new Map<string, number[]>()
  const hits = new Map<string, Hit & { readonly names: string[] }>()
  const conditions = profile.syscalls.map(({ includes, excludes }) =>
    JSON.stringify([conditionKey(includes), conditionKey(excludes)]),
  )
  const twice: LintFinding[] = []
  for (const [number, rule] of profile.syscalls.entries()) {
    const seen = new Set<string>()
    for (const [position, name] of rule.names.entries()) {
      if (seen.has(name)) {
        twice.push({
          id: 'seccomp-name-twice',
          place: places.name(number, position),
          message: `${name} stands twice in this rule. Remove one.`,
          severity: 'info',
        })
        continue
      }
      seen.add(name)
      const earlier = before.get(name) ?? []
      if (hits.size > MOST_HITS) continue
      for (const other of earlier) {
        const hit = compared(profile, conditions, other, number)
        if (!hit) continue
        const key = `${hit.kind} ${hit.idle} ${hit.by}`
        const group = hits.get(key) ?? { ...hit, names: [] }
        group.names.push(name)
        hits.set(key, group)
        // One reason is enough.
        break
      }
      if (earlier.length < MOST_BEFORE) earlier.push(number)
      before.set(name, earlier)
    }
  }
  return [
    ...twice,
    ...[...hits.values()].map(({ kind, idle, by, names }): LintFinding => {
      const position = profile.syscalls[idle]?.names.indexOf(names[0] ?? '') ?? 0
      const { line } = places.rule(by)
      const place = places.name(idle, position)
      const file = places.rule(by).file === place.file ? '' : ` of ${places.rule(by).file}`
      const other = `the rule at line ${line}${file}`
      const where = comparisonsText(profile.syscalls[idle]?.args ?? [])
      if (kind === 'duplicate')
        return {
          id: 'seccomp-duplicate',
          place,
          message: `${listed(names)}: ${other} says the same already. Remove one of them.`,
          severity: 'info',
        }
      return {
        id: 'seccomp-shadowed',
        place,
        message: `${listed(names)}${where === '' ? '' : ` where ${where}`}: this never counts, because ${other} decides${kind === 'contradicted' ? ' with another action for the same arguments' : ' whatever the arguments'}. Remove one of them, or narrow that one.`,
        severity: 'medium',
      }
    }),
  ]
}

/** What two rules for the same call do to each other, the first of them written before the second. */
function compared(
  profile: SeccompProfile,
  conditions: readonly string[],
  first: number,
  second: number,
): Hit | undefined {
  const [a, b] = [profile.syscalls[first], profile.syscalls[second]]
  if (!a || !b) return undefined
  const same = a.action === b.action && errnoOf(a) === errnoOf(b)
  // In force whenever the other is: without conditions, or with the same.
  const firstCovers = !hasConditions(a) || conditions[first] === conditions[second]
  const secondCovers = !hasConditions(b) || conditions[first] === conditions[second]
  if (a.args.length === 0 && firstCovers) return { kind: same ? 'duplicate' : 'shadowed', idle: second, by: first }
  // A rule without comparisons wins over those with some, wherever it stands (libseccomp).
  if (b.args.length === 0 && secondCovers && a.args.length > 0)
    return { kind: same ? 'duplicate' : 'shadowed', idle: first, by: second }
  if (a.args.length === 0 && b.args.length === 0 && secondCovers && same)
    return { kind: 'duplicate', idle: first, by: second }
  if (firstCovers && a.args.length > 0 && comparisonsText(a.args) === comparisonsText(b.args))
    return { kind: same ? 'duplicate' : 'contradicted', idle: second, by: first }
  return undefined
}

const hasConditions = ({ includes, excludes }: SeccompRule): boolean =>
  [includes, excludes].some(
    (one) => one !== undefined && (one.caps.length > 0 || one.arches.length > 0 || one.minKernel !== undefined),
  )
const conditionKey = (condition: SeccompRule['includes']): unknown =>
  condition && [[...condition.caps].sort(), [...condition.arches].sort(), condition.minKernel]
