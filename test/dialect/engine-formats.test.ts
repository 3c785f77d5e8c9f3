/** The settings of the engines beyond Docker's: each row of each format, and the files that the real programs bring. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { engineFormat, engineFormats, readEngine } from '../../src/dialect/engine.ts'
import { seconds } from '../../src/dialect/engine/kubelet.ts'
import { PODMAN_CAPABILITIES } from '../../src/dialect/silence/podman.ts'
import { readText } from '../../src/document/read.ts'
import { readUnit } from '../../src/document/systemd.ts'
import { readToml } from '../../src/document/toml.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import { engineOfText } from '../support/engine.ts'
import { everyFact, expectFact, factAt, paths } from '../support/docker-facts.ts'

/** Lines of a text, a row, its value (a word in slashes is in the reason why it is not known), how and the line. */
type Case = readonly [string, string, unknown, string?, number?]

const CRI = 'plugins."io.containerd.grpc.v1.cri"'
const cri = (...lines: readonly string[]): string => `version = 2\n[${CRI}]\n${lines.join('\n')}`
const runtime = (facts: object): object => ({ hostDevices: true, annotations: [], loosened: [], ...facts })
const CONTAINERD: readonly Case[] = [
  [cri(), 'kind', 'containerd', 'default'],
  [cri(), 'rootless', false, 'default'],
  [cri('disable_apparmor = true'), 'apparmor', false, 'set', 3],
  [cri('disable_apparmor = false'), 'apparmor', /where the host has it/],
  [cri('disable_apparmor = "yes"'), 'apparmor', /not true or false/],
  [cri('enable_selinux = true'), 'selinux', true, 'set', 3],
  [cri(), 'selinux', false, 'default'],
  [cri(), 'seccomp', /seccompDefault/],
  [cri(), 'kubelet.anonymous', /the kubelet does/],
  [cri(), 'runtime', 'runc', 'default'],
  [cri(`[${CRI}.containerd]`, 'default_runtime_name = "kata"'), 'runtime', 'kata', 'set', 4],
  [
    cri(`[${CRI}.containerd.runtimes.g]`, 'runtime_type = "io.containerd.runsc.v1"'),
    'runtimes',
    [runtime({ name: 'g', path: 'io.containerd.runsc.v1', sandbox: 'gvisor' })],
    'set',
    3,
  ],
  [
    cri(
      `[${CRI}.containerd.runtimes.k]`,
      'runtime_type = "io.containerd.kata.v2"',
      'privileged_without_host_devices = true',
      'pod_annotations = ["io.katacontainers.*"]',
    ),
    'runtimes',
    [
      runtime({
        name: 'k',
        path: 'io.containerd.kata.v2',
        sandbox: 'virtual-machine',
        hostDevices: false,
        annotations: ['io.katacontainers.*'],
      }),
    ],
  ],
  [
    cri(
      `[${CRI}.containerd.runtimes.c]`,
      'runtime_type = "io.containerd.runc.v2"',
      `[${CRI}.containerd.runtimes.c.options]`,
      'BinaryName = "/usr/bin/crun"',
    ),
    'runtimes',
    [runtime({ name: 'c', path: 'io.containerd.runc.v2', sandbox: 'none' })],
  ],
  [
    'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.g]\nruntime_type = "io.containerd.runsc.v1"',
    'runtimes',
    [runtime({ name: 'g', path: 'io.containerd.runsc.v1', sandbox: 'gvisor' })],
  ],
  [
    "version = 3\n[plugins.'io.containerd.cri.v1.runtime']\nenable_unprivileged_ports = true\nenable_unprivileged_icmp = false",
    'sysctls',
    [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    'set',
    2,
  ],
  [cri(), 'sysctls', [], 'default'],
  ['[plugins.cri]\nenable_selinux = true', 'selinux', true, 'set', 2],
  [cri('stream_server_address = "0.0.0.0"'), 'stream.address', '0.0.0.0', 'set', 3],
  [cri(), 'stream.address', '127.0.0.1', 'default'],
  [cri('enable_tls_streaming = true'), 'stream.tls', true, 'set', 3],
  [cri(`[${CRI}.registry.configs."r:5000".tls]`, 'insecure_skip_verify = true'), 'insecureRegistries', ['r:5000']],
  [
    cri(`[${CRI}.registry.mirrors."docker.io"]`, 'endpoint = ["https://a", "http://m:5000"]'),
    'insecureRegistries',
    ['http://m:5000 (for docker.io)'],
  ],
  [cri(`[${CRI}.registry]`, 'config_path = "/etc/containerd/certs.d"'), 'insecureRegistries', /hosts\.toml/],
  [cri(`[${CRI}.registry]`, 'config_path = ""'), 'insecureRegistries', [], 'set'],
  [cri(), 'insecureRegistries', [], 'default'],
  ['version = 2\n[grpc]\ntcp_address = "0.0.0.0:9000"', 'hosts', ['tcp://0.0.0.0:9000'], 'set', 2],
  ['version = 2\n[grpc]\naddress = "/run/c.sock"', 'hosts', ['unix:///run/c.sock']],
  ['version = 2\n[grpc]\ntcp_tls_ca = "/ca.pem"', 'tlsVerify', true, 'set', 3],
  ['version = 2\n[grpc]\ntcp_tls_ca = ""', 'tlsVerify', false, 'set'],
  ['version = 2\ndisabled_plugins = []\nplugins = 5', 'selinux', /not a map/],
]

const crio = (...lines: readonly string[]): string => `[crio.runtime]\n${lines.join('\n')}`
const CRIO: readonly Case[] = [
  [crio(), 'kind', 'cri-o', 'default'],
  [crio('read_only = true'), 'readOnlyRootFilesystem', true, 'set', 2],
  [crio('uid_mappings = "0:100000:65536"'), 'usernsRemap', true, 'set', 2],
  [crio('uid_mappings = ""'), 'usernsRemap', false],
  [crio('default_capabilities = ["CHOWN", "cap_net_raw"]'), 'capabilities', ['CHOWN', 'NET_RAW'], 'set', 2],
  [crio('default_capabilities = []'), 'capabilities', expect.arrayContaining(['KILL']), 'default'],
  [crio('default_capabilities = 5'), 'capabilities', /not a list/],
  [crio('seccomp_profile = "/etc/crio/s.json"'), 'seccompProfile', '/etc/crio/s.json', 'set', 2],
  [crio('seccomp_profile = ""'), 'seccompProfile', '', 'default'],
  [crio('apparmor_profile = "mine"'), 'apparmorProfile', 'mine'],
  [crio('apparmor_profile = "crio-default"'), 'apparmorProfile', ''],
  [crio('selinux = true'), 'selinux', true, 'set', 2],
  [crio('hostnetwork_disable_selinux = false'), 'selinuxOnHostNetwork', true, 'set', 2],
  [crio(), 'selinuxOnHostNetwork', false, 'default'],
  [crio('default_runtime = "crun"'), 'runtime', 'crun'],
  [crio(), 'runtime', /1\.31/],
  [
    crio('default_sysctls = ["net.ipv4.ping_group_range = 0 1", "odd"]'),
    'sysctls',
    [
      { name: 'net.ipv4.ping_group_range', value: '0 1' },
      { name: '?', value: '?' },
    ],
  ],
  [
    crio('default_ulimits = ["nofile=1024:2048", "core=-1", "x"]'),
    'ulimits',
    [
      { name: 'nofile', soft: 1024, hard: 2048 },
      { name: 'core', soft: -1, hard: -1 },
      { name: '?', soft: '?', hard: '?' },
    ],
  ],
  [crio('pids_limit = 1024'), 'pids', 1024, 'set'],
  [crio('pids_limit = -1'), 'pids', 0, 'set'],
  [crio(), 'pids', /does not decide/],
  [
    crio('additional_devices = ["/dev/sdc:/dev/x:r"]'),
    'devices',
    [{ source: '/dev/sdc', target: '/dev/x', permissions: 'r' }],
  ],
  [crio('log_level = "debug"'), 'logLevel', 'debug'],
  ['[crio]\nstorage_driver = "overlay"', 'storageDriver', 'overlay', 'set', 2],
  ['[crio]\nstorage_option = ["overlay.size=1G"]', 'storageOptions', ['overlay.size=1G'], 'set', 2],
  ['[crio.api]\nlisten = "/run/crio/crio.sock"', 'hosts', ['unix:///run/crio/crio.sock'], 'set', 2],
  ['[crio.api]\nstream_address = "0.0.0.0"', 'stream.address', '0.0.0.0', 'set', 2],
  ['[crio.api]\nstream_enable_tls = true', 'stream.tls', true, 'set'],
  ['[crio.image]\ninsecure_registries = ["r:5000"]', 'insecureRegistries', ['r:5000'], 'set', 2],
  [
    '[crio.runtime.runtimes.kata]\nruntime_path = "/usr/bin/containerd-shim-kata-v2"\nruntime_type = "vm"\nprivileged_without_host_devices = true',
    'runtimes',
    [
      runtime({
        name: 'kata',
        path: '/usr/bin/containerd-shim-kata-v2',
        sandbox: 'virtual-machine',
        hostDevices: false,
      }),
    ],
    'set',
    1,
  ],
  [
    '[crio.runtime.runtimes.own]\nruntime_path = "/opt/own"\nallowed_annotations = ["io.kubernetes.cri-o.Devices"]',
    'runtimes',
    [runtime({ name: 'own', path: '/opt/own', sandbox: '?', annotations: ['io.kubernetes.cri-o.Devices'] })],
  ],
  ['[crio]\nruntime = 5', 'selinux', /not a map/],
]

const conf = (...lines: readonly string[]): string => `[containers]\nlog_size_max = -1\n${lines.join('\n')}`
const CONF: readonly Case[] = [
  [conf(), 'kind', 'podman', 'default'],
  [conf(), 'rootless', /whoever runs/],
  [conf('userns = "auto"'), 'usernsRemap', true, 'set', 3],
  [conf('userns = "host"'), 'usernsRemap', false, 'set'],
  [conf('userns = "odd"'), 'usernsRemap', /odd/],
  [conf('privileged = true'), 'privileged', true, 'set', 3],
  [conf('read_only = true'), 'readOnlyRootFilesystem', true],
  [conf('init = true'), 'init', true],
  [conf('default_capabilities = ["CAP_SYS_ADMIN"]'), 'capabilities', ['SYS_ADMIN'], 'set'],
  [conf('default_capabilities = ["NET_RAW", {append=true}]'), 'capabilities', ['NET_RAW', '?'], 'set'],
  [conf(), 'capabilities', PODMAN_CAPABILITIES, 'default'],
  [conf('seccomp_profile = "unconfined"'), 'seccomp', 'unconfined', 'set'],
  [conf('seccomp_profile = "/usr/share/containers/seccomp.json"'), 'seccomp', 'runtime-default', 'set'],
  [conf('seccomp_profile = "/etc/own.json"'), 'seccomp', 'profile'],
  [conf('seccomp_profile = "/etc/own.json"'), 'seccompProfile', '/etc/own.json'],
  [conf('apparmor_profile = "container-default"'), 'apparmorProfile', ''],
  [conf('apparmor_profile = "unconfined"'), 'apparmorProfile', 'unconfined'],
  [conf('label = false'), 'selinuxLabels', false, 'set'],
  [conf(), 'selinux', /does not say/],
  [conf('cgroupns = "host"'), 'cgroupNamespace', 'host'],
  [conf('ipcns = "host"'), 'ipc', 'host'],
  [conf(), 'ipc', 'shareable', 'default'],
  [conf('pidns = "host"'), 'pid', 'host'],
  [conf('netns = "slirp4netns:allow_host_loopback=true"'), 'network', 'own'],
  [conf('netns = "host"'), 'network', 'host'],
  [conf('utsns = "host"'), 'uts', 'host'],
  [conf('pids_limit = 0'), 'pids', 0, 'set'],
  [conf(), 'pids', 2048, 'default'],
  [conf('shm_size = "128m"'), 'sharedMemory', 134_217_728],
  [conf('default_sysctls = ["a.b=1"]'), 'sysctls', [{ name: 'a.b', value: '1' }]],
  [conf('default_ulimits = ["nofile=1:2"]'), 'ulimits', [{ name: 'nofile', soft: 1, hard: 2 }]],
  [conf('devices = ["/dev/kvm"]'), 'devices', [{ source: '/dev/kvm', target: '/dev/kvm', permissions: 'rwm' }]],
  [
    conf('volumes = ["/srv:/srv:ro"]'),
    'mounts',
    [
      {
        kind: 'bind',
        type: 'bind',
        source: '/srv',
        target: '/srv',
        readOnly: true,
        propagation: 'rprivate',
        options: ['ro'],
      },
    ],
  ],
  [conf('log_driver = "none"'), 'logDriver', 'none'],
  ['[engine]\nruntime = "runsc"', 'runtime', 'runsc', 'set', 2],
  [
    '[engine]\nruntime = "own"\n[engine.runtimes]\nkata = ["/usr/bin/kata-runtime", "/usr/sbin/kata-runtime"]',
    'runtimes',
    [runtime({ name: 'kata', path: '/usr/bin/kata-runtime', sandbox: 'virtual-machine' })],
    'set',
    3,
  ],
]

const kubelet = (...lines: readonly string[]): string =>
  ['apiVersion: kubelet.config.k8s.io/v1beta1', 'kind: KubeletConfiguration', ...lines].join('\n')
const KUBELET: readonly Case[] = [
  [kubelet(), 'kind', 'kubelet', 'default'],
  [kubelet('seccompDefault: true'), 'seccomp', 'runtime-default', 'set', 3],
  [kubelet('seccompDefault: false'), 'seccomp', 'unconfined', 'set', 3],
  [kubelet(), 'seccomp', 'unconfined', 'default'],
  [kubelet('seccompDefault: 5'), 'seccomp', /not true or false/],
  [kubelet('podPidsLimit: 4096'), 'pids', 4096, 'set', 3],
  [kubelet('podPidsLimit: -1'), 'pids', 0, 'set'],
  [kubelet(), 'pids', 0, 'default'],
  [kubelet('allowedUnsafeSysctls: ["kernel.msg*"]'), 'unsafeSysctls', ['kernel.msg*'], 'set', 3],
  [kubelet('cgroupRoot: /'), 'cgroupParent', '', 'set'],
  [kubelet('cgroupRoot: /kube'), 'cgroupParent', '/kube', 'set'],
  [kubelet('authentication: { anonymous: { enabled: true } }'), 'kubelet.anonymous', true, 'set', 3],
  [kubelet(), 'kubelet.anonymous', false, 'default'],
  [kubelet('authentication: 5'), 'kubelet.anonymous', /not a map/],
  [kubelet('authentication: { webhook: { enabled: false } }'), 'kubelet.webhook', false, 'set'],
  [kubelet('authentication:', '  x509:', '    clientCAFile: /ca.crt'), 'kubelet.clientCa', '/ca.crt', 'set', 5],
  [kubelet(), 'kubelet.clientCa', '', 'default'],
  [kubelet('authorization: { mode: AlwaysAllow }'), 'kubelet.authorization', 'AlwaysAllow', 'set', 3],
  [kubelet('authorization: { mode: ABAC }'), 'kubelet.authorization', /not one of/],
  [kubelet(), 'kubelet.authorization', 'Webhook', 'default'],
  [kubelet('readOnlyPort: 10255'), 'kubelet.readOnlyPort', 10_255, 'set', 3],
  [kubelet(), 'kubelet.readOnlyPort', 0, 'default'],
  [kubelet('address: 10.0.0.1'), 'kubelet.address', '10.0.0.1'],
  [kubelet('enableDebuggingHandlers: false'), 'kubelet.debugging', false],
  [kubelet('tlsCertFile: /c.crt'), 'kubelet.certificate', '/c.crt'],
  [kubelet('serverTLSBootstrap: true'), 'kubelet.serverBootstrap', true],
  [kubelet('rotateCertificates: true'), 'kubelet.rotate', true],
  [kubelet('tlsMinVersion: VersionTLS13'), 'kubelet.tlsMinimum', 'VersionTLS13'],
  [kubelet('tlsCipherSuites: [TLS_A]'), 'kubelet.ciphers', ['TLS_A']],
  [kubelet('protectKernelDefaults: true'), 'kubelet.protectKernel', true],
  [kubelet(), 'kubelet.protectKernel', false, 'default'],
  [kubelet('makeIPTablesUtilChains: false'), 'kubelet.iptablesChains', false],
  [kubelet('eventRecordQPS: 0'), 'kubelet.eventRate', 0, 'set'],
  [kubelet(), 'kubelet.eventRate', 50, 'default'],
  [kubelet('streamingConnectionIdleTimeout: 4h0m0s'), 'kubelet.streamTimeout', 14_400, 'set'],
  [kubelet('streamingConnectionIdleTimeout: 0s'), 'kubelet.streamTimeout', 0, 'set'],
  [kubelet('streamingConnectionIdleTimeout: soon'), 'kubelet.streamTimeout', /not a duration/],
  [kubelet('failSwapOn: false'), 'kubelet.failSwap', false],
  [kubelet('memorySwap: { swapBehavior: LimitedSwap }'), 'kubelet.swap', 'LimitedSwap'],
  [kubelet('staticPodPath: /etc/kubernetes/manifests'), 'kubelet.staticPods', '/etc/kubernetes/manifests'],
  [kubelet(), 'noNewPrivileges', /may/],
  ['{"kubeletconfig": {"readOnlyPort": 10255}}', 'kubelet.readOnlyPort', 10_255, 'set', 1],
]

describe.each([
  ['containerd', 'config.toml', CONTAINERD],
  ['crio', 'crio.conf', CRIO],
  ['containers-conf', 'containers.conf', CONF],
  ['kubelet', 'config.yaml', KUBELET],
] as const)('%s', (name, file, cases) => {
  it.each(cases.map((each) => [each[1], each[0], each] as const))(
    '%s of %j',
    (_row, _text, [text, row, value, how, line]) => {
      const engine = engineOfText(text, file)
      expect(engine.format).toBe(name)
      if (value instanceof Object && 'asymmetricMatch' in value) {
        const fact = factAt(engine.facts, row)
        expect(fact.how).toBe(how)
        return
      }
      expectFact(factAt(engine.facts, row), value, how, line)
    },
  )
  it('asks for nothing that no case is about', () => {
    const format = engineFormats.find((each) => each.name === name)
    if (!format) throw new Error(name)
    const asked = new Set(cases.filter(([, , , how]) => how !== 'default').map(([, row]) => row))
    const facts: AnyFacts = engineOfText(cases[0]?.[0] ?? '', file).facts
    const says = (row: string): boolean => {
      let here: unknown = format.asks
      for (const key of row.split('.')) here = (here as Record<string, unknown>)[key]
      return here !== SILENT
    }
    expect(paths(facts).filter((row) => says(row) && !asked.has(row))).toEqual([])
  })
})
const SILENT: unknown = engineFormats.find(({ name }) => name === 'kubelet')?.asks.version

it('the list is the folder', () => {
  const beside = new Set(['format', 'runtime', 'toml', 'unit-flags'])
  const files = readdirSync(join(import.meta.dirname, '../../src/dialect/engine')).map((name) => name.slice(0, -3))
  expect(engineFormats.map(({ name }) => name).sort()).toEqual(files.filter((name) => !beside.has(name)).sort())
  expect(new Set(engineFormats.map(({ file }) => file)).size).toBe(engineFormats.length)
})

describe('runsc.toml', () => {
  const engine = engineOfText(
    'log_path = "/var/log/runsc"\n[runsc_config]\nnetwork = "host"\nhost-uds = "none"\nignore-cgroups = true\nplatform = "kvm"\nnet-raw = "false"\n',
    'runsc.toml',
  )
  it('is of gVisor, and decides for no container by itself', () => {
    expect([engine.format, engine.runtimes]).toEqual(['runsc', []])
    expectFact(factAt(engine.facts, 'kind'), 'runsc', 'default')
    expectFact(factAt(engine.facts, 'seccomp'), /nothing else/)
  })
  it('says what weakens it, with its lines', () => {
    expectFact(factAt(engine.facts, 'runtimes[0].sandbox'), 'gvisor')
    expectFact(factAt(engine.facts, 'runtimes[0].loosened'), ['network=host', 'ignore-cgroups=true'], 'set')
    expectFact(factAt(engine.facts, 'runtimes[0].loosened[0]'), 'network=host', 'set', 3)
    expectFact(factAt(engine.facts, 'runtimes[0].loosened[1]'), 'ignore-cgroups=true', 'set', 5)
  })
})

describe('which engine it is', () => {
  it.each([
    ['[plugins."io.containerd.grpc.v1.cri"]\nx = 1', 'containerd'],
    ['disabled_plugins = ["cri"]', 'containerd'],
    ['version = 2', undefined],
    ['[plugins.own]\nx = 1', undefined],
    ['[project]\nname = "x"', undefined],
    ['[containers]\npidns = "host"', 'containers-conf'],
    ['[containers]\nx = 1', undefined],
    ['[engine]\nname = "x"', undefined],
    ['[engine]\nruntime = "crun"\n[tool.poetry]\nname = "x"', undefined],
    ['[crio]\n[crio.runtime]\n', 'crio'],
    ['crio = 5', undefined],
  ])('%j is %s', (text, name) => {
    const [root] = readToml('x.toml', text).value.documents
    expect(root && engineFormat(root)?.name).toBe(name)
  })
  it.each([
    ['kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1', 'kubelet'],
    ['kind: KubeletConfiguration\napiVersion: v1', undefined],
    ['kind: ClusterConfiguration\napiVersion: kubeadm.k8s.io/v1beta3', undefined],
    ['kind: Pod\napiVersion: v1', undefined],
  ])('%j is %s', (text, name) => {
    const [root] = readText('x.yaml', text).value.documents
    expect(root && engineFormat(root)?.name).toBe(name)
  })
  it('is of no kubelet where containerd is Docker’s alone', () => {
    expect(engineOfText('disabled_plugins = ["cri"]', 'x.toml').runtimes).toEqual([])
    expect(engineOfText('disabled_plugins = []\nversion = 2', 'x.toml').runtimes).toEqual(['kubernetes'])
  })
  it('says which files it does not read', () => {
    const [root] = readToml('x.toml', 'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n[grpc]').value
      .documents
    const format = root && engineFormat(root)
    if (!root || !format) throw new Error('no engine')
    const { notices } = readEngine(root, format)
    expect(notices.map(({ id, lost, place }) => [id, lost, place.line])).toEqual([['engine-imports', false, 2]])
    expect(notices[0]?.message).toContain('containerd config dump')
  })
})

it.each([
  ['4h', 14_400],
  ['1h30m', 5400],
  ['500ms', 0],
  ['0', 0],
])('%s is %d seconds', (text, value) => expect(seconds(text)).toBe(value))

describe('real files', () => {
  const tried = (command: string, ...args: readonly string[]): string | undefined => {
    try {
      return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    } catch {
      console.log(`engine-formats.test.ts: ${command} is not here (Debian: ${command}), so its file is not tried`)
      return undefined
    }
  }
  const dump = tried('containerd', 'config', 'default')
  it.skipIf(dump === undefined)('containerd config default', () => {
    const engine = engineOfText(dump ?? '', 'config.toml')
    expect([engine.format, engine.runtimes]).toEqual(['containerd', ['kubernetes']])
    const line = (text: string): number => (dump ?? '').split('\n').findIndex((each) => each.includes(text)) + 1
    expectFact(factAt(engine.facts, 'runtime'), 'runc', 'set', line('default_runtime_name'))
    expectFact(factAt(engine.facts, 'selinux'), false, 'set', line('enable_selinux'))
    expectFact(factAt(engine.facts, 'stream.address'), '127.0.0.1', 'set', line('stream_server_address'))
    expectFact(
      factAt(engine.facts, 'runtimes[0].sandbox'),
      'none',
      'set',
      line('runtime_type = "io.containerd.runc.v2"'),
    )
    expectFact(factAt(engine.facts, 'runtimes[0].hostDevices'), true, 'set')
    expectFact(factAt(engine.facts, 'insecureRegistries'), [], 'set')
    expectFact(factAt(engine.facts, 'tlsVerify'), false, 'set', line('tcp_tls_ca'))
  })
  const shipped = '/usr/share/containers/containers.conf'
  if (!existsSync(shipped)) console.log(`engine-formats.test.ts: ${shipped} is not here (Debian: containers-common)`)
  it.skipIf(!existsSync(shipped))('the containers.conf of Podman', () => {
    const text = readFileSync(shipped, 'utf8')
    const engine = engineOfText(text, shipped)
    expect([engine.format, engine.runtimes]).toEqual(['containers-conf', ['podman']])
    expectFact(factAt(engine.facts, 'capabilities'), PODMAN_CAPABILITIES, 'set')
    expectFact(factAt(engine.facts, 'sysctls'), [{ name: 'net.ipv4.ping_group_range', value: '0 0' }], 'set')
    // Its comments are the defaults: without the sign they change nothing that silence does not say.
    const spoken = engineOfText(
      text.replace(
        /^#((?:ipcns|pidns|netns|utsns|pids_limit|init|userns|seccomp_profile|apparmor_profile|label) = .*)$/gm,
        '$1',
      ),
      shipped,
    ).facts
    for (const row of [
      'ipc',
      'pid',
      'network',
      'uts',
      'pids',
      'init',
      'usernsRemap',
      'seccomp',
      'seccompProfile',
      'apparmorProfile',
      'selinuxLabels',
    ])
      expect([row, value(spoken, row), factAt(spoken, row).how]).toEqual([row, value(engine.facts, row), 'set'])
  })
  const unit = '/lib/systemd/system/docker.service'
  if (!existsSync(unit)) console.log(`engine-formats.test.ts: ${unit} is not here (Debian: docker.io)`)
  it.skipIf(!existsSync(unit))('the unit of Docker Engine', () => {
    const [root] = readUnit(unit, readFileSync(unit, 'utf8')).value.documents
    const format = root && engineFormat(root)
    if (!root || !format) throw new Error('no engine')
    const { value: engine } = readEngine(root, format)
    expect(engine.format).toBe('dockerd-unit')
    expectFact(factAt(engine.facts, 'hosts'), ['fd://'], 'set')
    expectFact(factAt(engine.facts, 'interContainer'), /daemon\.json may/)
  })
  const dockerd = tried('dockerd', '--version')
  if (dockerd !== undefined && !/version (?:2[3-9]|[3-9]\d)/.test(dockerd))
    console.log('engine-formats.test.ts: dockerd before 23 cannot validate a daemon.json, so that is not tried')
  it.skipIf(!/version (?:2[3-9]|[3-9]\d)/.test(dockerd ?? ''))('what dockerd takes for valid is a daemon.json', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-daemon-'))
    try {
      const file = join(folder, 'daemon.json')
      writeFileSync(
        file,
        JSON.stringify({
          icc: false,
          'userland-proxy': false,
          'live-restore': true,
          'no-new-privileges': true,
          'log-level': 'warn',
          'default-ipc-mode': 'private',
          'default-shm-size': '64M',
          'default-ulimits': { nofile: { Name: 'nofile', Hard: 64_000, Soft: 64_000 } },
          'insecure-registries': ['registry.example.org:5000'],
          runtimes: { own: { path: '/usr/bin/runsc', runtimeArgs: ['--network=host'] } },
          'exec-opts': ['native.cgroupdriver=systemd'],
          features: { 'containerd-snapshotter': true },
        }),
      )
      execFileSync('dockerd', ['--validate', '--config-file', file], { stdio: 'pipe' })
      const engine = engineOfText(readFileSync(file, 'utf8'))
      expect(engine.format).toBe('daemon')
      expect(everyFact(engine.facts).filter(({ how }) => how === 'set').length).toBeGreaterThan(12)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
const value = (facts: AnyFacts, row: string): unknown => {
  const fact = factAt(facts, row)
  return fact.how === 'unknown' ? '?' : fact.value
}

describe('hostile settings', () => {
  it('never throw, and a wrong type is never a pass: the row is unknown, or says what is written', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.integer()),
    )
    const keys = [
      'authentication',
      'authorization',
      'readOnlyPort',
      'seccompDefault',
      'podPidsLimit',
      'tlsCipherSuites',
      'memorySwap',
      'allowedUnsafeSysctls',
    ] as const
    fc.assert(
      fc.property(fc.constantFrom(...keys), odd, (key, value) => {
        const text = JSON.stringify({
          kind: 'KubeletConfiguration',
          apiVersion: 'kubelet.config.k8s.io/v1beta1',
          [key]: value,
        })
        everyFact(engineOfText(text).facts)
      }),
      { numRuns: 200 },
    )
  })
  it.each(['runtime', 'api', 'image'])('a crio.%s that is no table leaves its rows unknown', (table) => {
    const facts = engineOfText(`[crio]\n${table} = "x"`, 'crio.conf').facts
    const rows: Readonly<Record<string, string>> = {
      runtime: 'readOnlyRootFilesystem',
      api: 'stream.tls',
      image: 'insecureRegistries',
    }
    expect(factAt(facts, rows[table] ?? '').how).toBe('unknown')
  })
})
