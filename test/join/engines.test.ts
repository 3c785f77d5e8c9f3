/** Several engines: each decides for the containers that it runs, and of a node each program for what is its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { engineFor, programsOf } from '../../src/join/engines.ts'
import { join } from '../../src/join/join.ts'
import type { AnyFact, AnyFacts } from '../../src/model/row.ts'
import type { Container, Engine, Subject } from '../../src/model/subject.ts'
import { take } from '../../src/scan.ts'
import { readContainers } from '../../src/texts.ts'
import { engineOfText } from '../support/engine.ts'
import { everyFact, factAt, plain } from '../support/docker-facts.ts'

const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n'
const kubelet = (...lines: readonly string[]): Engine => engineOfText(KUBELET + lines.join('\n'), 'kubelet.yaml')
const crio = (...lines: readonly string[]): Engine => engineOfText(`[crio.runtime]\n${lines.join('\n')}`, 'crio.conf')
const CRI = 'plugins."io.containerd.grpc.v1.cri"'
const containerd = (...lines: readonly string[]): Engine =>
  engineOfText(`version = 2\n[${CRI}]\n${lines.join('\n')}`, 'c.toml')
const podman = (...lines: readonly string[]): Engine =>
  engineOfText(`[containers]\nlog_size_max = -1\n${lines.join('\n')}`, 'containers.conf')
const daemon = (settings: object): Engine => engineOfText(JSON.stringify({ debug: true, ...settings }), 'daemon.json')
const info = (settings: object): Engine =>
  engineOfText(JSON.stringify({ ServerVersion: '28.0.1', SecurityOptions: ['name=apparmor'], ...settings }))

const POD = `apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  SPEC
  containers: [{ name: a, image: web, CONTAINER }]
`
async function containersIn(text: string): Promise<readonly Container[]> {
  const { containers, notices } = await readContainers({ file: 'x.yaml', text, named: true })
  expect(notices).toEqual([])
  return containers
}
const pod = (spec = '', container = ''): Promise<readonly Container[]> =>
  containersIn(
    POD.replace('SPEC', spec === '' ? 'priority: 0' : spec).replace(
      ', CONTAINER',
      container === '' ? '' : `, ${container}`,
    ),
  )
/** A container of Podman: of compose what Podman's silence is for is not asked here. */
const asPodman = async (text = ''): Promise<readonly Container[]> => {
  const all = await containersIn(`services:\n  web:\n    image: web\n${text}`)
  return all.map((each) => ({ ...each, runtime: 'podman' }))
}
const subjectOf = (containers: readonly Container[], ...engines: readonly Engine[]): Subject => {
  const [subject] = join(containers, [], { engines }).subjects
  if (!subject) throw new Error('no subject')
  return subject
}
const at = (subject: Subject, row: string): AnyFact => factAt(subject.container as AnyFacts, row)
const shown = (subject: Subject, row: string): unknown => {
  const fact = at(subject, row)
  return fact.how === 'unknown' ? `? ${fact.ask ?? ''}` : plain(fact)
}

