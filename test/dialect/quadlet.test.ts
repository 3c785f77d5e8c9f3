/**
 * Quadlet: each key's fact and its line, the files that belong to a unit, and what breaks.
 * Against the generator itself: test/real/quadlet.test.ts.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { read } from '../../src/dialect/index.ts'
import { quadlet } from '../../src/dialect/quadlet.ts'
import { readUnit } from '../../src/document/systemd.ts'
import type { Node } from '../../src/document/node.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { Container } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { everyFact } from '../support/docker-facts.ts'
import { factAt, valueAt } from '../support/facts.ts'
import { check, missing, type Table } from './table.ts'

const nodeOf = (file: string, text: string): Node => {
  const [root] = readUnit(file, text).value.documents
  if (!root) throw new Error(`${file} holds nothing`)
  return root
}
type Texts = Readonly<Record<string, string>>
/** The containers of a unit, with other files by their path from its folder. */
function readIn(
  file: string,
  text: string,
  others: Texts = {},
): { value: readonly Container[]; notices: readonly Notice[] } {
  const files = new Map(Object.entries(others).map(([path, each]) => [path, nodeOf(path, each)]))
  return read(quadlet, nodeOf(file, text), files, { file, named: true, options: {} })
}
function one(text: string, others: Texts = {}, file = 'units/web.container'): Container {
  const { value } = readIn(file, text, others)
  expect(value).toHaveLength(1)
  const [found] = value
  if (!found) throw new Error('no container')
  return found
}
const unit = (...lines: readonly string[]): string => ['[Container]', 'Image=docker.io/web:1', ...lines, ''].join('\n')

