/** A scan by the controls of a standard: one control of every outcome, with everything that one can say. */
import type { Compliance, ControlResult, ControlRule } from '../../src/model/compliance.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Result } from '../../src/model/result.ts'
import { sampleResult } from './result.ts'

const rule = (id: string, rest: Partial<ControlRule> = {}): ControlRule => ({
  id,
  title: `Title of ${id}`,
  subject: 'container',
  present: 4,
  applied: 4,
  broken: 0,
  ...rest,
})
const control = (
  id: string,
  title: string,
  outcome: ControlResult['outcome'],
  rest: Partial<ControlResult> & { readonly of?: Partial<ControlResult['control']> } = {},
): ControlResult => {
  const { of, ...parts } = rest
  return {
    control: { id, title, section: 'First section', ...of },
    outcome,
    rules: [],
    judged: {},
    failed: [],
    open: [],
    waived: [],
    missing: [],
    ...parts,
  }
}

/** Texts of input and of the policy, for those who want others. */
export interface Words {
  readonly id?: string
  readonly title?: string
  readonly manual?: string
  readonly off?: string
}
/** `result` gives the findings; made by `sampleResult` where it is not given. */
export function sampleCompliance(result: Result = sampleResult(), words: Words = {}): Result {
  const { id = '1.1', title = 'No container is privileged', manual = 'Whether it must be is for a person.' } = words
  const { off = 'plimsoll.yaml:3:5' } = words
  const of = (id: string, outcome: Finding['outcome'] = 'fail'): readonly Finding[] =>
    result.findings.filter((one) => one.rule === id && one.outcome === outcome)
  const lost = result.notices.filter((notice) => notice.lost)
  const compliance: Compliance = {
    standard: { id: 'std', title: 'A Benchmark', version: '1.6.0', url: 'https://example.org/benchmark' },
    lost,
    beside: 2,
    controls: [
      control(id, title, 'failed', {
        of: { manual },
        rules: [rule('privileged'), rule('seccomp-unconfined'), rule('host-device', { off })],
        judged: { container: 4 },
        failed: [...of('privileged'), ...of('seccomp-unconfined')],
      }),
      control('1.2', 'Nobody is root', 'unknown', {
        rules: [rule('root-user', { broken: 1 })],
        open: of('root-user', 'open'),
        judged: { container: 4 },
      }),
      control('1.3', 'Health is checked', 'waived', {
        rules: [rule('healthcheck-missing')],
        judged: { container: 1 },
        waived: result.waived,
      }),
      control('2.1', 'Memory is limited', 'passed', {
        of: { section: 'Second section', moved: '2.2 in 1.7.0' },
        rules: [rule('memory-unbounded'), rule('setuid-file', { subject: 'image', present: 0, applied: 0 })],
        judged: { container: 3, image: 1 },
        missing: ['image'],
      }),
      control('2.2', 'The engine logs', 'not-applicable', {
        of: { section: 'Second section' },
        rules: [rule('engine-silent', { subject: 'engine', present: 0, applied: 0 })],
        missing: ['engine'],
      }),
      control('2.3', 'The Swarm is locked', 'not-applicable', {
        of: { section: 'Second section' },
        rules: [rule('swarm-open', { applied: 0, when: 'container.name == "a" || container.name == "b"' })],
      }),
      control('10.1', 'Files belong to root', 'not-automated', {
        of: { section: 'Third section', manual: 'Owners are on the host.' },
      }),
      control('10.2', 'Other files too', 'not-automated', {
        of: { section: 'Third section', manual: 'Owners are on the host.' },
      }),
      control('10.3', 'Somebody looks', 'not-automated', {
        of: { section: 'Third section' },
        rules: [rule('host-device', { off, present: 0, applied: 0 })],
      }),
    ],
  }
  return { ...result, compliance }
}
