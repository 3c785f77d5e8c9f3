import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, recognise } from '../../src/dialect/index.ts'
import { ecs } from '../../src/dialect/ecs.ts'
import type { Container } from '../../src/model/subject.ts'
import type { Notice } from '../../src/model/notice.ts'
import { corpora, filesOf, present } from '../support/corpora.ts'
import { everyFact, expectFact, factAt, paths, plain, rootOf } from '../support/docker-facts.ts'

interface Got {
  readonly containers: readonly Container[]
  readonly notices: readonly Notice[]
}
const got = (text: string): Got => {
  const root = rootOf(text)
  expect(recognise(root).value?.name).toBe('ecs')
  const { value, notices } = read(ecs, root)
  return { containers: value, notices }
}
const only = (text: string): Container => {
  const { containers, notices } = got(text)
  expect(notices).toEqual([])
  const [first, ...more] = containers
  if (!first || more.length > 0) throw new Error(`${containers.length} containers`)
  return first
}
const indent = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n')

/** A task in YAML, as `--cli-input-yaml` takes it: what is written of the container begins in line 5, of the task below it. */
const task = (container: string, rest = ''): string =>
  `family: shop\ncontainerDefinitions:\n  - name: web\n    image: nginx\n${indent(container, 4)}\n${rest}`

/** [below `image: nginx` (line 5 on), below that at the task, row, plain value or reason, how, line] */
type Case = readonly [container: string, rest: string, row: string, value: unknown, how?: string, line?: number]
const titled = (cases: readonly Case[]): readonly (readonly [string, Case])[] =>
  cases.map((one) => [`${one[0]} ${one[1]}: ${one[2]}`, one])
