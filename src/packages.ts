/** Images and lists of parts (SBOMs) -> their packages. No rules, no dialects: it must start in no time. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { distributionOf } from './catalog/distribution.ts'
import { supportOf } from './catalog/end-of-life/lifecycle.ts'
import { packageCatalogers } from './catalog/index.ts'
import { packagesOf } from './catalog/packages.ts'
import { decode, readBounded, reasonOf } from './file.ts'
import type { Cache } from './image/cache.ts'
import { openImage, type ImageTarget, type OpenedImage } from './image/open.ts'
import type { Notice, Read } from './model/notice.ts'
import type { ListedDistribution, PackageList } from './model/package-list.ts'
import { startOf } from './model/place.ts'
import type { DistributionFind } from './model/tree.ts'
import { checkPlatform } from './platform.ts'
import { spool, whole, type Blob } from './source/blob.ts'
import { defaultLimits, type Limits } from './source/limits.ts'
import { imageKinds, recogniseBlob, recognisePath, type Recognised } from './source/recognise.ts'
import { UsageError } from './usage.ts'

export interface PackagesOptions {
  /** Paths of images and SBOMs, `-` for standard input, each with an optional prefix such as `rootfs:`. */
  readonly targets: readonly string[]
  readonly stdin?: AsyncIterable<Uint8Array>
  /** `linux/arm64`: which image of a multi-platform index. */
  readonly platform?: string
  /** Uncompressed layers are read in full too, and compared with their digests. */
  readonly verify?: boolean
  readonly limits?: Partial<Limits>
  readonly clock?: () => number
  /** Called once where an image turns out to be large. */
  readonly large?: () => void
  /** Answers of earlier runs (`cacheIn`); absent: none are kept. */
  readonly cache?: Cache
  readonly progress?: (doing: string) => void
}

/** The packages of every image of the targets. */
export interface PackageLists {
  readonly lists: readonly PackageList[]
  /** Also what was lost, and where. */
  readonly notices: readonly Notice[]
}

/**
 * Lists the packages of images.
 * @throws {UsageError} for a target that is absent, or neither an image nor an SBOM.
 */
export async function listPackages(options: PackagesOptions): Promise<PackageLists> {
  checkPlatform(options.platform)
  const lists: PackageList[] = []
  const notices: Notice[] = []
  let { stdin } = options
  for (const name of options.targets) {
    options.progress?.(`reading ${name}`)
    if (stdin === undefined && splitKind(name).path === '-')
      throw new UsageError(['Standard input can be given once only.'])
    const target = await openTarget(name, stdin, notices)
    if (splitKind(name).path === '-') stdin = undefined
    const taken = new Set(lists.map(({ id }) => id))
    const read = 'text' in target ? await listsOfSbom(target, taken) : await listsOfImage(target, options, taken)
    lists.push(...read.value)
    notices.push(...read.notices)
  }
  return { lists, notices }
}

/** The parts of an image that was opened. Its packages are those of the catalogers that it was opened with. */
export function partsOf(opened: OpenedImage, target: ImageTarget, id: string): PackageList {
  const found = distributionOf(opened.catalogued.finds)
  return {
    id,
    names: opened.names,
    manifest: opened.kind.startsWith('oci-') ? opened.digest : '',
    target: target.name,
    kind: opened.kind,
    ...(found && { distribution: listed(found) }),
    ...(opened.digest !== '' && { verified: opened.verified }),
    layers: opened.layers,
    packages: packagesOf(opened.catalogued, found),
  }
}

function listed(found: DistributionFind): ListedDistribution {
  const { id, version, name } = found
  const { ends } = supportOf(found)
  return { id, version, name, ...(ends !== '' && { endOfLife: ends }) }
}

/** `registry/team/web:1.2` -> `web`; without a name, what the file is called. With a number where another has that id. */
export function idOf(names: readonly string[], target: string, taken: ReadonlySet<string>): string {
  const last = names.map(lastPart).find((part) => part !== undefined)
  const name = last ?? (basename(target).replace(ENDING, '') || 'image')
  let id = name
  for (let number = 2; taken.has(id); number += 1) id = `${name}-${number}`
  return id
}
const ENDING = /\.(tar|tgz|tar\.(gz|zst|zstd)|oci|(cdx|spdx|syft)\.(json|xml)|spdx)$/i
/** The last part of the repository of an image reference, without tag and digest; undefined for a digest, and what is no reference. */
const lastPart = (name: string): string | undefined =>
  name.startsWith('sha256:')
    ? undefined
    : /^(?:[\w][\w.:[\]-]*\/)*([\w][\w.-]*)(?::[\w][\w.-]*)?(?:@.*)?$/s.exec(name)?.[1]

async function listsOfImage(
  target: ImageTarget,
  { platform, verify = false, limits, clock, large, cache }: PackagesOptions,
  taken: ReadonlySet<string>,
): Promise<Read<readonly PackageList[]>> {
  const { value, notices } = await openImage(target, packageCatalogers, {
    ...(platform !== undefined && { platform }),
    verify: verify ? 'all' : 'read',
    ...(limits && { limits }),
    ...(clock && { clock }),
    ...(large && { large }),
    ...(cache && { cache }),
  })
  const ids = new Set(taken)
  const lists = value.map((opened) => {
    const id = idOf(opened.names, target.name, ids)
    ids.add(id)
    return partsOf(opened, target, id)
  })
  // What the catalogers say of files is said of the image; of the archive it says itself.
  return { value: lists, notices: [...notices, ...value.flatMap(({ catalogued }) => catalogued.notices)] }
}

