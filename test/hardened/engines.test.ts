/** A hardened file of settings for every engine has nothing to be said of it, and one setting less is one finding. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programsOf } from '../../src/join/engines.ts'
import { judge } from '../../src/rule/judge.ts'
import { scan } from '../../src/scan.ts'
import { engineOfText } from '../support/engine.ts'
import { strict } from './hardened.ts'

const folder = join(import.meta.dirname, 'engines')
const files = readdirSync(folder).sort()
const rules = await strict()

/** What the strict policy says where a line is taken out: `rule` fails, `rule?` is open. */
const MISSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'daemon.json': {
    'authorization-plugins': 'engine-authorization-missing',
    'default-ulimits': 'engine-ulimits-missing',
    icc: 'engine-traffic-open',
    'live-restore': 'engine-live-restore-off',
    'log-driver': 'engine-log-local',
    'no-new-privileges': 'engine-new-privileges-allowed',
    rootless: 'engine-users-not-remapped',
    'userland-proxy': 'engine-userland-proxy-on',
  },
  'kubelet.yaml': {
    'x509:': 'kubelet-client-ca-missing',
    podPidsLimit: 'kubelet-pids-unbounded',
    protectKernelDefaults: 'kubelet-kernel-changed',
    rotateCertificates: 'kubelet-rotation-off',
    seccompDefault: 'kubelet-seccomp-default-off',
    serverTLSBootstrap: 'kubelet-certificate-self-signed',
  },
  'containerd.toml': {},
  'crio.conf': { stream_enable_tls: 'engine-stream-open' },
  'containers.conf': {},
}
/** What a line is when it says the opposite. */
const OPPOSITE: Readonly<Record<string, readonly (readonly [line: string, instead: string, rule: string])[]>> = {
  'daemon.json': [
    ['"log-level": "info"', '"log-level": "debug"', 'engine-log-level'],
    ['"icc": false', '"icc": false, "hosts": ["tcp://0.0.0.0:2375"]', 'engine-api-open'],
    ['"icc": false', '"icc": false, "iptables": false', 'engine-iptables-off'],
    ['"icc": false', '"icc": false, "experimental": true', 'engine-experimental'],
    ['"icc": false', '"icc": false, "storage-driver": "aufs"', 'engine-storage-driver-old'],
    ['"icc": false', '"icc": false, "seccomp-profile": "unconfined"', 'engine-seccomp-off'],
    ['"icc": false', '"icc": false, "insecure-registries": ["r"]', 'engine-registry-insecure'],
    ['"rootless": true', '"userns-remap": "default"', 'engine-runs-as-root'],
    ['"icc": false', '"icc": false, "cgroup-parent": "/batch"', 'engine-cgroup-parent-changed'],
    ['"icc": false', '"icc": false, "storage-opts": ["dm.basesize=50G"]', 'engine-base-size-changed'],
  ],
  'kubelet.yaml': [
    ['anonymous: { enabled: false }', 'anonymous: { enabled: true }', 'kubelet-anonymous'],
    ['mode: Webhook', 'mode: AlwaysAllow', 'kubelet-authorization-off'],
    ['eventRecordQPS: 50', 'eventRecordQPS: 0', 'kubelet-events-unlimited'],
    ['readOnlyPort: 0', 'readOnlyPort: 10255', 'kubelet-read-only-port'],
    ['Timeout: 5m', 'Timeout: 0s', 'kubelet-stream-unlimited'],
    ['VersionTLS12', 'VersionTLS11', 'kubelet-tls-weak'],
    ['readOnlyPort: 0', 'makeIPTablesUtilChains: false', 'kubelet-iptables-unmanaged'],
    ['readOnlyPort: 0', 'allowedUnsafeSysctls: [kernel.sem]', 'kubelet-sysctl-unsafe'],
    ['readOnlyPort: 0', 'readOnlyPort: ${PORT}', 'kubelet-read-only-port?'],
  ],
  'containerd.toml': [
    ['disable_apparmor = false', 'disable_apparmor = true', 'engine-apparmor-off'],
    ['"127.0.0.1"', '"0.0.0.0"', 'engine-stream-open'],
    ['tcp_address = ""', 'tcp_address = "0.0.0.0:1"', 'engine-api-open'],
  ],
  'crio.conf': [
    ['"CHOWN"', '"SYS_ADMIN"', 'engine-capability-broad'],
    ['"crio-default"', '"unconfined"', 'engine-apparmor-off'],
    ['log_level = "info"', 'log_level = "debug"', 'engine-log-level'],
    ['insecure_registries = []', 'insecure_registries = ["r"]', 'engine-registry-insecure'],
    ['stream_enable_tls = true', 'stream_enable_tls = "x"', 'engine-stream-open?'],
  ],
  'containers.conf': [
    ['privileged = false', 'privileged = true', 'engine-privileged'],
    ['"/usr/share/containers/seccomp.json"', '"unconfined"', 'engine-seccomp-off'],
    ['ipcns = "private"', 'pidns = "host"', 'engine-namespace-host'],
    ['"CHOWN"', '"BPF"', 'engine-capability-broad'],
    ['privileged = false', 'privileged = 5', 'engine-privileged?'],
  ],
}

