/**
 * What Docker Engine, podman and runc do with combinations that we say break, against what our rules say of the very command that was run:
 * a container that we say cannot start must not start, one that we say nothing of must, and a port or a gain that we call impossible must be.
 * Needs: docker.io (a running engine), gcc and libc6-dev; for the other halves podman and runc.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/confine/capabilities.ts'
import { scan } from '../../src/scan.ts'
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
const noRunc = reason ?? (works('runc', '--version') ? undefined : 'runc is not installed')
const noPodman = noRunc ?? (works('podman', '--version') ? undefined : 'podman is not installed')
for (const [what, why] of Object.entries({ docker: noDocker, podman: noPodman, runc: noRunc }))
  if (why !== undefined) console.log(`test/real/breaks.test.ts: the part with ${what} is skipped: ${why}`)

/** Says that it runs and as whom; `port N` listens there, `write PATH` makes a file, `become ID` is what a server does. By the name of env it runs another program. */
const PROBE = `
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  if (!strcmp(name, "env") && argc > 1) { execvp(argv[1], argv + 1); return 127; }
  printf("runs euid=%d\\n", (int)geteuid());
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "port")) {
      struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[i + 1])) };
      int s = socket(AF_INET, SOCK_STREAM, 0);
      printf("port %s\\n", bind(s, (struct sockaddr *)&address, sizeof address) ? strerror(errno) : "bound");
    }
    if (!strcmp(argv[i], "become")) {
      int id = atoi(argv[i + 1]);
      printf("chown %s\\n", chown("/var/cache/nginx", id, id) ? strerror(errno) : "done");
      printf("setgid %s\\n", setgid(id) ? strerror(errno) : "done");
      printf("setuid %s\\n", setuid(id) ? strerror(errno) : "done");
    }
    if (!strcmp(argv[i], "write")) {
      int f = open(argv[i + 1], O_CREAT | O_WRONLY, 0600);
      printf("write %s\\n", f < 0 ? strerror(errno) : "written");
    }
  }
  return 0;
}
`
function fileCapabilities(...names: string[]): Buffer {
  const bits = names.reduce((sum, name) => sum | (1n << BigInt(CAPABILITIES.findIndex((one) => one === name))), 0n)
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32LE(0x02000001, 0)
  bytes.writeUInt32LE(Number(bits & 0xffffffffn), 4)
  bytes.writeUInt32LE(Number(bits >> 32n), 12)
  return bytes
}
const filesOf = (probe: Buffer, dynamic: Buffer): readonly Member[] => {
  const file = (name: string, more: Partial<Member> = {}): Member => ({ path: name, body: probe, mode: 0o755, ...more })
  return [
    { path: 'etc/' },
    { path: 'proc/' },
    { path: 'usr/' },
    { path: 'usr/bin/' },
    { path: 'bin', link: 'usr/bin' },
    { path: 'srv/' },
    { path: 'tmp/', mode: 0o1777 },
    { path: 'closed/', mode: 0o700 },
    { path: 'etc/passwd', body: 'root:x:0:0::/:/probe\napp:x:1000:1000::/:/probe\n' },
    { path: 'etc/group', body: 'root:x:0:\napp:x:1000:\nstaff:x:2000:app\n' },
    file('usr/bin/probe'),
    file('usr/bin/env'),
    file('usr/bin/ep', { pax: { 'SCHILY.xattr.security.capability': fileCapabilities('NET_BIND_SERVICE') } }),
    file('usr/bin/suid', { mode: 0o4755 }),
    file('usr/bin/data', { mode: 0o644 }),
    file('usr/bin/dynamic', { body: dynamic }),
    file('usr/bin/script', { body: '#! /bin/probe -x\n' }),
    file('usr/bin/lost', { body: '#!/bin/bash\n' }),
    file('usr/bin/dos', { body: '#!/bin/probe\r\n' }),
    file('usr/bin/by-env', { body: '#!/usr/bin/env probe\n' }),
    file('usr/bin/by-lost-env', { body: '#!/usr/bin/env python3\n' }),
    { path: 'usr/bin/link', link: '../../srv/../bin/probe' },
    { path: 'usr/bin/dangling', link: '/opt/probe' },
    { path: 'usr/bin/loop', link: 'loop' },
    file('srv/group', { mode: 0o750, gid: 2000 }),
    file('srv/owner', { mode: 0o700, uid: 1000, gid: 1000 }),
    file('srv/root', { mode: 0o700 }),
    file('closed/probe'),
    { path: 'run/' },
    { path: 'var/' },
    { path: 'var/run', link: '/run' },
    { path: 'var/cache/' },
    { path: 'var/cache/nginx/' },
    file('usr/bin/nginx'),
  ]
}