/** A container with every key that a row hangs on: the fact, and a piece of the line that says it. */
const FULL = `[Unit]
Description=All of it
StartLimitBurst=4

[Container]
ContainerName=web
Image=docker.io/web:1
Pull=newer
Entrypoint=["/bin/web", "-v"]
Exec=--port "80 80" a\\x20b
WorkingDir=/srv
User=app
Group=staff
GroupAdd=audio
GroupAdd=44
ReadOnly=yes
RunInit=on
NoNewPrivileges=1
SeccompProfile=/etc/web.json
AppArmor=web
SecurityLabelDisable=false
SecurityLabelType=web_t
SecurityLabelLevel=s0:c1,c2
DropCapability=all
AddCapability=CAP_CHOWN kill
Network=back
UIDMap=0:100000:1000
GIDMap=0:200000:1000
Volume=/srv/data:/data:ro,rslave
Mount=type=tmpfs,tmpfs-size=1m,destination=/memory
Tmpfs=/tmp:noexec
Secret=cert
Secret=token,type=env,target=TOKEN
AddDevice=-/dev/fuse:/dev/f:r
Sysctl=net.core.somaxconn=1024
Ulimit=nofile=10:20
PublishPort=127.0.0.1:8080:80/udp
ExposeHostPort=90
Environment="A=b c" D=e
HealthCmd=/bin/web check
Memory=256m
PidsLimit=64
ShmSize=32m
LogDriver=none
Mask=/proc/cpuinfo
Unmask=/proc/kcore
CgroupsMode=split
PodmanArgs=--privileged=false --platform linux/amd64 --ipc=private --pid=private --uts=private
PodmanArgs=--cgroupns=private --security-opt label=user:u --security-opt label=role:r
PodmanArgs=--device-cgroup-rule "c 1:5 r" --oom-score-adj 5 --blkio-weight 300
PodmanArgs=--cpu-shares 512 --storage-opt size=1g --oom-kill-disable --runtime runsc --cgroup-parent /x

[Service]
Restart=on-abnormal
CPUQuota=50%
AllowedCPUs=0-1
MemoryLow=64M
MemorySwapMax=0
`
const BASIC: Table = {
  name: ['web', 'set', 'ContainerName'],
  os: ['linux', 'set', '--platform'],
  'image.reference': ['docker.io/web:1', 'set', 'Image='],
  'image.pull': ['always', 'set', 'Pull='],
  entrypoint: [['/bin/web', '-v'], 'set', 'Entrypoint='],
  command: [['--port', '80 80', 'a b'], 'set', 'Exec='],
  workingDirectory: ['/srv', 'set', 'WorkingDir='],
  privileged: [false, 'set', 'PodmanArgs=--privileged=false'],
  readOnlyRootFilesystem: [true, 'set', 'ReadOnly='],
  noNewPrivileges: [true, 'set', 'NoNewPrivileges='],
  init: [true, 'set', 'RunInit='],
  'restart.policy': ['on-failure', 'set', 'Restart='],
  'restart.retries': [4, 'set', 'StartLimitBurst='],
  'user.name': ['app', 'set', 'User='],
  'user.group': ['staff', 'set', 'Group='],
  'user.supplementary': [['audio', '44'], 'set', 'GroupAdd=audio'],
  'user.groupsPolicy': ['merge', 'default', '[Container]'],
  'user.mustBeNonRoot': [false, 'default', '[Container]'],
  'namespaces.pid': ['own', 'set', '--pid=private'],
  'namespaces.ipc': ['own', 'set', '--ipc=private'],
  'namespaces.network': ['own', 'set', 'Network='],
  'namespaces.uts': ['own', 'set', '--uts=private'],
  'namespaces.user': ['own', 'set', 'UIDMap='],
  'namespaces.cgroup': ['own', 'set', '--cgroupns=private'],
  'namespaces.mount': ['own', 'default', '[Container]'],
  'namespaces.time': ['host', 'default', '[Container]'],
  'network.mode': ['back', 'set', 'Network='],
  'network.names': [['back'], 'set', 'Network='],
  uidMappings: [[{ container: 0, host: 100000, size: 1000 }], 'set', 'UIDMap='],
  gidMappings: [[{ container: 0, host: 200000, size: 1000 }], 'set', 'GIDMap='],
  'capabilities.add': [['CHOWN', 'KILL'], 'set', 'AddCapability='],
  'capabilities.drop': [['ALL'], 'set', 'DropCapability='],
  'capabilities.ambient': [[], 'default', '[Container]'],
  'capabilities.initialPermitted': [[], 'default', '[Container]'],
  'capabilities.initialInheritable': [[], 'default', '[Container]'],
  'capabilities.given': [
    'CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
    'default',
    '[Container]',
  ],
  'seccomp.kind': ['profile', 'set', 'SeccompProfile='],
  'seccomp.name': ['/etc/web.json', 'set', 'SeccompProfile='],
  'seccomp.text': ['', 'default', 'SeccompProfile='],
  'apparmor.kind': ['profile', 'set', 'AppArmor='],
  'apparmor.name': ['web', 'set', 'AppArmor='],
  'selinux.disabled': [false, 'default', 'SecurityLabelType='],
  'selinux.user': ['u', 'set', 'label=user:u'],
  'selinux.role': ['r', 'set', 'label=role:r'],
  'selinux.type': ['web_t', 'set', 'SecurityLabelType='],
  'selinux.level': ['s0:c1,c2', 'set', 'SecurityLabelLevel='],
  'mounts[0].kind': ['bind', 'set', 'Volume='],
  'mounts[0].type': ['bind', 'set', 'Volume='],
  'mounts[0].source': ['/srv/data', 'set', 'Volume='],
  'mounts[0].target': ['/data', 'set', 'Volume='],
  'mounts[0].readOnly': [true, 'set', 'Volume='],
  'mounts[0].propagation': ['rslave', 'set', 'Volume='],
  'mounts[0].options': [['ro', 'rslave'], 'set', 'Volume='],
  'mounts[1].target': ['/memory', 'set', 'Mount='],
  'mounts[2].target': ['/tmp', 'set', 'Tmpfs='],
  'mounts[3].kind': ['secret', 'set', 'Secret=cert'],
  'devices[0].source': ['/dev/fuse', 'set', 'AddDevice='],
  'devices[0].target': ['/dev/f', 'set', 'AddDevice='],
  'devices[0].permissions': ['r', 'set', 'AddDevice='],
  deviceRules: [['c 1:5 r'], 'set', '--device-cgroup-rule'],
  sysctls: [[{ name: 'net.core.somaxconn', value: '1024' }], 'set', 'Sysctl='],
  ulimits: [[{ name: 'nofile', soft: 10, hard: 20 }], 'set', 'Ulimit='],
  'ports[0].container': [80, 'set', 'PublishPort='],
  'ports[0].published': [true, 'set', 'PublishPort='],
  'ports[0].host': [8080, 'set', 'PublishPort='],
  'ports[0].address': ['127.0.0.1', 'set', 'PublishPort='],
  'ports[0].protocol': ['udp', 'set', 'PublishPort='],
  'ports[1].published': [false, 'default', 'ExposeHostPort='],
  'environment[0].name': ['A', 'set', 'Environment='],
  'environment[0].value': ['b c', 'set', 'Environment='],
  'environment[0].fromSecret': [false, 'default', 'Environment='],
  'environment[1].value': ['e', 'set', 'Environment='],
  'environment[2].fromSecret': [true, 'set', 'Secret=token'],
  'health.check': [true, 'set', 'HealthCmd='],
  'health.readiness': [false, 'default', '[Container]'],
  'health.liveness': [false, 'default', '[Container]'],
  'probes[0].kind': ['command', 'set', 'HealthCmd='],
  'probes[0].host': ['', 'default', 'HealthCmd='],
  'resources.memory': [256 * 2 ** 20, 'set', 'Memory='],
  'resources.memoryReservation': [64 * 2 ** 20, 'derived', 'MemoryLow='],
  'resources.swap': [256 * 2 ** 20, 'derived', 'MemorySwapMax='],
  'resources.cpu': [500, 'derived', 'CPUQuota='],
  'resources.cpuReservation': [0, 'default', '[Container]'],
  'resources.cpuShares': [512, 'set', '--cpu-shares'],
  'resources.cpuSet': ['0-1', 'derived', 'AllowedCPUs='],
  'resources.pids': [64, 'set', 'PidsLimit='],
  'resources.ioWeight': [300, 'set', '--blkio-weight'],
  'resources.ephemeralStorage': [2 ** 30, 'set', '--storage-opt'],
  'resources.oomKillDisabled': [true, 'set', '--oom-kill-disable'],
  'resources.oomScoreAdjustment': [5, 'set', '--oom-score-adj'],
  'resources.sharedMemory': [32 * 2 ** 20, 'set', 'ShmSize='],
  procMount: ['default', 'default', 'SecurityLabelType='],
  cgroupParent: ['/x', 'set', '--cgroup-parent'],
  runtime: ['runsc', 'set', '--runtime'],
  'logging.driver': ['none', 'set', 'LogDriver='],
  'serviceAccount.name': ['', 'default', '[Container]'],
  'serviceAccount.token': [false, 'default', '[Container]'],
  'windows.hostProcess': [false, 'default', '[Container]'],
  'windows.userName': ['', 'default', '[Container]'],
  'windows.credentialSpec': ['', 'default', '[Container]'],
  'podSecurity.enforce': ['none', 'default', '[Container]'],
  'podSecurity.version': ['', 'default', '[Container]'],
  nesting: [false, 'default', '[Container]'],
  declarations: [[], 'default', '[Container]'],
  role: ['main', 'default', '[Container]'],
}

