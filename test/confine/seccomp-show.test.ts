/** `plimsoll seccomp`: pages, JSON and exit codes. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { seccompCommand } from '../../src/cli/seccomp.ts'
import { PURPOSES } from '../../src/seccomp.ts'
import { UsageError } from '../../src/usage.ts'
import { CORPUS, engineForm } from './seccomp-profiles.ts'

const FILES: Record<string, string> = {
  'tight.json': engineForm('SCMP_ACT_ERRNO', [{ names: ['read', 'exit_group'], action: 'SCMP_ACT_ALLOW' }], {
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  }),
  'open.json': '{"defaultAction": "SCMP_ACT_ALLOW"}',
  'broken.json': '{"defaultAction": "SCMP_ACT_ALOW"}',
  'cut.json': '{"defaultAction": ',
  'other.yaml': 'services: {}\n',
  'oci.json': '{"ociVersion": "1.2.0", "linux": {}}',
  'odd.json': engineForm('SCMP_ACT_ERRNO', [{ names: ['\u001b[31mred\u202e'], action: 'SCMP_ACT_ALLOW' }]),
  'two.yaml': ['a', 'b']
    .map(
      (name) =>
        `apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\nmetadata: { name: ${name} }\nspec: { defaultAction: SCMP_ACT_ERRNO }\n`,
    )
    .join('---\n'),
}
async function run(...words: string[]): Promise<{ code: number; out: string }> {
  const parts: string[] = []
  const read = (name: string) => FILES[name] ?? (existsSync(name) ? readFileSync(name, 'utf8') : undefined)
  const code = await seccompCommand(words, { read, write: (text) => void parts.push(text), width: 110 })
  return { code, out: parts.join('') }
}
const refused = async (...words: string[]): Promise<string> => {
  try {
    await run(...words)
    return 'taken'
  } catch (error) {
    return error instanceof UsageError ? error.messages.join('\n') : `thrown: ${String(error)}`
  }
}

describe('show', () => {
  it.each(['docker-default', 'docker-default@20.10', 'containerd-default', 'podman-default'])(
    '%s stands on one screen',
    async (name) => {
      const { code, out } = await run('show', name)
      expect(code).toBe(0)
      const lines = out.trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(60)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110)
      expect(out).toMatch(/^\s+keys\s/m)
    },
  )
  it('by purpose, with conditions and capabilities', async () => {
    const { out } = await run('show', 'docker-default')
    expect(out).toMatch(
      /^docker-default {2}\(on amd64, with Docker's default capabilities\)\n306 of 385 system calls run; a call that is not named fails with EPERM/,
    )
    expect(out).toMatch(/^ {2}namespaces +none/m)
    expect(out).toMatch(/^ {2}async-io +6 of 9 +all but io_uring_enter io_uring_register io_uring_setup$/m)
    expect(out).toMatch(/^ {2}socket +arg0 < 38 or arg0 == 39 or arg0 > 40$/m)
    expect(out).toMatch(/^ {2}SYS_MODULE +delete_module finit_module init_module$/m)
    expect(out).toMatch(/^ {2}clone3 +fails with ENOSYS$/m)
  })
  it('another container: machine, capabilities, kernel', async () => {
    expect((await run('show', 'docker-default', '--cap', 'SYS_ADMIN,cap_bpf', '--arch', 'aarch64')).out).toMatch(
      /on arm64, with CAP_BPF, CAP_SYS_ADMIN\)/,
    )
    expect((await run('show', 'docker-default', '--kernel', '4.7', '--all')).out).not.toMatch(/^ {2}tracing.*ptrace/m)
    expect((await run('show', 'docker-default', '--kernel', '4.8', '--all')).out).toMatch(/^ {2}tracing.*ptrace/m)
  })
  it('--all has every name', async () => {
    const { out } = await run('show', 'docker-default', '--all')
    expect(out).toMatch(/\bgetdents64\b/)
    expect(out).toMatch(/\(socket\)/)
  })
  it('as JSON each call of the machine stands in one purpose', async () => {
    const page = JSON.parse((await run('show', 'podman-default', '--format', 'json')).out) as {
      calls: number
      runs: number
      purposes: { name: string; runs: string[]; sometimes: string[]; held: string[] }[]
    }
    const names = page.purposes.flatMap(({ runs, sometimes, held }) => [...runs, ...sometimes, ...held])
    expect(new Set(names).size).toBe(page.calls)
    expect(page.purposes.flatMap(({ runs }) => runs).length).toBe(page.runs)
    expect(page.purposes.every(({ name }) => PURPOSES.some((one) => one.name === name))).toBe(true)
  })
  it('--format engine gives what engines read, and that is equal', async () => {
    const { out } = await run('show', 'podman-default', '--format', 'engine')
    FILES['written.json'] = out
    expect((await run('compare', 'written.json', 'podman-default', '--require', 'equal')).code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 })
  })
})

describe('explain', () => {
  it('says what happens, by which rule and where', async () => {
    const { out, code } = await run('explain', 'docker-default', 'clone3')
    expect(code).toBe(0)
    expect(out).toMatch(
      /by amd64 \(call 435\)\n {2}fails with ENOSYS {2}by the rule at profiles\/seccomp\/docker-default\.yaml:\d+:\d+/,
    )
    expect(out).toMatch(/runs, with CAP_SYS_ADMIN {2}- not in force here/)
    expect(out).toMatch(/What it gives: .*user namespace/)
  })
  it('with which arguments', async () => {
    const { out } = await run('explain', 'docker-default', 'socket')
    expect(out).toMatch(/where arg0 < 38, for example arg0 = 0: runs/)
    expect(out).toMatch(
      /otherwise, for example arg0 = 38: fails with EPERM {2}by the default at profiles\/seccomp\/docker-default\.yaml:\d+:1/,
    )
    expect(out).toMatch(/by i386 \(call 359\)[\s\S]*socketcall does the same with its arguments behind a pointer/)
  })
  it('has the line of a file', async () => {
    expect((await run('explain', 'tight.json', 'read')).out).toMatch(/runs {2}by the rule at tight\.json:3:1/)
    expect((await run('explain', 'tight.json', 'mount')).out).toMatch(
      /fails with EPERM {2}by the default at tight\.json:1:2/,
    )
  })
  it('as JSON', async () => {
    const page = JSON.parse((await run('explain', 'docker-default', 'personality', '-f', 'json')).out) as {
      abis: {
        abi: string
        number: number
        answers: { action: string; errno?: number; when?: string; example: string[] }[]
      }[]
    }
    expect(page.abis[0]).toMatchObject({ abi: 'amd64', number: 135 })
    expect(page.abis[0]?.answers[0]).toMatchObject({
      action: 'SCMP_ACT_ALLOW',
      when: 'arg0 == 0',
      example: ['0', '0', '0', '0', '0', '0'],
    })
    expect(page.abis[0]?.answers.at(-1)).toMatchObject({ action: 'SCMP_ACT_ERRNO', errno: 1 })
  })
  it('by number too', async () => {
    expect((await run('explain', 'docker-default', '435')).out).toMatch(/^clone3 under docker-default/)
  })
  it('a name that is none is told with the nearest', async () => {
    expect(await refused('explain', 'docker-default', 'opneat')).toMatch(
      /no system call "opneat": did you mean "openat"\?/,
    )
  })
})

describe('compare', () => {
  it('says the relation of A to B, and what differs', async () => {
    const { out, code } = await run('compare', 'docker-default', 'docker-default@20.10')
    expect(code).toBe(0)
    expect(out).toMatch(/^docker-default and docker-default@20\.10 are incomparable/)
    expect(out).toMatch(
      /EPERM -> allow {2}by amd64, i386, x32\n +io_uring_enter io_uring_register io_uring_setup socket/,
    )
  })
  it('as JSON', async () => {
    const page = JSON.parse((await run('compare', 'docker-default', 'unconfined', '--format', 'json')).out) as {
      relation: string
      differences: { syscall: string; a: object; arguments?: string[][] }[]
    }
    expect(page.relation).toBe('tighter')
    expect(page.differences.find(({ syscall }) => syscall === 'clone3')).toMatchObject({
      a: { action: 'SCMP_ACT_ERRNO', errno: 38 },
      b: { action: 'SCMP_ACT_ALLOW' },
    })
    expect(page.differences.find(({ syscall }) => syscall === 'socket')?.arguments).toContainEqual([
      '40',
      '0',
      '0',
      '0',
      '0',
      '0',
    ])
  })
  it.each([
    ['docker-default', 'unconfined', 'tighter', 0],
    ['unconfined', 'docker-default', 'tighter', 1],
    ['docker-default', 'docker-default', 'tighter', 0],
    ['docker-default', 'docker-default', 'equal', 0],
    ['docker-default', 'unconfined', 'equal', 1],
    ['docker-default', 'podman-default', 'tighter', 1],
    ['tight.json', 'docker-default', 'tighter', 0],
  ])('%s against %s, required %s: %d', async (a, b, required, code) => {
    expect((await run('compare', a, b, '--require', required)).code).toBe(code)
  })
  const moby = `${CORPUS}/moby/default.json`
  it.skipIf(!existsSync(moby))("Docker's own file equals our name for it", async () => {
    const { out, code } = await run('compare', moby, 'docker-default', '--require', 'equal')
    expect([code, out]).toEqual([
      0,
      `${moby} is equal to docker-default  (on amd64, with Docker's default capabilities)\n`,
    ])
  })
  it('what cannot be read is lost input', async () => {
    const { out, code } = await run('compare', 'broken.json', 'docker-default')
    expect(code).toBe(3)
    expect(out).toMatch(/^broken\.json:1:2: defaultAction is "SCMP_ACT_ALOW".*did you mean "SCMP_ACT_ALLOW"\?/)
  })
})

describe('lint', () => {
  it.each([
    ['docker-default', 0],
    ['podman-default', 0],
    ['open.json', 1],
    ['tight.json', 1],
    ['broken.json', 3],
    ['cut.json', 3],
    // Neither a default action nor calls: Docker takes that for no filter.
    ['other.yaml', 1],
    ['oci.json', 3],
  ])('%s: exit code %d', async (name, code) => {
    expect((await run('lint', name)).code).toBe(code)
  })
  it('has place, severity, id and what to do', async () => {
    const { out } = await run('lint', 'open.json')
    expect(out).toMatch(
      /^open\.json:1:2 {2}critical {2}seccomp-denies-nothing\n {4}This profile lets every system call through/,
    )
    expect(out).toMatch(/open\.json: 1 critical, \d medium\n$/)
  })
  it('as JSON', async () => {
    const page = JSON.parse((await run('lint', 'open.json', '--format', 'json')).out) as {
      verdict: string
      findings: { id: string; place: object }[]
    }
    expect(page.verdict).toBe('block')
    expect(page.findings[0]).toMatchObject({
      id: 'seccomp-denies-nothing',
      severity: 'critical',
      place: { file: 'open.json', line: 1, column: 2 },
    })
    expect(JSON.parse((await run('lint', 'broken.json', '-f', 'json')).out)).toMatchObject({
      verdict: 'incomplete',
      findings: [{ id: 'seccomp-profile-invalid' }],
    })
  })
  it('all profiles of a text, and several files', async () => {
    const { out } = await run('lint', 'two.yaml')
    expect(out.match(/seccomp-start-denied/g)).toHaveLength(2)
    expect((await run('lint', 'docker-default', 'broken.json')).code).toBe(3)
    expect((await run('lint', 'broken.json', 'open.json')).code).toBe(1)
  })
})

describe('hostile profiles', () => {
  const many = (count: number, of: (i: number) => object) =>
    JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: Array.from({ length: count }, (_, i) => of(i)) })
  const CASES: Record<string, string> = {
    'rules.json': many(8000, (i) => ({ names: ['read'], action: i % 2 ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_LOG' })),
    'arguments.json': many(1000, (i) => ({
      names: ['socket'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: i % 6, op: 'SCMP_CMP_NE', value: i }],
    })),
    'capabilities.json': many(2000, (i) => ({
      names: ['read'],
      action: 'SCMP_ACT_ALLOW',
      includes: { caps: [`CAP_${i}`] },
    })),
    'million.json': many(1, () => ({
      names: Array.from({ length: 1_000_000 }, () => 'read'),
      action: 'SCMP_ACT_ALLOW',
    })),
  }
  it.each(Object.keys(CASES))('%s: every command ends, with a page that a person can read', async (name) => {
    Object.assign(FILES, CASES)
    // Reading a million names takes a second or more each time.
    const commands = [
      ['lint', name],
      ['show', name],
      ['explain', name, 'socket'],
      ['compare', name, 'docker-default'],
    ]
    for (const words of name === 'million.json' ? commands.slice(0, 1) : commands) {
      const started = process.cpuUsage()
      const { code, out } = await run(...words)
      const { user } = process.cpuUsage(started)
      expect(user / 1e6).toBeLessThan(15)
      expect([0, 1, 3]).toContain(code)
      expect(out.length).toBeLessThan(60_000)
      if (name === 'million.json') expect(`${code} ${out}`).toMatch(/^3 [\s\S]*too large to be read/)
    }
  })
})

describe('usage', () => {
  it.each([
    [[], /takes one of lint, show, compare, explain/],
    [['lnit'], /lnit is no command of seccomp: did you mean "lint"\?/],
    [['show'], /usage is: plimsoll seccomp show FILE/],
    [['show', 'a', 'b'], /usage is/],
    [['compare', 'docker-default'], /usage is: plimsoll seccomp compare A B/],
    [['show', 'docker-defualt'], /cannot be read, and no profile has that name: did you mean "docker-default"\?/],
    [['show', 'docker-default', '--format', 'yaml'], /no format "yaml"/],
    [['lint', 'docker-default', '--format', 'engine'], /no format "engine"/],
    [['show', 'docker-default', '--arch', 'amd46'], /no architecture "amd46": did you mean "amd64"\?/],
    [['show', 'docker-default', '--cap', 'SYS_ADMN'], /no capability "SYS_ADMN": did you mean "SYS_ADMIN"\?/],
    [['show', 'docker-default', '--kernel', 'six'], /version such as 6\.1/],
    [['compare', 'docker-default', 'unconfined', '--require', 'tigther'], /did you mean "tighter"\?/],
    [['show', 'docker-default', '--al'], /--al/],
  ])('%j', async (words, expected) => {
    expect(await refused(...words)).toMatch(expected)
  })
  it('nothing of a file moves the cursor or turns the text around', async () => {
    for (const words of [
      ['lint', 'odd.json'],
      ['lint', 'odd.json', '-f', 'json'],
      ['show', 'odd.json'],
      ['explain', 'odd.json', '\u001b[31mred\u202e'],
      ['show', 'odd.json', '-f', 'engine'],
    ])
      expect((await run(...words)).out).not.toMatch(/[\u001b\u202e]/)
  })
})
