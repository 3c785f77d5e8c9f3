import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ociRuntime } from '../../src/dialect/oci-runtime.ts'
import { allFacts, containerOf, containersOf, factAt, valueAt } from '../support/facts.ts'
import { check, missing, type Table } from './table.ts'

const full = `{
  "ociVersion": "1.2.0",
  "hostname": "web",
  "annotations": { "io.kubernetes.cri.image-name": "nginx:1", "microsoft.com/hostprocess-container": "true" },
  "root": { "path": "rootfs", "readonly": true },
  "process": {
    "user": { "uid": 1000, "gid": 2000, "additionalGids": [5, 6] },
    "args": ["nginx", "-g"],
    "env": ["PATH=/bin", "A=b=c", "EMPTY"],
    "cwd": "/srv",
    "capabilities": {
      "bounding": ["CAP_KILL", "CAP_CHOWN"],
      "ambient": ["CAP_KILL"],
      "permitted": ["CAP_CHOWN"],
      "inheritable": ["CAP_KILL", "CAP_CHOWN"]
    },
    "rlimits": [{ "type": "RLIMIT_NOFILE", "soft": 1024, "hard": 18446744073709551615 }],
    "oomScoreAdj": 100,
    "apparmorProfile": "mine",
    "selinuxLabel": "system_u:system_r:container_t:s0:c1,c2",
    "noNewPrivileges": true
  },
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc" },
    { "destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "size=64k"] },
    { "destination": "/host", "source": "/", "options": ["rbind", "ro", "rshared"] },
    { "destination": "/run/secrets/kubernetes.io/serviceaccount", "type": "bind", "source": "/x", "options": ["bind"] }
  ],
  "linux": {
    "uidMappings": [{ "containerID": 0, "hostID": 100000, "size": 65536 }],
    "gidMappings": [{ "containerID": 0, "hostID": 200000, "size": 65536 }],
    "namespaces": [
      { "type": "pid" },
      { "type": "ipc", "path": "/var/run/ns/ipc" },
      { "type": "network", "path": "/proc/1/ns/net" },
      { "type": "user", "path": "/proc/77/ns/user" },
      { "type": "mount" }
    ],
    "devices": [{ "path": "/dev/fuse", "type": "c", "major": 10, "minor": 229 }],
    "resources": {
      "devices": [
        { "allow": false, "access": "rwm" },
        { "allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw" }
      ],
      "memory": { "limit": 536870912, "reservation": 1024, "swap": -1, "disableOOMKiller": true },
      "cpu": { "shares": 512, "quota": 50000, "period": 25000, "cpus": "0-1" },
      "pids": { "limit": 32 },
      "blockIO": { "weight": 10 }
    },
    "sysctl": { "net.ipv4.ip_forward": "1" },
    "cgroupsPath": "/mine",
    "maskedPaths": ["/proc/kcore"],
    "readonlyPaths": ["/proc/sys"],
    "seccomp": { "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{ "names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_EQ" }] }] }
  }
}
`
const written: Table = {
  name: ['web', 'set', '"hostname"'],
  os: ['linux', 'set', '"linux"'],
  'image.reference': ['nginx:1', 'set', 'image-name'],
  entrypoint: [[], 'default', '"process"'],
  command: [['nginx', '-g'], 'set', '"args"'],
  workingDirectory: ['/srv', 'set', '"cwd"'],
  readOnlyRootFilesystem: [true, 'set', '"readonly"'],
  noNewPrivileges: [true, 'set', '"noNewPrivileges"'],
  'user.name': ['1000', 'set', '"uid"'],
  'user.group': ['2000', 'set', '"gid"'],
  'user.supplementary': [['5', '6'], 'set', 'additionalGids'],
  'namespaces.pid': ['own', 'set', '"pid"'],
  'namespaces.ipc': ['container', 'set', '"ipc"'],
  'namespaces.network': ['host', 'set', '"network"'],
  'namespaces.user': ['container', 'set', '"user", "path"'],
  'namespaces.mount': ['own', 'set', '"mount"'],
  'namespaces.uts': ['host', 'default', '"namespaces"'],
  'namespaces.cgroup': ['host', 'default', '"namespaces"'],
  'namespaces.time': ['host', 'default', '"namespaces"'],
  'namespaces.ipcOf': ['/var/run/ns/ipc', 'set', '"ipc"'],
  'namespaces.userOf': ['/proc/77/ns/user', 'set', '"user", "path"'],
  'namespaces.networkOf': ['', 'default', '"network"'],
  'capabilities.given': [['KILL', 'CHOWN'], 'set', '"bounding"'],
  'capabilities.ambient': [['KILL'], 'set', '"ambient"'],
  'capabilities.initialPermitted': [['CHOWN'], 'set', '"permitted"'],
  'capabilities.initialInheritable': [['KILL', 'CHOWN'], 'set', '"inheritable"'],
  'seccomp.kind': ['profile', 'set', '"seccomp"'],
  'seccomp.text': [
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}',
    'set',
    '"seccomp"',
  ],
  'apparmor.kind': ['profile', 'set', 'apparmorProfile'],
  'apparmor.name': ['mine', 'set', 'apparmorProfile'],
  'selinux.disabled': [false, 'set', 'selinuxLabel'],
  'selinux.user': ['system_u', 'set', 'selinuxLabel'],
  'selinux.role': ['system_r', 'set', 'selinuxLabel'],
  'selinux.type': ['container_t', 'set', 'selinuxLabel'],
  'selinux.level': ['s0:c1,c2', 'set', 'selinuxLabel'],
  'mounts[0].kind': ['other', 'set', '"proc"'],
  'mounts[0].propagation': ['private', 'default', '"proc"'],
  'mounts[1].kind': ['tmpfs', 'set', '/dev/shm'],
  'mounts[1].options': [['nosuid', 'size=64k'], 'set', '/dev/shm'],
  'mounts[2].kind': ['bind', 'set', 'rbind'],
  'mounts[2].type': ['bind', 'default', 'rbind'],
  'mounts[2].source': ['/', 'set', 'rbind'],
  'mounts[2].target': ['/host', 'set', 'rbind'],
  'mounts[2].readOnly': [true, 'set', 'rbind'],
  'mounts[2].propagation': ['rshared', 'set', 'rbind'],
  'mounts[3].readOnly': [false, 'default', 'serviceaccount'],
  'mounts[3].propagation': ['rslave', 'default', 'serviceaccount'],
  devices: [[{ source: '/dev/fuse', target: '/dev/fuse', permissions: 'rw' }], 'set', '"devices"'],
  deviceRules: [['deny a *:* rwm', 'c 10:229 rw'], 'set', '"devices"'],
  masked: [['/proc/kcore'], 'set', 'maskedPaths'],
  readOnlyPaths: [['/proc/sys'], 'set', 'readonlyPaths'],
  procMount: ['default', 'set', 'maskedPaths'],
  sysctls: [[{ name: 'net.ipv4.ip_forward', value: '1' }], 'set', '"sysctl"'],
  ulimits: [[{ name: 'nofile', soft: 1024, hard: -1 }], 'set', 'rlimits'],
  uidMappings: [[{ container: 0, host: 100_000, size: 65_536 }], 'set', 'uidMappings'],
  gidMappings: [[{ container: 0, host: 200_000, size: 65_536 }], 'set', 'gidMappings'],
  environment: [
    [
      { name: 'PATH', value: '/bin', fromSecret: false },
      { name: 'A', value: 'b=c', fromSecret: false },
      { name: 'EMPTY', value: '', fromSecret: false },
    ],
    'set',
    '"env"',
  ],
  'resources.memory': [536870912, 'set', '"limit": 536870912'],
  'resources.memoryReservation': [1024, 'set', 'reservation'],
  'resources.swap': [-1, 'set', 'swap'],
  'resources.cpu': [2000, 'set', 'quota'],
  'resources.cpuShares': [512, 'set', 'shares'],
  'resources.cpuSet': ['0-1', 'set', 'cpus'],
  'resources.pids': [32, 'set', '"pids": { "limit"'],
  'resources.ioWeight': [10, 'set', 'weight'],
  'resources.oomKillDisabled': [true, 'set', 'disableOOMKiller'],
  'resources.oomScoreAdjustment': [100, 'set', 'oomScoreAdj'],
  'resources.sharedMemory': [65536, 'set', '/dev/shm'],
  cgroupParent: ['/mine', 'set', 'cgroupsPath'],
  'serviceAccount.token': [true, 'set', 'serviceaccount'],
  'windows.hostProcess': [true, 'set', 'hostprocess'],
}

