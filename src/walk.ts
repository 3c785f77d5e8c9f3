/** A folder -> the files in it that may say something of containers, in order of their paths. */
import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { reasonOf } from './file.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'

const MAX_FILES = 200_000
const MAX_DEPTH = 40
/** Folders that hold other people's files, or none that run. */
const PASSED = new Set(['.git', '.hg', '.svn', 'node_modules', '.terraform', '.venv', '__pycache__'])

/** What texts and archives of the kinds that are read are called. */
export const TEXT = /\.(ya?ml|json)$/i
export const ARCHIVE = /\.(tar|tgz|tar\.(gz|zst|zstd)|oci)$/i

export interface Walked {
  /** Paths of texts and archives, below the folder's own path. */
  readonly files: readonly string[]
  /** Folders that are OCI layouts. */
  readonly layouts: readonly string[]
  /** Other files, counted. */
  readonly others: number
  readonly notices: readonly Notice[]
}

/**
 * Links that lead to a place inside the folder need not be followed: it is walked itself. Of those that lead elsewhere,
 * only links to files below the working directory are.
 */
export function walk(folder: string): Walked {
  const files: string[] = []
  const layouts: string[] = []
  const notices: Notice[] = []
  let others = 0
  const tell = (id: string, path: string, message: string, lost = true): void => {
    notices.push({ id, place: startOf(path), message, lost })
  }
  const root = realOf(folder) ?? resolve(folder)

  const link = (path: string): void => {
    const kind = kindOf(path)
    const target = realOf(path)
    if (kind === undefined || target === undefined || isInside(root, target)) return
    const matters = TEXT.test(path) || ARCHIVE.test(path)
    if (kind === 'file' && matters && isInside(resolve('.'), target)) files.push(path)
    else if (kind === 'file' && matters)
      tell(
        'link-outside',
        path,
        'This link leads out of the folder that is scanned, so the file it leads to was not checked. Name that file as a target too, or scan from a folder that holds both.',
      )
    else if (kind === 'folder')
      tell(
        'link-passed-over',
        path,
        'This link leads to a folder outside of the one that is scanned, and was not followed. Name that folder as a target too, if it matters.',
        false,
      )
    else others += 1
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
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MAX_FILES) return
      const inner = path === '.' ? entry.name : join(path, entry.name)
      if (entry.isDirectory()) {
        if (!PASSED.has(entry.name)) visit(inner, depth + 1)
      } else if (entry.isSymbolicLink()) link(inner)
      else if (entry.isFile() && (TEXT.test(inner) || ARCHIVE.test(inner))) files.push(inner)
      else others += 1
    }
  }
  visit(folder, 0)
  if (files.length >= MAX_FILES)
    tell(
      'folder-unread',
      folder,
      `There are more than ${MAX_FILES} texts and archives here, and the rest was not checked. Name the folders that matter.`,
    )
  return { files, layouts, others, notices }
}

/** True where a path is the folder or lies below it; both without links. */
export const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === resolve(path)
}

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
