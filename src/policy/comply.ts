/** What a scan says of every control of a standard. */
import {
  type Compliance,
  type ControlOutcome,
  type ControlResult,
  type ControlRule,
  type Counted,
  type Tally,
} from '../model/compliance.ts'
import type { Root } from '../model/fields.ts'
import type { Finding, Waived } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { RuleInfo } from '../model/rule.ts'
import type { World } from '../model/subject.ts'
import type { StandardUse } from './policy.ts'

/** What a scan came to: after waiving, with what every judged rule was judged on. */
export interface Judged {
  readonly world: World
  /** Those that another rule covers included. */
  readonly findings: readonly Finding[]
  readonly waived: readonly Waived[]
  readonly tallies: ReadonlyMap<string, Tally>
  readonly notices: readonly Notice[]
}

/** A rule, with where it applies. */
type Ruled = RuleInfo & { readonly when?: string }

/** @param rules every rule there is, those that are off included: a control is of all rules that name it. */
export function comply(
  { standard, controls, off }: StandardUse,
  rules: readonly Ruled[],
  { world, findings, waived, tallies, notices }: Judged,
): Compliance {
  const { left, allowed } = withCovered(findings, waived)
  const failing = Map.groupBy(left, ({ rule }) => rule)
  const excepted = Map.groupBy(allowed, ({ finding }) => finding.rule)
  const order = new Map(left.map((finding, index) => [finding, index]))
  const named = new Map<string, Ruled[]>()
  for (const rule of rules.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    for (const word of new Set(Object.hasOwn(rule.standards, standard.id) ? rule.standards[standard.id] : [])) {
      const list = named.get(word)
      if (list) list.push(rule)
      else named.set(word, [rule])
    }
  const listed = new Set(controls.flatMap(({ id }) => (named.get(id) ?? []).map((rule) => rule.id)))
  return {
    standard,
    lost: notices.filter(({ lost }) => lost),
    beside: left.filter(({ rule, coveredBy }) => coveredBy === undefined && !listed.has(rule)).length,
    controls: controls.map((control): ControlResult => {
      const own = (named.get(control.id) ?? []).map((rule) =>
        ruleOf(rule, off.get(rule.id), tallies.get(rule.id), world),
      )
      const found = own
        .flatMap(({ id }) => failing.get(id) ?? [])
        .toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
      const parts = {
        failed: found.filter(({ outcome }) => outcome === 'fail'),
        open: found.filter(({ outcome }) => outcome === 'open'),
        waived: own.flatMap(({ id }) => excepted.get(id) ?? []),
      }
      return {
        control,
        outcome: outcomeOf(own, parts),
        rules: own,
        judged: count(own, tallies, world),
        ...parts,
        missing: missing(own),
      }
    }),
  }
}

const ruleOf = (
  { id, title, subject, when }: Ruled,
  off: string | undefined,
  tally: Tally | undefined,
  world: World,
): ControlRule => ({
  id,
  title,
  subject,
  ...(when !== undefined && { when }),
  ...(off !== undefined && { off }),
  present: tally === undefined ? 0 : presentFor(subject, tally, world),
  applied: tally?.applied.length ?? 0,
  broken: tally?.broken ?? 0,
})

function outcomeOf(
  rules: readonly ControlRule[],
  { failed, open, waived }: Pick<ControlResult, 'failed' | 'open' | 'waived'>,
): ControlOutcome {
  const on = rules.filter(({ off }) => off === undefined)
  if (on.length === 0) return 'not-automated'
  if (failed.length > 0) return 'failed'
  if (open.length > 0 || on.some(({ broken }) => broken > 0)) return 'unknown'
  if (waived.length > 0) return 'waived'
  return on.some(({ applied }) => applied > 0) ? 'passed' : 'not-applicable'
}

/** An image that nobody runs is judged as a container too, but where a rule has nothing to say of it, no container was given. */
function presentFor(subject: Root, { present, applied }: Tally, { containers }: World): number {
  if (subject !== 'container' || applied.some((index) => containers[index]?.dialect === undefined)) return present
  return containers.filter(({ dialect }) => dialect !== undefined).length
}

/** A kind is missing where no rule of it had anything to judge. */
function missing(rules: readonly ControlRule[]): readonly Root[] {
  const on = rules.filter(({ off }) => off === undefined)
  return [...new Set(on.filter(({ present }) => present === 0).map(({ subject }) => subject))]
}

/** Different things that were judged: several rules may judge the same ones, and an image alone is judged as a container too. */
function count(rules: readonly ControlRule[], tallies: ReadonlyMap<string, Tally>, world: World): Counted {
  const seen = new Map<Root, Set<string | number>>()
  const add = (kind: Root, key: string | number): void => {
    const keys = seen.get(kind)
    if (keys) keys.add(key)
    else seen.set(kind, new Set([key]))
  }
  for (const { id, subject } of rules)
    for (const index of tallies.get(id)?.applied ?? []) {
      const one = subject === 'container' ? world.containers[index] : undefined
      const image = subject === 'image' ? world.images[index] : one?.dialect === undefined ? one : undefined
      if (image) add('image', JSON.stringify([image.id, image.place.file]))
      else add(subject, index)
    }
  return Object.fromEntries([...seen].map(([kind, keys]) => [kind, keys.size]))
}

/**
 * A finding that a waived one covers has been allowed with it: one root cause, one waiver (see `waive`). Two projects may hold
 * containers of one name, so both must stand in one file.
 */
function withCovered(
  findings: readonly Finding[],
  waived: readonly Waived[],
): { readonly left: readonly Finding[]; readonly allowed: readonly Waived[] } {
  const key = (rule: string, { place }: Finding, subject: string): string =>
    JSON.stringify([rule, place.in ?? null, place.file, subject])
  const causes = new Map<string, Waived>()
  for (const one of waived)
    for (const subject of one.finding.subjects) causes.set(key(one.finding.rule, one.finding, subject), one)
  const left: Finding[] = []
  const allowed: Waived[] = [...waived]
  for (const finding of findings) {
    const { coveredBy, subjects } = finding
    const by = Map.groupBy(subjects, (subject) =>
      coveredBy === undefined ? undefined : causes.get(key(coveredBy, finding, subject)),
    )
    for (const [cause, some] of by) {
      const part = some.length === subjects.length ? finding : { ...finding, subjects: some }
      if (cause === undefined) left.push(part)
      else allowed.push({ finding: part, reason: cause.reason, place: cause.place })
    }
  }
  return { left, allowed }
}
