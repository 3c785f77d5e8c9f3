import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compose } from '../../src/dialect/compose.ts'
import { SILENT_ABOUT, answer } from '../../src/dialect/dialect.ts'
import { container } from '../../src/model/fields.ts'
import { everyFact, expectFact, factAt, factsOf, paths, plain, rootOf } from '../support/docker-facts.ts'

const service = (body: string, rest = ''): string => `services:\n  web:\n    image: nginx\n${indent(body, 4)}\n${rest}`
const indent = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n')
const web = (body: string, rest = ''): ReturnType<ReturnType<typeof factsOf>['of']> =>
  factsOf(compose, service(body, rest)).of('web')

/** [what is written below `image: nginx` (line 4 on), row, plain value or reason, how, line] */
type Case = readonly [string, string, unknown, string?, number?]
const CASES: readonly Case[] = [
  ['{}', 'name', 'web', 'set', 2],
  ['platform: linux/arm64', 'os', 'linux', 'set', 4],
  ['platform: windows/amd64', 'os', 'windows'],
  ['platform: plan9/386', 'os', /neither Linux nor Windows/],
  ['x: 1', 'os', /left to the image/],
  ['x: 1', 'role', 'main', 'default', 2],
  ['x: 1', 'image.reference', 'nginx', 'set', 3],
  ['x: 1', 'image.pull', 'missing', 'default'],
  ['pull_policy: if_not_present', 'image.pull', 'missing', 'set', 4],
  ['pull_policy: every_12h', 'image.pull', /not one of/],
  ['build: .', 'image.pull', 'build', 'derived', 4],
  ['entrypoint: ["/bin/sh", "-c"]', 'entrypoint', ['/bin/sh', '-c'], 'set', 4],
  [`command: sh -c 'echo "a b"' "x\\"y" z\\ z ''`, 'command', ['sh', '-c', 'echo "a b"', 'x"y', 'z z', '']],
  [`command: "echo 'open"`, 'command', /quote that is not closed/],
  ['command: []', 'command', [], 'set'],
  ['command:', 'command', /left to the image/],
  ['command: {a: b}', 'command', /neither a text nor a list/],
  ['working_dir: /app', 'workingDirectory', '/app'],
  ['x: 1', 'workingDirectory', /left to the image/],
  ['privileged: true', 'privileged', true, 'set', 4],
  ['privileged: yes', 'privileged', true],
  ['privileged: [true]', 'privileged', /not true or false/],
  ['x: 1', 'privileged', false, 'default', 2],
  ['read_only: true', 'readOnlyRootFilesystem', true],
  ['init: true', 'init', true],
  ['security_opt: [no-new-privileges]', 'noNewPrivileges', true],
  ['security_opt:\n  - label=disable\n  - no-new-privileges:true', 'noNewPrivileges', true, 'set', 6],
  ['security_opt: ["no-new-privileges=false"]', 'noNewPrivileges', false, 'set'],
  ['security_opt: ["no-new-privileges=maybe"]', 'noNewPrivileges', /neither true nor false/],
  ['security_opt: [seccomp=unconfined]', 'noNewPrivileges', false, 'default'],
  ['security_opt: ["$OPTION"]', 'noNewPrivileges', /OPTION is not set/],
  ['security_opt: ["seccomp:unconfined"]', 'seccomp.kind', 'unconfined', 'set', 4],
  ['security_opt: ["seccomp=./a.json"]', 'seccomp.kind', 'profile'],
  ['security_opt: ["seccomp=./a.json"]', 'seccomp.name', './a.json'],
  ['security_opt: ["seccomp=builtin"]', 'seccomp.kind', 'runtime-default', 'set'],
  ['security_opt: ["seccomp=unconfined", "seccomp=x.json"]', 'seccomp.kind', 'profile'],
  ['security_opt: ["seccomp=$PROFILE"]', 'seccomp.kind', /PROFILE is not set/],
  ['security_opt: ["seccomp=$PROFILE"]', 'apparmor.kind', 'runtime-default', 'default'],
  ['x: 1', 'seccomp.kind', 'runtime-default', 'default'],
  ['x: 1', 'seccomp.text', ''],
  ['security_opt: ["apparmor:unconfined"]', 'apparmor.kind', 'unconfined'],
  ['security_opt: ["apparmor=mine"]', 'apparmor.name', 'mine'],
  ['security_opt: ["label:user:U", "label=role:R", "label:type:T", "label=level:s0:c1"]', 'selinux.user', 'U'],
  ['security_opt: ["label:user:U", "label=role:R", "label:type:T", "label=level:s0:c1"]', 'selinux.role', 'R'],
  ['security_opt: ["label:user:U", "label=role:R", "label:type:T", "label=level:s0:c1"]', 'selinux.type', 'T'],
  ['security_opt: ["label:user:U", "label=role:R", "label:type:T", "label=level:s0:c1"]', 'selinux.level', 's0:c1'],
  ['security_opt: ["label:disable"]', 'selinux.disabled', true],
  ['security_opt: ["systempaths=unconfined"]', 'procMount', 'unmasked', 'set', 4],
  ['security_opt: ["systempaths=unconfined"]', 'masked', [], 'set'],
  ['privileged: true', 'readOnlyPaths', [], 'derived', 4],
  ['privileged: true', 'procMount', 'unmasked', 'derived'],
  ['x: 1', 'procMount', 'default', 'default'],
  ['user: "1000:1001"', 'user.name', '1000', 'set', 4],
  ['user: 1000:1001', 'user.group', '1001'],
  ['user: 1000', 'user.name', '1000'],
  ['user: 1000', 'user.group', '', 'set'],
  ['user: ":100"', 'user.name', '0'],
  ['user: "${UID}:${GID}"', 'user.name', /UID and GID are not set here/],
  ['user: ""', 'user.name', /left to the image/],
  ['group_add: [mail, 44]', 'user.supplementary', ['mail', '44']],
  ['x: 1', 'user.mustBeNonRoot', false],
  ['restart: no', 'restart.policy', 'no', 'set'],
  ['restart: "on-failure:3"', 'restart.policy', 'on-failure'],
  ['restart: "on-failure:3"', 'restart.retries', 3],
  ['restart: always', 'restart.retries', 0, 'default'],
  ['restart: sometimes', 'restart.policy', /not one of/],
  ['restart: always\ndeploy: {restart_policy: {condition: none}}', 'restart.policy', 'no', 'set', 5],
  ['deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}', 'restart.retries', 2],
  ['deploy: {restart_policy: {delay: 5s}}', 'restart.policy', /has no condition/],
  ['pid: host', 'namespaces.pid', 'host', 'set', 4],
  ['pid: "service:db"', 'namespaces.pid', 'container'],
  ['pid: "container:other"', 'namespaces.pidOf', 'other'],
  ['ipc: shareable', 'namespaces.ipc', 'shareable'],
  ['ipc: "service:db"', 'namespaces.ipcOf', 'db'],
  ['ipc: strange', 'namespaces.ipc', /not one of/],
  ['network_mode: host', 'namespaces.network', 'host'],
  ['network_mode: none', 'namespaces.network', 'none'],
  ['network_mode: "service:vpn"', 'namespaces.networkOf', 'vpn'],
  ['network_mode: bridge', 'namespaces.network', 'own'],
  ['network_mode: bridge', 'network.mode', 'bridge'],
  ['networks: {front: {aliases: [a]}, back: }', 'network.names', ['front', 'back']],
  ['networks: [front]', 'network.names', ['front']],
  ['uts: host', 'namespaces.uts', 'host'],
  ['userns_mode: host', 'namespaces.user', 'host', 'set'],
  ['x: 1', 'namespaces.user', 'host', 'default'],
  ['x: 1', 'namespaces.userOf', ''],
  ['cgroup: private', 'namespaces.cgroup', 'own'],
  ['x: 1', 'namespaces.cgroup', /cgroup v2/],
  ['x: 1', 'namespaces.mount', 'own'],
  ['x: 1', 'namespaces.time', 'host'],
  ['cap_add: [CAP_sys_admin, all]', 'capabilities.add', ['SYS_ADMIN', 'ALL']],
  ['cap_drop:\n  - ALL\n  - $CAP', 'capabilities.drop', ['ALL', '?'], 'set', 4],
  ['x: 1', 'capabilities.ambient', []],
  ['x: 1', 'capabilities.initialPermitted', []],
  ['x: 1', 'capabilities.initialInheritable', []],
  ['device_cgroup_rules: ["c 1:3 mr"]', 'deviceRules', ['c 1:3 mr']],
  ['sysctls: {net.core.somaxconn: 1024}', 'sysctls', [{ name: 'net.core.somaxconn', value: '1024' }]],
  [
    'sysctls: ["kernel.shmmax=1", broken]',
    'sysctls',
    [
      { name: 'kernel.shmmax', value: '1' },
      { name: '?', value: '?' },
    ],
  ],
  [
    'ulimits: {nproc: 65535, nofile: {soft: 10, hard: -1}}',
    'ulimits',
    [
      { name: 'nproc', soft: 65535, hard: 65535 },
      { name: 'nofile', soft: 10, hard: -1 },
    ],
  ],
  ['ulimits: {nofile: {soft: 10}}', 'ulimits', [{ name: 'nofile', soft: 10, hard: '?' }]],
  ['healthcheck: {test: [CMD, true]}', 'health.check', true, 'set'],
  ['healthcheck: {test: curl -f localhost}', 'probes', [{ kind: 'command', host: '' }]],
  ['healthcheck: {test: [NONE]}', 'health.check', false, 'set'],
  ['healthcheck: {test: NONE}', 'health.check', false],
  ['healthcheck: {disable: true, test: [CMD, x]}', 'health.check', false],
  ['healthcheck: {interval: 5s}', 'health.check', /left to the image/],
  ['healthcheck: 5', 'health.check', /not a map/],
  [
    'post_start: [{command: a}]\npre_stop: [{command: b}]',
    'probes',
    [
      { kind: 'postStart', host: '' },
      { kind: 'preStop', host: '' },
    ],
  ],
  ['x: 1', 'health.readiness', false],
  ['x: 1', 'health.liveness', false],
  ['mem_limit: 512m', 'resources.memory', 2 ** 29, 'set', 4],
  ['mem_limit: 1.5gb', 'resources.memory', 1.5 * 2 ** 30],
  ['mem_limit: .inf', 'resources.memory', /not a size/],
  ['mem_limit: much', 'resources.memory', /not a size/],
  ['deploy:\n  resources:\n    limits:\n      memory: 1g', 'resources.memory', 2 ** 30, 'set', 7],
  ['deploy:\n  resources:\n    limits: {cpus: 1}', 'resources.memory', 0, 'default', 6],
  ['user: app\ndeploy: {replicas: 2}', 'resources.memory', 0, 'default', 5],
  ['deploy: 5', 'resources.memory', /deploy is not a map/],
  ['mem_reservation: 100k', 'resources.memoryReservation', 102_400],
  ['memswap_limit: -1', 'resources.swap', -1],
  ['cpus: 0.5', 'resources.cpu', 500],
  ['cpus: "1.5"', 'resources.cpu', 1500],
  ['deploy: {resources: {limits: {cpus: "0.25"}}}', 'resources.cpu', 250],
  ['cpu_quota: 50000', 'resources.cpu', 500],
  ['cpu_quota: 50ms\ncpu_period: 25ms', 'resources.cpu', 2000],
  ['cpu_quota: -1', 'resources.cpu', 0, 'set'],
  ['deploy: {resources: {reservations: {cpus: 2}}}', 'resources.cpuReservation', 2000],
  ['cpu_shares: 512', 'resources.cpuShares', 512],
  ['cpuset: 0-3', 'resources.cpuSet', '0-3'],
  ['pids_limit: 100', 'resources.pids', 100],
  ['pids_limit: -1', 'resources.pids', 0, 'set'],
  ['deploy: {resources: {limits: {pids: 7}}}', 'resources.pids', 7],
  ['blkio_config: {weight: 300}', 'resources.ioWeight', 300],
  ['storage_opt: {size: 1G}', 'resources.ephemeralStorage', 2 ** 30],
  ['oom_kill_disable: true', 'resources.oomKillDisabled', true],
  ['oom_score_adj: -500', 'resources.oomScoreAdjustment', -500],
  ['shm_size: 64M', 'resources.sharedMemory', 2 ** 26],
  ['cgroup_parent: m-x', 'cgroupParent', 'm-x'],
  ['runtime: runsc', 'runtime', 'runsc'],
  ['x: 1', 'serviceAccount.name', ''],
  ['x: 1', 'serviceAccount.token', false],
  ['logging: {driver: none}', 'logging.driver', 'none'],
  ['x: 1', 'logging.driver', 'json-file', 'default'],
  ['x: 1', 'windows.hostProcess', false],
  ['x: 1', 'user.groupsPolicy', 'merge'],
  ['x: 1', 'uidMappings', []],
  ['x: 1', 'gidMappings', []],
  ['x: 1', 'windows.userName', ''],
  ['credential_spec: {file: my.json}', 'windows.credentialSpec', 'file://my.json', 'set', 4],
  ['x: 1', 'podSecurity.enforce', 'none'],
  ['x: 1', 'podSecurity.version', ''],
  ['x: 1', 'nesting', false],
  ['x: 1', 'declarations', []],
]

