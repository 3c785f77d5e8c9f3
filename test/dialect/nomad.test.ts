import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { read, writtenIn } from '../../src/dialect/index.ts'
import { nomad } from '../../src/dialect/nomad.ts'
import { readHcl } from '../../src/document/hcl.ts'
import type { Node } from '../../src/document/node.ts'
import { readContainers } from '../../src/texts.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { Container } from '../../src/model/subject.ts'
import { everyFact, expectFact, factAt, paths, plain, rootOf } from '../support/docker-facts.ts'

interface Got {
  readonly containers: readonly Container[]
  readonly notices: readonly Notice[]
}
function inHcl(text: string): Node {
  const { value, notices } = readHcl('web.nomad', text)
  expect(notices).toEqual([])
  const [root] = value.documents
  if (!root) throw new Error('nothing in it')
  return root
}
const of = (root: Node): Got => {
  expect(nomad.is(root)).toBe(true)
  const { value, notices } = read(nomad, root)
  return { containers: value, notices }
}
const only = (root: Node): Container => {
  const { containers, notices } = of(root)
  expect(notices).toEqual([])
  const [first, ...more] = containers
  if (!first || more.length > 0) throw new Error(`${containers.length} tasks`)
  return first
}

/** What is written in `config` begins in line 7, of the task below it, and of the group at the end. */
const job = (config: string, task = '', group = '', driver = 'docker'): Node =>
  inHcl(`job "shop" {
  group "front" {
    task "web" {
      driver = "${driver}"
      config {
        ${config.startsWith('image') ? '' : driver === 'docker' || driver === 'podman' ? 'image = "nginx"' : 'command = "/bin/web"'}
${config}
      }
${task}
    }
${group}
  }
}
`)

type Case = readonly [config: string, task: string, row: string, value: unknown, how?: string, line?: number]
const titled = (cases: readonly Case[]): readonly (readonly [string, Case])[] =>
  cases.map((one) => [`${one[0]} ${one[1]}: ${one[2]}`, one])

