/** Types and levels of SELinux labels, read by our own dialects. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dominates,
  parseLevel,
  selinuxFacts,
  selinuxType,
  selinuxTypes,
  sharedLevels,
  showLevel,
} from '../../src/confine/selinux.ts'
import { readExample } from '../../src/example.ts'
import type { Subject } from '../../src/model/subject.ts'

async function subjects(dialect: string, text: string): Promise<readonly Subject[]> {
  const read = await readExample('x.yaml', [
    { dialect, text, locate: (line, column) => ({ file: 'x.yaml', line, column }) },
  ])
  return read.world.containers
}
const compose = (services: string): Promise<readonly Subject[]> => subjects('compose', `services:\n${services}`)
const judged = async (options: string, more = ''): Promise<unknown> => {
  const [one] = await compose(`  web: { image: nginx${more}, security_opt: [${options}] }\n`)
  if (!one) return expect.fail()
  const { confinement, lifts } = selinuxFacts(one.container)
  return [
    confinement.how === 'unknown' ? `unknown: ${confinement.because}` : confinement.value,
    lifts.how === 'unknown' ? 'unknown' : lifts.value.length,
  ]
}

describe('types', () => {
  it.each([
    ['', '', 'container', 0],
    ["'label=type:container_t'", '', 'container', 0],
    ["'label=type:svirt_lxc_net_t'", '', 'container', 0],
    ["'label=type:spc_t'", '', 'unconfined', 2],
    ["'label:type:docker_t'", '', 'unconfined', 2],
    ["'label=type:unconfined_service_t'", '', 'unconfined', 2],
    ["'label=type:container_init_t'", '', 'widened', 3],
    ["'label=type:container_kvm_t'", '', 'widened', 3],
    ["'label=type:container_engine_t'", '', 'widened', 4],
    ["'label=type:web.process'", '', 'custom', 'unknown'],
    ["'label=disable'", '', 'off', 2],
    ["'label=level:s0:c1'", '', 'container', 0],
    ['', ', privileged: true', 'off', 2],
    ["'label=type:${TYPE}'", '', 'unknown: the variable TYPE has no value', 'unknown'],
  ])('%s%s is %s', async (options, more, confinement, lifts) => {
    const [first, second] = (await judged(options, more)) as [string, number | string]
    expect(first.startsWith('unknown') && confinement.startsWith('unknown') ? confinement : first).toBe(confinement)
    expect(second).toBe(lifts)
  })
  it('every type has a public source, and lifts something unless it is the ordinary one', () => {
    for (const confinement of ['unconfined', 'widened', 'container'] as const)
      for (const name of selinuxTypes(confinement)) {
        const type = selinuxType(name)
        expect(type?.source).toMatch(/^https:\/\/github\.com\//)
        expect((type?.lifts.length ?? 0) > 0).toBe(confinement !== 'container')
      }
    expect(selinuxTypes('widened')).toContain('container_device_plugin_init_t')
    expect(selinuxType('constructor')).toBeUndefined()
  })
})

describe('levels', () => {
  it.each([
    ['s0', 's0'],
    ['s0:c1,c2', 's0:c1.c2'],
    ['s0:c1,c3', 's0:c1,c3'],
    ['s0:c2,c1', 's0:c1.c2'],
    ['s0:c1.c3,c4', 's0:c1.c4'],
    ['s0-s0:c0.c1023', 's0:c0.c1023'],
    ['s15:c7', 's15:c7'],
  ])('%s', (text, shown) => {
    const level = parseLevel(text)
    expect(level && showLevel(level)).toBe(shown)
  })
  it.each(['', 'c1', 's0:', 's0:x', 's0:c2.c1', 's0:c99999', 's0:c1:c2', 's0-s0-s0', 's0:c1,', 's', 'SystemHigh'])(
    '%s is no level',
    (text) => expect(parseLevel(text)).toBeUndefined(),
  )
  it('compares as sets of categories', () => {
    const set = fc.uniqueArray(fc.nat(12), { maxLength: 8 })
    const write = (list: readonly number[]): string =>
      `s0${list.length > 0 ? ':' : ''}${list.map((one) => `c${one}`).join()}`
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [one, other] = [parseLevel(write(a)), parseLevel(write(b))]
        if (!one || !other) return expect.fail()
        expect(dominates(one, other)).toBe(new Set(b).isSubsetOf(new Set(a)))
        expect(showLevel(one) === showLevel(other)).toBe(new Set(a).symmetricDifference(new Set(b)).size === 0)
      }),
    )
  })
})

describe('levels that containers share', () => {
  const told = (list: readonly Subject[]): readonly string[] =>
    sharedLevels(list).reaches.map(({ from, to, same, level }) => {
      const line = level.place.line
      return `${line} ${from.id} ${same ? '=' : '>'} ${to.map(({ id }) => id).join(' ')}`
    })
  it('the same categories, however they are written', async () => {
    expect(
      told(
        await compose(`  web: { image: nginx, security_opt: ['label=level:s0:c1,c2'] }
  db: { image: postgres, security_opt: ['label=level:s0:c2,c1'] }
  own: { image: nginx, security_opt: ['label=level:s0:c1,c3'] }
  engine: { image: nginx }
`),
      ),
    ).toEqual(['2 web = db', '3 db = web'])
  })
  it('more categories than the other, and all of them', async () => {
    expect(
      told(
        await compose(`  web: { image: nginx, security_opt: ['label=level:s0:c1,c2'] }
  part: { image: nginx, security_opt: ['label=level:s0:c1'] }
  agent: { image: agent, security_opt: ['label=level:s0-s0:c0.c1023'] }
`),
      ),
    ).toEqual(['2 web > part', '4 agent > web part'])
  })
  it('where there is a reason: a namespace that is joined, a volume', async () => {
    expect(
      told(
        await compose(`  web: { image: nginx, volumes: ['data:/data'], security_opt: ['label=level:s0:c1,c2'] }
  db: { image: postgres, volumes: ['data:/var'], security_opt: ['label=level:s0:c1,c2'] }
  tool: { image: tool, pid: 'service:web', security_opt: ['label=level:s0:c1,c2'] }
  other: { image: other, security_opt: ['label=level:s0:c7'] }
volumes: { data: {} }
`),
      ),
    ).toEqual(['3 db = tool', '4 tool = db'])
  })
  it('not where the type is bound by no level, or there is no label', async () => {
    expect(
      told(
        await compose(`  web: { image: nginx, security_opt: ['label=level:s0:c1,c2'] }
  spc: { image: nginx, security_opt: ['label=type:spc_t', 'label=level:s0:c1,c2'] }
  off: { image: nginx, security_opt: ['label=disable', 'label=level:s0:c1,c2'] }
`),
      ),
    ).toEqual([])
  })
  it('not known', async () => {
    const { open } = sharedLevels(await compose(`  web: { image: nginx, security_opt: ['label=level:s0:c1,\${C}'] }\n`))
    expect(open.map(({ subject, level }) => [subject.id, level.place.line])).toEqual([['web', 2]])
  })
  it('pods of different namespaces', async () => {
    const pod = (name: string, namespace: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec:\n  securityContext: { seLinuxOptions: { level: 's0:c1,c2' } }\n  containers:\n    - { name: a, image: nginx }\n    - { name: b, image: nginx }\n`
    const list = await subjects('kubernetes', [pod('x', 'one'), pod('y', 'one')].join('---\n'))
    expect(list).toHaveLength(4)
    expect(told(list)).toEqual([])
    const apart = await subjects('kubernetes', [pod('x', 'one'), pod('y', 'two')].join('---\n'))
    expect(told(apart)[0]).toBe('5 Pod/one/x/a = Pod/two/y/a Pod/two/y/b')
  })
  it('of thousands of containers is found in time', async () => {
    const list = await compose(
      Array.from(
        { length: 3000 },
        (_, index) => `  s${index}: { image: nginx, security_opt: ['label=level:s0:c${index % 1000},c1023'] }\n`,
      ).join(''),
    )
    expect(sharedLevels(list).reaches.length).toBe(3000)
  })
})
