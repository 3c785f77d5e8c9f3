/** A folder -> the files in it that may say something of containers, in order of their paths. Links are not followed. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'

const MAX_FILES = 200_000
const MAX_DEPTH = 40
/** Folders that hold other people's files, or none that run. */
const PASSED = new Set(['.git', '.hg', '.svn', 'node_modules', '.terraform', '.venv', '__pycache__'])

export interface Walked {
  /** Paths of regular files, below the folder's own path. */
  readonly files: readonly string[]
  /** Folders that are OCI layouts. */
  readonly layouts: readonly string[]
  readonly notices: readonly Notice[]
}

export async function walk(folder: string): Promise<Walked> {
  const files: string[] = []
  const layouts: string[] = []
  const notices: Notice[] = []
  const lost = (path: string, message: string): void => {
    notices.push({ id: 'folder-unread', place: startOf(path), message, lost: true })
  }
  const visit = async (path: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) {
      lost(
        path,
        `Folders are nested deeper than ${MAX_DEPTH} here, and what is below was not checked. Name the folder itself.`,
      )
      return
    }
    let entries
    try {
      entries = await readdir(path, { withFileTypes: true })
    } catch (error) {
      lost(
        path,
        `This folder cannot be read (${codeOf(error)}), so nothing in it was checked. Allow reading it, or leave it out.`,
      )
      return
    }
    if (entries.some(({ name }) => name === 'oci-layout') && entries.some(({ name }) => name === 'index.json')) {
      layouts.push(path)
      return
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MAX_FILES) return
      const inner = path === '.' ? entry.name : join(path, entry.name)
      if (entry.isFile()) files.push(inner)
      else if (entry.isDirectory() && !PASSED.has(entry.name)) await visit(inner, depth + 1)
    }
  }
  await visit(folder, 0)
  if (files.length >= MAX_FILES)
    lost(folder, `There are more than ${MAX_FILES} files here; the rest was not checked. Name the folders that matter.`)
  return { files, layouts, notices }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)

/** What a path is, links followed; undefined where there is nothing. */
export async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
  } catch {
    return undefined
  }
}
