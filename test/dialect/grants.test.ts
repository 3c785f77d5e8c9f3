/** Objects of a cluster that say what pods may be: what is read of them, with its place, and what is not taken for them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { grantsIn } from '../../src/dialect/kubernetes/grant.ts'
import { readAs } from '../../src/document/syntax.ts'
import { isFact, type AnyFact, type AnyFacts } from '../../src/model/row.ts'
import type { Grant } from '../../src/model/subject.ts'
import { take } from '../../src/scan.ts'
import { corpora, labels, present } from '../support/corpora.ts'

const grantsOf = async (text: string): Promise<readonly Grant[]> =>
  (await readAs('data', 'x.yaml', text)).value.documents.flatMap((root) => grantsIn(root))
const one = async (text: string): Promise<Grant> => {
  const [grant] = await grantsOf(text)
  if (!grant) throw new Error('no grant')
  return grant
}
const psp = (spec: string): Promise<Grant> =>
  one(`apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata:\n  name: web\nspec:\n${spec}`)
const scc = (body: string): Promise<Grant> =>
  one(`apiVersion: security.openshift.io/v1\nkind: SecurityContextConstraints\nmetadata: { name: web }\n${body}`)

function factAt(grant: Grant, path: string): AnyFact {
  let here: AnyFacts | AnyFact = grant.facts as AnyFacts
  for (const key of path.split('.')) {
    if (isFact(here)) throw new Error(`${path} ends early`)
    const next: AnyFacts | AnyFact | undefined = here[key]
    if (!next) throw new Error(`no ${path}`)
    here = next
  }
  if (!isFact(here)) throw new Error(`${path} is a group`)
  return here
}
const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((each: AnyFact | { facts: AnyFacts }) =>
        'facts' in each
          ? Object.values(each.facts).map((fact) => (isFact(fact) && fact.how !== 'unknown' ? fact.value : '?'))
          : each.how === 'unknown'
            ? '?'
            : each.value,
      )
    : value
/** `value how line` */
const said = (grant: Grant, path: string): string => {
  const fact = factAt(grant, path)
  return `${fact.how === 'unknown' ? fact.because : JSON.stringify(plain(fact.value))} ${fact.how} ${fact.place.line}`
}

describe('PodSecurityPolicy', () => {
  it.each([
    ['  privileged: true', 'privileged', 'true set 6'],
    ['  hostPID: false', 'privileged', 'false default 5'],
    ['  privileged: "yes"', 'privileged', 'privileged is not true or false unknown 6'],
    ['  privileged: false', 'privilegeEscalation', 'true default 5'],
    ['  allowPrivilegeEscalation: false', 'privilegeEscalation', 'false set 6'],
    ['  hostNetwork: true', 'hostNetwork', 'true set 6'],
    ['  hostPorts: [{ min: 1, max: 2 }]', 'hostPorts', 'true set 6'],
    ['  hostPorts: []', 'hostPorts', 'false default 6'],
    ['  volumes: [secret]', 'hostPaths', '[] default 6'],
    ["  volumes: ['*']", 'hostPaths', '[["",false]] set 6'],
    ['  volumes: [hostPath]\n  allowedHostPaths: [{ pathPrefix: /var }]', 'hostPaths', '[["/var",false]] set 7'],
    ['  allowedHostPaths: [{ pathPrefix: /var, readOnly: true }]', 'hostPaths', '[["/var",true]] set 6'],
    ['  allowedHostPaths: [3]', 'hostPaths', '[["?","?"]] set 6'],
    ['  volumes: 3', 'hostPaths', '[] default 6'],
    ['  allowedCapabilities: [cap_net_raw]', 'capabilities', '["NET_RAW"] set 6'],
    ['  defaultAddCapabilities: [KILL]', 'capabilities', '["KILL"] set 6'],
    ['  allowedCapabilities: [A]\n  defaultAddCapabilities: [B]', 'capabilities', '["A","B"] set 6'],
    ['  allowedCapabilities: { a: b }', 'capabilities', 'allowedCapabilities is not a list unknown 6'],
    ['  requiredDropCapabilities: [ALL]', 'dropped', '["ALL"] set 6'],
    ['  runAsUser: { rule: RunAsAny }', 'rootUser', 'true set 6'],
    ['  runAsUser: { rule: MustRunAs, ranges: [{ min: 1, max: 3 }, { min: 0, max: 0 }] }', 'rootUser', 'true set 6'],
    ['  runAsUser: { rule: MustRunAs, ranges: [{ min: 1, max: 3 }] }', 'rootUser', 'false set 6'],
    ['  runAsUser: { rule: MustRunAs, ranges: [{ min: one }] }', 'rootUser', 'min is not a whole number unknown 6'],
    ['  runAsUser: 0', 'rootUser', 'runAsUser is not a map unknown 6'],
    ['  privileged: false', 'rootUser', 'true default 5'],
    [
      '  fsGroup: { rule: RunAsAny }\n  runAsGroup: { rule: MustRunAs, ranges: [{ min: 2 }] }',
      'rootGroups',
      '["fsGroup"] set 1',
    ],
    ['  readOnlyRootFilesystem: true', 'writableRootFilesystem', 'false set 6'],
    ["  allowedUnsafeSysctls: ['net.*']", 'sysctls', '["net.*"] set 6'],
  ])('%s: %s', async (spec, row, expected) => {
    expect(said(await psp(spec), `pods.${row}`)).toBe(expected)
  })
  it('has its seccomp profiles in an annotation', async () => {
    const grant = await one(
      `apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata:\n  name: web\n  annotations:\n    seccomp.security.alpha.kubernetes.io/allowedProfileNames: 'runtime/default, *'\nspec: {}`,
    )
    expect(said(grant, 'pods.seccomp')).toBe('["runtime/default","*"] set 6')
    expect(grant.id).toBe('PodSecurityPolicy/web')
  })
})

