import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowsByName } from '../../src/confine/seccomp/allows.ts'
import { isLxcPolicy, lxcPolicy } from '../../src/confine/seccomp/lxc-policy.ts'
import type { SeccompProfile } from '../../src/confine/seccomp/profile.ts'
import { readPlacedProfile } from '../../src/confine/seccomp/read.ts'

function profileOf(text: string): SeccompProfile {
  const { value, notices } = lxcPolicy('policy', text)
  if (!value) throw new Error(notices[0]?.message ?? 'there is no policy')
  const read = readPlacedProfile(value)
  if (!read.value) throw new Error(read.notices[0]?.message ?? 'there is no profile')
  expect(read.notices.filter(({ lost }) => lost)).toEqual([])
  return read.value.profile
}
const allowed = (text: string): ReadonlySet<string> =>
  new Set(allowsByName(profileOf(text), { capabilities: new Set(), architecture: 'amd64' }).allows)

describe('LXC’s seccomp policies', () => {
  it('are known by their first two lines', () => {
    for (const text of ['2\nallowlist\n', '2\ndenylist errno 1\n', '1\nwhitelist\n', '\n 2\r\nblacklist\r\n'])
      expect(isLxcPolicy(text), text).toBe(true)
    for (const text of ['{"defaultAction": "SCMP_ACT_ALLOW"}', '3\nallowlist', '2\nlist', 'allowlist\n2'])
      expect(isLxcPolicy(text), text).toBe(false)
  })
  it('deny what they name, and allow the rest', () => {
    const calls = allowed('2\ndenylist\n[all]\nkexec_load errno 1\nbpf\n')
    expect([calls.has('kexec_load'), calls.has('bpf'), calls.has('read')]).toEqual([false, false, true])
  })
  it('allow what they name, and nothing else', () => {
    const calls = allowed('2\nallowlist errno 1\n[all]\nread\nwrite errno 5\n[arm64]\nbpf\n')
    expect([...calls].sort()).toEqual(['read'])
  })
  it('of version 1 are numbers of amd64', () => {
    expect([...allowed('1\nallowlist\n0\n1\n')].sort()).toEqual(['read', 'write'])
    expect(lxcPolicy('policy', '1\nallowlist\n99999\n').value).toBeUndefined()
  })
  it('have arguments and places', () => {
    const { syscalls } = profileOf('2\ndenylist\nioctl errno 1 [1,0x9400,SCMP_CMP_MASKED_EQ,0xff00] [0,3,==]\n')
    expect(syscalls[0]?.args).toEqual([
      { index: 1, value: 0xff00n, valueTwo: 0x9400n, op: 'SCMP_CMP_MASKED_EQ' },
      { index: 0, value: 3n, valueTwo: 0n, op: 'SCMP_CMP_EQ' },
    ])
    const { value } = lxcPolicy('policy', '2\ndenylist\n\n  bpf errno 1 # no\n')
    const placed = value && readPlacedProfile(value).value
    expect(placed?.places.rule(0)).toMatchObject({ line: 4, column: 3 })
  })
  it.each([
    ['2\ndenylist maybe\n', 2],
    ['2\ndenylist\nbpf perhaps\n', 3],
    ['2\ndenylist\nbpf errno\n', 3],
    ['2\ndenylist\n[sparc]\nbpf\n', 3],
    ['2\ndenylist\nioctl errno 1 [a]\n', 3],
  ])('%j is refused', (text, line) => {
    const { value, notices } = lxcPolicy('policy', text)
    expect(value).toBeUndefined()
    expect(notices.map(({ id, lost, place }) => ({ id, lost, line: place.line }))).toEqual([
      { id: 'seccomp-profile-invalid', lost: true, line },
    ])
  })
  it('the one that comes with LXC', (context) => {
    const path = '/usr/share/lxc/config/common.seccomp'
    if (!existsSync(path)) return context.skip(`${path} is absent (package lxc)`)
    const calls = allowed(readFileSync(path, 'utf8'))
    const denied = ['kexec_load', 'open_by_handle_at', 'init_module', 'finit_module', 'delete_module']
    expect(denied.filter((call) => calls.has(call))).toEqual([])
    expect([calls.has('mount'), calls.has('keyctl'), calls.has('umount2')]).toEqual([true, true, false])
  })
  it('never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 20 }), (lines) => {
        const { value } = lxcPolicy('policy', `2\nallowlist\n${lines.join('\n')}`)
        if (value) readPlacedProfile(value)
      }),
    )
  })
})
