/** Where the pods are in a Kubernetes document: known kinds, lists of objects, and unknown kinds by the shape of a pod. */
import { child, entries, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Found } from '../dialect.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { together } from '../together.ts'
import { references } from './environment.ts'
import { Rendering } from './template.ts'
import { isWorkflow, workflowPods } from './workflow.ts'

/** Path of the pod template in the kinds of Kubernetes and OpenShift, in small letters; empty where the object is the pod itself. */
const TEMPLATES: Readonly<Record<string, string>> = {
  pod: '',
  podtemplate: 'template',
  deployment: 'spec.template',
  replicaset: 'spec.template',
  statefulset: 'spec.template',
  daemonset: 'spec.template',
  job: 'spec.template',
  cronjob: 'spec.jobTemplate.spec.template',
  replicationcontroller: 'spec.template',
  deploymentconfig: 'spec.template',
}
/** API groups whose objects describe other objects: what looks like a pod in them is a pattern or a schema. */
const DESCRIBING =
  /^(apiextensions\.k8s\.io|admissionregistration\.k8s\.io|kustomize\.config\.k8s\.io|(.*\.)?kyverno\.io|(.*\.)?gatekeeper\.sh)\//
/** Keys that hold schemas, values for a chart, or what an object was before. */
const NOT_PODS: ReadonlySet<string> = new Set(['openAPIV3Schema', 'values', 'valuesObject', 'oldObject'])
const LISTS = [
  ['initContainers', 'init'],
  ['containers', 'main'],
  ['ephemeralContainers', 'ephemeral'],
] as const

const MAX_DEPTH = 40
const MAX_VISITS = 1_000_000

interface State {
  readonly found: Found[]
  readonly notices: Notice[]
  readonly rendering: Rendering
  visits: number
}
/** A pod, or a template of pods, within its object. */
export interface Pod {
  /** Holds `metadata` (annotations) and `spec`. */
  readonly template: Node
  readonly spec: Node
  /** What tells it from the other pods of its object. */
  readonly within?: readonly string[]
  /** Whoever runs it never restarts a container, whatever is written. */
  readonly runsOnce?: Node
}
/** What an element of a typed list (PodList), or an object under review, does not repeat. */
interface Hint {
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
}

/** What the API server would take for an object. */
const isObject = (root: Node): boolean => isMap(root) && root.value.has('apiVersion') && root.value.has('kind')
/** An object, or what is one but for its apiVersion: kubectl refuses it, and people still scan it. */
export const isManifest = (root: Node): boolean =>
  isObject(root) ||
  (isMap(root) &&
    Object.hasOwn(TEMPLATES, (textOf(child(root, 'kind')) ?? '').toLowerCase()) &&
    (isMap(child(root, 'spec')) || isMap(child(root, 'template'))))

/** Every container of every pod in the document, as scopes `self`, `pod` (the PodSpec), `template`, `root` (the object), `role`. */
export function containers(root: Node): Read<readonly Found[]> {
  const state: State = { found: [], notices: [], rendering: new Rendering(), visits: 0 }
  object(root, {}, 0, state)
  const { filled } = state.rendering
  // What Argo fills in, nobody can render beforehand.
  if (filled && !isWorkflow(root))
    state.notices.push({
      id: 'template-unrendered',
      place: filled.place,
      message:
        'This document is a template: what {{ }} stands for is not known here. Render it first: helm template CHART | plimsoll scan -',
      lost: false,
    })
  if (state.visits > MAX_VISITS)
    state.notices.push(
      lost(
        'document-too-large',
        root,
        'This document is too large to be searched for containers to its end. Split it.',
      ),
    )
  return { value: state.found, notices: state.notices }
}

const lost = (id: string, node: Node, message: string): Notice => ({ id, place: node.place, message, lost: true })
const isFull = (state: State): boolean => state.found.length > MAX_CONTAINERS || state.visits > MAX_VISITS

/** One object of a document. */
function object(root: Node, hint: Hint, depth: number, state: State): void {
  state.visits += 1
  if (isFull(state)) return
  if (!isMap(root) || root.unknown !== undefined) {
    const because = root.unknown ?? 'it is not a map'
    state.notices.push(
      lost('object-unreadable', root, `This is not a Kubernetes object (${because}), so nothing in it was checked.`),
    )
    return
  }
  const kind = textOf(child(root, 'kind')) ?? hint.kind ?? ''
  const inner = kind.endsWith('List') ? 'items' : kind === 'Template' ? 'objects' : undefined
  const list = inner === undefined ? undefined : child(root, inner)
  if (list && list.missing !== true && depth < MAX_DEPTH) {
    if (list.value === null && list.unknown === undefined) return
    if (!isList(list)) {
      state.notices.push(
        lost('object-unreadable', list, `${String(inner)} is not a list, so no object in it was checked. Make it one.`),
      )
      return
    }
    for (const item of list.value)
      object(item, inner === 'items' ? { kind: kind.slice(0, -4) || undefined } : {}, depth + 1, state)
    return
  }
  const version = textOf(child(root, 'apiVersion')) ?? ''
  if (DESCRIBING.test(version)) return
  if (kind === 'AdmissionReview' && version.startsWith('admission.k8s.io/')) {
    const request = child(root, 'request')
    const under = child(request, 'object')
    if (isMap(under) && depth < MAX_DEPTH)
      object(
        under,
        { kind: textOf(get(request, 'kind.kind')), namespace: textOf(child(request, 'namespace')) },
        depth + 1,
        state,
      )
    return
  }
  if (isWorkflow(root)) {
    const { value, notices } = workflowPods(root)
    state.notices.push(...notices)
    for (const pod of value) podContainers(pod, root, kind, hint, pod.within ?? [], state)
    return
  }
  const known = podOf(root, kind, state)
  const pods = known ? [known] : search(root, depth, state)
  for (const pod of pods)
    podContainers(pod, root, kind, hint, pods.length > 1 ? [pathWithin(pod.spec, root).join('.')] : [], state)
}

