/**
 * All input is hostile, and reports end on terminals, in web pages and in reviewers' eyes: a file name may carry ANSI
 * escapes (CWE-150), line ends that forge report lines, or bidi overrides that reorder what is read (CVE-2021-42574).
 */

/** Control, format (bidi, zero-width, tags), line and paragraph separators, lone surrogates. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** The text with every character that is not seen as itself written out: `\x1b`, `\u202e`, `\u{e0041}`. */
export const printable = (text: string): string => (harmless.test(text) ? text : text.replace(invisible, writeOut))
/** Nearly every text: asked first, for it is much the faster question. */
const harmless = /^[ -~]*$/
function writeOut(sign: string): string {
  const code = sign.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}

/** Longest text that a report prints of one thing, in characters. */
const LONGEST = 2000

/** At most `length` characters, with three dots where something is left out. */
export const clip = (text: string, length = LONGEST): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 3)).toWellFormed()}...`

/** Ready to print: clipped before it is escaped, so that a megabyte costs nothing and no escape is cut in two. */
export const shown = (text: string, length = LONGEST): string => printable(clip(text, length))

/** Prose of a rule or a notice, which may be wrapped in its source: its line ends are spaces. */
export const prose = (text: string): string => shown(text.replace(/[\t\n\r ]+/g, ' ').trim())

/** One sentence with its full stop. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) || text === '' ? text : `${text}.`)

/** What JSON.stringify lets through and a terminal acts on, or a reader cannot see. */
const raw =
  /[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g

/** JSON of plain data, two spaces, ending with a line end; invisible characters as JSON escapes, so nothing is lost. */
export const json = (value: object): string =>
  `${JSON.stringify(value, null, 2).replace(raw, (sign) =>
    [...Array(sign.length).keys()].map((i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )}\n`
