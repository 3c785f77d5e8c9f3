/**
 * Dockerfiles -> Node: https://docs.docker.com/reference/dockerfile/, split as BuildKit splits them
 * (frontend/dockerfile/parser). Nothing is expanded: what variables stand for depends on the build.
 *
 * The root is a map: `escape` (the escape character), `syntax` (where a directive says it), `instructions`: a list of maps of
 * `keyword` (in capitals), `flags` (texts such as `--from=build`), `arguments` (all after the flags, continued lines joined),
 * `words` (the same, split as that instruction is), `json` (the exec form: a list of texts), `heredocs` (maps of `name` and
 * `text`) and `trigger` (the instruction of ONBUILD). Places are those in the file, on continued lines too.
 */
import { DockerfileParser, type Copy, type Instruction, type Run } from 'dockerfile-ast'
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import { elements, type Locate, type Node, type Text } from './node.ts'

/** BuildKit refuses lines of more than 64 KiB; real Dockerfiles have some kilobytes. */
const MAX_TEXT = 2 ** 20
const MAX_LINE = 65_535
const MAX_INSTRUCTIONS = 10_000
/** Of all instructions together. */
const MAX_WORDS = 50_000

export function readDockerfile(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const nothing = (message: string): Read<Text> => ({
    value: { file, documents: [], comments: [] },
    notices: [{ id: 'dockerfile-invalid', place: place(1, 1), message, lost: true }],
  })
  const clean = text.replace(/^\uFEFF/, '')
  const lines = clean.split(/\r?\n/)
  if (clean.length > MAX_TEXT || lines.some((line) => line.length > MAX_LINE))
    return nothing(
      'This Dockerfile is larger than 1 MiB, or has a line of more than 64 KiB, which BuildKit refuses: it was not checked. Leave it out.',
    )
  let found: readonly Instruction[]
  let escape: string
  let syntax: { readonly value: string; readonly line: number } | undefined
  try {
    const parsed = DockerfileParser.parse(lines.join('\n'))
    found = parsed.getInstructions()
    escape = parsed.getEscapeCharacter() === '`' ? '`' : '\\'
    for (const directive of parsed.getDirectives())
      if (directive.getName().toLowerCase() === 'syntax')
        syntax ??= { value: directive.getValue(), line: directive.getRange().start.line }
  } catch {
    return nothing('This Dockerfile cannot be read, so it was not checked. Mend it, or report it.')
  }
  const notices: Notice[] = []
  const list: Node[] = []
  let words = 0
  for (const [index, one] of found.entries()) {
    const { start, end } = one.getRange()
    if (index >= MAX_INSTRUCTIONS || words >= MAX_WORDS) {
      const most = index >= MAX_INSTRUCTIONS ? `${MAX_INSTRUCTIONS} instructions` : `${MAX_WORDS} words`
      const message = `There are more than ${most}, and the rest was not checked. Leave the file out.`
      notices.push({ id: 'dockerfile-invalid', place: place(start.line + 1, 1), message, lost: true })
      break
    }
    const logical = joined(lines, start.line, end.line, escape, place)
    const node = instruction(logical, 0, escape, ['instructions', index])
    const heredocs = heredocsOf(one, lines, place, ['instructions', index, 'heredocs'])
    const map = node.value instanceof Map ? node.value : new Map<string, Node>()
    words += elements(map.get('words') ?? node).length
    list.push(heredocs ? { ...node, value: new Map([...map, heredocs]) } : node)
  }
  const root = new Map<string, Node>([
    ['escape', { place: place(1, 1), path: ['escape'], value: escape }],
    ['instructions', { place: list[0]?.place ?? place(1, 1), path: ['instructions'], value: list }],
  ])
  if (syntax) root.set('syntax', { place: place(syntax.line + 1, 1), path: ['syntax'], value: syntax.value })
  return {
    value: {
      file,
      documents: list.length > 0 ? [{ place: place(1, 1), path: [], value: root }] : [],
      comments: comments(clean, place),
    },
    notices,
  }
}

/** An instruction on one line, and where its characters stand. */
interface Logical {
  readonly text: string
  /** The place of the characters from `from` to before `to`. */
  at(from: number, to: number): Place
}

