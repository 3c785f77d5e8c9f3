/** Texts -> containers: read, recognised, asked. The only place where documents meet dialects. */
import { readdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, posix } from 'node:path'
import type { Scope } from './dialect/ask.ts'
import type { About, Bystander, Dialect, ReadOptions } from './dialect/dialect.ts'
import { engineFormat, enginesIn, readEngine } from './dialect/engine.ts'
import { dialects, gather, grantsIn, read, recognise, writtenIn } from './dialect/index.ts'
import { isMap, type Comment, type Node } from './document/node.ts'
import { readAs, syntaxesOf, type Syntax } from './document/syntax.ts'
import { unrendered } from './chart.ts'
import { codeOf, decode, readBounded, reasonOf } from './file.ts'
import type { Notice } from './model/notice.ts'
import { startOf, type Place } from './model/place.ts'
import type { InputNote } from './model/result.ts'
import type { Container, Engine, Grant } from './model/subject.ts'
import { DOCKERFILE, readRecipe } from './recipe.ts'
import { mayName } from './walk.ts'

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
  /** What it was taken for and by what, or why it was not read. */
  readonly known?: Pick<InputNote, 'confidence' | 'because'>
  /** Names of the dialects that its documents were read as. */
  readonly kinds: readonly string[]
  readonly containers: readonly Container[]
  /** What its documents say of the containers of others: `settle` of the dialects, when all is read. */
  readonly bystanders?: readonly Bystander[]
  readonly engines?: readonly Engine[]
  /** Objects that say what pods may be. */
  readonly grants?: readonly Grant[]
  /** Other files that were read for it, as they are shown. */
  readonly also?: readonly string[]
  /** It is a Dockerfile: as `readDockerfile` gives it. */
  readonly dockerfile?: Node
  readonly comments: readonly Comment[]
  readonly notices: readonly Notice[]
}

/** A text that is broken is told of where it looks like one of ours, and passed over where it may be anything. */
export const looksLikeOurs = (text: string): boolean =>
  /(?:^|[{,])[ \t]*"?(?:services|apiVersion|ociVersion|HostConfig|containerDefinitions)"?[ \t]*:|^job[ \t]+"[^"\n]*"[ \t]*\{/m.test(
    text,
  ) || text.includes('AWS::ECS::TaskDefinition')
