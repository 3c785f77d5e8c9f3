/** What a policy, a configuration and a waiver say, as plain data: all of it survives JSON, so that a build may check it once. */
import type { Control, Standard } from '../model/compliance.ts'
import type { Severity } from '../model/finding.ts'
import { severities } from '../model/finding.ts'
import type { Place } from '../model/place.ts'
import { startOf } from '../model/place.ts'
import type { ParameterValue } from '../model/rule.ts'

/** A finding of this severity or a worse one blocks; `never`: nothing does. Worst first. */
export const thresholds = [...severities, 'never'] as const
export type Threshold = (typeof thresholds)[number]
/** Whether what is not known is only told, or blocks as a failure of the same severity would. */
export const unknowns = ['tell', 'block'] as const
export type Unknown = (typeof unknowns)[number]

/** What is wrong with a policy or a configuration. The caller ends with exit code 2. */
export interface Problem {
  readonly place: Place
  /** What is wrong and what to write instead, without the place. */
  readonly message: string
}
/** A value, or everything that is wrong with it; never both, because half a configuration must not decide. */
export type Checked<T> =
  | { readonly value: T; readonly errors: readonly [] }
  | { readonly value: undefined; readonly errors: readonly Problem[] }
/** Errors that are worked out for one file; nobody reads more. */
export const MAX_ERRORS = 50
export const right = <T>(value: T): Checked<T> => ({ value, errors: [] })
export const wrong = <T>(errors: readonly Problem[]): Checked<T> => ({
  value: undefined,
  errors: errors.slice(0, MAX_ERRORS),
})

/** What a policy or plimsoll.yaml says of one rule. */
export interface RuleSetting {
  readonly rule: string
  readonly severity?: Severity
  /** True switches the rule off, false switches on one that is off; absent leaves it. */
  readonly off?: boolean
  readonly params: { readonly [name: string]: ParameterValue }
  /** Place of the rule's id. */
  readonly place: Place
}

/** Which rules: over their ids, severities and standards. There is no second list of rules. */
export interface Selection {
  /**
   * Written `rules`, `standards` or `severity` start afresh with the rules that meet them all;
   * without any, the selection of the extended policy (or every rule) is kept.
   */
  readonly rules?: 'all' | 'none'
  /** Rules that name one of these words of one of these standards; `all`: any word of it. */
  readonly standards?: { readonly [standard: string]: 'all' | readonly string[] }
  /** At least this severity, as this policy has it. */
  readonly severity?: Severity
  readonly off: readonly string[]
  readonly on: readonly string[]
}

/** What was otherwise in versions before one. */
export interface Step {
  /** The version that changed it: `v1.25`. */
  readonly before: string
  readonly settings: readonly RuleSetting[]
  /** Controls that there were not, or that were others then, by the id that they have now. */
  readonly controls: { readonly [id: string]: { readonly off: true } | ThenControl }
}
interface ThenControl {
  readonly off?: undefined
  readonly id: string
  readonly title: string
}
/** The versions that a policy knows: `v1.0` to `v1.37`. */
export interface Versions {
  readonly from: string
  readonly to: string
  /** Newest first; a version takes every step that it is before. */
  readonly steps: readonly Step[]
}

/** One policy file. */
export interface Layer {
  readonly file: string
  readonly select: Selection
  readonly settings: readonly RuleSetting[]
  readonly versions?: Versions
}

/** A policy with those that it extends: which rules are judged, how severe they are and what blocks. */
export interface Policy {
  /** As it was asked for: `default`, or a path. */
  readonly name: string
  readonly title: string
  readonly says: string
  readonly threshold: Threshold
  readonly unknown: Unknown
  /** What is extended first, the policy itself last. */
  readonly layers: readonly Layer[]
  /** The version that it asks for, where it is not asked for another. */
  readonly version?: { readonly text: string; readonly place: Place }
  /** The standard that it stands for, and every control of that, in its order: both or neither. */
  readonly standard?: Standard
  readonly controls?: readonly Control[]
}

/** Somebody allows what a rule finds, in writing. */
export interface Waiver {
  readonly rule: string
  readonly reason: string
  /** Glob on the subject's id; absent is every subject. */
  readonly subject?: string
  /** Glob on the file of the finding's place; absent is every file. */
  readonly path?: string
  /** YYYY-MM-DD, the last day on which it holds. */
  readonly expires?: string
  readonly place: Place
}

/** A plimsoll.yaml. */
export interface Config {
  readonly file: string
  /** Name or path of the policy, and where it is named. */
  readonly policy?: { readonly name: string; readonly place: Place }
  /** The version of it, where it is written. */
  readonly version?: { readonly text: string; readonly place: Place }
  readonly threshold?: Threshold
  readonly unknown?: Unknown
  readonly rules: readonly RuleSetting[]
  readonly ignore: readonly Waiver[]
}

/** What is judged and how: policy, configuration and command line in one. */
export interface Settings {
  readonly policy: { readonly name: string; readonly threshold: Threshold; readonly unknown: Unknown }
  /** The rules to judge by id, in the order of ids. Severity is absent where the rule's own holds. All its parameters have a value. */
  readonly rules: ReadonlyMap<string, RuleUse>
  readonly waivers: readonly Waiver[]
  /** The standard that the policy stands for, where it stands for one. */
  readonly standard?: StandardUse
}
/** A standard as one run judges it. */
export interface StandardUse {
  readonly standard: Standard
  readonly controls: readonly Control[]
  /** Rules that are not judged -> where they were switched off: `plimsoll.yaml:3:5`, or the policy's file. */
  readonly off: ReadonlyMap<string, string>
}
export interface RuleUse {
  readonly rule: string
  readonly severity?: Severity
  readonly params: { readonly [name: string]: ParameterValue }
}

/** The place of what is given as an option: it begins with a dash, so reports know that it is no file. */
export const commandLine: Place = startOf('--')
