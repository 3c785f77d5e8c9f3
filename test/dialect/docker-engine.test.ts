/**
 * Against a real Docker Engine: containers made with flags, inspected, and each fact compared with its flag.
 * Skipped, with the reason, where no engine answers (`dockerd` of Debian's docker.io will do).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerInspect } from '../../src/dialect/docker-inspect.ts'
import { engineFormat } from '../../src/dialect/engine.ts'
import { factsOfNode } from '../support/engine.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import { expectFact, factAt, factsOf, plain, rootOf, type Got } from '../support/docker-facts.ts'

const docker = (...args: readonly string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 }).trim()

function reasonToSkip(): string | undefined {
  try {
    docker('info', '--format', '{{.ServerVersion}}')
    execFileSync('gcc', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown reason'
  }
}
const skipped = reasonToSkip()
if (skipped !== undefined) console.log(`docker-engine.test.ts is skipped: no engine or no C compiler (${skipped})`)

/** Names and tags of this run alone, so that runs side by side do not meet. */
const run = `plimsoll-test-${process.pid}`
const image = `${run}:1`

/** [name, flags of `docker create`, what the facts must be] */
type Case = readonly [string, readonly string[], { readonly [row: string]: unknown }]
const CASES: readonly Case[] = [
  [
    'plain',
    [],
    {
      privileged: false,
      noNewPrivileges: false,
      readOnlyRootFilesystem: false,
      'image.reference': image,
      os: 'linux',
      'user.name': '0',
      'restart.policy': 'no',
      'namespaces.pid': 'own',
      'namespaces.network': 'own',
      'namespaces.ipc': 'own',
      'seccomp.kind': 'runtime-default',
      'capabilities.add': [],
      'resources.memory': 0,
      'resources.cpu': 0,
      'resources.pids': 0,
      mounts: [],
      devices: [],
      procMount: 'default',
      entrypoint: [],
      command: ['/pause'],
      workingDirectory: '/srv',
      environment: [{ name: 'FROM_IMAGE', value: 'a=b', fromSecret: false }],
      ports: [{ container: 9000, published: false, host: 0, address: '', protocol: 'tcp' }],
      'health.check': false,
      'logging.driver': 'json-file',
    },
  ],
  [
    'user',
    ['--user', '1000:1001', '--group-add', '44', '--workdir', '/app', '--env', 'TOKEN=x', '--init'],
    {
      'user.name': '1000',
      'user.group': '1001',
      'user.supplementary': ['44'],
      workingDirectory: '/app',
      init: true,
      environment: [
        { name: 'TOKEN', value: 'x', fromSecret: false },
        { name: 'FROM_IMAGE', value: 'a=b', fromSecret: false },
      ],
    },
  ],
  ['group', ['--user', ':100'], { 'user.name': '0', 'user.group': '100' }],
  [
    'privileged',
    ['--privileged'],
    { privileged: true, masked: [], readOnlyPaths: [], procMount: 'unmasked', 'selinux.disabled': true },
  ],
  [
    'capabilities',
    ['--cap-add', 'sys_time', '--cap-add', 'CAP_NET_ADMIN', '--cap-drop', 'ALL'],
    { 'capabilities.add': ['NET_ADMIN', 'SYS_TIME'], 'capabilities.drop': ['ALL'] },
  ],
  [
    'security',
    [
      '--security-opt',
      'no-new-privileges',
      '--security-opt',
      'seccomp=unconfined',
      '--security-opt',
      'apparmor:mine',
      '--security-opt',
      'label=type:svirt_t',
      '--security-opt',
      'label=level:s0:c1',
      '--security-opt',
      'systempaths=unconfined',
    ],
    {
      noNewPrivileges: true,
      'seccomp.kind': 'unconfined',
      'apparmor.kind': 'profile',
      'apparmor.name': 'mine',
      'selinux.type': 'svirt_t',
      'selinux.level': 's0:c1',
      procMount: 'unmasked',
      masked: [],
      readOnlyPaths: [],
    },
  ],
  [
    'limits',
    [
      '--memory=64m',
      '--memory-reservation=32m',
      '--memory-swap=-1',
      '--cpus=1.5',
      '--cpu-shares=512',
      '--cpuset-cpus=0',
      '--pids-limit=100',
      '--oom-kill-disable',
      '--oom-score-adj=100',
      '--shm-size=1m',
      '--ulimit=nofile=100:200',
      '--cgroup-parent=/mine',
    ],
    {
      'resources.memory': 2 ** 26,
      'resources.memoryReservation': 2 ** 25,
      'resources.swap': -1,
      'resources.cpu': 1500,
      'resources.cpuShares': 512,
      'resources.cpuSet': '0',
      'resources.pids': 100,
      'resources.oomKillDisabled': true,
      'resources.oomScoreAdjustment': 100,
      'resources.sharedMemory': 2 ** 20,
      ulimits: [{ name: 'nofile', soft: 100, hard: 200 }],
      cgroupParent: '/mine',
    },
  ],
  [
    'quota',
    ['--cpu-quota=20000', '--cpu-period=10000', '--pids-limit=-1'],
    { 'resources.cpu': 2000, 'resources.pids': 0 },
  ],
  [
    'mounts',
    [
      '--volume=/etc:/e:ro,rslave',
      `--volume=${run}-data:/data`,
      '--volume=/anonymous',
      '--mount=type=bind,source=/usr,target=/u,readonly,bind-propagation=shared',
      '--mount=type=tmpfs,target=/t',
      '--tmpfs=/run:size=1m,noexec',
      '--read-only',
    ],
    {
      readOnlyRootFilesystem: true,
      'mounts by target': {
        '/e': { kind: 'bind', source: '/etc', readOnly: true, propagation: 'rslave' },
        '/data': { kind: 'volume', source: `${run}-data`, readOnly: false },
        '/anonymous': { kind: 'volume', readOnly: false },
        '/u': { kind: 'bind', source: '/usr', readOnly: true, propagation: 'shared' },
        '/t': { kind: 'tmpfs', source: '' },
        '/run': { kind: 'tmpfs', options: ['size=1m', 'noexec'] },
      },
    },
  ],
  [
    'ports',
    ['--publish=127.0.0.1:8080:80', '--publish=[::1]:8081:81/udp', '--publish=90', '--publish=7000-7001:70-71'],
    {
      ports: [
        { container: 70, published: true, host: 7000, address: '0.0.0.0', protocol: 'tcp' },
        { container: 71, published: true, host: 7001, address: '0.0.0.0', protocol: 'tcp' },
        { container: 80, published: true, host: 8080, address: '127.0.0.1', protocol: 'tcp' },
        { container: 81, published: true, host: 8081, address: '::1', protocol: 'udp' },
        { container: 90, published: true, host: 0, address: '0.0.0.0', protocol: 'tcp' },
        { container: 9000, published: false, host: 0, address: '', protocol: 'tcp' },
      ],
    },
  ],
  [
    'all-ports',
    ['--publish-all'],
    { ports: [{ container: 9000, published: true, host: 0, address: '0.0.0.0', protocol: 'tcp' }] },
  ],
  [
    'devices',
    ['--device=/dev/null:/dev/mine:r', '--device-cgroup-rule=c 1:3 mr', '--gpus=all'],
    {
      devices: [
        { source: '/dev/null', target: '/dev/mine', permissions: 'r' },
        { source: 'gpu', target: '', permissions: 'rwm' },
      ],
      deviceRules: ['c 1:3 mr'],
    },
  ],
  [
    'host',
    ['--pid=host', '--network=host', '--ipc=host', '--uts=host', '--userns=host', '--cgroupns=host'],
    {
      'namespaces.pid': 'host',
      'namespaces.network': 'host',
      'namespaces.ipc': 'host',
      'namespaces.uts': 'host',
      'namespaces.user': 'host',
      'namespaces.cgroup': 'host',
      'network.mode': 'host',
    },
  ],
  ['ipc', ['--ipc=shareable', '--network=none'], { 'namespaces.ipc': 'shareable', 'namespaces.network': 'none' }],
  [
    'joined',
    [`--pid=container:${run}-plain`, `--network=container:${run}-plain`],
    { 'namespaces.pid': 'container', 'namespaces.network': 'container', 'namespaces.pidOf': /./ },
  ],
  [
    'other',
    [
      '--restart=on-failure:3',
      '--sysctl=net.ipv4.ip_unprivileged_port_start=0',
      '--log-driver=none',
      '--health-cmd=true',
      '--entrypoint=/other',
    ],
    {
      'restart.policy': 'on-failure',
      'restart.retries': 3,
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
      'logging.driver': 'none',
      'health.check': true,
      entrypoint: ['/other'],
    },
  ],
  [
    'no-check',
    ['--no-healthcheck', '--restart=unless-stopped'],
    { 'health.check': false, 'restart.policy': 'unless-stopped' },
  ],
]

