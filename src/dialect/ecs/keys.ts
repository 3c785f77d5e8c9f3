/** Keys as CloudFormation (`ContainerDefinitions`) and Terraform (`container_definitions`) write them -> those of the ECS API (`containerDefinitions`). */
import { isList, isMap, type Node } from '../../document/node.ts'

/** Below these the keys are the user's own. */
const FREE = new Set(['dockerLabels', 'options', 'driverOpts', 'labels', 'tags'])
const IRREGULAR: { readonly [key: string]: string } = {
  EFSVolumeConfiguration: 'efsVolumeConfiguration',
  FilesystemId: 'fileSystemId',
  FSxWindowsFileServerVolumeConfiguration: 'fsxWindowsFileServerVolumeConfiguration',
}

const fromPascal = (key: string): string =>
  (Object.hasOwn(IRREGULAR, key) ? IRREGULAR[key] : undefined) ?? `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`
const fromSnake = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The tree with other keys. What several aliases share is made once. */
function renamed(root: Node, rename: (key: string) => string): Node {
  const made = new Map<Node, Node>()
  const go = (node: Node): Node => {
    const known = made.get(node)
    if (known) return known
    const fresh = once(node)
    made.set(node, fresh)
    return fresh
  }
  const once = (node: Node): Node => {
    if (isList(node)) return { ...node, value: node.value.map(go) }
    if (!isMap(node)) return node
    const value = new Map<string, Node>()
    for (const [key, each] of node.value) {
      const name = rename(key)
      value.set(name, FREE.has(name) ? each : go(each))
    }
    return { ...node, value }
  }
  return go(root)
}

export const cloudFormationKeys = (node: Node): Node => renamed(node, fromPascal)
export const terraformKeys = (node: Node): Node => renamed(node, fromSnake)
