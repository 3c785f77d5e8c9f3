/**
 * Against a real Podman: containers made with flags, inspected, and each fact compared with its flag. What `podman create` takes and what
 * the dialect of command lines reads is the same, so that both are compared in one go where Podman prints the command.
 * Skipped, with the reason, where Podman or gcc is absent (Debian: podman, runc, gcc); nothing is run, so that any machine will do.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { read } from '../../src/dialect/index.ts'
import { podmanInspect } from '../../src/dialect/podman-inspect.ts'
import { readText } from '../../src/document/read.ts'
import type { Container } from '../../src/model/subject.ts'
import { factAt, valueAt } from '../support/facts.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-podman-'))
const podman = (...args: readonly string[]): string =>
  execFileSync(
    'podman',
    [
      '--root',
      join(folder, 'root'),
      '--runroot',
      join(folder, 'run'),
      '--storage-driver',
      'vfs',
      '--runtime',
      'runc',
      '--cgroup-manager',
      'cgroupfs',
      ...args,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
  ).trim()

function reasonToSkip(): string | undefined {
  try {
    if (process.getuid?.() !== 0) return 'this is not root'
    execFileSync('gcc', ['--version'], { stdio: 'ignore' })
    execFileSync('runc', ['--version'], { stdio: 'ignore' })
    podman('info', '--format', '{{.Version.Version}}')
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown reason'
  }
}
const skipped = reasonToSkip()
if (skipped !== undefined) console.log(`podman.test.ts is skipped: ${skipped}`)

const image = 'localhost/plimsoll-pause:1'
const DEFAULT = 'CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
  ' ',
)

/** Name, flags of `podman create`, what the facts must be; `/text/` is the reason of one that is not known. */
type Case = readonly [
  name: string,
  flags: readonly string[],
  facts: Readonly<Record<string, unknown>>,
  command?: readonly string[],
]
const CASES: readonly Case[] = [
  [
    'plain',
    [],
    {
      name: 'plain',
      'image.reference': image,
      privileged: false,
      readOnlyRootFilesystem: false,
      noNewPrivileges: false,
      init: false,
      'restart.policy': 'no',
      'user.name': '0',
      'namespaces.pid': 'own',
      'namespaces.network': 'own',
      'namespaces.uts': 'own',
      'namespaces.ipc': 'shareable',
      'capabilities.given': DEFAULT,
      'capabilities.add': [],
      'seccomp.kind': 'runtime-default',
      procMount: 'default',
      'resources.pids': 2048,
      'resources.memory': 0,
      'resources.cpu': 0,
      mounts: [],
      devices: [],
      ports: [],
      sysctls: [],
      entrypoint: [],
      command: ['/pause'],
      workingDirectory: '/',
      'health.check': false,
      runtime: 'runc',
    },
  ],
  [
    'privileged',
    ['--privileged'],
    {
      privileged: true,
      'seccomp.kind': 'unconfined',
      'apparmor.kind': 'unconfined',
      'selinux.disabled': true,
      masked: [],
      readOnlyPaths: [],
      procMount: 'unmasked',
    },
  ],
  [
    'cap-add',
    ['--cap-add', 'NET_ADMIN', '--cap-add', 'cap_sys_time'],
    {
      'capabilities.given': [...DEFAULT, 'NET_ADMIN', 'SYS_TIME'].sort(),
      'capabilities.add': ['NET_ADMIN', 'SYS_TIME'],
    },
  ],
  ['cap-drop', ['--cap-drop', 'all'], { 'capabilities.given': [], 'capabilities.add': [] }],
  [
    'cap-both',
    ['--cap-drop', 'all', '--cap-add', 'CHOWN', '--cap-add', 'NET_RAW'],
    { 'capabilities.given': ['CHOWN', 'NET_RAW'] },
  ],
  [
    'cap-user',
    ['--user', '1000', '--cap-drop', 'all', '--cap-add', 'CHOWN'],
    { 'capabilities.given': ['CHOWN'], 'capabilities.add': ['CHOWN'], 'user.name': '1000' },
  ],
  ['cap-user-none', ['--user', '1000'], { 'capabilities.given': DEFAULT, 'capabilities.add': [] }],
  [
    'user',
    ['--user', '1000:1001', '--group-add', '44', '--group-add', 'audio', '--workdir', '/app'],
    { 'user.name': '1000', 'user.group': '1001', 'user.supplementary': ['44', 'audio'], workingDirectory: '/app' },
  ],
  ['user-named', ['--user', 'app:staff'], { 'user.name': 'app', 'user.group': 'staff' }],
  ['keep-groups', ['--group-add', 'keep-groups'], { 'user.supplementary': ['keep-groups'] }],
  ['no-new-privileges', ['--security-opt', 'no-new-privileges'], { noNewPrivileges: true }],
  ['new-privileges', ['--security-opt', 'no-new-privileges=false'], { noNewPrivileges: false }],
  ['seccomp-off', ['--security-opt', 'seccomp=unconfined'], { 'seccomp.kind': 'unconfined', 'seccomp.name': '' }],
  // Podman's own file, written out.
  [
    'seccomp-default',
    ['--security-opt', 'seccomp=/usr/share/containers/seccomp.json'],
    { 'seccomp.kind': 'runtime-default', 'seccomp.name': '' },
  ],
  ['apparmor-off', ['--security-opt', 'apparmor=unconfined'], { 'apparmor.kind': 'unconfined' }],
  ['label-off', ['--security-opt', 'label=disable'], { 'selinux.disabled': true }],
  [
    'label',
    ['--security-opt', 'label=type:spc_t', '--security-opt', 'label=level:s0:c1,c2', '--security-opt', 'label=user:u'],
    { 'selinux.type': 'spc_t', 'selinux.level': 's0:c1,c2', 'selinux.user': 'u', 'selinux.disabled': false },
  ],
  ['unmask', ['--security-opt', 'unmask=ALL'], { masked: [], readOnlyPaths: [], procMount: 'unmasked' }],
  [
    'host',
    ['--pid', 'host', '--network', 'host', '--uts', 'host', '--cgroupns', 'host', '--userns', 'host'],
    {
      'namespaces.pid': 'host',
      'namespaces.network': 'host',
      'namespaces.uts': 'host',
      'namespaces.cgroup': 'host',
      'network.mode': 'host',
    },
  ],
  ['cgroupns', ['--cgroupns', 'private'], { 'namespaces.cgroup': 'own' }],
  ['ipc', ['--ipc', 'private'], { 'namespaces.ipc': 'own' }],
  ['ipc-none', ['--ipc', 'none'], { 'namespaces.ipc': 'none' }],
  ['network-none', ['--network', 'none'], { 'namespaces.network': 'none' }],
  [
    'uidmap',
    ['--uidmap', '0:100000:1000', '--gidmap', '0:200000:1000'],
    {
      'namespaces.user': 'own',
      uidMappings: [{ container: 0, host: 100_000, size: 1000 }],
      gidMappings: [{ container: 0, host: 200_000, size: 1000 }],
    },
  ],
  ['uidmap-root', ['--uidmap', '0:0:1', '--uidmap', '1:100000:1000'], { 'namespaces.user': 'host' }],
  [
    'read-only',
    ['--read-only'],
    {
      readOnlyRootFilesystem: true,
      'mounts[0].target': '/run',
      'mounts[0].kind': 'tmpfs',
      'mounts[0].readOnly': false,
    },
  ],
  ['read-only-all', ['--read-only', '--read-only-tmpfs=false'], { readOnlyRootFilesystem: true, mounts: [] }],
  ['tmpfs', ['--tmpfs', '/t:size=1m,noexec'], { 'mounts[0].kind': 'tmpfs', 'mounts[0].target': '/t' }],
  [
    'volume',
    ['-v', `${folder}:/a:ro,z,rslave`],
    {
      'mounts[0].kind': 'bind',
      'mounts[0].source': folder,
      'mounts[0].target': '/a',
      'mounts[0].readOnly': true,
      'mounts[0].propagation': 'rslave',
      'mounts[0].options': ['z', 'rbind'],
    },
  ],
  [
    'named-volume',
    ['--mount', 'type=volume,src=kept,dst=/v'],
    { 'mounts[0].kind': 'volume', 'mounts[0].source': 'kept', 'mounts[0].readOnly': false },
  ],
  [
    'image-mount',
    ['--mount', `type=image,src=${image},dst=/img`],
    { 'mounts[0].kind': 'image', 'mounts[0].readOnly': true },
  ],
  [
    'secret',
    ['--secret', 'cert', '--secret', 'token,type=env,target=TOKEN'],
    {
      'mounts[0].kind': 'secret',
      'mounts[0].target': '/run/secrets/cert',
      'environment[3].name': 'TOKEN',
      'environment[3].fromSecret': true,
    },
  ],
  [
    'device',
    ['--device', '/dev/null:/dev/blank:rw', '--device-cgroup-rule', 'c 1:5 r'],
    { devices: [{ source: '/dev/null', target: '/dev/blank', permissions: 'rw' }], deviceRules: ['c 1:5 r'] },
  ],
  [
    'sysctl',
    ['--sysctl', 'net.ipv4.ip_unprivileged_port_start=80'],
    { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }] },
  ],
  [
    'ulimit',
    ['--ulimit', 'nofile=512:1024'],
    { 'ulimits[0].name': 'nofile', 'ulimits[0].soft': 512, 'ulimits[0].hard': 1024 },
  ],
  [
    'ports',
    ['-p', '127.0.0.1:8080:80', '-p', '53:53/udp', '--expose', '9000'],
    {
      'ports[0].container': 53,
      'ports[0].protocol': 'udp',
      'ports[1].host': 8080,
      'ports[1].address': '127.0.0.1',
      'ports[2].container': 9000,
      'ports[2].published': false,
    },
  ],
  [
    'environment',
    ['-e', 'TOKEN=x', '-e', 'EMPTY='],
    {
      // Podman prints them in another order every time.
      environment: expect.arrayContaining([
        { name: 'TOKEN', value: 'x', fromSecret: false },
        { name: 'EMPTY', value: '', fromSecret: false },
      ]),
    },
  ],
  ['health', ['--health-cmd', '/pause check'], { 'health.check': true, 'probes[0].kind': 'command' }],
  ['no-health', ['--no-healthcheck'], { 'health.check': false }],
  [
    'limits',
    [
      '--memory',
      '256m',
      '--memory-reservation',
      '128m',
      '--memory-swap',
      '384m',
      '--cpus',
      '0.5',
      '--cpu-shares',
      '512',
      '--cpuset-cpus',
      '0',
      '--pids-limit',
      '100',
      '--oom-score-adj',
      '100',
      '--shm-size',
      '32m',
    ],
    {
      'resources.memory': 2 ** 28,
      'resources.memoryReservation': 2 ** 27,
      'resources.swap': 3 * 2 ** 27,
      'resources.cpu': 500,
      'resources.cpuShares': 512,
      'resources.cpuSet': '0',
      'resources.pids': 100,
      'resources.oomScoreAdjustment': 100,
      'resources.sharedMemory': 2 ** 25,
    },
  ],
  ['quota', ['--cpu-quota', '20000', '--cpu-period', '10000'], { 'resources.cpu': 2000 }],
  ['no-pids', ['--pids-limit', '-1'], { 'resources.pids': 0 }],
  ['oom', ['--oom-kill-disable', '--memory', '1m'], { 'resources.oomKillDisabled': true }],
  ['restart', ['--restart', 'on-failure:3'], { 'restart.policy': 'on-failure', 'restart.retries': 3 }],
  ['restart-always', ['--restart', 'always'], { 'restart.policy': 'always' }],
  ['log', ['--log-driver', 'none'], { 'logging.driver': 'none' }],
  ['cgroup-parent', ['--cgroup-parent', '/foo'], { cgroupParent: '/foo' }],
  [
    'entrypoint',
    ['--entrypoint', '["/bin/a", "b c"]'],
    { entrypoint: ['/bin/a', 'b c'], command: ['d', 'e'] },
    ['d', 'e'],
  ],
  ['entrypoint-alone', ['--entrypoint', '/bin/a'], { entrypoint: ['/bin/a'], command: [] }],
]

