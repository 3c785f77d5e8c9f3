/** docs/compared.md is true: its rules and parameters exist, its rows are whole, nothing that others labelled is without a row. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { readSettings } from '../../src/settings.ts'
import { comparedFile, comparedText, readCompared, type Comparison } from '../support/compared.ts'
import { corpora, labels, present } from '../support/corpora.ts'
import { codeOf, tablesOf } from '../support/markdown.ts'

/** Its labels name the codes themselves; controls.json has the name of the project in their place. */
const BY_CODE = ['dockle']

const text = comparedText() ?? ''
const rules = (await builtinRules()).map(({ rule }) => rule)
let read: Comparison = { peers: new Map(), errors: [] }
beforeAll(() => {
  read = readCompared(text, rules)
})

describe('docs/compared.md', () => {
  it('is there, and compares many rules of many projects', () => {
    expect(comparedText(), comparedFile).toBeDefined()
    expect(read.peers.size).toBeGreaterThanOrEqual(17)
    expect([...read.peers.values()].reduce((sum, rows) => sum + rows.size, 0)).toBeGreaterThan(1000)
  })

  it('names rules that exist, with parameters that they have', () => {
    expect(read.errors).toEqual([])
  })

  it('has no id twice in one table', () => {
    const twice = tablesOf(text)
      .filter(({ head }) => head[0] === 'id')
      .flatMap(({ heading, rows }) => {
        const ids = rows.map(({ cells }) => cells[0] ?? '')
        return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${heading}: ${id}`)
      })
    expect(twice).toEqual([])
  })

  it('gives a sentence for each rule that it refuses', () => {
    const silent = tablesOf(text)
      .filter(({ head }) => head[0] === 'id')
      .flatMap(({ rows }) => rows)
      .filter(({ cells: [, , ours, note = ''] }) => ours === '-' && !/^[A-Z`].{24,}[.]$/s.test(note))
      .map(({ line, cells }) => `line ${line}: ${cells[0] ?? ''}`)
    expect(silent).toEqual([])
  })

  it('says where a rule of ours is off by default', async () => {
    const { value } = await readSettings({ policy: 'default' }, await builtinRules())
    const isOff = (id: string): boolean => !value.rules.has(id)
    const wrong = tablesOf(text)
      .filter(({ head }) => head[0] === 'id')
      .flatMap(({ rows }) => rows)
      .filter(({ cells: [, , ours = '', note = ''] }) => {
        const ids = [...ours.replaceAll(/\([^)]*\)/g, '').matchAll(/`([^`]+)`/g)].map(([, id = '']) => id)
        return ours !== '-' && ids.every(isOff) !== note.startsWith('Strict.')
      })
      .map(({ line, cells }) => `line ${line}: ${cells[0] ?? ''}`)
    expect(wrong).toEqual([])
  })

  it('counts what it says', () => {
    const counted = tablesOf(text).find(({ head }) => head[1] === 'covered')
    const said = new Map(
      counted?.rows.map(({ cells: [name = '', ...counts] }) => [name, counts.slice(0, 2).map(Number)]),
    )
    const are = [...read.peers].map(([peer, rows]) => {
      const covered = [...rows.values()].filter(({ ours }) => ours.length > 0).length
      return { peer, counts: [covered, rows.size - covered] }
    })
    for (const { peer, counts } of are)
      expect([...said].find(([name]) => name.endsWith(`(\`${peer}\`)`))?.[1], peer).toEqual(counts)
    const sum = (index: number): number => are.reduce((all, { counts }) => all + (counts[index] ?? 0), 0)
    expect(said.get('all')).toEqual([sum(0), sum(1)])
    expect(said.size).toBe(are.length + 1)
  })

  it('writes every code span of its first column as an id', () => {
    const odd = tablesOf(text)
      .filter(({ head }) => head[0] === 'id')
      .flatMap(({ rows }) => rows)
      .filter(({ cells }) => codeOf(cells[0] ?? '') === undefined || cells.length !== 4)
    expect(odd.map(({ line }) => line)).toEqual([])
  })
})

describe('the reader of docs/compared.md', () => {
  const table = (row: string): string =>
    `## Theirs (theirs)\n\n| id | what it asks | ours | note |\n|---|---|---|---|\n${row}\n`
  it.each([
    ['| `a` | asks | `no-such-rule` | x |', 'there is no rule no-such-rule'],
    ['| `a` | asks | `privileged` (`x: 1`) | x |', 'privileged has no parameter x'],
    ['| `a` | asks | `seccomp-missing` (`required: 5`) | x |', 'required is a boolean, not 5'],
    ['| `a` | asks | - | |', 'a has no rule of ours and no reason'],
    ['| `a` | asks | | x |', 'needs - and a reason'],
    ['| `a` | asks | privileged | x |', 'is not a list of rules in backticks'],
    ['| a | asks | `privileged` | x |', '"a" is not an id in backticks'],
    ['| `a` | | `privileged` | x |', 'what a asks is not said'],
    ['| `a` | asks | `privileged` |', '3 columns instead of 4'],
  ])('tells what is wrong with %s', (row, message) => {
    expect(readCompared(table(row), rules).errors.join('\n')).toContain(message)
  })
  it('reads rules with their parameters', () => {
    const row = "| `a` | asks | `privileged`, `capability-added` (`allowed: [NET_RAW]`) | it's |"
    const { peers, errors } = readCompared(table(row), rules)
    expect(errors).toEqual([])
    expect(peers.get('theirs')?.get('a')?.ours).toEqual([
      { rule: 'privileged', params: {} },
      { rule: 'capability-added', params: { allowed: ['NET_RAW'] } },
    ])
  })
})

if (!present) console.log(`skipped: ${corpora} is absent, so nobody knows what others labelled`)
describe.skipIf(!present)('labels of others', () => {
  it('name rules that have a row', () => {
    const without = labels().filter(({ corpus, native }) => read.peers.get(corpus)?.has(native) !== true)
    expect([...new Set(without.map(({ corpus, native }) => `${corpus} ${native}`))]).toEqual([])
  })

  it('and so do the controls that they belong to', () => {
    const controls: unknown = JSON.parse(readFileSync(join(resolve(corpora), 'controls.json'), 'utf8'))
    const named = Object.values(controls ?? {}).flatMap((control: unknown) => {
      const native = typeof control === 'object' && control !== null && 'native' in control ? control.native : {}
      return Object.entries(native ?? {}).flatMap(([peer, ids]: [string, unknown]) =>
        Array.isArray(ids) ? ids.map((id) => ({ peer, id: String(id) })) : [],
      )
    })
    expect(named.length).toBeGreaterThan(300)
    const without = named.filter(({ peer, id }) => !BY_CODE.includes(peer) && read.peers.get(peer)?.has(id) !== true)
    expect(without).toEqual([])
  })
})
