/** Compliance for a person at a terminal: every control of the standard with what came of it. */
import type { Compliance, ControlOutcome, ControlResult } from '../../model/compliance.ts'
import type { Finding } from '../../model/finding.ts'
import type { Result } from '../../model/result.ts'
import { prose, shown } from '../escape.ts'
import { exitCode, questions, tell } from '../order.ts'
import { INDENT, LABEL, Page, verdictStyles, type Style } from '../page.ts'
import type { Report } from '../report.ts'
import { where } from '../where.ts'
import { wish } from '../wish.ts'
import { columns, wrap } from '../wrap.ts'
import {
  bySection,
  complianceOf,
  conditions,
  forPeople,
  gaps,
  MISSING,
  number,
  outcomeWords,
  reason,
  standardName,
  total,
  wants,
} from './words.ts'

const styles: Readonly<Record<ControlOutcome, Style>> = {
  failed: ['bold', 'red'],
  unknown: ['bold', 'yellow'],
  waived: ['bold', 'magenta'],
  passed: 'green',
  'not-applicable': 'dim',
  'not-automated': 'dim',
}
/** Columns of the longest outcome, with what stands before and after it. */
const OUTCOME = 18
/** Longer ids are words, and need no column of their own. */
const LONGEST_NUMBER = 8
/** Narrower than this, what is under a control stands further left. */
const NARROW = 50
/** Most findings of a rule, reasons and notices that are listed: the JSON has them all. */
const MOST = 4
const FIX_LINES = 2

export const compliance: Report = (result, options) => {
  const page = new Page(options)
  const told = complianceOf(result)
  heading(page, result, told)
  const longest = Math.max(0, ...told.controls.map(({ control }) => columns(shown(control.id))))
  const numbers = longest <= LONGEST_NUMBER ? longest + 2 : 0
  for (const [section, controls] of bySection(told)) {
    page.line()
    if (section !== '') page.title(shown(section))
    // A dozen files of the host are looked at in one way, and not by us: to say so once is enough.
    const said = new Map<string, string>()
    for (const one of controls) {
      const { manual, id } = one.control
      const own = one.outcome === 'not-automated' ? manual : undefined
      tellControl(page, result, one, numbers, own === undefined ? undefined : said.get(own))
      if (own !== undefined && !said.has(own)) said.set(own, id)
    }
  }
  page.line()
  summary(page, result, told)
  return page.text()
}

function heading(page: Page, { policy, targets }: Result, told: Compliance): void {
  page.title(shown(standardName(told)))
  const names = targets.slice(0, MOST).map(({ name }) => shown(name))
  const more = targets.length > MOST ? ` and ${targets.length - MOST} more` : ''
  page.labelled(2, 'policy', [shown(policy.name)])
  page.labelled(2, 'targets', wrap(names.join(', ') + more, page.room(2 + LABEL)))
  if (told.standard.url !== undefined) page.labelled(2, 'source', [shown(told.standard.url)])
  if (told.lost.length === 0) return
  page.line()
  const lost = tell(told.lost)
  const means = 'what passed, and what did not apply, is said of what could be read and of nothing else.'
  for (const [index, line] of wrap(
    `INPUT LOST (${number(told.lost.length, 'notice')}): ${means}`,
    page.width,
  ).entries())
    page.line(index === 0 ? line.replace('INPUT LOST', page.paint(verdictStyles.incomplete, 'INPUT LOST')) : line)
  for (const { notice, places } of lost.slice(0, MOST)) {
    const more = places.length > 1 ? ` and ${places.length - 1} more` : ''
    const at = notice.place.line > 0 || notice.place.file !== '' ? `${where(notice.place)}${more}: ` : ''
    page.labelled(2, '', wrap(`${at}${prose(notice.message)}`, page.room(2 + LABEL)))
  }
  if (lost.length > MOST) page.labelled(2, '', [`and ${lost.length - MOST} more`])
}

/** @param as the control before it of which the same was said. */
function tellControl(page: Page, result: Result, one: ControlResult, numbers: number, as: string | undefined): void {
  const { control, outcome } = one
  const why = [reason(one), as === undefined ? '' : `as ${as}`].filter((part) => part !== '').join(', ')
  const name = shown(control.id)
  const title = `${numbers === 0 ? `${name}: ` : ''}${prose(control.title)}`
  const indent = OUTCOME + numbers
  const lines = wrap(why === '' ? title : `${title} (${prose(why)})`, page.room(indent))
  const word =
    outcome === 'failed' || outcome === 'unknown' || outcome === 'waived'
      ? outcomeWords[outcome].toUpperCase()
      : outcomeWords[outcome]
  const head = `  ${page.paint(styles[outcome], word)}${' '.repeat(Math.max(1, OUTCOME - 2 - word.length))}${numbers === 0 ? '' : name.padEnd(numbers)}`
  for (const [index, line] of lines.entries()) page.line(index === 0 ? head + line : ' '.repeat(indent) + line)
  const under = page.width === 0 || page.width - indent >= NARROW ? indent : INDENT + 2
  tellFailed(page, result, one, under)
  tellUnknown(page, result, one, under)
  tellWaived(page, one, under)
  const room = page.room(under + LABEL)
  for (const condition of conditions(one).slice(0, MOST))
    page.labelled(under, 'when', wrap(prose(condition), room), 'dim')
  for (const gap of gaps(one)) page.labelled(under, 'gap', wrap(prose(gap), room))
  if (control.manual !== undefined && as === undefined)
    page.labelled(under, outcome === 'not-automated' ? 'why' : 'person', wrap(prose(control.manual), room), 'dim')
  if (control.moved !== undefined) page.labelled(under, 'moved', wrap(prose(control.moved), room), 'dim')
}

