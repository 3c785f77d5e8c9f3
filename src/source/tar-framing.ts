/**
 * The grammar of a tar archive as a state machine: fed block by block it says what comes next.
 * It holds no bytes of bodies, so one and the same machine reads archives by seeking and as a stream (`tar.ts`).
 */
import type { Limits, Problem } from './limits.ts'
import { decodeHeader, decodeName, emptyHeader, isZero, number, settle, type TarHeader } from './tar-header.ts'
import { applyPax, applyPaxSparse, parsePax, type Pax } from './tar-pax.ts'
import { addPieces } from './tar-sparse.ts'

/**
 * What the reader does next:
 * `block`: give the next block; `extension`: give `extension` bytes (then padding) to `extend`; `member`: `header` is complete and
 * its `stored` bytes follow; `end`: the archive has ended; `broken`: it cannot be read on, `problem` says why.
 */
export type Step = 'block' | 'extension' | 'member' | 'end' | 'broken'

const flag = {
  longLink: 0x4b,
  longName: 0x4c,
  oldLongName: 0x4e,
  sparse: 0x53,
  pax: 0x78,
  solarisPax: 0x58,
  global: 0x67,
}
/** Volume label, continuation of another volume, Solaris ACL, star's inode metadata: no files, and no loss. */
const labels = new Set(['V', 'M', 'A', 'E', 'I'].map((char) => char.charCodeAt(0)))

export class TarFraming {
  readonly header: TarHeader = emptyHeader()
  extension = 0
  problem: Problem | undefined
  /** Things that were passed over and matter; the archive is read on. */
  readonly passed: Problem[] = []
  readonly #limits: Limits
  #zeros = 0
  #extending = 0
  #sparse: number[] | undefined
  #name: string | undefined
  #link: string | undefined
  #pax: Pax | undefined

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** True where only an end may come: no extended header waits for its member. */
  get settled(): boolean {
    return this.#name === undefined && this.#link === undefined && this.#pax === undefined && !this.#sparse
  }

  take(block: Buffer, at: number): Step {
    if (this.#sparse) return this.#morePieces(block, at)
    if (block[at] === 0 && isZero(block, at)) return ++this.#zeros === 2 ? 'end' : 'block'
    if (this.#zeros > 0)
      return this.#break(
        'A single zero block stands in the middle of the archive. Readers disagree on what follows, so it was not read. Write the archive again.',
      )
    const header = this.header
    if (!decodeHeader(block, at, header))
      return this.#break(
        'A header has a wrong checksum or a field that is no number; what follows was not read. Save or download the archive again.',
      )
    switch (header.flag) {
      case flag.pax:
      case flag.solarisPax:
      case flag.global:
      case flag.longName:
      case flag.longLink:
        return this.#extend(header)
    }
    if (this.#pax) applyPax(this.#pax, header)
    if (this.#name !== undefined) header.name = this.#name
    if (this.#link !== undefined) header.link = this.#link
    settle(header)
    if (this.#pax) applyPaxSparse(this.#pax, header)
    this.#name = this.#link = this.#pax = undefined
    if (header.flag === flag.sparse) return this.#firstPieces(block, at)
    if (header.type === undefined && !labels.has(header.flag)) this.#unknown(header)
    return 'member'
  }

  /** The body of an extended header. */
  extend(body: Buffer): Step {
    switch (this.#extending) {
      case flag.longName:
        this.#name = untilNul(body)
        return 'block'
      case flag.longLink:
        this.#link = untilNul(body)
        return 'block'
    }
    const pax = parsePax(body)
    if (!pax)
      return this.#break(
        'An extended header (pax) is malformed; what follows was not read. Save or download the archive again.',
      )
    if (this.#extending !== flag.global) this.#pax = pax
    else if (pax.path ?? pax.linkpath ?? pax.size ?? pax.sparse)
      // Go, and so every container runtime, ignores what GNU tar obeys.
      this.passed.push({
        id: 'tar-global-header',
        message:
          'A global extended header names a path or a size for all that follows. Container runtimes ignore it, other readers do not: it was ignored. Write the archive without it.',
      })
    return 'block'
  }

  #extend(header: TarHeader): Step {
    if (header.size > this.#limits.extendedHeader)
      return this.#break(
        `An extended header is larger than ${this.#limits.extendedHeader} bytes; it and what follows was not read.`,
        'tar-header-limit',
      )
    this.#extending = header.flag
    this.extension = header.size
    return 'extension'
  }

  #firstPieces(block: Buffer, at: number): Step {
    const pieces: number[] = []
    const size = number(block, at + 483, 12)
    if (!(size >= 0) || !addPieces(block, at + 386, 4, pieces)) return this.#badSparse()
    this.header.sparse = { pieces }
    this.header.size = size
    if (block[at + 482] === 0) return 'member'
    this.#sparse = pieces
    return 'block'
  }

  #morePieces(block: Buffer, at: number): Step {
    const pieces = this.#sparse ?? []
    if (!addPieces(block, at, 21, pieces) || pieces.length > this.#limits.sparsePieces * 2) return this.#badSparse()
    if (block[at + 504] !== 0) return 'block'
    this.#sparse = undefined
    return 'member'
  }

  #badSparse(): Step {
    return this.#break('The list of pieces of a sparse file is no list, or is too long; what follows was not read.')
  }

  #unknown(header: TarHeader): void {
    const shown =
      header.flag > 0x20 && header.flag < 0x7f ? String.fromCharCode(header.flag) : `0x${header.flag.toString(16)}`
    this.passed.push({
      id: 'tar-member-unknown',
      message: `A member has the unknown type ${shown}; container runtimes refuse it, and it was passed over. Write the archive again without it.`,
    })
  }

  #break(message: string, id = 'archive-corrupt'): Step {
    this.problem = { id, message }
    return 'broken'
  }
}

function untilNul(body: Buffer): string {
  const nul = body.indexOf(0)
  return decodeName(body, 0, nul < 0 ? body.length : nul)
}

export const truncated = (bytes: number): Problem => ({
  id: 'archive-truncated',
  message: `The archive ends in the middle of a member, ${bytes} bytes too early or more; what followed is lost. Save or download it again.`,
})
