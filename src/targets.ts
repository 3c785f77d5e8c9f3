/** What was given on the command line -> texts and images, one at a time. Named things that hold nothing are wrong usage. */
import { createReadStream } from 'node:fs'
import type { ReadOptions } from './dialect/dialect.ts'
import { dialects } from './dialect/index.ts'
import { mayBeRead } from './document/syntax.ts'
import { codeOf, decode, readBounded, reasonOf } from './file.ts'
import type { ImageTarget } from './image/open.ts'
import { parseReference } from './join/reference.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'
import type { Ignorings } from './model/result.ts'
import { hint, nearest } from './policy/nearest.ts'
import { spool, whole } from './source/blob.ts'
import { defaultLimits } from './source/limits.ts'
import { imageKinds, recogniseBlob, recognisePath, type ImageKind, type Recognised } from './source/recognise.ts'
import { DOCKERFILE } from './recipe.ts'
import { looksLikeOurs, type TextInput } from './texts.ts'
import { UsageError } from './usage.ts'
import { ARCHIVE, kindOf, walk, type Left, type WalkOptions } from './walk.ts'

/** What is met in a target: something to read, or why there is nothing. A folder holds many; only one text is held at a time. */
export type Piece =
  | { readonly kind: 'text'; readonly text: TextInput }
  | { readonly kind: 'image'; readonly image: ImageTarget }
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** Files that nobody reads. */
  | { readonly kind: 'passed'; readonly count: number; readonly left?: readonly Left[] }
  | { readonly kind: 'ignored'; readonly count: Ignorings }

/** How targets are opened. */
export interface OpenOptions extends WalkOptions {
  /** How texts are read. */
  readonly read?: ReadOptions
}

/** What a target was given as: it decides what is advised where there is nothing. */
export type Role = 'target' | 'image' | 'engine'

/** A text larger than this is not read: `docker inspect` of a thousand containers is a tenth of it. */
const MAX_TEXT = 128 * 2 ** 20
/** Larger than a manifest is: read while walking only where it looks like one. */
const LARGE = 8 * 2 ** 20
const STDIN = 'stdin'

export const LOOKED_FOR =
  'Looked for: images (docker save, OCI), SBOMs, Dockerfiles, compose files, Kubernetes manifests, what docker and podman inspect print, docker and podman run lines, Quadlet units, ECS task definitions, Nomad jobs, devcontainers, LXC, LXD and nspawn containers, OCI and CRI configurations, settings of engines. --explain-inputs tells what was made of each file.'

/** What may stand before a target: how it is to be read. */
export const prefixes: readonly string[] = [...imageKinds, ...dialects.map(({ name }) => name), DOCKERFILE]

/** `compose:FILE`; a prefix that nobody knows is part of the path, or of an image reference. */
export function splitPrefix(name: string): { readonly prefix: string | undefined; readonly path: string } {
  const match = /^([a-z-]+):(.+)$/s.exec(name)
  const prefix = match?.[1] ?? ''
  return prefixes.includes(prefix) ? { prefix, path: match?.[2] ?? '' } : { prefix: undefined, path: name }
}

/**
 * Opens a target.
 * @throws {UsageError} where it is absent, empty, foreign, or not what its prefix says.
 */
export async function* openTarget(
  name: string,
  role: Role,
  stdin: AsyncIterable<Uint8Array> | undefined,
  options: OpenOptions = {},
): AsyncGenerator<Piece> {
  for await (const piece of openPieces(name, role, stdin, options))
    yield piece.kind === 'text' && options.read
      ? { ...piece, text: { ...piece.text, options: { ...options.read, ...piece.text.options } } }
      : piece
}

