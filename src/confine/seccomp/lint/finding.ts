import type { Severity } from '../../../model/finding.ts'
import type { Place } from '../../../model/place.ts'
import type { PlacedProfile } from '../places.ts'
import type { Question } from './question.ts'

/** Something that is wrong or dangerous in a seccomp profile. */
export interface LintFinding {
  /** Kebab-case word beginning with `seccomp-`, stable across versions. */
  readonly id: string
  /** Where in the profile. */
  readonly place: Place
  /** What is wrong, why it matters and what to do. Not escaped. */
  readonly message: string
  readonly severity: Severity
}

/** What every group of checks is given. */
export interface LintSubject extends PlacedProfile {
  readonly ask: Question
}

/** `a, b and c`; of more than a dozen the first ones and how many more. */
export function listed(names: readonly string[], most = 12): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** A word of the profile as it may stand in a sentence. */
export const quoted = (word: string): string => JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word)
