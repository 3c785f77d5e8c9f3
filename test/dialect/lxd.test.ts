import fc from 'fast-check'
import { stringify } from 'yaml'
import { describe, expect, it } from 'vitest'
import type { Container } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { factAt, valueAt } from '../support/facts.ts'

const read = (text: string, file = '/nowhere/web.yaml') => readContainers({ file, text, named: true })
/** `config` from line 4 on, `devices` after it. */
const instance = (config: string, devices = ''): string =>
  [
    'name: web',
    'architecture: x86_64',
    'config:',
    ...['image.os: Debian', ...config.split('\n')].filter((line) => line !== '').map((line) => `  ${line}`),
    'devices:',
    '  root: { path: /, pool: default, type: disk }',
    ...devices
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `  ${line}`),
    'ephemeral: false',
    '',
  ].join('\n')
async function one(text: string): Promise<Container> {
  const [found] = (await read(text)).containers
  if (!found) throw new Error('there is no container')
  return found
}
const expectFact = (found: Container, row: string, value: unknown, how?: string, line?: number): void => {
  const fact = factAt(found, row)
  if (value instanceof RegExp)
    expect(fact.how === 'unknown' ? fact.because : `known: ${JSON.stringify(valueAt(found, row))}`).toMatch(value)
  else expect(valueAt(found, row)).toEqual(value)
  if (how !== undefined) expect(fact.how).toBe(how)
  if (line !== undefined) expect(fact.place.line).toBe(line)
}

/** [config from line 5 on, row, value or reason, how, line] */
const CONFIG: readonly (readonly [string, string, unknown, string?, number?])[] = [
  ['', 'name', 'web', 'set'],
  ['', 'role', 'system', 'default'],
  ['', 'namespaces.user', 'own', 'default'],
  ['security.privileged: "true"', 'namespaces.user', 'host', 'set', 5],
  ['security.privileged: true', 'namespaces.user', 'host', 'set', 5],
  ['security.privileged: "false"', 'namespaces.user', 'own', 'set', 5],
  ['security.privileged: maybe', 'namespaces.user', /neither true nor false/],
  ['raw.idmap: both 0 0', 'namespaces.user', 'host', 'derived', 5],
  ['raw.idmap: uid 1000 1000', 'namespaces.user', 'own', 'default'],
  ['raw.idmap: uid 1000-1999 5000-5999', 'uidMappings', [{ container: 5000, host: 1000, size: 1000 }], 'set', 5],
  ['', 'capabilities.drop', [], 'default'],
  [
    'security.privileged: "true"',
    'capabilities.drop',
    ['SYS_TIME', 'SYS_MODULE', 'SYS_RAWIO', 'MAC_ADMIN', 'MAC_OVERRIDE'],
    'default',
  ],
  ['', 'deviceRules', [], 'default'],
  ['security.privileged: "true"', 'deviceRules[0]', 'deny a *:* rwm', 'default'],
  ['', 'procMount', 'unmasked', 'default'],
  ['security.privileged: "true"', 'procMount', 'default', 'default'],
  ['security.nesting: "true"', 'nesting', true, 'set', 5],
  ['', 'nesting', false, 'default'],
  ['', 'apparmor.kind', 'runtime-default', 'default'],
  ['raw.apparmor: "mount,"', 'apparmor.kind', 'profile', 'set', 5],
  ['', 'seccomp.kind', 'runtime-default', 'default'],
  ['security.syscalls.deny: keyctl errno 38', 'seccomp.kind', 'runtime-default', 'set', 5],
  ['security.syscalls.allow: read', 'seccomp.kind', 'profile', 'set', 5],
  ['security.syscalls.allow: read', 'seccomp.text', '2\nallowlist\n[all]\nread'],
  ['security.syscalls.deny_default: "false"', 'seccomp.kind', 'profile', 'set', 5],
  ['raw.seccomp: "2\\nallowlist\\n[all]\\nread"', 'seccomp.text', '2\nallowlist\n[all]\nread', 'set', 5],
  ['environment.A: b', 'environment', [{ name: 'A', value: 'b', fromSecret: false }], 'set', 5],
  ['limits.kernel.nofile: 512:1024', 'ulimits', [{ name: 'nofile', soft: 512, hard: 1024 }], 'set', 5],
  ['limits.memory: 1GiB', 'resources.memory', 2 ** 30, 'set', 5],
  ['limits.memory: 1GB', 'resources.memory', 1e9],
  ['limits.memory: 50%', 'resources.memory', /part of the memory/],
  ['limits.memory: 1GiB\nlimits.memory.enforce: soft', 'resources.memory', 0, 'default'],
  ['limits.memory: 1GiB\nlimits.memory.enforce: soft', 'resources.memoryReservation', 2 ** 30, 'set', 5],
  ['limits.cpu: "2"', 'resources.cpu', 2000, 'set', 5],
  ['limits.cpu: 0-1', 'resources.cpuSet', '0-1', 'set', 5],
  ['limits.cpu: 0-1', 'resources.cpu', 0, 'default'],
  ['limits.cpu: all', 'resources.cpuSet', /neither a number nor a set/],
  ['limits.cpu.allowance: 25ms/100ms', 'resources.cpu', 250, 'set', 5],
  ['limits.cpu.allowance: 50%', 'resources.cpuShares', 512, 'set', 5],
  ['limits.processes: "100"', 'resources.pids', 100, 'set', 5],
  ['boot.autorestart: "true"', 'restart.policy', 'on-failure', 'set', 5],
  ['raw.lxc: lxc.apparmor.profile = unconfined', 'apparmor.kind', 'unconfined', 'set', 5],
  ['raw.lxc: |\n  # first\n  lxc.apparmor.profile = unconfined', 'apparmor.kind', 'unconfined', 'set', 7],
  ['raw.lxc: |-\n  lxc.cap.drop =\n  lxc.cap.keep = chown', 'capabilities.given', ['CHOWN'], 'set', 7],
  ['raw.lxc: lxc.mount.entry = /dev/kvm dev/kvm none bind', 'devices[0].source', '/dev/kvm', 'set', 5],
  ['raw.lxc: lxc.seccomp.profile = /etc/a', 'seccomp.name', '/etc/a', 'set', 5],
  ['raw.lxc: lxc.cgroup2.memory.max = 1M', 'resources.memory', 2 ** 20, 'set', 5],
]
describe('lxd: a key of the configuration -> a fact', () => {
  it.for(CONFIG)('%j: %s', async ([config, row, value, how, line]) => {
    expectFact(await one(instance(config)), row, value, how, line)
  })
})

