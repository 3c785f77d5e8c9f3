/** podman inspect: each row, what Podman prints otherwise than Docker, pods, and what breaks. Against Podman itself: test/real/podman.test.ts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { read, recognise } from '../../src/dialect/index.ts'
import { podmanInspect } from '../../src/dialect/podman-inspect.ts'
import type { Container } from '../../src/model/subject.ts'
import { everyFact, rootOf } from '../support/docker-facts.ts'
import { factAt, valueAt } from '../support/facts.ts'
import { dialectRows } from './table.ts'

interface Parts {
  readonly host?: object
  readonly config?: object
  readonly top?: object
  /** Flags of the `podman create` that made it; none: it was made otherwise. */
  readonly flags?: readonly string[]
}
/** As Podman 5 prints it, a key a line: HostConfig begins on line 12. */
const entry = ({ host = {}, config = {}, top = {}, flags }: Parts): object => ({
  Id: '0a1b',
  Name: 'web',
  State: { Status: 'created' },
  IsInfra: false,
  BoundingCaps: ['CAP_CHOWN'],
  HostConfig: host,
  Config: {
    ...config,
    ...(flags && { CreateCommand: ['podman', '--log-level', 'debug', 'create', ...flags, 'image', 'x'] }),
  },
  ...top,
})
const text = (...all: readonly Parts[]): string => JSON.stringify(all.map(entry), null, 1)
function one(parts: Parts): Container {
  const [found] = read(podmanInspect, rootOf(text(parts))).value
  if (!found) throw new Error('no container')
  return found
}
const host = (value: object, flags?: readonly string[]): Parts => ({ host: value, ...(flags && { flags }) })
const config = (value: object): Parts => ({ config: value })
const top = (value: object): Parts => ({ top: value })
const flags = (...words: readonly string[]): Parts => ({ flags: words })
const ROOT = { ConmonPidFile: '/run/containers/storage/overlay-containers/0a1b/userdata/conmon.pid' }
const USER = { StaticDir: '/home/me/.local/share/containers/storage/overlay-containers/0a1b/userdata' }

