import { describe, expect, it } from 'vitest'
import { interestingArguments } from '../../src/confine/seccomp/arguments.ts'
import { decide, evaluator, sameAnswer, type Decision, type World } from '../../src/confine/seccomp/decide.ts'
import { SeccompProfile } from '../../src/confine/seccomp/profile.ts'
import { numbersOf, systemCalls, X32_BIT } from '../../src/confine/syscalls.ts'

const NOBODY = { architecture: 'amd64', capabilities: new Set<string>() } as const
/** `0 EQ 5` and `2 MASKED_EQ 0xf0 0x10`: argument, operator, value, value two. */
const arg = (text: string): object => {
  const [index, op = '', value = '0', valueTwo = '0'] = text.split(' ')
  return { index: Number(index), op: `SCMP_CMP_${op}`, value: BigInt(value), valueTwo: BigInt(valueTwo) }
}
/** Rules such as `ALLOW chmod`, `ERRNO:38 chmod` and `ALLOW chmod, 0 EQ 5, 1 GT 2`. */
const rule = (text: string): object => {
  const [head = '', ...args] = text.split(', ')
  const [action = '', ...names] = head.split(' ')
  const [word, errnoRet] = action.split(':')
  return { names, action: `SCMP_ACT_${word}`, ...(errnoRet && { errnoRet: Number(errnoRet) }), args: args.map(arg) }
}
const profile = (defaultAction: string, rules: readonly (string | object)[], more: object = {}): SeccompProfile =>
  SeccompProfile.parse({
    defaultAction: `SCMP_ACT_${defaultAction}`,
    ...more,
    syscalls: rules.map((one) => (typeof one === 'string' ? rule(one) : one)),
  })
const said = ({ action, errno }: Decision): string =>
  action.replace('SCMP_ACT_', '') + (errno === undefined ? '' : `:${errno}`)
const ALL = 2n ** 64n - 1n

describe('which of several rules wins', () => {
  it.each([
    ['the first without comparisons', ['ALLOW chmod', 'ERRNO:38 chmod'], 'ALLOW'],
    ['the other order', ['ERRNO:38 chmod', 'ALLOW chmod'], 'ERRNO:38'],
    ['one without before one with', ['ALLOW chmod', 'ERRNO:38 chmod, 0 EQ 0'], 'ALLOW'],
    ['one without after one with', ['ERRNO:38 chmod, 0 EQ 0', 'ALLOW chmod'], 'ALLOW'],
    ['a rule that says the default is left out', ['ERRNO chmod', 'ALLOW chmod'], 'ALLOW'],
    ['and so with the errno written', ['ERRNO:1 chmod', 'ALLOW chmod'], 'ALLOW'],
    ['of two that fit, the one on the later argument', ['ERRNO:7 chmod, 0 EQ 0', 'ERRNO:8 chmod, 2 EQ 0'], 'ERRNO:8'],
    ['whatever their order', ['ERRNO:8 chmod, 2 EQ 0', 'ERRNO:7 chmod, 0 EQ 0'], 'ERRNO:8'],
    ['equal before greater', ['ERRNO:7 chmod, 0 GE 0', 'ERRNO:8 chmod, 0 EQ 0'], 'ERRNO:8'],
    ['of two bounds from above, the lower one', ['ERRNO:7 chmod, 0 LT 9', 'ERRNO:8 chmod, 0 LT 5'], 'ERRNO:8'],
    ['two comparisons of one argument are two rules', ['ALLOW chmod, 0 EQ 9, 0 EQ 0'], 'ALLOW'],
    ['two of two arguments must both hold', ['ALLOW chmod, 0 EQ 9, 1 EQ 0'], 'ERRNO:1'],
    ['a mask of 0 compares nothing', ['ALLOW chmod, 0 MASKED_EQ 0 5'], 'ALLOW'],
    ['bits outside the mask do not count', ['ALLOW chmod, 0 MASKED_EQ 0xf 0x10'], 'ALLOW'],
    ['KILL is KILL_THREAD', ['KILL chmod'], 'KILL'],
    ['errno 0', ['ERRNO:0 chmod'], 'ERRNO:0'],
    ['TRACE has data', ['TRACE:5 chmod'], 'TRACE:5'],
    ['TRACE without', ['TRACE chmod'], 'TRACE:1'],
    ['nothing of it', ['ALLOW fchmod'], 'ERRNO:1'],
  ])('%s: %j: %s', (_, rules, expected) => {
    expect(said(decide(profile('ERRNO', rules), NOBODY, 'chmod'))).toBe(expected)
  })
  it('names the rule', () => {
    const one = profile('ERRNO', ['ALLOW read', 'ALLOW chmod, 0 EQ 5'])
    expect(decide(one, NOBODY, 'chmod', [5n]).rule).toBe(one.syscalls[1])
    expect(decide(one, NOBODY, 'chmod', [6n])).toEqual({ action: 'SCMP_ACT_ERRNO', errno: 1 })
    expect(decide(one, NOBODY, 90, [5n]).rule).toBe(one.syscalls[1])
  })
  it('the default errno, by number and by name', () => {
    expect(said(decide(profile('ERRNO', [], { defaultErrnoRet: 38 }), NOBODY, 'read'))).toBe('ERRNO:38')
    expect(said(decide(profile('ERRNO', [], { defaultErrno: 'ENOSYS' }), NOBODY, 'read'))).toBe('ERRNO:38')
    expect(
      said(
        decide(profile('ERRNO', [{ names: ['read'], action: 'SCMP_ACT_ERRNO', errno: 'EOPNOTSUPP' }]), NOBODY, 'read'),
      ),
    ).toBe('ERRNO:95')
  })
})