const DOCKER: readonly Case[] = [
  ['', '', 'name', 'web', 'set', 3],
  ['', '', 'os', /left to the image/],
  ['', '', 'role', 'main', 'default'],
  ['', 'lifecycle { hook = "prestart" }', 'role', 'init', 'set', 9],
  ['', 'lifecycle {\n hook = "poststart"\n sidecar = true\n}', 'role', 'sidecar', 'set', 11],
  ['', '', 'image.reference', 'nginx', 'set', 6],
  ['', '', 'image.pull', 'always', 'derived', 6],
  ['image = "nginx:1.2"', '', 'image.pull', 'missing', 'default'],
  ['image = "https://r.example.org/nginx:1.2"', '', 'image.reference', 'r.example.org/nginx:1.2', 'set', 7],
  ['image = "r.example.org:5000/web"', '', 'image.pull', 'always', 'derived'],
  ['image = "a/b@sha256:00"', '', 'image.pull', 'missing', 'default'],
  ['image = "${var.image}:1"', '', 'image.reference', /var\.image has no constant value/, 'unknown', 7],
  ['force_pull = true', '', 'image.pull', 'always', 'set', 7],
  ['entrypoint = ["sh", "-c"]', '', 'entrypoint', ['sh', '-c'], 'set', 7],
  ['command = "sh"\nargs = ["-c", "${NOMAD_PORT_http}"]', '', 'command', ['sh', '-c', '?'], 'set', 7],
  ['args = ["x"]', '', 'command', ['x'], 'set', 7],
  ['args = "x"', '', 'command', /not a list/],
  ['', '', 'command', /left to the image/],
  ['work_dir = "/srv"', '', 'workingDirectory', '/srv', 'set', 7],
  ['privileged = true', '', 'privileged', true, 'set', 7],
  ['privileged = var.on', '', 'privileged', /var\.on/, 'unknown', 7],
  ['privileged = ["x"]', '', 'privileged', /not true or false/],
  ['privileged = true', '', 'seccomp.kind', 'unconfined', 'derived', 7],
  ['privileged = true', '', 'procMount', 'unmasked', 'derived', 7],
  ['readonly_rootfs = true', '', 'readOnlyRootFilesystem', true, 'set', 7],
  ['security_opt = ["no-new-privileges"]', '', 'noNewPrivileges', true, 'set', 7],
  ['security_opt = ["seccomp=unconfined"]', '', 'seccomp.kind', 'unconfined', 'set', 7],
  ['security_opt = ["apparmor=mine"]', '', 'apparmor.name', 'mine', 'set'],
  ['security_opt = ["label=type:spc_t"]', '', 'selinux.type', 'spc_t', 'set'],
  ['security_opt = ["systempaths=unconfined"]', '', 'masked', [], 'set'],
  ['init = true', '', 'init', true, 'set', 7],
  ['', 'user = "1000:1001"', 'user.name', '1000', 'set', 9],
  ['', 'user = "1000:1001"', 'user.group', '1001'],
  ['', '', 'user.name', /left to the image/],
  ['group_add = ["mail"]', '', 'user.supplementary', ['mail'], 'set', 7],
  ['', '', 'restart.policy', 'on-failure', 'default'],
  ['', '', 'restart.retries', 2, 'default'],
  ['', 'restart { attempts = 5 }', 'restart.retries', 5, 'set', 9],
  ['', 'restart { attempts = 0 }', 'restart.policy', 'no', 'set', 9],
  ['', 'restart { mode = "delay" }', 'restart.retries', 0, 'set', 9],
  ['', 'restart { mode = "delay" }', 'restart.policy', 'on-failure', 'set', 9],
  ['pid_mode = "host"', '', 'namespaces.pid', 'host', 'set', 7],
  ['ipc_mode = "host"', '', 'namespaces.ipc', 'host', 'set', 7],
  ['ipc_mode = "container:x"', '', 'namespaces.ipcOf', 'x', 'set', 7],
  ['network_mode = "host"', '', 'namespaces.network', 'host', 'set', 7],
  ['network_mode = "container:x"', '', 'namespaces.networkOf', 'x'],
  ['network_mode = "none"', '', 'network.mode', 'none', 'set', 7],
  ['', '', 'namespaces.network', 'own', 'default'],
  ['uts_mode = "host"', '', 'namespaces.uts', 'host', 'set', 7],
  ['userns_mode = "host"', '', 'namespaces.user', 'host', 'set', 7],
  ['cap_add = ["net_admin"]\ncap_drop = ["ALL"]', '', 'capabilities.add', ['NET_ADMIN'], 'set', 7],
  ['cap_add = ["net_admin"]\ncap_drop = ["ALL"]', '', 'capabilities.drop', ['ALL'], 'set', 8],
  ['sysctl { "net.core.somaxconn" = "1" }', '', 'sysctls', [{ name: 'net.core.somaxconn', value: '1' }], 'set'],
  ['sysctl = { "net.core.somaxconn" = "1" }', '', 'sysctls', [{ name: 'net.core.somaxconn', value: '1' }], 'set', 7],
  ['ulimit { nofile = "1:2" }', '', 'ulimits', [{ name: 'nofile', soft: 1, hard: 2 }]],
  ['ulimit = { nproc = "7" }', '', 'ulimits', [{ name: 'nproc', soft: 7, hard: 7 }]],
  ['ulimit = { nproc = "many" }', '', 'ulimits[0].soft', /not a limit/],
  ['pids_limit = 100', '', 'resources.pids', 100, 'set', 7],
  ['shm_size = 64', '', 'resources.sharedMemory', 64, 'set', 7],
  ['storage_opt = { size = "1g" }', '', 'resources.ephemeralStorage', 2 ** 30, 'set'],
  ['oom_score_adj = 5', '', 'resources.oomScoreAdjustment', 5, 'set'],
  ['runtime = "runsc"', '', 'runtime', 'runsc', 'set', 7],
  ['logging {\n type = "journald"\n}', '', 'logging.driver', 'journald', 'set', 8],
  ['logging { driver = "local" }', '', 'logging.driver', 'local', 'set', 7],
  ['', '', 'resources.memory', 300 * 2 ** 20, 'default'],
  ['', 'resources { memory = 256 }', 'resources.memory', 2 ** 28, 'set', 9],
  ['', 'resources {\n memory = 256\n memory_max = 512\n}', 'resources.memory', 2 ** 29, 'set', 11],
  ['', 'resources {\n memory = 256\n memory_max = 512\n}', 'resources.memoryReservation', 2 ** 28, 'set', 10],
  ['memory_hard_limit = 1024', 'resources { memory = 256 }', 'resources.memory', 2 ** 30, 'set', 7],
  ['', 'resources { memory = 256 }', 'resources.swap', 2 ** 28, 'derived', 9],
  ['', 'resources { memory = "much" }', 'resources.memory', /not a whole number/],
  ['', 'resources = 5', 'resources.memory', /not a map/],
  ['', '', 'resources.cpu', 0, 'default'],
  ['', 'resources { cpu = 500 }', 'resources.cpu', 0, 'default'],
  ['', 'resources { cpu = 500 }', 'resources.cpuShares', 500, 'set', 9],
  ['', 'resources { cores = 2 }', 'resources.cpu', 2000, 'derived', 9],
  ['cpu_hard_limit = true', 'resources { cpu = 500 }', 'resources.cpu', /500 MHz/, 'unknown', 7],
  ['', 'service {\n check {\n type = "http"\n }\n}', 'health.check', true, 'set', 10],
  ['', 'service {\n check {\n type = "http"\n }\n}', 'health.liveness', false, 'default'],
  ['', 'service {\n check {\n check_restart {\n limit = 3\n }\n }\n}', 'health.liveness', true, 'set', 10],
  ['', '', 'health.check', false, 'default'],
]
const OTHERS: readonly (readonly [driver: string, ...Case])[] = [
  ['podman', 'privileged = true', '', 'privileged', true, 'set', 7],
  ['podman', 'image = "docker://nginx:1"', '', 'image.reference', 'nginx:1', 'set', 7],
  ['podman', 'entrypoint = "/bin/sh"', '', 'entrypoint', ['/bin/sh'], 'set', 7],
  ['podman', 'apparmor_profile = "unconfined"', '', 'apparmor.kind', 'unconfined', 'set', 7],
  ['podman', 'userns = "keep-id:uid=1"', '', 'namespaces.user', 'own', 'set', 7],
  ['podman', 'network_mode = "task:db"', '', 'namespaces.network', 'container', 'set', 7],
  ['podman', 'network_mode = "task:db"', '', 'namespaces.networkOf', 'db'],
  ['podman', 'memory_reservation = "100m"', '', 'resources.memoryReservation', 100 * 2 ** 20, 'set', 7],
  ['podman', 'memory_swap = "180m"', '', 'resources.swap', 180 * 2 ** 20, 'set', 7],
  ['podman', 'shm_size = "1m"', '', 'resources.sharedMemory', 2 ** 20],
  [
    'podman',
    'devices = ["/dev/kvm:/dev/x:r"]',
    '',
    'devices',
    [{ source: '/dev/kvm', target: '/dev/x', permissions: 'r' }],
  ],
  ['podman', 'working_dir = "/srv"', '', 'workingDirectory', '/srv'],
  ['exec', '', '', 'image.reference', '', 'default'],
  ['exec', '', '', 'command', ['/bin/web'], 'set', 6],
  ['exec', '', '', 'user.name', '65534', 'default'],
  ['exec', '', 'user = "root"', 'user.name', 'root', 'set', 9],
  ['exec', '', '', 'privileged', false, 'default'],
  ['exec', '', '', 'seccomp.kind', 'unconfined', 'default'],
  ['exec', '', '', 'namespaces.network', 'host', 'default'],
  ['exec', 'pid_mode = "host"', '', 'namespaces.pid', 'host', 'set', 7],
  ['exec', '', '', 'namespaces.pid', 'own', 'default'],
  ['exec', 'cap_add = ["sys_admin"]', '', 'capabilities.add', ['SYS_ADMIN'], 'set', 7],
  ['exec', '', '', 'masked', ['/proc/kcore', '/sys/firmware'], 'default'],
  ['exec', '', 'resources { memory = 64 }', 'resources.memory', 2 ** 26, 'set', 9],
  ['java', '', '', 'namespaces.mount', 'own', 'default'],
  ['exec2', '', '', 'noNewPrivileges', true, 'default'],
  ['raw_exec', '', '', 'privileged', true, 'derived', 4],
  ['raw_exec', '', 'user = "root"', 'privileged', true, 'derived', 4],
  ['raw_exec', '', 'user = "app"', 'privileged', false, 'derived', 4],
  ['raw_exec', '', 'user = "${var.user}"', 'privileged', /var\.user/],
  ['raw_exec', '', '', 'namespaces.pid', 'host', 'derived', 4],
  ['raw_exec', '', '', 'namespaces.network', 'host', 'derived', 4],
  ['raw_exec', '', '', 'namespaces.mount', 'host', 'default'],
  ['raw_exec', '', '', 'seccomp.kind', 'unconfined', 'derived', 4],
  ['raw_exec', '', '', 'masked', [], 'derived', 4],
  ['raw_exec', '', '', 'user.name', /user of the Nomad agent/],
  ['raw_exec', '', 'resources { memory = 64 }', 'resources.memory', 0, 'default'],
  ['qemu', '', '', 'runtime', 'qemu', 'default'],
  ['qemu', '', '', 'user.name', /image of the machine/],
]

