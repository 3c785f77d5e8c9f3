/** ../shared/corpora/versions as data: SOURCE.md there says what the labels mean. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { packageTypes, type PackageType } from '../../src/model/package.ts'
import { corpora } from '../support/corpora.ts'

const Comparison = z.object({ system: z.string(), a: z.string(), op: z.string(), b: z.string(), source: z.string() })
const Containment = z.object({
  system: z.string(),
  version: z.string(),
  range: z.string(),
  contains: z.boolean(),
  source: z.string(),
  options: z.string().nullish(),
})
export type Comparison = z.infer<typeof Comparison>
export type Containment = z.infer<typeof Containment>

const read = (name: string): unknown => JSON.parse(readFileSync(join(corpora, 'versions', name), 'utf8'))
export const comparisons = (): readonly Comparison[] => z.array(Comparison).parse(read('compare.json'))
/** Of go-npm-version the two columns are the wrong way round: `{ version: "^1.2", range: "1.2.3" }`. */
export const containments = (): readonly Containment[] =>
  z
    .array(Containment)
    .parse(read('ranges.json'))
    .map((one) => (one.source === 'go-npm-version' ? { ...one, version: one.range, range: one.version } : one))

/** What the corpus calls otherwise than package URLs do. */
const NAMES: Readonly<Record<string, PackageType>> = {
  gentoo: 'ebuild',
  jvm: 'generic',
  nginx: 'generic',
  openssl: 'generic',
  pep440: 'pypi',
  semver: 'golang',
  'semver-loose': 'npm',
}
export function typeOf(system: string): PackageType {
  const type = NAMES[system] ?? packageTypes.find((one) => one === system)
  if (!type) throw new Error(`${system} of the corpus is no type of package`)
  return type
}

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}
export function holds(operator: string, order: number): boolean {
  const test = HOLDS[operator]
  if (!test) throw new Error(`${operator} of the corpus is no comparison`)
  return test(order)
}
