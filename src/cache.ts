/** The folder of answers that are kept from one run to the next: a file each, whole or not there. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cache } from './image/cache.ts'

export type { Cache } from './image/cache.ts'

/** Bytes in all; above, those that were not asked for the longest go. */
const MOST = 1024 ** 3
const DIGEST = 32

/**
 * Safe under several runs at once and under kill -9: an answer is written under a name of its own and then renamed, and begins with
 * the SHA-256 of the rest, so that what a crash of the machine left half is no answer. Never throws: without a folder nothing is kept.
 * `build` tells the answers of one build of Plimsoll from those of others.
 */
export function cacheIn(folder: string, { build = '', most = MOST } = {}): Cache {
  const path = (key: string): string => join(folder, `${build}${key}`)
  return {
    get(key) {
      try {
        const file = path(key)
        const bytes = readFileSync(file)
        const value = bytes.subarray(DIGEST)
        if (!digest(value).equals(bytes.subarray(0, DIGEST))) return undefined
        const now = new Date()
        utimesSync(file, now, now)
        return value
      } catch {
        return undefined
      }
    },
    put(key, value) {
      const half = path(`${key}.${randomUUID()}`)
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        writeFileSync(half, Buffer.concat([digest(value), value]), { flag: 'wx', mode: 0o600 })
        renameSync(half, path(key))
        makeRoom(folder, most)
      } catch {
        try {
          rmSync(half, { force: true })
        } catch {
          // A file stands where the folder should be: nothing was written.
        }
      }
    },
  }
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** Half-written files of runs that were killed grow old like the rest. */
function makeRoom(folder: string, most: number): void {
  const files = readdirSync(folder).flatMap((name) => {
    const file = join(folder, name)
    const stat = statSync(file, { throwIfNoEntry: false })
    return stat ? [{ file, size: stat.size, used: stat.mtimeMs }] : []
  })
  let left = most - files.reduce((sum, { size }) => sum + size, 0)
  for (const { file, size } of files.toSorted((a, b) => a.used - b.used)) {
    if (left >= 0) return
    rmSync(file, { force: true })
    left += size
  }
}
