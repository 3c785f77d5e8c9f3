/** The form of the table of known ways out. */
import type { Fact } from '../../model/fact.ts'
import type { Reason, Severity } from '../../model/finding.ts'
import type { PathChange, PathEasing, PathIf } from '../../model/path.ts'
import type { Place } from '../../model/place.ts'
import type { Subject } from '../../model/subject.ts'
import type { Need } from './needs.ts'

/**
 * What opens a way in this container: a mount, a capability, a namespace. A way needs one that is known: only what
 * eases it may be unknown, or every container would have every path.
 */
export interface Opening {
  readonly cause: Reason
  readonly place: Place
  /** For the words of steps: the mount's target, the device's path, "privileged". */
  readonly name: string
  /** What is to be true where the opening itself was written and cannot be read (`privileged: ${X}`). */
  readonly ifs?: readonly PathIf[]
  readonly eased?: readonly PathEasing[]
  readonly rules: readonly string[]
  /** The change of the configuration that closes it. */
  readonly closing: Change
  /** Lesser changes that may close it too, such as a read-only mount. */
  readonly lesser?: readonly Change[]
}

/** A change, and the subject as it would be after it. */
export interface Change extends PathChange {
  readonly apply: (subject: Subject) => Subject
}

/** One step: its words, and the fact it rests on where that is not the opening. */
export interface StepWords {
  readonly text: string
  readonly fact?: Fact<unknown>
}

/** One known way from the container to the host, or to a neighbour. */
export interface Entry {
  /** Kebab-case. */
  readonly id: string
  readonly title: string
  readonly gives: string
  readonly severity: Severity
  /** Public description. */
  readonly source: string
  /** What is left of it where a need answers `weaker`. */
  readonly weaker?: { readonly gives: string; readonly severity: Severity }
  readonly openings: (subject: Subject) => readonly Opening[]
  /** All of them must hold. */
  readonly needs: readonly Need[]
  /** The steps between the process and what it gives. */
  readonly steps: (opening: Opening, subject: Subject) => readonly (string | StepWords)[]
  /** What closes it, in words: also what no fact says. */
  readonly breaks: readonly string[]
}
