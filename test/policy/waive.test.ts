import { describe, expect, it } from 'vitest'
import type { Comment } from '../../src/document/node.ts'
import { readYaml } from '../../src/document/yaml.ts'
import type { Finding } from '../../src/model/finding.ts'
import { commandLine, type Waiver } from '../../src/policy/policy.ts'
import { waive } from '../../src/policy/waive.ts'
import { finding, rules } from './made.ts'

const configPlace = { file: 'plimsoll.yaml', line: 2, column: 5 }
const waiver = (rest: Partial<Waiver> = {}): Waiver => ({
  rule: 'privileged',
  reason: 'why',
  place: configPlace,
  ...rest,
})
const run = (
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  comments: readonly Comment[] = [],
  today = '2026-06-15',
) => waive(findings, { waivers, comments, rules: rules.map(({ id }) => id), today })
const found = finding({ rule: 'privileged' })

describe('a waiver fits', () => {
  it.each([
    ['its rule', {}, true],
    ['no other rule', { rule: 'root-user' }, false],
    ['its subject', { subject: 'we*' }, true],
    ['no other subject', { subject: 'db' }, false],
    ['its file', { path: '**/compose.yaml' }, true],
    ['no other file', { path: 'k8s/**' }, false],
    ['subject and file together', { subject: 'web', path: 'k8s/**' }, false],
    ['until the day', { expires: '2026-06-15' }, true],
    ['not after it', { expires: '2026-06-14' }, false],
  ])('%s', (_, rest, fits) => {
    const { findings, waived, notices } = run([found], [waiver(rest)])
    expect(waived).toEqual(fits ? [{ finding: found, reason: 'why', place: configPlace }] : [])
    expect(findings).toEqual(fits ? [] : [found])
    const id = 'expires' in rest ? 'waiver-expired' : 'waiver-unused'
    expect(notices.map((notice) => [notice.id, notice.place, notice.lost])).toEqual(
      fits ? [] : [[id, configPlace, false]],
    )
  })

  it('open findings too', () => {
    expect(run([{ ...found, outcome: 'open' }], [waiver()]).findings).toEqual([])
  })

  it('some subjects of a finding, and leaves it for the others', () => {
    const both = { ...found, subjects: ['web', 'db', 'cache'] }
    const { findings, waived, notices } = run(
      [both],
      [waiver({ subject: 'db' }), waiver({ subject: '*b', reason: 'b' })],
    )
    expect(findings.map(({ subjects }) => subjects)).toEqual([['cache']])
    expect(waived.map(({ finding, reason }) => [finding.subjects, reason])).toEqual([
      [['db'], 'why'],
      [['web'], 'b'],
    ])
    expect(notices).toEqual([])
  })

  it('first of several: the others count as used', () => {
    const { waived, notices } = run(
      [found],
      [waiver({ reason: 'first' }), waiver({ reason: 'second', place: commandLine })],
    )
    expect(waived.map(({ reason }) => reason)).toEqual(['first'])
    expect(notices).toEqual([])
  })
})

describe('one root cause, one waiver', () => {
  const covered = finding({ rule: 'root-user', coveredBy: 'privileged' })
  it('what a waived finding covers stays covered', () => {
    const { findings, waived } = run([found, covered], [waiver()])
    expect(findings).toEqual([covered])
    expect(waived.map(({ finding }) => finding)).toEqual([found])
  })
  it('the waiver of a covered finding does not waive the one that covers it', () => {
    const { findings, waived, notices } = run([found, covered], [waiver({ rule: 'root-user' })])
    expect(findings).toEqual([found])
    expect(waived.map(({ finding }) => finding)).toEqual([covered])
    expect(notices).toEqual([])
  })
})

describe('comments in the text', () => {
  const at = (line: number, rule = 'privileged') => finding({ rule, place: { file: 'c.yaml', line, column: 1 } })
  const comments = (text: string) => readYaml('c.yaml', text).value.comments

  it.each([
    ['on the line', 'a: 1\nb: 2 # plimsoll: allow privileged it must', 2, 'it must'],
    ['alone on the line above', 'a: 1\n# plimsoll: allow privileged it must\nb: 2', 3, 'it must'],
    ['above another one', '# plimsoll: allow privileged it must\n# plimsoll: allow root-user too\nb: 2', 3, 'it must'],
    ['with a dash', 'b: 1 # plimsoll: allow privileged -- it must', 1, 'it must'],
    ['in tight writing', 'b: 1 #plimsoll:allow privileged 4 eyes', 1, '4 eyes'],
  ])('%s', (_, text, line, reason) => {
    const { findings, waived } = run([at(line)], [], comments(text))
    expect(waived.map((one) => [one.reason, one.place.file])).toEqual([[reason, 'c.yaml']])
    expect(findings).toEqual([])
  })

  it.each([
    ['beside another line', 'a: 1 # plimsoll: allow privileged x\nb: 2', 2],
    ['two lines above', '# plimsoll: allow privileged x\n\nb: 2', 3],
    ['below', 'b: 2\n# plimsoll: allow privileged x', 1],
  ])('not %s, and that is told', (_, text, line) => {
    const { findings, notices } = run([at(line)], [], comments(text))
    expect(findings).toHaveLength(1)
    expect(notices.map(({ id }) => id)).toEqual(['waiver-unused'])
  })

  it('not in another file, nor in a file of that name in an image', () => {
    const text = comments('b: 2 # plimsoll: allow privileged x')
    const other = finding({ rule: 'privileged', place: { file: 'd.yaml', line: 1, column: 1 } })
    const inside = finding({ rule: 'privileged', place: { file: 'c.yaml', in: 'web', line: 1, column: 1 } })
    expect(run([other, inside], [], text).findings).toEqual([other, inside])
  })

  it.each([
    ['allow privileged', 'This waiver of privileged has no reason'],
    ['allow privileged --', 'This waiver of privileged has no reason'],
    ['allow privilegd it must', 'there is no "privilegd": did you mean "privileged"?'],
    ['allow', 'This waiver names no rule'],
    ['ignore privileged it must', '"ignore" is not known'],
  ])('%s: allows nothing, and that is told', (text, message) => {
    const { findings, notices } = run([at(1)], [], comments(`a: 1 # plimsoll: ${text}`))
    expect(findings).toHaveLength(1)
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['waiver-invalid', false]])
    expect(notices[0]?.message).toContain(message)
    expect(notices[0]?.place).toMatchObject({ file: 'c.yaml', line: 1 })
  })

  it('come before plimsoll.yaml', () => {
    const { waived } = run(
      [at(1)],
      [waiver({ reason: 'config' })],
      comments('a: 1 # plimsoll: allow privileged comment'),
    )
    expect(waived.map(({ reason }) => reason)).toEqual(['comment'])
  })
})
