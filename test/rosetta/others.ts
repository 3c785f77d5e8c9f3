/**
 * The dialects beyond the first four: each has a file in `others/` that says what its fixtures are called (they stand beside
 * those of the first four, one a container), where its table may differ from that of compose, and why.
 */
export interface Other {
  /** Container (a folder here) -> file of it in this dialect. At least `plain`, `web` and `host`, unless `lacks` says why. */
  readonly files: Readonly<Record<string, string>>
  readonly lacks?: Readonly<Record<string, string>>
  /** Paths, as in `Values`, where it says something else than compose; `of` the containers, all of `files` where absent. */
  readonly differences: readonly {
    readonly fields: readonly string[]
    readonly of?: readonly string[]
    readonly because: string
  }[]
  /** Rows that it can say and that none of its fixtures says. */
  readonly unasked: readonly { readonly rows: readonly string[]; readonly because: string }[]
}
