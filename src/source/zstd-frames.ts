/**
 * Where the frames of a zstd stream end (RFC 8878, sections 3.1.1 and 3.1.2).
 *
 * node:zlib's decompressor drops, without an error, whatever follows the end of a frame inside the same write (seen in Node 24.21):
 * a layer in the zstd:chunked form, a frame per file, or a hostile one, would show its first file only.
 * Cut at the ends of frames, every write holds one frame at most, and nothing is dropped.
 */
const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50

export class ZstdFrames {
  /** Header bytes gathered so far: of a frame, or of a block. */
  readonly #held = Buffer.alloc(18)
  #have = 0
  #need = 4
  #state: 'magic' | 'skippable' | 'frame' | 'block' | 'body' = 'magic'
  /** Bytes to pass over before the next header; what follows them. */
  #skip = 0
  #after: 'magic' | 'block' = 'magic'
  #checksum = 0
  /** What follows a frame and is no frame: a decompressor would ignore it. */
  broken = false;

  /** Cuts a chunk after every end of a frame in it. */
  *cut(chunk: Buffer): Generator<Buffer> {
    let start = 0
    let at = 0
    while (at < chunk.length && !this.broken) {
      if (this.#state === 'body') {
        const step = Math.min(this.#skip, chunk.length - at)
        at += step
        this.#skip -= step
        if (this.#skip > 0) break
        this.#expect(this.#after, this.#after === 'magic' ? 4 : 3)
        if (this.#after === 'magic') {
          yield chunk.subarray(start, at)
          start = at
        }
        continue
      }
      const step = Math.min(this.#need - this.#have, chunk.length - at)
      chunk.copy(this.#held, this.#have, at, at + step)
      at += step
      this.#have += step
      if (this.#have === this.#need) this.#header()
    }
    if (start < chunk.length) yield chunk.subarray(start)
  }

  #expect(state: 'magic' | 'skippable' | 'frame' | 'block', need: number): void {
    this.#state = state
    this.#need = need
    this.#have = 0
  }

  #pass(bytes: number, after: 'magic' | 'block'): void {
    this.#state = 'body'
    this.#skip = bytes
    this.#after = after
  }

  #header(): void {
    const held = this.#held
    switch (this.#state) {
      case 'magic': {
        const magic = held.readUInt32LE(0)
        if (magic === MAGIC) this.#expect('frame', 1)
        else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) this.#expect('skippable', 4)
        else this.broken = true
        return
      }
      case 'skippable':
        return this.#pass(held.readUInt32LE(0), 'magic')
      case 'frame': {
        const descriptor = held.readUInt8(0)
        const single = (descriptor >> 5) & 1
        const sizeField = [single, 2, 4, 8][descriptor >> 6] ?? 0
        const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
        this.#checksum = descriptor & 4 ? 4 : 0
        return this.#pass((single ? 0 : 1) + dictionary + sizeField, 'block')
      }
      case 'block': {
        const block = held.readUIntLE(0, 3)
        const last = block & 1
        const size = ((block >> 1) & 3) === 1 ? 1 : block >> 3
        return this.#pass(size + (last ? this.#checksum : 0), last ? 'magic' : 'block')
      }
    }
  }
}
