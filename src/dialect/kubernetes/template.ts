/** Templates that survive as YAML: a value that holds an action (`{{ .Values.image }}`) is not known before it is rendered. */
import { isList, isMap, TEMPLATE, type Node } from '../../document/node.ts'

/** Taken as they are: words of a program (`docker inspect --format '{{.State}}'`), and templates for others in annotations (Vault's). */
const VERBATIM: ReadonlySet<string> = new Set(['command', 'args', 'source', 'annotations'])
const ACTION = /\{\{[^}]*\}\}/

/** The same tree with every such value unknown. Nodes are shared with the tree where nothing changed, and worked out once. */
export class Rendering {
  readonly #known = new Map<Node, Node>()
  /** The first value that a template fills in. */
  filled: Node | undefined

  of(node: Node): Node {
    const known = this.#known.get(node)
    if (known) return known
    const made = this.#made(node)
    this.#known.set(node, made)
    return made
  }

  #made(node: Node): Node {
    const { value } = node
    if (node.unknown === TEMPLATE) this.filled ??= node
    if (typeof value === 'string') {
      if (!ACTION.test(value)) return node
      this.filled ??= node
      return { ...node, value: null, unknown: TEMPLATE }
    }
    if (isList(node)) {
      const made = node.value.map((each) => this.of(each))
      return made.every((each, index) => each === node.value[index]) ? node : { ...node, value: made }
    }
    if (!isMap(node)) return node
    let changed = false
    const made = new Map<string, Node>()
    for (const [key, each] of node.value) {
      const inner = VERBATIM.has(key) ? each : this.of(each)
      changed ||= inner !== each
      made.set(key, inner)
    }
    return changed ? { ...node, value: made } : node
  }
}
