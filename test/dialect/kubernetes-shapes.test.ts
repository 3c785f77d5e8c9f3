/**
 * Shapes of manifests that today's scanners get wrong (measured: none of seven reads all), through the whole reading:
 * a file in a folder, met while walking. Each holds one container that is privileged, and says so in one place.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { take, type Inventory } from '../../src/scan.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true })
})
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-shape-'))
  made.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}
const read = (files: Readonly<Record<string, string>>): Promise<Inventory> => take({ targets: [folderOf(files)] })

const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by))
const SPEC = `containers:
  - name: app
    image: nginx:1.27.3
    securityContext:
      privileged: true # here
`
const object = (version: string, kind: string, path: string, spec = SPEC): string => {
  const keys = path.split('.')
  const head = keys.map((key, level) => `${'  '.repeat(level)}${key}:`).join('\n')
  return `apiVersion: ${version}\nkind: ${kind}\nmetadata:\n  name: web\n${head}\n${indent(spec, keys.length * 2)}`
}
const pod = object('v1', 'Pod', 'spec')
const item = (text: string): string => `  - ${indent(text, 4).trimStart()}`

const shapes: Readonly<Record<string, readonly [text: string, id: string]>> = {
  'a plain pod': [pod, 'Pod/default/web/app'],
  'an init container': [pod.replace('containers', 'initContainers'), 'Pod/default/web/app'],
  'an ephemeral container': [pod.replace('containers', 'ephemeralContainers'), 'Pod/default/web/app'],
  'CRLF and a byte order mark': [`\uFEFF${pod.replaceAll('\n', '\r\n')}`, 'Pod/default/web/app'],
  'documents of comments alone': [`# one\n---\n# two\n---\n${pod}---\n# three\n`, 'Pod/default/web/app'],
  'a field that nobody knows': [`${pod}  novelty: { a: 1 }\n`, 'Pod/default/web/app'],
  'an anchor and a merge key': [
    `x-loose: &loose\n  privileged: true # here\n${pod.replace('privileged: true # here', '<<: *loose')}`,
    'Pod/default/web/app',
  ],
  'kind: List': [`apiVersion: v1\nkind: List\nitems:\n${item(pod)}`, 'Pod/default/web/app'],
  'kind: PodList, whose items have no kind': [
    `apiVersion: v1\nkind: PodList\nitems:\n${item(pod.replace('apiVersion: v1\nkind: Pod\n', ''))}`,
    'Pod/default/web/app',
  ],
  'a Job': [object('batch/v1', 'Job', 'spec.template.spec'), 'Job/default/web/app'],
  'a CronJob': [object('batch/v1', 'CronJob', 'spec.jobTemplate.spec.template.spec'), 'CronJob/default/web/app'],
  'a CronJob of v1beta1': [
    object('batch/v1beta1', 'CronJob', 'spec.jobTemplate.spec.template.spec'),
    'CronJob/default/web/app',
  ],
  'a CronJob of v2alpha1': [
    object('batch/v2alpha1', 'CronJob', 'spec.jobTemplate.spec.template.spec'),
    'CronJob/default/web/app',
  ],
  'a ReplicaSet': [object('apps/v1', 'ReplicaSet', 'spec.template.spec'), 'ReplicaSet/default/web/app'],
  'a ReplicationController': [
    object('v1', 'ReplicationController', 'spec.template.spec'),
    'ReplicationController/default/web/app',
  ],
  'an OpenShift DeploymentConfig': [
    object('apps.openshift.io/v1', 'DeploymentConfig', 'spec.template.spec'),
    'DeploymentConfig/default/web/app',
  ],
  'an Argo Rollout': [object('argoproj.io/v1alpha1', 'Rollout', 'spec.template.spec'), 'Rollout/default/web/app'],
  'a PodTemplate': [object('v1', 'PodTemplate', 'template.spec'), 'PodTemplate/default/web/app'],
  'a Knative Service': [object('serving.knative.dev/v1', 'Service', 'spec.template.spec'), 'Service/default/web/app'],
  'a Knative Configuration': [
    object('serving.knative.dev/v1', 'Configuration', 'spec.template.spec'),
    'Configuration/default/web/app',
  ],
  'a Knative Revision': [object('serving.knative.dev/v1', 'Revision', 'spec'), 'Revision/default/web/app'],
  'a CloneSet of OpenKruise': [
    object('apps.kruise.io/v1alpha1', 'CloneSet', 'spec.template.spec'),
    'CloneSet/default/web/app',
  ],
  'a container without a name': [pod.replace(/name: app\n +/, ''), 'Pod/default/web/containers[0]'],
  'a container without an image, in a kind that nobody knows': [
    object('example.org/v1', 'Thing', 'spec.template.spec').replace(/ +image: .*\n/, ''),
    'Thing/default/web/app',
  ],
  'metadata.generateName': [pod.replace('name: web', 'generateName: web-'), 'Pod/default/web-*/app'],
  'privileged: "true", a text': [pod.replace('true # here', '"true" # here'), 'Pod/default/web/app'],
  'privileged: yes, of YAML 1.1': [pod.replace('true # here', 'yes # here'), 'Pod/default/web/app'],
  'privileged: on, of YAML 1.1': [pod.replace('true # here', 'on # here'), 'Pod/default/web/app'],
  'a Volcano Job': [
    `apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: { name: web }\nspec:\n  tasks:\n    - name: one\n      template:\n        spec:\n${indent(SPEC, 10)}`,
    'Job/default/web/app',
  ],
  'an Argo Workflow': [
    `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: { name: web }\nspec:\n  templates:\n    - name: step\n      container:\n        image: nginx:1.27.3\n        securityContext:\n          privileged: true # here\n`,
    'Workflow/default/web/step/main',
  ],
  'an Argo CronWorkflow with a script': [
    `apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: { name: web }\nspec:\n  workflowSpec:\n    templates:\n      - name: step\n        script:\n          image: nginx:1.27.3\n          source: echo {{inputs.parameters.name}}\n          securityContext:\n            privileged: true # here\n`,
    'CronWorkflow/default/web/step/main',
  ],
  'an AdmissionReview': [
    `apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest:\n  kind: { group: "", version: v1, kind: Pod }\n  namespace: shop\n  object:\n${indent(pod.replace('apiVersion: v1\nkind: Pod\n', ''), 4)}  oldObject:\n${indent(pod.replaceAll(' # here', ''), 4)}`,
    'Pod/shop/web/app',
  ],
}