describe('comparisons are exact to 64 bits', () => {
  const BIG = 2n ** 32n + 5n
  it.each([
    ['EQ', { yes: [BIG], no: [5n, BIG + 2n ** 32n, BIG - 1n, ALL] }],
    ['NE', { yes: [5n, BIG + 2n ** 32n, BIG - 1n, ALL, 0n], no: [BIG] }],
    ['LT', { yes: [BIG - 1n, 0n, 0xffffffffn], no: [BIG, BIG + 1n, ALL, 2n ** 33n] }],
    ['LE', { yes: [BIG, BIG - 1n, 0xffffffffn], no: [BIG + 1n, 2n ** 33n, ALL] }],
    ['GE', { yes: [BIG, BIG + 1n, 2n ** 33n, ALL], no: [BIG - 1n, 0xffffffffn] }],
    ['GT', { yes: [BIG + 1n, 2n ** 33n, ALL], no: [BIG, BIG - 1n, 0xffffffffn] }],
  ])('%s', (op, { yes, no }) => {
    const one = profile('ERRNO', [`ALLOW read, 1 ${op} ${BIG}`])
    const { decide: ask } = evaluator(one, NOBODY)
    for (const value of yes) expect([value, said(ask('read', [0n, value]))]).toEqual([value, 'ALLOW'])
    for (const value of no) expect([value, said(ask('read', [0n, value]))]).toEqual([value, 'ERRNO:1'])
  })
  it('the largest number is not rounded', () => {
    const one = profile('ERRNO', [`ALLOW read, 0 EQ ${ALL}`])
    expect(said(decide(one, NOBODY, 'read', [ALL]))).toBe('ALLOW')
    for (const value of [ALL - 1n, 2n ** 63n, 0n]) expect(said(decide(one, NOBODY, 'read', [value]))).toBe('ERRNO:1')
  })
  it('32-bit ABIs, x32 included, compare the low half only', () => {
    const one = profile('ERRNO', [`ALLOW read, 0 EQ ${BIG}`], { architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] })
    const ask = (architecture: World['architecture'], value: bigint): string =>
      said(decide(one, { ...NOBODY, native: 'amd64', architecture }, 'read', [value]))
    expect(['x86', 'x32', 'amd64'].map((abi) => ask(abi === 'x86' || abi === 'x32' ? abi : 'amd64', 5n))).toEqual([
      'ALLOW',
      'ALLOW',
      'ERRNO:1',
    ])
    expect(ask('x86', 6n)).toBe('ERRNO:1')
  })
})

