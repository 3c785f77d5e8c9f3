/** Sparse files in tar archives: the old GNU form and GNU's pax forms 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files"). */
import { number } from './tar-header.ts'

/** Pieces as offset and length by turns; undefined where the list stands at the start of the body (form 1.0). */
export interface Sparse {
  pieces: number[] | undefined
}

/** Offset and length pairs of an old GNU header (4 from byte 386) or of one of its extension blocks (21 from byte 0). False where one is no number. */
export function addPieces(block: Buffer, start: number, count: number, pieces: number[]): boolean {
  for (let i = 0; i < count; i++) {
    const at = start + i * 24
    if (block[at] === 0) return true
    const offset = number(block, at, 12)
    const length = number(block, at + 12, 12)
    if (!(offset >= 0 && length >= 0)) return false
    pieces.push(offset, length)
  }
  return true
}

/**
 * The file that a stored sparse body stands for; undefined where its pieces overlap, leave the file or are not all there.
 * `size` must have been bounded by the caller.
 */
export function expandSparse(stored: Buffer, sparse: Sparse, size: number): Buffer | undefined {
  const listed = sparse.pieces ? { pieces: sparse.pieces, data: 0 } : piecesInBody(stored)
  if (!listed) return undefined
  const file = Buffer.alloc(size)
  let from = listed.data
  let last = 0
  for (let i = 0; i + 1 < listed.pieces.length; i += 2) {
    const offset = listed.pieces[i] ?? 0
    const length = listed.pieces[i + 1] ?? 0
    if (offset < last || offset + length > size || from + length > stored.length) return undefined
    stored.copy(file, offset, from, from + length)
    from += length
    last = offset + length
  }
  return file
}

function piecesInBody(stored: Buffer): { pieces: number[]; data: number } | undefined {
  let at = 0
  const next = (): number => {
    const end = stored.indexOf(0x0a, at)
    if (end < 0 || end === at || end - at > 16) return -1
    const digits = stored.toString('latin1', at, end)
    at = end + 1
    return /^\d+$/.test(digits) ? Number(digits) : -1
  }
  const count = next()
  if (count < 0 || count * 4 > stored.length) return undefined
  const pieces: number[] = []
  for (let i = 0; i < count * 2; i++) {
    const value = next()
    if (value < 0) return undefined
    pieces.push(value)
  }
  return { pieces, data: Math.ceil(at / 512) * 512 }
}