const bare = `{
  "ociVersion": "1.0.0",
  "process": { "cwd": "/" },
  "mounts": [{ "destination": "/proc", "type": "proc" }],
  "linux": {}
}
`
const refused = (what: string): string => `unknown: config.json does not say ${what}`
const quiet: Table = {
  name: ['', 'default', '{'],
  role: ['main', 'default', '{'],
  'image.reference': ['unknown: config.json does not say which image it was made from', 'unknown', '{'],
  'image.pull': [refused('when the image is pulled'), 'unknown', '{'],
  command: ['unknown: config.json has no process.args', 'unknown', '"process"'],
  privileged: [false, 'default', '{'],
  readOnlyRootFilesystem: [false, 'default', '{'],
  noNewPrivileges: [false, 'default', '"process"'],
  init: [false, 'default', '{'],
  'restart.policy': ['no', 'default', '{'],
  'restart.retries': [0, 'default', '{'],
  'user.name': ['0', 'default', '"process"'],
  'user.group': ['0', 'default', '"process"'],
  'user.supplementary': [[], 'default', '"process"'],
  'user.mustBeNonRoot': [false, 'default', '{'],
  'namespaces.pid': ['host', 'default', '"linux"'],
  'namespaces.pidOf': ['', 'default', '"linux"'],
  'network.mode': ['', 'default', '{'],
  'network.names': [[], 'default', '{'],
  'capabilities.given': [[], 'default', '"process"'],
  'capabilities.add': [[], 'default', '{'],
  'capabilities.drop': [[], 'default', '{'],
  'capabilities.ambient': [[], 'default', '"process"'],
  'capabilities.initialPermitted': [[], 'default', '"process"'],
  'capabilities.initialInheritable': [[], 'default', '"process"'],
  'seccomp.kind': ['unconfined', 'default', '"linux"'],
  'seccomp.name': ['', 'default', '{'],
  'seccomp.text': ['', 'default', '"linux"'],
  'apparmor.kind': ['unconfined', 'default', '"process"'],
  'apparmor.name': ['', 'default', '"process"'],
  'selinux.disabled': [
    'unknown: config.json has no selinuxLabel; whether the host has SELinux is not known',
    'unknown',
    '"process"',
  ],
  devices: [[], 'default', '"linux"'],
  deviceRules: [[], 'default', '"linux"'],
  masked: [[], 'default', '"linux"'],
  readOnlyPaths: [[], 'default', '"linux"'],
  procMount: ['unmasked', 'default', '"linux"'],
  sysctls: [[], 'default', '"linux"'],
  ulimits: [[], 'default', '"process"'],
  ports: [[], 'default', '{'],
  environment: [[], 'default', '"process"'],
  'health.check': [
    'unknown: a runtime checks nothing; an engine above it takes the HEALTHCHECK of the image',
    'unknown',
    '{',
  ],
  'health.readiness': [false, 'default', '{'],
  'health.liveness': [false, 'default', '{'],
  probes: [[], 'default', '{'],
  'resources.memory': [0, 'default', '"linux"'],
  'resources.cpu': [0, 'default', '"linux"'],
  'resources.cpuReservation': [0, 'default', '{'],
  'resources.pids': [0, 'default', '"linux"'],
  'resources.swap': [0, 'default', '"linux"'],
  'resources.ephemeralStorage': [refused('how much disk it may use'), 'unknown', '{'],
  'resources.oomKillDisabled': [false, 'default', '"linux"'],
  'resources.oomScoreAdjustment': [0, 'default', '"process"'],
  cgroupParent: ['', 'default', '"linux"'],
  runtime: ['', 'default', '{'],
  'serviceAccount.name': ['', 'default', '{'],
  'serviceAccount.token': [false, 'default', '"mounts"'],
  'logging.driver': [refused('where logs go'), 'unknown', '{'],
  'windows.hostProcess': [false, 'default', '{'],
  'windows.userName': ['', 'default', '"process"'],
  'windows.credentialSpec': ['', 'default', '{'],
  'user.groupsPolicy': ['strict', 'default', '{'],
  uidMappings: [[], 'default', '"linux"'],
  gidMappings: [[], 'default', '"linux"'],
  'podSecurity.enforce': ['none', 'default', '{'],
  'podSecurity.version': ['', 'default', '{'],
  nesting: [false, 'default', '{'],
  declarations: [[], 'default', '{'],
}

