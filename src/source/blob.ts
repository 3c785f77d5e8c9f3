/** Bytes that can be read at any place: a file, a part of a file, or memory. Reading is by position, so parts may be read side by side. */
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identity } from './identity.ts'
import type { Limits, Problem } from './limits.ts'

/** A file that is open, and where in it something begins. Another thread may read it until it is closed. */
export interface OpenFile {
  readonly fd: number
  readonly start: number
}

export interface Blob {
  readonly size: number
  /** The state of the file that it is, or the part of it (`identity.ts`); absent for what is no file of this machine. */
  readonly identity?: string
  /** Where it stands; absent for what is in memory. */
  readonly file?: OpenFile
  /** Fills the first `length` bytes of `target` (all) from `offset` on; fewer are read only at the end. Throws what the system throws (EIO). */
  read(target: Uint8Array, offset: number, length?: number): number
  /** Gives back what was opened. A part of a blob holds nothing of its own. */
  close(): void
}

const CHUNK = 256 * 1024

/** Opens a regular file. Throws what the system throws (ENOENT, EACCES, ELOOP for a link where `follow` is false). */
export function openBlob(path: string, follow = true): Blob {
  // O_NONBLOCK: a FIFO must not make the open wait for a writer; it is refused below.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW))
  const stat = fstatSync(fd, { bigint: true })
  if (stat.isFile()) return new FileBlob(fd, Number(stat.size), identity(stat))
  closeSync(fd)
  throw Object.assign(new Error(`not a regular file: ${path}`), { code: 'ENOTREG' })
}

/** A part of a file that is open already, as `Blob.file` tells it; who opened it closes it. */
export const openPart = ({ fd, start }: OpenFile, size: number): Blob =>
  partOf(new FileBlob(fd, start + size), start, size)

class FileBlob implements Blob {
  readonly size: number
  readonly identity?: string
  readonly file: OpenFile
  readonly #fd: number
  #open = true
  constructor(fd: number, size: number, state?: string) {
    this.#fd = fd
    this.file = { fd, start: 0 }
    this.size = size
    if (state !== undefined) this.identity = state
  }
  read(target: Uint8Array, offset: number, length = target.length): number {
    let done = 0
    while (done < length) {
      const read = readSync(this.#fd, target, done, length - done, offset + done)
      if (read === 0) break
      done += read
    }
    return done
  }
  close(): void {
    if (this.#open) closeSync(this.#fd)
    this.#open = false
  }
}

export function memoryBlob(bytes: Buffer): Blob {
  return {
    size: bytes.length,
    read: (target, offset, length = target.length) => {
      const part = bytes.subarray(offset, offset + length)
      target.set(part)
      return part.length
    },
    close: () => {},
  }
}

/** A part of a blob: the body of an archive's member. Closing it does nothing. */
export function partOf(blob: Blob, start: number, length: number): Blob {
  const size = Math.max(0, Math.min(length, blob.size - start))
  return {
    size,
    ...(blob.identity !== undefined && { identity: `${blob.identity}@${start}+${size}` }),
    ...(blob.file && { file: { fd: blob.file.fd, start: blob.file.start + start } }),
    read: (target, offset, length = target.length) =>
      offset >= size ? 0 : blob.read(target, start + offset, Math.min(length, size - offset)),
    close: () => {},
  }
}

/** The first `length` bytes, or the whole blob where it is shorter. */
export function head(blob: Pick<Blob, 'size' | 'read'>, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.min(length, blob.size))
  return buffer.subarray(0, blob.read(buffer, 0))
}

/** The whole blob, or undefined where it is larger than `limit`. */
export function whole(blob: Blob, limit: number): Buffer | undefined {
  return blob.size > limit ? undefined : head(blob, blob.size)
}

/** The bytes in order. All chunks are one buffer, which is filled again for the next. */
export function* chunks(blob: Blob): Generator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, blob.size))
  for (let offset = 0; offset < blob.size;) {
    const read = blob.read(buffer, offset)
    if (read === 0) return
    offset += read
    yield buffer.subarray(0, read)
  }
}

/**
 * Gives back the memory of a buffer that has one of its own, at once. Left to the collector, what passes of a layer holds 60 MB more, and
 * makes it run every 64 MB, over all that is known of the image.
 */
export function release({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/**
 * Keeps what comes piece by piece so that it can be sought: in memory first, then in a temporary file that has no name,
 * so that nothing is left behind and nothing is written under a name taken from input.
 */
export class Spool {
  readonly #limit: number
  #memory: Buffer[] = []
  #fd: number | undefined
  #size = 0
  constructor(memory: number) {
    this.#limit = memory
  }
  get size(): number {
    return this.#size
  }
  /** Takes a copy. */
  push(chunk: Uint8Array): void {
    if (this.#fd === undefined && this.#size + chunk.length > this.#limit) {
      this.#fd = unnamedFile()
      for (const held of this.#memory) writeAll(this.#fd, held)
      this.#memory = []
    }
    if (this.#fd === undefined) this.#memory.push(Buffer.from(chunk))
    else writeAll(this.#fd, chunk)
    this.#size += chunk.length
  }
  blob(): Blob {
    return this.#fd === undefined ? memoryBlob(Buffer.concat(this.#memory)) : new FileBlob(this.#fd, this.#size)
  }
}

function unnamedFile(): number {
  const path = join(tmpdir(), `plimsoll-${crypto.randomUUID()}`)
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  unlinkSync(path)
  return fd
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done)
}

/** Reads input that cannot be sought, such as standard input, to its end or to the limit. */
export async function spool(
  input: AsyncIterable<Uint8Array>,
  limits: Limits,
): Promise<{ readonly blob: Blob; readonly problem?: Problem }> {
  const kept = new Spool(limits.memory)
  for await (const chunk of input) {
    if (kept.size + chunk.length > limits.spool)
      return {
        blob: kept.blob(),
        problem: {
          id: 'input-too-large',
          message: `The input is larger than ${limits.spool} bytes; the rest was not read. Write it to a file and scan that.`,
        },
      }
    kept.push(chunk)
  }
  return { blob: kept.blob() }
}
