import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { engineFormat } from '../../src/dialect/engine.ts'
import { DEFAULT_CAPABILITIES } from '../../src/dialect/silence/runtime.ts'
import { factsOfNode as engineFacts } from '../support/engine.ts'
import { everyFact, expectFact, factAt, paths, rootOf } from '../support/docker-facts.ts'

const runtime = (facts: object): object => ({ hostDevices: true, annotations: [], loosened: [], ...facts })
type Case = readonly [object, string, unknown, string?]
const DAEMON: readonly Case[] = [
  [{}, 'kind', 'docker', 'default'],
  [{}, 'version', /docker info/],
  [{}, 'rootless', false, 'default'],
  [{ 'userns-remap': 'default' }, 'usernsRemap', true, 'set'],
  [{ 'userns-remap': '' }, 'usernsRemap', false, 'default'],
  [{ 'no-new-privileges': true }, 'noNewPrivileges', true, 'set'],
  [{ 'no-new-privileges': 'on' }, 'noNewPrivileges', /not true or false/],
  [{}, 'noNewPrivileges', false, 'default'],
  [{ 'seccomp-profile': 'unconfined' }, 'seccomp', 'unconfined'],
  [{ 'seccomp-profile': 'builtin' }, 'seccomp', 'runtime-default', 'set'],
  [{ 'seccomp-profile': '/etc/s.json' }, 'seccomp', 'profile'],
  [{ 'seccomp-profile': '/etc/s.json' }, 'seccompProfile', '/etc/s.json'],
  [{ 'seccomp-profile': 'unconfined' }, 'seccompProfile', ''],
  [{}, 'apparmor', /docker info/],
  [{ 'selinux-enabled': true }, 'selinux', true],
  [{}, 'cgroupVersion', /docker info/],
  [{}, 'limitsDropped', /docker info/],
  [{ 'default-cgroupns-mode': 'private' }, 'cgroupNamespace', 'own'],
  [{}, 'cgroupNamespace', /cgroup v2/],
  [{ 'cgroup-parent': '/x' }, 'cgroupParent', '/x'],
  [{ 'default-ipc-mode': 'shareable' }, 'ipc', 'shareable'],
  [{ 'default-ipc-mode': 'odd' }, 'ipc', /not one of/],
  [{ 'default-runtime': 'runsc' }, 'runtime', 'runsc'],
  [{ ip: '127.0.0.1' }, 'defaultAddress', '127.0.0.1'],
  [{}, 'defaultAddress', '0.0.0.0', 'default'],
  [{ icc: false }, 'interContainer', false, 'set'],
  [{ 'live-restore': true }, 'liveRestore', true],
  [{ 'userland-proxy': false }, 'userlandProxy', false],
  [{ 'log-driver': 'none' }, 'logDriver', 'none'],
  [{ hosts: ['tcp://0.0.0.0:2375', 5] }, 'hosts', ['tcp://0.0.0.0:2375', '5']],
  [{}, 'hosts', ['unix:///var/run/docker.sock'], 'default'],
  [{ tlsverify: true }, 'tlsVerify', true],
  [{ 'insecure-registries': ['r:5000'] }, 'insecureRegistries', ['r:5000']],
  [
    { 'default-ulimits': { nofile: { Name: 'nofile', Soft: 1, Hard: 2 } } },
    'ulimits',
    [{ name: 'nofile', soft: 1, hard: 2 }],
  ],
  [{ 'default-ulimits': { nofile: 5 } }, 'ulimits', [{ name: 'nofile', soft: '?', hard: '?' }]],
  [{ init: true }, 'init', true, 'set'],
  [{ iptables: false }, 'iptables', false, 'set'],
  [{}, 'iptables', true, 'default'],
  [{ 'log-level': 'debug' }, 'logLevel', 'debug'],
  [{}, 'logLevel', 'info', 'default'],
  [{ 'storage-driver': 'aufs' }, 'storageDriver', 'aufs'],
  [{ 'storage-opts': ['dm.basesize=20G'] }, 'storageOptions', ['dm.basesize=20G']],
  [{}, 'storageOptions', [], 'default'],
  [{}, 'swarm.active', /docker info/],
  [{}, 'swarm.manager', /docker info/],
  [{}, 'swarm.managers', /docker info/],
  [{}, 'swarm.autolock', /docker info/],
  [{}, 'swarm.certificateLifetime', /docker info/],
  [{ experimental: true }, 'experimental', true],
  [{ 'authorization-plugins': ['opa'] }, 'authorization', ['opa']],
  [{ 'authorization-plugins': { a: 5 } }, 'authorization', ['5']],
  [{}, 'authorization', [], 'default'],
  [{ 'default-shm-size': '128M' }, 'sharedMemory', 134_217_728],
  [{}, 'capabilities', DEFAULT_CAPABILITIES, 'default'],
  [
    {
      runtimes: {
        runsc: { path: '/usr/local/bin/runsc', runtimeArgs: ['--network=host', '--platform=kvm', '--debug'] },
      },
    },
    'runtimes',
    [runtime({ name: 'runsc', path: '/usr/local/bin/runsc', sandbox: 'gvisor', loosened: ['network=host', 'debug'] })],
    'set',
  ],
  [
    { runtimes: { own: { runtimeType: 'io.containerd.kata.v2' } } },
    'runtimes',
    [runtime({ name: 'own', path: 'io.containerd.kata.v2', sandbox: 'virtual-machine' })],
  ],
  [
    { runtimes: { wasm: { runtimeType: 'io.containerd.wasmedge.v1' }, odd: { path: '/opt/x' }, bad: 5 } },
    'runtimes',
    [
      runtime({ name: 'wasm', path: 'io.containerd.wasmedge.v1', sandbox: 'wasm' }),
      runtime({ name: 'odd', path: '/opt/x', sandbox: '?' }),
      runtime({ name: 'bad', path: '', sandbox: '?' }),
    ],
  ],
  // A shim of runc that starts another binary is what that binary is.
  [
    { runtimes: { x: { runtimeType: 'io.containerd.runc.v2', options: { BinaryName: '/usr/bin/runsc' } } } },
    'runtimes',
    [runtime({ name: 'x', path: 'io.containerd.runc.v2', sandbox: 'gvisor' })],
  ],
  [{ runtimes: 5 }, 'runtimes', /not a table/],
]