/** The lines of an instruction up to the first that is not continued; comments and empty lines in between are passed over. */
function joined(lines: readonly string[], first: number, last: number, escape: string, place: Locate): Logical {
  const ends = escape === '`' ? /`[ \t]*$/ : /\\[ \t]*$/
  const pieces: { readonly offset: number; readonly line: number; readonly column: number }[] = []
  let text = ''
  for (let line = first; line <= last; line += 1) {
    const raw = lines[line] ?? ''
    if (line > first && (/^[ \t]*#/.test(raw) || raw.trim() === '')) continue
    const indent = line === first ? raw.length - raw.trimStart().length : 0
    const end = ends.exec(raw)
    pieces.push({ offset: text.length, line: line + 1, column: indent + 1 })
    text += raw.slice(indent, end ? end.index : raw.length)
    if (!end) break
  }
  const spot = (offset: number): { readonly line: number; readonly column: number } => {
    let low = 0
    let high = pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((pieces[middle]?.offset ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    const piece = pieces[low] ?? { offset: 0, line: first + 1, column: 1 }
    return { line: piece.line, column: piece.column + offset - piece.offset }
  }
  return {
    text: text.trimEnd(),
    at(from, to) {
      const start = spot(from)
      const last = spot(Math.max(from, to - 1))
      const end = place(last.line, last.column + 1)
      return { ...place(start.line, start.column), endLine: end.line, endColumn: end.column }
    },
  }
}

/** Split at blanks alone, quotes or not: BuildKit's parseStringsWhitespaceDelimited. The others are quoted words. */
const QUOTED = new Set(['ENV', 'LABEL', 'ARG'])
const EXEC = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'SHELL', 'VOLUME', 'ADD', 'COPY', 'HEALTHCHECK'])

function instruction(logical: Logical, from: number, escape: string, path: readonly (string | number)[]): Node {
  const { text } = logical
  const keyword = /\S*/.exec(text.slice(from))?.[0] ?? ''
  const node = (key: string, start: number, end: number, value: string): Node => ({
    place: logical.at(start, end),
    path: [...path, key],
    value,
  })
  const map = new Map<string, Node>()
  const word = keyword.toUpperCase()
  map.set('keyword', node('keyword', from, from + keyword.length, word))
  const { flags, rest } = flagsOf(text, skipBlanks(text, from + keyword.length), escape)
  const many = (key: string, words: readonly Word[]): Node => ({
    place: words[0] ? logical.at(words[0].start, words[0].end) : logical.at(from, from + keyword.length),
    path: [...path, key],
    value: words.map(({ text: value, start, end }, index) => ({
      place: logical.at(start, end),
      path: [...path, key, index],
      value,
    })),
  })
  map.set('flags', many('flags', flags))
  map.set('arguments', node('arguments', rest, text.length, text.slice(rest)))
  map.set('words', many('words', QUOTED.has(word) ? quotedWords(text, rest, escape) : plainWords(text, rest)))
  // HEALTHCHECK CMD [ ... ]: what stands behind its first word.
  const health = word === 'HEALTHCHECK' ? /^\S+[ \t]*/.exec(text.slice(rest))?.[0].length : 0
  const exec = EXEC.has(word) ? execForm(text.slice(rest + (health ?? 0))) : undefined
  if (exec) {
    const place = logical.at(rest, text.length)
    map.set('json', {
      place,
      path: [...path, 'json'],
      value: exec.map((value, index) => ({ place, path: [...path, 'json', index], value })),
    })
  }
  if (word === 'ONBUILD' && path.at(-1) !== 'trigger' && rest < text.length)
    map.set('trigger', instruction(logical, rest, escape, [...path, 'trigger']))
  return { place: logical.at(from, text.length), path, value: map }
}

interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}
const isBlank = (sign: string | undefined): boolean => sign !== undefined && /\s/.test(sign)
function skipBlanks(text: string, from: number): number {
  let here = from
  while (isBlank(text[here])) here += 1
  return here
}

function plainWords(text: string, from: number): readonly Word[] {
  const words: Word[] = []
  for (const match of text.slice(from).matchAll(/\S+/g)) {
    if (words.length >= MAX_WORDS) break
    words.push({ text: match[0], start: from + match.index, end: from + match.index + match[0].length })
  }
  return words
}

/** Words that quotes and escapes hold together; both are kept (BuildKit's parseWords). */
function quotedWords(text: string, from: number, escape: string): readonly Word[] {
  const words: Word[] = []
  let here = skipBlanks(text, from)
  while (here < text.length && words.length < MAX_WORDS) {
    const start = here
    here = wordEnd(text, here, escape)
    words.push({ text: text.slice(start, here), start, end: here })
    here = skipBlanks(text, here)
  }
  return words
}
function wordEnd(text: string, from: number, escape: string): number {
  let here = from
  let quote = ''
  while (here < text.length) {
    const sign = text[here] ?? ''
    if (quote === '' && isBlank(sign)) break
    if (sign === escape && quote !== "'") here += 1
    else if (quote === '' && (sign === "'" || sign === '"')) quote = sign
    else if (sign === quote) quote = ''
    here += 1
  }
  return Math.min(here, text.length)
}

/** Words that begin with `--`, up to the first that does not. Quotes are taken off, as BuildKit's extractBuilderFlags does. */
function flagsOf(
  text: string,
  from: number,
  escape: string,
): { readonly flags: readonly Word[]; readonly rest: number } {
  const flags: Word[] = []
  let here = from
  while (text.startsWith('--', here) && flags.length < MAX_WORDS) {
    const end = wordEnd(text, here, escape)
    const flag = text.slice(here, end)
    const start = here
    here = skipBlanks(text, end)
    if (flag === '--') break
    flags.push({ text: flag.replace(/["']/g, ''), start, end })
  }
  return { flags, rest: here }
}

/** A JSON list of texts; anything else is the shell form. */
function execForm(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((one): one is string => typeof one === 'string') ? value : undefined
  } catch {
    return undefined
  }
}

const mayHaveHeredocs = (one: Instruction): one is Run | Copy => 'getHeredocs' in one
function heredocsOf(
  one: Instruction,
  lines: readonly string[],
  place: Locate,
  path: readonly (string | number)[],
): readonly [string, Node] | undefined {
  if (!mayHaveHeredocs(one)) return undefined
  const list = one.getHeredocs().flatMap((heredoc, index): readonly Node[] => {
    const range = heredoc.getContentRange()
    if (!range) return []
    const at = place(range.start.line + 1, 1)
    // The body is whole lines; without a delimiter at its end it is all that is left.
    const last = heredoc.getDelimiterRange()?.start.line ?? lines.length
    const body = lines.slice(range.start.line, last).join('\n')
    const part = (key: string, value: string): readonly [string, Node] => [
      key,
      { place: at, path: [...path, index, key], value },
    ]
    return [
      {
        place: at,
        path: [...path, index],
        value: new Map([part('name', heredoc.getName()), part('text', body)]),
      },
    ]
  })
  const [first] = list
  return first && ['heredocs', { place: first.place, path, value: list }]
}
