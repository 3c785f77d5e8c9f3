/** Firecracker: what a machine is given, and how it is started. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { firecracker } from '../../src/dialect/firecracker.ts'
import { commandLine } from '../../src/dialect/firecracker/command-line.ts'
import { readUnit } from '../../src/document/systemd.ts'
import { take } from '../../src/scan.ts'
import { everyFact, expectFact, factAt, factsOf, paths, rootOf } from '../support/docker-facts.ts'
import type { AnyFacts } from '../../src/model/row.ts'

const machine = (more: object): string =>
  JSON.stringify({ 'boot-source': { kernel_image_path: 'vmlinux' }, ...more }, null, 1)
const drive = (more: object): object => ({
  drives: [{ drive_id: 'd', path_on_host: 'd.ext4', is_root_device: false, ...more }],
})
const factsIn = (text: string): AnyFacts => {
  const got = factsOf(firecracker, text)
  return got.of(got.ids[0] ?? '')
}

describe('a configuration', () => {
  const cases: readonly (readonly [object, string, unknown, string?])[] = [
    [{}, 'runtime', 'firecracker', 'default'],
    [{}, 'role', 'system'],
    [{}, 'namespaces.user', 'own'],
    [{}, 'namespaces.network', 'none', 'default'],
    [{ 'network-interfaces': [] }, 'namespaces.network', 'none', 'default'],
    [{ 'network-interfaces': [{ iface_id: 'e', host_dev_name: 'tap0' }] }, 'namespaces.network', 'own', 'set'],
    [{ 'network-interfaces': [{ iface_id: 'e', host_dev_name: 'tap0' }] }, 'network.names', ['tap0']],
    [{ 'network-interfaces': [{ iface_id: 'e' }] }, 'network.names', ['?']],
    [{ 'network-interfaces': 5 }, 'network.names', /not a list/],
    [{ 'machine-config': { mem_size_mib: 512 } }, 'resources.memory', 2 ** 29, 'set'],
    [{ 'machine-config': { mem_size_mib: 'much' } }, 'resources.memory', /not a whole number/],
    [{ 'machine-config': 5 }, 'resources.memory', /not a map/],
    [{ 'machine-config': { vcpu_count: 2 } }, 'resources.cpu', 2000],
    [drive({ is_root_device: true, is_read_only: true }), 'readOnlyRootFilesystem', true, 'set'],
    [drive({ is_root_device: true }), 'readOnlyRootFilesystem', false, 'default'],
    [drive({ is_root_device: true, is_read_only: 'yes' }), 'readOnlyRootFilesystem', /not true or false/],
    [{ pmem: [{ id: 'p', path_on_host: 'p', root_device: true, read_only: true }] }, 'readOnlyRootFilesystem', true],
    [{ drives: 5 }, 'readOnlyRootFilesystem', /cannot be read/],
    [drive({ is_root_device: true }), 'mounts', []],
    [drive({ is_read_only: true }), 'mounts[0].readOnly', true],
    [drive({}), 'mounts[0].source', 'd.ext4'],
    [drive({}), 'mounts[0].kind', 'device'],
    [drive({ path_on_host: 5 }), 'mounts[0].source', '5'],
    [{ drives: 5 }, 'mounts[0].source', /cannot be read/],
    [{ drives: [5] }, 'devices[0].source', /cannot be read/],
    [drive({ path_on_host: '/dev/sdb' }), 'devices', [{ source: '/dev/sdb', target: 'd', permissions: 'rw' }]],
    [drive({ path_on_host: '/dev/sdb', is_read_only: true }), 'devices[0].permissions', 'r'],
    [drive({ path_on_host: '/dev/sdb' }), 'mounts', []],
    [{ vsock: { guest_cid: 3, uds_path: '/run/v.sock' } }, 'mounts[0].source', '/run/v.sock'],
    [{}, 'user.name', '0', 'default'],
    [{}, 'resources.pids', 0, 'default'],
  ]
  it.each(cases.map((each) => [JSON.stringify(each[0]), each[1], each] as const))(
    '%s -> %s',
    (_text, _row, [more, row, value, how]) => {
      expectFact(factAt(factsIn(machine(more)), row), value, how)
    },
  )
  it('has the line of what says it', () => {
    const text = '{\n "boot-source": {},\n "machine-config": {\n  "mem_size_mib": 256\n }\n}'
    expectFact(factAt(factsIn(text), 'resources.memory'), 256 * 2 ** 20, 'set', 4)
  })
  it.each([
    ['{"boot-source": {}}', true],
    ['{"boot-source": {}, "drives": [], "machine-config": {}, "mmds-config": null, "balloon": null}', true],
    ['{"boot-source": {}, "name": "x"}', false],
    ['{"boot-source": 5}', false],
    ['{"drives": [], "machine-config": {}}', false],
    ['services: { web: { image: x } }', false],
  ])('%s is one: %s', (text, expected) => {
    expect(firecracker.is(rootOf(text, 'x.json'))).toBe(expected)
  })
  it('is a system container whose root is nobody outside: the rules about root do not speak of it', async () => {
    const { subjects } = await take({ targets: [join(import.meta.dirname, '../hardened/firecracker.json')] })
    const [subject] = subjects
    expect(subject?.container.sandbox).toMatchObject({ how: 'derived', value: 'virtual-machine' })
    const { escapes } = subject?.container ?? {}
    expect(escapes?.how === 'unknown' ? '?' : escapes?.value).toEqual([])
  })
  it('never throws, and answers every row', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constant({ drives: [null] }))
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const facts = factsIn(
          machine({ drives: one, 'network-interfaces': other, 'machine-config': one, vsock: other, pmem: [other] }),
        )
        expect(everyFact(facts).length).toBeGreaterThan(80)
        expect(paths(facts).length).toBeGreaterThan(80)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a unit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-firecracker-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  write('vm.json', machine({ 'machine-config': { mem_size_mib: 64 } }))
  const unit = async (name: string, line: string) => {
    const { subjects, notices } = await take({ targets: [write(name, `[Unit]\n\n[Service]\nExecStart=${line}\n`)] })
    return {
      facts: (subjects[0]?.container ?? {}) as AnyFacts,
      ids: subjects.map(({ id }) => id),
      notices: notices.map(({ id, lost }) => [id, lost]),
    }
  }
  const JAILER = '/usr/bin/jailer --id web --exec-file /usr/bin/firecracker --uid 123 --gid 100'

  it.each<readonly [string, string, unknown]>([
    ['', 'name', 'web'],
    ['', 'user.uid', 123],
    ['', 'user.gid', 100],
    ['--cgroup pids.max=50 --cgroup cpuset.cpus=1', 'resources.pids', 50],
    ['--cgroup=cpuset.cpus=1', 'resources.cpuSet', '1'],
    ['--cgroup pids.max=max', 'resources.pids', 0],
    ['--cgroup pids.max=many', 'resources.pids', /is "many"/],
    ['--parent-cgroup /vms', 'cgroupParent', '/vms'],
    [
      '--resource-limit no-file=99 --resource-limit fsize=5',
      'ulimits',
      [
        { name: 'nofile', soft: 99, hard: 99 },
        { name: 'fsize', soft: 5, hard: 5 },
      ],
    ],
    ['--resource-limit odd', 'ulimits', [{ name: '?', soft: '?', hard: '?' }]],
    ['-- --no-seccomp', 'seccomp.kind', 'unconfined'],
    ['--daemonize -- --seccomp-filter /f.bpf', 'seccomp.kind', 'profile'],
    ['', 'seccomp.kind', 'runtime-default'],
    ['-- --config-file vm.json', 'resources.memory', 2 ** 26],
    ['-- --config-file=absent.json', 'resources.memory', 2 ** 27],
  ])('jailer %s -> %s', async (more, row, value) => {
    const { facts, ids } = await unit('jail.service', `${JAILER} ${more}`)
    expect(ids).toEqual(['web'])
    expectFact(factAt(facts, row), value, undefined, row === 'resources.memory' ? undefined : 4)
  })
  it('says what it was not given, and where the jailer is missing', async () => {
    expect((await unit('a.service', `${JAILER} -- --config-file vm.json`)).notices).toEqual([])
    expect((await unit('b.service', JAILER)).notices).toEqual([['firecracker-configuration', false]])
    expect((await unit('c.service', '-/opt/firecracker --config-file vm.json')).notices).toEqual([
      ['firecracker-unjailed', false],
    ])
  })
  it.each([
    ['ExecStart=/usr/bin/nginx', false],
    ['ExecStart=/usr/bin/firecracker --version', true],
    ['ExecStart=@/usr/bin/jailer jailer --id x', true],
    ['ExecStop=/usr/bin/jailer --id x', false],
    ['ExecStart="/usr/bin/jailer', true],
  ])('%s is one: %s', (line, expected) => {
    const [root] = readUnit('x.service', `[Service]\n${line}\n`).value.documents
    expect(root !== undefined && commandLine(root) !== undefined).toBe(expected)
  })
})
