/** What `.gitignore` and `.plimsollignore` name: gitignore(5), from the root of the repository, or of the folder that is scanned. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { decode, readBounded } from './file.ts'
import { trackedFiles, type Tracked } from './git-index.ts'

const NAMES = ['.plimsollignore', '.gitignore'] as const
export type IgnoreFile = (typeof NAMES)[number]
const MAX_PATTERNS = 2 ** 20

interface Patterns {
  readonly name: IgnoreFile
  /** Folder that the patterns speak of, from the root; empty for the root itself. */
  readonly folder: string
  readonly patterns: Ignore
}

/**
 * Asked of every entry of a walk, parents first. What git tracks is not ignored whatever `.gitignore` says, as for git itself:
 * else a change could hide a file from those who scan it. `.plimsollignore` says what is not to be scanned, tracked or not.
 */
export class Ignored {
  readonly #root: string
  readonly #tracked: Tracked | undefined
  /** Nothing is known of what is tracked: `.gitignore` is not obeyed then. */
  readonly #isRepository: boolean
  readonly #patterns: Patterns[] = []
  readonly #entered = new Set<string>()

  /** @param folder the folder that is scanned, without links. */
  constructor(folder: string) {
    let root = folder
    while (!existsSync(join(root, '.git')) && dirname(root) !== root) root = dirname(root)
    this.#isRepository = existsSync(join(root, '.git'))
    this.#root = this.#isRepository ? root : folder
    this.#tracked = this.#isRepository ? trackedFiles(root) : undefined
    const way = this.#pathOf(folder)
    const parts = way === '' ? [] : way.split('/')
    for (let depth = 0; depth <= parts.length; depth += 1) this.enter(join(this.#root, ...parts.slice(0, depth)))
  }

  /** Reads the patterns of a folder that is about to be walked. */
  enter(folder: string): void {
    if (this.#entered.has(folder)) return
    this.#entered.add(folder)
    for (const name of NAMES) {
      // Without an index there is no telling what a pattern may hide.
      if (name === '.gitignore' && this.#isRepository && !this.#tracked) continue
      try {
        const text = decode(readBounded(join(folder, name), MAX_PATTERNS))
        this.#patterns.push({
          name,
          folder: this.#pathOf(folder),
          patterns: ignore({ allowRelativePaths: true }).add(text),
        })
      } catch {
        // There is none, or it cannot be read: then nothing is left out.
      }
    }
  }

  /** The file that names this path, if one does and it is to be left out. */
  by(path: string, isFolder: boolean): IgnoreFile | undefined {
    const own = this.#pathOf(path)
    if (own === '') return undefined
    for (const name of NAMES)
      if (this.#names(name, own, isFolder)) {
        if (name === '.plimsollignore') return name
        const kept = isFolder ? this.#tracked?.below(own) : this.#tracked?.has(own)
        if (!kept) return name
      }
    return undefined
  }

  /** The pattern nearest to the path decides, within a file the last one. */
  #names(name: IgnoreFile, path: string, isFolder: boolean): boolean {
    for (let index = this.#patterns.length - 1; index >= 0; index -= 1) {
      const each = this.#patterns[index]
      if (each?.name !== name) continue
      const inner =
        each.folder === '' ? path : path.startsWith(`${each.folder}/`) ? path.slice(each.folder.length + 1) : ''
      if (inner === '') continue
      const { ignored, unignored } = each.patterns.test(isFolder ? `${inner}/` : inner)
      // The library asks of the parents too. A parent that is ignored here may be taken back by a file further in: whether a
      // pattern here names the path itself is not known then, and it is read.
      if (ignored && isIn(each.patterns, inner) && !this.#names(name, path.slice(0, path.lastIndexOf('/')), true))
        continue
      if (ignored || unignored) return ignored
    }
    return false
  }

  #pathOf(path: string): string {
    return relative(this.#root, path).split(sep).join('/')
  }
}

/** Is the folder that holds the path ignored by these patterns? */
const isIn = (patterns: Ignore, path: string): boolean => {
  const end = path.lastIndexOf('/')
  return end > 0 && patterns.ignores(path.slice(0, end + 1))
}