describe('a node', () => {
  const cases: readonly (readonly [string, readonly Engine[], string, unknown, string?])[] = [
    ['nothing given', [], 'seccomp.kind', '? engine'],
    ['seccompDefault', [kubelet('seccompDefault: true')], 'seccomp.kind', 'runtime-default', 'kubelet.yaml'],
    ['seccompDefault off', [kubelet('seccompDefault: false')], 'seccomp.kind', 'unconfined', 'kubelet.yaml'],
    ['a silent kubelet', [kubelet()], 'seccomp.kind', 'unconfined', 'x.yaml'],
    ['containerd alone', [containerd()], 'seccomp.kind', '? engine'],
    ['podPidsLimit', [kubelet('podPidsLimit: 100')], 'resources.pids', 100, 'kubelet.yaml'],
    ['no podPidsLimit', [kubelet()], 'resources.pids', 0, 'x.yaml'],
    ['the kubelet before CRI-O', [kubelet('podPidsLimit: 100'), crio('pids_limit = 5')], 'resources.pids', 100],
    ['CRI-O alone', [crio('pids_limit = 5')], 'resources.pids', 5, 'crio.conf'],
    [
      'CRI-O’s capabilities',
      [kubelet(), crio('default_capabilities = ["KILL"]')],
      'capabilities.given',
      ['KILL'],
      'crio.conf',
    ],
    [
      'CRI-O’s own capabilities, which are fewer than containerd’s',
      [crio()],
      'capabilities.given',
      ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETPCAP', 'SETUID'],
      'x.yaml',
    ],
    ['AppArmor off', [containerd('disable_apparmor = true')], 'apparmor.kind', 'unconfined', 'c.toml'],
    ['AppArmor on', [containerd('disable_apparmor = false')], 'apparmor.kind', 'runtime-default'],
    ['a profile of CRI-O', [crio('apparmor_profile = "mine"')], 'apparmor.name', 'mine', 'crio.conf'],
    ['a user namespace for all', [kubelet(), crio('uid_mappings = "0:1:2"')], 'namespaces.user', 'own', 'crio.conf'],
    ['read-only for all', [crio('read_only = true')], 'readOnlyRootFilesystem', true, 'crio.conf'],
    ['sysctls for all', [crio('default_sysctls = ["a.b=1"]')], 'sysctls', [{ name: 'a.b', value: '1' }], 'crio.conf'],
    ['limits for all', [crio('default_ulimits = ["core=0:0"]')], 'ulimits', [{ name: 'core', soft: 0, hard: 0 }]],
    ['devices for all', [crio('additional_devices = ["/dev/kvm"]')], 'devices[0].source', '/dev/kvm'],
    [
      'the default runtime',
      [containerd(`[${CRI}.containerd]`, 'default_runtime_name = "kata"')],
      'sandbox',
      'virtual-machine',
    ],
    ['a silent containerd', [containerd()], 'sandbox', 'none'],
    ['daemon.json', [daemon({ 'no-new-privileges': true, init: true })], 'init', false],
  ]
  it.each(cases.map((each) => [each[0], each] as const))('%s', async (_, [, engines, row, value, file]) => {
    const subject = subjectOf(await pod(), ...engines)
    expect(shown(subject, row)).toEqual(value)
    if (file !== undefined) expect(at(subject, row).place.file).toBe(file)
  })
  it('whose CRI-O has a profile of its own gives that where the kubelet asks for the default', async () => {
    const engines = [kubelet('seccompDefault: true'), crio('seccomp_profile = "/etc/crio/s.json"')]
    const silent = subjectOf(await pod(), ...engines)
    expect([shown(silent, 'seccomp.kind'), shown(silent, 'seccomp.name')]).toEqual(['profile', '/etc/crio/s.json'])
    const off = subjectOf(await pod(), kubelet('seccompDefault: false'), crio('seccomp_profile = "/etc/crio/s.json"'))
    expect([shown(off, 'seccomp.kind'), shown(off, 'seccomp.name')]).toEqual(['unconfined', ''])
  })
  it('overrules nothing that is written', async () => {
    const written = await pod(
      '',
      'securityContext: { seccompProfile: { type: Unconfined }, readOnlyRootFilesystem: false }',
    )
    const subject = subjectOf(written, kubelet('seccompDefault: true'), crio('read_only = true'))
    expect([shown(subject, 'seccomp.kind'), shown(subject, 'readOnlyRootFilesystem')]).toEqual(['unconfined', false])
  })
  it('labels nothing of the host’s network where CRI-O says so, on hosts with SELinux', async () => {
    const disabled = async (spec: string, ...lines: readonly string[]): Promise<unknown> =>
      shown(subjectOf(await pod(spec), crio(...lines)), 'selinux.disabled')
    expect(await disabled('hostNetwork: true', 'selinux = true')).toBe(true)
    expect(await disabled('hostNetwork: true', 'selinux = true', 'hostnetwork_disable_selinux = false')).toBe(false)
    expect(await disabled('hostNetwork: true')).toBe(false)
    expect(await disabled('hostNetwork: false', 'selinux = true')).toBe(false)
  })
})

describe('a runtime class', () => {
  const runtime = (name: string, type: string): Engine =>
    containerd(`[${CRI}.containerd.runtimes.${name}]`, `runtime_type = "${type}"`)
  it.each<readonly [string, readonly Engine[], unknown]>([
    ['gvisor', [], 'gvisor'],
    ['kata-qemu', [], 'virtual-machine'],
    ['own', [], '? engine'],
    ['own', [containerd()], '? engine'],
    ['own', [runtime('own', 'io.containerd.runsc.v1')], 'gvisor'],
    ['own', [runtime('own', 'io.containerd.odd.v1')], '? user'],
    ['kata', [runtime('kata', 'io.containerd.runc.v2')], 'none'],
    [
      'own',
      [engineOfText('[crio.runtime.runtimes.own]\nruntime_path = "/usr/bin/x"\nruntime_type = "vm"', 'crio.conf')],
      'virtual-machine',
    ],
  ])('%s', async (name, engines, value) => {
    expect(shown(subjectOf(await pod(`runtimeClassName: ${name}`), ...engines), 'sandbox')).toBe(value)
  })
})