const FARGATE = 'requiresCompatibilities: [FARGATE]'
const CASES: readonly Case[] = [
  ['x: 1', '', 'name', 'web', 'set', 3],
  ['x: 1', '', 'os', /left to the image/],
  ['x: 1', 'runtimePlatform: { operatingSystemFamily: WINDOWS_SERVER_2022_CORE }', 'os', 'windows', 'set', 6],
  ['x: 1', 'runtimePlatform: { operatingSystemFamily: LINUX }', 'os', 'linux', 'set'],
  ['x: 1', 'runtimePlatform: { operatingSystemFamily: BEOS }', 'os', /neither LINUX/],
  ['x: 1', 'runtimePlatform: LINUX', 'os', /not a map/],
  ['x: 1', '', 'role', 'main', 'default', 3],
  ['essential: false', '', 'role', 'sidecar', 'set', 5],
  ['essential: true', '', 'role', 'main', 'set'],
  ['x: 1', '', 'image.reference', 'nginx', 'set', 4],
  ['x: 1', '', 'image.pull', 'always', 'default'],
  ['entryPoint: [sh, -c]', '', 'entrypoint', ['sh', '-c'], 'set', 5],
  ['entryPoint: []', '', 'entrypoint', /left to the image/],
  ['command: sh', '', 'command', /not a list/],
  ['command: [a, {b: c}]', '', 'command', ['a', '?'], 'set'],
  ['workingDirectory: /srv', '', 'workingDirectory', '/srv', 'set', 5],
  ['privileged: true', '', 'privileged', true, 'set', 5],
  ['privileged: "true"', '', 'privileged', true],
  ['privileged: [true]', '', 'privileged', /not true or false/],
  ['privileged: true', '', 'seccomp.kind', 'unconfined', 'derived', 5],
  ['privileged: true', '', 'procMount', 'unmasked', 'derived', 5],
  ['privileged: true', '', 'masked', [], 'derived'],
  ['x: 1', '', 'seccomp.kind', 'runtime-default', 'default'],
  ['dockerSecurityOptions: ["seccomp:unconfined"]', '', 'seccomp.kind', 'unconfined', 'set', 5],
  ['readonlyRootFilesystem: true', '', 'readOnlyRootFilesystem', true, 'set', 5],
  ['dockerSecurityOptions: [no-new-privileges]', '', 'noNewPrivileges', true, 'set', 5],
  ['dockerSecurityOptions: ["apparmor:mine"]', '', 'apparmor.name', 'mine', 'set'],
  ['dockerSecurityOptions: ["label:type:spc_t"]', '', 'selinux.type', 'spc_t', 'set'],
  ['dockerSecurityOptions: ["label:disable"]', '', 'selinux.disabled', true],
  ['linuxParameters: { initProcessEnabled: true }', '', 'init', true, 'set', 5],
  ['linuxParameters: true', '', 'init', /not a map/],
  ['linuxParameters: []', '', 'capabilities.add', /not a map/],
  [
    'linuxParameters:\n  capabilities:\n    add: [NET_ADMIN]\n    drop: [ALL]',
    '',
    'capabilities.add',
    ['NET_ADMIN'],
    'set',
    7,
  ],
  [
    'linuxParameters:\n  capabilities:\n    add: [NET_ADMIN]\n    drop: [ALL]',
    '',
    'capabilities.drop',
    ['ALL'],
    'set',
    8,
  ],
  ['linuxParameters: { capabilities: x }', '', 'capabilities.drop', /not a map/],
  ['user: "1000:1001"', '', 'user.name', '1000', 'set', 5],
  ['user: app:1001', '', 'user.group', '1001'],
  ['x: 1', '', 'user.name', /left to the image/],
  ['restartPolicy: { enabled: true }', '', 'restart.policy', 'always', 'set', 5],
  ['restartPolicy: { enabled: false }', '', 'restart.policy', 'no', 'set'],
  ['x: 1', '', 'restart.policy', 'no', 'default'],
  ['x: 1', 'pidMode: host', 'namespaces.pid', 'host', 'set', 6],
  ['x: 1', 'pidMode: task', 'namespaces.pid', 'container', 'set'],
  ['x: 1', 'pidMode: other', 'namespaces.pid', /not one of/],
  ['x: 1', 'ipcMode: host', 'namespaces.ipc', 'host', 'set', 6],
  ['x: 1', 'ipcMode: none', 'namespaces.ipc', 'none'],
  ['x: 1', '', 'namespaces.ipc', 'own', 'default'],
  ['x: 1', 'networkMode: host', 'namespaces.network', 'host', 'set', 6],
  ['x: 1', 'networkMode: awsvpc', 'namespaces.network', 'own'],
  ['x: 1', 'networkMode: none', 'namespaces.network', 'none'],
  ['x: 1', '', 'network.mode', 'bridge', 'default'],
  ['x: 1', 'networkMode: awsvpc', 'network.mode', 'awsvpc', 'set', 6],
  ['x: 1', '', 'namespaces.user', 'host', 'default'],
  [
    'systemControls: [{ namespace: net.core.somaxconn, value: "1" }]',
    '',
    'sysctls',
    [{ name: 'net.core.somaxconn', value: '1' }],
    'set',
    5,
  ],
  ['systemControls: [x]', '', 'sysctls[0].name', /not a map/],
  [
    'ulimits: [{ name: nofile, softLimit: 1, hardLimit: 2 }]',
    '',
    'ulimits',
    [{ name: 'nofile', soft: 1, hard: 2 }],
    'set',
    5,
  ],
  ['ulimits: [{ name: nofile, softLimit: 1 }]', '', 'ulimits[0].hard', /no hardLimit/],
  ['healthCheck: { command: [CMD, x] }', '', 'health.check', true, 'set', 5],
  ['healthCheck: { command: [NONE] }', '', 'health.check', false, 'set'],
  ['healthCheck: { interval: 5 }', '', 'health.check', false, 'default'],
  ['healthCheck: x', '', 'health.check', /not a map/],
  ['x: 1', '', 'health.check', false, 'default', 3],
  ['healthCheck: { command: [CMD, x] }', '', 'probes', [{ kind: 'command', host: '' }], 'set'],
  ['memory: 512', '', 'resources.memory', 512 * 2 ** 20, 'set', 5],
  ['x: 1', 'memory: "1024"', 'resources.memory', 2 ** 30, 'derived', 6],
  ['x: 1', 'memory: "0.5 GB"', 'resources.memory', 2 ** 29, 'derived'],
  ['x: 1', 'memory: lots', 'resources.memory', /not a size in MiB/, 'unknown', 6],
  ['memory: 256', 'memory: "1024"', 'resources.memory', 2 ** 28, 'set', 5],
  ['memory: 0', 'memory: "1024"', 'resources.memory', 2 ** 30, 'derived', 6],
  ['memory: [1]', 'memory: "1024"', 'resources.memory', /not a whole number/],
  ['x: 1', '', 'resources.memory', 0, 'default'],
  ['memoryReservation: 128', '', 'resources.memoryReservation', 2 ** 27, 'set', 5],
  ['memory: 512\nlinuxParameters: { maxSwap: 512 }', '', 'resources.swap', 2 ** 30, 'derived', 6],
  ['cpu: 512', '', 'resources.cpu', 0, 'default'],
  ['cpu: 512', '', 'resources.cpuReservation', 500, 'set', 5],
  ['cpu: 512', '', 'resources.cpuShares', 512, 'set', 5],
  ['cpu: 512', 'cpu: "256"', 'resources.cpu', 250, 'derived', 6],
  ['x: 1', 'cpu: .25 vCPU', 'resources.cpu', 250, 'derived', 6],
  ['x: 1', 'cpu: "2 vcpu"', 'resources.cpu', 2000],
  ['cpu: 512', 'runtimePlatform: { operatingSystemFamily: WINDOWS_SERVER_2022_CORE }', 'resources.cpu', 500, 'set', 5],
  ['x: 1', '', 'resources.pids', /ECS_TASK_PIDS_LIMIT/],
  ['x: 1', 'ephemeralStorage: { sizeInGiB: 30 }', 'resources.ephemeralStorage', 30 * 2 ** 30, 'set', 6],
  ['linuxParameters: { sharedMemorySize: 64 }', '', 'resources.sharedMemory', 2 ** 26, 'set', 5],
  ['logConfiguration: { logDriver: awslogs }', '', 'logging.driver', 'awslogs', 'set', 5],
  ['logConfiguration: awslogs', '', 'logging.driver', /not a map/],
  [
    'credentialSpecs: ["credentialspec:arn:aws:s3:::b/x"]',
    '',
    'windows.credentialSpec',
    'credentialspec:arn:aws:s3:::b/x',
    'set',
    5,
  ],
  ['dockerSecurityOptions: ["credentialspec:file://x.json"]', '', 'windows.credentialSpec', 'file://x.json', 'set', 5],
  // Fargate
  ['x: 1', FARGATE, 'runtime', 'fargate', 'default'],
  ['x: 1', FARGATE, 'namespaces.network', 'own', 'default'],
  ['x: 1', FARGATE, 'network.mode', 'awsvpc', 'default'],
  ['x: 1', FARGATE, 'resources.ephemeralStorage', 20 * 2 ** 30, 'default'],
  ['x: 1', FARGATE, 'apparmor.kind', /AWS does not say/],
  ['privileged: true', FARGATE, 'privileged', true, 'set', 5],
  ['x: 1', 'requiresCompatibilities: [EC2, FARGATE]', 'runtime', '', 'default'],
]