describe('a row, from what is written', () => {
  it.each(titled(DOCKER))('docker: %s', (_, [config, task, row, value, how, line]) => {
    expectFact(factAt(only(job(config, task)).facts, row), value, how, line)
  })
  it.each(OTHERS.map((one) => [`${one[0]}: ${one[1]} ${one[2]}: ${one[3]}`, one] as const))('%s', (_, one) => {
    const [driver, config, task, row, value, how, line] = one
    expectFact(factAt(only(job(config, task, '', driver)).facts, row), value, how, line)
  })
  it('answers every row, of every driver', () => {
    for (const driver of ['docker', 'podman', 'exec', 'java', 'exec2', 'raw_exec', 'qemu']) {
      const facts = only(job('', '', '', driver)).facts
      expect(paths(facts).length).toBeGreaterThan(80)
      for (const fact of everyFact(facts)) expect(fact.place.line).toBeGreaterThan(0)
    }
  })
  it('names the runtime behind the driver', () => {
    const runtimes = ['docker', 'podman', 'exec', 'raw_exec', 'qemu'].map(
      (driver) => only(job('', '', '', driver)).runtime,
    )
    expect(runtimes).toEqual(['docker', 'podman', 'nomad', 'nomad', 'nomad'])
  })
  it('cannot say to exec what it can to docker', () => {
    const rows = ['seccomp.kind', 'noNewPrivileges', 'readOnlyRootFilesystem', 'resources.pids', 'capabilities.drop']
    const unsayable = (driver: string): readonly string[] =>
      rows.filter((row) => 'unsayable' in factAt(only(job('', '', '', driver)).facts, row))
    expect(unsayable('docker')).toEqual([])
    expect(unsayable('exec')).toEqual(['seccomp.kind', 'noNewPrivileges', 'readOnlyRootFilesystem', 'resources.pids'])
    // That it has no filter follows from the driver.
    expect(unsayable('raw_exec')).toEqual(rows.slice(1))
  })
  it('keeps what Nomad allows by default', () => {
    const given = plain(only(job('')).facts.capabilities.given)
    expect(given).toContain('CHOWN')
    expect(given).not.toContain('NET_RAW')
  })
})
describe('mounts', () => {
  const mounts = (config: string, task = '', group = '', driver = 'docker'): unknown =>
    plain(factAt(only(job(config, task, group, driver)).facts, 'mounts'))
  const mount = (more: object): unknown => ({ readOnly: false, propagation: 'rprivate', options: [], ...more })
  it.each([
    [
      'volumes = ["/etc:/e:ro"]',
      mount({ kind: 'bind', type: 'bind', source: '/etc', target: '/e', readOnly: true, options: ['ro'] }),
    ],
    ['volumes = ["local/x:/e"]', mount({ kind: 'volume', type: 'task directory', source: 'local/x', target: '/e' })],
    ['volumes = ["../../../etc:/e"]', mount({ kind: 'bind', type: 'bind', source: '../../../etc', target: '/e' })],
    [
      'volumes = ["local/../../../etc:/e"]',
      mount({ kind: 'volume', type: 'volume', source: 'local/../../../etc', target: '/e' }),
    ],
    [
      'volumes = ["${NOMAD_TASK_DIR}/x:/e"]',
      mount({ kind: 'volume', type: 'task directory', source: '?', target: '/e' }),
    ],
    ['volumes = ["${var.path}:/e"]', mount({ kind: '?', type: '?', source: '?', target: '/e' })],
    [
      'volumes = ["name:/e"]\nvolume_driver = "pxd"',
      mount({ kind: 'volume', type: 'volume', source: 'name', target: '/e' }),
    ],
    [
      'mount {\n type = "bind"\n source = "/etc"\n target = "/e"\n readonly = true\n bind_options { propagation = "rshared" }\n}',
      mount({ kind: 'bind', type: 'bind', source: '/etc', target: '/e', readOnly: true, propagation: 'rshared' }),
    ],
    [
      'mounts = [{ type = "bind", source = "/etc", target = "/e" }]',
      mount({ kind: 'bind', type: 'bind', source: '/etc', target: '/e' }),
    ],
    ['mount {\n target = "/e"\n source = "v"\n}', mount({ kind: 'volume', type: 'volume', source: 'v', target: '/e' })],
    [
      'mount {\n type = "bind"\n source = "local/x"\n target = "/e"\n}',
      mount({ kind: 'volume', type: 'task directory', source: 'local/x', target: '/e' }),
    ],
    ['mount {\n type = "tmpfs"\n target = "/e"\n}', mount({ kind: 'tmpfs', type: 'tmpfs', source: '', target: '/e' })],
    ['mount {\n type = "odd"\n target = "/e"\n}', mount({ kind: '?', type: 'odd', source: '', target: '/e' })],
  ])('%s', (config, value) => {
    expect(mounts(config)).toEqual([value])
  })
  it('are volumes of the group', () => {
    const group =
      'volume "data" {\n type = "host"\n source = "disk"\n read_only = true\n}\nvolume "own" {\n type = "csi"\n}'
    const task =
      'volume_mount {\n volume = "data"\n destination = "/d"\n propagation_mode = "bidirectional"\n}\nvolume_mount {\n volume = "own"\n destination = "/o"\n read_only = true\n}\nvolume_mount {\n volume = "nowhere"\n destination = "/n"\n}'
    expect(mounts('', task, group)).toEqual([
      mount({ kind: 'volume', type: 'host', source: 'disk', target: '/d', readOnly: true, propagation: 'rshared' }),
      mount({ kind: 'volume', type: 'csi', source: 'own', target: '/o', readOnly: true }),
      mount({ kind: '?', type: '?', source: '?', target: '/n', readOnly: '?' }),
    ])
  })
  it('are tmpfs of podman, and tokens', () => {
    expect(mounts('tmpfs = ["/tmp:noexec"]', '', '', 'podman')).toMatchObject([
      { kind: 'tmpfs', target: '/tmp', options: ['noexec'] },
    ])
    expect(mounts('', 'vault {}\nidentity {\n file = true\n}')).toMatchObject([
      { kind: 'token', type: 'vault', target: '/secrets/vault_token' },
      { kind: 'token', type: 'identity' },
    ])
    expect(mounts('', 'vault {\n disable_file = true\n}\nidentity {\n env = true\n}')).toEqual([])
  })
})