describe('every row', () => {
  const container = one(FULL)
  it.each(Object.entries(BASIC))('%s', (path, expectation) => {
    check(FULL, container, path, expectation)
  })
  it('is spoken of', () => {
    expect(missing(BASIC, LISTS).filter((path) => !path.startsWith('declarations[]'))).toEqual([])
  })
  it('hides and shows paths', () => {
    expect(valueAt(container, 'masked')).not.toContain('/proc/kcore')
    expect(valueAt(container, 'masked')).toContain('/proc/cpuinfo')
    expect(valueAt(container, 'readOnlyPaths')).toContain('/proc/sys')
  })
})
const LISTS: Table = {
  masked: [[], 'set', ''],
  readOnlyPaths: [[], 'set', ''],
  'namespaces.pidOf': ['', 'default', ''],
  'namespaces.ipcOf': ['', 'default', ''],
  'namespaces.networkOf': ['', 'default', ''],
  'namespaces.userOf': ['', 'default', ''],
}

/** Lines of a unit, a row, and what is said of it; a pattern is the reason of what is not known. */
type Case = readonly [lines: readonly string[], row: string, value: unknown, how?: string]
const CASES: readonly Case[] = [
  [[], 'name', 'systemd-web', 'set'],
  [['ServiceName=shop'], 'name', 'systemd-shop', 'set'],
  [['ContainerName=%p-%N'], 'name', 'web-web', 'set'],
  [['ContainerName=%H'], 'name', /%H \(the name of the host\)/],
  [['ContainerName=100%%'], 'name', '100%', 'set'],
  [['ContainerName="quoted name"'], 'name', 'quoted name', 'set'],
  [[], 'namespaces.user', /root runs Podman/],
  [['UserNS=auto:size=100'], 'namespaces.user', 'own', 'set'],
  [['UserNS=host'], 'namespaces.user', 'host', 'set'],
  [['UserNS=keep-id'], 'user.name', /whoever starts it/],
  [['RemapUsers=auto', 'RemapUid=0:1:1'], 'namespaces.user', 'own', 'set'],
  [['RemapUsers=manual', 'RemapUid=0:5:1'], 'uidMappings', [{ container: 0, host: 5, size: 1 }], 'set'],
  // A list is emptied by an empty value, and the last of the others counts.
  [['AddCapability=SYS_ADMIN', 'AddCapability='], 'capabilities.add', [], 'default'],
  [['AddCapability=SYS_ADMIN', 'AddCapability=', 'AddCapability=CHOWN'], 'capabilities.add', ['CHOWN'], 'set'],
  [['NoNewPrivileges=yes', 'NoNewPrivileges=no'], 'noNewPrivileges', false, 'default'],
  // Quadlet takes four words for yes, and all others for no; systemd would take more.
  [['NoNewPrivileges=y'], 'noNewPrivileges', false, 'default'],
  [['ReadOnly=TRUE'], 'readOnlyRootFilesystem', true, 'set'],
  [['ReadOnly=t'], 'readOnlyRootFilesystem', false, 'set'],
  // Keys mind capitals.
  [['readonly=true'], 'readOnlyRootFilesystem', false, 'default'],
  [['PodmanArgs=--privileged'], 'privileged', true, 'set'],
  [['PodmanArgs=--privileged'], 'seccomp.kind', 'unconfined', 'derived'],
  [['PodmanArgs=--privileged', 'PodmanArgs='], 'privileged', false, 'default'],
  // What comes later on the command line counts.
  [['ReadOnly=true', 'PodmanArgs=--read-only=false'], 'readOnlyRootFilesystem', false, 'set'],
  [['PodmanArgs=%h --privileged'], 'privileged', /%h/],
  [['PodmanArgs=$OPTIONS'], 'privileged', /\$OPTIONS/],
  [['PodmanArgs=$OPTIONS'], 'mounts', /\$OPTIONS/],
  [['SecurityLabelDisable=true'], 'selinux.disabled', true, 'set'],
  [['Network=host'], 'namespaces.network', 'host', 'set'],
  [['Network=db.container'], 'namespaces.network', /db\.container/],
  [['Volume=%h/data:/data'], 'mounts[0].kind', 'bind', 'set'],
  [['Volume=%h/data:/data'], 'mounts[0].source', /%h \(the home directory/],
  [['Volume=%h/data:/data'], 'mounts[0].target', '/data', 'set'],
  [['Volume=%t/podman/podman.sock:/var/run/docker.sock'], 'mounts[0].source', /%t/],
  [['Volume=/data'], 'mounts[0].kind', 'volume', 'set'],
  [['Volume=:/data'], 'mounts[0].target', '/data', 'set'],
  [['Volume=./conf:/conf:Z'], 'mounts[0].source', './conf', 'set'],
  [['VolatileTmp=yes'], 'mounts[0].target', '/tmp', 'set'],
  [['ReadOnly=yes', 'VolatileTmp=yes'], 'mounts', [], 'default'],
  [['Environment=A=1 B=2', 'Environment=A=3'], 'environment[0].value', '3', 'set'],
  [['Environment=\'A=x y\' "B=\\"z\\""'], 'environment[1].value', '"z"', 'set'],
  [['Environment=ONLY'], 'environment[0].fromSecret', true, 'set'],
  [['Environment=A=${TOKEN}'], 'environment[0].value', /\$\{TOKEN\}/],
  [['Environment=A=$$x'], 'environment[0].value', '$x', 'set'],
  [['Exec=sh -c "echo \\x41 \\u00e9"'], 'command', ['sh', '-c', 'echo A é'], 'set'],
  [['Exec=a \'b "c"\' d\\ne'], 'command', ['a', 'b "c"', 'd\ne'], 'set'],
  [['Exec=a \\', '  b \\', '# not this', '  c'], 'command', ['a', 'b', 'c'], 'set'],
  [['Entrypoint=/bin/a'], 'command', [], 'derived'],
  [['Entrypoint='], 'entrypoint', [], 'set'],
  [['Memory=64m', '[Service]', 'MemoryMax=1G'], 'resources.memory', 64 * 2 ** 20, 'set'],
  [['Memory=64m', '[Service]', 'MemoryMax=1M'], 'resources.memory', 2 ** 20, 'derived'],
  [['[Service]', 'MemoryMax=1.5G'], 'resources.memory', 1.5 * 2 ** 30, 'derived'],
  [['[Service]', 'MemoryMax=infinity'], 'resources.memory', 0, 'derived'],
  [['[Service]', 'MemoryMax=20%'], 'resources.memory', /20% of the memory/],
  [['CgroupsMode=enabled', '[Service]', 'MemoryMax=1M'], 'resources.memory', 0, 'default'],
  [['CgroupsMode=no-conmon', '[Service]', 'TasksMax=5'], 'resources.pids', 2048, 'default'],
  [['CgroupsMode=%i', '[Service]', 'TasksMax=5'], 'resources.pids', 5, 'derived'],
  [['[Service]', 'TasksMax=5'], 'resources.pids', 5, 'derived'],
  [['[Service]', 'TasksMax=5000'], 'resources.pids', 2048, 'default'],
  [['[Service]', 'TasksMax=infinity'], 'resources.pids', 2048, 'default'],
  [['PidsLimit=-1', '[Service]', 'TasksMax=9'], 'resources.pids', 9, 'derived'],
  [['PidsLimit=0'], 'resources.pids', 0, 'set'],
  [['[Service]', 'CPUQuota=150%'], 'resources.cpu', 1500, 'derived'],
  [['[Service]', 'CPUQuota=many'], 'resources.cpu', /not a part of a processor/],
  [['[Service]', 'Restart=always'], 'restart.policy', 'always', 'set'],
  [['[Service]', 'Restart=on-success'], 'restart.policy', /on-success/],
  [['[Service]', 'Restart=often'], 'restart.policy', /"often"/],
  [['PodmanArgs=--restart=no', '[Service]', 'Restart=always'], 'restart.policy', 'no', 'set'],
  [['[Service]', 'Restart=always'], 'restart.retries', 5, 'derived'],
  [['[Service]', 'Restart=always', '[Unit]', 'StartLimitIntervalSec=0'], 'restart.retries', 0, 'derived'],
  [['[Service]', 'Restart=always', 'StartLimitBurst=many'], 'restart.retries', /"many"/],
  [['[Service]', 'StartLimitBurst=3'], 'restart.retries', 0, 'default'],
  [['SeccompProfile=/usr/share/containers/seccomp.json'], 'seccomp.kind', 'runtime-default', 'set'],
  [['HealthCmd=none'], 'health.check', false, 'set'],
  [[], 'health.check', /left to the image/],
  [['Memory=lots'], 'resources.memory', /not a size/],
  [['PidsLimit=many'], 'resources.pids', /not a whole number/],
  [['PublishPort=x:y'], 'ports[0].container', /not a port/],
  [['UIDMap=all'], 'uidMappings[0].host', /not container:host:size/],
  [['Sysctl=nothing'], 'sysctls[0].name', /name=value/],
  [['Ulimit=nofile'], 'ulimits[0].soft', /soft:hard/],
]
describe('keys', () => {
  it.each(CASES.map((each) => [JSON.stringify(each.slice(0, 2)), each] as const))(
    '%s',
    (_, [lines, row, value, how]) => {
      const found = one(unit(...lines))
      const fact = factAt(found, row)
      if (value instanceof RegExp) expect(fact.how === 'unknown' ? fact.because : valueAt(found, row)).toMatch(value)
      else expect(valueAt(found, row)).toEqual(value)
      if (how !== undefined) expect(fact.how).toBe(how)
    },
  )
})

describe('units that belong together', () => {
  it('knows the volume by the name that Podman gives it, and a path of the host that it binds', () => {
    const text = unit(
      'Volume=data.volume:/a',
      'Volume=cache.volume:/b:ro',
      'Mount=type=volume,source=bound.volume,dst=/c',
    )
    const found = one(text, {
      'data.volume': '[Volume]\n',
      'cache.volume': '[Volume]\nVolumeName=kept\n',
      'bound.volume': '[Volume]\nDevice=/etc\nType=none\nOptions=bind\n',
    })
    expect(valueAt(found, 'mounts')).toMatchObject([
      { kind: 'volume', source: 'systemd-data' },
      { kind: 'volume', source: 'kept', readOnly: true },
      { kind: 'bind', source: '/etc', target: '/c' },
    ])
    expect(factAt(found, 'mounts[2].source').place).toMatchObject({ file: 'bound.volume', line: 2 })
  })
  it('does not know what a unit that is not here is called', () => {
    const found = one(unit('Volume=data.volume:/a'))
    expect(factAt(found, 'mounts[0].source')).toMatchObject({
      how: 'unknown',
      because: expect.stringMatching(/data\.volume/),
    })
    expect(valueAt(found, 'mounts[0].target')).toBe('/a')
  })
  it('takes the network of another container, and of a unit', () => {
    const found = one(unit('Network=db.container', 'Network=back.network:ip=10.0.0.2'), {
      'db.container': '[Container]\nImage=db\n',
      'back.network': '[Network]\nNetworkName=behind\n',
    })
    expect(valueAt(found, 'namespaces.network')).toBe('container')
    expect(valueAt(found, 'namespaces.networkOf')).toBe('systemd-db')
    expect(valueAt(found, 'network.names')).toEqual(['behind'])
  })
  it('takes the image of an .image and of a .build, with its Dockerfile', () => {
    const image = one('[Container]\nImage=web.image\n', {
      'web.image': '[Image]\nImage=quay.io/web:2\nImageTag=localhost/web:2\n',
    })
    expect(valueAt(image, 'image.reference')).toBe('localhost/web:2')
    const built = one('[Container]\nImage=web.build\n', {
      'web.build':
        '[Build]\nImageTag=localhost/web\nFile=docker/Containerfile\nSetWorkingDirectory=unit\nTarget=run\nBuildArg=A=1 B\n',
    })
    expect(valueAt(built, 'image.reference')).toBe('localhost/web')
    expect(built.build).toEqual({
      file: 'units/docker/Containerfile',
      stage: 'run',
      args: new Map([
        ['A', '1'],
        ['B', null],
      ]),
    })
  })
  it('finds the Containerfile in the context of a .build without File=', () => {
    const context = (lines: string): string | undefined =>
      one('[Container]\nImage=w.build\n', { 'w.build': `[Build]\nImageTag=w\n${lines}\n` }).build?.file
    expect(context('SetWorkingDirectory=unit')).toBe('units/Containerfile')
    expect(context('SetWorkingDirectory=./src/')).toBe('units/./src/Containerfile')
    expect(context('SetWorkingDirectory=/srv/src')).toBe('/srv/src/Containerfile')
    expect(context('File=/srv/Dockerfile')).toBe('/srv/Dockerfile')
    expect(context('SetWorkingDirectory=https://example.org/x.git')).toBeUndefined()
    expect(context('File=%h/Dockerfile')).toBeUndefined()
  })
  it('reads the environment of a template by its instance', () => {
    const text = unit('Environment=NAME=%i', 'Environment=UNIT=%n')
    const instance = one(text, {}, 'web@blue.container')
    expect(valueAt(instance, 'name')).toBe('systemd-web_blue')
    expect(valueAt(instance, 'environment')).toMatchObject([{ value: 'blue' }, { value: 'web@blue.service' }])
    const template = one(text, {}, 'web@.container')
    expect(factAt(template, 'environment[0].value').how).toBe('unknown')
    expect(factAt(template, 'name').how).toBe('unknown')
  })

  const POD = `[Pod]
PodName=shop
Network=host
UserNS=auto
PublishPort=443:8443
Volume=/srv:/srv
PodmanArgs=--share net,ipc --infra-name x --share-parent=false --shm-size=1g
`
  it('takes over what its pod says', () => {
    const found = one(unit('Pod=shop.pod', 'Volume=/own:/own'), { 'shop.pod': POD })
    expect(factAt(found, 'namespaces.network')).toMatchObject({
      how: 'inherited',
      value: 'host',
      place: { line: 3, file: 'shop.pod' },
    })
    expect(factAt(found, 'namespaces.user')).toMatchObject({ how: 'inherited', value: 'own', place: { line: 4 } })
    expect(valueAt(found, 'namespaces.ipc')).toBe('container')
    expect(valueAt(found, 'namespaces.uts')).toBe('own')
    expect(valueAt(found, 'ports')).toMatchObject([{ container: 8443, host: 443 }])
    expect(valueAt(found, 'mounts')).toMatchObject([{ target: '/own' }, { target: '/srv' }])
    expect(factAt(found, 'mounts[1].source').place).toMatchObject({ file: 'shop.pod', line: 6 })
    expect(factAt(found, 'resources.sharedMemory')).toMatchObject({ how: 'inherited', value: 2 ** 30 })
  })
  it('shares the namespaces of a pod that says nothing', () => {
    const found = one(unit('Pod=shop.pod'), { 'shop.pod': '[Pod]\n' })
    expect(valueAt(found, 'namespaces.network')).toBe('container')
    expect(valueAt(found, 'namespaces.networkOf')).toBe('systemd-shop')
    expect(valueAt(found, 'namespaces.pid')).toBe('own')
    expect(valueAt(found, 'ports')).toEqual([])
  })
  it('leaves a container what it says itself, and what its pod does not share', () => {
    const found = one(unit('Pod=shop.pod', 'PodmanArgs=--ipc=private'), {
      'shop.pod': '[Pod]\nNetwork=host\nPodmanArgs=--share=uts,pid --ipc=host\n',
    })
    expect(['ipc', 'network', 'uts', 'pid'].map((name) => valueAt(found, `namespaces.${name}`))).toEqual([
      'own',
      'own',
      'container',
      'container',
    ])
  })
  it('does not know the namespaces of a pod that is not here', () => {
    const found = one(unit('Pod=shop.pod'))
    expect(factAt(found, 'namespaces.network').how).toBe('unknown')
  })

  it('merges drop-ins by name, the closest of two of one name', () => {
    const found = one(
      unit('ReadOnly=true', 'AddCapability=CHOWN', 'Memory=1m'),
      {
        'container.d/20-all.conf': '[Container]\nNoNewPrivileges=true\nReadOnly=true\n',
        'shop-.container.d/30-some.conf': '[Container]\nAddCapability=KILL\n',
        'shop-web.container.d/20-all.conf': '[Container]\nReadOnly=false\n',
        'shop-web.container.d/10-first.conf': '[Container]\nMemory=2m\nAddCapability=\n[Service]\nRestart=always\n',
        'other.container.d/10-first.conf': '[Container]\nUser=nobody\n',
        'shop-web.container.d/deep/er.conf': '[Container]\nUser=nobody\n',
      },
      'shop-web.container',
    )
    expect(factAt(found, 'readOnlyRootFilesystem')).toMatchObject({
      value: false,
      place: { file: 'shop-web.container.d/20-all.conf', line: 2 },
    })
    // The farther one of the same name is not merged at all.
    expect(factAt(found, 'noNewPrivileges').how).toBe('default')
    expect(valueAt(found, 'capabilities.add')).toEqual(['KILL'])
    expect(valueAt(found, 'resources.memory')).toBe(2 * 2 ** 20)
    expect(valueAt(found, 'restart.policy')).toBe('always')
    expect(factAt(found, 'user.name').how).toBe('unknown')
  })
})

describe('files on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-quadlet-'))
  const put = (path: string, text: string): string => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  it('are all read: units, drop-ins of both, and what drop-ins name', async () => {
    const text = unit('Volume=data.volume:/data')
    const file = put('etc/containers/systemd/web.container', text)
    put('etc/containers/systemd/data.volume', '[Volume]\n')
    put('etc/containers/systemd/data.volume.d/name.conf', '[Volume]\nVolumeName=kept\n')
    put('etc/containers/systemd/web.container.d/10-pod.conf', '[Container]\nPod=shop.pod\n')
    put('etc/containers/systemd/web.container.d/notes.txt', 'not read')
    put('etc/containers/systemd/shop.pod', '[Pod]\nNetwork=host\n')
    const { containers, kinds, notices } = await readContainers({ file, text, named: true })
    expect({ kinds, notices }).toEqual({ kinds: ['quadlet'], notices: [] })
    const [found] = containers
    if (!found) throw new Error('no container')
    expect(valueAt(found, 'mounts')).toMatchObject([{ source: 'kept' }])
    expect(valueAt(found, 'namespaces.network')).toBe('host')
    // Root's folder: root runs Podman.
    expect(valueAt(found, 'namespaces.user')).toBe('host')
  })
  it('say by their folder who runs Podman', async () => {
    const user = async (path: string): Promise<unknown> => {
      const text = unit()
      const { containers } = await readContainers({ file: put(path, text), text, named: true })
      const [found] = containers
      return found && [valueAt(found, 'namespaces.user'), valueAt(found, 'apparmor.kind')]
    }
    expect(await user('home/me/.config/containers/systemd/a.container')).toEqual(['own', 'unconfined'])
    expect(await user('etc/containers/systemd/users/1000/a.container')).toEqual(['own', 'unconfined'])
    expect(await user('usr/share/containers/systemd/a.container')).toEqual(['host', 'runtime-default'])
    expect(await user('units/a.container')).toEqual([expect.stringMatching(/^unknown/), 'runtime-default'])
  })
  it('are missed where they are named and not there', async () => {
    const text = '[Container]\nImage=gone.build\n'
    const { notices } = await readContainers({ file: put('gone/web.container', text), text, named: true })
    expect(notices).toMatchObject([{ id: 'file-missing', lost: true, place: { line: 2 } }])
    rmSync(folder, { recursive: true })
  })
})

