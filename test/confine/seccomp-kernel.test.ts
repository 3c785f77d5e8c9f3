/** decide against the kernel: containers under our profiles, in which a static program tries calls and tells what it got. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide, evaluator, type Decision, type World } from '../../src/confine/seccomp/decide.ts'
import type { SeccompProfile } from '../../src/confine/seccomp/profile.ts'
import { readProfile } from '../../src/confine/seccomp/read.ts'
import { numbersOf, systemCalls } from '../../src/confine/syscalls.ts'
import { readText } from '../../src/document/read.ts'
import { harness, knownNames, removeHarness } from '../support/libseccomp.ts'
import { works } from '../support/works.ts'

const root = process.arch === 'x64' && process.getuid?.() === 0
const withRunc = root && works('runc', '--version') && works('cc', '--version')
const withDocker = root && works('docker', 'info') && works('cc', '--version')
if (!withRunc) console.log('runc, cc or root is absent: decide is not compared with the kernel')
if (!withDocker) console.log('Docker Engine is absent: decide is not compared with what it enforces')

/** What a Go runtime, a static program and the probe need. */
const NEEDED =
  'access arch_prctl brk capget capset chdir clone close dup dup3 epoll_create1 epoll_ctl epoll_pwait execve exit exit_group faccessat fchdir fchown fcntl fstat fstatfs futex getcwd getdents64 getpid getppid gettid getuid ioctl lseek madvise mmap mprotect munmap nanosleep newfstatat open openat pipe2 prctl pread64 prlimit64 read readlink readlinkat rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_yield set_robust_list set_tid_address setgid setgroups setsid setuid sigaltstack stat tgkill uname wait4 write'.split(
    ' ',
  )

/** An errno that no call of the list gives by itself. */
const MARK = 99
const M = 2n ** 64n - 1n
const arg = (index: number, op: string, value: bigint, valueTwo = 0n): object => ({
  index,
  op: `SCMP_CMP_${op}`,
  value,
  valueTwo,
})

type Try = readonly [abi: 'amd64' | 'x86' | 'x32', call: string | number, ...args: bigint[]]
/** Calls that do no harm where they are let through: their arguments are wrong, or they only ask. */
const TRIES: readonly Try[] = [
  ...[
    'getpid',
    'getuid',
    'getppid',
    'sched_yield',
    'getpgrp',
    'alarm',
    'umask',
    'gettid',
    'inotify_init',
    'epoll_create1',
  ].map((name): Try => ['amd64', name]),
  ...[
    'mount',
    'umount2',
    'setns',
    'ptrace',
    'bpf',
    'keyctl',
    'add_key',
    'perf_event_open',
    'io_uring_setup',
    'init_module',
    'open_by_handle_at',
    'openat2',
    'clone3',
    'pidfd_open',
    'landlock_create_ruleset',
    'futex_waitv',
    'cachestat',
    'fchmodat2',
    'mseal',
    'statmount',
    'listmount',
    'lsm_list_modules',
    'file_getattr',
    'listns',
  ].map((name): Try => ['amd64', name, M, M, M, M, M, M]),
  ...[0n, 8n, 9n, 0xffffffffn, 0x100000000n, 0x1ffffffffn, M].map((persona): Try => ['amd64', 'personality', persona]),
  ...[1n, 2n, 16n, 40n, 41n, 2n ** 32n + 40n].map((family): Try => ['amd64', 'socket', family, 77n]),
  ...[4n, 5n, 6n, 2n ** 32n + 4n, 2n ** 32n + 5n, 2n ** 63n, M].map((value): Try => [
    'amd64',
    'setpriority',
    9n,
    value,
    value,
  ]),
  ...[0n, 1n, 0x10n, 0x11n, 0x10000000000n, 0x10000000010n].map((value): Try => ['amd64', 'getpriority', value, 7n]),
  ['amd64', 600],
  ['amd64', 1023],
  ['amd64', 0xffffffff],
  ...['getpid', 'mmap2', 'socket', 'getuid32', 'clone3', 'mseal', 'waitpid'].map((name): Try => [
    'x86',
    name,
    0xffffffffn,
    0n,
  ]),
  ...[1n, 3n, 5n, 18n, 20n].map((call): Try => ['x86', 'socketcall', call, 0n]),
  ...[1n, 2n, 13n, 21n].map((call): Try => ['x86', 'ipc', call, 0xffffn, 0xffffn, 0xffffn]),
  ['x86', 900],
  ['x32', 'getpid'],
  ['x32', 'mount'],
  ['x32', 'mseal'],
]

