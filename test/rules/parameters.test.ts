/** What rules find with parameters that policies set: examples of a rule's file hold for its defaults alone. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readExample } from '../../src/example.ts'
import type { ParameterValue } from '../../src/model/rule.ts'
import { compile } from '../../src/rule/compile.ts'
import { judge } from '../../src/rule/judge.ts'
import { loadRule } from '../../src/rule/load.ts'

/** The lines of the rule's findings, `?` after those that are open. */
async function lines(
  id: string,
  given: { readonly [name: string]: ParameterValue },
  dialect: string,
  text: string,
): Promise<readonly string[]> {
  const file = `rules/${id}.yaml`
  const { value } = await loadRule(file, readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8'))
  const { compiled } = value ? compile(value.rule) : {}
  if (!compiled) throw new Error(`${id} is no rule`)
  const known = compiled.rule.parameters
  expect(Object.keys(given).filter((name) => !Object.hasOwn(known, name))).toEqual([])
  const defaults = Object.entries(known).map(([name, { default: is }]) => [name, is] as const)
  const { world } = await readExample('x.yaml', [
    { dialect, text, locate: (line, column) => ({ file: 'x.yaml', line, column }) },
  ])
  const { findings, notices } = judge([{ compiled, parameters: { ...Object.fromEntries(defaults), ...given } }], world)
  expect(notices).toEqual([])
  return findings.map(({ outcome, place }) => `${place.line}${outcome === 'open' ? '?' : ''}`)
}

const pod = (...containers: readonly string[]): string =>
  `{ kind: Pod, apiVersion: v1, metadata: { name: web }, spec: { containers: [\n${containers.map((each) => `  { image: nginx, ${each} }`).join(',\n')}\n] } }\n`

describe.each(['memory', 'cpu'])('%s-request-missing', (resource) => {
  const text = pod(
    `name: limit, resources: { limits: { ${resource}: 1 } }`,
    `name: request, resources: { requests: { ${resource}: 1 } }`,
    'name: silent',
  )
  it.each([
    [false, ['4']],
    // A limit is the request too, but nobody wrote one.
    [true, ['2', '4']],
  ])('required: %s', async (required, wanted) => {
    expect(await lines(`${resource}-request-missing`, { required }, 'kubernetes', text)).toEqual(wanted)
  })
})

it.each([
  ['memory-unbounded', 300_000_000, ['4', '5']],
  ['memory-unbounded', 0, ['5']],
  ['cpu-unbounded', 1500, ['4', '5']],
  ['pids-unbounded', 150, ['4', '5']],
])('%s, most: %s', async (id, most, wanted) => {
  const text = `services:
  small: { image: a, mem_limit: 100m, cpus: 0.5, pids_limit: 100 }
  # The limit is written, and higher.
  large: { image: a, mem_limit: 2g, cpus: 2, pids_limit: 1000 }
  none: { image: a }
`
  expect(await lines(id, { most }, 'compose', text)).toEqual(wanted)
})

it('host-port, lowest and highest', async () => {
  const ports = [79, 80, 90, 91].map((port) => `{ containerPort: 1, hostPort: ${port} }`)
  const text = pod(`name: web, ports: [\n${ports.join(',\n')}]`)
  expect(await lines('host-port', {}, 'kubernetes', text)).toEqual(['3', '4', '5', '6'])
  expect(await lines('host-port', { lowest: 80, highest: 90 }, 'kubernetes', text)).toEqual(['3', '6'])
})

it('port-on-all-interfaces, allowed', async () => {
  const text = "services:\n  web:\n    image: a\n    ports:\n      - '80:8080'\n      - '443:8443'\n"
  expect(await lines('port-on-all-interfaces', {}, 'compose', text)).toEqual(['5', '6'])
  expect(await lines('port-on-all-interfaces', { allowed: ['443'] }, 'compose', text)).toEqual(['5'])
})

it('host-path-mounted, allowed', async () => {
  const text =
    'services:\n  web:\n    image: a\n    volumes:\n      - /srv/data/x:/x\n      - /srv/database:/y\n      - /srv/data/../etc:/z\n'
  expect(await lines('host-path-mounted', {}, 'compose', text)).toEqual(['5', '6', '7'])
  expect(await lines('host-path-mounted', { allowed: ['/srv/data'] }, 'compose', text)).toEqual(['6', '7'])
})

it.each([
  [false, ['2', '3']],
  [true, ['3']],
])('net-raw-kept, addedOnly: %s', async (addedOnly, wanted) => {
  const text = pod(
    'name: silent',
    'name: added, securityContext: { capabilities: { add: [NET_RAW] } }',
    'name: undone, securityContext: { capabilities: { drop: [ALL, NET_RAW], add: [CAP_NET_RAW] } }',
  )
  const got = await lines('net-raw-kept', { addedOnly }, 'kubernetes', text)
  expect(got).toEqual(wanted)
})

it.each([
  [false, []],
  [true, ['2']],
])('image-pull-skipped, always: %s', async (always, wanted) => {
  const digest = `nginx@sha256:${'0c7a5d3f'.repeat(8)}`
  const text = `services:\n  web: { image: '${digest}' }\n  asked: { image: '${digest}', pull_policy: always }\n`
  expect(await lines('image-pull-skipped', { always }, 'compose', text)).toEqual(wanted)
})

it.each([
  [{}, ['2?', '3']],
  [{ required: true }, ['2', '3']],
  [{ below: 65536 }, ['2?', '3', '4']],
  [{ below: 100 }, ['2?']],
])('user-id-low and group-id-low, %j', async (given, wanted) => {
  const text = pod(
    'name: silent',
    'name: low, securityContext: { runAsUser: 101, runAsGroup: 101 }',
    'name: high, securityContext: { runAsUser: 65535, runAsGroup: 65535 }',
  )
  expect(await lines('user-id-low', given, 'kubernetes', text)).toEqual(wanted)
  expect(await lines('group-id-low', given, 'kubernetes', text)).toEqual(wanted)
})

it.each([
  [false, []],
  [true, ['2']],
])('selinux-missing, required: %s', async (required, wanted) => {
  const text = pod(
    'name: silent',
    "name: level, securityContext: { seLinuxOptions: { level: 's0:c1,c2' } }",
    'name: apparmor, securityContext: { appArmorProfile: { type: RuntimeDefault } }',
  )
  expect(await lines('selinux-missing', { required }, 'kubernetes', text)).toEqual(wanted)
})

describe('hardening-missing', () => {
  const text = pod(
    'name: silent',
    'name: user, securityContext: { runAsUser: 101 }',
    'name: root, securityContext: { runAsUser: 0 }',
    'name: filter, securityContext: { seccompProfile: { type: RuntimeDefault } }',
    'name: unconfined, securityContext: { seccompProfile: { type: Unconfined } }',
  )
  it.each([
    [{}, ['2', '4', '6']],
    // Somebody thought of it.
    [{ decided: true }, ['2']],
    [{ accepted: ['apparmor', 'capabilities', 'seccomp', 'selinux'] }, ['2', '3', '4', '6']],
    [{ accepted: ['seccomp'], decided: true }, ['2', '3', '4']],
    [{ accepted: [] }, ['2', '3', '4', '5', '6']],
  ])('%j', async (given, wanted) => {
    expect(await lines('hardening-missing', given, 'kubernetes', text)).toEqual(wanted)
  })
})