describe('a row, from what is written', () => {
  it.each(titled(CASES))('%s', (_, [container, rest, row, value, how, line]) => {
    expectFact(factAt(only(task(container, rest)).facts, row), value, how, line)
  })
  it('answers every row', () => {
    const facts = only(task('x: 1')).facts
    expect(paths(facts).length).toBeGreaterThan(80)
    for (const fact of everyFact(facts)) expect(fact.place.line).toBeGreaterThan(0)
  })
  it('cannot say some rows, on Fargate more than on EC2', () => {
    const unsayable = (rest: string): readonly string[] =>
      [
        'seccomp.kind',
        'apparmor.kind',
        'noNewPrivileges',
        'resources.pids',
        'privileged',
        'resources.sharedMemory',
      ].filter((row) => 'unsayable' in factAt(only(task('x: 1', rest)).facts, row))
    expect(unsayable('')).toEqual(['seccomp.kind', 'resources.pids'])
    expect(unsayable(FARGATE)).toEqual([
      'seccomp.kind',
      'apparmor.kind',
      'noNewPrivileges',
      'resources.pids',
      'privileged',
      'resources.sharedMemory',
    ])
    expect(
      'unsayable' in factAt(only(task('dockerSecurityOptions: ["seccomp:unconfined"]')).facts, 'seccomp.kind'),
    ).toBe(false)
  })
  it('runs on Docker, or on Fargate', () => {
    expect(only(task('x: 1')).runtime).toBe('docker')
    expect(only(task('x: 1', FARGATE)).runtime).toBe('ecs')
    expect(only(task('x: 1', 'requiresCompatibilities: [EC2, FARGATE]')).runtime).toBe('docker')
  })
})

