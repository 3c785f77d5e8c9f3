import type { Fact } from './fact.ts'
import type { Place } from './place.ts'

/** Worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof severities)[number]

/** A named fact in a chain of reasons: `container.user.uid` and what is known of it. */
export interface Reason {
  /** Path in the table, such as `container.privileged` or `mount.source`. */
  readonly field: string
  readonly fact: Fact<unknown>
}

/**
 * What a rule says of subjects at one place.
 * `fail`: it is so. `open`: a fact that decides is not known.
 */
export interface Finding {
  readonly rule: string
  readonly outcome: 'fail' | 'open'
  readonly severity: Severity
  /** One sentence, from the rule's `say`; not escaped. */
  readonly message: string
  readonly place: Place
  /** The smallest set of facts that forces the outcome; for `open` the unknown ones. */
  readonly because: readonly Reason[]
  /** Ids of the subjects it is true of; more than one where they share the place that is its cause. */
  readonly subjects: readonly string[]
  /** Field path of the place, and key of the list element where the rule judges elements: parts of the fingerprint. */
  readonly field: string
  readonly element?: string
  /** Id of the rule whose finding on the same subject says it already. */
  readonly coveredBy?: string
}

/** Why a finding does not count: somebody allowed it, in writing. */
export interface Waived {
  readonly finding: Finding
  readonly reason: string
  /** Where it is allowed: plimsoll.yaml, a comment, the command line. */
  readonly place: Place
}

/** 1 block, 3 incomplete, 0 pass: see `decide`. */
export type Verdict = 'pass' | 'block' | 'incomplete'
