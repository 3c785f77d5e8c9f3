/** Asks every cataloger about every file of the merged tree, and about those that layers hid, and hands it the bodies it wants. */
import type { Notice } from '../model/notice.ts'
import { ownedBy } from '../model/owned.ts'
import { startOf } from '../model/place.ts'
import type { Catalogued, Cataloger, Content, Entry, Finds } from '../model/tree.ts'
import { tooLate, type Limits, type Problem } from '../source/limits.ts'
import type { Context } from './context.ts'
import { head, memoryBlob } from '../source/blob.ts'
import { deletedDatabases } from './deleted.ts'
import { isProblem, tooLarge, type LayerContent } from './gathering.ts'
import { EMPTY, parseSafely, ReadFile, type Early } from './parse.ts'
import { Places } from './places.ts'
import { lookUp, nodesOf, type Tree } from './tree.ts'
import { Wanting } from './wanting.ts'

type Find = Catalogued['finds'][number]
type Past = NonNullable<Catalogued['past']>[number]

/** A file that a cataloger is asked about: of the merged tree, or of a layer, hidden by a later one. */
interface Asked {
  readonly path: string
  readonly entry: Entry
  /** The layer that brought it, and the one that holds its body, with the index of the entry there. */
  readonly layer: number
  readonly bodyLayer: number
  readonly bodyIndex: number
  readonly hidden?: { readonly by: number; readonly how: Past['how'] }
}
interface Want {
  readonly asked: Asked
  readonly cataloger: Cataloger
}
interface Found extends Want {
  readonly early: Early
}