const numberOf = ([abi, call]: Try): number => (typeof call === 'number' ? call : (numbersOf(abi).get(call) ?? -1))
const word = (one: Try): string =>
  `${one[0] === 'x86' ? 'i:' : ''}${[numberOf(one), ...one.slice(2), 0, 0, 0, 0, 0, 0].slice(0, 7).join()}`

/** What the child of the probe tells for a decision; `runs` for anything but what a filter makes. */
function expected({ action, errno }: Decision): string {
  if (action === 'SCMP_ACT_ERRNO') return `errno ${errno ?? 0}`
  if (action === 'SCMP_ACT_TRACE') return 'errno 38'
  return action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG' ? 'runs' : 'signal 31'
}
const seen = (line: string, wanted: string): string =>
  line.startsWith('-')
    ? `signal ${line.slice(1)}`
    : wanted === 'runs' && line !== String(MARK)
      ? 'runs'
      : `errno ${line}`

const ARCHITECTURES = ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']
const refuse = (names: string[], args: object[] = [], action = 'ERRNO'): object => ({
  names,
  action: `SCMP_ACT_${action}`,
  ...(action === 'ERRNO' && { errnoRet: MARK }),
  args,
})
const allow = (names: string[], args: object[] = []): object => refuse(names, args, 'ALLOW')

const COMPARING = [
  allow(['personality'], [arg(0, 'EQ', 0n)]),
  allow(['personality'], [arg(0, 'EQ', 0xffffffffn)]),
  allow(['personality'], [arg(0, 'EQ', M)]),
  allow(['socket'], [arg(0, 'LT', 40n)]),
  allow(['socket'], [arg(0, 'GT', 40n)]),
  allow(['setpriority'], [arg(1, 'GE', 5n), arg(2, 'LE', 2n ** 32n + 4n)]),
  allow(['getpriority'], [arg(0, 'MASKED_EQ', 0x10000000010n, 0x10n)]),
  allow(['ptrace', 'bpf'], [arg(0, 'NE', M)]),
]
const PROFILES: readonly { what: string; profile: object; killed?: boolean }[] = [
  {
    what: 'an allow list with comparisons',
    profile: {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: MARK,
      architectures: ARCHITECTURES,
      syscalls: [allow([...NEEDED, 'futex_waitv', 'getpriority']), ...COMPARING],
    },
  },
  {
    what: 'comparisons of the same call only, the machine’s own architecture only',
    profile: {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: MARK,
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [allow(NEEDED), ...COMPARING, allow(['openat2', 'clone3'])],
    },
  },
  {
    what: 'a deny list',
    profile: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ARCHITECTURES,
      syscalls: [
        refuse(['mount', 'bpf', 'getpgrp', 'mseal']),
        refuse(['ptrace'], [], 'KILL_PROCESS'),
        refuse(['keyctl'], [], 'TRAP'),
        refuse(['setns'], [], 'KILL'),
        refuse(['umask'], [], 'LOG'),
        refuse(['alarm'], [], 'TRACE'),
        refuse(['socket'], [arg(0, 'EQ', 40n)]),
        refuse(['personality'], [arg(0, 'MASKED_EQ', 8n, 8n)]),
        refuse(['semop', 'shmat']),
        refuse(['personality']),
        allow(['getuid']),
      ],
    },
  },
  {
    what: 'several rules for one call',
    profile: {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: MARK,
      architectures: ARCHITECTURES,
      syscalls: [
        allow(NEEDED),
        refuse(['getpgrp'], [], 'LOG'),
        { names: ['getpgrp'], action: 'SCMP_ACT_ERRNO', errnoRet: 7 },
        { names: ['alarm'], action: 'SCMP_ACT_ERRNO', errnoRet: 7 },
        allow(['alarm', 'umask']),
        { names: ['umask'], action: 'SCMP_ACT_ERRNO', errnoRet: 7, args: [arg(0, 'EQ', 0n)] },
        { names: ['personality'], action: 'SCMP_ACT_ERRNO', errnoRet: 7, args: [arg(0, 'EQ', 8n), arg(0, 'EQ', 9n)] },
        allow(['personality'], [arg(0, 'GT', 5n)]),
        allow(['socket'], [arg(0, 'NE', 1n), arg(1, 'EQ', 77n)]),
      ],
    },
  },
]