describe('what is written', () => {
  const found = containerOf(ociRuntime, full)
  test.each(Object.entries(written))('%s', (path, expected) => check(full, found, path, expected))
})
describe('what config.json does not say', () => {
  const found = containerOf(ociRuntime, bare)
  test.each(Object.entries(quiet))('%s', (path, expected) => check(bare, found, path, expected))
})
test('the tables speak of every row', () => {
  // Nothing of OCI can fill these lists.
  expect(missing(written, quiet).filter((path) => !/^(ports|probes|declarations)\[\]/.test(path))).toEqual([])
})

const config = (rest: object): string => JSON.stringify({ ociVersion: '1.2.0', process: {}, linux: {}, ...rest })
const value = (rest: object, path: string): unknown => valueAt(containerOf(ociRuntime, config(rest)), path)

describe('details', () => {
  test('root that is root outside too is no user namespace', () => {
    const linux = (hostID: number) => ({
      linux: { namespaces: [{ type: 'user' }], uidMappings: [{ containerID: 0, hostID, size: 65536 }] },
    })
    expect(value(linux(100000), 'namespaces.user')).toBe('own')
    expect(value(linux(0), 'namespaces.user')).toBe('host')
    expect(factAt(containerOf(ociRuntime, config(linux(0))), 'namespaces.user').how).toBe('derived')
  })
  test.each([
    ['docker-default', 'runtime-default'],
    ['cri-containerd.apparmor.d', 'runtime-default'],
    ['containers-default-0.62.2', 'runtime-default'],
    ['unconfined', 'unconfined'],
    ['', 'unconfined'],
    ['mine', 'profile'],
  ])('AppArmor profile "%s" is %s', (apparmorProfile, kind) => {
    expect(value({ process: { apparmorProfile } }, 'apparmor.kind')).toBe(kind)
  })
  test.each([
    [{ cpu: { quota: -1, period: 100000 } }, 'cpu', 0],
    [{ cpu: { quota: 150000 } }, 'cpu', 1500],
    [{ unified: { 'cpu.max': '50000 100000' } }, 'cpu', 500],
    [{ unified: { 'cpu.max': 'max 100000' } }, 'cpu', 0],
    [{ memory: { limit: -1 } }, 'memory', 0],
    [{ unified: { 'memory.max': '1024' } }, 'memory', 1024],
    [{ unified: { 'memory.max': 'max' } }, 'memory', 0],
    [{ pids: { limit: -1 } }, 'pids', 0],
    [{ unified: { 'pids.max': '9' } }, 'pids', 9],
    [{ unified: { 'pids.max': 'many' } }, 'pids', 'unknown: "many" is not a number'],
  ])('%j: %s is %s', (resources, row, expected) => {
    expect(value({ linux: { resources } }, `resources.${row}`)).toBe(expected)
  })
  test.each([
    [[{ type: 'proc', destination: '/proc' }], undefined, 'unmasked', 'default'],
    [[{ type: 'proc', destination: '/proc' }], [], 'unmasked', 'set'],
    [[{ type: 'proc', destination: '/proc' }], ['/proc/kcore'], 'default', 'set'],
    [[], undefined, 'default', 'default'],
  ])('mounts %j with masked paths %j: /proc is %s', (mounts, maskedPaths, expected, how) => {
    const found = containerOf(ociRuntime, config({ mounts, linux: { maskedPaths } }))
    expect([valueAt(found, 'procMount'), factAt(found, 'procMount').how]).toEqual([expected, how])
  })
  test('bind mounts take the propagation of the root', () => {
    const mounts = [{ destination: '/a', source: '/a', options: ['bind'] }]
    const found = containerOf(ociRuntime, config({ mounts, linux: { rootfsPropagation: 'shared' } }))
    expect([valueAt(found, 'mounts[0].propagation'), factAt(found, 'mounts[0].propagation').how]).toEqual([
      'shared',
      'inherited',
    ])
  })
  test('the last of ro and rw counts', () => {
    const mount = (options: readonly string[]) => ({ mounts: [{ destination: '/a', source: '/a', options }] })
    expect(value(mount(['bind', 'ro', 'rw']), 'mounts[0].readOnly')).toBe(false)
    expect(value(mount(['bind', 'rw', 'ro']), 'mounts[0].readOnly')).toBe(true)
  })
  test('a device that no rule allows', () => {
    const linux = {
      devices: [{ path: '/dev/sda', type: 'b', major: 8, minor: 0 }],
      resources: { devices: [{ allow: false }, { allow: true, type: 'c', major: 8, minor: 0 }] },
    }
    expect(value({ linux }, 'devices[0].permissions')).toBe('')
    expect(value({ linux: { devices: linux.devices } }, 'devices[0].permissions')).toBe('rwm')
  })
  test.each([
    [{ 'io.kubernetes.cri.container-name': 'app' }, 'host', 'app'],
    [{}, 'host', 'host'],
    [{}, undefined, 'container'],
  ])('annotations %j and hostname %s: its id is %s', (annotations, hostname, id) => {
    expect(containersOf(ociRuntime, config({ annotations, hostname })).value.map((each) => each.id)).toEqual([id])
  })
})

