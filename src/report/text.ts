/** A scan for a person at a terminal: what is wrong, worst first; what is waived; what is not known; what it comes to. */
import { severities, type Finding, type Reason, type Severity, type Verdict } from '../model/finding.ts'
import type { EscapePath } from '../model/path.ts'
import type { Result } from '../model/result.ts'
import { prose, shown } from './escape.ts'
import { counts, coverage, exitCode, questions, sections, sortOut, tell, type Section } from './order.ts'
import { INDENT, LABEL, Page, verdictStyles, type Style } from './page.ts'
import { pathsOfFinding } from './ways.ts'
import { chain, isPlain, plainValue } from './reason.ts'
import type { Report } from './report.ts'
import { instructionAt, where } from './where.ts'
import { wish } from './wish.ts'
import { columns, fill, wrap } from './wrap.ts'

const styles: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'dim',
}
/** Most lines of a fix, places of a notice, and answers of one kind that are listed: the JSON has them all. */
const FIX_LINES = 2
const WIDE = 60
const MOST_PLACES = 3
const MOST_REASONS = 5

export const report: Report = (result, options) => {
  const page = new Page(options)
  const { findings, open, covered, blocking } = sortOut(result)
  const covers = coverage(covered)
  for (const section of sections(result, findings)) {
    heading(page, result, section)
    for (const finding of section.findings) tellFinding(page, result, finding, section.id, covers(finding))
  }
  tellWaived(page, result)
  tellNotices(page, result)
  tellOpen(page, result, open)
  summary(page, result, findings, open.length, covered.length, blocking.size)
  return page.text()
}

function heading(page: Page, result: Result, { id, subject, about: other }: Section): void {
  const image = result.images.find((each) => each.id === (subject?.imageId ?? id))
  const parts = [
    subject?.dialect === undefined ? '' : `${shown(subject.dialect)}, ${where(subject.place)}`,
    image === undefined ? '' : `image ${shown(image.id)} of ${shown(image.target)}`,
    other === undefined ? '' : `${other.kind}, ${where(other.place)}`,
  ].filter((part) => part !== '')
  const name = shown(id === '' ? 'scan' : id)
  const about = parts.length > 0 ? [page.paint('dim', `(${parts.join('; ')})`)] : []
  for (const line of fill([page.paint('bold', name), ...about], '  ', page.width)) page.line(line)
  page.rule(columns(name))
}

function tellFinding(page: Page, result: Result, finding: Finding, under: string, covers: readonly string[]): void {
  const room = page.room(INDENT + LABEL)
  const rule = shown(finding.rule)
  const word = `${finding.outcome === 'open' ? 'NOT KNOWN, ' : ''}${finding.severity.toUpperCase()}`
  const tag = `${word} ${rule}:`
  const [head = '', ...rest] = wrap(`${tag} ${prose(finding.message)}`, page.room(INDENT))
  const painted = `${page.paint(styles[finding.severity], word)} ${page.paint('bold', rule)}:`
  page.line(`  ${head.startsWith(tag) ? painted + head.slice(tag.length) : head}`)
  for (const line of rest) page.line(' '.repeat(INDENT) + line)
  const value = plainValue(finding)
  page.labelled(INDENT, 'at', fill([where(finding.place), ...(value === undefined ? [] : [value])], '  ', room))
  const instruction = instructionAt(result, finding.place)
  if (instruction !== '') page.labelled(INDENT, 'made by', [shown(instruction, room === 0 ? 120 : room)])
  const [way] = pathsOfFinding(finding, result.ways)
  if (way) tellWay(page, way, room)
  // The steps are the reasons of a way out.
  if (!isPlain(finding) && !(way && way.id === finding.element))
    for (const reason of finding.because) page.labelled(INDENT, 'why', chainLines(page, reason, finding, room))
  const fix = wrap(prose(result.rules.find(({ id }) => id === finding.rule)?.fix ?? ''), room)
  if (fix[0] !== undefined && fix[0] !== '')
    page.labelled(INDENT, 'fix', shorten(fix, rule, room === 0 || room >= WIDE ? FIX_LINES : FIX_LINES * 2), 'green')
  const others = finding.subjects.filter((id) => id !== under)
  if (others.length > 0) page.labelled(INDENT, 'also', wrap(names(others), room))
  // A rule that speaks of the same cause has nothing to add.
  const superfluous = covers.filter(
    (other) => result.rules.find(({ id }) => id === other)?.sameCause.includes(finding.rule) !== true,
  )
  if (superfluous.length > 0) page.labelled(INDENT, 'covers', wrap(names(superfluous), room))
  page.line()
}
/** Where the finding leads: `plimsoll paths` has the places, and what would close it. */
function tellWay(page: Page, { steps, ifs }: EscapePath, room: number): void {
  const pieces = steps.map(({ text }) => prose(text))
  const lines = fill(pieces, page.arrow, room).flatMap((line) => wrap(line, room))
  page.labelled(INDENT, ifs.length > 0 ? 'way, if' : 'way', lines)
  for (const { text } of ifs) page.labelled(INDENT, '', wrap(`if ${prose(text)}`, room))
}
/** `user.uid is 0: ... -> compose is silent -> image USER app -> 0 (etc/passwd:7 in layer 3 of web)`. */
const chainLines = (page: Page, reason: Reason, finding: Finding, room: number): readonly string[] =>
  fill(
    chain(reason, finding).map(({ text, at }) => (at === undefined ? text : `${text} (${at})`)),
    page.arrow,
    room,
  ).flatMap((line) => wrap(line, room))
