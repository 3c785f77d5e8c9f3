import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { devcontainer } from '../../src/dialect/devcontainer.ts'
import { readText } from '../../src/document/read.ts'
import { containersOf } from '../support/facts.ts'
import { check, type Expectation } from './table.ts'

const FILE = '.devcontainer/devcontainer.json'
const only = (text: string) => {
  const { value, notices } = containersOf(devcontainer, text, FILE)
  const [found] = value
  if (!found) throw new Error('there is no container')
  return { found, notices }
}

const full = `// A project to work on.
{
  "name": "Shop",
  "build": { "dockerfile": "../Dockerfile", "target": "dev", "args": { "V": "1", "W": "\${localEnv:W}" } },
  "containerUser": "vscode:staff",
  "privileged": true,
  "init": true,
  "capAdd": ["SYS_PTRACE"],
  "securityOpt": ["seccomp=unconfined"],
  "mounts": [
    "source=/var/run/docker.sock,target=/run/docker.sock,type=bind,readonly",
    { "type": "volume", "source": "cache-\${devcontainerId}", "target": "/cache" }
  ],
  "containerEnv": { "A": "b", "C": "\${localEnv:C}", "D": "\${localEnv:D:e}" },
  "appPort": [8080, "9000:9000"],
  "runArgs": ["--network=host", "--memory", "1g", "-v", "\${localEnv:HOME}/.ssh:/ssh:ro"], // more
}`
const table: Readonly<Record<string, Expectation>> = {
  name: ['Shop', 'set', '"name"'],
  'image.reference': ['unknown: the image is built from this file, and has no name of its own', 'unknown', '"build"'],
  'image.pull': ['build', 'derived', '"build"'],
  'user.name': ['vscode', 'set', '"containerUser"'],
  'user.group': ['staff', 'set', '"containerUser"'],
  privileged: [true, 'set', '"privileged"'],
  init: [true, 'set', '"init"'],
  'capabilities.add': [['SYS_PTRACE'], 'set', '"capAdd"'],
  'seccomp.kind': ['unconfined', 'set', '"securityOpt"'],
  'apparmor.kind': ['unconfined', 'derived', '"privileged"'],
  'namespaces.network': ['host', 'set', '"runArgs"'],
  'resources.memory': [2 ** 30, 'set', '"runArgs"'],
  'ports[0].host': [8080, 'set', '"appPort"'],
  'ports[0].address': ['127.0.0.1', 'set', '"appPort"'],
  'ports[1].address': ['0.0.0.0', 'default', '"appPort"'],
  entrypoint: [['/bin/sh'], 'derived', '{'],
}

