import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKeyValue } from '../../src/document/keyvalue.ts'
import type { Node } from '../../src/document/node.ts'
import { read as readDialect } from '../../src/dialect/index.ts'
import { lxc } from '../../src/dialect/lxc.ts'
import type { Container } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { factAt, valueAt } from '../support/facts.ts'

const ROOT = 'lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs'
const IDMAP = 'lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536'
const COMMON = 'lxc.include = /usr/share/lxc/config/common.conf'

const read = (text: string, file = '/nowhere/web/config') => readContainers({ file, text, named: true })
async function web(text: string): Promise<Container> {
  const [value] = (await read(`${ROOT}\n${text}`)).containers
  if (!value) throw new Error('there is no container')
  return value
}

/** [lines below the root file system (line 2 on), row, plain value or reason, how, line] */
type Case = readonly [string, string, unknown, string?, number?]
const CASES: readonly Case[] = [
  ['lxc.uts.name = shop', 'name', 'shop', 'set', 2],
  ['', 'name', 'web', 'set', 1],
  ['lxc.utsname = shop', 'name', 'shop', 'set', 2],
  ['', 'os', 'linux', 'default'],
  ['', 'role', 'system', 'default'],
  ['lxc.init.cmd = /bin/web', 'role', 'main', 'set', 2],
  ['lxc.init.cmd = /sbin/init splash', 'role', 'system'],
  ['', 'image.reference', '', 'default'],
  ['', 'entrypoint', ['/sbin/init'], 'default'],
  ['lxc.init.cmd = /bin/web "a b"', 'entrypoint', ['/bin/web', 'a b'], 'set', 2],
  ['lxc.execute.cmd = /bin/job', 'entrypoint', ['/bin/job'], 'set', 2],
  [`lxc.init.cmd = /bin/web 'a`, 'entrypoint', /quote/],
  ['lxc.init.cwd = /srv', 'workingDirectory', '/srv', 'set', 2],
  ['lxc.init.uid = 1000', 'user.name', '1000', 'set', 2],
  ['lxc.init.uid = app', 'user.name', /not a number/],
  ['lxc.init.gid = 50', 'user.group', '50'],
  ['lxc.init.groups = 10,20', 'user.supplementary', ['10', '20'], 'set', 2],
  ['', 'user.name', '0', 'default'],
  ['lxc.rootfs.options = ro,noatime', 'readOnlyRootFilesystem', true, 'set', 2],
  ['lxc.rootfs.options = ro,rw', 'readOnlyRootFilesystem', false, 'set'],
  ['lxc.rootfs.options = idmap=container', 'readOnlyRootFilesystem', false, 'default'],
  ['lxc.no_new_privs = 1', 'noNewPrivileges', true, 'set', 2],
  ['lxc.no_new_privs = yes', 'noNewPrivileges', /neither 0 nor 1/],
  ['lxc.no_new_privs = 1\nlxc.no_new_privs =', 'noNewPrivileges', false, 'default', 3],

  ['', 'namespaces.user', 'host', 'default', 1],
  [IDMAP, 'namespaces.user', 'own', 'set', 2],
  ['lxc.id_map = u 0 100000 65536', 'namespaces.user', 'own', 'set', 2],
  [`${IDMAP}\nlxc.idmap =`, 'namespaces.user', 'host', 'default', 4],
  ['lxc.idmap = u 0 0 65536', 'namespaces.user', 'host', 'derived', 2],
  ['lxc.idmap = u 0 100000 1000\nlxc.idmap = u 1000 1000 1', 'namespaces.user', 'own'],
  ['lxc.idmap = u zero', 'namespaces.user', /cannot be read/],
  ['lxc.namespace.keep = user net', 'namespaces.user', 'host', 'set', 2],
  [IDMAP, 'uidMappings', [{ container: 0, host: 100000, size: 65536 }], 'set', 2],
  [IDMAP, 'gidMappings[0].host', 100000, 'set', 3],
  ['lxc.namespace.keep = pid ipc', 'namespaces.pid', 'host', 'set', 2],
  ['lxc.namespace.clone = mnt net', 'namespaces.pid', 'host', 'set', 2],
  ['lxc.namespace.clone = mnt net pid', 'namespaces.pid', 'own', 'set', 2],
  ['lxc.namespace.share.pid = db', 'namespaces.pid', 'container', 'set', 2],
  ['lxc.namespace.share.pid = db', 'namespaces.pidOf', 'db'],
  ['lxc.namespace.share.net = 1', 'namespaces.network', 'host', 'set', 2],
  ['lxc.namespace.share.ipc = 4711', 'namespaces.ipcOf', '4711'],
  ['lxc.time.offset.boot = 2h', 'namespaces.time', 'own', 'set', 2],
  ['', 'namespaces.time', 'host', 'default'],
  ['', 'namespaces.network', 'own', 'default'],
  ['lxc.net.0.type = none', 'namespaces.network', 'host', 'set', 2],
  ['lxc.net.0.type = none\nlxc.net.1.type = veth', 'namespaces.network', 'own', 'set', 3],
  ['lxc.net.0.type = none\nlxc.net =', 'namespaces.network', 'own', 'default'],
  ['lxc.network.type = none', 'namespaces.network', 'host', 'set', 2],
  ['lxc.network.type = none\nlxc.network.type = veth', 'namespaces.network', 'own'],
  ['lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0', 'network.names', ['lxcbr0'], 'set', 3],
  ['lxc.net.0.type = macvlan', 'network.mode', 'macvlan', 'set', 2],

  ['', 'capabilities.given', ['ALL'], 'default'],
  ['lxc.cap.drop = sys_admin CAP_MKNOD', 'capabilities.drop', ['SYS_ADMIN', 'MKNOD'], 'set', 2],
  ['lxc.cap.drop = sys_admin\nlxc.cap.drop = mknod', 'capabilities.drop', ['SYS_ADMIN', 'MKNOD']],
  ['lxc.cap.drop = sys_admin\nlxc.cap.drop =', 'capabilities.drop', [], 'default'],
  ['lxc.cap.keep = chown setuid', 'capabilities.given', ['CHOWN', 'SETUID'], 'set', 2],
  ['lxc.cap.keep = none', 'capabilities.given', [], 'set', 2],
  ['lxc.cap.keep = sys_admin none chown', 'capabilities.given', ['CHOWN'], 'set', 2],
  ['lxc.cap.drop = chown\nlxc.cap.keep = mknod', 'capabilities.given', /exclude each other/],
  ['lxc.cap.drop = chown\nlxc.cap.drop =\nlxc.cap.keep = mknod', 'capabilities.given', ['MKNOD'], 'set', 4],

  ['', 'apparmor.kind', 'runtime-default', 'default'],
  ['lxc.apparmor.profile = unconfined', 'apparmor.kind', 'unconfined', 'set', 2],
  ['lxc.aa_profile = unconfined', 'apparmor.kind', 'unconfined', 'set', 2],
  ['lxc.apparmor.profile = generated', 'apparmor.kind', 'runtime-default', 'set', 2],
  ['lxc.apparmor.profile = unchanged', 'apparmor.kind', /whoever starts it/],
  ['lxc.apparmor.profile = lxc-container-default-with-nesting', 'apparmor.kind', 'profile', 'set', 2],
  ['lxc.apparmor.profile = generated\nlxc.apparmor.raw = mount,', 'apparmor.kind', 'profile', 'set', 3],
  ['lxc.apparmor.profile = generated\nlxc.apparmor.raw = mount,', 'apparmor.name', /lines of lxc.apparmor.raw/],
  ['lxc.apparmor.profile = mine\nlxc.apparmor.raw = mount,', 'apparmor.name', 'mine', 'set', 2],
  ['', 'nesting', false, 'default'],
  ['lxc.apparmor.allow_nesting = 1', 'nesting', true, 'set', 2],
  ['lxc.seccomp.allow_nesting = 1', 'nesting', true, 'set', 2],
  ['lxc.apparmor.profile = lxc-container-default-with-nesting', 'nesting', true, 'set', 2],
  ['lxc.selinux.context = system_u:system_r:lxc_t:s0:c22,c33', 'selinux.type', 'lxc_t', 'set', 2],
  ['lxc.selinux.context = system_u:system_r:lxc_t:s0:c22,c33', 'selinux.level', 's0:c22,c33'],
  ['lxc.selinux.context = unconfined_t', 'selinux.type', 'unconfined_t'],
  ['lxc.selinux.context = a:b', 'selinux.type', /not user:role/],
  ['', 'seccomp.kind', 'unconfined', 'default'],
  ['lxc.seccomp.profile = /etc/lxc/web.seccomp', 'seccomp.kind', 'profile', 'set', 2],
  ['lxc.seccomp.profile = /etc/lxc/web.seccomp', 'seccomp.name', '/etc/lxc/web.seccomp'],
  ['lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp', 'seccomp.kind', 'runtime-default', 'set', 2],
  ['lxc.seccomp.profile = /a\nlxc.seccomp.profile =', 'seccomp.kind', 'unconfined', 'default', 3],

  ['lxc.mount.entry = /srv/data data none bind,ro,create=dir 0 0', 'mounts[0].source', '/srv/data', 'set', 2],
  ['lxc.mount.entry = /srv/data data none bind,ro,create=dir 0 0', 'mounts[0].target', '/data'],
  ['lxc.mount.entry = /srv/data data none bind,ro,create=dir 0 0', 'mounts[0].readOnly', true, 'set'],
  ['lxc.mount.entry = /srv/data data none bind 0 0', 'mounts[0].readOnly', false, 'default'],
  ['lxc.mount.entry = /srv/data data none rbind,rshared', 'mounts[0].propagation', 'rshared', 'set'],
  ['lxc.mount.entry = /srv/data data none bind', 'mounts[0].propagation', 'rslave', 'default'],
  ['lxc.mount.entry = /a\\040b data none bind', 'mounts[0].source', '/a b'],
  ['lxc.mount.entry = /srv /var/lib/lxc/web/rootfs/srv none bind', 'mounts[0].target', '/srv'],
  ['lxc.mount.entry = dev/null proc/kcore none bind,relative', 'mounts[0].kind', 'other'],
  ['lxc.mount.entry = tmpfs tmp tmpfs size=16m,noexec', 'mounts[0].kind', 'tmpfs', 'set', 2],
  ['lxc.mount.entry = /dev/sda1 mnt ext4 defaults', 'mounts[0].kind', 'device'],
  ['lxc.mount.entry = /only', 'mounts[0].kind', /no target/],
  ['lxc.mount.fstab = /etc/fstab.web', 'mounts[0].source', /fstab.web/],
  ['lxc.mount.auto = shmounts:/srv/shared:/in', 'mounts[0].target', '/in'],
  ['lxc.mount.auto = nonsense', 'mounts[0].kind', /nothing that LXC mounts/],
  ['lxc.mount.auto = cgroup-full:rw', 'mounts[0].source', 'cgroup-full:rw'],
  ['', 'mounts', [], 'default'],
  ['lxc.mount.entry = shm dev/shm tmpfs size=64m,create=dir 0 0', 'resources.sharedMemory', 64 * 2 ** 20, 'set', 2],
  ['lxc.mount.entry = /dev/kvm dev/kvm none bind,create=file', 'devices[0].source', '/dev/kvm', 'set', 2],
  ['lxc.mount.entry = /dev/kvm dev/kvm none bind,create=file', 'mounts', [], 'default'],
  ['lxc.mount.auto = proc:mixed sys:ro', 'readOnlyPaths', ['/proc/sys', '/proc/sysrq-trigger', '/sys'], 'set', 2],
  ['lxc.mount.auto = proc sys\nlxc.mount.auto = proc:rw', 'readOnlyPaths', ['/sys'], 'set'],
  ['lxc.mount.auto = proc:mixed', 'procMount', 'default', 'set', 2],
  ['lxc.mount.auto = proc:rw', 'procMount', 'unmasked', 'set', 2],
  ['lxc.mount.auto = proc:mixed\nlxc.mount.auto =', 'procMount', 'unmasked', 'default'],
  ['', 'masked', [], 'default'],

  ['', 'deviceRules', ['a *:* rwm'], 'default'],
  [IDMAP, 'deviceRules', [], 'derived', 2],
  [
    'lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.allow = c 1:3 rwm',
    'deviceRules',
    ['deny a *:* rwm', 'c 1:3 rwm'],
    'set',
    2,
  ],
  ['lxc.cgroup2.devices.allow = c 10:229 rwm', 'deviceRules', ['c 10:229 rwm'], 'set', 2],
  ['lxc.cgroup.devices.allow = c 10:229 rwm', 'deviceRules', ['a *:* rwm'], 'default'],
  [
    'lxc.cgroup2.devices.allow = a\nlxc.cgroup2.devices.deny = b *:* rwm',
    'deviceRules',
    ['a *:* rwm', 'deny b *:* rwm'],
  ],
  ['lxc.cgroup2.devices.allow = c 1:3 r\nlxc.cgroup2.devices.allow = a', 'deviceRules', ['a *:* rwm'], 'set', 3],
  ['lxc.cgroup.devices.deny = a\nlxc.cgroup.devices.allow = c 1:3 rwm', 'deviceRules', ['deny a *:* rwm', 'c 1:3 rwm']],
  ['lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.deny =', 'deviceRules', ['a *:* rwm'], 'default'],

  ['lxc.sysctl.net.ipv4.ip_forward = 1', 'sysctls', [{ name: 'net.ipv4.ip_forward', value: '1' }], 'set', 2],
  ['lxc.prlimit.nofile = 512:1024', 'ulimits', [{ name: 'nofile', soft: 512, hard: 1024 }], 'set', 2],
  ['lxc.limit.nofile = unlimited', 'ulimits', [{ name: 'nofile', soft: -1, hard: -1 }], 'set', 2],
  ['lxc.prlimit.nofile = many', 'ulimits[0].soft', /neither a number nor unlimited/],
  [
    'lxc.prlimit.nofile = 5\nlxc.prlimit.core = 0\nlxc.prlimit.nofile =',
    'ulimits',
    [{ name: 'core', soft: 0, hard: 0 }],
  ],
  ['lxc.environment = A=b=c', 'environment', [{ name: 'A', value: 'b=c', fromSecret: false }], 'set', 2],
  ['lxc.environment = TOKEN', 'environment[0].value', /whoever starts it/],
  ['lxc.environment = TOKEN', 'environment[0].fromSecret', true],
  ['lxc.cgroup2.memory.max = 512M', 'resources.memory', 512 * 2 ** 20, 'set', 2],
  ['lxc.cgroup2.memory.max = max', 'resources.memory', 0, 'set'],
  ['lxc.cgroup.memory.limit_in_bytes = 1G', 'resources.memory', 2 ** 30, 'set', 2],
  ['lxc.cgroup2.memory.max = lots', 'resources.memory', /not a size/],
  ['lxc.cgroup2.memory.low = 1M', 'resources.memoryReservation', 2 ** 20],
  ['lxc.cgroup2.memory.max = 1M\nlxc.cgroup2.memory.swap.max = 1M', 'resources.swap', 2 * 2 ** 20, 'set', 3],
  ['lxc.cgroup2.memory.swap.max = max', 'resources.swap', -1],
  ['lxc.cgroup2.cpu.max = 50000 100000', 'resources.cpu', 500, 'set', 2],
  ['lxc.cgroup2.cpu.max = max 100000', 'resources.cpu', 0],
  ['lxc.cgroup2.cpu.max = half', 'resources.cpu', /not a quota/],
  ['lxc.cgroup.cpu.cfs_quota_us = 25000\nlxc.cgroup.cpu.cfs_period_us = 50000', 'resources.cpu', 500],
  ['lxc.cgroup.cpu.shares = 512', 'resources.cpuShares', 512],
  ['lxc.cgroup2.cpu.weight = 100', 'resources.cpuShares', 2597],
  ['lxc.cgroup2.cpuset.cpus = 0-1', 'resources.cpuSet', '0-1'],
  ['lxc.cgroup2.pids.max = 100', 'resources.pids', 100, 'set', 2],
  ['lxc.cgroup2.io.weight = default 300', 'resources.ioWeight', 300],
  ['lxc.cgroup.memory.oom_control = 1', 'resources.oomKillDisabled', true],
  ['lxc.proc.oom_score_adj = -500', 'resources.oomScoreAdjustment', -500],
  ['lxc.cgroup.dir = web', 'cgroupParent', 'web', 'set', 2],
]

