/** What is in an image, before anyone has read it: the OCI image specification's layers and their entries. */
import type { Notice, Read } from './notice.ts'
import type { PackageFind, PackagePart } from './package.ts'

export type { PackageFind } from './package.ts'

export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo'

/** One member of a layer's archive. */
export interface Entry {
  /** Cleaned path: no leading slash, no `.` or `..`, no trailing slash. */
  readonly path: string
  readonly type: EntryType
  /** Bytes of the body. */
  readonly size: number
  /** Permission bits with setuid 04000, setgid 02000 and sticky 01000. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Target of a symlink as written, or cleaned path of a hard link's target. */
  readonly link?: string
  /** Extended attributes by name, such as `security.capability`. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
}

/** A layer as the manifest names it. */
export interface LayerRecord {
  /** From 0, lowest first. */
  readonly index: number
  /** Digest of the stored blob (`sha256:...`); empty where the source does not name one. */
  readonly digest: string
  readonly diffId: string
  /** Bytes as stored. */
  readonly size: number
  /** Instruction of the history that made it; empty where the history does not say. */
  readonly instruction: string
}

/** A file of the merged tree, or one that a lower layer held and a later one deleted or overwrote. */
export interface ImageFile {
  /** Canonical path in the merged tree: links in parent directories are resolved. */
  readonly path: string
  readonly entry: Entry
  /** Layer whose entry this is (for a changed mode or content, the last layer that brought it). */
  readonly layer: number
  /** Contents, whole; of a hard link, those of its target. Only for catalogers with `body`, and read when it is first asked for. */
  readonly body: Buffer
  /** The same, to be read in parts. */
  readonly content: Content
  /** Those files that the cataloger's `beside` names and that are there, by path. */
  readonly beside: ReadonlyMap<string, Content>
}

/** Bytes that can be read at any place. */
export interface Content {
  readonly size: number
  /** Fills `target` from `offset` on; the number of bytes read is smaller only at the end. */
  read(target: Uint8Array, offset: number): number
}

/** What was found in one file. Every list is optional: a cataloger gives what it finds. */
export interface Finds {
  readonly packages?: readonly PackageFind[]
  /** What this file says of packages that another file of their database names. */
  readonly parts?: readonly PackagePart[]
  readonly accounts?: readonly AccountFind[]
  readonly groups?: readonly GroupFind[]
  /** Passwords by account name, from shadow(5). */
  readonly passwords?: readonly {
    readonly name: string
    readonly password: 'locked' | 'empty' | 'hashed'
    readonly line: number
  }[]
  readonly distribution?: DistributionFind
  /** Files that dpkg-divert(1) has moved: what other packages list as `from` is at `to`. `by` is the package that keeps its own `from`; empty for the administrator. */
  readonly diversions?: readonly { readonly from: string; readonly to: string; readonly by: string }[]
  readonly sudoers?: readonly SudoerFind[]
  readonly setuid?: true
  /** A program, or a link or a closed folder on the way to one. */
  readonly program?: true
  /** What a program is run by: the words after `#!`, or the loader of an ELF file; empty where the kernel runs it by itself. */
  readonly interpreter?: string
  readonly worldWritable?: true
  readonly fileCapabilities?: { readonly permitted: readonly string[]; readonly effective: boolean }
}
/** The distribution as one file tells it, in the words of os-release(5). */
export interface DistributionFind {
  /** ID: `debian`. */
  readonly id: string
  /** VERSION_ID; empty where there is none (rolling). */
  readonly version: string
  /** PRETTY_NAME. */
  readonly name: string
  /** ID_LIKE: the distributions that it is made from, the nearest first. */
  readonly like?: readonly string[]
  /** SUPPORT_END: YYYY-MM-DD. */
  readonly supportEnds?: string
  readonly line: number
}
export interface AccountFind {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  /** The password field of passwd(5): `x` is shadowed, empty is empty, anything else is locked or hashed. */
  readonly password: 'locked' | 'empty' | 'hashed' | 'shadowed'
  readonly line: number
}
export interface GroupFind {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
  readonly line: number
}
export interface SudoerFind {
  readonly who: string
  readonly commands: string
  readonly passwordless: boolean
  readonly line: number
}

/**
 * Finds one kind of thing in an image. `wants` is asked with the canonical path of every entry of the merged tree
 * (directories and links too) and looks at names and metadata only; `parse` is given the file. The core walks, opens and closes.
 */
export interface Cataloger {
  /** Name of the file it is in. */
  readonly name: string
  /** Raised when its answers change: part of the cache key. */
  readonly version: number
  /**
   * What of the file is read: nothing (`false`: metadata is enough), all of it (`true`, up to 128 MiB), or parts of a file of any size
   * (`'parts'`, by `content`).
   */
  readonly body: boolean | 'parts'
  /** With `'parts'`: false where the first bytes (at least 16, fewer only of a shorter file) show that the file says nothing. */
  begins?(first: Buffer): boolean
  /** True where what is found does not depend on the file's name: it then holds for every other name of the file (hard links) too. */
  readonly byContent?: true
  /** True: it finds packages, and is asked also about files that a later layer deleted or overwrote. */
  readonly packages?: true
  /** True: asked only about files that no package of a database owns (`PackageFind.files`, `PackagePart.files`). */
  readonly unowned?: true
  /**
   * Files and folders by the paths at which programs look for them. Where one is reached through a link from somewhere else, its files
   * are asked about, and parsed, under these paths; where such a link leads nowhere, that is told.
   */
  readonly places?: readonly string[]
  /**
   * Names that every file which it wants has: the whole last part of the path, or `*` and the last ending in small letters (`*.jar`).
   * It is not asked about others. Absent: about all.
   */
  readonly names?: readonly string[]
  wants(path: string, entry: Entry): boolean
  /** Paths of files that must be read together with the one at `path` where they are there: the log beside a database. */
  beside?(path: string): readonly string[]
  parse(file: ImageFile): Read<Finds>
}

/** Where something was found. */
export type FoundIn = Pick<ImageFile, 'path' | 'entry' | 'layer'>

/** An image opened and catalogued, before it is turned into facts. */
export interface Catalogued {
  readonly finds: readonly {
    readonly file: FoundIn
    readonly cataloger: string
    readonly finds: Finds
  }[]
  /** What was found in files that a later layer deleted or overwrote, lowest layer first: packages only. `by` is the layer that hid the file. */
  readonly past?: readonly {
    readonly file: FoundIn
    readonly cataloger: string
    readonly finds: Finds
    readonly by: number
    readonly how: 'deleted' | 'overwritten'
  }[]
  /** A layer or an entry could not be read: what was not found may be there. */
  readonly partial?: true
  readonly notices: readonly Notice[]
}
