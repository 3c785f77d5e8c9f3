import fc from 'fast-check'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { laxity, OTHER_CALLS } from '../../src/confine/seccomp/compare.ts'
import { ACTIONS } from '../../src/confine/seccomp/words.ts'
import { compareProfiles, decide, type SeccompProfile, type World } from '../../src/seccomp.ts'
import { CORPUS, DOCKER_CAPABILITIES, engineForm, ours, profileIn, profileOf } from './seccomp-profiles.ts'

const AMD64: World = { architecture: 'amd64', capabilities: new Set() }
const ONLY = { architectures: ['SCMP_ARCH_X86_64'] }
const allow = (...names: string[]) => ({ names, action: 'SCMP_ACT_ALLOW' })
const made = (defaultAction: string, rules: readonly object[], rest: object = ONLY): SeccompProfile =>
  profileOf(engineForm(defaultAction, rules, rest)).profile
const compared = (a: SeccompProfile, b: SeccompProfile, world = AMD64) => {
  const { relation, differences } = compareProfiles(a, b, world)
  return { relation, calls: differences.map(({ syscall, direction }) => `${syscall} ${direction}`) }
}

describe('relation', () => {
  const base = made('SCMP_ACT_ERRNO', [allow('read', 'write')])
  it('equal, tighter, looser, incomparable', () => {
    expect(compared(base, made('SCMP_ACT_ERRNO', [allow('write'), allow('read')]))).toEqual({
      relation: 'equal',
      calls: [],
    })
    expect(compared(made('SCMP_ACT_ERRNO', [allow('read')]), base)).toEqual({
      relation: 'tighter',
      calls: ['write tighter'],
    })
    expect(compared(base, made('SCMP_ACT_ERRNO', [allow('read')]))).toEqual({
      relation: 'looser',
      calls: ['write looser'],
    })
    expect(compared(base, made('SCMP_ACT_ERRNO', [allow('read', 'close')]))).toEqual({
      relation: 'incomparable',
      calls: ['close tighter', 'write looser'],
    })
  })
  it('has the order of runtime-spec#1317', () => {
    const order = ['KILL_PROCESS', 'KILL_THREAD', 'TRAP', 'ERRNO', 'NOTIFY', 'TRACE', 'LOG', 'ALLOW'].map(
      (word) => `SCMP_ACT_${word}`,
    )
    for (const [i, a] of order.entries())
      for (const [j, b] of order.entries()) {
        const { relation } = compareProfiles(
          made('SCMP_ACT_ERRNO', [{ names: ['read'], action: a }]),
          made('SCMP_ACT_ERRNO', [{ names: ['read'], action: b }]),
          AMD64,
        )
        expect(`${a} ${b} ${relation}`).toBe(`${a} ${b} ${i < j ? 'tighter' : i > j ? 'looser' : 'equal'}`)
      }
    expect(laxity('SCMP_ACT_KILL')).toBe(laxity('SCMP_ACT_KILL_THREAD'))
    for (const action of ACTIONS) expect(laxity(action)).toBeGreaterThanOrEqual(0)
  })
  it('another error is no other restrictiveness, and is told', () => {
    const errno = (errnoRet: number) =>
      made('SCMP_ACT_ALLOW', [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet }])
    expect(compared(errno(1), errno(38))).toEqual({ relation: 'equal', calls: ['clone3 equal'] })
  })
  it('calls that no table knows count', () => {
    const every = { names: ['read'], action: 'SCMP_ACT_ALLOW' }
    const { calls } = compared(made('SCMP_ACT_ERRNO', [every]), made('SCMP_ACT_KILL_PROCESS', [every]))
    expect(calls).toContain(`${OTHER_CALLS} looser`)
  })
  it('the other ABIs of the machine count', () => {
    const native = made('SCMP_ACT_ERRNO', [allow('read')])
    const both = made('SCMP_ACT_ERRNO', [allow('read')], { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] })
    const { relation, differences } = compareProfiles(native, both, AMD64)
    expect(relation).toBe('tighter')
    expect(new Set(differences.map(({ abi }) => abi))).toEqual(new Set(['x86']))
  })
  it('hangs on the capabilities and the kernel', () => {
    const gated = made('SCMP_ACT_ERRNO', [{ ...allow('mount'), includes: { caps: ['CAP_SYS_ADMIN'] } }])
    const nothing = made('SCMP_ACT_ERRNO', [])
    expect(compared(gated, nothing).relation).toBe('equal')
    expect(compared(gated, nothing, { ...AMD64, capabilities: new Set(['SYS_ADMIN']) }).relation).toBe('looser')
    const newer = made('SCMP_ACT_ERRNO', [{ ...allow('ptrace'), includes: { minKernel: '4.8' } }])
    expect(compared(newer, nothing, { ...AMD64, kernel: [4, 7] }).relation).toBe('equal')
    expect(compared(newer, nothing, { ...AMD64, kernel: [4, 8] }).relation).toBe('looser')
  })
})

