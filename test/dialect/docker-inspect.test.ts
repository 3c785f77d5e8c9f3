import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SILENT_ABOUT, answer } from '../../src/dialect/dialect.ts'
import { dockerInspect } from '../../src/dialect/docker-inspect.ts'
import { container } from '../../src/model/fields.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import { everyFact, expectFact, factAt, factsOf, paths, plain, rootOf } from '../support/docker-facts.ts'

interface Parts {
  readonly host?: object
  readonly config?: object
  readonly top?: object
}
/** One container, a key a line: HostConfig begins on line 5. */
const text = ({ host = {}, config = {}, top = {} }: Parts): string =>
  JSON.stringify([{ Name: '/web', State: { Status: 'running' }, HostConfig: host, Config: config, ...top }], null, 1)
const read = (parts: Parts): AnyFacts => factsOf(dockerInspect, text(parts)).of('web')
const host = (value: object): Parts => ({ host: value })
const config = (value: object): Parts => ({ config: value })
const top = (value: object): Parts => ({ top: value })

type Case = readonly [Parts, string, unknown, string?]
const CASES: readonly Case[] = [
  [{}, 'name', 'web', 'set'],
  [top({ Platform: 'linux' }), 'os', 'linux', 'set'],
  [{}, 'os', /left to the image/],
  [{}, 'role', 'main'],
  [config({ Image: 'nginx:1' }), 'image.reference', 'nginx:1'],
  [top({ Image: 'sha256:1' }), 'image.reference', 'sha256:1'],
  [{}, 'image.pull', 'missing'],
  [config({ Entrypoint: ['/e', 'x'] }), 'entrypoint', ['/e', 'x'], 'set'],
  [config({ Entrypoint: null }), 'entrypoint', [], 'default'],
  [config({ Cmd: ['/c'] }), 'command', ['/c']],
  [config({ WorkingDir: '' }), 'workingDirectory', '/', 'default'],
  [config({ WorkingDir: '/app' }), 'workingDirectory', '/app'],
  [host({ Privileged: true }), 'privileged', true, 'set'],
  [host({ Privileged: 'yes' }), 'privileged', /not true or false/],
  [host({ ReadonlyRootfs: true }), 'readOnlyRootFilesystem', true],
  [host({ Init: true }), 'init', true],
  [host({ Init: null }), 'init', false, 'default'],
  [host({ SecurityOpt: ['no-new-privileges'] }), 'noNewPrivileges', true],
  [host({ SecurityOpt: null }), 'noNewPrivileges', false, 'default'],
  [host({ SecurityOpt: [5, {}] }), 'noNewPrivileges', /not a text/],
  [host({ SecurityOpt: ['seccomp=unconfined'] }), 'seccomp.kind', 'unconfined', 'set'],
  [host({ SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] }), 'seccomp.kind', 'profile'],
  [host({ SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] }), 'seccomp.name', ''],
  [host({ SecurityOpt: ['seccomp={"a":"b"}'] }), 'seccomp.text', '{"a":"b"}'],
  [host({ SecurityOpt: ['apparmor:mine'] }), 'apparmor.kind', 'profile'],
  [host({ SecurityOpt: ['apparmor=mine'] }), 'apparmor.name', 'mine'],
  [top({ AppArmorProfile: 'docker-default' }), 'apparmor.kind', 'runtime-default', 'set'],
  [top({ AppArmorProfile: 'unconfined' }), 'apparmor.kind', 'unconfined', 'set'],
  [top({ AppArmorProfile: '' }), 'apparmor.kind', 'runtime-default', 'default'],
  [host({ SecurityOpt: ['label:disable'] }), 'selinux.disabled', true],
  [host({ SecurityOpt: ['label=user:U', 'label=role:R'] }), 'selinux.user', 'U'],
  [host({ SecurityOpt: ['label=user:U', 'label=role:R'] }), 'selinux.role', 'R'],
  [host({ SecurityOpt: ['label=type:T', 'label=level:s0'] }), 'selinux.type', 'T'],
  [host({ SecurityOpt: ['label=type:T', 'label=level:s0'] }), 'selinux.level', 's0'],
  [host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 4 } }), 'restart.policy', 'on-failure', 'set'],
  [host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 4 } }), 'restart.retries', 4],
  [host({ RestartPolicy: { Name: '' } }), 'restart.policy', 'no', 'default'],
  [host({ RestartPolicy: 5 }), 'restart.policy', /not a map/],
  [config({ User: '' }), 'user.name', '0', 'set'],
  [config({ User: 'app:staff' }), 'user.name', 'app'],
  [config({ User: 'app:staff' }), 'user.group', 'staff'],
  [{}, 'user.name', '0', 'default'],
  [host({ GroupAdd: ['audio'] }), 'user.supplementary', ['audio']],
  [{}, 'user.mustBeNonRoot', false],
  [host({ PidMode: 'host' }), 'namespaces.pid', 'host'],
  [host({ PidMode: '' }), 'namespaces.pid', 'own', 'default'],
  [host({ PidMode: 'container:abc' }), 'namespaces.pidOf', 'abc'],
  [host({ IpcMode: 'private' }), 'namespaces.ipc', 'own', 'set'],
  [host({ IpcMode: 'shareable' }), 'namespaces.ipc', 'shareable'],
  [host({ IpcMode: 'container:abc' }), 'namespaces.ipcOf', 'abc'],
  [host({ NetworkMode: 'host' }), 'namespaces.network', 'host'],
  [host({ NetworkMode: 'default' }), 'namespaces.network', 'own', 'set'],
  [host({ NetworkMode: 'container:abc' }), 'namespaces.networkOf', 'abc'],
  [host({ NetworkMode: 'front' }), 'network.mode', 'front'],
  [top({ NetworkSettings: { Networks: { front: {}, back: {} } } }), 'network.names', ['front', 'back']],
  [host({ UTSMode: 'host' }), 'namespaces.uts', 'host'],
  [host({ UsernsMode: 'host' }), 'namespaces.user', 'host', 'set'],
  [host({ UsernsMode: '' }), 'namespaces.user', 'host', 'default'],
  [host({ CgroupnsMode: 'private' }), 'namespaces.cgroup', 'own'],
  [host({ CgroupnsMode: '' }), 'namespaces.cgroup', /cgroup v2/],
  [{}, 'namespaces.mount', 'own'],
  [{}, 'namespaces.time', 'host'],
  [{}, 'namespaces.userOf', ''],
  [host({ CapAdd: ['CAP_SYS_ADMIN'] }), 'capabilities.add', ['SYS_ADMIN'], 'set'],
  [host({ CapAdd: null }), 'capabilities.add', [], 'default'],
  [host({ CapDrop: ['ALL'] }), 'capabilities.drop', ['ALL']],
  [host({ CapAdd: {} }), 'capabilities.add', /not a list/],
  [host({ SecurityOpt: {} }), 'seccomp.kind', /not a list/],
  [config({ Entrypoint: {} }), 'entrypoint', /not a list/],
  [{}, 'capabilities.ambient', []],
  [{}, 'capabilities.initialPermitted', []],
  [{}, 'capabilities.initialInheritable', []],
  [host({ MaskedPaths: ['/proc/kcore'] }), 'masked', ['/proc/kcore'], 'set'],
  [host({ MaskedPaths: [] }), 'masked', [], 'set'],
  [host({ MaskedPaths: [] }), 'procMount', 'unmasked', 'set'],
  [host({ MaskedPaths: ['/x'] }), 'procMount', 'default', 'set'],
  [host({ MaskedPaths: null, Privileged: true }), 'masked', [], 'derived'],
  [host({ ReadonlyPaths: null, Privileged: true }), 'readOnlyPaths', [], 'derived'],
  [host({ MaskedPaths: null, Privileged: true }), 'procMount', 'unmasked', 'derived'],
  [host({ DeviceCgroupRules: ['c 1:3 r'] }), 'deviceRules', ['c 1:3 r']],
  [host({ Sysctls: { 'net.ipv4.ip_forward': '1' } }), 'sysctls', [{ name: 'net.ipv4.ip_forward', value: '1' }]],
  [host({ Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }] }), 'ulimits', [{ name: 'nofile', soft: 1, hard: 2 }]],
  [host({ Ulimits: [5] }), 'ulimits', [{ name: '?', soft: '?', hard: '?' }]],
  [config({ Healthcheck: { Test: ['CMD', 'x'] } }), 'health.check', true],
  [config({ Healthcheck: { Test: ['NONE'] } }), 'health.check', false, 'set'],
  [{}, 'health.check', false, 'default'],
  [config({ Healthcheck: { Test: ['CMD', 'x'] } }), 'probes', [{ kind: 'command', host: '' }]],
  [{}, 'health.readiness', false],
  [{}, 'health.liveness', false],
  [host({ Memory: 5 }), 'resources.memory', 5, 'set'],
  [host({ Memory: 0 }), 'resources.memory', 0, 'default'],
  [{ top: { HostConfig: 'broken' } }, 'resources.memory', /HostConfig is not a map/],
  [host({ MemoryReservation: 6 }), 'resources.memoryReservation', 6],
  [host({ MemorySwap: -1 }), 'resources.swap', -1],
  [host({ NanoCpus: 1_500_000_000 }), 'resources.cpu', 1500],
  [host({ CpuQuota: 20_000 }), 'resources.cpu', 200],
  [host({ CpuQuota: 20_000, CpuPeriod: 10_000 }), 'resources.cpu', 2000],
  [host({ CpuQuota: -1 }), 'resources.cpu', 0],
  [{}, 'resources.cpuReservation', 0],
  [host({ CpuShares: 512 }), 'resources.cpuShares', 512],
  [host({ CpusetCpus: '0-1' }), 'resources.cpuSet', '0-1'],
  [host({ PidsLimit: 9 }), 'resources.pids', 9],
  [host({ PidsLimit: -1 }), 'resources.pids', 0, 'default'],
  [host({ PidsLimit: null }), 'resources.pids', 0, 'default'],
  [host({ BlkioWeight: 300 }), 'resources.ioWeight', 300],
  [host({ StorageOpt: { size: '1G' } }), 'resources.ephemeralStorage', 2 ** 30],
  [host({ OomKillDisable: true }), 'resources.oomKillDisabled', true],
  [host({ OomScoreAdj: -5 }), 'resources.oomScoreAdjustment', -5],
  [host({ ShmSize: 67108864 }), 'resources.sharedMemory', 67108864],
  [host({ CgroupParent: '/x' }), 'cgroupParent', '/x'],
  [host({ Runtime: 'runsc' }), 'runtime', 'runsc'],
  [{}, 'serviceAccount.name', ''],
  [{}, 'serviceAccount.token', false],
  [host({ LogConfig: { Type: 'none' } }), 'logging.driver', 'none'],
  [{}, 'windows.hostProcess', false],
  [{}, 'windows.userName', ''],
  [host({ SecurityOpt: ['credentialspec=file://web.json'] }), 'windows.credentialSpec', 'file://web.json', 'set'],
  [
    host({ SecurityOpt: ['credentialspec=raw://{"A":1}', 'credentialspec=registry://web', 'apparmor=x'] }),
    'windows.credentialSpec',
    'registry://web',
    'set',
  ],
  [host({ SecurityOpt: ['credentialspecs=x', 5] }), 'windows.credentialSpec', '', 'default'],
  [{}, 'user.groupsPolicy', 'merge', 'default'],
  [{}, 'uidMappings', [], 'default'],
  [{}, 'gidMappings', [], 'default'],
  [{}, 'podSecurity.enforce', 'none', 'default'],
  [{}, 'podSecurity.version', '', 'default'],
  [{}, 'nesting', false, 'default'],
  [{}, 'declarations', [], 'default'],
]
const ELSEWHERE = ['mounts', 'ports', 'devices', 'environment', 'capabilities.given']
const JOINED =
  /^(?:sandbox|image\.(?:registry|repository|tag|digest|precision)|user\.(?:uid|gid|numeric)|capabilities\.(?:bounding|permitted|effective|gainable|reaching|startable)|seccomp\.(?:defaultAction|allows|found|relation|looser|flaws)|escapes|apparmor\.(?:looser|flaws)|selinux\.reaches|start\..*)$/