describe('architectures', () => {
  const on = (
    one: SeccompProfile,
    architecture: World['architecture'],
    call: string | number,
    native: World['native'] = 'amd64',
  ): string => said(decide(one, { architecture, native, capabilities: new Set() }, call))
  const rules = ['ALLOW getpid']
  it('a call by an ABI that the filter is not made for: KILL', () => {
    const one = profile('ALLOW', rules, { architectures: ['SCMP_ARCH_X86_64'] })
    expect(on(one, 'amd64', 'getpid')).toBe('ALLOW')
    for (const abi of ['x86', 'x32'] as const) {
      expect(on(one, abi, 'getpid')).toBe('KILL')
      expect(on(one, abi, 'no_such_call')).toBe('KILL')
    }
    expect(on(one, 'amd64', X32_BIT + 39)).toBe('KILL')
    // The number by which tracers skip a call is left to the default action.
    expect(on(one, 'amd64', -1)).toBe('ALLOW')
    expect(on(one, 'x86', -1)).toBe('KILL')
  })
  it('the machine’s own is always in the filter', () => {
    expect(on(profile('ERRNO', rules), 'amd64', 'getpid')).toBe('ALLOW')
    expect(on(profile('ERRNO', rules, { architectures: ['SCMP_ARCH_X86'] }), 'amd64', 'getpid')).toBe('ALLOW')
    expect(on(profile('ERRNO', rules, { architectures: ['SCMP_ARCH_NATIVE'] }), 'arm64', 'getpid', 'arm64')).toBe(
      'ALLOW',
    )
  })
  it('of archMap the machine’s own entry counts', () => {
    const archMap = [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ]
    const one = profile('ERRNO', rules, { archMap })
    for (const abi of ['amd64', 'x86', 'x32'] as const) expect(on(one, abi, 'getpid')).toBe('ALLOW')
    expect(on(one, 'arm', 'getpid')).toBe('KILL')
    expect(on(one, 'arm', 'getpid', 'arm64')).toBe('ALLOW')
    expect(on(one, 'x86', 'getpid', 'arm64')).toBe('KILL')
    expect(on(one, 'ppc64le', 'getpid', 'ppc64le')).toBe('ALLOW')
  })
  it('a name that an architecture has not got is skipped there', () => {
    const one = profile('ERRNO', ['ALLOW open mmap2 getpid'], { architectures: ['SCMP_ARCH_ARM'] })
    expect(on(one, 'arm64', 'open', 'arm64')).toBe('ERRNO:1')
    expect(on(one, 'arm', 'open', 'arm64')).toBe('ALLOW')
    expect(on(one, 'arm', 'mmap2', 'arm64')).toBe('ALLOW')
  })
  it('includes, excludes and minKernel', () => {
    const one = profile('ERRNO', [
      { ...rule('ALLOW mount'), includes: { caps: ['CAP_SYS_ADMIN'] } },
      { ...rule('ALLOW ptrace'), includes: { minKernel: '4.8' } },
      { ...rule('ERRNO:38 clone3'), excludes: { caps: ['CAP_SYS_ADMIN'] } },
      { ...rule('ALLOW arch_prctl'), includes: { arches: ['amd64'] } },
    ])
    const ask = (call: string, world: Partial<World>): string =>
      said(decide(one, { ...NOBODY, kernel: [6, 1], ...world }, call))
    const admin = { capabilities: new Set(['SYS_ADMIN']) }
    expect([ask('mount', {}), ask('mount', admin)]).toEqual(['ERRNO:1', 'ALLOW'])
    expect([ask('ptrace', {}), ask('ptrace', { kernel: [4, 7] })]).toEqual(['ALLOW', 'ERRNO:1'])
    expect([ask('clone3', {}), ask('clone3', admin)]).toEqual(['ERRNO:38', 'ERRNO:1'])
    // Conditions ask for the machine, not for the ABI.
    const both: SeccompProfile = { ...one, architectures: ['SCMP_ARCH_X86'] }
    expect(said(decide(both, { ...NOBODY, architecture: 'x86', native: 'amd64' }, 'arch_prctl'))).toBe('ALLOW')
    expect(said(decide(both, { ...NOBODY, architecture: 'x86' }, 'arch_prctl'))).toBe('ERRNO:1')
  })
})