/** Rows whose silence or elements are tested below, in tests of their own. */
const ELSEWHERE = ['mounts', 'ports', 'devices', 'environment', 'capabilities.given']
const JOINED =
  /^(?:image\.(?:registry|repository|tag|digest|precision)|user\.(?:uid|gid|numeric)|capabilities\.(?:bounding|permitted|effective|gainable|reaching|startable)|seccomp\.(?:defaultAction|allows|found|relation|looser|flaws)|escapes|sandbox|apparmor\.(?:looser|flaws)|selinux\.reaches|start\..*)$/

describe('compose: rows', () => {
  it.each(CASES.map(([body, row, value, how, line]) => ({ body, row, value, how, line })))(
    '$body -> $row',
    ({ body, row, value, how, line }) => {
      expectFact(factAt(web(body === '{}' ? 'x: 1' : body), row), value, how, line)
    },
  )
  it('reads every row that a dialect answers', () => {
    const asked = new Set([...CASES.map(([, row]) => row), ...ELSEWHERE])
    expect(paths(web('x: 1')).filter((row) => !JOINED.test(row) && !asked.has(row))).toEqual([])
  })
  it('gives facts that are never shared', () => {
    const facts = factsOf(
      compose,
      'services:\n  a: &a {image: x, user: "1", volumes: [/a:/b], cap_drop: [ALL]}\n  b: *a\n',
    )
    const all = [...everyFact(facts.of('a')), ...everyFact(facts.of('b'))]
    expect(new Set(all).size).toBe(all.length)
  })
  it('starts from the fourteen capabilities of Docker', () => {
    expect(plain(factAt(web('x: 1'), 'capabilities.given'))).toHaveLength(14)
  })
  it('asks the image for the reference of a service that is built', () => {
    const facts = factsOf(compose, 'services:\n  web:\n    build: .\n').of('web')
    const fact = factAt(facts, 'image.reference')
    expectFact(fact, /built from this file/, 'unknown', 3)
    expect(fact).toMatchObject({ ask: 'image' })
  })
})

