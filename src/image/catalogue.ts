/** Asks every cataloger about every file of the merged tree, and hands it the bodies it wants. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Catalogued, Cataloger, Finds } from '../model/tree.ts'
import { isProblem, type LayerContent } from './gathering.ts'
import { parseSafely, type Early } from './parse.ts'
import { nodesOf, type Node, type Tree } from './tree.ts'

type Find = Catalogued['finds'][number]

const EMPTY = Buffer.alloc(0)

/** Finds stand in the order of paths, then of catalogers. Notices name the image `name` and the layer. */
export async function catalogue(
  tree: Tree,
  layers: readonly LayerContent[],
  catalogers: readonly Cataloger[],
  name: string,
): Promise<Catalogued> {
  const found: { readonly node: Node; readonly early: Early }[] = []
  const missing: { readonly node: Node; readonly cataloger: Cataloger }[] = []
  for (const node of nodesOf(tree.root)) {
    if (node.implied) continue
    for (const cataloger of catalogers) {
      if (!cataloger.wants(node.path, node.entry)) continue
      if (!cataloger.body) found.push({ node, early: parse(cataloger, node, EMPTY) })
      else if (node.bodyIndex < 0)
        continue // a hard link to nothing, which has its notice
      else {
        const early = earlyOf(layers, node, cataloger)
        if (early) found.push({ node, early })
        else missing.push({ node, cataloger })
      }
    }
  }
  const notices: Notice[] = []
  await readMissing(missing, layers, found, (node, problem) =>
    notices.push({ id: problem.id, place: placeOf(node, name), message: problem.message, lost: true }),
  )
  const order = new Map(catalogers.map((cataloger, index) => [cataloger, index]))
  found.sort(
    (a, b) =>
      compare(a.node.path, b.node.path) || (order.get(a.early.cataloger) ?? 0) - (order.get(b.early.cataloger) ?? 0),
  )
  const finds: Find[] = []
  for (const { node, early } of found) {
    for (const notice of early.notices) notices.push(stamp(notice, node, name))
    if (!isEmpty(early.finds))
      finds.push({
        file: { path: node.path, entry: node.entry, layer: node.layer },
        cataloger: early.cataloger.name,
        finds: early.finds,
      })
  }
  return { finds, notices }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const isEmpty = (finds: Finds): boolean => Object.keys(finds).length === 0
const placeOf = (node: Node, name: string) => startOf(node.path, { in: name, layer: node.layer })

const parse = (cataloger: Cataloger, node: Node, body: Buffer): Early =>
  parseSafely(cataloger, node.path, node.entry, node.layer, body)

/**
 * What was parsed while the layer passed counts where the file is still called what it was called then, or where its name does
 * not matter. A program of several names is in nearly every image, and to read it again is to inflate its layer again.
 */
function earlyOf(layers: readonly LayerContent[], node: Node, cataloger: Cataloger): Early | undefined {
  const layer = layers[node.bodyLayer]
  const sameName = layer?.entries[node.bodyIndex]?.path === node.path && node.bodyLayer === node.layer
  if (!layer || (!sameName && cataloger.byContent !== true)) return undefined
  return layer.early.get(node.bodyIndex)?.find((early) => early.cataloger === cataloger)
}

/** A cataloger does not know the image, nor, while a layer passes, its number, nor the file's other names. */
function stamp(notice: Notice, node: Node, name: string): Notice {
  return { ...notice, place: { ...notice.place, file: node.path, in: name, layer: node.layer } }
}

async function readMissing(
  missing: readonly { readonly node: Node; readonly cataloger: Cataloger }[],
  layers: readonly LayerContent[],
  found: { readonly node: Node; readonly early: Early }[],
  lose: (node: Node, problem: { readonly id: string; readonly message: string }) => void,
): Promise<void> {
  for (const [layer, wanted] of Map.groupBy(missing, ({ node }) => node.bodyLayer)) {
    // Hard links share a body, and several catalogers may want one file.
    const byIndex = Map.groupBy(wanted, ({ node }) => node.bodyIndex)
    await layers[layer]?.bodies(
      [...byIndex.keys()].toSorted((a, b) => a - b),
      (index, body) => {
        const asking = byIndex.get(index) ?? []
        if (!isProblem(body))
          for (const { node, cataloger } of asking) found.push({ node, early: parse(cataloger, node, body) })
        else for (const node of new Set(asking.map((one) => one.node))) lose(node, body)
      },
    )
  }
}
