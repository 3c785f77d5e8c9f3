/** Judging many containers together says what judging each by itself says: what is remembered of one is true of the next. */
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import type { Finding } from '../../src/model/finding.ts'
import { prepare } from '../../src/rule/compile.ts'
import { judge, type Judged } from '../../src/rule/judge.ts'
import { take } from '../../src/scan.ts'
import { readSettings } from '../../src/settings.ts'

const corpora = resolve(import.meta.dirname, '../../../shared/corpora')
const folders = [
  resolve(import.meta.dirname, '../rosetta'),
  ...['k8s-real', 'compose-real', 'psa', 'kics']
    .map((name) => join(corpora, name, 'data'))
    .filter((path) => existsSync(path)),
]
if (folders.length === 1) console.log('alike: the corpora are absent, so our own fixtures alone are compared')

const rules = await builtinRules()
const { value } = await readSettings({ policy: 'strict' }, rules)
const judged: readonly Judged[] = rules.flatMap(({ rule }) => {
  const use = value.rules.get(rule.id)
  return use ? [{ compiled: prepare(rule), parameters: use.params }] : []
})
/** One line for a finding on one subject. Where several share rule and place, the message names the first. */
const lines = (findings: readonly Finding[]): readonly string[] =>
  findings
    .flatMap(({ rule, outcome, severity, place, because, subjects, coveredBy }) =>
      subjects.map((subject) =>
        JSON.stringify([
          rule,
          outcome,
          severity,
          place,
          because.map(({ field, fact }) => [field, fact.how, fact.place]),
          subject,
          coveredBy,
        ]),
      ),
    )
    .sort()

describe.each(folders)('%s', (folder) => {
  it('is judged alike together and one by one', async () => {
    const { subjects, images, projects } = await take({ targets: [folder] })
    // Findings of several subjects are one where rule and place are the same: those of one name and place are left out.
    const named = new Map(subjects.map((subject) => [`${subject.id} ${subject.place.file}`, subject]))
    const some = [...named.values()].filter((_, index) => named.size < 400 || index % 3 === 0)
    const together = judge(judged, { containers: some, images })
    const single = some.map((subject) => judge(judged, { containers: [subject] }))
    const alone = judge(judged, { images })
    expect([...together.notices, ...single.flatMap(({ notices }) => notices)]).toEqual([])
    const unique = (all: readonly string[]): readonly string[] => [...new Set(all)].sort()
    expect(unique(lines(together.findings))).toEqual(
      unique([...single, alone].flatMap(({ findings }) => lines(findings))),
    )
    const inOne = judge(judged, { projects })
    const apart = projects.map((project) => judge(judged, { projects: [project] }))
    expect(unique(lines(inOne.findings))).toEqual(unique(apart.flatMap(({ findings }) => lines(findings))))
    expect(projects.length).toBeGreaterThan(0)
    expect(readdirSync(folder).length).toBeGreaterThan(0)
  }, 120_000)
})