describe('other platforms', () => {
  const on = (platform: string): string =>
    JSON.stringify({ ociVersion: '1.2.0', process: { user: {} }, [platform]: {} })
  test.each(['freebsd', 'solaris', 'vm', 'windows'])('what Linux would do is not known of %s', (platform) => {
    const found = containerOf(ociRuntime, on(platform))
    for (const path of [
      'namespaces.pid',
      'seccomp.kind',
      'apparmor.kind',
      'capabilities.given',
      'noNewPrivileges',
      'masked',
    ])
      expect([path, factAt(found, path).how]).toEqual([path, 'unknown'])
    expect(valueAt(found, 'os')).toBe(
      platform === 'windows'
        ? 'windows'
        : `unknown: this config.json is for ${platform}: Plimsoll knows Linux and Windows`,
    )
  })
  test('a Windows user has a name, and none is root by default', () => {
    const text = (user: object): string => JSON.stringify({ ociVersion: '1.0.0', process: { user }, windows: {} })
    expect(valueAt(containerOf(ociRuntime, text({ username: 'ContainerAdministrator' })), 'user.name')).toBe(
      'ContainerAdministrator',
    )
    expect(factAt(containerOf(ociRuntime, text({})), 'user.name').how).toBe('unknown')
  })
  test('a Linux container on Windows is one of Linux', () => {
    expect(
      valueAt(containerOf(ociRuntime, JSON.stringify({ ociVersion: '1.0.0', linux: {}, windows: {} })), 'os'),
    ).toBe('linux')
  })
  test('z/OS lists its namespaces elsewhere', () => {
    const text = JSON.stringify({ ociVersion: '1.0.0', zos: { namespaces: [{ type: 'pid' }] } })
    const found = containerOf(ociRuntime, text)
    expect(['pid', 'ipc'].map((type) => valueAt(found, `namespaces.${type}`))).toEqual(['own', 'host'])
    expect(factAt(found, 'namespaces.network').how).toBe('unknown')
  })
  test('without a process nothing is known of it', () => {
    const found = containerOf(ociRuntime, '{"ociVersion": "1.0.0", "root": {"path": "r"}}')
    for (const path of ['user.name', 'capabilities.given', 'noNewPrivileges', 'command'])
      expect(factAt(found, path).how).toBe('unknown')
  })
})

