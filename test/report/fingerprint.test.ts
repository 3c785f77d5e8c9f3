import { expect, test } from 'vitest'
import { set } from '../../src/model/fact.ts'
import type { Finding } from '../../src/model/finding.ts'
import { fingerprints } from '../../src/report/fingerprint.ts'
import { finding, place, sampleResult } from '../support/result.ts'

const print = (...findings: readonly Finding[]): readonly (string | undefined)[] => {
  const prints = fingerprints(sampleResult({ findings, waived: [] }))
  return findings.map((each) => prints.get(each))
}
const tagged = (line: number, tag: string, subjects = ['web']): Finding =>
  finding('image-tag-mutable', place('compose.yaml', line, 12), `web runs nginx:${tag}`, subjects, [
    ['container.image.tag', set(place('compose.yaml', line, 12), tag)],
  ])

test('it survives inserted lines, a new tag, another severity and another order of subjects', () => {
  const [first] = print(tagged(3, '1.27'))
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  expect(print(tagged(30, '1.28'))).toEqual([first])
  expect(print({ ...tagged(3, '1.27'), severity: 'critical', place: place('other.yaml', 1, 1) })).toEqual([first])
  expect(print(tagged(3, '1', ['a', 'b']))).toEqual(print(tagged(3, '1', ['b', 'a'])))
})
test('another rule, subject, field or element is another finding', () => {
  const one = tagged(3, '1')
  const all = print(
    one,
    { ...one, rule: 'root-user' },
    { ...one, subjects: ['db'] },
    { ...one, field: 'container.image.digest' },
    { ...one, element: 'x' },
    { ...one, element: 'null' },
  )
  expect(new Set(all).size).toBe(all.length)
})
test('equal ones are told apart by their order in the file, whatever the order of the list', () => {
  const [a, b] = [tagged(3, '1'), tagged(9, '1')]
  const [first, second] = print(a, b)
  expect(first).not.toBe(second)
  expect(print(b, a)).toEqual([second, first])
})
test('a waiver changes no fingerprint', () => {
  const { findings, waived, ...rest } = sampleResult()
  const [first] = findings
  if (!first) throw new Error('the sample has no finding')
  const before = fingerprints({ ...rest, findings, waived }).get(first)
  const moved = {
    ...rest,
    findings: findings.slice(1),
    waived: [...waived, { finding: first, reason: '', place: first.place }],
  }
  expect(fingerprints(moved).get(first)).toBe(before)
})
