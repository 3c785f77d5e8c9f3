/**
 * Terms of Erlang as files hold them (file:consult/1, "Reference Manual: Data Types"): tuples, lists, atoms, strings, binaries and
 * numbers. What else the language has (maps, funs, comprehensions) is in none of the files that name packages.
 */

/** A term. Tuples and lists are both `items`: what a file means is clear from the place. */
export interface Term {
  /** From 1. */
  readonly line: number
  /** Text of an atom, string, binary or number. */
  readonly text?: string
  readonly items?: readonly Term[]
}

/** Terms that are read of one file. The largest lock files have some thousands. */
const MAX_TERMS = 2_000_000
const MAX_DEPTH = 100

const TOKEN =
  /(?<blank>[\s,]+|%[^\n]*)|(?<open>[{[])|(?<close>[}\]])|(?<end>\.(?=\s|$))|(?:<<)?"(?<string>(?:[^"\\]|\\[^])*)"(?:\/utf8)?(?:>>)?|'(?<quoted>(?:[^'\\]|\\[^])*)'|(?<word>[\w@$.#+-]+)/y

/** The terms of a text, each ended by a full stop; undefined where it is not made of terms. */
export function termsOf(text: string): readonly Term[] | undefined {
  const top: Term[] = []
  const open: { readonly close: string; readonly items: Term[] }[] = []
  let items = top
  let line = 1
  let count = 0
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)
    if (!found?.groups || (count += 1) > MAX_TERMS) return undefined
    const { open: opening, close, string, quoted, word } = found.groups
    if (opening !== undefined) {
      if (open.length >= MAX_DEPTH) return undefined
      const inner: Term[] = []
      items.push({ line, items: inner })
      open.push({ close: opening === '{' ? '}' : ']', items })
      items = inner
    } else if (close !== undefined) {
      const outer = open.pop()
      if (outer?.close !== close) return undefined
      items = outer.items
    } else {
      const plain = string ?? quoted
      const value = plain === undefined ? word : plain.replace(/\\([^])/g, '$1')
      if (value !== undefined) items.push({ line, text: value })
    }
    for (let at = found[0].indexOf('\n'); at >= 0; at = found[0].indexOf('\n', at + 1)) line += 1
  }
  return open.length === 0 ? top : undefined
}

/** The items of `{key, ...}` in a property list. */
export const property = (list: Term | undefined, key: string): Term | undefined =>
  list?.items?.find(({ items }) => items?.[0]?.text === key)
