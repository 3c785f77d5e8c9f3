/**
 * Words of a value of a unit file, as systemd splits them: blanks part them, quotes of both kinds hold them together, and a backslash
 * begins an escape of C (systemd.syntax(7), "Quoting"; systemd's extract_first_word).
 */

/** How values are split: `arguments` as command lines are, with escapes; `strings` as lists of names are, where a backslash is a letter. */
export type Splitting = 'arguments' | 'strings'

const ESCAPES: { readonly [letter: string]: string } = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
}
const isBlank = (sign: string): boolean => sign === ' ' || sign === '\t' || sign === '\n' || sign === '\r'

/** The escape that begins after a backslash: what it stands for and its length; undefined where there is no such escape. */
function escapeAt(text: string, at: number): readonly [sign: string, length: number] | undefined {
  const letter = text[at] ?? ''
  const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
  if (plain !== undefined) return [plain, 1]
  const [length, digits] = letter === 'x' ? [3, 2] : letter === 'u' ? [5, 4] : letter === 'U' ? [9, 8] : [3, 3]
  const hex = digits !== 3 && 'xuU'.includes(letter)
  const written = hex ? text.slice(at + 1, at + 1 + digits) : text.slice(at, at + 3)
  if (written.length !== digits || !(hex ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/).test(written)) return undefined
  const code = Number.parseInt(written, hex ? 16 : 8)
  return code === 0 || code > (hex ? 0x10ffff : 0xff) ? undefined : [String.fromCodePoint(code), length]
}

/** The words; undefined where an escape is none, for which systemd refuses the value. A quote that is not closed ends with the value. */
export function splitUnitWords(text: string, splitting: Splitting = 'arguments'): readonly string[] | undefined {
  const words: string[] = []
  let current: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (sign === '\\' && splitting === 'arguments') {
      if (at === text.length - 1) break
      const found = escapeAt(text, at + 1)
      if (!found) return undefined
      current = `${current ?? ''}${found[0]}`
      at += found[1]
    } else if (quote !== '') {
      if (sign === quote) quote = ''
      else current = `${current ?? ''}${sign}`
    } else if (sign === '"' || sign === "'") {
      quote = sign
      current ??= ''
    } else if (isBlank(sign)) {
      if (current !== undefined) words.push(current)
      current = undefined
    } else current = `${current ?? ''}${sign}`
  }
  if (current !== undefined) words.push(current)
  return words
}
