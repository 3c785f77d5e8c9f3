/** What comes of a control: every outcome, several rules, what covers what, waivers, and what was lost. */
import { describe, expect, it } from 'vitest'
import type { Compliance, ControlResult, Tally } from '../../src/model/compliance.ts'
import type { Finding, Waived } from '../../src/model/finding.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { RuleInfo } from '../../src/model/rule.ts'
import type { Subject, World } from '../../src/model/subject.ts'
import { comply } from '../../src/policy/comply.ts'
import { subjects, webImage } from '../support/result.ts'
import { finding, rule } from './made.ts'

const first = subjects[0]
if (!first) throw new Error('a subject is needed')
const { dialect: _, ...undirected } = first
/** An image that nobody runs, judged as a container too. */
const alone: Subject = { ...undirected, id: webImage.id, place: webImage.place }
const world: World = {
  containers: [...subjects, alone],
  images: [webImage],
  engines: [],
  projects: [],
  grants: [],
}
const names = (...words: string[]): Partial<RuleInfo> => ({ standards: { std: words } })
const infos = [
  rule('b-second', names('1')),
  rule('a-first', names('1', '2')),
  rule('of-images', { ...names('2', '4'), subject: 'image' }),
  rule('of-engines', { ...names('3', '4'), subject: 'engine' }),
  rule('elsewhere', { standards: { other: ['1'] } }),
]
const tally = (present: number, ...applied: number[]): Tally => ({ present, applied, broken: 0 })
const quiet = {
  'a-first': tally(5, 0, 1),
  'b-second': tally(5, 1, 2),
  'of-images': tally(1, 0),
  'of-engines': tally(0),
}
interface Given {
  readonly findings?: readonly Finding[]
  readonly waived?: readonly Waived[]
  readonly tallies?: Readonly<Record<string, Tally>>
  readonly notices?: readonly Notice[]
  readonly off?: Readonly<Record<string, string>>
}
const told = ({ findings = [], waived = [], tallies = quiet, notices = [], off = {} }: Given): Compliance =>
  comply(
    {
      standard: { id: 'std', title: 'Standard' },
      controls: ['1', '2', '3', '4', '5'].map((id) => ({ id, title: id, ...(id === '5' && { manual: 'a person' }) })),
      off: new Map(Object.entries(off)),
    },
    infos,
    { world, findings, waived, notices, tallies: new Map(Object.entries(tallies)) },
  )
const control = (given: Given, id = '1'): ControlResult => {
  const found = told(given).controls.find((one) => one.control.id === id)
  if (!found) throw new Error(`no control ${id}`)
  return found
}
const outcomes = (given: Given): string =>
  told(given)
    .controls.map(({ outcome }) => outcome)
    .join(' ')

const fails = finding({ rule: 'a-first' })
const open = finding({ rule: 'b-second', outcome: 'open' })
const waivedOf = (one: Finding): Waived => ({
  finding: one,
  reason: 'agreed',
  place: { file: 'p', line: 1, column: 1 },
})

