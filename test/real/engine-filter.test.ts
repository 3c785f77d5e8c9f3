/**
 * The filter that a running Docker Engine really loads, taken out of the kernel by ptrace(2) (PTRACE_SECCOMP_GET_FILTER), against our
 * docker-default@20.10: every system call of every ABI, with the arguments at the boundaries of every comparison.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, copyFileSync, existsSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interestingArguments } from '../../src/confine/seccomp/arguments.ts'
import { evaluator, valueOf, type World } from '../../src/confine/seccomp/decide.ts'
import { DEFAULT_CAPABILITIES } from '../../src/confine/seccomp/lint.ts'
import { numbersOf, systemCalls } from '../../src/confine/syscalls.ts'
import { builtinSeccompProfile } from '../../src/seccomp-builtin.ts'
import { run, seccompData, type Instruction } from '../support/bpf.ts'
import { ABIS, harness, knownNames, removeHarness } from '../support/libseccomp.ts'

const answers = (program: string, ...args: string[]): string | undefined => {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 })
  return status === 0 ? stdout.trim() : undefined
}
const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))
const version = answers('docker', 'info', '--format', '{{.ServerVersion}}')
const isDebians = version?.startsWith('20.10') === true
const can =
  process.getuid?.() === 0 && process.arch === 'x64' && isDebians && answers('cc', '--version') !== undefined && BUSYBOX
if (!can)
  console.log(
    `no root, amd64, Docker Engine 20.10 (${version ?? 'none'}), cc or busybox: its own filter is not compared`,
  )

const MACHINE = ['amd64', 'x32', 'x86'] as const

describe.skipIf(!can)("the running engine's own filter", () => {
  let folder = ''
  const image = `plimsoll-filter-${process.pid}`
  let knownTo: ReadonlySet<string> | undefined
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-filter-'))
    execFileSync('cc', ['-o', join(folder, 'getfilter'), join(import.meta.dirname, '../support/getfilter.c')])
    mkdirSync(join(folder, 'root/bin'), { recursive: true })
    copyFileSync(BUSYBOX || '', join(folder, 'root/bin/busybox'))
    execFileSync('docker', ['import', '-', image], {
      input: execFileSync('tar', ['-C', join(folder, 'root'), '-c', '.'], { maxBuffer: 2 ** 26 }),
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    const path = harness()
    if (path !== undefined) knownTo = knownNames(path, systemCalls('amd64').concat(systemCalls('x86')))
  })
  afterAll(() => {
    spawnSync('docker', ['rmi', '-f', image], { stdio: 'ignore' })
    removeHarness()
    rmSync(folder, { recursive: true })
  })

  /** The programs of a container's first process. */
  function filters(options: readonly string[]): readonly (readonly Instruction[])[] {
    const id = execFileSync(
      'docker',
      ['run', '-d', '--network', 'none', ...options, image, '/bin/busybox', 'sleep', '60'],
      {
        encoding: 'utf8',
      },
    ).trim()
    try {
      const pid = execFileSync('docker', ['inspect', '-f', '{{.State.Pid}}', id], { encoding: 'utf8' }).trim()
      const text = execFileSync(join(folder, 'getfilter'), [pid], { encoding: 'utf8', maxBuffer: 2 ** 26 })
      return text
        .trim()
        .split('\n\n')
        .map((one) =>
          one.split('\n').map((line) => {
            const [code = 0, jt = 0, jf = 0, k = 0] = line.split(' ').map(Number)
            return { code, jt, jf, k }
          }),
        )
    } finally {
      spawnSync('docker', ['rm', '-f', id], { stdio: 'ignore' })
    }
  }

  it.each([
    ['the default capabilities', DEFAULT_CAPABILITIES, []],
    ['none', new Set<string>(), ['--cap-drop', 'ALL']],
    ['SYS_ADMIN besides', new Set([...DEFAULT_CAPABILITIES, 'SYS_ADMIN']), ['--cap-add', 'SYS_ADMIN']],
    [
      'SYS_PTRACE and SYS_CHROOT only',
      new Set(['SYS_PTRACE', 'SYS_CHROOT']),
      ['--cap-drop', 'ALL', '--cap-add', 'SYS_PTRACE', '--cap-add', 'SYS_CHROOT'],
    ],
  ] as const)('with %s, call by call', async (_, capabilities, options) => {
    const ours = await builtinSeccompProfile('docker-default@20.10')
    expect(ours).toBeDefined()
    if (!ours) return
    const programs = filters(options)
    expect(programs).toHaveLength(1)
    const [program = []] = programs
    const [major = 0, minor = 0] = release().split('.').map(Number)
    const differences: string[] = []
    let count = 0
    for (const architecture of MACHINE) {
      const { audit } = ABIS[architecture]
      const world: World = {
        architecture,
        native: 'amd64',
        capabilities,
        kernel: [major, minor],
        runtime: 'runc',
        ...(knownTo && { knownTo }),
      }
      const filter = evaluator(ours.profile, world)
      for (const [name, number] of numbersOf(architecture))
        for (const args of [[], ...interestingArguments([ours.profile], name)]) {
          count += 1
          const kernel = run(program, seccompData(number, audit, args, true))
          const we = valueOf(filter.decide(number, args))
          if (kernel !== we)
            differences.push(
              `${architecture} ${name}(${args.join(', ')}): engine ${kernel.toString(16)}, ours ${we.toString(16)}`,
            )
        }
    }
    expect(count).toBeGreaterThan(1000)
    expect(differences).toEqual([])
  })
})
