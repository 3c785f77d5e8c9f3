/** Pacman's order (vercmp(8), libalpm's version.c). `[epoch:]version[-release]`; a release counts where both have one. */
import { compareDigits, compareText, inOrder } from './order.ts'
import type { Scheme } from './scheme.ts'

interface Version {
  readonly epoch: string
  readonly version: string
  readonly release: string | undefined
}

function parse(text: string): Version | undefined {
  const [, epoch = '', rest = ''] = /^(?:(\d*):)?(\S+)$/.exec(text.trim()) ?? []
  const cut = rest.lastIndexOf('-')
  const version = cut < 0 ? rest : rest.slice(0, cut)
  return version === '' ? undefined : { epoch, version, release: cut < 0 ? undefined : rest.slice(cut + 1) }
}

/** Runs of digits or letters, each with the length of what stands before it; and whether something stands at the end. */
const pieces = (text: string): readonly { readonly gap: number; readonly word: string }[] =>
  [...text.matchAll(/([^0-9A-Za-z]*)([0-9]+|[A-Za-z]+|$)/g)]
    .map(([, gap = '', word = '']) => ({ gap: gap.length, word }))
    .filter(({ gap, word }) => gap > 0 || word !== '')

function comparePart(a: string, b: string): number {
  const one = pieces(a)
  const other = pieces(b)
  for (let i = 0; ; i += 1) {
    const x = one[i]
    const y = other[i]
    if (!x?.word || !y?.word) return remaining(x, y)
    if (x.gap !== y.gap) return x.gap - y.gap
    const numbers = [/^\d/.test(x.word), /^\d/.test(y.word)]
    if (numbers[0] !== numbers[1]) return numbers[0] ? 1 : -1
    const order = numbers[0] ? compareDigits(x.word, y.word) : compareText(x.word, y.word)
    if (order !== 0) return order
  }
}

type Piece = ReturnType<typeof pieces>[number] | undefined
/** One ran out: what follows makes a version newer, letters at once (`1.0rc`) older. */
function remaining(x: Piece, y: Piece): number {
  const isLetters = (piece: Piece): boolean => piece?.gap === 0 && /^[a-z]/i.test(piece.word)
  if (x === undefined && y === undefined) return 0
  return (x === undefined && !isLetters(y)) || isLetters(x) ? -1 : 1
}

export const alpm: Scheme = {
  compare: inOrder(
    parse,
    (a, b) =>
      compareDigits(a.epoch, b.epoch) ||
      comparePart(a.version, b.version) ||
      (a.release === undefined || b.release === undefined ? 0 : comparePart(a.release, b.release)),
  ),
}
