import type { Fact, Teller } from './fact.ts'
import type { Reason, Severity } from './finding.ts'
import type { Place } from './place.ts'
import type { Subject } from './subject.ts'

/** One step of a way out of a container, in words: `writes /host/etc/cron.d through the bind mount`. Not escaped. */
export interface PathStep {
  readonly text: string
  /** Where what makes the step possible is written, or left unsaid. */
  readonly place: Place
  readonly fact?: Fact<unknown>
}

/** What is not known and decides: the path is there if this is so. */
export interface PathIf {
  readonly text: string
  readonly place: Place
  /** Who could tell; absent where nothing that can be given would. */
  readonly ask?: Teller
}

/** A measure that is in place and makes a path harder, or worth less, without closing it. */
export interface PathEasing {
  readonly text: string
  readonly place: Place
}

/** A change of the configuration that closes a path. */
export interface PathChange {
  /** The row of the table that it changes, such as `container.privileged`. */
  readonly field: string
  /** In words, as an order: `remove the mount of /`. */
  readonly text: string
  /** Where it is to be made. */
  readonly place: Place
}

/** One known way from a container to its host, or to a neighbour, as this container has it. */
export interface EscapePath {
  /** Kebab-case name of the way, such as `host-root-written`. */
  readonly id: string
  readonly title: string
  /** What it gives whoever is in the container: `root on the host`. */
  readonly gives: string
  /** From the process in the container to what it gives. */
  readonly steps: readonly PathStep[]
  /** `open`: all that it needs is known to be so. `possible`: it depends on `ifs`. */
  readonly state: 'open' | 'possible'
  readonly ifs: readonly PathIf[]
  readonly severity: Severity
  /** Where it is described in public. */
  readonly source: string
  readonly eased: readonly PathEasing[]
  /** What closes it in general, in words: also what no row of the table can say. */
  readonly breaks: readonly string[]
  /** The changes of this container's configuration that close it, each by itself. */
  readonly changes: readonly PathChange[]
  /** The fact that opens the way: one root cause may open several. */
  readonly cause: Reason
  /** All facts that it rests on, the cause first. */
  readonly because: readonly Reason[]
  /** Ids of the rules that speak of the cause. */
  readonly rules: readonly string[]
}

/** The change that closes the most paths of a container. */
export interface OneChange extends PathChange {
  /** Ids of the paths that it closes, each as often as there are paths of that id. */
  readonly closes: readonly string[]
  /** How many paths there are. */
  readonly of: number
}

/** All ways out of one container. */
export interface WaysOut {
  readonly subject: Subject
  readonly paths: readonly EscapePath[]
  readonly change?: OneChange
}
