/** What tells one state of a file from every other, without reading it. */
import { readdirSync, statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'

/**
 * Device, inode, size and times of content and of status of a regular file, or of every file of an OCI layout. Whoever changes the
 * content changes the time of the status (inode(7), ctime), which only the clock of the machine sets. Undefined where there is
 * nothing to tell it by.
 */
export function identityOf(path: string): string | undefined {
  try {
    const stat = statSync(path, { bigint: true })
    if (stat.isFile()) return identity(stat)
    if (!stat.isDirectory()) return undefined
    const files = [
      'index.json',
      'oci-layout',
      ...readdirSync(join(path, 'blobs/sha256'))
        .toSorted()
        .map((name) => `blobs/sha256/${name}`),
    ]
    return files.map((name) => `${name}=${identity(statSync(join(path, name), { bigint: true }))}`).join('\n')
  } catch {
    return undefined
  }
}

export const identity = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(':')