/** The pod of a known kind; a Job of another API group may keep its templates elsewhere, and is then searched. */
function podOf(root: Node, kind: string, state: State): Pod | undefined {
  const word = kind.toLowerCase()
  const path = Object.hasOwn(TEMPLATES, word) ? TEMPLATES[word] : undefined
  if (path === undefined) return undefined
  const template = path === '' ? root : get(root, path)
  const spec = child(template, 'spec')
  if (isMap(spec)) return { template, spec }
  if (spec.unknown !== undefined || (spec.missing !== true && spec.value !== null))
    state.notices.push(
      lost(
        'pod-unreadable',
        spec,
        `The spec of this pod is not a map${spec.unknown === undefined ? '' : ` (${spec.unknown})`}, so no container in it was checked. Make it one.`,
      ),
    )
  return undefined
}

/** Pods in an object of an unknown kind: a map with a list `containers` of which an element names an image. */
function search(root: Node, depth: number, state: State): readonly Pod[] {
  const pods: Pod[] = []
  const visit = (node: Node, parent: Node, key: string, level: number): void => {
    state.visits += 1
    if (level > MAX_DEPTH || isFull(state) || pods.length > MAX_CONTAINERS) return
    if (isList(node)) for (const item of node.value) visit(item, node, '', level + 1)
    if (!isMap(node)) return
    if (looksLikePod(node, key === 'spec' && parent.path.at(-1) === 'template')) {
      pods.push({ template: key === 'spec' ? parent : node, spec: node })
      return
    }
    if (level > depth && isObject(node)) {
      object(node, {}, level, state)
      return
    }
    for (const [name, value] of entries(node)) if (!NOT_PODS.has(name)) visit(value, node, name, level + 1)
  }
  visit(root, root, '', depth)
  return pods
}
/** In `template.spec` a name is enough: the image may come from elsewhere. */
function looksLikePod(node: Node, isTemplate: boolean): boolean {
  const list = child(node, 'containers')
  return (
    isList(list) &&
    list.value.some((each) => {
      const image = child(each, 'image')
      if (textOf(image) !== undefined || (isMap(each) && image.unknown !== undefined)) return true
      return isTemplate && ['name', 'securityContext'].some((key) => isMap(each) && child(each, key).missing !== true)
    })
  )
}
const pathWithin = (node: Node, root: Node): readonly (string | number)[] => node.path.slice(root.path.length)

function podContainers(pod: Pod, root: Node, kind: string, hint: Hint, within: readonly string[], state: State): void {
  const namespace = textOf(get(root, 'metadata.namespace')) || hint.namespace || 'default'
  const prefix = [kind || 'unknown', namespace, nameOf(root), ...within]
  const template = state.rendering.of(pod.template)
  const spec = pod.template === pod.spec ? template : state.rendering.of(pod.spec)
  const whole = together('pod', prefix.join('/'), pod.spec)
  for (const [key, role] of LISTS) {
    const list = child(spec, key)
    if (list.missing === true || (list.value === null && list.unknown === undefined)) continue
    if (!isList(list)) {
      const because = list.unknown === undefined ? '' : ` (${list.unknown})`
      state.notices.push(
        lost(
          'containers-unreadable',
          list,
          `${key} is not a list${because}, so no container in it was checked. Make it one.`,
        ),
      )
      continue
    }
    for (const [index, self] of list.value.entries()) {
      if (isFull(state)) return
      if (!isMap(self)) {
        const because = self.unknown ?? 'it is not a map'
        state.notices.push(
          lost(
            'container-unreadable',
            self,
            `${key}[${index}] is no container (${because}), so it was not checked. Mend it.`,
          ),
        )
        continue
      }
      const name = textOf(child(self, 'name')) || `${key}[${index}]`
      state.found.push({
        id: [...prefix, name].join('/'),
        together: whole,
        scope: {
          self,
          pod: spec,
          template,
          root,
          role: roleOf(self, role, list),
          ...(pod.runsOnce && { runsOnce: pod.runsOnce }),
        },
        waits: { namespace, variables: references(self) },
      })
    }
  }
}

/** Not read from the path: an alias may stand in another list than its anchor. An init container that always restarts is a sidecar. */
function roleOf(self: Node, role: (typeof LISTS)[number][1], list: Node): Node {
  const restart = child(self, 'restartPolicy')
  return role === 'init' && textOf(restart) === 'Always'
    ? { place: restart.place, path: restart.path, value: 'sidecar' }
    : { place: list.place, path: list.path, value: role }
}
/** `web`, `web-*` for a generateName of `web-`, `*` where there is neither. */
const nameOf = (root: Node): string =>
  textOf(get(root, 'metadata.name')) || `${textOf(get(root, 'metadata.generateName')) ?? ''}*`