/** The message names the container; what is known by more than a name is said in full. */
function sentenceOf({ message, subjects, coveredBy }: Finding): string {
  const unsaid = subjects.length > 1 || !subjects.every((id) => message.includes(id))
  const names = subjects.slice(0, MOST).map((id) => shown(id))
  const more = subjects.length > MOST ? ` and ${subjects.length - MOST} more` : ''
  const aside = [
    unsaid ? names.join(', ') + more : '',
    coveredBy === undefined ? '' : `mended with ${shown(coveredBy)}`,
  ]
  const said = aside.filter((part) => part !== '')
  return `${prose(message)}${said.length > 0 ? ` (${said.join('; ')})` : ''}`
}

function tellFailed(page: Page, result: Result, { failed }: ControlResult, under: number): void {
  const room = page.room(under + LABEL)
  for (const [rule, all] of Map.groupBy(failed, (finding) => finding.rule)) {
    places(page, all, under, all.length > MOST ? MOST - 1 : MOST)
    // What another rule tells is mended with it.
    if (all.every(({ coveredBy }) => coveredBy !== undefined)) continue
    const fix = wrap(`${shown(rule)}: ${prose(result.rules.find(({ id }) => id === rule)?.fix ?? '')}`, room)
    const short = fix.length <= FIX_LINES ? fix : [...fix.slice(0, FIX_LINES), `... plimsoll explain ${shown(rule)}`]
    page.labelled(under, 'fix', short, 'green')
  }
}
function places(page: Page, findings: readonly Finding[], under: number, most: number): void {
  const room = page.room(under + LABEL)
  for (const finding of findings.slice(0, most))
    page.labelled(under, 'at', wrap(`${where(finding.place)}: ${sentenceOf(finding)}`, room))
  if (findings.length > most) page.labelled(under, '', [`and ${number(findings.length - most, 'finding')} more`])
}

function tellUnknown(page: Page, result: Result, { open }: ControlResult, under: number): void {
  const room = page.room(under + LABEL)
  for (const question of questions(open)) {
    const subjects = new Set(question.findings.flatMap((finding) => finding.subjects)).size
    const reasons = [...Map.groupBy(question.reasons, ({ because }) => because)]
    for (const [because, all] of reasons.slice(0, MOST)) {
      const [first] = all
      const more = all.length > 1 ? ` and ${number(all.length - 1, 'more place')}` : ''
      const at = first === undefined ? '' : `${where(first.place)}${more}: `
      page.labelled(under, 'open', wrap(`${at}${prose(because)}`, room))
    }
    if (reasons.length > MOST) page.labelled(under, '', [`and ${reasons.length - MOST} more`])
    page.labelled(under, 'ask', wrap(`${prose(wish(result, question))} (${number(subjects, 'subject')})`, room))
  }
}

function tellWaived(page: Page, { waived }: ControlResult, under: number): void {
  const room = page.room(under + LABEL)
  const alike = Map.groupBy(waived, ({ reason: why, place }) => `${where(place)} ${why}`)
  for (const all of alike.values()) {
    const [first] = all
    if (!first) continue
    places(
      page,
      all.map(({ finding }) => finding),
      under,
      MOST,
    )
    const said = first.reason.trim() === '' ? 'no reason given' : prose(first.reason)
    page.labelled(under, 'waived', wrap(`${said} (waived at ${where(first.place)})`, room))
  }
}

function summary(page: Page, result: Result, told: Compliance): void {
  const { verdict, subjects, images } = result
  const room = page.room(2 + LABEL)
  page.title('Summary')
  page.labelled(2, 'result', wrap(`${number(told.controls.length, 'control')}: ${total(told)}`, room))
  const people = forPeople(told)
  if (people !== '') page.labelled(2, 'person', wrap(`left to people: ${people}`, room))
  for (const { kind, controls, more } of wants(told)) {
    const [ids, rest] = [controls, more].map((list) => list.map(({ id }) => shown(id)).join(', '))
    const parts = [ids === '' ? '' : `to judge ${ids}`, rest === '' ? '' : `to judge more of ${rest}`]
    const said = parts.filter((part) => part !== '').join(', and ')
    page.labelled(2, 'give', wrap(`${MISSING[kind].give}, ${said}`, room))
  }
  const open = told.controls.filter(({ outcome }) => outcome === 'unknown').flatMap((control) => control.open)
  for (const question of questions([...new Set(open)]))
    if (question.teller !== 'nobody') page.labelled(2, 'ask', wrap(prose(wish(result, question)), room))
  if (told.beside > 0)
    page.labelled(
      2,
      'beside',
      wrap(`${number(told.beside, 'finding')} of rules that are of no control here: --report findings tells`, room),
    )
  const containers = subjects.filter(({ dialect }) => dialect !== undefined).length
  page.labelled(2, 'scanned', [`${number(containers, 'container')}, ${number(images.length, 'image')}`])
  page.labelled(2, 'verdict', [
    `${page.paint(verdictStyles[verdict], verdict.toUpperCase())}, exit code ${exitCode[verdict]}`,
  ])
}