describe('ports, by the network mode', () => {
  const ports = (mapping: string, rest: string): unknown =>
    plain(factAt(only(task(`portMappings: [${mapping}]`, rest)).facts, 'ports'))
  const port = (container: number, published: boolean, host: number, address: string, protocol = 'tcp'): unknown => ({
    container,
    published,
    host,
    address,
    protocol,
  })
  it.each([
    ['{ containerPort: 80, hostPort: 8080 }', '', [port(80, true, 8080, '0.0.0.0')]],
    ['{ containerPort: 80, hostPort: 0, protocol: udp }', '', [port(80, true, 0, '0.0.0.0', 'udp')]],
    ['{ containerPort: 80 }', 'networkMode: bridge', [port(80, true, 0, '0.0.0.0')]],
    ['{ containerPort: 80 }', 'networkMode: host', [port(80, true, 80, '0.0.0.0')]],
    ['{ containerPort: 80, hostPort: 80 }', 'networkMode: awsvpc', [port(80, false, 0, '')]],
    ['{ containerPort: 80 }', FARGATE, [port(80, false, 0, '')]],
    ['{ containerPortRange: "80-81" }', '', [port(80, true, 0, '0.0.0.0'), port(81, true, 0, '0.0.0.0')]],
  ])('%s %s', (mapping, rest, value) => {
    expect(ports(mapping, rest)).toEqual(value)
  })
  it('are unknown where their number is of a wrong type', () => {
    const facts = only(task('portMappings: [{ containerPort: [80] }, x, { containerPort: 80, hostPort: [1] }]')).facts
    expectFact(factAt(facts, 'ports[0].container'), /no port/)
    expectFact(factAt(facts, 'ports[1].published'), /not a map/)
    expectFact(factAt(facts, 'ports[2].host'), /is not a port/)
    expectFact(factAt(only(task('portMappings: 80')).facts, 'ports[0].container'), /not a list/)
  })
})

describe('mounts', () => {
  const mount = (more: object): unknown => ({
    readOnly: false,
    propagation: 'rprivate',
    options: [],
    target: '/m',
    ...more,
  })
  const mounts = (volume: string, point = '{ sourceVolume: v, containerPath: /m }'): unknown =>
    plain(factAt(only(task(`mountPoints: [${point}]`, `volumes: [${volume}]`)).facts, 'mounts'))
  it.each([
    ['{ name: v, host: { sourcePath: /etc } }', mount({ kind: 'bind', type: 'bind', source: '/etc' })],
    ['{ name: v, host: {} }', mount({ kind: 'volume', type: 'volume', source: 'v' })],
    ['{ name: v }', mount({ kind: 'volume', type: 'volume', source: 'v' })],
    ['{ name: v, dockerVolumeConfiguration: { scope: task } }', mount({ kind: 'volume', type: 'docker', source: 'v' })],
    [
      '{ name: v, dockerVolumeConfiguration: { driver: local, driverOpts: { type: none, o: "bind,ro", device: /root } } }',
      mount({ kind: 'bind', type: 'docker', source: '/root' }),
    ],
    [
      '{ name: v, efsVolumeConfiguration: { fileSystemId: fs-1 } }',
      mount({ kind: 'volume', type: 'efs', source: 'fs-1' }),
    ],
    [
      '{ name: v, fsxWindowsFileServerVolumeConfiguration: { fileSystemId: fs-2 } }',
      mount({ kind: 'volume', type: 'fsx', source: 'fs-2' }),
    ],
    ['{ name: v, configuredAtLaunch: true }', mount({ kind: 'volume', type: 'ebs', source: 'v' })],
    ['{ name: other }', mount({ kind: '?', type: '?', source: '?' })],
    ['{ name: v, host: /etc }', mount({ kind: '?', type: '?', source: '?' })],
  ])('%s', (volume, value) => {
    expect(mounts(volume)).toEqual([value])
  })
  it('are those of other containers too', () => {
    const { containers } = got(
      `containerDefinitions:
  - { name: a, image: x, mountPoints: [{ sourceVolume: v, containerPath: /sock }] }
  - { name: b, image: x, volumesFrom: [{ sourceContainer: a, readOnly: true }] }
  - { name: c, image: x, volumesFrom: [{ sourceContainer: nobody }] }
volumes: [{ name: v, host: { sourcePath: /var/run/docker.sock } }]`,
    )
    expect(plain(factAt(containers[1]?.facts ?? {}, 'mounts'))).toEqual([
      {
        kind: 'bind',
        type: 'bind',
        source: '/var/run/docker.sock',
        target: '/sock',
        readOnly: true,
        propagation: 'rprivate',
        options: [],
      },
    ])
    expectFact(factAt(containers[1]?.facts ?? {}, 'mounts[0].source'), '/var/run/docker.sock', 'set', 5)
    expectFact(factAt(containers[2]?.facts ?? {}, 'mounts[0].source'), /no container nobody/)
  })
  it('are memory too', () => {
    const facts = only(
      task('linuxParameters:\n  tmpfs: [{ containerPath: /tmp, size: 16, mountOptions: [noexec, ro] }, { size: 1 }]'),
    ).facts
    expect(plain(factAt(facts, 'mounts[0].options'))).toEqual(['size=16m', 'noexec', 'ro'])
    expectFact(factAt(facts, 'mounts[0].target'), '/tmp', 'set', 6)
    expectFact(factAt(facts, 'mounts[0].readOnly'), true)
    expectFact(factAt(facts, 'mounts[1].target'), /containerPath/)
  })
})

