/** What was given on the command line -> texts and images. Named things that hold nothing are wrong usage. */
import { readFile } from 'node:fs/promises'
import type { ImageTarget } from './image/open.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'
import { spool, whole } from './source/blob.ts'
import { defaultLimits } from './source/limits.ts'
import { imageKinds, recogniseBlob, recognisePath, type ImageKind, type Recognised } from './source/recognise.ts'
import { parseReference } from './join/reference.ts'
import { dialects } from './dialect/index.ts'
import type { TextInput } from './texts.ts'
import { UsageError } from './usage.ts'
import { codeOf, walk } from './walk.ts'

/** One target, opened: its texts and images, and how many files in it nobody reads. */
export interface Opened {
  /** As the user gave it. */
  readonly name: string
  readonly texts: readonly TextInput[]
  readonly images: readonly ImageTarget[]
  readonly skipped: number
  readonly notices: readonly Notice[]
}

/** A text larger than this is not read: `docker inspect` of a thousand containers is a tenth of it. */
const MAX_TEXT = 128 * 2 ** 20
const MAX_WALKED_TEXT = 8 * 2 ** 20
const ARCHIVE = /\.(tar|tgz|tar\.(gz|zst|zstd)|oci)$/i
const TEXT = /\.(ya?ml|json)$/i

const LOOKED_FOR =
  'Looked for: image archives (docker save, OCI), OCI layouts, compose files, Kubernetes manifests, docker inspect output, OCI config.json, daemon.json.'

export async function openTarget(name: string, stdin: AsyncIterable<Uint8Array> | undefined): Promise<Opened> {
  const { prefix, path } = splitPrefix(name)
  if (path === '-') return openStdin(name, prefix, stdin)
  if (imageKinds.some((kind) => kind === prefix)) return image(name, prefix, path, await recognisePath(path))
  const found = await recognisePath(path)
  if (found.kind === 'unreadable') throw absent(name, path, found.because)
  if (prefix !== undefined) {
    if (found.kind !== 'text') throw new UsageError([`${name}: ${path} is not a text, and ${prefix}: reads one.`])
    return text(name, path, prefix)
  }
  switch (found.kind) {
    case 'folder':
      return folder(name, path)
    case 'text':
      return text(name, path, undefined)
    case 'empty':
      throw new UsageError([`${name} is empty: there is nothing to check in it. ${LOOKED_FOR}`])
    case 'foreign':
      throw new UsageError([`${name} is ${found.what}, which is not scanned. ${LOOKED_FOR}`])
    case 'rootfs':
      // Only a prefix says that a folder of the user's is a root file system: `plimsoll scan /` would be one too.
      return image(name, 'rootfs', path, found)
    default:
      return image(name, found.kind, path, found)
  }
}

/** `compose:FILE`; a prefix that nobody knows is part of the path, or of an image reference. */
function splitPrefix(name: string): { readonly prefix: string | undefined; readonly path: string } {
  const match = /^([a-z-]+):(.+)$/s.exec(name)
  const prefix = match?.[1]
  const known = [...imageKinds, ...dialects.map((dialect) => dialect.name)].some((one) => one === prefix)
  return known ? { prefix, path: match?.[2] ?? '' } : { prefix: undefined, path: name }
}

function image(name: string, kind: string | undefined, path: string, found: Recognised): Opened {
  if (found.kind === 'unreadable') throw absent(name, path, found.because)
  const imageKind = imageKinds.find((one) => one === kind) ?? 'rootfs'
  return { name, texts: [], images: [{ kind: imageKind, name: path, path }], skipped: 0, notices: [] }
}

async function text(name: string, path: string, prefix: string | undefined): Promise<Opened> {
  let content: Buffer
  try {
    content = await readFile(path)
  } catch (error) {
    throw absent(name, path, codeOf(error))
  }
  if (content.length > MAX_TEXT) throw new UsageError([`${name} is larger than ${MAX_TEXT} bytes. Split it.`])
  return { name, texts: [textInput(path, content, prefix, true)], images: [], skipped: 0, notices: [] }
}