const said = (text: string, file: string): readonly string[] => {
  const { findings, notices } = judge(rules, { engines: programsOf([engineOfText(text, file)]) })
  expect(notices).toEqual([])
  return findings
    .filter(({ coveredBy }) => coveredBy === undefined)
    .map(({ rule, outcome }) => (outcome === 'open' ? `${rule}?` : rule))
}

it('is there for every engine that is written', () => {
  expect(files).toEqual(Object.keys(MISSED).sort())
})

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  it('has no finding, open or not, under the strict policy, as a target by itself', async () => {
    const result = await scan({ targets: [join(folder, file)], policy: 'strict', today: '2026-01-01' })
    expect(result.findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([])
    expect([result.notices, result.verdict, result.subjects]).toEqual([[], 'pass', []])
    expect(said(text, file)).toEqual([])
  })
  it('minus one line has the one finding that is its root cause', () => {
    const lines = text.split('\n')
    const wrong: unknown[] = []
    const used = new Set<string>()
    for (const [index, line] of lines.entries()) {
      // A brace, a header or a list that others stand in is no setting.
      if (!/^\s*["\w]+[\w-]*"?\s*[:=]\s*\S/.test(line) && !/x509:/.test(line)) continue
      if (/^(?:apiVersion|kind|version)\b/.test(line)) continue
      const rest = lines.filter((_, other) => other !== index)
      if (file.endsWith('.json') && rest.at(-3)?.endsWith(',')) rest.splice(-3, 1, rest.at(-3)?.replace(/,$/, '') ?? '')
      const name = Object.keys(MISSED[file] ?? {}).find((each) => line.trim().replace(/^"/, '').startsWith(each))
      if (name !== undefined) used.add(name)
      const expected = name === undefined ? [] : [MISSED[file]?.[name]]
      const got = said(rest.join('\n'), file)
      if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push([line, got, expected])
    }
    expect(wrong).toEqual([])
    expect([...used].sort()).toEqual(Object.keys(MISSED[file] ?? {}).sort())
  })
  it.each(OPPOSITE[file] ?? [])('%s as %s: %s', (line, instead, rule) => {
    expect(text).toContain(line)
    expect(said(text.replace(line, instead), file)).toEqual([rule])
  })
})

it('every rule about engines is the finding of some setting', () => {
  const told = new Set([
    ...Object.values(MISSED).flatMap((each) => Object.values(each)),
    ...Object.values(OPPOSITE).flatMap((each) => each.map(([, , rule]) => rule)),
  ])
  const about = rules
    .filter(({ compiled }) => compiled.rule.subject === 'engine')
    .map(({ compiled }) => compiled.rule.id)
  // The flags of a runtime have tests of their own (engine.test.ts, and the examples of the rule); of a Swarm only a running engine tells.
  expect(about.filter((id) => !told.has(id)).sort()).toEqual([
    'engine-sandbox-loosened',
    'engine-swarm-on',
    'swarm-autolock-off',
    'swarm-certificate-long-lived',
    'swarm-managers-excessive',
  ])
})
