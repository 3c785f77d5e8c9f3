import type { Finding, Verdict } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { Settings } from './policy.ts'
import { thresholds } from './policy.ts'

/** What a pipeline does with what was found. */
export interface Decision {
  readonly verdict: Verdict
  /** The findings, by identity and in their order, that block. */
  readonly blocking: readonly Finding[]
}

/**
 * The verdict over what is left after waiving: `block` where a finding is at or above the threshold, else `incomplete`
 * where input was lost, so that silence does not mean "checked", else `pass`.
 * A finding that another one covers does not count by itself; one whose facts are not known counts where the policy says `unknown: block`.
 */
export function decide(
  findings: readonly Finding[],
  notices: readonly Notice[],
  policy: Pick<Settings['policy'], 'threshold' | 'unknown'>,
): Decision {
  const line = thresholds.indexOf(policy.threshold)
  const blocks = (finding: Finding): boolean =>
    policy.threshold !== 'never' &&
    finding.coveredBy === undefined &&
    (finding.outcome === 'fail' || policy.unknown === 'block') &&
    thresholds.indexOf(finding.severity) <= line
  const blocking = findings.filter(blocks)
  const incomplete = notices.some((notice) => notice.lost)
  return { verdict: blocking.length > 0 ? 'block' : incomplete ? 'incomplete' : 'pass', blocking }
}

/** Exit code of a verdict. 2 (usage, absent target, bad rule or configuration) is not a verdict and takes precedence. */
export const exitCode = (verdict: Verdict): 0 | 1 | 3 => (verdict === 'block' ? 1 : verdict === 'incomplete' ? 3 : 0)