let folder = ''
let knownTo: ReadonlySet<string> | undefined
beforeAll(() => {
  if (!withRunc && !withDocker) return
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-kernel-'))
  mkdirSync(join(folder, 'rootfs'))
  execFileSync('cc', [
    '-static',
    '-O1',
    '-o',
    join(folder, 'rootfs/probe'),
    join(import.meta.dirname, '../support/probe.c'),
  ])
  const path = harness()
  if (path !== undefined) knownTo = knownNames(path, systemCalls('amd64').concat(systemCalls('x86')))
})
afterAll(() => {
  removeHarness()
  if (folder !== '') rmSync(folder, { recursive: true })
})

function parsed(profile: object): { value: SeccompProfile; text: string } {
  const text = JSON.stringify(profile, (_, part: unknown) =>
    typeof part === 'bigint' ? `#${part}#` : part,
  ).replaceAll(/"#(\d+)#"/g, '$1')
  const node = readText('seccomp.json', text).value.documents[0]
  const { value, notices } = node ? readProfile(node) : {}
  if (!value) throw new Error(JSON.stringify(notices))
  return { value, text }
}

/** Every call of the list, what the kernel answered beside what decide says. */
function compared(
  out: string,
  profile: SeccompProfile,
  world: Omit<World, 'architecture'>,
): { ours: string[]; kernel: string[] } {
  const lines = out.trim().split('\n')
  expect(lines).toHaveLength(TRIES.length)
  const wanted = TRIES.map((one) =>
    expected(decide(profile, { ...world, architecture: one[0] }, numberOf(one), one.slice(2) as bigint[])),
  )
  const label = (i: number): string => `${TRIES[i]?.slice(0, 3).join(' ') ?? ''}: `
  return {
    ours: wanted.map((answer, i) => label(i) + answer),
    kernel: lines.map((line, i) => label(i) + seen(line, wanted[i] ?? '')),
  }
}

/** Runs the probe in a container of runc under that profile. */
function runcRun(text: string): { stdout: string; stderr: string } {
  const config = {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/probe', ...TRIES.map(word)],
      cwd: '/',
      capabilities: {},
      noNewPrivileges: true,
    },
    root: { path: join(folder, 'rootfs'), readonly: true },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: { namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })), seccomp: '@' },
  }
  mkdirSync(join(folder, 'rootfs/proc'), { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config).replace('"@"', text))
  const name = `plimsoll-${process.pid}`
  const run = spawnSync('runc', ['--root', join(folder, 'state'), 'run', '--bundle', folder, name], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  spawnSync('runc', ['--root', join(folder, 'state'), 'delete', '--force', name], { stdio: 'ignore' })
  return run
}

describe.skipIf(!withRunc)('runc', () => {
  it.each(PROFILES)('$what', ({ profile }) => {
    const { value, text } = parsed(profile)
    const run = runcRun(text)
    expect(run.stderr).toBe('')
    const { ours, kernel } = compared(run.stdout, value, {
      native: 'amd64',
      capabilities: new Set(),
      runtime: 'runc',
      ...(knownTo && { knownTo }),
    })
    expect(kernel).toEqual(ours)
    console.log(`${ours.length} calls in a container of runc: the kernel answered as decide says`)
  })
})

