/** A folder -> the files in it that may say something of containers, in order of their paths. */
import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { mayBeRead } from './document/syntax.ts'
import { reasonOf } from './file.ts'
import { Ignored, type IgnoreFile } from './ignored.ts'
import type { Notice } from './model/notice.ts'
import type { Ignorings } from './model/result.ts'
import { startOf } from './model/place.ts'

const MAX_FILES = 200_000
const MAX_DEPTH = 40
/** Folders that hold other people's files, or none that run. */
const PASSED = new Set(['.git', '.hg', '.svn', 'node_modules', '.terraform', '.venv', '__pycache__'])

const MARKDOWN = /\.(?:md|markdown)$/i
/** What archives of images are called. */
export const ARCHIVE = /\.(tar|tgz|tar\.(gz|zst|zstd)|oci)$/i

export interface WalkOptions {
  /** False: what ignore files name is read too. */
  readonly ignore?: boolean
  /** Every file that is not read is listed, with the reason. */
  readonly listing?: boolean
  /** Code blocks of Markdown are read, so its files are opened. */
  readonly markdown?: boolean
}
/** A file or folder that is not read, and why. */
export interface Left {
  readonly path: string
  readonly because: string
}
export interface Walked {
  /** Paths of texts and archives, below the folder's own path. */
  readonly files: readonly string[]
  /** Folders that are OCI layouts. */
  readonly layouts: readonly string[]
  /** Other files, counted. */
  readonly others: number
  /** Files and folders that ignore files name, counted. */
  readonly ignored: Ignorings
  /** All that is not read, where a listing is asked for. */
  readonly left: readonly Left[]
  readonly notices: readonly Notice[]
}

/**
 * No link is followed: one that leads to a place inside the folder need not be, since that is walked itself, and one that leads
 * elsewhere leads out of what was to be scanned.
 */
export function walk(folder: string, options: WalkOptions = {}): Walked {
  const files: string[] = []
  const layouts: string[] = []
  const notices: Notice[] = []
  let others = 0
  const left: Left[] = []
  const ignored = { files: 0, folders: 0 }
  const wanted = (path: string): boolean =>
    (mayBeRead(path) && (options.markdown === true || !MARKDOWN.test(path))) || ARCHIVE.test(path)
  const leave = (path: string, because: string): void => {
    if (options.listing === true) left.push({ path, because })
  }
  const pass = (path: string): void => {
    others += 1
    leave(path, MARKDOWN.test(path) ? 'Markdown is read with --markdown' : 'nothing that is read is called so')
  }
  const tell = (id: string, path: string, message: string, lost = true): void => {
    notices.push({ id, place: startOf(path), message, lost })
  }
  const root = realOf(folder) ?? resolve(folder)
  const ignoring = options.ignore === false ? undefined : new Ignored(root)
  const ignoredBy = (path: string, isFolder: boolean): IgnoreFile | undefined =>
    ignoring?.by(join(root, relative(folder, path)), isFolder)

  const link = (path: string): void => {
    const kind = kindOf(path)
    const target = realOf(path)
    if (kind === undefined || target === undefined) return
    const matters = wanted(path)
    if (isInside(root, target)) {
      // What it leads to is walked itself, unless it is called so that nobody would open it there.
      const steps = relative(root, target).split(sep)
      if (kind === 'file' && matters && (!wanted(target) || steps.some((step) => PASSED.has(step)))) files.push(path)
      return
    }
    if (kind === 'file' && matters)
      tell(
        'link-outside',
        path,
        'This link leads out of the folder that is scanned, so the file it leads to was not checked. Name that file as a target too.',
      )
    else if (kind === 'folder')
      tell(
        'link-passed-over',
        path,
        'This link leads to a folder outside of the one that is scanned, and was not followed. Name that folder as a target too, if it matters.',
        false,
      )
    else pass(path)
  }
  const visit = (path: string, depth: number): void => {
    if (depth > MAX_DEPTH)
      return tell(
        'folder-unread',
        path,
        `Folders are nested deeper than ${MAX_DEPTH} here, and what is below was not checked. Name this folder as a target too.`,
      )
    let entries: Dirent[]
    try {
      entries = readdirSync(path, { withFileTypes: true })
    } catch (error) {
      return tell(
        'folder-unread',
        path,
        `This folder cannot be read (${reasonOf(error)}), so nothing in it was checked. Allow reading it, or leave it out.`,
      )
    }
    if (entries.some(({ name }) => name === 'oci-layout') && entries.some(({ name }) => name === 'index.json')) {
      layouts.push(path)
      return
    }
    ignoring?.enter(join(root, relative(folder, path)))
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MAX_FILES) return
      const inner = path === '.' ? entry.name : join(path, entry.name)
      const isFolder = entry.isDirectory()
      if (isFolder && PASSED.has(entry.name)) {
        leave(inner, 'folders of this name hold other people’s files, or none that run')
        continue
      }
      const matters = isFolder || wanted(inner)
      const by = matters ? ignoredBy(inner, isFolder) : undefined
      if (by !== undefined) {
        ignored[isFolder ? 'folders' : 'files'] += 1
        leave(inner, `${by} names it`)
      } else if (isFolder) visit(inner, depth + 1)
      else if (entry.isSymbolicLink()) link(inner)
      else if (entry.isFile() && matters) files.push(inner)
      else pass(inner)
    }
  }
  visit(folder, 0)
  if (files.length >= MAX_FILES)
    tell(
      'folder-unread',
      folder,
      `There are more than ${MAX_FILES} texts and archives here, and the rest was not checked. Name the folders that matter.`,
    )
  return { files, layouts, others, ignored, left, notices }
}

/** True where a path is the folder or lies below it; both without links. */
export const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === resolve(path)
}

/** May a file name this path (without links)? What it names lies below its own folder, or below the working directory. */
export const mayName = (file: string, real: string): boolean =>
  isInside(realpathSync.native(dirname(file)), real) || isInside(realpathSync.native('.'), real)

/** What a path is, links followed; undefined where there is nothing. */
export function kindOf(path: string): 'file' | 'folder' | 'other' | undefined {
  try {
    const found = statSync(path)
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
  } catch {
    return undefined
  }
}

/** Where a path really leads; undefined for what is no file, such as standard input. */
export function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}
