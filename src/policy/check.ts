/** Text of plimsoll.yaml or of a policy -> checked values, with a place for every error. */
import type * as z from 'zod'
import { isList, isMap, type Node } from '../document/node.ts'
import { startOf, type Place } from '../model/place.ts'
import { hint } from './nearest.ts'
import { MAX_ERRORS, right, wrong, type Checked, type Problem } from './policy.ts'
import type { JsonSchema } from './schema.ts'

/** Characters of one text. */
export const MAX_TEXT = 1_000_000
/** Values of one text, every use of an anchor counted: an alias bomb ends here. */
const MAX_VALUES = 200_000

type Issue = z.core.$ZodIssue

/** What a text says, and where: `place` of the key (or list element) at a path, the nearest existing one where it ends early. */
export interface Checking<T> {
  readonly said: T
  readonly root: Node
  place(path: readonly PropertyKey[]): Place
}

/**
 * Reads a text and checks its shape. An empty text says nothing, which is right where all is optional.
 * Words of YAML 1.1 that are texts in 1.2 (`y`, `no`, `on`) are texts here, as editors with the JSON Schema take them.
 */
export async function check<T>(
  file: string,
  text: string,
  shape: (schema: typeof import('./schema.ts')) => { type: z.ZodType<T>; json: () => JsonSchema },
): Promise<Checked<Checking<T>>> {
  if (text.length > MAX_TEXT)
    return wrong([{ place: startOf(file), message: `is larger than ${MAX_TEXT / 1e6} MB, which no configuration is` }])
  const { readYaml } = await import('../document/yaml.ts')
  const { value, notices } = readYaml(file, text)
  if (notices.length > 0) return wrong(notices.map(({ place, message }) => ({ place, message })))
  const [first, second] = value.documents
  if (second !== undefined)
    return wrong([{ place: second.place, message: 'a second document begins here: one file is one document' }])
  const root: Node = first ?? { place: startOf(file), path: [], value: null }
  const plain = plainOf(root)
  if (plain.value === undefined) return wrong(plain.errors)
  const { type, json } = shape(await import('./schema.ts'))
  const parsed = type.safeParse(plain.value.it)
  if (parsed.success) return right({ said: parsed.data, root, place: (path) => find(root, path).place })
  const errors: Problem[] = []
  for (const issue of parsed.error.issues) {
    if (errors.length >= MAX_ERRORS) break
    errors.push(...problems(issue, root, json).slice(0, MAX_ERRORS))
  }
  return wrong(errors)
}

/** The node at a path, or the nearest that exists. */
function find(root: Node, path: readonly PropertyKey[]): Node {
  let here = root
  for (const key of path) {
    const next = isMap(here) ? here.value.get(String(key)) : isList(here) ? here.value[Number(key)] : undefined
    if (next === undefined) return here
    here = next
  }
  return here
}

/** Plain values, as zod reads them. A key without a value says nothing: it is left out. */
function plainOf(root: Node): Checked<{ it: unknown }> {
  const errors: Problem[] = []
  let values = 0
  const convert = (node: Node): unknown => {
    values += 1
    if (values > MAX_VALUES) return undefined
    if (node.unknown !== undefined) {
      errors.push({ place: node.place, message: `${node.unknown}: write the value itself` })
      return undefined
    }
    if (isList(node)) return node.value.map(convert)
    if (!isMap(node)) return scalarOf(node)
    // `fromEntries` defines keys, `__proto__` among them, instead of setting them.
    return Object.fromEntries(
      [...node.value].filter(([, child]) => child.value !== null).map(([key, child]) => [key, convert(child)]),
    )
  }
  const it = root.value === null ? {} : convert(root)
  if (values > MAX_VALUES)
    return wrong([{ place: root.place, message: `holds more than ${MAX_VALUES} values, aliases counted by use` }])
  return errors.length > 0 ? wrong(errors.slice(0, MAX_ERRORS)) : right({ it })
}

/** `reason: y` is a text, though the manifests that the reader is made for would take it for true. */
const scalarOf = ({ value, source }: Node): unknown =>
  typeof value === 'boolean' && source !== undefined && !/^(?:true|false)$/i.test(source) ? source : value

function problems(issue: Issue, root: Node, json: () => JsonSchema): readonly Problem[] {
  const { path } = issue
  const node = find(root, path)
  const place = node.place
  const name = path.filter((key) => typeof key === 'string').at(-1)
  const subject = name === undefined ? '' : `${String(name)} `
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schemaAt(json(), path)?.properties ?? {})
    return issue.keys.slice(0, MAX_ERRORS).map((key) => ({
      place: find(root, [...path, key]).place,
      message: `unknown key "${key}"${hint(key, known)}`,
    }))
  }
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    return [{ place, message: `${subject}takes one of ${words.join(', ')}, not ${show(node)}${meant(node, words)}` }]
  }
  // The path of what is missing ends early: the place is that of the list element or key which should hold it.
  if (node.path.length < path.length || (path.length > 0 && node.value === null)) {
    const why = name === 'reason' ? ': a waiver says why, so that others can judge it' : ''
    return [{ place, message: `${subject}is missing${why}` }]
  }
  return [{ place, message: `${subject}${sentence(issue)}, not ${show(node)}` }]
}

const meant = (node: Node, words: readonly string[]): string => {
  const near = typeof node.value === 'string' ? hint(node.value, words) : ''
  return near.startsWith(': ') ? near : ''
}

const TYPES: { readonly [type: string]: string } = {
  string: 'a text (in quotes where it looks like a number)',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
}
const FORMATS: { readonly [format: string]: string } = {
  date: 'takes a day as YYYY-MM-DD',
  url: 'takes an address, such as https://example.org/',
}
function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `takes ${TYPES[issue.expected] ?? issue.expected}`
    case 'invalid_format':
      return FORMATS[issue.format] ?? `takes ${issue.format}`
    case 'too_small':
      return 'takes a text that says something'
    case 'too_big':
      return `takes at most ${issue.maximum} characters`
    default:
      return issue.message
  }
}

/** The schema of the value at a path. */
function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let here: JsonSchema | undefined = schema
  for (const key of path) {
    const other: JsonSchema | boolean | undefined = here?.additionalProperties
    here =
      typeof key === 'number'
        ? here?.items
        : (here?.properties?.[String(key)] ?? (typeof other === 'object' ? other : undefined))
  }
  return here
}

/** A value as an error shows it, short. */
function show(node: Node): string {
  if (isMap(node)) return 'keys and values'
  if (isList(node))
    return node.value.length > 3 || node.value.some(isList) ? 'a list' : `[${node.value.map(show).join(', ')}]`
  const written = JSON.stringify(scalarOf(node)) ?? 'nothing'
  return written.length > 60 ? `${written.slice(0, 57)}...` : written
}
