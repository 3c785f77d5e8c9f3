/** A hardened container of one dialect, judged in memory under the strict policy, as it is and without one leaf of its text. */
import { readFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { parse } from 'yaml'
import { builtinRules } from '../../src/builtin.ts'
import { deriveAll } from '../../src/derive.ts'
import { join } from '../../src/join/join.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { Engine, Image } from '../../src/model/subject.ts'
import { withRegex } from '../../src/rule/cel.ts'
import { compile } from '../../src/rule/compile.ts'
import { judge, type Judged } from '../../src/rule/judge.ts'
import { readSettings } from '../../src/settings.ts'
import { readContainers } from '../../src/texts.ts'
import { engineOfText } from '../support/engine.ts'

export const FILES = {
  compose: 'compose.yaml',
  kubernetes: 'kubernetes.yaml',
  'docker-inspect': 'docker-inspect.json',
  'oci-runtime': 'oci-runtime.json',
} as const
export type DialectName = keyof typeof FILES

/** The reference of all fixtures. The archive has no digest of the registry's, so that the image is given by name. */
export const REFERENCE =
  'registry.example.org/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0'
/** What the containers are called, by which they keep their image when the reference is gone. */
const NAMES = ['web', 'Deployment/shop/web/web']

export const fileOf = (name: string): string => path(import.meta.dirname, name)
export const textOf = (name: string): string => readFileSync(fileOf(name), 'utf8')

/** The rules of the strict policy, with its parameters. */
export async function strict(): Promise<readonly Judged[]> {
  await withRegex()
  const rules = await builtinRules()
  const { value } = await readSettings({ policy: 'strict' }, rules)
  return rules.flatMap(({ rule }) => {
    const use = value.rules.get(rule.id)
    const { compiled } = compile(rule)
    return use && compiled
      ? [{ compiled, parameters: use.params, ...(use.severity && { severity: use.severity }) }]
      : []
  })
}

export const engineOf = (name: string): Engine => engineOfText(textOf(name), fileOf(name))

/** What is said of a text: `rule` for a finding that fails, `rule?` for an open one; covered ones are not. */
export interface Said {
  readonly findings: readonly string[]
  readonly containers: number
  readonly notices: readonly Notice[]
  /** The values of all facts that rules may read, as one text. */
  readonly values: string
}
export async function say(
  rules: readonly Judged[],
  dialect: string,
  document: string,
  {
    image,
    engine,
    file = fileOf((FILES as Readonly<Record<string, string>>)[dialect] ?? dialect),
  }: { readonly image?: Image; readonly engine: Engine; readonly file?: string },
): Promise<Said> {
  const read = await readContainers({ file, text: document, named: true, options: { markdown: true } })
  const derived = await deriveAll(
    join(read.containers, image ? [image] : [], {
      engines: [engine],
      named: new Map(image ? [...NAMES, REFERENCE].map((name) => [name, image.target]) : []),
    }).subjects,
  )
  const judged = judge(rules, { containers: derived.value.subjects, images: image ? [image] : [] })
  return {
    findings: judged.findings
      .filter(({ coveredBy }) => coveredBy === undefined)
      .map(({ rule, outcome }) => (outcome === 'open' ? `${rule}?` : rule))
      .sort(),
    containers: read.containers.length,
    notices: [...read.notices, ...derived.notices, ...judged.notices],
    values: JSON.stringify(
      derived.value.subjects.map(({ container }) => container),
      (key, value: unknown) =>
        key === 'place' || key === 'from' || key === 'because' || key === 'ways' ? undefined : value,
    ),
  }
}

/** A place in a document: keys and indexes. */
export type Path = readonly (string | number)[]
export const shown = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : step))
    .join('.')
    .replaceAll('.[', '[')

/** Every scalar, empty list and empty map of the document. */
export function leaves(value: unknown, here: Path = []): readonly Path[] {
  const inner: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((each: unknown, index) => [index, each] as const)
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : []
  return inner.length === 0 ? [here] : inner.flatMap(([key, each]) => leaves(each, [...here, key]))
}

/** The document as JSON, which every reader takes for YAML, without what stands there and what that leaves empty. */
export const without = (document: unknown, path: Path): string => JSON.stringify(pruned(document, path), null, 1)
function pruned(value: unknown, [step, ...rest]: Path): unknown {
  const inner = (each: unknown): unknown => (rest.length === 0 ? undefined : pruned(each, rest))
  if (Array.isArray(value)) {
    const list = value.flatMap((each: unknown, index) => (index === step ? (inner(each) ?? []) : [each]))
    return list.length === 0 ? undefined : list
  }
  if (typeof value !== 'object' || value === null) throw new Error(`there is no ${String(step)}`)
  const entries = Object.entries(value).flatMap(([key, each]: readonly [string, unknown]) => {
    const left = key === step ? inner(each) : each
    return left === undefined ? [] : [[key, left] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

export const documentOf = (dialect: DialectName): unknown => parse(textOf(FILES[dialect]))