describe('socketcall and ipc', () => {
  const x86 = { architecture: 'x86', native: 'amd64', capabilities: new Set<string>() } as const
  const more = { architectures: ['SCMP_ARCH_X86'] }
  it('a rule for a call counts for it behind the other one', () => {
    const one = profile('ERRNO', ['ALLOW read', 'ALLOW socket accept4 shmat'], more)
    const { decide: ask } = evaluator(one, x86)
    const by = (call: string, ...numbers: bigint[]): string[] => numbers.map((n) => said(ask(call, [n])))
    expect(by('socketcall', 1n, 18n, 3n)).toEqual(['ALLOW', 'ALLOW', 'ERRNO:1'])
    expect(by('ipc', 21n, 22n, 1n)).toEqual(['ALLOW', 'ERRNO:1', 'ERRNO:1'])
    expect(said(ask('socket', [99n]))).toBe('ALLOW')
    // Names that i386 has only behind them are asked there.
    expect([said(ask('accept')), said(ask('semop'))]).toEqual(['ERRNO:1', 'ERRNO:1'])
    expect(said(decide(profile('ERRNO', ['ALLOW read accept'], more), x86, 'accept'))).toBe('ALLOW')
  })
  it('a comparison of the first argument binds the direct call only: the way around a filter on address families', () => {
    const one = profile('ERRNO', ['ALLOW read', 'ALLOW socket, 0 NE 40'], more)
    expect(said(decide(one, x86, 'socket', [40n]))).toBe('ERRNO:1')
    expect(said(decide(one, x86, 'socketcall', [1n, 0xbfff0000n]))).toBe('ALLOW')
    expect(said(decide(one, NOBODY, 'socket', [40n]))).toBe('ERRNO:1')
  })
  it('without a call that i386 has, nothing of a small filter works there', () => {
    const small = profile('ERRNO', ['ALLOW semop'], more)
    expect(said(decide(small, x86, 'ipc', [1n]))).toBe('ERRNO:1')
    expect(said(decide(profile('ERRNO', ['ALLOW semop', 'ALLOW read'], more), x86, 'ipc', [1n]))).toBe('ALLOW')
  })
})

describe('runtime and library', () => {
  const runc = { ...NOBODY, runtime: 'runc' } as const
  it('runc: ENOSYS above the newest call of the profile', () => {
    const one = profile('ERRNO', ['ALLOW read futex_waitv'])
    expect(said(decide(one, runc, 'cachestat'))).toBe('ERRNO:38')
    expect(said(decide(one, runc, 9999))).toBe('ERRNO:38')
    expect(said(decide(one, runc, 'mount'))).toBe('ERRNO:1')
    expect(said(decide(one, NOBODY, 'cachestat'))).toBe('ERRNO:1')
    // Rules that say no more than the default count, too.
    expect(said(decide(profile('ERRNO', ['ALLOW read', 'ERRNO futex_waitv']), runc, 'openat2'))).toBe('ERRNO:1')
    expect(said(decide(profile('ERRNO', []), runc, 'mount'))).toBe('ERRNO:1')
  })
  it.each(['ALLOW', 'LOG', 'TRACE'])('not with %s by default', (action) => {
    expect(said(decide(profile(action, ['ERRNO read']), runc, 9999))).toMatch(action)
  })
  it('runc on s390x: setup(2), which is what unknown numbers become', () => {
    expect(said(decide(profile('ERRNO', ['ALLOW read']), { ...runc, architecture: 's390x' }, 0))).toBe('ERRNO:38')
  })
  it('names that libseccomp does not know are skipped', () => {
    const one = profile('ERRNO', ['ALLOW read mseal futex_waitv'])
    const knownTo = new Set(['read', 'futex_waitv', 'mount'])
    expect(said(decide(one, NOBODY, 'mseal'))).toBe('ALLOW')
    expect(said(decide(one, { ...NOBODY, knownTo }, 'mseal'))).toBe('ERRNO:1')
    expect(said(decide(one, { ...runc, knownTo }, 'mseal'))).toBe('ERRNO:38')
  })
  it('what libseccomp or runc refuses', () => {
    const reasons = (one: SeccompProfile, world: World = NOBODY): unknown =>
      evaluator(one, world).refusals.map(({ reason, name }) => [reason, name])
    expect(reasons(profile('ERRNO', ['ALLOW read, 0 EQ 1', 'LOG read, 0 EQ 1']))).toEqual([['conflict', 'read']])
    expect(reasons(profile('ERRNO', ['ALLOW read', 'LOG read, 0 EQ 1']))).toEqual([])
    expect(reasons(profile('KILL', ['ERRNO:4095 read']))).toEqual([['errno', 'read']])
    expect(reasons(profile('KILL', ['NOTIFY write']), runc)).toEqual([['notify', undefined]])
    expect(reasons(profile('KILL', ['NOTIFY write']))).toEqual([])
    expect(reasons(profile('KILL', [], { architectures: ['SCMP_ARCH_S390X'] }))).toEqual([['byte-order', undefined]])
    const one = profile('ERRNO', ['ALLOW read, 0 EQ 1', 'LOG read, 0 EQ 1'])
    expect(said(decide(one, NOBODY, 'read', [1n]))).toBe('ALLOW')
  })
  it('the same answer in other words', () => {
    expect(sameAnswer({ action: 'SCMP_ACT_KILL' }, { action: 'SCMP_ACT_KILL_THREAD' })).toBe(true)
    expect(sameAnswer({ action: 'SCMP_ACT_ERRNO', errno: 1 }, { action: 'SCMP_ACT_ERRNO', errno: 38 })).toBe(false)
  })
})

