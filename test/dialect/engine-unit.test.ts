/** Engines by the flags that a unit of systemd starts them with. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { engineFormat, enginesIn, inOrder, readEngine } from '../../src/dialect/engine.ts'
import { readUnit } from '../../src/document/systemd.ts'
import { engineFor } from '../../src/join/engines.ts'
import type { Engine } from '../../src/model/subject.ts'
import { engineOfText } from '../support/engine.ts'
import { everyFact, expectFact, factAt, plain } from '../support/docker-facts.ts'

function engineIn(...lines: readonly string[]): Engine | undefined {
  const [root] = readUnit('x.service', `[Unit]\n[Service]\n${lines.join('\n')}\n`).value.documents
  const format = root && engineFormat(root, enginesIn('unit'))
  return root && format && readEngine(root, format).value
}
const started = (...lines: readonly string[]): Engine => {
  const engine = engineIn(...lines)
  if (!engine) throw new Error('no engine')
  return engine
}

describe('dockerd', () => {
  it.each<readonly [string, string, unknown]>([
    ['-H fd:// --containerd=/run/containerd/containerd.sock', 'hosts', ['fd://']],
    [
      '-H tcp://0.0.0.0:2375 --host unix:///run/docker.sock',
      'hosts',
      ['tcp://0.0.0.0:2375', 'unix:///run/docker.sock'],
    ],
    ['--tlsverify --tlscacert=/ca.pem', 'tlsVerify', true],
    ['--tlsverify=false', 'tlsVerify', false],
    ['--icc=false', 'interContainer', false],
    ['--icc', 'interContainer', true],
    ['--userns-remap=default', 'usernsRemap', true],
    ['--userns-remap default --icc=false', 'usernsRemap', true],
    ['--insecure-registry r:5000 --insecure-registry=s', 'insecureRegistries', ['r:5000', 's']],
    ['--iptables=false', 'iptables', false],
    ['--iptables=perhaps', 'iptables', /not true or false/],
    ['--authorization-plugin=opa', 'authorization', ['opa']],
    ['--default-ulimit nofile=1:2', 'ulimits', [{ name: 'nofile', soft: 1, hard: 2 }]],
    ['--default-ulimit odd', 'ulimits', [{ name: '', soft: '?', hard: '?' }]],
    ['--seccomp-profile=unconfined', 'seccomp', 'unconfined'],
    ['--add-runtime own=/usr/bin/runsc', 'runtimes[0].sandbox', 'gvisor'],
    ['--log-level debug', 'logLevel', 'debug'],
    ['--storage-opt dm.basesize=20G --storage-opt=dm.fs=xfs', 'storageOptions', ['dm.basesize=20G', 'dm.fs=xfs']],
    ['-H fd://', 'liveRestore', /daemon\.json may/],
    ['$DOCKER_OPTS', 'interContainer', /daemon\.json may/],
  ])('%s', (flags, row, value) => {
    const engine = started(`ExecStart=/usr/bin/dockerd ${flags}`)
    expect([engine.format, engine.runtimes]).toEqual(['dockerd-unit', ['docker']])
    expectFact(factAt(engine.facts, row), value, undefined, row === 'liveRestore' ? undefined : 3)
  })
  it('takes what Environment= of the same unit sets, and what the last ExecStart= says', () => {
    const engine = started(
      'Environment="DOCKER_OPTS=--icc=false --live-restore" OTHER=x',
      'ExecStart=/usr/bin/dockerd --icc=true',
      'ExecStart=',
      'ExecStart=/usr/bin/dockerd $DOCKER_OPTS ${ABSENT}',
    )
    expectFact(factAt(engine.facts, 'interContainer'), false, 'set', 6)
    expectFact(factAt(engine.facts, 'liveRestore'), true, 'set')
  })
  it('is believed before daemon.json, which says the rest', () => {
    const unit = started('ExecStart=/usr/bin/dockerd --icc=false')
    const facts = engineFor(inOrder([engineOfText('{"live-restore": true}'), unit]), 'docker')
    expect(facts && [plain(facts.interContainer), plain(facts.liveRestore), plain(facts.logDriver)]).toEqual([
      false,
      true,
      'json-file',
    ])
  })
  it.each([
    ['ExecStart=/usr/bin/containerd', undefined],
    ['ExecStart=/usr/bin/dockerd-rootless.sh', undefined],
    ['ExecStart=-/usr/bin/dockerd', 'dockerd-unit'],
    ['ExecStart=/bin/sh -c dockerd', undefined],
    ['ExecStart=/usr/bin/kubelet', 'kubelet-unit'],
    ['ExecStart=', undefined],
  ])('%s is %s', (line, name) => expect(engineIn(line)?.format).toBe(name))
})

describe('kubelet', () => {
  it.each<readonly [string, string, unknown]>([
    ['--anonymous-auth=true', 'kubelet.anonymous', true],
    ['--anonymous-auth', 'kubelet.anonymous', true],
    ['--anonymous-auth=false --read-only-port=10255', 'kubelet.readOnlyPort', 10_255],
    ['--authorization-mode AlwaysAllow', 'kubelet.authorization', 'AlwaysAllow'],
    ['--client-ca-file=/ca.crt --authorization-mode=Webhook', 'kubelet.clientCa', '/ca.crt'],
    ['--protect-kernel-defaults', 'kubelet.protectKernel', true],
    ['--seccomp-default', 'seccomp', 'runtime-default'],
    ['--pod-max-pids=100', 'pids', 100],
    ['--tls-cipher-suites=TLS_A,TLS_B', 'kubelet.ciphers', ['TLS_A', 'TLS_B']],
    ['--allowed-unsafe-sysctls kernel.msg*', 'unsafeSysctls', ['kernel.msg*']],
    ['--streaming-connection-idle-timeout=0', 'kubelet.streamTimeout', 0],
    ['--event-qps=0', 'kubelet.eventRate', 0],
    ['--make-iptables-util-chains=false', 'kubelet.iptablesChains', false],
    ['--rotate-certificates=false', 'kubelet.rotate', false],
    ['--tls-min-version=VersionTLS13', 'kubelet.tlsMinimum', 'VersionTLS13'],
    ['--config=/var/lib/kubelet/config.yaml', 'kubelet.anonymous', /configuration file may/],
  ])('%s', (flags, row, value) => {
    expectFact(factAt(started(`ExecStart=/usr/bin/kubelet ${flags}`).facts, row), value)
  })
  it('wins over its configuration file', () => {
    const file = engineOfText(
      'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: 0\nseccompDefault: true',
      'k.yaml',
    )
    const unit = started(
      'Environment="ARGS=--read-only-port=10255"',
      'ExecStart=/usr/bin/kubelet --config=k.yaml $ARGS',
    )
    const facts = engineFor(inOrder([file, unit]), 'kubernetes')
    expect(facts && [plain(facts.kubelet.readOnlyPort), plain(facts.seccomp)]).toEqual([10_255, 'runtime-default'])
  })
})

it('never throws, whatever the line', () => {
  const word = fc.constantFrom(
    '/usr/bin/dockerd',
    '/usr/bin/kubelet',
    '--icc',
    '-H',
    '=',
    '"',
    '\\',
    '$A',
    '${A}',
    '--default-ulimit',
    '--add-runtime',
    '--anonymous-auth=',
    ' ',
    'x',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.array(word, { maxLength: 4 }), (words, more) => {
      const engine = engineIn(`Environment=A=${more.join(' ')}`, `ExecStart=${words.join(' ')}`)
      if (engine) everyFact(engine.facts)
    }),
    { numRuns: 500 },
  )
})
