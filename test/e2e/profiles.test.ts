/** Profiles that a configuration names are read, and judged by what they say: seccomp and AppArmor, in the whole scan. */
import { describe, expect, it } from 'vitest'
import { scan } from '../../src/scan.ts'
import { folder } from './run.ts'

const here = folder()

const rulesOf = async (target: string, roots: { seccompRoot?: string; apparmorRoot?: string } = {}) => {
  const { findings, notices } = await scan({ targets: [target], today: '2026-01-31', ...roots })
  return {
    rules: findings
      .filter(({ rule }) => /^(?:seccomp|apparmor)-/.test(rule))
      .map(({ rule, outcome, coveredBy }) => `${rule}${outcome === 'open' ? '?' : ''}${coveredBy ? ' covered' : ''}`)
      .sort(),
    places: findings.filter(({ rule }) => rule === 'seccomp-allows-escape').map(({ place }) => place),
    notices: notices.map(({ id }) => id),
  }
}
const compose = (option: string): string =>
  `services:\n  a:\n    image: a\n    user: '1000'\n    security_opt: ['${option}']\n`
const pod = (profile: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: a\n      image: a\n      securityContext:\n        seccompProfile: { type: Localhost, localhostProfile: ${profile} }\n`
const ALLOWS_ALL = '{\n  "defaultAction": "SCMP_ACT_ALLOW",\n  "syscalls": []\n}\n'

describe('seccomp', () => {
  it('a profile beside the compose file that allows everything is no filter', async () => {
    here.put('all.json', ALLOWS_ALL)
    const { rules, notices } = await rulesOf(here.put('all.yaml', compose('seccomp:./all.json')))
    expect(rules).toContain('seccomp-allows-escape')
    expect(rules.filter((rule) => rule.startsWith('seccomp-looser'))).toEqual(['seccomp-looser-than-default covered'])
    expect(notices).toEqual([])
  })
  it('the finding stands in the profile', async () => {
    here.put(
      'module.json',
      '{\n  "defaultAction": "SCMP_ACT_ALLOW",\n  "syscalls": [\n    { "names": ["reboot"], "action": "SCMP_ACT_ERRNO" }\n  ]\n}\n',
    )
    const { places } = await rulesOf(here.put('module.yaml', compose('seccomp:./module.json')))
    expect(places.length).toBe(1)
    expect(places.every(({ file }) => file.endsWith('module.json'))).toBe(true)
  })
  it('a profile that is not there is a finding, and what it allows is not known', async () => {
    const { rules } = await rulesOf(here.put('gone.yaml', compose('seccomp:./gone.json')))
    expect(rules).toContain('seccomp-profile-not-found')
    expect(rules).not.toContain('seccomp-allows-escape')
  })
  it('a localhostProfile is looked for below --seccomp-root, and nowhere else', async () => {
    here.put('nodes/profiles/all.json', ALLOWS_ALL)
    const root = `${here.path}/nodes`
    const target = here.put('pod.yaml', pod('profiles/all.json'))
    expect((await rulesOf(target)).rules).toContain('seccomp-profile-not-found?')
    expect((await rulesOf(target, { seccompRoot: root })).rules).toContain('seccomp-allows-escape')
    const gone = here.put('pod-gone.yaml', pod('profiles/gone.json'))
    expect((await rulesOf(gone, { seccompRoot: root })).rules).toContain('seccomp-profile-not-found')
    const outside = here.put('pod-outside.yaml', pod('../all.json'))
    expect((await rulesOf(outside, { seccompRoot: root })).rules).not.toContain('seccomp-allows-escape')
  })
})

describe('AppArmor', () => {
  const root = `${here.path}/apparmor.d`
  it('a profile in complain mode forbids nothing', async () => {
    here.put('apparmor.d/own', 'profile own flags=(complain) {\n  file,\n}\n')
    const target = here.put('own.yaml', compose('apparmor=own'))
    const { rules } = await rulesOf(target, { apparmorRoot: root })
    expect(rules).toEqual(['apparmor-complain-mode', 'apparmor-looser-than-default covered'])
  })
  it('one that allows less than docker-default has no finding', async () => {
    here.put('apparmor.d/tight', 'profile tight {\n  /srv/** r,\n}\n')
    expect((await rulesOf(here.put('tight.yaml', compose('apparmor=tight')), { apparmorRoot: root })).rules).toEqual([])
  })
  it('one that is not found, or not looked for, is not known', async () => {
    const target = here.put('lost.yaml', compose('apparmor=lost'))
    for (const roots of [{}, { apparmorRoot: root }])
      expect((await rulesOf(target, roots)).rules).toContain('apparmor-complain-mode?')
  })
  it('closes the ways that it forbids', async () => {
    const text = (profile: string): string =>
      `services:\n  a:\n    image: a\n    user: root\n    pid: host\n    cap_add: [SYS_PTRACE]\n    security_opt: ['apparmor=${profile}']\n`
    const ways = async (profile: string): Promise<readonly string[]> => {
      const { ways: all } = await scan({
        targets: [here.put(`ways-${profile}.yaml`, text(profile))],
        today: '2026-01-31',
        apparmorRoot: root,
      })
      return all.flatMap(({ paths }) => paths.map(({ id }) => id))
    }
    expect(await ways('own')).toContain('host-process-injected')
    expect(await ways('tight')).not.toContain('host-process-injected')
  })
})

it('file capabilities of a folder are not known, for nobody reads them', async () => {
  here.put('rootfs/etc/passwd', 'root:x:0:0::/root:/bin/sh\n')
  here.put('rootfs/usr/bin/a', '')
  here.put('rootfs/var/a', '')
  const { images, findings } = await scan({ targets: [`rootfs:${here.path}/rootfs`], today: '2026-01-31' })
  expect(images[0]?.facts.fileCapabilities.how).toBe('unknown')
  expect(findings.find(({ rule }) => rule === 'file-capability')?.outcome).toBe('open')
})