describe('wrong types', () => {
  test.each([
    ['user.name', { process: { user: { uid: 'web' } } }],
    ['user.name', { process: 'sh' }],
    ['capabilities.given', { process: { capabilities: ['CAP_KILL'] } }],
    ['namespaces.pid', { linux: { namespaces: 'all' } }],
    ['namespaces.pid', { linux: { namespaces: ['pid'] } }],
    ['namespaces.pid', { linux: { namespaces: [{ type: 'pid', path: {} }] } }],
    ['namespaces.pid', { linux: [] }],
    ['seccomp.kind', { linux: { seccomp: 'default' } }],
    ['selinux.type', { process: { selinuxLabel: 'spc_t' } }],
    ['mounts', { mounts: 'none' }],
    ['mounts[0].kind', { mounts: ['none'] }],
    ['mounts[0].readOnly', { mounts: [{ destination: '/a', options: 'ro' }] }],
    ['mounts[0].options[0]', { mounts: [{ destination: '/a', options: [{}] }] }],
    ['devices[0].source', { linux: { devices: ['/dev/sda'] } }],
    ['deviceRules[0]', { linux: { resources: { devices: ['all'] } } }],
    ['masked', { linux: { maskedPaths: {} } }],
    ['procMount', { linux: { maskedPaths: 'all' } }],
    ['ulimits[0].soft', { process: { rlimits: [{ type: 'RLIMIT_CORE', soft: 'much' }] } }],
    ['environment[0].name', { process: { env: [{}] } }],
    ['sysctls[0].name', { linux: { sysctl: ['a'] } }],
    ['resources.memory', { linux: { resources: { memory: { limit: 'much' } } } }],
    ['resources.cpu', { linux: { resources: { cpu: { quota: 1, period: 'long' } } } }],
    ['noNewPrivileges', { process: { noNewPrivileges: 'perhaps' } }],
  ])('%s of %j is not known', (path, rest) => {
    const { value: found, notices } = containersOf(ociRuntime, config(rest))
    expect(notices).toEqual([])
    expect(found[0] && factAt(found[0], path).how).toBe('unknown')
  })
})

