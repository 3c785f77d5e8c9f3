/** Containers that run together: which they are, what they may use together, and who of them reaches whom. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { factsJson, factsText } from '../src/cli/facts.ts'
import { fixOf } from '../src/fix.ts'
import { builtinRules } from '../src/builtin.ts'
import { prepare } from '../src/rule/compile.ts'
import { report as json } from '../src/report/json.ts'
import { report as markdown } from '../src/report/markdown.ts'
import { report as sarif } from '../src/report/sarif.ts'
import { report as text } from '../src/report/text.ts'
import { resultSchema } from '../src/report/json-schema.ts'
import type { Fact } from '../src/model/fact.ts'
import type { Finding } from '../src/model/finding.ts'
import type { Project } from '../src/model/subject.ts'
import { scan, take } from '../src/scan.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plimsoll-project-'))
})
afterAll(async () => rm(root, { recursive: true, force: true }))

let count = 0
/** Files below a folder of their own -> the folder. */
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(root, `p${(count += 1)}`)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return path
}
const projects = async (files: Readonly<Record<string, string>>): Promise<readonly Project[]> =>
  (await take({ targets: [await folder(files)] })).projects
const only = async (name: string, content: string): Promise<Project> => {
  const [project, ...more] = await projects({ [name]: content })
  expect(more).toEqual([])
  if (!project) throw new Error('no project')
  return project
}
const value = <T>(fact: Fact<T>): T | undefined => (fact.how === 'unknown' ? undefined : fact.value)
const names = (fact: Fact<readonly Fact<string>[]>): readonly (string | undefined)[] => (value(fact) ?? []).map(value)
const trusts = ({ facts }: Project): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries((value(facts.containers) ?? []).map((one) => [value(one.facts.name), value(one.facts.trust)]))
const reaches = ({ facts }: Project): readonly string[] =>
  (value(facts.reaches) ?? []).map(
    ({ place, facts: one }) =>
      `${place.line}: ${names(one.from).join('+')} -> ${value(one.to)} by ${value(one.through)}: ${String(value(one.takes) ?? 'unknown')}`,
  )

