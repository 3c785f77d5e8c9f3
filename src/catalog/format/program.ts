/** What is read of the file of a compiled program, whatever its format. Everything lies inside the file. */

/** A named part. */
export interface Section {
  /** `.go.buildinfo`, `.comment`; of Mach-O without its segment: `__go_buildinfo`. */
  readonly name: string
  readonly address: number
  /** Place and bytes in the file. */
  readonly offset: number
  readonly size: number
}

/** A part that is loaded at an address. */
export interface Segment {
  readonly address: number
  readonly offset: number
  readonly size: number
  readonly writable: boolean
  readonly executable: boolean
}

/** A program, or one of those that a universal file of macOS holds. */
export interface Program {
  readonly format: 'ELF' | 'PE' | 'Mach-O'
  readonly sections: readonly Section[]
  readonly segments: readonly Segment[]
}

/** Entries that are read of a table of sections. Programs have some tens; the limit of the ELF header is 65,279. */
export const MAX_SECTIONS = 65_536
/** Entries that are read of a table of segments, or load commands. */
export const MAX_SEGMENTS = 4096

/** True where it lies inside a file of this size. */
export const isInside = ({ offset, size }: Pick<Section, 'offset' | 'size'>, file: number): boolean =>
  offset >= 0 && size >= 0 && offset + size <= file
