import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DANGERS } from '../../src/confine/seccomp/danger.ts'
import { argumentCount, argumentKind } from '../../src/confine/seccomp/signature.ts'
import { CAPABILITIES } from '../../src/confine/capabilities/names.ts'
import { ARCHITECTURES, systemCalls } from '../../src/confine/syscalls.ts'
import { lint, type LintFinding, type LintOptions } from '../../src/seccomp.ts'
import { CORPUS, engineForm, ours, profileIn, profileOf } from './seccomp-profiles.ts'

/** Without complaints about a container's start and about the other ABIs, which most short profiles have. */
const QUIET = ['seccomp-start-denied', 'seccomp-start-needs-no-new-privileges', 'seccomp-architecture-missing']
const brief = ({ id, place, severity }: LintFinding): string => `${place.line}:${place.column} ${severity} ${id}`
const found = (text: string, options?: LintOptions): readonly LintFinding[] =>
  lint(profileOf(text), options).filter(({ id }) => !QUIET.includes(id))
const ids = (text: string, options?: LintOptions): readonly string[] => found(text, options).map(brief)
const message = (text: string, id: string, options?: LintOptions): string =>
  lint(profileOf(text), options).find((one) => one.id === id)?.message ?? ''

const BOTH = { archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] }] }
const rule = (names: string | readonly string[], rest: object = {}) => ({
  names: [names].flat(),
  action: 'SCMP_ACT_ALLOW',
  ...rest,
})
const deny = (names: string | readonly string[], rest: object = {}) =>
  rule(names, { action: 'SCMP_ACT_ERRNO', errnoRet: 1, ...rest })
const list = (...rules: readonly object[]): string => engineForm('SCMP_ACT_KILL_PROCESS', rules, BOTH)
const where = (index: number, op: string, value: number | bigint, valueTwo?: number) => ({
  args: [{ index, op: `SCMP_CMP_${op}`, value: Number(value), ...(valueTwo !== undefined && { valueTwo }) }],
})

describe('vendors', () => {
  const NAMES = ['docker-default', 'docker-default@20.10', 'containerd-default', 'podman-default']
  it.each(NAMES)('%s: nothing that is high or worse', async (name) => {
    const findings = lint(await ours(name))
    expect(findings.filter(({ severity }) => severity === 'critical' || severity === 'high')).toEqual([])
  })
  it.each(['docker-default', 'containerd-default'])('%s: what is safe by capability is no danger', async (name) => {
    const dangers = lint(await ours(name)).filter(({ id }) => id.startsWith('seccomp-allows-'))
    expect(
      dangers
        .map(({ severity, id }) => `${severity} ${id}`)
        .filter((one) => !/^info seccomp-allows-(?:ptrace|process-memory|lsm)$/.test(one)),
    ).toEqual([])
  })
  it('with the capability the same profile is told so', async () => {
    const placed = await ours('docker-default')
    const dangers = lint(placed, { capabilities: new Set(['SYS_ADMIN', 'SYS_MODULE']) }).map(
      ({ severity, id }) => `${severity} ${id}`,
    )
    expect(dangers).toEqual(
      expect.arrayContaining([
        'critical seccomp-allows-module',
        'high seccomp-allows-mount',
        'high seccomp-allows-bpf',
      ]),
    )
  })
  it('mistakes in them that are real: a rule that never counts, a number that is compared with its upper half', async () => {
    const podman = lint(await ours('podman-default'))
    expect(podman.find(({ id }) => id === 'seccomp-shadowed')?.message).toMatch(/^setns: this never counts/)
    expect(lint(await ours('docker-default')).find(({ id }) => id === 'seccomp-upper-half')?.message).toMatch(
      /0x100000028 gets past it, and the kernel takes it for 40/,
    )
    expect(lint(await ours('containerd-default')).some(({ id }) => id === 'seccomp-upper-half')).toBe(false)
  })
  it.each(ARCHITECTURES)('is judged on %s', async (architecture) => {
    expect(
      lint(await ours('docker-default'), { architecture }).filter(
        ({ severity }) => severity === 'critical' || severity === 'high',
      ),
    ).toEqual([])
  })
  if (!existsSync(CORPUS)) console.log(`${CORPUS} is absent: its profiles are not linted`)
  it.skipIf(!existsSync(CORPUS))('files of the corpora', () => {
    const of = (file: string) =>
      lint(profileIn(`${CORPUS}/${file}`))
        .filter(({ severity }) => severity === 'critical' || severity === 'high')
        .map(({ id }) => id)
    expect(of('moby/default.json')).toEqual([])
    expect(of('container-libs/seccomp.json')).toEqual([])
    expect(of('containers-common/seccomp.json')).toEqual([])
    expect(of('docker-labs/allow.json')).toEqual(['seccomp-denies-nothing'])
    expect(of('docker-labs/deny.json')).toEqual(['seccomp-start-denied'])
    expect(lint(profileIn(`${CORPUS}/docker-labs/default.json`)).map(({ id }) => id)).toContain(
      'seccomp-clone3-not-enosys',
    )
  })
})