const mount = (body: string, rest = ''): unknown => {
  const [first] = plain(factAt(web(body, rest), 'mounts')) as readonly unknown[]
  return first
}
const MOUNT = { readOnly: false, propagation: 'rprivate', options: [] }

describe('compose: mounts', () => {
  it.each([
    [
      'volumes: ["/var/run/docker.sock:/s:ro"]',
      { kind: 'bind', type: 'bind', source: '/var/run/docker.sock', target: '/s', readOnly: true, options: ['ro'] },
    ],
    ['volumes: ["./src:/app"]', { kind: 'bind', source: './src', target: '/app' }],
    ['volumes: ["~/.ssh:/ssh"]', { kind: 'bind', source: '~/.ssh' }],
    [
      'volumes: ["data:/data:rw,rslave,z"]',
      { kind: 'volume', source: 'data', propagation: 'rslave', options: ['rw', 'rslave', 'z'] },
    ],
    ['volumes: [/cache]', { kind: 'volume', source: '', target: '/cache' }],
    ["volumes: ['C:\\data:C:\\app:ro']", { kind: 'bind', source: 'C:\\data', target: 'C:\\app', readOnly: true }],
    [
      "volumes: ['\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine']",
      { kind: 'bind', source: '\\\\.\\pipe\\docker_engine' },
    ],
    ['volumes: ["${DATA}:/data:ro"]', { kind: '?', source: '?', target: '/data', readOnly: true }],
    ['volumes: ["${DATA}/x:/data"]', { kind: 'bind', source: '?', target: '/data' }],
    ['volumes: ["${DATA:-/srv}:/data"]', { kind: 'bind', source: '/srv', target: '/data' }],
    ['volumes: ["a:/b:c:d:e"]', { kind: '?', target: '?' }],
    ['volumes: [["a"]]', { kind: '?', target: '?' }],
    ['volumes: 5', { kind: '?', source: '?' }],
    [
      'volumes: [{type: bind, source: /etc, target: /e, read_only: true, bind: {propagation: shared, selinux: z}}]',
      { kind: 'bind', source: '/etc', target: '/e', readOnly: true, propagation: 'shared', options: ['z'] },
    ],
    ['volumes: [{type: npipe, source: a, target: b}]', { kind: 'other', type: 'npipe' }],
    [
      'volumes: [{type: volume, source: v, target: /v, volume: {nocopy: true}}]',
      { kind: 'volume', options: ['nocopy'] },
    ],
    ['volumes: [{type: bind, source: /a, target: /b, bind: {propagation: odd}}]', { propagation: '?' }],
    ['volumes: [{source: /a, target: /b}]', { kind: 'bind', type: '?' }],
    ['tmpfs: /run', { kind: 'tmpfs', source: '', target: '/run' }],
    [
      'tmpfs: ["/run:size=64m,noexec,ro"]',
      { kind: 'tmpfs', target: '/run', readOnly: true, options: ['size=64m', 'noexec', 'ro'] },
    ],
    ['secrets: [token]', { kind: 'secret', source: 'token', target: '/run/secrets/token', readOnly: true }],
    ['secrets: [{source: token, target: /etc/t}]', { kind: 'secret', target: '/etc/t' }],
    ['configs: [{source: c, target: conf}]', { kind: 'config', source: 'c', target: '/conf' }],
    ['configs: [c]', { kind: 'config', target: '/c' }],
    [
      'volumes_from: ["container:db:ro"]',
      { kind: 'other', type: 'volumes_from', source: 'db', target: '?', readOnly: true },
    ],
    ['use_api_socket: true', { kind: 'bind', source: '/var/run/docker.sock' }],
  ])('%s', (body, expected) => {
    expect(mount(body)).toMatchObject(expected)
  })
  it('writes out defaults', () => {
    expect(mount('volumes: ["/a:/b"]')).toEqual({ kind: 'bind', type: 'bind', source: '/a', target: '/b', ...MOUNT })
  })
  it('takes a volume whose driver binds a path for a bind of it, with its place', () => {
    const rest = 'volumes:\n  data:\n    driver_opts:\n      type: none\n      o: bind,rw\n      device: /etc\n'
    const facts = web('volumes: ["data:/data"]', rest)
    expectFact(factAt(facts, 'mounts[0].kind'), 'bind')
    expectFact(factAt(facts, 'mounts[0].source'), '/etc', 'set', 10)
    expect(mount('volumes: ["data:/data"]', rest.replace('o: bind', 'o: nfs'))).toMatchObject({ kind: 'volume' })
    const plugin = 'volumes:\n  data:\n    driver: local-persist\n    driver_opts: {mountpoint: /srv/data}\n'
    expect(mount('volumes: ["data:/data"]', plugin)).toMatchObject({ kind: 'bind', source: '/srv/data' })
    expect(mount('volumes: ["data:/data"]', plugin.replace('local-persist', 'other'))).toMatchObject({ kind: 'volume' })
  })
  it('is empty by default and says where nobody wrote anything', () => {
    expectFact(factAt(web('x: 1'), 'mounts'), [], 'default', 2)
  })
})

