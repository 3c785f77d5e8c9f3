import type { Place } from '../model/place.ts'
import type { RuleExample, RuleInfo } from '../model/rule.ts'
import type { Severity } from '../model/finding.ts'

/** A rule as its file says it, still as text. `compile` makes it ready to run. */
export interface Rule extends Omit<RuleInfo, 'example'> {
  /** CEL, boolean: true is the bad state. */
  readonly deny: string
  /** Judge every element of a list: `mount in container.mounts`. */
  readonly each?: { readonly name: string; readonly list: string }
  /** CEL, boolean: where the rule applies. False is "not applicable". */
  readonly when?: string
  /** The fact whose place is the finding's, where the smallest reason is not where a reader would look. */
  readonly at?: string
  /** A sentence with CEL in braces. */
  readonly say: string
  /** CEL giving a severity, where it depends. */
  readonly severityOf?: string
  /** What a fix sets: path in the table -> value. */
  readonly fixSet?: { readonly [field: string]: string | number | boolean }
}

/** One part of an example: a text in a dialect, `image`, `daemon.json`. Its lines stand in the rule's file. */
export interface Part {
  readonly dialect: string
  readonly text: string
  /** Line of the rule's file that holds the first line of the text, from 1, and how far the text is indented there. */
  readonly line: number
  readonly indent: number
}
/** A setting, written in one or more parts that are joined. */
export interface Example {
  readonly place: Place
  readonly parts: readonly Part[]
}
/** A rule's file, read and checked. */
export interface RuleFile {
  readonly rule: Rule
  readonly examples: readonly Example[]
}
/** A rule as the package brings it: checked when it was built. */
export interface BuiltinRule {
  readonly rule: Rule
  readonly example?: RuleExample
}
/** All that policies and reports need of it. */
export const infoOf = ({ rule, example }: BuiltinRule): RuleInfo => ({ ...rule, ...(example && { example }) })
/** What is wrong with a rule's file, and where. */
export interface RuleError {
  readonly place: Place
  readonly message: string
}
export type { Severity }