/** Named so, a text is meant to be YAML or JSON. */
const DATA = /\.(?:ya?ml|json)$/i
const looksLikeJson = (text: string): boolean => /^\uFEFF?\s*(?:\{|\[\s*\{)/.test(text)
/** A name may be written with escapes. */
const ESCAPE = /\\[xuU]/

const NOTHING: TextResult = {
  kinds: [],
  known: { because: 'it mentions nothing that is read' },
  containers: [],
  comments: [],
  notices: [],
}

/** Where a container was read from: what a fix needs to be written. */
export interface Origin {
  readonly container: Container
  readonly scope: Scope
  readonly dialect: Dialect
  /** The document. */
  readonly root: Node
  readonly syntax: Syntax
}
export type Seen = (origin: Origin) => void

/** Reads a text as the first syntax in which somebody knows it. */
export async function readContainers(input: TextInput, seen?: Seen): Promise<TextResult> {
  if (input.as === DOCKERFILE) return (await readRecipe(input)) ?? NOTHING
  const said = dialects.find(({ name }) => name === input.as)
  const chart = unrendered(input.file, input.text)
  if (!said && chart !== undefined)
    return { ...NOTHING, known: { because: 'a part of a chart of Helm' }, notices: chart === null ? [] : [chart] }
  const syntaxes = said ? (said.syntaxes ?? ['data']) : syntaxesOf(input.file, input.text)
  let broken = NOTHING
  for (const syntax of syntaxes) {
    if (!said && syntax === 'markdown' && input.options?.markdown !== true) continue
    const read =
      syntax === 'dockerfile' ? ((await readRecipe(input)) ?? NOTHING) : await readIn(syntax, input, said, seen)
    if (read.kinds.length > 0) return read
    if (broken === NOTHING) broken = read
  }
  return broken
}

/** Reads a text in one syntax. Without kinds where nobody knows what is in it. */
async function readIn(
  syntax: Syntax,
  input: TextInput,
  said: Dialect | undefined,
  seen: Seen | undefined,
): Promise<TextResult> {
  const among = said ? [said] : writtenIn(syntax)
  const engines = said ? [] : enginesIn(syntax)
  const mentioned = ({ mention }: { readonly mention?: RegExp }): boolean => mention?.test(input.text) ?? true
  if (!input.named && ![...among, ...engines].some(mentioned) && !ESCAPE.test(input.text)) return NOTHING
  const { value: text, notices } = await readAs(syntax, input.file, input.text)
  const about: About = { file: input.file, named: input.named, options: input.options ?? {} }
  const all: Notice[] = [...notices]
  const kinds = new Set<string>()
  let known: TextResult['known']
  const containers: Container[] = []
  const bystanders: Bystander[] = []
  const settings: Engine[] = []
  const grants: Grant[] = []
  const also = new Set<string>()
  for (const root of text.documents) {
    const aside = gather(root, about, among)
    bystanders.push(...aside)
    const granted = grantsIn(root, among)
    all.push(...granted.notices)
    for (const { name, grants: held } of granted.value) {
      grants.push(...held)
      kinds.add(name)
      known ??= { confidence: said ? 'said' : 'certain', because: 'apiVersion and kind' }
    }
    const format = engineFormat(root, engines)
    if (format) {
      const found = readEngine(root, format)
      settings.push(found.value)
      all.push(...found.notices)
      known ??= { confidence: 'certain', because: `keys of ${format.file}` }
      kinds.add(format.name)
      continue
    }
    const found = said ? { value: said, notices: [] } : recognise(root, among)
    all.push(...found.notices)
    if (!found.value) {
      // A kustomization may leave its kind out.
      for (const { dialect } of aside) kinds.add(dialect)
      continue
    }
    kinds.add(found.value.name)
    known ??= recognition(found.value, said !== undefined, found.notices.length > 0)
    const files = await others(found.value, root, about)
    all.push(...files.notices)
    for (const path of files.files.keys()) also.add(isAbsolute(path) ? path : join(dirname(input.file), path))
    const dialect = found.value
    const answered = read(
      dialect,
      root,
      files.files,
      about,
      seen && ((container, scope) => seen({ container, scope, dialect, root, syntax })),
    )
    containers.push(...answered.value)
    all.push(...answered.notices)
  }
  // A README is no broken YAML: named, it is nothing to scan; met while walking, one of the files that nobody reads.
  const meant = input.named && (DATA.test(input.file) || input.as !== undefined || looksLikeJson(input.text))
  if (kinds.size === 0 && !meant && !looksLikeOurs(input.text))
    return { ...NOTHING, known: { because: unknownKeys(text.documents) }, bystanders }
  return {
    kinds: [...kinds],
    known: known ?? { because: unknownKeys(text.documents) },
    containers,
    bystanders,
    comments: text.comments,
    notices: all,
    engines: settings,
    ...(grants.length > 0 && { grants }),
    ...(also.size > 0 && { also: [...also] }),
  }
}

const recognition = (dialect: Dialect, isSaid: boolean, isAmbiguous: boolean): TextResult['known'] =>
  isSaid
    ? { confidence: 'said', because: `the prefix ${dialect.name}:` }
    : {
        confidence: dialect.certain && !isAmbiguous ? 'certain' : 'likely',
        because: dialect.sign,
      }

/** Why nobody reads these documents, in words. */
function unknownKeys([first]: readonly Node[]): string {
  if (!first) return 'it holds no document'
  if (!isMap(first)) return 'it is no map'
  const keys = [...first.value.keys()]
  return `nobody reads its keys: ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', ...' : ''}`
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
  const wantedBy = (node: Node, from: string, folder: string, known?: ReadonlyMap<string, Node>) =>
    [...(dialect.wants?.(node, known ? about : { ...about, file: from }, known) ?? [])].map((want) => ({
      ...want,
      path: isAbsolute(want.path) ? want.path : posix.join(folder, want.path),
      // Looked for where it is told only: nearly all that is wanted may be absent, and is.
      placeAt: (): Place => want.place ?? placeOf(node, want.path) ?? startOf(from),
    }))
  const tried = new Set<string>()
  const again = () => wantedBy(root, about.file, '.', files).filter(({ path }) => !tried.has(path))
  const wanted = again()
  while (wanted.length > 0) {
    const next = wanted.shift()
    if (next === undefined || tried.has(next.path)) continue
    if (files.size >= MAX_OTHERS) {
      notices.push({
        id: 'file-limit',
        place: next.placeAt(),
        message: `More than ${MAX_OTHERS} other files are named by this one: ${next.path} and what comes after it was not read, so what they say is missing. Split the project.`,
        lost: true,
      })
      break
    }
    tried.add(next.path)
    const path = isAbsolute(next.path) ? next.path : join(dirname(about.file), next.path)
    const lost = (message: string): void => {
      notices.push({ id: 'file-missing', place: next.placeAt(), message, lost: true })
    }
    try {
      const real = realpathSync.native(path)
      const isOutside = !mayName(about.file, real)
      if (isOutside && next.known) continue
      if (isOutside && !next.given) {
        lost(
          `${next.path} lies outside of the folder that is scanned and was not read, so what it says is missing. Scan from a folder that holds it.`,
        )
        continue
      }
      if (next.dropIns) {
        const names = readdirSync(path).filter((name) => name.endsWith('.conf'))
        const { placeAt, syntax } = next
        for (const name of names.sort())
          wanted.push({ path: posix.join(next.path, name), placeAt, ...(syntax && { syntax }) })
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
      if ((next.optional && codeOf(error) === 'ENOENT') || next.known) continue
      lost(
        `${next.path} is named here and cannot be read (${reasonOf(error)}), so what it says is missing. Put it there, or correct the name.`,
      )
    } finally {
      if (wanted.every((one) => tried.has(one.path))) wanted.push(...again())
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