const portsOf = (body: string): unknown => plain(factAt(web(body), 'ports'))
describe('compose: ports', () => {
  const open = { published: true, host: 0, address: '0.0.0.0', protocol: 'tcp' }
  it.each([
    ['ports: ["80"]', [{ ...open, container: 80 }]],
    ['ports: [22:22]', [{ ...open, container: 22, host: 22 }]],
    ['ports: [8080]', [{ ...open, container: 8080 }]],
    [
      'ports: ["127.0.0.1:8080:80/udp"]',
      [{ ...open, container: 80, host: 8080, address: '127.0.0.1', protocol: 'udp' }],
    ],
    ['ports: ["127.0.0.1::80"]', [{ ...open, container: 80, address: '127.0.0.1' }]],
    ['ports: ["[::1]:8080:80"]', [{ ...open, container: 80, host: 8080, address: '::1' }]],
    ['ports: ["::1:8080:80"]', [{ ...open, container: 80, host: 8080, address: '::1' }]],
    [
      'ports: ["3000-3001:4000-4001"]',
      [
        { ...open, container: 4000, host: 3000 },
        { ...open, container: 4001, host: 3001 },
      ],
    ],
    ['ports: ["3000-3005:80"]', [{ ...open, container: 80 }]],
    ['ports: ["1-2:1-3"]', [1, 2, 3].map((container) => ({ ...open, container, host: '?' }))],
    ['ports: ["${PORT}:80"]', [{ ...open, container: 80, host: '?' }]],
    ['ports: ["${ADDRESS}:1:80"]', [{ ...open, container: 80, host: 1, address: '?' }]],
    ['ports: ["80:${PORT}"]', [{ ...open, container: '?', host: 80 }]],
    ['ports: ["99999:80"]', [{ ...open, container: 80, host: '?' }]],
    ['ports: ["80/icmp"]', [{ ...open, container: 80, protocol: '?' }]],
    ['ports: [http]', [{ container: '?', published: '?', host: '?', address: '?', protocol: '?' }]],
    [
      'ports: [{target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp, mode: host}]',
      [{ ...open, container: 80, host: 8080, address: '127.0.0.1' }],
    ],
    ['ports: [{target: 80}]', [{ ...open, container: 80 }]],
    // An address where the port belongs: nobody meant every interface.
    ['ports: [{target: 80, published: "127.0.0.1:8080"}]', [{ ...open, container: 80, host: '?', address: '?' }]],
    ['ports: [{target: 80, published: [1]}]', [{ ...open, container: 80, host: '?' }]],
    ['ports: [{target: 80, published: "$P"}]', [{ ...open, container: 80, host: '?' }]],
    [
      'expose: ["3000", 8080/udp]',
      [3000, 8080].map((container, i) => ({
        container,
        published: false,
        host: 0,
        address: '',
        protocol: i ? 'udp' : 'tcp',
      })),
    ],
  ])('%s', (body, expected) => {
    expect(portsOf(body)).toEqual(expected)
  })
  it('writes out a thousand ports of a range, and then says that it stopped', () => {
    const ports = portsOf('ports: ["1-60000:1-60000"]') as readonly { container: unknown }[]
    expect(ports).toHaveLength(1001)
    expect(ports.at(-1)?.container).toBe('?')
  })
})

