/** Characters kept of a line. Longer ones occur in real files (file lists, checksums), never for what we read. */
export const MAX_LINE = 65_536

/** One line of a text. */
export interface Line {
  /** Without its end; at most 65,536 characters. UTF-8, with U+FFFD for bytes that are not. */
  readonly text: string
  /** From 1. */
  readonly number: number
  /** True where the line was longer than is kept. */
  readonly cut: boolean
}

/** The lines of a text file, ended by LF or CR LF. A byte order mark is left out. Takes no more memory than one line. */
export function* linesOf(body: Buffer): Generator<Line> {
  let start = body.length >= 3 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  for (let number = 1; start < body.length; number++) {
    const newline = body.indexOf(0x0a, start)
    const next = newline < 0 ? body.length : newline
    const end = next > start && body[next - 1] === 0x0d ? next - 1 : next
    const cut = end - start > MAX_LINE
    yield { text: body.toString('utf8', start, cut ? start + MAX_LINE : end), number, cut }
    start = next + 1
  }
}
