/** Files named by a user or by input, read with a bound: a device, a pipe or a file without end hangs nobody. */
import { openBlob, whole } from './source/blob.ts'

/**
 * A regular file of at most `most` bytes.
 * @throws what the system throws (ENOENT, EACCES), and codes of our own: ENOTREG for what is no regular file, EFBIG for one that is larger.
 */
export function readBounded(path: string, most: number): Buffer {
  const blob = openBlob(path)
  try {
    const content = whole(blob, most)
    if (content) return content
    throw Object.assign(new Error(`${path} is larger than ${most} bytes`), { code: 'EFBIG' })
  } finally {
    blob.close()
  }
}

/** UTF-8, or UTF-16 where a byte order mark says so (PowerShell's `>` writes it). */
export function decode(content: Buffer): string {
  if (content[0] === 0xff && content[1] === 0xfe) return new TextDecoder('utf-16le').decode(content)
  if (content[0] === 0xfe && content[1] === 0xff) return new TextDecoder('utf-16be').decode(content)
  return content.toString('utf8')
}

export const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOTREG: 'it is no regular file, such as a pipe or a device',
  EFBIG: 'it is too large',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
}
/** Why the system refused, in words, with its code where we have none. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  return WORDS[code] ?? code
}