const info = (more: object): object => ({
  ServerVersion: '28.0.1',
  SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
  CgroupVersion: '2',
  DefaultRuntime: 'runc',
  LiveRestoreEnabled: false,
  LoggingDriver: 'json-file',
  Warnings: null,
  RegistryConfig: {
    IndexConfigs: { 'docker.io': { Secure: true } },
    InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
  },
  ClientInfo: { Version: '28.0.1' },
  ...more,
})
const options = (...SecurityOptions: readonly string[]): object => info({ SecurityOptions })
const INFO: readonly Case[] = [
  [info({}), 'kind', 'docker', 'default'],
  [info({}), 'version', '28.0.1', 'set'],
  [info({}), 'rootless', false, 'default'],
  [options('name=rootless'), 'rootless', true, 'set'],
  [options('name=userns'), 'usernsRemap', true],
  [info({}), 'usernsRemap', false],
  [options('name=no-new-privileges'), 'noNewPrivileges', true],
  [info({}), 'noNewPrivileges', false],
  [info({ ServerVersion: '20.10.24' }), 'noNewPrivileges', /before 23/],
  [info({}), 'seccomp', 'runtime-default'],
  [options('name=seccomp,profile=default'), 'seccomp', 'runtime-default'],
  [options('name=seccomp,profile=unconfined'), 'seccomp', 'unconfined'],
  [options('name=seccomp,profile=/etc/s.json'), 'seccomp', 'profile'],
  [options('name=seccomp,profile=/etc/s.json'), 'seccompProfile', '/etc/s.json'],
  [options('name=apparmor'), 'seccomp', 'unsupported'],
  [options('apparmor', 'seccomp'), 'apparmor', true],
  [options('name=seccomp,profile=builtin'), 'apparmor', false],
  [options('name=selinux'), 'selinux', true],
  [info({}), 'cgroupVersion', 2],
  [info({ CgroupVersion: '1' }), 'cgroupVersion', 1],
  [info({ CgroupVersion: 3 }), 'cgroupVersion', /not a cgroup version/],
  [info({ MemoryLimit: true, SwapLimit: true, CpuCfsQuota: true, PidsLimit: true }), 'limitsDropped', [], 'set'],
  [info({ MemoryLimit: false, SwapLimit: false, CpuCfsQuota: true }), 'limitsDropped', ['memory', 'swap'], 'set'],
  [info({ MemoryLimit: false, OSType: 'windows' }), 'limitsDropped', /does not print/],
  [info({}), 'cgroupNamespace', 'own'],
  [options('name=apparmor'), 'cgroupNamespace', 'host'],
  [info({}), 'cgroupParent', /does not print/],
  [info({}), 'ipc', /does not print/],
  [info({ DefaultRuntime: 'crun' }), 'runtime', 'crun'],
  [info({}), 'defaultAddress', /does not print/],
  [info({}), 'interContainer', /does not print/],
  [info({ LiveRestoreEnabled: true }), 'liveRestore', true],
  [info({}), 'userlandProxy', /does not print/],
  [info({ LoggingDriver: 'local' }), 'logDriver', 'local'],
  [info({}), 'hosts', /does not print/],
  [
    info({ Warnings: ['WARNING: API is accessible on http://0.0.0.0:2375 without encryption.'] }),
    'hosts',
    ['tcp://0.0.0.0:2375'],
  ],
  [
    info({ Warnings: ['[DEPRECATION NOTICE]: API is accessible on http://0.0.0.0:2375 without encryption.'] }),
    'tlsVerify',
    false,
    'set',
  ],
  [info({}), 'tlsVerify', true, 'default'],
  [info({ ServerVersion: '18.06.1' }), 'tlsVerify', /does not print/],
  [
    info({ Warnings: ['WARNING: API is accessible on https://0.0.0.0:2376 without TLS client verification.'] }),
    'tlsVerify',
    false,
    'set',
  ],
  [info({}), 'insecureRegistries', []],
  [
    info({ RegistryConfig: { IndexConfigs: { 'r:5000': { Secure: false } }, InsecureRegistryCIDRs: ['10.0.0.0/8'] } }),
    'insecureRegistries',
    ['10.0.0.0/8', 'r:5000'],
  ],
  [info({ RegistryConfig: 5 }), 'insecureRegistries', /not a map/],
  [info({}), 'ulimits', /does not print/],
  [info({ SecurityOptions: null }), 'apparmor', /does not print/],
  [info({}), 'init', /does not print/],
  [info({}), 'iptables', /does not print/],
  [info({}), 'logLevel', /does not print/],
  [info({}), 'sharedMemory', /does not print/],
  [info({ Driver: 'overlay2' }), 'storageDriver', 'overlay2', 'set'],
  [info({}), 'storageOptions', /does not print/],
  [info({}), 'swarm.active', /does not print/],
  [info({ Swarm: 5 }), 'swarm.active', /not a map/],
  [info({ Swarm: { LocalNodeState: 'active', ControlAvailable: true } }), 'swarm.manager', true, 'set'],
  [info({ Swarm: { LocalNodeState: 'inactive' } }), 'swarm.manager', false, 'default'],
  [info({ Swarm: { LocalNodeState: 'odd' } }), 'swarm.active', /no state of a node/],
  [info({ Swarm: { LocalNodeState: 'locked' } }), 'swarm.active', true, 'set'],
  [info({ Swarm: { LocalNodeState: 'inactive', RemoteManagers: null } }), 'swarm.active', false, 'set'],
  [info({ Swarm: { LocalNodeState: 'inactive', RemoteManagers: null } }), 'swarm.managers', 0, 'default'],
  [info({ Swarm: { LocalNodeState: 'inactive' } }), 'swarm.autolock', false, 'default'],
  [info({ Swarm: { LocalNodeState: 'inactive' } }), 'swarm.certificateLifetime', 0, 'default'],
  [info({ Swarm: { LocalNodeState: 'active', Managers: 3, RemoteManagers: [{}] } }), 'swarm.managers', 3, 'set'],
  [info({ Swarm: { LocalNodeState: 'active', RemoteManagers: [{}, {}] } }), 'swarm.managers', 2, 'set'],
  [info({ Swarm: { LocalNodeState: 'active', RemoteManagers: null } }), 'swarm.managers', /does not print/],
  [info({ Swarm: { LocalNodeState: 'active' } }), 'swarm.autolock', /on a manager alone/],
  [
    info({
      Swarm: { LocalNodeState: 'active', Cluster: { Spec: { EncryptionConfig: { AutoLockManagers: true } } } },
    }),
    'swarm.autolock',
    true,
    'set',
  ],
  [
    info({ Swarm: { LocalNodeState: 'active', Cluster: { Spec: { CAConfig: { NodeCertExpiry: 7776e12 } } } } }),
    'swarm.certificateLifetime',
    7_776_000,
    'set',
  ],
  [info({ ExperimentalBuild: true }), 'experimental', true, 'set'],
  [info({ Plugins: { Authorization: ['opa'] } }), 'authorization', ['opa'], 'set'],
  [info({ Plugins: { Authorization: null } }), 'authorization', [], 'set'],
  [info({ Plugins: 5 }), 'authorization', /not a map/],
  [info({}), 'authorization', /does not print/],
  [info({}), 'capabilities', DEFAULT_CAPABILITIES, 'default'],
  [
    info({ Runtimes: { runc: { path: 'runc' }, 'io.containerd.runc.v2': { path: 'runc' } } }),
    'runtimes',
    [
      runtime({ name: 'runc', path: 'runc', sandbox: 'none' }),
      runtime({ name: 'io.containerd.runc.v2', path: 'runc', sandbox: 'none' }),
    ],
  ],
]
/** What no setting of Docker Engine can change. */
const FIXED = [
  'privileged',
  'readOnlyRootFilesystem',
  'apparmorProfile',
  'selinuxLabels',
  'selinuxOnHostNetwork',
  'pid',
  'network',
  'uts',
  'sysctls',
  'unsafeSysctls',
  'pids',
  'mounts',
  'devices',
]

