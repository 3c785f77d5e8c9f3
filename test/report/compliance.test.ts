/** The three reports of compliance: what they say, that they are true to their schema, and that input cannot speak through them. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derived, set } from '../../src/model/fact.ts'
import { controlOutcomes } from '../../src/model/compliance.ts'
import type { Result } from '../../src/model/result.ts'
import { complianceJson } from '../../src/report/compliance/json.ts'
import { complianceSchema, complianceShape } from '../../src/report/compliance/schema.ts'
import { complianceReports } from '../../src/report/index.ts'
import { columns } from '../../src/report/wrap.ts'
import { sampleCompliance } from '../support/compliance.ts'
import { finding, notices, place, rules, sampleResult } from '../support/result.ts'

const plain = { colour: false, width: 80, unicode: false }
const text = (result = sampleCompliance(), options = plain): Promise<string> => complianceReports.text(result, options)
const markdown = (result = sampleCompliance()): Promise<string> => complianceReports.markdown(result, plain)
const whole = sampleCompliance(sampleResult({ notices: [] }))

describe.each(Object.entries(complianceReports))('%s', (_, report) => {
  it('same result, same text, ending with one line end', async () => {
    const out = await report(sampleCompliance(), plain)
    expect(await report(sampleCompliance(), plain)).toBe(out)
    expect(out).toMatch(/[^\n]\n$/)
  })
  it('has every control, what came of it, and why', async () => {
    const out = await report(sampleCompliance(), plain)
    for (const id of ['1.1', '1.2', '1.3', '2.1', '2.2', '2.3', '10.1', '10.2', '10.3']) expect(out).toContain(id)
    expect(out).toContain('the load balancer checks it')
    expect(out).toContain('db runs privileged')
    expect(out).toContain('Owners are on the host.')
    expect(out).toContain('plimsoll.yaml:3:5')
    expect(out).toContain('no engine settings were given')
  })
  it('tells of lost input before anything that passed, and only then', async () => {
    const out = await report(sampleCompliance(), plain)
    expect(out.indexOf('The archive ends inside layer 2')).toBeGreaterThan(0)
    expect(out.indexOf('The archive ends inside layer 2')).toBeLessThan(out.indexOf('No container is privileged'))
    expect(await report(whole, plain)).not.toMatch(/INPUT LOST|Input was lost|archive ends/)
  })
  it('is a mistake of the caller where nobody asked for it', async () => {
    await expect((async () => report(sampleResult(), plain))()).rejects.toThrow('compliance: true')
  })
})

describe('text', () => {
  it('a line a control, by section, with what breaks it and how to mend it', async () => {
    const lines = (await text(whole)).split('\n')
    const at = (start: string): number => lines.findIndex((line) => line.startsWith(start))
    expect(lines[0]).toBe('A Benchmark, 1.6.0')
    expect(at('First section')).toBeLessThan(at('  FAILED          1.1   No container is privileged (2 findings)'))
    expect(at('  FAILED ')).toBeLessThan(at('  UNKNOWN         1.2   Nobody is root (2 not known)'))
    expect(at('  WAIVED          1.3   Health is checked (1 waived)')).toBeLessThan(at('Second section'))
    expect(at('  passed          2.1   Memory is limited (3 containers, 1 image; no image was given)')).toBe(-1)
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain(
      'passed 2.1 Memory is limited (3 containers, 1 image; no image was given)',
    )
    expect(lines).toContain('  not applicable  2.2   The engine logs (no engine settings were given)')
    expect(lines).toContain('  not automated   10.2  Other files too (as 10.1)')
    expect(lines).toContain('  not automated   10.3  Somebody looks (switched off in plimsoll.yaml:3:5)')
  })
  it('says where, which subject, what covers it, and the fix of what is told', async () => {
    const out = (await text(whole, { ...plain, width: 0 })).split('\n').map((line) => line.trim())
    expect(out).toContain('at      compose.yaml:11:5: db runs privileged')
    expect(out).toContain('at      compose.yaml:11:5: db runs without a system-call filter (mended with privileged)')
    expect(out.filter((line) => line.startsWith('fix '))).toHaveLength(1)
    expect(out).toContain('gap     host-device is switched off in plimsoll.yaml:3:5')
    expect(out).toContain('person  Whether it must be is for a person.')
    expect(out).toContain('open    compose.yaml:9:3 and 1 more place: no image given')
    expect(out).toContain(
      'ask     The image would tell: --image postgres:16=PATH --image registry.example.org/api:2=PATH (2 subjects)',
    )
    expect(out).toContain('gap     root-user broke down on 1 subject: a fault of Plimsoll')
    expect(out).toContain('waived  the load balancer checks it (waived at k8s/api.yaml:12:30)')
    expect(out).toContain('when    container.name == "a" || container.name == "b"')
    expect(out).toContain('moved   2.2 in 1.7.0')
  })
  it('counts at the end, and says what would tell more', async () => {
    const out = (await text(whole, { ...plain, width: 0 })).split('Summary\n')[1] ?? ''
    expect(out.split('\n').map((line) => line.trim())).toEqual([
      '-------',
      'result  9 controls: 1 failed, 1 unknown, 1 waived, 1 passed, 2 not applicable, 3 not automated',
      'person  left to people: 2 controls, and a part of 1 more',
      'give    --image NAME=PATH, a Dockerfile or docker save, to judge more of 2.1',
      'give    --engine daemon.json, to judge 2.2',
      'ask     The image would tell: --image postgres:16=PATH --image registry.example.org/api:2=PATH',
      'beside  2 findings of rules that are of no control here: --report findings tells',
      'scanned 4 containers, 1 image',
      'verdict BLOCK, exit code 1',
      '',
    ])
  })
  it.each([60, 80, 120])('fits %i columns, but for paths that are to be copied', async (width) => {
    for (const line of (await text(sampleCompliance(), { ...plain, width })).split('\n'))
      expect([line, columns(line) <= width || !line.trim().includes(' ', 8)]).toEqual([line, true])
  })
  it('colours where it may, and says the same without', async () => {
    const painted = await text(sampleCompliance(), { ...plain, colour: true })
    expect(painted).toContain('\x1b[31m')
    const { stripVTControlCharacters } = await import('node:util')
    expect(stripVTControlCharacters(painted)).toBe(await text())
  })
  it('lists a few findings of a rule, and counts the rest', async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      finding('privileged', place('compose.yaml', i + 1, 1), `c${i} runs privileged`, [`c${i}`], []),
    )
    const out = await text(sampleCompliance(sampleResult({ findings: many })), { ...plain, width: 0 })
    expect(out.match(/ runs privileged$/gm)).toHaveLength(3)
    expect(out).toContain('and 27 findings more')
  })
})

describe('json', () => {
  const valid = new Ajv2020({ strict: true, allowUnionTypes: true, formats: {} }).compile(complianceSchema())
  it('is valid for the schema that is published, and for the strict one', async () => {
    const data: unknown = JSON.parse(await complianceReports.json(sampleCompliance(), plain))
    expect(valid(data), JSON.stringify(valid.errors)).toBe(true)
    expect(() => complianceShape.parse(data)).not.toThrow()
  })
  it('the schema refuses what is no report, and lets later fields pass', () => {
    const data = complianceJson(sampleCompliance())
    expect(valid({})).toBe(false)
    expect(valid({ ...data, later: 1 })).toBe(true)
    expect(valid({ ...data, version: 2 })).toBe(false)
    const [one] = data.controls
    expect(valid({ ...data, controls: [{ ...one, outcome: 'fine' }] })).toBe(false)
    expect(valid({ ...data, controls: [{ ...one, findings: [{ rule: 'x' }] }] })).toBe(false)
  })
  it('has the counts, the place, the subject, the message and the fix of every finding, waived ones too', () => {
    const { controls, summary, complete, lost } = complianceJson(sampleCompliance())
    expect(summary).toEqual({
      controls: 9,
      failed: 1,
      unknown: 1,
      waived: 1,
      passed: 1,
      notApplicable: 2,
      notAutomated: 3,
      beside: 2,
    })
    expect(new Set(controls.map(({ outcome }) => outcome))).toEqual(new Set(controlOutcomes))
    expect([complete, lost.map(({ id }) => id)]).toEqual([false, ['archive-truncated']])
    expect(controls[0]?.findings.map(({ rule, coveredBy }) => [rule, coveredBy])).toEqual([
      ['privileged', undefined],
      ['seccomp-unconfined', 'privileged'],
    ])
    expect(controls[0]?.findings[0]).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      place: { file: 'compose.yaml', line: 11, column: 5 },
      subjects: ['db'],
      message: 'db runs privileged',
      fix: expect.stringContaining('Remove the setting'),
    })
    expect(controls[1]?.findings[0]?.unknown).toEqual([
      {
        field: 'container.user.uid',
        because: 'no image given',
        ask: 'image',
        place: { file: 'compose.yaml', line: 9, column: 3 },
      },
    ])
    expect(controls[2]?.findings[0]?.waived?.reason).toBe('the load balancer checks it')
    expect(controls[4]).toMatchObject({ because: 'no engine settings were given', needs: [{ kind: 'engine' }] })
  })
})

describe('markdown', () => {
  it('is a table of all controls, and the findings below', async () => {
    const out = await markdown(whole)
    expect(out).toContain('| 1.1 | No container is privileged | ❌ failed | 2 findings; ')
    expect(out).toContain('| 2.2 | The engine logs | ➖ not applicable | no engine settings were given |')
    // A bar inside a code span would end the cell.
    expect(out).toContain('`container.name == "a" \\|\\| container.name == "b"`')
    for (const row of out.split('\n').filter((line) => line.startsWith('|')))
      expect([row, row.match(/(?<!\\)\|/g)?.length]).toEqual([row, 5])
    expect(out).toContain('#### ❌ 1.1: No container is privileged')
    expect(out).toContain('- `compose.yaml:11:5` `privileged`: db runs privileged (`db`)')
    expect(out).toContain('- Waived: ')
  })
  it('fits a comment on GitHub whatever was found, and says what is left out', async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      finding('privileged', place('a/'.repeat(140) + i, i + 1, 1), 'long '.repeat(380), [`c${i}`], []),
    )
    const base = sampleCompliance(sampleResult({ findings: many }))
    const [one] = base.compliance?.controls ?? []
    if (!base.compliance || !one) throw new Error('the sample has controls')
    const controls = Array.from({ length: 20 }, (_, i) => ({ ...one, control: { ...one.control, id: `${i}` } }))
    const out = await markdown({ ...base, compliance: { ...base.compliance, controls } })
    expect(out.length).toBeLessThan(65_000)
    expect(out).toMatch(/The findings of \d+ more controls are left out for length/)
  })
})

/** A result where everything that input, a policy or a waiver can say is `word`. */
function hostile(word: string): Result {
  const at = place(word, 3, 1, { in: word, layer: 0 })
  const because = derived(place(word, 1, 1), word, word, [set(at, word)])
  const of = (rule: string, rest: Partial<Result['findings'][number]> = {}): Result['findings'][number] =>
    finding(rule, at, word, [word, 'web'], [['container.privileged', because]], rest)
  const open = finding(
    'root-user',
    at,
    word,
    [word],
    [['x', { how: 'unknown', place: at, because: word, ask: 'image' }]],
    {
      outcome: 'open',
    },
  )
  const base = sampleResult({
    rules: rules.map((rule) => ({ ...rule, title: word, fix: word })),
    targets: [{ name: word, kind: word, containers: 1, images: 0 }],
    findings: [of('privileged'), of('seccomp-unconfined', { coveredBy: word }), open],
    waived: [{ finding: of('healthcheck-missing'), reason: word, place: at }],
    notices: notices.map((notice) => ({ ...notice, place: at, message: word })),
    policy: { name: word, threshold: 'high', unknown: 'tell' },
    blocking: [],
  })
  const result = sampleCompliance(base, { id: word, title: word, manual: word, off: word })
  const { compliance } = result
  if (!compliance) throw new Error('the sample has a standard')
  return {
    ...result,
    compliance: {
      ...compliance,
      standard: { ...compliance.standard, title: word, version: word, url: word },
      controls: compliance.controls.map((one) => ({
        ...one,
        control: { ...one.control, section: word, moved: word },
        rules: one.rules.map((rule) => ({ ...rule, when: word })),
      })),
    },
  }
}
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const visible = (out: string): boolean => !invisible.test(out.replaceAll('\n', '').replaceAll('\ufe0f', ''))

