/** Compliance for a pull request, a job's summary, or an auditor's file: a table of all controls, then what breaks them. */
import type { Compliance, ControlResult } from '../../model/compliance.ts'
import type { Finding, Verdict } from '../../model/finding.ts'
import type { Result } from '../../model/result.ts'
import { code, markdown } from '../escape-markdown.ts'
import { exitCode, questions, tell } from '../order.ts'
import type { Report } from '../report.ts'
import { where } from '../where.ts'
import { wish } from '../wish.ts'
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

/** GitHub takes 65,536 characters in a comment; the rest is left for what others write around it. */
const LONGEST = 60_000
/** Most findings of one control, and most of what only counts. */
const MOST = 10
const SIGNS: Readonly<Record<ControlResult['outcome'], string>> = {
  failed: '❌',
  unknown: '❓',
  waived: '⚠️',
  passed: '✅',
  'not-applicable': '➖',
  'not-automated': '👤',
}

export const compliance: Report = (result) => {
  const told = complianceOf(result)
  const parts = [headPart(result, told), tablePart(told)]
  const foot = `\n<sub>${markdown(`${result.tool.name} ${result.tool.version}`)}</sub>\n`
  let room = LONGEST - foot.length - parts.reduce((sum, part) => sum + part.length + 1, 0)
  const details = told.controls.filter(({ failed, open, waived }) => failed.length + open.length + waived.length > 0)
  let left = 0
  for (const one of details) {
    const part = detailPart(result, one)
    if (left > 0 || part.length + 1 > room) left += 1
    else {
      parts.push(part)
      room -= part.length + 1
    }
  }
  if (left > 0)
    parts.push(`\nThe findings of ${number(left, 'more control')} are left out for length: \`--format json\` has all.`)
  return [...parts, foot].join('\n')
}

function headPart(result: Result, told: Compliance): string {
  const { verdict, policy, subjects, images } = result
  const containers = subjects.filter(({ dialect }) => dialect !== undefined).length
  const says: Readonly<Record<Verdict, string>> = {
    pass: 'nothing blocks',
    block: 'findings block',
    incomplete: 'input was lost',
  }
  const name = markdown(standardName(told))
  const people = forPeople(told)
  return [
    `## ${name}`,
    '',
    ...(told.lost.length === 0
      ? []
      : [
          `> **Input was lost (${number(told.lost.length, 'notice')}): what passed, and what did not apply, is said of what could be read and of nothing else.**`,
          ...tell(told.lost)
            .slice(0, MOST)
            .map(({ notice, places }) => {
              const more = places.length > 1 ? ` and ${places.length - 1} more` : ''
              return `> - ${code(where(notice.place))}${more}: ${markdown(notice.message)}`
            }),
          '',
        ]),
    `**${number(told.controls.length, 'control')}: ${total(told)}.** ${number(containers, 'container')} and ${number(images.length, 'image')} scanned with policy ${code(policy.name)}; ${verdict}, ${says[verdict]}, exit code ${exitCode[verdict]}.`,
    ...wants(told).map(({ kind, controls, more }) => {
      const [ids, rest] = [controls, more].map((list) => list.map(({ id }) => markdown(id)).join(', '))
      const parts = [ids === '' ? '' : `to judge ${ids}`, rest === '' ? '' : `to judge more of ${rest}`]
      return `\nGive ${markdown(MISSING[kind].give)}, ${parts.filter((part) => part !== '').join(', and ')}.`
    }),
    ...(people === '' ? [] : [`\nLeft to people: ${people}.`]),
    ...(told.beside > 0
      ? [`\n${number(told.beside, 'finding')} of rules that are of no control here: the report of findings tells.`]
      : []),
  ].join('\n')
}

function tablePart(told: Compliance): string {
  return bySection(told)
    .flatMap(([section, controls]) => [
      '',
      ...(section === '' ? [] : [`### ${markdown(section)}`, '']),
      '| | control | outcome | |',
      '| --- | --- | --- | --- |',
      ...controls.map(
        (one) =>
          `| ${markdown(one.control.id)} | ${markdown(one.control.title)} | ${SIGNS[one.outcome]} ${outcomeWords[one.outcome]} | ${noteOf(one)} |`,
      ),
    ])
    .join('\n')
}

function noteOf(one: ControlResult): string {
  const { control } = one
  const why = reason(one)
  return [
    why === '' ? '' : markdown(why),
    ...conditions(one).map((condition) => `they apply where ${code(condition).replaceAll('|', '\\|')}`),
    ...gaps(one).map(markdown),
    control.manual === undefined
      ? ''
      : `${one.rules.length === 0 ? '' : 'left to a person: '}${markdown(control.manual)}`,
    control.moved === undefined ? '' : `moved: ${markdown(control.moved)}`,
  ]
    .filter((part) => part !== '')
    .join('; ')
}

function detailPart(result: Result, { control, outcome, failed, open, waived }: ControlResult): string {
  const fixes = [...new Set(failed.map(({ rule }) => rule))]
    .map((rule) => result.rules.find(({ id }) => id === rule)?.fix ?? '')
    .filter((fix) => fix.trim() !== '')
  const lines = [
    ...cut(failed, (finding) => `- ${atOf(finding)}`),
    ...fixes.map((fix) => `- Fix: ${markdown(fix)}`),
    ...cut(open, (finding) => `- Not known: ${atOf(finding)}${unknownOf(finding)}`),
    ...questions(open).map((question) => `- ${markdown(wish(result, question))}`),
    ...cut(
      waived,
      ({ finding, reason: why, place }) =>
        `- Waived: ${atOf(finding)}: ${why.trim() === '' ? 'no reason given' : markdown(why)} (${code(where(place))})`,
    ),
  ]
  const head = `\n#### ${SIGNS[outcome]} ${markdown(control.id)}: ${markdown(control.title)}\n`
  return [head, ...lines].join('\n')
}
function cut<T>(all: readonly T[], line: (one: T) => string): readonly string[] {
  const more = all.length > MOST ? [`- and ${all.length - MOST} more`] : []
  return [...all.slice(0, MOST).map(line), ...more]
}
function atOf({ rule, message, place, subjects, coveredBy }: Finding): string {
  const names =
    subjects.slice(0, MOST).map(code).join(', ') + (subjects.length > MOST ? ` and ${subjects.length - MOST} more` : '')
  return `${code(where(place))} ${code(rule)}: ${markdown(message)} (${names}${coveredBy === undefined ? '' : `; mended with ${code(coveredBy)}`})`
}
const unknownOf = ({ because }: Finding): string => {
  const [first] = because.flatMap(({ fact }) => (fact.how === 'unknown' ? [fact.because] : []))
  return first === undefined ? '' : `: ${markdown(first)}`
}
