/** Waivers, parameters and severities through comments, plimsoll.yaml and the command line; the verdict that comes of them. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failing, folder, plimsoll, PRIVILEGED, scan } from './run.ts'

const here = folder()
/** A repository with a compose file and a plimsoll.yaml; gives its path. */
let made = 0
function repository(compose: string, config?: string): string {
  const path = join(here.path, `repository-${made++}`)
  mkdirSync(join(path, '.git'), { recursive: true })
  here.put(`${path.slice(here.path.length + 1)}/compose.yaml`, compose)
  if (config !== undefined) here.put(`${path.slice(here.path.length + 1)}/plimsoll.yaml`, config)
  return path
}
const at = async (path: string, words: readonly string[] = [], today?: string) =>
  scan(['compose.yaml', ...words], { from: path, ...(today !== undefined && { today }) })
const ids = (result: { readonly notices: readonly { readonly id: string }[] }) => result.notices.map(({ id }) => id)

describe('a waiver', () => {
  it('by a comment on the line', async () => {
    const result = await at(
      repository(PRIVILEGED.replace('true', 'true # plimsoll: allow privileged it is the backup agent')),
    )
    expect(result).toMatchObject({ code: 0, verdict: 'pass' })
    expect(result.waived).toMatchObject([{ finding: { rule: 'privileged' }, reason: 'it is the backup agent' }])
    expect(result.notices).toEqual([])
  })
  it('by a comment alone above', async () => {
    const path = repository(
      PRIVILEGED.replace('    privileged', '    # plimsoll: allow privileged it is the backup agent\n    privileged'),
    )
    expect(await at(path)).toMatchObject({ code: 0, waived: [{ reason: 'it is the backup agent' }], notices: [] })
    expect((await plimsoll(['scan', 'compose.yaml'], { from: path })).out).toMatch(
      /Waived \(1\)[\s\S]*it is the backup agent/,
    )
  })
  it('by a comment without a reason, or of no rule, allows nothing', async () => {
    for (const comment of ['allow privileged', 'allow privileeged because', 'alow privileged because']) {
      const result = await at(repository(PRIVILEGED.replace('true', `true # plimsoll: ${comment}`)))
      expect(result).toMatchObject({ code: 1, waived: [] })
      expect(ids(result)).toEqual(['waiver-invalid'])
    }
  })
  it('on another line allows nothing and is reported', async () => {
    const result = await at(
      repository(PRIVILEGED.replace('shop/web:1.0.0', 'shop/web:1.0.0 # plimsoll: allow privileged because')),
    )
    expect(result).toMatchObject({ code: 1, waived: [] })
    expect(ids(result)).toEqual(['waiver-unused'])
  })
  it('by plimsoll.yaml, with a reason', async () => {
    const path = repository(PRIVILEGED, 'ignore:\n  - rule: privileged\n    reason: it is the backup agent\n')
    expect(await at(path)).toMatchObject({ code: 0, waived: [{ reason: 'it is the backup agent' }], notices: [] })
  })
  it('by plimsoll.yaml, without a reason, is refused', async () => {
    const ran = await plimsoll(['scan', 'compose.yaml'], {
      from: repository(PRIVILEGED, 'ignore:\n  - rule: privileged\n'),
    })
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(/plimsoll\.yaml:2:\d+ .*reason/)
  })
  it('that is unused is reported and changes no exit code', async () => {
    const path = repository(PRIVILEGED, 'ignore:\n  - { rule: host-pid-namespace, reason: old }\n')
    expect(await at(path, ['--ignore', 'privileged', '--ignore', 'root-user'])).toMatchObject({ code: 0 })
    expect(ids(await at(path))).toEqual(['waiver-unused'])
  })
  it('that is expired allows nothing any more', async () => {
    const path = repository(PRIVILEGED, 'ignore:\n  - { rule: privileged, reason: for now, expires: 2026-03-31 }\n')
    expect(await at(path, [], '2026-03-31')).toMatchObject({ code: 0, notices: [] })
    const after = await at(path, [], '2026-04-01')
    expect(after.code).toBe(1)
    expect(ids(after)).toEqual(['waiver-expired'])
  })
  it('--ignore waives, and shows it', async () => {
    const result = await at(repository(PRIVILEGED), ['--ignore', 'privileged'])
    expect(result).toMatchObject({ code: 0, waived: [{ finding: { rule: 'privileged' } }] })
  })
})