test('YAML aliases cannot blow a seccomp profile up', () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `x${level + 1}: &x${level + 1} [${Array.from({ length: 10 }, () => `*x${level}`).join(', ')}]`,
  )
  const text = ['x0: &x0 [getpid, getppid]', ...levels, 'ociVersion: 1.0.0', 'linux: {seccomp: {names: *x12}}'].join(
    '\n',
  )
  expect(valueAt(containerOf(ociRuntime, text), 'seccomp.text')).toBe(
    'unknown: the profile is too large, or a value in it is not known',
  )
})

const keys = [
  'process',
  'linux',
  'user',
  'uid',
  'capabilities',
  'bounding',
  'mounts',
  'options',
  'destination',
  'type',
  'namespaces',
  'resources',
  'devices',
  'memory',
  'limit',
  'seccomp',
  'sysctl',
  'rlimits',
  'annotations',
  'hostname',
  'root',
  '__proto__',
  '?',
]
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom('pid', 'bind', 'ro', true, null, 0, -1, 1e300, ''),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('value'), { maxKeys: 6 }),
  ),
})).value
test('no document makes it throw, and every fact has a place', () => {
  fc.assert(
    fc.property(anything, anything, anything, anything, (process, linux, mounts, annotations) => {
      const text = JSON.stringify({ ociVersion: '1.0.0', process, linux, mounts: [mounts], annotations })
      const { value: found, notices } = containersOf(ociRuntime, text, 'config.json')
      expect(notices).toEqual([])
      for (const each of found)
        for (const [path, fact] of allFacts(each.facts)) expect([path, fact.place.line]).toEqual([path, 1])
    }),
    { numRuns: 300, seed: 7 },
  )
})
