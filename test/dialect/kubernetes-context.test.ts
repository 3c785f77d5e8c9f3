/** What other objects of the same scan say of a container, charts and kustomizations: through the whole reading of a folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Notice } from '../../src/model/notice.ts'
import type { Container } from '../../src/model/subject.ts'
import { take } from '../../src/scan.ts'
import { factAt, valueAt } from '../support/facts.ts'

const before = process.cwd()
const made: string[] = []
let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'plimsoll-context-'))
  made.push(home)
  process.chdir(home)
})
afterAll(() => {
  process.chdir(before)
  for (const folder of made) rmSync(folder, { recursive: true })
})

let count = 0
/** Files in a folder of their own, all of it scanned, or the targets that are named. */
async function scanned(
  files: Readonly<Record<string, string>>,
  targets: readonly string[] = ['.'],
): Promise<{ readonly found: readonly Container[]; readonly notices: readonly Notice[] }> {
  count += 1
  const folder = `scan${count}`
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  process.chdir(folder)
  try {
    const { subjects, notices } = await take({ targets })
    const found = subjects.map(({ id, dialect, runtime, place, container }) => ({
      id,
      dialect: dialect ?? '',
      runtime: runtime ?? '',
      place,
      facts: container,
    }))
    return { found, notices }
  } finally {
    process.chdir(home)
  }
}