it('reads devices, of the host and of plug-ins', () => {
  const facts = only(
    task(
      'linuxParameters:\n  devices:\n    - { hostPath: /dev/sda, containerPath: /dev/x, permissions: [read, write] }\n    - { hostPath: /dev/kvm }\n    - { hostPath: /dev/kvm, permissions: [fly] }\nresourceRequirements: [{ type: GPU, value: "1" }]',
    ),
  ).facts
  expect(plain(factAt(facts, 'devices'))).toEqual([
    { source: '/dev/sda', target: '/dev/x', permissions: 'rw' },
    { source: '/dev/kvm', target: '/dev/kvm', permissions: 'rwm' },
    { source: '/dev/kvm', target: '/dev/kvm', permissions: '?' },
    { source: 'gpu', target: '', permissions: 'rwm' },
  ])
})

it('reads variables that are written, secrets, and files of them', () => {
  const facts = only(
    task(
      'environment: [{ name: A, value: b }, { name: C }]\nsecrets: [{ name: D, valueFrom: arn:aws:secretsmanager:eu:1:secret:x }]\nenvironmentFiles: [{ type: s3, value: arn:aws:s3:::b/a.env }]',
    ),
  ).facts
  expect(plain(factAt(facts, 'environment'))).toEqual([
    { name: 'A', value: 'b', fromSecret: false },
    { name: 'C', value: '', fromSecret: false },
    { name: 'D', value: '', fromSecret: true },
    { name: '?', value: '?', fromSecret: '?' },
  ])
  expectFact(factAt(facts, 'environment[3].name'), /variables of arn:aws:s3:::b\/a\.env/)
})

it('knows a container that others wait for to end', () => {
  const { containers } = got(
    'family: f\ncontainerDefinitions:\n  - { name: a, image: x, essential: false }\n  - { name: b, image: x, dependsOn: [{ containerName: a, condition: SUCCESS }, { containerName: c, condition: START }] }\n  - { name: c, image: x }',
  )
  expect(containers.map(({ id, facts }) => [id, plain(facts.role)])).toEqual([
    ['f/a', 'init'],
    ['f/b', 'main'],
    ['f/c', 'main'],
  ])
})

describe('where it is written', () => {
  it('in what describe-task-definition prints', () => {
    const text =
      '{ "taskDefinition": { "family": "shop", "containerDefinitions": [{ "name": "web", "image": "nginx" }] }, "tags": [] }'
    expect(only(text).id).toBe('shop/web')
  })
  it('as a list of containers, of which the task is not known', () => {
    const { id, facts } = only('[\n{ "name": "web", "image": "nginx", "essential": true, "memory": 5 }]')
    expect(id).toBe('web')
    expectFact(facts.namespaces.pid, /not in this file/)
    expectFact(facts.resources.memory, 5 * 2 ** 20, 'set', 2)
  })
  it('in a Terraform plan, with what is known after apply', () => {
    const definitions = JSON.stringify([
      { name: 'web', image: 'nginx', privileged: true, mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] },
    ])
    const plan = {
      format_version: '1.2',
      planned_values: {
        root_module: {
          resources: [{ address: 'aws_s3_bucket.x', type: 'aws_s3_bucket', values: {} }],
          child_modules: [
            {
              resources: [
                {
                  address: 'module.a.aws_ecs_task_definition.web',
                  type: 'aws_ecs_task_definition',
                  values: {
                    family: 'shop',
                    pid_mode: 'host',
                    container_definitions: definitions,
                    volume: [
                      { name: 'v', host_path: '/etc', docker_volume_configuration: [], efs_volume_configuration: [] },
                    ],
                    runtime_platform: [{ operating_system_family: 'LINUX' }],
                    requires_compatibilities: null,
                  },
                },
                {
                  address: 'aws_ecs_task_definition.open',
                  type: 'aws_ecs_task_definition',
                  values: { family: 'open' },
                },
              ],
            },
          ],
        },
      },
      resource_changes: [
        {
          address: 'module.a.aws_ecs_task_definition.web',
          change: { after_unknown: { network_mode: true, arn: true } },
        },
        { address: 'aws_ecs_task_definition.open', change: { after_unknown: { container_definitions: true } } },
      ],
    }
    const text = JSON.stringify(plan, null, 1)
    const { containers, notices } = got(text)
    expect(containers.map(({ id }) => id)).toEqual(['shop/web'])
    const facts = containers[0]?.facts ?? {}
    expectFact(
      factAt(facts, 'privileged'),
      true,
      'set',
      text.split('\n').findIndex((line) => line.includes('container_definitions')) + 1,
    )
    expectFact(factAt(facts, 'namespaces.pid'), 'host', 'set')
    expectFact(factAt(facts, 'namespaces.network'), /network_mode is known after apply/)
    expectFact(factAt(facts, 'mounts[0].source'), '/etc')
    expectFact(factAt(facts, 'os'), 'linux')
    expect(notices).toMatchObject([
      { id: 'ecs-container-invalid', lost: true, message: expect.stringContaining('known after apply') as string },
    ])
  })
  it('in a Terraform state', () => {
    const attributes = {
      family: 'shop',
      container_definitions: '[{"name":"web","image":"nginx"}]',
      network_mode: 'host',
    }
    const state = {
      version: 4,
      terraform_version: '1.9.0',
      resources: [{ mode: 'managed', type: 'aws_ecs_task_definition', name: 'web', instances: [{ attributes }] }],
    }
    const { id, facts } = only(JSON.stringify(state))
    expect(id).toBe('shop/web')
    expectFact(facts.namespaces.network, 'host')
  })
  it('says that the JSON within cannot be read', () => {
    const state = {
      terraform_version: '1',
      resources: [{ type: 'aws_ecs_task_definition', instances: [{ attributes: { container_definitions: '[{' } }] }],
    }
    expect(got(JSON.stringify(state)).notices.map(({ id, lost }) => [id, lost])).toEqual([
      ['json-invalid', true],
      ['ecs-container-invalid', true],
    ])
  })
})

