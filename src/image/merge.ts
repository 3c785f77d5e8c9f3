/**
 * The union of an image's layers (OCI image specification 1.1, layer.md): one pure fold, lowest layer first.
 * Paths are resolved as the runtimes do: a link in a parent directory is followed inside the root, the last part is not.
 */
import type { Entry } from '../model/tree.ts'
import type { MergeProblem, Node, Shadowed, Tree } from './tree.ts'

export interface MergeOptions {
  /** Links followed while one path is resolved. */
  readonly hops: number
  /** Longest canonical path: links could make paths longer than those that are written. */
  readonly path: number
  /** False for a root file system that is no layer: there `.wh.x` is a name like any other. */
  readonly whiteouts: boolean
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

export function mergeLayers(layers: readonly { readonly entries: readonly Entry[] }[], options: MergeOptions): Tree {
  const merge = new Merge(options)
  layers.forEach(({ entries }, layer) => entries.forEach((entry, index) => merge.add(entry, layer, index)))
  return { root: merge.root, shadowed: merge.shadowed, problems: merge.problems }
}

/** The same as `Node`, while it is built. */
interface Building extends Node {
  path: string
  entry: Entry
  layer: number
  bodyLayer: number
  bodyIndex: number
  implied: boolean
  parent: Building | undefined
  children: Map<string, Building> | undefined
  /** The last layer that made it opaque. */
  pruned: number
}

/** Parts of link targets that are gone through in one merge, so that links which lead to links cannot take for ever. */
const LINK_STEPS = 5_000_000

class Merge {
  readonly root: Building
  readonly shadowed: Shadowed[] = []
  readonly problems: MergeProblem[] = []
  readonly #options: MergeOptions
  #linkSteps = LINK_STEPS
  /** The directory of the entry before: neighbours share it. Forgotten whenever a link or a removal could change where it leads. */
  #lastName: string | undefined
  #lastDirectory: Building | undefined

  constructor(options: MergeOptions) {
    this.#options = options
    this.root = directory('', undefined, 0)
  }

  add(entry: Entry, layer: number, index: number): void {
    const { path } = entry
    if (path === '') return this.#root(entry, layer, index)
    const slash = path.lastIndexOf('/')
    const name = path.slice(slash + 1)
    const isWhiteout = this.#options.whiteouts && name.startsWith(WHITEOUT)
    const parent = this.#directory(path, Math.max(0, slash), entry, layer, !isWhiteout)
    if (!parent) return
    if (isWhiteout) this.#whiteout(parent, name, entry, layer)
    else this.#put(parent, name, entry, layer, index)
  }

