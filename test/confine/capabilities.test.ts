import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bounding, CAPABILITIES, capabilityFacts, capabilityName, effective } from '../../src/confine/capabilities.ts'
import { DOCKER, KUBERNETES } from '../../src/confine/convention.ts'
import { byDefault, set, unknown } from '../../src/model/fact.ts'
import { at, facts, names, none, values } from './container.ts'

const without = (...dropped: string[]): string[] => CAPABILITIES.filter((name) => !dropped.includes(name))

it('the capabilities stand at their numbers (linux/capability.h)', () => {
  expect(CAPABILITIES).toHaveLength(41)
  expect(new Set(CAPABILITIES).size).toBe(41)
  const numbers = { CHOWN: 0, SETPCAP: 8, NET_ADMIN: 12, SYS_MODULE: 16, SYS_ADMIN: 21, MKNOD: 27, SYSLOG: 34, BPF: 39 }
  for (const [name, number] of Object.entries(numbers)) expect(CAPABILITIES[number]).toBe(name)
  expect(CAPABILITIES[40]).toBe('CHECKPOINT_RESTORE')
})

it('names lose CAP_ and gain capitals; a word that is no capability stays as written', () => {
  expect(['cap_sys_admin', 'Net_Raw', 'all', 'CAP_TELEPORT', 'teleport'].map(capabilityName)).toEqual([
    'SYS_ADMIN',
    'NET_RAW',
    'ALL',
    'CAP_TELEPORT',
    'teleport',
  ])
})

describe('bounding', () => {
  // Docker: moby daemon/pkg/oci/caps/utils.go, TweakCapabilities. Kubernetes: containerd internal/cri/opts, WithCapabilities.
  const given = ['CHOWN', 'NET_RAW']
  const table: [string, string[], string[], string[], string[]][] = [
    ['nothing written', [], [], given, given],
    ['one added', ['SYS_TIME'], [], ['CHOWN', 'NET_RAW', 'SYS_TIME'], ['CHOWN', 'NET_RAW', 'SYS_TIME']],
    ['one dropped', [], ['NET_RAW'], ['CHOWN'], ['CHOWN']],
    ['one that it has, added', ['CHOWN'], [], given, given],
    ['all dropped', [], ['ALL'], [], []],
    ['all dropped, one added', ['SYS_TIME'], ['ALL'], ['SYS_TIME'], ['SYS_TIME']],
    ['all added', ['ALL'], [], [...CAPABILITIES], [...CAPABILITIES]],
    ['all added, one dropped', ['ALL'], ['SYS_ADMIN'], without('SYS_ADMIN'), without('SYS_ADMIN')],
    ['the same added and dropped', ['SYS_TIME'], ['SYS_TIME'], ['CHOWN', 'NET_RAW', 'SYS_TIME'], given],
    ['all added and all dropped', ['ALL'], ['ALL'], [...CAPABILITIES], []],
    ['all dropped, the same added and dropped', ['SYS_TIME'], ['ALL', 'SYS_TIME'], ['SYS_TIME'], []],
    ['as people write them', ['cap_sys_time'], ['all'], ['SYS_TIME'], ['SYS_TIME']],
    ['a word that is no capability', ['TELEPORT'], ['ALL'], ['TELEPORT'], ['TELEPORT']],
  ]
  it.each(table)('%s', (_, add, drop, docker, kubernetes) => {
    expect(bounding({ privileged: false, given, add, drop }, DOCKER)).toEqual(docker)
    expect(bounding({ privileged: false, given, add, drop }, KUBERNETES)).toEqual(kubernetes)
    expect(bounding({ privileged: true, given, add, drop }, DOCKER)).toEqual(CAPABILITIES)
  })
})

it('root holds the bounding set, everybody else the ambient set (capabilities(7), execve)', () => {
  expect(effective({ uid: 0, bounding: ['CHOWN'], ambient: [] })).toEqual(['CHOWN'])
  expect(effective({ uid: 1000, bounding: ['CHOWN'], ambient: [] })).toEqual([])
  expect(effective({ uid: 1000, bounding: [], ambient: ['CAP_NET_BIND_SERVICE'] })).toEqual(['NET_BIND_SERVICE'])
})

