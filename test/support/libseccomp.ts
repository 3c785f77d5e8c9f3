/** libseccomp itself as an oracle: profiles in, BPF programs out (libseccomp.c). */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SeccompProfile, SeccompRule } from '../../src/confine/seccomp/profile.ts'
import type { Abi, Architecture } from '../../src/confine/syscalls.ts'
import { program, run, seccompData, type Instruction } from './bpf.ts'

let made = ''
/** Removes the harness: to be called when all tests are done. */
export const removeHarness = (): void => void (made !== '' && rmSync(made, { recursive: true, force: true }))

let compiled: string | undefined | null = null
/** The path of the compiled harness, or undefined where there is no C compiler or no libseccomp-dev. */
export function harness(): string | undefined {
  if (compiled !== null) return compiled
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-libseccomp-'))
  made = folder
  const out = join(folder, 'harness')
  const built = spawnSync('cc', ['-O1', '-o', out, join(import.meta.dirname, 'libseccomp.c'), '-lseccomp'])
  compiled = built.status === 0 ? out : undefined
  return compiled
}

/** Which of the names that installed libseccomp knows. */
export function knownNames(path: string, names: readonly string[]): ReadonlySet<string> {
  const out = execFileSync(path, ['known'], { input: `${names.join('\n')}\n`, encoding: 'utf8' })
  return new Set(out.trim().split('\n'))
}

/** libseccomp's name, audit architecture (linux/audit.h) and byte order. */
export const ABIS: Readonly<Record<Exclude<Abi, 'loong64'>, { name: string; audit: number; littleEndian: boolean }>> = {
  amd64: { name: 'x86_64', audit: 0xc000003e, littleEndian: true },
  x32: { name: 'x32', audit: 0xc000003e, littleEndian: true },
  x86: { name: 'x86', audit: 0x40000003, littleEndian: true },
  arm64: { name: 'aarch64', audit: 0xc00000b7, littleEndian: true },
  arm: { name: 'arm', audit: 0x40000028, littleEndian: true },
  riscv64: { name: 'riscv64', audit: 0xc00000f3, littleEndian: true },
  ppc64le: { name: 'ppc64le', audit: 0xc0000015, littleEndian: true },
  s390x: { name: 's390x', audit: 0x80000016, littleEndian: false },
}

const ACTIONS: Readonly<Record<string, number>> = {
  KILL: 0,
  KILL_THREAD: 0,
  KILL_PROCESS: 0x80000000,
  TRAP: 0x30000,
  ERRNO: 0x50000,
  NOTIFY: 0x7fc00000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
}
const OPERATORS = ['', 'NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ']

function value(action: string, errno: number | undefined): number {
  const word = action.replace('SCMP_ACT_', '')
  const data = word === 'ERRNO' || word === 'TRACE' ? (errno ?? 1) : 0
  return ((ACTIONS[word] ?? 0) | data) >>> 0
}

/** A call of libseccomp, and what it came from. */
export interface Call {
  readonly rule: SeccompRule
  readonly name: string
}

export interface Job {
  readonly text: string
  readonly calls: readonly Call[]
}

/** What runc makes of a profile whose rules are all in force (libcontainer/seccomp, InitSeccomp and matchCall). */
export function job(profile: SeccompProfile, abis: readonly (keyof typeof ABIS)[]): Job {
  const byDefault = value(profile.defaultAction, profile.defaultErrnoRet)
  const calls: Call[] = []
  const lines = [`default ${byDefault}`, ...abis.map((abi) => `arch ${ABIS[abi].name}`)]
  const count = profile.syscalls.reduce((sum, { names }) => sum + names.length, 0)
  if (count > 32) lines.push('optimize')
  for (const rule of profile.syscalls)
    for (const name of rule.names) {
      const action = value(rule.action, rule.errnoRet)
      if (action === byDefault) continue
      const words = rule.args.map(({ index, op, value: a, valueTwo }) =>
        [index, OPERATORS.indexOf(op.replace('SCMP_CMP_', '')), a, valueTwo].join(' '),
      )
      const several = new Set(rule.args.map(({ index }) => index)).size < rule.args.length
      for (const args of several ? words.map((word) => [word]) : [words]) {
        lines.push(`rule ${action} ${name} ${args.length} ${args.join(' ')}`)
        calls.push({ rule, name })
      }
    }
  return { text: [...lines, 'end', ''].join('\n'), calls }
}

export type Made =
  { readonly program: readonly Instruction[]; readonly refused: readonly Call[] } | 'hung' | 'died' | 'none'