describe('CloudFormation', () => {
  const template = (container: string, rest = ''): string => `Parameters:
  Tag: { Type: String, Default: "1.2" }
  Bare: { Type: String }
  Names: { Type: CommaDelimitedList, Default: "ALL, NET_RAW" }
  Store: { Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/image }
  Stage: { Type: String, Default: test }
Mappings:
  Sizes: { test: { memory: 256 }, live: { memory: 512 } }
Conditions:
  IsLive: !Equals [!Ref Stage, live]
  IsTest: !Not [!Condition IsLive]
  IsOpen: !Equals [!Ref Bare, x]
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: web
          Image: nginx
${indent(container, 10)}
${indent(rest, 6)}
`
  const facts = (container: string, rest = ''): Container['facts'] => only(template(container, rest)).facts
  /** [below `Image: nginx`, in line 20, below that at the properties, row, value or reason, how, line] */
  const rows: readonly Case[] = [
    ['Privileged: true', '', 'privileged', true, 'set', 20],
    ['Privileged: !Ref Bare', '', 'privileged', /the parameter Bare has no default/, 'unknown', 20],
    ['Privileged: !If [IsLive, true, !Ref "AWS::NoValue"]', '', 'privileged', false, 'default'],
    ['Privileged: !If [IsTest, true, false]', '', 'privileged', true, 'set', 20],
    ['Privileged: !If [IsOpen, true, false]', '', 'privileged', /the condition IsOpen decides/],
    ['Privileged: { "Fn::If": [IsOpen, true, false] }', '', 'privileged', /the condition IsOpen decides/],
    ['User: !GetAtt Thing.User', '', 'user.name', /Thing.User is known when the stack is made/],
    ['User: !Sub "${Tag}:${Bare}"', '', 'user.name', /Bare has no default/],
    ['User: !Sub "u${Tag}"', '', 'user.name', 'u1.2', 'set', 20],
    ['User: !Sub ["${X}${!Y}", { X: !Ref Tag }]', '', 'user.name', '1.2${Y}', 'set'],
    ['User: !Join ["-", [a, !Ref Tag]]', '', 'user.name', 'a-1.2', 'set'],
    ['User: { "Fn::Join": ["-", [a, { Ref: "AWS::Region" }]] }', '', 'user.name', /AWS::Region is known when/],
    ['User: !Ref Store', '', 'user.name', /looked up in Systems Manager/],
    ['User: !Select [1, !Split ["/", "a/b"]]', '', 'user.name', 'b', 'set'],
    ['User: !ImportValue other', '', 'user.name', /exported by another stack/],
    ['User: "{{resolve:ssm:user}}"', '', 'user.name', /ssm gives the value/],
    ['Memory: !FindInMap [Sizes, !Ref Stage, memory]', '', 'resources.memory', 256 * 2 ** 20, 'set', 20],
    ['Memory: !FindInMap [Sizes, !Ref Bare, memory]', '', 'resources.memory', /Bare has no default/],
    ['LinuxParameters: { Capabilities: { Drop: !Ref Names } }', '', 'capabilities.drop', ['ALL', 'NET_RAW'], 'set'],
    [
      'Environment: [{ Name: A, Value: !Ref Bare }, !If [IsLive, { Name: B }, !Ref "AWS::NoValue"]]',
      '',
      'environment',
      [{ name: 'A', value: '?', fromSecret: true }],
      'set',
    ],
    [
      'Environment: [{ Name: A, Value: "{{resolve:secretsmanager:x}}" }]',
      '',
      'environment',
      [{ name: 'A', value: '?', fromSecret: true }],
      'set',
    ],
    ['Command: !If [IsOpen, [a], [b]]', '', 'command', /IsOpen/],
    ['DockerLabels: { Some.Label: x }', '', 'privileged', false, 'default'],
    [
      'MountPoints: [{ SourceVolume: v, ContainerPath: /v }]',
      'Volumes: [{ Name: v, Host: { SourcePath: /etc } }]',
      'mounts[0].source',
      '/etc',
      'set',
      21,
    ],
    [
      'MountPoints: [{ SourceVolume: v, ContainerPath: /v }]',
      'Volumes: [{ Name: v, Host: { SourcePath: !Ref Bare } }]',
      'mounts[0].source',
      /Bare/,
    ],
    [
      'MountPoints: [{ SourceVolume: v, ContainerPath: /v }]',
      'Volumes: [{ Name: v, Host: { SourcePath: !Ref Bare } }]',
      'mounts[0].kind',
      'bind',
    ],
    [
      'MountPoints: [{ SourceVolume: v, ContainerPath: /v }]',
      'Volumes: [{ Name: v, EFSVolumeConfiguration: { FilesystemId: !Ref Disk } }]',
      'mounts[0].type',
      'efs',
    ],
    ['X: 1', 'NetworkMode: host', 'namespaces.network', 'host', 'set', 21],
    ['X: 1', 'RequiresCompatibilities: [FARGATE]', 'runtime', 'fargate'],
    ['X: 1', 'Cpu: !Ref Bare', 'resources.cpu', /Bare has no default/, 'unknown', 21],
  ]
  it.each(titled(rows))('%s', (_, [container, rest, row, value, how, line]) => {
    expectFact(factAt(facts(container, rest), row), value, how, line)
  })
  it('has the same in JSON', () => {
    const { id, facts: found } = only(
      `{ "Resources": { "Web": { "Type": "AWS::ECS::TaskDefinition", "Properties": { "Family": "shop", "ContainerDefinitions": [
        { "Name": "web", "Image": { "Fn::Sub": "\${AWS::AccountId}.dkr.ecr/web:1" },
          "ReadonlyRootFilesystem": true } ] } } } }`,
    )
    expect(id).toBe('shop/web')
    expectFact(found.readOnlyRootFilesystem, true, 'set', 3)
    expectFact(found.image.reference, /AWS::AccountId/, 'unknown', 2)
  })
  it('reads every container that it can make, whatever the conditions', () => {
    const { containers, notices } = got(
      `Conditions: { Off: !Equals [a, b] }
Resources:
  W:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - !If [Off, { Name: a, Image: x, Privileged: true }, !Ref "AWS::NoValue"]
        - !If [Off, { Name: b, Image: x }, { Name: c, Image: x }]
        - Name: d
          Image: x
  V: { Type: "AWS::ECS::TaskDefinition", Properties: { ContainerDefinitions: !If [Off, [{ Name: e, Image: x }], !Ref Else] } }
  U: { Type: "AWS::ECS::TaskDefinition", Properties: { ContainerDefinitions: !If [Off, [{ Name: e, Image: x }], [{ Name: f, Image: x }]] } }`,
    )
    expect(containers.map(({ id }) => id)).toEqual(['W/a', 'W/b', 'W/c', 'W/d', 'U/e', 'U/f'])
    expect(notices).toMatchObject([{ id: 'ecs-container-invalid', lost: true }])
  })
  it('says nothing of templates without a task, and of what is not known of one', () => {
    expect(
      recognise(rootOf('Resources: { A: { Type: AWS::ECS::Service, Properties: { TaskDefinition: x } } }')).value,
    ).toBeUndefined()
    const { containers, notices } = got(
      'Resources: { A: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: !Ref X } } }',
    )
    expect(containers).toEqual([])
    expect(notices).toMatchObject([{ id: 'ecs-container-invalid', lost: true }])
  })
  it('is not lamed by anchors within anchors, nor by conditions that name one another', () => {
    const levels = Array.from({ length: 25 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`)
    const bomb = `Metadata:\n  a0: &a0 [x, x]\n${levels.join('\n')}\nConditions:\n${Array.from({ length: 30 }, (_, i) => `  C${i}: !And [!Condition C${i + 1}, !Condition C${i + 1}]`).join('\n')}\nResources:\n  W: { Type: "AWS::ECS::TaskDefinition", Properties: { Family: f, ContainerDefinitions: [{ Name: a, Image: b, Command: *a25, Privileged: !If [C0, true, false] }] } }`
    const { containers } = got(bomb)
    expect(containers).toHaveLength(1)
  })
})

describe('what is no task is lost input, and never a pass', () => {
  it.each([
    ['containerDefinitions: web', 0],
    ['containerDefinitions: {}', 0],
    ['containerDefinitions: [web, { name: a, image: b }]', 1],
    ['containerDefinitions: [null]', 0],
  ])('%s', (text, containers) => {
    const found = got(text)
    expect(found.containers).toHaveLength(containers)
    expect(found.notices).toMatchObject([{ id: 'ecs-container-invalid', lost: true }])
  })
  it('takes no foreign document', () => {
    for (const text of [
      '[{ "name": "web", "image": "nginx" }]',
      'services: { web: { image: nginx } }',
      '{ "Resources": [] }',
      '{ "planned_values": { "root_module": { "resources": [{ "type": "aws_instance" }] } } }',
      '{ "values": 1 }',
    ])
      expect(ecs.is(rootOf(text))).toBe(false)
  })
  it('is not slow for many', () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({
      name: `c${i}`,
      image: 'x',
      dependsOn: [{ containerName: `c${i + 1}`, condition: 'START' }],
      mountPoints: [{ sourceVolume: `v${i}`, containerPath: '/v' }],
      volumesFrom: [{ sourceContainer: `c${i - 1}` }],
    }))
    const volumes = many.map((_, i) => ({ name: `v${i}` }))
    expect(got(JSON.stringify({ containerDefinitions: many, volumes })).containers).toHaveLength(2000)
  })
  it('does not throw, whatever is written', () => {
    const keys = [
      'name',
      'image',
      'user',
      'cpu',
      'memory',
      'portMappings',
      'environment',
      'secrets',
      'mountPoints',
      'volumesFrom',
      'linuxParameters',
      'ulimits',
      'healthCheck',
      'dependsOn',
      'dockerSecurityOptions',
      'containerPort',
      'sourceVolume',
      'command',
      'Ref',
      'Fn::If',
      'Fn::Sub',
    ]
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 1, -1, 1e300, '', 'x', 'FARGATE', '${A}'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
      ),
    })).any
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), value, value, (list, network, volumes) => {
        const document = { containerDefinitions: list, networkMode: network, volumes, requiresCompatibilities: network }
        const found = got(JSON.stringify(document))
        expect(found.notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        const camel = (each: unknown): unknown => each
        const stack = {
          Resources: {
            A: {
              Type: 'AWS::ECS::TaskDefinition',
              Properties: { ContainerDefinitions: camel(list), NetworkMode: network, Volumes: volumes },
            },
          },
        }
        expect(got(JSON.stringify(stack)).notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

if (!present) console.log(`skipped: ${corpora} is absent`)
describe.skipIf(!present)('real files', () => {
  it('task definitions of AWS', () => {
    const files = filesOf('runtime-configs', /^ecs\/.*\.json$/)
    expect(files).toHaveLength(8)
    for (const file of files) {
      const { containers, notices } = got(readFileSync(file, 'utf8'))
      expect(notices).toEqual([])
      expect(containers).toHaveLength(1)
      const [first] = containers
      expectFact(
        first?.facts.health.check ?? { how: 'unknown', place: { file, line: 1, column: 1 }, because: '' },
        false,
        'default',
      )
      expect(first?.runtime).toBe(file.includes('fargate') ? 'ecs' : 'docker')
    }
  })
  it('CloudFormation of KICS: those that hold a task, and no other', () => {
    const folder = join(corpora, 'kics/data/ecs-cloudFormation')
    const files = existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ya?ml|json)$/.test(file))
      : []
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8')
      const root = rootOf(text)
      expect([file, ecs.is(root)]).toEqual([file, text.includes('AWS::ECS::TaskDefinition')])
      if (ecs.is(root)) expect(read(ecs, root).notices).toEqual([])
    }
  })
})