const INSPECTED = (name: string, volume: string): object => ({
  Name: `/${name}`,
  Config: { Image: name },
  HostConfig: {},
  Mounts: [{ Type: 'volume', Name: volume, Source: '/x', Destination: '/data', RW: true }],
})
const POD = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec: { containers: [{ name: a, image: a }, { name: b, image: b }] }\n`

describe('what belongs together', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly (readonly [string, string, number])[]]>([
    [
      'a compose project by its name',
      { 'shop/compose.yaml': 'name: store\nservices: { a: { image: a }, b: { image: b } }\n' },
      [['compose/store', 'compose', 2]],
    ],
    [
      'a compose project by its folder',
      { 'shop/compose.yaml': 'services: { a: { image: a } }\n' },
      [['compose/shop', 'compose', 1]],
    ],
    [
      'all files of a compose project',
      {
        'shop/compose.yaml': 'services: { a: { image: a } }\n',
        'shop/compose.override.yaml': 'services: { b: { image: b } }\n',
      },
      [['compose/shop', 'compose', 2]],
    ],
    [
      'every pod by itself, of one name too',
      { 'a.yaml': `${POD('web')}---\n${POD('web')}` },
      [
        ['Pod/default/web', 'pod', 2],
        ['Pod/default/web', 'pod', 2],
      ],
    ],
    [
      'containers of one docker inspect',
      { 'host.json': JSON.stringify([INSPECTED('a', 'x'), INSPECTED('b', 'x')]) },
      [['engine/host', 'engine', 2]],
    ],
    [
      'an ECS task',
      {
        'task.json': JSON.stringify({
          family: 'shop',
          containerDefinitions: [
            { name: 'a', image: 'a', essential: true },
            { name: 'b', image: 'b' },
          ],
        }),
      },
      [['task/shop', 'task', 2]],
    ],
    [
      'a group of Nomad',
      {
        'job.nomad':
          'job "shop" {\n group "front" {\n  task "a" {\n   driver = "docker"\n   config { image = "a" }\n  }\n  task "b" {\n   driver = "docker"\n   config { image = "b" }\n  }\n }\n}\n',
      },
      [['shop/front', 'group', 2]],
    ],
    [
      'a pod of Quadlet, and the units of a folder that are in none',
      {
        'units/web.pod': '[Pod]\n',
        'units/a.container': '[Container]\nImage=a\nPod=web.pod\n',
        'units/b.container': '[Container]\nImage=b\nPod=web.pod\n',
        'units/c.container': '[Container]\nImage=c\n',
        'units/d.container': '[Container]\nImage=d\n',
      },
      [
        ['pod/web', 'pod', 2],
        ['engine/units', 'engine', 2],
      ],
    ],
    [
      'a script',
      { 'run.sh': 'docker run -d --name a alpine\ndocker run -d --name b alpine\n' },
      [['engine/run', 'engine', 2]],
    ],
    [
      'a job of GitHub',
      {
        '.github/workflows/ci.yml':
          'jobs:\n  build:\n    runs-on: ubuntu-latest\n    container: node\n    services: { db: { image: postgres } }\n    steps: [{ run: make }]\n',
      },
      [['job/build', 'job', 2]],
    ],
    ['nothing of a Dockerfile', { Dockerfile: 'FROM scratch\n' }, []],
  ])('%s', async (_, files, expected) => {
    const found = await projects(files)
    expect(found.map(({ id, facts, members }) => [id, value(facts.kind), members.length]).sort()).toEqual(
      [...expected].sort(),
    )
  })
  it('a Swarm stack, read as one', async () => {
    const path = await folder({
      'shop/stack.yml':
        'services: { a: { image: a, deploy: { mode: global, resources: { limits: { memory: 1g } } } } }\n',
    })
    const { projects: found } = await take({ targets: [`swarm:${join(path, 'shop/stack.yml')}`] })
    expect(found.map(({ id }) => id)).toEqual(['swarm/shop'])
    // One on every node: nobody knows how many those are.
    expect(found[0]?.facts.resources.memory.how).toBe('unknown')
  })
})

describe('limits', () => {
  const G = 2 ** 30
  it.each([
    [
      'replicas',
      'a: { image: a, mem_limit: 1g, scale: 3 }\n  b: { image: b, mem_limit: 2g, deploy: { replicas: 2 } }',
      7 * G,
      [],
    ],
    ['one without', 'a: { image: a, mem_limit: 1g }\n  b: { image: b }', G, ['b']],
    ['none that runs', 'a: { image: a, scale: 0 }\n  b: { image: b, mem_limit: 2g }', 2 * G, []],
    ['what is not known', 'a: { image: a, mem_limit: "${LIMIT}" }\n  b: { image: b, mem_limit: 2g }', undefined, []],
    ['how many is not known', 'a: { image: a, mem_limit: 1g, scale: "${N}" }', undefined, []],
  ] as const)('%s', async (_, services, sum, unbounded) => {
    const { resources } = (await only('compose.yaml', `services:\n  ${services}\n`)).facts
    expect(value(resources.memory)).toBe(sum)
    expect(names(resources.memoryUnbounded)).toEqual(unbounded)
  })
  it('of a pod are those that run at once: init containers one by one, sidecars beside them', async () => {
    const limit = (gib: number): string => `resources: { limits: { memory: ${gib}Gi, cpu: ${gib} } }`
    const { resources } = (
      await only(
        'pod.yaml',
        `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  initContainers:\n    - { name: i, image: i, ${limit(9)} }\n    - { name: s, image: s, restartPolicy: Always, ${limit(2)} }\n    - { name: j, image: j, ${limit(8)} }\n  containers:\n    - { name: m, image: m, ${limit(5)} }\n`,
      )
    ).facts
    expect([value(resources.memory), value(resources.cpu)]).toEqual([10 * G, 10_000])
  })
  it('of a pod or a task as a whole are counted once', async () => {
    const pod = await only(
      'pod.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { resources: { limits: { memory: 4Gi } }, containers: [{ name: a, image: a }, { name: b, image: b }] }\n',
    )
    const task = await only(
      'task.json',
      JSON.stringify({
        family: 'x',
        memory: '4096',
        containerDefinitions: [
          { name: 'a', image: 'a', essential: true },
          { name: 'b', image: 'b' },
        ],
      }),
    )
    expect([value(pod.facts.resources.memory), value(task.facts.resources.memory)]).toEqual([4 * G, 4 * G])
  })
})

describe('trust', () => {
  it('is told by what an attacker gains', async () => {
    const project = await only(
      'compose.yaml',
      `services:
  full: { image: a, privileged: true }
  user: { image: a, privileged: true, user: '1000', security_opt: ['no-new-privileges:true'] }
  sock: { image: a, volumes: ['/var/run/docker.sock:/s'] }
  front: { image: a, ports: ['80:80'] }
  local: { image: a, ports: ['127.0.0.1:80:80'] }
  host: { image: a, network_mode: host }
  hard: { image: a, ports: ['81:80'], user: '1000', cap_drop: [ALL], security_opt: ['no-new-privileges:true'] }
  open: { image: a, user: '1000', cap_drop: [ALL], security_opt: ['no-new-privileges:true', 'seccomp:unconfined'] }