describe('the outcome of a control', () => {
  it('passed, not applicable and not automated, where nothing is found', () => {
    expect(outcomes({})).toBe('passed passed not-applicable passed not-automated')
  })
  it('counts different things once, and an image that nobody runs as the image', () => {
    expect(control({}).judged).toEqual({ container: 3 })
    expect(control({}, '2').judged).toEqual({ container: 2, image: 1 })
    expect(control({ tallies: { ...quiet, 'a-first': tally(5, 0, 4) } }, '2').judged).toEqual({
      container: 1,
      image: 1,
    })
  })
  it('of a kind that was not given, says which is missing', () => {
    expect(control({}, '3')).toMatchObject({ outcome: 'not-applicable', missing: ['engine'], judged: {} })
    expect(control({}, '4')).toMatchObject({ outcome: 'passed', missing: ['engine'] })
  })
  it('an image that nobody runs is no container, unless a rule of containers has something to say of it', () => {
    const here = { ...world, containers: [alone] }
    const of = (one: Tally): ControlResult | undefined =>
      comply(
        { standard: { id: 'std', title: 'S' }, controls: [{ id: '1', title: 't' }], off: new Map() },
        [rule('a-first', names('1'))],
        { world: here, findings: [], waived: [], notices: [], tallies: new Map([['a-first', one]]) },
      ).controls[0]
    expect(of(tally(1))).toMatchObject({ outcome: 'not-applicable', missing: ['container'] })
    expect(of(tally(1, 0))).toMatchObject({ outcome: 'passed', missing: [], judged: { image: 1 } })
  })
  it('not applicable, where no rule speaks of what is there', () => {
    const none = { ...quiet, 'a-first': tally(5), 'b-second': tally(5) }
    expect(control({ tallies: none })).toMatchObject({ outcome: 'not-applicable', missing: [] })
  })
  it('one rule that applies is enough to pass', () => {
    expect(control({ tallies: { ...quiet, 'a-first': tally(5) } })).toMatchObject({
      outcome: 'passed',
      judged: { container: 2 },
    })
  })
  it('a failure of one rule fails it, whatever the others say; every control of that rule', () => {
    expect(outcomes({ findings: [open, fails] })).toBe('failed failed not-applicable passed not-automated')
    expect(control({ findings: [open, fails] })).toMatchObject({ failed: [fails], open: [open] })
  })
  it('unknown, where one rule is open for one thing and nothing fails', () => {
    expect(outcomes({ findings: [open] })).toBe('unknown passed not-applicable passed not-automated')
  })
  it('a covered finding fails it too', () => {
    const covered = finding({ rule: 'a-first', coveredBy: 'elsewhere' })
    expect(control({ findings: [covered] })).toMatchObject({ outcome: 'failed', failed: [covered] })
  })
  it('a rule that broke down leaves it open: it has not passed', () => {
    const broken = { ...quiet, 'a-first': { ...tally(5, 0), broken: 1 } }
    expect(control({ tallies: broken }).outcome).toBe('unknown')
    expect(control({ tallies: broken, findings: [fails] }).outcome).toBe('failed')
  })
  it('findings of other standards do not count, and are told beside', () => {
    const other = finding({ rule: 'elsewhere' })
    expect(outcomes({ findings: [other] })).toBe('passed passed not-applicable passed not-automated')
    expect(told({ findings: [other, finding({ rule: 'elsewhere', coveredBy: 'a-first' }), fails] }).beside).toBe(1)
  })
  it('notices of lost input are handed on, the others not', () => {
    const lost: Notice = { id: 'x', place: { file: 'f', line: 1, column: 1 }, message: 'm', lost: true }
    expect(told({ notices: [lost, { ...lost, lost: false }] }).lost).toEqual([lost])
  })
})

describe('rules that are off', () => {
  const { 'a-first': _a, 'b-second': _b, ...rest } = quiet
  it('all of them: not automated, and where they were switched off', () => {
    const one = control({ tallies: rest, off: { 'a-first': 'plimsoll.yaml:3:5', 'b-second': 'mine.yaml' } })
    expect(one.outcome).toBe('not-automated')
    expect(one.rules.map(({ id, off }) => [id, off])).toEqual([
      ['a-first', 'plimsoll.yaml:3:5'],
      ['b-second', 'mine.yaml'],
    ])
  })
  it('some of them: the others tell', () => {
    const one = control({ tallies: { ...rest, 'b-second': tally(5, 1) }, off: { 'a-first': 'plimsoll.yaml:3:5' } })
    expect(one).toMatchObject({ outcome: 'passed', judged: { container: 1 } })
  })
})

describe('what is waived', () => {
  it('is not passed: waived, where nothing else breaks the control', () => {
    expect(control({ waived: [waivedOf(fails)] })).toMatchObject({ outcome: 'waived', failed: [] })
    expect(control({ waived: [waivedOf(open)] }).outcome).toBe('waived')
  })
  it('does not hide what is not waived', () => {
    expect(control({ waived: [waivedOf(fails)], findings: [open] }).outcome).toBe('unknown')
    const other = finding({ rule: 'b-second', subjects: ['db'] })
    const both = control({ waived: [waivedOf(fails)], findings: [other] })
    expect(both).toMatchObject({ outcome: 'failed', failed: [other] })
    expect(both.waived).toHaveLength(1)
  })
  it('takes with it what it covers, on its subject and in its file alone', () => {
    const cause = finding({ rule: 'elsewhere', subjects: ['web'] })
    const covered = finding({ rule: 'a-first', coveredBy: 'elsewhere', subjects: ['web', 'db'] })
    const one = control({ waived: [waivedOf(cause)], findings: [covered] })
    expect(one.outcome).toBe('failed')
    expect(one.failed.map((each) => each.subjects)).toEqual([['db']])
    expect(one.waived.map((each) => [each.finding.subjects, each.reason])).toEqual([[['web'], 'agreed']])
    const elsewhere = finding({ ...covered, subjects: ['web'], place: { file: 'other.yaml', line: 1, column: 1 } })
    expect(control({ waived: [waivedOf(cause)], findings: [elsewhere] }).outcome).toBe('failed')
    expect(control({ waived: [waivedOf(cause)], findings: [{ ...covered, subjects: ['web'] }] }).outcome).toBe('waived')
  })
})
