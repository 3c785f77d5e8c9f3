/**
 * Which files git tracks: read from `.git/index`, without running git, which would run what a hostile repository configures.
 * https://git-scm.com/docs/index-format
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readBounded } from './file.ts'

const MAX_INDEX = 256 * 2 ** 20
/** ctime, mtime, dev, ino, mode, uid, gid, size. */
const STAT = 40

/** Paths from the root of the work tree, in git's own order (by bytes). */
export class Tracked {
  readonly #paths: readonly string[]
  readonly #all: ReadonlySet<string>
  constructor(paths: readonly string[]) {
    this.#paths = paths
    this.#all = new Set(paths)
  }
  has(path: string): boolean {
    return this.#all.has(path)
  }
  /** True where something below this folder is tracked. */
  below(folder: string): boolean {
    const prefix = folder === '' ? '' : `${folder}/`
    let low = 0
    let high = this.#paths.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#paths[middle] ?? '') < prefix) low = middle + 1
      else high = middle
    }
    return this.#paths[low]?.startsWith(prefix) ?? false
  }
}

/**
 * What the index of a repository holds: nothing where there is none yet; undefined where it cannot be known (a work tree whose
 * `.git` is a file, a split index, a version that is not known).
 */
export function trackedFiles(root: string): Tracked | undefined {
  const git = join(root, '.git')
  try {
    if (!statSync(git).isDirectory()) return undefined
  } catch {
    return undefined
  }
  let bytes: Buffer
  try {
    bytes = readBounded(join(git, 'index'), MAX_INDEX)
  } catch (error) {
    const none = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return none ? new Tracked([]) : undefined
  }
  // Object names are SHA-1 but where extensions.objectFormat says sha256: one of the two fits to the byte.
  const paths = parse(bytes, 20) ?? parse(bytes, 32)
  return paths && new Tracked(paths.sort((a, b) => (a < b ? -1 : 1)))
}

function parse(bytes: Buffer, hash: 20 | 32): string[] | undefined {
  if (bytes.length < 12 + hash || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined
  const version = bytes.readUInt32BE(4)
  const count = bytes.readUInt32BE(8)
  const end = bytes.length - hash
  if (version < 2 || version > 4) return undefined
  const paths: string[] = []
  let at = 12
  let before = Buffer.alloc(0)
  for (let index = 0; index < count; index += 1) {
    const start = at
    at += STAT + hash
    if (at + 2 > end) return undefined
    const flags = bytes.readUInt16BE(at)
    at += (flags & 0x4000) === 0 || version < 3 ? 2 : 4
    let name: Buffer
    if (version === 4) {
      const cut = number(bytes, at)
      if (!cut || cut.value > before.length) return undefined
      const stop = bytes.indexOf(0, cut.next)
      if (stop < 0 || stop > end) return undefined
      name = Buffer.concat([before.subarray(0, before.length - cut.value), bytes.subarray(cut.next, stop)])
      at = stop + 1
    } else {
      const stop = bytes.indexOf(0, at)
      if (stop < 0 || stop > end) return undefined
      name = bytes.subarray(at, stop)
      // At least one NUL, up to a multiple of eight bytes.
      at = start + Math.ceil((stop + 1 - start) / 8) * 8
    }
    if (name.length === 0 || ((flags & 0xfff) !== 0xfff && (flags & 0xfff) !== name.length)) return undefined
    paths.push(name.toString('utf8'))
    before = Buffer.from(name)
  }
  // Extensions fill the rest. `link`: a part of the index is elsewhere; `sdir`: folders stand for what is below them.
  while (at < end) {
    if (at + 8 > end) return undefined
    const signature = bytes.toString('latin1', at, at + 4)
    if (signature === 'link' || signature === 'sdir') return undefined
    at += 8 + bytes.readUInt32BE(at + 4)
  }
  return at === end ? paths : undefined
}

/** The offset encoding of pack files: seven bits a byte, each further byte adding one. */
function number(bytes: Buffer, from: number): { readonly value: number; readonly next: number } | undefined {
  let byte = bytes[from]
  let next = from + 1
  if (byte === undefined) return undefined
  let value = byte & 0x7f
  while ((byte & 0x80) !== 0) {
    byte = bytes[next]
    if (byte === undefined || next - from > 4) return undefined
    next += 1
    value = ((value + 1) << 7) | (byte & 0x7f)
  }
  return { value, next }
}