async function* openPieces(
  name: string,
  role: Role,
  stdin: AsyncIterable<Uint8Array> | undefined,
  options: OpenOptions,
): AsyncGenerator<Piece> {
  const { prefix, path } = splitPrefix(name)
  if (path === '-') {
    if (!stdin) throw new UsageError(['Standard input can be given once only.'])
    return yield* openStream('Standard input', STDIN, prefix, stdin)
  }
  const kind = imageKinds.find((one) => one === prefix)
  const found = await recognisePath(path)
  // <(helm template .) and /dev/stdin: there is a writer at the other end, which a pipe in a folder need not have.
  if (found.kind === 'unreadable' && found.because === 'ENOTREG' && STREAM.test(path))
    return yield* openStream(path, path, prefix, createReadStream(path))
  // compose:compose.yaml,compose.prod.yaml: files that are merged in this order.
  const [main = '', ...merged] = path.split(',')
  if (found.kind === 'unreadable' && prefix === 'compose' && merged.length > 0)
    return yield* openText(main, main, prefix, { composeFiles: merged })
  if (found.kind === 'unreadable') throw absent(name, path, found.because, role)
  if (kind) yield* openImageAs(name, kind, path, found)
  else if (prefix !== undefined) {
    if (found.kind !== 'text') throw new UsageError([`${path} is ${wordsOf(found)}; ${prefix}: reads a text file.`])
    yield* openText(name, path, prefix)
  } else if (found.kind === 'folder') yield* openFolder(path, options)
  else if (found.kind === 'text') yield* openText(name, path, undefined)
  else if (found.kind === 'empty')
    throw new UsageError([`${name} is empty: there is nothing to check in it. ${LOOKED_FOR}`])
  else if (found.kind === 'foreign')
    throw new UsageError([`${name} is ${found.what}, which is not scanned. ${LOOKED_FOR}`])
  else yield imagePiece(found.kind, path)
}
const STREAM = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/

const imagePiece = (kind: ImageKind, path: string): Piece => ({ kind: 'image', image: { kind, name: path, path } })

const wordsOf = (found: Exclude<Recognised, { kind: 'unreadable' }>): string =>
  found.kind === 'foreign'
    ? found.what
    : found.kind === 'empty'
      ? 'empty'
      : found.kind === 'folder'
        ? 'a folder'
        : found.kind === 'text'
          ? 'a text'
          : `an image (${found.kind})`

/** A prefix says what a thing is where its content does not; it makes no image of a text, and no archive of a folder. */
async function* openImageAs(name: string, kind: ImageKind, path: string, found: Recognised): AsyncGenerator<Piece> {
  const isFolder = kindOf(path) === 'folder'
  if (found.kind === 'text' || found.kind === 'empty')
    throw new UsageError([`${path} is ${wordsOf(found)}; ${kind}: reads an image. ${LOOKED_FOR}`])
  if (isFolder && kind.endsWith('-archive'))
    throw new UsageError([`${name}: ${path} is a folder; ${kind}: reads a file. For a folder: oci-layout: or rootfs:`])
  if (!isFolder && kind === 'oci-layout')
    throw new UsageError([`${name}: ${path} is a file; oci-layout: reads a folder. For a file: oci-archive:${path}`])
  yield imagePiece(kind, path)
}

async function* openText(
  name: string,
  path: string,
  prefix: string | undefined,
  read?: ReadOptions,
): AsyncGenerator<Piece> {
  let content: Buffer
  try {
    content = readBounded(path, MAX_TEXT)
  } catch (error) {
    if (codeOf(error) !== 'EFBIG') throw new UsageError([`${name} cannot be read: ${reasonOf(error)}.`])
    return yield tooLarge(path)
  }
  yield textPiece(path, content, prefix, true, read)
}

const textPiece = (
  file: string,
  content: Buffer,
  as: string | undefined,
  named: boolean,
  options?: ReadOptions,
): Piece => ({
  kind: 'text',
  text: { file, text: decode(content), named, ...(as !== undefined && { as }), ...(options && { options }) },
})
const tooLarge = (file: string): Piece => ({
  kind: 'notice',
  notice: {
    id: 'text-limit',
    place: startOf(file),
    message: `This text is larger than ${MAX_TEXT / 2 ** 20} MB and was not read, so nothing in it was checked. Split it.`,
    lost: true,
  },
})

async function* openFolder(path: string, options: OpenOptions): AsyncGenerator<Piece> {
  const { files, layouts, others, ignored, left, notices } = walk(path, options)
  for (const notice of notices) yield { kind: 'notice', notice }
  yield { kind: 'passed', count: others, left }
  yield { kind: 'ignored', count: ignored }
  for (const layout of layouts) yield imagePiece('oci-layout', layout)
  for (const file of files) yield await fileOfFolder(file)
}

