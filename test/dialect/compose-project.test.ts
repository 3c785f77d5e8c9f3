/** Projects of several files, as docker compose would load them: real folders, read as a scan reads them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ReadOptions } from '../../src/dialect/dialect.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import type { Container } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { expectFact, factAt, plain } from '../support/docker-facts.ts'

const root = mkdtempSync(join(tmpdir(), 'plimsoll-compose-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let count = 0

interface Options extends ReadOptions {
  readonly main?: string
  readonly as?: string
  /** Met in a folder, not named. */
  readonly met?: true
}
interface Project {
  readonly ids: readonly string[]
  readonly notices: readonly string[]
  of(id?: string): AnyFacts
  built(id?: string): Container['build']
  /** `file:line` of a fact. */
  where(row: string, id?: string): string
}

async function project(files: Readonly<Record<string, string>>, options: Options = {}): Promise<Project> {
  const folder = join(root, String((count += 1)))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const { main = 'compose.yaml', met, as, ...rest } = options
  const inFolder = (names: readonly string[] | undefined): readonly string[] =>
    (names ?? []).map((name) => join(folder, name))
  const read = await readContainers({
    file: join(folder, main),
    text: files[main] ?? '',
    named: met !== true,
    ...(as !== undefined && { as }),
    options: { ...rest, envFiles: inFolder(rest.envFiles), composeFiles: inFolder(rest.composeFiles) },
  })
  const one = (id = 'web'): Container => {
    const found = read.containers.find((each) => each.id === id)
    if (!found) throw new Error(`no ${id}, but ${read.containers.map((each) => each.id).join(', ')}`)
    return found
  }
  return {
    ids: read.containers.map(({ id }) => id),
    notices: read.notices.map(({ id, lost }) => `${id}${lost ? ' lost' : ''}`),
    of: (id) => one(id).facts as AnyFacts,
    built: (id) => {
      const { build } = one(id)
      return build && { ...build, file: relative(folder, build.file) }
    },
    where: (row, id) => {
      const { file, line } = factAt(one(id).facts as AnyFacts, row).place
      return `${relative(folder, file)}:${line}`
    },
  }
}
const service = (body: string): string =>
  `services:\n  web:\n    image: nginx\n    ${body.replaceAll('\n', '\n    ')}\n`