describe('start', () => {
  it('what no container starts without, and what only no-new-privileges makes superfluous', async () => {
    const { profile, places } = await ours('docker-default')
    const without = (call: string) =>
      lint({
        profile: {
          ...profile,
          syscalls: profile.syscalls.map((one) => ({ ...one, names: one.names.filter((name) => name !== call) })),
        },
        places,
      })
        .map(({ id }) => id)
        .filter((id) => id.startsWith('seccomp-start'))
    // ../shared/real-parts.md, measured with runc 1.1.5.
    for (const call of 'execve write close openat mprotect futex fstatfs getdents64 arch_prctl'.split(' '))
      expect(`${call} ${without(call)}`).toBe(`${call} seccomp-start-denied`)
    for (const call of 'read fstat newfstatat getcwd capget capset prctl setuid setgid setgroups chdir getppid'.split(
      ' ',
    ))
      expect(`${call} ${without(call)}`).toBe(`${call} seccomp-start-needs-no-new-privileges`)
    for (const call of ['exit_group', 'getpid', 'brk', 'mmap']) expect(without(call)).toEqual([])
  })
  it('has the place of the rule that denies', () => {
    const text = engineForm('SCMP_ACT_ALLOW', [deny('mount'), deny('execve')], BOTH)
    expect(ids(text)).toContain('1:2 high seccomp-default-allows')
    expect(lint(profileOf(text)).map(brief)).toContain('4:1 high seccomp-start-denied')
  })
})

