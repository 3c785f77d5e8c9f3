import type { Place } from './place.ts'

/**
 * Something about the input or the run that the user must hear and that is not a finding.
 *
 * `id` is a kebab-case word, stable across versions (`archive-truncated`).
 * `message` says what is wrong, why it matters and what to do, in one to three sentences, without the place.
 * `lost` is true where input was lost, so that silence no longer means "checked": it alone makes a verdict `incomplete`.
 */
export interface Notice {
  readonly id: string
  readonly place: Place
  readonly message: string
  readonly lost: boolean
}

/** What every reader returns: as much as could be read, and what could not. Bad input never throws past its reader. */
export interface Read<T> {
  readonly value: T
  readonly notices: readonly Notice[]
}