/** What only one of the two images has: files by which a user who is not root comes to more. */
const RAISING = ['usr/bin/ep', 'usr/bin/suid']
const TAG = `breaks${process.pid}`
const imageOf = ([, program]: Case): string =>
  program.startsWith('nginx') ? `nginx:${TAG}` : `breaks/${program.startsWith('probe port') ? 'plain' : 'full'}:${TAG}`
/** Name of an image -> its files. */
const IMAGES = [
  [`breaks/full:${TAG}`, 'full'],
  [`breaks/plain:${TAG}`, 'plain'],
  [`nginx:${TAG}`, 'plain'],
] as const

/** [options, program and its arguments] */
type Case = readonly [options: string, program: string]
const NNP = '--security-opt no-new-privileges'
const STARTING: readonly Case[] = [
  ['', 'probe'],
  ['', '/bin/probe'],
  ['', '/usr/bin/../../bin/probe'],
  ['--workdir /usr/bin', './probe'],
  ['--workdir /usr/bin', 'sub/probe'],
  ['', 'link'],
  ['', 'dangling'],
  ['', 'loop'],
  ['', 'data'],
  ['', '/usr/bin/data'],
  ['', '/usr/bin'],
  ['', 'sh -c probe'],
  ['', '/sbin/probe'],
  ['--env PATH=/srv', 'probe'],
  ['--env PATH=/nowhere:/usr/bin', 'probe'],
  ['', 'dynamic'],
  ['', 'script'],
  ['', 'lost'],
  ['', 'dos'],
  ['', 'by-env'],
  ['', 'by-lost-env'],
  // Users, their groups and the capability that passes over modes.
  ['--user 1000', '/srv/owner'],
  ['--user 1001', '/srv/owner'],
  ['', '/srv/owner'],
  ['--cap-drop DAC_OVERRIDE', '/srv/owner'],
  ['--cap-drop ALL', '/srv/root'],
  ['--user 1000', '/srv/root'],
  ['--user app', '/srv/group'],
  ['--user 1000', '/srv/group'],
  ['--user 1001', '/srv/group'],
  ['--user 1001:2000', '/srv/group'],
  ['--user 1001 --group-add 2000', '/srv/group'],
  ['--user 1000', '/closed/probe'],
  ['', '/closed/probe'],
  // Users that the image has and has not.
  ['--user app', 'probe'],
  ['--user nobody', 'probe'],
  ['--user root', 'probe'],
  ['--user 4711', 'probe'],
  // File capabilities and the bounding set.
  ['--user 1000', 'ep'],
  ['--user 1000 --cap-drop ALL', 'ep'],
  ['--user 1000 --cap-drop ALL --cap-add NET_BIND_SERVICE', 'ep'],
  [`--user 1000 --cap-drop ALL ${NNP}`, 'ep'],
  ['--cap-drop NET_BIND_SERVICE', 'ep'],
]
const GAINING: readonly Case[] = [
  ['--user 1000', 'suid'],
  [`--user 1000 ${NNP}`, 'suid'],
  [NNP, 'suid'],
  [`--user 1000 ${NNP}`, 'probe'],
]
/** Each publishes the port that it listens on. */
const PORTS: readonly Case[] = [
  ['--publish 80', 'probe port 80'],
  ['--user 1000 --publish 80', 'probe port 80'],
  ['--user 1000 --publish 8080', 'probe port 8080'],
  ['--cap-drop ALL --publish 80', 'probe port 80'],
  ['--user 1000 --publish 80 --sysctl net.ipv4.ip_unprivileged_port_start=1024', 'probe port 80'],
  ['--user 1000 --publish 80 --sysctl net.ipv4.ip_unprivileged_port_start=80', 'probe port 80'],
  ['--user 1000 --publish 79 --sysctl net.ipv4.ip_unprivileged_port_start=80', 'probe port 79'],
  ['--publish 80 --sysctl net.ipv4.ip_unprivileged_port_start=1024', 'probe port 80'],
  ['--cap-drop ALL --publish 80 --sysctl net.ipv4.ip_unprivileged_port_start=1024', 'probe port 80'],
  ['--user 1000 --publish 80 --sysctl net.ipv4.ip_unprivileged_port_start=1024', 'ep port 80'],
  [`--user 1000 --publish 80 --sysctl net.ipv4.ip_unprivileged_port_start=1024 ${NNP}`, 'ep port 80'],
]
/** A program of the table in src/confine/start/well-known.ts: what it needs, done by a probe of its name. */
const NGINX = 'nginx write /run/one write /var/cache/nginx/temp'
const BECOMING = 'nginx become 101'
const KNOWN: readonly Case[] = [
  ['', NGINX],
  ['--read-only', NGINX],
  ['--read-only --tmpfs /run', NGINX],
  ['--read-only --tmpfs /run --tmpfs /var/cache/nginx', NGINX],
  ['--read-only --tmpfs /var/run --tmpfs /var/cache', NGINX],
  ['--read-only --tmpfs /var/cache/nginx --volume /srv:/run:ro', NGINX],
  ['--read-only --volume /var/cache/nginx --volume /run', NGINX],
  ['', BECOMING],
  ['--cap-drop ALL', BECOMING],
  ['--cap-drop CHOWN', BECOMING],
  ['--cap-drop SETGID', BECOMING],
  ['--cap-drop ALL --cap-add CHOWN --cap-add SETUID --cap-add SETGID', BECOMING],
  ['--user 0 --cap-drop SETUID', BECOMING],
]
const CASES = [...STARTING, ...GAINING, ...PORTS, ...KNOWN]