describe('plimsoll.yaml', () => {
  it('changes a severity, and switches rules on and off', async () => {
    const path = repository(
      PRIVILEGED,
      'rules:\n  privileged: { severity: low }\n  image-digest-missing: { off: false }\n',
    )
    const result = await at(path)
    expect(result.code).toBe(0)
    expect(result.findings.find(({ rule }) => rule === 'privileged')).toMatchObject({ severity: 'low' })
    expect(failing(result)).toContain('image-digest-missing')
    expect(failing(await at(repository(PRIVILEGED, 'rules:\n  privileged: { off: true }\n')))).not.toContain(
      'privileged',
    )
  })
  it('sets parameters', async () => {
    const compose = PRIVILEGED.replace('privileged: true', 'user: "1000"')
    expect(failing(await at(repository(compose)))).not.toContain('memory-unbounded')
    const config = 'rules:\n  capability-dangerous: { params: { never: [CHOWN] } }\n'
    const ran = await plimsoll(['scan', 'compose.yaml'], { from: repository(compose, config) })
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('plimsoll.yaml:2:')
  })
  it('sets policy, threshold and unknown; the command line wins', async () => {
    const path = repository(PRIVILEGED, 'policy: strict\nthreshold: never\nunknown: tell\n')
    const result = await at(path)
    expect(result).toMatchObject({ code: 0, policy: { name: 'strict', threshold: 'never', unknown: 'tell' } })
    expect((await at(path, ['--fail-on', 'high'])).code).toBe(1)
    expect(await at(path, ['--policy', 'default'])).toMatchObject({ policy: { name: 'default' } })
  })
  it('names a policy by a path from its own folder', async () => {
    const path = repository(PRIVILEGED, 'policy: ./house/policy.yaml\n')
    here.put(
      `${path.slice(here.path.length + 1)}/house/policy.yaml`,
      'title: House\nsays: ours\nextends: default\nthreshold: never\n',
    )
    expect((await at(path)).code).toBe(0)
    expect((await scan(['compose.yaml', '--config', join(path, 'plimsoll.yaml')], { from: path })).code).toBe(0)
  })
  it('is found up to the root of the repository and not above it', async () => {
    const config = 'ignore:\n  - { rule: privileged, reason: above }\n'
    const path = repository(PRIVILEGED, config)
    const inner = `${path.slice(here.path.length + 1)}/a/b`
    here.put(`${inner}/compose.yaml`, PRIVILEGED)
    expect((await at(join(path, 'a/b'))).code).toBe(0)
    mkdirSync(join(path, 'a/.git'))
    expect((await at(join(path, 'a/b'))).code).toBe(1)
  })
})

describe('the verdict', () => {
  it('is incomplete where input was lost, unless something blocks', async () => {
    const path = repository(PRIVILEGED)
    here.put(`${path.slice(here.path.length + 1)}/broken.yaml`, 'services:\n  a: [\n')
    expect(await at(path, ['broken.yaml'])).toMatchObject({ code: 1, verdict: 'block' })
    expect(await at(path, ['broken.yaml', '--fail-on', 'never'])).toMatchObject({ code: 3, verdict: 'incomplete' })
    expect(await at(path, ['--fail-on', 'never'])).toMatchObject({ code: 0, verdict: 'pass' })
    expect((await plimsoll(['scan', 'compose.yaml', 'broken.yaml', 'absent.yaml'], { from: path })).code).toBe(2)
  })
})