  #root(entry: Entry, layer: number, index: number): void {
    if (entry.type !== 'directory')
      return this.#lose(
        entry,
        layer,
        'path-outside',
        'A member that is no directory stands in the place of the root; it was not read.',
      )
    Object.assign(this.root, { entry, layer, bodyLayer: layer, bodyIndex: index, implied: false })
  }

  #whiteout(parent: Building, name: string, entry: Entry, layer: number): void {
    if (name === OPAQUE) return this.#prune(parent, layer)
    // aufs's own files, which no union file system of today writes.
    if (name.startsWith(`${WHITEOUT}${WHITEOUT}`)) return
    const hidden = name.slice(WHITEOUT.length)
    if (hidden === '' || hidden === '.' || hidden === '..')
      return this.#lose(
        entry,
        layer,
        'whiteout-invalid',
        'A whiteout names no file; it was ignored. Build the layer again.',
      )
    this.#hide(parent, hidden, layer)
  }

  /** Hides all that lower layers brought into a directory; once per layer, or a layer of nothing but whiteouts would take for ever. */
  #prune(node: Building, layer: number): void {
    if (!node.children || node.pruned === layer) return
    node.pruned = layer
    for (const child of node.children.keys()) this.#hide(node, child, layer)
  }

  /** Hides what lower layers brought under a name, and nothing that this layer brings, before or after. */
  #hide(parent: Building, name: string, layer: number): void {
    const node = parent.children?.get(name)
    if (!node) return
    this.#prune(node, layer)
    if (node.layer === layer) return
    if (node.children && node.children.size > 0) {
      // A directory that only stands for what this layer put into it.
      Object.assign(node, { entry: impliedEntry(node.path), layer, bodyLayer: layer, bodyIndex: -1, implied: true })
      return
    }
    this.#record(node, layer, 'deleted')
    parent.children?.delete(name)
    this.#forget()
  }

  #put(parent: Building, name: string, entry: Entry, layer: number, index: number): void {
    if (parent.path.length + name.length >= this.#options.path) return this.#lose(entry, layer, ...tooLong)
    const old = parent.children?.get(name)
    const target = entry.type === 'hardlink' ? this.#target(entry, layer) : undefined
    if (entry.type === 'hardlink' && target === undefined)
      this.#lose(
        entry,
        layer,
        'hard-link-dangling',
        'A hard link names a file that is not there; engines refuse such a layer, and what the file would tell is not known. Build the image again.',
      )
    if (target && target === old) return
    if (old?.children && entry.type === 'directory') {
      Object.assign(old, { entry, layer, bodyLayer: layer, bodyIndex: index, implied: false })
      return
    }
    if (old) {
      this.#recordAll(old, layer)
      if (old.children) this.#forget()
    }
    if (entry.type === 'symlink' || old?.entry.type === 'symlink') this.#forget()
    parent.children ??= new Map()
    parent.children.set(name, {
      path: canonical(parent, name, entry.path),
      entry: target ? linked(entry, target.entry) : entry,
      layer,
      bodyLayer: target?.bodyLayer ?? layer,
      bodyIndex: target?.bodyIndex ?? (entry.type === 'hardlink' ? -1 : index),
      implied: false,
      parent,
      children: entry.type === 'directory' ? new Map() : undefined,
      pruned: -1,
    })
  }

  /** What a hard link shares: found by name, links in its parents followed. A directory cannot be shared. */
  #target(entry: Entry, layer: number): Building | undefined {
    const path = entry.link ?? ''
    const slash = path.lastIndexOf('/')
    const parent = this.#walk(slash < 0 ? '' : path.slice(0, slash), layer, false)
    const node = typeof parent === 'object' ? parent.children?.get(path.slice(slash + 1)) : undefined
    return node?.children ? undefined : node
  }

  /** The directory of the first `length` characters of a path. */
  #directory(path: string, length: number, entry: Entry, layer: number, create: boolean): Building | undefined {
    const last = this.#lastName
    if (last?.length === length && path.startsWith(last)) return this.#lastDirectory
    const name = path.slice(0, length)
    const found = this.#walk(name, layer, create)
    if (typeof found === 'object') {
      this.#lastName = name
      this.#lastDirectory = found
      return found
    }
    if (found === 'loop')
      this.#lose(
        entry,
        layer,
        'link-loop',
        `The links in this path lead round in a circle, or through more than ${this.#options.hops}; it was not read. Build the image again without them.`,
      )
    else if (found === 'blocked')
      this.#lose(
        entry,
        layer,
        'link-to-file',
        'A link in this path leads to a file where a directory is needed; it was not read. Build the image again.',
      )
    else if (found === 'long') this.#lose(entry, layer, ...tooLong)
    return undefined
  }

  /** The directory that a path leads to, made where it is not there and `create` is true. */
  #walk(path: string, layer: number, create: boolean): Building | 'loop' | 'blocked' | 'absent' | 'long' {
    let at = this.root
    let hops = this.#options.hops
    let followed = false
    const parts = path.split('/').reverse()
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (part === '' || part === '.') continue
      if (part === '..') {
        at = at.parent ?? at
        continue
      }
      let child = at.children?.get(part)
      if (child?.entry.type === 'symlink') {
        const link = child.entry.link ?? ''
        const pieces = link.split('/').reverse()
        this.#linkSteps -= pieces.length
        if (hops-- <= 0 || this.#linkSteps < 0) return 'loop'
        followed = true
        if (link.startsWith('/')) at = this.root
        for (const piece of pieces) parts.push(piece)
        continue
      }
      if (child && !child.children) {
        if (!create) return 'absent'
        if (followed) return 'blocked'
        // Overlay file systems show a directory of a higher layer in the place of a lower file.
        this.#recordAll(child, layer)
        child = undefined
      }
      if (!child) {
        if (!create) return 'absent'
        if (at.path.length + part.length >= this.#options.path) return 'long'
        child = directory(canonical(at, part, path), at, layer)
        at.children ??= new Map()
        at.children.set(part, child)
      }
      at = child
    }
    return at
  }

  #recordAll(node: Building, by: number): void {
    if (node.children) for (const child of node.children.values()) this.#recordAll(child, by)
    this.#record(node, by, 'overwritten')
  }

  #record(node: Building, by: number, how: Shadowed['how']): void {
    if (node.children || node.bodyIndex < 0) return
    this.shadowed.push({ path: node.path, entry: node.entry, layer: node.bodyLayer, index: node.bodyIndex, by, how })
  }

  #forget(): void {
    this.#lastName = undefined
    this.#lastDirectory = undefined
  }

  #lose(entry: Entry, layer: number, id: string, message: string): void {
    this.problems.push({ id, message, path: entry.path, layer })
  }
}

/** The path itself where no link was followed: it is there already, and most are so. */
function canonical(parent: Building, name: string, path: string): string {
  const length = parent.path === '' ? name.length : parent.path.length + 1 + name.length
  if (length === path.length && path.startsWith(parent.path) && path.endsWith(name)) return path
  return parent.path === '' ? name : `${parent.path}/${name}`
}

const tooLong = [
  'path-limit',
  'The links in this path make it longer than a path may be; it was not read. Build the image again without them.',
] as const

const impliedEntry = (path: string): Entry => ({ path, type: 'directory', size: 0, mode: 0o755, uid: 0, gid: 0 })

const directory = (path: string, parent: Building | undefined, layer: number): Building => ({
  path,
  entry: impliedEntry(path),
  layer,
  bodyLayer: layer,
  bodyIndex: -1,
  implied: true,
  parent,
  children: new Map(),
  pruned: -1,
})

/** A hard link and its target are one file: size, mode, owner and attributes are the target's. A link to a symlink is one. */
function linked(entry: Entry, target: Entry): Entry {
  const { size, mode, uid, gid, xattrs } = target
  const symlink = target.type === 'symlink'
  const link = symlink ? target.link : entry.link
  const type = symlink ? 'symlink' : target.type === 'file' || target.type === 'hardlink' ? 'hardlink' : target.type
  return {
    path: entry.path,
    type,
    size,
    mode,
    uid,
    gid,
    ...(link !== undefined && { link }),
    ...(xattrs && { xattrs }),
  }
}
