import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dialects, read, recognise } from '../../src/dialect/index.ts'
import { kubernetes } from '../../src/dialect/kubernetes.ts'
import { ociRuntime } from '../../src/dialect/oci-runtime.ts'
import { isList, isMap, type Node } from '../../src/document/node.ts'
import { readText } from '../../src/document/read.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { Container } from '../../src/model/subject.ts'
import { factAt, valueAt } from '../support/facts.ts'

const node = (text: string): Node => {
  const root = readText('test.yaml', text).value.documents[0]
  if (!root) throw new Error('no document')
  return root
}
const pod =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: x}, {name: b, image: x}]}\n'

describe('recognising', () => {
  test.each([
    [pod, 'kubernetes'],
    ['apiVersion: v1\nkind: Service\n', 'kubernetes'],
    ['{"ociVersion": "1.0.0", "process": {}}', 'oci-runtime'],
    ['{"ociVersion": "1.0.0", "root": {"path": "r"}}', 'oci-runtime'],
    ['{"ociVersion": "1.0.0", "id": "a", "status": "running", "bundle": "/b"}', undefined],
    ['{"ociVersionMin": "1.0.0", "linux": {}}', undefined],
    ['apiVersion: v2\nname: chart\nversion: 1.0.0\n', undefined],
    ['just: yaml\n', undefined],
    ['text', undefined],
    ['[1, 2]', undefined],
    ['null', undefined],
  ])('%s', (text, name) => {
    expect(recognise(node(text))).toEqual({ value: dialects.find((each) => each.name === name), notices: [] })
  })
  test('what two take for their own is a notice that names both', () => {
    const { value, notices } = recognise(node(pod), [kubernetes, { ...ociRuntime, is: () => true }])
    expect(value?.name).toBe('kubernetes')
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['dialect-ambiguous', false]])
    expect(notices[0]?.message).toContain('oci-runtime:FILE')
  })
  test('names are unique', () => {
    expect(new Set(dialects.map((each) => each.name)).size).toBe(dialects.length)
  })
  test('the list is the folder', () => {
    const beside = new Set([
      'ask',
      'dialect',
      'dockerfile',
      'engine',
      'image-config',
      'index',
      'limit',
      'together',
      'write',
    ])
    const files = readdirSync('src/dialect')
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.slice(0, -3))
    expect(dialects.map((each) => each.name).sort()).toEqual(files.filter((name) => !beside.has(name)).sort())
  })
})

describe('a fault of a reader', () => {
  const failing = (): never => {
    throw new TypeError('x is not a function')
  }
  test('of one fact costs that container, and says so', () => {
    const dialect = {
      ...kubernetes,
      asks: { ...kubernetes.asks, privileged: { ...kubernetes.asks.privileged, read: failing } },
    }
    const { value, notices } = read(dialect, node(pod))
    expect(value).toEqual([])
    expect(notices.map(({ id, lost, place }) => [id, lost, place.line])).toEqual([
      ['reader-failed', true, 4],
      ['reader-failed', true, 4],
    ])
    expect(notices[0]?.message).toContain('TypeError: x is not a function')
  })
  test('of the search costs the document, and says so', () => {
    const { value, notices } = read({ ...kubernetes, containers: failing }, node(pod))
    expect([value, notices.map(({ id, lost }) => [id, lost])]).toEqual([[], [['reader-failed', true]]])
  })
  test('of the recognition leaves the others', () => {
    const { value, notices } = recognise(node(pod), [{ ...ociRuntime, is: failing }, kubernetes])
    expect([value?.name, notices.map(({ id, lost }) => [id, lost])]).toEqual(['kubernetes', [['reader-failed', true]]])
  })
})

test("facts are nobody else's", () => {
  const { value } = read(kubernetes, node(pod))
  const [a, b] = value
  if (!a || !b) throw new Error('two containers')
  expect(factAt(a, 'resources.memory')).not.toBe(factAt(b, 'resources.memory'))
  expect(factAt(a, 'capabilities.given[0]')).not.toBe(factAt(b, 'capabilities.given[0]'))
})

const corpora = '../shared/corpora'
if (!existsSync(corpora)) console.log(`corpora: ${corpora} is absent, so that its tests are skipped`)
const filesOf = (corpus: string): readonly string[] =>
  readdirSync(`${corpora}/${corpus}/data`, { recursive: true })
    .map(String)
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .sort()
interface Seen {
  readonly file: string
  readonly root: Node
  readonly containers: readonly Container[]
  readonly notices: readonly Notice[]
}
const look = (corpus: string): readonly Seen[] =>
  filesOf(corpus).flatMap((file) =>
    readText(file, readFileSync(`${corpora}/${corpus}/data/${file}`, 'utf8')).value.documents.map((root) => {
      const { value: dialect, notices } = recognise(root)
      const found = dialect ? read(dialect, root) : { value: [], notices: [] }
      return { file, root, containers: found.value, notices: [...notices, ...found.notices] }
    }),
  )
/** Maps in any list of containers: what is counted without knowing any kind. */
function plain(root: Node): number {
  if (isList(root)) return root.value.reduce((sum, each) => sum + plain(each), 0)
  if (!isMap(root)) return 0
  return [...root.value].reduce(
    (sum, [key, each]) =>
      sum +
      (/^(init|ephemeral)?containers$/i.test(key) && isList(each) ? each.value.filter(isMap).length : plain(each)),
    0,
  )
}