describe('compose: devices and environment', () => {
  it.each([
    ['devices: ["/dev/sda"]', [{ source: '/dev/sda', target: '/dev/sda', permissions: 'rwm' }]],
    ['devices: ["/dev/sda:/dev/x:r"]', [{ source: '/dev/sda', target: '/dev/x', permissions: 'r' }]],
    ['devices: ["/dev/sda:rw"]', [{ source: '/dev/sda', target: '/dev/sda', permissions: 'rw' }]],
    ['devices: ["vendor.com/device=gpu"]', [{ source: 'vendor.com/device=gpu', target: '', permissions: 'rwm' }]],
    [
      'devices: [{source: /dev/a, target: /dev/b, permissions: rw}]',
      [{ source: '/dev/a', target: '/dev/b', permissions: 'rw' }],
    ],
    ['devices: ["$DEVICE:/dev/x"]', [{ source: '?', target: '/dev/x', permissions: 'rwm' }]],
    ['gpus: all', [{ source: 'gpu', target: '', permissions: 'rwm' }]],
    [
      'deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}',
      [{ source: 'nvidia gpu', target: '', permissions: 'rwm' }],
    ],
  ])('%s', (body, expected) => {
    expect(plain(factAt(web(body), 'devices'))).toEqual(expected)
  })
  it.each([
    [
      'environment: {A: 1, B: "x=y", C: yes}',
      [
        { name: 'A', value: '1', fromSecret: false },
        { name: 'B', value: 'x=y', fromSecret: false },
        { name: 'C', value: 'yes', fromSecret: false },
      ],
    ],
    [
      'environment: ["A=b=c", "E="]',
      [
        { name: 'A', value: 'b=c', fromSecret: false },
        { name: 'E', value: '', fromSecret: false },
      ],
    ],
    ['environment: {FROM_SHELL: }', [{ name: 'FROM_SHELL', value: '?', fromSecret: true }]],
    ['environment: [FROM_SHELL]', [{ name: 'FROM_SHELL', value: '?', fromSecret: true }]],
    ['environment: ["P=${PASSWORD}"]', [{ name: 'P', value: '?', fromSecret: true }]],
    ['environment: ["P=${PASSWORD:-changeme}"]', [{ name: 'P', value: 'changeme', fromSecret: false }]],
    ['environment: ["U=postgres://me:hunter2@$HOST/db"]', [{ name: 'U', value: '?', fromSecret: false }]],
    ['environment: ["P=pa$$word"]', [{ name: 'P', value: 'pa$word', fromSecret: false }]],
    ['environment: ["$ALL"]', [{ name: '?', value: '?', fromSecret: true }]],
    ['environment: {A: [1]}', [{ name: 'A', value: '?', fromSecret: '?' }]],
    ['environment: [{A: 1}]', [{ name: '?', value: '?', fromSecret: '?' }]],
  ])('%s', (body, expected) => {
    expect(plain(factAt(web(body), 'environment'))).toEqual(expected)
  })
})