describe.skipIf(!withRunc)('what runc refuses', () => {
  const socket = [
    allow(['socket'], [arg(1, 'EQ', 77n)]),
    { names: ['socket'], action: 'SCMP_ACT_ERRNO', errnoRet: 0, args: [arg(0, 'EQ', 2n)] },
  ]
  it.each([
    [
      'conflict',
      'file exists',
      { syscalls: [allow(NEEDED), refuse(['alarm'], [arg(0, 'EQ', 1n)]), allow(['alarm'], [arg(0, 'EQ', 1n)])] },
    ],
    ['conflict', 'file exists', { architectures: ARCHITECTURES, syscalls: [allow(NEEDED), ...socket] }],
    ['none', '', { architectures: ['SCMP_ARCH_X86_64'], syscalls: [allow(NEEDED), ...socket] }],
    [
      'errno',
      'error adding seccomp filter rule for syscall alarm',
      { syscalls: [allow(NEEDED), { names: ['alarm'], action: 'SCMP_ACT_ERRNO', errnoRet: 4095 }] },
    ],
    ['none', '', { syscalls: [allow(NEEDED), { names: ['alarm'], action: 'SCMP_ACT_ERRNO', errnoRet: 4094 }] }],
    ['byte-order', 'architecture', { architectures: ['SCMP_ARCH_S390X'], syscalls: [allow(NEEDED)] }],
    ['notify', 'NOTIFY', { defaultAction: 'SCMP_ACT_NOTIFY', syscalls: [allow(NEEDED)] }],
  ])('%s: %s', (reason, message, given) => {
    const { value, text } = parsed({ defaultAction: 'SCMP_ACT_ERRNO', ...given })
    const { refusals } = evaluator(value, { architecture: 'amd64', capabilities: new Set(), runtime: 'runc' })
    expect(refusals.map((refusal) => refusal.reason)).toEqual(reason === 'none' ? [] : [reason])
    const { stderr } = runcRun(text)
    if (reason === 'none') expect(stderr).toBe('')
    else expect(stderr).toContain(message)
  })
})

describe.skipIf(!withDocker)('Docker Engine', () => {
  it.each([
    ['without capabilities', [], []],
    ['with SYS_ADMIN', ['SYS_ADMIN'], ['--cap-add', 'SYS_ADMIN']],
  ] as const)('conditions and archMap, %s', (_, capabilities, options) => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      archMap: [
        { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
        { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
      ],
      syscalls: [
        { ...refuse(['getpgrp', 'socketcall']), includes: { caps: ['CAP_SYS_ADMIN'] } },
        { ...refuse(['alarm']), excludes: { caps: ['CAP_SYS_ADMIN'] } },
        { ...refuse(['umask']), includes: { arches: ['arm64'] } },
        { ...refuse(['inotify_init']), includes: { minKernel: '4.8', arches: ['amd64'] } },
        { ...refuse(['gettid']), excludes: { minKernel: '4.8' } },
        refuse(['personality'], [arg(0, 'GE', 2n ** 32n)]),
        refuse(['socket'], [arg(0, 'EQ', 40n)]),
      ],
    }
    const { value, text } = parsed(profile)
    writeFileSync(join(folder, 'profile.json'), text)
    const image = `plimsoll-probe-${process.pid}`
    execFileSync('docker', ['import', '-', image], {
      input: execFileSync('tar', ['-C', join(folder, 'rootfs'), '-c', 'probe']),
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    try {
      const args = [
        'run',
        '--rm',
        '--network',
        'none',
        '--cap-drop',
        'ALL',
        ...options,
        '--security-opt',
        `seccomp=${join(folder, 'profile.json')}`,
        image,
        '/probe',
        ...TRIES.map(word),
      ]
      const out = execFileSync('docker', args, { encoding: 'utf8', timeout: 30_000 })
      const world = {
        native: 'amd64',
        capabilities: new Set<string>(capabilities),
        kernel: [6, 1],
        runtime: 'runc',
        ...(knownTo && { knownTo }),
      } as const
      const { ours, kernel } = compared(out, value, world)
      expect(kernel).toEqual(ours)
    } finally {
      spawnSync('docker', ['rmi', '-f', image], { stdio: 'ignore' })
    }
  })
})