type Case = readonly [Parts, string, unknown, string?]
const CASES: readonly Case[] = [
  [{}, 'name', 'web', 'set'],
  [{}, 'os', 'linux', 'default'],
  [{}, 'role', 'main'],
  [flags('--init-ctr', 'always', '--pod', 'p'), 'role', 'init'],
  [config({ Image: 'localhost/web:1' }), 'image.reference', 'localhost/web:1', 'set'],
  [top({ ImageName: 'localhost/web:1' }), 'image.reference', 'localhost/web:1'],
  [top({ Rootfs: '/srv/root' }), 'image.reference', /root file system/],
  [flags('--pull', 'always'), 'image.pull', 'always'],
  [{}, 'image.pull', /when the image is pulled/],
  [config({ Entrypoint: ['/e', 'x y'] }), 'entrypoint', ['/e', 'x y'], 'set'],
  [{ config: { Entrypoint: '/e x y' }, top: { Path: '/e', Args: ['x y', 'c'] } }, 'entrypoint', ['/e', 'x y'], 'set'],
  [{ config: { Entrypoint: '/e x' }, top: { Path: '/run/podman-init', Args: ['--', '/e x'] } }, 'entrypoint', ['/e x']],
  [{ config: { Entrypoint: '/e' }, top: { Path: '/e', Args: ['/e'] } }, 'entrypoint', ['/e']],
  [config({ Entrypoint: '/e x' }), 'entrypoint', ['/e', 'x']],
  [config({ Entrypoint: '' }), 'entrypoint', [], 'default'],
  [config({ Entrypoint: null }), 'entrypoint', [], 'default'],
  [config({ Entrypoint: {} }), 'entrypoint', /not a list/],
  [top({ BoundingCaps: {} }), 'capabilities.given', /not a list/],
  [host({ CapAdd: {} }), 'capabilities.add', /not a list/],
  [host({ SecurityOpt: {} }), 'seccomp.kind', /not a list/],
  [config({ Cmd: ['c'] }), 'command', ['c'], 'set'],
  [{}, 'command', [], 'default'],
  [config({ WorkingDir: '/app' }), 'workingDirectory', '/app'],
  [host({ Privileged: true }), 'privileged', true, 'set'],
  [host({ Privileged: 'yes' }), 'privileged', /not true or false/],
  [host({ Privileged: true }), 'seccomp.kind', 'unconfined', 'derived'],
  [host({ ReadonlyRootfs: true }), 'readOnlyRootFilesystem', true],
  [host({ SecurityOpt: ['no-new-privileges'] }), 'noNewPrivileges', true],
  [host({ SecurityOpt: [] }), 'noNewPrivileges', false, 'default'],
  [host({ SecurityOpt: [{}] }), 'noNewPrivileges', /not a text/],
  [host({ SecurityOpt: ['seccomp=unconfined'] }), 'seccomp.kind', 'unconfined', 'set'],
  [host({ SecurityOpt: ['seccomp=/etc/x.json'] }), 'seccomp.name', '/etc/x.json'],
  [host({ SecurityOpt: ['seccomp=/usr/share/containers/seccomp.json'] }), 'seccomp.kind', 'runtime-default', 'set'],
  [{}, 'seccomp.text', '', 'default'],
  [top({ AppArmorProfile: 'containers-default-0.57.4' }), 'apparmor.kind', 'runtime-default', 'set'],
  [top({ AppArmorProfile: 'web' }), 'apparmor.kind', 'profile', 'set'],
  [top({ AppArmorProfile: 'web' }), 'apparmor.name', 'web'],
  [top({ AppArmorProfile: '' }), 'apparmor.kind', 'runtime-default', 'default'],
  [top(USER), 'apparmor.kind', 'unconfined', 'default'],
  [host({ SecurityOpt: ['label=disable'] }), 'selinux.disabled', true],
  [host({ SecurityOpt: ['label=type:spc_t,label=level:s0:c1,c2'] }), 'selinux.type', 'spc_t', 'set'],
  [host({ SecurityOpt: ['label=type:spc_t,label=level:s0:c1,c2'] }), 'selinux.level', 's0:c1,c2', 'set'],
  [top({ ProcessLabel: 'system_u:system_r:container_t:s0:c1,c2' }), 'selinux.user', 'system_u', 'set'],
  [top({ ProcessLabel: 'system_u:system_r:container_t:s0:c1,c2' }), 'selinux.role', 'system_r', 'set'],
  [top({ ProcessLabel: 'system_u:system_r:container_t:s0:c1,c2' }), 'selinux.level', 's0:c1,c2', 'set'],
  [top({ ProcessLabel: 'odd' }), 'selinux.type', /not user:role:type:level/],
  [host({ Init: true }), 'init', true],
  [host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } }), 'restart.policy', 'on-failure', 'set'],
  [host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } }), 'restart.retries', 2],
  [host({ RestartPolicy: { Name: '' } }, ['--restart=always']), 'restart.policy', 'always', 'set'],
  [config({ User: '1000:1001' }), 'user.name', '1000'],
  [config({ User: '1000:1001' }), 'user.group', '1001'],
  [config({ User: '' }), 'user.name', '0', 'set'],
  [host({ GroupAdd: ['44'] }), 'user.supplementary', ['44']],
  [host({ GroupAdd: [] }, ['--group-add', 'keep-groups']), 'user.supplementary', ['keep-groups']],
  [{}, 'user.groupsPolicy', 'merge'],
  [{}, 'user.mustBeNonRoot', false],
  [host({ PidMode: 'private' }), 'namespaces.pid', 'own', 'set'],
  [host({ PidMode: 'host' }), 'namespaces.pid', 'host'],
  [host({ PidMode: 'container:ab' }), 'namespaces.pidOf', 'ab'],
  [host({ PidMode: 'ns:/proc/1/ns/pid' }), 'namespaces.pid', 'container'],
  [host({ PidMode: 'ns:/proc/1/ns/pid' }), 'namespaces.pidOf', '/proc/1/ns/pid'],
  [host({ IpcMode: 'shareable' }), 'namespaces.ipc', 'shareable', 'set'],
  [
    { host: { IpcMode: 'shareable' }, config: { StopSignal: 15 }, flags: ['--ipc', 'host'] },
    'namespaces.ipc',
    'host',
    'set',
  ],
  [{ host: { IpcMode: 'shareable' }, config: { StopSignal: 15 } }, 'namespaces.ipc', /Podman 4 prints shareable/],
  [host({ IpcMode: 'container:ab' }), 'namespaces.ipcOf', 'ab'],
  [host({ NetworkMode: 'slirp4netns' }), 'namespaces.network', 'own', 'set'],
  [host({ NetworkMode: 'pasta:-I,x' }), 'namespaces.network', 'own', 'set'],
  [host({ NetworkMode: 'container:ab' }), 'namespaces.networkOf', 'ab'],
  [host({ NetworkMode: 'bridge' }), 'network.mode', 'bridge'],
  [top({ NetworkSettings: { Networks: { back: {} } } }), 'network.names', ['back']],
  [host({ UTSMode: 'host' }), 'namespaces.uts', 'host'],
  [host({ UsernsMode: '' }), 'namespaces.user', /root runs Podman/],
  [{ host: { UsernsMode: '' }, top: ROOT }, 'namespaces.user', 'host', 'default'],
  [{ host: { UsernsMode: '' }, top: USER }, 'namespaces.user', 'own', 'default'],
  [host({ UsernsMode: 'private' }), 'namespaces.user', 'own', 'set'],
  [host({ UsernsMode: 'container:ab' }), 'namespaces.userOf', 'ab'],
  [host({ UsernsMode: 'private', IDMappings: { UidMap: ['0:0:1'] } }), 'namespaces.user', 'host', 'derived'],
  [{ host: { UsernsMode: 'private', IDMappings: { UidMap: ['0:0:1'] } }, top: USER }, 'namespaces.user', 'own', 'set'],
  [host({ IDMappings: { UidMap: ['0:5:6'] } }), 'uidMappings', [{ container: 0, host: 5, size: 6 }], 'set'],
  [host({ IDMappings: { GidMap: ['x'] } }), 'gidMappings[0].host', /not container:host:size/],
  [host({ IDMappings: 5 }), 'gidMappings', /not a map/],
  [host({ CgroupMode: 'private' }), 'namespaces.cgroup', 'own'],
  [{}, 'namespaces.mount', 'own'],
  [{}, 'namespaces.time', 'host'],
  [{}, 'capabilities.given', ['CHOWN'], 'set'],
  [top({ BoundingCaps: null }), 'capabilities.given', [], 'set'],
  [top({ BoundingCaps: 5 }), 'capabilities.given', ['5'], 'set'],
  [host({ CapAdd: ['CAP_NET_RAW'] }), 'capabilities.add', ['NET_RAW'], 'set'],
  [
    { host: { CapAdd: [] }, config: { User: '5' }, top: { EffectiveCaps: ['CAP_CHOWN'] } },
    'capabilities.add',
    ['CHOWN'],
    'set',
  ],
  [
    { host: { CapAdd: [] }, config: { User: '0:0' }, top: { EffectiveCaps: ['CAP_CHOWN'] } },
    'capabilities.add',
    [],
    'set',
  ],
  [host({ CapDrop: ['CAP_MKNOD'] }), 'capabilities.drop', ['MKNOD'], 'set'],
  [{}, 'capabilities.ambient', []],
  [{}, 'capabilities.initialPermitted', []],
  [{}, 'capabilities.initialInheritable', []],
  [host({ SecurityOpt: ['unmask=all'] }), 'masked', [], 'derived'],
  [host({ SecurityOpt: ['unmask=all'] }), 'readOnlyPaths', [], 'derived'],
  [host({ SecurityOpt: ['unmask=all'] }), 'procMount', 'unmasked', 'set'],
  [flags('--security-opt', 'unmask=ALL'), 'procMount', 'unmasked'],
  [host({ Privileged: true }), 'masked', [], 'derived'],
  [{}, 'masked', /which paths are hidden/],
  [flags(), 'procMount', 'default', 'default'],
  [flags('--device-cgroup-rule', 'c 1:5 r'), 'deviceRules', ['c 1:5 r'], 'set'],
  [flags('--sysctl', 'a.b=1'), 'sysctls', [{ name: 'a.b', value: '1' }], 'set'],
  [{}, 'sysctls', /kernel parameters/],
  [
    host({ Ulimits: [{ Name: 'RLIMIT_NOFILE', Soft: 1, Hard: 2 }] }),
    'ulimits',
    [{ name: 'nofile', soft: 1, hard: 2 }],
    'set',
  ],
  [config({ Healthcheck: { Test: ['CMD-SHELL', 'x'] } }), 'health.check', true, 'set'],
  [config({ Healthcheck: { Test: ['NONE'] } }), 'health.check', false, 'set'],
  [{}, 'health.check', false, 'default'],
  [{}, 'health.readiness', false],
  [{}, 'health.liveness', false],
  [config({ Healthcheck: { Test: ['CMD', 'x'] } }), 'probes', [{ kind: 'command', host: '' }]],
  [host({ Memory: 5 }), 'resources.memory', 5, 'set'],
  [host({ Memory: 'x' }), 'resources.memory', /not a whole number/],
  [host({ MemoryReservation: 5 }), 'resources.memoryReservation', 5],
  [host({ MemorySwap: 7 }), 'resources.swap', 7],
  [host({ MemorySwap: 0 }, ['--memory-swap', '-1']), 'resources.swap', -1],
  [host({ NanoCpus: 5e8 }), 'resources.cpu', 500],
  [host({ CpuQuota: 20000, CpuPeriod: 10000 }), 'resources.cpu', 2000],
  [{}, 'resources.cpuReservation', 0],
  [host({ CpuShares: 5 }), 'resources.cpuShares', 5],
  [host({ CpusetCpus: '0-1' }), 'resources.cpuSet', '0-1'],
  [host({ PidsLimit: 64 }), 'resources.pids', 64, 'set'],
  [host({ PidsLimit: 0 }), 'resources.pids', 0, 'set'],
  [host({}), 'resources.pids', 2048, 'default'],
  [host({ BlkioWeight: 5 }), 'resources.ioWeight', 5],
  [flags('--storage-opt', 'size=1g'), 'resources.ephemeralStorage', 2 ** 30],
  [host({ OomKillDisable: true }), 'resources.oomKillDisabled', true],
  [host({ OomScoreAdj: 5 }), 'resources.oomScoreAdjustment', 5],
  [host({ ShmSize: 5 }), 'resources.sharedMemory', 5],
  [host({ CgroupParent: '/x' }), 'cgroupParent', '/x'],
  [top({ OCIRuntime: 'crun' }), 'runtime', 'crun', 'set'],
  [host({ LogConfig: { Type: 'journald' } }), 'logging.driver', 'journald'],
  [{}, 'serviceAccount.name', ''],
  [{}, 'serviceAccount.token', false],
  [{}, 'windows.hostProcess', false],
  [{}, 'windows.userName', ''],
  [{}, 'windows.credentialSpec', ''],
  [{}, 'podSecurity.enforce', 'none'],
  [{}, 'podSecurity.version', ''],
  [{}, 'nesting', false],
  [{}, 'declarations', []],
]
const ELSEWHERE = ['mounts', 'devices', 'ports', 'environment']

