/** Files that catalogers look for at known places, and that stand elsewhere because a folder on the way, or the file, is a link. */
import type { Cataloger } from '../model/tree.ts'
import type { Problem } from '../source/limits.ts'
import { lookUp, nodesOf, type Node, type Shadowed, type Tree } from './tree.ts'

/** A file under the path at which it is looked for. */
export interface Placed {
  readonly cataloger: Cataloger
  readonly path: string
  readonly node: Node
}
interface PlacedLink {
  readonly cataloger: Cataloger
  /** The place, and where it leads. */
  readonly place: string
  readonly leads: string
}

/** Links followed on the way to a place (path_resolution(7)). */
const MAX_HOPS = 40

export class Places {
  readonly #links: PlacedLink[] = []
  /** Files of the merged tree that are to be asked about under another path. */
  readonly files: Placed[] = []
  /** Links on the way to a database that lead nowhere, or round in a circle. */
  readonly broken: (Problem & { readonly node: Node })[] = []

  constructor(tree: Tree, catalogers: readonly Cataloger[]) {
    const broken = new Set<Node>()
    for (const cataloger of catalogers)
      for (const place of cataloger.places ?? []) {
        const node = lookUp(tree, place, MAX_HOPS)
        if (node && node.path !== place) this.#add(cataloger, place, node)
        const link = node || cataloger.packages !== true ? undefined : brokenLink(tree, place)
        if (link && !broken.has(link)) {
          broken.add(link)
          this.broken.push({ ...deadEnd(link), node: link })
        }
      }
  }

  #add(cataloger: Cataloger, place: string, node: Node): void {
    this.#links.push({ cataloger, place, leads: node.path })
    for (const one of node.children ? nodesOf(node) : [node]) {
      const path = place + one.path.slice(node.path.length)
      const asked = !one.implied && !cataloger.wants(one.path, one.entry) && cataloger.wants(path, one.entry)
      if (asked && (cataloger.body === false || one.bodyIndex >= 0)) this.files.push({ cataloger, path, node: one })
    }
  }

  /** A hidden file under the paths at which it was looked for, as the links of today lead. */
  *ofHidden({ path, entry }: Shadowed): Generator<Pick<Placed, 'cataloger' | 'path'>> {
    for (const { cataloger, place, leads } of this.#links) {
      if (path !== leads && !path.startsWith(`${leads}/`)) continue
      const placed = place + path.slice(leads.length)
      if (!cataloger.wants(path, entry) && cataloger.wants(placed, entry)) yield { cataloger, path: placed }
    }
  }
}

/** The first link on the way to a path that leads nowhere; undefined where there is none, and the path is just absent. */
function brokenLink(tree: Tree, path: string): Node | undefined {
  const parts = path.split('/')
  for (let count = 1; count <= parts.length; count++) {
    const start = parts.slice(0, count).join('/')
    const node = lookUp(tree, start, MAX_HOPS, false)
    if (!node) return undefined
    if (node.entry.type === 'symlink' && !lookUp(tree, start, MAX_HOPS)) return node
  }
  return undefined
}

const deadEnd = ({ entry }: Node): Problem => ({
  id: 'package-database-link',
  message: `A database of packages is looked for behind this link, which leads to ${(entry.link ?? '').slice(0, 200) || 'nothing'}, where nothing is (inside the image): which packages it held is not known. Build the image again with the database in its place.`,
})