describe('ports', () => {
  const NETWORK = `network {
      mode = "bridge"
      port "http" {
        static = 8080
        to = 80
      }
      port "metrics" {
        to = 9090
        host_network = "private"
      }
      port "db" {}
    }`
  const ports = (config: string, group = NETWORK): unknown => plain(factAt(only(job(config, '', group)).facts, 'ports'))
  const http = {
    container: 80,
    published: true,
    host: 8080,
    address: '${attr.unique.network.ip-address}',
    protocol: 'tcp',
  }
  it('are those of the group, by name', () => {
    expect(ports('ports = ["http", "nowhere"]')).toMatchObject([
      http,
      { container: '?' },
      { container: 9090 },
      { container: 0 },
    ])
  })
  it('of the network that the group shares stand with its first task', () => {
    expect(ports('')).toEqual([
      http,
      { container: 9090, published: true, host: 0, address: '${attr.network.private.ip-address}', protocol: 'tcp' },
      { container: 0, published: true, host: 0, address: '${attr.unique.network.ip-address}', protocol: 'tcp' },
    ])
  })
  it('are in resources and port_map of older jobs', () => {
    const root = job('port_map {\n http = 80\n}', 'resources {\n network {\n port "http" {\n static = 8080\n }\n }\n}')
    expect(plain(factAt(only(root).facts, 'ports'))).toEqual([http])
  })
  it('are not known where a dynamic block makes them, nor their numbers', () => {
    const group =
      'network {\n dynamic "port" {\n for_each = var.ports\n labels = [port.key]\n content {\n to = port.value\n }\n }\n port "x" {\n static = var.x\n }\n}'
    expect(ports('', group)).toMatchObject([
      { container: '?', host: '?' },
      { container: '?', published: '?' },
    ])
  })
})

