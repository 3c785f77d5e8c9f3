/**
 * What the kernel says of capabilities against what we say: CapInh, CapPrm, CapEff, CapBnd and CapAmb of /proc/1/status in containers that
 * Docker Engine, podman and runc started, against `effectiveCapabilities` of the same container as our own dialects read it.
 * Needs: docker.io (a running engine), gcc and libc6-dev (a static probe); for the second half podman and runc.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capabilitiesOf, CAPABILITIES, effectiveCapabilities } from '../../src/confine/capabilities.ts'
import { openImages } from '../../src/images.ts'
import { join } from '../../src/join/join.ts'
import { set, type Fact } from '../../src/model/fact.ts'
import type { Container, Engine, Image, Subject } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'
import { dockerArchive, tar, type Member } from '../support/archive.ts'
import { works } from '../support/works.ts'

const run = promisify(execFile)
const reason = !works('gcc', '--version')
  ? 'gcc is not installed (apt-get install gcc libc6-dev)'
  : process.getuid?.() !== 0
    ? 'starting containers needs root'
    : undefined
const noDocker =
  reason ?? (works('docker', 'info') ? undefined : 'no Docker Engine answers (apt-get install docker.io)')
const noPodman =
  reason ?? (works('podman', '--version') && works('runc', '--version') ? undefined : 'podman or runc is not installed')
const noRunc = reason ?? (works('runc', '--version') ? undefined : 'runc is not installed')
for (const [what, why] of Object.entries({ docker: noDocker, podman: noPodman, runc: noRunc }))
  if (why !== undefined) console.log(`test/real/capabilities.test.ts: the part with ${what} is skipped: ${why}`)

/** Prints what the kernel says of the first process, then becomes the program that it is given. */
const PROBE = `
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  char line[256];
  FILE *status = fopen("/proc/1/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (!strncmp(line, "Cap", 3)) fputs(line, stdout);
  puts("--");
  fflush(stdout);
  if (argc > 1) { execv(argv[1], argv + 1); printf("refused %s\\n", strerror(errno)); }
  return 0;
}
`
const number = (name: string): number => CAPABILITIES.findIndex((one) => one === name)
/** struct vfs_cap_data, revision 2 (linux/capability.h). */
function fileCapabilities(effective: boolean, ...names: string[]): Buffer {
  const bits = names.reduce((sum, name) => sum | (1n << BigInt(number(name))), 0n)
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32LE(0x02000000 | (effective ? 1 : 0), 0)
  bytes.writeUInt32LE(Number(bits & 0xffffffffn), 4)
  bytes.writeUInt32LE(Number(bits >> 32n), 12)
  return bytes
}
const filesOf = (probe: Buffer): readonly Member[] => {
  const file = (name: string, more: Partial<Member>, capabilities?: Buffer): Member => ({
    path: name,
    body: probe,
    mode: 0o755,
    ...(capabilities && { pax: { 'SCHILY.xattr.security.capability': capabilities } }),
    ...more,
  })
  return [
    { path: 'etc/' },
    { path: 'proc/' },
    { path: 'bin/' },
    { path: 'etc/passwd', body: 'root:x:0:0::/:/probe\napp:x:1000:1000::/:/probe\nother:x:2000:2000::/:/probe\n' },
    { path: 'etc/group', body: 'root:x:0:\napp:x:1000:\nstaff:x:1234:other\n' },
    file('probe', {}),
    file('bin/ep', {}, fileCapabilities(true, 'NET_RAW', 'NET_BIND_SERVICE')),
    file('bin/p', {}, fileCapabilities(false, 'NET_RAW', 'CHOWN')),
    file('bin/admin-ep', {}, fileCapabilities(true, 'SYS_ADMIN')),
    file('bin/admin-p', {}, fileCapabilities(false, 'SYS_ADMIN', 'KILL')),
    file('bin/bpf-ep', {}, fileCapabilities(true, 'BPF', 'CHOWN')),
    file('bin/suid', { mode: 0o4755 }),
    file('bin/suid-staff', { mode: 0o4750, gid: 1234 }),
    file('bin/suid-other', { mode: 0o4755, uid: 2000 }),
    file('bin/suid-ep', { mode: 0o4755 }, fileCapabilities(true, 'NET_RAW')),
    file('bin/sgid', { mode: 0o2755, gid: 1234 }),
  ]
}