/** Makes the filters of all jobs in one run of the harness. */
export function make(path: string, jobs: readonly Job[], littleEndian: boolean): readonly Made[] {
  const out = execFileSync(path, { input: jobs.map(({ text }) => text).join(''), encoding: 'utf8', maxBuffer: 2 ** 30 })
  const lines = out.trimEnd().split('\n')
  if (lines.length !== jobs.length) throw new Error(`${lines.length} answers to ${jobs.length} profiles`)
  return lines.map((line, i): Made => {
    if (line === 'hung' || line === 'died') return line
    if (line.startsWith('failed')) throw new Error(line)
    const [hex = '', ...refused] = line.split(' ')
    if (hex === '-') return 'none'
    return {
      program: program(Buffer.from(hex, 'hex'), littleEndian),
      refused: refused.map((n) => jobs[i]?.calls[Number(n)]).filter((call) => call !== undefined),
    }
  })
}

const FIRST_WORDS = new Set(Object.values(ACTIONS).map((bits) => bits >>> 16))
/**
 * libseccomp 2.5 turns the bytes of a return around twice when it copies that return nearer to a far jump (gen_bpf.c,
 * _gen_bpf_build_jmp_ret) and writes for another byte order than its own; on s390x itself there is nothing to turn around.
 */
function unturned(value: number, littleEndian: boolean): number {
  const isAction =
    FIRST_WORDS.has(value >>> 16) && (value >>> 16 === 0x8000 || value >>> 16 === 0 ? (value & 0xffff) === 0 : true)
  if (littleEndian || isAction) return value
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0
}

/** What the program returns for a call. */
export function answer(
  instructions: readonly Instruction[],
  abi: keyof typeof ABIS,
  number: number,
  args: readonly bigint[],
): number {
  const { audit, littleEndian } = ABIS[abi]
  // The kernel hands a 32-bit caller's arguments over with high halves of 0.
  const given = abi === 'x86' || abi === 'arm' ? args.map((arg) => arg & 0xffffffffn) : args
  return unturned(run(instructions, seccompData(number >>> 0, audit, given, littleEndian)), littleEndian)
}

/** Machines, and the ABIs that programs can come by there. */
export const MACHINES: readonly { native: Architecture; abis: readonly (keyof typeof ABIS)[] }[] = [
  { native: 'amd64', abis: ['amd64', 'x86', 'x32'] },
  { native: 'arm64', abis: ['arm64', 'arm'] },
  { native: 'riscv64', abis: ['riscv64'] },
  { native: 's390x', abis: ['s390x'] },
  { native: 'ppc64le', abis: ['ppc64le'] },
]

const WORDS: Readonly<Record<string, keyof typeof ABIS>> = {
  SCMP_ARCH_X86_64: 'amd64',
  SCMP_ARCH_X32: 'x32',
  SCMP_ARCH_X86: 'x86',
  SCMP_ARCH_AARCH64: 'arm64',
  SCMP_ARCH_ARM: 'arm',
  SCMP_ARCH_RISCV64: 'riscv64',
  SCMP_ARCH_PPC64LE: 'ppc64le',
  SCMP_ARCH_S390X: 's390x',
}

/** What an engine makes of a profile for its runtime (moby/profiles seccomp_linux.go, setupSeccomp), with the ABIs of the filter. */
export function settled(
  profile: SeccompProfile,
  native: Architecture,
  capabilities: ReadonlySet<string>,
  kernel: readonly [number, number],
): { profile: SeccompProfile; abis: readonly (keyof typeof ABIS)[] } {
  const least = (version: readonly [number, number]): boolean =>
    kernel[0] * 1000 + kernel[1] >= version[0] * 1000 + version[1]
  const syscalls = profile.syscalls.filter(({ includes, excludes }) => {
    if (excludes?.arches.includes(native)) return false
    if (excludes?.caps.some((word) => capabilities.has(word.replace('CAP_', '')))) return false
    if (excludes?.minKernel && least(excludes.minKernel)) return false
    if (includes?.arches.length && !includes.arches.includes(native)) return false
    if (includes?.caps.some((word) => !capabilities.has(word.replace('CAP_', '')))) return false
    return !(includes?.minKernel && !least(includes.minKernel))
  })
  const own = profile.archMap.find(({ architecture }) => WORDS[architecture] === native)
  const words = own ? own.subArchitectures : profile.architectures
  const abis = new Set([native, ...words.flatMap((word) => WORDS[word] ?? [])])
  return { profile: { ...profile, syscalls }, abis: [...abis].filter((abi) => abi !== 'loong64') }
}