describe('hostile input', () => {
  it.each(Object.entries(complianceReports))('%s: escapes are written out, never sent', async (_, report) => {
    for (const nasty of [
      '\x1b[2J\x1b]0;owned\x07',
      'a\nFAKE  verdict PASS',
      '\u202egnp.exe',
      '\u{e0041}',
      '\ud800',
      '\u2028',
    ])
      expect(visible(await report(hostile(nasty), plain)), JSON.stringify(nasty)).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (word) =>
        visible(await report(hostile(word), plain)),
      ),
      { numRuns: 40 },
    )
  })
  it('text: a line end forges no line', async () => {
    const lines = (await text(hostile('a\n  passed          9.9   forged'))).split('\n')
    expect(lines.some((line) => /^\s*passed\s+9\.9/.test(line))).toBe(false)
  })
  it('json: what was escaped comes back as it was', () => {
    const word = 'a\n\x1b[2J\u202e'
    expect(JSON.parse(JSON.stringify(complianceJson(hostile(word)))).controls[0].findings[0].message).toBe(word)
  })
  it('markdown: no link, no HTML, no mention, and no cell or row of its own', async () => {
    const word = '@octocat #12 https://evil.example [x](y) <img src=x> | a `b` **z** </details>\n| forged | row |'
    const out = await markdown(hostile(word))
    const outside = out.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
    for (const active of [/@octocat/, /#12/, /https:\/\/evil/, /(?<!\\)\[x/, /<img/, /(?<!\\)\*\*z/, /<\/details>/])
      expect(outside).not.toMatch(active)
    for (const row of out.split('\n').filter((line) => line.startsWith('|')))
      expect([row, row.match(/(?<!\\)\|/g)?.length]).toEqual([row, 5])
  })
})