describe('arguments', () => {
  const where = (op: string, value: number, valueTwo?: number) =>
    made('SCMP_ACT_ERRNO', [
      { ...allow('socket'), args: [{ index: 0, op, value, ...(valueTwo !== undefined && { valueTwo }) }] },
    ])
  it('a condition is tighter than none, and examples say where', () => {
    const { relation, differences } = compareProfiles(
      where('SCMP_CMP_NE', 40),
      made('SCMP_ACT_ERRNO', [allow('socket')]),
      AMD64,
    )
    expect(relation).toBe('tighter')
    expect(differences).toHaveLength(1)
    expect(differences[0]?.arguments?.[0]).toEqual([40n, 0n, 0n, 0n, 0n, 0n])
  })
  it.each([
    ['SCMP_CMP_LT', 5, 'SCMP_CMP_LE', 4, 'equal'],
    ['SCMP_CMP_LT', 5, 'SCMP_CMP_LE', 5, 'tighter'],
    ['SCMP_CMP_GT', 5, 'SCMP_CMP_GE', 5, 'tighter'],
    ['SCMP_CMP_EQ', 5, 'SCMP_CMP_NE', 6, 'tighter'],
    ['SCMP_CMP_EQ', 5, 'SCMP_CMP_EQ', 6, 'incomparable'],
    ['SCMP_CMP_NE', 5, 'SCMP_CMP_LT', 5, 'looser'],
  ] as const)('%s %d against %s %d: %s', (a, x, b, y, relation) => {
    expect(compareProfiles(where(a, x), where(b, y), AMD64).relation).toBe(relation)
  })
  it('a narrower mask lets more through', () => {
    expect(
      compareProfiles(where('SCMP_CMP_MASKED_EQ', 0xff, 0), where('SCMP_CMP_MASKED_EQ', 0xf0, 0), AMD64).relation,
    ).toBe('tighter')
  })
})

