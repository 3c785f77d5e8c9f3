/** The named blobs of an image archive or layout: a directory, a tar archive, or a tar archive that came as a stream. */
import { realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { cleanPath } from './archive-path.ts'
import { openBlob, partOf, Spool, type Blob } from './blob.ts'
import { inflate } from './compression.ts'
import type { Limits, Problem } from './limits.ts'
import { looksLikeTar, type Compressed } from './magic.ts'
import { BLOCK, type TarHeader } from './tar-header.ts'
import { TarStream, walkTar, type BodySink } from './tar.ts'

export interface Bundle {
  /** The blob of a name; undefined where there is none. Throws what the system throws. */
  open(name: string): Blob | undefined
  has(name: string): boolean
  /** What was wrong with the bundle itself. */
  readonly problems: readonly Problem[]
  close(): void
}

const tooMany = (limits: Limits): Problem => ({
  id: 'archive-limit',
  message: `The archive has more than ${limits.members} members; the rest was not read. An image archive has a few per layer.`,
})

const tooOften = (limits: Limits): Problem => ({
  id: 'pass-limit',
  message: `The compressed archive was inflated ${limits.passes} times more for files that only the layers together show to be wanted; this one was not read, and what it would tell is not known. Decompress the archive and scan the result.`,
})

/** A directory. Links that lead out of it are not followed. */
export function directoryBundle(directory: string): Bundle {
  const root = realpathSync(directory)
  const opened = new Map<string, Blob>()
  const inside = (name: string): string | undefined => {
    const clean = cleanPath(name)
    if (clean === undefined || clean === '' || clean.includes('\0')) return undefined
    try {
      const path = realpathSync(join(root, clean))
      return path.startsWith(root === sep ? sep : root + sep) ? path : undefined
    } catch {
      return undefined
    }
  }
  return {
    problems: [],
    has: (name) => inside(name) !== undefined,
    open: (name) => {
      const path = inside(name)
      if (path === undefined) return undefined
      const blob = opened.get(path) ?? openBlob(path)
      opened.set(path, blob)
      return blob
    },
    close: () => opened.forEach((blob) => blob.close()),
  }
}

type Member<Read> = { readonly blob: Blob } | { readonly link: string } | { readonly read: Read }

/** Members by name; links between them (podman and old Docker share layers so) are followed by name. */
class Members<Read> {
  readonly #byName = new Map<string, Member<Read>>()
  readonly #limits: Limits
  full = false
  constructor(limits: Limits) {
    this.#limits = limits
  }
  /** The last member of a name wins, as when it is unpacked. */
  add(name: string, member: Member<Read>): void {
    if (this.#byName.size >= this.#limits.members && !this.#byName.has(name)) this.full = true
    else this.#byName.set(name, member)
  }
  get(name: string): Exclude<Member<Read>, { link: string }> | undefined {
    let clean = cleanPath(name)
    for (let hop = 0; clean !== undefined && hop <= this.#limits.hops; hop++) {
      const member = this.#byName.get(clean)
      if (!member || !('link' in member)) return member
      clean = member.link
    }
    return undefined
  }
}

/** Where a link member leads, by name; undefined where it leads out, or the member is no link. */
function linkOf(name: string, header: TarHeader): string | undefined {
  if (header.type === 'hardlink') return cleanPath(header.link)
  if (header.type !== 'symlink') return undefined
  const parent = name.slice(0, name.lastIndexOf('/') + 1)
  return cleanPath(header.link.startsWith('/') ? header.link : parent + header.link)
}

/** An uncompressed tar archive: members are read in place. */
export function tarBundle(blob: Blob, limits: Limits): Bundle {
  const members = new Members<never>(limits)
  const problems = walkTar(blob, limits, (header, offset) => {
    const name = cleanPath(header.name)
    if (!name) return true
    const link = linkOf(name, header)
    if (link !== undefined) members.add(name, { link })
    else if (header.type === 'file') members.add(name, { blob: partOf(blob, offset, header.stored) })
    return !members.full
  })
  if (members.full) problems.push(tooMany(limits))
  const open = (name: string): Blob | undefined => {
    const member = members.get(name)
    return member && 'blob' in member ? member.blob : undefined
  }
  return { problems, open, has: (name) => open(name) !== undefined, close: () => {} }
}

/** A bundle that came as a stream: what was read on the way is here, the rest was kept to be read as a blob. */
export interface StreamedBundle<Read> extends Bundle {
  read(name: string): Read | undefined
}

/** Sends the same member past once more; ends when `data` returns false. The problem says why not all of it came. */
export type Again = (data: (chunk: Buffer) => Promise<boolean>) => Promise<Problem | undefined>

/** A layer that is read while it passes; `finish` gives what was read. */
export interface PassingRead<Read> extends BodySink {
  finish(): Read
}

/**
 * A compressed tar archive, inflated once. A member that is itself a tar archive is handed to the reader that `passing` makes,
 * as it passes; every other one is kept.
 */
export async function streamedBundle<Read>(
  blob: Blob,
  compression: Compressed,
  limits: Limits,
  passing: (again: Again) => PassingRead<Read>,
): Promise<StreamedBundle<Read>> {
  const members = new Members<Read>(limits)
  const spools: Blob[] = []
  const budget = { left: limits.memory }
  let passes = 0
  const again =
    (offset: number): Again =>
    async (data) => {
      if (++passes > limits.passes) return tooOften(limits)
      let more = true
      const once = new TarStream(limits, (_, at) =>
        at === offset
          ? {
              push: async (chunk) => void (more &&= await data(chunk)),
              end: () => void (more = false),
            }
          : undefined,
      )
      const pass = async (chunk: Buffer): Promise<boolean> => {
        await once.push(chunk)
        return more
      }
      return (await inflate(blob, compression, limits, pass)).problem
    }
  const stream = new TarStream(limits, (header, offset) => {
    const name = cleanPath(header.name)
    if (!name || members.full) return undefined
    const link = linkOf(name, header)
    if (link !== undefined) members.add(name, { link })
    if (header.type !== 'file') return undefined
    return new Sorting(
      budget,
      () => passing(again(offset)),
      (member) => {
        if ('blob' in member) spools.push(member.blob)
        members.add(name, member)
      },
    )
  })
  const { problem } = await inflate(blob, compression, limits, (chunk) => stream.push(chunk))
  const ending = await stream.end()
  // What is cut short by the compression is told once.
  const problems = problem ? [problem] : ending
  if (members.full) problems.push(tooMany(limits))
  return {
    problems,
    open: (name) => {
      const member = members.get(name)
      return member && 'blob' in member ? member.blob : undefined
    },
    read: (name) => {
      const member = members.get(name)
      return member && 'read' in member ? member.read : undefined
    },
    has: (name) => members.get(name) !== undefined,
    close: () => spools.forEach((spool) => spool.close()),
  }
}

/** Looks at a member's first block, then either reads it as it passes or keeps it. */
class Sorting<Read> implements BodySink {
  readonly #budget: { left: number }
  readonly #passing: () => PassingRead<Read>
  readonly #done: (member: Member<Read>) => void
  #first: Buffer | undefined = Buffer.alloc(0)
  #spool: Spool | undefined
  #read: PassingRead<Read> | undefined

  constructor(budget: { left: number }, passing: () => PassingRead<Read>, done: (member: Member<Read>) => void) {
    this.#budget = budget
    this.#passing = passing
    this.#done = done
  }

  push(chunk: Buffer): Promise<void> | void {
    if (!this.#first) return (this.#read ?? this.#spool)?.push(chunk)
    this.#first = Buffer.concat([this.#first, chunk])
    if (this.#first.length >= BLOCK) return this.#sort(this.#first)
  }

  async end(whole: boolean): Promise<void> {
    if (this.#first) await this.#sort(this.#first)
    if (this.#read) {
      await this.#read.end(whole)
      return this.#done({ read: this.#read.finish() })
    }
    const spool = this.#spool
    if (!spool) return
    const blob = spool.blob()
    this.#budget.left -= Math.min(this.#budget.left, blob.size)
    this.#done({ blob })
  }

  #sort(first: Buffer): Promise<void> | void {
    this.#first = undefined
    if (looksLikeTar(first)) this.#read = this.#passing()
    else this.#spool = new Spool(this.#budget.left)
    return (this.#read ?? this.#spool)?.push(first)
  }
}