describe('compose: .env and --env-file', () => {
  it('puts in what .env sets, at the line of the service, and says where it comes from', async () => {
    const got = await project({
      'compose.yaml': service('privileged: ${PRIVILEGED}\nworking_dir: "/srv/$NAME"\nuser: "${NOBODY_SAYS}"'),
      '.env': 'NAME=app\nPRIVILEGED=true\n',
    })
    expectFact(factAt(got.of(), 'privileged'), true, 'set', 4)
    expect(factAt(got.of(), 'privileged').from?.map(({ place }) => place.line)).toEqual([2])
    expectFact(factAt(got.of(), 'workingDirectory'), '/srv/app', 'set', 5)
    expectFact(
      factAt(got.of(), 'user.name'),
      /^NOBODY_SAYS is not set here \(\.env, --env-file\).*whoever starts it/,
      'unknown',
      6,
    )
    expect(got.notices).toEqual([])
  })
  it('takes --env-file instead, the later ones first', async () => {
    const files = {
      'compose.yaml': service('working_dir: "$A-$B-${C-none}"'),
      '.env': 'A=env\nB=env\nC=env\n',
      'one.env': 'A=1\nB=1\n',
      'two.env': 'B=2-$A\n',
    }
    const got = await project(files, { envFiles: ['one.env', 'two.env'] })
    expectFact(factAt(got.of(), 'workingDirectory'), '1-2-1-none')
  })
  it('says that a file of --env-file is not there', async () => {
    const got = await project({ 'compose.yaml': service('working_dir: $A') }, { envFiles: ['gone.env'] })
    expect(got.notices).toEqual(['file-missing lost'])
    expectFact(factAt(got.of(), 'workingDirectory'), /A is not set/)
  })
  it('never reads the environment of the scanner', async () => {
    process.env.PLIMSOLL_TEST_VARIABLE = '/leaked'
    const got = await project({ 'compose.yaml': service('working_dir: $PLIMSOLL_TEST_VARIABLE') })
    delete process.env.PLIMSOLL_TEST_VARIABLE
    expectFact(factAt(got.of(), 'workingDirectory'), /PLIMSOLL_TEST_VARIABLE is not set/)
  })
  it.each([
    ['${X:+other}', 'X=1', 'other'],
    ['a${X:+other}b', 'X=', 'ab'],
    ['a${X+other}b', 'X=', 'aotherb'],
    ['${X:-d}', 'X=', 'd'],
    ['a${X-d}b', 'X=', 'ab'],
    ['${X:-${Y:-z}}', 'Y=y', 'y'],
    ['${X:?no}', 'X=1', '1'],
    ['$${X}', 'X=1', '${X}'],
    ['${X}', "X='$Y'\nY=no", '$Y'],
    ['${X}', 'X="a\\tb"', 'a\tb'],
    ['${X}', 'export X=v # comment', 'v'],
    ['${X}', 'X: yaml', 'yaml'],
    ['${X}', 'Y=1\nX=${Y}2', '12'],
    ['${X}', 'X="two\nlines"\nY=1', 'two\nlines'],
    ['${COMPOSE_PROJECT_NAME}', 'X=', 'shop'],
  ])('%s with %j is %j', async (text, env, value) => {
    const got = await project({
      'compose.yaml': `name: shop\n${service(`working_dir: '${text}'`)}`,
      '.env': env,
    })
    expectFact(factAt(got.of(), 'workingDirectory'), value)
  })
  it.each([
    ['${X:?no}', 'X=', /X is empty, and Compose refuses/],
    ['${X}', 'X=$UNSET', /UNSET is not set/],
    ['${X}', 'X', /X is not set/],
  ])('%s with %j is unknown', async (text, env, because) => {
    const got = await project({ 'compose.yaml': service(`working_dir: '${text}'`), '.env': env })
    expectFact(factAt(got.of(), 'workingDirectory'), because)
  })
  it.each([['A B=1'], ['A="open'], ['=1'], ['A!=1']])('%j is a broken .env: what follows is not known', async (env) => {
    const got = await project({ 'compose.yaml': service('working_dir: $X-$Y'), '.env': `X=1\n${env}\nY=2\n` })
    expect(got.notices).toEqual(['dotenv-invalid lost'])
    expectFact(factAt(got.of(), 'workingDirectory'), /Y is not set/)
  })
  it('takes a password of .env for one that is not written out', async () => {
    const got = await project({
      'compose.yaml': service('environment: ["P=${PASSWORD}", "U=me:${PASSWORD}@db"]'),
      '.env': 'PASSWORD=hunter2\n',
    })
    expect(plain(factAt(got.of(), 'environment'))).toEqual([
      { name: 'P', value: 'hunter2', fromSecret: true },
      { name: 'U', value: 'me:hunter2@db', fromSecret: false },
    ])
  })
})