describe('the group', () => {
  const network = (mode: string, driver: string): unknown =>
    plain(factAt(only(job('', '', `network {\n mode = "${mode}"\n}`, driver)).facts, 'namespaces.network'))
  it.each([
    ['bridge', 'docker', 'own'],
    ['host', 'docker', 'own'],
    ['none', 'docker', 'none'],
    ['cni/x', 'exec', 'own'],
    ['bridge', 'exec', 'own'],
    ['host', 'exec', 'host'],
    ['bridge', 'raw_exec', 'own'],
  ])('in mode %s gives a task of %s the network of %s', (mode, driver, whose) => {
    expect(network(mode, driver)).toBe(whose)
  })
  it('says how its tasks are restarted, and checks them', () => {
    const facts = only(job('', '', 'restart {\n attempts = 7\n}\nservice {\n check {\n type = "tcp"\n }\n}')).facts
    expectFact(facts.restart.retries, 7, 'inherited', 12)
    expectFact(facts.health.check, true, 'set', 15)
    const named = 'service {\n task = "other"\n check {\n type = "tcp"\n }\n}'
    expectFact(only(job('', '', named)).facts.health.check, false, 'default')
  })
})

it('reads variables, of templates and of tokens too', () => {
  const task =
    'env {\n A = "b"\n C = "${node.unique.id}"\n}\ntemplate {\n data = "x"\n env = true\n}\ntemplate {\n data = "y"\n}\nvault {}\nidentity {\n env = true\n}'
  expect(plain(factAt(only(job('', task)).facts, 'environment'))).toEqual([
    { name: 'A', value: 'b', fromSecret: false },
    { name: 'C', value: '?', fromSecret: true },
    { name: '?', value: '', fromSecret: true },
    { name: 'VAULT_TOKEN', value: '', fromSecret: true },
    { name: 'NOMAD_TOKEN', value: '', fromSecret: true },
  ])
})
it('reads devices, of the host and of plug-ins', () => {
  const config =
    'devices = [{ host_path = "/dev/sda", container_path = "/dev/x", cgroup_permissions = "r" }, { host_path = "/dev/kvm" }, {}]'
  const facts = only(job(config, 'resources {\n device "nvidia/gpu" {}\n}')).facts
  expect(plain(factAt(facts, 'devices'))).toEqual([
    { source: '/dev/sda', target: '/dev/x', permissions: 'r' },
    { source: '/dev/kvm', target: '/dev/kvm', permissions: 'rwm' },
    { source: '?', target: '?', permissions: '?' },
    { source: 'nvidia/gpu', target: '', permissions: 'rwm' },
  ])
})

