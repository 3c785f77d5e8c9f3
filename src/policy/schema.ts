/**
 * The shape of plimsoll.yaml and of a policy: what reading checks and what editors are given (JSON Schema 2020-12).
 * Only here is zod imported, and only when a file is really read: it costs 47 ms.
 */
import * as z from 'zod'
import { severities } from '../model/finding.ts'
import { thresholds, unknowns } from './policy.ts'

const text = z.string().trim().min(1).max(2000)
const pattern = z.string().min(1).max(1000)
const severity = z.enum(severities)
const threshold = z.enum(thresholds).describe('A finding of this severity or a worse one blocks (exit code 1)')
const unknown = z.enum(unknowns).describe('Whether what is not known is only told, or blocks as a failure would')
const parameter = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: 'takes a text, a number, true or false, or a list of texts',
})
const rule = z.strictObject({
  severity: severity.optional().describe('Severity of its findings, instead of its own'),
  off: z.boolean().optional().describe('true: not judged; false: judged although the policy leaves it off'),
  params: z.record(z.string(), parameter).optional().describe("Values of the rule's parameters"),
})
const rules = z.record(z.string(), rule).describe('What is different for single rules, by id')

const waiver = z.strictObject({
  rule: text.describe('Id of the rule'),
  reason: text.describe('Why it is allowed: shown with every finding that it waives'),
  subject: pattern.optional().describe('Only for subjects whose id matches: * within a part, ** over parts, ?'),
  path: pattern.optional().describe('Only for findings in files that match: *, **, ?'),
  expires: z.iso.date().optional().describe('Last day on which it holds, YYYY-MM-DD'),
})

const version = text.describe('Version of the policy that is judged, such as v1.24; latest where none is written')

/** plimsoll.yaml. */
export const configShape = z.strictObject({
  policy: text.optional().describe('Name of a built-in policy, or path of one, from this file'),
  version: version.optional(),
  threshold: threshold.optional(),
  'fail-on': threshold.optional().describe('The same as threshold'),
  unknown: unknown.optional(),
  rules: rules.optional(),
  ignore: z.array(waiver).optional().describe('Findings that are allowed, each with its reason'),
})

const ids = z.array(z.string())
const words = z.union([z.literal('all'), z.array(z.union([z.string(), z.number()]))], {
  error: 'takes "all" or a list of the words of that standard',
})

const standard = z.strictObject({
  id: text.describe("The word of rules' `standards` that names its controls, such as cis-docker"),
  title: text,
  version: z
    .union([text, z.number()], { error: 'takes a version, such as 1.6.0' })
    .optional()
    .describe('Version of the text that is listed here'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  outside: z
    .array(z.union([text, z.number()]))
    .optional()
    .describe('Words of rules that are of another part of the standard, such as a stricter level'),
})
const control = z.strictObject({
  title: text.describe('What it demands, in short'),
  section: text.optional().describe('The part of the standard that begins with this control'),
  moved: text.optional().describe('Where another version of the standard has it, or what changed'),
  manual: text.optional().describe('Why a file cannot answer it; beside rules: which part of it is left to a person'),
})

const versions = z.strictObject({
  from: text.describe('The oldest version that is known, such as v1.0'),
  to: text.describe('The newest: what latest is'),
  steps: z
    .array(
      z.strictObject({
        before: text.describe('The version that changed it: it holds for every version before'),
        rules: rules.optional(),
        controls: z
          .record(
            z.string(),
            z.union([z.strictObject({ off: z.literal(true) }), z.strictObject({ id: text, title: text })], {
              error: 'takes { off: true } or an id and a title',
            }),
          )
          .optional()
          .describe('Controls that there were not, or that were others, by the id that they have now'),
      }),
    )
    .describe('What was otherwise in older versions; newest first'),
})

/** A policy: profiles/policy/*.yaml, or a user's own. */
export const policyShape = z.strictObject({
  title: text,
  says: text.describe('For whom it is, in one or two sentences'),
  extends: text.optional().describe('Name or path of the policy that this one changes'),
  version: version.optional(),
  versions: versions.optional().describe('The versions that what it follows has had'),
  select: z
    .strictObject({
      rules: z.enum(['all', 'none']).optional().describe('Start afresh with every rule, or with none'),
      standards: z
        .record(z.string(), words)
        .optional()
        .describe('Start afresh with the rules that name one of these words of one of these standards'),
      severity: severity.optional().describe('Start afresh with the rules that are at least so severe'),
      off: ids.optional().describe('Rules to take away'),
      on: ids.optional().describe('Rules to add'),
    })
    .optional(),
  standard: standard.optional().describe('The published standard that it stands for: see `controls`'),
  controls: z
    .record(z.string(), control)
    .optional()
    .describe('Every control of the standard by its number or word, in its order, for --report compliance'),
  rules: rules.optional(),
  threshold: threshold.optional(),
  unknown: unknown.optional(),
})

export type ConfigText = z.infer<typeof configShape>
export type PolicyText = z.infer<typeof policyShape>
export type RuleText = z.infer<typeof rule>

/** A JSON Schema, as far as a nearest word needs it. */
export interface JsonSchema {
  readonly properties?: { readonly [key: string]: JsonSchema }
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly [keyword: string]: unknown
}

/** JSON Schema 2020-12 of plimsoll.yaml, for editors. Rule ids are left open: users have rules of their own. */
export const configSchema = (): JsonSchema => jsonSchema(configShape, 'plimsoll.yaml')
/** JSON Schema 2020-12 of a policy. */
export const policySchema = (): JsonSchema => jsonSchema(policyShape, 'Plimsoll policy')

function jsonSchema(shape: z.ZodType, title: string): JsonSchema {
  const schema: object = z.toJSONSchema(shape, { io: 'input', target: 'draft-2020-12' })
  return { title, ...schema }
}