describe('compose: files merged in order', () => {
  const base = service(
    'pid: host\ncap_add: [A]\ncommand: [a, b]\nports: ["80:80"]\nenvironment: {A: 1, B: 1}\nvolumes: ["/a:/x", "/b:/y"]',
  )
  it('merges maps by key and lists one after the other, each with its own file', async () => {
    const got = await project(
      {
        'compose.yaml': base,
        'b.yaml':
          'services:\n  web:\n    cap_add: [B]\n    command: [c]\n    ports: ["81:80", "80:80"]\n    environment: ["B=2"]\n    volumes: ["/c:/x"]\n  late: {image: x}\n',
      },
      { composeFiles: ['b.yaml'] },
    )
    expect([got.ids, got.notices]).toEqual([['web', 'late'], []])
    expect(plain(factAt(got.of(), 'capabilities.add'))).toEqual(['A', 'B'])
    expect([got.where('capabilities.add[0]'), got.where('capabilities.add[1]')]).toEqual(['compose.yaml:5', 'b.yaml:3'])
    expect(plain(factAt(got.of(), 'command'))).toEqual(['c'])
    expect(plain(factAt(got.of(), 'ports'))).toMatchObject([{ host: 80 }, { host: 81 }])
    expect(plain(factAt(got.of(), 'environment'))).toMatchObject([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ])
    expect(plain(factAt(got.of(), 'mounts'))).toMatchObject([{ source: '/c' }, { source: '/b' }])
    expect([got.where('namespaces.pid'), got.where('resources.memory')]).toEqual(['compose.yaml:4', 'compose.yaml:2'])
  })
  it('!reset takes away, !override takes the place', async () => {
    const got = await project(
      {
        'compose.yaml': base,
        'b.yaml':
          'services:\n  web:\n    pid: !reset null\n    cap_add: !override [B]\n    environment: {A: !reset null}\n    ports: !reset []\n',
      },
      { composeFiles: ['b.yaml'] },
    )
    expectFact(factAt(got.of(), 'namespaces.pid'), 'own', 'default')
    expect(plain(factAt(got.of(), 'capabilities.add'))).toEqual(['B'])
    expect(plain(factAt(got.of(), 'environment'))).toMatchObject([{ name: 'B' }])
    expect(plain(factAt(got.of(), 'ports'))).toEqual([])
  })
  it('takes the override file beside a main file that is met in a folder, and does not read it twice', async () => {
    const files = { 'compose.yaml': base, 'compose.override.yaml': 'services:\n  web:\n    privileged: true\n' }
    const met = await project(files, { met: true })
    expectFact(factAt(met.of(), 'privileged'), true, 'set', 3)
    expect(met.where('privileged')).toBe('compose.override.yaml:3')
    const override = await project(files, { met: true, main: 'compose.override.yaml' })
    expect([override.ids, override.notices]).toEqual([[], ['compose-override']])
    const named = await project(files)
    expectFact(factAt(named.of(), 'privileged'), false, 'default')
    const alone = await project(
      { 'compose.override.yaml': files['compose.override.yaml'] },
      { met: true, main: 'compose.override.yaml' },
    )
    expect(alone.ids).toEqual(['web'])
  })
  it('takes what COMPOSE_FILE of .env lists instead', async () => {
    const files = {
      'compose.yaml': base,
      'compose.override.yaml': 'services:\n  web:\n    privileged: true\n',
      'prod.yaml': 'services:\n  web:\n    read_only: true\n',
      '.env': 'COMPOSE_FILE=compose.yaml:prod.yaml\n',
    }
    const met = await project(files, { met: true })
    expectFact(factAt(met.of(), 'readOnlyRootFilesystem'), true)
    expectFact(factAt(met.of(), 'privileged'), false, 'default')
    const prod = await project(files, { met: true, main: 'prod.yaml' })
    expect([prod.ids, prod.notices]).toEqual([[], ['compose-override']])
  })
})

describe('compose: include', () => {
  it('takes services of other files, their paths and variables', async () => {
    const got = await project({
      'compose.yaml':
        'include:\n  - lib/compose.yaml\n  - {path: [x/a.yaml, x/b.yaml], project_directory: ., env_file: x/x.env}\nservices:\n  own: {image: o}\n  lib: {read_only: true}\n',
      '.env': 'BOTH=outer\n',
      'lib/compose.yaml':
        'services:\n  lib:\n    image: "l:$ONE-$BOTH"\n    volumes: ["./data:/d", named:/n]\n    build: .\nvolumes: {named: {}}\n',
      'lib/.env': 'ONE=1\nBOTH=inner\n',
      'x/a.yaml': 'services:\n  x: {image: "x:$X", volumes: ["./data:/d"]}\n',
      'x/b.yaml': 'services:\n  x: {privileged: true}\n',
      'x/x.env': 'X=7\n',
    })
    expect([got.notices, [...got.ids].sort()]).toEqual([[], ['lib', 'own', 'x']])
    expectFact(factAt(got.of('lib'), 'image.reference'), 'l:1-outer', 'set', 3)
    expect(got.where('image.reference', 'lib')).toBe('lib/compose.yaml:3')
    expect(plain(factAt(got.of('lib'), 'mounts'))).toMatchObject([{ source: './lib/data' }, { source: 'named' }])
    expectFact(factAt(got.of('lib'), 'readOnlyRootFilesystem'), true, 'set', 6)
    expect(got.built('lib')).toEqual({ file: 'lib/Dockerfile' })
    expectFact(factAt(got.of('x'), 'image.reference'), 'x:7')
    expectFact(factAt(got.of('x'), 'privileged'), true)
    expect(plain(factAt(got.of('x'), 'mounts'))).toMatchObject([{ source: './data' }])
  })
  it.each([
    ['include: [gone.yaml]\nservices: {web: {image: x}}', ['file-missing lost', 'compose-include-unread lost']],
    ['include: [compose.yaml]\nservices: {web: {image: x}}', ['compose-include-unread lost']],
    ['include: ["$GONE"]\nservices: {web: {image: x}}', ['compose-include-unread lost']],
    ['include: ["https://example.org/compose.yaml"]\nservices: {web: {image: x}}', ['compose-include-unread lost']],
    ['include: 5\nservices: {web: {image: x}}', ['compose-include-unread lost']],
  ])('%s is a loss that is told', async (text, notices) => {
    const got = await project({ 'compose.yaml': text })
    // A file that includes itself is read for that: its services are there.
    expect([got.ids, got.notices]).toEqual([['web'], notices])
  })
})

