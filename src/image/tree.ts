/** The merged file tree of an image, and the ways through it. */
import type { Entry } from '../model/tree.ts'
import type { Problem } from '../source/limits.ts'

/** A place in the merged tree. */
export interface Node {
  /** Canonical path: `''` is the root. */
  readonly path: string
  /** As a cataloger sees it; a hard link has what its target has. */
  readonly entry: Entry
  /** The layer that brought it, and the one that holds its body, with the index of the entry there. */
  readonly layer: number
  readonly bodyLayer: number
  readonly bodyIndex: number
  /** A directory that no layer names and that others imply. */
  readonly implied: boolean
  readonly parent: Node | undefined
  readonly children: ReadonlyMap<string, Node> | undefined
}

/** A file that a layer held and that the merged tree no longer shows. It can still be extracted from its layer. */
export interface Shadowed {
  readonly path: string
  readonly entry: Entry
  readonly layer: number
  readonly index: number
  /** The layer that hid it; its own where a layer names a path twice. */
  readonly by: number
  readonly how: 'deleted' | 'overwritten'
}

export interface MergeProblem extends Problem {
  readonly path: string
  readonly layer: number
}

export interface Tree {
  readonly root: Node
  readonly shadowed: readonly Shadowed[]
  readonly problems: readonly MergeProblem[]
}

/** Every node below the root, parents first, in the order in which the layers brought them. */
export function* nodesOf(root: Node): Generator<Node> {
  const stack = [root.children?.values()]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next()
    if (next.done) stack.pop()
    else {
      yield next.value
      if (next.value.children) stack.push(next.value.children.values())
    }
  }
}

/** The node that a path names; a link in it, the last part too where `follow` is true, is followed inside the root. */
export function lookUp(tree: Tree, path: string, hops: number, follow = true): Node | undefined {
  let node: Node | undefined = tree.root
  const parts = path.split('/').reverse()
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      node = node.parent ?? node
      continue
    }
    const child: Node | undefined = node.children?.get(part)
    if (!child) return undefined
    const link = child.entry.type === 'symlink' && (follow || parts.length > 0) ? child.entry.link : undefined
    if (link === undefined) node = child
    else {
      if (hops-- <= 0) return undefined
      if (link.startsWith('/')) node = tree.root
      for (const piece of link.split('/').reverse()) parts.push(piece)
    }
  }
  return node
}
