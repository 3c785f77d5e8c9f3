/** Node -> plain data, as a JSON decoder of an engine would see it. */
import { entries, isList, isMap, type Node } from '../../document/node.ts'

/** Profiles are some four levels deep and generated ones have some thousand names: aliases of YAML may not multiply them. */
const MAX_DEPTH = 16
const MAX_NODES = 200_000

/** A value that the document does not tell (`${X}`): no schema accepts it. */
export class Unreadable {}

/** The document as data, and what was written in another case than the key that it is read as. */
export interface Plain {
  readonly value: unknown
  readonly otherCase: readonly { readonly node: Node; readonly written: string; readonly key: string }[]
}

/**
 * Whole numbers become bigints, by their digits. Null is an absent key, as in Go. Undefined where the document is too large.
 *
 * @param keys keys that are taken in any case, by their small letters: Go's encoding/json reads them so. Left out: as written.
 */
export function plain(root: Node, keys?: ReadonlyMap<string, string>): Plain | undefined {
  let left = MAX_NODES
  const otherCase: { node: Node; written: string; key: string }[] = []
  const keyFor = (written: string, node: Node): string => {
    const key = keys?.get(written.toLowerCase()) ?? written
    if (key !== written) otherCase.push({ node, written, key })
    return key
  }
  const convert = (node: Node, depth: number): unknown => {
    left -= 1
    if (left < 0 || depth > MAX_DEPTH || node.unknown !== undefined) return new Unreadable()
    if (isMap(node))
      return Object.fromEntries(
        entries(node).flatMap(([key, value]) =>
          value.value === null && !value.unknown ? [] : [[keyFor(key, value), convert(value, depth + 1)]],
        ),
      )
    if (isList(node)) return node.value.map((element) => convert(element, depth + 1))
    return typeof node.value === 'number' ? exact(node.value, node.source) : node.value
  }
  const value = convert(root, 0)
  return left < 0 ? undefined : { value, otherCase }
}

/** The number as its digits say. What is no whole number has no place in a profile, `1e3` included: engines refuse it. */
function exact(value: number, source = String(value)): unknown {
  const digits = source.replaceAll('_', '')
  if (/^0x[\da-f]+$/i.test(digits) || /^[+-]?(?:0|[1-9]\d*)$/.test(digits)) return BigInt(digits.replace(/^\+/, ''))
  // YAML has two ways to write octal numbers; the parser has told which one counts.
  const octal = /^0o?([0-7]+)$/.exec(digits)?.[1]
  if (octal === undefined) return new Unreadable()
  return Number.isSafeInteger(value) ? BigInt(value) : BigInt(`0o${octal}`)
}