const expectFact = (found: Container, row: string, value: unknown, how?: string, line?: number): void => {
  const fact = factAt(found, row)
  if (value instanceof RegExp) {
    expect(fact.how === 'unknown' ? fact.because : `known: ${JSON.stringify(valueAt(found, row))}`).toMatch(value)
  } else expect(valueAt(found, row)).toEqual(value)
  if (how !== undefined) expect(fact.how).toBe(how)
  if (line !== undefined) expect(fact.place.line).toBe(line)
}

describe('lxc: a line -> a fact', () => {
  it.for(CASES)('%j: %s', async ([lines, row, value, how, line]) => {
    expectFact(await web(lines), row, value, how, line)
  })
})

describe('lxc: what is included', () => {
  let folder = ''
  const write = (name: string, text: string): void => {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }
  const at = async (text: string, file = 'web.conf') => {
    write(file, text)
    return read(text, join(folder, file))
  }
  const one = async (text: string, file?: string): Promise<Container> => {
    const [found] = (await at(text, file)).containers
    if (!found) throw new Error('there is no container')
    return found
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-lxc-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('files below the folder: their lines stand where they are included', async () => {
    write('more.conf', 'lxc.no_new_privs = 1\nlxc.cap.drop = mknod\n')
    const found = await one(`lxc.cap.drop = chown\nlxc.include = more.conf\n${ROOT}\nlxc.no_new_privs = 0\n`)
    expectFact(found, 'capabilities.drop', ['CHOWN', 'MKNOD'], 'set', 1)
    expectFact(found, 'capabilities.drop[1]', 'MKNOD', 'inherited', 2)
    expect(factAt(found, 'capabilities.drop[1]').place.file).toMatch(/more\.conf$/)
    expectFact(found, 'noNewPrivileges', false, 'set', 4)
  })
  it('folders: every *.conf in them', async () => {
    write('parts/a.conf', 'lxc.environment = A=1')
    write('parts/b.conf', 'lxc.environment = B=2')
    write('parts/c.txt', 'lxc.environment = C=3')
    const found = await one(`${ROOT}\nlxc.include = parts/\n`)
    expect(valueAt(found, 'environment[0].name')).toBe('A')
    expect(valueAt(found, 'environment[1].name')).toBe('B')
    expect(() => valueAt(found, 'environment[2].name')).toThrow()
  })
  it('circles end', async () => {
    write('round.conf', 'lxc.include = round.conf\nlxc.no_new_privs = 1')
    expectFact(await one(`${ROOT}\nlxc.include = round.conf`), 'noNewPrivileges', true, 'inherited')
  })
  it('what is not given may say anything, but for what is written after it', async () => {
    const read_ = await at(`${ROOT}\nlxc.no_new_privs = 1\nlxc.include = /etc/lxc/absent.conf\nlxc.init.uid = 5\n`)
    const [found] = read_.containers
    if (!found) throw new Error('there is no container')
    expect(read_.notices.map(({ id, lost }) => ({ id, lost }))).toEqual([{ id: 'file-missing', lost: true }])
    expectFact(found, 'noNewPrivileges', /absent\.conf is included/, 'unknown', 3)
    expectFact(found, 'user.name', '5', 'set', 4)
    expectFact(found, 'namespaces.user', /absent\.conf/)
    expectFact(found, 'capabilities.given', /absent\.conf/)
    expectFact(found, 'mounts[0].source', /absent\.conf/)
    expectFact(found, 'apparmor.kind', /absent\.conf/)
  })
  it('what comes with LXC is known where it is not given, and nothing is lost', async () => {
    const read_ = await at(`${COMMON}\n${ROOT}\n`)
    const [found] = read_.containers
    if (!found) throw new Error('there is no container')
    expect(read_.notices).toEqual([])
    const dropped = ['MAC_ADMIN', 'MAC_OVERRIDE', 'SYS_TIME', 'SYS_MODULE', 'SYS_RAWIO']
    expectFact(found, 'capabilities.drop', dropped, 'default', 1)
    expectFact(found, 'seccomp.kind', 'runtime-default', 'default', 1)
    expectFact(found, 'procMount', 'default', 'default')
    expectFact(found, 'deviceRules[0]', 'deny a *:* rwm', 'default')
  })
  it('userns.conf takes back what common.conf says', async () => {
    const found = await one(`${COMMON}\nlxc.include = /usr/share/lxc/config/userns.conf\n${ROOT}\n${IDMAP}\n`)
    expectFact(found, 'capabilities.drop', [], 'default')
    expectFact(found, 'deviceRules', [], 'derived')
  })
  it('a copy of a host’s tree: absolute paths are looked for in it', () => {
    const path = '../../../../usr/share/lxc/config/common.conf'
    const nodeOf = (text: string): Node => {
      const [root] = readKeyValue('x', text).value.documents
      if (!root) throw new Error('there is no document')
      return root
    }
    const root = nodeOf(`${COMMON}\n${ROOT}\n`)
    const about = { file: 'host/var/lib/lxc/shop/config', named: true, options: {} }
    expect(lxc.wants?.(root, about).map((want) => want.path)).toEqual([path])
    const files = new Map([[path, nodeOf('lxc.cap.drop = sys_boot')]])
    const [found] = readDialect(lxc, root, files, about).value
    if (!found) throw new Error('there is no container')
    expect(found.id).toBe('shop')
    expectFact(found, 'capabilities.drop', ['SYS_BOOT'], 'inherited', 1)
    expectFact(found, 'seccomp.kind', 'unconfined', 'default')
  })
  it('what ships is what Debian’s package ships', (context) => {
    const path = '/usr/share/lxc/config/common.conf'
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch {
      return context.skip(`${path} is absent (package lxc)`)
    }
    return Promise.all([one(`${COMMON}\n${ROOT}\n`), one(`${text.replace(/^lxc\.include.*$/gm, '')}\n${ROOT}\n`)]).then(
      ([known, given]) => {
        for (const row of ['capabilities.drop', 'deviceRules', 'readOnlyPaths', 'mounts', 'procMount'])
          expect(valueAt(known, row)).toEqual(valueAt(given, row))
        expect(valueAt(given, 'seccomp.text')).toEqual(valueAt(known, 'seccomp.text'))
        const own = readFileSync('/usr/share/lxc/config/common.seccomp', 'utf8')
        const rules = (policy: unknown) =>
          String(policy)
            .split('\n')
            .map((line) => line.replace(/#.*/, '').trim())
            .filter((line) => line !== '')
        expect(rules(valueAt(known, 'seccomp.text'))).toEqual(rules(own))
      },
    )
  })
})

describe('lxc: documents', () => {
  it('a file that others include is no container', async () => {
    const found = await read('lxc.net.0.type = veth\nlxc.apparmor.profile = generated\n')
    expect(found.kinds).toEqual(['lxc'])
    expect(found.containers).toEqual([])
    expect(found.notices.map(({ id, lost }) => ({ id, lost }))).toEqual([{ id: 'lxc-no-container', lost: false }])
  })
  it.each([
    ['lxc.lxcpath = /srv/lxc\nlxc.bdev.zfs.root = tank/lxc\n', 'the system’s own settings'],
    ['[core]\n\tbare = false\n', 'git'],
    ['Host *\n  User = me\n', 'ssh'],
    ['net.ipv4.ip_forward = 1\n', 'sysctl'],
  ])('%j is not ours (%s)', async (text) => {
    expect((await read(text)).kinds).toEqual([])
  })
  it('no root file system is the host’s', async () => {
    const [found] = (await read('lxc.uts.name = web\n')).containers
    if (!found) throw new Error('there is no container')
    expectFact(found, 'mounts[0].source', '/', 'default')
    expectFact(found, 'mounts[0].kind', 'bind', 'default')
  })
  it('tells of hooks on the host, old keys and keys that are none', async () => {
    const { notices } = await read(
      `${ROOT}\nlxc.hook.pre-start = /srv/a.sh\nlxc.hook.start = /in/side\nlxc.hook.clone = /usr/share/lxc/hooks/clonehostname\nlxc.aa_profile = generated\nlxc.cap.drpo = chown\nlxc.broken\n`,
    )
    expect(notices.map(({ id, place }) => `${id}:${place.line}`).sort()).toEqual([
      'keyvalue-invalid:7',
      'lxc-hook-on-host:2',
      'lxc-key-old:5',
      'lxc-key-unknown:6',
    ])
  })
  it('quotes, CRLF, BOM and comments', async () => {
    const [found] = (await read(`\uFEFF# lxc.uts.name = no\r\n  lxc.uts.name = "web 1"\r\nother = x\r\n${ROOT}\r\n`))
      .containers
    if (!found) throw new Error('there is no container')
    expectFact(found, 'name', 'web 1', 'set', 2)
    expect(factAt(found, 'name').place.column).toBe(3)
  })
})

describe('lxc: hostile input', () => {
  const keys = [...new Set(CASES.flatMap(([lines]) => lines.split('\n').map((line) => line.split(' =')[0] ?? '')))]
  it('never throws, whatever the values are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...keys), fc.string({ unit: 'grapheme', maxLength: 40 })), { maxLength: 12 }),
        async (lines) => {
          const text = lines.map(([key, value]) => `${key} = ${value.replaceAll('\n', ' ')}`).join('\n')
          const { notices } = await read(`${ROOT}\n${text}\n`)
          expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })
  it('a hundred thousand lines take no time', async () => {
    const text = `${ROOT}\n${'lxc.cap.drop = chown\nlxc.environment = A=b\n'.repeat(50_000)}`
    const { containers } = await read(text)
    expect(containers).toHaveLength(1)
  })
})

/** Keys whose values LXC prints as it understood them, and the row that says the same. */
const PRINTED: readonly (readonly [lines: string, key: string, row: string, same: (printed: string) => unknown])[] = [
  [
    'lxc.cap.drop = sys_admin mknod\nlxc.cap.drop = chown',
    'lxc.cap.drop',
    'capabilities.drop',
    (text) => text.toUpperCase().split('\n'),
  ],
  [
    'lxc.cap.drop = sys_admin\nlxc.cap.drop =\nlxc.cap.keep = chown kill',
    'lxc.cap.keep',
    'capabilities.given',
    (text) => text.toUpperCase().split('\n'),
  ],
  [
    'lxc.cap.keep = sys_admin none chown',
    'lxc.cap.keep',
    'capabilities.given',
    (text) => text.toUpperCase().split('\n'),
  ],
  ['lxc.uts.name = "web"', 'lxc.uts.name', 'name', (text) => text],
  ['lxc.no_new_privs = 1', 'lxc.no_new_privs', 'noNewPrivileges', (text) => text === '1'],
  ['lxc.init.cwd = /a\nlxc.init.cwd = /b', 'lxc.init.cwd', 'workingDirectory', (text) => text],
  ['lxc.apparmor.profile = generated', 'lxc.apparmor.profile', 'apparmor.name', (text) => text],
  ['lxc.cgroup2.pids.max = 100', 'lxc.cgroup2.pids.max', 'resources.pids', Number],
  ['lxc.cgroup2.cpuset.cpus = 0-1', 'lxc.cgroup2.cpuset.cpus', 'resources.cpuSet', (text) => text],
  ['lxc.prlimit.nofile = 512:1024', 'lxc.prlimit.nofile', 'ulimits[0].hard', (text) => Number(text.split(':')[1])],
  [
    'lxc.environment = A=b\nlxc.environment = C=d',
    'lxc.environment',
    'environment',
    (text) =>
      text.split('\n').map((line) => ({ name: line.split('=')[0], value: line.split('=')[1], fromSecret: false })),
  ],
  ['lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0', 'lxc.net.0.link', 'network.names[0]', (text) => text],
  [IDMAP, 'lxc.idmap', 'uidMappings[0].host', (text) => Number(text.split('\n')[0]?.split(' ')[2])],
  ['lxc.selinux.context = u:r:t:s0', 'lxc.selinux.context', 'selinux.type', (text) => text.split(':')[2]],
  ['lxc.sysctl.net.ipv4.ip_forward = 1', 'lxc.sysctl.net.ipv4.ip_forward', 'sysctls[0].value', (text) => text],
  [
    'lxc.namespace.keep = user net',
    'lxc.namespace.keep',
    'namespaces.network',
    (text) => (text.split(/\s+/).includes('net') ? 'host' : 'own'),
  ],
]
/** What lxc-info prints of a key; undefined where there is no lxc-info. */
function printed(folder: string, text: string, key: string): string | undefined {
  mkdirSync(join(folder, 'web'), { recursive: true })
  writeFileSync(join(folder, 'web/config'), `${text}\n`)
  try {
    const out = execFileSync('lxc-info', ['-P', folder, '-n', 'web', '-c', key], { encoding: 'utf8', stdio: 'pipe' })
    return out.replace(/^[^=]*= ?/, '').trimEnd()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
describe('lxc: LXC itself understands the same (lxc-info -c)', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-lxc-info-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  it.for(PRINTED)('%j: %s', async ([lines, key, row, same], context) => {
    const text = `${ROOT}
${lines}`
    const said = printed(folder, text, key)
    if (said === undefined) return context.skip('lxc-info is absent (package lxc)')
    const found = (await read(text)).containers[0]
    if (!found) throw new Error('there is no container')
    expect(valueAt(found, row)).toEqual(same(said))
  })
  it('refuses a file that both drops and keeps', (context) => {
    let said: string | undefined
    let isRefused = false
    try {
      said = printed(
        folder,
        `${ROOT}
lxc.cap.drop = chown
lxc.cap.keep = mknod`,
        'lxc.cap.keep',
      )
    } catch {
      isRefused = true
    }
    if (said === undefined && !isRefused) return context.skip('lxc-info is absent (package lxc)')
    expect(isRefused).toBe(true)
  })
})