describe.skipIf(skipped !== undefined)('a real Docker Engine', () => {
  let got: Got
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-engine-'))
  const made: string[] = []
  beforeAll(() => {
    writeFileSync(join(folder, 'pause.c'), '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n')
    execFileSync('gcc', ['-static', '-Os', '-o', join(folder, 'pause'), join(folder, 'pause.c')])
    execFileSync('tar', ['-cf', join(folder, 'image.tar'), '-C', folder, 'pause'])
    const changes = ['CMD ["/pause"]', 'EXPOSE 9000', 'ENV FROM_IMAGE=a=b', 'WORKDIR /srv']
    docker('import', ...changes.flatMap((change) => ['--change', change]), join(folder, 'image.tar'), image)
    const profile = join(folder, 'seccomp.json')
    writeFileSync(profile, '{"defaultAction": "SCMP_ACT_ALLOW"}')
    const create = (name: string, flags: readonly string[]): void => {
      docker('create', '--name', `${run}-${name}`, ...flags, image)
      made.push(`${run}-${name}`)
    }
    for (const [name, flags] of CASES) create(name, flags)
    create('profile', ['--security-opt', `seccomp=${profile}`])
    create('started', ['--publish-all', '--read-only'])
    docker('start', `${run}-started`)
    got = factsOf(dockerInspect, docker('inspect', ...made))
  }, 120_000)
  afterAll(() => {
    if (made.length > 0) docker('rm', '--force', '--volumes', ...made)
    for (const clean of [
      ['volume', 'rm', '--force', `${run}-data`],
      ['image', 'rm', '--force', image],
    ])
      try {
        docker(...clean)
      } catch {
        // It was not made.
      }
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const of = (name: string): AnyFacts => got.of(`${run}-${name}`)

  it('recognises every container', () => {
    expect(got.ids).toEqual(made)
    expect(got.notices).toEqual([])
  })
  it.each(CASES.map(([name, flags, rows]) => ({ name, flags: flags.join(' '), rows })))(
    '$name: $flags',
    ({ name, rows }) => {
      const facts = of(name)
      for (const [row, value] of Object.entries(rows)) {
        if (row === 'mounts by target') {
          const list = plain(factAt(facts, 'mounts')) as readonly { readonly target: string }[]
          expect(Object.fromEntries(list.map((mount) => [mount.target, mount]))).toMatchObject(value as object)
          expect(list).toHaveLength(Object.keys(value as object).length)
        } else if (value instanceof RegExp) expect(plain(factAt(facts, row))).toMatch(value)
        else if (row === 'capabilities.add') expect([...(plain(factAt(facts, row)) as string[])].sort()).toEqual(value)
        else if (row === 'environment')
          expect(plain(factAt(facts, row))).toEqual(expect.arrayContaining([...(value as readonly unknown[])]))
        else expect([row, plain(factAt(facts, row))]).toEqual([row, value])
      }
    },
  )
  it('holds the text of a profile that a flag named', () => {
    expectFact(factAt(of('profile'), 'seccomp.kind'), 'profile', 'set')
    expect(JSON.parse(String(plain(factAt(of('profile'), 'seccomp.text'))))).toEqual({
      defaultAction: 'SCMP_ACT_ALLOW',
    })
  })
  it('has the port that the engine picked for a container that runs', () => {
    const ports = plain(factAt(of('started'), 'ports')) as readonly {
      readonly host: number
      readonly container: number
    }[]
    expect(ports.length).toBeGreaterThan(0)
    for (const port of ports) {
      expect(port).toMatchObject({ container: 9000, published: true })
      expect(port.host).toBeGreaterThan(1023)
    }
  })
  it('says of itself what docker info prints', () => {
    const root = rootOf(docker('info', '--format', '{{json .}}'))
    expect(engineFormat(root)?.name).toBe('info')
    const facts = factsOfNode(root)
    expect(plain(factAt(facts, 'version'))).toBe(docker('info', '--format', '{{.ServerVersion}}'))
    expect(String(plain(factAt(facts, 'cgroupVersion')))).toBe(docker('info', '--format', '{{.CgroupVersion}}'))
    expect(plain(factAt(facts, 'runtime'))).toBe(docker('info', '--format', '{{.DefaultRuntime}}'))
    expect(plain(factAt(facts, 'logDriver'))).toBe(docker('info', '--format', '{{.LoggingDriver}}'))
    expect(plain(factAt(facts, 'apparmor'))).toBe(
      docker('info', '--format', '{{.SecurityOptions}}').includes('apparmor'),
    )
  })
})