describe('compose: extends', () => {
  it('takes over services of other files, with their paths', async () => {
    const got = await project({
      'compose.yaml':
        'services:\n  web:\n    extends: {file: "${DIR}/a.yaml", service: mid}\n    cap_drop: !override [ALL]\n',
      '.env': 'DIR=lib\n',
      'lib/a.yaml':
        'services:\n  mid:\n    extends: {file: deep/b.yaml, service: base}\n    volumes: ["./m:/m"]\n    env_file: m.env\n',
      'lib/m.env': 'M=1\n',
      'lib/deep/b.yaml':
        'services:\n  base:\n    image: base\n    cap_drop: [A]\n    volumes: ["./d:/d", "../up:/up"]\n    security_opt: [seccomp=./s.json]\n    build: {context: ctx}\n',
    })
    expect(got.notices).toEqual([])
    expect(plain(factAt(got.of(), 'mounts'))).toMatchObject([
      { source: './lib/deep/d' },
      { source: './lib/up' },
      { source: './lib/m' },
    ])
    expect(plain(factAt(got.of(), 'capabilities.drop'))).toEqual(['ALL'])
    expect(plain(factAt(got.of(), 'environment'))).toEqual([{ name: 'M', value: '1', fromSecret: true }])
    expect(got.where('image.reference')).toBe('lib/deep/b.yaml:3')
    // The path is the project's, whichever file says it; readers of profiles start at the fact's file.
    expectFact(factAt(got.of(), 'seccomp.name'), '../../s.json', 'inherited')
    expect(got.built()).toEqual({ file: 'lib/deep/ctx/Dockerfile' })
  })
})

describe('compose: env_file', () => {
  it('gives variables with their own places, which environment goes before', async () => {
    const got = await project({
      'compose.yaml': service(
        'env_file: [a.env, {path: b.env, required: false}, {path: gone.env, required: false}]\nenvironment: {A: own}',
      ),
      'a.env': 'A=file\nB=${A}-${C:-c}\nSHELL_SAYS\n',
      'b.env': '# comment\nD="x"\nB=later\n',
    })
    expect(got.notices).toEqual([])
    expect(plain(factAt(got.of(), 'environment'))).toEqual([
      { name: 'A', value: 'own', fromSecret: false },
      { name: 'SHELL_SAYS', value: '?', fromSecret: true },
      { name: 'D', value: 'x', fromSecret: true },
      { name: 'B', value: 'later', fromSecret: true },
    ])
    expect(got.where('environment[2].value')).toBe('b.env:2')
  })
  it('takes a raw file as it is', async () => {
    const got = await project({
      'compose.yaml': service('env_file: [{path: a.env, format: raw}]'),
      'a.env': 'A="$X" # no comment\n',
    })
    expect(plain(factAt(got.of(), 'environment'))).toEqual([
      { name: 'A', value: '"$X" # no comment', fromSecret: true },
    ])
  })
  it.each([['env_file: gone.env'], ['env_file: [$GONE]'], ['env_file: 5'], ['env_file: [[a]]']])(
    '%s: the variables are not known',
    async (body) => {
      const got = await project({ 'compose.yaml': service(body) })
      expect(plain(factAt(got.of(), 'environment'))).toEqual([{ name: '?', value: '?', fromSecret: '?' }])
    },
  )
  it('tells of a file that is not there', async () => {
    expect((await project({ 'compose.yaml': service('env_file: gone.env') })).notices).toEqual(['file-missing lost'])
  })
})