describe('actions', () => {
  it('a list of what is denied leaves the rest open', () => {
    const text = engineForm('SCMP_ACT_ALLOW', [deny(['mount', 'bpf'])], BOTH)
    expect(ids(text)).toContain('1:2 high seccomp-default-allows')
    expect(message(text, 'seccomp-default-allows')).toMatch(/: 383 of 385, .*Open among them: .*userfaultfd/)
    expect(message(text, 'seccomp-default-allows')).not.toMatch(/\bbpf\b/)
  })
  it('one that denies nothing is no filter, and is told once', () => {
    expect(ids(engineForm('SCMP_ACT_ALLOW', [], BOTH))).toEqual(['1:2 critical seccomp-denies-nothing'])
  })
  it.each([
    ['SCMP_ACT_LOG', 'high seccomp-log-left-on'],
    ['SCMP_ACT_TRACE', 'medium seccomp-trace-left-on'],
    ['SCMP_ACT_NOTIFY', 'high seccomp-notify-refused'],
  ])('%s as default', (action, expected) => {
    expect(ids(engineForm(action, [rule('read')], BOTH))).toContain(`1:2 ${expected}`)
  })
  it.each([
    ['SCMP_ACT_LOG', {}, ['3:20 low seccomp-log-left-on']],
    ['SCMP_ACT_TRACE', {}, ['3:20 low seccomp-trace-left-on']],
    ['SCMP_ACT_NOTIFY', { listenerPath: '/run/l' }, ['3:20 low seccomp-notify-left-on']],
    ['SCMP_ACT_NOTIFY', {}, ['3:20 high seccomp-listener-missing', '3:20 low seccomp-notify-left-on']],
  ])('%s in a rule', (action, rest, expected) => {
    expect(ids(engineForm('SCMP_ACT_ERRNO', [rule('chmod', { action })], { ...BOTH, ...rest }))).toEqual(expected)
  })
  it('NOTIFY for write is refused', () => {
    expect(
      ids(
        engineForm('SCMP_ACT_ERRNO', [rule('write', { action: 'SCMP_ACT_NOTIFY' })], { ...BOTH, listenerPath: '/l' }),
      ),
    ).toContain('3:20 high seccomp-notify-refused')
  })
  it('the flag that lifts a mitigation', () => {
    expect(
      ids(engineForm('SCMP_ACT_ERRNO', [rule('read')], { ...BOTH, flags: ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'] })).some(
        (one) => one.endsWith('low seccomp-speculation-allowed'),
      ),
    ).toBe(true)
  })
  it('a base that was not read, and a profile that is off', () => {
    const text =
      'apiVersion: security-profiles-operator.x-k8s.io/v1beta1\nkind: SeccompProfile\nspec:\n  baseProfileName: runc\n  disabled: true\n  defaultAction: SCMP_ACT_ERRNO\n'
    const lines = lint(profileOf(text, 'p.yaml')).map(brief)
    expect(lines).toEqual(expect.arrayContaining(['4:3 low seccomp-incomplete', '5:3 medium seccomp-profile-disabled']))
  })
})

describe('names', () => {
  it('one that no kernel has, with the nearest', () => {
    expect(ids(list(rule(['read', 'opneat'])))).toEqual(['3:18 medium seccomp-name-unknown'])
    expect(message(list(rule('opneat')), 'seccomp-name-unknown')).toMatch(/did you mean "openat"\?.* stays held back/)
  })
  it('in a deny list it is worse: the call stays open', () => {
    const text = engineForm('SCMP_ACT_ALLOW', [deny('mout')], BOTH)
    expect(ids(text)).toContain('3:11 high seccomp-name-unknown')
    expect(message(text, 'seccomp-name-unknown')).toMatch(/"mount"\?.* stays let through/)
  })
  it('those of other machines are names', () => {
    expect(ids(list(rule(['cacheflush', 'sysmips', 's390_runtime_instr', 'riscv_flush_icache', 'stime'])))).toEqual([])
  })
  it('a hundred thousand wrong ones are told in bounds', () => {
    const text = list(rule(Array.from({ length: 100_000 }, (_, i) => `call_${i}`)))
    const findings = found(text)
    expect(findings).toHaveLength(21)
    expect(findings.at(-1)?.message).toMatch(/^99980 more of this kind/)
  })
})

describe('entries that are idle', () => {
  const ONE = where(0, 'EQ', 1)
  it.each([
    ['twice in a rule', [rule(['read', 'read'])], ['3:18 info seccomp-name-twice']],
    ['the same again', [rule('read'), rule(['write', 'read'])], ['4:19 info seccomp-duplicate']],
    ['a condition after none', [rule('kill'), rule('kill', ONE)], ['4:11 info seccomp-duplicate']],
    ['a condition before none', [rule('kill', ONE), rule('kill')], ['3:11 info seccomp-duplicate']],
    ['held back after let through', [rule('kill'), deny('kill')], ['4:11 medium seccomp-shadowed']],
    ['held back with a condition', [rule('kill'), deny('kill', ONE)], ['4:11 medium seccomp-shadowed']],
    ['two actions for the same arguments', [rule('kill', ONE), deny('kill', ONE)], ['4:11 medium seccomp-shadowed']],
    ['different arguments', [rule('kill', ONE), rule('kill', where(0, 'EQ', 2))], []],
    [
      'only with a capability',
      [rule('kill', { includes: { caps: ['CAP_KILL'] } }), rule('kill', { excludes: { caps: ['CAP_KILL'] }, ...ONE })],
      [],
    ],
    [
      'with a capability, but always before',
      [rule('kill'), rule('kill', { includes: { caps: ['CAP_KILL'] } })],
      ['4:11 info seccomp-duplicate'],
    ],
    [
      'with the same capability',
      [rule('kill', { includes: { caps: ['CAP_KILL'] } }), deny('kill', { includes: { caps: ['CAP_KILL'] } })],
      ['4:11 medium seccomp-shadowed'],
    ],
  ])('%s', (_, rules, expected) => {
    expect(ids(list(...rules)).filter((one) => !one.includes('upper-half'))).toEqual(expected)
  })
  it('names the line of the other rule', () => {
    expect(message(list(rule('kill'), deny('kill')), 'seccomp-shadowed')).toMatch(/the rule at line 3 decides/)
  })
})

describe('arguments', () => {
  it.each([
    ['a pointer', rule('open', where(0, 'EQ', 5)), ['seccomp-pointer-compared']],
    ['a pointer with NULL', rule('mount', where(4, 'EQ', 0)), []],
    ['a number that is no pointer', rule('openat', where(2, 'EQ', 0)), []],
    ['not equal, of 32 bits', rule('socket', where(0, 'NE', 40)), ['seccomp-upper-half']],
    ['greater, of 32 bits', rule('socket', where(0, 'GT', 40)), ['seccomp-upper-half']],
    ['equal, let through', rule('socket', where(0, 'EQ', 1)), []],
    ['less, let through', rule('socket', where(0, 'LT', 38)), []],
    ['greater, of 64 bits', rule('brk', where(0, 'GT', 5)), []],
    ['an argument that is not there', rule('close', where(1, 'EQ', 5)), ['seccomp-argument-absent']],
    [
      'the flags of clone on s390',
      rule('clone', { ...where(1, 'MASKED_EQ', 0x7e020000, 0), includes: { arches: ['s390x'] } }),
      [],
    ],
  ])('%s', (_, one, expected) => {
    expect(
      found(list(one))
        .map(({ id }) => id)
        .filter((id) => !/socket-family|multiplexed|clone3/.test(id)),
    ).toEqual(expected)
  })
  it('held back in a deny list by equality: snapd and flatpak were passed so', () => {
    const text = engineForm('SCMP_ACT_ALLOW', [deny('ioctl', where(1, 'EQ', 0x5412))], BOTH)
    expect(message(text, 'seccomp-upper-half')).toMatch(/0x100005412 gets past it, and the kernel takes it for 21522/)
  })
  it('the table has only calls that there are, and as many arguments as a call can have', () => {
    const calls = ARCHITECTURES.flatMap((one) => systemCalls(one))
    for (const call of calls) expect(argumentCount(call) ?? 0).toBeLessThanOrEqual(6)
    expect([
      argumentKind('socket', 0),
      argumentKind('open', 0),
      argumentKind('clone', 0),
      argumentKind('socket', 3),
      argumentKind('nosuch', 0),
    ]).toEqual(['int', 'pointer', 'long', undefined, undefined])
  })
})

/** A filter that holds back socket(AF_UNIX) by equality, and what the kernel of this machine then says to AF_UNIX with an upper half. */
const PROBE = `#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (!filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, 1))) return 1;
  if (seccomp_load(filter)) return 2;
  long plain = syscall(SYS_socket, 1L, 1L, 0L), around = syscall(SYS_socket, 0x100000001L, 1L, 0L);
  printf("%s %s\\n", plain < 0 ? "held" : "runs", around < 0 ? "held" : "runs");
}
`
const canProbe = existsSync('/usr/include/seccomp.h') && existsSync('/usr/bin/gcc') && process.arch === 'x64'
if (!canProbe) console.log('gcc or libseccomp-dev is absent: the upper half of an argument is not tried on this kernel')
it.skipIf(!canProbe)('the kernel takes the lower half, the filter the whole: as the finding says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-upper-'))
  try {
    writeFileSync(join(folder, 'probe.c'), PROBE)
    execFileSync('gcc', ['-o', join(folder, 'probe'), join(folder, 'probe.c'), '-lseccomp'])
    expect(execFileSync(join(folder, 'probe'), { encoding: 'utf8' })).toBe('held runs\n')
    const text = engineForm('SCMP_ACT_ALLOW', [deny('socket', where(0, 'EQ', 1))], BOTH)
    expect(message(text, 'seccomp-upper-half')).toMatch(/0x100000001 gets past it, and the kernel takes it for 1\./)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe('architectures', () => {
  it('one that is not named is killed', () => {
    const text = engineForm('SCMP_ACT_ERRNO', [rule('read')], { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] })
    const finding = lint(profileOf(text)).find(({ id }) => id === 'seccomp-architecture-missing')
    expect(finding && brief(finding)).toBe('1:36 info seccomp-architecture-missing')
    expect(finding?.message).toMatch(/^The profile is not made for x32/)
  })
  it('held back by one way and let through by another', () => {
    const text = engineForm('SCMP_ACT_ALLOW', [deny('mount', { includes: { arches: ['amd64'] } })], BOTH)
    // Conditions ask for the machine, so both ways have the rule: no way around.
    expect(ids(text).some((one) => one.includes('around'))).toBe(false)
    expect(message(list(rule(['umount', 'umount2']), rule('waitpid')), 'seccomp-architecture-around')).toBe('')
  })
  it('arguments that socketcall hides', () => {
    const text = list(rule('socket', where(0, 'LT', 38)), rule('socketcall'))
    expect(ids(text)).toContain('4:11 low seccomp-multiplexed-around')
    // libseccomp cannot compare there, and opens that part of socketcall as a whole.
    expect(ids(list(rule('socket', where(0, 'LT', 38)))).some((one) => one.includes('multiplexed'))).toBe(true)
    const native = engineForm('SCMP_ACT_ERRNO', [rule('socket', where(0, 'LT', 38))], {
      architectures: ['SCMP_ARCH_X86_64'],
    })
    expect(ids(native).some((one) => one.includes('multiplexed'))).toBe(false)
  })
})

describe('clone and clone3', () => {
  const flags = where(0, 'MASKED_EQ', 0x7e020000, 0)
  it.each([
    ['filtered, and clone3 open', [rule('clone', flags), rule('clone3')], ['4:1 medium seccomp-clone3-around']],
    ['filtered, and clone3 held back by the default', [rule('clone', flags)], ['1:2 medium seccomp-clone3-not-enosys']],
    [
      'filtered, and clone3 with EPERM',
      [rule('clone', flags), deny('clone3')],
      ['4:1 medium seccomp-clone3-not-enosys'],
    ],
    ['filtered, and clone3 with ENOSYS', [rule('clone', flags), deny('clone3', { errnoRet: 38 })], []],
    ['both open', [rule(['clone', 'clone3'])], []],
    ['neither', [rule('read')], []],
  ])('%s', (_, rules, expected) => {
    expect(ids(list(...rules)).filter((one) => one.includes('clone3'))).toEqual(expected)
  })
})

describe('names that open a way out', () => {
  it.each(DANGERS.map((danger) => [danger.id, danger] as const))('%s', (id, danger) => {
    const call = danger.calls.find((one) => systemCalls('amd64').includes(one))
    if (call === undefined) return expect.fail()
    const text = list(rule('read'), rule(call))
    const name = `seccomp-allows-${id}`
    const finding = (options?: LintOptions) => found(text, options).find((one) => one.id === name)
    const all = { capabilities: new Set<string>(CAPABILITIES) }
    expect(finding(all)?.severity).toBe(danger.severity)
    expect(finding(all)?.place).toMatchObject({ line: 4 })
    expect(finding(all)?.message).toContain(danger.gives)
    expect(finding({ capabilities: new Set() })?.severity).toBe(
      danger.capabilities.length === 0 ? danger.severity : (danger.without ?? 'info'),
    )
    if (danger.capabilities.length > 0 && danger.arguments === undefined) {
      const gated = list(rule('read'), rule(call, { includes: { caps: [`CAP_${danger.capabilities[0]}`] } }))
      expect(found(gated, { capabilities: new Set() }).map((one) => one.id)).not.toContain(name)
    }
  })
  it('capabilities and calls of the table are ones', () => {
    for (const { capabilities, calls } of DANGERS) {
      for (const name of capabilities) expect(CAPABILITIES).toContain(name)
      for (const call of calls) expect(ARCHITECTURES.some((one) => systemCalls(one).includes(call))).toBe(true)
    }
  })
  it('a user namespace makes mounting more than a remark', () => {
    const severity = (...names: string[]) =>
      found(list(rule(names))).find(({ id }) => id === 'seccomp-allows-mount')?.severity
    expect(severity('mount')).toBe('info')
    expect(severity('mount', 'unshare')).toBe('low')
  })
  it('clone with its namespace flags held back is no way out', () => {
    expect(ids(list(rule('clone', where(0, 'MASKED_EQ', 0x7e020000, 0)), deny('clone3', { errnoRet: 38 })))).toEqual([])
  })
})
