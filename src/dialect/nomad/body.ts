/**
 * Blocks of a job, however they are written: as HCL reads them (lists of bodies, below a map for each label), as HCL's JSON has
 * them (one body, or lists of either), with `dynamic` blocks that make more of them.
 */
import { child, elements, entries, isList, isMap, type Node } from '../../document/node.ts'
import { isVoid } from '../docker/piece.ts'

/** The bodies that stand here. What is no map stays in the list, so that it is not taken for nothing. */
const bodies = (node: Node): readonly Node[] =>
  isVoid(node) ? [] : isList(node) ? node.value.flatMap((each) => (isVoid(each) ? [] : [each])) : [node]

/** Bodies that `dynamic "type" { content { ... } }` makes: how many is not known, and what differs among them neither. */
const made = (body: Node, type: string): readonly Node[] =>
  bodies(child(child(body, 'dynamic'), type)).flatMap((dynamic) => bodies(child(dynamic, 'content')))

/** All blocks of a type that has no label. */
export const blocks = (body: Node, type: string): readonly Node[] => [...bodies(child(body, type)), ...made(body, type)]

/** A block by its label; none is known where `dynamic` makes it. */
export interface Labelled {
  readonly label: string | undefined
  readonly body: Node
}
export function labelled(body: Node, type: string): readonly Labelled[] {
  const found = bodies(child(body, type)).flatMap((each): readonly Labelled[] =>
    isMap(each)
      ? entries(each).flatMap(([label, inner]) => bodies(inner).map((one): Labelled => ({ label, body: one })))
      : [{ label: undefined, body: each }],
  )
  return [...found, ...made(body, type).map((one): Labelled => ({ label: undefined, body: one }))]
}

/** The one block of that type: several are one, of which the last says what counts. */
export function block(body: Node, type: string): Node {
  const all = blocks(body, type)
  const [first] = all
  if (!first || all.length === 1) return first ?? child(body, type)
  const strange = all.find((each) => !isMap(each))
  return strange ?? { ...first, value: new Map(all.flatMap(entries)) }
}

/** The body with each of these blocks as one map, and each of those as a list of bodies. */
export function plain(body: Node, single: readonly string[], many: readonly string[] = []): Node {
  if (!isMap(body)) return body
  const value = new Map(body.value)
  for (const type of single) {
    const one = block(body, type)
    if (!isVoid(one)) value.set(type, one)
  }
  for (const type of many) {
    const all = blocks(body, type)
    const [first] = all
    if (first)
      value.set(type, {
        place: child(body, type).missing ? first.place : child(body, type).place,
        path: [...body.path, type],
        value: all,
      })
  }
  return { ...body, value }
}

/** True where a body of this type is there. */
export const has = (body: Node, type: string): boolean =>
  elements(child(body, type)).length > 0 || isMap(child(body, type))
