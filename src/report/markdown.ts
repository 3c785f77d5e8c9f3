/** A scan for a pull request's comment or a job's summary on GitHub. */
import { severities, type Finding, type Reason, type Verdict } from '../model/finding.ts'
import type { Result } from '../model/result.ts'
import { code, markdown } from './escape-markdown.ts'
import { counts, coverage, exitCode, questions, sections, sortOut, tell, type Question } from './order.ts'
import { chain, isPlain, plainValue } from './reason.ts'
import type { Report } from './report.ts'
import { instructionAt, where } from './where.ts'

/** GitHub takes 65,536 characters in a comment; the rest is left for what others write around it. */
const LONGEST = 60_000
/** Most of one kind in the lists that only count. */
const MOST = 20

export const report: Report = (result) => {
  const { findings, open, covered, blocking } = sortOut(result)
  const covers = coverage(covered)
  const tail = [...waivedPart(result), ...noticePart(result), ...openPart(open), ...footer(result)].join('\n')
  const head = headPart(result, findings, open.length, blocking.size).join('\n')
  const parts: string[] = [head]
  let room = LONGEST - head.length - tail.length
  let left = 0
  for (const { id, subject, about: other, findings: found } of sections(result, findings)) {
    const about =
      subject?.dialect !== undefined
        ? ` (${markdown(subject.dialect)}, ${code(where(subject.place))})`
        : other
          ? ` (${other.kind}, ${code(where(other.place))})`
          : ''
    let title = `\n### ${id === '' ? 'Scan' : code(id)}${about}\n`
    for (const finding of found) {
      const text = left > 0 ? '' : findingPart(result, finding, id, covers(finding)).join('\n')
      if (left > 0 || title.length + text.length > room) {
        left++
        continue
      }
      parts.push(title + text)
      room -= title.length + text.length + 2
      title = ''
    }
  }
  if (left > 0) parts.push(`\n${left} more ${left === 1 ? 'finding is' : 'findings are'} left out for length.`)
  return `${[...parts, tail].join('\n').trimEnd()}\n`
}

function headPart(result: Result, findings: readonly Finding[], open: number, blocks: number): readonly string[] {
  const count = counts(findings)
  const containers = result.subjects.filter(({ dialect }) => dialect !== undefined).length
  const lost = result.notices.filter((notice) => notice.lost).length
  const says: Readonly<Record<Verdict, string>> = {
    pass: 'nothing blocks',
    block: `${blocks} ${blocks === 1 ? 'finding blocks' : 'findings block'}`,
    incomplete: `input was lost (${lost} ${lost === 1 ? 'notice' : 'notices'}), so silence is no pass`,
  }
  return [
    `## Plimsoll: ${result.verdict}, ${says[result.verdict]}`,
    '',
    `| ${severities.join(' | ')} | waived | not known |`,
    `|${' --: |'.repeat(severities.length + 2)}`,
    `| ${severities.map((severity) => count[severity]).join(' | ')} | ${result.waived.length} | ${open} |`,
    '',
    `${scanned(result, containers)} scanned with policy ${code(result.policy.name)}; exit code ${exitCode[result.verdict]}.`,
  ]
}

function findingPart(result: Result, finding: Finding, under: string, covers: readonly string[]): readonly string[] {
  const { severity, outcome, rule, message, place, subjects } = finding
  const fix = result.rules.find(({ id }) => id === rule)?.fix ?? ''
  const instruction = instructionAt(result, place)
  const value = plainValue(finding)
  const also = subjects.filter((id) => id !== under)
  const word = outcome === 'open' ? `not known, ${severity}` : severity
  return [
    `- **${word}** ${code(rule)}: ${markdown(message)}`,
    `  - Where: ${code(where(place))}${value === undefined ? '' : `, ${markdown(value)}`}${instruction === '' ? '' : `, made by ${code(instruction.slice(0, 120))}`}`,
    ...(isPlain(finding) ? [] : finding.because.map((reason) => `  - Why: ${chainText(reason, finding)}`)),
    ...(fix === '' ? [] : [`  - Fix: ${markdown(fix)}`]),
    ...(also.length === 0 ? [] : [`  - Also: ${list(also)}`]),
    ...(covers.length === 0 ? [] : [`  - Covers: ${list(covers)}`]),
  ]
}
const chainText = (reason: Reason, finding: Finding): string =>
  chain(reason, finding)
    .map(({ text, at }) => (at === undefined ? markdown(text) : `${markdown(text)} (${code(at)})`))
    .join(' \u2192 ')
const list = (words: readonly string[]): string =>
  words.slice(0, MOST).map(code).join(', ') + (words.length > MOST ? `, and ${words.length - MOST} more` : '')

/** Longest folded part, in characters: input must not crowd the findings out. */
const LONGEST_PART = 6000
/** A part that is folded until somebody wants it. */
function folded(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  let room = LONGEST_PART
  const shown = lines.slice(0, MOST).filter((line) => (room -= line.length) >= 0)
  const left = lines.length - shown.length
  const more = left > 0 ? [`- and ${left} more`] : []
  return ['', `<details><summary>${title}</summary>`, '', ...shown, ...more, '', '</details>']
}

const waivedPart = ({ waived }: Result): readonly string[] =>
  folded(
    `Waived (${waived.length})`,
    waived.map(({ finding, reason, place }) => {
      const why = reason.trim() === '' ? 'no reason given' : markdown(reason)
      return `- ${code(finding.rule)} at ${code(where(finding.place))}: ${why} (waived at ${code(where(place))})`
    }),
  )

const noticePart = ({ notices }: Result): readonly string[] =>
  folded(
    `Notices (${notices.length})`,
    tell(notices).map(({ notice, places: [place, ...rest] }) => {
      const more = rest.length > 0 ? ` and ${rest.length} more` : ''
      const at = place === undefined ? '' : ` at ${code(where(place))}${more}`
      return `- ${notice.lost ? '**input lost** ' : ''}${code(notice.id)}${at}: ${markdown(notice.message)}`
    }),
  )

const wishes: Readonly<Record<Question['teller'], string>> = {
  image: 'The image would tell: `--image NAME=PATH`',
  engine: 'The engine would tell: `--engine daemon.json`',
  file: 'Another file would tell: give it too',
  user: 'Only you can tell: set the value, or write it out',
  nobody: 'Nothing that can be given would tell',
}
const openPart = (open: readonly Finding[]): readonly string[] =>
  folded(
    `Not known (${open.length})`,
    questions(open).map(({ teller, rules }) => `- ${wishes[teller]}. Open: ${list(rules.map(([rule]) => rule))}`),
  )

const footer = ({ tool }: Result): readonly string[] => ['', `<sub>${markdown(`${tool.name} ${tool.version}`)}</sub>`]

/** What was looked at, in words. */
function scanned({ images, grants }: Result, containers: number): string {
  const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`
  return [
    count(containers, 'container'),
    ...(grants.length > 0 ? [count(grants.length, 'cluster object')] : []),
    count(images.length, 'image'),
  ]
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1')
}