describe.skipIf(skipped !== undefined)('podman inspect', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'pause.c'), 'int pause(void);int main(){for(;;)pause();}')
    execFileSync('gcc', ['-static', '-w', '-o', join(folder, 'pause'), join(folder, 'pause.c')])
    execFileSync('tar', ['-C', folder, '-cf', join(folder, 'pause.tar'), 'pause'])
    podman('import', '-c', 'CMD ["/pause"]', join(folder, 'pause.tar'), image)
    for (const name of ['cert', 'token']) {
      writeFileSync(join(folder, name), 'x')
      podman('secret', 'create', name, join(folder, name))
    }
  }, 60_000)
  afterAll(() => {
    try {
      podman('rm', '-fa')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)

  const found = (...names: readonly string[]): readonly Container[] => {
    const text = podman('inspect', '--type', 'container', ...names)
    const [root] = readText('podman.json', text).value.documents
    if (!root) throw new Error('Podman printed nothing')
    expect(podmanInspect.is(root)).toBe(true)
    const { value, notices } = read(podmanInspect, root)
    expect(notices).toEqual([])
    return value
  }

  it.each(CASES.map((each) => [each[0], each] as const))('%s', (_, [name, flags, facts, command = []]) => {
    podman('create', '--name', name, ...flags, image, ...command)
    const [container] = found(name)
    if (!container) throw new Error('no container')
    expect(Object.fromEntries(Object.keys(facts).map((row) => [row, valueAt(container, row)]))).toEqual(facts)
  })
  it('does not know what Podman does not print, where the command is not there', () => {
    podman('create', '--name', 'bare', '--ipc', 'none', '--device', '/dev/null:/dev/x:r', image)
    const [whole] = JSON.parse(podman('inspect', 'bare')) as [{ Config: Record<string, unknown> }]
    delete whole.Config['CreateCommand']
    const [root] = readText('x.json', JSON.stringify([whole])).value.documents
    if (!root) throw new Error('nothing')
    const [container] = read(podmanInspect, root).value
    if (!container) throw new Error('no container')
    for (const row of ['masked', 'sysctls', 'deviceRules', 'namespaces.ipc', 'devices[0].permissions'])
      expect([row, factAt(container, row).how]).toEqual([row, 'unknown'])
  })
  it('says of an image that it is none', () => {
    const [root] = readText('x.json', podman('inspect', '--type', 'image', image)).value.documents
    if (!root) throw new Error('nothing')
    expect(podmanInspect.is(root)).toBe(true)
    expect(read(podmanInspect, root)).toMatchObject({
      value: [],
      notices: [{ id: 'podman-image-inspect', lost: false }],
    })
  })
  it('says of a pod that it holds none of its containers', () => {
    podman('pod', 'create', '--infra=false', '--name', 'shop')
    const [root] = readText('x.json', podman('pod', 'inspect', 'shop')).value.documents
    podman('pod', 'rm', 'shop')
    if (!root) throw new Error('nothing')
    expect(podmanInspect.is(root)).toBe(true)
    expect(read(podmanInspect, root)).toMatchObject({ value: [], notices: [{ id: 'podman-pod-inspect', lost: false }] })
  })
})
