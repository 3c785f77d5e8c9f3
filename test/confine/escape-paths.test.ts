/** Each way out from a configuration that opens it, and each measure that closes or weakens it, by the facts alone. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { entries, oneChange, pathsOf, waysOut } from '../../src/confine/escape/paths.ts'
import { builtinRules } from '../../src/builtin.ts'
import type { EscapePath } from '../../src/model/path.ts'
import { fileOf, FILES } from '../hardened/hardened.ts'
import { compose, on, pathsIn, plain, pod, said, subjectsOf, waysOf, type Parts } from './escape.ts'

const mount = (text: string, ...more: readonly string[]): Parts => compose(`volumes: ["${text}"]`, ...more)
const SETUID = { image: 'name: web\nfiles:\n  usr/local/bin/up: { mode: "4755" }\n' }
const NO_SETUID = { image: 'name: web\nfiles:\n  usr/local/bin/up: { mode: "0755" }\n' }
const SUDO = { image: 'name: web\nfiles:\n  etc/sudoers: |\n    app ALL=(ALL) NOPASSWD: ALL\n' }
const REMAP = { 'daemon.json': '{ "userns-remap": "default" }' }
const ROOTLESS = on({ SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] })
const APPARMOR = on({ SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin'] })
const SELINUX = on({ SecurityOptions: ['name=selinux', 'name=seccomp,profile=builtin'] })
const NNP = 'security_opt: ["no-new-privileges:true"]'

/** Path, what opens it, and what becomes of it (`-` none, `?` possible, `!` weaker: its severity then) by measure. */
interface Case {
  readonly id: string
  readonly open: Parts
  readonly severity?: string
  readonly measures: Readonly<Record<string, readonly [Parts, '-' | '?' | '!']>>
}
const fileMeasures = (volume: string): Case['measures'] => ({
  'another user, no-new-privileges': [mount(volume, 'user: "1000"', NNP), '-'],
  'another user, an image without setuid programs': [{ ...mount(volume, 'user: "1000"'), ...NO_SETUID }, '-'],
  'another user, an image with one': [{ ...mount(volume, 'user: "1000"'), ...SETUID }, '?'],
  'another user, sudo without password': [{ ...mount(volume, 'user: "1000"'), ...SUDO }, '?'],
  'userns-remap': [{ ...mount(volume), ...REMAP }, '-'],
  'a rootless engine': [{ ...mount(volume), ...ROOTLESS }, '-'],
  SELinux: [{ ...mount(volume), ...SELINUX }, '-'],
  'SELinux switched off here': [{ ...mount(volume, 'security_opt: ["label=disable"]'), ...SELINUX }, '!'],
  'a user that the image decides': [{ compose: `services: { web: { image: web, volumes: ["${volume}"] } }` }, '?'],
})
const cases: readonly Case[] = [
  {
    id: 'host-etc-written',
    open: mount('/etc:/host/etc'),
    measures: {
      ...without(fileMeasures('/etc:/host/etc'), 'SELinux switched off here'),
      'read-only': [mount('/etc:/host/etc:ro'), '-'],
      Firecracker: [mount('/etc:/host/etc', 'runtime: kata-fc'), '-'],
    },
  },
  {
    id: 'host-cron-written',
    open: mount('/var/spool/cron:/cron'),
    measures: { 'read-only': [mount('/var/spool/cron:/cron:ro'), '-'] },
  },
  {
    id: 'host-programs-written',
    open: mount('/usr/local/bin:/tools'),
    measures: {
      'read-only': [mount('/usr/local/bin:/tools:ro'), '-'],
      'only data': [mount('/usr/share/doc:/doc'), '-'],
    },
  },
  {
    id: 'ssh-keys-written',
    open: mount('/root/.ssh:/keys'),
    measures: {
      'read-only': [mount('/root/.ssh:/keys:ro'), '-'],
      'userns-remap': [{ ...mount('/root/.ssh:/keys'), ...REMAP }, '-'],
    },
  },
  {
    id: 'account-keys-read',
    open: mount('/home/me/.aws:/aws:ro'),
    measures: { 'another user': [mount('/home/me/.aws:/aws:ro', 'user: "1000"', NNP), '-'] },
  },
  {
    id: 'engine-data-written',
    open: mount('/var/lib/docker:/d'),
    measures: {
      'read-only': [mount('/var/lib/docker:/d:ro'), '-'],
      'a file that engines mount themselves': [mount('/var/lib/docker/containers/abc/hosts:/etc/hosts'), '-'],
    },
  },
  {
    id: 'engine-data-read',
    open: mount('/var/lib/docker/containers:/logs:ro'),
    measures: { 'another user': [mount('/var/lib/docker/containers:/logs:ro', 'user: "1"', NNP), '-'] },
  },
  {
    id: 'host-secrets-read',
    open: mount('/etc/shadow:/s:ro'),
    measures: {
      'userns-remap': [{ ...mount('/etc/shadow:/s:ro'), ...REMAP }, '-'],
      harmless: [mount('/etc/localtime:/t:ro'), '-'],
    },
  },
  {
    id: 'engine-socket',
    open: mount('/var/run/docker.sock:/var/run/docker.sock'),
    measures: {
      'another user and group, no-new-privileges': [mount('/run/docker.sock:/s', 'user: "1000:1000"', NNP), '-'],
      'another user, whose group only the image knows': [mount('/run/docker.sock:/s', 'user: "1000"', NNP), '?'],
      'another user of root’s group': [mount('/run/containerd/containerd.sock:/s', 'user: "1000:0"', NNP), '?'],
      'another user of a group': [mount('/run/docker.sock:/s', 'user: "1000:1000"', NNP, 'group_add: ["998"]'), '?'],
      'userns-remap': [{ ...mount('/run/docker.sock:/s'), ...REMAP }, '-'],
      gVisor: [mount('/run/docker.sock:/s', 'runtime: runsc'), '?'],
      Kata: [mount('/run/docker.sock:/s', 'runtime: io.containerd.kata.v2'), '?'],
      'a runtime of another name': [mount('/run/docker.sock:/s', 'runtime: ours'), '?'],
      'a folder that may hold it': [mount('/run:/host/run'), '?'],
      'a source that cannot be read': [mount('${SOCK}:/var/run/docker.sock'), '?'],
      SELinux: [{ ...mount('/run/docker.sock:/s'), ...SELINUX }, '-'],
    },
  },
  {
    id: 'engine-socket-rootless',
    open: mount('/run/user/1000/docker.sock:/s'),
    measures: { gVisor: [mount('/run/user/1000/docker.sock:/s', 'runtime: runsc'), '?'] },
  },
  {
    id: 'engine-api-open',
    open: { ...compose(), 'daemon.json': '{ "hosts": ["tcp://0.0.0.0:2375"] }' },
    measures: {
      'no network': [{ ...compose('network_mode: none'), 'daemon.json': '{ "hosts": ["tcp://0.0.0.0:2375"] }' }, '-'],
      tlsverify: [{ ...compose(), 'daemon.json': '{ "hosts": ["tcp://0.0.0.0:2376"], "tlsverify": true }' }, '-'],
      'on loopback': [{ ...compose(), 'daemon.json': '{ "hosts": ["tcp://127.0.0.1:2375"] }' }, '-'],
    },
  },
  {
    id: 'system-bus',
    open: mount('/run/dbus/system_bus_socket:/bus'),
    measures: { 'another user': [mount('/run/dbus/system_bus_socket:/bus', 'user: "5"', NNP), '-'] },
  },
  {
    id: 'privileged-disk',
    open: compose('privileged: true'),
    measures: {
      'not privileged': [compose('privileged: false'), '-'],
      'perhaps privileged': [compose('privileged: ${P}'), '?'],
      'another user': [compose('privileged: true', 'user: "1000"', NNP), '-'],
      gVisor: [compose('privileged: true', 'runtime: runsc'), '?'],
      'a rootless engine': [{ ...compose('privileged: true'), ...ROOTLESS }, '-'],
    },
  },
  {
    id: 'disk-written',
    open: compose('devices: ["/dev/sda:/dev/sda"]'),
    measures: {
      'permission r': [compose('devices: ["/dev/sda:/dev/sda:r"]'), '-'],
      'no disk': [compose('devices: ["/dev/fuse"]'), '-'],
      'another user': [compose('devices: ["/dev/sda"]', 'user: "1000"', NNP), '-'],
      gVisor: [compose('devices: ["/dev/sda"]', 'runtime: runsc'), '?'],
      'Kata, which passes disks in': [compose('devices: ["/dev/sda"]', 'runtime: kata'), '!'],
    },
  },
  {
    id: 'disk-read',
    open: compose('devices: ["/dev/sda:/dev/sda:r"]'),
    measures: { 'not readable': [compose('devices: ["/dev/sda:/dev/sda:m"]'), '-'] },
  },
  {
    id: 'memory-device',
    open: compose('devices: ["/dev/mem"]', 'cap_add: [SYS_RAWIO]'),
    measures: {
      'no SYS_RAWIO': [compose('devices: ["/dev/mem"]'), '-'],
      'no device': [compose('cap_add: [SYS_RAWIO]'), '-'],
    },
  },
  {
    id: 'device-node-made',
    open: compose('device_cgroup_rules: ["b *:* rwm"]'),
    measures: {
      'no MKNOD': [compose('device_cgroup_rules: ["b *:* rwm"]', 'cap_drop: [MKNOD]'), '-'],
      'a rule for one device': [compose('device_cgroup_rules: ["c 10:229 rwm"]'), '-'],
      'making only': [compose('device_cgroup_rules: ["b *:* m"]'), '-'],
      'userns-remap': [{ ...compose('device_cgroup_rules: ["b *:* rwm"]'), ...REMAP }, '-'],
    },
  },
  {
    id: 'device-node-read',
    open: compose('device_cgroup_rules: ["b *:* rm"]'),
    measures: { 'no MKNOD': [compose('device_cgroup_rules: ["b *:* rm"]', 'cap_drop: [ALL]'), '-'] },
  },
  {
    id: 'core-pattern',
    open: { ...compose('security_opt: ["systempaths=unconfined"]'), ...plain },
    measures: {
      'AppArmor on': [{ ...compose('security_opt: ["systempaths=unconfined"]'), ...APPARMOR }, '-'],
      'AppArmor not known': [compose('security_opt: ["systempaths=unconfined"]'), '?'],
      'AppArmor lifted': [
        { ...compose('security_opt: ["systempaths=unconfined", "apparmor=unconfined"]'), ...APPARMOR },
        '!',
      ],
      'a profile of one’s own': [
        { ...compose('security_opt: ["systempaths=unconfined", "apparmor=ours"]'), ...APPARMOR },
        '?',
      ],
      masked: [{ ...compose(), ...plain }, '-'],
      'userns-remap': [{ ...compose('security_opt: ["systempaths=unconfined"]'), ...REMAP }, '-'],
      Sysbox: [{ ...compose('security_opt: ["systempaths=unconfined"]', 'runtime: sysbox-runc'), ...plain }, '-'],
      Kata: [{ ...compose('security_opt: ["systempaths=unconfined"]', 'runtime: kata-qemu'), ...plain }, '?'],
    },
  },
  ...(['modprobe-path', 'sysrq-trigger'] as const).map((id): Case => ({
    id,
    open: { ...compose('security_opt: ["systempaths=unconfined"]'), ...plain },
    measures: { masked: [{ ...compose(), ...plain }, '-'] },
  })),
  ...(['binfmt-misc', 'uevent-helper'] as const).map((id): Case => ({
    id,
    open: compose('privileged: true'),
    measures: {
      'not privileged': [compose('privileged: false'), '-'],
      Firecracker: [compose('privileged: true', 'runtime: firecracker'), '?'],
    },
  })),
  ...(['core-pattern-mounted', 'modprobe-path-mounted', 'sysrq-trigger-mounted', 'binfmt-misc-mounted'] as const).map(
    (id): Case => ({
      id,
      // AppArmor's rules name /proc, not where the host's is mounted.
      open: { ...mount('/proc:/host/proc'), ...APPARMOR },
      measures: {
        'read-only': [mount('/proc:/host/proc:ro'), '-'],
        'userns-remap': [{ ...mount('/proc:/host/proc'), ...REMAP }, '-'],
      },
    }),
  ),
  {
    id: 'uevent-helper-mounted',
    open: mount('/sys:/host/sys'),
    measures: { 'read-only': [mount('/sys:/host/sys:ro'), '-'] },
  },
  {
    id: 'cgroup-release-agent',
    open: { ...compose('cap_add: [SYS_ADMIN]'), ...on({ CgroupVersion: '1' }) },
    measures: {
      'cgroup v2': [{ ...compose('cap_add: [SYS_ADMIN]'), ...plain }, '-'],
      'cgroups not known': [compose('cap_add: [SYS_ADMIN]', 'security_opt: ["apparmor=unconfined"]'), '?'],
      AppArmor: [
        {
          ...compose('cap_add: [SYS_ADMIN]'),
          ...on({ CgroupVersion: '1', SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin'] }),
        },
        '-',
      ],
      'no SYS_ADMIN': [{ ...compose('cap_add: [SYS_NICE]'), ...on({ CgroupVersion: '1' }) }, '-'],
    },
  },
  {
    id: 'fresh-proc',
    open: { ...compose('cap_add: [SYS_ADMIN]'), ...plain },
    measures: {
      AppArmor: [{ ...compose('cap_add: [SYS_ADMIN]'), ...APPARMOR }, '-'],
      'ALL but SYS_ADMIN': [{ 'docker-inspect': inspect({ CapAdd: ['ALL'], CapDrop: ['ALL'] }), ...plain }, '!'],
      'another user': [{ ...compose('cap_add: [SYS_ADMIN]', 'user: "1000"', NNP), ...plain }, '-'],
      gVisor: [{ ...compose('cap_add: [SYS_ADMIN]', 'runtime: runsc'), ...plain }, '?'],
    },
  },
  {
    id: 'kernel-memory-file',
    open: { ...compose('cap_add: [SYS_RAWIO]', 'security_opt: ["systempaths=unconfined"]'), ...plain },
    measures: { masked: [{ ...compose('cap_add: [SYS_RAWIO]'), ...plain }, '-'] },
  },
  ...capability('kernel-module', 'SYS_MODULE'),
  ...capability('open-by-handle', 'DAC_READ_SEARCH'),
  ...capability('port-io', 'SYS_RAWIO'),
  ...capability('bpf-programs', 'BPF'),
  ...capability('perf-events', 'PERFMON'),
  ...capability('kernel-log', 'SYSLOG'),
  ...capability('sys-admin', 'SYS_ADMIN'),
  {
    id: 'kexec',
    open: compose('cap_add: [SYS_BOOT]', 'security_opt: ["seccomp=unconfined"]'),
    measures: { 'the default profile': [compose('cap_add: [SYS_BOOT]'), '-'] },
  },
  {
    id: 'host-process-injected',
    open: { ...compose('pid: host', 'cap_add: [SYS_PTRACE]'), ...plain },
    measures: {
      'own processes': [{ ...compose('cap_add: [SYS_PTRACE]'), ...plain }, '-'],
      'no SYS_PTRACE': [{ ...compose('pid: host'), ...plain }, '-'],
      AppArmor: [{ ...compose('pid: host', 'cap_add: [SYS_PTRACE]'), ...APPARMOR }, '-'],
    },
  },
  {
    id: 'host-namespaces-entered',
    open: { ...compose('pid: host', 'cap_add: [SYS_PTRACE, SYS_ADMIN]'), ...plain },
    measures: { 'no SYS_ADMIN': [{ ...compose('pid: host', 'cap_add: [SYS_PTRACE]'), ...plain }, '-'] },
  },
  {
    id: 'host-processes',
    open: { ...compose('pid: host'), ...plain },
    measures: {
      'own processes': [{ ...compose(), ...plain }, '-'],
      AppArmor: [{ ...compose('pid: host'), ...APPARMOR }, '-'],
      gVisor: [{ ...compose('pid: host', 'runtime: runsc'), ...plain }, '?'],
      'a variable': [{ ...compose('pid: ${PID}'), ...plain }, '?'],
    },
  },
  {
    id: 'host-shared-memory',
    open: compose('ipc: host'),
    measures: { 'its own': [compose('ipc: private'), '-'], Kata: [compose('ipc: host', 'runtime: kata'), '?'] },
  },
  {
    id: 'host-loopback',
    open: compose('network_mode: host'),
    measures: { 'its own': [compose(), '-'], gVisor: [compose('network_mode: host', 'runtime: runsc'), '?'] },
  },
  {
    id: 'host-traffic-read',
    open: compose('network_mode: host'),
    measures: {
      'no NET_RAW': [compose('network_mode: host', 'cap_drop: [NET_RAW]'), '-'],
      'another user': [compose('network_mode: host', 'user: "9"', NNP), '-'],
    },
  },
  {
    id: 'host-network-changed',
    open: compose('network_mode: host', 'cap_add: [NET_ADMIN]'),
    measures: {
      'its own network': [compose('cap_add: [NET_ADMIN]'), '-'],
      'no NET_ADMIN': [compose('network_mode: host'), '-'],
    },
  },
  { id: 'neighbour-processes', open: compose('pid: "container:db"'), measures: { 'its own': [compose(), '-'] } },
  { id: 'neighbour-shared-memory', open: compose('ipc: "container:db"'), measures: { 'its own': [compose(), '-'] } },
  {
    id: 'mount-propagated',
    open: { ...compose('cap_add: [SYS_ADMIN]', 'volumes: ["/srv/a:/a:rshared"]'), ...plain },
    measures: {
      slave: [{ ...compose('cap_add: [SYS_ADMIN]', 'volumes: ["/srv/a:/a:rslave"]'), ...plain }, '-'],
      'no SYS_ADMIN': [{ ...compose('volumes: ["/srv/a:/a:rshared"]'), ...plain }, '-'],
      AppArmor: [{ ...compose('cap_add: [SYS_ADMIN]', 'volumes: ["/srv/a:/a:rshared"]'), ...APPARMOR }, '-'],
    },
  },
  ...(['unprivileged-user-namespace', 'io-uring', 'userfaultfd'] as const).map((id): Case => ({
    id,
    open: compose('user: "1000"', 'security_opt: ["seccomp=unconfined"]'),
    measures: {
      'the default profile': [compose('user: "1000"'), '-'],
      gVisor: [compose('security_opt: ["seccomp=unconfined"]', 'runtime: runsc'), '?'],
    },
  })),
  {
    id: 'kubelet-data',
    open: mount('/var/lib/kubelet:/k:ro'),
    measures: { 'a pod’s own file': [mount('/var/lib/kubelet/pods/u/etc-hosts:/etc/hosts'), '-'] },
  },
  {
    id: 'cluster-data',
    open: pod(
      ['volumes: [{ name: e, hostPath: { path: /var/lib/etcd } }]'],
      ['securityContext: { runAsUser: 0 }', 'volumeMounts: [{ name: e, mountPath: /e, readOnly: true }]'],
    ),
    measures: {
      'not mounted here': [
        pod(['volumes: [{ name: e, hostPath: { path: /var/lib/etcd } }]'], ['securityContext: { runAsUser: 0 }']),
        '-',
      ],
    },
  },
  {
    id: 'pod-processes',
    open: pod(['shareProcessNamespace: true'], []),
    measures: { 'not shared': [pod(['shareProcessNamespace: false'], []), '-'] },
  },
]
function capability(id: string, name: string): readonly Case[] {
  const add = `cap_add: [${name}]`
  return [
    {
      id,
      open: compose(add),
      measures: {
        'not given': [compose(), '-'],
        'another user, no-new-privileges': [compose(add, 'user: "1000"', NNP), '-'],
        'another user, an image with setuid programs': [{ ...compose(add, 'user: "1000"'), ...SETUID }, '?'],
        'userns-remap': [{ ...compose(add), ...REMAP }, '-'],
        gVisor: [compose(add, 'runtime: runsc'), '?'],
        Kata: [compose(add, 'runtime: kata-clh'), '?'],
        ALL: [{ 'docker-inspect': inspect({ CapAdd: ['ALL'] }) }, '!'],
      },
    },
  ]
}
function inspect(host: object): string {
  return JSON.stringify([{ Name: '/web', Config: { User: '0' }, HostConfig: host }])
}
function without(measures: Case['measures'], name: string): Case['measures'] {
  return Object.fromEntries(Object.entries(measures).filter(([key]) => key !== name))
}

describe('a way out', () => {
  it.each(cases.map((each) => [each.id, each] as const))('%s is open where its facts say so', async (id, { open }) => {
    expect(await pathsIn(open)).toContain(id)
  })
  it.each(
    cases.flatMap(({ id, measures }) =>
      Object.entries(measures).map(([measure, [parts, left]]) => [id, measure, left, parts] as const),
    ),
  )('%s with %s: %s', async (id, _, left, parts) => {
    const all = await pathsIn(parts)
    expect(all.filter((each) => each === id || each === `${id}?`)).toEqual(
      left === '-' ? [] : [left === '?' ? `${id}?` : id],
    )
  })
  it('is tested, each of them', () => {
    const elsewhere = [
      'host-root-written',
      'host-root-read',
      'node-logs',
      'host-abstract-socket',
      'metadata-service',
      'service-account-rights',
      'windows-host-process',
      'engine-pipe',
    ]
    expect([...cases.map(({ id }) => id), ...elsewhere].sort()).toEqual(entries.map(({ id }) => id).sort())
  })
  it('has a name of its own, a public source, steps, and what closes it', async () => {
    const rules = new Set((await builtinRules()).map(({ rule }) => rule.id))
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
    const PLANNED = ['seccomp-allows-escape']
    for (const entry of entries) {
      expect(entry.source).toMatch(/^https?:\/\/[\w.-]+\/\S+$/)
      expect(entry.breaks.length).toBeGreaterThan(0)
    }
    for (const { open } of cases)
      for (const { rules: named, id } of (await waysOf(open)).paths)
        expect([id, named.filter((rule) => !rules.has(rule) && !PLANNED.includes(rule))]).toEqual([id, []])
  })
})

describe('the host’s root', () => {
  it('written, is the worst and shortest path, with the place of every fact', async () => {
    const { paths, change } = await waysOf(compose('volumes:', '  - /:/host'))
    const [first] = paths
    expect(first?.id).toBe('host-root-written')
    expect(first?.steps.map(({ text, place }) => [text, place.line])).toEqual([
      ['root in the container', 4],
      ['writes /host/etc/cron.d through the bind mount', 6],
      ['root on the host', 6],
    ])
    expect(first?.because.map(({ field }) => field)).toEqual([
      'mount.source',
      'container.user.uid',
      'container.namespaces.user',
    ])
    expect(change?.closes.length).toBe(paths.length)
  })
  it.each([
    ['read-only', mount('/:/host:ro'), 'host-root-read', 'high'],
    ['in a user namespace', { ...mount('/:/host'), ...REMAP }, 'host-root-written', 'medium'],
    ['by another user', mount('/:/host', 'user: "1000"', NNP), 'host-root-written', 'medium'],
    ['read-only in a user namespace', { ...mount('/:/host:ro'), ...REMAP }, 'host-root-read', 'low'],
  ] as const)('%s is worth less, and says why', async (_, parts, id, severity) => {
    const found = (await waysOf(parts)).paths.filter((path) => path.id.startsWith('host-root'))
    expect(found.map((path) => [path.id, path.severity])).toEqual([[id, severity]])
    expect(found[0]?.eased.length).toBeGreaterThan(0)
  })
  it('read-only, still shows the engine’s socket, which no read-only mount holds', async () => {
    const { paths } = await waysOf(mount('/:/host:ro'))
    const path = paths.find(({ id }) => id === 'engine-socket')
    expect(path?.steps[1]?.text).toContain('/host/run/docker.sock')
    expect(path?.eased.map(({ text }) => text)).toEqual(['the mount is read-only, which does not hold a socket'])
    // /var has a link to /run only.
    expect(await pathsIn(mount('/var:/v:ro'))).not.toContain('engine-socket?')
  })
})

describe('what nothing opens', () => {
  it.each(Object.entries(FILES))('the hardened %s has no way out', async (dialect, file) => {
    expect(await pathsIn({ [dialect]: readFileSync(fileOf(file), 'utf8') })).toEqual([])
  })
  it.each([
    ['a plain compose service', { compose: 'services: { web: { image: web } }' }],
    ['a plain pod', pod([], [])],
    ['volumes, data and sources that cannot be read', mount('${DATA}:/data', 'tmpfs: [/tmp]')],
    ['a mount of the project', mount('./conf:/etc/nginx:ro')],
    ['a profile of seccomp that is not at hand', compose('security_opt: ["seccomp=unknown.json"]')],
    ['an image by itself', { image: 'files:\n  usr/bin/su: { mode: "4755" }\n' }],
    ['a plain docker inspect', { 'docker-inspect': inspect({}) }],
  ])('%s has none', async (name, parts) => {
    const subjects = name.includes('seccomp') ? undefined : await subjectsOf(parts)
    for (const subject of subjects ?? []) expect(said(pathsOf(subject))).toEqual([])
  })
})

describe('a path that hangs on what is not known', () => {
  it('says what, where, and who could tell', async () => {
    const { paths } = await waysOf({ compose: 'services:\n  web:\n    image: web\n    volumes:\n      - /:/host\n' })
    const path = paths.find(({ id }) => id === 'host-root-written')
    expect(path?.state).toBe('possible')
    expect(path?.ifs.map(({ text, ask }) => [text.split(' (')[0], ask])).toEqual([['the process is root', 'image']])
  })
  it('asks the same question once', async () => {
    const { paths } = await waysOf({ compose: 'services: { web: { image: web, privileged: true } }' })
    for (const { ifs } of paths) expect(new Set(ifs.map(({ text }) => text)).size).toBe(ifs.length)
  })
  it('hangs on the host: its cloud, its daemons, who may read logs, what a token may do', async () => {
    const network = (await waysOf(compose('network_mode: host'))).paths
    expect(said(network)).toEqual(['host-abstract-socket?', 'host-loopback', 'host-traffic-read', 'metadata-service?'])
    const logs = pod(
      ['volumes: [{ name: l, hostPath: { path: /var/log } }]'],
      ['securityContext: { runAsUser: 0 }', 'volumeMounts: [{ name: l, mountPath: /l }]'],
    )
    expect(await pathsIn(logs)).toEqual(['node-logs?'])
    expect(await pathsIn(pod(['serviceAccountName: operator'], []))).toEqual(['service-account-rights?'])
    expect(await pathsIn(pod(['serviceAccountName: operator', 'automountServiceAccountToken: false'], []))).toEqual([])
  })
})

describe('a sandbox runtime', () => {
  const privileged = (...spec: readonly string[]): Parts =>
    pod([...spec, 'hostPID: true', 'hostNetwork: true'], ['securityContext: { runAsUser: 0, privileged: true }'])
  it('of a pod puts itself before what goes through the kernel of the host, and leaves what does not', async () => {
    const plain = await pathsIn(privileged())
    expect(plain.length).toBeGreaterThan(20)
    const behind = async (name: string): Promise<readonly (readonly [string, string])[]> => {
      const { paths } = await waysOf(privileged(`runtimeClassName: ${name}`))
      const first = (path: EscapePath): boolean =>
        path.ifs.some(({ text }) => text.startsWith('it first breaks out of '))
      expect([...new Set(paths.map(({ id }) => id))].sort()).toEqual(plain.map((id) => id.replace('?', '')).sort())
      // A way that needs a break of the sandbox is told, and is no urgent matter.
      for (const path of paths)
        if (first(path))
          expect([path.id, path.state, ['low', 'info'].includes(path.severity)]).toEqual([path.id, 'possible', true])
      return paths.filter((path) => !first(path)).map(({ id, severity }) => [id, severity] as const)
    }
    expect(await behind('gvisor')).toEqual([['metadata-service', 'medium']])
    // A disk of the host is handed to the virtual machine as it is.
    expect(await behind('kata-qemu')).toEqual([
      ['privileged-disk', 'critical'],
      ['metadata-service', 'medium'],
    ])
    const unknown = await waysOf(privileged('runtimeClassName: sandboxed'))
    expect(unknown.paths.length).toBeGreaterThan(20)
    for (const { id, ifs } of unknown.paths)
      expect([id, ifs.some(({ text }) => text.includes('"sandboxed" is an ordinary one'))]).toEqual([
        id,
        id !== 'metadata-service',
      ])
  })
  it('is what the engine calls so, whatever its name', async () => {
    const daemon = (runtime: object): Parts => ({
      ...compose('privileged: true', 'runtime: own'),
      'daemon.json': JSON.stringify({ runtimes: { own: runtime } }),
    })
    const disk = async (parts: Parts): Promise<readonly string[]> =>
      (await waysOf(parts)).paths.filter(({ id }) => id === 'privileged-disk').map(({ severity }) => severity)
    expect(await disk(daemon({ path: '/usr/bin/crun' }))).toEqual(['critical'])
    expect(await disk(daemon({ path: '/opt/bin/runsc' }))).toEqual(['low'])
    expect(await disk(daemon({ runtimeType: 'io.containerd.kata.v2' }))).toEqual(['critical'])
    // A runtime that is called as a sandbox is, and is none.
    expect(
      await disk({
        ...compose('privileged: true', 'runtime: runsc'),
        'daemon.json': '{"runtimes": {"runsc": {"path": "runc"}}}',
      }),
    ).toEqual(['critical'])
  })
  it('of a node keeps the disks where the runtime says so', async () => {
    const node = (more: string): Parts => ({
      ...privileged('runtimeClassName: kata'),
      'containerd.toml': `version = 2
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
runtime_type = "io.containerd.kata.v2"
${more}`,
    })
    expect(await pathsIn(node(''))).toContain('privileged-disk')
    expect(await pathsIn(node('privileged_without_host_devices = true'))).not.toContain('privileged-disk')
  })
  it('lets through what its flags hand through', async () => {
    const gvisor = (...flags: readonly string[]): Parts => ({
      ...compose('network_mode: host', 'runtime: runsc'),
      'daemon.json': JSON.stringify({ runtimes: { runsc: { path: '/usr/bin/runsc', runtimeArgs: flags } } }),
    })
    expect(await pathsIn(gvisor())).toContain('host-loopback?')
    expect(await pathsIn(gvisor('--network=host'))).toContain('host-loopback')
    expect(await pathsIn(gvisor('--platform=kvm'))).toContain('host-loopback?')
    const socket = (...flags: readonly string[]): Parts => ({
      ...mount('/run/docker.sock:/s', 'runtime: runsc'),
      'daemon.json': JSON.stringify({ runtimes: { runsc: { path: '/usr/bin/runsc', runtimeArgs: flags } } }),
    })
    expect(await pathsIn(socket())).toEqual(['engine-socket?'])
    expect(await pathsIn(socket('--host-uds=open'))).toEqual(['engine-socket'])
  })
  it('does not hide mounted files of the host, but where it has no shared file system', async () => {
    expect(await pathsIn(mount('/etc:/e', 'runtime: runsc'))).toEqual(['host-etc-written'])
    expect(await pathsIn(mount('/etc:/e', 'runtime: kata'))).toEqual(['host-etc-written'])
    expect(await pathsIn(mount('/etc:/e', 'runtime: kata-fc'))).toEqual([])
    expect(await pathsIn(mount('/etc:/e', 'runtime: /usr/bin/crun'))).toEqual(['host-etc-written'])
  })
})

describe('an OCI configuration', () => {
  const oci = (capabilities: readonly string[], namespaces: readonly string[], more: object = {}): Parts => ({
    'oci-runtime': JSON.stringify({
      ociVersion: '1.2.0',
      process: {
        user: { uid: 0, gid: 0 },
        capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      },
      linux: {
        namespaces: namespaces.map((type) => ({ type })),
        seccomp: {
          defaultAction: 'SCMP_ACT_ERRNO',
          syscalls: [{ names: ['mount', 'setns'], action: 'SCMP_ACT_ALLOW' }],
        },
        maskedPaths: ['/proc/kcore'],
        readonlyPaths: ['/proc/sys', '/proc/sysrq-trigger'],
        ...more,
      },
    }),
  })
  const all = ['pid', 'mount', 'network', 'ipc', 'uts', 'cgroup']
  it('is read by what it writes out: the set, the namespaces that are missing, the filter', async () => {
    expect(await pathsIn(oci(['CAP_CHOWN', 'CAP_NET_RAW'], all))).toEqual([])
    expect(await pathsIn(oci(['CAP_SYS_ADMIN'], all))).toEqual(expect.arrayContaining(['sys-admin']))
    expect(await pathsIn(oci(['CAP_SYS_MODULE'], all))).toEqual([])
    expect(await pathsIn(oci(['CAP_SYS_MODULE'], all, { seccomp: { defaultAction: 'SCMP_ACT_ALLOW' } }))).toEqual(
      expect.arrayContaining(['kernel-module', 'io-uring']),
    )
    expect(await pathsIn(oci([], ['mount', 'network', 'ipc']))).toEqual([expect.stringContaining('host-processes')])
    expect(await pathsIn(oci([], all, { readonlyPaths: [] }))).toEqual(
      expect.arrayContaining([expect.stringContaining('core-pattern')]),
    )
  })
})

describe('Windows', () => {
  const windows = (more: string): Parts =>
    pod(
      [
        'os: { name: windows }',
        'hostNetwork: true',
        'volumes: [{ name: d, hostPath: { path: "\\\\\\\\.\\\\pipe\\\\docker_engine" } }]',
      ],
      [more],
    )
  it('has its own ways and none of Linux', async () => {
    expect(await pathsIn(windows('securityContext: { windowsOptions: { hostProcess: true } }'))).toEqual([
      'windows-host-process',
    ])
    expect(
      await pathsIn(windows('volumeMounts: [{ name: d, mountPath: "\\\\\\\\.\\\\pipe\\\\docker_engine" }]')),
    ).toEqual(['engine-pipe'])
  })
})

describe('the one change', () => {
  it('is the one after which the fewest paths are left, shown by making it', async () => {
    const lines = ['cap_add: [SYS_ADMIN, SYS_MODULE]', 'volumes: ["/:/host"]', 'pid: host']
    const before = await waysOf({ ...compose(...lines), ...plain })
    expect(before.change?.field).toBe('container.user.uid')
    const after = await waysOf({ ...compose(...lines, 'user: "10001:10001"', NNP), ...plain })
    const closed = new Set(before.change?.closes)
    for (const { id, severity } of after.paths)
      expect([id, closed.has(id) && severity === 'critical']).toEqual([id, false])
    const privileged = await waysOf({ ...compose('privileged: true'), ...plain })
    expect(privileged.change).toMatchObject({ field: 'container.privileged', of: privileged.paths.length })
    expect((await waysOf({ ...compose(), ...plain })).paths).toEqual([])
  })
  it('of every path, each change that it names closes it when it is made', async () => {
    const { paths } = await waysOf(compose('volumes: ["/etc:/e"]'))
    expect(paths.find(({ id }) => id === 'host-etc-written')?.changes.map(({ text }) => text)).toEqual([
      'remove the mount of /etc',
      'mount /etc read-only',
      'run it as a user and group other than root, with no-new-privileges',
      'give it a user namespace of its own',
    ])
  })
  it('is none where there is no path', () => {
    expect(oneChange([])).toBeUndefined()
  })
})

describe('any configuration', () => {
  it('gives paths in a fixed order, worst first, each with its facts; and the same again', async () => {
    const option = fc.constantFrom(
      'privileged: true',
      'pid: host',
      'ipc: host',
      'network_mode: host',
      'cap_add: [ALL]',
      'cap_drop: [ALL]',
      'user: "1000"',
      'runtime: runsc',
      'userns_mode: host',
      'read_only: true',
      'devices: ["/dev/sda"]',
      'volumes: ["/:/h", "/run:/r", "/etc:/e:ro"]',
      'security_opt: ["seccomp=unconfined", "no-new-privileges:true"]',
      'device_cgroup_rules: ["a *:* rwm"]',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(option, { maxLength: 8, selector: (line) => line.split(':')[0] }),
        async (lines) => {
          const subjects = await subjectsOf(compose(...lines))
          const [way] = waysOut(subjects)
          const ranks = ['critical', 'high', 'medium', 'low', 'info']
          const order = (way?.paths ?? []).map(({ severity }) => ranks.indexOf(severity))
          expect(order).toEqual(order.toSorted((a, b) => a - b))
          for (const path of way?.paths ?? []) {
            if (path.cause.fact.how === 'unknown') expect(path.state).toBe('possible')
            expect(path.because[0]).toBe(path.cause)
            expect(path.state).toBe(path.ifs.length > 0 ? 'possible' : 'open')
            expect(path.steps.length).toBeGreaterThanOrEqual(3)
          }
          expect(JSON.stringify(waysOut(subjects).map(({ paths }) => said(paths)))).toBe(
            JSON.stringify([said(way?.paths ?? [])]),
          )
        },
      ),
      { numRuns: 60 },
    )
  })
  it('takes a hundred thousand mounts in a moment', async () => {
    const [subject] = await subjectsOf(compose('volumes: ["/etc:/e", "/srv/data:/d"]'))
    if (!subject || subject.container.mounts.how === 'unknown') throw new Error('no mounts')
    const [etc, data] = subject.container.mounts.value
    if (!etc || !data) throw new Error('no mounts')
    const value = [etc, ...Array.from({ length: 100_000 }, () => data)]
    const many = { ...subject, container: { ...subject.container, mounts: { ...subject.container.mounts, value } } }
    expect(said(pathsOf(many))).toEqual(['host-etc-written'])
  })
})
