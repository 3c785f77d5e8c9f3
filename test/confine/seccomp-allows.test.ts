import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CAPABILITIES, capabilityFacts } from '../../src/confine/capabilities.ts'
import { DOCKER, KUBERNETES } from '../../src/confine/convention.ts'
import { allowsByName, type ByName } from '../../src/confine/seccomp/allows.ts'
import { interestingArguments } from '../../src/confine/seccomp/arguments.ts'
import { evaluator } from '../../src/confine/seccomp/decide.ts'
import { seccompFacts } from '../../src/confine/seccomp/facts.ts'
import type { SeccompProfile } from '../../src/confine/seccomp/profile.ts'
import { readProfile } from '../../src/confine/seccomp/read.ts'
import { ARCHITECTURES, architectureOf, systemCalls } from '../../src/confine/syscalls.ts'
import { readText } from '../../src/document/read.ts'
import { set, unknown, type Fact } from '../../src/model/fact.ts'
import { at, facts, names, values } from './container.ts'

function profileOf(text: string): SeccompProfile {
  const root = readText('seccomp.json', text).value.documents[0]
  const { value, notices } = root ? readProfile(root) : {}
  if (!value) throw new Error(JSON.stringify(notices))
  return value
}
/** A profile of rules such as `ALLOW chmod`, `ERRNO:38 chmod` and `ALLOW chmod 5` (only with that first argument). */
const profile = (defaultAction: string, ...rules: (string | object)[]): SeccompProfile =>
  profileOf(
    JSON.stringify({
      defaultAction: `SCMP_ACT_${defaultAction}`,
      syscalls: rules.map((rule) => {
        if (typeof rule !== 'string') return { names: ['chmod'], action: 'SCMP_ACT_ALLOW', ...rule }
        const [action = '', name, value] = rule.split(' ')
        const [word, errnoRet] = action.split(':')
        return {
          names: [name],
          action: `SCMP_ACT_${word}`,
          ...(errnoRet && { errnoRet: Number(errnoRet) }),
          ...(value && { args: [{ index: 0, value: Number(value), op: 'SCMP_CMP_EQ' }] }),
        }
      }),
    }),
  )
const NOBODY = { capabilities: new Set<string>(), architecture: 'amd64' } as const
const of = ({ allows, denies, depends }: ByName, name: string): string =>
  [allows.includes(name) && 'allow', denies.includes(name) && 'deny', depends.includes(name) && 'conditional']
    .filter((word) => word !== false)
    .join(' and ') || 'deny'

describe('several rules for one call', () => {
  // What libseccomp 2.5.4 exports (seccomp_export_pfc) for the same rules in the same order.
  it.each([
    [['ERRNO', 'ALLOW chmod', 'ERRNO:38 chmod'], 'allow'],
    [['ERRNO', 'ERRNO:38 chmod', 'ALLOW chmod'], 'deny'],
    [['ERRNO', 'ALLOW chmod', 'ERRNO:38 chmod 5'], 'allow'],
    [['ERRNO', 'ERRNO:38 chmod 5', 'ALLOW chmod'], 'allow'],
    [['ERRNO', 'ALLOW chmod 5', 'ERRNO:38 chmod'], 'deny'],
    [['ALLOW', 'ERRNO chmod 5', 'LOG chmod'], 'allow'],
    // A rule that repeats the default action is left out (runc libcontainer/seccomp, matchCall).
    [['ERRNO', 'ERRNO chmod', 'ALLOW chmod'], 'allow'],
    [['ERRNO', 'ERRNO:1 chmod', 'ALLOW chmod 5'], 'conditional'],
    [['ERRNO', 'ALLOW chmod 5', 'ALLOW chmod 6'], 'conditional'],
    [['ERRNO', 'ERRNO:38 chmod 5'], 'deny'],
    [['ALLOW', 'KILL chmod 5'], 'conditional'],
    [['ALLOW', 'KILL chmod'], 'deny'],
    [['ALLOW'], 'allow'],
    [['KILL', 'LOG chmod'], 'allow'],
    [['KILL', 'TRACE chmod'], 'deny'],
    [['KILL', 'NOTIFY chmod'], 'deny'],
    [['LOG', 'KILL mount'], 'allow'],
  ])('%j: %s', ([action = '', ...rules], expected) => {
    expect(of(allowsByName(profile(action, ...rules), NOBODY), 'chmod')).toBe(expected)
  })
})