describe('SecurityContextConstraints', () => {
  it.each([
    ['allowPrivilegedContainer: true', 'pods.privileged', 'true set 4'],
    ['allowHostDirVolumePlugin: true', 'pods.hostPaths', '[["",false]] set 4'],
    ['allowHostDirVolumePlugin: false', 'pods.hostPaths', '[] set 4'],
    ['runAsUser: { type: MustRunAsRange }', 'pods.rootUser', 'false set 4'],
    ['runAsUser: { type: MustRunAsRange, uidRangeMin: 0 }', 'pods.rootUser', 'true set 4'],
    ['runAsUser: { type: MustRunAs, uid: 0 }', 'pods.rootUser', 'true set 4'],
    ['allowedCapabilities: null', 'pods.capabilities', '[] default 4'],
    ['seccompProfiles: ["*"]', 'pods.seccomp', '["*"] set 4'],
    ['users: [a]\ngroups: [b]', 'subjects', '["a","b"] set 5'],
    ['users: []\ngroups: [b]', 'subjects', '["b"] set 5'],
  ])('%s: %s', async (body, row, expected) => {
    expect(said(await scc(body), row)).toBe(expected)
  })
})

describe('ServiceAccount, Namespace and PersistentVolume', () => {
  it.each([
    ['kind: ServiceAccount\nautomountServiceAccountToken: false', 'token', 'false set 3'],
    ['kind: ServiceAccount\nmetadata: { name: a }', 'token', 'true default 1'],
    [
      'kind: ServiceAccount\nautomountServiceAccountToken: 1',
      'token',
      'automountServiceAccountToken is not true or false unknown 3',
    ],
    [
      'kind: Namespace\nmetadata: { labels: { pod-security.kubernetes.io/enforce: baseline } }',
      'podSecurity.enforce',
      '"baseline" set 3',
    ],
    ['kind: Namespace\nmetadata: { labels: { a: b } }', 'podSecurity.enforce', '"none" default 3'],
    ['kind: PersistentVolume\nspec: { hostPath: { path: /d } }', 'hostPath', '"/d" set 3'],
    ['kind: PersistentVolume\nspec: { nfs: { path: /d } }', 'hostPath', '"" default 3'],
  ])('%s', async (text, row, expected) => {
    expect(said(await one(`apiVersion: v1\n${text}`), row)).toBe(expected)
  })
})

describe('what is found', () => {
  it('in lists, with and without a kind of their own, and nowhere else', async () => {
    const items = '- { metadata: { name: a } }\n- { metadata: { name: b, namespace: shop } }\n'
    const typed = await grantsOf(`apiVersion: v1\nkind: ServiceAccountList\nitems:\n${items}`)
    expect(typed.map(({ id }) => id)).toEqual(['ServiceAccount/default/a', 'ServiceAccount/shop/b'])
    const mixed = await grantsOf(
      `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: Namespace, metadata: { name: a } }\n- { apiVersion: v1, kind: Service }\n`,
    )
    expect(mixed.map(({ id }) => id)).toEqual(['Namespace/a'])
    for (const other of [
      'apiVersion: example.org/v1\nkind: Namespace\nmetadata: { name: a }\n',
      'kind: Namespace\nmetadata: { name: a }\n',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n',
      '[1]',
    ])
      expect(await grantsOf(other)).toEqual([])
  })

  it('whatever stands in it: what is not of its type is never a pass', async () => {
    const fields = [
      'privileged',
      'hostPID',
      'hostIPC',
      'hostNetwork',
      'allowPrivilegeEscalation',
      'readOnlyRootFilesystem',
    ]
    for (const field of fields)
      for (const value of ['3', 'maybe', '[true]', '{ a: true }', '"{{ .Values.x }}"'])
        expect(said(await psp(`  ${field}: ${value}`), `pods.${ROW[field] ?? ''}`)).toMatch(/ unknown 6$/)
    for (const field of ['allowedCapabilities', 'requiredDropCapabilities', 'allowedUnsafeSysctls'])
      for (const value of ['{ a: b }', '[[x]]', '[{ a: b }]'])
        expect(said(await psp(`  ${field}: ${value}`), `pods.${ROW[field] ?? ''}`)).toMatch(/unknown|\["\?"\]/)
  })
})
const ROW: Readonly<Record<string, string>> = {
  privileged: 'privileged',
  hostPID: 'hostPid',
  hostIPC: 'hostIpc',
  hostNetwork: 'hostNetwork',
  allowPrivilegeEscalation: 'privilegeEscalation',
  readOnlyRootFilesystem: 'writableRootFilesystem',
  allowedCapabilities: 'capabilities',
  requiredDropCapabilities: 'dropped',
  allowedUnsafeSysctls: 'sysctls',
}

if (!present) console.log(`skipped: ${corpora} is absent`)
it.skipIf(!present)('every labelled PodSecurityPolicy is read as one', async () => {
  const files = labels().filter(({ control }) => control === 'psp')
  expect(files.length).toBeGreaterThan(10)
  for (const { file } of files) {
    const path = join(corpora, file)
    const { grants, subjects } = await take({ targets: [path] })
    const named = readFileSync(path, 'utf8').match(/^kind: PodSecurityPolicy/gm)?.length ?? 0
    expect(`${file}: ${grants.length}`).toBe(`${file}: ${named}`)
    expect(subjects.length + grants.length).toBeGreaterThan(0)
  }
})
