/** JSON, with or without comments -> Node. */
import { parseTree, printParseErrorCode, type Node as JsonNode, type ParseError } from 'jsonc-parser'
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import type { Locate, Node, Text } from './node.ts'
import { placesOf } from './offset.ts'

const MAX_DEPTH = 200

export function readJson(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const at = placesOf(text, place)
  const errors: ParseError[] = []
  const notices: Notice[] = []
  let documents: readonly Node[] = []
  try {
    const tree = parseTree(text, errors, { allowTrailingComma: true })
    const error = errors[0]
    if (error)
      notices.push({
        id: 'json-invalid',
        place: at(error.offset),
        message: `This JSON is not valid (${printParseErrorCode(error.error)}), so nothing in it was checked. Mend it.`,
        lost: true,
      })
    else if (tree) documents = [convert(tree, at(tree.offset), [], text, at)]
  } catch {
    // parseTree is recursive: nesting of some ten thousand levels ends in a RangeError.
    notices.push({
      id: 'json-invalid',
      place: place(1, 1),
      message: 'This JSON is nested too deep to be read, so nothing in it was checked. Leave the file out.',
      lost: true,
    })
  }
  return { value: { file, documents, comments: comments(text, place) }, notices }
}

function convert(
  node: JsonNode,
  place: Place,
  path: readonly (string | number)[],
  text: string,
  at: (offset: number) => Place,
): Node {
  if (path.length > MAX_DEPTH) return { place, path, value: null, unknown: 'the document is too deep' }
  if (node.type === 'object') {
    const map = new Map<string, Node>()
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? []
      if (key && value)
        map.set(String(key.value), convert(value, at(key.offset), [...path, String(key.value)], text, at))
    }
    return { place, path, value: map }
  }
  if (node.type === 'array')
    return {
      place,
      path,
      value: (node.children ?? []).map((child, index) => convert(child, at(child.offset), [...path, index], text, at)),
    }
  const end = at(node.offset + node.length)
  const spot = end.line === place.line ? { ...place, endLine: end.line, endColumn: end.column } : place
  if (node.type === 'number')
    return { place: spot, path, value: Number(node.value), source: text.slice(node.offset, node.offset + node.length) }
  return { place: spot, path, value: node.type === 'null' ? null : (node.value as string | boolean) }
}