`,
    )
    expect(trusts(project)).toEqual({
      full: 'powerful',
      user: 'ordinary',
      sock: 'powerful',
      front: 'exposed',
      local: 'ordinary',
      host: 'exposed',
      hard: 'hardened',
      open: 'ordinary',
    })
  })
})

describe('who takes over a powerful container', () => {
  const services = (...lines: readonly string[]): string => `services:\n${lines.map((line) => `  ${line}\n`).join('')}`
  const SOCK = "volumes: ['/var/run/docker.sock:/s']"
  it.each<[string, string, readonly string[]]>([
    [
      'the same user, no capability less',
      services(`a: { image: a, user: '0:0', ${SOCK} }`, "b: { image: b, user: '0:0', pid: 'service:a' }"),
      ['3: b -> a by pid: true'],
    ],
    [
      'through a third',
      services(
        `a: { image: a, user: '0:0', ${SOCK}, pid: 'service:c' }`,
        "b: { image: b, user: '0:0', pid: 'service:c' }",
        "c: { image: c, user: '33:33', security_opt: ['no-new-privileges:true'], cap_drop: [ALL] }",
      ),
      ['3: b -> a by pid: true'],
    ],
    [
      'another user',
      services(`a: { image: a, user: '0:0', ${SOCK} }`, "b: { image: b, user: '33:33', pid: 'service:a' }"),
      [],
    ],
    [
      'less capabilities',
      services("a: { image: a, user: '0:0', privileged: true }", "b: { image: b, user: '0:0', pid: 'service:a' }"),
      [],
    ],
    [
      'SYS_PTRACE, where the profiles are the same',
      services(
        `a: { image: a, user: '0:0', ${SOCK}, cap_add: [NET_ADMIN] }`,
        "b: { image: b, user: '0:0', pid: 'service:a', cap_add: [SYS_PTRACE] }",
      ),
      ['3: b -> a by pid: true'],
    ],
    [
      'a user that is not known',
      services(`a: { image: a, user: '0:0', ${SOCK} }`, "b: { image: b, pid: 'service:a' }"),
      ['3: b -> a by pid: unknown'],
    ],
    [
      'a PID namespace of its own',
      services(`a: { image: a, user: '0:0', ${SOCK} }`, "b: { image: b, user: '0:0' }"),
      [],
    ],
    [
      'a circle',
      services(
        `a: { image: a, user: '0:0', ${SOCK}, pid: 'service:b' }`,
        "b: { image: b, user: '0:0', pid: 'service:a' }",
      ),
      [],
    ],
    [
      'programs in a shared volume',
      services(
        "a: { image: a, privileged: true, command: [/run/me], volumes: ['data:/run'] }",
        "b: { image: b, user: '0', volumes: ['data:/y'] }",
        "c: { image: c, user: '5', volumes: ['data:/y'] }",
        "d: { image: d, user: '0', volumes: ['data:/y:ro'] }",
      ),
      ['3: b -> a by volume: true', '4: c -> a by volume: unknown'],
    ],
    [
      'data in a shared volume',
      services(
        "a: { image: a, privileged: true, command: [/app, --data, /run], volumes: ['data:/run'] }",
        "b: { image: b, user: '0', volumes: ['data:/y'] }",
      ),
      [],
    ],
  ])('%s', async (_, compose, expected) => {
    expect(reaches(await only('compose.yaml', compose))).toEqual(expected)
  })
  it.each([
    ['[/x/run]', true],
    ['[sh, /x/run.sh]', true],
    ['[sh, -c, "sleep 1; exec /x/run"]', true],
    ['[sh, -c, "cat /x/log"]', false],
    ['[python3, -u, /x/main.py]', true],
    ['[tini, --, /x/run]', true],
    ['[/app, --config=/x/a.yaml]', true],
    ['[/app, --config, /x/a.yaml]', true],
    ['[/app, /x/data]', false],
    ['[./run.sh]', false],
    ['[/xy/run]', false],
  ])('runs from /x: %s', async (command, expected) => {
    const project = await only(
      'compose.yaml',
      services(
        `a: { image: a, privileged: true, command: ${command}, volumes: ['data:/x'] }`,
        "b: { image: b, user: '0', volumes: ['data:/y'] }",
      ),
    )
    expect(reaches(project)).toEqual(expected ? ['3: b -> a by volume: true'] : [])
  })
})

/** A project in which everything is wrong that its rules say. */
const BAD = `services:
  agent:
    image: agent
    user: '0:0'
    mem_limit: 80g
    volumes: ['/var/run/docker.sock:/s', './bin:/usr/local/bin']
  web:
    image: web
    user: '0:0'
    pid: 'service:agent'
    volumes:
      - ./bin:/out