describe('docker inspect: rows', () => {
  it.each(CASES.map((each) => [JSON.stringify(each[0]), each] as const))('%s', (_, [parts, row, value, how]) => {
    expectFact(factAt(read(parts), row), value, how)
  })
  it('reads every row that a dialect answers', () => {
    const asked = new Set([...CASES.map(([, row]) => row), ...ELSEWHERE])
    expect(paths(read({})).filter((row) => !JOINED.test(row) && !asked.has(row))).toEqual([])
  })
  it('has the line of the key, of a zero too', () => {
    const facts = read(host({ Privileged: true, Memory: 0 }))
    expectFact(factAt(facts, 'privileged'), true, 'set', 8)
    expectFact(factAt(facts, 'resources.memory'), 0, 'default', 9)
    expectFact(factAt(facts, 'resources.pids'), 0, 'default', 7)
  })
})

describe('docker inspect: lists', () => {
  const list = (parts: Parts, row: string): unknown => plain(factAt(read(parts), row))
  it('takes what was mounted before what was asked for', () => {
    const Mounts = [
      { Type: 'bind', Source: '/a', Destination: '/b', Mode: 'ro,Z', RW: false, Propagation: 'rslave' },
      {
        Type: 'volume',
        Name: 'v',
        Source: '/var/lib/docker/volumes/v/_data',
        Destination: '/v',
        Driver: 'local',
        Mode: '',
        RW: true,
        Propagation: '',
      },
    ]
    const HostConfig = { Binds: ['/a:/b:ro'], Tmpfs: { '/run': 'size=1m' } }
    expect(list(top({ Mounts, HostConfig }), 'mounts')).toEqual([
      {
        kind: 'bind',
        type: 'bind',
        source: '/a',
        target: '/b',
        readOnly: true,
        propagation: 'rslave',
        options: ['ro', 'Z'],
      },
      {
        kind: 'volume',
        type: 'volume',
        source: 'v',
        target: '/v',
        readOnly: false,
        propagation: 'rprivate',
        options: [],
      },
      {
        kind: 'tmpfs',
        type: 'tmpfs',
        source: '',
        target: '/run',
        readOnly: false,
        propagation: 'rprivate',
        options: ['size=1m'],
      },
    ])
  })
  it.each([
    [host({ Binds: ['/a:/b:ro'] }), [{ kind: 'bind', source: '/a', readOnly: true }]],
    [
      host({
        Mounts: [{ Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'shared' } }],
      }),
      [{ kind: 'bind', source: '/a', readOnly: true, propagation: 'shared' }],
    ],
    [
      top({ Volumes: { '/b': '/a' }, VolumesRW: { '/b': false } }),
      [{ kind: 'bind', source: '/a', target: '/b', readOnly: true }],
    ],
    [
      top({ Mounts: [{ Source: '/a', Destination: '/b', Mode: '', RW: true }] }),
      [{ kind: 'bind', source: '/a', readOnly: false }],
    ],
    [top({ Mounts: [{ Type: [] }, 'x'] }), [{ kind: '?' }, { kind: '?' }]],
    [
      top({ Mounts: [{ Type: 'bind', Source: [], Destination: '/b', RW: 'no' }] }),
      [{ source: '?', target: '/b', readOnly: '?' }],
    ],
    [top({ Mounts: [] }), []],
    [host({ Tmpfs: { '/run': [] } }), [{ kind: '?' }]],
  ] as const)('mounts %j', (parts, expected) => {
    expect(list(parts, 'mounts')).toMatchObject(expected)
  })
  it('lists ports that are published, given by the engine, and only exposed', () => {
    const parts: Parts = {
      config: { ExposedPorts: { '80/tcp': {}, '90/udp': {}, '9000/tcp': {} } },
      host: {
        PortBindings: {
          '80/tcp': [
            { HostIp: '127.0.0.1', HostPort: '8080' },
            { HostIp: '::', HostPort: '' },
          ],
        },
      },
      top: {
        NetworkSettings: {
          Ports: {
            '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
            '90/udp': [{ HostIp: '0.0.0.0', HostPort: '32768' }],
            '9000/tcp': null,
          },
        },
      },
    }
    expect(list(parts, 'ports')).toEqual([
      { container: 80, published: true, host: 8080, address: '127.0.0.1', protocol: 'tcp' },
      { container: 80, published: true, host: 0, address: '::', protocol: 'tcp' },
      { container: 90, published: true, host: 32768, address: '0.0.0.0', protocol: 'udp' },
      { container: 9000, published: false, host: 0, address: '', protocol: 'tcp' },
    ])
  })
  it('publishes all exposed ports where that is asked (-P)', () => {
    const parts: Parts = { host: { PublishAllPorts: true }, config: { ExposedPorts: { '80/tcp': {} } } }
    const facts = read(parts)
    expectFact(factAt(facts, 'ports[0].published'), true)
    expectFact(factAt(facts, 'ports[0].address'), '0.0.0.0', 'default')
  })
  it('lists devices and requests for them', () => {
    const parts = host({
      Devices: [{ PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'rw' }, 5],
      DeviceRequests: [{ Driver: '', Count: -1, Capabilities: [['gpu']] }],
    })
    expect(list(parts, 'devices')).toEqual([
      { source: '/dev/a', target: '/dev/b', permissions: 'rw' },
      { source: '?', target: '?', permissions: '?' },
      { source: 'gpu', target: '', permissions: 'rwm' },
    ])
  })
  it('lists the environment', () => {
    expect(list(config({ Env: ['A=b=c', 'EMPTY=', 'NOTHING', 5] }), 'environment')).toMatchObject([
      { name: 'A', value: 'b=c', fromSecret: false },
      { name: 'EMPTY', value: '' },
    ])
  })
})