/** [a device on line 7, row, value or reason, how, line] */
const DEVICES: readonly (readonly [string, string, unknown, string?, number?])[] = [
  ['d: { type: disk, source: /srv, path: /data, readonly: "true" }', 'mounts[0].kind', 'bind', 'set', 7],
  ['d: { type: disk, source: /srv, path: /data, readonly: "true" }', 'mounts[0].readOnly', true, 'set', 7],
  ['d: { type: disk, source: /srv, path: /data }', 'mounts[0].propagation', 'private', 'default'],
  ['d: { type: disk, source: /srv, path: /data, propagation: rshared }', 'mounts[0].propagation', 'rshared', 'set'],
  ['d: { type: disk, source: /srv, path: /data, propagation: some }', 'mounts[0].propagation', /not a propagation/],
  ['d: { type: disk, pool: default, source: vol, path: /data }', 'mounts[0].kind', 'volume'],
  ['d: { type: disk, source: "cephfs:a", path: /data }', 'mounts[0].kind', 'other'],
  ['d: { type: unix-char, source: /dev/kvm }', 'devices[0].source', '/dev/kvm', 'set'],
  ['d: { type: gpu }', 'devices[0].source', '/dev/dri'],
  ['d: { type: usb, vendorid: "1234", productid: "5678" }', 'devices[0].source', 'usb 1234:5678'],
  [
    'd: { type: proxy, listen: "tcp:0.0.0.0:80", connect: "tcp:127.0.0.1:8080" }',
    'ports',
    [{ container: 8080, published: true, host: 80, address: '0.0.0.0', protocol: 'tcp' }],
    'set',
  ],
  ['d: { type: proxy, listen: "udp:[::1]:53", connect: "udp:127.0.0.1:53" }', 'ports[0].address', '::1'],
  [
    'd: { type: proxy, bind: instance, listen: "unix:/run/docker.sock", connect: "unix:/var/run/docker.sock" }',
    'mounts[0].source',
    '/var/run/docker.sock',
    'set',
    7,
  ],
  [
    'd: { type: proxy, bind: instance, listen: "tcp:127.0.0.1:80", connect: "tcp:127.0.0.1:80" }',
    'ports',
    [],
    'default',
  ],
  ['d: { type: nic, nictype: macvlan, parent: eth0 }', 'network.mode', 'macvlan', 'set'],
  ['d: { type: nic, network: lxdbr0 }', 'network.names', ['lxdbr0'], 'set'],
  ['', 'namespaces.network', 'own', 'default'],
  ['d: { path: /data }', 'mounts[0].source', /no type/],
]
describe('lxd: a device -> a fact', () => {
  it.for(DEVICES)('%j: %s', async ([device, row, value, how, line]) => {
    expectFact(await one(instance('', device)), row, value, how, line)
  })
  it('the root disk is the root file system', async () => {
    const text = instance('').replace('type: disk', 'type: disk, readonly: "true"')
    expectFact(await one(text), 'readOnlyRootFilesystem', true, 'set', 6)
  })
})

