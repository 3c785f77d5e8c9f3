/** The shape of the compliance report as JSON, version 1: the JSON Schema that is published comes from it, and the types that json.ts fills. */
import { z } from 'zod'
import { controlOutcomes } from '../../model/compliance.ts'
import { severities } from '../../model/finding.ts'
import { place, published, said } from '../json-schema.ts'

const kind = z.enum(['container', 'image', 'engine', 'project', 'grant'])
const waived = z.strictObject({ reason: z.string(), place }).describe('Somebody allowed it, in writing')
const finding = z
  .strictObject({
    fingerprint: z.string().optional().describe('That of the same finding in --format json'),
    ...said,
    fix: z.string(),
    coveredBy: z.string().optional().describe('Rule whose finding on the same subject has the same cause'),
    unknown: z
      .array(
        z.strictObject({
          field: z.string(),
          because: z.string(),
          ask: z.enum(['image', 'engine', 'file', 'user']).optional().describe('Who could tell'),
          place,
        }),
      )
      .optional()
      .describe('What is not known, where the outcome is open'),
    waived: waived.optional(),
  })
  .describe('What breaks the control, or leaves it open')
const notice = z.strictObject({ id: z.string(), place, message: z.string() })
const control = z.strictObject({
  id: z.string().describe("The standard's number or word"),
  title: z.string(),
  section: z.string().optional(),
  outcome: z
    .enum(controlOutcomes)
    .describe(
      'waived: all that breaks it has been allowed in writing, so it is not met; not-applicable: nothing of the scan is what its rules speak of; not-automated: no rule was there to judge it',
    ),
  because: z.string().optional().describe('Why, where no finding says it'),
  manual: z.string().optional().describe('Why a file cannot answer it; beside rules: what of it is left to a person'),
  moved: z.string().optional().describe('Where another version of the standard has it'),
  judged: z.partialRecord(kind, z.int()).describe('How many different things its rules judged, by kind'),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      subject: kind,
      when: z.string().optional().describe('CEL: where it applies at all'),
      off: z.string().optional().describe('Where it was switched off; absent where it was judged'),
      present: z.int().describe('Things of its kind in the scan'),
      applied: z.int().describe('Those that it applies to and gave an answer for'),
      broken: z.int().describe('Those on which it broke down, by a fault of Plimsoll'),
    }),
  ),
  findings: z.array(finding),
  needs: z.array(z.strictObject({ kind, give: z.string() })).describe('What was not given and would be judged'),
})

export const complianceShape = z.strictObject({
  schema: z.literal('plimsoll-compliance'),
  version: z.literal(1).describe('Raised when a field goes away or changes its meaning; new fields do not raise it'),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  standard: z.strictObject({
    id: z.string(),
    title: z.string(),
    version: z.string().optional(),
    url: z.string().optional(),
  }),
  policy: z.strictObject({
    name: z.string(),
    threshold: z.enum([...severities, 'never']),
    unknown: z.enum(['tell', 'block']),
  }),
  verdict: z.enum(['pass', 'block', 'incomplete']).describe('Of the scan, by the policy'),
  exitCode: z.int(),
  complete: z.boolean().describe('false: input was lost, so nothing is said of what could not be read'),
  lost: z.array(notice).describe('Notices of lost input'),
  summary: z
    .strictObject({
      controls: z.int(),
      failed: z.int(),
      unknown: z.int(),
      waived: z.int(),
      passed: z.int(),
      notApplicable: z.int(),
      notAutomated: z.int(),
      beside: z.int().describe('Findings of rules that are of no control here: --format json has them'),
    })
    .describe('Controls by their outcome'),
  targets: z.array(z.strictObject({ name: z.string(), kind: z.string(), containers: z.int(), images: z.int() })),
  controls: z.array(control).describe("In the standard's order"),
})
export type ComplianceJson = z.infer<typeof complianceShape>

/** The JSON Schema (draft 2020-12) of `--report compliance --format json`. */
export const complianceSchema = (): object => published(complianceShape, 'Compliance by a Plimsoll scan, version 1')