describe('compose: documents', () => {
  it.each([
    ['services: {a: {image: x}}', true],
    ['version: "3"\nservices: {a: {foo: 1}}', true],
    ['web: {image: nginx, ports: ["80:80"]}\ndb: {build: .}', true],
    ['include: [other.yaml]', true],
    ['apiVersion: v1\nkind: Pod\nservices: {a: {image: x}}', false],
    ['services: {_defaults: {autowire: true}, App\\: {resource: x}}', false],
    ['parameters: {a: 1}\nservices: {mailer: {class: X}}', false],
    ['test: {image: node, script: [npm test]}', false],
    ['include: [other.yaml]\nstages: [a]', false],
    ['services: [docker]', false],
    ['image: nginx', false],
    ['[]', false],
    ['{}', false],
  ])('%s -> %s', (text, expected) => {
    expect(compose.is(rootOf(text))).toBe(expected)
  })
  it('reads the oldest format', () => {
    const got = factsOf(compose, 'web:\n  image: nginx\n  net: host\n  log_driver: none\n')
    expect(got.ids).toEqual(['web'])
    expectFact(factAt(got.of('web'), 'namespaces.network'), 'host')
    expectFact(factAt(got.of('web'), 'logging.driver'), 'none')
  })
  it('lists services of profiles and ignores extension keys', () => {
    const got = factsOf(
      compose,
      'x-a: {image: no}\nservices:\n  x-b: {restart: always}\n  debug: {image: x, profiles: [debug]}\n',
    )
    expect(got).toMatchObject({ ids: ['debug'], notices: [] })
  })
  it('says what it cannot read', () => {
    const got = factsOf(
      compose,
      'include: [a.yaml]\nservices:\n  nothing:\n  text: hello\n  vm: {provider: {type: x}}\n  ok: {image: x}\n',
    )
    expect(got.ids).toEqual(['ok'])
    expect(got.notices.map(({ id, place, lost }) => [id, place.line, lost])).toEqual([
      ['compose-include-unread', 1, true],
      ['compose-service-invalid', 3, true],
      ['compose-service-invalid', 4, true],
      ['compose-provider', 5, false],
    ])
  })
  it('takes keys of a YAML merge for inherited', () => {
    const got = factsOf(compose, 'x-a: &a\n  privileged: true\nservices:\n  web:\n    <<: *a\n    image: x\n')
    expectFact(factAt(got.of('web'), 'privileged'), true, 'inherited', 2)
  })
})