describe('compose: build', () => {
  it.each([
    ['build: .', { file: 'Dockerfile' }],
    ['build: ./app', { file: 'app/Dockerfile' }],
    ['build: {context: app, dockerfile: ../D, target: prod}', { file: 'D', stage: 'prod' }],
    [
      'build: {args: {A: 1, B: , C: "$X"}}',
      {
        file: 'Dockerfile',
        args: new Map([
          ['A', '1'],
          ['B', null],
          ['C', null],
        ]),
      },
    ],
    [
      'build: {args: ["A=1=2", B]}',
      {
        file: 'Dockerfile',
        args: new Map([
          ['A', '1=2'],
          ['B', null],
        ]),
      },
    ],
    ['build: https://example.org/repository.git', undefined],
    ['build: {context: "git@example.org:a/b"}', undefined],
    ['build: $WHERE', undefined],
    ['build: {dockerfile: $WHICH}', undefined],
  ])('%s', async (body, expected) => {
    expect((await project({ 'compose.yaml': service(body) })).built()).toEqual(expected)
  })
  it('gives a Dockerfile that is written inside', async () => {
    const got = await project({ 'compose.yaml': service('build:\n  dockerfile_inline: |\n    FROM x\n') })
    expect(got.built()).toMatchObject({ file: 'compose.yaml', inline: { text: 'FROM x\n', place: { line: 5 } } })
  })
})

describe('compose: what services share', () => {
  it('takes the mounts of another service, with their places', async () => {
    const got = await project({
      'compose.yaml': `${service('volumes_from: ["db:ro", "container:x"]\nvolumes: ["/own:/own"]')}  db:\n    image: db\n    volumes: ["/:/host"]\n    volumes_from: [more]\n  more: {image: m, tmpfs: /t, secrets: [s], volumes_from: [web]}\n`,
    })
    expect(plain(factAt(got.of(), 'mounts'))).toMatchObject([
      { source: '/own', readOnly: false },
      { source: '/', target: '/host', readOnly: true },
      { kind: 'tmpfs', target: '/t', readOnly: true },
      { kind: '?' },
      { type: 'volumes_from', source: 'x', target: '?' },
    ])
    expectFact(factAt(got.of(), 'mounts[1].source'), '/', 'inherited', 8)
  })
  it('knows the host network under any name', async () => {
    const networks = (text: string): Promise<Project> =>
      project({ 'compose.yaml': `${service('networks: [outside]')}networks: {outside: ${text}}\n` })
    expectFact(factAt((await networks('{external: true, name: host}')).of(), 'namespaces.network'), 'host', 'set', 4)
    expectFact(factAt((await networks('{external: {name: host}}')).of(), 'namespaces.network'), 'host')
    expectFact(factAt((await networks('{external: true}')).of(), 'namespaces.network'), 'own', 'default')
    expectFact(factAt((await networks('{driver: bridge}')).of(), 'namespaces.network'), 'own', 'default')
  })
  it('takes a job for a service', async () => {
    const got = await project({ 'compose.yaml': `${service('x: 1')}jobs:\n  once: {image: j, privileged: true}\n` })
    expectFact(factAt(got.of('once'), 'privileged'), true)
  })
  it.each([
    ['mem_limit: 1g', 'resources.memory', 2 ** 30],
    ['mem_limit: 1g\ndeploy: {resources: {limits: {memory: 1024m}}}', 'resources.memory', 2 ** 30],
    ['mem_limit: 2g\ndeploy: {resources: {limits: {memory: 1g}}}', 'resources.memory', /Compose refuses/],
    ['cpus: 1\ndeploy: {resources: {limits: {cpus: "2"}}}', 'resources.cpu', /Compose refuses/],
    ['pids_limit: 5\ndeploy: {resources: {limits: {pids: 6}}}', 'resources.pids', /Compose refuses/],
    ['mem_limit: 1g\ndeploy: {resources: {limits: {memory: "$M"}}}', 'resources.memory', /M is not set/],
  ])('%s: %s', async (body, row, expected) => {
    expectFact(factAt((await project({ 'compose.yaml': service(body) })).of(), row), expected)
  })
})