describe('rows', () => {
  it.each(CASES.map((each) => [JSON.stringify(each.slice(0, 2)), each] as const))(
    '%s',
    (_, [parts, row, value, how]) => {
      const found = one(parts)
      const fact = factAt(found, row)
      if (value instanceof RegExp) expect(fact.how === 'unknown' ? fact.because : valueAt(found, row)).toMatch(value)
      else expect(valueAt(found, row)).toEqual(value)
      if (how !== undefined) expect(fact.how).toBe(how)
    },
  )
  it('are all spoken of', () => {
    const spoken = new Set([...CASES.map(([, row]) => row.replace(/\[.*/, '')), ...ELSEWHERE])
    expect(dialectRows().filter((row) => !row.includes('[]') && !spoken.has(row))).toEqual([])
  })
  it('have the line of the key', () => {
    const found = one(host({ Privileged: true, PidMode: 'host' }))
    expect([factAt(found, 'privileged').place.line, factAt(found, 'namespaces.pid').place.line]).toEqual([13, 14])
  })
})

describe('lists', () => {
  it('mounts what Podman mounted, memory, and secrets', () => {
    const found = one({
      top: {
        Mounts: [
          {
            Type: 'bind',
            Source: '/a',
            Destination: '/b',
            Mode: 'z',
            Options: ['rbind'],
            RW: false,
            Propagation: 'rslave',
          },
          {
            Type: 'volume',
            Name: 'v',
            Source: '/x',
            Destination: '/v',
            Mode: '',
            Options: null,
            RW: true,
            Propagation: '',
          },
          { Type: 'image', Source: 'i', Destination: '/i', Mode: '', Options: null, RW: false, Propagation: '' },
        ],
      },
      host: { Tmpfs: { '/t': 'rw,noexec' } },
      config: { Secrets: [{ Name: 'cert' }, { ID: '1' }] },
    })
    expect(valueAt(found, 'mounts')).toMatchObject([
      { kind: 'bind', source: '/a', readOnly: true, propagation: 'rslave', options: ['z', 'rbind'] },
      { kind: 'volume', source: 'v', readOnly: false },
      { kind: 'image', readOnly: true },
      { kind: 'tmpfs', target: '/t' },
      { kind: 'secret', source: 'cert', target: '/run/secrets/cert' },
      { kind: 'secret' },
    ])
    expect(factAt(found, 'mounts[5].source').how).toBe('unknown')
  })
  it('knows what may be done with a device by the command alone', () => {
    const Devices = [{ PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: '' }]
    expect(factAt(one(host({ Devices })), 'devices[0].permissions').how).toBe('unknown')
    expect(valueAt(one(host({ Devices }, ['--device', '/dev/a:/dev/b:r'])), 'devices')).toMatchObject([
      { permissions: 'r' },
    ])
  })
  it('takes variables that are secrets for such', () => {
    const found = one({ config: { Env: ['A=b', 'TOKEN=*******'] }, flags: ['--secret', 'x,type=env,target=OTHER'] })
    expect(valueAt(found, 'environment')).toMatchObject([
      { name: 'A', value: 'b', fromSecret: false },
      { name: 'TOKEN', fromSecret: true },
      { name: 'OTHER', fromSecret: true },
    ])
  })
  it('has ports that are published, and those that are only exposed', () => {
    const Ports = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }], '90/udp': null }
    const found = one({ host: { PortBindings: Ports }, top: { NetworkSettings: { Ports } } })
    expect(valueAt(found, 'ports')).toMatchObject([
      { container: 80, published: true, host: 8080, address: '127.0.0.1' },
      { container: 90, published: false, protocol: 'udp' },
    ])
  })
})

