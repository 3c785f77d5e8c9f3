/** Typed looks into JSON whose shape nobody vouches for, and where its objects stand. */

export type Json = unknown

/** A member of an object; undefined where the value is none, or has none of its own by that name. */
export function at(value: Json, key: string): Json {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
export const textAt = (value: Json, key: string): string => {
  const found = at(value, key)
  return typeof found === 'string' ? found : ''
}
export const listAt = (value: Json, key: string): readonly Json[] => {
  const found = at(value, key)
  return Array.isArray(found) ? found : []
}

/**
 * Offsets of the objects that are elements of lists, by their path: `components/3/components/0`. The text must be valid JSON.
 * A tree with a place for every value would take ten times the memory of the text.
 */
export function offsetsOf(text: string, lists: ReadonlySet<string>): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>()
  /** Open objects and lists: `path` is undefined below what nobody asks for. */
  const open: { readonly list: boolean; readonly path: string | undefined; key: string; index: number }[] = []
  let word = ''
  for (let i = 0; i < text.length; i++) {
    const sign = text.charCodeAt(i)
    const top = open.at(-1)
    if (sign === QUOTE) {
      const end = endOfString(text, i)
      // Only keys are looked at, and those that matter have no escapes.
      word = top?.list === false && end - i < LONGEST_KEY ? text.slice(i + 1, end) : ''
      i = end
    } else if (sign === COLON && top) top.key = word
    else if (sign === COMMA && top) top.index++
    else if (sign === OPEN_OBJECT || sign === OPEN_LIST) {
      const isList = sign === OPEN_LIST
      const path = pathOf(top, isList, lists)
      if (!isList && top?.list && path !== undefined) offsets.set(path, i)
      open.push({ list: isList, path, key: '', index: 0 })
    } else if (sign === CLOSE_OBJECT || sign === CLOSE_LIST) open.pop()
  }
  return offsets
}
const [QUOTE, COLON, COMMA, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST, BACKSLASH] = [
  34, 58, 44, 123, 125, 91, 93, 92,
]
const LONGEST_KEY = 64

function pathOf(
  parent:
    | { readonly list: boolean; readonly path: string | undefined; readonly key: string; readonly index: number }
    | undefined,
  isList: boolean,
  lists: ReadonlySet<string>,
): string | undefined {
  if (!parent) return ''
  if (parent.path === undefined) return undefined
  if (parent.list) return isList ? undefined : `${parent.path}/${parent.index}`
  if (!lists.has(parent.key)) return undefined
  return parent.path === '' ? parent.key : `${parent.path}/${parent.key}`
}

/** The closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}