/** Rules that say that it does not start. `by-lost-env` is told by env, which starts. */
const STOPS = [
  'program-missing',
  'program-not-executable',
  'program-cannot-start',
  'user-missing',
  'image-user-unknown',
]
const OURS = [
  ...STOPS,
  'setuid-program-without-gain',
  'port-not-bindable',
  'write-path-read-only',
  'needed-capability-dropped',
]

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '')
const output = async (command: string, ...args: string[]): Promise<string> => {
  try {
    return (await run(command, args)).stdout
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
  }
}
/** What a real engine did, in the terms of our rules. */
function really(text: string, [options, program]: Case): string[] {
  if (!text.includes('runs euid=')) return ['does not start']
  const isUser = /--user [^0r]/.test(options)
  return [
    ...(program === 'suid' && isUser && !text.includes('runs euid=0') ? ['setuid-program-without-gain'] : []),
    ...(text.includes('port Permission denied') ? ['port-not-bindable'] : []),
    ...(text.includes('write Read-only file system') ? ['write-path-read-only'] : []),
    ...(/^(?:chown|setgid|setuid) Operation not permitted/m.test(text) ? ['needed-capability-dropped'] : []),
  ]
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path(tmpdir(), 'plimsoll-breaks-'))
  if (reason !== undefined) return
  writeFileSync(path(folder, 'probe.c'), PROBE)
  for (const [name, ...flags] of [['probe', '-static'], ['dynamic']])
    execFileSync('gcc', ['-O2', '-s', ...flags, '-o', path(folder, name ?? ''), path(folder, 'probe.c')])
  const members = filesOf(readFileSync(path(folder, 'probe')), readFileSync(path(folder, 'dynamic')))
  const plain = members.filter(({ path: name }) => !RAISING.includes(name))
  for (const [name, files] of [
    ['full', members],
    ['plain', plain],
  ] as const) {
    writeFileSync(path(folder, `${name}-root.tar`), tar(files))
    writeFileSync(path(folder, `${name}-image.tar`), dockerArchive({ layers: [files] }))
  }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Our findings on each container of a text, by its position, open ones with a question mark. */
async function ours(file: string, text: string, engine?: string): Promise<string[][]> {
  writeFileSync(path(folder, file), text)
  const result = await scan({
    targets: [path(folder, file)],
    images: new Map(IMAGES.map(([name, files]) => [name, path(folder, `${files}-image.tar`)])),
    ...(engine !== undefined && { engines: [engine] }),
    policy: 'strict',
    today: '2026-01-01',
  })
  expect(result.notices.filter(({ lost }) => lost)).toEqual([])
  const containers = result.subjects.filter(({ dialect }) => dialect !== undefined)
  const found = new Map(containers.map(({ id }): [string, string[]] => [id, []]))
  for (const { rule, outcome, subjects } of result.findings)
    if (OURS.includes(rule)) for (const id of subjects) found.get(id)?.push(outcome === 'open' ? `${rule}?` : rule)
  return [...found.values()].map((rules) => [
    ...new Set(rules.map((rule) => (STOPS.includes(rule) ? 'does not start' : rule))),
  ])
}

const line = (engine: string, [options, program]: Case, index: number): string =>
  `${engine} run --name case${index} --network none ${options} ${imageOf([options, program])} ${program}`

