/** The keys of a devcontainer.json as the words of `docker run` that the tools make of them (devcontainers/cli, singleContainer.ts). */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { HOLE, isVoid } from '../docker/piece.ts'
import { featureWords } from './feature.ts'

/** `${localEnv:X}`, `${localEnv:X:default}`, `${localWorkspaceFolder}`: https://containers.dev/implementors/json_reference/#variables-in-devcontainerjson */
const VARIABLE = /\$\{([A-Za-z]+)(?::([^}:]*)(?::([^}]*))?)?\}/g

/** A text with a `HOLE` for every variable whose value is not known here. */
export function interpolated(node: Node): Node {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node
  const hidden: string[] = []
  const value = node.value.replaceAll(HOLE, '\uFFFD').replace(VARIABLE, (whole, kind: string, _name, otherwise) => {
    if ((kind === 'localEnv' || kind === 'env') && typeof otherwise === 'string') return otherwise
    hidden.push(whole.slice(0, 60))
    return HOLE
  })
  if (hidden.length === 0) return { ...node, value }
  const names = [...new Set(hidden)].slice(0, 5)
  return {
    ...node,
    value,
    source: node.value,
    unknown: `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} known where it is started`,
  }
}

/** All options. `open` is why more may be there. */
export function runWords(root: Node): { readonly words: readonly Node[]; readonly open?: string } {
  const words: Node[] = []
  let open: string | undefined
  const put = (at: Node, ...texts: readonly string[]): void => {
    for (const value of texts) words.push({ ...at, value })
  }
  /** An option with the text of a node. */
  const option = (name: string, node: Node): void => {
    const text = textOf(node)
    if (node.unknown !== undefined || text === undefined) {
      words.push(
        { ...node, value: `--${name}` },
        { ...node, value: HOLE, unknown: node.unknown ?? `${key(node)} is not a text` },
      )
      return
    }
    const value = interpolated({ ...node, value: text })
    words.push({ place: node.place, path: node.path, value: `--${name}` }, value)
  }
  const each = (path: string, name: string, take: (node: Node) => void = (node) => option(name, node)): void => {
    const list = child(root, path)
    if (isVoid(list)) return
    if (isList(list)) for (const node of list.value) take(node)
    else open ??= list.unknown ?? `${path} is not a list`
  }
  for (const name of ['privileged', 'init']) {
    const node = child(root, name)
    if (isVoid(node)) continue
    const text = textOf(node)
    if (text === 'true' || text === 'false') put(node, `--${name}=${text}`)
    else open ??= node.unknown ?? `${name} is not true or false`
  }
  each('capAdd', 'cap-add')
  each('securityOpt', 'security-opt')
  each('mounts', 'mount', (node) => {
    if (isMap(node)) words.push(...mountOf(node))
    else option('mount', node)
  })
  const workspace = child(root, 'workspaceMount')
  const isMount = typeof workspace.value === 'string' && workspace.value.includes('=')
  if (!isVoid(workspace) && workspace.value !== '')
    option(
      'mount',
      isMount ? workspace : { ...workspace, value: null, unknown: workspace.unknown ?? 'workspaceMount is no mount' },
    )
  const user = child(root, 'containerUser')
  if (!isVoid(user)) option('user', user)
  const env = child(root, 'containerEnv')
  if (isMap(env))
    for (const [name, node] of entries(env)) {
      const text = isVoid(node) ? '' : textOf(node)
      const value = interpolated({ ...node, value: text ?? HOLE })
      const because = text === undefined ? (node.unknown ?? `${name} is not a text`) : value.unknown
      words.push(
        { place: node.place, path: node.path, value: '--env' },
        { ...value, value: `${name}=${textOf(value) ?? ''}`, ...(because !== undefined && { unknown: because }) },
      )
    }
  else if (!isVoid(env)) open ??= env.unknown ?? 'containerEnv is not a map'
  const ports = child(root, 'appPort')
  for (const node of isList(ports) ? ports.value : isVoid(ports) ? [] : [ports])
    // A number is published on the loopback address alone.
    if (typeof node.value === 'number') put(node, '--publish', `127.0.0.1:${node.value}:${node.value}`)
    else option('publish', node)
  const gpu = child(child(root, 'hostRequirements'), 'gpu')
  if (gpu.value === true || isMap(gpu)) put(gpu, '--gpus', 'all')
  words.push(...featureWords(child(root, 'features')))
  // Last: a stray word would be the image, and hide what follows.
  const runArgs = child(root, 'runArgs')
  if (isList(runArgs))
    for (const node of elements(runArgs)) {
      const text = textOf(node)
      if (text === undefined) open ??= 'a word of runArgs is not a text'
      else words.push(interpolated({ ...node, value: text }))
    }
  else if (!isVoid(runArgs)) open ??= runArgs.unknown ?? 'runArgs is not a list'
  return { words, ...(open !== undefined && { open }) }
}

const key = (node: Node): string => String(node.path.at(-1) ?? 'this')

/** `{ "type": "bind", "source": "...", "target": "..." }` as the text that --mount takes. */
function mountOf(node: Node): readonly Node[] {
  const strange = entries(node).find(([, part]) => textOf(part) === undefined || part.unknown !== undefined)
  const text = entries(node)
    .map(([name, part]) => `${name}=${textOf(part) ?? ''}`)
    .join(',')
  const value = interpolated({ ...node, value: text })
  return [
    { place: node.place, path: node.path, value: '--mount' },
    strange
      ? { place: node.place, path: node.path, value: HOLE, unknown: `${strange[0]} of the mount is not a text` }
      : value,
  ]
}