describe('interesting arguments', () => {
  it('at and around each bound, both answers', () => {
    for (const op of ['EQ', 'NE', 'LT', 'LE', 'GE', 'GT', 'MASKED_EQ']) {
      const one = profile('ERRNO', [`ALLOW read, 2 ${op} 0x100000010 0x10`])
      const { decide: ask } = evaluator(one, NOBODY)
      const answers = new Set(interestingArguments([one], 'read').map((args) => said(ask('read', args))))
      expect([op, answers.size]).toEqual([op, 2])
    }
    expect(interestingArguments([profile('ERRNO', ['ALLOW read'])], 'read')).toEqual([[0n, 0n, 0n, 0n, 0n, 0n]])
    expect(interestingArguments([profile('ERRNO', ['ALLOW socket'])], 'socketcall').map(([n]) => n)).toContain(20n)
  })
  it('not more than can be tried, always the same', () => {
    const rules = Array.from(
      { length: 500 },
      (_, i) => `ALLOW read, ${i % 6} EQ ${i * 7}, ${(i + 1) % 6} GT ${i}, ${(i + 2) % 6} MASKED_EQ ${i} 5`,
    )
    const one = profile('ERRNO', rules)
    const tuples = interestingArguments([one], 'read')
    expect(tuples.length).toBeGreaterThan(100)
    expect(tuples.length).toBeLessThanOrEqual(600)
    expect(interestingArguments([one], 'read')).toEqual(tuples)
  })
})

describe('size and speed', () => {
  // How long that takes is measured by `npm run bench`.
  it('all calls of an architecture are decided', () => {
    const names = systemCalls('amd64')
    const rules = names.map((name, i) => (i % 9 === 0 ? `ALLOW ${name}, 0 MASKED_EQ 0x7e020000 0` : `ALLOW ${name}`))
    const one = profile('ERRNO', rules, { architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] })
    const { decide: ask } = evaluator(one, NOBODY)
    const decided = [...numbersOf('amd64').values()].map((number) => ask(number))
    expect(decided.length).toBe(names.length)
    expect(decided.every((decision) => decision !== undefined)).toBe(true)
  })
  it('a million names and tens of thousands of comparisons', () => {
    const calls = systemCalls('amd64')
    const names = Array.from({ length: 1e6 }, (_, i) => calls[i % calls.length] ?? '')
    const many = Array.from({ length: 20_000 }, (_, i) => `ALLOW ${i % 2 ? 'read' : 'write'}, 0 EQ ${i * 3}, 1 NE ${i}`)
    const parsed = profile('ERRNO', many)
    const [first] = profile('ERRNO', ['ALLOW chmod, 5 GT 7']).syscalls
    const { refusals } = evaluator(
      { ...parsed, syscalls: [...parsed.syscalls, ...(first ? [{ ...first, names }] : [])] },
      NOBODY,
    )
    expect(new Set(refusals.map(({ reason }) => reason))).toEqual(new Set(['too-large']))
  })
})
