/** Rules and findings of our own making, for the tests of src/policy. */
import type { Finding } from '../../src/model/finding.ts'
import type { RuleInfo } from '../../src/model/rule.ts'
import type { Policy } from '../../src/policy/policy.ts'

export const rule = (id: string, rest: Partial<RuleInfo> = {}): RuleInfo => ({
  id,
  title: id,
  severity: 'high',
  why: '',
  fix: '',
  standards: {},
  parameters: {},
  covers: [],
  sameCause: [],
  subject: 'container',
  fields: [],
  ...rest,
})

export const rules: readonly RuleInfo[] = [
  rule('privileged', { severity: 'critical', standards: { pss: ['baseline'], 'cis-docker': ['5.5'] } }),
  rule('root-user', { severity: 'medium', standards: { pss: ['restricted'] } }),
  rule('memory-unbounded', {
    severity: 'low',
    standards: { 'cis-docker': ['5.10'] },
    parameters: {
      memory: { default: 1024, says: 'bytes' },
      share: { default: 0.5, says: 'part' },
      strict: { default: false, says: 'all' },
      names: { default: ['a'], says: 'names' },
      unit: { default: 'MiB', says: 'unit' },
    },
  }),
  rule('healthcheck-missing', { severity: 'info' }),
]

export const finding = (of: Partial<Finding> & { rule: string }): Finding => ({
  outcome: 'fail',
  severity: 'high',
  message: 'it is so',
  place: { file: 'compose.yaml', line: 4, column: 5 },
  because: [],
  subjects: ['web'],
  field: 'container.privileged',
  ...of,
})

export const policy = (of: Partial<Policy> = {}): Policy => ({
  name: 'default',
  title: 't',
  says: 's',
  threshold: 'high',
  unknown: 'tell',
  layers: [],
  ...of,
})

/** `file:line:column message` of every error. */
export const told = (errors: readonly { place: { file: string; line: number; column: number }; message: string }[]) =>
  errors.map(({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`)
