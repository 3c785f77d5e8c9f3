/**
 * The header of an RPM package as its database keeps it: how many index entries and bytes of data, the entries (tag, type, offset,
 * count), the data; all numbers big-endian. RPM documentation, "Package format" and "Tags"; lib/header.c.
 */
import { hash } from 'node:crypto'

/** What is read of a package. */
export interface Header {
  readonly name: string
  readonly version: string
  readonly release: string
  /** 0 where there is none: to rpm both are the same. */
  readonly epoch: number
  readonly architecture: string
  /** File name of the source package: `glibc-2.36-9.src.rpm`; empty for none. */
  readonly sourceRpm: string
  readonly licence: string
  /** `nodejs:18:8080020230718093737:63b34585`: module, stream, version and context of a modular package (Red Hat); empty for none. */
  readonly module: string
  /** Absolute paths as written; those that cannot be told are left out. */
  readonly files: Iterable<string>
  /** False where the digest that the package carries of its own header is another: it was altered, or is damaged. */
  readonly intact: boolean
}

const TAG = {
  region: 63,
  sha1: 269,
  sha256: 273,
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  licence: 1014,
  architecture: 1022,
  /** Whole paths, of packages of RPM 3. */
  oldFileNames: 1027,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  module: 5096,
} as const
const TAGS: ReadonlySet<number> = new Set(Object.values(TAG))

const TYPE = { int32: 4, string: 6, binary: 7, stringArray: 8, i18nString: 9 } as const

/** Bytes of an index entry, and of the trailer of a region. */
const ENTRY = 16
/** The limits of rpm itself (HEADER_TAGS_MAX, HEADER_DATA_MAX). */
const MAX_ENTRIES = 0xffff
const MAX_DATA = 0x0fffffff
/** Files of one package; the largest real ones have some ten thousand. */
const MAX_FILES = 2 ** 20
/** PATH_MAX: no file of Linux has a longer name. */
const MAX_PATH = 4096
/** The magic of a header in a package file, which a database leaves out and the digests contain. */
const MAGIC = Buffer.from([0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0])

/** The header, or what is wrong with it. */
export function readHeader(blob: Buffer): Header | string {
  if (blob.length < 8) return 'it is cut off'
  const count = blob.readUInt32BE(0)
  const size = blob.readUInt32BE(4)
  if (count === 0 || count > MAX_ENTRIES || size > MAX_DATA) return 'its counts are impossible'
  const start = 8 + count * ENTRY
  if (start + size !== blob.length) return 'its size is not that of its parts'
  const values = valuesOf(blob, count, blob.subarray(start, start + size))
  const [name = '', version = '', release = ''] = [TAG.name, TAG.version, TAG.release].map(values.text)
  if (name === '' || version === '' || release === '') return 'it has no name, version or release'
  return {
    name,
    version,
    release,
    epoch: values.numbers(TAG.epoch)[0] ?? 0,
    architecture: values.text(TAG.architecture) ?? '',
    sourceRpm: values.text(TAG.sourceRpm) ?? '',
    licence: values.text(TAG.licence) ?? '',
    module: values.text(TAG.module) ?? '',
    files: filesOf(values),
    intact: isIntact(blob, start, values),
  }
}

interface Values {
  bytes(tag: number): Buffer | undefined
  text(tag: number): string | undefined
  texts(tag: number): readonly string[]
  numbers(tag: number): readonly number[]
}

function valuesOf(blob: Buffer, entries: number, data: Buffer): Values {
  const places = new Map<number, number>()
  // An entry that was added to the database stands after those of the package, and counts in their stead.
  for (let at = 8, last = 8 + entries * ENTRY; at < last; at += ENTRY) {
    const tag = blob.readUInt32BE(at)
    if (TAGS.has(tag)) places.set(tag, at)
  }
  const find = (tag: number, ...types: readonly number[]) => {
    const at = places.get(tag)
    if (at === undefined || !types.includes(blob.readUInt32BE(at + 4))) return undefined
    const offset = blob.readUInt32BE(at + 8)
    return offset < data.length ? { offset, count: blob.readUInt32BE(at + 12) } : undefined
  }
  const texts = (tag: number, most = MAX_FILES): readonly string[] => {
    const { offset, count } = find(tag, TYPE.string, TYPE.stringArray, TYPE.i18nString) ?? { offset: 0, count: 0 }
    if (count > MAX_FILES) return []
    let end = offset
    let whole = 0
    for (const wanted = Math.min(count, most); whole < wanted && end < data.length; end++) if (data[end] === 0) whole++
    return data.toString('utf8', offset, end).split('\0', whole)
  }
  return {
    texts,
    text: (tag) => texts(tag, 1)[0],
    bytes(tag) {
      const found = find(tag, TYPE.binary)
      return found && data.subarray(found.offset, found.offset + found.count)
    },
    numbers(tag) {
      const { offset, count } = find(tag, TYPE.int32) ?? { offset: 0, count: 0 }
      if (count > MAX_FILES || offset + count * 4 > data.length) return []
      return Array.from({ length: count }, (_, index) => data.readUInt32BE(offset + index * 4))
    },
  }
}

/** A path is a folder, which many files have in common, and a name. */
function* filesOf(values: Values): Generator<string> {
  const folders = values.texts(TAG.dirNames)
  const indexes = values.numbers(TAG.dirIndexes)
  let index = 0
  for (const name of values.texts(TAG.baseNames)) {
    const folder = folders[indexes[index++] ?? -1]
    if (folder !== undefined && folder.length + name.length <= MAX_PATH) yield folder + name
  }
  for (const path of values.texts(TAG.oldFileNames)) if (path.length <= MAX_PATH) yield path
}

/**
 * Packages carry a digest of the header as it was built, the region, which the database keeps as it is before what it adds itself.
 * rpm leaves out headers whose digest is wrong (lib/rpmdb.c, "damaged header"). Very old packages have neither region nor digest.
 */
function isIntact(blob: Buffer, start: number, values: Values): boolean {
  const [algorithm, digest] =
    (['sha256', 'sha1'] as const).map((name) => [name, values.text(TAG[name])] as const).find(([, text]) => text) ?? []
  if (algorithm === undefined || digest === undefined) return true
  // The first entry is the region; its data, the trailer, are the last bytes of it and say how far back its entries begin.
  const end = blob.readUInt32BE(16) + ENTRY
  if (blob.readUInt32BE(8) !== TAG.region || start + end > blob.length) return false
  const entries = -blob.readInt32BE(start + end - 8)
  if (entries < ENTRY || entries % ENTRY !== 0 || 8 + entries > start) return false
  const counts = Buffer.alloc(8)
  counts.writeUInt32BE(entries / ENTRY, 0)
  counts.writeUInt32BE(end, 4)
  const region = Buffer.concat([MAGIC, counts, blob.subarray(8, 8 + entries), blob.subarray(start, start + end)])
  return hash(algorithm, region) === digest
}
