import type { Place } from '../model/place.ts'

/**
 * A value of a text with its place: what every reader of YAML, JSON and the like gives.
 * A missing key is a node too, with `missing` and the place of the nearest enclosing key, so that a finding about silence has a line.
 */
export interface Node {
  /** The key's, where there is one: the line that a reader looks for. Else the value's. */
  readonly place: Place
  /** Keys and indexes from the root of the document. */
  readonly path: readonly (string | number)[]
  readonly value: Scalar | readonly Node[] | ReadonlyMap<string, Node>
  /** Why the value cannot be known here (`${VAR}` without a default). */
  readonly unknown?: string
  readonly missing?: true
  /** It stands elsewhere and is taken over from there: a merge key, an extended service. */
  readonly inherited?: true
  /** Text of the scalar as written, for values that a number would round (64-bit seccomp arguments, versions). */
  readonly source?: string
  /** A local tag of YAML without its sign: `reset` and `override` of Compose, `Ref` of CloudFormation. What it means is for the dialect to say. */
  readonly tag?: string
  /** Where parts of the value were taken from: lines of a file of variables. */
  readonly from?: readonly { readonly place: Place; readonly value: string }[]
}
export type Scalar = string | number | boolean | null

/** Why the value of `key: {{ .Values.x }}` is not known. */
export const TEMPLATE = 'a template stands here: render it first'

/** A text, read: its documents (YAML may hold several) and the comments that speak to Plimsoll. */
export interface Text {
  readonly file: string
  readonly documents: readonly Node[]
  readonly comments: readonly Comment[]
}
/** Where a line and column of the text are: a rule's example stands inside the rule's file. */
export type Locate = (line: number, column: number) => Place
/** A comment, without its sign. */
export interface Comment {
  readonly place: Place
  readonly text: string
  /** True where it stands alone on its line, and so speaks of the next one. */
  readonly alone: boolean
}

export const isMap = (node: Node): node is Node & { value: ReadonlyMap<string, Node> } => node.value instanceof Map
export const isList = (node: Node): node is Node & { value: readonly Node[] } => Array.isArray(node.value)

/** The node at `a.b.c` below this one. Where the path ends early, a missing node with the nearest parent's place. */
export function get(node: Node, path: string): Node {
  let here = node
  for (const key of path.split('.')) here = child(here, key)
  return here
}

/** The child of that key, whatever characters the key has. */
export function child(node: Node, key: string): Node {
  const next = node.value instanceof Map ? node.value.get(key) : undefined
  if (next) return next
  const path = [...node.path, key]
  return node.unknown === undefined
    ? { place: node.place, path, value: null, missing: true }
    : { place: node.place, path, value: null, unknown: node.unknown }
}

/** The elements of a list; none where it is not one. */
export const elements = (node: Node): readonly Node[] => (isList(node) ? node.value : [])

/** The entries of a map; none where it is not one. */
export const entries = (node: Node): readonly (readonly [string, Node])[] => (isMap(node) ? [...node.value] : [])

/** The scalar as text, or undefined. */
export const textOf = (node: Node): string | undefined =>
  typeof node.value === 'string'
    ? node.value
    : typeof node.value === 'number' || typeof node.value === 'boolean'
      ? (node.source ?? String(node.value))
      : undefined