describe.skipIf(!existsSync(corpora))('corpora', () => {
  test.each([
    ['k8s-real', 187],
    ['psa', 760],
    ['badpods', 128],
    ['kubescape', 401],
    ['polaris', 77],
    ['gatekeeper', 117],
    ['trivy-checks', 198],
  ])('%s: every container is read, and nothing lost', (corpus, count) => {
    const seen = look(corpus)
    const kubernetesOnly = seen.filter(({ root }) => isMap(root) && root.value.has('kind'))
    console.log(
      `${corpus}: ${seen.length} documents, ${seen.reduce((sum, each) => sum + each.containers.length, 0)} containers`,
    )
    const lost = seen.flatMap(({ file, notices }) => notices.filter((each) => each.lost).map((each) => [file, each]))
    expect(lost).toEqual([])
    expect(
      kubernetesOnly.filter(({ root, containers }) => plain(root) !== containers.length).map(({ file }) => file),
    ).toEqual([])
    expect(kubernetesOnly.reduce((sum, each) => sum + each.containers.length, 0)).toBe(count)
  })
})

interface Label {
  readonly file: string
  readonly kind: string
  readonly parses: boolean
  readonly facts?: readonly string[]
}
/** The label's words, answered from our facts. */
const CONTROLS: Readonly<Record<string, (container: Container) => boolean>> = {
  'host-network': (c) => valueAt(c, 'namespaces.network') === 'host',
  'host-pid': (c) => valueAt(c, 'namespaces.pid') === 'host',
  'host-ipc': (c) => valueAt(c, 'namespaces.ipc') === 'host',
  'host-uts': (c) => valueAt(c, 'namespaces.uts') === 'host',
  'no-userns': (c) => valueAt(c, 'namespaces.user') === 'host',
  'host-cgroupns': (c) => valueAt(c, 'namespaces.cgroup') === 'host',
  'no-mount-ns': (c) => valueAt(c, 'namespaces.mount') === 'host',
  'seccomp-missing': (c) => valueAt(c, 'seccomp.kind') === 'unconfined',
  'apparmor-missing': (c) => valueAt(c, 'apparmor.kind') === 'unconfined',
  'memory-limit': (c) => valueAt(c, 'resources.memory') === 0,
  'cpu-limit': (c) => valueAt(c, 'resources.cpu') === 0,
  'pids-limit': (c) => valueAt(c, 'resources.pids') === 0,
  'masked-paths-missing': (c) => Array.isArray(valueAt(c, 'masked')) && valueAt(c, 'masked')?.toString() === '',
  'rootfs-writable': (c) => valueAt(c, 'readOnlyRootFilesystem') === false,
  'no-new-privs': (c) => valueAt(c, 'noNewPrivileges') === false,
  'run-as-root': (c) => valueAt(c, 'user.name') === '0',
}
describe.skipIf(!existsSync(corpora))('OCI labels', () => {
  const labels = existsSync(corpora)
    ? (JSON.parse(readFileSync(`${corpora}/runtime-configs/labels.json`, 'utf8')) as readonly Label[]).filter(
        ({ kind, parses }) => kind === 'oci-config' && parses,
      )
    : []
  /** The labels speak of Linux sections only where they are there, and of a process only where it is: see below. */
  const explained = (control: string, root: Node): string | undefined => {
    const has = (key: string): boolean => isMap(root) && root.value.has(key)
    const ofProcess = ['no-new-privs', 'run-as-root', 'apparmor-missing'].includes(control)
    if (!has('linux') && !has('freebsd') && !has('zos') && !ofProcess && control !== 'rootfs-writable')
      return 'without any platform section we read it as Linux: nothing is limited, masked or its own; the label is silent'
    if (control === 'apparmor-missing' && !has('process'))
      return 'no process: the label is silent, we say what an absent profile means'
    if (has('freebsd') && (control === 'apparmor-missing' || control === 'no-new-privs'))
      return 'the label counts an absent Linux setting on FreeBSD; we say that it is not known'
    if (has('zos') && control === 'apparmor-missing')
      return 'the label counts an absent Linux setting on z/OS; we say that it is not known'
    if (has('zos') && ['host-pid', 'host-ipc', 'host-uts', 'no-mount-ns'].includes(control))
      return 'the label reads linux.namespaces only; z/OS has these in a section of its own'
    return undefined
  }
  test.each(labels)('$file', (label) => {
    const text = readFileSync(`${corpora}/runtime-configs/${label.file}`, 'utf8')
    const root = readText('config.json', text).value.documents[0]
    if (!root) throw new Error('no document')
    const { value, notices } = read(ociRuntime, root)
    expect(recognise(root).value?.name).toBe('oci-runtime')
    expect(notices).toEqual([])
    const [container] = value
    if (!container) throw new Error('no container')
    const differences = Object.entries(CONTROLS)
      .filter(([control, test]) => test(container) !== (label.facts ?? []).includes(control))
      .map(([control]) => control)
    expect(differences.filter((control) => explained(control, root) === undefined)).toEqual([])
  })
})