interface Sets {
  readonly CapInh: readonly string[]
  readonly CapPrm: readonly string[]
  readonly CapEff: readonly string[]
  readonly CapBnd: readonly string[]
  readonly CapAmb: readonly string[]
}
const sorted = (names: Iterable<string>): string[] => [...names].sort()
/** One block a program that ran; `undefined` where none did. */
function parse(output: string): (Sets | undefined)[] {
  const blocks = output.split('--\n').map((block) => {
    const lines = new Map([...block.matchAll(/^(Cap\w+):\s+([0-9a-f]+)$/gm)].map(([, key, bits]) => [key, bits]))
    const of = (key: string): string[] => sorted(capabilitiesOf(BigInt(`0x${lines.get(key) ?? '0'}`)))
    return lines.size === 5
      ? { CapInh: of('CapInh'), CapPrm: of('CapPrm'), CapEff: of('CapEff'), CapBnd: of('CapBnd'), CapAmb: of('CapAmb') }
      : undefined
  })
  return blocks.slice(0, Math.max(1, blocks.length - (blocks.at(-1) === undefined ? 1 : 0)))
}
const known = <T>(fact: Fact<T>): T => {
  if (fact.how === 'unknown') throw new Error(`unknown: ${fact.because}`)
  return fact.value
}
const names = (list: Fact<readonly Fact<string>[]>): string[] => sorted(known(list).map(known))
/** The sets that config.json writes besides bounding and ambient, for dialects without rows for them. */
function withInitial(subject: Subject, text: string): Subject {
  const { container } = subject
  if (Object.hasOwn(container.capabilities, 'initialPermitted')) return subject
  const { process } = JSON.parse(text) as { process: { capabilities: Record<string, readonly string[] | undefined> } }
  const list = (key: string) =>
    set(
      container.capabilities.given.place,
      (process.capabilities[key] ?? []).map((name) => set(container.capabilities.given.place, name)),
    )
  const capabilities = {
    ...container.capabilities,
    initialPermitted: list('permitted'),
    initialInheritable: list('inheritable'),
  }
  return { ...subject, container: { ...container, capabilities } }
}
/** Ours, in the kernel's words; `undefined` where the program is refused. */
function ours(subject: Subject): Sets | undefined {
  const { holds } = effectiveCapabilities(subject)
  if (!known(holds.starts)) return undefined
  return {
    CapInh: names(holds.inheritable),
    CapPrm: names(holds.permitted),
    CapEff: names(holds.effective),
    CapBnd: names(holds.bounding),
    CapAmb: names(holds.ambient),
  }
}
/** What the second program gained against what we say that its file gives. Gives the differences in words. */
function gainDifferences(subject: Subject, first: Sets, second: Sets | undefined, file: string): string[] {
  const { gains } = effectiveCapabilities(subject)
  const gained = second ? second.CapPrm.filter((name) => !first.CapPrm.includes(name)) : []
  const way = gains.ways.find(({ files }) => files.some(({ facts }) => known(facts.path) === file))
  const expected = way ? names(way.gives).filter((name) => !first.CapPrm.includes(name)) : []
  const outside = gained.filter((name) => !names(gains.names).includes(name))
  return [
    ...(gained.join() === expected.join() ? [] : [`gained ${gained.join()}, we say ${expected.join()}`]),
    ...(outside.length === 0 ? [] : [`${outside.join()} is not within what we say can be gained`]),
  ]
}

let folder: string
let members: readonly Member[]
const missing = capabilitiesOf(
  (1n << BigInt(CAPABILITIES.length)) -
    1n -
    BigInt(`0x${/CapBnd:\s+([0-9a-f]+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`),
)
beforeAll(() => {
  folder = mkdtempSync(path(tmpdir(), 'plimsoll-capabilities-'))
  if (reason !== undefined) return
  writeFileSync(path(folder, 'probe.c'), PROBE)
  execFileSync('gcc', ['-O2', '-static', '-s', '-o', path(folder, 'probe'), path(folder, 'probe.c')])
  members = filesOf(readFileSync(path(folder, 'probe')))
  writeFileSync(path(folder, 'root.tar'), tar(members))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const readImage = async (file: string): Promise<readonly Image[]> => {
  const read = await openImages([{ kind: 'docker-archive', name: file, path: file }])
  expect(read.notices).toEqual([])
  return read.value
}
const readAs = async (file: string, text: string) => {
  const read = await readContainers({ file, text, named: true })
  expect(read.notices.filter(({ lost }) => lost)).toEqual([])
  return read
}
const subjectsOf = (
  containers: readonly Container[],
  images: readonly Image[],
  engines: readonly Engine[] = [],
): readonly Subject[] => join(containers, images, { engines }).subjects
/** Runs all, a few at a time. */
async function each<A, B>(list: readonly A[], to: (one: A) => Promise<B>): Promise<B[]> {
  const results: B[] = []
  const queue = [...list.entries()]
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await to(next[1])
    }),
  )
  return results
}
const output = async (command: string, ...args: string[]): Promise<string> => {
  try {
    return (await run(command, args)).stdout
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
  }
}

