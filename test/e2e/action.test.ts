/** The GitHub Action, as the runner starts it: inputs in the environment, outputs and the summary in files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { folder, HARMLESS, node, PRIVILEGED, root, start } from './run.ts'

const here = folder()
const built = join(here.path, 'package')
const script = join(built, 'dist/action.js')
beforeAll(() => {
  // As in the repository: beside a package.json that says which kind of module it is.
  here.put('package/package.json', readFileSync(join(root, 'package.json')))
  expect(start(node, ['scripts/build.ts', '--action', '--out', join(built, 'dist')]).err).toBe('')
})

interface Job {
  readonly code: number
  readonly log: string
  readonly outputs: string
  readonly summary: string
}
let jobs = 0
function job(files: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>> = {}): Job {
  const name = `job-${jobs++}`
  for (const [file, text] of Object.entries(files)) here.put(`${name}/${file}`, text)
  const [outputs, summary] = [here.put(`${name}.outputs`, 'earlier=1\n'), here.put(`${name}.summary`, '')]
  const ran = start(node, [script], {
    from: join(here.path, name),
    env: {
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: outputs,
      GITHUB_STEP_SUMMARY: summary,
      ...Object.fromEntries(Object.entries(inputs).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value])),
    },
  })
  return {
    code: ran.code,
    log: ran.out + ran.err,
    outputs: readFileSync(outputs, 'utf8'),
    summary: readFileSync(summary, 'utf8'),
  }
}

describe('the action', () => {
  it('action.yml names the file that is built, for Node 24', () => {
    expect((parse(readFileSync(join(root, 'action.yml'), 'utf8')) as { runs: unknown }).runs).toEqual({
      using: 'node24',
      main: 'dist/action.js',
    })
  })
  it('without inputs scans the whole checkout; a finding that blocks fails the job', () => {
    const ran = job({ 'a/compose.yaml': PRIVILEGED })
    expect(ran.code).toBe(1)
    expect(ran.outputs).toBe('earlier=1\nverdict=block\nexit-code=1\n')
    expect(ran.log).toContain('a/compose.yaml:5:5')
    expect(ran.summary).toContain('`privileged`')
  })
  it('passes where nothing blocks', () => {
    const ran = job({ 'compose.yaml': HARMLESS })
    expect(ran).toMatchObject({ code: 0, outputs: 'earlier=1\nverdict=pass\nexit-code=0\n' })
  })
  it('says incomplete and usage', () => {
    expect(job({ 'compose.yaml': 'services:\n  a: [\n' }).outputs).toContain('verdict=incomplete\nexit-code=3\n')
    const none = job({ 'a.txt': 'x' })
    expect(none.outputs).toContain('verdict=usage\nexit-code=2\n')
    expect(none.log).toContain('holds nothing that can be scanned')
  })
  it('takes lists a line each, and writes the reports that are asked for', () => {
    const ran = job(
      { 'a.yaml': PRIVILEGED, 'b.yaml': HARMLESS },
      {
        targets: 'a.yaml\n  b.yaml\n\n',
        output: 'sarif=x.sarif\njson=x.json',
        ignore: 'privileged\nroot-user',
        'fail-on': 'medium',
      },
    )
    expect(ran.code).toBe(0)
    const json = JSON.parse(readFileSync(join(here.path, `job-${jobs - 1}`, 'x.json'), 'utf8')) as {
      targets: unknown[]
    }
    expect(json.targets).toHaveLength(2)
    expect(readFileSync(join(here.path, `job-${jobs - 1}`, 'x.sarif'), 'utf8')).toContain('"2.1.0"')
  })
  it('takes true and false, and refuses other words', () => {
    expect(job({ 'compose.yaml': HARMLESS }, { quiet: 'true' })).toMatchObject({ code: 0, log: '' })
    expect(job({ 'compose.yaml': HARMLESS }, { quiet: 'false' }).log).toContain('PASS')
    expect(job({ 'compose.yaml': HARMLESS }, { quiet: 'yes' })).toMatchObject({ code: 2 })
    expect(job({ 'compose.yaml': HARMLESS }, { 'no-color': 'true' }).log).not.toContain('\u001b')
  })
  it('a target is never an option', () => {
    const ran = job({ 'compose.yaml': PRIVILEGED }, { targets: 'compose.yaml\n--fail-on=never' })
    expect(ran.code).toBe(2)
    expect(ran.log).toContain('There is no file or folder --fail-on=never')
  })
  it('reads plimsoll.yaml of the checkout', () => {
    const ran = job({
      'compose.yaml': PRIVILEGED,
      'plimsoll.yaml': 'ignore:\n  - { rule: privileged, reason: it is the backup agent }\n',
    })
    expect(ran.code).toBe(0)
    expect(ran.summary).toContain('it is the backup agent')
  })
  it('tells compliance in the log and in the summary, and findings in SARIF', () => {
    const ran = job({ 'compose.yaml': PRIVILEGED }, { report: 'compliance', policy: 'nsa', output: 'sarif=x.sarif' })
    expect(ran.code).toBe(1)
    expect(ran.log).toContain('NSA and CISA Kubernetes Hardening Guidance')
    expect(ran.summary).toContain('| Secrets | ')
    expect(readFileSync(join(here.path, `job-${jobs - 1}`, 'x.sarif'), 'utf8')).toContain('"2.1.0"')
    expect(job({ 'compose.yaml': PRIVILEGED }, { report: 'compliance' })).toMatchObject({ code: 2 })
  })
  it('gives the runner no command that input brought', () => {
    const evil = 'x\n::error::owned\n::set-output name=verdict::pass\n##[error]owned ::error::y'
    const text = JSON.stringify({
      services: {
        [evil]: { image: '##[error]owned', privileged: true },
        '::warning::z': { image: 'a', privileged: true },
      },
    })
    for (const format of ['text', 'markdown', 'json', 'sarif']) {
      const { log } = job({ 'compose.yaml': text, '::error::a.yaml': PRIVILEGED }, { format, 'no-color': 'true' })
      expect(log.length).toBeGreaterThan(0)
      expect(log).not.toMatch(/^[\s\u0085]*::/m)
      expect(log).not.toContain('##[')
    }
    const complaint = job({ 'compose.yaml': text }, { targets: '##[error]owned\n::error::owned' })
    expect(complaint.log).not.toMatch(/^\s*::|##\[/m)
  })
  it('needs no output and no summary file', () => {
    writeFileSync(join(here.path, 'compose.yaml'), HARMLESS)
    expect(start(node, [script], { from: here.path, env: { INPUT_TARGETS: 'compose.yaml' } }).code).toBe(0)
  })
})