describe('laws', () => {
  const names = ['read', 'write', 'socket', 'clone', 'mount', 'no_such_call']
  const rule = fc.record({
    names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    action: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO', 'SCMP_ACT_LOG', 'SCMP_ACT_KILL_PROCESS'),
    args: fc.array(
      fc.record({
        index: fc.integer({ min: 0, max: 2 }),
        op: fc.constantFrom('SCMP_CMP_EQ', 'SCMP_CMP_NE', 'SCMP_CMP_LT', 'SCMP_CMP_GE', 'SCMP_CMP_MASKED_EQ'),
        value: fc.integer({ min: 0, max: 9 }),
        valueTwo: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 1 },
    ),
  })
  const profile = fc
    .tuple(fc.constantFrom('SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW', 'SCMP_ACT_KILL'), fc.array(rule, { maxLength: 5 }))
    .map(([action, rules]) => made(action, rules))
  const opposite = { equal: 'equal', tighter: 'looser', looser: 'tighter', incomparable: 'incomparable' }
  it('a profile equals itself; the other way round is the opposite', () => {
    fc.assert(
      fc.property(profile, profile, (a, b) => {
        expect(compareProfiles(a, a, AMD64)).toEqual({ relation: 'equal', differences: [] })
        expect(compareProfiles(b, a, AMD64).relation).toBe(opposite[compareProfiles(a, b, AMD64).relation])
      }),
      { numRuns: 60 },
    )
  })
  it('a tighter profile lets nothing through that the other holds back, whatever the arguments', () => {
    fc.assert(
      fc.property(
        profile,
        profile,
        fc.array(fc.bigInt({ min: 0n, max: 12n }), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(...names),
        (a, b, args, call) => {
          const [left, right] = [
            laxity(decide(a, AMD64, call, args).action),
            laxity(decide(b, AMD64, call, args).action),
          ]
          const { relation } = compareProfiles(a, b, AMD64)
          if (relation === 'tighter' || relation === 'equal') expect(left).toBeLessThanOrEqual(right)
          if (relation === 'looser' || relation === 'equal') expect(left).toBeGreaterThanOrEqual(right)
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe("engines' defaults", () => {
  const world: World = { architecture: 'amd64', capabilities: DOCKER_CAPABILITIES }
  it('each is tighter than no filter', async () => {
    const none = (await ours('unconfined')).profile
    for (const name of ['docker-default', 'docker-default@20.10', 'containerd-default', 'podman-default'])
      for (const architecture of ['amd64', 'arm64', 's390x', 'riscv64', 'ppc64le'] as const)
        expect(
          `${name} ${architecture} ${compareProfiles((await ours(name)).profile, none, { ...world, architecture }).relation}`,
        ).toBe(`${name} ${architecture} tighter`)
  })
  it('what changed between two versions of Docker', async () => {
    const { relation, differences } = compareProfiles(
      (await ours('docker-default')).profile,
      (await ours('docker-default@20.10')).profile,
      world,
    )
    expect(relation).toBe('incomparable')
    const native = differences.filter(({ abi }) => abi === 'amd64')
    expect(native.filter(({ direction }) => direction === 'tighter').map(({ syscall }) => syscall)).toEqual([
      'io_uring_enter',
      'io_uring_register',
      'io_uring_setup',
      'socket',
    ])
    expect(native.find(({ syscall }) => syscall === 'socket')?.arguments).toContainEqual([40n, 0n, 0n, 0n, 0n, 0n])
  })
  it('two of them are compared in some 15 ms (the goal is 20)', async () => {
    const [a, b] = [(await ours('docker-default')).profile, (await ours('podman-default')).profile]
    const times = Array.from({ length: 12 }, () => {
      const started = process.cpuUsage()
      compareProfiles(a, b, world)
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1000
    })
    console.log(
      `docker-default against podman-default by three ABIs: ${Math.min(...times).toFixed(1)} ms of processor time`,
    )
    // A machine with other work is slower; `npm run bench` holds the goal.
    expect(Math.min(...times)).toBeLessThan(100)
  })
  const files = [
    'docker-labs/allow.json',
    'docker-labs/deny.json',
    'docker-labs/default.json',
    'moby/default.json',
  ].map((file) => `${CORPUS}/${file}`)
  if (!files.every(existsSync)) console.log(`${CORPUS} is absent: its profiles are not compared`)
  it.skipIf(!files.every(existsSync))('files of the corpora', async () => {
    const [open, shut, docker] = files.slice(0, 3).map((file) => profileIn(file).profile)
    if (!open || !shut || !docker) return expect.fail()
    expect(compareProfiles(docker, open, world).relation).toBe('tighter')
    expect(compareProfiles(shut, open, world).relation).toBe('tighter')
    expect(compareProfiles(shut, docker, world).relation).toBe('tighter')
    expect(
      compareProfiles(profileIn(`${CORPUS}/moby/default.json`).profile, (await ours('docker-default')).profile, world),
    ).toEqual({ relation: 'equal', differences: [] })
  })
})
