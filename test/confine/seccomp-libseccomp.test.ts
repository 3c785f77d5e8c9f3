/** decide against libseccomp itself: the BPF program that it exports, run by an interpreter of ours. */
import fc from 'fast-check'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { interestingArguments } from '../../src/confine/seccomp/arguments.ts'
import { evaluator, valueOf, type Evaluator } from '../../src/confine/seccomp/decide.ts'
import type { SeccompProfile } from '../../src/confine/seccomp/profile.ts'
import { readProfile } from '../../src/confine/seccomp/read.ts'
import { ARCHITECTURES, nameOf, numbersOf, systemCalls, X32_BIT } from '../../src/confine/syscalls.ts'
import { readText } from '../../src/document/read.ts'
import {
  ABIS,
  answer,
  harness,
  job,
  knownNames,
  MACHINES,
  make,
  removeHarness,
  settled,
  type Call,
  type Made,
} from '../support/libseccomp.ts'

const path = harness() ?? ''
if (path === '') console.log('cc or libseccomp-dev is absent: decide is not compared with libseccomp')
const every = [...new Set([...ARCHITECTURES, 'x32' as const].flatMap((abi) => systemCalls(abi)))]
const knownTo = path === '' ? new Set<string>() : knownNames(path, every)

afterAll(removeHarness)

type Abi = keyof typeof ABIS
const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`
const written = (calls: readonly { name?: string }[]): string[] => calls.map(({ name = '' }) => name)

/** Every number up to above the newest, and those that are far away. */
function numbers(abi: Abi): readonly number[] {
  const bit = abi === 'x32' ? X32_BIT : 0
  const near = Array.from({ length: 560 }, (_, i) => i + bit)
  return [...new Set([...near, ...numbersOf(abi).values(), 0x7fffffff, 0xffffffff])]
}

/** What differs between the program and decide; empty where nothing does. */
function differences(
  made: Made,
  ours: Evaluator,
  profile: SeccompProfile,
  abi: Abi,
  asked: readonly number[],
): { count: number; found: string[] } {
  const found: string[] = []
  if (typeof made === 'string') return { count: 1, found: made === 'hung' ? [] : [made] }
  let count = 0
  const none = [[0n, 0n, 0n, 0n, 0n, 0n] as const]
  const named = new Set(profile.syscalls.filter(({ args }) => args.length > 0).flatMap(({ names }) => names))
  const multiplexed = ['socketcall', 'ipc']
  for (const number of asked) {
    const name = nameOf(abi, number) ?? ''
    const tuples = named.has(name) || multiplexed.includes(name) ? interestingArguments([profile], name) : none
    for (const args of tuples) {
      count++
      const [mine, theirs] = [valueOf(ours.decide(number, args)), answer(made.program, abi, number, args)]
      if (mine !== theirs && found.length < 5)
        found.push(`${abi} ${name || number} ${args.join()}: ${hex(mine)}, libseccomp ${hex(theirs)}`)
    }
  }
  return { count, found }
}

const CORPUS = '../shared/corpora/seccomp'
if (!existsSync(CORPUS)) console.log(`${CORPUS} is absent: vendors' profiles are not compared`)
const files = globSync('data/**/*.json', { cwd: CORPUS }).sort()
const profiles = files.flatMap((file) => {
  const root = readText(file, readFileSync(`${CORPUS}/${file}`, 'utf8')).value.documents[0]
  const profile = root && readProfile(root).value
  return profile ? [{ file, profile }] : []
})
const WORLDS = [
  { capabilities: new Set<string>(), kernel: [4, 4] },
  { capabilities: new Set(['SYS_ADMIN', 'SYS_CHROOT', 'NET_ADMIN']), kernel: [6, 1] },
  {
    capabilities: new Set(['SYS_MODULE', 'SYS_PTRACE', 'SYS_TIME', 'BPF', 'PERFMON', 'SYSLOG', 'AUDIT_WRITE']),
    kernel: [6, 1],
  },
] as const

describe.skipIf(path === '' || profiles.length === 0)(
  'every profile of the corpus, every call, every architecture',
  () => {
    it.each(MACHINES)('$native: no difference', ({ native, abis }) => {
      const tasks = profiles.flatMap(({ file, profile }) =>
        WORLDS.map((world) => ({ file, profile, world, ...settledFor(profile, native, world) })),
      )
      const jobs = tasks.map(({ engine, parts }) => job(engine, parts))
      const made = make(path, jobs, native !== 's390x')
      let compared = 0
      for (const [i, { file, profile, world, other }] of tasks.entries())
        for (const abi of abis) {
          const ours = evaluator(profile, { architecture: abi, native, ...world, knownTo })
          const { count, found } = differences(made[i] ?? 'none', ours, profile, abi, numbers(abi))
          expect(found, file).toEqual([])
          const refused = ours.refusals.filter(({ reason }) => reason !== 'byte-order')
          const theirs = made[i] ?? 'none'
          expect(written(refused), file).toEqual(typeof theirs === 'string' ? theirs : written(theirs.refused))
          expect(refused.length < ours.refusals.length, file).toBe(other)
          compared += count
        }
      console.log(`${native}: ${profiles.length} profiles, ${compared} calls compared with libseccomp`)
      expect(compared).toBeGreaterThan(10_000)
    })
  },
)

/** libseccomp takes architectures of one byte order only (EDOM): `other` where some are left out. */
function settledFor(
  profile: SeccompProfile,
  native: (typeof MACHINES)[number]['native'],
  world: (typeof WORLDS)[number],
): { engine: SeccompProfile; parts: readonly Abi[]; other: boolean } {
  const { profile: engine, abis } = settled(profile, native, world.capabilities, world.kernel)
  const parts = abis.filter((abi) => ABIS[abi].littleEndian === (native !== 's390x'))
  return { engine, parts, other: parts.length < abis.length }
}

const OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const
const ACTIONS = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_LOG',
  'SCMP_ACT_TRAP',
] as const
const NAMES = ['read', 'socket', 'semop', 'accept4', 'chmod', 'mmap2', 'socketcall'] as const
/** Few values, so that rules meet; some differ in their high halves only. */
const value = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(0n, 1n, 2n, 5n, 0xffffffffn, 2n ** 32n, 2n ** 32n + 1n, 2n ** 33n + 1n, 2n ** 64n - 1n),
  },
  { weight: 1, arbitrary: fc.bigInt(0n, 2n ** 64n - 1n) },
)
const argument = fc.record({
  index: fc.constantFrom(0, 0, 1, 1, 2, 5),
  op: fc.constantFrom(...OPERATORS),
  value,
  valueTwo: value,
})
const drawn = fc.record({
  defaultAction: fc.constantFrom(
    'SCMP_ACT_ERRNO' as const,
    'SCMP_ACT_ALLOW' as const,
    'SCMP_ACT_KILL_PROCESS' as const,
  ),
  syscalls: fc.array(
    fc.record({
      names: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
      action: fc.constantFrom(...ACTIONS),
      errnoRet: fc.constantFrom(undefined, 1, 38, 0),
      args: fc.oneof(fc.constant([]), fc.array(argument, { minLength: 1, maxLength: 4 })),
    }),
    { minLength: 1, maxLength: 8 },
  ),
})
const profileOf = ({
  defaultAction,
  syscalls,
}: {
  defaultAction: SeccompProfile['defaultAction']
  syscalls: readonly object[]
}): SeccompProfile => {
  const text = JSON.stringify({ defaultAction, syscalls }, (_, part: unknown) =>
    typeof part === 'bigint' ? `#${part}#` : part,
  ).replaceAll(/"#(\d+)#"/g, '$1')
  const root = readText('seccomp.json', text).value.documents[0]
  const profile = root && readProfile(root).value
  if (!profile) throw new Error(text)
  return profile
}

describe.skipIf(path === '')('drawn profiles', () => {
  const RUNS = 250
  it.each(MACHINES)('$native: no difference, and the same rules refused', ({ native, abis }) => {
    const samples = fc.sample(drawn, { numRuns: RUNS, seed: 20261121 }).map((one) => profileOf(one))
    // With a profile's own ABIs only, and with all of the machine's.
    const tasks = samples.map((profile, i) => ({ profile, parts: i % 3 === 0 ? abis.slice(0, 1) : abis }))
    const made = make(
      path,
      tasks.map(({ profile, parts }) => job(profile, parts)),
      native !== 's390x',
    )
    let [compared, hung, refused] = [0, 0, 0]
    for (const [i, { profile, parts }] of tasks.entries()) {
      const theirs = made[i] ?? 'none'
      const architectures = parts.map((abi) => SCMP[abi])
      for (const abi of abis) {
        const ours = evaluator(
          { ...profile, architectures },
          { architecture: abi, native, capabilities: new Set(), knownTo },
        )
        const what = JSON.stringify(profile, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
        // libseccomp does not come back from some rules: then there is nothing to compare, but decide must have said so.
        expect(theirs === 'hung', what).toBe(ours.refusals.some(({ reason }) => reason === 'endless'))
        const calls: readonly Call[] = typeof theirs === 'string' ? [] : theirs.refused
        if (theirs !== 'hung') expect(written(ours.refusals), what).toEqual(written(calls))
        const asked = [
          ...new Set([...NAMES.flatMap((name) => numbersOf(abi).get(name) ?? []), 999, X32_BIT + 999, 0xffffffff]),
        ]
        const { count, found } = differences(theirs, ours, profile, abi, asked)
        expect(found, what).toEqual([])
        compared += count
        hung += Number(theirs === 'hung')
        refused += calls.length
      }
    }
    console.log(
      `${native}: ${RUNS} profiles, ${compared} calls compared; ${refused} rules refused by both, ${hung} that libseccomp does not come back from`,
    )
    expect(compared).toBeGreaterThan(10_000)
    expect(refused).toBeGreaterThan(0)
  })

  it('rules that libseccomp does not come back from', () => {
    const rule = (second: bigint): object => ({
      names: ['read'],
      action: 'SCMP_ACT_ALLOW',
      args: [
        { index: 0, op: 'SCMP_CMP_NE', value: 5n },
        { index: 1, op: 'SCMP_CMP_EQ', value: second },
      ],
    })
    const profile = profileOf({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule(1n), rule(2n ** 32n + 1n)] })
    expect(make(path, [job(profile, ['amd64'])], true)).toEqual(['hung'])
    const { refusals } = evaluator(profile, { architecture: 'amd64', capabilities: new Set() })
    expect(refusals).toMatchObject([{ name: 'read', reason: 'endless' }])
  })
})

const SCMP = {
  amd64: 'SCMP_ARCH_X86_64',
  x32: 'SCMP_ARCH_X32',
  x86: 'SCMP_ARCH_X86',
  arm64: 'SCMP_ARCH_AARCH64',
  arm: 'SCMP_ARCH_ARM',
  riscv64: 'SCMP_ARCH_RISCV64',
  ppc64le: 'SCMP_ARCH_PPC64LE',
  s390x: 'SCMP_ARCH_S390X',
} as const