describe('a devcontainer', () => {
  const { found, notices } = only(full)
  it.each(Object.entries(table))('%s', (path, expectation) => {
    check(full, found, path, expectation)
  })
  it('loses nothing', () => {
    expect(notices).toEqual([])
  })
  it('is built from its Dockerfile', () => {
    expect(found.build).toEqual({
      file: '../Dockerfile',
      stage: 'dev',
      args: new Map([
        ['V', '1'],
        ['W', null],
      ]),
    })
  })
  it('has its mounts, the folder of the project among them', () => {
    const { mounts } = found.facts
    const told = (mounts.how === 'unknown' ? [] : mounts.value).map(({ facts: { kind, source, target, readOnly } }) =>
      [kind, source, target, readOnly].map((fact) => (fact.how === 'unknown' ? '?' : fact.value)),
    )
    expect(told).toContainEqual(['bind', '/var/run/docker.sock', '/run/docker.sock', true])
    expect(told).toContainEqual(['volume', '?', '/cache', false])
    expect(told).toContainEqual(['bind', '?', '/ssh', true])
    expect(told).toContainEqual(['bind', '.', '/workspaces', false])
    expect(told).toHaveLength(4)
  })
  it('has variables, with what the default says', () => {
    const { environment } = found.facts
    const told = (environment.how === 'unknown' ? [] : environment.value).map(({ facts: { name, value } }) =>
      [name, value].map((fact) => (fact.how === 'unknown' ? `? ${fact.because}` : fact.value)),
    )
    expect(told).toEqual([
      ['A', 'b'],
      ['C', '? ${localEnv:C} is known where it is started'],
      ['D', 'e'],
    ])
  })

  it.each<readonly [string, string, string, Expectation]>([
    [
      'docker-in-docker',
      'ghcr.io/devcontainers/features/docker-in-docker:2',
      'privileged',
      [true, 'set', '"features"'],
    ],
    [
      'the socket',
      'ghcr.io/devcontainers/features/docker-outside-of-docker:1',
      'mounts[0].source',
      ['/var/run/docker.sock', 'set', '"features"'],
    ],
    ['a debugger', 'ghcr.io/devcontainers/features/go:1', 'seccomp.kind', ['unconfined', 'set', '"features"']],
    ['none of these', 'ghcr.io/devcontainers/features/node:1', 'privileged', [false, 'default', '"features"']],
  ])('takes from a feature: %s', (_, id, path, expectation) => {
    const text = `{ "image": "debian:12", "features": { "${id}": {} } }`
    check(text, only(text).found, path, expectation)
  })

  it.each<readonly [string, string, readonly (readonly [string, boolean])[], number]>([
    [
      'a feature of others',
      '{ "image": "a", "features": { "ghcr.io/x/y/z:1": {} } }',
      [['devcontainer-feature-unread', false]],
      1,
    ],
    ['a compose file', '{ "dockerComposeFile": "c.yml", "service": "web", "remoteUser": "x" }', [], 0],
    [
      'a compose file and rights',
      '{ "dockerComposeFile": "c.yml", "service": "web", "privileged": true }',
      [['devcontainer-compose', true]],
      0,
    ],
  ])('tells of %s', (_, text, ids, count) => {
    const { value, notices: told } = containersOf(devcontainer, text, FILE)
    expect(told.map(({ id, lost }) => [id, lost])).toEqual(ids)
    expect(value).toHaveLength(count)
  })

  it.each<readonly [string, string, string]>([
    ['runArgs', '"--privileged"', 'privileged'],
    ['runArgs', '[{}]', 'privileged'],
    ['runArgs', '["${localEnv:ARGS}", "-d"]', 'privileged'],
    ['privileged', '"yes"', 'privileged'],
    ['capAdd', '"ALL"', 'capabilities.add'],
    ['securityOpt', '{}', 'seccomp.kind'],
    ['overrideCommand', '1', 'entrypoint'],
  ])('is not known by a strange %s: %s', (key, value, path) => {
    const text = `{ "image": "debian:12", "${key}": ${value} }`
    check(text, only(text).found, path, [expect.stringMatching(/^unknown: /), 'unknown', '{'])
  })
})

describe('recognition', () => {
  it.each<readonly [string, string, boolean]>([
    [FILE, '{ "image": "a" }', true],
    ['.devcontainer.json', '{ "features": {} }', true],
    ['x.json', '{ "image": "a", "remoteUser": "b" }', true],
    ['x.json', '{ "image": "a" }', false],
    ['x.json', '{ "build": "tsc", "name": "x" }', false],
    ['package.json', '{ "name": "x", "scripts": {}, "build": {} }', false],
    ['compose.json', '{ "services": {}, "features": {}, "image": "x" }', false],
  ])('%s: %s', (file, text, isOne) => {
    const [root] = readText(file, text).value.documents
    expect(root && devcontainer.is(root)).toBe(isOne)
  })
})

it('never throws, whatever its keys hold', () => {
  const keys = [
    'image',
    'build',
    'runArgs',
    'mounts',
    'capAdd',
    'securityOpt',
    'containerEnv',
    'features',
    'appPort',
    'privileged',
    'name',
    'workspaceMount',
    'containerUser',
    'overrideCommand',
    'dockerComposeFile',
    'hostRequirements',
  ]
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const { notices } = containersOf(devcontainer, JSON.stringify(value), FILE)
      expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
