import type { Entry } from '../model/tree.ts'

/** A regular file, by its first or by another name: a hard link is one more name of the same inode. */
export const isRegular = (entry: Entry): boolean => entry.type === 'file' || entry.type === 'hardlink'

/**
 * Size in bytes, as far as it says anything. In the merged tree a hard link has the size of its target; in an archive most have none,
 * and then it is taken as large enough for every lower bound.
 */
export const sizeOf = (entry: Entry): number =>
  entry.type === 'hardlink' && entry.size === 0 ? Number.MAX_SAFE_INTEGER : entry.size

/** True for the directory itself and all below it; `directory` has no trailing slash. */
export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`)

/** Directories that the kernel or the engine mounts over: what an image holds there is never seen at run time. */
export const isMountedOver = (path: string): boolean => ['proc', 'sys', 'dev'].some((top) => isWithin(path, top))
