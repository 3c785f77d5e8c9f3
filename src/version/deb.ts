/** Debian's order (deb-version(7), dpkg's lib/dpkg/version.c); opkg has the same. `[epoch:]upstream[-revision]`. */
import { compareDigits, inOrder } from './order.ts'
import type { Scheme } from './scheme.ts'

interface Version {
  readonly epoch: string
  readonly upstream: string
  readonly revision: string
}

function parse(version: string): Version | undefined {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(\S+)$/.exec(version.trim()) ?? []
  const cut = rest.lastIndexOf('-')
  const upstream = cut < 0 ? rest : rest.slice(0, cut)
  return upstream === '' ? undefined : { epoch, upstream, revision: cut < 0 ? '' : rest.slice(cut + 1) }
}

/** Letters before everything else, but `~` before the end. */
function weight(char: string): number {
  if (char === '' || /\d/.test(char)) return 0
  if (char === '~') return -1
  return char.charCodeAt(0) + (/[a-z]/i.test(char) ? 0 : 256)
}

/** By turns what is no digit and numbers; a part that begins with a number has nothing before it. */
const piecesOf = (text: string): readonly string[] => [
  ...(/^\d/.test(text) ? [''] : []),
  ...(text.match(/\D+|\d+/g) ?? []),
]

/** By turns what is no digit, character by character, and numbers. */
export function comparePart(a: string, b: string): number {
  const one = piecesOf(a)
  const other = piecesOf(b)
  for (let i = 0; i < Math.max(one.length, other.length); i += 1) {
    const x = one[i] ?? ''
    const y = other[i] ?? ''
    if (i % 2 === 1) {
      const order = compareDigits(x, y)
      if (order !== 0) return order
      continue
    }
    for (let at = 0; at < Math.max(x.length, y.length); at += 1) {
      const order = weight(x.charAt(at)) - weight(y.charAt(at))
      if (order !== 0) return order
    }
  }
  return 0
}

export const deb: Scheme = {
  compare: inOrder(
    parse,
    (a, b) =>
      compareDigits(a.epoch, b.epoch) || comparePart(a.upstream, b.upstream) || comparePart(a.revision, b.revision),
  ),
}
