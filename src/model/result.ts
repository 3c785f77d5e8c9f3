import type { Compliance } from './compliance.ts'
import type { Finding, Severity, Verdict, Waived } from './finding.ts'
import type { Notice } from './notice.ts'
import type { WaysOut } from './path.ts'
import type { RuleInfo } from './rule.ts'
import type { Grant, Image, Project, Subject } from './subject.ts'

/** One thing that was given, and what was found in it. */
export interface Target {
  /** As the user gave it. */
  readonly name: string
  /** Dialect or image format that it was read as; `none` where it holds nothing that runs (a Service, a README). */
  readonly kind: string
  readonly containers: number
  readonly images: number
}

/** What became of one file: `plimsoll scan --explain-inputs`. */
export interface InputNote {
  readonly file: string
  /** Names of the dialects, or the image format; absent where it was not read. */
  readonly takenFor?: readonly string[]
  /** `said` by a prefix; `certain` where a mark of the format's own is there, `likely` where its keys say so. */
  readonly confidence?: 'said' | 'certain' | 'likely'
  readonly containers: number
  readonly images: number
  readonly engines?: number
  /** Objects that say what pods may be: a Namespace, a ServiceAccount, a PodSecurityPolicy. */
  readonly grants?: number
  /** By what it is known, or why it was not read. */
  readonly because: string
}
/** How many files and folders `.gitignore` and `.plimsollignore` kept from being read. */
export interface Ignorings {
  readonly files: number
  readonly folders: number
}

/** All that one scan says: the only input of every report. Plain data, in a fixed order. */
export interface Result {
  readonly tool: { readonly name: string; readonly version: string }
  readonly targets: readonly Target[]
  /** Files that a walk met and that nobody reads, counted. */
  readonly skipped: number
  readonly ignored: Ignorings
  readonly subjects: readonly Subject[]
  readonly images: readonly Image[]
  /** Containers that run together. */
  readonly projects: readonly Project[]
  /** Objects of a cluster that say what pods may be. */
  readonly grants: readonly Grant[]
  /** The ways out of every container, worst and shortest first; those without any are left out. */
  readonly ways: readonly WaysOut[]
  /** The rules that were judged, in the order of their ids. */
  readonly rules: readonly RuleInfo[]
  /** Worst first, then by place; those that another rule covers included, with `coveredBy`. */
  readonly findings: readonly Finding[]
  readonly waived: readonly Waived[]
  readonly notices: readonly Notice[]
  readonly policy: { readonly name: string; readonly threshold: Severity | 'never'; readonly unknown: 'tell' | 'block' }
  readonly verdict: Verdict
  /** The findings, by identity, that block. */
  readonly blocking: readonly Finding[]
  /** By the controls of the policy's standard: only where it was asked for. */
  readonly compliance?: Compliance
}