/** [options, what is run, and what that becomes then] */
type Case = readonly [options: string, program?: string, then?: string]
const PROBED = '/probe'
const NNP = '--security-opt no-new-privileges'
const DOCKER_CASES: readonly Case[] = [
  [''],
  ['--user 0'],
  ['--user root'],
  ['--user 1000'],
  ['--user app'],
  ['--user 1000:0'],
  [NNP],
  [`--user 1000 ${NNP}`],
  ['--cap-add NET_ADMIN'],
  ['--cap-add CAP_NET_ADMIN --cap-add sys_time'],
  ['--cap-add SYS_ADMIN --cap-drop SYS_ADMIN'],
  ['--cap-drop CHOWN'],
  ['--cap-drop cap_chown --cap-drop net_raw'],
  ['--cap-drop ALL'],
  ['--cap-drop ALL --cap-add NET_BIND_SERVICE'],
  ['--cap-drop ALL --cap-add SYS_PTRACE --cap-add CAP_KILL'],
  ['--cap-add ALL --cap-drop SYS_RESOURCE'],
  ['--cap-add ALL --cap-drop SYS_RESOURCE --cap-drop SYS_ADMIN --cap-drop NET_RAW'],
  ['--cap-drop ALL --cap-drop CHOWN --cap-add CHOWN'],
  [`--cap-drop ALL ${NNP}`],
  ['--user 1000 --cap-add NET_ADMIN'],
  ['--user 1000 --cap-add ALL --cap-drop SYS_RESOURCE'],
  ['--user 1000 --cap-drop ALL'],
  ['--user app --cap-drop ALL --cap-add NET_BIND_SERVICE'],
  // Programs with capabilities of their own, run by root and by others.
  ['', '/bin/ep'],
  ['--user 1000', '/bin/ep'],
  ['--user 1000', '/bin/p'],
  ['--user 1000', '/bin/admin-p'],
  [`--user 1000 ${NNP}`, '/bin/ep'],
  [`--user 1000 ${NNP}`, '/bin/p'],
  [NNP, '/bin/ep'],
  ['--user 1000 --cap-drop ALL', '/bin/ep'],
  ['--cap-drop ALL', '/bin/ep'],
  ['--user 1000 --cap-drop ALL', '/bin/p'],
  ['--user 1000 --cap-drop NET_RAW', '/bin/ep'],
  ['--user 1000 --cap-drop NET_RAW', '/bin/p'],
  ['--user 1000', '/bin/admin-ep'],
  ['--user 1000 --cap-add SYS_ADMIN', '/bin/admin-ep'],
  ['--cap-add SYS_ADMIN', '/bin/admin-ep'],
  ['--user 1000 --cap-drop ALL --cap-add NET_RAW --cap-add NET_BIND_SERVICE', '/bin/ep'],
  ['--user 1000', '/bin/suid'],
  ['--user 1000 --cap-drop ALL --cap-add CHOWN', '/bin/suid'],
  [`--user 1000 ${NNP}`, '/bin/suid'],
  ['--user 1000', '/bin/suid-other'],
  ['--user 1000', '/bin/suid-ep'],
  ['--user 1000', '/bin/sgid'],
  ['--user 1000 --init', '/bin/ep'],
  // What comes next: a file of the image gives it, or does not.
  ['--user 1000', PROBED, '/bin/suid'],
  [`--user 1000 ${NNP}`, PROBED, '/bin/suid'],
  ['--user 1000', PROBED, '/bin/ep'],
  [`--user 1000 ${NNP}`, PROBED, '/bin/ep'],
  ['--user 1000 --cap-drop NET_RAW', PROBED, '/bin/ep'],
  ['--user 1000', PROBED, '/bin/p'],
  ['--user 1000:1234', PROBED, '/bin/suid-staff'],
  ['--user 1000 --group-add 1234', PROBED, '/bin/suid-staff'],
  ['--user 1000 --cap-drop ALL --cap-add SYS_PTRACE', PROBED, '/bin/suid'],
]

