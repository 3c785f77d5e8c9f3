/** Texts -> containers: read, recognised, asked. The only place where documents meet dialects. */
import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, posix } from 'node:path'
import type { About, Dialect, ReadOptions } from './dialect/dialect.ts'
import { engineFacts, enginesIn, isEngine } from './dialect/engine.ts'
import { dialects, read, recognise, writtenIn } from './dialect/index.ts'
import type { Comment, Node } from './document/node.ts'
import { readAs, syntaxesOf, type Syntax } from './document/syntax.ts'
import { codeOf, decode, readBounded, reasonOf } from './file.ts'
import type { EngineFacts } from './model/fields.ts'
import type { Notice } from './model/notice.ts'
import { startOf, type Place } from './model/place.ts'
import type { Container } from './model/subject.ts'
import { isInside, TEXT } from './walk.ts'

/** A text that was given, or met while walking. */
export interface TextInput {
  /** Path as it is shown. */
  readonly file: string
  readonly text: string
  /** The dialect that a prefix says. */
  readonly as?: string
  /** Named by the user, not met while walking: then what nobody reads is an error. */
  readonly named: boolean
  readonly options?: ReadOptions
}
export interface TextResult {
  /** Names of the dialects that its documents were read as. */
  readonly kinds: readonly string[]
  readonly containers: readonly Container[]
  readonly engine?: EngineFacts
  readonly comments: readonly Comment[]
  readonly notices: readonly Notice[]
}

/** A text that is broken is told of where it looks like one of ours, and passed over where it may be anything. */
export const looksLikeOurs = (text: string): boolean =>
  /(?:^|[{,])[ \t]*"?(?:services|apiVersion|ociVersion|HostConfig)"?[ \t]*:/m.test(text)
const looksLikeJson = (text: string): boolean => /^\uFEFF?\s*(?:\{|\[\s*\{)/.test(text)
/** A name may be written with escapes. */
const ESCAPE = /\\[xuU]/

const NOTHING: TextResult = { kinds: [], containers: [], comments: [], notices: [] }

/** Reads a text as the first syntax in which somebody knows it. */
export async function readContainers(input: TextInput): Promise<TextResult> {
  const said = dialects.find(({ name }) => name === input.as)
  const syntaxes = said ? (said.syntaxes ?? ['data']) : syntaxesOf(input.file, input.text)
  let broken = NOTHING
  for (const syntax of syntaxes) {
    if (!said && syntax === 'markdown' && input.options?.markdown !== true) continue
    const read = await readIn(syntax, input, said)
    if (read.kinds.length > 0) return read
    if (broken === NOTHING) broken = read
  }
  return broken
}

/** Reads a text in one syntax. Without kinds where nobody knows what is in it. */
async function readIn(syntax: Syntax, input: TextInput, said: Dialect | undefined): Promise<TextResult> {
  const among = said ? [said] : writtenIn(syntax)
  const engines = said ? [] : enginesIn(syntax)
  const mentioned = ({ mention }: { readonly mention?: RegExp }): boolean => mention?.test(input.text) ?? true
  if (!input.named && ![...among, ...engines].some(mentioned) && !ESCAPE.test(input.text)) return NOTHING
  const { value: text, notices } = await readAs(syntax, input.file, input.text)
  const about: About = { file: input.file, named: input.named, options: input.options ?? {} }
  const all: Notice[] = [...notices]
  const kinds = new Set<string>()
  const containers: Container[] = []
  let engine: EngineFacts | undefined
  for (const root of text.documents) {
    if (!said && isEngine(root)) {
      engine = engineFacts(root)
      kinds.add('engine')
      continue
    }
    const found = said ? { value: said, notices: [] } : recognise(root, among)
    all.push(...found.notices)
    if (!found.value) continue
    kinds.add(found.value.name)
    const files = await others(found.value, root, about)
    all.push(...files.notices)
    const answered = read(found.value, root, files.files, about)
    containers.push(...answered.value)
    all.push(...answered.notices)
  }
  // A README is no broken YAML: named, it is nothing to scan; met while walking, one of the files that nobody reads.
  const meant = input.named && (TEXT.test(input.file) || input.as !== undefined || looksLikeJson(input.text))
  if (kinds.size === 0 && !meant && !looksLikeOurs(input.text)) return NOTHING
  return { kinds: [...kinds], containers, comments: text.comments, notices: all, ...(engine && { engine }) }
}

const MAX_OTHER = 8 * 2 ** 20
const MAX_OTHERS = 100

/** The other files that a dialect asks for, by their path from the document's own. They must lie below its folder or the working directory. */
async function others(
  dialect: Dialect,
  root: Node,
  about: About,
): Promise<{ readonly files: ReadonlyMap<string, Node>; readonly notices: readonly Notice[] }> {
  const files = new Map<string, Node>()
  const notices: Notice[] = []
  // What an extended file extends is named from where that file is; the dialect knows all by their path from the first.
  const wantedBy = (node: Node, from: string, folder: string) =>
    [...(dialect.wants?.(node, { ...about, file: from }) ?? [])].map((want) => ({
      ...want,
      path: isAbsolute(want.path) ? want.path : posix.join(folder, want.path),
      place: placeOf(node, want.path) ?? startOf(from),
    }))
  const wanted = wantedBy(root, about.file, '.')
  while (wanted.length > 0 && files.size < MAX_OTHERS) {
    const next = wanted.shift()
    if (next === undefined || files.has(next.path)) continue
    const path = isAbsolute(next.path) ? next.path : join(dirname(about.file), next.path)
    const lost = (message: string): void => {
      notices.push({ id: 'file-missing', place: next.place, message, lost: true })
    }
    try {
      const real = realpathSync(path)
      if (!isInside(realpathSync(dirname(about.file)), real) && !isInside(realpathSync('.'), real)) {
        lost(
          `${next.path} lies outside of the folder that is scanned and was not read, so what it says is missing. Scan from a folder that holds it.`,
        )
        continue
      }
      const { value, notices: flaws } = await readAs(next.syntax ?? 'data', path, decode(readBounded(path, MAX_OTHER)))
      notices.push(...flaws)
      const [document] = value.documents
      if (document) {
        files.set(next.path, document)
        wanted.push(...wantedBy(document, path, posix.dirname(next.path)))
      }
    } catch (error) {
      if (next.optional && codeOf(error) === 'ENOENT') continue
      lost(
        `${next.path} is named here and cannot be read (${reasonOf(error)}), so what it says is missing. Put it there, or correct the name.`,
      )
    }
  }
  return { files, notices }
}

/** Where a text stands in a document. Anchors are nodes that are met many times: each is looked into once. */
function placeOf(root: Node, text: string): Place | undefined {
  const seen = new Set<Node>()
  const stack = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.value === text) return node.place
    if (seen.has(node)) continue
    seen.add(node)
    if (node.value instanceof Map) stack.push(...node.value.values())
    else if (Array.isArray(node.value)) for (const one of node.value) stack.push(one)
  }
  return undefined
}