const names = (ids: readonly string[]): string => ids.map((id) => shown(id)).join(', ')
function shorten(lines: readonly string[], rule: string, most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `... plimsoll explain ${rule}`]
}

function tellWaived(page: Page, { waived }: Result): void {
  if (waived.length === 0) return
  page.title(`Waived (${waived.length})`)
  for (const { finding, reason, place } of waived) {
    const [head = '', ...rest] = wrap(`${shown(finding.rule)}: ${names(finding.subjects)}`, page.room(INDENT))
    page.line(`  ${head}`)
    for (const line of rest) page.line(' '.repeat(INDENT) + line)
    page.labelled(INDENT, 'at', [where(finding.place)])
    const why = reason.trim() === '' ? 'no reason given' : prose(reason)
    page.labelled(INDENT, 'why', wrap(`${why} (waived at ${where(place)})`, page.room(INDENT + LABEL)))
  }
  page.line()
}

function tellNotices(page: Page, { notices }: Result): void {
  if (notices.length === 0) return
  page.title(`Notices (${notices.length})`)
  for (const { notice, places } of tell(notices)) {
    const word = notice.lost ? page.paint(['bold', 'yellow'], 'INPUT LOST') : 'note'
    page.line(`  ${word} ${shown(notice.id)}`)
    for (const place of places.slice(0, MOST_PLACES)) page.labelled(INDENT, 'at', [where(place)])
    if (places.length > MOST_PLACES) page.labelled(INDENT, '', [`and ${places.length - MOST_PLACES} more places`])
    page.labelled(INDENT, '', wrap(prose(notice.message), page.room(INDENT + LABEL)))
  }
  page.line()
}

function tellOpen(page: Page, result: Result, open: readonly Finding[]): void {
  if (open.length === 0) return
  page.title(`Not known (${open.length})`)
  for (const question of questions(open)) {
    const room = page.room(2)
    for (const line of wrap(wish(result, question), room)) page.line(`  ${line}`)
    const rules = question.rules.map(([rule, n]) => (n > 1 ? `${shown(rule)} (${n})` : shown(rule))).join(', ')
    page.labelled(INDENT, 'opens', wrap(rules, page.room(INDENT + LABEL)))
    if (question.teller === 'image') continue
    for (const { because, place } of question.reasons.slice(0, MOST_REASONS))
      page.labelled(INDENT, 'at', wrap(`${where(place)}  ${prose(because)}`, page.room(INDENT + LABEL)))
    const more = question.reasons.length - MOST_REASONS
    if (more > 0) page.labelled(INDENT, '', [`and ${more} more`])
  }
  page.line()
}
function summary(
  page: Page,
  result: Result,
  findings: readonly Finding[],
  open: number,
  covered: number,
  blocks: number,
): void {
  const { verdict, policy } = result
  const say = (label: string, words: readonly string[]): void =>
    page.labelled(2, label, fill(words, ' ', page.room(2 + LABEL)))
  page.title('Summary')
  const count = counts(findings)
  const found = severities
    .filter((severity) => count[severity] > 0)
    .map((severity) => page.paint(styles[severity], `${count[severity]} ${severity}`))
  const aside = [
    covered > 0 ? `${covered} covered by others` : '',
    result.waived.length > 0 ? `${result.waived.length} waived` : '',
    open > 0 ? `${open} not known` : '',
  ]
  say('found', series([...(found.length > 0 ? found : ['nothing']), ...aside]))
  const containers = result.subjects.filter(({ dialect }) => dialect !== undefined).length
  const ignored = result.ignored.files + result.ignored.folders
  const empty = result.targets.filter(({ kind }) => kind === 'none').length
  say(
    'scanned',
    series([
      number(result.targets.length, 'target'),
      number(containers, 'container'),
      number(result.images.length, 'image') + unverified(result),
      result.grants.length > 0 ? number(result.grants.length, 'cluster object') : '',
      empty > 0 ? `${number(empty, 'target')} with nothing that runs` : '',
      ignored > 0 ? `${number(ignored, 'path')} ignored (--no-ignore)` : '',
      result.skipped > 0 ? `${number(result.skipped, 'other file')} passed over` : '',
    ]).flatMap((part) => part.split(' ')),
  )
  const limit = policy.threshold === 'never' ? 'nothing blocks' : `${policy.threshold} and worse blocks`
  const unknowns = policy.unknown === 'block' ? ', and so does what is not known' : ''
  say('policy', `${shown(policy.name)}: ${limit}${unknowns}`.split(' '))
  const lost = result.notices.filter((notice) => notice.lost).length
  const means: Readonly<Record<Verdict, string>> = {
    pass: 'nothing blocks',
    block: `${number(blocks, 'finding')} ${blocks === 1 ? 'blocks' : 'block'}`,
    incomplete: `${number(lost, 'notice')} of lost input: what could not be read may hide findings`,
  }
  const word = page.paint(verdictStyles[verdict], verdict.toUpperCase())
  say('verdict', [`${word},`, ...`exit code ${exitCode[verdict]}: ${means[verdict]}`.split(' ')])
}
/** Pieces of one line, with commas, without the empty ones. */
const series = (parts: readonly string[]): readonly string[] =>
  parts.filter((part) => part !== '').map((part, index, all) => (index < all.length - 1 ? `${part},` : part))
const number = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** A digest is believed only when it was computed. */
function unverified({ images }: Result): string {
  const count = images.filter(({ parts }) => parts?.verified === false).length
  if (count === 0) return ''
  return count === images.length ? ' (not verified)' : ` (${count} not verified)`
}
