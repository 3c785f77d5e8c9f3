/**
 * Makefiles -> Node: the commands of their recipes that name a container engine, as shell.ts gives those of a script.
 * Variables of make that are set once in the file, to a constant, are put in (`?=` gives the default that it is); others are `unknown`.
 * Every line of a recipe is a shell of its own. https://www.gnu.org/software/make/manual/html_node/Recipe-Syntax.html
 */
import type { Notice, Read } from '../model/notice.ts'
import { comments } from './comment.ts'
import { HOLE } from './hole.ts'
import type { Locate, Node, Text } from './node.ts'
import { documentsOf, readCommands } from './shell.ts'

/** Expansions of one line, and how long it may become. */
const MAX_TEXT = 100_000
const MAX_DEPTH = 20
const ENGINE = /docker|podman|nerdctl/
const PATHS = new Set(['CURDIR', 'PWD', 'HOME'])

interface Line {
  /** From 1. */
  readonly line: number
  readonly text: string
}
/** Where a piece of a text after expansion is from; `still`: all of it is from there, the name of a variable. */
interface Spot {
  readonly at: number
  readonly line: number
  readonly column: number
  readonly still: boolean
}
/** A text after expansion, and where its pieces are from. */
interface Expanded {
  readonly text: string
  readonly holes: ReadonlyMap<number, string>
  readonly spots: readonly Spot[]
}

export function readMake(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const { recipes, variables } = partsOf(text.replace(/^\uFEFF/, ' ').replaceAll(HOLE, '\uFFFD'))
  const commands: (readonly Node[])[] = []
  const notices: Notice[] = []
  for (const recipe of recipes) {
    const expanded = expand(recipe, variables)
    if (!ENGINE.test(expanded.text)) continue
    const found = readCommands(expanded.text, (offset) => spotOf(expanded, offset, place), expanded.holes)
    for (const command of found.commands) commands.push(command)
    for (const notice of found.notices) notices.push(notice)
  }
  return {
    value: { file, documents: documentsOf(commands, place(1, 1)), comments: comments(text, place) },
    notices,
  }
}

