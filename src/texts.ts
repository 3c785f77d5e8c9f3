/** Texts -> containers: read, recognised, asked. The only place where documents meet dialects. */
import { readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { dialects, read, recognise } from './dialect/index.ts'
import type { Dialect } from './dialect/dialect.ts'
import { engineFacts, isEngine } from './dialect/engine.ts'
import type { Comment, Node } from './document/node.ts'
import { readText } from './document/read.ts'
import type { EngineFacts } from './model/fields.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'
import type { Container } from './model/subject.ts'

/** A text that was given, or met while walking. */
export interface TextInput {
  /** Path as it is shown. */
  readonly file: string
  readonly text: string
  /** The dialect that a prefix says. */
  readonly as?: string
  /** Named by the user, not met while walking: then what nobody reads is an error. */
  readonly named: boolean
}
export interface TextResult {
  /** Names of the dialects that its documents were read as. */
  readonly kinds: readonly string[]
  readonly containers: readonly Container[]
  readonly engine?: EngineFacts
  readonly comments: readonly Comment[]
  readonly notices: readonly Notice[]
}

/** Words of which every document that a dialect reads holds one: what has none is not even parsed while walking. */
const MAY_BE_OURS = /services|apiVersion|HostConfig|ociVersion|image|build|userns-remap|ServerVersion/

export async function readContainers(input: TextInput): Promise<TextResult> {
  const nothing: TextResult = { kinds: [], containers: [], comments: [], notices: [] }
  if (!input.named && !MAY_BE_OURS.test(input.text)) return nothing
  const { value: text, notices } = readText(input.file, input.text)
  // A broken file met while walking is ours to tell of only where it looks like one of ours.
  if (notices.length > 0 && text.documents.length === 0 && !input.named && !LOOKS_LIKE_OURS.test(input.text))
    return nothing
  const all: Notice[] = [...notices]
  const kinds = new Set<string>()
  const containers: Container[] = []
  let engine: EngineFacts | undefined
  for (const root of text.documents) {
    const dialect = input.as === undefined ? undefined : dialects.find(({ name }) => name === input.as)
    if (dialect === undefined && isEngine(root)) {
      engine = engineFacts(root)
      kinds.add('engine')
      continue
    }
    const found = dialect ? { value: dialect, notices: [] } : recognise(root)
    all.push(...found.notices)
    if (!found.value) continue
    kinds.add(found.value.name)
    const files = await others(found.value, root, input.file)
    all.push(...files.notices)
    const answered = read(found.value, root, files.files)
    containers.push(...answered.value)
    all.push(...answered.notices)
  }
  return {
    kinds: [...kinds],
    containers,
    comments: text.comments,
    notices: kinds.size > 0 || input.named ? all : all.filter(({ lost }) => lost && LOOKS_LIKE_OURS.test(input.text)),
    ...(engine && { engine }),
  }
}
const LOOKS_LIKE_OURS = /^\s*"?(services|apiVersion|ociVersion)"?\s*:/m

const MAX_OTHER = 8 * 2 ** 20
const MAX_OTHERS = 100

/** The other documents that a dialect asks for (extends), by the paths it asks with. They must lie below the file's folder or the working directory. */
async function others(
  dialect: Dialect,
  root: Node,
  file: string,
): Promise<{ readonly files: ReadonlyMap<string, Node>; readonly notices: readonly Notice[] }> {
  const files = new Map<string, Node>()
  const notices: Notice[] = []
  const wanted = [...(dialect.wants?.(root) ?? [])].map((path) => ({ path, from: file }))
  while (wanted.length > 0 && files.size < MAX_OTHERS) {
    const next = wanted.shift()
    if (!next || files.has(next.path)) continue
    const path = isAbsolute(next.path) ? next.path : join(dirname(file), next.path)
    const lost = (message: string): void => {
      notices.push({ id: 'file-missing', place: startOf(file), message, lost: true })
    }
    if (![dirname(file), '.'].some((folder) => !relative(resolve(folder), resolve(path)).startsWith('..'))) {
      lost(
        `${next.path} lies outside of the folder that is scanned and was not read, so what it says is missing. Scan from a folder that holds it.`,
      )
      continue
    }
    try {
      const found = await stat(path)
      if (!found.isFile() || found.size > MAX_OTHER) throw new Error('not a file of a sensible size')
      const { value, notices: flaws } = readText(path, await readFile(path, 'utf8'))
      notices.push(...flaws)
      const [document] = value.documents
      if (document) {
        files.set(next.path, document)
        wanted.push(...[...(dialect.wants?.(document) ?? [])].map((more) => ({ path: more, from: path })))
      }
    } catch (error) {
      lost(
        `${next.path} is named here and cannot be read (${error instanceof Error ? error.message : 'unknown error'}), so what it says is missing.`,
      )
    }
  }
  return { files, notices }
}
