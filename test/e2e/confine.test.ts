/** plimsoll paths, seccomp and apparmor as a user calls them. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, plimsoll, root } from './run.ts'

const here = folder()
const demo = join(root, 'demo/compose.yaml')

describe('paths', () => {
  it('tells the ways out of one container, with places, and the one change', async () => {
    const { code, out } = await plimsoll(['paths', demo, 'proxy'])
    expect(code).toBe(0)
    expect(out).toContain('engine-socket')
    expect(out).toMatch(/One change closes \d+ of \d+/)
    expect(out).not.toContain('backup')
  })
  it('as JSON, of every container', async () => {
    const { out } = await plimsoll(['paths', demo, '--format', 'json'])
    const { containers } = JSON.parse(out) as { containers: { id: string; paths: unknown[] }[] }
    expect(containers.map(({ id }) => id)).toEqual(['web', 'api', 'proxy', 'backup'])
    expect(containers[3]?.paths.length).toBeGreaterThan(10)
  })
  it('of a container that is not there is wrong usage', async () => {
    const { code, err } = await plimsoll(['paths', demo, 'proxi'])
    expect(code).toBe(2)
    expect(err).toContain('proxy')
  })
})

describe('seccomp', () => {
  it('compare says the relation, and --require makes a gate of it', async () => {
    const ours = join(root, 'profiles/seccomp/web-static.json')
    const gate = await plimsoll([
      'seccomp',
      'compare',
      ours,
      'docker-default',
      '--require',
      'tighter',
      '--format',
      'json',
    ])
    expect(gate.code).toBe(0)
    expect(JSON.parse(gate.out)).toMatchObject({ relation: 'tighter' })
    expect((await plimsoll(['seccomp', 'compare', 'unconfined', ours, '--require', 'tighter'])).code).toBe(1)
  })
  it('lint ends with 1 for a profile that is no filter, and with 3 for what is none', async () => {
    expect((await plimsoll(['seccomp', 'lint', here.put('all.json', '{"defaultAction":"SCMP_ACT_ALLOW"}')])).code).toBe(
      1,
    )
    expect((await plimsoll(['seccomp', 'lint', here.put('cut.json', '{"defaultAction":')])).code).toBe(3)
  })
  it('show and explain read the built-in names', async () => {
    expect((await plimsoll(['seccomp', 'show', 'docker-default'])).out).toContain('306 of 385 system calls run')
    expect((await plimsoll(['seccomp', 'explain', 'docker-default', 'clone3'])).out).toContain('ENOSYS')
    expect((await plimsoll(['seccomp', 'show', 'dokcer-default'])).code).toBe(2)
  })
  it('--help is of seccomp', async () => {
    const { code, out } = await plimsoll(['seccomp', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('plimsoll seccomp compare ours.json docker-default --require tighter')
  })
})

describe('apparmor', () => {
  it('lint finds what is dangerous, compare what docker-default forbids', async () => {
    const wide = here.put('wide', 'profile wide {\n  file,\n  capability,\n  mount,\n  ptrace,\n}\n')
    const lint = await plimsoll(['apparmor', 'lint', wide])
    expect(lint.code).toBe(1)
    expect(lint.out).toContain('wide:4')
    expect((await plimsoll(['apparmor', 'compare', wide])).code).toBe(1)
    expect((await plimsoll(['apparmor', 'compare', 'web-static'])).code).toBe(0)
  })
  it('an include is looked for in the folders that are given, and told where it is in none', async () => {
    const file = here.put('inc', '#include <abstractions/ours>\nprofile inc {\n  include <abstractions/mine>\n}\n')
    here.put('d/abstractions/ours', '')
    here.put('d/abstractions/mine', '/srv/** r,\n')
    expect((await plimsoll(['apparmor', 'lint', file, '--include', join(here.path, 'd')])).code).toBe(0)
    const lost = await plimsoll(['apparmor', 'lint', file, '--include', here.path])
    expect(lost.code).toBe(3)
    expect(lost.out + lost.err).toContain('abstractions/mine')
  })
})