/** A text that is a list of parts, and how it is shown. */
interface SbomText {
  readonly file: string
  readonly text: string
}

async function listsOfSbom(
  { file, text }: SbomText,
  taken: ReadonlySet<string>,
): Promise<Read<readonly PackageList[]>> {
  // Loaded where there is one.
  const { readSbom } = await import('./catalog/sbom/read.ts')
  const read = readSbom(file, text)
  const ids = new Set(taken)
  const value = read.value.map(({ list }) => {
    const id = idOf([list.id, ...list.names], file, ids)
    ids.add(id)
    return { ...list, id }
  })
  return { value, notices: read.notices }
}

/** `rootfs:PATH`: how an image is to be read, where that is said. */
export function splitKind(name: string): { readonly kind: ImageTarget['kind'] | undefined; readonly path: string } {
  const kind = imageKinds.find((one) => name.startsWith(`${one}:`) && name.length > one.length + 1)
  return { kind, path: kind === undefined ? name : name.slice(kind.length + 1) }
}

const MAX_TEXT = 256 * 2 ** 20
const LOOKED_FOR =
  'plimsoll packages reads images (docker save, OCI, root file systems) and SBOMs (CycloneDX as JSON and XML, SPDX as JSON or tag-value, JSON of Syft).'

async function openTarget(
  name: string,
  stdin: AsyncIterable<Uint8Array> | undefined,
  notices: Notice[],
): Promise<ImageTarget | SbomText> {
  const { kind, path } = splitKind(name)
  if (path === '-' && stdin) return openStream('standard input', 'stdin', kind, stdin, notices)
  const found = await recognisePath(path)
  if (found.kind === 'unreadable' && found.because === 'ENOTREG')
    return openStream(path, path, kind, createReadStream(path), notices)
  if (found.kind === 'unreadable') throw new UsageError([absent(path, found.because)])
  if (kind !== undefined || isImage(found)) {
    if (found.kind === 'text') throw new UsageError([`${path} is a text, and ${kind ?? ''}: reads an image.`])
    return { kind: kind ?? kindOf(found), name: path, path }
  }
  if (found.kind !== 'text') throw foreign(name, found)
  try {
    return await sbomText(name, decode(readBounded(path, MAX_TEXT)))
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError([`${path} cannot be read: ${reasonOf(error)}.`])
  }
}

/** What comes once and cannot be sought: standard input, or what a shell puts in the place of `<(command)`. */
async function openStream(
  name: string,
  file: string,
  kind: ImageTarget['kind'] | undefined,
  stream: AsyncIterable<Uint8Array>,
  notices: Notice[],
): Promise<ImageTarget | SbomText> {
  const { blob, problem } = await spool(stream, defaultLimits)
  if (problem) notices.push({ id: problem.id, place: startOf(file), message: problem.message, lost: true })
  const found = await recogniseBlob(blob)
  if (kind !== undefined && found.kind !== 'text' && found.kind !== 'empty') return { kind, name: file, blob }
  if (isImage(found)) return { kind: kindOf(found), name: file, blob }
  const text = found.kind === 'text' ? textOf(blob) : undefined
  if (text === undefined) throw foreign(name, found)
  return sbomText(file, text)
}
const textOf = (blob: Blob): string | undefined => {
  const content = whole(blob, MAX_TEXT)
  return content && decode(content)
}

async function sbomText(file: string, text: string): Promise<SbomText> {
  const { isSbom } = await import('./catalog/sbom/recognise.ts')
  if (isSbom(text)) return { file, text }
  throw new UsageError([`${file} is a text that is no SBOM. ${LOOKED_FOR} Everything else: plimsoll scan ${file}`])
}

const isImage = (found: Recognised): boolean => imageKinds.some((one) => one === found.kind)
const kindOf = (found: Recognised): ImageTarget['kind'] => imageKinds.find((one) => one === found.kind) ?? 'rootfs'

const foreign = (name: string, found: Recognised): UsageError =>
  new UsageError([
    found.kind === 'folder'
      ? `${name} is a folder that is neither an OCI layout nor a root file system. ${LOOKED_FOR} If it is one: rootfs:${name}`
      : found.kind === 'empty'
        ? `${name} is empty: there is nothing to list. Did the command that writes it fail?`
        : `${name} is ${'what' in found ? found.what : 'too large a text'}. ${LOOKED_FOR}`,
  ])

function absent(path: string, because: string): string {
  if (because !== 'ENOENT' && because !== 'ENOTDIR')
    return `${path} cannot be read: ${reasonOf(Object.assign(new Error(), { code: because }))}.`
  const isReference = !/^[./]/.test(path) && !ENDING.test(path) && lastPart(path) !== undefined
  return isReference
    ? `There is no file or folder ${path}. If it is an image: Plimsoll does not pull images yet, but reads what Docker saves: docker save ${path} | plimsoll packages -`
    : `There is no file or folder ${path || '""'}. ${LOOKED_FOR}`
}