const JSON_POD =
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"nginx:1.27.3","securityContext":{"privileged":true}}]}}'

test.each(Object.entries(shapes))('%s', async (_, [text, id]) => {
  const { subjects, notices } = await read({ 'web.yaml': text })
  const line = text.split('\n').findIndex((each) => each.includes('# here')) + 1
  expect(notices).toEqual([])
  expect(
    subjects.map(({ id, container: { privileged } }) => [
      id,
      privileged.how !== 'unknown' && privileged.value,
      privileged.place.line,
    ]),
  ).toEqual([[id, true, line]])
})
test.each(['web.yaml', 'web.json'])('JSON on one line in %s', async (name) => {
  const { subjects, notices } = await read({ [name]: JSON_POD })
  expect([subjects.map(({ id }) => id), notices]).toEqual([['Pod/default/web/app'], []])
  expect(subjects[0]?.container.privileged).toMatchObject({ value: true, place: { line: 1 } })
})
test('a good document after a template', async () => {
  const { subjects, notices } = await read({ 'web.yaml': `kind: {{ .Values.kind }}\n---\n${pod}` })
  expect(subjects.map(({ id }) => id)).toEqual(['Pod/default/web/app'])
  expect(notices.map(({ id }) => id)).toEqual([])
})
test('a good document after one that is no YAML', async () => {
  const { subjects, notices } = await read({ 'web.yaml': `apiVersion: v1\nkind: [\n---\n${pod}` })
  expect(subjects.map(({ id }) => id)).toEqual(['Pod/default/web/app'])
  expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['yaml-invalid', true]])
})
test('an Argo Rollout that names a Deployment holds no container', async () => {
  const rollout =
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: web }\nspec:\n  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web }\n'
  const { subjects, notices } = await read({ 'web.yaml': `${rollout}---\n${pod}` })
  expect([subjects.length, notices]).toEqual([1, []])
})
