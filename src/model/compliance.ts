import type { Root } from './fields.ts'
import type { Finding, Waived } from './finding.ts'
import type { Notice } from './notice.ts'

/** A published standard that a policy stands for. */
export interface Standard {
  /** The word of rules' `standards` that names its controls: `cis-docker`. */
  readonly id: string
  readonly title: string
  /** Version of the text whose numbers the controls have, such as `1.6.0`. */
  readonly version?: string
  readonly url?: string
  /** Words of rules that are of another part of the standard, such as a stricter level: they are no controls here. */
  readonly outside?: readonly string[]
}

/** One control of a standard, as a policy lists it. */
export interface Control {
  /** Its number or word, as rules name it: `5.10`. */
  readonly id: string
  /** What it demands, in our own words. */
  readonly title: string
  /** The part of the standard that it stands in, for people: `2 Docker daemon configuration`. */
  readonly section?: string
  /** Where another version has it, or what changed there. */
  readonly moved?: string
  /** Why a file cannot answer it; beside rules: which part of it is left to a person. */
  readonly manual?: string
}

/**
 * What came of a control:
 * `failed`: something breaks it, and nobody has allowed that;
 * `unknown`: nothing is seen to break it, but something that decides is not known;
 * `waived`: all that breaks it, or is not known, has been allowed in writing. It is not met, so it never counts as passed;
 * `passed`: rules of it judged something, and found nothing;
 * `not-applicable`: nothing of the scan is what its rules speak of;
 * `not-automated`: no rule was there to judge it.
 */
export const controlOutcomes = ['failed', 'unknown', 'waived', 'passed', 'not-applicable', 'not-automated'] as const
export type ControlOutcome = (typeof controlOutcomes)[number]

/** A rule of a control, and what it had to judge. */
export interface ControlRule {
  readonly id: string
  readonly title: string
  /** What kind of thing it speaks of. */
  readonly subject: Root
  /** CEL: where it applies at all. */
  readonly when?: string
  /** Where it was switched off, such as `plimsoll.yaml:3:5` or the policy's file; absent: it was judged. Not escaped. */
  readonly off?: string
  /** How many things of its kind the scan holds. */
  readonly present: number
  /** To how many of them it applies, and gave an answer. */
  readonly applied: number
  /** Things of its kind on which it broke down, by a fault of ours. */
  readonly broken: number
}

/** How many different things were judged, by kind. An image that no container runs counts as an image. */
export type Counted = { readonly [kind in Root]?: number }

/** A control and what came of it. */
export interface ControlResult {
  readonly control: Control
  readonly outcome: ControlOutcome
  /** Rules that name it, those that are off included, in the order of their ids. */
  readonly rules: readonly ControlRule[]
  /** What was judged by its rules. */
  readonly judged: Counted
  /** What breaks it, those that another rule covers included; worst first. */
  readonly failed: readonly Finding[]
  /** What is not known, in the same order. */
  readonly open: readonly Finding[]
  readonly waived: readonly Waived[]
  /** Kinds of things that its rules speak of and of which the scan holds none. */
  readonly missing: readonly Root[]
}

/** A scan, told by the controls of a standard. */
export interface Compliance {
  readonly standard: Standard
  /** In the standard's order. */
  readonly controls: readonly ControlResult[]
  /** Notices of lost input: what could not be read may hold anything, so nothing is claimed beyond what was read. */
  readonly lost: readonly Notice[]
  /** Findings of rules that name no control here, those that another covers left out: the policy judges more than the standard. */
  readonly beside: number
}

/** What one rule was judged on: made by `judge` where it is asked for. */
export interface Tally {
  /** How many things of its kind there were. */
  readonly present: number
  /** Indexes, in the list of its kind, of those to which it applies and of which it could tell something. */
  readonly applied: readonly number[]
  readonly broken: number
}
