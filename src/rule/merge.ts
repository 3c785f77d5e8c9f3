/** Findings on single subjects -> findings: what covers what, what meets at one cause, and one finding for several subjects. */
import { severities, type Finding } from '../model/finding.ts'
import type { Place } from '../model/place.ts'
import type { AnyFact } from '../model/row.ts'

/** A finding on one subject, before those with one cause are made one. */
export interface Single extends Omit<Finding, 'subjects'> {
  readonly subject: string
  /** Which subject it is: two files may hold containers of one id. */
  readonly on: string
  /** Subject that decides what covers what: for a rule about an image, every container that runs it has its own. */
  readonly coverable: boolean
  /** The containers of a project that it is said of: what it covers may be said of each of them. */
  readonly among?: readonly string[]
  /** Place of the element that was judged. */
  readonly item?: Place
}

type Covered = Single & { readonly coveredBy?: string }

/** One root cause is one finding. */
export const gathered = (
  singles: readonly Single[],
  covering: ReadonlyMap<string, readonly string[]>,
  sameCause: ReadonlyMap<string, readonly string[]>,
): readonly Finding[] => merge(meet(cover(singles, covering), sameCause))

/**
 * A rule that covers another takes its findings in, on the same subject (of a project: on its containers), where it fails itself; what it leaves open takes in
 * what the other leaves open for the same unknown facts. Where both judge elements, only those of the same element: a finding
 * on one mount says nothing of another.
 */
function cover(singles: readonly Single[], covering: ReadonlyMap<string, readonly string[]>): readonly Covered[] {
  const taking = new Map<string, Map<string, Single[]>>()
  for (const single of singles) {
    if (!single.coverable || !covering.get(single.rule)?.length) continue
    const rules = taking.get(single.on) ?? new Map<string, Single[]>()
    taking.set(single.on, rules)
    const known = rules.get(single.rule)
    if (known) known.push(single)
    else rules.set(single.rule, [single])
  }
  const projects = ofProjects(singles, covering)
  return singles.map((finding) => {
    if (!finding.coverable) return finding
    const by = [...(taking.get(finding.on) ?? []), ...(projects(finding) ?? [])]
      .filter(([rule]) => covering.get(rule)?.includes(finding.rule))
      .filter(([, found]) => found.some((each) => takes(each, finding)))
      .map(([rule]) => rule)
      .sort()
      // Of several the one that no other covers: the root.
      .find((rule, _, all) => !all.some((other) => other !== rule && covering.get(other)?.includes(rule) === true))
    return by === undefined ? finding : { ...finding, coveredBy: by }
  })
}
/** What is said of an element of a container's project, at the place of the element that a finding on the container is about. */
function ofProjects(
  singles: readonly Single[],
  covering: ReadonlyMap<string, readonly string[]>,
): (finding: Single) => ReadonlyMap<string, readonly Single[]> | undefined {
  const projectOf = new Map<string, string>()
  const found = new Map<string, Map<string, Map<string, Single[]>>>()
  for (const single of singles) {
    const { on, rule, among, item } = single
    if (!among || !item || !covering.get(rule)?.length) continue
    let places = found.get(on)
    if (!places) {
      found.set(on, (places = new Map()))
      for (const member of among) projectOf.set(member, on)
    }
    const place = JSON.stringify(key(item))
    const rules = places.get(place) ?? new Map<string, Single[]>()
    places.set(place, rules)
    const known = rules.get(rule)
    if (known) known.push(single)
    else rules.set(rule, [single])
  }
  return ({ on, item }) => {
    const project = projectOf.get(on)
    return item === undefined || project === undefined ? undefined : found.get(project)?.get(JSON.stringify(key(item)))
  }
}
const takes = (covering: Single, covered: Single): boolean =>
  (!covering.item || !covered.item || same(covering.item, covered.item)) &&
  (covering.outcome === 'fail' ||
    (covered.outcome === 'open' &&
      covered.because.length > 0 &&
      covered.because.every(({ fact }) => covering.because.some((reason) => isCause(reason.fact, fact)))))
/**
 * Two rules that speak of one cause, at one place of one subject: the worse finding is told and takes in the other;
 * what is known takes in what is not.
 */
function meet(singles: readonly Covered[], sameCause: ReadonlyMap<string, readonly string[]>): readonly Covered[] {
  const at = Map.groupBy(singles, ({ on, item, place }) => JSON.stringify([on, key(item ?? place)]))
  const taken = new Map<Covered, string>()
  for (const together of at.values())
    for (const one of together)
      for (const rule of sameCause.get(one.rule) ?? [])
        for (const other of together) {
          if (other.rule !== rule || !shareCause(one, other)) continue
          const worse = one.outcome === other.outcome ? rank(one) < rank(other) : one.outcome === 'fail'
          const [told, quiet] = worse ? [one, other] : [other, one]
          if (!taken.has(quiet)) taken.set(quiet, told.rule)
        }
  return singles.map((single) => {
    const coveredBy = single.coveredBy ?? taken.get(single)
    return coveredBy === undefined ? single : { ...single, coveredBy }
  })
}
/** Do they rest on one fact? Several defaults stand at one place, and have nothing to do with each other. */
function shareCause(one: Single, other: Single): boolean {
  const causes = new Set<AnyFact>()
  for (const { fact } of one.because) gather(fact, causes, 0)
  const others = new Set<AnyFact>()
  for (const { fact } of other.because) gather(fact, others, 0)
  return !causes.isDisjointFrom(others)
}
function gather(fact: AnyFact, into: Set<AnyFact>, depth: number): void {
  if (into.has(fact) || depth > 6) return
  into.add(fact)
  for (const source of fact.from ?? []) gather(source, into, depth + 1)
}
const rank = ({ severity }: Single): number => severities.indexOf(severity)
const key = ({ file, line, column, in: image }: Place): readonly unknown[] => [file, line, column, image ?? '']

/** The same hole: rows of one element that cannot be read are unknown each, at one place and for one reason. */
const isCause = (a: AnyFact, b: AnyFact): boolean =>
  a === b || (a.how === 'unknown' && b.how === 'unknown' && a.because === b.because && same(a.place, b.place))
const same = (a: Place, b: Place): boolean =>
  a.file === b.file && a.line === b.line && a.column === b.column && a.in === b.in

/** Same rule, place and outcome: one finding with several subjects. */
function merge(singles: readonly Covered[]): readonly Finding[] {
  const merged = new Map<string, Finding>()
  for (const { subject, on: _on, coverable: _, item: __, among: ___, ...finding } of singles) {
    const { place } = finding
    const key = JSON.stringify([
      finding.rule,
      finding.outcome,
      finding.severity,
      finding.coveredBy ?? '',
      place.in ?? '',
      place.file,
      place.line,
      place.column,
      finding.element ?? '',
    ])
    const known = merged.get(key)
    if (!known) merged.set(key, { ...finding, subjects: [subject] })
    else if (!known.subjects.includes(subject)) merged.set(key, { ...known, subjects: [...known.subjects, subject] })
  }
  return [...merged.values()].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      compare(a.place.in ?? '', b.place.in ?? '') ||
      compare(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      compare(a.rule, b.rule) ||
      compare(a.element ?? '', b.element ?? ''),
  )
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
