/** What an ecosystem says of its versions: their order, and the ranges that its own tools understand. */

export interface RangeOptions {
  /**
   * Pre-releases are in a range as their order says. Without it they are where the ecosystem's own tool would take one: npm takes
   * `2.0.0-beta` for no range that does not name a pre-release of 2.0.0.
   */
  readonly prereleases?: boolean
}

export interface Scheme {
  /** Below zero where `a` is older, zero where they are the same, undefined where one is no version of the ecosystem. */
  readonly compare: (a: string, b: string) => number | undefined
  /**
   * Whether a version is in a range of the ecosystem's own syntax; undefined where one of the two is none. Absent where comparisons
   * joined by `,` and `||` are all there is (`range.ts`).
   */
  readonly satisfies?: (version: string, range: string, options: RangeOptions) => boolean | undefined
}

/** Longer ones are none: all input is hostile. */
export const MAX_VERSION = 512
/** A range names a few versions. */
export const MAX_RANGE = 4096