describe('conditions (moby/profiles seccomp_linux.go, setupSeccomp)', () => {
  const caps = (...held: string[]): { capabilities: Set<string>; architecture: 'amd64' } => ({
    capabilities: new Set(held),
    architecture: 'amd64',
  })
  const TWO = ['CAP_BPF', 'CAP_SYS_ADMIN']
  it.each([
    ['every capability is needed', { includes: { caps: TWO } }, caps('BPF'), 'deny'],
    ['every capability is there', { includes: { caps: TWO } }, caps('BPF', 'SYS_ADMIN'), 'allow'],
    ['one capability excludes', { excludes: { caps: TWO } }, caps('BPF'), 'deny'],
    ['none that excludes', { excludes: { caps: TWO } }, caps('CHOWN'), 'allow'],
    ['a capability without CAP_ is none', { includes: { caps: ['BPF'] } }, caps('BPF'), 'deny'],
    ['another architecture', { includes: { arches: ['arm64', 'arm'] } }, NOBODY, 'deny'],
    ['this architecture', { includes: { arches: ['arm64', 'amd64'] } }, NOBODY, 'allow'],
    ['excluded architecture', { excludes: { arches: ['amd64'] } }, NOBODY, 'deny'],
    ['kernel too old', { includes: { minKernel: '4.8' } }, { ...NOBODY, kernel: [4, 7] as const }, 'deny'],
    ['kernel just new enough', { includes: { minKernel: '4.8' } }, { ...NOBODY, kernel: [4, 8] as const }, 'allow'],
    ['4.10 is newer than 4.8', { includes: { minKernel: '4.8' } }, { ...NOBODY, kernel: [4, 10] as const }, 'allow'],
    ['newer kernel excluded', { excludes: { minKernel: '4.8' } }, { ...NOBODY, kernel: [5, 1] as const }, 'deny'],
    ['unknown kernel is new enough', { includes: { minKernel: '6.99' } }, NOBODY, 'allow'],
    ['empty conditions', { includes: { caps: [], arches: [], minKernel: '' }, excludes: {} }, NOBODY, 'allow'],
  ])('%s', (_, rule, circumstances, expected) => {
    expect(of(allowsByName(profile('ERRNO', rule), circumstances), 'chmod')).toBe(expected)
  })
  it('says that it took the kernel to be new enough', () => {
    const asking = profile('ERRNO', { includes: { minKernel: '4.8' } })
    expect(allowsByName(asking, NOBODY).kernelAssumed).toBe(true)
    expect(allowsByName(asking, { ...NOBODY, kernel: [5, 10] }).kernelAssumed).toBe(false)
    expect(allowsByName(profile('ERRNO', 'ALLOW read'), NOBODY).kernelAssumed).toBe(false)
  })
})

