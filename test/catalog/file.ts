import type { Notice } from '../../src/model/notice.ts'
import { memoryBlob } from '../../src/source/blob.ts'
import type { Cataloger, Entry, ImageFile, PackageFind } from '../../src/model/tree.ts'

/** An entry of a tree, a regular file of mode 0644 where nothing else is said. */
export const entry = (path: string, rest: Partial<Entry> = {}): Entry => ({
  path,
  type: 'file',
  size: 100,
  mode: 0o644,
  uid: 0,
  gid: 0,
  ...rest,
})

/** A file of an image with this content, brought by layer 0. */
export function fileOf(path: string, content: string | Buffer, rest: Partial<Entry> = {}): ImageFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  return {
    path,
    layer: 0,
    body,
    content: memoryBlob(body),
    beside: new Map(),
    entry: entry(path, { size: body.length, ...rest }),
  }
}

/** Packages as `name version`, sorted. */
export const packagesOf = (packages: readonly PackageFind[] | undefined): readonly string[] =>
  (packages ?? []).map((one) => `${one.name} ${one.version}`).toSorted()

/** Notices as `id line lost`, in their order. */
export const told = (notices: readonly Notice[]): readonly string[] =>
  notices.map((notice) => `${notice.id} ${notice.place.line}${notice.lost ? ' lost' : ''}`)

/** What a cataloger makes of this content. */
export const parse = (cataloger: Cataloger, path: string, content: string | Buffer, rest: Partial<Entry> = {}) =>
  cataloger.parse(fileOf(path, content, rest))
