import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nspawn } from '../../src/dialect/nspawn.ts'
import { callsOf, setNames } from '../../src/dialect/nspawn/syscall-set.ts'
import { read as readDialect } from '../../src/dialect/index.ts'
import { readUnit } from '../../src/document/systemd.ts'
import type { Node } from '../../src/document/node.ts'
import type { Container } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { factAt, valueAt } from '../support/facts.ts'

const FILE = '/nowhere/etc/systemd/nspawn/web.nspawn'
const read = (text: string, file = FILE) => readContainers({ file, text, named: true })
async function web(text: string, file?: string): Promise<Container> {
  const [found] = (await read(text, file)).containers
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

/** [section, lines (line 2 on), row, value or reason, how, line] */
type Case = readonly [string, string, string, unknown, string?, number?]
const CASES: readonly Case[] = [
  ['Exec', 'Boot=yes', 'name', 'web', 'set'],
  ['Exec', 'Boot=yes', 'role', 'system', 'set', 2],
  ['Exec', 'Boot=no', 'role', 'main', 'set', 2],
  ['Exec', 'Ephemeral=yes', 'role', 'system', 'default'],
  ['Exec', 'ProcessTwo=yes', 'init', true, 'set', 2],
  ['Exec', 'ProcessTwo=yes', 'role', 'main', 'default'],
  ['Exec', 'Boot=maybe', 'role', /neither yes nor no/],
  ['Exec', 'Boot=no\nParameters=/bin/web "a b" c', 'command', ['/bin/web', 'a b', 'c'], 'set', 3],
  ['Exec', 'User=app', 'user.name', 'app', 'set', 2],
  ['Exec', 'WorkingDirectory=/srv', 'workingDirectory', '/srv', 'set', 2],
  ['Exec', 'NoNewPrivileges=on', 'noNewPrivileges', true, 'set', 2],
  [
    'Exec',
    'Environment="A=b c" D=e',
    'environment',
    [
      { name: 'A', value: 'b c', fromSecret: false },
      { name: 'D', value: 'e', fromSecret: false },
    ],
    'set',
    2,
  ],
  [
    'Exec',
    'Environment=A=1\nEnvironment=\nEnvironment=B=2',
    'environment',
    [{ name: 'B', value: '2', fromSecret: false }],
    'set',
    4,
  ],
  ['Exec', 'Capability=CAP_SYS_TIME all', 'capabilities.add', ['SYS_TIME', 'ALL'], 'set', 2],
  ['Exec', 'DropCapability=CAP_MKNOD\nDropCapability=CAP_KILL', 'capabilities.drop', ['MKNOD', 'KILL'], 'set', 2],
  ['Exec', 'AmbientCapability=CAP_KILL', 'capabilities.ambient', ['KILL'], 'set', 2],
  ['Exec', 'Boot=yes', 'capabilities.given[26]', 'NET_ADMIN', 'default'],
  ['Exec', 'PrivateUsers=pick', 'namespaces.user', 'own', 'set', 2],
  ['Exec', 'Boot=yes', 'namespaces.user', 'own', 'default', 1],
  ['Exec', 'PrivateUsers=no', 'namespaces.user', 'host', 'set', 2],
  ['Exec', 'PrivateUsers=0', 'namespaces.user', 'host', 'set', 2],
  ['Exec', 'PrivateUsers=identity', 'namespaces.user', 'host', 'derived', 2],
  ['Exec', 'PrivateUsers=0:65536', 'namespaces.user', 'host', 'derived', 2],
  ['Exec', 'PrivateUsers=100000:65536', 'uidMappings', [{ container: 0, host: 100000, size: 65536 }], 'set', 2],
  ['Exec', 'PrivateUsers=100000', 'gidMappings[0].size', 65536],
  ['Exec', 'PrivateUsers=some', 'namespaces.user', /no range of ids/],
  ['Exec', 'SystemCallFilter=~@mount', 'seccomp.kind', 'runtime-default', 'set', 2],
  ['Exec', 'SystemCallFilter=@keyring', 'seccomp.kind', 'profile', 'set', 2],
  ['Exec', 'SystemCallFilter=@nonsense', 'seccomp.text', /set of calls that is not known/],
  ['Exec', 'Boot=yes', 'seccomp.kind', 'runtime-default', 'default'],
  ['Exec', 'LimitNOFILE=512:1024', 'ulimits', [{ name: 'nofile', soft: 512, hard: 1024 }], 'set', 2],
  ['Exec', 'LimitCORE=infinity', 'ulimits[0].soft', -1],
  ['Exec', 'OOMScoreAdjust=100', 'resources.oomScoreAdjustment', 100, 'set', 2],
  ['Exec', 'CPUAffinity=0-1', 'resources.cpuSet', '0-1', 'set', 2],
  ['Exec', 'Boot=yes', 'resources.pids', 16384, 'default'],
  ['Exec', 'Boot=yes', 'apparmor.kind', 'unconfined', 'default'],
  ['Exec', 'Boot=yes', 'namespaces.network', 'own', 'default'],
  ['Exec', 'Boot=yes', 'deviceRules[0]', '/dev/net/tun rwm', 'default'],
  ['Files', 'ReadOnly=yes', 'readOnlyRootFilesystem', true, 'set', 2],
  ['Files', 'Volatile=state', 'readOnlyRootFilesystem', true, 'set', 2],
  ['Files', 'Volatile=overlay', 'readOnlyRootFilesystem', false, 'default'],
  ['Files', 'Bind=/srv/data:/data:norbind', 'mounts[0].source', '/srv/data', 'set', 2],
  ['Files', 'Bind=/srv/data:/data:norbind', 'mounts[0].target', '/data'],
  ['Files', 'Bind=/srv/data:/data:norbind', 'mounts[0].options', ['norbind']],
  ['Files', 'Bind=/srv/data', 'mounts[0].target', '/srv/data'],
  ['Files', 'BindReadOnly=/etc/a\\:b:/c', 'mounts[0].source', '/etc/a:b'],
  ['Files', 'BindReadOnly=/etc/ssl', 'mounts[0].readOnly', true, 'set', 2],
  ['Files', 'Bind=+/var/x:/y', 'mounts[0].kind', 'other'],
  ['Files', 'Bind=/dev/dri', 'devices[0].source', '/dev/dri', 'set', 2],
  ['Files', 'BindUser=me', 'mounts[0].source', /home of the host/],
  ['Files', 'TemporaryFileSystem=/tmp:size=16m', 'mounts[0].kind', 'tmpfs', 'set', 2],
  ['Files', 'TemporaryFileSystem=/dev/shm:size=32m', 'resources.sharedMemory', 32 * 2 ** 20, 'set', 2],
  ['Files', 'Overlay=/a:/b:/c', 'mounts[0].source', '/b'],
  ['Files', 'Overlay=+/var::/var', 'mounts[0].kind', 'other'],
  ['Files', 'Inaccessible=/proc/cpuinfo', 'masked[0]', '/proc/cpuinfo', 'set', 2],
  ['Files', 'ReadOnly=no', 'masked[1]', '/proc/kcore', 'default'],
  ['Network', 'Private=no', 'namespaces.network', 'host', 'set', 2],
  ['Network', 'Private=no', 'capabilities.given[24]', 'SYS_TTY_CONFIG'],
  ['Network', 'Zone=shop\nPort=80', 'namespaces.network', 'own', 'set', 2],
  ['Network', 'Zone=shop', 'network.names', ['vz-shop'], 'set', 2],
  [
    'Network',
    'Port=udp:53:5353',
    'ports',
    [{ container: 5353, published: true, host: 53, address: '0.0.0.0', protocol: 'udp' }],
    'set',
    2,
  ],
  ['Network', 'Port=80', 'ports[0].container', 80],
  ['Network', 'Port=http', 'ports[0].host', /is no port/],
]
describe('nspawn: a line of a .nspawn file -> a fact', () => {
  it.for(CASES)('[%s] %j: %s', async ([section, lines, row, value, how, line]) => {
    expectFact(await web(`[${section}]\n${lines}\n`), row, value, how, line)
  })
})

/** [ExecStart= and other lines of [Service] (ExecStart on line 2), row, value, how, line] */
const UNITS: readonly (readonly [string, string, unknown, string?, number?])[] = [
  ['ExecStart=/usr/bin/systemd-nspawn -D /srv/x', 'namespaces.network', 'host', 'default', 2],
  ['ExecStart=/usr/bin/systemd-nspawn -D /srv/x', 'namespaces.user', 'host', 'default'],
  ['ExecStart=/usr/bin/systemd-nspawn -D /srv/x', 'role', 'main', 'default'],
  ['ExecStart=-@systemd-nspawn -bUnD /srv/x -M shop', 'role', 'system', 'set', 2],
  ['ExecStart=systemd-nspawn -bUnD /srv/x -M shop', 'namespaces.user', 'own', 'set', 2],
  ['ExecStart=systemd-nspawn -bUnD /srv/x -M shop', 'namespaces.network', 'own', 'set', 2],
  ['ExecStart=systemd-nspawn -bUnD /srv/x -M shop', 'name', 'shop'],
  [
    'ExecStart=systemd-nspawn -D /x --capability=CAP_SYS_TIME,CAP_NET_ADMIN',
    'capabilities.add',
    ['SYS_TIME', 'NET_ADMIN'],
    'set',
    2,
  ],
  ['ExecStart=systemd-nspawn --private-users --bind /a:/b -D /x /bin/web --bind=/no', 'namespaces.user', 'own'],
  [
    'ExecStart=systemd-nspawn --private-users --bind /a:/b -D /x /bin/web --bind=/no',
    'mounts',
    [{ kind: 'bind', type: 'bind', source: '/a', target: '/b', readOnly: false, propagation: 'rslave', options: [] }],
  ],
  [
    'ExecStart=systemd-nspawn --private-users --bind /a:/b -D /x /bin/web --bind=/no',
    'command',
    ['/bin/web', '--bind=/no'],
  ],
  ['ExecStart=systemd-nspawn -D /x --bind=%h/data:/data', 'mounts[0].source', /Bind holds %h/],
  ['ExecStart=systemd-nspawn -D /x --system-call-filter="~@mount bpf"', 'seccomp.kind', 'runtime-default', 'set', 2],
  ['ExecStart=systemd-nspawn -D /x --rlimit=RLIMIT_NOFILE=5:6', 'ulimits', [{ name: 'nofile', soft: 5, hard: 6 }]],
  ['ExecStart=systemd-nspawn -D /x --property=MemoryMax=1G', 'resources.memory', 2 ** 30, 'set', 2],
  [
    'ExecStart=systemd-nspawn -D /x --network-namespace-path=/run/netns/a',
    'namespaces.networkOf',
    '/run/netns/a',
    'set',
    2,
  ],
  ['ExecStart=systemd-nspawn -D /x -E A=b -p 80:8080 -u app', 'environment[0].name', 'A'],
  ['ExecStart=systemd-nspawn -D /x -E A=b -p 80:8080 -u app', 'ports[0].container', 8080],
  ['ExecStart=systemd-nspawn -D /x -E A=b -p 80:8080 -u app', 'user.name', 'app'],
  ['ExecStart=systemd-nspawn -D /x -Z a:b:c_t:s0', 'selinux.type', 'c_t'],
  ['ExecStart=systemd-nspawn -D /x --keep-unit', 'deviceRules', ['a *:* rwm'], 'default', 1],
  ['ExecStart=systemd-nspawn -D /x --keep-unit\nDevicePolicy=closed', 'deviceRules', [], 'set', 3],
  ['ExecStart=systemd-nspawn -D /x --keep-unit\nDeviceAllow=block-* rwm', 'deviceRules', ['b *:* rwm'], 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nMemoryMax=512M', 'resources.memory', 512 * 2 ** 20, 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nMemoryMax=infinity', 'resources.memory', 0, 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nMemoryMax=50%', 'resources.memory', /part of the memory/],
  ['ExecStart=systemd-nspawn -D /x\nMemoryMax=1M\nMemorySwapMax=1M', 'resources.swap', 2 * 2 ** 20],
  ['ExecStart=systemd-nspawn -D /x\nCPUQuota=150%', 'resources.cpu', 1500, 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nTasksMax=100', 'resources.pids', 100, 'set', 3],
  ['ExecStart=systemd-nspawn -D /x', 'resources.pids', /DefaultTasksMax/],
  ['ExecStart=systemd-nspawn -D /x\nRestart=on-abnormal', 'restart.policy', 'on-failure', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nAppArmorProfile=web', 'apparmor.name', 'web', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nSlice=shop.slice', 'cgroupParent', 'shop.slice', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nEnvironment=SYSTEMD_NSPAWN_SHARE_NS_PID=1 A=b', 'namespaces.pid', 'host', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nEnvironment=SYSTEMD_NSPAWN_SHARE_SYSTEM=1', 'namespaces.ipc', 'host', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nEnvironment=SYSTEMD_NSPAWN_USE_CGNS=0', 'namespaces.cgroup', 'host', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nEnvironment=SYSTEMD_NSPAWN_API_VFS_WRITABLE=1', 'procMount', 'unmasked', 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nEnvironment=SYSTEMD_NSPAWN_API_VFS_WRITABLE=1', 'readOnlyPaths', [], 'set', 3],
  ['ExecStart=systemd-nspawn -D /x\nEnvironment=SYSTEMD_SECCOMP=0', 'seccomp.kind', 'unconfined', 'set', 3],
]
describe('nspawn: units that run it', () => {
  it.for(UNITS)('%j: %s', async ([lines, row, value, how, line]) => {
    expectFact(await web(`[Service]\n${lines}\n`, '/nowhere/web.service'), row, value, how, line)
  })
  it('%i is the instance that the name of the unit says', async () => {
    const text = '[Service]\nExecStart=systemd-nspawn --machine=%i --bind=/srv/%i:/data\n'
    const found = await web(text, '/nowhere/systemd-nspawn@shop.service')
    expect(found.id).toBe('shop')
    expectFact(found, 'mounts[0].source', '/srv/shop')
    expectFact(await web(text, '/nowhere/systemd-nspawn@.service'), 'mounts[0].source', /%i/)
  })
  it('other units, network files and Quadlet are not ours', async () => {
    for (const [text, file] of [
      ['[Service]\nExecStart=/bin/echo systemd-nspawn\n', 'a.service'],
      ['[Match]\nName=eth0\n[Network]\nBridge=br0\n', 'a.network'],
      ['[Network]\nMACVLAN=mv\nDHCP=yes\n', 'a.network'],
      ['[Network]\nDriver=bridge\n', 'a.network'],
      ['[Container]\nImage=x\nExec=y\n', 'a.container'],
    ] as const)
      expect((await read(text, `/nowhere/${file}`)).containers.filter(({ dialect }) => dialect === 'nspawn')).toEqual(
        [],
      )
  })
})

describe('nspawn: several files of one container', () => {
  const nodeOf = (text: string, file: string): Node => {
    const [root] = readUnit(file, text).value.documents
    if (!root) throw new Error('there is no document')
    return root
  }
  const options = { named: true, options: {} }
  const LIMITS = '[Service]\nMemoryMax=1G\nDeviceAllow=\nDeviceAllow=/dev/fuse rw\n'
  const drop = 'etc/systemd/system/systemd-nspawn@web.service.d/limits.conf'

  it('the unit’s drop-ins say the limits of a .nspawn file', () => {
    const root = nodeOf('[Exec]\nBoot=yes\n', 'etc/systemd/nspawn/web.nspawn')
    const about = { ...options, file: 'etc/systemd/nspawn/web.nspawn' }
    expect(nspawn.wants?.(root, about).map(({ path, dropIns }) => [path, dropIns])).toEqual([
      ['../system/systemd-nspawn@web.service.d', true],
    ])
    const files = new Map([['../system/systemd-nspawn@web.service.d/limits.conf', nodeOf(LIMITS, drop)]])
    const [found] = readDialect(nspawn, root, files, about).value
    if (!found) throw new Error('there is no container')
    expectFact(found, 'resources.memory', 2 ** 30, 'set', 2)
    // The empty one takes back what the template allows.
    expectFact(found, 'deviceRules', ['/dev/fuse rw'], 'set', 4)
  })
  it('a drop-in alone is a container of the template', () => {
    const [found] = readDialect(nspawn, nodeOf(LIMITS, drop), new Map(), { ...options, file: drop }).value
    if (!found) throw new Error('there is no container')
    expect(found.id).toBe('web')
    expectFact(found, 'namespaces.user', 'own', 'default')
    expectFact(found, 'resources.memory', 2 ** 30, 'set', 2)
  })
  it('a drop-in beside a .nspawn file, or after another, is no container of its own', () => {
    const about = { ...options, file: drop }
    const other = nodeOf('[Service]\nTasksMax=5\n', 'etc/systemd/system/systemd-nspawn@web.service.d/a.conf')
    const root = nodeOf(LIMITS, drop)
    expect(readDialect(nspawn, root, new Map([['a.conf', other]]), about).value).toEqual([])
    const settings = nodeOf('[Exec]\nBoot=yes\n', 'x')
    expect(readDialect(nspawn, root, new Map([['../../nspawn/web.nspawn', settings]]), about).value).toEqual([])
  })
  it('what came with an image is not trusted', async () => {
    const { containers, notices } = await read(
      '[Exec]\nCapability=all\nDropCapability=CAP_KILL\nPrivateUsers=no\n',
      '/nowhere/var/lib/machines/web.nspawn',
    )
    const [found] = containers
    if (!found) throw new Error('there is no container')
    expect(notices.map(({ id, place }) => `${id}:${place.line}`)).toEqual(['nspawn-untrusted:2'])
    expectFact(found, 'capabilities.add', [], 'default')
    expectFact(found, 'capabilities.drop', ['KILL'], 'set')
    expectFact(found, 'namespaces.user', 'own', 'default')
  })
})

describe('nspawn: sets of system calls', () => {
  it('are those of systemd-analyze', (context) => {
    let text: string
    try {
      text = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager'], { encoding: 'utf8', stdio: 'pipe' })
    } catch {
      return context.skip('systemd-analyze is absent (package systemd)')
    }
    const printed = new Map<string, string[]>()
    let members: string[] = []
    // oxlint-disable-next-line no-control-regex -- its colours
    for (const line of text.replace(/\u001B\[[0-9;]*m/g, '').split('\n'))
      if (line.startsWith('@')) printed.set(line.trim(), (members = []))
      else if (line.startsWith('    ') && !line.trim().startsWith('#')) members.push(line.trim())
    printed.delete('@known')
    expect([...setNames()].sort()).toEqual([...printed.keys()].sort())
    const flat = (name: string): readonly string[] =>
      (printed.get(name) ?? []).flatMap((member) => (member.startsWith('@') ? flat(member) : [member]))
    for (const name of printed.keys())
      expect([...new Set(callsOf(name))].sort(), name).toEqual([...new Set(flat(name))].sort())
  })
})

describe('nspawn: hostile input', () => {
  const keys = [
    ...new Set(
      CASES.flatMap(([section, lines]) => lines.split('\n').map((line) => `${section} ${line.split('=')[0] ?? ''}`)),
    ),
  ]
  it('never throws, whatever the values are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...keys), fc.string({ unit: 'grapheme', maxLength: 40 })), { maxLength: 10 }),
        async (lines) => {
          const text = lines
            .map(
              ([key, value]) =>
                `[${key.split(' ')[0] ?? ''}]\n${key.split(' ')[1] ?? ''}=${value.replaceAll('\n', ' ')}`,
            )
            .join('\n')
          const { notices } = await read(`[Exec]\nBoot=yes\n${text}\n`)
          expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })
  it('never throws for a command line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 80 }), async (words) => {
        const { notices } = await read(
          `[Service]\nExecStart=systemd-nspawn ${words.replaceAll('\n', ' ')}\n`,
          '/nowhere/a.service',
        )
        expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