describe.each([
  ['daemon.json', DAEMON],
  ['docker info', INFO],
] as const)('engine: %s', (_, cases) => {
  it.each(cases.map((each) => [JSON.stringify(each[0]).slice(0, 300), each[1], each] as const))(
    '%s -> %s',
    (_text, _row, [document, row, value, how]) => {
      expectFact(factAt(engineFacts(rootOf(JSON.stringify(document))), row), value, how)
    },
  )
  it('reads every row', () => {
    const asked = new Set([...cases.map(([, row]) => row), ...FIXED])
    const rows = paths(engineFacts(rootOf('{}')))
    expect(rows.filter((row) => !asked.has(row) && !/^(?:kubelet|stream)\./.test(row))).toEqual([])
  })
  it('knows what Docker Engine has no setting for, and nothing of a node', () => {
    const facts = engineFacts(rootOf('{}'))
    for (const row of FIXED) expect([row, factAt(facts, row).how]).toEqual([row, 'default'])
    expectFact(factAt(facts, 'kubelet.anonymous'), /no kubelet/)
    expectFact(factAt(facts, 'stream.tls'), /no streaming server/)
  })
})

describe('engine: documents', () => {
  it('has the line of the key', () => {
    expectFact(factAt(engineFacts(rootOf('{\n "live-restore": true\n}')), 'liveRestore'), true, 'set', 2)
  })
  it.each([
    ['{"live-restore": true, "debug": true}', 'x.json', true],
    ['{"debug": true}', 'etc/docker/daemon.json', true],
    ['{"debug": true}', 'config.json', false],
    ['{"live-restore": true, "compilerOptions": {}}', 'x.json', false],
    ['{}', 'x.json', false],
    ['[]', 'x.json', false],
    [JSON.stringify(info({})), 'x.json', true],
    ['{"ServerErrors": ["no"], "ClientInfo": {}}', 'x.json', true],
    ['{"apiVersion": "v1", "kind": "Pod"}', 'x.json', false],
  ])('%s as %s is one: %s', (text, file, expected) => {
    expect(engineFormat(rootOf(text, file)) !== undefined).toBe(expected)
  })
  it('believes nothing of a docker info that reached no engine', () => {
    const facts = engineFacts(
      rootOf('{"ServerVersion": "", "LiveRestoreEnabled": false, "ServerErrors": ["x"], "ClientInfo": {}}'),
    )
    expectFact(factAt(facts, 'liveRestore'), /could not reach/)
    expect(everyFact(facts).every((fact) => fact.how === 'unknown' && fact.ask === 'engine')).toBe(true)
  })
  it('never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        for (const document of [
          one,
          { SecurityOptions: one, ServerVersion: other, Warnings: one, RegistryConfig: other },
          { hosts: one, 'default-ulimits': other, icc: one },
        ]) {
          const root = rootOf(JSON.stringify([document])).value
          const [first] = Array.isArray(root) ? root : []
          if (!first) continue
          engineFormat(first)
          everyFact(engineFacts(first))
        }
      }),
      { numRuns: 200 },
    )
  })
})
