/** One file handed to one cataloger. */
import type { Notice } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { Cataloger, Content, Entry, Finds, ImageFile } from '../model/tree.ts'

/** What a cataloger made of a file. */
export interface Early {
  readonly cataloger: Cataloger
  readonly finds: Finds
  readonly notices: readonly Notice[]
}

const NONE: ReadonlyMap<string, Content> = new Map()
export const EMPTY: Content = { size: 0, read: () => 0 }

/** A file for catalogers. Its body is read when the first of them asks for it, and once. */
export class ReadFile implements ImageFile {
  readonly path: string
  readonly entry: Entry
  readonly layer: number
  readonly content: Content
  readonly beside: ReadonlyMap<string, Content>
  #body: Buffer | undefined

  constructor(path: string, entry: Entry, layer: number, content: Content, beside = NONE) {
    this.path = path
    this.entry = entry
    this.layer = layer
    this.content = content
    this.beside = beside
  }

  get body(): Buffer {
    if (this.#body) return this.#body
    const body = Buffer.allocUnsafe(this.content.size)
    return (this.#body = body.subarray(0, this.content.read(body, 0)))
  }
}

/** Runs a cataloger. What the system says of a file that cannot be read is told; any other error is ours, and must not become a pass. */
export function parseSafely(cataloger: Cataloger, file: ImageFile): Early {
  try {
    const { value, notices } = cataloger.parse(file)
    return { cataloger, finds: value, notices }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const system = error instanceof Error && 'syscall' in error
    const message = system
      ? `It cannot be read (${why}); what it would tell is not known. See that the disk is sound, and scan again.`
      : `The reader ${cataloger.name} failed on this file (${why}): a fault of Plimsoll's. What the file would tell is not known. Please report it.`
    const id = system ? 'file-unreadable' : 'reader-failed'
    return { cataloger, finds: {}, notices: [{ id, place: startOf(file.path), message, lost: true }] }
  }
}
