/** Where a path of an image leads, for a process that wants to execute what is there (path_resolution(7)). */
import type { ImageFacts } from '../../model/fields.ts'
import type { Fact } from '../../model/fact.ts'

export type ProgramItem = Extract<ImageFacts['programs'], { readonly value: unknown }>['value'][number]

/** One program, link or folder of an image, with its facts read. */
export interface Node {
  readonly path: string
  readonly kind: 'program' | 'link' | 'folder'
  /** Permission bits with setuid 04000 and setgid 02000. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly link: string
  readonly interpreter: string
  readonly item: ProgramItem
}
/** By canonical path, without a leading slash. */
export type Tree = ReadonlyMap<string, Node>

const cache = new WeakMap<ImageFacts['programs'], Tree>()
const known = <T>(fact: Fact<T>): T | undefined => (fact.how === 'unknown' ? undefined : fact.value)

/** The programs of an image by their paths, looked through once however many containers run it. */
export function treeOf(programs: ImageFacts['programs']): Tree {
  const found = cache.get(programs)
  if (found) return found
  const tree = new Map<string, Node>()
  for (const item of programs.how === 'unknown' ? [] : programs.value) {
    const { path, kind, mode, uid, gid, link, interpreter } = item.facts
    const [at, what, bits] = [known(path), known(kind), known(mode)]
    if (at === undefined || what === undefined || bits === undefined) continue
    tree.set(at, {
      path: at,
      kind: what,
      mode: Number.parseInt(bits, 8),
      uid: known(uid) ?? 0,
      gid: known(gid) ?? 0,
      link: known(link) ?? '',
      interpreter: known(interpreter) ?? '',
      item,
    })
  }
  cache.set(programs, tree)
  return tree
}

/** What is at the end of a path. `folders`: closed ones on the way. */
export type Found =
  | { readonly kind: 'program'; readonly node: Node; readonly folders: readonly Node[] }
  | { readonly kind: 'mounted'; readonly at: string }
  | { readonly kind: 'absent'; readonly at: string }

/** Links that Linux follows in one path (MAXSYMLINKS), and parts of paths that are gone through. */
const HOPS = 40
const STEPS = 4096

/** Follows a path from a folder of the image. `mounts`: canonical paths of what is mounted over the image. */
export function follow(tree: Tree, path: string, from: string, mounts: ReadonlySet<string>): Found {
  const parts = `${path.startsWith('/') ? '' : from}/${path}`.split('/').reverse()
  const folders: Node[] = []
  let at: string[] = []
  let last: Node | undefined
  let hops = HOPS
  for (let steps = STEPS, part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue
    if (steps-- <= 0) return { kind: 'absent', at: at.join('/') }
    if (part === '..') {
      at = at.slice(0, -1)
      last = undefined
      continue
    }
    const next = [...at, part].join('/')
    if (mounts.has(next)) return { kind: 'mounted', at: next }
    const node = tree.get(next)
    if (node?.kind === 'link') {
      if (hops-- <= 0) return { kind: 'absent', at: next }
      if (node.link.startsWith('/')) at = []
      for (const piece of node.link.split('/').reverse()) parts.push(piece)
      last = undefined
      continue
    }
    if (node?.kind === 'folder') folders.push(node)
    last = node
    at = [...at, part]
  }
  return last?.kind === 'program' && at.join('/') === last.path
    ? { kind: 'program', node: last, folders }
    : { kind: 'absent', at: at.join('/') }
}

/** The canonical path of a mount's target: links of the image are followed, as the runtime does before it mounts. */
export function canonical(tree: Tree, path: string): string {
  const found = follow(tree, path, '', new Set())
  return found.kind === 'program' ? found.node.path : found.at
}

/** A loader of dynamically linked programs: what a script is run by never looks so. */
const LOADER = /(?:^|\/)ld[-.0-9][^/]*$/
/** execve(2) runs a script by a script, up to here. */
const MAX_DEPTH = 4

/**
 * The file whose capabilities and setuid bit count where a word is started, whoever starts it: that of the program, for a script that
 * of what it is run by (execve(2), "Effect on process"). `undefined`: nothing of the image is started.
 */
export function executed(
  tree: Tree,
  word: string,
  folders: readonly string[],
  from: string,
  mounts: ReadonlySet<string>,
): Exclude<Found, { readonly kind: 'absent' }> | undefined {
  const paths = word.includes('/')
    ? [word]
    : folders.filter((each) => each.startsWith('/')).map((each) => `${each}/${word}`)
  for (const path of paths) {
    let found = follow(tree, path, from, mounts)
    for (let depth = 0; found.kind === 'program' && depth < MAX_DEPTH; depth += 1) {
      const [first] = found.node.interpreter.split(/[ \t]+/)
      if (first === undefined || first === '' || LOADER.test(first)) return found
      found = follow(tree, first, from, mounts)
    }
    if (found.kind !== 'absent') return found
  }
  return undefined
}
