/** The shape of the JSON report, version 1: the JSON Schema that is published comes from it, and so do the types that json.ts fills. */
import { z } from 'zod'
import { severities } from '../model/finding.ts'

export const severity = z.enum(severities)
export const place = z
  .strictObject({
    file: z.string().describe('Path as the user gave it, or path inside the image'),
    line: z.int().min(0).describe('From 1'),
    column: z.int().min(0).describe('From 1, in UTF-16 code units'),
    endLine: z.int().optional(),
    endColumn: z.int().optional().describe('One after the last character'),
    in: z.string().optional().describe('Image or target that holds the file; absent for a file of the scan'),
    layer: z.int().optional().describe('Image layer that brought the file, from 0'),
  })
  .describe('Where something stands')
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const value = z
  .union([scalar, z.array(z.union([scalar, z.record(z.string(), scalar)]))])
  .describe('Elements of a list are their values, or a map of their values; null is not known')
const fact = z
  .strictObject({
    how: z
      .enum(['set', 'inherited', 'default', 'derived', 'unknown'])
      .describe('Written here, written where this one takes it from, done by the runtime, computed, or not known'),
    value: value.optional().describe('Absent where it is not known or redacted'),
    redacted: z.literal(true).optional().describe('It may be a secret'),
    because: z.string().optional(),
    ask: z.enum(['image', 'engine', 'file', 'user']).optional().describe('Who could tell'),
    place,
    get from() {
      return z.array(fact).optional().describe('What it was computed from, or took the place of, nearest first')
    },
  })
  .describe('What is known of a field, and how')
const reason = z.strictObject({ field: z.string().describe('Such as container.privileged'), fact })
/** What every report as JSON says of a finding. */
export const said = {
  rule: z.string(),
  outcome: z.enum(['fail', 'open']).describe('open: a fact that decides is not known'),
  severity,
  message: z.string(),
  place,
  subjects: z.array(z.string()),
}
const finding = z
  .strictObject({
    fingerprint: z.string().describe('Same in later scans, whatever the lines, tags and digests: SHA-256'),
    ...said,
    field: z.string(),
    element: z.string().optional().describe('Key of the list element'),
    because: z.array(reason).describe('The smallest set of facts that forces the outcome'),
    coveredBy: z.string().optional().describe('Rule whose finding on the same subject says it already'),
    blocks: z.boolean(),
  })
  .describe('What a rule says of subjects at one place')
const words = z.array(z.string())

export const resultSchema = z.strictObject({
  schema: z.literal('plimsoll-result'),
  version: z.literal(1).describe('Raised when a field goes away or changes its meaning; new fields do not raise it'),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  verdict: z.enum(['pass', 'block', 'incomplete']),
  exitCode: z.int(),
  policy: z.strictObject({
    name: z.string(),
    threshold: z.enum([...severities, 'never']),
    unknown: z.enum(['tell', 'block']),
  }),
  summary: z
    .strictObject({
      critical: z.int(),
      high: z.int(),
      medium: z.int(),
      low: z.int(),
      info: z.int(),
      covered: z.int(),
      open: z.int(),
      waived: z.int(),
      blocking: z.int(),
      containers: z.int(),
      images: z.int(),
      grants: z.int().optional().describe('Objects of a cluster that say what pods may be'),
      skipped: z.int().describe('Files that a walk met and that nobody reads'),
    })
    .describe('Severities count what fails, or blocks, and is neither covered nor waived'),
  ignored: z
    .strictObject({ files: z.int(), folders: z.int() })
    .describe('What .gitignore and .plimsollignore kept from being read'),
  targets: z.array(z.strictObject({ name: z.string(), kind: z.string(), containers: z.int(), images: z.int() })),
  subjects: z.array(
    z.strictObject({ id: z.string(), dialect: z.string().optional(), place, image: z.string().optional() }),
  ),
  images: z.array(
    z.strictObject({
      id: z.string(),
      names: words,
      target: z.string(),
      verified: z.boolean().optional().describe('Every layer was compared with a digest that the image names'),
      place,
    }),
  ),
  projects: z
    .array(z.strictObject({ id: z.string(), place }))
    .optional()
    .describe('Containers that run together'),
  grants: z
    .array(z.strictObject({ id: z.string(), place }))
    .optional()
    .describe('Objects of a cluster'),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      severity,
      why: z.string(),
      fix: z.string(),
      standards: z.record(z.string(), words),
      parameters: z.record(
        z.string(),
        z.strictObject({ default: z.union([z.string(), z.number(), z.boolean(), words]), says: z.string() }),
      ),
      covers: words,
      subject: z.enum(['container', 'image', 'engine', 'project', 'grant']),
      fields: words,
    }),
  ),
  findings: z.array(finding),
  waived: z.array(z.strictObject({ finding, reason: z.string(), place })),
  notices: z.array(
    z.strictObject({
      id: z.string(),
      place,
      message: z.string(),
      lost: z.boolean().describe('Input was lost: silence no longer means checked'),
    }),
  ),
})
export type ResultJson = z.infer<typeof resultSchema>
export type FindingJson = ResultJson['findings'][number]
export type FactJson = FindingJson['because'][number]['fact']
export type PlaceJson = z.infer<typeof place>

/** The JSON Schema (draft 2020-12) of `--format json`. */
export const jsonSchema = (): object => published(resultSchema, 'Result of a Plimsoll scan, version 1')

/** A JSON Schema as it is given away: readers must let new fields pass, so it does too. */
export function published(shape: z.ZodType, title: string): object {
  const schema = z.toJSONSchema(shape, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return { title, ...schema }
}