describe('system calls', () => {
  it('each architecture has its own', () => {
    for (const architecture of ARCHITECTURES) {
      const calls = systemCalls(architecture)
      expect(new Set(calls).size).toBe(calls.length)
      expect(calls.every((name) => /^\w+$/.test(name))).toBe(true)
      for (const name of ['read', 'mount', 'bpf', 'clone3', 'io_uring_setup', 'file_getattr'])
        expect(calls).toContain(name)
    }
    expect(systemCalls('amd64')).toContain('open')
    expect(systemCalls('arm64')).not.toContain('open')
    expect(systemCalls('s390x')).toContain('s390_pci_mmio_read')
    expect(['amd64', '386', 'loong64', 'mips'].map(architectureOf)).toEqual(['amd64', 'x86', 'loong64', undefined])
  })
  const header = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'
  if (!existsSync(header)) console.log(`${header} is absent: the table of amd64 is not compared with it`)
  it.skipIf(!existsSync(header))('amd64 has all that the kernel’s header has', () => {
    const inHeader = [...readFileSync(header, 'utf8').matchAll(/^#define __NR_(\w+) /gm)].map((match) => match[1] ?? '')
    expect(inHeader.length).toBeGreaterThan(300)
    expect(inHeader.filter((name) => !systemCalls('amd64').includes(name))).toEqual([])
  })
})

const CORPUS = '../shared/corpora/seccomp'
if (!existsSync(CORPUS)) console.log(`${CORPUS} is absent: vendors' profiles are not judged`)
describe.skipIf(!existsSync(CORPUS))('profiles of vendors', () => {
  const vendor = (file: string): SeccompProfile => profileOf(readFileSync(`${CORPUS}/data/${file}`, 'utf8'))
  interface Label {
    file: string
    expected: { defaultAction: string; dangerous: Record<string, string> }
  }
  const labels = existsSync(CORPUS) ? (JSON.parse(readFileSync(`${CORPUS}/labels.json`, 'utf8')) as Label[]) : []
  // labels.json was computed with Docker's default capabilities, amd64 and kernel 5.10 (SOURCE.md).
  const GIVEN =
    'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'
  const labelled = { capabilities: new Set(GIVEN.split(' ')), architecture: 'amd64', kernel: [5, 10] } as const
  it.each(labels.filter(({ file }) => existsSync(`${CORPUS}/${file}`)))(
    '$file is as labelled',
    ({ file, expected }) => {
      const outcome = allowsByName(vendor(file.replace('data/', '')), labelled)
      expect(outcome.defaultAction).toBe(expected.defaultAction)
      // podman's profile allows setns and, in a later rule, denies it without SYS_ADMIN: the labels take the denial,
      // libseccomp takes the first rule (the table above).
      const podman = /contain.*\/seccomp\.json$/.test(file)
      const dangerous = podman ? { ...expected.dangerous, setns: 'allow' } : expected.dangerous
      const names = Object.keys(dangerous)
      expect(Object.fromEntries(names.map((name) => [name, of(outcome, name)]))).toEqual(dangerous)
    },
  )

  it.each(labels.filter(({ file }) => existsSync(`${CORPUS}/${file}`)))('$file: agrees with decide', ({ file }) => {
    const given = vendor(file.replace('data/', ''))
    for (const architecture of ['amd64', 'arm64', 's390x'] as const) {
      const world = { ...labelled, architecture }
      const { allows, denies, depends } = allowsByName(given, world)
      const { decide: ask } = evaluator(given, world)
      for (const name of systemCalls(architecture)) {
        const lets = interestingArguments([given], name).map((args) => /ALLOW|LOG/.test(ask(name, args).action))
        const answer = lets.every(Boolean) ? 'allow' : lets.some(Boolean) ? 'depends' : 'deny'
        const told = allows.includes(name) ? 'allow' : depends.includes(name) ? 'depends' : 'deny'
        expect([architecture, name, told, denies.includes(name) && told === 'allow']).toEqual([
          architecture,
          name,
          answer,
          false,
        ])
      }
    }
  })

  it('Docker’s: capabilities open what they are for', () => {
    const docker = vendor('moby/default.json')
    const without = allowsByName(docker, NOBODY)
    for (const name of ['read', 'write', 'execve', 'futex', 'ptrace']) expect(of(without, name)).toBe('allow')
    for (const name of ['mount', 'bpf', 'keyctl', 'clone3', 'setns', 'reboot']) expect(of(without, name)).toBe('deny')
    expect(without.denies).toEqual(['clone3'])
    expect(of(without, 'clone')).toBe('conditional')
    const admin = allowsByName(docker, { ...NOBODY, capabilities: new Set(['SYS_ADMIN']) })
    for (const name of ['mount', 'bpf', 'clone3', 'clone', 'setns']) expect(of(admin, name)).toBe('allow')
    expect(of(admin, 'keyctl')).toBe('deny')
    expect(of(allowsByName(docker, { ...NOBODY, architecture: 's390x' }), 's390_pci_mmio_read')).toBe('allow')
    expect(of(without, 's390_pci_mmio_read')).toBe('deny')
    expect(of(allowsByName(docker, { ...NOBODY, kernel: [4, 7] }), 'ptrace')).toBe('deny')
  })
  it('podman’s allows mount without any capability', () => {
    for (const file of ['container-libs/seccomp.json', 'containers-common/seccomp.json'])
      for (const name of ['mount', 'unshare', 'keyctl'])
        expect(of(allowsByName(vendor(file), NOBODY), name)).toBe('allow')
  })
})

describe('seccompFacts', () => {
  const none: Fact<readonly Fact<string>[]> = set(at(1), [])
  const kind = (
    value: 'profile' | 'unconfined' | 'runtime-default',
  ): { kind: Fact<typeof value>; name: Fact<string> } => ({
    kind: set(at(7), value),
    name: set(at(8), 'web.json'),
  })
  const simple = profile('ERRNO', 'ALLOW read', 'LOG write', 'ALLOW clone 5')

  it('a profile: each call at the line that names it', () => {
    const container = facts({ seccomp: kind('profile') })
    const { defaultAction, allows } = seccompFacts(container, simple, none)
    expect(defaultAction).toMatchObject({ how: 'derived', value: 'SCMP_ACT_ERRNO', place: at(8) })
    expect(values(allows)).toEqual(['read', 'write'])
    if (allows.how === 'unknown') return expect.fail()
    expect(allows.from?.[0]).toBe(container.seccomp.name)
    expect(allows.value[0]).toMatchObject({ how: 'derived', place: at(8) })
    expect(new Set(allows.value).size).toBe(2)
  })
  it('unconfined: every call, whatever profile is at hand', () => {
    const { defaultAction, allows } = seccompFacts(facts({ seccomp: kind('unconfined') }), simple, none)
    expect(defaultAction).toMatchObject({ how: 'derived', value: 'SCMP_ACT_ALLOW', place: at(7) })
    expect(values(allows)).toEqual(systemCalls('amd64'))
  })
  it('what was not given is asked for', () => {
    const file = seccompFacts(facts({ seccomp: kind('profile') }), undefined, none)
    expect(file.allows).toMatchObject({ how: 'unknown', ask: 'file', place: at(8) })
    const engine = seccompFacts(facts({}), undefined, none)
    expect(engine.defaultAction).toMatchObject({
      how: 'unknown',
      ask: 'engine',
      because: expect.stringContaining('not given'),
    })
    expect(engine.allows).not.toBe(engine.defaultAction)
    expect(values(seccompFacts(facts({}), simple, none).allows)).toEqual(['read', 'write'])
    const base = { ...simple, baseProfileName: 'runc' }
    const joined = seccompFacts(facts({ seccomp: kind('profile') }), base, none)
    expect(joined).toMatchObject({
      defaultAction: { value: 'SCMP_ACT_ERRNO' },
      allows: { how: 'unknown', ask: 'file' },
    })
    const asked = unknown(at(7), 'unconfined unless the kubelet has seccompDefault', 'engine')
    expect(seccompFacts(facts({ seccomp: { kind: asked } }), simple, none).allows).toMatchObject({
      how: 'unknown',
      because: asked.how === 'unknown' && asked.because,
    })
  })
  it('a privileged container: no filter, unless it names one and the engine applies it', () => {
    const privileged = set(at(5), true)
    expect(values(seccompFacts(facts({ privileged }), undefined, none).allows)).toEqual(systemCalls('amd64'))
    const named = facts({ privileged, seccomp: kind('profile') })
    expect(seccompFacts(named, simple, none, {}, DOCKER).allows).toMatchObject({ how: 'unknown', ask: 'engine' })
    expect(values(seccompFacts(named, simple, none, {}, KUBERNETES).allows)).toEqual(systemCalls('amd64'))
    const unsure = unknown(at(5), 'X has no value', 'user')
    expect(seccompFacts(facts({ privileged: unsure }), simple, none).allows).toMatchObject({
      how: 'unknown',
      place: at(5),
    })
  })
  it('capabilities that are not known matter only to a profile that asks for them', () => {
    const asking = profile('ERRNO', { includes: { caps: ['CAP_SYS_ADMIN'] } })
    const container = facts({ seccomp: kind('profile'), add: names(10, 'SYS_ADMIN', undefined) })
    const { bounding } = capabilityFacts(container)
    expect(seccompFacts(container, asking, bounding).allows).toMatchObject({
      how: 'unknown',
      because: 'X has no value',
    })
    expect(values(seccompFacts(container, simple, bounding).allows)).toEqual(['read', 'write'])
    const admin = facts({ seccomp: kind('profile'), add: names(10, 'SYS_ADMIN') })
    const { allows } = seccompFacts(admin, asking, capabilityFacts(admin).bounding)
    expect(values(allows)).toEqual(['chmod'])
    expect(allows.from?.at(-1)?.place).toEqual(at(10))
  })
  it('what was assumed of the host is in the reason', () => {
    const asking = profile('ERRNO', { includes: { minKernel: '4.8', arches: ['amd64'] } })
    const container = facts({ seccomp: kind('profile') })
    const assumed = seccompFacts(container, asking, none).allows
    expect('because' in assumed && assumed.because).toMatch(/on amd64, on a kernel new enough/)
    const known = seccompFacts(container, asking, none, { architecture: 'arm64', kernel: [4, 4] }).allows
    expect('because' in known && known.because).not.toMatch(/amd64|kernel/)
    expect(values(known)).toEqual([])
  })
})

it('zod is not loaded until a profile is read', () => {
  const script = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, context, next) => { if (name === 'zod') console.log('zod'); return next(name, context) } })
    await import('./src/confine/capabilities.ts'); await import('./src/confine/seccomp/allows.ts'); await import('./src/confine/seccomp/facts.ts')
    console.log('then'); await import('./src/confine/seccomp/read.ts')`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(out.split('\n').filter((line) => line !== '')[0]).toBe('then')
  expect(out).toContain('zod')
})

it('every capability has its word in conditions', () => {
  for (const name of CAPABILITIES) {
    const rule = { includes: { caps: [`CAP_${name}`] } }
    expect(of(allowsByName(profile('ERRNO', rule), { ...NOBODY, capabilities: new Set([name]) }), 'chmod')).toBe(
      'allow',
    )
  }
})
