import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compose } from '../../src/dialect/compose.ts'
import { SILENT_ABOUT, answer } from '../../src/dialect/dialect.ts'
import { swarm } from '../../src/dialect/swarm.ts'
import { container } from '../../src/model/fields.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import { everyFact, expectFact, factAt, factsOf, plain, rootOf } from '../support/docker-facts.ts'

/** A service as `docker service inspect` prints it; what is given stands in line 6 on. */
const inspect = (spec: string, task = '', rest = ''): AnyFacts =>
  factsOf(
    swarm,
    `[{
"ID": "x",
"Spec": {
"Name": "web",
"TaskTemplate": { "ContainerSpec": { "Image": "nginx"
${spec === '' ? '' : `, ${spec}`}
}
${task === '' ? '' : `, ${task}`}
}${rest === '' ? '' : `, ${rest}`} }, "Endpoint": {} }]`,
  ).of('web')

describe('swarm: docker service inspect', () => {
  it.each([
    ['"User": "1:2"', 'user.group', '2', 'set', 6],
    ['"Command": ["/b"]', 'entrypoint', ['/b']],
    ['"Args": ["a b", "c"]', 'command', ['a b', 'c']],
    ['"Args": "a"', 'command', ['a']],
    ['"ReadOnly": true', 'readOnlyRootFilesystem', true],
    ['"ReadOnly": "perhaps"', 'readOnlyRootFilesystem', /ReadOnly is not true or false/],
    ['"Privileges": {"NoNewPrivileges": true}', 'noNewPrivileges', true, 'set', 6],
    ['"Privileges": {"NoNewPrivileges": "x"}', 'noNewPrivileges', /neither true nor false|wrong type/],
    ['"Privileges": 5', 'noNewPrivileges', /Privileges is not a map/],
    ['"Privileges": {"Seccomp": {"Mode": "unconfined"}}', 'seccomp.kind', 'unconfined'],
    ['"Privileges": {"Seccomp": {"Mode": "default"}}', 'seccomp.kind', 'runtime-default', 'set'],
    ['"Privileges": {"Seccomp": {"Mode": "custom", "Profile": "eyJhIjoxfQ=="}}', 'seccomp.text', '{"a":1}'],
    ['"Privileges": {"Seccomp": {"Mode": "custom", "Profile": "???"}}', 'seccomp.kind', /wrong type/],
    ['"Privileges": {"Seccomp": {"Mode": "new"}}', 'seccomp.kind', /wrong type/],
    ['"Privileges": {"AppArmor": {"Mode": "disabled"}}', 'apparmor.kind', 'unconfined'],
    ['"Privileges": {"SELinuxContext": {"Disable": true}}', 'selinux.disabled', true],
    ['"Privileges": {"SELinuxContext": {"Type": "t"}}', 'selinux.type', 't'],
    ['"CapabilityAdd": ["CAP_NET_ADMIN"]', 'capabilities.add', ['NET_ADMIN']],
    [
      '"Mounts": 5',
      'mounts',
      [{ kind: '?', type: '?', source: '?', target: '?', readOnly: '?', propagation: '?', options: '?' }],
    ],
    ['"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": -1}]', 'ulimits', [{ name: 'nofile', soft: 1, hard: -1 }]],
    ['"Ulimits": [{"Soft": 1}]', 'ulimits[0].soft', /no name/],
    ['"Healthcheck": {"Test": ["NONE"]}', 'health.check', false],
    ['"x": 1', 'privileged', false, 'default'],
    ['"x": 1', 'namespaces.pid', 'own', 'default'],
  ] as const)('%s -> %s', (spec, row, value, how?: string, line?: number) => {
    expectFact(factAt(inspect(spec), row), value, how, line)
  })
  it.each([
    ['"Resources": {"Limits": {"NanoCPUs": 1500000000}}', 'resources.cpu', 1500],
    ['"Resources": {"Limits": {"MemoryBytes": 5}}', 'resources.memory', 5],
    ['"Resources": {"Limits": {"Pids": 7}}', 'resources.pids', 7],
    ['"Resources": {"Limits": 5}', 'resources.memory', /Limits is not a map/],
    ['"Resources": []', 'resources.memory', /Resources is not a map/],
    ['"RestartPolicy": {"Condition": "none"}', 'restart.policy', 'no'],
    ['"x": 1', 'restart.policy', 'always'],
    ['"LogDriver": {"Name": "none"}', 'logging.driver', 'none'],
    ['"Placement": {"Platforms": [{"OS": "linux"}, {"OS": "linux"}]}', 'os', 'linux'],
    ['"Placement": {"Platforms": [{"OS": "linux"}, {"OS": "windows"}]}', 'os', /left to the image/],
  ] as const)('%s -> %s', (task, row, value) => {
    expectFact(factAt(inspect('', task), row), value)
  })
  it('publishes on every interface of the node', () => {
    const facts = inspect(
      '',
      '',
      '"EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080, "Protocol": "udp"}]}',
    )
    expect(plain(factAt(facts, 'ports'))).toEqual([
      { container: 80, published: true, host: 8080, address: '0.0.0.0', protocol: 'udp' },
    ])
  })
  it('cannot tell the host network by its id, and says so', () => {
    const of = (address: string): AnyFacts =>
      factsOf(
        swarm,
        `{"Spec": {"Name": "web", "TaskTemplate": {"ContainerSpec": {}, "Networks": [{"Target": "n1"}]}}, "Endpoint": {"VirtualIPs": [{"NetworkID": "n1"${address}}]}}`,
      ).of('web')
    expectFact(factAt(of(''), 'namespaces.network'), /n1 belongs to the node/)
    expectFact(factAt(of(', "Addr": "10.0.0.2/24"'), 'namespaces.network'), 'own', 'default')
  })
  it('takes nothing else for a service', () => {
    for (const text of ['{}', '[]', '[{"HostConfig": {}, "Config": {}}]', 'services: {web: {image: x}}', '{"Spec": 5}'])
      expect(swarm.is(rootOf(text))).toBe(false)
    expect(swarm.is(rootOf('{"Spec": {"Name": "a", "TaskTemplate": {}}}'))).toBe(true)
  })
  it('says what is no container', () => {
    const got = factsOf(
      swarm,
      '[{"Spec": {"Name": "p", "TaskTemplate": {"PluginSpec": {}}}}, {"Spec": {"Name": "q", "TaskTemplate": {"ContainerSpec": 5}}}]',
    )
    expect([got.ids, got.notices.map(({ id, lost }) => [id, lost])]).toEqual([
      [],
      [
        ['swarm-service-unknown', false],
        ['swarm-service-unknown', true],
      ],
    ])
  })
})

