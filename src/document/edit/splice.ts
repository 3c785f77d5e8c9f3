/** Edits of a text, and how several that are made one after the other become edits of the text that was there first. */

/** What stands between two offsets (UTF-16 units, as in a JavaScript string) is replaced. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with the edits made. They are in order and do not overlap. */
export const spliced = (text: string, edits: readonly Splice[]): string =>
  edits.reduceRight((whole, { start, end, text: put }) => whole.slice(0, start) + put + whole.slice(end), text)

/** A stretch of the first text that is still there, or text that was put in. */
type Piece = { readonly from: number; readonly length: number } | { readonly text: string; readonly length: number }

/** A text that is edited step by step. */
export class Draft {
  readonly #first: string
  #pieces: readonly Piece[]
  text: string

  constructor(text: string) {
    this.#first = text
    this.text = text
    this.#pieces = [{ from: 0, length: text.length }]
  }

  /** Edits of the text as it is now. Of two at one offset the first comes first. */
  apply(edits: readonly Splice[]): void {
    for (const { start, end, text } of [...edits].reverse().sort((a, b) => b.start - a.start)) {
      const [before, rest] = cut(this.#pieces, start)
      const [, after] = cut(rest, end - start)
      this.#pieces = [...before, ...(text === '' ? [] : [{ text, length: text.length }]), ...after]
      this.text = this.text.slice(0, start) + text + this.text.slice(end)
    }
  }

  /** Where a character of the first text is now; undefined where it is gone. */
  now(offset: number): number | undefined {
    let at = 0
    for (const piece of this.#pieces) {
      if ('from' in piece && offset >= piece.from && offset < piece.from + piece.length) return at + offset - piece.from
      at += piece.length
    }
    return undefined
  }

  /** Edits of the first text that make it the one that is here now, in order. */
  edits(): readonly Splice[] {
    const edits: Splice[] = []
    let at = 0
    let put = ''
    const flush = (until: number): void => {
      if (this.#first.slice(at, until) !== put) edits.push({ start: at, end: until, text: put })
      put = ''
    }
    for (const piece of this.#pieces)
      if ('text' in piece) put += piece.text
      else {
        flush(piece.from)
        at = piece.from + piece.length
      }
    flush(this.#first.length)
    return edits
  }
}

/** The pieces before an offset, and those from it on. */
function cut(pieces: readonly Piece[], offset: number): readonly [readonly Piece[], readonly Piece[]] {
  let left = offset
  for (const [index, piece] of pieces.entries()) {
    if (left > 0 && left >= piece.length) {
      left -= piece.length
      continue
    }
    if (left === 0) return [pieces.slice(0, index), pieces.slice(index)]
    const [head, tail]: readonly [Piece, Piece] =
      'text' in piece
        ? [
            { text: piece.text.slice(0, left), length: left },
            { text: piece.text.slice(left), length: piece.length - left },
          ]
        : [
            { from: piece.from, length: left },
            { from: piece.from + left, length: piece.length - left },
          ]
    return [
      [...pieces.slice(0, index), head],
      [tail, ...pieces.slice(index + 1)],
    ]
  }
  return [pieces, []]
}