describe('Podman', () => {
  it.each<readonly [string, string, unknown]>([
    ['privileged = true', 'privileged', true],
    ['read_only = true', 'readOnlyRootFilesystem', true],
    ['init = true', 'init', true],
    ['default_capabilities = ["SYS_ADMIN"]', 'capabilities.given', ['SYS_ADMIN']],
    ['pidns = "host"', 'namespaces.pid', 'host'],
    ['netns = "host"', 'namespaces.network', 'host'],
    ['utsns = "host"', 'namespaces.uts', 'host'],
    ['ipcns = "private"', 'namespaces.ipc', 'own'],
    ['cgroupns = "host"', 'namespaces.cgroup', 'host'],
    ['userns = "auto"', 'namespaces.user', 'own'],
    ['pids_limit = 10', 'resources.pids', 10],
    ['shm_size = "1m"', 'resources.sharedMemory', 1_048_576],
    ['seccomp_profile = "unconfined"', 'seccomp.kind', 'unconfined'],
    ['seccomp_profile = "/p.json"', 'seccomp.name', '/p.json'],
    ['apparmor_profile = "unconfined"', 'apparmor.kind', 'unconfined'],
    ['label = false', 'selinux.disabled', true],
    ['log_driver = "none"', 'logging.driver', 'none'],
    ['volumes = ["/etc:/host/etc"]', 'mounts[0].source', '/etc'],
    ['devices = ["/dev/sda"]', 'devices[0].source', '/dev/sda'],
    ['default_sysctls = ["a.b=1"]', 'sysctls[0].name', 'a.b'],
    ['default_ulimits = ["core=1:2"]', 'ulimits[0].hard', 2],
    ['[engine]\nruntime = "runsc"', 'sandbox', 'gvisor'],
  ])('%s', async (line, row, value) => {
    const subject = subjectOf(await asPodman(), podman(line))
    expect(shown(subject, row)).toEqual(value)
    expect(shown(subjectOf(await asPodman(), daemon({ init: true })), 'init')).toBe(false)
  })
  it('gives each container facts of its own', async () => {
    const text = '  other:\n    image: web\n'
    const engine = podman(
      'volumes = ["/etc:/e:ro"]',
      'default_capabilities = ["KILL"]',
      'default_ulimits = ["core=1:2"]',
    )
    const { subjects } = join(await asPodman(text), [], { engines: [engine] })
    const facts = subjects.flatMap(({ container }) => everyFact(container as AnyFacts))
    expect(subjects).toHaveLength(2)
    expect(new Set(facts).size).toBe(facts.length)
  })
})

describe('which one', () => {
  it('is believed row by row: what runs before what is written', () => {
    const engines = [info({ LiveRestoreEnabled: false }), daemon({ 'live-restore': true, icc: false })]
    const facts = engineFor(engines, 'docker')
    expect(facts && plain(facts.liveRestore)).toBe(false)
    expect(facts && plain(facts.interContainer)).toBe(false)
    expect(facts && plain(facts.apparmor)).toBe(true)
    expect(engineFor(engines, 'docker')).toBe(facts)
    expect(engineFor(engines, 'kubernetes')).toBeUndefined()
  })
  it('is judged once a program', () => {
    const programs = programsOf([info({}), daemon({}), kubelet(), containerd(), podman()])
    expect(programs.map(({ id }) => id)).toEqual(['docker', 'kubelet', 'containerd', 'podman'])
  })
  it('is of each runtime where several are given', async () => {
    const containers = [...(await pod()), ...(await containersIn('services: { web: { image: web } }'))]
    const { subjects } = join(containers, [], { engines: [kubelet('seccompDefault: true'), daemon({ init: true })] })
    expect(subjects.map((subject) => [shown(subject, 'seccomp.kind'), shown(subject, 'init')])).toEqual([
      ['runtime-default', false],
      ['runtime-default', true],
    ])
    expect(subjects.map(({ engine }) => plain(engine.kind))).toEqual(['kubelet', 'docker'])
  })
})

describe('files', () => {
  const folder = mkdtempSync(path(tmpdir(), 'plimsoll-engines-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string): string => {
    writeFileSync(path(folder, name), text)
    return path(folder, name)
  }
  const compose = write('compose.yaml', 'services: { web: { image: web } }\n')
  const one = write('daemon.json', '{ "live-restore": true, "init": true }')
  const two = write('other.json', '{ "live-restore": true, "icc": false }')
  const node = write('kubelet.yaml', `${KUBELET}seccompDefault: true\n`)
  const toml = write('config.toml', `version = 2\n[${CRI}]\nenable_selinux = true\n`)
  const conf = write('crio.conf', '[crio.runtime]\nselinux = true\n')

  it('of several engines are all taken, given or met', async () => {
    const { engines, notices } = await take({ targets: [compose, node], engines: [one, toml] })
    expect(engines.map(({ format }) => format)).toEqual(['daemon', 'kubelet', 'containerd'])
    expect(notices.filter(({ id }) => id.startsWith('engine'))).toEqual([])
  })
  it('of one engine that are met twice are a notice, and the first is taken', async () => {
    const { engines, notices } = await take({ targets: [compose, one, two, toml, conf] })
    expect(engines.map(({ place }) => place.file)).toEqual([one, toml])
    expect(notices.map(({ id, place, lost }) => [id, place.file, lost])).toEqual([
      ['engine-ambiguous', two, false],
      ['engine-ambiguous', conf, false],
    ])
    expect(notices[0]?.message).toContain(`--engine ${two}`)
  })
  it('that are given win over those that are met, without a word', async () => {
    const { engines, notices } = await take({ targets: [compose, one], engines: [two] })
    expect(engines.map(({ place }) => place.file)).toEqual([two])
    expect(notices.filter(({ id }) => id === 'engine-ambiguous')).toEqual([])
  })
  it('are found in a folder by what is in them', async () => {
    const { engines } = await take({ targets: [folder] })
    expect(engines.map(({ format }) => format)).toEqual(['daemon', 'kubelet', 'containerd'])
  })
})
