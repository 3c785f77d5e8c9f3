/** JSON files of packages: the values by JSON.parse, which is much faster than any reader of places, and lines of keys where they are needed. */

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The outermost object of a JSON text; undefined where it is not JSON or not an object. `text` has no byte order mark. */
export function objectOf(text: string): JsonObject | undefined {
  const json = parsed(text)
  return isObject(json) ? json : undefined
}

/** What a JSON text says; undefined where it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON, or nested deeper than the stack (a RangeError).
    return undefined
  }
}

/** The text of a file, without the byte order mark that editors on Windows put before it. */
export const withoutMark = (body: Buffer): string =>
  body.length >= 3 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
    ? body.toString('utf8', 3)
    : body.toString('utf8')

/** The member of that name where it is an object; else an empty one. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = own(object, key)
  return isObject(value) ? value : {}
}
/** The member of that name where it is a text; else empty. */
export function textAt(object: JsonObject, key: string): string {
  const value = own(object, key)
  return typeof value === 'string' ? value : ''
}
/** The member of that name where it is a list; else empty. */
export function listAt(object: JsonObject, key: string): readonly unknown[] {
  const value = own(object, key)
  return Array.isArray(value) ? value : []
}
/** `constructor` and `__proto__` are no members unless the text has them. */
const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

/** Keys of objects and indexes of lists, from the outermost value on. */
export type JsonPath = readonly (string | number)[]

/**
 * Visits every key of a text that JSON.parse has read, in the order in which they stand, down to `depth` keys and indexes, with its
 * 1-based line. The path is one array that changes from visit to visit.
 */
export function eachKey(text: string, depth: number, visit: (path: JsonPath, line: number) => void): void {
  const path: (string | number)[] = []
  /** For each open bracket, whether it is a list's. Only those within `depth`: deeper ones are counted. */
  const lists: boolean[] = []
  let deeper = 0
  let expectsKey = false
  let line = 1
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x0a:
        line++
        break
      case 0x22: {
        const end = endOfText(text, i)
        if (expectsKey && deeper === 0) {
          path.length = lists.length - 1
          path.push(keyOf(text, i, end))
          visit(path, line)
          expectsKey = false
        }
        i = end
        break
      }
      case 0x7b:
      case 0x5b: {
        const list = text.charCodeAt(i) === 0x5b
        if (deeper > 0 || lists.length >= depth) deeper++
        else {
          path.length = lists.length
          lists.push(list)
          if (list) path.push(0)
          expectsKey = !list
        }
        break
      }
      case 0x7d:
      case 0x5d:
        if (deeper > 0) deeper--
        else lists.pop()
        expectsKey = false
        break
      case 0x2c:
        if (deeper > 0) break
        if (lists.at(-1) === false) expectsKey = true
        else if (lists.length > 0) {
          path.length = lists.length
          const index = path[lists.length - 1]
          path[lists.length - 1] = typeof index === 'number' ? index + 1 : 0
        }
    }
  }
}

/** JSON but for a comma after the last of a list or an object, as Bun and JSONC write it -> JSON. Offsets and lines stay. */
export function withoutLastCommas(text: string): string {
  const parts: string[] = []
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) i = endOfText(text, i)
    else if (c === 0x2c) {
      let next = i + 1
      while (' \t\r\n'.includes(text.charAt(next)) && next < text.length) next++
      if (text.charAt(next) === '}' || text.charAt(next) === ']') {
        parts.push(text.slice(from, i), ' ')
        from = i + 1
      }
      i = next - 1
    }
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(from)
}

/** Where the text that begins at `from` ends: at its closing quotation mark. */
function endOfText(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}

function keyOf(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end)
  if (!raw.includes('\\')) return raw
  const key = parsed(`"${raw}"`)
  return typeof key === 'string' ? key : raw
}

/** Where `key` stands on the way that `path` names; 1 where it does not. */
export function linesOfKeys(
  text: string,
  depth: number,
  wanted: (path: JsonPath) => boolean,
): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  eachKey(text, depth, (path, line) => {
    if (wanted(path)) lines.set(pathKey(path), line)
  })
  return lines
}
export const pathKey = (path: JsonPath): string => path.join('\0')

/** Line of the last key of the outermost object with that name, the one that JSON.parse keeps; 1 where there is none. */
export function lineOfKey(text: string, key: string, value: string): number {
  const at = text.indexOf(`"${key}"`)
  // Nearly every file has it in the outermost object, before any other, with the value that was read: then no walk is needed.
  if (at >= 0 && text.lastIndexOf('{', at) === text.indexOf('{') && text.lastIndexOf('[', at) < 0) {
    const said = /^"[^"]*"\s*:\s*"([^"\\]*)"/.exec(text.slice(at, at + key.length + value.length + 64))
    if (said?.[1] === value) return lineAt(text, at)
  }
  let found = 1
  eachKey(text, 1, (path, line) => {
    if (path[0] === key) found = line
  })
  return found
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}