const pod = (container = '', spec = '', namespace = 'shop'): string =>
  [
    'apiVersion: v1',
    'kind: Pod',
    `metadata: { name: web${namespace === '' ? '' : `, namespace: ${namespace}`} }`,
    'spec:',
    ...spec
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${line}`),
    '  containers:',
    '  - name: app',
    '    image: nginx:1.27.3',
    ...container
      .split('\n')
      .filter(Boolean)
      .map((line) => `    ${line}`),
    '',
  ].join('\n')
const object = (kind: string, name: string, body: string, namespace = 'shop'): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`} }\n${body}`

/** Value, how it is known, file and line. */
async function told(files: Readonly<Record<string, string>>, path: string): Promise<readonly unknown[]> {
  const { found, notices } = await scanned(files)
  expect(notices).toEqual([])
  const [first] = found
  if (!first) throw new Error('there is no container')
  const fact = factAt(first, path)
  return [valueAt(first, path), fact.how, `${fact.place.file}:${fact.place.line}`]
}

describe('LimitRange', () => {
  const range = (limits: string, name = 'range', namespace = 'shop'): string =>
    object('LimitRange', name, `spec:\n  limits:\n${limits.replace(/^/gm, '  ')}\n`, namespace)
  const both =
    '- type: Container\n  default: { memory: 256Mi, cpu: 500m, ephemeral-storage: 1Gi }\n  defaultRequest: { memory: 64Mi }'
  test.each([
    ['resources.memory', '', [268435456, 'default', 'range.yaml:7']],
    ['resources.memoryReservation', '', [67108864, 'default', 'range.yaml:8']],
    ['resources.cpu', '', [500, 'default', 'range.yaml:7']],
    ['resources.cpuReservation', '', [500, 'default', 'range.yaml:7']],
    ['resources.ephemeralStorage', '', [1073741824, 'default', 'range.yaml:7']],
    ['resources.memory', 'resources: { limits: { memory: 1Gi } }', [1073741824, 'set', 'pod.yaml:8']],
    // A limit that is written is the request too, whatever the LimitRange says.
    ['resources.memoryReservation', 'resources: { limits: { memory: 1Gi } }', [1073741824, 'default', 'pod.yaml:8']],
    [
      'resources.memory',
      'resources: { limits: { memory: much } }',
      ['unknown: memory is not a quantity', 'unknown', 'pod.yaml:8'],
    ],
  ])('gives %s of "%s"', async (path, container, expected) => {
    expect(await told({ 'pod.yaml': pod(container), 'range.yaml': range(both) }, path)).toEqual(expected)
  })
  test('its maximum is the limit where it has no default', async () => {
    const files = {
      'pod.yaml': pod(),
      'range.yaml': range('- type: Container\n  max: { memory: 1Gi }\n  min: { memory: 1Mi }'),
    }
    expect(await told(files, 'resources.memory')).toEqual([1073741824, 'default', 'range.yaml:7'])
    expect(await told(files, 'resources.memoryReservation')).toEqual([1073741824, 'default', 'range.yaml:7'])
  })
  test.each([
    ['of another namespace', range(both, 'range', 'other')],
    ['of pods', range('- type: Pod\n  max: { memory: 1Gi }')],
    ['that is empty', object('LimitRange', 'range', 'spec: {}\n')],
  ])('%s says nothing', async (_, text) => {
    expect(await told({ 'pod.yaml': pod(), 'range.yaml': text }, 'resources.memory')).toEqual([
      0,
      'default',
      'pod.yaml:6',
    ])
  })
  test('two that differ leave it open, two that agree do not', async () => {
    const one = range('- type: Container\n  default: { memory: 1Gi }', 'a')
    const other = range('- type: Container\n  default: { memory: 2Gi }', 'b')
    expect(await told({ 'pod.yaml': pod(), 'r.yaml': `${one}---\n${other}` }, 'resources.memory')).toEqual([
      'unknown: several LimitRanges of the namespace give different values',
      'unknown',
      'r.yaml:7',
    ])
    expect((await told({ 'pod.yaml': pod(), 'r.yaml': `${one}---\n${one}` }, 'resources.memory'))[0]).toBe(1073741824)
  })
  test('an ephemeral container has none', async () => {
    const text = pod().replace('containers', 'ephemeralContainers')
    expect((await told({ 'pod.yaml': text, 'range.yaml': range(both) }, 'resources.memory'))[0]).toBe(0)
  })
  test('nobody names a namespace: both are applied to the same', async () => {
    const files = { 'pod.yaml': pod('', '', ''), 'range.yaml': range(both, 'range', '') }
    expect((await told(files, 'resources.memory'))[0]).toBe(268435456)
  })
})

describe('Namespace', () => {
  const namespace = (labels: string): string =>
    object('Namespace', 'shop', '', '').replace(' }', `, labels: { ${labels} } }`)
  const enforce = 'pod-security.kubernetes.io/enforce'
  test.each([
    [`${enforce}: restricted`, 'podSecurity.enforce', ['restricted', 'inherited', 'a.yaml:3']],
    [`${enforce}: restricted`, 'podSecurity.version', ['latest', 'default', 'a.yaml:3']],
    [`${enforce}-version: v1.30`, 'podSecurity.version', ['v1.30', 'inherited', 'a.yaml:3']],
    ['app: web', 'podSecurity.enforce', ['none', 'default', 'a.yaml:3']],
    [
      `${enforce}: strictest`,
      'podSecurity.enforce',
      ['unknown: "strictest" is not one of privileged, baseline, restricted', 'unknown', 'a.yaml:3'],
    ],
  ])('%s: %s', async (labels, path, expected) => {
    expect(await told({ 'a.yaml': namespace(labels), 'pod.yaml': pod() }, path)).toEqual(expected)
  })
  test('another one says nothing', async () => {
    const files = { 'a.yaml': namespace(`${enforce}: restricted`), 'pod.yaml': pod('', '', 'other') }
    expect(await told(files, 'podSecurity.enforce')).toEqual([
      'unknown: the Namespace is not in the input',
      'unknown',
      'pod.yaml:6',
    ])
  })
})

describe('ServiceAccount', () => {
  const account = (said: string): string => object('ServiceAccount', 'robot', said)
  const named = 'serviceAccountName: robot'
  test.each([
    ['automountServiceAccountToken: false\n', named, [false, 'inherited', 'sa.yaml:4']],
    ['automountServiceAccountToken: true\n', named, [true, 'inherited', 'sa.yaml:4']],
    [
      'automountServiceAccountToken: false\n',
      `${named}\nautomountServiceAccountToken: true`,
      [true, 'set', 'web.yaml:6'],
    ],
    ['', named, [true, 'default', 'web.yaml:4']],
    ['automountServiceAccountToken: false\n', 'serviceAccountName: other', [true, 'default', 'web.yaml:4']],
    [
      'automountServiceAccountToken: perhaps\n',
      named,
      ['unknown: automountServiceAccountToken is not true or false', 'unknown', 'sa.yaml:4'],
    ],
  ])('%s with %s', async (said, spec, expected) => {
    expect(await told({ 'sa.yaml': account(said), 'web.yaml': pod('', spec) }, 'serviceAccount.token')).toEqual(
      expected,
    )
  })
  test('"default" is that of pods that name none', async () => {
    const files = {
      'sa.yaml': object('ServiceAccount', 'default', 'automountServiceAccountToken: false\n'),
      'web.yaml': pod(),
    }
    expect((await told(files, 'serviceAccount.token'))[0]).toBe(false)
  })
})

test('the handler of a RuntimeClass is what runs it', async () => {
  const files = {
    'class.yaml': 'apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: sandbox }\nhandler: runsc\n',
    'web.yaml': pod('', 'runtimeClassName: sandbox'),
  }
  expect(await told(files, 'runtime')).toEqual(['runsc', 'derived', 'web.yaml:5'])
})

describe('variables', () => {
  const map = object('ConfigMap', 'settings', 'data:\n  DB_PASSWORD: hunter2\n  LEVEL: info\n')
  const from =
    'envFrom:\n- { configMapRef: { name: settings }, prefix: X_ }\n- { secretRef: { name: keys } }\nenv:\n- { name: OWN, value: "$(X_LEVEL) $(GONE) $$" }'
  const list = async (files: Readonly<Record<string, string>>): Promise<unknown> => {
    const { found, notices } = await scanned(files)
    expect(notices).toEqual([])
    return found[0] && valueAt(found[0], 'environment')
  }
  test('of a ConfigMap and a Secret that are not there', async () => {
    const unknownMap = 'unknown: the keys of the ConfigMap "settings", which is not in the input'
    expect(await list({ 'web.yaml': pod(from) })).toEqual([
      { name: unknownMap, value: unknownMap, fromSecret: false },
      { name: 'unknown: the keys of the Secret "keys", which is not in the input', value: '', fromSecret: true },
      { name: 'OWN', value: '$(X_LEVEL) $(GONE) $$', fromSecret: false },
    ])
  })
  test('of those that are', async () => {
    const secret = object('Secret', 'keys', 'data: { KEY: aHVudGVyMg== }\nstringData: { OTHER: hunter3 }\n')
    expect(await list({ 'map.yaml': `${map}---\n${secret}`, 'web.yaml': pod(from) })).toEqual([
      { name: 'X_DB_PASSWORD', value: 'hunter2', fromSecret: false },
      { name: 'X_LEVEL', value: 'info', fromSecret: false },
      { name: 'KEY', value: '', fromSecret: true },
      { name: 'OTHER', value: '', fromSecret: true },
      { name: 'OWN', value: 'info $(GONE) $', fromSecret: false },
    ])
  })
  test('one key, at its place in the ConfigMap', async () => {
    const env = (key: string): string =>
      `env:\n- { name: A, value: a }\n- { name: B, valueFrom: { configMapKeyRef: { name: settings, key: ${key} } } }`
    const files = (key: string): Record<string, string> => ({ 'map.yaml': map, 'web.yaml': pod(env(key)) })
    expect(await told(files('DB_PASSWORD'), 'environment[1].value')).toEqual(['hunter2', 'inherited', 'map.yaml:5'])
    expect((await told(files('GONE'), 'environment[1].value'))[0]).toBe(
      'unknown: the ConfigMap "settings" has no key "GONE"',
    )
    expect((await told({ 'web.yaml': pod(env('K')) }, 'environment[1].value'))[0]).toBe(
      'unknown: the key "K" of the ConfigMap "settings", which is not in the input',
    )
  })
  test('values that double with each are not filled in without end', async () => {
    const lines = Array.from(
      { length: 40 },
      (_, index) => `- { name: V${index + 1}, value: "$(V${index})$(V${index})" }`,
    )
    const { found } = await scanned({
      'web.yaml': pod(['env:', '- { name: V0, value: 0123456789 }', ...lines].join('\n')),
    })
    const [first] = found
    const lengths = Array.from(
      { length: 41 },
      (_, index) => String(first && valueAt(first, `environment[${index}].value`)).length,
    )
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65_536)
    expect(lengths[3]).toBe(80)
  })
  test('a ConfigMap of many keys in many containers is cut', async () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `  K${index}: v`).join('\n')
    const containers = Array.from(
      { length: 200 },
      (_, index) => `{ name: c${index}, image: a, envFrom: [{ configMapRef: { name: big } }] }`,
    ).join(', ')
    const text = `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [${containers}] }\n`
    const { found } = await scanned({
      'map.yaml': object('ConfigMap', 'big', `data:\n${keys}\n`, ''),
      'web.yaml': text,
    })
    const total = found.reduce((sum, each) => {
      const fact = factAt(each, 'environment')
      return sum + (fact.how !== 'unknown' && Array.isArray(fact.value) ? fact.value.length : 0)
    }, 0)
    expect(total).toBeLessThan(210_000)
    expect(total).toBeGreaterThan(190_000)
  })
})

describe('charts of Helm', () => {
  const template =
    '{{- if .Values.on }}\napiVersion: v1\nkind: Pod\nspec: { containers: [{ name: a, image: {{ .Values.image }} }] }\n{{- end }}\n'
  const chart = {
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'web/values.yaml': 'services: { web: { image: nginx } }\n',
    'web/templates/a.yaml': template,
    'web/templates/deep/b.yaml': template,
    'web/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    'web/charts/sub/templates/c.yaml': template,
  }
  const said = (notices: readonly Notice[]): unknown =>
    notices.map(({ id, place, lost, message }) => [
      id,
      place.file,
      lost,
      /helm template \S+ \| plimsoll scan -/.exec(message)?.[0],
    ])
  const once = ['chart-unrendered', 'web/Chart.yaml', true, 'helm template web | plimsoll scan -']
  test('are one notice each, and nothing of them is judged', async () => {
    const { found, notices } = await scanned({ ...chart, 'pod.yaml': pod() })
    expect(found.map(({ id }) => id)).toEqual(['Pod/shop/web/app'])
    expect(said(notices)).toEqual([once])
  })
  test('and so is a template that is named', async () => {
    const { found, notices } = await scanned(chart, ['web/templates/a.yaml'])
    expect([found, said(notices)]).toEqual([[], [once]])
  })
  test('and so it is from within its folder', async () => {
    await scanned(chart)
    process.chdir(`scan${count}/web/templates`)
    try {
      const { notices } = await take({ targets: ['a.yaml'] })
      expect(notices.map(({ id, place }) => [id, place.file])).toEqual([['chart-unrendered', '../Chart.yaml']])
    } finally {
      process.chdir(home)
    }
  })
  test('a manifest among the templates that is none is read', async () => {
    const { found, notices } = await scanned({ ...chart, 'web/templates/plain.yaml': pod() })
    expect(found.map(({ id }) => id)).toEqual(['Pod/shop/web/app'])
    expect(said(notices)).toEqual([once])
  })
  test('templates for others in annotations are none of ours', async () => {
    const text = pod().replace('name: web,', 'name: web, annotations: { vault: "{{ with secret }}" },')
    expect((await scanned({ 'pod.yaml': text })).notices).toEqual([])
  })
  test('a template without a chart says that it is one, and what it fills in is not known', async () => {
    const text = pod('env: [{ name: A, value: "{{ .Values.a }}" }]\nargs: ["--format={{.Names}}"]').replace(
      'nginx:1.27.3',
      '"{{ .Values.image }}"',
    )
    const { found, notices } = await scanned({ 'templates/pod.yaml': text })
    expect(notices.map(({ id, place, lost }) => [id, place.line, lost])).toEqual([['template-unrendered', 7, false]])
    const [first] = found
    expect(first && ['image.reference', 'environment[0].value', 'command'].map((path) => valueAt(first, path))).toEqual(
      [
        'unknown: a template stands here: render it first',
        'unknown: a template stands here: render it first',
        ['--format={{.Names}}'],
      ],
    )
  })
})

describe('kustomizations', () => {
  const patch =
    'apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec: { containers: [{ name: app, resources: {} }] }\n'
  const files = {
    'base/kustomization.yaml': 'resources: [pod.yaml]\n',
    'base/pod.yaml': pod(),
    'over/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\npatches:\n  - path: patch.yaml\n  - target: { kind: Pod }\n    patch: |-\n      - { op: remove, path: /spec/hostPID }\n',
    'over/patch.yaml': patch,
  }
  const said = (notices: readonly Notice[]): unknown =>
    notices.map(({ id, place, lost, message }) => [
      id,
      place.file,
      place.line,
      lost,
      /kustomize build \S+ \| plimsoll scan -/.exec(message)?.[0],
    ])
  test('patches are not judged alone, and not applied', async () => {
    const { found, notices } = await scanned(files)
    expect(found.map(({ place }) => place.file)).toEqual(['base/pod.yaml'])
    expect(said(notices)).toEqual([
      ['kustomization-unbuilt', 'over/kustomization.yaml', 4, false, 'kustomize build over | plimsoll scan -'],
    ])
    expect(notices[0]?.message).toContain('not judged alone: over/patch.yaml')
  })
  test.each([
    ['patchesStrategicMerge: [patch.yaml]', 'over/patch.yaml'],
    ['patches: [{ path: ./patch.yaml }]', 'over/patch.yaml'],
  ])('%s', async (line) => {
    const { found } = await scanned({ ...files, 'over/kustomization.yaml': `resources: [../base]\n${line}\n` })
    expect(found.map(({ place }) => place.file)).toEqual(['base/pod.yaml'])
  })
  test('without its kustomization a patch is a manifest like any other', async () => {
    const { found } = await scanned({ 'patch.yaml': patch })
    expect(found).toHaveLength(1)
  })
  test('what only lists files is not worth a word', async () => {
    const { found, notices } = await scanned({ 'kustomization.yaml': 'resources: [pod.yaml]\n', 'pod.yaml': pod() })
    expect([found.length, notices]).toEqual([1, []])
  })
  test.each([
    ['a base that is not in the scan', files, ['over'], 'It names what was not read: ../base.'],
    [
      'a base elsewhere',
      { ...files, 'over/kustomization.yaml': 'resources: [../base, "https://example.org/web?ref=v1"]\n' },
      ['.'],
      'https://example.org/web?ref=v1',
    ],
    ['itself, where it alone is named', files, ['base/kustomization.yaml'], 'What it names was not read.'],
  ])('%s is lost', async (_, given, targets, words) => {
    const { notices } = await scanned(given, targets)
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['kustomization-unbuilt', true]])
    expect(notices[0]?.message).toContain(words)
  })
})

test('context of another shape than any object has makes nothing throw', async () => {
  const odd = [
    'LimitRange',
    'Namespace',
    'ServiceAccount',
    'RuntimeClass',
    'ConfigMap',
    'Secret',
    'Kustomization',
  ].flatMap((kind) =>
    [
      'spec: 1',
      'spec: { limits: [1, { type: Container, default: [] }] }',
      'data: [1]',
      'metadata: 7',
      'handler: {}',
      'patches: 3',
    ].map(
      (body) =>
        `apiVersion: v1\nkind: ${kind}\n${body.startsWith('metadata') ? '' : 'metadata: { name: web, namespace: shop, labels: 3 }\n'}${body}\n`,
    ),
  )
  const { found, notices } = await scanned({
    'odd.yaml': odd.join('---\n'),
    'pod.yaml': pod('envFrom: [{ configMapRef: { name: web } }]'),
  })
  expect(found).toHaveLength(1)
  expect(notices).toEqual([])
})