describe('pods', () => {
  const INFRA = {
    top: { Id: 'ffff', Name: 'shop-infra', IsInfra: true },
    host: {
      NetworkMode: 'host',
      UTSMode: 'host',
      IpcMode: 'shareable',
      PortBindings: { '443/tcp': [{ HostIp: '', HostPort: '443' }] },
    },
  }
  const MEMBER = { host: { NetworkMode: 'container:ffff', UTSMode: 'container:ffff', IpcMode: 'container:ffff' } }
  it('give their containers what the infra container has', () => {
    const { value, notices } = read(podmanInspect, rootOf(text(INFRA, MEMBER)))
    expect(notices).toMatchObject([{ id: 'podman-infra', lost: false }])
    const [found, ...more] = value
    if (!found) throw new Error('no container')
    expect(more).toEqual([])
    expect(factAt(found, 'namespaces.network')).toMatchObject({ how: 'derived', value: 'host' })
    expect(valueAt(found, 'namespaces.uts')).toBe('host')
    expect(valueAt(found, 'namespaces.ipc')).toBe('container')
    expect(valueAt(found, 'ports')).toMatchObject([{ container: 443, host: 443 }])
  })
  it('are not known where the infra container is not there', () => {
    const found = one(MEMBER)
    expect(valueAt(found, 'namespaces.network')).toBe('container')
    expect(valueAt(found, 'namespaces.networkOf')).toBe('ffff')
  })
})