function spotOf({ spots }: Expanded, offset: number, place: Locate): ReturnType<Locate> {
  let low = 0
  let high = spots.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((spots[middle]?.at ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  const { at, line, column, still } = spots[low] ?? { at: 0, line: 1, column: 0, still: false }
  return place(line, column + 1 + (still ? 0 : Math.max(0, offset - at)))
}

/** The recipes, each a line with those that continue it, and the variables that are set once; the others are undefined. */
function partsOf(text: string): {
  readonly recipes: readonly (readonly Line[])[]
  readonly variables: ReadonlyMap<string, string | undefined>
} {
  const recipes: Line[][] = []
  const variables = new Map<string, string | undefined>()
  const set = (name: string, value: string | undefined): void => {
    variables.set(name, variables.has(name) ? undefined : value)
  }
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  let depth = 0
  let isDefine = false
  for (let index = 0; index < lines.length; index += 1) {
    const start = index
    const parts: Line[] = [{ line: start + 1, text: lines[start] ?? '' }]
    while (continues(lines[index] ?? '') && index + 1 < lines.length) {
      index += 1
      parts.push({ line: index + 1, text: lines[index] ?? '' })
    }
    const first = lines[start] ?? ''
    if (isDefine) {
      if (/^[ \t]*endef\b/.test(first)) isDefine = false
      continue
    }
    if (first.startsWith('\t')) {
      recipes.push(parts)
      continue
    }
    if (/^ *if(?:n?eq|n?def)\b/.test(first)) depth += 1
    else if (/^ *endif\b/.test(first)) depth -= 1
    const define = /^ *define[ \t]+([\w.-]+)/.exec(first)
    if (define) {
      isDefine = true
      set(define[1] ?? '', undefined)
      continue
    }
    const whole = parts.map((part) => part.text.replace(/\\$/, '').trim()).join(' ')
    const assignment =
      /^(?:(?:export|override|private|unexport)[ \t]+)*([\w.-]+)[ \t]*(\?|:{1,3}|\+|!)?=[ \t]*(.*)$/.exec(
        whole.slice(0, MAX_TEXT),
      ) ?? /^[^=:#]{0,200}:[ \t]*([\w.-]+)[ \t]*(\?|:{1,3}|\+|!)?=[ \t]*(.*)$/.exec(whole.slice(0, MAX_TEXT))
    if (assignment) {
      const [, name = '', sign = '', value = ''] = assignment
      const isTarget =
        /^[^=]*:[^=]*[^:?+!= \t:][ \t]*(?:\?|:{1,3}|\+|!)?=/.test(whole.slice(0, 300)) && !whole.startsWith(name)
      const known = depth === 0 && !isTarget && sign !== '!' && sign !== '+'
      set(name, known ? value.replace(/(?:^|[ \t])#.*$/, '').trimEnd() : undefined)
    } else {
      // `target: needs; recipe`
      const inline = /^[^\t#=][^#=]{0,500}?:[^=;]{0,500};/.exec(first)
      if (inline)
        recipes.push([
          { line: start + 1, text: `${' '.repeat(inline[0].length)}${first.slice(inline[0].length)}` },
          ...parts.slice(1),
        ])
    }
  }
  return { recipes, variables }
}

/** A line that ends with an odd number of backslashes goes on. */
function continues(line: string): boolean {
  let count = 0
  while (line[line.length - 1 - count] === '\\') count += 1
  return count % 2 === 1
}

/** The text that make hands to the shell: without the tab and the signs before it, with its variables put in. */
function expand(recipe: readonly Line[], variables: ReadonlyMap<string, string | undefined>): Expanded {
  const out: string[] = []
  const holes = new Map<number, string>()
  const spots: Spot[] = []
  let length = 0
  const put = (text: string): void => {
    if (length + text.length > MAX_TEXT) return
    out.push(text)
    length += text.length
  }
  const value = (name: string, written: string, depth: number): void => {
    const known = variables.get(name)
    if (known === undefined || depth > MAX_DEPTH) {
      holes.set(length, written)
      put(PATHS.has(name) ? `${HOLE}/` : HOLE)
    } else pieces(known, depth + 1, () => {})
  }
  const pieces = (text: string, depth: number, mark: (at: number, still: boolean) => void): void => {
    for (let at = 0; at < text.length && length < MAX_TEXT;) {
      mark(at, false)
      const sign = text.indexOf('$', at)
      if (sign < 0) {
        put(text.slice(at))
        return
      }
      put(text.slice(at, sign))
      mark(sign, true)
      const next = text[sign + 1] ?? ''
      if (next === '$') {
        put('$')
        at = sign + 2
      } else if (next === '(' || next === '{') {
        const end = closing(text, sign + 1)
        const inner = text.slice(sign + 2, end)
        value(/^[\w.-]+$/.test(inner) ? inner : '', text.slice(sign, Math.min(end + 1, sign + 60)), depth)
        at = end + 1
      } else {
        value(next, text.slice(sign, sign + 2), depth)
        at = sign + 2
      }
    }
  }
  for (const [index, { line, text }] of recipe.entries()) {
    const skip = index === 0 ? (/^\s*(?:[@+-]\s*)*/.exec(text)?.[0].length ?? 0) : text.startsWith('\t') ? 1 : 0
    pieces(text.slice(skip), 0, (at, still) => {
      spots.push({ at: length, line, column: skip + at, still })
    })
    if (index + 1 < recipe.length) put('\n')
  }
  return { text: out.join(''), holes, spots }
}

/** Where the bracket closes that opens here. */
function closing(text: string, open: number): number {
  const [begin, end] = text[open] === '(' ? ['(', ')'] : ['{', '}']
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === begin) depth += 1
    else if (text[at] === end) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return text.length
}