async function fileOfFolder(file: string): Promise<Piece> {
  const passed = (because: string): Piece => ({ kind: 'passed', count: 1, left: [{ path: file, because }] })
  const found = await recognisePath(file)
  if (found.kind === 'docker-archive' || found.kind === 'oci-archive') return imagePiece(found.kind, file)
  if (found.kind === 'unreadable') return unreadable(file, Object.assign(new Error(), { code: found.because }))
  if (found.kind !== 'text') return passed(`it is ${wordsOf(found)}`)
  if (!mayBeRead(file)) return passed('it is a text, and nothing that is read is called so')
  try {
    const content = readBounded(file, MAX_TEXT)
    return content.length > LARGE && !looksLikeOurs(decode(content))
      ? passed(`it is larger than ${LARGE / 2 ** 20} MB and looks like nothing that is read`)
      : textPiece(file, content, undefined, false)
  } catch (error) {
    return codeOf(error) === 'EFBIG' ? tooLarge(file) : unreadable(file, error)
  }
}
const unreadable = (file: string, error: unknown): Piece => ({
  kind: 'notice',
  notice: {
    id: 'file-unreadable',
    place: startOf(file),
    message: `This file cannot be read (${reasonOf(error)}), so it was not checked. Allow reading it, or leave it out.`,
    lost: true,
  },
})

/** What comes once and cannot be sought: standard input, or what a shell puts in the place of `<(command)`. */
async function* openStream(
  name: string,
  file: string,
  prefix: string | undefined,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Piece> {
  const { blob, problem } = await spool(stream, defaultLimits)
  if (problem)
    yield { kind: 'notice', notice: { id: problem.id, place: startOf(file), message: problem.message, lost: true } }
  const kind = imageKinds.find((one) => one === prefix)
  const found = await recogniseBlob(blob)
  if (found.kind === 'empty')
    throw new UsageError([`${name} is empty: there is nothing to check. Did the command that writes it fail?`])
  const isImage = imageKinds.some((one) => one === found.kind)
  if (kind ? found.kind === 'text' : prefix !== undefined && found.kind !== 'text')
    throw new UsageError([
      `${name} is ${'what' in found ? found.what : isImage ? 'an image' : 'a text'}, and ${prefix ?? ''}: reads ${kind ? 'an image' : 'a text'}.`,
    ])
  if (found.kind === 'foreign' && !kind)
    throw new UsageError([`${name} is ${found.what}, which is not scanned. ${LOOKED_FOR}`])
  if (found.kind === 'text') {
    const content = whole(blob, MAX_TEXT)
    return yield content ? textPiece(file, content, prefix, true) : tooLarge(file)
  }
  const imageKind = kind ?? imageKinds.find((one) => one === found.kind) ?? 'docker-archive'
  yield { kind: 'image', image: { kind: imageKind, name: file, blob } }
}

/** There is nothing at the path: perhaps an image was meant, or a prefix is misspelt. */
function absent(name: string, path: string, because: string, role: Role): UsageError {
  if (because !== 'ENOENT' && because !== 'ENOTDIR')
    return new UsageError([
      `${path} cannot be read: ${reasonOf(Object.assign(new Error(), { code: because }))}.${because === 'ENOTREG' ? ' Give what it holds on standard input: plimsoll scan - < FILE' : ''}`,
    ])
  const [, before = '', after = ''] = /^([a-z-]+):(.+)$/s.exec(path) ?? []
  const prefix = path === name && before !== '' ? nearest(before, prefixes) : undefined
  if (prefix !== undefined && (mayBeRead(after) || ARCHIVE.test(after) || /^[./]/.test(after)))
    return new UsageError([`There is no prefix "${before}"${hint(before, prefixes)} That is ${prefix}:${after}`])
  const isReference =
    role !== 'engine' &&
    parseReference(path) !== undefined &&
    !/^[./]/.test(path) &&
    !mayBeRead(path) &&
    !ARCHIVE.test(path) &&
    !path.endsWith('/')
  if (!isReference) return new UsageError([`There is no file or folder ${path || '""'}. ${LOOKED_FOR}`])
  const because2 = `There is no file or folder ${path}. If it is an image: Plimsoll does not pull images yet, but reads what Docker saves:`
  return new UsageError([
    role === 'image'
      ? `${because2} docker save -o image.tar ${path}, then --image NAME=image.tar`
      : `${because2} docker save ${path} | plimsoll scan -`,
  ])
}
