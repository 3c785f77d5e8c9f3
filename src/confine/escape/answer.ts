/** Three-valued answers with their reasons: what a path needs holds, does not, or hangs on what is not known. */
import type { Fact, Unsettled } from '../../model/fact.ts'
import type { Reason } from '../../model/finding.ts'
import type { PathEasing, PathIf } from '../../model/path.ts'

export type Answer =
  | { readonly is: 'yes'; readonly because: readonly Reason[]; readonly eased?: readonly PathEasing[] }
  | { readonly is: 'no' }
  /** The path stays, and gives less: see `Entry.weaker`. */
  | { readonly is: 'weaker'; readonly because: readonly Reason[]; readonly eased: readonly PathEasing[] }
  /** The path stays, if a sandbox is broken first: far less likely, and never ruled out. */
  | { readonly is: 'behind'; readonly ifs: readonly PathIf[]; readonly because: readonly Reason[] }
  | { readonly is: 'unknown'; readonly ifs: readonly PathIf[] }

export const NO: Answer = { is: 'no' }
export const yes = (...because: readonly Reason[]): Answer => ({ is: 'yes', because })
export const reason = (field: string, fact: Fact<unknown>): Reason => ({ field, fact })

/** An answer that hangs on a fact that is not known. `text` completes "possible, if ...". */
export const iff = (text: string, fact: Unsettled): Answer => ({
  is: 'unknown',
  ifs: [{ text: `${text} (${fact.because})`, place: fact.place, ...(fact.ask && { ask: fact.ask }) }],
})

/** A fact of a yes-or-no kind: `holds` says which values let the path through. `text` completes "possible, if ...". */
export const when = <T>(field: string, fact: Fact<T>, holds: (value: T) => boolean, text: string): Answer =>
  fact.how === 'unknown' ? iff(text, fact) : holds(fact.value) ? yes(reason(field, fact)) : NO

/** The first that holds; else what is not known; else no. */
export function either(...answers: readonly Answer[]): Answer {
  const order = ['yes', 'weaker', 'behind', 'unknown'] as const
  for (const is of order) {
    const found = answers.find((answer) => answer.is === is)
    if (found) return found
  }
  return NO
}

export const known = <T>(fact: Fact<T>): T | undefined => (fact.how === 'unknown' ? undefined : fact.value)
