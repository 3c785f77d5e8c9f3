/** Names and numbers of the system calls of Linux, by processor architecture. Nothing is parsed before it is asked for. */
import { COLUMNS, NUMBERS } from './syscalls/numbers.ts'

/** Architectures by the names that libseccomp, and conditions of seccomp profiles, have for them. */
export const ARCHITECTURES = ['amd64', 'arm64', 'x86', 'arm', 'riscv64', 'loong64', 'ppc64le', 's390x'] as const
export type Architecture = (typeof ARCHITECTURES)[number]

/** A way to enter the kernel: an architecture's own, or x32 (32-bit pointers on amd64). */
export type Abi = Architecture | 'x32'

/** libseccomp's name for an architecture as images name it (GOARCH: `386` is x86), or undefined. */
export const architectureOf = (goarch: string): Architecture | undefined =>
  goarch === '386' ? 'x86' : ARCHITECTURES.find((name) => name === goarch)

/** Set in the number of every call that comes by x32 (__X32_SYSCALL_BIT, asm/unistd.h). */
export const X32_BIT = 0x40000000

const byName = new Map<Abi, ReadonlyMap<string, number>>()
const byNumber = new Map<Abi, ReadonlyMap<number, string>>()
const lists = new Map<Abi, readonly string[]>()

/** Name to number of every call of that ABI; x32's numbers have bit 30. */
export function numbersOf(abi: Abi): ReadonlyMap<string, number> {
  const known = byName.get(abi)
  if (known) return known
  const column = COLUMNS.indexOf(abi)
  const bit = abi === 'x32' ? X32_BIT : 0
  const numbers = new Map<string, number>()
  for (const row of NUMBERS.trim().split(/; |\n/)) {
    const gap = row.indexOf(' ')
    const cells = row.slice(gap + 1).match(/\d+|[.-]/g) ?? []
    let at = Math.min(column, cells.length - 1)
    while (cells[at] === '.') at--
    const cell = cells[at]
    if (cell !== undefined && cell !== '-') numbers.set(row.slice(0, gap), Number(cell) + bit)
  }
  byName.set(abi, numbers)
  return numbers
}

/** The call's name by its number (x32's with bit 30), or undefined. */
export function nameOf(abi: Abi, number: number): string | undefined {
  let names = byNumber.get(abi)
  if (!names) {
    names = new Map([...numbersOf(abi)].map(([name, n]) => [n, name]))
    byNumber.set(abi, names)
  }
  return names.get(number)
}

/** Every system call of that ABI, in alphabetical order. */
export function systemCalls(abi: Abi): readonly string[] {
  let names = lists.get(abi)
  if (!names) {
    names = [...numbersOf(abi).keys()].sort()
    lists.set(abi, names)
  }
  return names
}

let all: ReadonlySet<string> | undefined

/** True for a name that some architecture of ours has. */
export function isSystemCall(name: string): boolean {
  all ??= new Set([...ARCHITECTURES, 'x32' as const].flatMap((abi) => [...numbersOf(abi).keys()]))
  return all.has(name)
}
