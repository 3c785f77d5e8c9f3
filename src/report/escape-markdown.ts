/** Text of input in GitHub's Markdown: it must neither format, nor link, nor call anybody, nor become HTML. */
import { clip, printable, prose } from './escape.ts'

/** Zero-width space: GitHub looks for mentions, issues and addresses in the finished page, where entities are decoded. */
const APART = '&#8203;'

/** Longest path, id or value. */
const LONGEST_CODE = 300

/** Text between other text. */
export const markdown = (text: string): string =>
  prose(text)
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[@#](?=\w)/g, `$&${APART}`)
    .replace(/\b(?:GH-)(?=\d)/gi, `$&${APART}`)
    .replace(/:(?=\/\/)/g, `:${APART}`)
    .replace(/\bwww\./gi, `www${APART}.`)
    .replace(/\b(?:mailto|xmpp):/gi, `$&${APART}`)
    .replace(/^([-+])(?=\s)/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s)/, '$1\\$2')

/** A path, id or value in a code span, where nothing is looked for; its fence is longer than any run of backticks in it. */
export function code(text: string): string {
  const inside = printable(clip(text, LONGEST_CODE))
  if (inside === '') return '(empty)'
  const longest = Math.max(0, ...[...inside.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const space = /^[` ]|[` ]$/.test(inside) ? ' ' : ''
  return fence + space + inside + space + fence
}