describe('notices', () => {
  const told = (text: string, file = 'x.container', others: Texts = {}): unknown =>
    readIn(file, text, others).notices.map(({ id, lost, place }) => [id, lost, place.line])
  it.each([
    ['a key that Quadlet does not know', unit('ReadOnlyRootfs=true'), [['quadlet-key-unknown', true, 3]]],
    ['capitals', unit('user=app'), [['quadlet-key-unknown', true, 3]]],
    ['an old key', unit('VolatileTmp=true'), []],
    ['keys of systemd', unit('[Service]', 'Anything=1', '[X-Mine]', 'a=b'), []],
    ['no image', '[Container]\nUser=1\n', [['quadlet-refused', false, 1]]],
    ['image and root file system', unit('Rootfs=/x'), [['quadlet-refused', false, 3]]],
    ['a group alone', unit('Group=staff'), [['quadlet-refused', false, 3]]],
    ['two ways to map', unit('UserNS=auto', 'RemapUsers=auto'), [['quadlet-refused', false, 4]]],
    ['a pod that is none', unit('Pod=shop'), [['quadlet-refused', false, 3]]],
    ['an option that Podman does not have', unit('PodmanArgs=--no-such-thing'), [['run-option-unknown', false, 3]]],
    ['a .kube', '[Kube]\nYaml=pod.yaml\n', [['quadlet-kube', false, 1]]],
    ['a .kube of the host’s network', '[Kube]\nYaml=pod.yaml\nNetwork=host\n', [['quadlet-kube', true, 1]]],
    ['a .kube that publishes', '[Kube]\nYaml=pod.yaml\nPublishPort=80:80\n', [['quadlet-kube', false, 1]]],
    ['a .kube without manifest', '[Kube]\nNetwork=host\n', [['quadlet-refused', false, 1]]],
  ] as const)('of %s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })
  it('tells of a .build without a tag', () => {
    expect(told('[Container]\nImage=a.build\n', 'x.container', { 'a.build': '[Build]\nFile=/x\n' })).toEqual([
      ['quadlet-refused', false, 2],
    ])
  })
  it('tells of a drop-in alone, and finds no container in it', () => {
    expect(readIn('web.container.d/10.conf', '[Container]\nImage=x\n')).toMatchObject({
      value: [],
      notices: [{ id: 'quadlet-drop-in', lost: false }],
    })
  })
  it.each([
    '[Pod]\nPublishPort=1:1\n',
    '[Volume]\n',
    '[Network]\nInternal=true\n',
    '[Image]\nImage=x\n',
    '[Build]\nImageTag=x\n',
  ])('%j holds no container, and nothing is lost', (text) => {
    const section = /\[(\w+)/.exec(text)?.[1]?.toLowerCase() ?? ''
    expect(readIn(`x.${section}`, text)).toEqual({ value: [], notices: [] })
  })
  it('keeps an image that PodmanArgs= bring for what Podman takes it for', () => {
    const found = one(unit('PodmanArgs=--rm other/image sh', 'Exec=-c ls'))
    expect(valueAt(found, 'image.reference')).toBe('other/image')
    expect(valueAt(found, 'command')).toEqual(['sh', 'docker.io/web:1', '-c', 'ls'])
  })
  it('runs a root file system', () => {
    const found = one('[Container]\nRootfs=/srv/root\nExec=/bin/x\n')
    expect(factAt(found, 'image.reference')).toMatchObject({
      how: 'unknown',
      because: expect.stringMatching(/root file system/),
    })
    expect(valueAt(found, 'command')).toEqual(['/bin/x'])
  })
})

describe('recognition', () => {
  const is = (text: string, file = 'x.conf'): boolean => quadlet.is(nodeOf(file, text))
  it.each([
    ['[Container]\nImage=x\n', true],
    ['[Unit]\nDescription=x\n[Container]\nImage=x\n', true],
    ['[Pod]\nPodName=x\n', true],
    ['[Kube]\nYaml=x\n', true],
    ['[Network]\nSubnet=10.0.0.0/8\n', true],
    ['[Service]\nExecStart=/x\n', false],
    ['[Exec]\nBoot=yes\n[Network]\nPrivate=yes\n', false],
    ['[Match]\nName=en*\n[Network]\nDHCP=yes\nDNS=1.1.1.1\n', false],
    ['[Build]\nIncremental=yes\n', false],
    ['[Network]\n', false],
  ])('%j: %s', (text, expected) => {
    expect(is(text)).toBe(expected)
  })
  it('takes an empty section where the file is called so', () => {
    expect(is('[Network]\n', 'back.network')).toBe(true)
    expect(is('[Container]\n', 'a.container')).toBe(true)
  })
})

describe('hostile input', () => {
  it('takes long files, many keys and many drop-ins in little time', () => {
    const text = unit(
      ...Array.from({ length: 50_000 }, (_, index) => `Label=a${index}=b`),
      `Exec=${'\\x41'.repeat(50_000)}`,
    )
    one(text)
    one(unit(`Exec=${'"'.repeat(100_000)}`, `Volume=${':'.repeat(10_000)}`, `PodmanArgs=${'-'.repeat(50_000)}`))
    one(unit(`Network=${'a-'.repeat(50_000)}x.network`, `Environment=${'%'.repeat(99_999)}`))
    readUnit('x', `[Container]\n${'[Container]\nImage=x\n'.repeat(50_000)}`)
    readUnit('x', `[A]\nb=${'\\\n'.repeat(100_000)}`)
    readUnit('x', `[A]\nb=${'\\'.repeat(200_000)}a\n`)
    expect(readUnit('x', `[A]\n${'nonsense\n'.repeat(50_000)}`).notices).toHaveLength(5)
  })
  it('never throws', () => {
    const key = fc.constantFrom(
      'Image',
      'Exec',
      'Volume',
      'Mount',
      'Network',
      'Pod',
      'User',
      'PodmanArgs',
      'Environment',
      'UIDMap',
      'RemapUsers',
      'Memory',
      'Secret',
      'PublishPort',
      'Sysctl',
      'Ulimit',
      'AddDevice',
      '__proto__',
      'constructor',
    )
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '',
        '%',
        '%%',
        '%i',
        '$X',
        '${X}',
        '\\',
        '"',
        "'",
        'a:b:c:d',
        'x.volume:/x',
        'x.pod',
        'x.network',
        'type=bind,src=x.volume,dst=',
        '--privileged',
        '-v',
        '--userns=keep-id:uid=1',
        '\uFFFC',
      ),
    )
    const section = fc.constantFrom('Container', 'Pod', 'Kube', 'Volume', 'Service', 'Unit', 'Build', '__proto__')
    const document = fc
      .array(fc.tuple(section, fc.array(fc.tuple(key, value), { maxLength: 8 })), { maxLength: 4 })
      .map((sections) =>
        sections.map(([name, keys]) => [`[${name}]`, ...keys.map(([k, v]) => `${k}=${v}`)].join('\n')).join('\n'),
      )
    fc.assert(
      fc.property(document, document, (text, other) => {
        const [root] = readUnit('x.container', text).value.documents
        const [second] = readUnit('x.volume', other).value.documents
        if (!root) return
        const files = new Map(
          second
            ? ['x.volume', 'x.pod', 'x.network', 'x.container.d/a.conf'].map((name) => [name, second] as const)
            : [],
        )
        quadlet.is(root)
        quadlet.wants?.(root, { file: 'x.container', named: true, options: {} })
        const { value, notices } = read(quadlet, root, files, { file: 'x.container', named: true, options: {} })
        expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        for (const { facts } of value) everyFact(facts)
      }),
      { numRuns: 500 },
    )
  })
})
