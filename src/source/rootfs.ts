/** A root file system that stands in a directory, read as if it were the one layer of an image. Links are named, never followed. */
import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Entry, EntryType } from '../model/tree.ts'
import { openBlob, type Blob } from './blob.ts'
import type { Limits, Problem } from './limits.ts'

export interface Walked {
  readonly entries: readonly Entry[]
  /** With the path inside the root that could not be read. */
  readonly problems: readonly (Problem & { readonly path: string })[]
}

const typeOf = (stat: Stats): EntryType | undefined =>
  stat.isFile()
    ? 'file'
    : stat.isDirectory()
      ? 'directory'
      : stat.isSymbolicLink()
        ? 'symlink'
        : stat.isCharacterDevice()
          ? 'character'
          : stat.isBlockDevice()
            ? 'block'
            : stat.isFIFO()
              ? 'fifo'
              : undefined

const unreadable = (path: string, error: unknown) => ({
  id: 'file-unreadable',
  path,
  message: `It cannot be read (${codeOf(error)}); what is in it was not checked. Run as a user who may read the whole root file system.`,
})

export const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)

/** Names in order of their characters, so that the same tree gives the same list on every file system. */
export function walkRootfs(root: string, limits: Limits): Walked {
  const entries: Entry[] = []
  const problems: (Problem & { path: string })[] = []
  const pending: string[] = ['']
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (entries.length >= limits.entries) {
      problems.push({
        id: 'entry-limit',
        path,
        message: `The root file system has more than ${limits.entries} entries; the rest was not read.`,
      })
      break
    }
    try {
      const whole = join(root, path)
      // The root itself may be given by a link; inside it, none is followed.
      const stat = lstatSync(path === '' ? `${root}/` : whole)
      const type = typeOf(stat)
      if (!type) continue // a socket: nobody can have put it into an image
      const { mode, uid, gid } = stat
      const entry: Entry = { path, type, size: type === 'file' ? stat.size : 0, mode: mode & 0o7777, uid, gid }
      entries.push(type === 'symlink' ? { ...entry, link: readlinkSync(whole) } : entry)
      if (type === 'directory') {
        const names = readdirSync(whole).toSorted()
        for (const name of names.reverse()) pending.push(path === '' ? name : `${path}/${name}`)
      }
    } catch (error) {
      problems.push(unreadable(path, error))
    }
  }
  return { entries, problems }
}

/** Opens a file of the walk; the caller closes it. */
export function openRootfsFile(root: string, path: string): Blob | Problem {
  try {
    return openBlob(join(root, path), false)
  } catch (error) {
    return unreadable(path, error)
  }
}
