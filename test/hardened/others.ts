/** The dialects beyond the first four: one file in `others/` for each, beside its fixture in this folder. */
export interface OtherHardened {
  /** Name of the fixture in this folder. */
  readonly file: string
  /** Fixtures in this folder that it names: all are read. */
  readonly engine?: string
  /** True where no image is joined (what runs is a root file system of its own). */
  readonly withoutImage?: true
  /**
   * What the strict policy says when a part is taken out: for JSON and YAML a leaf (its path, as in leaves.ts), for every other
   * syntax a line (its text, trimmed). `rule` fails, `rule?` is open; `rule + notice` where a notice comes with it,
   * `rule & rule` where it was the answer to two questions.
   */
  readonly one: Readonly<Record<string, string>>
  /** Every other part: its absence makes no finding, and why. The first that matches counts. */
  readonly none: readonly {
    readonly parts: RegExp
    /** Ids of the notices that tell of it instead. */
    readonly notices?: readonly string[]
    /** There is no container any more. */
    readonly nothing?: true
    readonly because: string
  }[]
}