describe('where it is written', () => {
  const API = `{ "Job": { "ID": "shop", "Type": "service", "TaskGroups": [{ "Name": "front",
    "RestartPolicy": { "Attempts": 4, "Mode": "fail" },
    "Networks": [{ "Mode": "bridge", "ReservedPorts": [{ "Label": "http", "Value": 8080, "To": 80 }], "DynamicPorts": null }],
    "Volumes": { "data": { "Type": "host", "Source": "disk", "ReadOnly": true } },
    "Tasks": [{ "Name": "web", "Driver": "docker", "User": "1000", "Lifecycle": null, "Vault": null,
      "Config": { "image": "nginx", "privileged": true, "ulimit": [{ "nofile": "1:2" }], "logging": [{ "type": "local" }] },
      "Env": { "MEMORY_MB": "x" },
      "Resources": { "CPU": 500, "MemoryMB": 256, "MemoryMaxMB": 512, "Devices": [{ "Name": "gpu" }] },
      "VolumeMounts": [{ "Volume": "data", "Destination": "/d", "PropagationMode": "private" }],
      "Templates": [{ "DestPath": "x", "Envvars": true }],
      "Services": [{ "Checks": [{ "Type": "http" }] }] }] }] } }`
  it('as the API has it', () => {
    const { id, facts } = only(rootOf(API))
    expect(id).toBe('shop/front/web')
    const rows: readonly (readonly [string, unknown, string?, number?])[] = [
      ['privileged', true, 'set', 6],
      ['user.name', '1000', 'set', 5],
      ['resources.memory', 2 ** 29, 'set', 8],
      ['resources.memoryReservation', 2 ** 28, 'set', 8],
      ['resources.cpuShares', 500],
      ['restart.retries', 4, 'inherited', 2],
      ['namespaces.network', 'own', 'set', 3],
      ['ports[0].host', 8080, 'set', 3],
      ['ulimits[0].hard', 2],
      ['logging.driver', 'local'],
      ['environment[0].name', 'MEMORY_MB'],
      ['environment[1].fromSecret', true],
      ['mounts[0].type', 'host', 'set', 4],
      ['mounts[0].readOnly', true],
      ['devices[0].source', 'gpu'],
      ['health.check', true, 'set', 11],
      ['role', 'main', 'default'],
    ]
    for (const [row, value, how, line] of rows) expectFact(factAt(facts, row), value, how, line)
  })
  it("as HCL's JSON has it", () => {
    const tasks =
      '{ "web": { "driver": "docker", "config": { "image": "nginx", "privileged": true }, "resources": [{ "memory": 5 }] } }'
    for (const text of [
      `{ "job": { "shop": { "group": { "front": { "task": ${tasks} } } } } }`,
      `{ "job": [{ "shop": [{ "group": [{ "front": [{ "task": [${tasks}] }] }] }] }] }`,
    ]) {
      const { id, facts } = only(rootOf(text))
      expect(id).toBe('shop/front/web')
      expectFact(facts.privileged, true, 'set')
      expectFact(facts.resources.memory, 5 * 2 ** 20, 'set')
    }
  })
  it('as a task without a group, and as several groups', () => {
    const { containers } = of(
      inHcl(
        'job "a" {\n task "x" {\n driver = "docker"\n }\n group "g" {\n task "y" {\n driver = "exec"\n }\n task "z" {\n driver = "docker"\n }\n }\n}',
      ),
    )
    expect(containers.map(({ id }) => id)).toEqual(['a/g/y', 'a/g/z', 'a/x/x'])
  })
  it('in a file of any name, through the reader of texts', async () => {
    const text = 'job "a" {\n  group "g" {\n    task "t" {\n      driver = "docker"\n    }\n  }\n}\n'
    for (const file of ['web.nomad', 'web.hcl', 'web.nomad.hcl', 'web']) {
      const found = await readContainers({ file, text, named: true })
      expect([file, found.kinds, found.containers.map(({ id }) => id)]).toEqual([file, ['nomad'], ['a/g/t']])
    }
    const broken = await readContainers({ file: 'web.nomad', text: text.slice(0, -4), named: false })
    expect(broken.notices).toMatchObject([{ id: 'hcl-invalid', lost: true }])
  })
  it('takes no Terraform, no Packer, no other HCL', () => {
    for (const text of [
      'resource "aws_ecs_task_definition" "x" {\n  family = "x"\n}\nvariable "y" {}\n',
      'job {}\n',
      'group "docker" {\n targets = ["a"]\n}\ntarget "a" {}\n',
      'client {\n enabled = true\n}\nplugin "docker" {}\n',
    ])
      expect(nomad.is(inHcl(text))).toBe(false)
    for (const text of [
      '{ "job": "x" }',
      '{ "job": { "name": "x", "steps": [] } }',
      '{ "Job": { "x": 1 } }',
      'jobs: { build: { steps: [] } }',
      '[]',
    ])
      expect(nomad.is(rootOf(text))).toBe(false)
    expect(writtenIn('hcl').map(({ name }) => name)).toEqual(['nomad'])
  })
})

