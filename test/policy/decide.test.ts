import { describe, expect, it } from 'vitest'
import { severities } from '../../src/model/finding.ts'
import { decide, exitCode } from '../../src/policy/decide.ts'
import { thresholds, type Threshold } from '../../src/policy/policy.ts'
import { finding } from './made.ts'

const lost = { id: 'archive-truncated', place: { file: 'a', line: 1, column: 1 }, message: '', lost: true }
const told = { ...lost, lost: false }
const high = finding({ rule: 'privileged' })

describe('decide', () => {
  it.each(thresholds.map((threshold) => [threshold] as const))('blocks at and above %s', (threshold: Threshold) => {
    for (const severity of severities) {
      const one = { ...high, severity }
      const { verdict, blocking } = decide([one], [], { threshold, unknown: 'tell' })
      const blocks = threshold !== 'never' && severities.indexOf(severity) <= severities.indexOf(threshold)
      expect([severity, verdict, blocking[0] === one]).toEqual([severity, blocks ? 'block' : 'pass', blocks])
    }
  })

  it.each([
    ['nothing', [], [], 'tell', 'pass', 0],
    ['a notice', [], [told], 'tell', 'pass', 0],
    ['lost input', [], [told, lost], 'tell', 'incomplete', 3],
    ['lost input and a finding', [high], [lost], 'tell', 'block', 1],
    ['a covered finding', [{ ...high, coveredBy: 'x' }], [], 'tell', 'pass', 0],
    ['an open finding', [{ ...high, outcome: 'open' as const }], [], 'tell', 'pass', 0],
    ['an open finding, unknown: block', [{ ...high, outcome: 'open' as const }], [], 'block', 'block', 1],
    [
      'an open finding below the threshold',
      [{ ...high, severity: 'low' as const, outcome: 'open' as const }],
      [],
      'block',
      'pass',
      0,
    ],
  ] as const)('%s', (_, findings, notices, unknown, verdict, code) => {
    const decision = decide(findings, notices, { threshold: 'high', unknown })
    expect(decision.verdict).toBe(verdict)
    expect(exitCode(decision.verdict)).toBe(code)
  })
})
