/** A command line in one text, split into words as a POSIX shell quotes them; nothing is expanded. */

/** The words, or undefined where a quote is not closed. */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  let current: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i] ?? ''
    if (quote === "'") {
      if (sign === quote) quote = ''
      else current += sign
    } else if (sign === '\\') {
      const next = text[i + 1]
      if (next === undefined) return undefined
      // Within double quotes a backslash escapes these alone.
      current = `${current ?? ''}${quote === '"' && !/["\\$`\n]/.test(next) ? sign : ''}${next}`
      i += 1
    } else if (quote === '"') {
      if (sign === quote) quote = ''
      else current += sign
    } else if (sign === "'" || sign === '"') {
      quote = sign
      current ??= ''
    } else if (/\s/.test(sign)) {
      if (current !== undefined) words.push(current)
      current = undefined
    } else current = `${current ?? ''}${sign}`
  }
  if (quote !== '') return undefined
  if (current !== undefined) words.push(current)
  return words
}