describe('compose: variables', () => {
  const text = (value: string): unknown => plain(factAt(web(`working_dir: '${value}'`), 'workingDirectory'))
  it.each([
    ['${X:-/a}', '/a'],
    ['${X-/a}', '/a'],
    ['/${X:-${Y:-deep}}/b', '/deep/b'],
    ['${X:-{"a":{}}}', '{"a":{}}'],
    ['$$X', '$X'],
    ['$${X}', '${X}'],
    ['a${X:-}b', 'ab'],
    ['a$', 'a$'],
    ['$5 and $-', '$5 and $-'],
  ])('%s -> %s', (value, expected) => {
    expect(text(value)).toBe(expected)
  })
  it.each([
    ['$X', /^X is not set here/],
    ['${X}', /^X is not set here/],
    ['${X:?say it}', /^X is not set here/],
    ['${X?}', /^X is not set here/],
    ['${X:+other}', /^X is not set here/],
    ['${X:-$Y}', /^Y is not set here/],
    ['$A/$B', /^A and B are not set here/],
    ['${', /has no name/],
    ['${X', /not closed/],
    ['${X/a/b}', /Compose refuses/],
    ['${X:-'.repeat(100), /nested too deep|not closed/],
  ])('%s is unknown', (value, because) => {
    expectFact(factAt(web(`working_dir: '${value}'`), 'workingDirectory'), because, 'unknown', 4)
  })
  it('makes a text of what it replaces, which still reads as the word it is', () => {
    expectFact(factAt(web('privileged: ${P:-true}'), 'privileged'), true, 'set')
    expectFact(factAt(web('privileged: ${P}'), 'privileged'), /P is not set/)
    expectFact(factAt(web('pids_limit: ${P:-5}'), 'resources.pids'), 5)
  })
  it('does not replace keys', () => {
    expect(plain(factAt(web('environment: {"$A": b}'), 'environment'))).toMatchObject([{ name: '$A', value: 'b' }])
  })
  it('is done at once with a million laughs', () => {
    const lines = ['x0: &x0 ["$A", "$A"]']
    for (let i = 1; i < 40; i += 1) lines.push(`x${i}: &x${i} [*x${i - 1}, *x${i - 1}]`)
    const got = factsOf(
      compose,
      `${lines.map((line) => line.replace(/^x/, 'x-')).join('\n')}\nservices: {web: {image: x, cap_add: *x39}}\n`,
    )
    expect(plain(factAt(got.of('web'), 'capabilities.add'))).toEqual(['?', '?'])
  })
})

