import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { reports } from '../../src/report/index.ts'
import { sampleResult } from '../support/result.ts'

const folder = new URL('../../src/report/', import.meta.url)
const options = { colour: false, width: 80, unicode: false }

test('the list of reports is what the folder holds', () => {
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /^export const report: Report\b/m.test(readFileSync(new URL(file, folder), 'utf8')))
    .map((file) => file.replace(/\.ts$/, ''))
  expect(found.toSorted()).toEqual(Object.keys(reports).toSorted())
})

test.each(Object.entries(reports))('%s: same result, same text, ending with one line end', async (_, report) => {
  const text = await report(sampleResult(), options)
  expect(await report(sampleResult(), options)).toBe(text)
  expect(text).toMatch(/[^\n]\n$/)
})

test.each(Object.entries(reports))('%s: an empty scan has a report', async (_, report) => {
  const empty = sampleResult({
    targets: [],
    subjects: [],
    images: [],
    projects: [],
    grants: [],
    rules: [],
    findings: [],
    waived: [],
    notices: [],
    blocking: [],
    verdict: 'pass',
    skipped: 0,
  })
  expect(await report(empty, options)).toMatch(/pass/i)
})

test.each(Object.entries(reports))('%s: the value of a secret stays out', async (_, report) => {
  const text = await report(sampleResult(), options)
  expect(text).toContain('secret-in-environment')
  expect(text).not.toContain('hunter2')
})