describe('lxd: documents', () => {
  const OWN = 'name: web\nconfig: { image.os: Debian }\ndevices: {}\nprofiles: [base, nested]\nephemeral: false\n'
  it('without its profiles what it does not say is not known', async () => {
    const { notices, containers } = await read(OWN)
    expect(notices.map(({ id, lost }) => ({ id, lost }))).toEqual([{ id: 'lxd-profile-missing', lost: false }])
    const [found] = containers
    if (!found) throw new Error('there is no container')
    expectFact(found, 'namespaces.user', /profile that is applied was not given: base/)
    expectFact(found, 'resources.memory', /base/)
    expectFact(found, 'mounts', /base/)
  })
  it('profiles of the same file are merged in order, and the instance last', async () => {
    const text = stringify({
      profiles: [
        {
          name: 'base',
          config: { 'limits.memory': '1GiB', 'limits.processes': '5' },
          devices: { root: { path: '/', pool: 'a', type: 'disk' } },
        },
        { name: 'nested', config: { 'security.nesting': 'true', 'limits.processes': '7' }, devices: {} },
      ],
      instances: [
        {
          name: 'web',
          config: { 'limits.memory': '2GiB', 'image.os': 'x' },
          devices: {},
          profiles: ['base', 'nested'],
        },
      ],
    })
    const found = await one(text)
    expectFact(found, 'resources.memory', 2 * 2 ** 30, 'set')
    expectFact(found, 'resources.pids', 7, 'inherited')
    expectFact(found, 'nesting', true, 'inherited')
    expectFact(found, 'namespaces.user', 'own', 'default')
  })
  it('lxc list: the expanded configuration counts', async () => {
    const text = JSON.stringify([
      {
        name: 'web',
        type: 'container',
        config: { 'image.os': 'Debian' },
        devices: {},
        expanded_config: { 'image.os': 'Debian', 'security.privileged': 'true' },
        expanded_devices: { root: { path: '/', pool: 'a', type: 'disk' } },
        profiles: ['default'],
      },
      { name: 'vm', type: 'virtual-machine', config: { 'image.os': 'Debian' }, devices: {}, profiles: [] },
    ])
    const { containers, notices } = await read(text, '/nowhere/list.json')
    expect(containers.map(({ id }) => id)).toEqual(['web'])
    expect(notices.map(({ id }) => id)).toEqual(['lxd-virtual-machine'])
    const [found] = containers
    if (found) expectFact(found, 'namespaces.user', 'host', 'inherited')
  })
  it('a profile alone is told of', async () => {
    const found = await read(
      'name: p\ndescription: ""\nconfig: { security.nesting: "true" }\ndevices: {}\nused_by: []\n',
    )
    expect([found.kinds, found.containers.length, found.notices.map(({ id }) => id)]).toEqual([
      ['lxd'],
      0,
      ['lxd-profile'],
    ])
  })
  it.each([
    ['config: { a: b }\ndevices: {}\n'],
    ['config:\n  security.opts: x\nprofiles: [a]\n'],
    ['services: { web: { image: x } }\nconfig: { image.os: a }\n'],
    ['apiVersion: v1\nkind: ConfigMap\nconfig: { security.nesting: "true" }\ndevices: {}\n'],
    ['- config: 5\n- profiles: []\n'],
    ['linters: { config: { limits: 5 } }\n'],
  ])('%j is not ours', async (text) => {
    expect((await read(text)).kinds).not.toContain('lxd')
  })
})

describe('lxd: hostile input', () => {
  const keys = [
    ...new Set(
      CONFIG.flatMap(([config]) => config.split('\n').map((line) => line.split(':')[0] ?? '')).filter((key) =>
        key.includes('.'),
      ),
    ),
  ]
  it('never throws, whatever the types are', async () => {
    const anything = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer()),
      fc.constant({ a: { b: 1 } }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...keys), anything), { maxLength: 8 }),
        fc.array(
          fc.tuple(
            fc.constantFrom('type', 'source', 'path', 'listen', 'connect', 'bind', 'pool', 'readonly'),
            anything,
          ),
          { maxLength: 6 },
        ),
        async (config, device) => {
          const text = JSON.stringify({
            name: 'a',
            config: { 'image.os': 'x', ...Object.fromEntries(config) },
            devices: { d: Object.fromEntries(device), e: 5 },
            profiles: [],
          })
          const { notices, containers } = await read(text)
          expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
          expect(containers).toHaveLength(1)
        },
      ),
      { numRuns: 200 },
    )
  })
  it('devices that are none may be any', async () => {
    const text = 'name: web\nconfig: { image.os: x }\ndevices: 5\nprofiles: []\n'
    expectFact(await one(text), 'mounts', /devices is not a map/)
  })
  it('a value of the wrong type is not known', async () => {
    for (const wrong of ['[1]', '{ a: b }']) {
      expectFact(await one(instance(`security.privileged: ${wrong}`)), 'namespaces.user', /not a text/)
      expectFact(await one(instance(`limits.memory: ${wrong}`)), 'resources.memory', /not a text/)
      expectFact(await one(instance(`security.nesting: ${wrong}`)), 'nesting', /not a text/)
      expectFact(await one(instance(`raw.lxc: ${wrong}`)), 'apparmor.kind', /raw.lxc is not a text/)
      expectFact(await one(instance(`limits.processes: ${wrong}`)), 'resources.pids', /not a text/)
    }
  })
})
