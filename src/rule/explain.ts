import { isWritten } from '../model/fact.ts'
import { isFact, type AnyFact } from '../model/row.ts'
import { run, type Context, type ListElement, type Program, type Run } from './cel.ts'
import type { Reason } from '../model/finding.ts'

/** Written before inherited before the runtime's doing. What is derived from something written counts as that. */
function rank(fact: AnyFact, depth = 0): number {
  if (fact.how === 'set') return 3
  if (fact.how === 'inherited') return 2
  if (fact.how === 'derived' && depth < 8)
    return Math.max(
      1,
      ...(fact.from ?? []).map((source) => (isWritten(source) ? rank(source) - 0.5 : rank(source, depth + 1))),
    )
  return 0
}

const same = (a: Run, b: Run): boolean =>
  'value' in a.outcome && 'value' in b.outcome && a.outcome.value === b.outcome.value

/**
 * Why: a smallest set of facts that alone forces the outcome (QuickXplain, Junker 2004). List elements are left out, other
 * facts are made unknown; the least interesting go first, and what cannot be spared is the reason.
 * A fact that the first run never read (short circuit) may only stand in for one that nobody wrote.
 */
export function explain(program: Program, context: Context, first: Run): readonly Reason[] {
  const blank = new Set<object>()
  const seen = new Set<AnyFact>(first.trace.reads)
  const spared = (some: readonly object[], mayFind: boolean): boolean => {
    for (const one of some) blank.add(one)
    const again = run(program, context, blank)
    if (same(first, again) && (mayFind || again.trace.reads.every((fact) => seen.has(fact)))) {
      for (const fact of again.trace.reads) seen.add(fact)
      return true
    }
    for (const one of some) blank.delete(one)
    return false
  }
  const spare = (some: readonly object[], mayFind: boolean): void => {
    if (some.length === 0 || spared(some, mayFind) || some.length === 1) return
    const half = some.length >> 1
    spare(some.slice(0, half), mayFind)
    spare(some.slice(half), mayFind)
  }
  // Whole lists first: without its elements a list may be bad for a reason of its own, and would stand in for the true one.
  spare([...new Set(first.trace.elements.values())].reverse(), false)
  spare(
    [...first.trace.elements]
      .filter(([, list]) => !blank.has(list))
      .map(([element]) => element)
      .reverse(),
    false,
  )
  const ranked = [...seen].map((fact) => ({ fact, rank: rank(fact) }))
  for (const level of [...new Set(ranked.map((each) => each.rank))].sort((a, b) => a - b))
    spare(
      ranked
        .filter((each) => each.rank === level && !blank.has(each.fact))
        .map((each) => each.fact)
        .reverse(),
      level < 2,
    )
  const last = run(program, context, blank)
  const kept = new Set(last.trace.reads)
  const lists = listsOf(last, kept, blank)
  return [...kept]
    .filter((fact) => !lists.has(fact))
    .sort((a, b) => rank(b) - rank(a))
    .map((fact) => ({ fact, field: last.trace.paths.get(fact) ?? '' }))
}

/** Lists that only lead to an element which is itself a reason. */
function listsOf(last: Run, kept: ReadonlySet<AnyFact>, blank: ReadonlySet<object>): ReadonlySet<AnyFact> {
  const lists = new Set<AnyFact>()
  for (const [element, list] of last.trace.elements) if (!blank.has(element) && holds(element, kept)) lists.add(list)
  return lists
}
const holds = (element: ListElement, kept: ReadonlySet<AnyFact>): boolean =>
  'facts' in element ? Object.values(element.facts).some((fact) => isFact(fact) && kept.has(fact)) : kept.has(element)
