/** What is in an image, before anyone has read it: the OCI image specification's layers and their entries. */
import type { Notice, Read } from './notice.ts'

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
  /** Contents; of a hard link, those of its target. Only for files that a cataloger wants with `body`. */
  readonly body: Buffer
}

/** What was found in one file. Every list is optional: a cataloger gives what it finds. */
export interface Finds {
  readonly packages?: readonly PackageFind[]
  readonly accounts?: readonly AccountFind[]
  readonly groups?: readonly GroupFind[]
  /** Passwords by account name, from shadow(5). */
  readonly passwords?: readonly {
    readonly name: string
    readonly password: 'locked' | 'empty' | 'hashed'
    readonly line: number
  }[]
  readonly distribution?: {
    readonly id: string
    readonly version: string
    readonly name: string
    readonly line: number
  }
  readonly sudoers?: readonly SudoerFind[]
  readonly setuid?: true
  /** A program, or a link or a closed folder on the way to one. */
  readonly program?: true
  /** What a program is run by: the words after `#!`, or the loader of an ELF file; empty where the kernel runs it by itself. */
  readonly interpreter?: string
  readonly worldWritable?: true
  readonly fileCapabilities?: { readonly permitted: readonly string[]; readonly effective: boolean }
}
export interface PackageFind {
  readonly type: 'deb' | 'apk' | 'npm' | 'pypi' | 'golang' | 'rpm'
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Source package; empty where it is its own. */
  readonly source: string
  /** Line of the database that names it, from 1. */
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
  /** False where metadata is enough and no body is to be read. */
  readonly body: boolean
  /** True where what is found does not depend on the file's name: it then holds for every other name of the file (hard links) too. */
  readonly byContent?: true
  wants(path: string, entry: Entry): boolean
  parse(file: ImageFile): Read<Finds>
}

/** An image opened and catalogued, before it is turned into facts. */
export interface Catalogued {
  readonly finds: readonly {
    readonly file: Omit<ImageFile, 'body'>
    readonly cataloger: string
    readonly finds: Finds
  }[]
  /** A layer or an entry could not be read: what was not found may be there. */
  readonly partial?: true
  readonly notices: readonly Notice[]
}