describe('what is no task is lost input, and never a pass', () => {
  it.each([
    ['task "t" {\n driver = "lxc"\n }', 'nomad-driver-unknown'],
    ['task "t" {\n driver = var.driver\n }', 'nomad-driver-unknown'],
    ['task "t" {\n }', 'nomad-driver-unknown'],
    ['task = { t = 5 }', 'nomad-task-invalid'],
  ])('%s', (task, id) => {
    const { containers, notices } = of(
      inHcl(
        `job "a" {\n group "g" {\n ${task}\n task "u" {\n driver = "docker"\n }\n }\n}`.replace(
          /task = .*\n task[^}]*}/,
          (all) => all.split('\n')[0] ?? '',
        ),
      ),
    )
    expect(notices).toMatchObject([{ id, lost: true }])
    expect(containers.length).toBe(id === 'nomad-task-invalid' ? 0 : 1)
  })
  it('does not throw, whatever is written', () => {
    const keys = [
      'task',
      'driver',
      'config',
      'image',
      'user',
      'resources',
      'network',
      'port',
      'volume',
      'volume_mount',
      'mount',
      'volumes',
      'ports',
      'env',
      'template',
      'service',
      'check',
      'lifecycle',
      'restart',
      'dynamic',
      'content',
      'devices',
      'ulimit',
      'vault',
    ]
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1, 1e300, '', 'docker', 'x:y'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
      ),
    })).any
    fc.assert(
      fc.property(
        value,
        value,
        value,
        fc.constantFrom('docker', 'podman', 'exec', 'raw_exec'),
        (config, task, group, driver) => {
          const whole = { ...(typeof task === 'object' ? task : {}), driver, config }
          const text = JSON.stringify({
            job: { a: { group: { g: { ...(typeof group === 'object' ? group : {}), task: { t: whole } } } } },
          })
          expect(of(rootOf(text)).notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
          const api = JSON.stringify({
            Job: {
              TaskGroups: [
                {
                  Name: 'g',
                  Networks: group,
                  Volumes: group,
                  Tasks: [{ Name: 't', Driver: driver, Config: config, Resources: task, Services: task, Env: task }],
                },
              ],
            },
          })
          expect(of(rootOf(api)).notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })
  it('is not slow for many', () => {
    const tasks = Array.from(
      { length: 1500 },
      (_, i) => `task "t${i}" {\n driver = "docker"\n config {\n image = "x"\n }\n }`,
    ).join('\n')
    expect(of(inHcl(`job "a" {\n group "g" {\n ${tasks}\n }\n}`)).containers).toHaveLength(1500)
  })
})
