/**
 * Kustomizations change the manifests that they name. Plimsoll reads those as they are, says so, and does not judge a patch
 * by itself: what it does not say is in what it patches.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
import { posix } from 'node:path'
import { child, elements, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Container } from '../../model/subject.ts'
import type { Bystander } from '../dialect.ts'

const NAME = /^(?:kustomization\.ya?ml|Kustomization)$/
/** Keys that change pods, or bring more of them. */
const CHANGING = [
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'components',
  'images',
  'replacements',
  'transformers',
  'generators',
  'helmCharts',
] as const

/** By its kind, or by the name of its file where it writes none. */
export function isKustomization(root: Node, file: string): boolean {
  if (!isMap(root)) return false
  const kind = textOf(child(root, 'kind'))
  if (kind === undefined) return NAME.test(posix.basename(file)) && child(root, 'apiVersion').missing === true
  return (
    (kind === 'Kustomization' || kind === 'Component') &&
    (textOf(child(root, 'apiVersion')) ?? 'kustomize.config.k8s.io/').startsWith('kustomize.config.k8s.io/')
  )
}

const isWritten = (node: Node): boolean => !isList(node) || node.value.length > 0
const folderOf = ({ file }: Bystander): string => posix.normalize(posix.dirname(file))

/** Files that a kustomization names as patches, by the path that they are shown with. */
function patchesOf(one: Bystander): readonly string[] {
  const { root } = one
  const named = [
    ...elements(child(root, 'patches')).map((each) => child(each, 'path')),
    ...elements(child(root, 'patchesJson6902')).map((each) => child(each, 'path')),
    ...elements(child(root, 'patchesStrategicMerge')),
  ].flatMap((node) => {
    const text = textOf(node)
    // A patch may be written out in the list itself.
    return text === undefined || text === '' || text.includes('\n') ? [] : [text]
  })
  return named.map((path) => posix.join(folderOf(one), path))
}

const MAX_NAMED = 5
const isElsewhere = (path: string): boolean =>
  /^[a-z+]+:\/\/|^git@|^github\.com\/|\?ref=/.test(path) || /^[\w.-]+\.[a-z]+\/.+\/\/|\.git(?:$|[/?])/.test(path)

/** What a kustomization names and the scan did not read: other kustomizations, and what is fetched when it is built. */
function unread(one: Bystander, folders: ReadonlySet<string>): readonly string[] {
  return ['resources', 'bases', 'components']
    .flatMap((key) => elements(get(one.root, key)))
    .flatMap((node) => {
      const path = textOf(node)
      if (path === undefined || path === '') return []
      if (isElsewhere(path)) return [path]
      // What is no file of manifests is a folder with a kustomization of its own.
      const isFile = /\.(?:ya?ml|json)$/.test(path)
      return isFile || folders.has(posix.join(folderOf(one), path, '.')) ? [] : [path]
    })
}

/** The containers without those of patches, and a notice for every kustomization of which something was not heeded. */
export function settleKustomizations(
  containers: readonly Container[],
  kustomizations: readonly Bystander[],
): Read<readonly Container[]> {
  const folders = new Set(kustomizations.map((one) => posix.join(folderOf(one), '.')))
  const patched = new Map(kustomizations.map((one) => [one, patchesOf(one)]))
  const patches = new Set([...patched.values()].flat())
  const dropped = new Set(
    containers.map(({ place }) => posix.normalize(place.file)).filter((file) => patches.has(file)),
  )
  const notices = kustomizations.flatMap((one): readonly Notice[] => {
    const changes = CHANGING.filter((key) => {
      const node = child(one.root, key)
      return node.missing !== true && node.value !== null && isWritten(node)
    })
    const missing = one.named ? [posix.basename(one.file)] : unread(one, folders)
    if (changes.length === 0 && missing.length === 0) return []
    const own = (patched.get(one) ?? []).filter((file) => dropped.has(file))
    const [first] = changes
    const folder = folderOf(one)
    const parts = [
      changes.length > 0 &&
        `This kustomization changes manifests (${changes.join(', ')}), and files are read as they are, without that.`,
      own.length > 0 && `Patches say only a part and were not judged alone: ${some(own)}.`,
      missing.length > 0 &&
        (one.named ? 'What it names was not read.' : `It names what was not read: ${some(missing)}.`),
      `Scan what comes out: kustomize build ${quoted(folder)} | plimsoll scan -`,
    ]
    return [
      {
        id: 'kustomization-unbuilt',
        place: first === undefined ? one.root.place : child(one.root, first).place,
        message: parts.filter((part) => part !== false).join(' '),
        lost: missing.length > 0,
      },
    ]
  })
  return {
    value:
      dropped.size === 0 ? containers : containers.filter(({ place }) => !dropped.has(posix.normalize(place.file))),
    notices,
  }
}
/** As a shell takes it for one word. */
export const quoted = (path: string): string =>
  /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
const some = (names: readonly string[]): string =>
  `${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ''}`
