/** The shape of `plimsoll packages --format json`, version 1: the JSON Schema that is published comes from it, and the types that json.ts fills. */
import { z } from 'zod'
import { packageTypes } from '../../model/package.ts'
import { place, published } from '../json-schema.ts'

const words = z.array(z.string())
const packageShape = z.strictObject({
  purl: z.string().describe('Package URL'),
  type: z.enum(packageTypes).describe('Type of the package URL'),
  name: z.string().describe('As its ecosystem writes it whole: @babel/core, group:artifact'),
  version: z.string().describe('As its ecosystem writes it'),
  architecture: z.string().optional(),
  source: z.string().optional().describe('Source package; absent where it is its own'),
  sourceVersion: z.string().optional().describe('Absent where it is that of the package'),
  licences: words.optional().describe('As stated: SPDX expressions, or names'),
  owner: z.string().optional().describe('Package URL of the package of the distribution that brought it'),
  instruction: z.string().optional().describe('Instruction of the history that made the layer of its first location'),
  evidence: z.string().describe('Name of the cataloger that found it'),
  locations: z
    .array(
      z.strictObject({
        path: z.string().describe('The file that says it is there, without a leading slash'),
        line: z.int().describe('From 1; 1 in a binary'),
        layer: z
          .int()
          .optional()
          .describe('Index of the layer that brought the package, from 0; absent where none is known'),
      }),
    )
    .min(1),
  files: words.optional().describe('What it brought, where its database says it: only where --files asks for it'),
})

export const packagesSchema = z.strictObject({
  schema: z.literal('plimsoll-packages'),
  version: z.literal(1).describe('Raised when a field goes away or changes its meaning; new fields do not raise it'),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  exitCode: z.int().describe('0, or 3 where input was lost'),
  images: z.array(
    z.strictObject({
      id: z.string(),
      names: words.describe('Tags, then digests'),
      target: z.string(),
      kind: z
        .string()
        .describe('What it was read from: docker-archive, oci-layout, oci-archive, rootfs, or a format of SBOMs'),
      distribution: z
        .strictObject({
          id: z.string(),
          version: z.string(),
          name: z.string(),
          endOfLife: z.string().optional().describe('YYYY-MM-DD; absent where it is not known'),
        })
        .optional()
        .describe('By its os-release; absent where there is none'),
      verified: z.boolean().optional().describe('Every layer was compared with a digest that the image names'),
      layers: z
        .array(
          z.strictObject({
            index: z.int(),
            digest: z.string(),
            diffId: z.string(),
            size: z.int().describe('Bytes as stored'),
            instruction: z.string(),
          }),
        )
        .describe('Lowest first'),
      packages: z.array(packageShape).describe('What is installed, sorted by type, name and version'),
      declared: z
        .array(packageShape)
        .describe('What lock files and lists of requirements name, and nothing shows to be there'),
      removed: z
        .array(packageShape.extend({ removedIn: z.int().describe('Index of the layer that took it away') }))
        .describe('What a layer brought and a later one took away: it can still be taken out of its layer'),
    }),
  ),
  notices: z.array(
    z.strictObject({
      id: z.string(),
      place,
      message: z.string(),
      lost: z.boolean().describe('Input was lost: packages may be missing'),
    }),
  ),
})
export type PackagesJson = z.infer<typeof packagesSchema>
export type PackageJson = PackagesJson['images'][number]['packages'][number]

/** The JSON Schema (draft 2020-12) of `plimsoll packages --format json`. */
export const jsonSchema = (): object =>
  published(packagesSchema, 'Packages of images as Plimsoll lists them, version 1')