describe('capabilityFacts', () => {
  it('an element stands where it was written, with that fact behind it', () => {
    const add = names(10, 'CAP_SYS_ADMIN')
    const container = facts({ given: byDefault(at(2), [byDefault(at(2), 'CHOWN', 'default set')], 'default set'), add })
    const { bounding, effective } = capabilityFacts(container)
    expect(values(bounding)).toEqual(['CHOWN', 'SYS_ADMIN'])
    expect(values(effective)).toEqual(['CHOWN', 'SYS_ADMIN'])
    if (bounding.how === 'unknown' || effective.how === 'unknown' || add.how === 'unknown') return expect.fail()
    expect(bounding.place).toEqual(add.place)
    expect(bounding.value.map((one) => one.place.line)).toEqual([2, 10])
    expect(bounding.value[1]?.from?.[0]).toBe(add.value[0])
    expect(effective.value[1]?.place.line).toBe(10)
    expect(effective.value[1]?.from?.[0]).toBe(bounding.value[1])
    expect(effective.value[1]).not.toBe(bounding.value[1])
  })

  it('ALL is every capability, at the line of ALL', () => {
    const { bounding } = capabilityFacts(facts({ add: names(10, 'ALL'), drop: names(20, 'CHOWN') }))
    expect(values(bounding)).toEqual(without('CHOWN'))
    if (bounding.how === 'unknown') return expect.fail()
    expect(new Set(bounding.value.map((one) => one.place.line))).toEqual(new Set([10]))
  })

  const hole = (): ReturnType<typeof unknown> => unknown(at(30), 'X has no value', 'user')
  const UNKNOWN = 'unknown: X has no value'
  it.each([
    ['an unknown element of add', { add: names(10, 'CHOWN', undefined) }, UNKNOWN, UNKNOWN],
    [
      'an unknown element of add beside ALL',
      { add: names(10, 'ALL', undefined) },
      [...CAPABILITIES],
      [...CAPABILITIES],
    ],
    [
      'an unknown element of drop beside an added ALL',
      { add: names(10, 'ALL'), drop: names(20, undefined) },
      UNKNOWN,
      UNKNOWN,
    ],
    [
      'an unknown element of drop where nothing is given',
      { add: names(10, 'BPF'), drop: names(20, undefined) },
      ['BPF'],
      UNKNOWN,
    ],
    ['an unknown element of drop beside ALL', { drop: names(20, 'ALL', undefined), given: names(2, 'BPF') }, [], []],
    ['an unknown given set that is dropped', { given: hole(), drop: names(20, 'ALL') }, [], []],
    ['an unknown given set', { given: hole(), drop: names(20, 'BPF') }, UNKNOWN, UNKNOWN],
    ['unknown privilege', { privileged: hole(), drop: names(20, 'ALL') }, UNKNOWN, UNKNOWN],
    [
      'unknown privilege where ALL is added',
      { privileged: hole(), add: names(10, 'ALL') },
      [...CAPABILITIES],
      [...CAPABILITIES],
    ],
    [
      'privileged decides everything',
      { privileged: set(at(5), true), add: hole(), drop: hole() },
      [...CAPABILITIES],
      [...CAPABILITIES],
    ],
  ])('%s', (_, given, docker, kubernetes) => {
    expect(values(capabilityFacts(facts(given), DOCKER).bounding)).toEqual(docker)
    expect(values(capabilityFacts(facts(given), KUBERNETES).bounding)).toEqual(kubernetes)
  })

  it('who is not known leaves the effective set open, unless root and others hold the same', () => {
    const uid = unknown(at(40), 'the image was not given', 'image')
    const { effective } = capabilityFacts(facts({ uid, add: names(10, 'BPF') }))
    expect(effective).toMatchObject({ how: 'unknown', because: 'the image was not given', ask: 'image', place: at(40) })
    expect(values(capabilityFacts(facts({ uid, drop: names(10, 'ALL') })).effective)).toEqual([])
    expect(values(capabilityFacts(facts({ uid, add: names(10, 'BPF'), ambient: names(20, 'BPF') })).effective)).toEqual(
      ['BPF'],
    )
  })

  it('a user other than root holds the ambient set, where it was written', () => {
    const container = facts({ uid: set(at(40), 1000), add: names(10, 'BPF'), ambient: names(20, 'NET_ADMIN') })
    const { effective } = capabilityFacts(container)
    expect(values(effective)).toEqual(['NET_ADMIN'])
    expect(effective.how !== 'unknown' && effective.value[0]?.place.line).toBe(20)
  })

  it('the facts hold what the plain sets hold, and no fact twice', () => {
    const word = fc.constantFrom('ALL', 'CHOWN', 'BPF', 'SYS_ADMIN', 'NET_RAW', 'cap_kill', 'TELEPORT')
    const words = fc.uniqueArray(word, { maxLength: 4 })
    const convention = fc.constantFrom(DOCKER, KUBERNETES)
    fc.assert(
      fc.property(words, words, words, convention, fc.boolean(), (given, add, drop, runtime, privileged) => {
        const container = facts({
          given: names(2, ...given),
          add: names(10, ...add),
          drop: names(20, ...drop),
          privileged: set(at(5), privileged),
          ambient: none(),
        })
        const { bounding: list, effective } = capabilityFacts(container, runtime)
        expect(values(list)).toEqual(bounding({ privileged, given, add, drop }, runtime))
        if (list.how === 'unknown' || effective.how === 'unknown') return expect.fail()
        const all = [...list.value, ...effective.value]
        expect(new Set(all).size).toBe(all.length)
      }),
    )
  })
})