describe('compose: extends', () => {
  const base = `services:
  base:
    image: nginx
    privileged: true
    command: [a]
    cap_add: [NET_ADMIN]
    environment: {A: base, B: base}
    volumes: ["/base:/data", "/other:/other"]
    deploy: {resources: {limits: {memory: 1g, cpus: 1}}}
`
  it('merges within one file, and says what is inherited and where it stands', () => {
    const got = factsOf(
      compose,
      `${base}  web:
    extends: base
    command: [b]
    cap_add: [SYS_TIME]
    environment: ["A=own"]
    volumes: ["/own:/data"]
    deploy: {resources: {limits: {memory: 2g}}}
`,
    )
    const facts = got.of('web')
    expect(got.notices).toEqual([])
    expectFact(factAt(facts, 'privileged'), true, 'inherited', 4)
    expectFact(factAt(facts, 'image.reference'), 'nginx', 'inherited', 3)
    expectFact(factAt(facts, 'command'), ['b'], 'set')
    expectFact(factAt(facts, 'capabilities.add'), ['NET_ADMIN', 'SYS_TIME'], 'set', 13)
    expectFact(factAt(facts, 'capabilities.add[0]'), 'NET_ADMIN', 'inherited', 6)
    expect(plain(factAt(facts, 'environment'))).toMatchObject([
      { name: 'A', value: 'own' },
      { name: 'B', value: 'base' },
    ])
    expect(plain(factAt(facts, 'mounts'))).toMatchObject([{ source: '/own' }, { source: '/other' }])
    expectFact(factAt(facts, 'resources.memory'), 2 * 2 ** 30, 'set')
    expectFact(factAt(facts, 'resources.cpu'), 1000, 'inherited', 9)
  })
  it('reads another file, and what that one extends', () => {
    const text = 'services:\n  web:\n    extends: {file: ./lib/a.yaml, service: mid}\n'
    expect(compose.wants?.(rootOf(text), SILENT_ABOUT, new Map())).toMatchObject([
      { path: '.env', syntax: 'dotenv', optional: true },
      { path: 'lib/a.yaml', place: { line: 3 } },
    ])
    const got = factsOf(compose, text, {
      'lib/a.yaml': 'services:\n  mid:\n    extends: {file: b.yaml, service: base}\n    pid: host\n',
      'lib/b.yaml': `${base}`,
    })
    expect(got.notices).toEqual([])
    expectFact(factAt(got.of('web'), 'privileged'), true, 'inherited', 4)
    expect(factAt(got.of('web'), 'privileged').place.file).toBe('lib/b.yaml')
    expectFact(factAt(got.of('web'), 'namespaces.pid'), 'host', 'inherited', 4)
  })
  it.each([
    [
      'services:\n  web:\n    image: x\n    extends: {file: gone.yaml, service: a}\n',
      /gone.yaml that this service extends was not read/,
    ],
    ['services:\n  web:\n    image: x\n    extends: nobody\n', /no service nobody/],
    ['services:\n  web:\n    image: x\n    extends: {file: $F, service: a}\n', /F is not set/],
    ['services:\n  web:\n    image: x\n    extends: {service: [a]}\n', /not known/],
    ['services:\n  web:\n    image: x\n    extends: two\n  two:\n    extends: web\n', /circle/],
  ])('%s is a loss that is told', (text, message) => {
    const got = factsOf(compose, text)
    expect(got.ids).toContain('web')
    expect(got.notices[0]).toMatchObject({ id: 'compose-extends-unread', lost: true })
    expect(got.notices[0]?.message).toMatch(message)
    expectFact(factAt(got.of('web'), 'image.reference'), 'x')
  })
})

describe('compose: anything', () => {
  const keys = fc.constantFrom(
    ...'services web image build volumes ports environment deploy resources limits devices extends service file security_opt healthcheck test cap_add networks ulimits sysctls tmpfs secrets gpus restart user restart_policy include'.split(
      ' ',
    ),
  )
  const { document } = fc.letrec((tie) => ({
    document: fc.oneof(
      { depthSize: 'medium' },
      fc.oneof(
        fc.string(),
        fc.constantFrom('a:b:c', '$X', '${X:-1}', 'host', '1-99999', ':', '[::1]:1:2', 'label=', 'x=y'),
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(keys, tie('document'), { maxKeys: 6 }),
    ),
  }))
  it('never throws', () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const text = JSON.stringify({ services: { web: one, two: other }, volumes: one, include: other })
        for (const root of [rootOf(text), rootOf(JSON.stringify([one, other]))]) {
          compose.is(root)
          compose.wants?.(root, SILENT_ABOUT)
          for (const { scope } of compose.containers(root, new Map([['x', root]]), SILENT_ABOUT).value)
            everyFact(answer(container, compose.asks, compose.silence, scope))
        }
      }),
      { numRuns: 300 },
    )
  })
})
