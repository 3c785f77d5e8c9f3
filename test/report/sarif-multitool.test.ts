/** Microsoft's validator with the rules of GitHub code scanning: `npm i @microsoft/sarif-multitool-linux` in a folder apart (104 MB). */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from 'sarif'
import { describe, expect, test } from 'vitest'
import { report } from '../../src/report/sarif.ts'
import { finding, place, sampleResult } from '../support/result.ts'

const usual = '/tmp/sarif-multitool/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool'
const tool = process.env['PLIMSOLL_SARIF_MULTITOOL'] ?? usual
const options = { colour: false, width: 80, unicode: false }
if (!existsSync(tool)) console.log(`skipped: no SARIF multitool at ${tool}; PLIMSOLL_SARIF_MULTITOOL names it`)

/** Rule and level of everything but notes that the validator says of a text. Its exit code is 0 even with errors. */
function validate(sarif: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sarif-'))
  try {
    const input = join(folder, 'in.sarif')
    const output = join(folder, 'out.sarif')
    writeFileSync(input, sarif)
    execFileSync(tool, ['validate', input, '--rule-kind', 'Sarif;Gh', '--output', output, '--log', 'ForceOverwrite'], {
      stdio: 'pipe',
    })
    const log: Log = JSON.parse(readFileSync(output, 'utf8'))
    return (log.runs[0]?.results ?? [])
      .filter(({ level }) => level !== 'note' && level !== 'none')
      .map(
        ({ ruleId, level, locations }) =>
          `${ruleId} ${level ?? 'warning'} ${locations?.[0]?.physicalLocation?.region?.startLine}`,
      )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.skipIf(!existsSync(tool))("Microsoft's validator with GitHub's rules", () => {
  test('has no error and no warning', { timeout: 30_000 }, async () => {
    expect(validate(await report(sampleResult(), options))).toEqual([])
  })
  test('nor of a scan without findings', { timeout: 30_000 }, async () => {
    const empty = { findings: [], waived: [], notices: [], blocking: [] }
    expect(validate(await report(sampleResult(empty), options))).toEqual([])
  })
  test('nor of hostile names and many results', { timeout: 60_000 }, async () => {
    const names = ['debian:12', '../../x', '\u202ey.yaml', 'a b#c?.yaml', '-', '']
    const odd = names.map((name) => finding('privileged', place(name, 0, 0), `{0} [a](b) ${name}`, [name, 'x:y'], []))
    const many = Array.from({ length: 600 }, (_, i) =>
      finding('root-user', place('a.yaml', i + 1, 1), `n ${i}`, [`s${i}`], []),
    )
    expect(validate(await report(sampleResult({ findings: [...odd, ...many] }), options))).toEqual([])
  })
  test('is really asked: a broken file is refused by both sets of rules', { timeout: 30_000 }, async () => {
    const broken: Log = JSON.parse(await report(sampleResult(), options))
    const [rule] = broken.runs[0]?.tool.driver.rules ?? []
    if (rule) delete rule.fullDescription
    const [result] = broken.runs[0]?.results ?? []
    if (result) result.ruleIndex = 99
    const said = validate(JSON.stringify(broken)).join('\n')
    expect(said).toContain('GH2012 error')
    expect(said).toContain('SARIF1009')
  })
})
