import { prose, sentence } from '../escape.ts'

/** Longest text of a message: 5,000 results must stay below GitHub's 10 MB. */
const LONGEST = 1000

/**
 * Plain text of a SARIF message (section 3.11): one line, ending as sentences do. Text of input must not become a
 * placeholder (`{0}`, 3.11.5) or a link (`[text](target)`, 3.11.6).
 */
export function message(text: string): string {
  const line = prose(text)
  const clipped = line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}...`
  const harmless = clipped
    .replace(/\{(?=\d+\})/g, '{{')
    .replace(/(?<=\{\{\d+)\}/g, '}}')
    .replace(/\](?=\()/g, '\\]')
  return harmless === '' ? 'No text.' : sentence(harmless)
}