`
const OURS = new Set([
  'volume-shared',
  'volume-shared-with-powerful',
  'pid-namespace-shared-with-powerful',
  'project-memory-overcommitted',
])
const found = (all: readonly Finding[]): readonly string[] =>
  all
    .filter(({ rule }) => OURS.has(rule))
    .map(({ rule, place, subjects }) => `${rule} ${place.line} ${subjects.join()}`)
    .sort()

describe('findings', () => {
  const at = async (): Promise<string> => join(await folder({ 'shop/compose.yaml': BAD }), 'shop')
  it('stand on the line of what is shared, and name the project', async () => {
    const result = await scan({ targets: [await at()], policy: 'strict', today: '2025-01-01' })
    expect(found(result.findings)).toEqual([
      'pid-namespace-shared-with-powerful 10 compose/shop',
      'project-memory-overcommitted 1 compose/shop',
      'volume-shared 12 compose/shop',
      'volume-shared 6 compose/shop',
      'volume-shared-with-powerful 12 compose/shop',
    ])
  })
  it('take in what is said of one container for the same cause', async () => {
    const result = await scan({ targets: [await at()], policy: 'strict', today: '2025-01-01' })
    const ways = result.findings.filter(({ rule, place }) => rule === 'escape-path' && place.line === 10)
    expect(ways.map(({ coveredBy, subjects }) => [coveredBy, subjects])).toEqual([
      ['pid-namespace-shared-with-powerful', ['web']],
    ])
  })
  it('are in every report', async () => {
    const result = await scan({ targets: [await at()], policy: 'strict', today: '2025-01-01' })
    const options = { colour: false, width: 100, unicode: true }
    expect(text(result, options)).toMatch(/compose\/shop {2}\(project, .*compose\.yaml:1:1\)/)
    expect(markdown(result, options)).toContain('compose/shop')
    const data = resultSchema.parse(JSON.parse(await json(result, options)))
    expect(data.projects?.map(({ id }) => id)).toEqual(['compose/shop'])
    const log: unknown = JSON.parse(await sarif(result, options))
    expect(JSON.stringify(log)).toContain('{"name":"shop","fullyQualifiedName":"compose/shop","kind":"project"}')
  })
  it('show both sides: the other mount is a related location', async () => {
    const result = await scan({ targets: [await at()], policy: 'strict', today: '2025-01-01' })
    const shared = result.findings.find(
      ({ rule, place }) => rule === 'volume-shared-with-powerful' && place.line === 12,
    )
    const places = new Set<number>()
    const walk = (fact: Fact<unknown>): void => {
      places.add(fact.place.line)
      for (const one of fact.from ?? []) walk(one)
    }
    for (const { fact } of shared?.because ?? []) walk(fact)
    expect([...places]).toEqual(expect.arrayContaining([6, 12]))
  })
  it('are waived by the id of the project', async () => {
    const path = await at()
    await writeFile(
      join(path, 'plimsoll.yaml'),
      'policy: strict\nignore:\n  - { rule: volume-shared, subject: compose/shop, reason: they are made to }\n',
    )
    const result = await scan({ targets: [path], config: join(path, 'plimsoll.yaml'), today: '2025-01-01' })
    expect(found(result.findings).filter((line) => line.startsWith('volume-shared '))).toEqual([])
    expect(result.waived.map(({ finding }) => finding.rule)).toEqual(['volume-shared', 'volume-shared'])
  })
  it('have no fix, and say so', async () => {
    const path = await at()
    const { findings } = await scan({ targets: [path], policy: 'strict', today: '2025-01-01' })
    const rules = (await builtinRules()).map(({ rule }) => ({ compiled: prepare(rule), parameters: {} }))
    for (const finding of findings.filter(({ rule }) => OURS.has(rule)))
      expect(await fixOf(finding, { file: join(path, 'compose.yaml'), text: BAD, named: false }, { rules })).toEqual({
        whyNot: expect.stringContaining('for people to decide'),
      })
  })
  it('are off by default where they are a matter of taste', async () => {
    const result = await scan({ targets: [await at()], today: '2025-01-01' })
    expect(found(result.findings)).toEqual([
      'pid-namespace-shared-with-powerful 10 compose/shop',
      'volume-shared-with-powerful 12 compose/shop',
    ])
  })
  it('come from facts that plimsoll facts shows', async () => {
    const inventory = await take({ targets: [await at()] })
    expect(factsText(inventory, false, { width: 100 })).toContain('compose/shop  (project')
    expect(factsJson(inventory)).toContain('"project":')
  })
})

describe('hostile size', () => {
  it('ten thousand services share a volume and a PID namespace in linear time', async () => {
    const all = Array.from(
      { length: 10_000 },
      (_, index) => `  s${index}: { image: a, user: '0:0', pid: 'service:s0', volumes: ['data:/x'] }\n`,
    )
    const compose = `services:\n  s0: { image: a, user: '0:0', volumes: ['data:/x', '/var/run/docker.sock:/s'], command: [/x/run] }\n${all.slice(1).join('')}`
    const path = await folder({ 'compose.yaml': compose })
    const inventory = await take({ targets: [path] })
    const [project] = inventory.projects
    expect(project?.members.length).toBe(10_000)
    expect(value(project?.facts.volumes ?? expect.fail())?.length).toBe(10_000)
    const started = performance.now()
    const { projectsOf } = await import('../src/projects.ts')
    projectsOf(inventory.subjects, inventory.ways)
    expect(performance.now() - started).toBeLessThan(3000)
  }, 60_000)
})