describe.skipIf(noDocker !== undefined)('in Docker Engine', () => {
  let said: string[][]
  beforeAll(async () => {
    for (const [name, files] of IMAGES)
      execFileSync('docker', ['import', path(folder, `${files}-root.tar`), name], { stdio: 'ignore' })
    writeFileSync(
      path(folder, 'docker-info.json'),
      execFileSync('docker', ['info', '--format', '{{json .}}'], { encoding: 'utf8' }),
    )
    const text = CASES.map((one, index) => line('docker', one, index)).join('\n')
    said = await ours('docker-run.sh', `${text}\n`, path(folder, 'docker-info.json'))
  }, 60_000)
  afterAll(() => works('docker', 'rmi', '-f', ...IMAGES.map(([name]) => name)), 60_000)

  it('read every command', () => expect(said).toHaveLength(CASES.length))
  it.each(CASES.map((one, index) => [one.join(' '), index, one] as const))('%s', async (_, index, one) => {
    const text = await output(
      'docker',
      'run',
      '--rm',
      '--network',
      'none',
      ...words(one[0]),
      imageOf(one),
      ...words(one[1]),
    )
    expect(said[index]).toEqual(really(text, one))
  })
  it('refuses a container that says nothing to run', async () => {
    expect(await output('docker', 'run', '--rm', '--network', 'none', `breaks/full:${TAG}`)).toBe('')
    expect(await ours('nothing.sh', `docker run --network none breaks/full:${TAG}\n`)).toEqual([['does not start']])
  })
})

describe.skipIf(noPodman !== undefined)('in podman', () => {
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
  let said: string[][]
  beforeAll(async () => {
    for (const [name, files] of IMAGES)
      execFileSync(
        'podman',
        podman('import', path(folder, `${files}-root.tar`), `docker.io/${name.includes('/') ? '' : 'library/'}${name}`),
        { stdio: 'ignore' },
      )
    const text = CASES.map((one, index) => line('podman', one, index)).join('\n')
    said = await ours('podman-run.sh', `${text}\n`)
  }, 120_000)
  afterAll(() => {
    works('podman', ...podman('rm', '-f', '--all'))
    works('podman', ...podman('rmi', '-f', '--all'))
    works('umount', '-l', path(folder, 'podman'))
  }, 60_000)

  it.each(CASES.map((one, index) => [one.join(' '), index, one] as const))(
    '%s',
    { timeout: 60_000 },
    async (_, index, one) => {
      const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']
      const options = [...limits, '--network', 'none', ...words(one[0])]
      const text = await output('podman', ...podman('run', '--rm', ...options, imageOf(one), ...words(one[1])))
      expect(said[index]).toEqual(really(text, one))
    },
  )
})

/** Pods, and what containerd gives runc for them: the capabilities that are left as permitted and effective, whoever the user is (containerd pkg/oci, WithCapabilities). */
const POD_CASES: readonly (readonly [
  context: string,
  program: string,
  uid: number,
  capabilities: readonly string[],
])[] = [
  ['{ runAsUser: 1000 }', '/srv/root', 1000, ['DAC_OVERRIDE', 'SETUID']],
  ['{ runAsUser: 1000, capabilities: { drop: [DAC_OVERRIDE] } }', '/srv/root', 1000, ['SETUID']],
  ['{ runAsUser: 1000, capabilities: { drop: [ALL] } }', '/closed/probe', 1000, []],
  ['{ runAsUser: 1000, capabilities: { drop: [ALL] } }', '/srv/owner', 1000, []],
  ['{ runAsUser: 0, capabilities: { drop: [ALL] } }', '/srv/owner', 0, []],
  ['{ runAsUser: 0 }', '/bin/lost', 0, ['DAC_OVERRIDE']],
]
describe.skipIf(noRunc !== undefined)('in runc, as containerd asks it for a pod', () => {
  const bundle = (): string => path(folder, 'bundle')
  beforeAll(() => {
    mkdirSync(path(bundle(), 'rootfs'), { recursive: true })
    execFileSync('tar', [
      '--xattrs',
      '--xattrs-include=*',
      '-xpf',
      path(folder, 'full-root.tar'),
      '-C',
      path(bundle(), 'rootfs'),
    ])
  })
  it.each(POD_CASES)('a pod with %s that runs %s', { timeout: 60_000 }, async (context, program, uid, capabilities) => {
    const names = capabilities.map((name) => `CAP_${name}`)
    const config = {
      ociVersion: '1.0.2',
      process: {
        user: { uid, gid: uid },
        args: [program],
        cwd: '/',
        env: ['PATH=/bin'],
        capabilities: { bounding: names, permitted: names, effective: names },
      },
      root: { path: 'rootfs' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })) },
    }
    writeFileSync(path(bundle(), 'config.json'), JSON.stringify(config))
    const id = `plimsoll-breaks-${process.pid}`
    const text = await output('runc', '--root', path(folder, 'runc'), 'run', '-b', bundle(), id)
    works('runc', '--root', path(folder, 'runc'), 'delete', '-f', id)
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - { name: web, image: 'breaks/full:${TAG}', command: [${program}], securityContext: ${context} }\n`
    expect(await ours('pod.yaml', pod)).toEqual([really(text, ['', program])])
  })
})
