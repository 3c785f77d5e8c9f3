/**
 * Argo Workflows: a template of a workflow becomes a pod, with `container` (or `script`) as the container `main` beside its
 * init containers and sidecars, and what the workflow says for all of its pods.
 * https://argo-workflows.readthedocs.io/en/latest/fields/#template
 */
import { child, elements, entries, get, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Pod } from './workload.ts'

const SPECS: Readonly<Record<string, string>> = {
  Workflow: 'spec',
  WorkflowTemplate: 'spec',
  ClusterWorkflowTemplate: 'spec',
  CronWorkflow: 'spec.workflowSpec',
}
/** Keys of a workflow that are those of its pods; a template's own comes first. */
const OF_POD = [
  'securityContext',
  'serviceAccountName',
  'automountServiceAccountToken',
  'nodeSelector',
  'hostNetwork',
  'hostAliases',
] as const

const kindOf = (root: Node): string => textOf(child(root, 'kind')) ?? ''
export const isWorkflow = (root: Node): boolean =>
  (textOf(child(root, 'apiVersion')) ?? '').startsWith('argoproj.io/') && Object.hasOwn(SPECS, kindOf(root))

/** A pod for every template that runs containers. */
export function workflowPods(root: Node): Read<readonly Pod[]> {
  const spec = get(root, SPECS[kindOf(root)] ?? 'spec')
  const notices: Notice[] = []
  const defaults = child(spec, 'templateDefaults')
  const patched = (node: Node): void => {
    const patch = child(node, 'podSpecPatch')
    if (textOf(patch) !== undefined)
      notices.push({
        id: 'pod-patch-unread',
        place: patch.place,
        message:
          'podSpecPatch changes the pod when the workflow runs, and was not read, so what it sets is missing here. Write it in the template instead.',
        lost: true,
      })
  }
  patched(spec)
  const value = elements(child(spec, 'templates')).flatMap((template, index): readonly Pod[] => {
    const own = containersOf(template)
    if (own.length === 0) return []
    patched(template)
    const list = child(template, 'container')
    const pod = new Map<string, Node>(entries(template))
    for (const key of OF_POD) {
      const from = [template, defaults, spec].find((each) => child(each, key).missing !== true)
      if (from) pod.set(key, child(from, key))
    }
    const volumes = [template, spec].flatMap((each) => elements(child(each, 'volumes')))
    if (volumes.length > 0) pod.set('volumes', { ...child(template, 'volumes'), value: volumes })
    pod.set('containers', { place: list.place, path: list.path, value: own })
    const metadata =
      child(template, 'metadata').missing === true ? child(spec, 'podMetadata') : child(template, 'metadata')
    const node: Node = { place: template.place, path: template.path, value: pod }
    return [
      {
        template: { place: template.place, path: template.path, value: new Map([['metadata', metadata]]) },
        spec: node,
        within: [textOf(child(template, 'name')) ?? `templates[${index}]`],
        runsOnce: template,
      },
    ]
  })
  return { value, notices }
}

/** The container of a template, which Argo names `main`, those of a set, and sidecars. */
function containersOf(template: Node): readonly Node[] {
  const main = [child(template, 'container'), child(template, 'script')].filter(isMap).map((node): Node => {
    const name: Node = { place: node.place, path: [...node.path, 'name'], value: 'main' }
    return textOf(child(node, 'name')) === undefined
      ? { ...node, value: new Map([['name', name], ...node.value]) }
      : node
  })
  return [...main, ...elements(get(template, 'containerSet.containers')), ...elements(child(template, 'sidecars'))]
}