/** Finds stand in the order of paths, then of catalogers. Notices name the image `name` and the layer. */
export async function catalogue(
  tree: Tree,
  layers: readonly LayerContent[],
  context: Pick<Context, 'target' | 'catalogers' | 'limits' | 'late'>,
): Promise<Omit<Catalogued, 'partial'>> {
  const { catalogers } = context
  const { name } = context.target
  const notices: Notice[] = []
  const lose = (asked: Asked, { id, message }: Problem): void => {
    // What is no longer in the image is no loss to what is judged of it.
    if (!asked.hidden) notices.push({ id, place: placeOf(asked, name), message, lost: true })
  }
  const places = new Places(tree, catalogers)
  for (const { id, message, node } of places.broken)
    notices.push({ id, place: startOf(node.path, { in: name, layer: node.layer }), message, lost: true })
  const { wants, later } = wantsOf(tree, catalogers, places)
  const found = await parseAll(wants, tree, layers, context, lose)
  const unowned = later.length === 0 ? later : unownedOf(later, found, tree)
  found.push(...(await parseAll(unowned, tree, layers, context, lose)))

  const order = new Map(catalogers.map((cataloger, index) => [cataloger, index]))
  found.sort(
    (a, b) =>
      compare(a.asked.path, b.asked.path) ||
      a.asked.bodyLayer - b.asked.bodyLayer ||
      (order.get(a.cataloger) ?? 0) - (order.get(b.cataloger) ?? 0),
  )
  const finds: Find[] = []
  const past: Past[] = []
  for (const { asked, cataloger, early } of found) {
    const { path, entry, layer, hidden } = asked
    if (!hidden) for (const notice of early.notices) notices.push(stamp(notice, asked, name))
    if (isEmpty(early.finds)) continue
    const one = { file: { path, entry, layer }, cataloger: cataloger.name, finds: early.finds }
    if (hidden) past.push({ ...one, ...hidden })
    else finds.push(one)
  }
  notices.push(...deletedDatabases({ finds, past }, name))
  return { finds, past, notices }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const isEmpty = (finds: Finds): boolean => Object.keys(finds).length === 0
const placeOf = ({ path, layer }: Asked, name: string) => startOf(path, { in: name, layer })

/** What is wanted at once, and what only where no package owns the file. */
function wantsOf(
  tree: Tree,
  catalogers: readonly Cataloger[],
  places: Places,
): { readonly wants: Want[]; readonly later: Want[] } {
  const wants: Want[] = []
  const later: Want[] = []
  const all = new Wanting(catalogers)
  for (const node of nodesOf(tree.root)) {
    if (node.implied) continue
    for (const cataloger of all.of(node.path, node.entry)) {
      // A hard link to nothing has its notice.
      if (cataloger.body !== false && node.bodyIndex < 0) continue
      ;(cataloger.unowned ? later : wants).push({ asked: node, cataloger })
    }
  }
  for (const { cataloger, path, node } of places.files) wants.push({ cataloger, asked: { ...node, path } })
  const ofPast = new Wanting(catalogers.filter(({ packages, unowned }) => packages && !unowned))
  for (const shadowed of tree.shadowed) {
    const { path, entry, layer, index, by, how } = shadowed
    const hidden = { entry, layer, bodyLayer: layer, bodyIndex: index, hidden: { by, how } }
    for (const cataloger of ofPast.of(path, entry)) wants.push({ cataloger, asked: { ...hidden, path } })
    for (const placed of places.ofHidden(shadowed))
      if (placed.cataloger.packages && !placed.cataloger.unowned)
        wants.push({ cataloger: placed.cataloger, asked: { ...hidden, path: placed.path } })
  }
  return { wants, later }
}

function unownedOf(later: readonly Want[], found: readonly Found[], tree: Tree): readonly Want[] {
  const top = [...(tree.root.children?.values() ?? [])].map(({ entry }) => entry)
  const finds = found.flatMap(({ asked, early }) => (asked.hidden ? [] : [early.finds]))
  const owned = ownedBy(
    finds,
    top,
    later.map(({ asked }) => asked.path),
  )
  return owned ? later.filter(({ asked }) => !owned(asked.path)) : later
}

async function parseAll(
  wants: readonly Want[],
  tree: Tree,
  layers: readonly LayerContent[],
  { limits, late }: Pick<Context, 'limits' | 'late'>,
  lose: (asked: Asked, problem: Problem) => void,
): Promise<Found[]> {
  const found: Found[] = []
  const missing: Want[] = []
  for (const want of wants) {
    const { asked, cataloger } = want
    const early =
      cataloger.body === false
        ? parseSafely(cataloger, new ReadFile(asked.path, asked.entry, asked.layer, EMPTY))
        : earlyOf(layers, want, tree)
    if (early) found.push({ ...want, early })
    else missing.push(want)
  }
  const beside = await besideAll(missing, tree, layers, limits, lose)
  for (const [layer, wanted] of Map.groupBy(missing, ({ asked }) => asked.bodyLayer)) {
    // Hard links share a body, and several catalogers may want one file.
    const byIndex = Map.groupBy(wanted, ({ asked }) => asked.bodyIndex)
    const indexes = [...byIndex.keys()].toSorted((a, b) => a - b)
    await layers[layer]?.bodies(indexes, (index, body) => {
      for (const [asked, asking] of Map.groupBy(byIndex.get(index) ?? [], (want) => want.asked)) {
        const problem = isProblem(body) ? body : late() ? tooLate(limits) : undefined
        if (problem || isProblem(body)) {
          if (problem) lose(asked, problem)
          continue
        }
        const { path, entry } = asked
        const file = new ReadFile(path, entry, asked.layer, body, beside.get(asked))
        for (const want of asking) {
          const large = want.cataloger.body === true ? tooLarge(body, limits) : undefined
          if (large) lose(asked, large)
          else found.push({ ...want, early: parseSafely(want.cataloger, file) })
        }
      }
    })
  }
  return found
}

/**
 * What was parsed while the layer passed counts where the file is still called what it was called then, or where its name does
 * not matter, and where no other file has to be read with it. A program of several names is in nearly every image, and to read it
 * again is to inflate its layer again.
 */
function earlyOf(layers: readonly LayerContent[], { asked, cataloger }: Want, tree: Tree): Early | undefined {
  const layer = layers[asked.bodyLayer]
  const early = layer?.early.get(asked.bodyIndex)?.find((one) => one.cataloger === cataloger)
  if (!early) return undefined
  const sameName = layer?.entries[asked.bodyIndex]?.path === asked.path && asked.bodyLayer === asked.layer
  if (!sameName && cataloger.byContent !== true) return undefined
  return besideOf({ asked, cataloger }, tree).length > 0 ? undefined : early
}

/** A cataloger does not know the image, nor, while a layer passes, its number, nor the file's other names. */
function stamp(notice: Notice, asked: Asked, name: string): Notice {
  return { ...notice, place: { ...notice.place, file: asked.path, in: name, layer: asked.layer } }
}

/** Files of the merged tree that must be read with one; what a layer hid stands alone. */
function besideOf({ asked, cataloger }: Want, tree: Tree): readonly Asked[] {
  if (!cataloger.beside || asked.hidden) return []
  return cataloger.beside(asked.path).flatMap((path) => {
    const node = lookUp(tree, path, MAX_HOPS)
    return node && node.bodyIndex >= 0 && node.entry.size > 0 && !node.children ? [{ ...node, path }] : []
  })
}
/** Links followed on the way to a file beside (path_resolution(7)). */
const MAX_HOPS = 40

async function besideAll(
  wants: readonly Want[],
  tree: Tree,
  layers: readonly LayerContent[],
  limits: Limits,
  lose: (asked: Asked, problem: Problem) => void,
): Promise<ReadonlyMap<Asked, ReadonlyMap<string, Content>>> {
  const all = new Map<Asked, Map<string, Content>>()
  for (const want of wants)
    for (const other of besideOf(want, tree))
      await layers[other.bodyLayer]?.bodies([other.bodyIndex], (_, body) => {
        const problem = isProblem(body) ? body : tooLarge(body, limits)
        if (problem || isProblem(body)) return problem && lose(other, problem)
        const held = all.get(want.asked) ?? new Map<string, Content>()
        all.set(want.asked, held.set(other.path, memoryBlob(head(body, body.size))))
      })
  return all
}
