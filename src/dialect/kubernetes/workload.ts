/** Where the pods are in a Kubernetes document: known kinds, lists of objects, and unknown kinds by the shape of a pod. */
import { child, entries, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Found } from '../dialect.ts'
import { MAX_CONTAINERS } from '../limit.ts'

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
const DESCRIBING = /^(apiextensions\.k8s\.io|admissionregistration\.k8s\.io|(.*\.)?kyverno\.io|(.*\.)?gatekeeper\.sh)\//
/** Keys that hold schemas, or values for a chart. */
const NOT_PODS: ReadonlySet<string> = new Set(['openAPIV3Schema', 'values', 'valuesObject'])
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
  visits: number
}
/** A pod, or a template of pods, within its object. */
interface Pod {
  /** Holds `metadata` (annotations) and `spec`. */
  readonly template: Node
  readonly spec: Node
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
  const state: State = { found: [], notices: [], visits: 0 }
  object(root, undefined, 0, state)
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

/** One object; `hint` is the kind of an element of a typed list (PodList), which does not repeat it. */
function object(root: Node, hint: string | undefined, depth: number, state: State): void {
  state.visits += 1
  if (isFull(state)) return
  if (!isMap(root) || root.unknown !== undefined) {
    const because = root.unknown ?? 'it is not a map'
    state.notices.push(
      lost('object-unreadable', root, `This is not a Kubernetes object (${because}), so nothing in it was checked.`),
    )
    return
  }
  const kind = textOf(child(root, 'kind')) ?? hint ?? ''
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
      object(item, inner === 'items' ? kind.slice(0, -4) || undefined : undefined, depth + 1, state)
    return
  }
  if (DESCRIBING.test(textOf(child(root, 'apiVersion')) ?? '')) return
  const known = podOf(root, kind, state)
  const pods = known ? [known] : search(root, depth, state)
  for (const pod of pods) podContainers(pod, root, kind, pods.length > 1 ? pathWithin(pod.spec, root) : [], state)
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
    if (looksLikePod(node)) {
      pods.push({ template: key === 'spec' ? parent : node, spec: node })
      return
    }
    if (level > depth && isObject(node)) {
      object(node, undefined, level, state)
      return
    }
    for (const [name, value] of entries(node)) if (!NOT_PODS.has(name)) visit(value, node, name, level + 1)
  }
  visit(root, root, '', depth)
  return pods
}
function looksLikePod(node: Node): boolean {
  const list = child(node, 'containers')
  return isList(list) && list.value.some((each) => textOf(child(each, 'image')) !== undefined)
}
const pathWithin = (node: Node, root: Node): readonly (string | number)[] => node.path.slice(root.path.length)

function podContainers(pod: Pod, root: Node, kind: string, path: readonly (string | number)[], state: State): void {
  const prefix = [kind || 'unknown', namespaceOf(root), nameOf(root), ...(path.length > 0 ? [path.join('.')] : [])]
  for (const [key, role] of LISTS) {
    const list = child(pod.spec, key)
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
        scope: { self, pod: pod.spec, template: pod.template, root, role: roleOf(self, role, list) },
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
const namespaceOf = (root: Node): string => textOf(get(root, 'metadata.namespace')) || 'default'
/** `web`, `web-*` for a generateName of `web-`, `*` where there is neither. */
const nameOf = (root: Node): string =>
  textOf(get(root, 'metadata.name')) || `${textOf(get(root, 'metadata.generateName')) ?? ''}*`
