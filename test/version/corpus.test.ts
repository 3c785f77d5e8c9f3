/** The labels of ../shared/corpora/versions: each is met, or docs/versions.md says why not. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageTypes } from '../../src/model/package.ts'
import { compareVersions, satisfies } from '../../src/version/index.ts'
import { present } from '../support/corpora.ts'
import { codeOf, tablesOf } from '../support/markdown.ts'
import { comparisons, containments, holds, typeOf } from './corpus.ts'

const said = (answer: boolean | undefined): string => (answer === undefined ? 'unknown' : String(answer))
const tables = tablesOf(readFileSync(resolve(import.meta.dirname, '../../docs/versions.md'), 'utf8'))

describe.skipIf(!present)('labels of ../shared/corpora/versions', () => {
  const differences: string[] = []
  for (const { system, a, op, b } of comparisons()) {
    const type = typeOf(system)
    const [order, back] = [compareVersions(type, a, b), compareVersions(type, b, a)]
    const ours = order === undefined ? undefined : holds(op, order)
    if (ours !== true || back === undefined || !holds(op, -back))
      differences.push(`${system} | ${a} ${op} ${b} | true | ${said(ours === true ? false : ours)}`)
  }
  for (const { system, version, range, contains, options } of containments()) {
    const prereleases = options?.includes('includePrerelease: true') === true
    const ours = satisfies(typeOf(system), version, range, { prereleases })
    // What cannot be read is in no range.
    if ((ours ?? false) !== contains)
      differences.push(`${system} | ${version} in ${range} | ${contains} | ${said(ours)}`)
  }
  const explained = tables
    .filter(({ head }) => head.join() === 'corpus,case,label says,we say,why')
    .flatMap(({ rows }) => rows.map(({ cells: [corpus, text = '', ...rest] }) => [corpus, codeOf(text), ...rest]))

  it('are all there', () => {
    expect(comparisons()).toHaveLength(3570)
    expect(containments()).toHaveLength(1401)
  })
  it('are met, or docs/versions.md says why not', () => {
    expect(differences.toSorted()).toEqual(explained.map((row) => row.slice(0, 4).join(' | ')).toSorted())
  })
  it('have a reason where they are not met', () => {
    for (const [corpus, text, , , why = ''] of explained) expect(why, `${corpus} ${text}`).not.toBe('')
  })
})

it('docs/versions.md has every type once', () => {
  const types = tables
    .filter(({ head }) => head[0] === 'type')
    .flatMap(({ rows }) => rows.flatMap(({ cells: [names = ''] }) => names.split(', ').map((name) => codeOf(name))))
  expect(types.toSorted()).toEqual([...packageTypes].toSorted())
})