const stack = (body: string, more = ''): ReturnType<typeof factsOf> =>
  factsOf(swarm, `services:\n  web:\n    image: nginx\n    ${body.replaceAll('\n', '\n    ')}\n${more}`)

/** What docker/cli 28 prints of such files: "Ignoring unsupported options: pid, privileged, restart, security_opt". */
describe('swarm: stack files', () => {
  it.each([
    ['privileged: true', 'privileged', false],
    ['pid: host', 'namespaces.pid', 'own'],
    ['ipc: host', 'namespaces.ipc', 'own'],
    ['network_mode: host', 'namespaces.network', 'own'],
    ['devices: [/dev/sda]', 'devices', []],
    ['build: .', 'image.pull', 'always'],
  ])('%s is as good as not written', (body, row, value) => {
    const got = stack(body)
    expectFact(factAt(got.of('web'), row), value, 'default')
    expect(got.notices.map(({ id, lost, place }) => [id, lost, place.line])).toEqual([['swarm-ignored', false, 4]])
  })
  it.each([
    ['security_opt: [no-new-privileges:true]', 'noNewPrivileges', false, /no-new-privileges is not set/],
    ['tmpfs: /run', 'mounts', [], /no memory is mounted/],
    ['userns_mode: private', 'namespaces.user', 'host', /user namespace/],
    ['restart: "no"', 'restart.policy', 'always', /started again/],
  ])('%s is not in force, and that is said', (body, row, value, message) => {
    const got = stack(body)
    expectFact(factAt(got.of('web'), row), value, 'default')
    expect(got.notices.map(({ lost }) => lost)).toEqual([false])
    expect(got.notices[0]?.message).toMatch(message)
  })
  it('keeps what is deployed', () => {
    const got = stack(
      'cap_drop: [ALL]\nread_only: true\nsysctls: {a: 1}\nulimits: {nofile: 5}\ninit: true\nuser: "5"\nrestart: on-failure:3\ndeploy: {resources: {limits: {memory: 1g, pids: 5}}}',
    )
    expect(got.notices).toEqual([])
    const facts = got.of('web')
    expect(plain(factAt(facts, 'capabilities.drop'))).toEqual(['ALL'])
    expectFact(factAt(facts, 'restart.policy'), 'on-failure', 'set', 10)
    expectFact(factAt(facts, 'resources.pids'), 5)
  })
  it.each([['mem_limit: 1g'], ['pids_limit: 5'], ['volumes_from: [db]'], ['extends: db'], ['cgroup: host']])(
    '%s: docker refuses the file',
    (body) => {
      const got = stack(body)
      expect(got.notices.map(({ id }) => id)).toEqual(['swarm-refused'])
      expectFact(factAt(got.of('web'), 'resources.memory'), 0, 'default')
    },
  )
  it('joins the host network by the name of an external one', () => {
    const got = stack('networks: [h]', 'networks: {h: {external: true, name: host}}\n')
    expectFact(factAt(got.of('web'), 'namespaces.network'), 'host', 'set', 4)
  })
  it('asks for the files of env_file, and not for .env', () => {
    const root = rootOf('services: {web: {image: x, env_file: a.env}}')
    expect(swarm.wants?.(root, SILENT_ABOUT, new Map())?.map(({ path }) => path)).toEqual(['a.env'])
    expect(compose.wants?.(root, SILENT_ABOUT, new Map())?.map(({ path }) => path)).toEqual(['.env', 'a.env'])
  })
})

describe('swarm: anything', () => {
  const keys = fc.constantFrom(
    ...'Spec TaskTemplate ContainerSpec Privileges Seccomp Mode Profile Mounts Ulimits Name Resources Limits Endpoint VirtualIPs Networks Target EndpointSpec Ports Secrets File services web deploy restart'.split(
      ' ',
    ),
  )
  const { document } = fc.letrec((tie) => ({
    document: fc.oneof(
      { depthSize: 'medium' },
      fc.oneof(
        fc.string(),
        fc.constantFrom('custom', 'e30=', '$X', 'no'),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(keys, tie('document'), { maxKeys: 6 }),
    ),
  }))
  it('never throws', () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        for (const text of [
          JSON.stringify([
            { Spec: { Name: 'a', TaskTemplate: { ContainerSpec: one, Resources: other } }, Endpoint: other },
          ]),
          JSON.stringify({ services: { web: one, two: other } }),
        ]) {
          const root = rootOf(text)
          swarm.is(root)
          swarm.wants?.(root, SILENT_ABOUT, new Map())
          for (const { scope } of swarm.containers(root, new Map(), SILENT_ABOUT).value)
            everyFact(answer(container, swarm.asks, swarm.silence, scope))
        }
      }),
      { numRuns: 300 },
    )
  })
})
