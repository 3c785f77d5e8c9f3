import type { Root } from './fields.ts'
import type { Severity } from './finding.ts'

/** Standard -> its numbers or words, as written in the rule: `cis-docker: ["5.5"]`, `pss: baseline`, `cwe: [250]`. */
export interface Standards {
  readonly [standard: string]: readonly string[]
}

/** A parameter of a rule, set by a policy or plimsoll.yaml. */
export type ParameterValue = string | number | boolean | readonly string[]
export interface Parameter {
  readonly default: ParameterValue
  readonly says: string
  /** What each text of the list is: `TYPE/NAME RANGE`, the range left out for every version; or `TYPE/NAME VERSION`. */
  readonly of?: 'ranges' | 'versions'
}

/** A text in a dialect, with its marks. */
export interface RuleExample {
  readonly dialect: string
  readonly text: string
}

/** What a rule says about itself: all that policies and reports need. `rule/load.ts` adds the compiled part. */
export interface RuleInfo {
  /** Kebab-case, names the bad state, equals the file's name. */
  readonly id: string
  readonly title: string
  /** The severity written, or the highest that its expression can give. */
  readonly severity: Severity
  readonly why: string
  readonly fix: string
  readonly standards: Standards
  readonly parameters: { readonly [name: string]: Parameter }
  /** Rules whose findings on the same subject this one's makes superfluous. */
  readonly covers: readonly string[]
  /**
   * Rules that speak of the same cause: of a finding of theirs and one of this rule's at one place of a subject, only the worse
   * is told; theirs where both are equally bad.
   */
  readonly sameCause: readonly string[]
  /** What it speaks of: the one root that it names; a container where it names its image or engine too. */
  readonly subject: Root
  /** The first of its examples; `plimsoll explain` has them all. */
  readonly example?: RuleExample
  /** Fields that it reads, as `container.privileged`. */
  readonly fields: readonly string[]
}
