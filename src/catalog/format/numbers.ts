/** Unsigned numbers at places of some bytes, of either byte order. Beyond the end they are NaN, which no comparison accepts. */
export class Numbers {
  readonly bytes: Buffer
  readonly #big: boolean

  constructor(bytes: Buffer, big: boolean) {
    this.bytes = bytes
    this.#big = big
  }

  of(at: number, width: 1 | 2 | 4 | 8): number {
    if (!(at >= 0 && at + width <= this.bytes.length)) return Number.NaN
    if (width === 8) return this.#long(at)
    if (width === 4) return this.#big ? this.bytes.readUInt32BE(at) : this.bytes.readUInt32LE(at)
    if (width === 2) return this.#big ? this.bytes.readUInt16BE(at) : this.bytes.readUInt16LE(at)
    return this.bytes.readUInt8(at)
  }

  /** Exact up to 2^53: larger ones are no sizes or offsets of files, but may be addresses, which are compared and subtracted only. */
  #long(at: number): number {
    const [high, low] = this.#big ? [at, at + 4] : [at + 4, at]
    return this.of(high, 4) * 2 ** 32 + this.of(low, 4)
  }

  /** Text of a field of fixed length, which zeros fill up. */
  text(at: number, length: number): string {
    const field = this.bytes.subarray(at, at + length)
    const end = field.indexOf(0)
    return field.toString('latin1', 0, end < 0 ? field.length : end)
  }
}