describe('docker inspect: documents', () => {
  it('reads one container without a list around it, and several', () => {
    const one = JSON.parse(text({}))[0]
    expect(factsOf(dockerInspect, JSON.stringify(one)).ids).toEqual(['web'])
    expect(factsOf(dockerInspect, JSON.stringify([one, { ...one, Name: '/db' }])).ids).toEqual(['web', 'db'])
  })
  it('says that an image is none', () => {
    const image = '[{"Id": "sha256:1", "RepoTags": ["a:b"], "Config": {"User": ""}, "RootFS": {"Layers": []}}]'
    expect(dockerInspect.is(rootOf(image))).toBe(true)
    const got = factsOf(dockerInspect, image)
    expect(got.ids).toEqual([])
    expect(got.notices).toMatchObject([{ id: 'docker-image-inspect', lost: false }])
  })
  it('takes an image of old engines, which has a ContainerConfig, for none', () => {
    const got = factsOf(dockerInspect, '{"Id": "1", "Config": {}, "ContainerConfig": {"Hostname": "x"}}')
    expect(got).toMatchObject({ ids: [], notices: [{ id: 'docker-image-inspect' }] })
  })
  it('reads a container of an engine that knew no HostConfig here', () => {
    const got = factsOf(
      dockerInspect,
      '[{"ID": "1", "State": {"Running": true}, "Config": {"User": "app"}, "NetworkSettings": {}}]',
    )
    expect(got.ids).toEqual(['container-1'])
    expectFact(factAt(got.of('container-1'), 'user.name'), 'app')
  })
  it('tells of what else stands in the list', () => {
    const got = factsOf(
      dockerInspect,
      `[${JSON.stringify(JSON.parse(text({}))[0])}, {"Name": "net", "Driver": "bridge"}, 5]`,
    )
    expect(got.ids).toEqual(['web'])
    expect(got.notices.map(({ id, lost }) => [id, lost])).toEqual([
      ['docker-inspect-unknown', false],
      ['docker-inspect-unknown', true],
    ])
  })
  it.each(['[]', '{}', '[{"Name": "net", "Driver": "bridge"}]', '{"config": {}, "rootfs": {}}', '5'])(
    '%s is not ours',
    (json) => {
      expect(dockerInspect.is(rootOf(json))).toBe(false)
    },
  )
  it.each([
    '{"HostConfig": {}, "Config": {}, "BoundingCaps": null, "IsInfra": false}',
    '{"Id": "1", "SharedNamespaces": []}',
  ])('%s is Podman’s', (json) => {
    expect(dockerInspect.is(rootOf(json))).toBe(false)
  })
  it('never throws', () => {
    const keys = fc.constantFrom(
      ...'HostConfig Config State Mounts NetworkSettings Ports PortBindings Binds Tmpfs SecurityOpt Devices DeviceRequests Ulimits Sysctls Healthcheck Test Env ExposedPorts 80/tcp Type Volumes Name User RestartPolicy Capabilities HostPort'.split(
        ' ',
      ),
    )
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { depthSize: 'medium' },
        fc.oneof(
          fc.string(),
          fc.constantFrom('a:b', 'bind', '80', 'x=y'),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
        ),
        fc.array(tie('document'), { maxLength: 4 }),
        fc.dictionary(keys, tie('document'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(document, document, (one, other) => {
        const root = rootOf(
          JSON.stringify([{ HostConfig: one, Config: other, Mounts: one, NetworkSettings: other }, one]),
        )
        dockerInspect.is(root)
        for (const { scope } of dockerInspect.containers(root, new Map(), SILENT_ABOUT).value)
          everyFact(answer(container, dockerInspect.asks, dockerInspect.silence, scope))
      }),
      { numRuns: 300 },
    )
  })
})
