type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'one' | 'star' | 'any' | 'folders' }

/**
 * A matcher for the whole of a path or of a subject's id: `*` is any run without a slash, `?` one character but a slash,
 * `**` any run at all, and `**` followed by a slash any number of folders, none included. Everything else stands for itself.
 * A leading `./` says nothing, in the pattern and in the text.
 *
 * All positions are followed at once (Thompson, 1968), so that the time is at most pattern times text: no pattern hangs it.
 */
export function glob(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(plain(pattern))
  return (text) => matches(tokens, plain(text))
}

const plain = (path: string): string => path.replace(/^(?:\.\/+)+/, '')

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = []
  for (const [part] of pattern.matchAll(/\*{2,}\/|\*{2,}|\*|\?|[^*?]/gu)) {
    const previous = tokens.at(-1)?.kind
    // `a**/b` has no folder before it: the run there is any run, and its slash is a slash.
    const startsFolder = tokens.length === 0 || previous === 'folders' || endsInSlash(tokens.at(-1))
    if (part.startsWith('**') && part.endsWith('/')) {
      if (startsFolder) tokens.push({ kind: 'folders' })
      else tokens.push({ kind: 'any' }, { kind: 'text', text: '/' })
    } else if (part.startsWith('**')) tokens.push({ kind: 'any' })
    else if (part === '*') tokens.push({ kind: 'star' })
    else if (part === '?') tokens.push({ kind: 'one' })
    else tokens.push({ kind: 'text', text: part })
  }
  return tokens
}
const endsInSlash = (token: Token | undefined): boolean => token?.kind === 'text' && token.text === '/'

function matches(tokens: readonly Token[], text: string): boolean {
  // `folders` has two states: at its start it may be left, and inside a folder only after the next slash.
  let here = new Set<number>()
  let inside = new Set<number>()
  const enter = (into: Set<number>, index: number): void => {
    for (let i = index; !into.has(i); i++) {
      into.add(i)
      const kind = tokens[i]?.kind
      if (kind !== 'star' && kind !== 'any' && kind !== 'folders') return
    }
  }
  enter(here, 0)
  for (const character of text) {
    const next = new Set<number>()
    const nextInside = new Set<number>()
    const step = (index: number, entered: boolean): void => {
      const token = tokens[index]
      if (token === undefined) return
      if (token.kind === 'folders') {
        if (character === '/') enter(next, index)
        else nextInside.add(index)
      } else if (entered) {
        if (token.kind === 'any' || (token.kind === 'star' && character !== '/')) enter(next, index)
        else if (token.kind === 'text' ? token.text === character : token.kind === 'one' && character !== '/')
          enter(next, index + 1)
      }
    }
    for (const index of here) step(index, true)
    for (const index of inside) step(index, false)
    if (next.size === 0 && nextInside.size === 0) return false
    here = next
    inside = nextInside
  }
  return here.has(tokens.length)
}