/** ../shared/peers-measured-config.md, section 1.4: shapes that KICS, the one peer that reads Compose, gets wrong. */
describe('compose: shapes that peers get wrong', () => {
  const SOCKET = '/var/run/docker.sock'
  const of = async (body: string, more = '', env = ''): Promise<AnyFacts> =>
    (await project({ 'compose.yaml': `${service(body)}${more}`, ...(env !== '' && { '.env': env }) })).of()
  it('no version key: limits that are missing are missing', async () => {
    const facts = await of('x: 1')
    for (const row of ['memory', 'cpu', 'pids']) expectFact(factAt(facts, `resources.${row}`), 0, 'default')
  })
  it('docker.sock in the long syntax', async () => {
    const facts = await of(`volumes: [{type: bind, source: ${SOCKET}, target: /s}]`)
    expect(plain(factAt(facts, 'mounts'))).toMatchObject([{ kind: 'bind', source: SOCKET }])
  })
  it('docker.sock in the default of a variable', async () => {
    const facts = await of(`volumes: ["\${SOCK:-${SOCKET}}:/s"]`)
    expect(plain(factAt(facts, 'mounts'))).toMatchObject([{ kind: 'bind', source: SOCKET }])
  })
  it('privileged by a default, as a text, as a word of YAML 1.1', async () => {
    for (const value of ['${P:-true}', '"true"', 'yes', '"yes"', '"On"'])
      expectFact(factAt(await of(`privileged: ${value}`), 'privileged'), true, 'set', 4)
  })
  it('privileged from an anchor', async () => {
    const got = await project({ 'compose.yaml': `x-a: &a {privileged: true}\n${service('<<: *a')}` })
    expectFact(factAt(got.of(), 'privileged'), true, 'inherited', 1)
  })
  it('the service that extends is as privileged as the one it extends, in this file and in another', async () => {
    const got = await project({
      'compose.yaml':
        'services:\n  base: {image: x, privileged: true}\n  near: {extends: base}\n  far: {extends: {file: o.yaml, service: o}}\n',
      'o.yaml': 'services: {o: {image: x, privileged: true}}\n',
    })
    expectFact(factAt(got.of('near'), 'privileged'), true, 'inherited', 2)
    expectFact(factAt(got.of('far'), 'privileged'), true, 'inherited', 1)
  })
  it('seccomp=unconfined as well as seccomp:unconfined', async () => {
    for (const sign of '=:')
      expectFact(factAt(await of(`security_opt: ["seccomp${sign}unconfined"]`), 'seccomp.kind'), 'unconfined')
  })
  it('no-new-privileges alone, with = and with :', async () => {
    for (const option of ['no-new-privileges', 'no-new-privileges=true', 'no-new-privileges:true'])
      expectFact(factAt(await of(`security_opt: ["${option}"]`), 'noNewPrivileges'), true)
  })
  it('a long port with host_ip is not on every interface', async () => {
    const facts = await of('ports: [{target: 80, published: "8080", host_ip: 127.0.0.1}]')
    expect(plain(factAt(facts, 'ports'))).toMatchObject([{ container: 80, host: 8080, address: '127.0.0.1' }])
  })
  it('port 80 in the container is not port 80 of the host', async () => {
    expect(plain(factAt(await of('ports: ["127.0.0.1:8080:80"]'), 'ports'))).toMatchObject([
      { host: 8080, container: 80 },
    ])
  })
  it('a volume whose driver binds the folder of the socket', async () => {
    const more = 'volumes: {run: {driver: local, driver_opts: {type: none, o: bind, device: /var/run}}}\n'
    expect(plain(factAt(await of('volumes: [run:/r]', more), 'mounts'))).toMatchObject([
      { kind: 'bind', source: '/var/run' },
    ])
  })
})

describe('compose: hostile projects are done at once', () => {
  it('maps that stand in very many places, merged with others', async () => {
    const maps = Array.from({ length: 40 }, (_, i) =>
      i === 0 ? 'x-0: &x0 {a: "$A"}' : `x-${i}: &x${i} {a: *x${i - 1}, b: *x${i - 1}}`,
    )
    const got = await project({
      'compose.yaml': `${maps.join('\n')}\nservices:\n  b: {image: x, deploy: *x39, labels: *x39, build: *x39}\n  web: {extends: b, deploy: *x38, labels: *x38, build: *x38}\n`,
    })
    expect(got.ids).toEqual(['b', 'web'])
  })
  it('services that all take over the mounts of all others', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `s${i}`)
    const got = await project({
      'compose.yaml': `services:\n${names.map((name) => `  ${name}: {image: x, volumes: ["/${name}:/${name}"], volumes_from: [${names.join(', ')}]}\n`).join('')}`,
    })
    const mounts = plain(factAt(got.of('s0'), 'mounts')) as readonly { readonly source: string }[]
    // Each once, and what goes in a circle or too far is not known.
    expect(mounts.filter(({ source }) => source === '/s7')).toHaveLength(1)
    expect(mounts.filter(({ source }) => source === '?')).toHaveLength(1)
  })
  it('files that extend each other in a circle', async () => {
    const file = (other: string): string => `services: {web: {image: x, extends: {file: ${other}, service: web}}}\n`
    const got = await project({ 'compose.yaml': file('b.yaml'), 'b.yaml': file('c.yaml'), 'c.yaml': file('b.yaml') })
    expect(got.notices).toEqual(['compose-extends-unread lost'])
  })
})