const textInput = (file: string, content: Buffer, as: string | undefined, named: boolean): TextInput => ({
  file,
  text: decode(content),
  named,
  ...(as !== undefined && { as }),
})
/** UTF-8, or UTF-16 where a byte order mark says so (PowerShell's `>` writes it). */
function decode(content: Buffer): string {
  if (content[0] === 0xff && content[1] === 0xfe) return new TextDecoder('utf-16le').decode(content)
  if (content[0] === 0xfe && content[1] === 0xff) return new TextDecoder('utf-16be').decode(content)
  return content.toString('utf8')
}

async function folder(name: string, path: string): Promise<Opened> {
  const { files, layouts, notices } = await walk(path)
  const all: Notice[] = [...notices]
  const texts: TextInput[] = []
  const images: ImageTarget[] = layouts.map((layout) => ({ kind: 'oci-layout', name: layout, path: layout }))
  let skipped = 0
  for (const file of files) {
    if (!TEXT.test(file) && !ARCHIVE.test(file)) {
      skipped += 1
      continue
    }
    const found = await recognisePath(file)
    if (found.kind === 'unreadable')
      all.push({
        id: 'file-unreadable',
        place: startOf(file),
        message: `This file cannot be read (${found.because}), so it was not checked. Allow reading it, or leave it out.`,
        lost: true,
      })
    else if (found.kind === 'text' && TEXT.test(file)) {
      const content = await readFile(file)
      if (content.length <= MAX_WALKED_TEXT) texts.push(textInput(file, content, undefined, false))
      else skipped += 1
    } else if (found.kind === 'docker-archive' || found.kind === 'oci-archive')
      images.push({ kind: found.kind, name: file, path: file })
    else skipped += 1
  }
  return { name, texts, images, skipped, notices: all }
}

async function openStdin(
  name: string,
  prefix: string | undefined,
  stdin: AsyncIterable<Uint8Array> | undefined,
): Promise<Opened> {
  if (!stdin) throw new UsageError(['Standard input can be given once, and only where there is one.'])
  const { blob, problem } = await spool(stdin, defaultLimits)
  const notices: Notice[] = problem
    ? [{ id: problem.id, place: startOf('stdin'), message: problem.message, lost: true }]
    : []
  const kind = imageKinds.find((one) => one === prefix)
  const found: Recognised = kind ? { kind } : await recogniseBlob(blob)
  if (found.kind === 'empty')
    throw new UsageError([
      `Standard input is empty: there is nothing to check. Did the command before the | fail? ${LOOKED_FOR}`,
    ])
  if (found.kind === 'foreign')
    throw new UsageError([`Standard input is ${found.what}, which is not scanned. ${LOOKED_FOR}`])
  if (found.kind === 'text') {
    const content = whole(blob, MAX_TEXT)
    if (!content) throw new UsageError([`Standard input is a text larger than ${MAX_TEXT} bytes. Split it.`])
    return { name, texts: [textInput('stdin', content, prefix, true)], images: [], skipped: 0, notices }
  }
  const imageKind: ImageKind = imageKinds.find((one) => one === found.kind) ?? 'docker-archive'
  return { name, texts: [], images: [{ kind: imageKind, name: 'stdin', blob }], skipped: 0, notices }
}

/** There is nothing at the path: perhaps an image was meant. */
function absent(name: string, path: string, because: string): UsageError {
  if (because !== 'ENOENT' && because !== 'ENOTDIR')
    return new UsageError([`${name} cannot be read (${because}). Allow reading it, or name another target.`])
  const isReference =
    parseReference(path) !== undefined &&
    !/^[./]/.test(path) &&
    !TEXT.test(path) &&
    !ARCHIVE.test(path) &&
    !path.endsWith('/')
  return new UsageError([
    isReference
      ? `${name} is no file here; as an image reference it cannot be pulled yet. What works today: docker save ${path} | plimsoll scan -`
      : `There is no file or folder ${path}. ${LOOKED_FOR}`,
  ])
}
export { LOOKED_FOR }