describe.skipIf(noDocker !== undefined)('in Docker Engine', () => {
  const tag = `plimsoll-capabilities:${process.pid}`
  const ids: string[] = []
  let subjects: readonly Subject[]
  let outputs: readonly string[]
  beforeAll(async () => {
    execFileSync('docker', ['import', path(folder, 'root.tar'), tag], { stdio: 'ignore' })
    const made = await each(DOCKER_CASES, async ([options, program = PROBED, then]) => {
      const command = [program, ...(then === undefined ? [] : [then])]
      const { stdout } = await run('docker', [
        'create',
        '--network',
        'none',
        ...options.split(' ').filter((word) => word !== ''),
        tag,
        ...command,
      ])
      ids.push(stdout.trim())
      return stdout.trim()
    })
    outputs = await each(made, (id) => output('docker', 'start', '-a', id))
    const inspected = execFileSync('docker', ['inspect', ...made], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    execFileSync('docker', ['save', '-o', path(folder, 'image.tar'), tag])
    const info = await readAs(
      'info.json',
      execFileSync('docker', ['info', '--format', '{{json .}}'], { encoding: 'utf8' }),
    )
    const { containers } = await readAs('inspect.json', inspected)
    expect(info.engines).toHaveLength(1)
    subjects = subjectsOf(containers, await readImage(path(folder, 'image.tar')), info.engines)
  }, 300_000)
  afterAll(() => {
    if (ids.length > 0) execFileSync('docker', ['rm', '-f', ...ids], { stdio: 'ignore' })
    works('docker', 'rmi', '-f', tag)
  }, 60_000)

  it('started what it can, one container a case', () => {
    expect(DOCKER_CASES.length).toBeGreaterThanOrEqual(40)
    expect(subjects).toHaveLength(DOCKER_CASES.length)
    const ran = outputs.filter((text) => parse(text)[0] !== undefined)
    console.log(
      `Docker Engine: ${DOCKER_CASES.length} combinations, ${ran.length} started, ${DOCKER_CASES.length - ran.length} refused by the kernel`,
    )
    expect(ran.length).toBeGreaterThan(40)
    expect(ran.length).toBeLessThan(DOCKER_CASES.length)
  })
  it.each(DOCKER_CASES.map((one, index) => [one.join(' '), index] as const))('%s', (_, index) => {
    const [subject, text, [, , then]] = [subjects[index], outputs[index], DOCKER_CASES[index] ?? ['']]
    if (!subject || text === undefined) return expect.fail()
    const [first, second] = parse(text)
    expect(ours(subject)).toEqual(first)
    if (then === undefined) return
    if (!first) return expect.fail()
    expect(gainDifferences(subject, first, second, then.slice(1))).toEqual([])
  })
})

const PODMAN_CASES: readonly Case[] = [
  [''],
  ['--user 1000 --cap-add NET_ADMIN'],
  ['--user 1000 --cap-add CHOWN --cap-add BPF'],
  [`--user 1000 --cap-add NET_ADMIN ${NNP}`],
  ['--user 1000 --cap-add NET_ADMIN', '/bin/ep'],
  [`--user 1000 --cap-add NET_BIND_SERVICE --cap-drop NET_RAW ${NNP}`, '/bin/p'],
  ['--user 1000 --cap-add NET_ADMIN', '/bin/sgid'],
  ['--cap-add BPF --cap-add PERFMON --cap-add CHECKPOINT_RESTORE'],
  ['--user 1000 --cap-add BPF', '/bin/bpf-ep'],
  ['--cap-add all'],
  ['--privileged'],
  ['--privileged --user 1000'],
  ['--privileged --user 1000', '/bin/bpf-ep'],
  ['--privileged --cap-drop SYS_ADMIN'],
  ['--uidmap 0:100000:65536'],
  ['--uidmap 0:100000:65536 --user 1000', '/bin/suid'],
]
describe.skipIf(noPodman !== undefined)('in podman, by the config.json that it gives to runc', () => {
  const podman = (...args: string[]): string[] => [
    '--root',
    path(folder, 'podman'),
    '--runroot',
    path(folder, 'podman-run'),
    '--storage-driver',
    'vfs',
    '--runtime',
    'runc',
    '--cgroup-manager=cgroupfs',
    ...args,
  ]
  const read = (...args: string[]): string =>
    execFileSync('podman', podman(...args), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  let images: readonly Image[]
  beforeAll(async () => {
    read('import', path(folder, 'root.tar'), 'localhost/capabilities:1')
    read('save', '-o', path(folder, 'podman.tar'), 'localhost/capabilities:1')
    images = await readImage(path(folder, 'podman.tar'))
  }, 120_000)
  afterAll(() => {
    works('podman', ...podman('rm', '-f', '--all'))
    works('podman', ...podman('rmi', '-f', '--all'))
    works('umount', '-l', path(folder, 'podman'))
  }, 60_000)

  it.each(PODMAN_CASES.map((one, index) => [one.join(' '), index] as const))(
    '%s',
    { timeout: 60_000 },
    async (_, index) => {
      const [options, program = PROBED] = PODMAN_CASES[index] ?? ['']
      const id = read(
        'create',
        '--network',
        'none',
        '--ulimit',
        'nofile=1024:1024',
        '--ulimit',
        'nproc=1024:1024',
        ...options.split(' ').filter((word) => word !== ''),
        'localhost/capabilities:1',
        program,
      ).trim()
      const text = await output('podman', ...podman('start', '-a', id))
      const config = read('inspect', id, '--format', '{{.OCIConfigPath}}').trim()
      const written = readFileSync(config, 'utf8')
      const { containers } = await readAs('config.json', written)
      const [container] = containers
      if (!container) return expect.fail()
      const [plain] = join([container], images, {
        named: new Map([[container.id, path(folder, 'podman.tar')]]),
      }).subjects
      if (!plain) return expect.fail()
      const subject = withInitial(plain, written)
      expect(ours(subject)).toEqual(parse(text)[0])
      // In a user namespace of its own none of it counts on the host.
      const { reaches, holds, gains } = effectiveCapabilities(subject)
      expect(names(reaches)).toEqual(
        options.includes('uidmap') ? [] : sorted(new Set([...names(holds.permitted), ...names(gains.names)])),
      )
      if (!options.includes('--privileged') && !options.includes('BPF')) return
      // The same as `podman inspect` has it, which holds what this machine does not.
      const inspected = await readAs('inspect.json', read('inspect', id))
      const again = subjectsOf(inspected.containers, images)[0]
      if (!again) return expect.fail()
      expect(names(effectiveCapabilities(again).holds.bounding).filter((name) => !missing.includes(name))).toEqual(
        parse(text)[0]?.CapBnd,
      )
    },
  )
})

/** Pods, and the sets that containerd gives runc for them: all that is not dropped, as permitted, effective and bounding, whoever the user is (containerd pkg/oci, WithCapabilities). */
const DEFAULT =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  )
const POD_CASES: readonly (readonly [
  context: string,
  program: string,
  uid: number,
  caps: readonly string[],
  nnp: boolean,
])[] = [
  ['{ runAsUser: 0 }', PROBED, 0, DEFAULT, false],
  ['{ runAsUser: 1000 }', PROBED, 1000, DEFAULT, false],
  ['{ runAsUser: 1000 }', '/bin/ep', 1000, DEFAULT, false],
  ['{ runAsUser: 1000, allowPrivilegeEscalation: false }', '/bin/ep', 1000, DEFAULT, true],
  ['{ runAsUser: 1000, allowPrivilegeEscalation: false }', '/bin/p', 1000, DEFAULT, true],
  ['{ runAsUser: 1000, allowPrivilegeEscalation: false }', '/bin/suid', 1000, DEFAULT, true],
  [
    '{ runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] } }',
    '/bin/admin-p',
    1000,
    ['NET_BIND_SERVICE'],
    true,
  ],
  ['{ runAsUser: 1000, capabilities: { drop: [ALL] } }', '/bin/ep', 1000, [], false],
  [
    '{ runAsUser: 0, capabilities: { drop: [ALL], add: [SYS_PTRACE, KILL] } }',
    PROBED,
    0,
    ['SYS_PTRACE', 'KILL'],
    false,
  ],
]
/** Sets that no engine writes: the order of the kernel's own steps. */
const OCI_CASES: readonly (readonly [
  sets: Readonly<Record<string, readonly string[]>>,
  program: string,
  uid: number,
  nnp: boolean,
])[] = [
  [
    {
      bounding: ['NET_RAW', 'KILL'],
      permitted: ['NET_RAW'],
      effective: [],
      inheritable: ['NET_RAW'],
      ambient: ['NET_RAW'],
    },
    PROBED,
    1000,
    false,
  ],
  [
    {
      bounding: ['NET_RAW', 'KILL'],
      permitted: ['NET_RAW'],
      effective: [],
      inheritable: ['NET_RAW'],
      ambient: ['NET_RAW'],
    },
    PROBED,
    0,
    true,
  ],
  [
    { bounding: ['NET_RAW', 'KILL'], permitted: ['KILL'], effective: ['KILL'], inheritable: [], ambient: [] },
    PROBED,
    0,
    true,
  ],
  [
    { bounding: ['NET_RAW', 'CHOWN'], permitted: ['CHOWN'], effective: ['CHOWN'], inheritable: [], ambient: [] },
    '/bin/p',
    1000,
    true,
  ],
  [
    { bounding: ['NET_RAW', 'CHOWN'], permitted: [], effective: [], inheritable: [], ambient: [] },
    '/bin/p',
    1000,
    false,
  ],
  [{ bounding: [], permitted: [], effective: [], inheritable: [], ambient: [] }, PROBED, 0, false],
]
describe.skipIf(noRunc !== undefined)('in runc', () => {
  const bundle = (): string => path(folder, 'bundle')
  let images: readonly Image[]
  beforeAll(async () => {
    mkdirSync(path(bundle(), 'rootfs'), { recursive: true })
    execFileSync('tar', [
      '--xattrs',
      '--xattrs-include=*',
      '-xpf',
      path(folder, 'root.tar'),
      '-C',
      path(bundle(), 'rootfs'),
    ])
    // Node reads no extended attributes of a folder: the image is read from an archive with the same files.
    writeFileSync(path(folder, 'runc.tar'), dockerArchive({ layers: [members] }))
    images = await readImage(path(folder, 'runc.tar'))
    expect(images).toHaveLength(1)
  }, 60_000)
  const config = (
    sets: Readonly<Record<string, readonly string[]>>,
    program: string,
    uid: number,
    nnp: boolean,
  ): string =>
    JSON.stringify({
      ociVersion: '1.0.2',
      process: {
        user: { uid, gid: uid },
        args: [program],
        cwd: '/',
        env: ['PATH=/bin'],
        noNewPrivileges: nnp,
        capabilities: Object.fromEntries(
          Object.entries(sets).map(([key, list]) => [key, list.map((name) => `CAP_${name}`)]),
        ),
      },
      root: { path: 'rootfs' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })) },
    })
  let count = 0
  const start = async (text: string): Promise<Sets | undefined> => {
    writeFileSync(path(bundle(), 'config.json'), text)
    const id = `plimsoll-${process.pid}-${(count += 1)}`
    const printed = await output('runc', '--root', path(folder, 'runc'), 'run', '-b', bundle(), id)
    works('runc', '--root', path(folder, 'runc'), 'delete', '-f', id)
    return parse(printed)[0]
  }
  const joined = (container: Container | undefined): Subject | undefined =>
    container && join([container], images, { named: new Map([[container.id, images[0]?.target ?? '']]) }).subjects[0]

  it.each(POD_CASES)('a pod with %s that runs %s', { timeout: 60_000 }, async (context, program, uid, caps, nnp) => {
    const real = await start(config({ bounding: caps, permitted: caps, effective: caps }, program, uid, nnp))
    const { containers } = await readAs(
      'pod.yaml',
      `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - { name: web, image: web, command: [${program}], securityContext: ${context} }\n`,
    )
    const subject = joined(containers[0])
    if (!subject) return expect.fail()
    expect(ours(subject)).toEqual(real)
  })
  it.each(OCI_CASES.map((one) => [JSON.stringify(one), ...one] as const))(
    '%s',
    { timeout: 60_000 },
    async (_, sets, program, uid, nnp) => {
      const text = config(sets, program, uid, nnp)
      const real = await start(text)
      const { containers } = await readAs('config.json', text)
      const subject = joined(containers[0])
      if (!subject) return expect.fail()
      expect(real).toBeDefined()
      expect(ours(withInitial(subject, text))).toEqual(real)
    },
  )
})
