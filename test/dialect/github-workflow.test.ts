import { describe, expect, it } from 'vitest'
import { githubWorkflow } from '../../src/dialect/github-workflow.ts'
import { expectFact, factAt, factsOf, rootOf } from '../support/docker-facts.ts'

const workflow = (job: string): string =>
  `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n${job.replace(/^/gm, '    ')}\n`
const of = (job: string, id: string): ReturnType<ReturnType<typeof factsOf>['of']> =>
  factsOf(githubWorkflow, workflow(job)).of(id)

/** [what the job says from line 5 on, id, row, plain value or reason, how, line] */
type Case = readonly [string, string, string, unknown, string?, number?]
const CASES: readonly Case[] = [
  ['container: node:18', 'test', 'image.reference', 'node:18', 'set', 5],
  ['container:\n  image: node:18', 'test', 'image.reference', 'node:18', 'set', 6],
  [
    'container: { image: "node:${{ matrix.v }}" }',
    'test',
    'image.reference',
    /\$\{\{ matrix\.v \}\} is not known here/,
  ],
  ['container: { image: a }', 'test', 'name', 'test', 'set'],
  ['container: { image: a, options: --name b }', 'test', 'name', 'b'],
  ['container: { image: a }', 'test', 'privileged', false, 'default'],
  ['container:\n  image: a\n  options: --cpus 1 --privileged', 'test', 'privileged', true, 'set', 7],
  ['container:\n  image: a\n  options: >-\n    --cpus 1\n    --privileged', 'test', 'privileged', true, 'set', 7],
  [
    'container: { image: a, options: "${{ inputs.o }}" }',
    'test',
    'privileged',
    /inputs\.o \}\} is not known here: it may hold/,
  ],
  ['container: { image: a, options: "--user ${{ inputs.u }}" }', 'test', 'user.name', /inputs\.u/],
  ['container: { image: a, options: "--user ${{ inputs.u }}" }', 'test', 'privileged', false, 'default'],
  ['container: { image: a, options: [--privileged] }', 'test', 'privileged', /options is not a text/],
  ['container: { image: a, options: "--privileged \'" }', 'test', 'privileged', /quote/],
  ['container:\n  image: a\n  volumes:\n    - /:/host', 'test', 'mounts[0].source', '/', 'set', 8],
  ['container: { image: a, volumes: "/:/host" }', 'test', 'mounts[0].source', /volumes is not a list/],
  ['container: { image: a, volumes: ["${{ github.workspace }}:/a"] }', 'test', 'mounts[0].kind', 'bind'],
  ['container: { image: a, volumes: ["data:/b"], options: "-v /c:/c" }', 'test', 'mounts[0].target', '/c'],
  ['container: { image: a, volumes: ["data:/b"], options: "-v /c:/c" }', 'test', 'mounts[1].target', '/b'],
  ['services: { db: { image: a, ports: [5432, "80:8080"] } }', 'test/db', 'ports[0].container', 5432],
  ['services: { db: { image: a, ports: [5432, "80:8080"] } }', 'test/db', 'ports[1].host', 80],
  ['services:\n  db:\n    image: a\n    env:\n      A: b', 'test/db', 'environment[0].value', 'b', 'set', 9],
  ['services: { db: { image: a, env: { A: "${{ secrets.A }}" } } }', 'test/db', 'environment[0].fromSecret', true],
  ['services: { db: { image: a, env: [A] } }', 'test/db', 'environment[0].name', /env is not a map/],
  ['services: { db: { image: a, options: --health-cmd "pg_isready -q" } }', 'test/db', 'health.check', true],
  ['steps:\n  - run: docker run --net=host b', 'b', 'namespaces.network', 'host', 'set', 6],
  ['steps:\n  - run: |\n      x\n      docker run \\\n        --privileged b', 'b', 'privileged', true, 'set', 9],
  ['steps:\n  - run: docker run ${{ inputs.opts }} b', 'b', 'privileged', /may hold any option/],
  ['steps:\n  - run: docker run -v ${{ github.workspace }}:/a b', 'b', 'mounts[0].kind', 'bind'],
  ['steps:\n  - run: docker run b\n    shell: bash -e {0}', 'b', 'image.reference', 'b'],
]

describe('github-workflow', () => {
  it.each(CASES.map(([job, id, row, value, how, line]) => ({ job, id, row, value, how, line })))(
    '$job: $id $row',
    ({ job, id, row, value, how, line }) => {
      expectFact(factAt(of(job, id), row), value, how, line)
    },
  )

  it.each<[string, readonly string[]]>([
    ['container: ""', []],
    ['container:', []],
    ['container: a\nservices: { b: { image: b }, c: { image: c } }', ['test', 'test/b', 'test/c']],
    ['steps:\n  - run: docker run b\n    shell: pwsh', []],
    ['defaults: { run: { shell: python } }\nsteps:\n  - run: docker run b', []],
    ['steps:\n  - uses: docker://alpine\n  - run: echo docker run b', []],
    ['steps:\n  - run: docker run b\n  - run: docker run b', ['b', 'b-2']],
  ])('%s', (job, ids) => {
    expect(factsOf(githubWorkflow, workflow(job)).ids).toEqual(ids)
  })

  it.each([
    ['container: [a]', 'github-container-invalid', true],
    ['container: { options: --privileged }', 'github-container-invalid', false],
    ['container: a', 'github-runner-socket', false],
    ['container: { image: a, options: --new }', 'run-option-unknown', false],
  ])('%s is told of', (job, id, lost) => {
    const { notices } = factsOf(githubWorkflow, workflow(job))
    expect(notices.map((notice) => [notice.id, notice.lost])).toContainEqual([id, lost])
  })

  it.each<[string, boolean]>([
    ['jobs: { a: { runs-on: x, steps: [] } }', true],
    ['on: push\njobs: { a: { uses: o/r/.github/workflows/x.yml@v1 } }', true],
    ['jobs: [a]', false],
    ['version: 2.1\njobs: { build: { docker: [{ image: a }], steps: [checkout] } }', false],
    ['jobs:\n  - job: a\n    container: b', false],
    ['services: { a: { image: b } }', false],
    ['apiVersion: v1\nkind: X\njobs: { a: { runs-on: x } }', false],
  ])('%s is one: %s', (text, is) => {
    expect(githubWorkflow.is(rootOf(text))).toBe(is)
  })

  it('never throws for values of any type', () => {
    const values = ['1', 'true', 'null', '[]', '{}', '[[]]', '{ a: {} }', '"${{"', '${{ x', '- 1']
    for (const key of ['container', 'services', 'steps', 'defaults', 'runs-on'])
      for (const value of values)
        expect(() => factsOf(githubWorkflow, workflow(`${key}: ${value.replace('- 1', '[1]')}`))).not.toThrow()
    for (const key of ['image', 'env', 'ports', 'volumes', 'options', 'credentials'])
      for (const value of values) {
        const { of: facts } = factsOf(
          githubWorkflow,
          workflow(`container: { image: a, ${key}: ${value.replace('- 1', '[1]').replace('${{ x', '"${{ x"')} }`),
        )
        expect(facts).toBeTypeOf('function')
      }
  })
})
