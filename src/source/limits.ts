/**
 * How much of hostile input is read before the reader stops and says so. Sizes in bytes.
 * Over a bound is always a notice with `lost: true`, never silence.
 */
export interface Limits {
  /** Entries of one image, over all its layers. */
  readonly entries: number
  /** Entries that are read from one archive, and those that are merged from it: images may share layers. */
  readonly archiveEntries: number
  readonly mergedEntries: number
  /** Layers of one image; Docker's own limit is 127. */
  readonly layers: number
  /** Bytes of a path, as Linux's PATH_MAX. */
  readonly path: number
  /** One extended header of a tar archive (pax records, GNU long name). */
  readonly extendedHeader: number
  /** Pieces of a sparse file. */
  readonly sparsePieces: number
  /** One file that a cataloger reads whole. */
  readonly body: number
  /** One file of a compressed layer of which a cataloger reads parts: it is kept on disk meanwhile. */
  readonly parts: number
  /** Bytes of one compressed blob once it is inflated. */
  readonly inflated: number
  /** Times that a compressed archive is inflated again for files that only the merged tree shows to be wanted. */
  readonly passes: number
  /** Inflated bytes per stored byte, asked once `ratioFrom` bytes have come out. Deflate itself ends at 1032. */
  readonly ratio: number
  readonly ratioFrom: number
  /** Seconds for one target, where there is a clock. */
  readonly time: number
  /** Links followed while one path is resolved: path_resolution(7) says 40. */
  readonly hops: number
  /** manifest.json, index.json, a manifest, an image configuration. */
  readonly document: number
  /** Indexes inside indexes. */
  readonly indexDepth: number
  /** Images of one archive, and members of an archive or layout that may be named by a manifest. */
  readonly images: number
  readonly members: number
  /** Input that cannot be sought (standard input): held in memory up to here, in an unnamed temporary file above. */
  readonly memory: number
  /** Most that is taken from such input. */
  readonly spool: number
}

const MiB = 2 ** 20
const GiB = 2 ** 30

export const defaultLimits: Limits = {
  entries: 1_000_000,
  archiveEntries: 2_000_000,
  mergedEntries: 10_000_000,
  layers: 1000,
  path: 4096,
  extendedHeader: MiB,
  sparsePieces: 65_536,
  body: 128 * MiB,
  parts: 4 * GiB,
  inflated: 64 * GiB,
  passes: 64,
  ratio: 2000,
  ratioFrom: GiB,
  time: 3600,
  hops: 40,
  document: 4 * MiB,
  indexDepth: 4,
  images: 1000,
  members: 100_000,
  memory: 32 * MiB,
  spool: 64 * GiB,
}

export const tooLate = ({ time }: Limits): Problem => ({
  id: 'time-limit',
  message: `Reading took longer than ${time} seconds; the rest was not read, and what it would tell is not known. If the image is trusted, allow more: --limit time=${time * 4}.`,
})

/** What went wrong inside an archive, before the reader above gives it a place. Every problem is lost input. */
export interface Problem {
  /** The `id` of the notice it becomes. */
  readonly id: string
  readonly message: string
}