describe('documents', () => {
  const told = (json: string): unknown => read(podmanInspect, rootOf(json)).notices.map(({ id, lost }) => [id, lost])
  it.each([
    [text({}), 'podman-inspect'],
    [JSON.stringify(entry({})), 'podman-inspect'],
    ['[{"HostConfig": {}, "Config": {}, "State": {}}]', 'docker-inspect'],
    ['[{"Id": "1", "RepoTags": [], "RootFS": {}, "Config": {}, "NamesHistory": []}]', 'podman-inspect'],
    ['[{"Id": "1", "RepoTags": [], "RootFS": {}, "Config": {}}]', 'docker-inspect'],
    ['{"Id": "1", "CreateInfra": true, "NumContainers": 1}', 'podman-inspect'],
    ['[{"Name": "v", "Driver": "local", "Mountpoint": "/x"}]', undefined],
  ])('%j is of %s', (json, name) => {
    const { value, notices } = recognise(rootOf(json))
    expect([value?.name, notices]).toEqual([name, []])
  })
  it('says what is no container', () => {
    expect(told('[{"Id": "1", "RepoTags": [], "RootFS": {}, "Config": {}, "ManifestType": ""}]')).toEqual([
      ['podman-image-inspect', false],
    ])
    expect(told('[{"Id": "1", "SharedNamespaces": ["net"]}, {"Id": "2", "SharedNamespaces": []}]')).toEqual([
      ['podman-pod-inspect', false],
    ])
    expect(told('[{"Id": "1", "SharedNamespaces": []}, {"Driver": "x"}, 5]')).toEqual([
      ['podman-pod-inspect', false],
      ['podman-inspect-unknown', false],
      ['podman-inspect-unknown', true],
    ])
  })
  it('reads the command only where Podman made the container with it', () => {
    const made = (...words: readonly string[]): unknown => factAt(one(config({ CreateCommand: words })), 'sysctls').how
    expect(made('/usr/bin/podman', 'run', '--sysctl', 'a.b=1', 'x')).toBe('set')
    expect(made('podman', 'container', 'create', 'x')).toBe('default')
    expect(made('podman', '--root', 'run', 'create', 'x')).toBe('default')
    expect(made('podman', 'kube', 'play', 'x.yaml')).toBe('unknown')
    expect(made('sh', 'run', 'x')).toBe('unknown')
    expect(made('podman')).toBe('unknown')
    expect(made('podman', '--root')).toBe('unknown')
    expect(made('podman', '--debug', '--x')).toBe('unknown')
    expect(made()).toBe('unknown')
  })
  it('never throws', () => {
    const keys = fc.constantFrom(
      ...'HostConfig Config State Mounts NetworkSettings Ports PortBindings IDMappings UidMap SecurityOpt Devices Secrets Healthcheck Test Env Entrypoint CreateCommand User Name IsInfra BoundingCaps OCIRuntime 80/tcp'.split(
        ' ',
      ),
    )
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { depthSize: 'medium' },
        fc.oneof(
          fc.string(),
          fc.constantFrom('a:b', 'container:x', 'podman', 'run', '--', '-v', '0:0:1'),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
        ),
        fc.array(tie('document'), { maxLength: 4 }),
        fc.dictionary(keys, tie('document'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(document, document, (some, other) => {
        const root = rootOf(
          JSON.stringify([
            {
              BoundingCaps: some,
              IsInfra: false,
              HostConfig: some,
              Config: other,
              State: {},
              Mounts: other,
              NetworkSettings: some,
              Path: other,
              Args: some,
            },
            some,
            other,
          ]),
        )
        podmanInspect.is(root)
        const { value, notices } = read(podmanInspect, root)
        expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        for (const { facts } of value) everyFact(facts)
      }),
      { numRuns: 400 },
    )
  })
})
