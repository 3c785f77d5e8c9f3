/**
 * Containers that systemd-nspawn really starts: what the first process holds is what is worked out from the .nspawn file.
 * The root file system is a static busybox alone (Debian: systemd-container, busybox-static).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capabilitiesOf, CAPABILITIES } from '../../src/confine/capabilities/names.ts'
import { deriveAll } from '../../src/derive.ts'
import { join as joinAll } from '../../src/join/join.ts'
import type { Subject } from '../../src/model/subject.ts'
import { readContainers } from '../../src/texts.ts'

const BUSYBOX = ['/usr/bin/busybox', '/bin/busybox'].find((path) => existsSync(path))
/** Only what lies here, or in /etc/systemd/nspawn, may give more than systemd-nspawn does by itself. */
const TRUSTED = '/run/systemd/nspawn'
const MACHINE = `plimsoll-${process.pid}`
const FILE = join(TRUSTED, `${MACHINE}.nspawn`)
let folder = ''
let absent = ''

/** Starts the container with these settings (without Boot=, which takes the command line away) and gives what the command prints; the text of the error where it does not start. */
function run(settings: string, ...command: readonly string[]): { readonly out: string; readonly error: string } {
  mkdirSync(TRUSTED, { recursive: true })
  writeFileSync(FILE, settings)
  const options = ['--quiet', '--settings=override', '--register=no', '--keep-unit', `--machine=${MACHINE}`]
  const done = spawnSync('systemd-nspawn', [...options, '-D', join(folder, 'probe'), ...command], {
    encoding: 'utf8',
    timeout: 30_000,
    // With an open input it would wait for more.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { out: done.stdout, error: `${done.stderr}${done.error?.message ?? ''}` }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-nspawn-'))
  if (!BUSYBOX) absent = 'busybox is absent (package busybox-static)'
  else if (spawnSync('systemd-nspawn', ['--version']).status !== 0)
    absent = 'systemd-nspawn is absent (package systemd-container)'
  if (absent !== '' || !BUSYBOX) return
  const root = join(folder, 'probe')
  for (const name of ['bin', 'dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'usr', 'var'])
    mkdirSync(join(root, name), { recursive: true })
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'))
  for (const name of ['cat', 'grep', 'sh']) symlinkSync('busybox', join(root, `bin/${name}`))
  writeFileSync(join(root, 'etc/os-release'), 'ID=probe\n')
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n')
  const { out, error } = run('[Exec]\n', '/bin/cat', '/proc/self/status')
  if (!out.includes('CapEff')) absent = `systemd-nspawn starts no container here: ${error.slice(0, 300)}`
}, 60_000)
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(FILE, { force: true })
})

/** The settings as a unit of one's own runs them: without the service template, as this test starts them. */
async function subject(settings: string): Promise<Subject> {
  const flags = settings.split('\n').flatMap((line) => {
    const [key = '', value = ''] = line.split('=')
    const option = OPTIONS[key]
    if (key === 'Private') return ['--private-network']
    return option === undefined ? [] : [`--${option}=${value.replaceAll(' ', ',')}`]
  })
  const text = `[Service]\nExecStart=systemd-nspawn --keep-unit --machine=probe ${flags.join(' ')} /bin/cat\n`
  const { containers } = await readContainers({ file: '/nowhere/probe.service', text, named: true })
  const { value } = await deriveAll(joinAll(containers, []).subjects)
  const [found] = value.subjects
  if (!found) throw new Error('there is no container')
  return found
}
const OPTIONS: Readonly<Record<string, string>> = {
  Capability: 'capability',
  DropCapability: 'drop-capability',
  NoNewPrivileges: 'no-new-privileges',
  PrivateUsers: 'private-users',
}
/** What this machine itself does not have, no container has. */
const here = (): ReadonlySet<string> => {
  const bits = /^CapBnd:\s*([0-9a-f]+)$/m.exec(execFileSync('cat', ['/proc/self/status'], { encoding: 'utf8' }))?.[1]
  return new Set(capabilitiesOf(BigInt(`0x${bits ?? '0'}`)))
}
const held = (status: string, line: 'CapEff' | 'CapBnd' | 'CapAmb'): readonly string[] =>
  capabilitiesOf(BigInt(`0x${new RegExp(`^${line}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`))
const namesIn = (fact: Subject['container']['capabilities']['bounding']): readonly string[] => {
  if (fact.how === 'unknown') throw new Error(fact.because)
  return fact.value.flatMap((one) => (one.how === 'unknown' ? [] : [one.value]))
}

/** Settings of [Exec]; the last two that are equal but for what comes last show which of both wins. */
const SETTINGS = [
  '',
  'Capability=CAP_SYS_TIME',
  'Capability=CAP_NET_ADMIN CAP_SYSLOG',
  'Capability=all',
  'DropCapability=CAP_SYS_ADMIN CAP_MKNOD',
  'DropCapability=all',
  'Capability=CAP_SYS_TIME\nDropCapability=CAP_SYS_TIME',
  'Capability=all\nDropCapability=CAP_SYS_PTRACE',
  'Capability=CAP_SYS_TIME\nDropCapability=all',
  'NoNewPrivileges=yes',
  'PrivateUsers=no',
  'PrivateUsers=65536:65536',
  'PrivateUsers=65536:65536\nDropCapability=CAP_CHOWN',
  'PrivateUsers=65536:65536\nPrivate=yes',
]
describe('systemd-nspawn: capabilities', () => {
  it.for(SETTINGS)('%j', { timeout: 60_000 }, async (settings, context) => {
    if (absent !== '') return context.skip(absent)
    const { out, error } = run(
      `[Exec]\n${settings.replace(/^Private=/m, '[Network]\nPrivate=')}\n`,
      '/bin/cat',
      '/proc/self/status',
    )
    expect(error).not.toMatch(/Unknown key|ignoring/i)
    if (!out.includes('CapEff') && settings.includes('PrivateUsers=6'))
      return context.skip(`no user namespace here: ${error.slice(0, 200)}`)
    const { container } = await subject(settings)
    // A user namespace of its own has all of them again.
    const { user } = container.namespaces
    const own = user.how !== 'unknown' && user.value === 'own' ? new Set<string>(CAPABILITIES) : here()
    const worked = (fact: Subject['container']['capabilities']['bounding']) =>
      CAPABILITIES.filter((name) => namesIn(fact).includes(name) && own.has(name))
    expect(held(out, 'CapBnd')).toEqual(worked(container.capabilities.bounding))
    expect(held(out, 'CapEff')).toEqual(worked(container.capabilities.effective))
    const { noNewPrivileges, seccomp } = container
    expect(/^NoNewPrivs:\s*1$/m.test(out)).toBe(noNewPrivileges.how !== 'unknown' && noNewPrivileges.value)
    expect(/^Seccomp:\s*2$/m.test(out)).toBe(seccomp.kind.how !== 'unknown' && seccomp.kind.value !== 'unconfined')
  })
})

describe('systemd-nspawn: what is hidden and locked', () => {
  it('is what silence says', { timeout: 60_000 }, async (context) => {
    if (absent !== '') return context.skip(absent)
    const { out } = run('[Exec]\n', '/bin/cat', '/proc/self/mounts')
    const mounted = new Map(out.split('\n').map((line) => [line.split(' ')[1] ?? '', line.split(' ')[3] ?? '']))
    const { container } = await subject('')
    // Where systemd is not the host's init, the empty files are not there that systemd-nspawn hides others with.
    const hides = existsSync('/run/systemd/inaccessible')
    const paths = [...(hides ? namesIn(container.masked) : []), ...namesIn(container.readOnlyPaths)]
    const there = paths.filter((path) => existsSync(path))
    expect(there.length).toBeGreaterThan(5)
    // Each is a mount of its own that may not be written.
    expect(there.filter((path) => mounted.get(path)?.split(',').includes('ro') !== true)).toEqual([])
  })
  it('knows the keys that we know', { timeout: 60_000 }, (context) => {
    if (absent !== '') return context.skip(absent)
    const keys = [
      '[Exec]\nEphemeral=no\nUser=root\nWorkingDirectory=/\nNoNewPrivileges=no\nSystemCallFilter=~@swap',
      'LimitNOFILE=512\nOOMScoreAdjust=100\nCPUAffinity=0\nEnvironment=A=b\nAmbientCapability=CAP_KILL',
      '[Files]\nReadOnly=no\nVolatile=no\nBind=/tmp:/tmp\nTemporaryFileSystem=/var\nInaccessible=/run',
      '[Network]\nPrivate=yes',
    ].join('\n')
    expect(run(`${keys}\nNonsense=1\n`, '/bin/cat', '/proc/self/status').error.match(/Unknown key[^,]*/g)).toHaveLength(
      1,
    )
  })
})
