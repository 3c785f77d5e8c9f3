/** The part of classic BPF that seccomp filters are written in (linux/filter.h, linux/bpf_common.h, seccomp(2)). */

export interface Instruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
}

/** struct sock_filter, one after another, in the byte order of the architecture that the filter is for. */
export function program(bytes: Uint8Array, littleEndian: boolean): readonly Instruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => ({
    code: view.getUint16(i * 8, littleEndian),
    jt: view.getUint8(i * 8 + 2),
    jf: view.getUint8(i * 8 + 3),
    k: view.getUint32(i * 8 + 4, littleEndian),
  }))
}

/** struct seccomp_data as sixteen 32-bit words: nr, arch, the instruction pointer, six arguments. */
export function seccompData(
  number: number,
  auditArch: number,
  args: readonly bigint[],
  littleEndian: boolean,
): Uint32Array {
  const data = new Uint32Array(16)
  data[0] = number
  data[1] = auditArch
  for (let i = 0; i < 6; i++) {
    const value = args[i] ?? 0n
    const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)]
    data[4 + 2 * i] = littleEndian ? low : high
    data[5 + 2 * i] = littleEndian ? high : low
  }
  return data
}

/** What the program returns; throws where the kernel would refuse the program. */
export function run(instructions: readonly Instruction[], data: Uint32Array): number {
  let accumulator = 0
  for (let at = 0; at < instructions.length; at++) {
    const { code, jt, jf, k } = instructions[at] ?? { code: -1, jt: 0, jf: 0, k: 0 }
    switch (code) {
      case 0x20: // ld [k]
        if (k % 4 !== 0 || k >= 64) throw new Error(`load from ${k}`)
        accumulator = data[k / 4] ?? 0
        break
      case 0x54: // and #k
        accumulator = (accumulator & k) >>> 0
        break
      case 0x05: // ja
        at += k
        break
      case 0x15: // jeq
        at += accumulator === k ? jt : jf
        break
      case 0x25: // jgt
        at += accumulator > k ? jt : jf
        break
      case 0x35: // jge
        at += accumulator >= k ? jt : jf
        break
      case 0x45: // jset
        at += accumulator & k ? jt : jf
        break
      case 0x06: // ret #k
        return k
      default:
        throw new Error(`instruction ${code} at ${at}`)
    }
  }
  throw new Error('the program ends without a return')
}
