import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MULTIPLEXED, multiplexes } from '../../src/confine/seccomp/multiplex.ts'
import {
  ARCHITECTURES,
  isSystemCall,
  nameOf,
  numbersOf,
  systemCalls,
  X32_BIT,
  type Abi,
} from '../../src/confine/syscalls.ts'

const ABIS: readonly Abi[] = [...ARCHITECTURES, 'x32']

describe('numbers', () => {
  // From the kernel's own tables (arch/*/entry/syscalls, include/uapi/asm-generic/unistd.h).
  it.each([
    ['amd64', 'read', 0],
    ['amd64', 'execve', 59],
    ['amd64', 'clone3', 435],
    ['x32', 'execve', X32_BIT + 520],
    ['x32', 'read', X32_BIT],
    ['x32', 'mseal', X32_BIT + 462],
    ['x86', 'socketcall', 102],
    ['x86', 'socket', 359],
    ['x86', 'mmap2', 192],
    ['arm', 'set_tls', 0xf0005],
    ['arm', 'arm_sync_file_range', 341],
    ['arm64', 'openat', 56],
    ['arm64', 'clone', 220],
    ['riscv64', 'riscv_flush_icache', 259],
    ['loong64', 'openat', 56],
    ['ppc64le', 'recv', 336],
    ['ppc64le', 'ipc', 117],
    ['s390x', 's390_pci_mmio_read', 353],
    ['s390x', 'semtimedop', 392],
  ] as const)('%s: %s is %i', (abi, name, number) => {
    expect(numbersOf(abi).get(name)).toBe(number)
    expect(nameOf(abi, number)).toBe(name)
  })
  it.each([
    ['arm64', 'open'],
    ['riscv64', 'renameat'],
    ['x32', 'uselib'],
    ['x32', 'map_shadow_stack'],
    ['amd64', 'socketcall'],
    ['x86', 'accept'],
  ] as const)('%s has no %s', (abi, name) => {
    expect(numbersOf(abi).has(name)).toBe(false)
    expect(systemCalls(abi)).not.toContain(name)
    expect(isSystemCall(name)).toBe(true)
  })
  it('each call has a number of its own', () => {
    for (const abi of ABIS) {
      const numbers = numbersOf(abi)
      expect(new Set(numbers.values()).size).toBe(numbers.size)
      expect(numbers.size).toBeGreaterThan(320)
      expect(systemCalls(abi)).toEqual([...numbers.keys()].sort())
    }
    expect(isSystemCall('arch_specific_syscall')).toBe(false)
    expect(isSystemCall('reed')).toBe(false)
  })
})

describe('the kernel’s headers', () => {
  const HEADERS = { amd64: 'unistd_64.h', x86: 'unistd_32.h', x32: 'unistd_x32.h' } as const
  const folder = '/usr/include/x86_64-linux-gnu/asm'
  if (!existsSync(folder)) console.log(`${folder} is absent: numbers are not compared with the kernel's headers`)
  it.skipIf(!existsSync(folder)).each(Object.entries(HEADERS))('%s: every number of %s', (abi, file) => {
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    const found = [...text.matchAll(/^#define __NR_(\w+) (?:(\d+)|\(__X32_SYSCALL_BIT \+ (\d+)\))/gm)]
    expect(found.length).toBeGreaterThan(300)
    const numbers = numbersOf(ABIS.find((one) => one === abi) ?? 'amd64')
    for (const [, name = '', plain, x32] of found)
      expect([name, numbers.get(name)]).toEqual([name, plain === undefined ? X32_BIT + Number(x32) : Number(plain)])
  })
})

const resolver = spawnSync('scmp_sys_resolver', ['read'], { stdio: 'ignore' }).status === 0
if (!resolver)
  console.log('scmp_sys_resolver (Debian package seccomp) is absent: numbers are not compared with libseccomp')
describe.skipIf(!resolver)('libseccomp', () => {
  const NAMES = {
    amd64: 'x86_64',
    arm64: 'aarch64',
    x86: 'x86',
    arm: 'arm',
    riscv64: 'riscv64',
    ppc64le: 'ppc64le',
    s390x: 's390x',
    x32: 'x32',
  } as const
  // Newer than libseccomp 2.5.4, or of an architecture that it has not.
  const UNKNOWN =
    /^(?:(?:list|set|get|remove)xattrat|lsm_\w+|mseal|statmount|listmount|listns|u(?:ret)?probe|open_tree_attr|file_[gs]etattr|riscv_hwprobe|rseq_slice_yield|cachestat|fchmodat2|map_shadow_stack|futex_(?:wait|wake|requeue))$/
  it.each(Object.entries(NAMES))('%s: every number that it knows', (name, theirs) => {
    const abi = ABIS.find((one) => one === name) ?? 'amd64'
    const numbers = [...numbersOf(abi)]
    const script = numbers.map(([call]) => `scmp_sys_resolver -a ${theirs} ${call}`).join('\n')
    const out = execFileSync('sh', { input: script, encoding: 'utf8' }).trim().split('\n')
    expect(out).toHaveLength(numbers.length)
    let known = 0
    for (const [i, [call, number]] of numbers.entries()) {
      const answer = Number(out[i])
      const by = MULTIPLEXED.get(call)
      if (answer === -1) expect(call).toMatch(UNKNOWN)
      // It gives such calls the number of the pseudo call, from which both ways are made (seccomp_rule_add(3)).
      else if (by && multiplexes(abi)) expect([call, answer]).toEqual([call, -(by.by === 'ipc' ? 200 : 100) - by.call])
      else expect([call, answer]).toEqual([call, number])
      if (answer !== -1) known++
    }
    expect(known).toBeGreaterThan(290)
  })
})
